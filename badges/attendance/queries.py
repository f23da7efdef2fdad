"""The SQL of attendance: one function, one statement."""

from collections.abc import Sequence
from uuid import UUID

from badges.attendance.models import Interval, Person, SeatHeld
from forum.core.db import Db, many


async def list_people(db: Db, edition_id: int, ids: Sequence[UUID] | None = None) -> list[Person]:
    """Return those who are registered, sorted by name; of these ids alone, where they are given."""
    return await many(
        db,
        Person,
        """
        select id, reference, given_name, family_name, organisation, category, status
          from attendee
         where edition_id = $1 and ($2::uuid[] is null or id = any($2))
         order by sort_key, id
        """,
        edition_id,
        ids,
    )


async def list_seats(db: Db, edition_id: int) -> list[SeatHeld]:
    """Return who holds a seat in which session."""
    return await many(
        db,
        SeatHeld,
        """
        select session_id, registration_id
          from seat
         where edition_id = $1 and state = 'seat'
         order by session_id, registration_id
        """,
        edition_id,
    )


async def list_programme(db: Db, edition_id: int) -> list[Interval]:
    """Return the published sessions that have a room and a time, as they begin."""
    return await many(
        db,
        Interval,
        """
        select s.number, s.title, s.type, r.name as room, s.starts_at, s.ends_at, s.cancelled,
               s.sign_up, s.session_id
          from published_session s
          left join published_room r on r.edition_id = s.edition_id and r.room_id = s.room_id
         where s.edition_id = $1
         order by s.starts_at, s.number
        """,
        edition_id,
    )
