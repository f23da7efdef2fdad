"""The SQL of conflicts at the doors: one function, one statement."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from badges.models import ConflictKind, Direction, Outcome
from forum.core.db import Db, many, maybe
from forum.core.text import Text


class ConflictRow(Struct, frozen=True, kw_only=True):
    """A conflict with all that is told of it: whose, the scan, and the one with which it clashes.

    `settled_by` is an actor, `settled_name` their address while they are in the team. `ended_at` is
    when the ticket was taken back, `reissued_at` when its newest issue began to count. The fields
    of the person are None where the code was nobody's.
    """

    scan_id: UUID
    kind: ConflictKind
    found_at: datetime
    revision: int
    settled_at: datetime | None
    settled_by: str | None
    settled_name: str | None
    decision: str | None
    note: str
    list_name: Text | None
    reference: str | None
    given_name: str | None
    family_name: str | None
    category: Text | None
    ended_at: datetime | None
    reissued_at: datetime | None
    at: datetime
    scanned_at: datetime
    received_at: datetime
    direction: Direction
    gate: str
    gate_name: Text | None
    device: str | None
    device_revoked_at: datetime | None
    offline: bool
    outcome: Outcome
    refusal: Outcome | None
    other_scan_id: UUID | None
    other_at: datetime | None
    other_gate: str | None
    other_gate_name: Text | None
    other_device: str | None
    other_offline: bool | None


class KindCount(Struct, frozen=True, kw_only=True):
    """How many conflicts of a kind are open."""

    kind: ConflictKind
    open: int


class SettledRow(Struct, frozen=True, kw_only=True):
    """A conflict whose settlement changed."""

    scan_id: UUID
    kind: ConflictKind
    revision: int


async def list_conflicts(
    db: Db,
    edition_id: int,
    kind: ConflictKind | None,
    gate: str | None,
    after_found_at: datetime | None,
    after_scan: UUID | None,
    after_kind: ConflictKind | None,
    limit: int,
    *,
    settled: bool,
) -> list[ConflictRow]:
    """Return conflicts, the latest found first, from behind the one that is named."""
    return await many(
        db,
        ConflictRow,
        """
        select x.scan_id, x.kind, x.found_at, x.revision, x.settled_at, x.settled_by,
               m.email as settled_name, x.decision, x.note, l.name as list_name, a.reference,
               a.given_name, a.family_name, k.name as category, t.revoked_at as ended_at,
               t.reissued_at, s.at, s.scanned_at, s.received_at, s.direction, s.gate,
               g.name as gate_name, d.name as device, d.revoked_at as device_revoked_at,
               s.offline, s.outcome, s.refusal, x.other_scan_id, o.at as other_at,
               o.gate as other_gate, og.name as other_gate_name, od.name as other_device,
               o.offline as other_offline
          from scan_conflict x
          join scan s on s.edition_id = x.edition_id and s.id = x.scan_id
          left join gate g on g.edition_id = x.edition_id and g.slug = s.gate
          left join device d on d.edition_id = x.edition_id and d.id = s.device_id
          left join check_in_list l on l.edition_id = x.edition_id and l.slug = s.check_in_list
          left join scan o on o.edition_id = x.edition_id and o.id = x.other_scan_id
          left join gate og on og.edition_id = x.edition_id and og.slug = o.gate
          left join device od on od.edition_id = x.edition_id and od.id = o.device_id
          left join attendee a on a.edition_id = x.edition_id and a.id = s.registration_id
          left join attendee_category k on k.edition_id = x.edition_id and k.code = a.category
          left join ticket t on t.edition_id = x.edition_id and t.registration_id = a.id
          left join colleague m
            on m.edition_id = x.edition_id and x.settled_by = 'organiser:' || m.id
         where x.edition_id = $1 and (x.settled_at is not null) = $2
           and ($3::scan_conflict_kind is null or x.kind = $3)
           and ($4::text is null or s.gate = $4 or o.gate = $4)
           and ($5::timestamptz is null
                or (x.found_at, x.scan_id, x.kind) < ($5, $6::uuid, $7::scan_conflict_kind))
         order by x.found_at desc, x.scan_id desc, x.kind desc
         limit $8
        """,
        edition_id,
        settled,
        kind,
        gate,
        after_found_at,
        after_scan,
        after_kind,
        limit,
    )


async def find_conflict(
    db: Db, edition_id: int, scan_id: UUID, kind: ConflictKind
) -> ConflictRow | None:
    """Return one conflict."""
    return await maybe(
        db,
        ConflictRow,
        """
        select x.scan_id, x.kind, x.found_at, x.revision, x.settled_at, x.settled_by,
               m.email as settled_name, x.decision, x.note, l.name as list_name, a.reference,
               a.given_name, a.family_name, k.name as category, t.revoked_at as ended_at,
               t.reissued_at, s.at, s.scanned_at, s.received_at, s.direction, s.gate,
               g.name as gate_name, d.name as device, d.revoked_at as device_revoked_at,
               s.offline, s.outcome, s.refusal, x.other_scan_id, o.at as other_at,
               o.gate as other_gate, og.name as other_gate_name, od.name as other_device,
               o.offline as other_offline
          from scan_conflict x
          join scan s on s.edition_id = x.edition_id and s.id = x.scan_id
          left join gate g on g.edition_id = x.edition_id and g.slug = s.gate
          left join device d on d.edition_id = x.edition_id and d.id = s.device_id
          left join check_in_list l on l.edition_id = x.edition_id and l.slug = s.check_in_list
          left join scan o on o.edition_id = x.edition_id and o.id = x.other_scan_id
          left join gate og on og.edition_id = x.edition_id and og.slug = o.gate
          left join device od on od.edition_id = x.edition_id and od.id = o.device_id
          left join attendee a on a.edition_id = x.edition_id and a.id = s.registration_id
          left join attendee_category k on k.edition_id = x.edition_id and k.code = a.category
          left join ticket t on t.edition_id = x.edition_id and t.registration_id = a.id
          left join colleague m
            on m.edition_id = x.edition_id and x.settled_by = 'organiser:' || m.id
         where x.edition_id = $1 and x.scan_id = $2 and x.kind = $3
        """,
        edition_id,
        scan_id,
        kind,
    )


async def count_open(db: Db, edition_id: int) -> list[KindCount]:
    """Return how many conflicts of each kind nobody has settled yet."""
    return await many(
        db,
        KindCount,
        """
        select kind, count(*) as open
          from scan_conflict
         where edition_id = $1 and settled_at is null
         group by kind
         order by kind
        """,
        edition_id,
    )


async def settle(
    db: Db,
    edition_id: int,
    scan_id: UUID,
    kind: ConflictKind,
    seen: Collection[int] | None,
    settled_at: datetime | None,
    by: str | None,
    decision: str | None,
    note: str,
) -> SettledRow | None:
    """Store what was decided on a conflict; None where it is not there as it was seen."""
    return await maybe(
        db,
        SettledRow,
        """
        update scan_conflict
           set settled_at = $5, settled_by = $6, decision = $7, note = $8, revision = revision + 1
         where edition_id = $1 and scan_id = $2 and kind = $3
           and ($4::integer[] is null or revision = any($4))
     returning scan_id, kind, revision
        """,
        edition_id,
        scan_id,
        kind,
        None if seen is None else list(seen),
        settled_at,
        by,
        decision,
        note,
    )


async def settle_all(
    db: Db,
    edition_id: int,
    kind: ConflictKind,
    gate: str | None,
    found_until: datetime,
    settled_at: datetime,
    by: str,
    decision: str,
    note: str,
) -> list[SettledRow]:
    """Store one decision on all open conflicts of a kind that were found until an instant."""
    return await many(
        db,
        SettledRow,
        """
        update scan_conflict x
           set settled_at = $5, settled_by = $6, decision = $7, note = $8,
               revision = x.revision + 1
         where x.edition_id = $1 and x.kind = $2 and x.settled_at is null and x.found_at <= $4
           and ($3::text is null
                or exists (select
                             from scan s
                            where s.edition_id = $1 and s.gate = $3
                              and s.id in (x.scan_id, x.other_scan_id)))
     returning x.scan_id, x.kind, x.revision
        """,
        edition_id,
        kind,
        gate,
        found_until,
        settled_at,
        by,
        decision,
        note,
    )
