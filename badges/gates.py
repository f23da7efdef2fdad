"""Gates: the spots where badges are read."""

from badges import queries
from badges.models import Gate
from forum.core.db import Db
from forum.core.text import Text


async def add(
    db: Db, edition_id: int, slug: str, name: Text, check_in_list: str | None, *, position: int
) -> None:
    """Add a gate; without a check-in list it has one of its own, named as itself."""
    await queries.insert_gate(db, edition_id, slug, name, check_in_list or slug, position)


async def all_of(db: Db, edition_id: int) -> list[Gate]:
    """Return the edition's gates in order, with how many people each list has let in."""
    return await queries.list_gates(db, edition_id)
