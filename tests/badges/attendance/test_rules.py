"""Attendance as values: where a day is cut, who was in a session and when, half by half."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from badges import rules
from badges.attendance.models import Interval, Stay, Visit
from badges.attendance.rules import halves, sessions, stays
from badges.models import Outcome, Passage
from tests.pages.samples import EDITION

ADA, BO, CY = (uuid.UUID(int=n) for n in range(1, 4))
DAY = datetime(2027, 3, 23, tzinfo=UTC)
LATE = datetime(2027, 4, 1, tzinfo=UTC)


def at(hour, minute=0, *, day=0):
    """Return an instant by the clock on the wall, an hour ahead of UTC."""
    return DAY + timedelta(days=day, hours=hour - 1, minutes=minute)


def pause(begins, ends, **given):
    """Return a break of the first day."""
    values = {
        "number": 1,
        "title": {},
        "type": "break",
        "room": None,
        "starts_at": begins,
        "ends_at": ends,
        "cancelled": False,
        "sign_up": False,
        "session_id": ADA,
    }
    return Interval(**{**values, **given})


def step(when, outcome="admitted", *, who=ADA, session=None, building=True):
    return Passage(
        registration_id=who,
        at=when,
        outcome=Outcome(outcome),
        session=session,
        building=building and session is None,
    )


def cuts(*programme):
    return [one.begins for one in halves(EDITION, programme) if one.afternoon]


def test_a_day_is_cut_at_one_o_clock_without_a_break():
    first, second, third, fourth = halves(EDITION, [])
    assert [first.begins, first.ends, second.ends] == [at(4), at(13), at(28)]
    assert [one.name for one in (first, second, third, fourth)] == [
        "2027-03-23_morning", "2027-03-23_afternoon", "2027-03-24_morning", "2027-03-24_afternoon",
    ]  # fmt: skip
    assert fourth.ends == at(28, day=1)


def test_a_day_is_cut_in_the_middle_of_its_longest_break_at_noon():
    coffee, lunch = pause(at(11), at(11, 30)), pause(at(12, 30), at(14), number=2)
    assert cuts(coffee, lunch) == [at(13, 15), at(13, day=1)]


def test_a_break_that_is_no_lunch_does_not_cut():
    early, late = pause(at(10), at(10, 45)), pause(at(14, 30), at(15, 15))
    short, off = pause(at(12), at(12, 20)), pause(at(12), at(13, 30), cancelled=True)
    talk = pause(at(12), at(13, 30), type="talk")
    assert cuts(early, late, short, off, talk)[0] == at(13)


def test_of_breaks_alike_in_all_rooms_one_counts():
    rooms = [pause(at(12), at(13, 30), number=n) for n in (3, 1, 2)]
    assert cuts(*rooms)[0] == at(12, 45)


def test_who_comes_and_goes_is_inside_once_and_came_once():
    seen = [
        step(at(9), session=1),
        step(at(9, 5), who=BO, session=1),
        step(at(9, 10), "left", session=1),
        step(at(9, 15), who=CY, session=1),
        step(at(9, 20), session=1),
        step(at(9, 25), "left", who=BO, session=1),
        step(at(9, 25), "already_in", session=2),
        step(at(9), who=CY),
    ]
    found = sessions(reversed(seen))
    assert found[1].most == 3
    assert found[1].visits == {
        ADA: Visit(first_at=at(9), last_at=at(9, 20), inside=True),
        BO: Visit(first_at=at(9, 5), last_at=at(9, 25), inside=False),
        CY: Visit(first_at=at(9, 15), last_at=at(9, 15), inside=True),
    }
    assert {number: {*one.visits} for number, one in found.items()} == {1: {ADA, BO, CY}, 2: {ADA}}


def test_leaving_a_session_alone_is_no_attendance():
    assert sessions([step(at(9), "left", session=4)]) == {}


def there(*passages, until=LATE):
    return stays(passages, halves(EDITION, []), until=until)


def test_who_came_in_the_morning_and_was_not_read_leaving_is_there_in_the_afternoon():
    assert there(step(at(9))) == [
        Stay(first_at=at(9), last_at=at(9)), Stay(first_at=None, last_at=None), None, None,
    ]  # fmt: skip


def test_who_left_the_building_before_the_cut_was_there_in_the_morning_alone():
    morning = Stay(first_at=at(9), last_at=at(12, 30))
    assert there(step(at(9)), step(at(12, 30), "left")) == [morning, None, None, None]


def test_who_left_a_room_is_still_in_the_building():
    found = there(step(at(9)), step(at(12, 30), "left", session=1))
    assert [one is not None for one in found] == [True, True, False, False]
    assert not found[1].read


def test_a_room_alone_proves_presence():
    assert there(step(at(15), session=3)) == [
        None, Stay(first_at=at(15), last_at=at(15)), None, None,
    ]  # fmt: skip


def test_a_night_belongs_to_the_day_before_and_ends_it():
    assert there(step(at(25, 30))) == [
        None, Stay(first_at=at(25, 30), last_at=at(25, 30)), None, None,
    ]  # fmt: skip


def test_a_half_day_to_come_has_nobody():
    assert there(step(at(9)), until=at(10))[1:] == [None, None, None]


moments = some.builds(
    step,
    some.integers(0, 3 * 24 * 60).map(lambda n: at(0, n)),
    some.sampled_from(["admitted", "already_in", "left"]),
    building=some.booleans(),
)


@given(some.lists(moments, max_size=12))
def test_half_days_and_attested_days_agree(passages):
    days = [one.day for one in rules.presences(passages, EDITION.zone, EDITION.days)]
    over = halves(EDITION, [])
    in_order = sorted(passages, key=lambda one: (one.at, one.outcome is Outcome.LEFT))
    found = stays(in_order, over, until=LATE)
    assert sorted({half.day for half, stay in zip(over, found, strict=True) if stay}) == days
