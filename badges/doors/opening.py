"""When check-in lists are open: their hours and sessions as instants, to decide by. No I/O."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from badges.doors.deciding import ListRule, Window, milliseconds
from badges.models import CheckInList, DoorSession
from forum.core.context import Edition

MORNING = time(4)
"""A day begins at four in the morning: until then it is still the evening before."""
LEAVING = timedelta(minutes=5)
"""So long before a session ends, who comes to its room comes for the next one there."""


def day_starts(edition: Edition) -> list[int]:
    """Return when each day of an edition begins, and when its last one ends, in milliseconds."""
    days = [*edition.days, edition.days[-1] + timedelta(days=1)]
    return [_instant(day, MORNING, edition.zone) for day in days]


def rule(
    one: CheckInList,
    edition: Edition,
    categories: Mapping[str, int],
    sessions: Iterable[DoorSession],
) -> ListRule:
    """Return a list as it is decided by; `categories` are the numbers of codes.

    A list with rooms is open for their sessions, within its hours if it has any.
    """
    windows = _hours(one, edition)
    if one.rooms is not None:
        held = [each for each in sessions if each.room_id in one.rooms and not each.cancelled]
        by_session = list(_sessions(one, held))
        windows = by_session if windows is None else list(_within(by_session, windows))
    return ListRule(
        slug=one.slug,
        categories=None
        if one.categories is None
        else sorted(categories[code] for code in one.categories if code in categories),
        windows=None if windows is None else sorted(windows, key=attrgetter("opens", "closes")),
        counts=one.counts,
        reentry=one.reentry,
    )


def _hours(one: CheckInList, edition: Edition) -> list[Window] | None:
    """Return the hours of a list day by day; None where neither hours nor days restrict it."""
    if not one.hours and one.days is None:
        return None
    opened = [n for n in range(len(edition.days)) if one.days is None or one.days >> n & 1]
    if not one.hours:
        starts = day_starts(edition)
        return [Window(opens=starts[n], closes=starts[n + 1]) for n in opened]
    return [
        _window(edition.days[n], hours.opens, hours.closes, edition.zone)
        for n in opened
        for hours in one.hours
        if hours.days is None or n in hours.days
    ]


def _window(day: date, opens: str, closes: str, zone: ZoneInfo) -> Window:
    begins, ends = time.fromisoformat(opens), time.fromisoformat(closes)
    last = day + timedelta(days=1) if ends <= begins else day
    return Window(opens=_instant(day, begins, zone), closes=_instant(last, ends, zone))


def _instant(day: date, at: time, zone: ZoneInfo) -> int:
    return milliseconds(datetime.combine(day, at, tzinfo=zone))


def _sessions(one: CheckInList, held: list[DoorSession]) -> Iterator[Window]:
    """Return when the doors are open for each session, room by room.

    They open `lead_minutes` before it, but for the one before it until five minutes before that
    ends.
    """
    in_order = sorted(held, key=attrgetter("room_id", "starts_at", "number"))
    for _, some in groupby(in_order, key=attrgetter("room_id")):
        listed = list(some)
        opening = [session.starts_at - timedelta(minutes=one.lead_minutes) for session in listed]
        for n in range(1, len(listed)):
            opening[n] = max(opening[n], min(_leaving(listed[n - 1]), listed[n].starts_at))
        for n, session in enumerate(listed):
            closes = (
                session.ends_at if n + 1 == len(listed) else min(session.ends_at, opening[n + 1])
            )
            yield _seating(one, session, opening[n], closes)


def _leaving(session: DoorSession) -> datetime:
    """Return when people come for the next session; a very short one keeps half of its time."""
    return session.ends_at - min(LEAVING, (session.ends_at - session.starts_at) / 2)


def _seating(one: CheckInList, session: DoorSession, opens: datetime, closes: datetime) -> Window:
    seat = one.seats and session.sign_up
    until = None
    if seat and one.seats_kept_minutes is not None:
        until = milliseconds(session.starts_at + timedelta(minutes=one.seats_kept_minutes))
    return Window(
        opens=milliseconds(opens),
        closes=milliseconds(closes),
        session=session.number,
        seat=seat,
        seat_until=until,
    )


def _within(windows: list[Window], hours: list[Window]) -> Iterator[Window]:
    """Cut windows down to the hours."""
    for one in windows:
        for other in hours:
            opens, closes = max(one.opens, other.opens), min(one.closes, other.closes)
            if opens < closes:
                yield Window(
                    opens=opens,
                    closes=closes,
                    session=one.session,
                    seat=one.seat,
                    seat_until=one.seat_until,
                )
