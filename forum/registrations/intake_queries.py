"""The SQL of imports: tables between their steps, and who of a table is registered already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from forum.core.db import Db, many, maybe
from forum.registrations.importing import Plan
from forum.registrations.intake_models import (
    Earlier,
    Known,
    Namesake,
    Progress,
    StoredImport,
    Underway,
)
from forum.registrations.models import Places


async def insert_import(db: Db, stored: StoredImport) -> None:
    """Store a table that was brought."""
    await db.execute(
        """
        insert into registration_import (edition_id, id, account_id, file_name, content, plan,
                                         created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        stored.edition_id,
        stored.id,
        stored.account_id,
        stored.file_name,
        stored.content,
        stored.plan,
        stored.created_at,
        stored.expires_at,
    )


async def find_import(
    db: Db, edition_id: int, import_id: UUID, account_id: UUID, at: datetime
) -> StoredImport | None:
    """Return a table of this account that is not over at `at`."""
    return await maybe(
        db,
        StoredImport,
        """
        select edition_id, id, account_id, file_name, content, plan, progress, created_at,
               expires_at
          from registration_import
         where edition_id = $1 and id = $2 and account_id = $3 and expires_at > $4
        """,
        edition_id,
        import_id,
        account_id,
        at,
    )


async def lock_import(
    db: Db, edition_id: int, import_id: UUID, account_id: UUID, at: datetime
) -> StoredImport | None:
    """Return a table as `find_import` does, locked until the transaction ends."""
    return await maybe(
        db,
        StoredImport,
        """
        select edition_id, id, account_id, file_name, content, plan, progress, created_at,
               expires_at
          from registration_import
         where edition_id = $1 and id = $2 and account_id = $3 and expires_at > $4
           for no key update
        """,
        edition_id,
        import_id,
        account_id,
        at,
    )


async def list_imports(db: Db, edition_id: int, account_id: UUID, at: datetime) -> list[Underway]:
    """Return the tables of an account that are not over, the latest first."""
    return await many(
        db,
        Underway,
        """
        select id, file_name, created_at, progress is not null as begun
          from registration_import
         where edition_id = $1 and account_id = $2 and expires_at > $3
         order by created_at desc, id desc
         limit 10
        """,
        edition_id,
        account_id,
        at,
    )


async def set_plan(db: Db, edition_id: int, import_id: UUID, plan: Plan) -> None:
    """Store what is to be made of a table."""
    await db.execute(
        "update registration_import set plan = $3 where edition_id = $1 and id = $2",
        edition_id,
        import_id,
        plan,
    )


async def set_progress(db: Db, edition_id: int, import_id: UUID, progress: Progress) -> None:
    """Store how far registering has come."""
    await db.execute(
        "update registration_import set progress = $3 where edition_id = $1 and id = $2",
        edition_id,
        import_id,
        progress,
    )


async def set_content(db: Db, edition_id: int, import_id: UUID, content: bytes) -> None:
    """Store the rows that are still of use."""
    await db.execute(
        "update registration_import set content = $3 where edition_id = $1 and id = $2",
        edition_id,
        import_id,
        content,
    )


async def delete_import(db: Db, edition_id: int, import_id: UUID, account_id: UUID) -> None:
    """Delete a table of this account."""
    await db.execute(
        """
        delete from registration_import
         where edition_id = $1 and id = $2 and account_id = $3
        """,
        edition_id,
        import_id,
        account_id,
    )


async def delete_over(db: Db, at: datetime) -> None:
    """Delete every table that is over at `at`."""
    await db.execute("delete from registration_import where expires_at <= $1", at)


async def list_earlier(db: Db, edition_id: int) -> list[Earlier]:
    """Return the latest imports of an edition as the record has them, at most ten."""
    return await many(
        db,
        Earlier,
        """
        select u.at, a.email as by, u.detail
          from audit u
          left join account a on 'organiser:' || a.id = u.actor
         where u.edition_id = $1 and u.action = 'registrations imported'
         order by u.at desc, u.id desc
         limit 10
        """,
        edition_id,
    )


async def see_places(db: Db, edition_id: int) -> list[Places]:
    """Return the window and the places of every category, as they are now, without a lock."""
    return await many(
        db,
        Places,
        """
        select e.state, e.registration_opens_at, e.registration_closes_at, e.places, e.taken,
               e.reserved, e.turns, c.code as category, c.number, c.name as category_name,
               c.open as category_open,
               c.places as category_places, c.taken as category_taken,
               c.reserved as category_reserved, c.opens_at as category_opens_at,
               c.closes_at as category_closes_at, c.approval, c.invitation_only, c.self_change
          from edition e
          join category c on c.edition_id = e.id
         where e.id = $1
         order by c.number
        """,
        edition_id,
    )


async def list_known(db: Db, edition_id: int, email_keys: Sequence[str]) -> list[Known]:
    """Return the registrations of these addresses that are neither cancelled nor refused."""
    return await many(
        db,
        Known,
        """
        select email_key, reference, status
          from registration
         where edition_id = $1 and email_key = any($2::text[])
           and status not in ('cancelled', 'refused')
        """,
        edition_id,
        email_keys,
    )


async def list_namesakes(
    db: Db, edition_id: int, sort_keys: Sequence[str], organisations: Sequence[str | None]
) -> list[Namesake]:
    """Return who has one of these names with its organisation; `n` counts them from 0.

    Those who are cancelled or refused are not among them.
    """
    return await many(
        db,
        Namesake,
        """
        select asked.n - 1 as n, r.reference, r.given_name, r.family_name, r.email
          from unnest($2::text[], $3::text[])
               with ordinality as asked (sort_key, organisation, n)
          join registration r
            on r.edition_id = $1 and r.sort_key = asked.sort_key
           and r.organisation_key = coalesce(nullif(folded(asked.organisation), ''), '~')
         where r.status not in ('cancelled', 'refused')
         order by asked.n, r.id
        """,
        edition_id,
        sort_keys,
        organisations,
    )
