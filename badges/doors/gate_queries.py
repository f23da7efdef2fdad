"""The SQL of gates and check-in lists as organisers lay them down: one function, one statement."""

from uuid import UUID

from msgspec import Struct, to_builtins

from badges.models import CheckInList, Directions, Gate, GateKind
from forum.core.db import Db, many, maybe, one
from forum.core.text import Text


class GateUse(Struct, frozen=True, kw_only=True):
    """What keeps a gate: the names of the devices that stand there, and whether any was read."""

    devices: list[str]
    read: bool


class ListUse(Struct, frozen=True, kw_only=True):
    """What keeps a check-in list: the gates that use it, codes read for it, people counted."""

    gates: list[str]
    read: bool
    counted: bool


class RoomRow(Struct, frozen=True, kw_only=True):
    """A room of the published programme."""

    room_id: UUID
    slug: str
    name: str


class Bearer(Struct, frozen=True, kw_only=True):
    """A person with their ticket, as doors decide on them; `seats` are numbers of sessions."""

    id: UUID
    reference: str
    given_name: str
    family_name: str
    category_number: int
    status: str
    days: int
    revision: int
    revoked_at_ms: int | None
    reissued_at_ms: int | None
    seats: list[int]


class Entry(Struct, frozen=True, kw_only=True):
    """What the doors counted of one person in one period; `at` is their first entry."""

    at_ms: int | None
    gate: str | None
    inside: bool


async def lock(db: Db, edition_id: int) -> None:
    """Have whoever lays down gates or lists of this edition take turns, to the transaction's end.

    The first half of the key stands for the doors.
    """
    await db.execute("select pg_advisory_xact_lock(hashtext('badges.doors'), $1)", edition_id)


async def update_gate(
    db: Db,
    edition_id: int,
    slug: str,
    name: Text,
    kind: GateKind,
    directions: Directions,
    check_in_list: str,
    position: int,
) -> None:
    """Store what changed in a gate."""
    await db.execute(
        """
        update gate
           set name = $3, kind = $4, directions = $5, check_in_list = $6, position = $7,
               revision = revision + 1
         where edition_id = $1 and slug = $2
        """,
        edition_id,
        slug,
        name,
        kind,
        directions,
        check_in_list,
        position,
    )


async def read_gate_use(db: Db, edition_id: int, slug: str) -> GateUse:
    """Return what keeps a gate."""
    return await one(
        db,
        GateUse,
        """
        select array(select name from device where edition_id = $1 and gate = $2 order by name)
                 as devices,
               exists (select from scan where edition_id = $1 and gate = $2) as read
        """,
        edition_id,
        slug,
    )


async def delete_gate(db: Db, edition_id: int, slug: str) -> None:
    """Delete a gate, and the leave of devices to stand there."""
    await db.execute(
        """
        with no_leave as (
            delete from device_gate d
             using device x
             where d.edition_id = $1 and d.gate = $2 and x.edition_id = $1
               and x.id = d.device_id and x.gate <> $2)
        delete from gate where edition_id = $1 and slug = $2
        """,
        edition_id,
        slug,
    )


async def find_list(db: Db, edition_id: int, slug: str) -> CheckInList | None:
    """Return a check-in list."""
    return await maybe(
        db,
        CheckInList,
        """
        select slug, name, categories, days, hours, rooms, lead_minutes, seats,
               seats_kept_minutes, counts, reentry, building, revision
          from check_in_list
         where edition_id = $1 and slug = $2
        """,
        edition_id,
        slug,
    )


async def find_gate(db: Db, edition_id: int, slug: str) -> Gate | None:
    """Return a gate, with how many people its list has let in."""
    return await maybe(
        db,
        Gate,
        """
        select g.slug, g.name, g.kind, g.directions, g.check_in_list, g.position, g.revision,
               (select count(distinct c.registration_id) from check_in c
                 where c.edition_id = g.edition_id and c.check_in_list = g.check_in_list
                   and c.at is not null) as checked_in
          from gate g
         where g.edition_id = $1 and g.slug = $2
        """,
        edition_id,
        slug,
    )


async def update_list(db: Db, edition_id: int, new: CheckInList) -> None:
    """Store what changed in a check-in list."""
    await db.execute(
        """
        update check_in_list
           set name = $3, categories = $4, days = $5, hours = $6, rooms = $7, lead_minutes = $8,
               seats = $9, seats_kept_minutes = $10, counts = $11, reentry = $12, building = $13,
               revision = revision + 1
         where edition_id = $1 and slug = $2
        """,
        edition_id,
        new.slug,
        new.name,
        new.categories,
        new.days,
        to_builtins(new.hours),
        new.rooms,
        new.lead_minutes,
        new.seats,
        new.seats_kept_minutes,
        new.counts,
        new.reentry,
        new.building,
    )


async def read_list_use(db: Db, edition_id: int, slug: str) -> ListUse:
    """Return what keeps a check-in list."""
    return await one(
        db,
        ListUse,
        """
        select array(select slug from gate
                      where edition_id = $1 and check_in_list = $2
                      order by position, slug) as gates,
               exists (select from scan where edition_id = $1 and check_in_list = $2) as read,
               exists (select from check_in where edition_id = $1 and check_in_list = $2)
                 as counted
        """,
        edition_id,
        slug,
    )


async def delete_list(db: Db, edition_id: int, slug: str) -> None:
    """Delete a check-in list."""
    await db.execute(
        "delete from check_in_list where edition_id = $1 and slug = $2", edition_id, slug
    )


async def list_rooms(db: Db, edition_id: int) -> list[RoomRow]:
    """Return the rooms of the published programme, in order."""
    return await many(
        db,
        RoomRow,
        """
        select room_id, slug, name
          from published_room
         where edition_id = $1
         order by position, slug
        """,
        edition_id,
    )


async def find_bearer(db: Db, edition_id: int, reference: str) -> Bearer | None:
    """Return who has this reference, if they ever had a ticket."""
    return await maybe(
        db,
        Bearer,
        """
        select a.id, a.reference, a.given_name, a.family_name, a.category_number, a.status,
               t.days, t.revision,
               (extract(epoch from t.revoked_at) * 1000)::bigint as revoked_at_ms,
               (extract(epoch from t.reissued_at) * 1000)::bigint as reissued_at_ms,
               array(select p.number
                       from seat s
                       join published_session p
                         on p.edition_id = s.edition_id and p.session_id = s.session_id
                      where s.edition_id = $1 and s.registration_id = a.id and s.state = 'seat'
                      order by p.number) as seats
          from attendee a
          join ticket t on t.edition_id = a.edition_id and t.registration_id = a.id
         where a.edition_id = $1 and a.reference = $2
        """,
        edition_id,
        reference,
    )


async def find_entry(
    db: Db, edition_id: int, check_in_list: str, registration_id: UUID, period: str
) -> Entry | None:
    """Return what was counted of one person on one list in one period."""
    return await maybe(
        db,
        Entry,
        """
        select (extract(epoch from at) * 1000)::bigint as at_ms, gate, inside
          from check_in
         where edition_id = $1 and check_in_list = $2 and registration_id = $3 and period = $4
        """,
        edition_id,
        check_in_list,
        registration_id,
        period,
    )
