"""Attendance by what the doors read: values in, values out. Times are those of scans put right."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from badges.attendance.models import Attended, Half, Interval, Stay, Visit
from badges.doors.opening import MORNING
from badges.models import Outcome, Passage
from forum.core.context import Edition

MIDDAY = time(13)
"""Where a day is cut that has no break at noon."""
NOON = time(11), time(15)
"""Between which a break is the one at noon: it begins after the first, and ends before the last."""
SHORTEST_BREAK = timedelta(minutes=30)
BREAK = "break"


def halves(edition: Edition, programme: Iterable[Interval]) -> list[Half]:
    """Return the half-days of an edition in order.

    A day is cut in the middle of its break at noon, the longest one of the programme that lies
    between eleven and three, else at one o'clock.
    """
    breaks = [one for one in programme if one.type == BREAK and not one.cancelled]
    found = []
    for day in edition.days:
        begins = datetime.combine(day, MORNING, edition.zone)
        ends = datetime.combine(day + timedelta(days=1), MORNING, edition.zone)
        cut = _cut(day, edition, breaks)
        found.append(Half(day=day, afternoon=False, begins=begins, ends=cut))
        found.append(Half(day=day, afternoon=True, begins=cut, ends=ends))
    return found


def _cut(day: date, edition: Edition, breaks: Iterable[Interval]) -> datetime:
    first, last = (datetime.combine(day, wall, edition.zone) for wall in NOON)
    at_noon = [
        one
        for one in breaks
        if one.starts_at >= first
        and one.ends_at <= last
        and one.ends_at - one.starts_at >= SHORTEST_BREAK
    ]
    if not at_noon:
        return datetime.combine(day, MIDDAY, edition.zone)
    longest = min(at_noon, key=lambda one: (one.starts_at - one.ends_at, one.starts_at, one.number))
    middle = longest.starts_at + (longest.ends_at - longest.starts_at) / 2
    return middle.astimezone(edition.zone).replace(second=0, microsecond=0)


def in_order(passages: Iterable[Passage]) -> list[Passage]:
    """Return passages by time; of those at one instant an entry comes before a departure."""
    return sorted(passages, key=lambda one: (one.at, one.outcome is Outcome.LEFT))


def sessions(passages: Iterable[Passage]) -> dict[int, Attended]:
    """Return who came to each session, by its number.

    Whoever was let in came, if only to leave again; a departure alone is none. A room that nobody
    is read out of holds all who came in.
    """
    of_rooms = [one for one in passages if one.session is not None]
    by_number = sorted(in_order(of_rooms), key=lambda one: one.session or 0)
    return {
        number: found
        for number, some in groupby(by_number, key=lambda one: one.session or 0)
        if (found := _attended(some)).visits
    }


def _attended(passages: Iterable[Passage]) -> Attended:
    visits: dict[UUID, Visit] = {}
    inside: set[UUID] = set()
    most = 0
    for one in passages:
        person, entry = one.registration_id, one.outcome is not Outcome.LEFT
        before = visits.get(person)
        if before is None and not entry:
            continue
        (inside.add if entry else inside.discard)(person)
        most = max(most, len(inside))
        first_at = one.at if before is None else before.first_at
        visits[person] = Visit(first_at=first_at, last_at=one.at, inside=entry)
    return Attended(visits=visits, most=most)


def by_person(passages: Iterable[Passage]) -> dict[UUID, list[Passage]]:
    """Return the passages of each person, in order."""
    found: dict[UUID, list[Passage]] = {}
    for one in in_order(passages):
        found.setdefault(one.registration_id, []).append(one)
    return found


def stays(
    passages: Sequence[Passage], over: Sequence[Half], *, until: datetime
) -> list[Stay | None]:
    """Return one person's presence in each half-day, by their passages in order.

    Present is who came in during the half-day, at whatever gate, or was in the house as it began:
    came in earlier that day, and was not read leaving the house. A half-day that begins after
    `until` is still to come.
    """
    found: list[Stay | None] = []
    inside = False
    for half in over:
        inside = inside and half.afternoon
        here = [one for one in passages if half.begins <= one.at < half.ends]
        entered = inside or any(one.outcome is not Outcome.LEFT for one in here)
        for one in here:
            if one.outcome is not Outcome.LEFT:
                inside = True
            elif one.building:
                inside = False
        if not entered or half.begins > until:
            found.append(None)
            continue
        first_at, last_at = (here[0].at, here[-1].at) if here else (None, None)
        found.append(Stay(first_at=first_at, last_at=last_at))
    return found


def counted(people: Iterable[UUID], categories: Mapping[UUID, str]) -> dict[str, int]:
    """Return how many of these people there are by the code of their category, in its order."""
    found: dict[str, int] = {}
    for one in people:
        code = categories.get(one)
        if code is not None:
            found[code] = found.get(code, 0) + 1
    return dict(sorted(found.items()))
