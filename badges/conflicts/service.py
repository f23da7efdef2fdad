"""What went wrong at the doors: found by scans, settled by organisers."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from badges.conflicts import queries as conflict_queries
from badges.conflicts.queries import ConflictRow
from badges.models import ConflictKind
from forum.core import audit, forms
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.text import clean

LONGEST_NOTE = 500
PAGE = 12
"""How many conflicts a page shows: 600 elements hold them."""


class Decision(StrEnum):
    """What organisers found out of a conflict; each kind takes some of these."""

    SAME_PERSON = "same_person"
    COPIED_TICKET = "copied_ticket"
    LET_IN_RIGHTLY = "let_in_rightly"
    LET_IN_WRONGLY = "let_in_wrongly"
    TIME_RIGHT = "time_right"
    TIME_WRONG = "time_wrong"
    IN_OUR_HANDS = "in_our_hands"
    IN_STRANGE_HANDS = "in_strange_hands"
    TO_BE_LOOKED_AT = "to_be_looked_at"
    """Somebody is at it: the conflict stays open."""


FITTING: dict[ConflictKind, tuple[Decision, ...]] = {
    ConflictKind.ADMITTED_TWICE: (
        Decision.SAME_PERSON,
        Decision.COPIED_TICKET,
        Decision.LET_IN_RIGHTLY,
        Decision.TO_BE_LOOKED_AT,
    ),
    ConflictKind.ADMITTED_AFTER_CANCELLATION: (
        Decision.LET_IN_RIGHTLY,
        Decision.LET_IN_WRONGLY,
        Decision.COPIED_TICKET,
        Decision.TO_BE_LOOKED_AT,
    ),
    ConflictKind.ADMITTED_AGAINST_THE_RULES: (
        Decision.LET_IN_RIGHTLY,
        Decision.LET_IN_WRONGLY,
        Decision.TO_BE_LOOKED_AT,
    ),
    ConflictKind.CLOCK_OFF: (Decision.TIME_RIGHT, Decision.TIME_WRONG, Decision.TO_BE_LOOKED_AT),
    ConflictKind.DEVICE_REVOKED: (
        Decision.IN_OUR_HANDS,
        Decision.IN_STRANGE_HANDS,
        Decision.TO_BE_LOOKED_AT,
    ),
}
"""The decisions that each kind of conflict takes."""
UNFIT = N_("Choose one of the decisions that are offered for this conflict.")


class ConflictNotFound(NotFound):
    """There is no such conflict, or it went away: an earlier reading or an undo explained it."""

    code = "conflict_not_found"


class ConflictChanged(Problem):
    """Somebody else has decided on this conflict meanwhile: look at what they decided."""

    code = "conflict_changed"
    status = 412


class Wanted(Struct, frozen=True, kw_only=True):
    """Which conflicts are asked for: None asks for all; `after` is where a page goes on."""

    kind: ConflictKind | None = None
    gate: str | None = None
    settled: bool = False
    after: str | None = None


class Found(Struct, frozen=True, kw_only=True):
    """Some conflicts; `next` is what `after` takes to go on, None at the end."""

    items: list[ConflictRow]
    next: str | None


def kind_of(text: str) -> ConflictKind:
    """Return a kind of conflict.

    Raises:
        ConflictNotFound: there is none of this name.
    """
    try:
        return ConflictKind(text)
    except ValueError:
        raise ConflictNotFound from None


async def open_count(db: Db, edition_id: int) -> int:
    """Return how many conflicts nobody has settled yet."""
    return sum(one.open for one in await conflict_queries.count_open(db, edition_id))


async def open_by_kind(db: Db, edition_id: int) -> dict[ConflictKind, int]:
    """Return how many conflicts of each kind are open, where there are any."""
    return {one.kind: one.open for one in await conflict_queries.count_open(db, edition_id)}


async def find(db: Db, edition_id: int, scan_id: UUID, kind: ConflictKind) -> ConflictRow:
    """Return one conflict.

    Raises:
        ConflictNotFound: there is none.
    """
    found = await conflict_queries.find_conflict(db, edition_id, scan_id, kind)
    if found is None:
        raise ConflictNotFound
    return found


async def listed(db: Db, edition_id: int, wanted: Wanted, *, limit: int = PAGE) -> Found:
    """Return conflicts, the latest found first."""
    found_at, scan_id, kind = _cursor(wanted.after)
    rows = await conflict_queries.list_conflicts(
        db,
        edition_id,
        wanted.kind,
        wanted.gate,
        found_at,
        scan_id,
        kind,
        limit + 1,
        settled=wanted.settled,
    )
    items = rows[:limit]
    last = items[-1] if len(rows) > limit else None
    return Found(
        items=items,
        next=f"{last.found_at.isoformat()}/{last.scan_id}/{last.kind}" if last else None,
    )


def _cursor(
    after: str | None,
) -> tuple[datetime, UUID, ConflictKind] | tuple[None, None, None]:
    """Read where a page goes on; what makes no sense is the beginning."""
    try:
        found_at, scan_id, kind = (after or "").split("/")
        at = datetime.fromisoformat(found_at)
        return (at, UUID(scan_id), ConflictKind(kind)) if at.tzinfo else (None, None, None)
    except ValueError:
        return None, None, None


def decided(kind: ConflictKind, decision: str, note: str) -> tuple[Decision, str]:
    """Read a decision and its note.

    Raises:
        Invalid: naming what is wrong.
    """
    mistakes = {}
    if decision not in FITTING[kind]:
        mistakes["decision"] = UNFIT if decision else forms.NEEDED
    cleaned = clean(note)
    if len(cleaned) > LONGEST_NOTE:
        mistakes["note"] = "This answer is too long: shorten it."
    if mistakes:
        raise Invalid(fields=mistakes)
    return Decision(decision), cleaned


@retried
async def settle(
    db: Db,
    edition: Edition,
    scan_id: UUID,
    kind: ConflictKind,
    decision: str,
    note: str,
    *,
    seen: Collection[int] | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> ConflictRow:
    """Settle a conflict, seen at one of the revisions `seen` (None: any), or say who looks at it.

    Raises:
        Invalid: the decision is none that this kind takes, or the note is too long.
        ConflictNotFound, ConflictChanged.
    """
    taken, cleaned = decided(kind, decision, note)
    async with db.transaction():
        stored = await conflict_queries.settle(
            db,
            edition.id,
            scan_id,
            kind,
            seen,
            None if taken is Decision.TO_BE_LOOKED_AT else at,
            actor,
            taken,
            cleaned,
        )
        after = await find(db, edition.id, scan_id, kind)
        if stored is None:
            raise ConflictChanged
        detail: dict[str, Any] = {"kind": kind, "decision": taken, "note": cleaned}
        await _note(db, edition, "conflict_settled", scan_id, detail, actor=actor, at=at, ids=ids)
    return after


@retried
async def take_back(
    db: Db,
    edition: Edition,
    scan_id: UUID,
    kind: ConflictKind,
    *,
    seen: Collection[int] | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> ConflictRow:
    """Take what was decided on a conflict back: it is open again.

    Raises:
        ConflictNotFound, ConflictChanged.
    """
    async with db.transaction():
        before = await find(db, edition.id, scan_id, kind)
        stored = await conflict_queries.settle(
            db, edition.id, scan_id, kind, seen, None, None, None, ""
        )
        if stored is None:
            raise ConflictChanged
        detail: dict[str, Any] = {"kind": kind, "decision": before.decision}
        await _note(db, edition, "conflict_reopened", scan_id, detail, actor=actor, at=at, ids=ids)
        return await find(db, edition.id, scan_id, kind)


@retried
async def settle_all(
    db: Db,
    edition: Edition,
    kind: ConflictKind,
    decision: str,
    note: str,
    *,
    gate: str | None,
    found_until: datetime,
    actor: str,
    at: datetime,
    ids: Ids,
) -> int:
    """Settle all open conflicts of a kind that were found until an instant; return how many.

    Raises:
        Invalid: the decision is none that settles this kind, or the note is too long.
    """
    taken, cleaned = decided(kind, decision, note)
    if taken is Decision.TO_BE_LOOKED_AT:
        raise Invalid(fields={"decision": UNFIT})
    async with db.transaction():
        stored = await conflict_queries.settle_all(
            db, edition.id, kind, gate, found_until, at, actor, taken, cleaned
        )
        for one in sorted(stored, key=lambda row: row.scan_id):
            detail = {"kind": kind, "decision": taken, "note": cleaned, "together": len(stored)}
            await _note(
                db, edition, "conflict_settled", one.scan_id, detail, actor=actor, at=at, ids=ids
            )
    return len(stored)


async def _note(
    db: Db,
    edition: Edition,
    action: str,
    scan_id: UUID,
    detail: dict[str, Any],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=scan_id,
        detail=detail,
    )
