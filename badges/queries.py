"""The SQL of tickets and badges: one function, one statement."""

from datetime import datetime
from uuid import UUID

from badges.models import (
    CategoryRow,
    KeyUse,
    Resigned,
    SigningKey,
    Ticket,
)
from forum.core.db import Db, many, maybe, one


async def list_signing_keys(db: Db) -> list[SigningKey]:
    """Return every signing key, the oldest first."""
    return await many(
        db,
        SigningKey,
        """
        select id, turn, public, sealed, created_at, signs_from, retired_at
          from signing_key
         order by turn
        """,
    )


async def lock_signing_keys(db: Db) -> None:
    """Let nobody else make or retire keys until the transaction ends."""
    await db.execute("select pg_advisory_xact_lock(hashtext('forum.signing_key'))")


async def insert_signing_key(db: Db, key: SigningKey) -> None:
    """Store a signing key, in the place of one that was retired where that had its id."""
    await db.execute(
        """
        insert into signing_key (id, turn, public, sealed, created_at, signs_from)
             values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do update
                set turn = excluded.turn, public = excluded.public, sealed = excluded.sealed,
                    created_at = excluded.created_at, signs_from = excluded.signs_from,
                    retired_at = null
              where signing_key.retired_at is not null
        """,
        key.id,
        key.turn,
        key.public,
        key.sealed,
        key.created_at,
        key.signs_from,
    )


async def hold_signing_key(db: Db, key_id: int) -> None:
    """Wait for the tickets that are being issued under a key; others wait until this ends."""
    await db.execute("select from signing_key where id = $1 for update", key_id)


async def retire_signing_key(db: Db, key_id: int, at: datetime) -> None:
    """Let a key be good for nothing any more."""
    await db.execute("update signing_key set retired_at = $2 where id = $1", key_id, at)


async def count_key_uses(db: Db, at: datetime) -> list[KeyUse]:
    """Count by key the tickets that open something, those of editions that are over left out."""
    return await many(
        db,
        KeyUse,
        """
        select t.key_id, count(*) as tickets, count(t.printed_at) as printed
          from ticket t
         where t.revoked_at is null
           and not exists (select
                             from held_edition e
                            where e.edition_id = t.edition_id
                              and e.ends_on < ($1::timestamptz at time zone e.timezone)::date)
         group by t.key_id
         order by t.key_id
        """,
        at,
    )


async def resign_tickets(
    db: Db, key_id: int, only_of: int | None, *, only_unprinted: bool, at: datetime
) -> list[Resigned]:
    """Issue tickets anew under a key, those of `only_of` or of any other; of no edition over."""
    return await many(
        db,
        Resigned,
        """
        with old as (
                 select t.edition_id, t.registration_id, t.printed_at
                   from ticket t
                  where t.revoked_at is null and t.key_id <> $1
                    and ($2::smallint is null or t.key_id = $2)
                    and (not $3::boolean or t.printed_at is null)
                    and not exists (
                            select
                              from held_edition e
                             where e.edition_id = t.edition_id
                               and e.ends_on < ($4::timestamptz at time zone e.timezone)::date)
                    for update),
             made as (
                 update ticket t
                    set key_id = $1, revision = (t.revision + 1) % 256, printed_at = null,
                        reissued_at = $4
                   from old
                  where t.edition_id = old.edition_id
                    and t.registration_id = old.registration_id
              returning t.edition_id, old.printed_at)
        select edition_id, count(*) as tickets, count(printed_at) as printed
          from made
         group by edition_id
         order by edition_id
        """,
        key_id,
        only_of,
        only_unprinted,
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
    """Issue a ticket, to be signed by the newest key that signs already."""
    return await one(
        db,
        Ticket,
        """
        insert into ticket (edition_id, registration_id, number, key_id, category_number, days,
                            issued_at)
             select $1, $2, $3, id, $4, $5, $6
               from signing_key
              where retired_at is null
              order by signs_from <= $6 desc, turn desc
              limit 1
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


async def list_tickets(db: Db, edition_id: int, reissued_at: datetime | None) -> list[Ticket]:
    """Return the tickets of an edition that were not taken back, all or those issued anew then."""
    return await many(
        db,
        Ticket,
        """
        select edition_id, registration_id, number, key_id, category_number, days, revision,
               revoked_at
          from ticket
         where edition_id = $1 and revoked_at is null
           and ($2::timestamptz is null or reissued_at = $2)
        """,
        edition_id,
        reissued_at,
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
    """Change what a ticket opens; its revision is one up (after 255 comes 0), its badge unprinted.

    It is signed by the newest key that signs already, as a new one would be.
    """
    return await maybe(
        db,
        Ticket,
        """
        update ticket
           set category_number = $3, days = $4, revision = (revision + 1) % 256, printed_at = null,
               reissued_at = $5,
               key_id = (select id
                           from signing_key
                          where retired_at is null
                          order by signs_from <= $5 desc, turn desc
                          limit 1)
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
             no_salt as (delete from manifest_salt where edition_id = $1),
             no_labels as (delete from label_job where edition_id = $1),
             no_printers as (delete from printer where edition_id = $1),
             no_paper_terms as (delete from paper_terms where edition_id = $1),
             no_paper_sheets as (delete from paper_sheet where edition_id = $1),
             no_choices as (delete from badge_layout_choice where edition_id = $1),
             no_layouts as (delete from badge_layout where edition_id = $1)
        delete from ticket where edition_id = $1
        """,
        edition_id,
    )
