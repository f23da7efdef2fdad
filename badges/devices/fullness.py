"""How full check-in lists are: who entered, who of them is inside, how many are expected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from badges.devices import queries as device_queries
from badges.devices.models import CheckedIn, Counter, Tickets
from badges.doors import deciding
from badges.doors.deciding import DoorRules, ListRule, milliseconds
from badges.models import Counting
from forum.core.db import Database
from forum.core.shelf import Shelf

FRESH_S = 5.0
"""Counters are as old as this at most: every device asks for them twice a minute."""


class Fullness:
    """Counts for all devices of an edition at once."""

    def __init__(self, database: Callable[[], Database], now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self.shelf: Shelf[int, dict[str, Counter]] = Shelf(fresh_s=FRESH_S)

    async def of(self, rules: DoorRules, lists: Iterable[str]) -> dict[str, Counter]:
        """Return the counters of some lists, as they were `FRESH_S` ago at most."""
        counted = await self.shelf.get(rules.edition, partial(self._count, rules))
        return {slug: counted[slug] for slug in sorted({*lists}) if slug in counted}

    async def _count(self, rules: DoorRules) -> dict[str, Counter]:
        at = milliseconds(self._now())
        periods = periods_at(rules, at)
        async with self._database().acquire() as db:
            seen = await device_queries.count_checked_in(
                db, rules.edition, [*periods], [*periods.values()]
            )
            tickets = await device_queries.count_tickets(db, rules.edition)
        return counters(rules, at, seen, tickets)


def periods_at(rules: DoorRules, at: int) -> dict[str, str]:
    """Return in what each list counts at an instant."""
    return {slug: deciding.place(rule, rules.days, at).period for slug, rule in rules.lists.items()}


def counters(
    rules: DoorRules, at: int, seen: Iterable[CheckedIn], tickets: Sequence[Tickets]
) -> dict[str, Counter]:
    """Return the counter of each list; `seen` is of the periods of this instant."""
    entered: Mapping[str, CheckedIn] = {one.check_in_list: one for one in seen}
    return {
        slug: Counter(
            entered=entered[slug].entered if slug in entered else 0,
            inside=entered[slug].inside if slug in entered else 0,
            expected=expected(rule, rules.days, at, tickets),
        )
        for slug, rule in rules.lists.items()
    }


def expected(rule: ListRule, days: Sequence[int], at: int, tickets: Iterable[Tickets]) -> int:
    """Return how many a list would let in, by category and day.

    That is today where it counts by day or less; otherwise, and before and after the edition, any
    day on which it opens.
    """
    opened = open_days(rule, days)
    today = deciding.day_at(days, at)
    if today >= 0 and rule.counts is not Counting.FORUM:
        opened &= 1 << today
    return sum(
        one.count
        for one in tickets
        if one.days & opened and (rule.categories is None or one.category_number in rule.categories)
    )


def open_days(rule: ListRule, days: Sequence[int]) -> int:
    """Return on which days of the edition a list opens; bit n is day n."""
    if rule.windows is None:
        return (1 << (len(days) - 1)) - 1
    return sum(
        1 << n
        for n in range(len(days) - 1)
        if any(one.opens < days[n + 1] and one.closes > days[n] for one in rule.windows)
    )
