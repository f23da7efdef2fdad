"""What is on and what comes next, to the minute, in the edition's own day."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schedule.present import TOGETHER, present
from schedule.rules import programme_day
from tests.schedule import factory
from tests.schedule.programmes import moments, programmes

NINE = factory.at(factory.FIRST_DAY, "09:00")


def made(*times):
    """Return a programme whose sessions begin so many minutes after nine and last so many."""
    whole = factory.programme(sessions=len(times))
    sessions = [one for one in whole.sessions if one.room_id][: len(times)]
    return replace(
        whole,
        sessions=[
            replace(one, number=n, starts_at=NINE + timedelta(minutes=start), minutes=lasts)
            for n, (one, (start, lasts)) in enumerate(zip(sessions, times, strict=True), 1)
        ],
    )


def numbers(programme, minute):
    found = present(programme, NINE + timedelta(minutes=minute))
    return [one.number for one in found.now], [one.number for one in found.following]


def test_a_session_is_on_from_its_first_minute_until_its_end():
    programme = made((0, 60), (60, 30))
    shown = {minute: numbers(programme, minute) for minute in (-1, 0, 59, 60, 89, 90)}
    assert shown == {
        -1: ([], [1]),
        0: ([1], [2]),
        59: ([1], [2]),
        60: ([2], []),
        89: ([2], []),
        90: ([], []),
    }


def test_what_begins_soon_after_the_next_comes_next_too():
    assert numbers(made((60, 30), (75, 30), (90, 30), (91, 30)), 0) == ([], [1, 2, 3])


def test_a_cancelled_session_is_told():
    programme = made((0, 60))
    programme = replace(programme, sessions=[replace(programme.sessions[0], cancelled=True)])
    assert numbers(programme, 5) == ([1], [])


def test_the_night_belongs_to_the_evening_before():
    programme = made((15 * 60, 240), (24 * 60, 60))  # from midnight to four, then nine again
    found = present(programme, NINE + timedelta(hours=16))
    assert (found.today, found.following_day) == (
        factory.FIRST_DAY,
        factory.FIRST_DAY + timedelta(days=1),
    )
    assert [one.number for one in found.now] == [1]


def test_it_is_during_the_forum_on_its_days_alone():
    programme = made((0, 60))
    days = [present(programme, NINE + timedelta(days=n)).during for n in range(-1, 3)]
    assert days == [False, True, True, False]  # an edition of two days, though the second is empty


def test_its_mark_changes_only_when_a_session_begins_or_ends():
    programme = made((0, 60), (60, 30))
    marks = [present(programme, NINE + timedelta(minutes=n)).mark for n in range(91)]
    changes = [n for n in range(1, 91) if marks[n] != marks[n - 1]]
    assert changes == [60, 90]


@given(programmes(), moments())
def test_any_programme_has_a_present(programme, at):
    found = present(programme, at)
    placed = [one for one in programme.sessions if one.starts_at]
    assert {one.id for one in found.now} == {
        one.id for one in placed if one.starts_at <= at < one.ends_at
    }
    later = [one.starts_at for one in placed if one.starts_at > at]
    assert bool(found.following) == bool(later)
    for one in found.following:
        assert min(later) <= one.starts_at <= min(later) + TOGETHER
        assert programme_day(one.starts_at, programme.zone) == found.following_day


@given(st.integers(0, 100_000))
def test_an_empty_programme_has_nothing(minutes):
    found = present(made(), datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
    assert (found.now, found.following, found.following_day) == ((), (), None)
