"""The SQL of print runs: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from badges.printing.run_models import (
    Chosen,
    ClaimedRun,
    Count,
    Drawable,
    Order,
    PrintRun,
    Wanted,
)
from forum.core.db import Db, many, maybe


def letters(wanted: Wanted) -> tuple[str | None, str | None]:
    """Return from which key of a name on, and before which, a run goes; None for no bound."""
    first, last = wanted.first_letter, wanted.last_letter
    return (
        None if first in (None, "A") else str(first).lower(),
        None if last in (None, "Z") else chr(ord(str(last).lower()) + 1),
    )


async def choose(
    db: Db, edition_id: int, wanted: Wanted, among: Sequence[UUID] | None
) -> list[Chosen]:
    """Return whose badges are wanted of some registrations, or of all, sorted for handing out."""
    since, before = letters(wanted)
    return await many(
        db,
        Chosen,
        """
        select w.registration_id, w.category
          from badges_wanted($1, $2, $3, $4, $5, $6, $7, $8) w
          join attendee_order o on o.edition_id = $1 and o.id = w.registration_id
         order by case when $9 = 'category' then w.category_number end,
                  case when $9 = 'organisation' then o.organisation_key end,
                  w.sort_key, w.registration_id
        """,
        edition_id,
        wanted.references,
        wanted.categories,
        since,
        before,
        wanted.only_unprinted,
        wanted.only_changed,
        among,
        wanted.sort.value,
    )


async def count(
    db: Db, edition_id: int, wanted: Wanted, among: Sequence[UUID] | None
) -> list[Count]:
    """Return how many badges are wanted of some registrations, or of all, by category."""
    since, before = letters(wanted)
    return await many(
        db,
        Count,
        """
        select w.category, count(*) as badges
          from badges_wanted($1, $2, $3, $4, $5, $6, $7, $8) w
         group by w.category, w.category_number
         order by w.category_number
        """,
        edition_id,
        wanted.references,
        wanted.categories,
        since,
        before,
        wanted.only_unprinted,
        wanted.only_changed,
        among,
    )


async def list_without_badge(db: Db, edition_id: int, references: Sequence[str]) -> list[str]:
    """Return those of `references` that no confirmed registration has, in order."""
    rows = await db.fetch(
        """
        select r.reference
          from unnest($2::text[]) with ordinality as r (reference, place)
         where not exists (
                   select from ticket t
                     join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
                    where t.edition_id = $1 and t.revoked_at is null and a.status = 'confirmed'
                      and a.reference = r.reference)
         order by r.place
        """,
        edition_id,
        references,
    )
    return [row["reference"] for row in rows]


async def insert_run(
    db: Db,
    edition_id: int,
    id_: UUID,
    order: Order,
    registrations: Sequence[UUID],
    *,
    asked_by: str,
    at: datetime,
) -> None:
    """Store a run that is to be drawn."""
    await db.execute(
        """
        insert into print_run (edition_id, id, asked_at, asked_by, wanted, layout, sheet, printer,
                               offset_x_mm, offset_y_mm, registrations, run_at, total)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::uuid[], $3, cardinality($11))
        """,
        edition_id,
        id_,
        at,
        asked_by,
        msgspec.to_builtins(order.wanted),
        order.layout,
        order.sheet.value,
        order.printer,
        order.offset_x_mm,
        order.offset_y_mm,
        registrations,
    )


async def find_run(db: Db, edition_id: int, id_: UUID) -> PrintRun | None:
    """Return a run."""
    return await maybe(
        db,
        PrintRun,
        """
        select r.id, r.asked_at, r.asked_by, m.email as asked_by_email, r.wanted, r.layout, r.sheet,
               r.printer, r.offset_x_mm, r.offset_y_mm, r.state, r.done, r.total, r.pages,
               r.problems, r.why, r.ended_at, r.file, r.file_bytes, r.file_until
          from print_run r
          left join colleague m
            on m.edition_id = r.edition_id and r.asked_by = 'organiser:' || m.id
         where r.edition_id = $1 and r.id = $2
        """,
        edition_id,
        id_,
    )


async def list_runs(db: Db, edition_id: int, before: UUID | None, limit: int) -> list[PrintRun]:
    """Return runs, the latest first, from below `before` on."""
    return await many(
        db,
        PrintRun,
        """
        select r.id, r.asked_at, r.asked_by, m.email as asked_by_email, r.wanted, r.layout, r.sheet,
               r.printer, r.offset_x_mm, r.offset_y_mm, r.state, r.done, r.total, r.pages,
               r.problems, r.why, r.ended_at, r.file, r.file_bytes, r.file_until
          from print_run r
          left join colleague m
            on m.edition_id = r.edition_id and r.asked_by = 'organiser:' || m.id
         where r.edition_id = $1
           and ($2::uuid is null or (r.asked_at, r.id) < (
                   select asked_at, id from print_run where edition_id = $1 and id = $2))
         order by r.asked_at desc, r.id desc
         limit $3
        """,
        edition_id,
        before,
        limit,
    )


async def claim(db: Db, *, at: datetime, lease: timedelta) -> ClaimedRun | None:
    """Take the run that has waited longest, or whose lease is over; others skip it for `lease`."""
    return await maybe(
        db,
        ClaimedRun,
        """
        update print_run r
           set state = 'drawing', attempt = r.attempt + 1, done = 0,
               lease_until = $1::timestamptz + $2::interval
          from (select edition_id, id
                  from print_run
                 where state in ('waiting', 'drawing') and run_at <= $1
                   and (lease_until is null or lease_until <= $1)
                 order by run_at, id
                 limit 1
                   for update skip locked) due
         where r.edition_id = due.edition_id and r.id = due.id
     returning r.edition_id, r.id, r.attempt, r.asked_by, r.layout, r.sheet, r.offset_x_mm,
               r.offset_y_mm, r.registrations
        """,
        at,
        lease,
    )


async def note_progress(
    db: Db, run: ClaimedRun, done: int, *, at: datetime, lease: timedelta
) -> bool:
    """Say how many badges are drawn, and hold the run; False: it is no longer to be drawn."""
    told = await db.execute(
        """
        update print_run set done = $4, lease_until = $5::timestamptz + $6::interval
         where edition_id = $1 and id = $2 and attempt = $3 and state = 'drawing'
        """,
        run.edition_id,
        run.id,
        run.attempt,
        done,
        at,
        lease,
    )
    return told == "UPDATE 1"


async def lock_claimed(db: Db, run: ClaimedRun) -> bool:
    """Hold a run while its end is stored; False: it is no longer to be drawn."""
    found = await db.fetchval(
        """
        select id from print_run
         where edition_id = $1 and id = $2 and attempt = $3 and state = 'drawing'
           for update
        """,
        run.edition_id,
        run.id,
        run.attempt,
    )
    return found is not None


async def end_run(
    db: Db,
    edition_id: int,
    id_: UUID,
    *,
    done: int,
    pages: int,
    problems: Sequence[tuple[str, str]],
    file: str | None,
    file_bytes: int,
    file_until: datetime | None,
    at: datetime,
) -> None:
    """Store that a run is complete."""
    await db.execute(
        """
        update print_run
           set state = 'done', done = $3, pages = $4, problems = $5, file = $6, file_bytes = $7,
               file_until = $8, ended_at = $9, registrations = '{}', lease_until = null, why = null
         where edition_id = $1 and id = $2
        """,
        edition_id,
        id_,
        done,
        pages,
        problems,
        file,
        file_bytes,
        file_until,
        at,
    )


async def fail_run(db: Db, run: ClaimedRun, why: str, *, at: datetime) -> None:
    """Store that a run failed, and why."""
    await db.execute(
        """
        update print_run
           set state = 'failed', why = $4, ended_at = $5, lease_until = null, registrations = '{}'
         where edition_id = $1 and id = $2 and attempt = $3 and state = 'drawing'
        """,
        run.edition_id,
        run.id,
        run.attempt,
        why,
        at,
    )


async def put_back(db: Db, run: ClaimedRun, *, run_at: datetime) -> None:
    """Let a run wait again, from its beginning, until `run_at`."""
    await db.execute(
        """
        update print_run set state = 'waiting', done = 0, lease_until = null, run_at = $4
         where edition_id = $1 and id = $2 and attempt = $3 and state = 'drawing'
        """,
        run.edition_id,
        run.id,
        run.attempt,
        run_at,
    )


async def cancel_run(db: Db, edition_id: int, id_: UUID, *, at: datetime) -> None:
    """End a run that is not over; one that is over stays as it is."""
    await db.execute(
        """
        update print_run
           set state = 'cancelled', ended_at = $3, lease_until = null, registrations = '{}'
         where edition_id = $1 and id = $2 and state in ('waiting', 'drawing')
        """,
        edition_id,
        id_,
        at,
    )


async def expire_file(db: Db, edition_id: int, id_: UUID, *, at: datetime) -> None:
    """Let the file of a run go at the next sweep."""
    await db.execute(
        """
        update print_run set file_until = least(file_until, $3)
         where edition_id = $1 and id = $2 and file is not null
        """,
        edition_id,
        id_,
        at,
    )


async def expire_files_of(db: Db, edition_id: int, registration_id: UUID, *, at: datetime) -> None:
    """Let the files go that hold somebody's badge."""
    await db.execute(
        """
        update print_run r set file_until = least(r.file_until, $3)
          from badge_print p
         where r.edition_id = $1 and r.file is not null
           and p.edition_id = $1 and p.registration_id = $2 and p.run_id = r.id
        """,
        edition_id,
        registration_id,
        at,
    )


async def take_expired(db: Db, *, at: datetime) -> list[str]:
    """Forget the files whose time is over; return their names."""
    rows = await db.fetch(
        """
        update print_run r
           set file = null, file_bytes = null, file_until = null
          from (select edition_id, id, file from print_run
                 where file is not null and file_until <= $1
                   for update skip locked) gone
         where r.edition_id = gone.edition_id and r.id = gone.id
     returning gone.file
        """,
        at,
    )
    return [row["file"] for row in rows]


async def list_known_files(db: Db, names: Sequence[str]) -> list[str]:
    """Return those of `names` that are files of runs."""
    rows = await db.fetch("select file from print_run where file = any($1::text[])", names)
    return [row["file"] for row in rows]


async def list_drawable(
    db: Db, edition_id: int, registration_ids: Sequence[UUID]
) -> list[Drawable]:
    """Return what the badges of some registrations show, in the order in which they are named."""
    return await many(
        db,
        Drawable,
        """
        select t.edition_id, t.registration_id, t.number, t.key_id, t.category_number, t.days,
               t.revision, a.reference, a.given_name, a.family_name, a.category, a.organisation,
               a.job_title,
               badge_stamp(t.number, t.revision, a.category, a.given_name, a.family_name,
                           a.organisation, a.job_title) as stamp,
               t.revoked_at is null and a.status = 'confirmed' as good
          from unnest($2::uuid[]) with ordinality as chosen (id, place)
          join ticket t on t.edition_id = $1 and t.registration_id = chosen.id
          join attendee a on a.edition_id = $1 and a.id = chosen.id
         order by chosen.place
        """,
        edition_id,
        registration_ids,
    )


async def find_drawable(db: Db, edition_id: int, registration_id: UUID) -> Drawable | None:
    """Return what the badge of one registration shows."""
    return await maybe(
        db,
        Drawable,
        """
        select t.edition_id, t.registration_id, t.number, t.key_id, t.category_number, t.days,
               t.revision, a.reference, a.given_name, a.family_name, a.category, a.organisation,
               a.job_title,
               badge_stamp(t.number, t.revision, a.category, a.given_name, a.family_name,
                           a.organisation, a.job_title) as stamp,
               t.revoked_at is null and a.status = 'confirmed' as good
          from ticket t
          join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
         where t.edition_id = $1 and t.registration_id = $2
        """,
        edition_id,
        registration_id,
    )


async def list_categories_of(
    db: Db, edition_id: int, registration_ids: Sequence[UUID]
) -> list[Chosen]:
    """Return the categories in which some registrations are now, in the order of their naming."""
    return await many(
        db,
        Chosen,
        """
        select a.id as registration_id, a.category
          from unnest($2::uuid[]) with ordinality as chosen (id, place)
          join attendee a on a.edition_id = $1 and a.id = chosen.id
         order by chosen.place
        """,
        edition_id,
        registration_ids,
    )
