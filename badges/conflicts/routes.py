"""Conflicts at the doors over HTTP: listed, explained, settled, on pages and by the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect, Response
from msgspec import Meta, Struct

from badges.conflicts import service as conflicts
from badges.conflicts import words as conflict_words
from badges.conflicts.queries import ConflictRow
from badges.conflicts.service import ConflictChanged, Decision, Wanted
from badges.conflicts.words import Explainer
from badges.doors import gates
from badges.doors.gate_api import seen as matched
from badges.doors.gate_views import Sent, last, whole
from badges.models import ConflictKind, Outcome
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import words
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import Text, pick
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, form_fields

SEE = {"deed": Deed.WATCH_DOORS}
SETTLE = {"deed": Deed.RUN_DOORS}
PER_MINUTE = 120
MOST = 100
PATH = "/organiser/{slug:str}/doors/conflicts"
API = "/api/editions/{edition_slug:str}/conflicts"
LONGEST_QUERY = 150


# Pages


@get(PATH, include_in_schema=False, opt=SEE)
async def conflicts_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page], now: Given[datetime]
) -> AnyResponse:
    """Show the open conflicts, or those that are settled, each explained."""
    return await _page(db, page, staff, now, request.query_params)


@post(
    f"{PATH}/{{scan:uuid}}/{{kind:str}}/settlement",
    include_in_schema=False,
    opt=SETTLE,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def settle(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> AnyResponse | Redirect:
    """Settle a conflict; tell the second of two organisers what the first decided."""
    sent = await form_fields(request)
    what = _kind(kind)

    async def deed() -> int:
        done = await conflicts.settle(
            db,
            staff.edition,
            scan,
            what,
            last(sent, "decision"),
            last(sent, "note"),
            seen=_seen(sent),
            actor=staff.actor,
            at=now,
            ids=ids,
        )
        return done.revision

    async def shown(**context: Any) -> AnyResponse:
        return await _page(db, page, staff, now, _query(sent), **context)

    try:
        revision = await once(int, deed)
    except Invalid as invalid:
        return await shown(errors=invalid.fields, typed=sent, at=_name(scan, what), status=422)
    except ConflictChanged as problem:
        said = await _meanwhile(db, page, staff.edition, scan, what)
        return await shown(refusal=said, status=problem.status)
    done = {"done": f"{scan}/{what}/{revision}"}
    return Redirect(_address(staff, {**_query(sent), **done}), status_code=303)


@post(
    f"{PATH}/{{scan:uuid}}/{{kind:str}}/reopening",
    include_in_schema=False,
    opt=SETTLE,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def take_back(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> AnyResponse | Redirect:
    """Take what was decided on a conflict back."""
    sent = await form_fields(request)
    what = _kind(kind)

    async def deed() -> int:
        done = await conflicts.take_back(
            db, staff.edition, scan, what, seen=_seen(sent), actor=staff.actor, at=now, ids=ids
        )
        return done.revision

    try:
        await once(int, deed)
    except ConflictChanged as problem:
        said = await _meanwhile(db, page, staff.edition, scan, what)
        query = _query(sent)
        return await _page(db, page, staff, now, query, refusal=said, status=problem.status)
    return Redirect(_address(staff, {"done": "reopened"}), status_code=303)


@post(
    f"{PATH}/settlements",
    include_in_schema=False,
    opt=SETTLE,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def settle_all(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Settle all open conflicts of one kind that the page showed, or led to."""
    sent = await form_fields(request)
    what = _kind(last(sent, "kind"))

    async def deed() -> int:
        return await conflicts.settle_all(
            db,
            staff.edition,
            what,
            last(sent, "decision"),
            last(sent, "note"),
            gate=last(sent, "gate") or None,
            found_until=_instant(last(sent, "found_until")) or now,
            actor=staff.actor,
            at=now,
            ids=ids,
        )

    try:
        count = await once(int, deed)
    except Invalid as invalid:
        return await _page(
            db,
            page,
            staff,
            now,
            _query(sent),
            errors=invalid.fields,
            typed=sent,
            at="all",
            status=422,
        )
    return Redirect(_address(staff, {"done": f"all/{count}"}), status_code=303)


def _kind(text: str) -> ConflictKind:
    """Return a kind of conflict.

    Raises:
        ConflictNotFound: there is none of this name.
    """
    try:
        return ConflictKind(text)
    except ValueError:
        raise conflicts.ConflictNotFound from None


def _seen(sent: Sent) -> frozenset[int] | None:
    revision = whole(sent, "revision")
    return None if revision is None else frozenset({revision})


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _name(scan: UUID, kind: ConflictKind) -> str:
    return f"{scan}-{kind}"


def _query(sent: Sent) -> dict[str, str]:
    """Return the filters of the page from which a form was sent."""
    names = ("kind", "gate", "state")
    found = {name: last(sent, f"filter.{name}")[:LONGEST_QUERY] for name in names}
    return {name: text for name, text in found.items() if text}


def _address(staff: Staff, query: Mapping[str, str]) -> str:
    return f"/organiser/{staff.edition.slug}/doors/conflicts?{urlencode(query, safe='/')}"


async def _meanwhile(db: Db, page: Page, edition: Edition, scan: UUID, kind: ConflictKind) -> str:
    """Say to the second of two organisers what became of a conflict."""
    one = await conflicts.find(db, edition.id, scan, kind)
    said = page.words
    if one.decision is None:
        return said.gettext("Somebody else took the decision on this conflict back meanwhile.")
    values = {
        "who": one.settled_name or said.gettext("Somebody else"),
        "decision": said.gettext(conflict_words.DECISIONS[Decision(one.decision)]),
    }
    return said.gettext("%(who)s decided on this conflict meanwhile: %(decision)s.") % values


async def _page(
    db: Db,
    page: Page,
    staff: Staff,
    now: datetime,
    query: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    typed: Sent | None = None,
    at: str = "",
    refusal: str = "",
    status: int = 200,
) -> AnyResponse:
    edition, said = staff.edition, page.words
    standing = {
        one.slug: pick(one.name, page.language, edition.language)
        for one in await gates.all_of(db, edition.id)
    }
    kinds = {one.value: said.gettext(text) for one, text in conflict_words.KINDS.items()}
    kind, gate = query.get("kind", ""), query.get("gate", "")
    wanted = Wanted(
        kind=ConflictKind(kind) if kind in kinds else None,
        gate=gate if gate in standing else None,
        settled=query.get("state") == "settled",
        after=query.get("after", "")[:LONGEST_QUERY],
    )
    found = await conflicts.listed(db, edition.id, wanted)
    filters = {
        "kind": wanted.kind or "",
        "gate": wanted.gate or "",
        "state": "settled" if wanted.settled else "",
    }
    explainer = Explainer(edition, said)
    return page(
        "badges/conflicts.html",
        edition,
        status=status,
        staff=staff,
        conflicts=[_shown(one, explainer, page, edition) for one in found.items],
        open=await conflicts.open_by_kind(db, edition.id),
        kinds=kinds,
        gates=standing,
        filters=filters,
        next=urlencode({**filters, "after": found.next}) if found.next else "",
        all_of=_all_of(wanted, page, now),
        errors={name: said.say(text) for name, text in (errors or {}).items()},
        typed={name: values[-1] for name, values in (typed or {}).items() if values},
        at=at,
        refusal=refusal,
        done=await _done(db, page, edition, query.get("done", "")),
    )


def _shown(one: ConflictRow, explainer: Explainer, page: Page, edition: Edition) -> dict[str, Any]:
    said = page.words
    return {
        "name": _name(one.scan_id, one.kind),
        "path": f"{one.scan_id}/{one.kind}",
        "told": explainer.told(one),
        "reference": one.reference,
        "list": pick(one.list_name or {}, page.language, edition.language),
        "revision": one.revision,
        "decision": said.gettext(conflict_words.DECISIONS[Decision(one.decision)])
        if one.decision
        else "",
        "settled": said.moment(one.settled_at, edition.zone) if one.settled_at else "",
        "by": one.settled_name or "",
        "note": one.note,
        "decisions": conflict_words.decisions(one.kind, said),
    }


def _all_of(wanted: Wanted, page: Page, now: datetime) -> dict[str, Any] | None:
    """Return what settling all of one kind takes; None where the page does not show one kind."""
    if wanted.kind is None or wanted.settled:
        return None
    offered = conflict_words.decisions(wanted.kind, page.words)
    offered.pop(Decision.TO_BE_LOOKED_AT)
    return {"kind": wanted.kind, "decisions": offered, "found_until": now.isoformat()}


async def _done(db: Db, page: Page, edition: Edition, text: str) -> dict[str, Any] | None:
    """Return what was just done, with what takes it back."""
    if text == "reopened":
        return {"said": page.words.gettext("Taken back: the conflict is open again."), "path": ""}
    parts = text.split("/")
    if len(parts) == 2 and parts[0] == "all" and parts[1].isascii() and parts[1].isdigit():  # noqa: PLR2004
        count = int(parts[1][:6])
        sentence = page.words.ngettext(
            "One conflict was settled.", "%(n)d conflicts were settled.", count
        )
        return {"said": sentence % {"n": count}, "path": ""}
    try:
        scan, kind = UUID(parts[0]), ConflictKind(parts[1])
        one = await conflicts.find(db, edition.id, scan, kind)
    except (ValueError, IndexError, conflicts.ConflictNotFound):
        return None
    if one.decision is None:
        return None
    decision = page.words.gettext(conflict_words.DECISIONS[Decision(one.decision)])
    sentence = page.words.gettext("Settled: %(decision)s.")
    if one.settled_at is None:
        sentence = page.words.gettext("Noted: %(decision)s.")
    return {
        "said": sentence % {"decision": decision},
        "path": f"{scan}/{kind}",
        "revision": one.revision,
    }


# The API


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


def _answer(one: ConflictRow, edition: Edition) -> Response[ToldConflict]:
    headers = {"etag": f'"{one.revision}"', "cache-control": PRIVATE}
    return Response(_told(one, edition), headers=headers)


@get(API, tags=["doors"], summary="List the conflicts", opt=SEE)
async def list_conflicts(
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    staff: Given[Staff],
    db: Given[Db],
    kind: FromQuery[ConflictKind | None] = None,
    gate: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
    settled: Annotated[bool, QueryParameter(description="Those that are settled")] = False,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = MOST,
) -> Response[Conflicts]:
    """List the open conflicts, or those that are settled, the latest found first."""
    wanted = Wanted(kind=kind, gate=gate, settled=settled, after=after)
    found = await conflicts.listed(db, staff.edition.id, wanted, limit=limit)
    answer = Conflicts(
        items=[_told(one, staff.edition) for one in found.items],
        open=await conflicts.open_count(db, staff.edition.id),
        next=found.next,
    )
    return Response(answer, headers={"cache-control": PRIVATE})


@put(
    f"{API}/{{scan:uuid}}/{{kind:str}}/settlement",
    tags=["doors"],
    summary="Settle a conflict",
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=SETTLE,
)
async def put_settlement(
    request: AnyRequest,
    data: JSONBody[NewSettlement],
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> Response[ToldConflict]:
    """Settle a conflict; `to_be_looked_at` leaves it open. `If-Match` guards against another's."""
    done = await conflicts.settle(
        db,
        staff.edition,
        scan,
        _kind(kind),
        data.decision,
        data.note,
        seen=matched(request),
        actor=staff.actor,
        at=now,
        ids=ids,
    )
    return _answer(done, staff.edition)


@delete(
    f"{API}/{{scan:uuid}}/{{kind:str}}/settlement",
    tags=["doors"],
    summary="Take a settlement back",
    status_code=200,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=SETTLE,
)
async def delete_settlement(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> Response[ToldConflict]:
    """Take what was decided on a conflict back: it is open again."""
    done = await conflicts.take_back(
        db,
        staff.edition,
        scan,
        _kind(kind),
        seen=matched(request),
        actor=staff.actor,
        at=now,
        ids=ids,
    )
    return _answer(done, staff.edition)


router = Router(
    "/",
    route_handlers=[
        conflicts_page,
        settle,
        take_back,
        settle_all,
        list_conflicts,
        put_settlement,
        delete_settlement,
    ],
)
