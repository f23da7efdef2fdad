"""Rooms have one number on every plan, and stand where their marker says, whatever is gone."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from schedule.models import Marker, Room
from schedule.plans import dots, numbers

IDS = [uuid.UUID(int=n) for n in range(1, 9)]
SHARES = st.floats(0, 100)


def rooms(ids):
    return [
        Room(id=id_, slug=f"r{id_.int}", name=f"R{id_.int}", position=n)
        for n, id_ in enumerate(ids)
    ]


def test_a_number_is_the_place_among_the_rooms():
    assert numbers(rooms(IDS[:3])) == {IDS[0]: 1, IDS[1]: 2, IDS[2]: 3}


def test_dots_come_by_number_without_those_of_rooms_that_are_gone():
    markers = [
        Marker(room_id=IDS[2], x=5, y=6),
        Marker(room_id=IDS[7], x=1, y=1),
        Marker(room_id=IDS[0], x=100, y=0),
    ]
    found = dots(markers, rooms(IDS[:3]))
    assert [(one.number, one.room.name, one.x, one.y) for one in found] == [
        (1, "R1", 100, 0),
        (3, "R3", 5, 6),
    ]


@given(
    st.lists(st.sampled_from(IDS), unique=True),
    st.lists(st.tuples(st.sampled_from(IDS), SHARES, SHARES), unique_by=lambda one: one[0]),
)
def test_every_marker_of_a_room_that_is_there_is_one_dot_in_its_place(there, marked):
    markers = [Marker(room_id=id_, x=x, y=y) for id_, x, y in marked]
    found = dots(markers, rooms(there))
    assert {(one.room.id, one.x, one.y) for one in found} == {
        one for one in marked if one[0] in there
    }
    assert [one.number for one in found] == sorted(there.index(one.room.id) + 1 for one in found)
