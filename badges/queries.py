"""The SQL of badges: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from badges.models import (
    CategoryRow,
    DeviceRow,
    Gate,
    Outcome,
    Passage,
    PastScan,
    Presented,
    Printed,
    Reading,
    Recorded,
    SigningKey,
    Ticket,
)
from forum.core.db import Db, many, maybe, one
from forum.core.text import Text


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
    db: Db, edition_id: int, registration_id: UUID, category_number: int, days: int
) -> Ticket | None:
    """Change what a ticket opens, its revision one up (after 255 comes 0), its badge unprinted."""
    return await maybe(
        db,
        Ticket,
        """
        update ticket
           set category_number = $3, days = $4, revision = (revision + 1) % 256, printed_at = null
         where edition_id = $1 and registration_id = $2 and revoked_at is null
     returning edition_id, registration_id, number, key_id, category_number, days, revision,
               revoked_at
        """,
        edition_id,
        registration_id,
        category_number,
        days,
    )


async def unmark_printed(db: Db, edition_id: int, registration_id: UUID) -> None:
    """Forget that a badge was printed."""
    await db.execute(
        "update ticket set printed_at = null where edition_id = $1 and registration_id = $2",
        edition_id,
        registration_id,
    )


async def list_printed(
    db: Db, edition_id: int, references: Sequence[str] | None, *, only_unprinted: bool
) -> list[Printed]:
    """Return what badges show, sorted for handing out; None for `references` means all."""
    return await many(
        db,
        Printed,
        """
        select t.edition_id, t.registration_id, t.number, t.key_id, t.category_number, t.days,
               t.revision, a.reference, a.given_name, a.family_name, a.category, a.organisation,
               a.job_title, t.printed_at
          from ticket t
          join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
         where t.edition_id = $1 and t.revoked_at is null and a.status = 'confirmed'
           and ($2::text[] is null or a.reference = any($2))
           and (not $3::boolean or t.printed_at is null)
         order by a.sort_key, a.id
        """,
        edition_id,
        references,
        only_unprinted,
    )


async def mark_printed(
    db: Db, edition_id: int, registration_ids: Sequence[UUID], at: datetime
) -> None:
    """Remember which badges were printed."""
    await db.execute(
        """
        update ticket set printed_at = $3
         where edition_id = $1 and registration_id = any($2::uuid[])
        """,
        edition_id,
        registration_ids,
        at,
    )


async def list_categories(db: Db, edition_id: int) -> list[CategoryRow]:
    """Return the categories as badges show them."""
    return await many(
        db,
        CategoryRow,
        """
        select code, name, tint
          from attendee_category
         where edition_id = $1
         order by number
        """,
        edition_id,
    )


async def insert_gate(
    db: Db, edition_id: int, slug: str, name: Text, check_in_list: str, position: int
) -> None:
    """Store a gate."""
    await db.execute(
        """
        insert into gate (edition_id, slug, name, check_in_list, position)
             values ($1, $2, $3, $4, $5)
        """,
        edition_id,
        slug,
        name,
        check_in_list,
        position,
    )


async def list_gates(db: Db, edition_id: int) -> list[Gate]:
    """Return the gates in order, each with how many people its list has let in."""
    return await many(
        db,
        Gate,
        """
        select g.slug, g.name, g.check_in_list,
               (select count(*) from check_in c
                 where c.edition_id = g.edition_id
                   and c.check_in_list = g.check_in_list) as checked_in
          from gate g
         where g.edition_id = $1
         order by g.position, g.slug
        """,
        edition_id,
    )


async def insert_device(
    db: Db,
    edition_id: int,
    device_id: UUID,
    name: str,
    gate: str,
    code_digest: bytes,
    code_until: datetime,
    at: datetime,
) -> None:
    """Store a device that may enrol by its code until `code_until`."""
    await db.execute(
        """
        insert into device (edition_id, id, name, gate, code_digest, code_until, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)
        """,
        edition_id,
        device_id,
        name,
        gate,
        code_digest,
        code_until,
        at,
    )


async def enrol_device(
    db: Db, code_digest: bytes, token_digest: bytes, at: datetime
) -> DeviceRow | None:
    """Trade an unused code for a token; None when the code is unknown, used or too old."""
    return await maybe(
        db,
        DeviceRow,
        """
        update device
           set code_digest = null, token_digest = $2, enrolled_at = $3
         where code_digest = $1 and code_until > $3 and revoked_at is null
     returning edition_id, id, name, gate, revoked_at
        """,
        code_digest,
        token_digest,
        at,
    )


async def find_device(db: Db, token_digest: bytes) -> DeviceRow | None:
    """Return the device that holds this token."""
    return await maybe(
        db,
        DeviceRow,
        "select edition_id, id, name, gate, revoked_at from device where token_digest = $1",
        token_digest,
    )


async def read_scans(
    db: Db,
    edition_id: int,
    presented: Sequence[Presented],
    tickets: Sequence[int | None],
) -> list[Reading]:
    """Return what is known of each scan of a batch, in order, in one statement.

    A scan whose gate is unknown here counts at its device's own gate. Each look-up is lateral, for
    one row: it goes by the key even while PostgreSQL believes that the tables are empty.
    """
    return await many(
        db,
        Reading,
        """
        select u.n, s.outcome as answered, g.slug as gate, g.check_in_list, t.registration_id,
               a.status, t.revision, t.revoked_at, a.given_name, a.family_name, a.category,
               k.name as category_name, c.at as admitted_at, c.gate as admitted_gate
          from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[])
               with ordinality u (id, number, gate, device_gate, n)
          join lateral (
                 select slug, check_in_list
                   from gate
                  where edition_id = $1 and slug in (u.gate, u.device_gate)
                  order by slug = u.gate desc
                  limit 1) g on true
          left join lateral (
                 select outcome from scan where edition_id = $1 and id = u.id limit 1) s on true
          left join lateral (
                 select registration_id, revision, revoked_at
                   from ticket
                  where edition_id = $1 and number = u.number
                  limit 1) t on true
          left join lateral (
                 select given_name, family_name, category, status
                   from attendee
                  where edition_id = $1 and id = t.registration_id
                  limit 1) a on true
          left join lateral (
                 select at, gate
                   from check_in
                  where edition_id = $1 and check_in_list = g.check_in_list
                    and registration_id = t.registration_id
                  limit 1) c on true
          left join attendee_category k on k.edition_id = $1 and k.code = a.category
         order by u.n
        """,
        edition_id,
        [one.scan.id for one in presented],
        tickets,
        [one.scan.gate for one in presented],
        [one.device.gate for one in presented],
    )


async def record_scans(
    db: Db,
    edition_id: int,
    presented: Sequence[Presented],
    readings: Sequence[Reading],
    outcomes: Sequence[Outcome],
    at: datetime,
) -> list[Recorded]:
    """Store scans and who was let in, in one statement; return how each was stored.

    The primary key of `check_in` settles a race: the one who comes second is `already_in`. A scan
    whose id was stored by another request meanwhile is missing from the answer. Rows go in by
    registration and by id, so that two batches of the same people wait for each other in one order.
    """
    return await many(
        db,
        Recorded,
        """
        with sent as (
            select *
              from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::scan_direction[],
                          $7::uuid[], $8::timestamptz[], $9::scan_outcome[])
                   with ordinality
                   as s (id, device_id, gate, check_in_list, direction, registration_id, scanned_at,
                         outcome, n)),
        let_in as (
            insert into check_in (edition_id, check_in_list, registration_id, scan_id, gate, at)
                 select $1, check_in_list, registration_id, id, gate, least(scanned_at, $10)
                   from sent
                  where outcome = 'admitted'
                  order by registration_id, n
            on conflict do nothing
              returning scan_id)
        insert into scan (edition_id, id, device_id, gate, direction, registration_id, scanned_at,
                          received_at, outcome)
             select $1, id, device_id, gate, direction, registration_id, scanned_at, $10,
                    case when outcome = 'admitted' and id not in (select scan_id from let_in)
                         then 'already_in' else outcome end
               from sent
              order by id, n
        on conflict do nothing
          returning id, outcome
        """,
        edition_id,
        [one.scan.id for one in presented],
        [one.device.id for one in presented],
        [reading.gate for reading in readings],
        [reading.check_in_list for reading in readings],
        [one.scan.direction for one in presented],
        [reading.registration_id for reading in readings],
        [one.scan.scanned_at for one in presented],
        outcomes,
        at,
    )


async def list_scans(db: Db, edition_id: int, registration_id: UUID) -> list[PastScan]:
    """Return the scans of one person's ticket, the latest first, at most fifty."""
    return await many(
        db,
        PastScan,
        """
        select s.scanned_at, s.gate, g.name as gate_name, d.name as device, s.direction, s.outcome
          from scan s
          left join gate g on g.edition_id = s.edition_id and g.slug = s.gate
          left join device d on d.edition_id = s.edition_id and d.id = s.device_id
         where s.edition_id = $1 and s.registration_id = $2
         order by s.scanned_at desc, s.id
         limit 50
        """,
        edition_id,
        registration_id,
    )


async def list_passages(db: Db, edition_id: int) -> list[Passage]:
    """Return every time that somebody went through a gate, whoever it was, in order of time.

    A device whose clock is ahead read no later than its scan arrived.
    """
    return await many(
        db,
        Passage,
        """
        select registration_id, least(scanned_at, received_at) as at, outcome
          from scan
         where edition_id = $1 and registration_id is not null
           and outcome in ('admitted', 'already_in', 'left')
         order by 2, outcome
        """,
        edition_id,
    )


async def list_passages_of(db: Db, edition_id: int, registration_id: UUID) -> list[Passage]:
    """Return every time that one person went through a gate, as `list_passages` does."""
    return await many(
        db,
        Passage,
        """
        select registration_id, least(scanned_at, received_at) as at, outcome
          from scan
         where edition_id = $1 and registration_id = $2
           and outcome in ('admitted', 'already_in', 'left')
         order by 2, outcome
        """,
        edition_id,
        registration_id,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this package keeps of an edition; for demonstrations and purges."""
    await db.execute(
        """
        with no_check_ins as (delete from check_in where edition_id = $1),
             no_scans as (delete from scan where edition_id = $1),
             no_devices as (delete from device where edition_id = $1),
             no_gates as (delete from gate where edition_id = $1)
        delete from ticket where edition_id = $1
        """,
        edition_id,
    )
