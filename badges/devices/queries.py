"""The SQL of devices, and of the counters that they show; one function, one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from badges.devices.models import (
    CheckedIn,
    DeviceTerms,
    NewDevice,
    SeenDevice,
    StoredDevice,
    Tickets,
    Told,
)
from badges.models import DeviceRow
from forum.core.db import Db, many, maybe


async def insert_device(
    db: Db,
    edition_id: int,
    device_id: UUID,
    new: NewDevice,
    code_digest: bytes,
    code_until: datetime,
    at: datetime,
) -> None:
    """Store a device that may enrol by its code until `code_until`."""
    await db.execute(
        """
        with made as (
            insert into device (edition_id, id, name, gate, may_search, may_desk, may_evacuate,
                                code_digest, code_until, created_at)
                 values ($1, $2, $3, ($4::text[])[1], $5, $6, $7, $8, $9, $10)
              returning edition_id, id)
        insert into device_gate (edition_id, device_id, gate)
             select distinct edition_id, id, g
               from made
              cross join unnest($4::text[]) g
        """,
        edition_id,
        device_id,
        new.name,
        new.gates,
        new.may_search,
        new.may_desk,
        new.may_evacuate,
        code_digest,
        code_until,
        at,
    )


async def enrol_device(
    db: Db, code_digest: bytes, token_digest: bytes, at: datetime
) -> DeviceRow | None:
    """Trade an unused code for a token; None when the code is unknown, used or too old.

    The token of before is gone, and so is what the phone told that had it. A code that was made
    for a revoked device undoes that.
    """
    return await maybe(
        db,
        DeviceRow,
        """
        update device d
           set code_digest = null, code_until = null, token_digest = $2, enrolled_at = $3,
               seen_at = $3, revoked_at = null, drained_at = null, moved = false, battery = null,
               charging = null, clock_offset_ms = null, waiting = null, version = null,
               revision = revision + 1
         where code_digest = $1 and code_until > $3
     returning edition_id, id, name, gate,
               array(select g.gate
                       from device_gate g
                      where g.edition_id = d.edition_id and g.device_id = d.id
                      order by g.gate) as gates,
               may_search, may_desk, may_evacuate, revoked_at, drained_at
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
        """
        select edition_id, id, name, gate,
               array(select g.gate
                       from device_gate g
                      where g.edition_id = d.edition_id and g.device_id = d.id
                      order by g.gate) as gates,
               may_search, may_desk, may_evacuate, revoked_at, drained_at
          from device d
         where token_digest = $1
        """,
        token_digest,
    )


async def list_devices(db: Db, edition_id: int) -> list[StoredDevice]:
    """Return the devices of an edition by name, those that were revoked last."""
    return await many(
        db,
        StoredDevice,
        """
        select id, name, gate,
               array(select g.gate
                       from device_gate g
                      where g.edition_id = d.edition_id and g.device_id = d.id
                      order by g.gate) as gates,
               may_search, may_desk, may_evacuate, created_at, enrolled_at, seen_at, revoked_at,
               drained_at, token_digest is not null as token, code_until, moved, battery, charging,
               clock_offset_ms, waiting, version, revision
          from device d
         where edition_id = $1
         order by revoked_at is not null, name, id
        """,
        edition_id,
    )


async def read_device(db: Db, edition_id: int, device_id: UUID) -> StoredDevice | None:
    """Return one device."""
    return await maybe(
        db,
        StoredDevice,
        """
        select id, name, gate,
               array(select g.gate
                       from device_gate g
                      where g.edition_id = d.edition_id and g.device_id = d.id
                      order by g.gate) as gates,
               may_search, may_desk, may_evacuate, created_at, enrolled_at, seen_at, revoked_at,
               drained_at, token_digest is not null as token, code_until, moved, battery, charging,
               clock_offset_ms, waiting, version, revision
          from device d
         where edition_id = $1 and id = $2
        """,
        edition_id,
        device_id,
    )


async def lock_device(db: Db, edition_id: int, device_id: UUID) -> int | None:
    """Have a device to oneself until the end of the transaction; return its revision."""
    found: int | None = await db.fetchval(
        "select revision from device where edition_id = $1 and id = $2 for update",
        edition_id,
        device_id,
    )
    return found


async def update_terms(
    db: Db, edition_id: int, device_id: UUID, terms: DeviceTerms, *, moved: bool
) -> None:
    """Store what organisers lay down of a device, the gates at which it may stand included."""
    await db.execute(
        """
        with gone as (
            delete from device_gate
             where edition_id = $1 and device_id = $2 and gate <> all($5::text[])),
        come as (
            insert into device_gate (edition_id, device_id, gate)
                 select distinct $1::integer, $2::uuid, g from unnest($5::text[]) g
            on conflict do nothing)
        update device
           set name = $3, gate = $4, may_search = $6, may_desk = $7, may_evacuate = $8,
               moved = $9, revision = revision + 1
         where edition_id = $1 and id = $2
        """,
        edition_id,
        device_id,
        terms.name,
        terms.gate,
        terms.gates,
        terms.may_search,
        terms.may_desk,
        terms.may_evacuate,
        moved,
    )


async def update_code(
    db: Db,
    edition_id: int,
    device_id: UUID,
    code_digest: bytes | None,
    code_until: datetime | None,
) -> None:
    """Put a new code in the place of one that waits, or (None) none."""
    await db.execute(
        """
        update device
           set code_digest = $3, code_until = $4, revision = revision + 1
         where edition_id = $1 and id = $2
        """,
        edition_id,
        device_id,
        code_digest,
        code_until,
    )


async def revoke_device(db: Db, edition_id: int, device_id: UUID, at: datetime) -> None:
    """Revoke a device, and the code that waits."""
    await db.execute(
        """
        update device
           set revoked_at = $3, code_digest = null, code_until = null, revision = revision + 1
         where edition_id = $1 and id = $2
        """,
        edition_id,
        device_id,
        at,
    )


async def drain_device(db: Db, edition_id: int, device_id: UUID, at: datetime) -> None:
    """Note since when a revoked device holds no more scans."""
    await db.execute(
        """
        update device
           set drained_at = coalesce(drained_at, $3)
         where edition_id = $1 and id = $2 and revoked_at is not null
        """,
        edition_id,
        device_id,
        at,
    )


async def has_scanned(db: Db, edition_id: int, device_id: UUID) -> bool:
    """Say whether a device ever sent a scan."""
    found: bool = await db.fetchval(
        "select exists (select from scan where edition_id = $1 and device_id = $2)",
        edition_id,
        device_id,
    )
    return found


async def delete_device(db: Db, edition_id: int, device_id: UUID) -> None:
    """Remove a device; its gates go with it."""
    await db.execute("delete from device where edition_id = $1 and id = $2", edition_id, device_id)


async def store_told(
    db: Db, edition_id: int, device_id: UUID, told: Told, clock_offset_ms: int, at: datetime
) -> SeenDevice | None:
    """Store what a device tells of itself; None when it was revoked meanwhile.

    It stands where it says, if it may; but where an organiser has moved it, it stands there, until
    it says so itself.
    """
    return await maybe(
        db,
        SeenDevice,
        """
        update device d
           set seen_at = $8, battery = $4, charging = $5, clock_offset_ms = $6, waiting = $7,
               version = $9, moved = moved and gate <> $3,
               gate = case when may_stand and not moved then $3 else gate end,
               revision = revision + (may_stand and not moved and gate <> $3)::integer
          from (select exists (
                         select from device_gate
                          where edition_id = $1 and device_id = $2 and gate = $3)) as m (may_stand)
         where edition_id = $1 and id = $2 and revoked_at is null
     returning edition_id, id, name, gate,
               array(select g.gate
                       from device_gate g
                      where g.edition_id = d.edition_id and g.device_id = d.id
                      order by g.gate) as gates,
               may_search, may_desk, may_evacuate, revoked_at, drained_at, moved
        """,
        edition_id,
        device_id,
        told.gate,
        told.battery,
        told.charging,
        clock_offset_ms,
        told.waiting,
        at,
        told.version,
    )


async def count_checked_in(
    db: Db, edition_id: int, lists: Sequence[str], periods: Sequence[str]
) -> list[CheckedIn]:
    """Return how many each list let in in its period, and how many of them are inside."""
    return await many(
        db,
        CheckedIn,
        """
        select c.check_in_list, c.period, count(c.at) as entered,
               count(*) filter (where c.inside) as inside
          from unnest($2::text[], $3::text[]) u (check_in_list, period)
          join check_in c on c.edition_id = $1 and c.check_in_list = u.check_in_list
                         and c.period = u.period
         group by c.check_in_list, c.period
        """,
        edition_id,
        lists,
        periods,
    )


async def count_tickets(db: Db, edition_id: int) -> list[Tickets]:
    """Return how many confirmed people hold a ticket, by category and days."""
    return await many(
        db,
        Tickets,
        """
        select a.category_number, t.days, count(*) as count
          from ticket t
          join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
         where t.edition_id = $1 and t.revoked_at is null and a.status = 'confirmed'
         group by a.category_number, t.days
        """,
        edition_id,
    )
