"""The numbers of the doors as values: days, arrivals, rooms that fill, devices in trouble."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from badges.board import numbers as board
from badges.board.numbers import (
    Arrivals,
    DeviceRow,
    EditionBefore,
    Entries,
    Level,
    Moment,
    RoomName,
    RoomPeople,
    Trouble,
)
from badges.models import CheckInList, Counting, DoorSession
from tests.pages.samples import EDITION

FIRST = datetime(2027, 3, 23, 3, tzinfo=UTC)  # four in the morning in Paris
NINE = datetime(2027, 3, 23, 8, tzinfo=UTC)
ROOM, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def test_a_day_begins_at_four_in_the_morning_where_the_edition_is_held():
    before, after = (board.today(EDITION, FIRST + timedelta(days=1, seconds=s)) for s in (-1, 0))
    assert (before.day, before.period) == (0, "0")
    assert (before.since, before.until) == (FIRST, FIRST + timedelta(days=1))
    assert (after.day, after.period) == (1, "1")


def test_outside_the_edition_a_day_is_that_of_the_calendar():
    one = board.today(EDITION, datetime(2027, 1, 5, 23, 30, tzinfo=UTC))
    assert (one.day, one.period) == (None, "2027-01-05")
    assert (one.since, one.until) == (
        datetime(2027, 1, 5, tzinfo=UTC),
        datetime(2027, 1, 6, tzinfo=UTC),
    )


def test_days_of_two_editions_are_aligned_by_number_and_time_on_the_wall():
    last = EditionBefore(
        edition_id=2,
        title={"fr": "Avant"},
        timezone="Europe/Paris",
        starts_on=date(2026, 6, 9),  # in summer time
        ends_on=date(2026, 6, 9),
    )
    assert board.same_day(last, 0) == (
        datetime(2026, 6, 9, 2, tzinfo=UTC),
        datetime(2026, 6, 10, 2, tzinfo=UTC),
    )
    assert board.same_day(last, 1) is None


def entries(**counts):
    return [Entries(place=int(place[1:]), count=count) for place, count in counts.items()]


def test_arrivals_have_no_gap_and_go_on_as_far_as_either_edition():
    here = board.today(EDITION, NINE)
    got = board.arrivals(entries(p60=3, p62=1), entries(p59=2, p63=9), here, NINE)
    at = [FIRST + timedelta(minutes=5 * place) for place in range(59, 64)]
    assert got == [
        Arrivals(at=at[0], entered=0, last=2),
        Arrivals(at=at[1], entered=3, last=0),
        Arrivals(at=at[2], entered=0, last=0),
        Arrivals(at=at[3], entered=1, last=0),
        Arrivals(at=at[4], entered=0, last=9),
    ]


def test_arrivals_without_an_edition_before_are_compared_with_nothing():
    here = board.today(EDITION, NINE)
    assert board.arrivals(entries(p60=3), None, here, NINE) == [
        Arrivals(at=NINE, entered=3, last=None)
    ]
    assert board.arrivals([], None, here, NINE) == []
    assert board.arrivals([], [], here, NINE) == []


def test_by_this_time_of_the_day_counts_the_stretch_under_way():
    here = board.today(EDITION, NINE)
    rows = entries(p59=2, p60=3, p61=4)
    assert board.entered_by(rows, here, NINE) == 5
    assert board.entered_by(rows, here, NINE + timedelta(minutes=5)) == 9


@pytest.mark.parametrize(
    ("inside", "capacity", "level"),
    [
        (0, None, None),
        (89, 100, Level.FREE),
        (90, 100, Level.NEARLY_FULL),
        (99, 100, Level.NEARLY_FULL),
        (100, 100, Level.FULL),
        (101, 100, Level.FULL),
        (8, 9, Level.FREE),
        (0, 0, Level.FULL),
    ],
)
def test_a_room_is_nearly_full_at_ninety_hundredths_and_full_at_all(inside, capacity, level):
    assert board.level(inside, capacity) == level


def session(number, begins, *, room=ROOM, minutes=60, **given):
    starts_at = NINE + timedelta(minutes=begins)
    values = {
        "number": number,
        "session_id": uuid.UUID(int=number),
        "title": {"fr": f"Séance {number}"},
        "type": "talk",
        "room_id": room,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "cancelled": False,
        "capacity": 10,
        "sign_up": False,
    }
    return DoorSession(**{**values, **given})


def door(**given):
    values = {"slug": "rooms", "name": {"fr": "Salles"}, "rooms": [ROOM], "counts": "session"}
    values = {**values, **given}
    return CheckInList(**{**values, "counts": Counting(values["counts"])})


def seen(one, *sessions, at=NINE):
    found = board.in_sight(one, sessions, at, FIRST + timedelta(days=1))
    return [(each.number, moment) for each, moment in found]


def test_what_is_under_way_is_in_sight_and_the_next_of_each_room():
    sessions = [
        session(1, -60),
        session(2, 0),
        session(3, 60),
        session(4, 120),
        session(5, 30, room=OTHER),
    ]
    assert seen(door(), *sessions) == [(2, Moment.NOW), (3, Moment.NEXT)]
    both = door(rooms=[ROOM, OTHER])
    assert seen(both, *sessions) == [(2, Moment.NOW), (3, Moment.NEXT), (5, Moment.NEXT)]


def test_what_is_cancelled_or_on_another_day_is_not_in_sight():
    assert seen(door(), session(1, 0, cancelled=True), session(2, 24 * 60)) == []


def test_people_of_a_session_are_those_of_its_period():
    here = board.today(EDITION, NINE)
    one = door()
    sight = [(one, session(2, 0), Moment.NOW), (one, session(3, 60, capacity=None), Moment.NEXT)]
    people = [RoomPeople(check_in_list="rooms", period="2", entered=11, inside=9)]
    first, second = board.rooms(sight, [RoomName(room_id=ROOM, name="Garonne")], people, here)
    assert (first.room, first.entered, first.inside, first.level) == (
        "Garonne",
        11,
        9,
        "nearly_full",
    )
    assert (second.session, second.entered, second.inside, second.level) == (3, 0, 0, None)


@pytest.mark.parametrize(
    ("counts", "period"), [("session", "2"), ("day", "0"), ("forum", ""), ("never", "")]
)
def test_the_period_of_a_session_is_that_of_its_list(counts, period):
    assert board.period_of(door(counts=counts), session(2, 0), board.today(EDITION, NINE)) == period


def phone(**given):
    told = {"seen_at": NINE, "battery": 80, "charging": False, "waiting": 0, "clock_offset_ms": 0}
    row = DeviceRow(id=ROOM, name="Téléphone", gate="main", **{**told, **given})
    return board.device(row, NINE + timedelta(minutes=5)).troubles


@pytest.mark.parametrize(
    ("told", "troubles"),
    [
        ({}, []),
        ({"seen_at": None}, [Trouble.SILENT]),
        ({"seen_at": NINE - timedelta(seconds=1)}, [Trouble.SILENT]),
        ({"battery": 20}, [Trouble.LOW_BATTERY]),
        ({"battery": 20, "charging": True}, []),
        ({"battery": None, "charging": None, "waiting": None, "clock_offset_ms": None}, []),
        ({"clock_offset_ms": -120_001}, [Trouble.CLOCK_OFF]),
        ({"clock_offset_ms": 120_000}, []),
        ({"waiting": 1}, [Trouble.WAITING]),
    ],
)
def test_a_device_says_what_to_look_after(told, troubles):
    assert phone(**told) == troubles
