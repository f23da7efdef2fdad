"""Decisions on seats: which sessions have them, who may have one, until when one is kept."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from schedule import rules
from schedule.seating import (
    Held,
    NoPlaceAtTheForum,
    NotThatDay,
    Person,
    SessionWithoutSeats,
    SignUpClosed,
    SignUpNotOpen,
    State,
    Terms,
    answer_by,
    calendar_session,
    is_running,
    may_give_back,
    may_sign_up,
    overlap,
    own_sessions,
    seatings,
    stands,
)
from tests.factories import MORNING, NOON
from tests.pages.samples import EDITION
from tests.schedule.workshops import workshop, workshop_id, workshops

HOUR = timedelta(hours=1)


def published(*sessions, edition=EDITION):
    return rules.publish(workshops(*sessions), edition, base_url="https://forum.example", at=NOON)


def seating(name="a", **given):
    """Return one session with seats, as a version has it."""
    [one] = seatings(published(workshop(name, **given)), EDITION)
    return one


def person(**given):
    values = {
        "id": workshop_id("person"),
        "reference": "K7QM-42XR",
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "zoe@example.org",
        "language": "fr",
        "status": "confirmed",
        "days": None,
    }
    return Person(**{**values, **given})


def held(name, state=State.SEAT, **given):
    values = {"place": None, "answer_by": None, "changes": 1, "at": NOON}
    return Held(session_id=workshop_id(name), state=state, **{**values, **given})


def test_only_placed_sessions_with_seats_and_sign_up_that_are_held_take_sign_ups():
    programme = published(
        workshop("a"),
        workshop("b", seats=None),
        workshop("c", sign_up=False),
        workshop("d", cancelled=True),
        workshop("e", starts_at=None),
    )
    [one] = seatings(programme, EDITION)
    assert (one.slug, one.room, one.day, one.capacity, one.left) == ("a", "Salle a", 0, 2, 2)
    assert (one.starts_at, one.ends_at) == (MORNING, MORNING + HOUR)


def test_a_night_belongs_to_the_day_it_follows_and_other_days_to_none():
    assert seating(starts=17 * 60).day == 0  # two in the morning of the second day
    assert seating(starts=24 * 60).day == 1
    assert seating(starts=3 * 24 * 60).day is None
    assert seating(starts=-24 * 60).day is None


def test_nobody_comes_to_a_newcomer_s_seat_while_others_wait():
    assert replace(seating(), taken=1).left == 1
    assert replace(seating(), taken=1, waiting=1).left == 0
    assert replace(seating(), taken=5).left == 0


@pytest.mark.parametrize(
    ("starts", "clash"), [(-60, False), (-59, True), (0, True), (59, True), (60, False)]
)
def test_two_sessions_overlap_by_a_minute_at_least(starts, clash):
    one, other = seating("a"), seating("b", starts=starts)
    assert overlap(one, other) is overlap(other, one) is clash
    assert not overlap(one, one)


def test_who_may_sign_up_when():
    one, terms = seating(), Terms(opens_at=NOON, closes_minutes=30)
    may_sign_up(person(), one, terms, NOON)
    may_sign_up(person(days=1), one, terms, NOON)
    last = MORNING - timedelta(minutes=30)
    for refusal, who, session, at in [
        (SessionWithoutSeats, person(), replace(one, open=False), NOON),
        (NoPlaceAtTheForum, person(status="offered"), one, NOON),
        (NotThatDay, person(days=2), one, NOON),
        (SignUpNotOpen, person(), one, NOON - HOUR),
        (SignUpClosed, person(), one, last),
    ]:
        with pytest.raises(refusal):
            may_sign_up(who, session, terms, at)
    assert is_running(one, terms, last - timedelta(seconds=1))
    assert not is_running(one, terms, last)
    assert not is_running(one, terms, NOON - HOUR)
    assert not is_running(replace(one, open=False), terms, NOON)


def test_a_seat_is_given_back_until_the_terms_say():
    terms = Terms(give_back_minutes=10)
    assert may_give_back(seating(), terms, MORNING - timedelta(minutes=11))
    assert not may_give_back(seating(), terms, MORNING - timedelta(minutes=10))


def test_a_seat_from_the_list_is_kept_only_where_somebody_has_to_answer():
    one, other = seating("a"), seating("b")
    assert answer_by(one, Terms(), [], NOON) is None
    assert answer_by(one, Terms(), [other], NOON) == NOON + 24 * HOUR
    assert answer_by(one, Terms(answer_hours=2), [], NOON) == NOON + 2 * HOUR
    late = MORNING - 3 * HOUR
    terms = Terms(answer_hours=48, closes_minutes=60)
    assert answer_by(one, terms, [], late) == MORNING - HOUR


def test_a_standing_names_the_seats_held_at_the_same_time_and_no_turn():
    found = seatings(
        published(workshop("a"), workshop("b", starts=30), workshop("c", starts=45)), EDITION
    )
    standing = stands(found, [held("a"), held("b", State.WAITING), held("c", State.RELEASED)])
    got = {one.seating.slug: (one.state, [c.slug for c in one.clashes]) for one in standing}
    assert got == {
        "a": (State.SEAT, []),
        "b": (State.WAITING, ["a"]),
        "c": (State.RELEASED, ["a"]),
    }
    assert [one.is_firm for one in standing] == [True, False, False]
    assert not stands(found, [held("a", answer_by=NOON)])[0].is_firm


def test_an_own_calendar_rises_with_every_change_and_keeps_what_was_given_up():
    programme = published(workshop("a"), workshop("b"), workshop("c", cancelled=True))
    later = NOON + HOUR
    own = own_sessions(
        programme,
        [
            held("a", changes=3, at=later),
            held("b", State.RELEASED, changes=2),
            held("c"),
            held("d"),
        ],
    )
    assert {one.slug: (one.cancelled, one.revision, one.changed_at) for one in own} == {
        "a": (False, 2, later),
        "b": (True, 1, NOON),
        "c": (True, 0, NOON),
    }
    assert own_sessions(programme, [held("a", State.WAITING, changes=0)]) == []
    assert calendar_session(programme.sessions[0], 0).revision == 0


def test_days_are_bits_of_the_edition():
    assert person(days=0b10).comes_on(1)
    assert not person(days=0b10).comes_on(0)
    assert person(days=0b10).comes_on(None)
    assert person().comes_on(5)
