"""The SQL of the board of the doors: one function, one statement."""

from collections.abc import Sequence
from datetime import date, datetime

from badges.board.numbers import (
    DeviceRow,
    EditionBefore,
    Entries,
    GateRow,
    PeopleRow,
    RoomName,
    RoomPeople,
)
from forum.core.db import Db, many, maybe, value


async def count_people(
    db: Db, edition_id: int, period: str, day: int | None, since: datetime, until: datetime
) -> list[PeopleRow]:
    """Return for each category who is expected, was let in and is inside, none of them too.

    `period` is what lists that count by day call today, `since` to `until`; `day` its number in
    the edition, None outside: then all who are confirmed are expected.
    """
    return await many(
        db,
        PeopleRow,
        """
        with present as (
            select k.registration_id, bool_or(k.at is not null) as entered,
                   bool_or(k.at >= $4 and k.at < $5) as today,
                   bool_or(k.inside and case l.counts when 'day' then k.period = $2
                                                      when 'session' then k.last_at >= $4
                                                      else true end) as inside
              from check_in k
              join check_in_list l on l.edition_id = k.edition_id and l.slug = k.check_in_list
             where k.edition_id = $1 and l.building
             group by k.registration_id),
        valid as (
            select registration_id
              from ticket
             where edition_id = $1 and revoked_at is null
               and ($3::integer is null or days >> $3 & 1 = 1)),
        counted as (
            select a.category,
                   count(*) filter (where a.status = 'confirmed'
                                      and v.registration_id is not null) as expected,
                   count(*) filter (where p.inside) as inside,
                   count(*) filter (where p.today) as today,
                   count(*) filter (where p.entered) as entered
              from attendee a
              left join valid v on v.registration_id = a.id
              left join present p on p.registration_id = a.id
             where a.edition_id = $1
             group by a.category)
        select c.code, c.name, coalesce(n.expected, 0) as expected,
               coalesce(n.inside, 0) as inside, coalesce(n.today, 0) as entered_today,
               coalesce(n.entered, 0) as entered
          from attendee_category c
          left join counted n on n.category = c.code
         where c.edition_id = $1
         order by c.number
        """,
        edition_id,
        period,
        day,
        since,
        until,
    )


async def count_entries(
    db: Db, edition_id: int, since: datetime, until: datetime, seconds: int
) -> list[Entries]:
    """Return how many came into the house in each stretch of so many seconds, where anybody did.

    A person counts once, by their first entry between `since` and `until`.
    """
    return await many(
        db,
        Entries,
        """
        select floor(extract(epoch from first - $2) / $4::integer)::integer as place, count(*)
          from (select min(k.at) as first
                  from check_in k
                  join check_in_list l on l.edition_id = k.edition_id and l.slug = k.check_in_list
                 where k.edition_id = $1 and l.building and k.at >= $2 and k.at < $3
                 group by k.registration_id) f
         group by place
         order by place
        """,
        edition_id,
        since,
        until,
        seconds,
    )


async def count_at_gates(
    db: Db, edition_id: int, since: datetime, until: datetime
) -> list[GateRow]:
    """Return what each gate did between two instants; what a device took back is left out."""
    return await many(
        db,
        GateRow,
        """
        with done as (
            select s.gate, count(*) filter (where s.outcome = 'admitted') as entries,
                   count(*) filter (where s.outcome = 'left') as exits,
                   count(*) filter (where s.outcome not in ('admitted', 'left')) as refused
              from scan s
             where s.edition_id = $1 and s.at >= $2 and s.at < $3 and s.undoes is null
               and not exists (select
                                 from scan u
                                where u.edition_id = $1 and u.undoes = s.id
                                  and u.device_id = s.device_id)
             group by s.gate)
        select g.slug, g.name, g.kind, coalesce(d.entries, 0) as entries,
               coalesce(d.exits, 0) as exits, coalesce(d.refused, 0) as refused
          from gate g
          left join done d on d.gate = g.slug
         where g.edition_id = $1
         order by g.position, g.slug
        """,
        edition_id,
        since,
        until,
    )


async def count_in_periods(
    db: Db, edition_id: int, lists: Sequence[str], periods: Sequence[str]
) -> list[RoomPeople]:
    """Return who was let in and is inside by some lists in some periods, one for the other."""
    return await many(
        db,
        RoomPeople,
        """
        select k.check_in_list, k.period, count(k.at) as entered,
               count(*) filter (where k.inside) as inside
          from unnest($2::text[], $3::text[]) u (list, period)
          join check_in k on k.edition_id = $1 and k.check_in_list = u.list
                         and k.period = u.period
         group by k.check_in_list, k.period
        """,
        edition_id,
        lists,
        periods,
    )


async def list_rooms(db: Db, edition_id: int) -> list[RoomName]:
    """Return the rooms of the published programme, in order."""
    return await many(
        db,
        RoomName,
        """
        select room_id, name
          from published_room
         where edition_id = $1
         order by position, name
        """,
        edition_id,
    )


async def list_devices(db: Db, edition_id: int) -> list[DeviceRow]:
    """Return what the devices in use last told of themselves."""
    return await many(
        db,
        DeviceRow,
        """
        select id, name, gate, seen_at, battery, charging, waiting, clock_offset_ms
          from device
         where edition_id = $1 and enrolled_at is not null and revoked_at is null
         order by name, id
        """,
        edition_id,
    )


async def count_conflicts(db: Db, edition_id: int) -> int:
    """Return how many conflicts nobody has settled yet."""
    return await value(
        db,
        int,
        "select count(*) from scan_conflict where edition_id = $1 and settled_at is null",
        edition_id,
    )


async def find_before(db: Db, edition_id: int, starts_on: date) -> EditionBefore | None:
    """Return the last edition that began before a day and whose doors were in use."""
    return await maybe(
        db,
        EditionBefore,
        """
        select e.edition_id, e.title, e.timezone, e.starts_on, e.ends_on
          from held_edition e
         where e.starts_on < $2 and e.edition_id <> $1
           and exists (select from scan s where s.edition_id = e.edition_id)
         order by e.starts_on desc, e.edition_id desc
         limit 1
        """,
        edition_id,
        starts_on,
    )
