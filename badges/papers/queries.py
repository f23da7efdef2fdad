"""The SQL of the papers of presence: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime

from badges.papers.models import PaperTerms, PrintedSheet, StoredPerson
from forum.core.db import Db, many, maybe


async def list_people(db: Db, edition_id: int) -> list[StoredPerson]:
    """Return all who are confirmed, sorted by name, and whether their badge was printed."""
    return await many(
        db,
        StoredPerson,
        """
        select a.id, a.reference, a.given_name, a.family_name,
               coalesce(a.organisation, '') as organisation, a.category, a.sort_key, a.days,
               t.printed_at is not null as printed
          from attendee a
          left join ticket t
            on t.edition_id = a.edition_id and t.registration_id = a.id and t.revoked_at is null
         where a.edition_id = $1 and a.status = 'confirmed'
         order by a.sort_key, a.id
        """,
        edition_id,
    )


async def find_terms(db: Db, edition_id: int) -> PaperTerms | None:
    """Return what papers say of the organiser."""
    return await maybe(
        db,
        PaperTerms,
        "select organiser, legal, place, signatory from paper_terms where edition_id = $1",
        edition_id,
    )


async def put_terms(db: Db, edition_id: int, terms: PaperTerms, at: datetime) -> None:
    """Store what papers say of the organiser."""
    await db.execute(
        """
        insert into paper_terms (edition_id, organiser, legal, place, signatory, changed_at)
             values ($1, $2, $3, $4, $5, $6)
        on conflict (edition_id) do update
                set organiser = excluded.organiser, legal = excluded.legal,
                    place = excluded.place, signatory = excluded.signatory,
                    changed_at = excluded.changed_at
        """,
        edition_id,
        terms.organiser,
        terms.legal,
        terms.place,
        terms.signatory,
        at,
    )


async def insert_sheets(
    db: Db, edition_id: int, sheets: Sequence[PrintedSheet], at: datetime
) -> None:
    """Remember sheets that are printed; the same one printed again is known already."""
    await db.execute(
        """
        insert into paper_sheet (edition_id, reference, heading, scope, people, filled, printed_at)
             select $1, s.reference, s.heading, s.scope, s.people, s.filled, $2
               from unnest($3::text[], $4::text[], $5::text[], $6::integer[], $7::boolean[])
                    as s (reference, heading, scope, people, filled)
        on conflict (edition_id, reference) do nothing
        """,
        edition_id,
        at,
        [one.reference for one in sheets],
        [one.heading for one in sheets],
        [one.scope for one in sheets],
        [one.people for one in sheets],
        [one.filled for one in sheets],
    )


async def list_sheets(
    db: Db, edition_id: int, reference: str | None, limit: int
) -> list[PrintedSheet]:
    """Return the sheets that were printed, the latest first; the one of a reference, if given."""
    return await many(
        db,
        PrintedSheet,
        """
        select reference, heading, scope, people, filled, printed_at
          from paper_sheet
         where edition_id = $1 and ($2::text is null or reference = $2)
         order by printed_at desc, reference
         limit $3
        """,
        edition_id,
        reference,
        limit,
    )
