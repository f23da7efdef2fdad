"""The SQL of campaigns: one function, one statement.

Where a filter is asked for, the first ten parameters are the table's (`listing.parameters`), the
eleventh the purpose that must be agreed to.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from forum.campaigns.models import (
    Campaign,
    Due,
    Fate,
    Order,
    Pending,
    Progress,
    Reach,
    Recipient,
    Row,
    Skip,
    State,
    Wording,
)
from forum.core.db import Db, many, maybe, one, value
from forum.registrations.models import Addressee


async def count_reached(db: Db, filter_: Sequence[Any], consent: str | None) -> Reach:
    """Count whom a filter reaches, and those whom it lets through for nothing."""
    return await one(
        db,
        Reach,
        """
        select count(*) filter (where skipped is null) as reached,
               count(*) filter (where skipped = 'over') as over,
               count(*) filter (where skipped = 'withdrew') as withdrew,
               count(*) filter (where skipped = 'no_address') as no_address
          from campaign_reached($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        *filter_,
        consent,
    )


async def find_first_reached(
    db: Db, filter_: Sequence[Any], consent: str | None
) -> Addressee | None:
    """Return the first by name whom a filter reaches."""
    return await maybe(
        db,
        Addressee,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision
          from campaign_reached($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) f
          join registration r on r.edition_id = $1 and r.id = f.id
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where f.skipped is null
         order by f.sort_key, f.id
         limit 1
        """,
        *filter_,
        consent,
    )


async def lock_campaigns(db: Db, edition_id: int) -> None:
    """Wait until nobody else starts a campaign of the edition."""
    await db.execute(
        """
        select pg_advisory_xact_lock(
            hashtextextended(format('forum.campaigns %s', $1::integer), 0))
        """,
        edition_id,
    )


async def insert_campaign(
    db: Db, edition_id: int, order: Order, *, reached: int, at: datetime, account_id: UUID
) -> int:
    """Store a campaign; return its number, the next of the edition's."""
    return await value(
        db,
        int,
        """
        insert into campaign (edition_id, number, id, filter, consent, texts, per_minute, reached,
                              next_at, started_at, started_by, changed_at, changed_by)
             select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $8, $9
               from campaign
              where edition_id = $1
          returning number
        """,
        edition_id,
        order.id,
        msgspec.to_builtins(order.filter),
        order.consent,
        msgspec.to_builtins(order.texts),
        order.per_minute,
        reached,
        at,
        account_id,
    )


async def insert_recipients(
    db: Db, filter_: Sequence[Any], consent: str | None, number: int
) -> int:
    """Fix the set of a campaign, in order of names; return how many they are."""
    return await value(
        db,
        int,
        """
        with stored as (
            insert into campaign_recipient (edition_id, number, registration_id, position)
                 select $1, $12, f.id, row_number() over (order by f.sort_key, f.id)
                   from campaign_reached($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) f
                  where f.skipped is null
              returning 1)
        select count(*) from stored
        """,
        *filter_,
        consent,
        number,
    )


async def find_by_id(db: Db, edition_id: int, campaign_id: UUID) -> Campaign | None:
    """Return the campaign that a form has started."""
    return await maybe(
        db,
        Campaign,
        """
        select c.edition_id, c.number, c.id, c.filter, c.consent, c.texts, c.per_minute, c.reached,
               c.state, c.revision, c.next_at, c.started_at, s.email as started_by, c.changed_at,
               m.email as changed_by
          from campaign c
          left join account s on s.id = c.started_by
          left join account m on m.id = c.changed_by
         where c.edition_id = $1 and c.id = $2
        """,
        edition_id,
        campaign_id,
    )


async def find(db: Db, edition_id: int, number: int) -> Campaign | None:
    """Return a campaign by its number."""
    return await maybe(
        db,
        Campaign,
        """
        select c.edition_id, c.number, c.id, c.filter, c.consent, c.texts, c.per_minute, c.reached,
               c.state, c.revision, c.next_at, c.started_at, s.email as started_by, c.changed_at,
               m.email as changed_by
          from campaign c
          left join account s on s.id = c.started_by
          left join account m on m.id = c.changed_by
         where c.edition_id = $1 and c.number = $2
        """,
        edition_id,
        number,
    )


async def list_campaigns(db: Db, edition_id: int, before: int | None, limit: int) -> list[Campaign]:
    """Return the campaigns of an edition, the newest first, those before a number."""
    return await many(
        db,
        Campaign,
        """
        select c.edition_id, c.number, c.id, c.filter, c.consent, c.texts, c.per_minute, c.reached,
               c.state, c.revision, c.next_at, c.started_at, s.email as started_by, c.changed_at,
               m.email as changed_by
          from campaign c
          left join account s on s.id = c.started_by
          left join account m on m.id = c.changed_by
         where c.edition_id = $1 and ($2::integer is null or c.number < $2)
         order by c.number desc
         limit $3
        """,
        edition_id,
        before,
        limit,
    )


async def lock_state(db: Db, edition_id: int, number: int) -> State | None:
    """Return where a campaign stands, and hold it there; None when there is none."""
    return await value(
        db,
        State | None,  # type: ignore[arg-type]
        "select state from campaign where edition_id = $1 and number = $2 for update",
        edition_id,
        number,
    )


async def set_state(
    db: Db,
    edition_id: int,
    number: int,
    state: State,
    *,
    per_minute: int | None,
    at: datetime,
    account_id: UUID,
) -> None:
    """Stop or continue a campaign, at another rate where one is given.

    The next e-mail may leave at once: the count of the last minute still holds the rate.
    """
    await db.execute(
        """
        update campaign
           set state = $3, revision = revision + 1, per_minute = coalesce($4, per_minute),
               next_at = $5, changed_at = $5, changed_by = $6
         where edition_id = $1 and number = $2
        """,
        edition_id,
        number,
        state,
        per_minute,
        at,
        account_id,
    )


async def take_back(db: Db, kind: str, *, at: datetime) -> int:
    """Take what has not left of stopped campaigns out of the outbox; return how many letters.

    Those in a worker's hands stay. The recipients wait again, each with the id of its letter, so
    that one which left unrecorded is known by its Message-ID. The campaigns stay stopped meanwhile:
    one that went on would find nobody waiting, and call itself done.
    """
    return await value(
        db,
        int,
        """
        with stopped as (
            select c.edition_id, c.number
              from campaign c
             where c.state = 'stopped'
               and exists (select
                             from outbox o
                            where o.edition_id = c.edition_id and o.kind = $1
                              and o.version = c.number and o.sent_at is null
                              and o.failed_at is null
                              and (o.lease_until is null or o.lease_until <= $2))
               for update skip locked),
        taken as (
            delete from outbox o
                  using stopped s
                  where o.sent_at is null and o.failed_at is null and o.kind = $1
                    and (o.lease_until is null or o.lease_until <= $2)
                    and s.edition_id = o.edition_id and s.number = o.version
              returning o.edition_id, o.version, o.subject_id),
        waiting as (
            update campaign_recipient r
               set released_at = null
              from taken t
             where r.edition_id = t.edition_id and r.number = t.version
               and r.registration_id = t.subject_id)
        select count(*) from taken
        """,
        kind,
        at,
    )


async def list_due(db: Db, *, at: datetime) -> list[Pending]:
    """Return the running campaigns whose next e-mail may leave."""
    return await many(
        db,
        Pending,
        """
        select edition_id, number
          from campaign
         where state = 'running' and next_at <= $1
         order by next_at
         limit 100
        """,
        at,
    )


async def lock_due(db: Db, edition_id: int, number: int, kind: str, *, at: datetime) -> Due | None:
    """Hold a campaign that is due; None when another worker does, or has just moved it on."""
    return await maybe(
        db,
        Due,
        """
        select c.edition_id, c.number, c.filter, c.consent,
               array(select jsonb_object_keys(c.texts)) as languages, c.per_minute, c.next_at,
               (select count(*)
                  from campaign_recipient r
                 where r.edition_id = $1 and r.number = $2
                   and r.released_at > $4::timestamptz - interval '1 minute') as lately,
               (select count(*)
                  from outbox o
                 where o.edition_id = $1 and o.kind = $3 and o.version = $2
                   and o.sent_at is null and o.failed_at is null and o.attempts = 0) as untried
          from campaign c
         where c.edition_id = $1 and c.number = $2 and c.state = 'running' and c.next_at <= $4
           for update skip locked
        """,
        edition_id,
        number,
        kind,
        at,
    )


async def list_next(
    db: Db, edition_id: int, number: int, consent: str | None, limit: int
) -> list[Recipient]:
    """Return the next who wait, as their registrations are now."""
    return await many(
        db,
        Recipient,
        """
        select r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
               r.job_title, c.name as category_name, r.language, r.days, r.revision, r.status,
               w.letter_id,
               $3::text is null or exists (select
                                             from consent a
                                            where a.edition_id = $1 and a.registration_id = r.id
                                              and a.purpose = $3 and a.withdrawn_at is null)
               as agreed
          from campaign_recipient w
          join registration r on r.edition_id = w.edition_id and r.id = w.registration_id
          join category c on c.edition_id = r.edition_id and c.code = r.category
         where w.edition_id = $1 and w.number = $2 and w.released_at is null and w.skipped is null
         order by w.position
         limit $4
        """,
        edition_id,
        number,
        consent,
        limit,
    )


async def mark_released(
    db: Db, edition_id: int, number: int, letters: Mapping[UUID, UUID], *, at: datetime
) -> None:
    """Say of recipients that the outbox has their letter; `letters` by registration."""
    await db.execute(
        """
        update campaign_recipient r
           set released_at = $5, letter_id = l.letter_id
          from unnest($3::uuid[], $4::uuid[]) as l (registration_id, letter_id)
         where r.edition_id = $1 and r.number = $2 and r.registration_id = l.registration_id
        """,
        edition_id,
        number,
        [*letters],
        [*letters.values()],
        at,
    )


async def mark_skipped(db: Db, edition_id: int, number: int, skipped: Mapping[UUID, Skip]) -> None:
    """Say of recipients why they get nothing; `skipped` by registration."""
    await db.execute(
        """
        update campaign_recipient r
           set skipped = s.why
          from unnest($3::uuid[], $4::text[]) as s (registration_id, why)
         where r.edition_id = $1 and r.number = $2 and r.registration_id = s.registration_id
        """,
        edition_id,
        number,
        [*skipped],
        [*skipped.values()],
    )


async def move_on(db: Db, edition_id: int, number: int, *, next_at: datetime, done: bool) -> None:
    """Store when the next e-mail of a running campaign may leave, or that nobody waits any more."""
    await db.execute(
        """
        update campaign
           set next_at = $3, state = case when $4 then 'done' else state end
         where edition_id = $1 and number = $2
        """,
        edition_id,
        number,
        next_at,
        done,
    )


async def read_progress(db: Db, edition_id: int, number: int) -> Progress:
    """Count the recipients of a campaign by what became of their e-mail."""
    return await one(
        db,
        Progress,
        """
        select count(*) filter (where o.sent_at is not null) as sent,
               count(*) filter (where r.released_at is null and r.skipped is null) as waiting,
               count(*) filter (where o.sent_at is null and o.failed_at is null
                                  and o.attempts = 0) as leaving,
               count(*) filter (where o.sent_at is null and o.failed_at is null
                                  and o.attempts > 0) as retrying,
               count(*) filter (where o.failed_at is not null) as failed,
               count(*) filter (where r.skipped is not null) as skipped
          from campaign_recipient r
          left join outbox o on o.edition_id = r.edition_id and o.id = r.letter_id
               and r.released_at is not null
         where r.edition_id = $1 and r.number = $2
        """,
        edition_id,
        number,
    )


async def list_recipients(
    db: Db, edition_id: int, number: int, fate: Fate | None, after: int, limit: int
) -> list[Row]:
    """Return recipients of a campaign after a position, all or those of one fate."""
    return await many(
        db,
        Row,
        """
        select t.position, t.reference, t.name, t.fate, t.skipped, t.at
          from (select r.position, p.reference, p.given_name || ' ' || p.family_name as name,
                       case when r.skipped is not null then 'skipped'
                            when o.sent_at is not null then 'sent'
                            when o.failed_at is not null then 'failed'
                            when o.attempts > 0 then 'retrying'
                            when o.id is not null then 'leaving'
                            else 'waiting'
                       end as fate, r.skipped,
                       coalesce(o.sent_at, o.failed_at, r.released_at) as at
                  from campaign_recipient r
                  join registration p on p.edition_id = r.edition_id and p.id = r.registration_id
                  left join outbox o on o.edition_id = r.edition_id and o.id = r.letter_id
                       and r.released_at is not null
                 where r.edition_id = $1 and r.number = $2 and r.position > $4) t
         where $3::text is null or t.fate = $3
         order by t.position
         limit $5
        """,
        edition_id,
        number,
        fate,
        after,
        limit,
    )


async def find_text(db: Db, edition_id: int, number: int, language: str) -> Wording | None:
    """Return the text of a campaign in one language, and the consent that it was sent by."""
    return await maybe(
        db,
        Wording,
        """
        select texts -> $3 as text, consent
          from campaign
         where edition_id = $1 and number = $2 and texts ? $3
        """,
        edition_id,
        number,
        language,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; for demonstrations and purges."""
    await db.execute("delete from campaign where edition_id = $1", edition_id)
