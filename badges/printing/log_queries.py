"""The SQL of the log of printed badges: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from badges.printing.run_models import LoggedPrint, PrintedBadge
from forum.core.db import Db, many


async def lock_tickets(db: Db, edition_id: int, registration_ids: Sequence[UUID]) -> None:
    """Hold some tickets, so that what stands on their badges stays as it is until the end."""
    await db.execute(
        """
        select registration_id from ticket
         where edition_id = $1 and registration_id = any($2::uuid[])
         order by registration_id
           for no key update
        """,
        edition_id,
        registration_ids,
    )


async def insert_prints(
    db: Db,
    edition_id: int,
    ids: Sequence[UUID],
    printed: Sequence[PrintedBadge],
    *,
    actor: str,
    run_id: UUID | None,
    at: datetime,
) -> None:
    """Log badges; one of a run that is logged already is not logged again."""
    await db.execute(
        """
        insert into badge_print (edition_id, id, registration_id, revision, stamp, layout, at,
                                 actor, run_id)
             select $1, one.id, one.registration_id, one.revision, one.stamp, one.layout, $7, $8, $9
               from unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::bytea[], $6::text[])
                    as one (id, registration_id, revision, stamp, layout)
        on conflict on constraint badge_print_once_a_run do nothing
        """,
        edition_id,
        ids,
        [one.registration_id for one in printed],
        [one.revision for one in printed],
        [one.stamp for one in printed],
        [one.layout for one in printed],
        at,
        actor,
        run_id,
    )


async def mark_printed(
    db: Db, edition_id: int, printed: Sequence[PrintedBadge], *, at: datetime
) -> None:
    """Remember which tickets have their badge: those on which stands what was printed."""
    await db.execute(
        """
        update ticket t set printed_at = $4
          from unnest($2::uuid[], $3::bytea[]) as one (registration_id, stamp)
          join attendee a on a.edition_id = $1 and a.id = one.registration_id
         where t.edition_id = $1 and t.registration_id = one.registration_id
           and t.revoked_at is null and a.status = 'confirmed'
           and one.stamp = badge_stamp(t.number, t.revision, a.category, a.given_name,
                                       a.family_name, a.organisation, a.job_title)
        """,
        edition_id,
        [one.registration_id for one in printed],
        [one.stamp for one in printed],
        at,
    )


async def list_outdated(db: Db, edition_id: int, printed: Sequence[PrintedBadge]) -> list[str]:
    """Return the references of those on whose badge stands what holds no more."""
    rows = await db.fetch(
        """
        select a.reference
          from unnest($2::uuid[], $3::bytea[]) with ordinality
               as one (registration_id, stamp, place)
          join attendee a on a.edition_id = $1 and a.id = one.registration_id
          join ticket t on t.edition_id = $1 and t.registration_id = one.registration_id
         where t.revoked_at is not null or a.status <> 'confirmed'
            or one.stamp <> badge_stamp(t.number, t.revision, a.category, a.given_name,
                                        a.family_name, a.organisation, a.job_title)
         order by one.place
        """,
        edition_id,
        [one.registration_id for one in printed],
        [one.stamp for one in printed],
    )
    return [row["reference"] for row in rows]


async def list_prints(
    db: Db, edition_id: int, registration_id: UUID, limit: int
) -> list[LoggedPrint]:
    """Return when somebody's badge was printed, the latest first."""
    return await many(
        db,
        LoggedPrint,
        """
        select p.at, p.actor, m.email as actor_email, d.name as device, p.layout, p.revision,
               p.run_id,
               p.stamp = badge_stamp(t.number, t.revision, a.category, a.given_name, a.family_name,
                                     a.organisation, a.job_title) as current
          from badge_print p
          join ticket t on t.edition_id = p.edition_id and t.registration_id = p.registration_id
          join attendee a on a.edition_id = p.edition_id and a.id = p.registration_id
          left join colleague m
            on m.edition_id = p.edition_id and p.actor = 'organiser:' || m.id
          left join device d on d.edition_id = p.edition_id and p.actor = 'device:' || d.id
         where p.edition_id = $1 and p.registration_id = $2
         order by p.at desc, p.id desc
         limit $3
        """,
        edition_id,
        registration_id,
        limit,
    )


async def delete_prints(db: Db, edition_id: int, registration_id: UUID) -> None:
    """Forget that somebody's badge was ever printed."""
    await db.execute(
        "delete from badge_print where edition_id = $1 and registration_id = $2",
        edition_id,
        registration_id,
    )
