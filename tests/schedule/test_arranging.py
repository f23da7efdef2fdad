"""Arranging: sessions moved, swapped, shifted and copied, as parts wanted."""

from datetime import timedelta
from uuid import UUID

import pytest

from forum.core.errors import Invalid
from schedule.arranging import copied, placed, shifted, swapped
from schedule.edits import PartNotFound, applied, edits_of
from schedule.models import SessionType
from schedule.naming import next_slug
from tests.schedule.test_conflicts import HALL, NINE, STUDIO, TEN, draft, session

FIRST, SECOND, THIRD = (UUID(int=100 + n) for n in (1, 2, 3))
NEW = [UUID(int=500 + n) for n in range(9)]


def after(one, wanted):
    got = applied(one, edits_of(one, wanted), number=one.number + 1)
    return {
        session.number: (session.room_id, session.starts_at, session.minutes)
        for session in got.sessions
    }


def test_a_session_moves_and_keeps_its_length():
    one = draft(session(1))
    wanted = placed(one, FIRST, room_id=STUDIO.id, starts_at=TEN)
    assert after(one, wanted) == {1: (STUDIO.id, TEN, 60)}


def test_a_session_is_made_longer_where_it_is():
    one = draft(session(1))
    assert after(one, placed(one, FIRST, room_id=HALL.id, starts_at=NINE, minutes=75)) == {
        1: (HALL.id, NINE, 75)
    }


def test_a_session_goes_back_among_what_is_not_placed():
    one = draft(session(1))
    assert after(one, placed(one, FIRST, room_id=None, starts_at=None)) == {1: (None, None, 60)}


@pytest.mark.parametrize("minutes", [0, -5, 10_081])
def test_a_length_that_is_none_is_refused(minutes):
    with pytest.raises(Invalid) as refusal:
        placed(draft(session(1)), FIRST, room_id=None, starts_at=NINE, minutes=minutes)
    assert [*refusal.value.fields] == ["minutes"]


def test_a_session_that_does_not_exist_cannot_be_placed():
    with pytest.raises(PartNotFound):
        placed(draft(), FIRST, room_id=None, starts_at=NINE)


def test_moving_ends_an_overlap_that_was_on_purpose():
    one = draft(session(1, overlaps=True))
    [same] = placed(one, FIRST, room_id=HALL.id, starts_at=NINE)
    [moved] = placed(one, FIRST, room_id=STUDIO.id, starts_at=NINE)
    assert (same.after.content.overlaps, moved.after.content.overlaps) == (True, False)


def test_two_sessions_swap_room_and_time_and_keep_their_lengths():
    one = draft(session(1, minutes=30), session(2, room_id=STUDIO.id, starts_at=TEN))
    assert after(one, swapped(one, FIRST, SECOND)) == {
        1: (STUDIO.id, TEN, 30),
        2: (HALL.id, NINE, 60),
    }
    with pytest.raises(Invalid):
        swapped(one, FIRST, FIRST)


def test_all_that_begins_from_a_time_on_is_shifted():
    early, late = NINE - timedelta(minutes=1), NINE + timedelta(hours=12)
    one = draft(
        session(1),
        session(2, starts_at=TEN, room_id=STUDIO.id),
        session(3, starts_at=early),
        session(4, starts_at=late),
        session(5, starts_at=None),
    )
    ten = timedelta(minutes=10)
    got = after(one, shifted(one, since=NINE, until=late, minutes=10))
    assert [got[n][1] for n in range(1, 6)] == [NINE + ten, TEN + ten, early, late, None]
    only = after(one, shifted(one, since=NINE, until=late, minutes=-10, rooms=[STUDIO.id]))
    assert [only[n][1] for n in (1, 2)] == [NINE, TEN - ten]


@pytest.mark.parametrize("minutes", [0, 10_081])
def test_a_shift_needs_minutes(minutes):
    with pytest.raises(Invalid, match=r"."):
        shifted(draft(session(1)), since=NINE, until=TEN, minutes=minutes)


def test_a_shift_of_nothing_is_told():
    with pytest.raises(Invalid) as refusal:
        shifted(draft(session(1)), since=TEN, until=TEN + timedelta(hours=1), minutes=5)
    assert [*refusal.value.fields] == ["since"]


def test_a_break_is_copied_to_every_room_that_is_free():
    pause = session(1, type=SessionType.BREAK, slug="pause")
    one = draft(pause)
    assert after(one, copied(one, FIRST, NEW)) == {1: (HALL.id, NINE, 60), 2: (STUDIO.id, NINE, 60)}
    [copy] = copied(one, FIRST, NEW)
    assert (copy.id, copy.after.content.slug) == (NEW[0], "pause-2")


def test_a_break_in_no_room_goes_into_the_first_free_one_itself():
    one = draft(session(1, type=SessionType.BREAK, room_id=None))
    assert after(one, copied(one, FIRST, NEW)) == {1: (HALL.id, NINE, 60), 2: (STUDIO.id, NINE, 60)}


def test_a_break_is_not_copied_over_what_is_held():
    one = draft(session(1, type=SessionType.BREAK), session(2, room_id=STUDIO.id, minutes=1))
    with pytest.raises(Invalid):
        copied(one, FIRST, NEW)


def test_a_session_without_a_time_is_not_copied():
    with pytest.raises(Invalid):
        copied(draft(session(1, starts_at=None)), FIRST, NEW)


def test_a_free_slug_is_found():
    assert next_slug("a", []) == "a"
    assert next_slug("a", ["a", "a-2"]) == "a-3"
