"""Who was there, and when: arrivals and departures by what the doors read."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from badges.models import Outcome, Passage, Presence
from badges.rules import day_lived, presences

PARIS = ZoneInfo("Europe/Paris")
DAYS = [date(2027, 3, 23), date(2027, 3, 24)]
FIRST, SECOND = DAYS
OUTCOMES = {"in": Outcome.ADMITTED, "again": Outcome.ALREADY_IN, "out": Outcome.LEFT}


def at(day, hour, minute=0):
    """Return an instant by the wall in Paris, in March 2027."""
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def seen(*passages, days=DAYS, zone=PARIS):
    made = [
        Passage(registration_id=UUID(int=1), at=when, outcome=OUTCOMES[how])
        for how, when in passages
    ]
    return presences(made[::-1], zone, days)  # in whatever order devices sent them


def day(of, arrived_at, left_at=None):
    return Presence(day=of, arrived_at=arrived_at, left_at=left_at)


def test_first_entry_and_last_exit_of_each_day():
    got = seen(
        ("in", at(23, 8, 52)),
        ("out", at(23, 12)),
        ("again", at(23, 13, 30)),
        ("out", at(23, 17, 30)),
        ("again", at(24, 9, 4)),
        ("out", at(24, 16)),
    )
    assert got == [
        day(FIRST, at(23, 8, 52), at(23, 17, 30)),
        day(SECOND, at(24, 9, 4), at(24, 16)),
    ]


def test_without_an_exit_the_arrival_alone_is_known():
    assert seen(("in", at(23, 9)), ("again", at(23, 14))) == [day(FIRST, at(23, 9))]


def test_whoever_comes_back_and_is_not_seen_to_leave_has_no_departure():
    got = seen(("in", at(23, 9)), ("out", at(23, 12)), ("again", at(23, 13)))
    assert got == [day(FIRST, at(23, 9))]


def test_who_comes_back_on_the_second_day_is_in_already_and_was_there():
    assert seen(("in", at(23, 9)), ("again", at(24, 10))) == [
        day(FIRST, at(23, 9)),
        day(SECOND, at(24, 10)),
    ]


def test_after_midnight_it_is_still_the_evening_before():
    got = seen(("in", at(23, 18)), ("out", at(24, 1, 30)), ("again", at(24, 9)))
    assert got == [day(FIRST, at(23, 18), at(24, 1, 30)), day(SECOND, at(24, 9))]


@pytest.mark.parametrize(("hour", "minute", "lived"), [(3, 59, FIRST), (4, 0, SECOND)])
def test_a_night_ends_at_four(hour, minute, lived):
    assert day_lived(at(24, hour, minute), PARIS) == lived


def test_the_day_is_that_of_the_editions_own_zone():
    instant = datetime(2027, 3, 24, 3, tzinfo=UTC)
    assert day_lived(instant, PARIS) == SECOND
    assert day_lived(instant, ZoneInfo("America/Cayenne")) == FIRST


def test_the_night_of_the_change_of_clocks_has_its_day():
    changed = [date(2027, 3, 27), date(2027, 3, 28)]
    got = seen(("in", at(27, 20)), ("out", at(28, 3, 30)), days=changed)
    assert got == [day(changed[0], at(27, 20), at(28, 3, 30))]


@pytest.mark.parametrize(
    "passages",
    [
        (),
        (("out", at(23, 17)),),
        (("in", at(22, 17)),),
        (("in", at(25, 9)), ("out", at(25, 10))),
    ],
    ids=["nothing", "an exit alone", "a rehearsal", "a day later"],
)
def test_what_attests_nothing(passages):
    assert seen(*passages) == []


def test_an_exit_before_the_first_entry_is_no_departure():
    assert seen(("out", at(23, 8)), ("in", at(23, 9))) == [day(FIRST, at(23, 9))]


def test_of_one_instant_the_exit_comes_last():
    assert seen(("out", at(23, 9)), ("in", at(23, 9))) == [day(FIRST, at(23, 9), at(23, 9))]
