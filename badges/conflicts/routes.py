"""The organisers' page of conflicts at the doors: listed, explained, settled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect

from badges.conflicts import service as conflicts
from badges.conflicts import words as conflict_words
from badges.conflicts.queries import ConflictRow
from badges.conflicts.service import ConflictChanged, Decision, Wanted
from badges.conflicts.words import Explainer
from badges.doors import bench as doors
from badges.doors import gates
from badges.doors.bench import LIMITED, Bench, at_bench, place
from badges.doors.gate_views import Sent, last, seen
from badges.models import ConflictKind
from forum.core.context import Edition
from forum.core.errors import Invalid, Problem
from forum.core.i18n import Words
from forum.core.idempotency import Once
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import pick
from forum.core.web import AnyResponse, Given, form_fields

SEE = {"deed": Deed.WATCH_DOORS}
SETTLE = {"deed": Deed.RUN_DOORS}
PATH = f"{doors.PATH}/conflicts"
ONE = f"{PATH}/{{scan:uuid}}/{{kind:str}}"
LONGEST_QUERY = 150


@get(PATH, include_in_schema=False, opt=SEE)
async def conflicts_page(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the open conflicts, or those that are settled, each explained."""
    return await show_conflicts(bench, staff, bench.request.query_params)


@post(f"{ONE}/settlement", include_in_schema=False, opt=SETTLE, middleware=LIMITED)
async def settle(
    staff: Given[Staff],
    bench: Given[Bench],
    once: Given[Once],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> AnyResponse | Redirect:
    """Settle a conflict; tell the second of two organisers what the first decided."""
    sent = await form_fields(bench.request)
    what = conflicts.kind_of(kind)

    async def deed() -> int:
        done = await conflicts.settle(
            bench.db,
            staff.edition,
            scan,
            what,
            last(sent, "decision"),
            last(sent, "note"),
            seen=seen(sent),
            **bench.by(staff),
        )
        return done.revision

    query = _query(sent)
    try:
        revision = await once(int, deed)
    except Invalid as problem:
        at = _name(scan, what)
        return await show_conflicts(bench, staff, query, problem=problem, typed=sent, at=at)
    except ConflictChanged as problem:
        said = await _meanwhile(bench, staff.edition, scan, what)
        return await show_conflicts(bench, staff, query, problem=problem, refusal=said)
    done = {"done": f"{scan}/{what}/{revision}"}
    return Redirect(_address(staff, {**query, **done}), status_code=303)


@post(f"{ONE}/reopening", include_in_schema=False, opt=SETTLE, middleware=LIMITED)
async def take_back(
    staff: Given[Staff],
    bench: Given[Bench],
    once: Given[Once],
    scan: FromPath[UUID],
    kind: FromPath[str],
) -> AnyResponse | Redirect:
    """Take what was decided on a conflict back."""
    sent = await form_fields(bench.request)
    what = conflicts.kind_of(kind)

    async def deed() -> int:
        done = await conflicts.take_back(
            bench.db, staff.edition, scan, what, seen=seen(sent), **bench.by(staff)
        )
        return done.revision

    try:
        await once(int, deed)
    except ConflictChanged as problem:
        said = await _meanwhile(bench, staff.edition, scan, what)
        return await show_conflicts(bench, staff, _query(sent), problem=problem, refusal=said)
    return Redirect(_address(staff, {"done": "reopened"}), status_code=303)


@post(f"{PATH}/settlements", include_in_schema=False, opt=SETTLE, middleware=LIMITED)
async def settle_all(
    staff: Given[Staff], bench: Given[Bench], once: Given[Once]
) -> AnyResponse | Redirect:
    """Settle all open conflicts of one kind that the page showed, or led to."""
    sent = await form_fields(bench.request)
    what = conflicts.kind_of(last(sent, "kind"))

    async def deed() -> int:
        return await conflicts.settle_all(
            bench.db,
            staff.edition,
            what,
            last(sent, "decision"),
            last(sent, "note"),
            gate=last(sent, "gate") or None,
            found_until=_instant(last(sent, "found_until")) or bench.now,
            **bench.by(staff),
        )

    try:
        count = await once(int, deed)
    except Invalid as problem:
        query = _query(sent)
        return await show_conflicts(bench, staff, query, problem=problem, typed=sent, at="all")
    return Redirect(_address(staff, {"done": f"all/{count}"}), status_code=303)


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
    return place(staff, f"conflicts?{urlencode(query, safe='/')}")


async def _meanwhile(bench: Bench, edition: Edition, scan: UUID, kind: ConflictKind) -> str:
    """Say to the second of two organisers what became of a conflict."""
    one = await conflicts.find(bench.db, edition.id, scan, kind)
    said = bench.words
    if one.decision is None:
        return said.gettext("Somebody else took the decision on this conflict back meanwhile.")
    values = {
        "who": one.settled_name or said.gettext("Somebody else"),
        "decision": said.gettext(conflict_words.DECISIONS[Decision(one.decision)]),
    }
    return said.gettext("%(who)s decided on this conflict meanwhile: %(decision)s.") % values


async def show_conflicts(
    bench: Bench,
    staff: Staff,
    query: Mapping[str, str],
    *,
    problem: Problem | None = None,
    refusal: str = "",
    typed: Sent | None = None,
    at: str = "",
) -> AnyResponse:
    """Show the conflicts that `query` asks for; the form `at` one of them as it was typed."""
    db, edition, said, language = bench.db, staff.edition, bench.words, bench.page.language
    standing = {
        one.slug: pick(one.name, language, edition.language)
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
    errors = problem.fields if problem else {}
    return bench.page(
        "badges/conflicts.html",
        edition,
        status=problem.status if problem else 200,
        staff=staff,
        conflicts=[_shown(one, explainer, bench.page, edition) for one in found.items],
        open=await conflicts.open_by_kind(db, edition.id),
        kinds=kinds,
        gates=standing,
        filters=filters,
        next=urlencode({**filters, "after": found.next}) if found.next else "",
        all_of=_all_of(wanted, said, bench.now),
        errors={name: said.say(text) for name, text in errors.items()},
        typed={name: values[-1] for name, values in (typed or {}).items() if values},
        at=at,
        refusal=refusal,
        done=await _done(bench, edition, query.get("done", "")),
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


def _all_of(wanted: Wanted, said: Words, now: datetime) -> dict[str, Any] | None:
    """Return what settling all of one kind takes; None where the page does not show one kind."""
    if wanted.kind is None or wanted.settled:
        return None
    offered = conflict_words.decisions(wanted.kind, said)
    offered.pop(Decision.TO_BE_LOOKED_AT)
    return {"kind": wanted.kind, "decisions": offered, "found_until": now.isoformat()}


async def _done(bench: Bench, edition: Edition, text: str) -> dict[str, Any] | None:
    """Return what was just done, with what takes it back."""
    said = bench.words
    if text == "reopened":
        return {"said": said.gettext("Taken back: the conflict is open again."), "path": ""}
    parts = text.split("/")
    if len(parts) == 2 and parts[0] == "all" and parts[1].isascii() and parts[1].isdigit():  # noqa: PLR2004
        count = int(parts[1][:6])
        sentence = said.ngettext(
            "One conflict was settled.", "%(n)d conflicts were settled.", count
        )
        return {"said": sentence % {"n": count}, "path": ""}
    try:
        scan, kind = UUID(parts[0]), ConflictKind(parts[1])
        one = await conflicts.find(bench.db, edition.id, scan, kind)
    except (ValueError, IndexError, conflicts.ConflictNotFound):
        return None
    if one.decision is None:
        return None
    decision = said.gettext(conflict_words.DECISIONS[Decision(one.decision)])
    sentence = said.gettext("Settled: %(decision)s.")
    if one.settled_at is None:
        sentence = said.gettext("Noted: %(decision)s.")
    return {
        "said": sentence % {"decision": decision},
        "path": f"{scan}/{kind}",
        "revision": one.revision,
    }


router = Router(
    "/",
    route_handlers=[conflicts_page, settle, take_back, settle_all],
    dependencies={"bench": Provide(at_bench)},
)
