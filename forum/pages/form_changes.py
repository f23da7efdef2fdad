"""Changing the form of an edition: one transaction over editions, questions and registrations."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.editions import forming
from forum.editions.forming import Changes
from forum.registrations import places


@retried
async def change(
    db: Db,
    edition: Edition,
    work: Callable[[Db], Awaitable[Changes]],
    *,
    action: str,
    part: str,
    revision: int | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> int:
    """Do `work` on a `part` of the form that is at `revision`, and keep the record of it.

    The edition is locked first, so nobody registers meanwhile. Whoever waits for a place that this
    makes free gets it in the same transaction; return how many did.

    Raises:
        EditionChanged: the form is no longer at `revision` (None: whatever it is at).
    """
    async with db.transaction():
        now_at = await forming.advance(db, edition.id, revision)
        changes = await work(db)
        given = await places.promote(db, edition, at=at, ids=ids)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action=action,
            detail={"revision": now_at, "part": part, "changes": changes},
        )
    return given
