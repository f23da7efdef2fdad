"""Plans of the venue: the number by which each room is known on them, and where. No I/O."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from schedule.models import Marker, Room


class Dot(Struct, frozen=True, kw_only=True):
    """A room on a plan: its number, and where it is, in percent from the left and from the top."""

    number: int
    room: Room
    x: float
    y: float


def numbers(rooms: Iterable[Room]) -> dict[UUID, int]:
    """Return the number of each room, from 1 in the order of the rooms, the same on every plan."""
    return {room.id: number for number, room in enumerate(rooms, start=1)}


def dots(markers: Iterable[Marker], rooms: Sequence[Room]) -> list[Dot]:
    """Return what a plan shows of its markers, in order of number; rooms that are gone are not."""
    by_id = {room.id: room for room in rooms}
    number = numbers(rooms)
    found = [
        Dot(number=number[one.room_id], room=by_id[one.room_id], x=one.x, y=one.y)
        for one in markers
        if one.room_id in by_id
    ]
    return sorted(found, key=lambda one: one.number)
