"""Conflicts at the doors over HTTP for programs of the organisers' team: listed, settled."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, put
from litestar.di import Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from msgspec import Meta, Struct

from badges.conflicts import service as conflicts
from badges.conflicts.queries import ConflictRow
from badges.conflicts.service import Decision, Wanted
from badges.conflicts.words import Explainer
from badges.doors.caller import Caller, calling
from badges.models import ConflictKind, Outcome
from forum.core.context import Edition
from forum.core.i18n import words
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.text import Text
from forum.core.web import PRIVATE, Given, at_revision

SEE = {"deed": Deed.WATCH_DOORS}
SETTLE = {"deed": Deed.RUN_DOORS}
LIMITED = [limited("organiser", per_minute=120)]
MOST = 100
PATH = "/api/editions/{edition_slug:str}/conflicts"
SETTLEMENT = f"{PATH}/{{scan:uuid}}/{{kind:str}}/settlement"


class ToldScan(Struct, frozen=True, kw_only=True):
    """A scan of a conflict; `offline` says that the device decided alone."""

    id: UUID | None
    at: datetime
    gate: str
    device: str | None
    offline: bool


class ToldPerson(Struct, frozen=True, kw_only=True):
    """Whose ticket was read."""

    reference: str
    given_name: str
    family_name: str
    category: Text


class Settlement(Struct, frozen=True, kw_only=True):
    """What was decided on a conflict; `settled_at` is null while it is to be looked at."""

    decision: Decision
    note: str
    settled_at: datetime | None
    by: str | None


class ToldConflict(Struct, frozen=True, kw_only=True):
    """A conflict; `other` is the scan with which it clashes, `explanation` is by language."""

    scan: ToldScan
    kind: ConflictKind
    revision: int
    found_at: datetime
    refusal: Outcome | None
    person: ToldPerson | None
    other: ToldScan | None
    settlement: Settlement | None
    explanation: Text


class Conflicts(Struct, frozen=True, kw_only=True):
    """Some conflicts; `next` is what `after` takes to go on, null at the end."""

    items: list[ToldConflict]
    open: int
    next: str | None


class NewSettlement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is decided on a conflict; each kind takes some of the decisions."""

    decision: str
    note: Annotated[str, Meta(max_length=conflicts.LONGEST_NOTE)] = ""


def _told(one: ConflictRow, edition: Edition) -> ToldConflict:
    person = other = settlement = None
    if one.reference is not None:
        person = ToldPerson(
            reference=one.reference,
            given_name=one.given_name or "",
            family_name=one.family_name or "",
            category=one.category or {},
        )
    if one.other_at is not None:
        other = ToldScan(
            id=one.other_scan_id,
            at=one.other_at,
            gate=one.other_gate or "",
            device=one.other_device,
            offline=bool(one.other_offline),
        )
    if one.decision is not None:
        settlement = Settlement(
            decision=Decision(one.decision),
            note=one.note,
            settled_at=one.settled_at,
            by=one.settled_name or one.settled_by,
        )
    scan = ToldScan(
        id=one.scan_id, at=one.at, gate=one.gate, device=one.device, offline=one.offline
    )
    return ToldConflict(
        scan=scan,
        kind=one.kind,
        revision=one.revision,
        found_at=one.found_at,
        refusal=one.refusal,
        person=person,
        other=other,
        settlement=settlement,
        explanation={
            language: " ".join(Explainer(edition, words(language)).told(one).happened)
            for language in edition.languages
        },
    )


@get(PATH, tags=["doors"], summary="List the conflicts", opt=SEE)
async def list_conflicts(
    staff: Given[Staff],
    caller: Given[Caller],
    kind: FromQuery[ConflictKind | None] = None,
    gate: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
    settled: Annotated[bool, QueryParameter(description="Those that are settled")] = False,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = MOST,
) -> Response[Conflicts]:
    """List the open conflicts, or those that are settled, the latest found first."""
    wanted = Wanted(kind=kind, gate=gate, settled=settled, after=after)
    found = await conflicts.listed(caller.db, staff.edition.id, wanted, limit=limit)
    answer = Conflicts(
        items=[_told(one, staff.edition) for one in found.items],
        open=await conflicts.open_count(caller.db, staff.edition.id),
        next=found.next,
    )
    return Response(answer, headers={"cache-control": PRIVATE})


@put(SETTLEMENT, tags=["doors"], summary="Settle a conflict", middleware=LIMITED, opt=SETTLE)
async def put_settlement(
    data: JSONBody[NewSettlement],
    staff: Given[Staff],
    caller: Given[Caller],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> Response[ToldConflict]:
    """Settle a conflict; `to_be_looked_at` leaves it open. `If-Match` guards against another's."""
    done = await conflicts.settle(
        caller.db,
        staff.edition,
        scan,
        conflicts.kind_of(kind),
        data.decision,
        data.note,
        seen=caller.seen(),
        **caller.by(staff),
    )
    return at_revision(_told(done, staff.edition))


@delete(
    SETTLEMENT,
    tags=["doors"],
    summary="Take a settlement back",
    status_code=200,
    middleware=LIMITED,
    opt=SETTLE,
)
async def delete_settlement(
    staff: Given[Staff], caller: Given[Caller], scan: FromPath[UUID], kind: FromPath[str]
) -> Response[ToldConflict]:
    """Take what was decided on a conflict back: it is open again."""
    done = await conflicts.take_back(
        caller.db,
        staff.edition,
        scan,
        conflicts.kind_of(kind),
        seen=caller.seen(),
        **caller.by(staff),
    )
    return at_revision(_told(done, staff.edition))


router = Router(
    "/",
    route_handlers=[list_conflicts, put_settlement, delete_settlement],
    dependencies={"caller": Provide(calling)},
)
