"""The clocks of devices: when a scan was made, by what a device told of its clock. No I/O."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from badges.doors.deciding import MS, milliseconds

FARTHEST = timedelta(days=366)
"""A device whose clock is off by more has none: its scans count when they arrive."""
OFF = timedelta(minutes=2)
"""A clock that is off by more, without the device knowing it, is not to be trusted."""
NOTICEABLE_MS = 2000
"""A difference of clocks that a slow network does not explain."""


class Corrected(Struct, frozen=True):
    """When a scan was made, to the millisecond, and whether its clock is not to be trusted."""

    at: datetime
    off: bool


def corrected(
    scanned_at: datetime, offset_ms: int | None, skew_ms: int | None, received_at: datetime
) -> Corrected:
    """Return when a scan was made, by all that is known.

    `offset_ms` is what the device knew, as it scanned, to be missing from its clock, and counts;
    `skew_ms` is what was missing as it sent the scan, as far as it told, and counts where it knew
    nothing. Where the two differ the clock has jumped between, nobody knows when. No scan was made
    after it arrived.
    """
    if offset_ms is None:
        offset_ms = skew_ms if skew_ms is not None and abs(skew_ms) > NOTICEABLE_MS else 0
    said = _shifted(scanned_at, offset_ms)
    if said is None or abs(said - received_at) > FARTHEST:
        return Corrected(whole(received_at), off=True)
    jumped = skew_ms is not None and abs(offset_ms - skew_ms) > OFF / timedelta(milliseconds=1)
    return Corrected(whole(min(said, received_at)), off=jumped or said > received_at + OFF)


def missing_ms(sent_at: datetime | None, now: datetime) -> int | None:
    """Return what a device's clock lacks, if it told what it showed as it sent; see `corrected`."""
    return None if sent_at is None else round((now - sent_at) / timedelta(milliseconds=1))


def told(scanned_at: datetime, at: datetime) -> datetime:
    """Return the time that a device told; `at` where that is no date."""
    return scanned_at if abs(scanned_at - at) <= FARTHEST else at


def instant(at_ms: int) -> datetime:
    """Return milliseconds since 1970 as an instant."""
    return datetime.fromtimestamp(at_ms / MS, UTC)


def whole(at: datetime) -> datetime:
    """Return an instant to the millisecond, as devices have it."""
    return instant(milliseconds(at))


def _shifted(at: datetime, by_ms: int) -> datetime | None:
    try:
        return at.astimezone(UTC) + timedelta(milliseconds=by_ms)
    except OverflowError:
        return None
