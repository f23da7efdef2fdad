"""The SQL of tickets and badges: one function, one statement."""

from datetime import datetime
from uuid import UUID

from badges.models import (
    CategoryRow,
    SigningKey,
    Ticket,
)
from forum.core.db import Db, many, maybe, one


async def list_signing_keys(db: Db) -> list[SigningKey]:
    """Return every signing key, the oldest first."""
    return await many(db, SigningKey, "select id, public, sealed from signing_key order by id")


async def insert_signing_key(db: Db, key: SigningKey, at: datetime) -> None:
    """Store a signing key."""
    await db.execute(
        "insert into signing_key (id, public, sealed, created_at) values ($1, $2, $3, $4)",
        key.id,
        key.public,
        key.sealed,
        at,
    )


async def insert_ticket(
    db: Db,
    edition_id: int,
    registration_id: UUID,
    number: int,
    category_number: int,
    days: int,
    at: datetime,
) -> Ticket:
    """Issue a ticket, to be signed by the newest key in use."""
    return await one(
        db,
        Ticket,
        """
        insert into ticket (edition_id, registration_id, number, key_id, category_number, days,
                            issued_at)
             select $1, $2, $3, max(id), $4, $5, $6
               from signing_key
              where retired_at is null
          returning edition_id, registration_id, number, key_id, category_number, days, revision,
                    revoked_at
        """,
        edition_id,
        registration_id,
        number,
        category_number,
        days,
        at,
    )


async def find_ticket(db: Db, edition_id: int, registration_id: UUID) -> Ticket | None:
    """Return the ticket of a registration."""
    return await maybe(
        db,
        Ticket,
        """
        select edition_id, registration_id, number, key_id, category_number, days, revision,
               revoked_at
          from ticket
         where edition_id = $1 and registration_id = $2
        """,
        edition_id,
        registration_id,
    )


async def list_tickets(db: Db, edition_id: int) -> list[Ticket]:
    """Return the tickets of an edition that were not taken back."""
    return await many(
        db,
        Ticket,
        """
        select edition_id, registration_id, number, key_id, category_number, days, revision,
               revoked_at
          from ticket
         where edition_id = $1 and revoked_at is null
        """,
        edition_id,
    )


async def revoke_ticket(db: Db, edition_id: int, registration_id: UUID, at: datetime) -> None:
    """Take the right to enter back."""
    await db.execute(
        """
        update ticket set revoked_at = $3
         where edition_id = $1 and registration_id = $2 and revoked_at is null
        """,
        edition_id,
        registration_id,
        at,
    )


async def reissue_ticket(
    db: Db, edition_id: int, registration_id: UUID, category_number: int, days: int, at: datetime
) -> Ticket | None:
    """Change what a ticket opens, its revision one up (after 255 comes 0), its badge unprinted."""
    return await maybe(
        db,
        Ticket,
        """
        update ticket
           set category_number = $3, days = $4, revision = (revision + 1) % 256, printed_at = null,
               reissued_at = $5
         where edition_id = $1 and registration_id = $2 and revoked_at is null
     returning edition_id, registration_id, number, key_id, category_number, days, revision,
               revoked_at
        """,
        edition_id,
        registration_id,
        category_number,
        days,
        at,
    )


async def unmark_printed(db: Db, edition_id: int, registration_id: UUID) -> None:
    """Forget that a badge was printed."""
    await db.execute(
        "update ticket set printed_at = null where edition_id = $1 and registration_id = $2",
        edition_id,
        registration_id,
    )


async def list_categories(db: Db, edition_id: int) -> list[CategoryRow]:
    """Return the categories as badges show them."""
    return await many(
        db,
        CategoryRow,
        """
        select code, number, name, tint
          from attendee_category
         where edition_id = $1
         order by number
        """,
        edition_id,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this package keeps of an edition; for demonstrations and purges."""
    await db.execute(
        """
        with no_check_ins as (delete from check_in where edition_id = $1),
             no_scans as (delete from scan where edition_id = $1),
             no_conflicts as (delete from scan_conflict where edition_id = $1),
             no_device_gates as (delete from device_gate where edition_id = $1),
             no_devices as (delete from device where edition_id = $1),
             no_gates as (delete from gate where edition_id = $1),
             no_lists as (delete from check_in_list where edition_id = $1),
             no_prints as (delete from badge_print where edition_id = $1),
             no_runs as (delete from print_run where edition_id = $1),
             no_salt as (delete from manifest_salt where edition_id = $1)
        delete from ticket where edition_id = $1
        """,
        edition_id,
    )
