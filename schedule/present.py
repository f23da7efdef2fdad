"""What is on now and what comes next, in a published programme. Values in, values out."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from schedule.models import Programme, Session
from schedule.rules import NEVER, in_order, programme_day

TOGETHER = timedelta(minutes=30)
"""What begins within this time of the next beginning comes next, too."""


class Present(Struct, frozen=True, kw_only=True):
    """How a programme stands at an instant.

    `today` is the day of the programme; `during` says whether it is one of the forum's. `now` and
    `following` are in order of start, then room; `following` is of `following_day`.
    """

    today: date
    during: bool
    now: tuple[Session, ...]
    following: tuple[Session, ...]
    following_day: date | None

    @property
    def mark(self) -> tuple[object, ...]:
        """What of this a page shows: it stays the same until a session begins or ends."""
        sessions = (*self.now, None, *self.following)
        return self.today, self.during, *(one and one.number for one in sessions)


def present(programme: Programme, at: datetime) -> Present:
    """Say what is on at the instant `at`, and what comes next, cancelled sessions included."""
    zone = programme.zone
    today = programme_day(at, zone)
    placed = [one for one in programme.sessions if one.starts_at]
    ordered = in_order(placed, programme.rooms)
    now = [one for one in ordered if _starts(one) <= at < _ends(one)]
    later = [one for one in ordered if _starts(one) > at]
    following: list[Session] = []
    following_day = None
    if later:
        first = _starts(later[0])
        following_day = programme_day(first, zone)
        following = [
            one
            for one in later
            if _starts(one) <= first + TOGETHER
            and programme_day(_starts(one), zone) == following_day
        ]
    held = any(programme_day(_starts(one), zone) == today for one in placed)
    return Present(
        today=today,
        during=held or programme.starts_on <= today <= programme.ends_on,
        now=tuple(now),
        following=tuple(following),
        following_day=following_day,
    )


def _starts(session: Session) -> datetime:
    return session.starts_at or NEVER


def _ends(session: Session) -> datetime:
    return session.ends_at or NEVER
