"""Gates: the spots where badges are read, each with its check-in list."""

from badges import door_queries
from badges.models import CheckInList, Directions, Gate, GateKind
from forum.core.db import Db
from forum.core.text import Text


async def add(
    db: Db,
    edition_id: int,
    slug: str,
    name: Text,
    check_in_list: str | None,
    *,
    position: int,
    kind: GateKind = GateKind.DOOR,
    directions: Directions = Directions.BOTH,
) -> None:
    """Add a gate; without a check-in list it has one of its own, named as itself.

    A list that is not there yet lets in once a day, and again who was seen to leave; that of the
    first door counts who is in the house.
    """
    of = check_in_list or slug
    building = position == 0 and kind is GateKind.DOOR
    await add_list(db, edition_id, CheckInList(slug=of, name=name, building=building))
    await door_queries.insert_gate(
        db, edition_id, slug, name, of, position, kind=kind, directions=directions
    )


async def add_list(db: Db, edition_id: int, new: CheckInList) -> None:
    """Add a check-in list; one of this name that is there already stays as it is."""
    await door_queries.insert_check_in_list(db, edition_id, new)


async def all_of(db: Db, edition_id: int) -> list[Gate]:
    """Return the edition's gates in order, with how many people each list has let in."""
    return await door_queries.list_gates(db, edition_id)
