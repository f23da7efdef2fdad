"""Counters of check-in lists: by category and day, in the period that runs."""

import pytest

from badges.devices.fullness import counters, expected, open_days, periods_at
from badges.devices.models import CheckedIn, Counter, Tickets
from badges.doors.deciding import DoorRules, ListRule, Window
from badges.models import Counting

DAYS = [1000, 2000, 3000]
"""Two days, in milliseconds."""
TICKETS = [
    Tickets(category_number=0, days=0b11, count=100),
    Tickets(category_number=0, days=0b01, count=20),
    Tickets(category_number=1, days=0b10, count=3),
]


def rule(**given):
    return ListRule(**{"slug": "main", **given})


@pytest.mark.parametrize(
    ("given", "at", "count"),
    [
        ({}, 1500, 120),
        ({}, 2500, 103),
        ({}, 500, 123),
        ({"counts": Counting.FORUM}, 2500, 123),
        ({"counts": Counting.NEVER}, 2500, 103),
        ({"categories": [1]}, 2500, 3),
        ({"categories": [1]}, 1500, 0),
        ({"categories": []}, 2500, 0),
        ({"windows": [Window(opens=2100, closes=2200)]}, 2150, 103),
        ({"windows": [Window(opens=2100, closes=2200)]}, 1500, 0),
        ({"windows": [Window(opens=2100, closes=2200)], "counts": Counting.FORUM}, 1500, 103),
        ({"windows": []}, 1500, 0),
    ],
)
def test_expected_are_those_whom_the_list_lets_in(given, at, count):
    assert expected(rule(**given), DAYS, at, TICKETS) == count


def test_a_window_over_midnight_opens_both_days():
    assert open_days(rule(windows=[Window(opens=1900, closes=2100)]), DAYS) == 0b11
    assert open_days(rule(), DAYS) == 0b11


def test_counters_are_of_the_period_that_runs():
    rules = DoorRules(
        edition=1,
        days=DAYS,
        gates={},
        lists={
            "main": rule(),
            "forum": rule(slug="forum", counts=Counting.FORUM),
            "room": rule(
                slug="room",
                counts=Counting.SESSION,
                windows=[Window(opens=2000, closes=2600, session=7)],
            ),
        },
    )
    assert periods_at(rules, 2500) == {"main": "1", "forum": "", "room": "7"}
    seen = [CheckedIn(check_in_list="room", period="7", entered=5, inside=4)]
    assert counters(rules, 2500, seen, TICKETS) == {
        "main": Counter(entered=0, inside=0, expected=103),
        "forum": Counter(entered=0, inside=0, expected=123),
        "room": Counter(entered=5, inside=4, expected=103),
    }
