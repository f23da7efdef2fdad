"""Who did what to what, when: stored in the transaction of the deed itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from forum.core.db import Db

INSTALLATION = 0
"""Stands for an edition where a deed belongs to none, as those on one's own account do."""


async def record(
    db: Db,
    *,
    edition_id: int,
    id: UUID,  # noqa: A002 -- the column's name
    at: datetime,
    actor: str,
    action: str,
    subject_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Store one deed; `actor` is a kind and an id (`attendee`, `organiser:…`, `command`)."""
    await db.execute(
        """
        insert into audit (edition_id, id, at, actor, action, subject_id, detail)
             values ($1, $2, $3, $4, $5, $6, $7)
        """,
        edition_id,
        id,
        at,
        actor,
        action,
        subject_id,
        detail or {},
    )
