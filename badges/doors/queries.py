"""The SQL of doors: gates and check-in lists; one function, one statement."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import to_builtins

from badges.models import (
    CheckInList,
    Directions,
    DoorSession,
    Gate,
    GateKind,
)
from forum.core.db import Db, many
from forum.core.text import Text


async def insert_gate(
    db: Db,
    edition_id: int,
    slug: str,
    name: Text,
    check_in_list: str,
    position: int,
    kind: GateKind,
    directions: Directions,
) -> None:
    """Store a gate."""
    await db.execute(
        """
        insert into gate (edition_id, slug, name, check_in_list, position, kind, directions)
             values ($1, $2, $3, $4, $5, $6, $7)
        """,
        edition_id,
        slug,
        name,
        check_in_list,
        position,
        kind,
        directions,
    )


async def insert_check_in_list(db: Db, edition_id: int, new: CheckInList) -> None:
    """Store a check-in list; one that is there already stays as it is."""
    await db.execute(
        """
        insert into check_in_list (edition_id, slug, name, categories, days, hours, rooms,
                                   lead_minutes, seats, seats_kept_minutes, counts, reentry,
                                   building)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (edition_id, slug) do nothing
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


async def list_check_in_lists(db: Db, edition_id: int) -> list[CheckInList]:
    """Return the check-in lists of an edition."""
    return await many(
        db,
        CheckInList,
        """
        select slug, name, categories, days, hours, rooms, lead_minutes, seats,
               seats_kept_minutes, counts, reentry, building, revision
          from check_in_list
         where edition_id = $1
         order by slug
        """,
        edition_id,
    )


async def list_door_sessions(
    db: Db, edition_id: int, rooms: Sequence[UUID] | None
) -> list[DoorSession]:
    """Return the published sessions of these rooms (None: of all), as they begin."""
    return await many(
        db,
        DoorSession,
        """
        select number, session_id, title, type, room_id, starts_at, ends_at, cancelled, capacity,
               sign_up
          from published_session
         where edition_id = $1 and ($2::uuid[] is null or room_id = any($2))
         order by starts_at, number
        """,
        edition_id,
        rooms,
    )


async def list_gates(db: Db, edition_id: int) -> list[Gate]:
    """Return the gates in order, each with how many people its list has let in."""
    return await many(
        db,
        Gate,
        """
        select g.slug, g.name, g.kind, g.directions, g.check_in_list, g.position, g.revision,
               (select count(distinct c.registration_id) from check_in c
                 where c.edition_id = g.edition_id and c.check_in_list = g.check_in_list
                   and c.at is not null) as checked_in
          from gate g
         where g.edition_id = $1
         order by g.position, g.slug
        """,
        edition_id,
    )
