"""The log of printed badges: of whom, which revision, in which layout, when, by whom."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from badges.printing import log_queries, run_queries
from badges.printing.run_models import LoggedPrint, PrintedBadge
from forum.core.db import Db, retried
from forum.core.ids import Ids

AT_ONCE = 1000
SHOWN = 20


@retried
async def record(
    db: Db,
    edition_id: int,
    printed: Sequence[PrintedBadge],
    *,
    actor: str,
    run_id: UUID | None = None,
    at: datetime,
    ids: Ids,
) -> list[str]:
    """Log badges that were printed, and remember that those people have theirs.

    Return the references of those on whose ticket something else stands by now, or who come no
    more: what was printed of them is logged, and they count as not printed.
    """
    changed: list[str] = []
    async with db.transaction():
        ordered = sorted(printed, key=lambda one: one.registration_id)
        for first in range(0, len(ordered), AT_ONCE):
            some = ordered[first : first + AT_ONCE]
            await log_queries.lock_tickets(db, edition_id, [one.registration_id for one in some])
            await log_queries.insert_prints(
                db,
                edition_id,
                [ids.uuid(at) for _ in some],
                some,
                actor=actor,
                run_id=run_id,
                at=at,
            )
            await log_queries.mark_printed(db, edition_id, some, at=at)
            changed += await log_queries.list_outdated(db, edition_id, some)
    return changed


async def of_person(db: Db, edition_id: int, registration_id: UUID) -> list[LoggedPrint]:
    """Return when somebody's badge was printed, the latest first."""
    return await log_queries.list_prints(db, edition_id, registration_id, SHOWN)


async def erase(db: Db, edition_id: int, registration_id: UUID, *, at: datetime) -> None:
    """Forget all prints of somebody, and have the files deleted on which they are.

    The worker deletes the files within a minute.
    """
    async with db.transaction():
        await run_queries.expire_files_of(db, edition_id, registration_id, at=at)
        await log_queries.delete_prints(db, edition_id, registration_id)
