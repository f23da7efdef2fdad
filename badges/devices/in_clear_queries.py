"""The SQL of lists in clear: who comes, and who is in the house."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from forum.core.db import Db, batches, one

AT_ONCE = 250
"""So many rows become values between two looks of the event loop at what else is waiting."""


class Leave(Struct, frozen=True, kw_only=True):
    """Whether a device may take a list, and whether this is to be recorded."""

    allowed: bool
    recorded: bool


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who is registered; `category` in words."""

    reference: str
    given_name: str
    family_name: str
    organisation: str | None
    category: str
    status: str


class PresentPerson(Struct, frozen=True, kw_only=True):
    """Somebody in the house: at which gate they came in, and when; `category` in words."""

    family_name: str
    given_name: str
    organisation: str | None
    category: str
    gate: str | None
    since: datetime | None


async def take_people(
    db: Db, edition_id: int, device_id: UUID, at: datetime, silence: timedelta
) -> Leave:
    """Ask for the list of everybody, as the device's rights are now."""
    return await one(
        db,
        Leave,
        """
        with marked as (
            update device
               set people_taken_at = $3
             where edition_id = $1 and id = $2 and may_search and revoked_at is null
               and (people_taken_at is null or people_taken_at <= $3::timestamptz - $4::interval)
         returning id)
        select exists (select
                         from device
                        where edition_id = $1 and id = $2 and may_search
                          and revoked_at is null) as allowed,
               exists (select from marked) as recorded
        """,
        edition_id,
        device_id,
        at,
        silence,
    )


async def take_present(
    db: Db, edition_id: int, device_id: UUID, at: datetime, silence: timedelta
) -> Leave:
    """Ask for the list of who is in the house, as the device's rights are now."""
    return await one(
        db,
        Leave,
        """
        with marked as (
            update device
               set present_taken_at = $3
             where edition_id = $1 and id = $2 and may_evacuate and revoked_at is null
               and (present_taken_at is null or present_taken_at <= $3::timestamptz - $4::interval)
         returning id)
        select exists (select
                         from device
                        where edition_id = $1 and id = $2 and may_evacuate
                          and revoked_at is null) as allowed,
               exists (select from marked) as recorded
        """,
        edition_id,
        device_id,
        at,
        silence,
    )


async def list_people(
    db: Db, edition_id: int, categories: Mapping[str, str]
) -> AsyncIterator[list[Person]]:
    """Yield everybody who registered, whatever became of it, as names are sorted.

    `categories` are the words for their codes.
    """
    async for rows in batches(
        db,
        Person,
        """
        select a.reference, a.given_name, a.family_name, a.organisation, c.word as category,
               a.status
          from attendee a
          join unnest($2::text[], $3::text[]) as c (code, word) on c.code = a.category
         where a.edition_id = $1
         order by a.sort_key, a.id
        """,
        edition_id,
        [*categories],
        [*categories.values()],
        size=AT_ONCE,
    ):
        yield rows


async def list_present(
    db: Db, edition_id: int, periods: Mapping[str, str], categories: Mapping[str, str]
) -> AsyncIterator[list[PresentPerson]]:
    """Yield who is in by a list that counts who is in the house, each list in its period.

    Who is in by several is told once, as they came in last.
    """
    async for rows in batches(
        db,
        PresentPerson,
        """
        select a.family_name, a.given_name, a.organisation, k.word as category, i.gate,
               i.at as since
          from (select distinct on (c.registration_id) c.registration_id, c.gate, c.at
                  from unnest($2::text[], $3::text[]) as u (list, period)
                  join check_in_list l on l.edition_id = $1 and l.slug = u.list and l.building
                  join check_in c
                    on c.edition_id = $1 and c.check_in_list = u.list and c.period = u.period
                 where c.inside
                 order by c.registration_id, c.at desc nulls last) i
          join attendee a on a.edition_id = $1 and a.id = i.registration_id
          join unnest($4::text[], $5::text[]) as k (code, word) on k.code = a.category
         order by a.sort_key, a.id
        """,
        edition_id,
        [*periods],
        [*periods.values()],
        [*categories],
        [*categories.values()],
        size=AT_ONCE,
    ):
        yield rows
