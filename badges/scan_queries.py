"""The SQL of scans and what they come to: one function, one statement."""

from collections.abc import Sequence
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
    the tables are empty.
    """
    return await many(
        db,
        Reading,
        """
        select u.n, s.outcome as answered, s.offline, y.id is not null as undone,
               w.kind as conflict, t.registration_id, a.status, a.category_number, t.days,
               t.revision, t.revoked_at, t.reissued_at, a.given_name, a.family_name,
               k.name as category_name, z.registration_id is not null as seated,
               coalesce(x.check_in_list, u.list) as check_in_list,
               coalesce(x.period, u.period) as period, h.steps, coalesce(c.revision, 0) as writes
          from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                      $8::uuid[], $9::uuid[])
               with ordinality u (id, device_id, number, reference, list, period, session_id,
                                  undoes, n)
          left join lateral (
                 select outcome, offline from scan where edition_id = $1 and id = u.id limit 1) s
            on true
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
                  where edition_id = $1 and scan_id = u.id
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
          left join lateral (
                 select registration_id, days, revision, revoked_at, reissued_at
                   from ticket
                  where edition_id = $1
                    and registration_id = coalesce(o.registration_id, r.id, x.registration_id)
                  limit 1) t on true
          left join lateral (
                 select given_name, family_name, category, category_number, status
                   from attendee
                  where edition_id = $1 and id = t.registration_id
                  limit 1) a on true
          left join lateral (
                 select registration_id
                   from seat
                  where edition_id = $1 and session_id = u.session_id
                    and registration_id = t.registration_id and state = 'seat'
                  limit 1) z on true
          left join lateral (
                 select revision
                   from check_in
                  where edition_id = $1 and registration_id = t.registration_id
                    and check_in_list = coalesce(x.check_in_list, u.list)
                    and period = coalesce(x.period, u.period)
                  limit 1) c on true
          left join lateral (
                 select jsonb_agg(jsonb_build_array(
                          e.id, (extract(epoch from e.at) * 1000)::bigint, e.device_id,
                          coalesce(e.seq, 0), e.direction, e.gate,
                          e.outcome in ('admitted', 'left'), e.refusal)) as steps
                   from scan e
                  where e.edition_id = $1 and e.registration_id = t.registration_id
                    and e.check_in_list = coalesce(x.check_in_list, u.list)
                    and e.period = coalesce(x.period, u.period)
                    and e.id <> u.id and e.undoes is null
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


async def record_scans(
    db: Db,
    edition_id: int,
    scans: Sequence[NewScan],
    tallies: Sequence[Tally],
    conflicts: Sequence[NewConflict],
    at: datetime,
) -> list[Recorded]:
    """Store scans and what they come to, in one statement; return those that were stored.

    A scan that counts goes in only together with the tally that holds it. A tally that another
    request has written since it was read stays as it is, and its scans are missing from the
    answer: they are to be read again. So is a scan that another request has stored meanwhile. Rows
    go in by key, so that two batches of the same people wait for each other in one order.
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
                   as t (check_in_list, registration_id, period, scan_id, gate, at, inside, entries,
                         last_at, writes)),
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
        sent as (
            select *
              from unnest($12::uuid[], $13::uuid[], $14::text[], $15::scan_direction[],
                          $16::uuid[], $17::timestamptz[], $18::timestamptz[], $19::bigint[],
                          $20::bigint[], $21::text[], $22::text[], $23::integer[], $24::boolean[],
                          $25::scan_outcome[], $26::scan_outcome[], $27::uuid[], $28::boolean[])
                   as s (id, device_id, gate, direction, registration_id, scanned_at, at, seq,
                         clock_offset_ms, check_in_list, period, session, offline, outcome,
                         refusal, undoes, counts)),
        stored as (
            insert into scan as k (edition_id, id, device_id, gate, direction, registration_id,
                                   scanned_at, at, received_at, seq, clock_offset_ms,
                                   check_in_list, period, session, offline, outcome, refusal,
                                   undoes)
                 select $1, id, device_id, gate, direction, registration_id, scanned_at, at, $29,
                        seq, clock_offset_ms, check_in_list, period, session, offline, outcome,
                        refusal, undoes
                   from sent s
                  where not counts
                     or exists (select
                                  from claimed c
                                 where c.registration_id = s.registration_id
                                   and c.check_in_list = s.check_in_list
                                   and c.period = s.period)
                  order by id
            on conflict (edition_id, id)
          do update set outcome = excluded.outcome, offline = true
                  where excluded.offline and not k.offline
              returning id),
        found as (
            select *
              from unnest($30::uuid[], $31::scan_conflict_kind[], $32::uuid[], $33::uuid[],
                          $34::text[], $35::text[])
                   as f (scan_id, kind, other_scan_id, registration_id, check_in_list, period)),
        gone as (
            delete from scan_conflict x
             using claimed c
             where x.edition_id = $1 and x.registration_id = c.registration_id
               and x.check_in_list = c.check_in_list and x.period = c.period
               and x.settled_at is null
               and not exists (select
                                 from found f
                                where f.scan_id = x.scan_id and f.kind = x.kind)),
        kept as (
            insert into scan_conflict (edition_id, scan_id, kind, other_scan_id, registration_id,
                                       check_in_list, period, found_at)
                 select $1, scan_id, kind, other_scan_id, registration_id, check_in_list, period,
                        $29
                   from found f
                  where exists (select
                                  from claimed c
                                 where c.registration_id = f.registration_id
                                   and c.check_in_list = f.check_in_list
                                   and c.period = f.period)
                     or (f.check_in_list is null
                         and exists (select from stored where id = f.scan_id))
                  order by scan_id, kind
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
        [one.counts for one in scans],
        at,
        [one.scan_id for one in conflicts],
        [one.kind for one in conflicts],
        [one.other_scan_id for one in conflicts],
        [one.registration_id for one in conflicts],
        [one.check_in_list for one in conflicts],
        [one.period for one in conflicts],
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


async def list_passages_of(db: Db, edition_id: int, registration_id: UUID) -> list[Passage]:
    """Return every time that one person went through a gate, as `list_passages` does."""
    return await many(
        db,
        Passage,
        """
        select s.registration_id, s.at, s.outcome, s.session,
               coalesce(l.building, false) as building
          from scan s
          left join check_in_list l on l.edition_id = s.edition_id and l.slug = s.check_in_list
         where s.edition_id = $1 and s.registration_id = $2
           and (s.outcome in ('admitted', 'left')
                or (s.outcome = 'already_in' and s.refusal is null))
           and not exists (select
                             from scan u
                            where u.edition_id = $1 and u.undoes = s.id
                              and u.device_id = s.device_id)
         order by 2, outcome
        """,
        edition_id,
        registration_id,
    )
