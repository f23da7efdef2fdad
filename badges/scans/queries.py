"""The SQL of scans and what they come to: one function, one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from badges.models import (
    Asked,
    NewConflict,
    NewScan,
    Passage,
    PastScan,
    Reading,
    Recorded,
    Tally,
)
from forum.core.db import Db, many


async def read_scans(db: Db, edition_id: int, asked: Sequence[Asked]) -> list[Reading]:
    """Return what is known of each scan of a batch, in order, in one statement.

    Each look-up is lateral, for one row: it goes by the key even while PostgreSQL believes that
    the tables are empty. One array hides in a query of its own: of how many it holds the planner
    knows nothing, and so keeps its plan. A plan for a single scan looks cheaper each time, and to
    make it takes four times as long as to follow it.
    """
    return await many(
        db,
        Reading,
        """
        select u.n, s.outcome as answered, s.offline, s.at,
               coalesce(s.device_id = u.device_id, false) as own, y.id is not null as undone,
               w.kind as conflict, p.registration_id, a.status, a.category_number, t.days,
               t.revision, t.revoked_at, t.reissued_at, a.given_name, a.family_name,
               k.name as category_name, z.registration_id is not null as seated,
               p.check_in_list, p.period, h.steps, coalesce(c.revision, 0) as writes
          from unnest($2::uuid[], (select $3::uuid[]), $4::bigint[], $5::text[],
                      $6::text[], $7::text[], $8::uuid[], $9::uuid[])
               with ordinality u (id, device_id, number, reference, list, period, session_id,
                                  undoes, n)
          left join lateral (
                 select id, device_id, outcome, offline, at, registration_id, check_in_list, period
                   from scan
                  where edition_id = $1 and id = u.id
                  limit 1) s on true
          left join lateral (
                 select id
                   from scan
                  where edition_id = $1 and undoes = u.id and device_id = u.device_id
                  limit 1) y on true
          left join lateral (
                 select registration_id, check_in_list, period
                   from scan
                  where edition_id = $1 and id = u.undoes and device_id = u.device_id
                  limit 1) x on true
          left join lateral (
                 select kind
                   from scan_conflict
                  where edition_id = $1 and scan_id = s.id
                  order by kind
                  limit 1) w on true
          left join lateral (
                 select registration_id
                   from ticket
                  where edition_id = $1 and number = u.number
                  limit 1) o on true
          left join lateral (
                 select id
                   from attendee
                  where edition_id = $1 and reference = u.reference
                  limit 1) r on true
         cross join lateral (
                 select case when u.undoes is not null then x.registration_id
                             when s.id is not null then s.registration_id
                             else coalesce(o.registration_id, r.id) end as registration_id,
                        coalesce(s.check_in_list, x.check_in_list, u.list) as check_in_list,
                        coalesce(s.period, x.period, u.period) as period) p
          left join lateral (
                 select registration_id, days, revision, revoked_at, reissued_at
                   from ticket
                  where edition_id = $1 and registration_id = p.registration_id
                  limit 1) t on true
          left join lateral (
                 select given_name, family_name, category, category_number, status
                   from attendee
                  where edition_id = $1 and id = p.registration_id
                  limit 1) a on true
          left join lateral (
                 select registration_id
                   from seat
                  where edition_id = $1 and session_id = u.session_id
                    and registration_id = p.registration_id and state = 'seat'
                  limit 1) z on true
          left join lateral (
                 select revision
                   from check_in
                  where edition_id = $1 and registration_id = p.registration_id
                    and check_in_list = p.check_in_list and period = p.period
                  limit 1) c on true
          left join lateral (
                 select jsonb_agg(jsonb_build_array(
                          e.id, (extract(epoch from e.at) * 1000)::bigint, e.device_id,
                          coalesce(e.seq, 0), e.direction, e.gate,
                          e.outcome in ('admitted', 'left'), e.refusal)) as steps
                   from scan e
                  where e.edition_id = $1 and e.registration_id = p.registration_id
                    and e.check_in_list = p.check_in_list and e.period = p.period
                    and e.id <> u.id
                    and (e.refusal is null or e.outcome in ('admitted', 'left'))
                    and not exists (
                          select from scan q
                           where q.edition_id = $1 and q.undoes = e.id
                             and q.device_id = e.device_id)) h on true
          left join attendee_category k on k.edition_id = $1 and k.code = a.category
         order by u.n
        """,
        edition_id,
        [one.id for one in asked],
        [one.device_id for one in asked],
        [one.number for one in asked],
        [one.reference for one in asked],
        [one.check_in_list for one in asked],
        [one.period for one in asked],
        [one.session_id for one in asked],
        [one.undoes for one in asked],
    )


async def analyse_scans(db: Db) -> None:
    """Let PostgreSQL look how large the tables are that scans fill, and plan anew.

    Plans are kept: one made of tables that were analysed while they were empty reads them from end
    to end for each scan, twenty times as long, until they are analysed again.
    """
    await db.execute("analyze scan, check_in, scan_conflict")


async def lock_scans(db: Db) -> None:
    """Let nobody else store scans until the transaction ends."""
    await db.execute("lock table scan in share row exclusive mode")


async def record_scans(
    db: Db,
    edition_id: int,
    scans: Sequence[NewScan],
    tallies: Sequence[Tally],
    conflicts: Sequence[NewConflict],
    at: datetime,
) -> list[Recorded]:
    """Store scans and what they come to, in one statement; return those that were stored.

    A scan of a tally goes in only together with it. A tally that another request has written since
    it was read stays as it is, and its scans are missing from the answer: they are to be read
    again. So is a scan that another request has stored, or taken back, meanwhile. Rows go in by
    key, so that two batches of the same people wait for each other in one order.
    """
    return await many(
        db,
        Recorded,
        """
        with tally as (
            select *
              from unnest($2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::text[],
                          $7::timestamptz[], $8::boolean[], $9::integer[], $10::timestamptz[],
                          $11::integer[])
                   with ordinality t (check_in_list, registration_id, period, scan_id, gate, at,
                                      inside, entries, last_at, writes, n)),
        claimed as (
            insert into check_in as c (edition_id, check_in_list, registration_id, period, scan_id,
                                       gate, at, inside, entries, last_at, revision)
                 select $1, check_in_list, registration_id, period, scan_id, gate, at, inside,
                        entries, last_at, writes + 1
                   from tally
                  order by registration_id, check_in_list, period
            on conflict (edition_id, check_in_list, registration_id, period)
          do update set scan_id = excluded.scan_id, gate = excluded.gate, at = excluded.at,
                        inside = excluded.inside, entries = excluded.entries,
                        last_at = excluded.last_at, revision = excluded.revision
                  where c.revision = excluded.revision - 1
              returning check_in_list, registration_id, period),
        settled as (
            select t.n - 1 as n, t.check_in_list, t.registration_id, t.period
              from claimed c
              join tally t on t.registration_id = c.registration_id and t.period = c.period
                          and t.check_in_list = c.check_in_list),
        sent as (
            select *
              from unnest($12::uuid[], $13::uuid[], $14::text[], $15::scan_direction[],
                          $16::uuid[], $17::timestamptz[], $18::timestamptz[], $19::bigint[],
                          $20::bigint[], $21::text[], $22::text[], $23::integer[], $24::boolean[],
                          $25::scan_outcome[], $26::scan_outcome[], $27::uuid[], $28::boolean[],
                          $29::integer[])
                   as s (id, device_id, gate, direction, registration_id, scanned_at, at, seq,
                         clock_offset_ms, check_in_list, period, session, offline, outcome,
                         refusal, undoes, undone, tally)),
        stored as (
            insert into scan as k (edition_id, id, device_id, gate, direction, registration_id,
                                   scanned_at, at, received_at, seq, clock_offset_ms,
                                   check_in_list, period, session, offline, outcome, refusal,
                                   undoes)
                 select $1, s.id, device_id, gate, direction, registration_id, scanned_at, at, $30,
                        seq, clock_offset_ms, check_in_list, period, session, offline, outcome,
                        refusal, undoes
                   from sent s
                   left join lateral (
                          select q.id
                            from scan q
                           where q.edition_id = $1 and q.undoes = s.id
                             and q.device_id = s.device_id
                           limit 1) y on true
                  where (s.tally is null or s.tally in (select n from settled))
                    and (s.undone or y.id is null)
                  order by s.id
            on conflict (edition_id, id)
          do update set outcome = excluded.outcome, refusal = excluded.refusal, offline = true
                  where excluded.offline and not k.offline and k.device_id = excluded.device_id
              returning id),
        found as (
            select *
              from unnest($31::uuid[], $32::scan_conflict_kind[], $33::uuid[], $34::uuid[],
                          $35::integer[])
                   as f (scan_id, kind, other_scan_id, registration_id, tally)),
        gone as (
            delete from scan_conflict x
             using settled t
             where x.edition_id = $1 and x.registration_id = t.registration_id
               and x.check_in_list = t.check_in_list and x.period = t.period
               and x.settled_at is null
               and not exists (select
                                 from found f
                                where f.scan_id = x.scan_id and f.kind = x.kind)),
        corrected as (
            delete from scan_conflict x
             where x.edition_id = $1 and x.scan_id = any($36::uuid[]) and x.check_in_list is null
               and x.settled_at is null
               and not exists (select
                                 from found f
                                where f.scan_id = x.scan_id and f.kind = x.kind)),
        kept as (
            insert into scan_conflict (edition_id, scan_id, kind, other_scan_id, registration_id,
                                       check_in_list, period, found_at)
                 select $1, f.scan_id, f.kind, f.other_scan_id, f.registration_id, t.check_in_list,
                        t.period, $30
                   from found f
                   left join settled t on t.n = f.tally
                  where t.n is not null
                     or (f.tally is null and exists (select from stored where id = f.scan_id))
                  order by f.scan_id, f.kind
            on conflict (edition_id, scan_id, kind) do update
                    set other_scan_id = excluded.other_scan_id
                  where scan_conflict.settled_at is null)
        select id from stored
        """,
        edition_id,
        [one.check_in_list for one in tallies],
        [one.registration_id for one in tallies],
        [one.period for one in tallies],
        [one.scan_id for one in tallies],
        [one.gate for one in tallies],
        [one.at for one in tallies],
        [one.inside for one in tallies],
        [one.entries for one in tallies],
        [one.last_at for one in tallies],
        [one.writes for one in tallies],
        [one.id for one in scans],
        [one.device_id for one in scans],
        [one.gate for one in scans],
        [one.direction for one in scans],
        [one.registration_id for one in scans],
        [one.scanned_at for one in scans],
        [one.at for one in scans],
        [one.seq for one in scans],
        [one.clock_offset_ms for one in scans],
        [one.check_in_list for one in scans],
        [one.period for one in scans],
        [one.session for one in scans],
        [one.offline for one in scans],
        [one.outcome for one in scans],
        [one.refusal for one in scans],
        [one.undoes for one in scans],
        [one.undone for one in scans],
        [one.tally for one in scans],
        at,
        [one.scan_id for one in conflicts],
        [one.kind for one in conflicts],
        [one.other_scan_id for one in conflicts],
        [one.registration_id for one in conflicts],
        [one.tally for one in conflicts],
        [one.id for one in scans if one.amends],
    )


async def list_scans(db: Db, edition_id: int, registration_id: UUID) -> list[PastScan]:
    """Return the scans of one person's ticket, the latest first, at most fifty."""
    return await many(
        db,
        PastScan,
        """
        select s.scanned_at, s.gate, g.name as gate_name, d.name as device, s.direction, s.outcome
          from scan s
          left join gate g on g.edition_id = s.edition_id and g.slug = s.gate
          left join device d on d.edition_id = s.edition_id and d.id = s.device_id
         where s.edition_id = $1 and s.registration_id = $2
         order by s.scanned_at desc, s.id
         limit 50
        """,
        edition_id,
        registration_id,
    )


async def list_passages(db: Db, edition_id: int) -> list[Passage]:
    """Return every time that somebody went through a gate, whoever it was, in order of time.

    What a device took back is none, nor is `already_in` of somebody whom the rules refuse.
    """
    return await many(
        db,
        Passage,
        """
        select s.registration_id, s.at, s.outcome, s.session,
               coalesce(l.building, false) as building
          from scan s
          left join check_in_list l on l.edition_id = s.edition_id and l.slug = s.check_in_list
         where s.edition_id = $1 and s.registration_id is not null
           and (s.outcome in ('admitted', 'left')
                or (s.outcome = 'already_in' and s.refusal is null))
           and not exists (select
                             from scan u
                            where u.edition_id = $1 and u.undoes = s.id
                              and u.device_id = s.device_id)
         order by 2, outcome
        """,
        edition_id,
    )


async def list_passages_of(
    db: Db, edition_id: int, registration_ids: Collection[UUID]
) -> list[Passage]:
    """Return every time that some people went through a gate, as `list_passages` does."""
    return await many(
        db,
        Passage,
        """
        select s.registration_id, s.at, s.outcome, s.session,
               coalesce(l.building, false) as building
          from scan s
          left join check_in_list l on l.edition_id = s.edition_id and l.slug = s.check_in_list
         where s.edition_id = $1 and s.registration_id = any($2)
           and (s.outcome in ('admitted', 'left')
                or (s.outcome = 'already_in' and s.refusal is null))
           and not exists (select
                             from scan u
                            where u.edition_id = $1 and u.undoes = s.id
                              and u.device_id = s.device_id)
         order by 2, outcome
        """,
        edition_id,
        registration_ids,
    )


async def last_received(db: Db, edition_id: int, reference: str) -> datetime | None:
    """Return when the last reading of somebody's badge reached us; None where none ever did."""
    found: datetime | None = await db.fetchval(
        """
        select max(s.received_at)
          from scan s
          join attendee a on a.edition_id = s.edition_id and a.id = s.registration_id
         where s.edition_id = $1 and a.reference = $2
        """,
        edition_id,
        reference,
    )
    return found
