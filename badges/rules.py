"""Who was there by what the doors read: values in, a decision out."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from badges.models import Outcome, Passage, Presence

NIGHT_ENDS = timedelta(hours=4)
"""Until four in the morning it is still the evening before, as in the programme."""


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

    An entry makes a day, at whatever gate: who was read at a room was in the house. The first one
    is the arrival. `already_in` is an entry too, for a list admits once, and who comes back on the
    second day is in already. The last passage is the departure if it was one out of the house;
    whoever came back, or whom nobody saw leave, has none, and who leaves a room stays in the house.
    """
    counted = (one for one in passages if one.building or one.outcome is not Outcome.LEFT)
    in_order = sorted(counted, key=lambda one: (one.at, one.outcome is Outcome.LEFT))
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
