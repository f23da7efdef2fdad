"""What a gate answers, and who was there by what it read: values in, a decision out.

The scanner page follows the same table of outcomes.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from badges.models import Direction, Outcome, Passage, Presence, Reading, TokenPayload

NIGHT_ENDS = timedelta(hours=4)
"""Until four in the morning it is still the evening before, as in the programme."""


def decide(  # noqa: PLR0911 -- a table of outcomes, read from the top
    payload: TokenPayload | None,
    reading: Reading,
    direction: Direction,
    *,
    edition_id: int,
    day: int,
    unread: bool = False,
) -> Outcome:
    """Say whether the bearer passes; the first line that is true wins.

    `payload` is None for a token that nobody here signed; `day` is the edition's day of the scan
    from 0, or -1 outside of it (then the token's days are not looked at). `unread` says that the
    device sent no code, or no way through the gate.
    """
    if unread:
        return Outcome.UNKNOWN
    if payload is None:
        return Outcome.FORGED
    if payload.edition != edition_id:
        return Outcome.WRONG_EDITION
    if reading.registration_id is None:
        return Outcome.UNKNOWN
    if reading.status == "cancelled":
        return Outcome.CANCELLED
    if reading.revoked_at is not None or payload.revision != reading.revision:
        return Outcome.REVOKED
    if reading.status == "waiting":
        return Outcome.WAITING
    if direction is Direction.OUT:
        return Outcome.LEFT
    if day >= 0 and not payload.days >> day & 1:
        return Outcome.WRONG_DAY
    return Outcome.ALREADY_IN if reading.admitted_at is not None else Outcome.ADMITTED


def day_of(instant: datetime, zone: ZoneInfo, days: list[date]) -> int:
    """Return which day of the edition an instant falls on, from 0; -1 outside of it."""
    local = instant.astimezone(zone).date()
    return days.index(local) if local in days else -1


def all_days(count: int) -> int:
    """Return the bits that open the first `count` days of an edition."""
    return (1 << count) - 1


def day_lived(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day to which people say that an instant belongs: a night to the day it follows."""
    return (instant.astimezone(zone) - NIGHT_ENDS).date()


def presences(
    passages: Iterable[Passage], zone: ZoneInfo, days: Collection[date]
) -> list[Presence]:
    """Return on which of `days` one person was there, by their passages in any order.

    An entry makes a day: the first one is the arrival. `already_in` is an entry too, for a list
    admits once, and who comes back on the second day is in already. The last passage is the
    departure if it was one outwards; whoever came back, or whom nobody saw leave, has none.
    """
    in_order = sorted(passages, key=lambda one: (one.at, one.outcome is Outcome.LEFT))
    found = []
    for day, some in groupby(in_order, key=lambda one: day_lived(one.at, zone)):
        seen = list(some)
        entry = next((one for one in seen if one.outcome is not Outcome.LEFT), None)
        if entry is None or day not in days:
            continue
        last = seen[-1]
        left_at = last.at if last.outcome is Outcome.LEFT else None
        found.append(Presence(day=day, arrived_at=entry.at, left_at=left_at))
    return found
