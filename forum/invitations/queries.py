"""The SQL of invitations: one function, one statement."""

from datetime import datetime
from uuid import UUID

from forum.core.db import Db, many, maybe, value
from forum.invitations.models import Invitation


async def insert_invitation(db: Db, new: Invitation) -> None:
    """Store an invitation."""
    await db.execute(
        """
        insert into invitation (edition_id, id, code, label, category, uses, expires_at,
                                bypass_approval, bypass_limit, reserves, email, name, language,
                                created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        new.edition_id,
        new.id,
        new.code,
        new.label,
        new.category,
        new.uses,
        new.expires_at,
        new.bypass_approval,
        new.bypass_limit,
        new.reserves,
        new.email,
        new.name,
        new.language,
        new.created_at,
    )


async def find_by_code(db: Db, edition_id: int, code: str) -> Invitation | None:
    """Return the invitation of this code."""
    return await maybe(
        db,
        Invitation,
        """
        select edition_id, id, code, label, category, uses, used, expires_at, bypass_approval,
               bypass_limit, reserves, email, name, language, created_at, revoked_at
          from invitation
         where edition_id = $1 and code = $2
        """,
        edition_id,
        code,
    )


async def lock(db: Db, edition_id: int, invitation_id: UUID) -> Invitation | None:
    """Return an invitation and lock it until the end of the transaction."""
    return await maybe(
        db,
        Invitation,
        """
        select edition_id, id, code, label, category, uses, used, expires_at, bypass_approval,
               bypass_limit, reserves, email, name, language, created_at, revoked_at
          from invitation
         where edition_id = $1 and id = $2
           for no key update
        """,
        edition_id,
        invitation_id,
    )


async def count_use(db: Db, edition_id: int, invitation_id: UUID) -> None:
    """Use an invitation once; its check refuses one use too many."""
    await db.execute(
        "update invitation set used = used + 1 where edition_id = $1 and id = $2",
        edition_id,
        invitation_id,
    )


async def reserve(db: Db, edition_id: int, category: str, by: int) -> None:
    """Keep `by` places of a category and of the edition; give them back when it is negative."""
    await db.execute(
        """
        with of_category as (
            update category set reserved = reserved + $3 where edition_id = $1 and code = $2)
        update edition set reserved = reserved + $3 where id = $1
        """,
        edition_id,
        category,
        by,
    )


async def lock_edition(db: Db, edition_id: int) -> None:
    """Lock the edition's row, as whoever changes its places does first."""
    await db.execute("select 1 from edition where id = $1 for no key update", edition_id)


async def revoke(db: Db, edition_id: int, invitation_id: UUID, at: datetime) -> None:
    """End an invitation."""
    await db.execute(
        """
        update invitation set revoked_at = $3
         where edition_id = $1 and id = $2 and revoked_at is null
        """,
        edition_id,
        invitation_id,
        at,
    )


async def list_page(db: Db, edition_id: int, after: UUID | None, limit: int) -> list[Invitation]:
    """Return `limit` invitations after one of them (None: from the start), the newest first."""
    return await many(
        db,
        Invitation,
        """
        select edition_id, id, code, label, category, uses, used, expires_at, bypass_approval,
               bypass_limit, reserves, email, name, language, created_at, revoked_at
          from invitation
         where edition_id = $1 and ($2::uuid is null or id < $2)
         order by id desc
         limit $3
        """,
        edition_id,
        after,
        limit,
    )


async def has_any(db: Db, edition_id: int) -> bool:
    """Say whether the edition has an invitation that is neither revoked nor used up."""
    return await value(
        db,
        bool,
        """
        select exists (
               select 1
                 from invitation
                where edition_id = $1 and revoked_at is null and used < uses)
        """,
        edition_id,
    )


async def list_overdue(db: Db, at: datetime) -> list[Invitation]:
    """Return the invitations that still keep places although they are too old at `at`."""
    return await many(
        db,
        Invitation,
        """
        select edition_id, id, code, label, category, uses, used, expires_at, bypass_approval,
               bypass_limit, reserves, email, name, language, created_at, revoked_at
          from invitation
         where reserves and used < uses and revoked_at is null and expires_at <= $1
         order by expires_at
         limit 100
        """,
        at,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; for demonstrations and purges."""
    await db.execute("delete from invitation where edition_id = $1", edition_id)
