"""The programme cut into days as people live them: a night belongs to the day it follows."""

from datetime import date
from itertools import groupby
from typing import NamedTuple

from schedule.models import Programme, Session
from schedule.rules import in_order, programme_day

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

    @property
    def held(self) -> list[Placed]:
        """The sessions that are not cancelled."""
        return [one for one in self.sessions if not one.session.cancelled]


def days(programme: Programme) -> list[Day]:
    """Return the days that have sessions; sessions without a time are in none."""
    by_date: dict[date, list[Placed]] = {}
    for session in in_order(programme.sessions, programme.rooms):
        if session.starts_at is not None:
            on = programme_day(session.starts_at, programme.zone)
            local = session.starts_at.astimezone(programme.zone)
            start = (local.date() - on).days * MINUTES_A_DAY + local.hour * 60 + local.minute
            by_date.setdefault(on, []).append(Placed(session, start, start + session.minutes))
    for some in by_date.values():
        some.sort(key=lambda one: one.start)  # stable: where clocks go back, the wall clock counts
    return [Day(on, by_date[on]) for on in sorted(by_date)]


def unplaced(programme: Programme) -> list[Session]:
    """Return the sessions that have no time yet."""
    return [session for session in programme.sessions if session.starts_at is None]
