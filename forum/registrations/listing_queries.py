"""The SQL of the organisers' table: one function, one statement, for each way to sort it.

Each returns a page and what stands around it. The first ten parameters are the filter's
(`listing.parameters`, `registrations_found` in migration 0009). PostgreSQL plans each for its
values: a general plan, which must expect any filter, costs more once there is much to search.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from forum.core.db import Db, many, maybe, one, value
from forum.registrations.listing import Agreed, Cursor, Page, Recorded, Row, Sort


async def by_name(db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int) -> Page:
    """Return a page sorted by name."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($12::uuid is null
                          or (r.sort_key, r.id)
                             > ($11::text, $12::uuid))
                         order by r.sort_key, r.id
                         limit $13) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        after and after.id,
        limit,
    )


async def by_name_descending(
    db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int
) -> Page:
    """Return a page sorted by name, backwards."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($12::uuid is null
                          or (r.sort_key, r.id)
                             < ($11::text, $12::uuid))
                         order by r.sort_key desc, r.id desc
                         limit $13) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        after and after.id,
        limit,
    )


async def by_date(db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int) -> Page:
    """Return a page sorted by date."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($11::uuid is null or r.id > $11)
                         order by r.id
                         limit $12) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        after and after.id,
        limit,
    )


async def by_date_descending(
    db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int
) -> Page:
    """Return a page sorted by date, backwards."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($11::uuid is null or r.id < $11)
                         order by r.id desc
                         limit $12) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        after and after.id,
        limit,
    )


async def by_organisation(db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int) -> Page:
    """Return a page sorted by organisation."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($13::uuid is null
                          or (r.organisation_key, r.sort_key, r.id)
                             > ($11::text, $12::text, $13::uuid))
                         order by r.organisation_key, r.sort_key, r.id
                         limit $14) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        _key(after, 1),
        after and after.id,
        limit,
    )


async def by_organisation_descending(
    db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int
) -> Page:
    """Return a page sorted by organisation, backwards."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($13::uuid is null
                          or (r.organisation_key, r.sort_key, r.id)
                             < ($11::text, $12::text, $13::uuid))
                         order by r.organisation_key desc, r.sort_key desc, r.id desc
                         limit $14) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        _key(after, 1),
        after and after.id,
        limit,
    )


async def by_category(db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int) -> Page:
    """Return a page sorted by category."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($13::uuid is null
                          or (r.category, r.sort_key, r.id)
                             > ($11::text, $12::text, $13::uuid))
                         order by r.category, r.sort_key, r.id
                         limit $14) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        _key(after, 1),
        after and after.id,
        limit,
    )


async def by_category_descending(
    db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int
) -> Page:
    """Return a page sorted by category, backwards."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($13::uuid is null
                          or (r.category, r.sort_key, r.id)
                             < ($11::text, $12::text, $13::uuid))
                         order by r.category desc, r.sort_key desc, r.id desc
                         limit $14) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        _key(after, 1),
        after and after.id,
        limit,
    )


async def by_status(db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int) -> Page:
    """Return a page sorted by status."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($13::uuid is null
                          or (r.status, r.sort_key, r.id)
                             > ($11::registration_status, $12::text, $13::uuid))
                         order by r.status, r.sort_key, r.id
                         limit $14) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        _key(after, 1),
        after and after.id,
        limit,
    )


async def by_status_descending(
    db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int
) -> Page:
    """Return a page sorted by status, backwards."""
    return await one(
        db,
        Page,
        """
        select a.total, a.categories, a.asks_days,
               (select coalesce(jsonb_agg(l), '[]')
                  from (select r.*
                          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                         where ($13::uuid is null
                          or (r.status, r.sort_key, r.id)
                             < ($11::registration_status, $12::text, $13::uuid))
                         order by r.status desc, r.sort_key desc, r.id desc
                         limit $14) l) as rows
          from registrations_around($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) a
        """,
        *filter_,
        _key(after, 0),
        _key(after, 1),
        after and after.id,
        limit,
    )


def _key(cursor: Cursor | None, number: int) -> str | None:
    return None if cursor is None else cursor.keys[number]


ORDERS = {
    (Sort.NAME, False): by_name,
    (Sort.NAME, True): by_name_descending,
    (Sort.DATE, False): by_date,
    (Sort.DATE, True): by_date_descending,
    (Sort.ORGANISATION, False): by_organisation,
    (Sort.ORGANISATION, True): by_organisation_descending,
    (Sort.CATEGORY, False): by_category,
    (Sort.CATEGORY, True): by_category_descending,
    (Sort.STATUS, False): by_status,
    (Sort.STATUS, True): by_status_descending,
}
"""The statement of each order; the flag says that it goes backwards."""


async def find_row(db: Db, edition_id: int, reference: str) -> Row | None:
    """Return the registration of this reference."""
    return await maybe(
        db,
        Row,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation, job_title,
               category, language, status, days, turn, offer_until, counted, group_id, group_name,
               printed_at, revision, created_at, changed_at, sort_key, organisation_key
          from listed_registration
         where edition_id = $1 and reference = $2
        """,
        edition_id,
        reference,
    )


async def list_named(db: Db, edition_id: int, references: Sequence[str]) -> list[Row]:
    """Return the registrations of these references, sorted by name."""
    return await many(
        db,
        Row,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation, job_title,
               category, language, status, days, turn, offer_until, counted, group_id, group_name,
               printed_at, revision, created_at, changed_at, sort_key, organisation_key
          from listed_registration
         where edition_id = $1 and reference = any($2::text[])
         order by sort_key, id
        """,
        edition_id,
        references,
    )


async def list_references(db: Db, filter_: Sequence[Any], limit: int) -> list[str]:
    """Return the references of all that a filter lets through, at most `limit`, sorted by name."""
    return await value(
        db,
        list[str],
        """
        select array(select r.reference
                       from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                      order by r.sort_key, r.id
                      limit $11)
        """,
        *filter_,
        limit,
    )


async def list_namesakes(
    db: Db, edition_id: int, sort_key: str, organisation: str | None
) -> list[Row]:
    """Return who has this name and this organisation, and is neither cancelled nor refused."""
    return await many(
        db,
        Row,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation, job_title,
               category, language, status, days, turn, offer_until, counted, group_id, group_name,
               printed_at, revision, created_at, changed_at, sort_key, organisation_key
          from listed_registration
         where edition_id = $1 and sort_key = $2
           and organisation_key = coalesce(nullif(folded($3), ''), '~')
           and status not in ('cancelled', 'refused')
         order by id
         limit 20
        """,
        edition_id,
        sort_key,
        organisation,
    )


async def list_agreed(db: Db, edition_id: int, registration_id: UUID) -> list[Agreed]:
    """Return what a person agreed to, in the words that they saw."""
    return await many(
        db,
        Agreed,
        """
        select c.purpose, w.wording, c.version, c.given_at, c.withdrawn_at
          from consent c
          join consent_purpose p on p.edition_id = c.edition_id and p.purpose = c.purpose
          join consent_wording w on w.edition_id = c.edition_id and w.purpose = c.purpose
               and w.version = c.version
         where c.edition_id = $1 and c.registration_id = $2
         order by p.position
        """,
        edition_id,
        registration_id,
    )


async def list_deeds(db: Db, edition_id: int, registration_id: UUID) -> list[Recorded]:
    """Return what was done to a registration, the latest first, at most a hundred deeds."""
    return await many(
        db,
        Recorded,
        """
        select u.at, u.actor, a.email as actor_email, u.action, u.detail
          from audit u
          left join account a on 'organiser:' || a.id = u.actor
         where u.edition_id = $1 and u.subject_id = $2
         order by u.at desc, u.id desc
         limit 100
        """,
        edition_id,
        registration_id,
    )
