"""Changing the form of an edition: one transaction over editions, questions and registrations."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from forum.core import audit
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.core.rights import Staff
from forum.editions import forming
from forum.editions.forming import Changes
from forum.registrations import places


@retried
async def change(
    db: Db,
    staff: Staff,
    work: Callable[[], Awaitable[Changes]],
    *,
    action: str,
    part: str,
    revision: int | None,
    at: datetime,
    ids: Ids,
) -> None:
    """Do `work` on a `part` of the form that is at `revision`, and keep the record of it.

    The edition is locked first, so nobody registers meanwhile. Whoever waits for a place that this
    makes free gets it in the same transaction.

    Raises:
        EditionChanged: the form is no longer at `revision` (None: whatever it is at).
    """
    async with db.transaction():
        now_at = await forming.advance(db, staff.edition.id, revision)
        changes = await work()
        await places.promote_after_change(db, staff.edition, at=at, ids=ids)
        await audit.record(
            db,
            edition_id=staff.edition.id,
            id=ids.uuid(at),
            at=at,
            actor=staff.actor,
            action=action,
            detail={"revision": now_at, "part": part, "changes": changes},
        )
