"""The SQL of the organisers' table: one function, one statement, for each way to sort it.

The first ten parameters are the filter's (`listing.parameters`, `registrations_found` in migration
0009). PostgreSQL plans each statement for its values: a general plan, which must expect any filter,
costs more once there is much to search.

Up to 10,000 that the filter lets through are collected, counted and sorted. Of more, the first are
found along the index of the order. To leave the choice to PostgreSQL would not do: it expects that
all Lefèvre are spread over the alphabet, and walks from A to L to find the first. The rows of the
page are looked up by their key, one by one, whatever PostgreSQL believes of the tables' sizes.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from forum.core.db import Db, many, maybe, one, value
from forum.registrations.listing import Cursor, Page, Recorded, Row, Sort, Standing


async def by_name(db: Db, filter_: Sequence[Any], after: Cursor | None, limit: int) -> Page:
    """Return a page sorted by name."""
    return await one(
        db,
        Page,
        """
        with found as materialized (
            select r.id, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($12::uuid is null
                     or (f.sort_key, f.id)
                        > ($11::text, $12::uuid))
              order by f.sort_key, f.id
              limit $13)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($12::uuid is null
                     or (r.sort_key, r.id)
                        > ($11::text, $12::uuid))
              order by r.sort_key, r.id
              limit $13))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.sort_key,
                                          l.id),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($12::uuid is null
                     or (f.sort_key, f.id)
                        < ($11::text, $12::uuid))
              order by f.sort_key desc, f.id desc
              limit $13)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($12::uuid is null
                     or (r.sort_key, r.id)
                        < ($11::text, $12::uuid))
              order by r.sort_key desc, r.id desc
              limit $13))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.sort_key desc,
                                          l.id desc),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($11::uuid is null or f.id > $11)
              order by f.id
              limit $12)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($11::uuid is null or r.id > $11)
              order by r.id
              limit $12))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.id),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($11::uuid is null or f.id < $11)
              order by f.id desc
              limit $12)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($11::uuid is null or r.id < $11)
              order by r.id desc
              limit $12))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.id desc),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.organisation_key, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($13::uuid is null
                     or (f.organisation_key, f.sort_key, f.id)
                        > ($11::text, $12::text, $13::uuid))
              order by f.organisation_key, f.sort_key, f.id
              limit $14)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($13::uuid is null
                     or (r.organisation_key, r.sort_key, r.id)
                        > ($11::text, $12::text, $13::uuid))
              order by r.organisation_key, r.sort_key, r.id
              limit $14))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.organisation_key,
                                          l.sort_key,
                                          l.id),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.organisation_key, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($13::uuid is null
                     or (f.organisation_key, f.sort_key, f.id)
                        < ($11::text, $12::text, $13::uuid))
              order by f.organisation_key desc, f.sort_key desc, f.id desc
              limit $14)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($13::uuid is null
                     or (r.organisation_key, r.sort_key, r.id)
                        < ($11::text, $12::text, $13::uuid))
              order by r.organisation_key desc, r.sort_key desc, r.id desc
              limit $14))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.organisation_key desc,
                                          l.sort_key desc,
                                          l.id desc),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.category, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($13::uuid is null
                     or (f.category, f.sort_key, f.id)
                        > ($11::text, $12::text, $13::uuid))
              order by f.category, f.sort_key, f.id
              limit $14)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($13::uuid is null
                     or (r.category, r.sort_key, r.id)
                        > ($11::text, $12::text, $13::uuid))
              order by r.category, r.sort_key, r.id
              limit $14))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.category,
                                          l.sort_key,
                                          l.id),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.category, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($13::uuid is null
                     or (f.category, f.sort_key, f.id)
                        < ($11::text, $12::text, $13::uuid))
              order by f.category desc, f.sort_key desc, f.id desc
              limit $14)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($13::uuid is null
                     or (r.category, r.sort_key, r.id)
                        < ($11::text, $12::text, $13::uuid))
              order by r.category desc, r.sort_key desc, r.id desc
              limit $14))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.category desc,
                                          l.sort_key desc,
                                          l.id desc),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.status, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($13::uuid is null
                     or (f.status, f.sort_key, f.id)
                        > ($11::registration_status, $12::text, $13::uuid))
              order by f.status, f.sort_key, f.id
              limit $14)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($13::uuid is null
                     or (r.status, r.sort_key, r.id)
                        > ($11::registration_status, $12::text, $13::uuid))
              order by r.status, r.sort_key, r.id
              limit $14))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.status,
                                          l.sort_key,
                                          l.id),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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
        with found as materialized (
            select r.id, r.status, r.sort_key
              from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
             limit 10001),
        counted as (select count(*) as total from found),
        page as (
            (select f.id
               from found f
              where (select total from counted) <= 10000
                and ($13::uuid is null
                     or (f.status, f.sort_key, f.id)
                        < ($11::registration_status, $12::text, $13::uuid))
              order by f.status desc, f.sort_key desc, f.id desc
              limit $14)
            union all
            (select r.id
               from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
              where (select total from counted) > 10000
                and ($13::uuid is null
                     or (r.status, r.sort_key, r.id)
                        < ($11::registration_status, $12::text, $13::uuid))
              order by r.status desc, r.sort_key desc, r.id desc
              limit $14))
        select (select total from counted) as total, c.categories, c.asks_days,
               (select coalesce(jsonb_agg(l order by l.status desc,
                                          l.sort_key desc,
                                          l.id desc),
                                '[]')
                  from page p
                 cross join lateral (
                       select *
                         from listed_registration
                        where edition_id = $1 and id = p.id
                        limit 1) l) as rows
          from registration_choices($1) c
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


async def count_by_status(db: Db, filter_: Sequence[Any]) -> list[Standing]:
    """Return how many of those that a filter lets through stand where."""
    return await many(
        db,
        Standing,
        """
        select r.status, count(*) as people
          from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
         group by r.status
         order by r.status
        """,
        *filter_,
    )


async def list_confirmed(db: Db, filter_: Sequence[Any]) -> list[UUID]:
    """Return the ids of the confirmed whom a filter lets through."""
    return await value(
        db,
        list[UUID],
        """
        select array(select r.id
                       from registrations_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) r
                      where r.status = 'confirmed')
        """,
        *filter_,
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
