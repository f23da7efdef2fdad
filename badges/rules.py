"""What a gate answers: values in, an outcome out. The scanner page follows the same table."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from badges.models import Direction, Outcome, Reading, TokenPayload


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
