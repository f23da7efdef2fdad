"""The programme cut into days as people live them: a night belongs to the day it follows."""

from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schedule.models import Programme, Session

NIGHT_ENDS = 5
"""Before this hour a session still belongs to the day before, when that day has sessions."""
MINUTES_A_DAY = 24 * 60


class Placed(NamedTuple):
    """A session with its start and end, in minutes of the wall clock since its day's midnight."""

    session: Session
    start: int
    end: int


class Day(NamedTuple):
    """One day of the programme, its sessions in order of start, then room, then number."""

    date: date
    sessions: list[Placed]

    @property
    def slots(self) -> list[tuple[int, list[Placed]]]:
        """The sessions by their start."""
        return [
            (start, list(some)) for start, some in groupby(self.sessions, lambda one: one.start)
        ]


def days(programme: Programme) -> list[Day]:
    """Return the days that have sessions; sessions without a time are in none."""
    zone = programme.zone
    order = {room.id: room.position for room in programme.rooms}
    starts = {
        session.starts_at.astimezone(zone).date()
        for session in programme.sessions
        if session.starts_at and session.starts_at.astimezone(zone).hour >= NIGHT_ENDS
    }
    by_date: dict[date, list[Placed]] = {}
    for session in programme.sessions:
        if session.starts_at is not None:
            on, placed = place(session, zone, starts)
            by_date.setdefault(on, []).append(placed)
    for some in by_date.values():
        some.sort(
            key=lambda one: (
                one.start,
                order.get(one.session.room_id, -1) if one.session.room_id else -1,
                one.session.number,
            )
        )
    return [Day(on, by_date[on]) for on in sorted(by_date)]


def place(session: Session, zone: ZoneInfo, starts: set[date]) -> tuple[date, Placed]:
    """Return the day of a session that has a time, and the session in it."""
    assert session.starts_at is not None  # noqa: S101  # for the type checker
    local = session.starts_at.astimezone(zone)
    on, start = local.date(), local.hour * 60 + local.minute
    before = on - timedelta(days=1)
    if local.hour < NIGHT_ENDS and before in starts:
        on, start = before, start + MINUTES_A_DAY
    return on, Placed(session, start, start + session.minutes)


def unplaced(programme: Programme) -> list[Session]:
    """Return the sessions that have no time yet."""
    return [session for session in programme.sessions if session.starts_at is None]
