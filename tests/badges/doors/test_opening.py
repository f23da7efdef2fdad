"""When lists are open: clocks that change, hours over midnight, sessions back to back."""

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from badges.doors.deciding import milliseconds
from badges.doors.opening import day_starts, rule
from badges.models import CheckInList, DoorSession, Hours
from forum.core.context import Edition, EditionState

ROOM, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def edition(first, days=2):
    return Edition(
        id=1,
        slug="e",
        title={},
        timezone="Europe/Paris",
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        languages=["fr"],
        state=EditionState.OPEN,
    )


MARCH = edition(date(2027, 3, 23))
SPRING = edition(date(2027, 3, 27))
"""Clocks go forward in the night to Sunday the 28th."""
AUTUMN = edition(date(2026, 10, 24))


def utc(month, day, hour, minute=0, year=2027):
    return milliseconds(datetime(year, month, day, hour, minute, tzinfo=UTC))


def windows(one, of=MARCH, sessions=()):
    found = rule(one, of, {"elected": 0, "press": 2}, sessions).windows
    return None if found is None else [(w.opens, w.closes, w.session) for w in found]


def session(number, begins, ends, *, room=ROOM, cancelled=False, sign_up=True):
    return DoorSession(
        number=number,
        session_id=uuid.UUID(int=100 + number),
        title={},
        type="talk",
        room_id=room,
        starts_at=datetime(2027, 3, 23, *begins, tzinfo=UTC),
        ends_at=datetime(2027, 3, 23, *ends, tzinfo=UTC),
        cancelled=cancelled,
        capacity=None,
        sign_up=sign_up,
    )


def listed(**given):
    return CheckInList(slug="list", name={}, **given)


def at_room(**given):
    return listed(rooms=[ROOM], lead_minutes=given.pop("lead_minutes", 15), **given)


def test_days_begin_at_four_where_the_edition_is_held():
    assert day_starts(MARCH) == [utc(3, 23, 3), utc(3, 24, 3), utc(3, 25, 3)]


def test_a_day_on_which_clocks_change_is_an_hour_shorter_or_longer():
    assert day_starts(SPRING) == [utc(3, 27, 3), utc(3, 28, 2), utc(3, 29, 2)]
    assert day_starts(AUTUMN) == [
        utc(10, 24, 2, year=2026),
        utc(10, 25, 3, year=2026),
        utc(10, 26, 3, year=2026),
    ]


def test_a_list_without_hours_days_and_rooms_is_always_open():
    assert windows(listed()) is None


def test_days_alone_open_from_morning_to_morning():
    assert windows(listed(days=0b10)) == [(utc(3, 24, 3), utc(3, 25, 3), None)]
    assert windows(listed(days=0)) == []


def test_hours_are_of_every_day_unless_they_name_theirs():
    hours = [Hours(opens="08:00", closes="10:00"), Hours(opens="12:00", closes="14:00", days=[1])]
    assert windows(listed(hours=hours)) == [
        (utc(3, 23, 7), utc(3, 23, 9), None),
        (utc(3, 24, 7), utc(3, 24, 9), None),
        (utc(3, 24, 11), utc(3, 24, 13), None),
    ]
    assert windows(listed(hours=hours, days=0b01)) == [(utc(3, 23, 7), utc(3, 23, 9), None)]


@pytest.mark.parametrize("closes", ["02:00", "20:00"])
def test_hours_whose_end_is_not_after_their_beginning_end_on_the_next_day(closes):
    [(opens, until, _), _] = windows(listed(hours=[Hours(opens="20:00", closes=closes)]))
    assert opens == utc(3, 23, 19)
    assert until == (utc(3, 24, 1) if closes == "02:00" else utc(3, 24, 19))


def test_hours_over_the_night_in_which_clocks_go_forward_are_an_hour_shorter():
    [(opens, closes, _), _] = windows(listed(hours=[Hours(opens="20:00", closes="04:00")]), SPRING)
    assert (opens, closes) == (utc(3, 27, 19), utc(3, 28, 2))


def test_a_room_opens_before_each_of_its_sessions():
    held = [session(1, (9, 0), (10, 0)), session(2, (9, 0), (10, 0), room=OTHER)]
    assert windows(at_room(), sessions=held) == [(utc(3, 23, 8, 45), utc(3, 23, 10), 1)]


def test_a_session_right_after_another_opens_as_that_one_is_about_to_end():
    held = [session(1, (9, 0), (10, 0)), session(2, (10, 0), (11, 0))]
    assert windows(at_room(), sessions=held) == [
        (utc(3, 23, 8, 45), utc(3, 23, 9, 55), 1),
        (utc(3, 23, 9, 55), utc(3, 23, 11), 2),
    ]


def test_a_session_a_little_after_another_opens_no_earlier_than_that():
    held = [session(1, (9, 0), (10, 0)), session(2, (10, 10), (11, 0))]
    assert windows(at_room(), sessions=held)[1] == (utc(3, 23, 9, 55), utc(3, 23, 11), 2)


def test_a_session_long_after_another_opens_by_itself():
    held = [session(1, (9, 0), (10, 0)), session(2, (12, 0), (13, 0))]
    assert windows(at_room(), sessions=held) == [
        (utc(3, 23, 8, 45), utc(3, 23, 10), 1),
        (utc(3, 23, 11, 45), utc(3, 23, 13), 2),
    ]


def test_sessions_of_one_room_never_are_open_at_once():
    held = [
        session(1, (9, 0), (10, 0)),
        session(2, (9, 30), (10, 30)),
        session(3, (10, 0), (10, 2)),
        session(4, (10, 2), (11, 0)),
    ]
    found = windows(at_room(lead_minutes=60), sessions=held)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert [one[2] for one in found if one[0] < one[1]] == [one[2] for one in found]


def test_a_cancelled_session_opens_nothing_and_leaves_its_time_to_the_others():
    held = [session(1, (9, 0), (10, 0), cancelled=True), session(2, (10, 0), (11, 0))]
    assert windows(at_room(), sessions=held) == [(utc(3, 23, 9, 45), utc(3, 23, 11), 2)]
    assert windows(at_room(), sessions=held[:1]) == []


def test_hours_cut_the_sessions():
    held = [session(1, (9, 0), (10, 0)), session(2, (12, 0), (13, 0))]
    one = at_room(hours=[Hours(opens="10:00", closes="10:30")])
    assert windows(one, sessions=held) == [(utc(3, 23, 9), utc(3, 23, 9, 30), 1)]


@pytest.mark.parametrize(
    ("kept", "until"), [(None, None), (10, utc(3, 23, 9, 10)), (-5, utc(3, 23, 8, 55))]
)
def test_seats_are_asked_for_where_a_session_takes_them(kept, until):
    held = [session(1, (9, 0), (10, 0)), session(2, (14, 0), (15, 0), sign_up=False)]
    found = rule(at_room(seats=True, seats_kept_minutes=kept), MARCH, {}, held).windows
    assert [(one.seat, one.seat_until) for one in found] == [(True, until), (False, None)]
    without = rule(at_room(seats_kept_minutes=kept), MARCH, {}, held).windows
    assert [(one.seat, one.seat_until) for one in without] == [(False, None)] * 2


def test_categories_are_their_numbers_and_one_that_is_gone_lets_in_nobody():
    assert rule(listed(), MARCH, {"elected": 0}, ()).categories is None
    some = listed(categories=["press", "elected", "gone"])
    assert rule(some, MARCH, {"elected": 0, "press": 2}, ()).categories == [0, 2]
    assert rule(listed(categories=["gone"]), MARCH, {"elected": 0}, ()).categories == []
