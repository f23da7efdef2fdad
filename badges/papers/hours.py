"""The hours of a person by half-day, as attestations tell them. Values in, values out.

In a half-day somebody was there from their first entry to their last departure from the house, at
whatever gate the entry was read. Who was in the house before the half-day began counts from its
beginning in the programme; who was not read leaving counts until its end in the programme.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import groupby

from badges import rules
from badges.attendance import rules as attendance_rules
from badges.attendance.models import Half, Interval
from badges.models import Outcome, Passage
from badges.papers.models import Attended, HalfHours, ProgrammeHours, SessionSeen
from forum.core.context import Edition

APART = frozenset({"break", "side_event"})
"""Sessions that do not make the hours of a half-day, where there are others."""
USUAL = {False: (time(9), time(12, 30)), True: (time(14), time(17, 30))}
"""The hours of a morning and an afternoon without any session."""

Spell = tuple[datetime | None, datetime | None]
"""From an entry to a departure within a half-day; None: before it began, or not before it ended."""


def programme_hours(edition: Edition, programme: Sequence[Interval]) -> list[ProgrammeHours]:
    """Return the half-days of an edition with their hours in the programme."""
    return [
        _hours(half, edition, programme) for half in attendance_rules.halves(edition, programme)
    ]


def _hours(half: Half, edition: Edition, programme: Sequence[Interval]) -> ProgrammeHours:
    held = [
        one
        for one in programme
        if not one.cancelled and one.starts_at < half.ends and one.ends_at > half.begins
    ]
    counted = [one for one in held if one.type not in APART]
    if not counted:
        first, last = USUAL[half.afternoon]
        starts_at = datetime.combine(half.day, first, edition.zone)
        ends_at = datetime.combine(half.day, last, edition.zone)
        if half.begins <= starts_at and ends_at <= half.ends:
            return ProgrammeHours(half=half, starts_at=starts_at, ends_at=ends_at)
        return ProgrammeHours(
            half=half, starts_at=max(starts_at, half.begins), ends_at=min(ends_at, half.ends)
        )
    return ProgrammeHours(
        half=half,
        starts_at=max(half.begins, min(one.starts_at for one in counted)),
        ends_at=min(half.ends, max(one.ends_at for one in counted)),
    )


def attended(
    edition: Edition,
    over: Sequence[ProgrammeHours],
    programme: Sequence[Interval],
    passages: Sequence[Passage],
    *,
    at: datetime,
) -> Attended:
    """Return all that the doors tell, until `at`, of one person by their passages in any order."""
    in_order = attendance_rules.in_order(passages)
    return Attended(
        presences=rules.presences(in_order, edition.zone, edition.days),
        halves=half_days(in_order, over, at=at),
        sessions=_sessions(in_order, programme),
    )


def _sessions(passages: Sequence[Passage], programme: Sequence[Interval]) -> list[SessionSeen]:
    visited = {number for number, one in attendance_rules.sessions(passages).items() if one.visits}
    return [
        SessionSeen(
            number=one.number, title=one.title, starts_at=one.starts_at, ends_at=one.ends_at
        )
        for one in programme
        if one.number in visited and not one.cancelled
    ]


def half_days(
    passages: Sequence[Passage], over: Sequence[ProgrammeHours], *, at: datetime
) -> list[HalfHours]:
    """Return the half-days in which one person was there, by their passages in order.

    Somebody who is still in the house in a half-day that is not over has no hours in it yet.
    """
    found = []
    for _, of_day in groupby(over, key=lambda one: one.half.day):
        halves = list(of_day)
        begins, ends = halves[0].half.begins, halves[-1].half.ends
        spells = list(_spells([one for one in passages if begins <= one.at < ends]))
        found += [one for half in halves if (one := _in_half(spells, half, at=at)) is not None]
    return found


def _spells(passages: Iterable[Passage]) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield when one person was in the house within a day; the last end may be unknown (None)."""
    since: datetime | None = None
    for one in passages:
        if one.outcome is not Outcome.LEFT:
            since = since or one.at
        elif one.building and since is not None:
            yield since, one.at
            since = None
    if since is not None:
        yield since, None


def _in_half(
    spells: Iterable[tuple[datetime, datetime | None]], hours: ProgrammeHours, *, at: datetime
) -> HalfHours | None:
    begins, ends = hours.half.begins, hours.half.ends
    inside: list[Spell] = [
        (since if since >= begins else None, until if until and until < ends else None)
        for since, until in spells
        if since < ends and (until is None or until >= begins)
    ]
    there = [one for one in inside if _counts(one, hours)]
    if not there:
        return None
    since, until = there[0][0], there[-1][1]
    if until is None and at < hours.ends_at:
        return None
    return HalfHours(
        day=hours.half.day,
        afternoon=hours.half.afternoon,
        since=_minute(since or hours.starts_at),
        until=_minute(until or hours.ends_at),
        entry_read=since is not None,
        exit_read=until is not None,
    )


def _counts(spell: Spell, hours: ProgrammeHours) -> bool:
    """Say whether a spell is of this half-day: its hour in the programme stands for one unread.

    Who went before the half-day began in the programme was there for the one before; who came
    after it ended, and stayed, came for the next one. Less than a minute is no time.
    """
    since, until = spell
    return _minute(since or hours.starts_at) < _minute(until or hours.ends_at)


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def total(halves: Iterable[HalfHours]) -> int:
    """Return the minutes of half-days together."""
    return sum(one.minutes for one in halves)
