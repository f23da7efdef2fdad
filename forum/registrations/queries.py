"""The SQL of registrations: one function, one statement."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from forum.core.db import Db, batches, many, maybe, one, value
from forum.registrations.models import (
    Addressee,
    Agreed,
    DayCount,
    Delivered,
    Lapsed,
    NextInLine,
    OrganisationCount,
    Owing,
    OwingCount,
    Places,
    Registration,
    Sending,
    SendingLog,
    Status,
    StatusCount,
    StoredGroup,
)


async def lock_places(db: Db, edition_id: int, category: str) -> Places | None:
    """Lock the places of the edition and of the category; None when there is no such category.

    Whoever changes a place locks the edition's row first, so that turns follow arrival.
    """
    return await maybe(
        db,
        Places,
        """
        select e.state, e.registration_opens_at, e.registration_closes_at, e.places, e.taken,
               e.reserved, e.turns, c.code as category, c.number, c.name as category_name,
               c.open as category_open,
               c.places as category_places, c.taken as category_taken,
               c.reserved as category_reserved, c.opens_at as category_opens_at,
               c.closes_at as category_closes_at, c.approval, c.invitation_only, c.self_change
          from edition e
          join category c on c.edition_id = e.id
         where e.id = $1 and c.code = $2
           for no key update of e, c
        """,
        edition_id,
        category,
    )


async def find_by_email(db: Db, edition_id: int, email_key: str) -> Registration | None:
    """Return the registration of this address that is neither cancelled nor refused."""
    return await maybe(
        db,
        Registration,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation,
               organisation_code, job_title, category, language, status, turn, days, offer_until,
               counted, group_id, invitation_id, revision, mail_version, mailed_at, created_at,
               changed_at
          from registration
         where edition_id = $1 and email_key = $2 and status not in ('cancelled', 'refused')
        """,
        edition_id,
        email_key,
    )


async def find(db: Db, edition_id: int, registration_id: UUID) -> Registration | None:
    """Return a registration."""
    return await maybe(
        db,
        Registration,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation,
               organisation_code, job_title, category, language, status, turn, days, offer_until,
               counted, group_id, invitation_id, revision, mail_version, mailed_at, created_at,
               changed_at
          from registration
         where edition_id = $1 and id = $2
        """,
        edition_id,
        registration_id,
    )


async def insert_registration(
    db: Db, registration: Registration, email_key: str, sort_key: str, search_key: str
) -> None:
    """Store a registration."""
    await db.execute(
        """
        insert into registration (edition_id, id, reference, given_name, family_name, email,
                                  email_key, organisation, job_title, category, language, status,
                                  turn, days, counted, group_id, invitation_id, sort_key,
                                  search_key, mail_version, mailed_at, created_at, changed_at,
                                  organisation_code)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                     $18, $19, $20, $21, $22, $23, $24)
        """,
        registration.edition_id,
        registration.id,
        registration.reference,
        registration.given_name,
        registration.family_name,
        registration.email,
        email_key,
        registration.organisation,
        registration.job_title,
        registration.category,
        registration.language,
        registration.status,
        registration.turn,
        registration.days,
        registration.counted,
        registration.group_id,
        registration.invitation_id,
        sort_key,
        search_key,
        registration.mail_version,
        registration.mailed_at,
        registration.created_at,
        registration.changed_at,
        registration.organisation_code,
    )


async def insert_consents(
    db: Db, edition_id: int, registration_id: UUID, purposes: Sequence[str], at: datetime
) -> None:
    """Store what the person agreed to, with the version of the wording they saw."""
    await db.execute(
        """
        insert into consent (edition_id, registration_id, purpose, version, given_at)
             select p.edition_id, $2, p.purpose, p.version, $4
               from consent_purpose p
              where p.edition_id = $1 and p.purpose = any($3::text[])
        """,
        edition_id,
        registration_id,
        purposes,
        at,
    )


async def list_agreed(db: Db, edition_id: int, registration_id: UUID) -> list[Agreed]:
    """Return all that a person ever agreed to, in the words that they saw."""
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
         order by p.position, c.purpose, c.number
        """,
        edition_id,
        registration_id,
    )


async def lock_registration(db: Db, edition_id: int, registration_id: UUID) -> Registration | None:
    """Return a registration, and let nobody change it until the transaction ends."""
    return await maybe(
        db,
        Registration,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation,
               organisation_code, job_title, category, language, status, turn, days, offer_until,
               counted, group_id, invitation_id, revision, mail_version, mailed_at, created_at,
               changed_at
          from registration
         where edition_id = $1 and id = $2
           for no key update
        """,
        edition_id,
        registration_id,
    )


async def insert_consent(
    db: Db, edition_id: int, registration_id: UUID, purpose: str, version: int, at: datetime
) -> int | None:
    """Store that a person agrees once more; None where the text is no longer at this version.

    The text stays as it is until the transaction ends.
    """
    return await value(
        db,
        int | None,  # type: ignore[arg-type]
        """
        with seen as (
            select edition_id, purpose, version
              from consent_purpose
             where edition_id = $1 and purpose = $3 and version = $4
               for share)
        insert into consent (edition_id, registration_id, purpose, number, version, given_at)
             select seen.edition_id, $2, seen.purpose,
                    (select coalesce(max(c.number), 0) + 1
                       from consent c
                      where c.edition_id = $1 and c.registration_id = $2 and c.purpose = $3),
                    seen.version, $5
               from seen
          returning number
        """,
        edition_id,
        registration_id,
        purpose,
        version,
        at,
    )


async def withdraw_consent(
    db: Db, edition_id: int, registration_id: UUID, purpose: str, at: datetime
) -> int | None:
    """End what a person agreed to; return its version, None where nothing is in force."""
    return await value(
        db,
        int | None,  # type: ignore[arg-type]
        """
        update consent set withdrawn_at = $4
         where edition_id = $1 and registration_id = $2 and purpose = $3 and withdrawn_at is null
     returning version
        """,
        edition_id,
        registration_id,
        purpose,
        at,
    )


async def count_place(db: Db, edition_id: int, category: str, by: int) -> None:
    """Take (`by` 1) or give back (`by` -1) a place; the row's check refuses one too many."""
    await db.execute(
        """
        with of_category as (
            update category set taken = taken + $3 where edition_id = $1 and code = $2)
        update edition set taken = taken + $3 where id = $1
        """,
        edition_id,
        category,
        by,
    )


async def take_turn(db: Db, edition_id: int) -> int:
    """Return the next turn on the edition's waiting list."""
    return await value(
        db, int, "update edition set turns = turns + 1 where id = $1 returning turns", edition_id
    )


async def next_in_line(db: Db, edition_id: int) -> NextInLine | None:
    """Return the first who waits and whose category, and the edition, have a place."""
    return await maybe(
        db,
        NextInLine,
        """
        select r.id, c.number as category_number, c.name as category_name, e.offer_hours
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
          join edition e on e.id = r.edition_id
         where r.edition_id = $1 and r.status = 'waiting'
           and (c.places is null or c.taken + c.reserved < c.places)
           and (e.places is null or e.taken + e.reserved < e.places)
         order by r.turn
         limit 1
        """,
        edition_id,
    )


async def set_status(
    db: Db,
    edition_id: int,
    registration_id: UUID,
    status: Status,
    at: datetime,
    *,
    turn: int | None = None,
    offer_until: datetime | None = None,
    counted: bool = True,
    invitation_id: UUID | None = None,
) -> Registration | None:
    """Move a registration to `status`, its revision and its mail's version one up."""
    return await maybe(
        db,
        Registration,
        """
        update registration
           set status = $3, mail_version = mail_version + 1, mailed_at = $4, changed_at = $4,
               revision = revision + 1, turn = $5, offer_until = $6, counted = $7,
               invitation_id = coalesce($8, invitation_id)
         where edition_id = $1 and id = $2
     returning edition_id, id, reference, given_name, family_name, email, organisation,
               organisation_code, job_title, category, language, status, turn, days, offer_until,
               counted, group_id, invitation_id, revision, mail_version, mailed_at, created_at,
               changed_at
        """,
        edition_id,
        registration_id,
        status,
        at,
        turn,
        offer_until,
        counted,
        invitation_id,
    )


async def change_registration(
    db: Db,
    after: Registration,
    email_key: str,
    sort_key: str,
    search_key: str,
    at: datetime,
) -> Registration | None:
    """Store what a person may change, its revision and its mail's version one up."""
    return await maybe(
        db,
        Registration,
        """
        update registration
           set given_name = $3, family_name = $4, email = $5, email_key = $6, organisation = $7,
               job_title = $8, language = $9, category = $10, days = $11, counted = $12,
               sort_key = $13, search_key = $14, revision = revision + 1,
               mail_version = mail_version + 1, mailed_at = $15, changed_at = $15,
               organisation_code = $16
         where edition_id = $1 and id = $2
     returning edition_id, id, reference, given_name, family_name, email, organisation,
               organisation_code, job_title, category, language, status, turn, days, offer_until,
               counted, group_id, invitation_id, revision, mail_version, mailed_at, created_at,
               changed_at
        """,
        after.edition_id,
        after.id,
        after.given_name,
        after.family_name,
        after.email,
        email_key,
        after.organisation,
        after.job_title,
        after.language,
        after.category,
        after.days,
        after.counted,
        sort_key,
        search_key,
        at,
        after.organisation_code,
    )


async def insert_group(db: Db, group: StoredGroup) -> None:
    """Store who registers several colleagues."""
    await db.execute(
        """
        insert into registration_group (edition_id, id, organisation, coordinator_name,
                                        coordinator_email, language, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)
        """,
        group.edition_id,
        group.id,
        group.organisation,
        group.coordinator_name,
        group.coordinator_email,
        group.language,
        group.created_at,
    )


async def find_group(db: Db, edition_id: int, group_id: UUID) -> StoredGroup | None:
    """Return a group."""
    return await maybe(
        db,
        StoredGroup,
        """
        select edition_id, id, organisation, coordinator_name, coordinator_email, language,
               created_at
          from registration_group
         where edition_id = $1 and id = $2
        """,
        edition_id,
        group_id,
    )


async def list_members(db: Db, edition_id: int, group_id: UUID) -> list[Registration]:
    """Return the registrations of a group in the order in which they were written."""
    return await many(
        db,
        Registration,
        """
        select edition_id, id, reference, given_name, family_name, email, organisation,
               organisation_code, job_title, category, language, status, turn, days, offer_until,
               counted, group_id, invitation_id, revision, mail_version, mailed_at, created_at,
               changed_at
          from registration
         where edition_id = $1 and group_id = $2
         order by created_at, id
        """,
        edition_id,
        group_id,
    )


async def list_lapsed(db: Db, at: datetime) -> list[Lapsed]:
    """Return offers that are over at `at`, the oldest first, at most a hundred."""
    return await many(
        db,
        Lapsed,
        """
        select edition_id, id
          from registration
         where status = 'offered' and offer_until <= $1
         order by offer_until
         limit 100
        """,
        at,
    )


async def count_mail(db: Db, edition_id: int, registration_id: UUID, at: datetime) -> int:
    """Return the version of the registration's next e-mail."""
    return await value(
        db,
        int,
        """
        update registration
           set mail_version = mail_version + 1, mailed_at = $3
         where edition_id = $1 and id = $2
     returning mail_version
        """,
        edition_id,
        registration_id,
        at,
    )


async def place_in_line(db: Db, edition_id: int, category: str, turn: int) -> int:
    """Return the place on the waiting list of a category of the one who holds `turn`, from 1."""
    return await value(
        db,
        int,
        """
        select count(*)
          from registration
         where edition_id = $1 and status = 'waiting' and category = $2 and turn <= $3
        """,
        edition_id,
        category,
        turn,
    )


async def count_by_status(db: Db, edition_id: int) -> list[StatusCount]:
    """Return how many registrations stand where."""
    return await many(
        db,
        StatusCount,
        """
        select category, status, count(*) as count
          from registration
         where edition_id = $1
         group by category, status
         order by category, status
        """,
        edition_id,
    )


async def count_to_check(db: Db, edition_id: int, mark: str) -> int:
    """Return how many registrations that are not over have `mark` among their words."""
    return await value(
        db,
        int,
        """
        select count(*)
          from registration
         where edition_id = $1 and words @@ $2::text::tsquery
           and status not in ('cancelled', 'refused')
        """,
        edition_id,
        f"'{mark}'",
    )


async def count_by_day(db: Db, edition_ids: Sequence[int], timezone: str) -> list[DayCount]:
    """Return how many registrations that still stand came on each day, on the wall there."""
    return await many(
        db,
        DayCount,
        """
        select edition_id, (created_at at time zone $2)::date as day, count(*) as count
          from registration
         where edition_id = any($1::integer[]) and status not in ('cancelled', 'refused')
         group by 1, 2
         order by 1, 2
        """,
        edition_ids,
        timezone,
    )


async def count_by_organisation(db: Db, edition_id: int) -> list[OrganisationCount]:
    """Return how many registrations that still stand come from each organisation with a code."""
    return await many(
        db,
        OrganisationCount,
        """
        select organisation_code as code, count(*) as count
          from registration
         where edition_id = $1 and status not in ('cancelled', 'refused')
           and organisation_code is not null
         group by organisation_code
         order by count(*) desc, organisation_code
        """,
        edition_id,
    )


async def lock_sending(db: Db, edition_id: int, kind: str) -> None:
    """Wait until nobody else sends this kind of letter to all, until the transaction ends."""
    await db.execute(
        """
        select pg_advisory_xact_lock(
            hashtextextended(format('forum.sending %s %s', $1::integer, $2::text), 0))
        """,
        edition_id,
        kind,
    )


async def list_addressees(db: Db, edition_id: int, kind: str, version: int) -> list[Addressee]:
    """Return those who are confirmed, have an address and not this version of a letter, by name."""
    return await many(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.status = 'confirmed' and r.email <> ''
           and not exists (select from outbox o
                            where o.edition_id = $1 and o.kind = $2 and o.subject_id = r.id
                              and o.version = $3)
         order by r.sort_key, r.id
        """,
        edition_id,
        kind,
        version,
    )


async def list_addressees_of(db: Db, edition_id: int, ids: Sequence[UUID]) -> list[Addressee]:
    """Return those of some registrations who have an address, by name."""
    return await many(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.id = any($2::uuid[]) and r.email <> ''
         order by r.sort_key, r.id
        """,
        edition_id,
        ids,
    )


async def count_owing(db: Db, edition_id: int, kind: str) -> OwingCount:
    """Count who has required questions open, and whom no letter of this kind has told of these."""
    return await one(
        db,
        OwingCount,
        """
        with owing as (
            select registration_id as id,
                   ('x' || left(md5(string_agg(question, ' ' order by question)), 7))
                   ::bit(28)::integer as version
              from open_questions($1, null)
             group by registration_id)
        select count(*) as people,
               count(*) filter (
                   where r.email <> ''
                     and not exists (select from outbox o
                                      where o.edition_id = $1 and o.kind = $2
                                        and o.subject_id = r.id and o.version = owing.version)
               ) as left
          from owing
          join registration r on r.edition_id = $1 and r.id = owing.id
        """,
        edition_id,
        kind,
    )


async def list_owing(
    db: Db, edition_id: int, kind: str, untold: bool, limit: int | None
) -> list[Owing]:
    """Return who has required questions open, by name; only those still to be told if `untold`.

    At most `limit`; None: all. Who gave no address is never to be told.
    """
    return await many(
        db,
        Owing,
        """
        with owing as (
            select o.registration_id as id,
                   jsonb_agg(q.label order by q.position, q.code) as labels,
                   ('x' || left(md5(string_agg(o.question, ' ' order by o.question)), 7))
                   ::bit(28)::integer as version
              from open_questions($1, null) o
              join question q on q.edition_id = $1 and q.code = o.question
             group by o.registration_id)
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision,
               owing.labels as questions,
               owing.version, told.before as told
          from owing
          join registration r on r.edition_id = $1 and r.id = owing.id
          join category c on c.edition_id = r.edition_id and c.code = r.category
         cross join lateral (
               select exists (select from outbox o
                               where o.edition_id = $1 and o.kind = $2 and o.subject_id = r.id
                                 and o.version = owing.version) as before) told
         where not $3 or r.email <> '' and not told.before
         order by r.sort_key, r.id
         limit $4
        """,
        edition_id,
        kind,
        untold,
        limit,
    )


async def find_addressee(db: Db, edition_id: int, reference: str) -> Addressee | None:
    """Return the registration of this reference, wherever it stands."""
    return await maybe(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.reference = $2
        """,
        edition_id,
        reference,
    )


async def list_confirmed(db: Db, edition_id: int) -> list[Addressee]:
    """Return all who are confirmed, by name."""
    return await many(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.status = 'confirmed'
         order by r.sort_key, r.id
        """,
        edition_id,
    )


async def stream_confirmed(db: Db, edition_id: int, *, size: int) -> AsyncIterator[list[Addressee]]:
    """Yield all who are confirmed, by name, `size` at a time: inside a transaction."""
    async for people in batches(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.status = 'confirmed'
         order by r.sort_key, r.id
        """,
        edition_id,
        size=size,
    ):
        yield people


async def find_confirmed(db: Db, edition_id: int, reference: str) -> Addressee | None:
    """Return the registration of this reference if it is confirmed."""
    return await maybe(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from registration r
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where r.edition_id = $1 and r.reference = $2 and r.status = 'confirmed'
        """,
        edition_id,
        reference,
    )


async def count_sending(db: Db, edition_id: int, kind: str, version: int) -> Sending:
    """Return how many got this version of a letter, and how many confirmed ones are to get it."""
    return await one(
        db,
        Sending,
        """
        select (select count(*)
                  from outbox
                 where edition_id = $1 and kind = $2 and version = $3) as sent,
               (select count(*)
                  from registration r
                 where r.edition_id = $1 and r.status = 'confirmed' and r.email <> ''
                   and not exists (select from outbox o
                                    where o.edition_id = $1 and o.kind = $2
                                      and o.subject_id = r.id and o.version = $3)) as left
        """,
        edition_id,
        kind,
        version,
    )


async def list_delivered(
    db: Db, edition_id: int, kinds: Sequence[str]
) -> dict[UUID, list[Delivered]]:
    """Return the letters of these kinds by whom they are on, the latest first."""
    rows = await many(
        db,
        Delivered,
        """
        select subject_id, kind, version, data
          from outbox
         where edition_id = $1 and kind = any($2::text[])
         order by created_at desc, version desc
        """,
        edition_id,
        kinds,
    )
    found: dict[UUID, list[Delivered]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return found


async def list_sendings(db: Db, edition_id: int, kind: str, limit: int) -> list[SendingLog]:
    """Return the latest sendings of a kind of letter: those that were stored at one instant."""
    return await many(
        db,
        SendingLog,
        """
        select created_at, count(*) as count, count(sent_at) as sent, count(failed_at) as failed
          from outbox
         where edition_id = $1 and kind = $2
         group by created_at
         order by created_at desc
         limit $3
        """,
        edition_id,
        kind,
        limit,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; for demonstrations and purges."""
    await db.execute(
        """
        with no_consents as (delete from consent where edition_id = $1),
             no_registrations as (delete from registration where edition_id = $1)
        delete from registration_group where edition_id = $1
        """,
        edition_id,
    )
