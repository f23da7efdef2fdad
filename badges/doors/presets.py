"""Gates as most forums have them, laid down at once: each with its check-in list."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from badges.doors import gate_queries, gates, lists
from badges.doors import queries as door_queries
from badges.doors.gate_queries import RoomRow
from badges.models import Directions, Gate, GateKind
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.core.text import Text


class Preset(StrEnum):
    """What may be laid down at once."""

    DOOR = "door"
    ROOMS = "rooms"
    MEAL = "meal"
    CLOAKROOM = "cloakroom"
    EXIT = "exit"


class NoRoomLeft(Problem):
    """No room of the published programme is without a gate."""

    code = "no_room_without_gate"


NAMES: dict[Preset, Text] = {
    Preset.DOOR: {"fr": "Entrée principale", "en": "Main door"},
    Preset.MEAL: {"fr": "Déjeuner", "en": "Lunch"},
    Preset.CLOAKROOM: {"fr": "Vestiaire", "en": "Cloakroom"},
    Preset.EXIT: {"fr": "Sortie", "en": "Exit"},
}
SLUGS = {
    Preset.DOOR: "main",
    Preset.MEAL: "lunch",
    Preset.CLOAKROOM: "cloakroom",
    Preset.EXIT: "exit",
}
DIRECTIONS = {Preset.MEAL: Directions.IN, Preset.EXIT: Directions.OUT}
OF_THE_HOUSE = frozenset({Preset.DOOR, Preset.EXIT})
"""Doors of one house: what comes in by one and goes out by another is one list."""


async def lay_down(
    db: Db, edition: Edition, preset: Preset, *, actor: str, at: datetime, ids: Ids
) -> list[Gate]:
    """Add the gate of a preset with its list, or one for each room that has none.

    Raises:
        NoRoomLeft: each room of the published programme has its gate.
    """
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        if preset is Preset.ROOMS:
            return await _rooms(db, edition, actor=actor, at=at, ids=ids)
        there = {one.slug for one in await gates.all_of(db, edition.id)}
        house = next((one for one in await lists.all_of(db, edition.id) if one.building), None)
        sent = {
            "name": {one: NAMES[preset][one] for one in edition.languages},
            "kind": GateKind(preset.value),
            "directions": DIRECTIONS.get(preset, Directions.BOTH),
            "check_in_list": house.slug if house and preset in OF_THE_HOUSE else None,
            "slug": None if SLUGS[preset] in there else SLUGS[preset],
        }
        return [await gates.add(db, edition, sent, actor=actor, at=at, ids=ids)]


async def _rooms(db: Db, edition: Edition, *, actor: str, at: datetime, ids: Ids) -> list[Gate]:
    made = []
    for room in await without_gate(db, edition.id):
        name = {edition.language: room.name}
        sent = {"name": name, "kind": GateKind.ROOM}
        own = lists.of_room(room.room_id, name)
        made.append(await gates.add(db, edition, sent, own=own, actor=actor, at=at, ids=ids))
    if not made:
        raise NoRoomLeft
    return made


async def without_gate(db: Db, edition_id: int) -> list[RoomRow]:
    """Return the rooms of the published programme at which no gate of a room stands."""
    standing = {
        one.check_in_list for one in await gates.all_of(db, edition_id) if one.kind is GateKind.ROOM
    }
    held: set[UUID] = {
        room
        for one in await door_queries.list_check_in_lists(db, edition_id)
        if one.slug in standing
        for room in one.rooms or []
    }
    return [one for one in await gate_queries.list_rooms(db, edition_id) if one.room_id not in held]
