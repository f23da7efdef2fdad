"""The SQL of speakers: what was written to them, what they answered, what they hold."""

from collections.abc import Sequence
from uuid import UUID

from forum.core.db import Db, many
from forum.speakers.models import Answer, Held, Written


async def list_written(db: Db, edition_id: int, kinds: Sequence[str]) -> list[Written]:
    """Return how often each speaker got each of these kinds of e-mail."""
    return await many(
        db,
        Written,
        """
        select subject_id as speaker_id, kind, count(*) as count, max(created_at) as last_at
          from outbox
         where edition_id = $1 and kind = any($2::text[])
         group by subject_id, kind
        """,
        edition_id,
        kinds,
    )


async def list_answers(
    db: Db, edition_id: int, speaker_ids: Sequence[UUID], actions: Sequence[str]
) -> list[Answer]:
    """Return the latest of these deeds of each of these speakers."""
    return await many(
        db,
        Answer,
        """
        select distinct on (subject_id) subject_id as speaker_id, action, at, detail
          from audit
         where edition_id = $1 and subject_id = any($2::uuid[]) and action = any($3::text[])
         order by subject_id, at desc, id desc
        """,
        edition_id,
        speaker_ids,
        actions,
    )


async def list_held(db: Db, edition_id: int, registration_ids: Sequence[UUID]) -> list[Held]:
    """Return these registrations, those that were ended too."""
    return await many(
        db,
        Held,
        """
        select r.id, r.reference, r.category, c.name as category_name, r.status
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.id = any($2::uuid[])
        """,
        edition_id,
        registration_ids,
    )
