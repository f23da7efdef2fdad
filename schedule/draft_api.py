"""The draft over HTTP for programs, and for the editor's page: read, arranged, taken back.

Who arranges may say of each session as of which change it was seen (`seen`, or `If-Match`): where
somebody else touched it since, nothing is stored and the answer tells what changed (412).
"""

import gzip
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Response
from msgspec import Meta, Struct
from msgspec.structs import replace as with_

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.i18n import N_, Words, words
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import VARY, language_of
from forum.core.rights import Deed, Staff
from forum.core.web import (
    AnyRequest,
    AnyResponse,
    Given,
    accepts_gzip,
    compressible,
    etag_of,
    unchanged,
)
from schedule import arranging, editing, queries
from schedule.board import far_from
from schedule.editing import ChangeBlocked, Changed
from schedule.edits import DraftChange, PartChanged, Wanted
from schedule.models import Draft
from schedule.saying import Teller, ToldChange, ToldConflict

PATH = "/api/editions/{edition_slug:str}/draft"
MAY = {"deed": Deed.EDIT_PROGRAMME}
READS = {**MAY, "kept_edition": True}
TAGS = ["draft of the programme"]
PER_MINUTE = 300
LARGEST_NUMBER = 2**31 - 1
MOST_COPIES = 200
JSON = "application/json"
KEPT_BY_WHO_ASKED = "private, no-cache"
PLACED = "placed"
SWAPPED = "swapped"
SHIFTED = "shifted"
COPIED = "copied"
TOO_FAR = N_("Give a time near the days of the edition.")
ROOM_UNKNOWN = N_("Choose one of the rooms.")

Instant = Annotated[datetime, Meta(tz=True)]
Seen = Annotated[dict[UUID, int], Meta(max_length=2000)]


class Placement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a session goes: without `starts_at` out of the grid, without `minutes` as long as now.

    `seen` tells as of which change each session was seen (`edited` of the draft).
    """

    session: UUID
    room: UUID | None = None
    starts_at: Instant | None = None
    minutes: Annotated[int, Meta(ge=1, le=arranging.MOST_MINUTES)] | None = None
    seen: Seen = {}


class Swap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two sessions that change places."""

    session: UUID
    other: UUID
    seen: Seen = {}


class Shift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that begins from `since` to before `until`, so many minutes later."""

    since: Instant
    until: Instant
    minutes: Annotated[int, Meta(ge=-arranging.MOST_MINUTES, le=arranging.MOST_MINUTES)]
    rooms: list[UUID] | None = None
    seen: Seen = {}


class Copy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session of which every free room gets a copy."""

    session: UUID
    seen: Seen = {}


class Undo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of the change that is taken back."""

    number: Annotated[int, Meta(ge=1, le=LARGEST_NUMBER)]


class Stored(Struct, frozen=True, kw_only=True):
    """What became of a change: as it is kept, None where nothing was to change; all conflicts."""

    number: int
    change: ToldChange | None
    conflicts: list[ToldConflict]


class ToldDraft(Struct, frozen=True, kw_only=True):
    """The whole draft, and what is wrong in it."""

    draft: Draft
    conflicts: list[ToldConflict]


class ToldConflicts(Struct, frozen=True, kw_only=True):
    """What is wrong in the draft as of a change."""

    number: int
    conflicts: list[ToldConflict]


class Changes(Struct, frozen=True, kw_only=True):
    """What changed: `number` is what `after` takes to go on, `more` that there is more already.

    `conflicts` are all there are now, None where nothing changed.
    """

    number: int
    more: bool
    changes: list[ToldChange]
    conflicts: list[ToldConflict] | None


@get(PATH, tags=TAGS, summary="Tell the draft", opt=READS)
async def tell_draft(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    staff: Given[Staff],
    db: Given[Db],
) -> AnyResponse:
    """Tell the whole draft, with what stays with the editors, and its conflicts in words."""
    draft = await editing.read(db, staff.edition)
    found = await editing.find_conflicts(db, staff.edition, draft)
    teller = Teller(draft, _words(request), staff.edition.zone)
    return _answer(request, ToldDraft(draft=draft, conflicts=teller.conflicts(found)))


@get(f"{PATH}/conflicts", tags=TAGS, summary="Tell what is wrong in the draft", opt=READS)
async def tell_conflicts(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
) -> AnyResponse:
    """Tell the conflicts of the draft, each with its level and in words; those that block first."""
    draft = await editing.read(db, staff.edition)
    found = await editing.find_conflicts(db, staff.edition, draft)
    told = Teller(draft, _words(request), staff.edition.zone).conflicts(found)
    return _answer(request, ToldConflicts(number=draft.number, conflicts=told))


@get(f"{PATH}/changes", tags=TAGS, summary="Tell what changed in the draft", opt=READS)
async def tell_changes(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    after: Annotated[int, QueryParameter(ge=0, le=LARGEST_NUMBER)] = 0,
) -> AnyResponse:
    """Tell the changes that follow one, at most 200: who made them, each part before and after.

    Asked every two seconds it costs one statement while nothing changes.
    """
    found = await editing.changes_since(db, staff.edition, after)
    if not found:
        nothing: list[ToldChange] = []
        return _answer(request, Changes(number=after, more=False, changes=nothing, conflicts=None))
    draft = await editing.read(db, staff.edition)
    wrong = await editing.find_conflicts(db, staff.edition, draft)
    teller = Teller(draft, _words(request), staff.edition.zone)
    answer = Changes(
        number=found[-1].number,
        more=found[-1].number < draft.number,
        changes=await _told(db, staff, teller, found),
        conflicts=teller.conflicts(wrong),
    )
    return _answer(request, answer)


@post(f"{PATH}/placements", tags=TAGS, summary="Place a session", opt=MAY)
async def place(
    request: AnyRequest,
    data: JSONBody[Placement],
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    if_match: Annotated[
        str | None,
        HeaderParameter(
            name="If-Match", description="The number of the change that touched the session last."
        ),
    ] = None,
) -> Stored:
    """Move a session, change its length, or take it out of the grid.

    Refused with `part_changed` where somebody else changed it since it was seen, with
    `change_blocked` where it would clash.
    """
    seen = {**data.seen, **_matched(data.session, if_match)}

    def arranged(draft: Draft) -> list[Wanted]:
        return placed(draft, staff.edition, data)

    return await _store(request, staff, db, once, now, PLACED, arranged, seen)


def placed(draft: Draft, edition: Edition, wanted: Placement) -> list[Wanted]:
    """Return a session where it is wanted.

    Raises:
        Invalid: there is no such room, or the time is far from the edition.
        PartNotFound: there is no such session.
    """
    errors: dict[str, str] = {}
    if wanted.starts_at and far_from(edition, wanted.starts_at):
        errors["starts_at"] = TOO_FAR
    if wanted.room and wanted.room not in {one.id for one in draft.rooms}:
        errors["room"] = ROOM_UNKNOWN
    if errors:
        raise Invalid(fields=errors)
    return arranging.placed(
        draft,
        wanted.session,
        room_id=wanted.room,
        starts_at=wanted.starts_at,
        minutes=wanted.minutes,
    )


@post(f"{PATH}/swaps", tags=TAGS, summary="Swap two sessions", opt=MAY)
async def swap(
    request: AnyRequest,
    data: JSONBody[Swap],
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
) -> Stored:
    """Put each of two sessions where the other is, in one change; their lengths stay."""

    def arranged(draft: Draft) -> list[Wanted]:
        return arranging.swapped(draft, data.session, data.other)

    return await _store(request, staff, db, once, now, SWAPPED, arranged, data.seen)


@post(f"{PATH}/shifts", tags=TAGS, summary="Shift everything after a time", opt=MAY)
async def shift(
    request: AnyRequest,
    data: JSONBody[Shift],
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
) -> Stored:
    """Move all that begins in a stretch of time by the same minutes, earlier when below zero."""
    if far_from(staff.edition, data.since):
        raise Invalid(fields={"since": TOO_FAR})

    def arranged(draft: Draft) -> list[Wanted]:
        return arranging.shifted(
            draft, since=data.since, until=data.until, minutes=data.minutes, rooms=data.rooms
        )

    return await _store(request, staff, db, once, now, SHIFTED, arranged, data.seen)


@post(f"{PATH}/copies", tags=TAGS, summary="Copy a break to the free rooms", opt=MAY)
async def copy(
    request: AnyRequest,
    data: JSONBody[Copy],
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Stored:
    """Copy a session, a break as a rule, into every room where nothing is held at its time."""

    def arranged(draft: Draft) -> list[Wanted]:
        return arranging.copied(draft, data.session, new_ids(ids, now))

    return await _store(request, staff, db, once, now, COPIED, arranged, data.seen)


def new_ids(ids: Ids, at: datetime) -> Iterable[UUID]:
    """Yield ids for copies, at most as many as may be made at once."""
    return (ids.uuid(at) for _ in range(MOST_COPIES))


@post(f"{PATH}/undos", tags=TAGS, summary="Take a change of the draft back", opt=MAY)
async def undo(
    request: AnyRequest,
    data: JSONBody[Undo],
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
) -> Stored:
    """Take one change back, an import too; that is a change as well, which can be taken back.

    Refused with `part_changed` where what it touched was changed since.
    """

    async def verb() -> Changed:
        return await editing.take_back(db, staff.edition, data.number, actor=staff.actor, at=now)

    return await _once(request, staff, db, once, verb)


async def _store(
    request: AnyRequest,
    staff: Staff,
    db: Db,
    once: Once,
    now: datetime,
    kind: str,
    arranged: Callable[[Draft], Sequence[Wanted]],
    seen: Mapping[UUID, int],
) -> Stored:
    async def verb() -> Changed:
        return await editing.arrange(
            db,
            staff.edition,
            lambda draft: as_seen(arranged(draft), seen),
            kind=kind,
            actor=staff.actor,
            at=now,
        )

    return await _once(request, staff, db, once, verb, seen)


def as_seen(wanted: Iterable[Wanted], seen: Mapping[UUID, int]) -> list[Wanted]:
    """Return parts as wanted, each held against the change as of which it was seen, if told."""
    return [with_(one, edited=seen.get(one.id)) for one in wanted]


async def _once(
    request: AnyRequest,
    staff: Staff,
    db: Db,
    once: Once,
    verb: Callable[[], Awaitable[Changed]],
    seen: Mapping[UUID, int] | None = None,
) -> Stored:
    """Do a verb once and tell what became of it; a refusal tells what is in the way, in words."""
    said = _words(request)

    async def deed() -> Stored:
        made = await verb()
        teller = Teller(made.draft, said, staff.edition.zone)
        changes = [made.change] if made.change else []
        told = await _told(db, staff, teller, changes)
        return Stored(
            number=made.draft.number,
            change=told[0] if told else None,
            conflicts=teller.conflicts(made.conflicts),
        )

    try:
        return await once(Stored, deed)
    except Problem as refusal:
        refusal.more["said"] = said_of(refusal, said)
        if isinstance(refusal, ChangeBlocked):
            teller = Teller(refusal.draft, said, staff.edition.zone)
            refusal.more["conflicts"] = msgspec.to_builtins(teller.conflicts(refusal.conflicts))
        if isinstance(refusal, PartChanged):
            since = min((seen or {}).values(), default=LARGEST_NUMBER)
            latest = await editing.changes_since(db, staff.edition, max(0, since))
            meant = {*refusal.fields}
            touching = [one for one in latest if meant & {str(edit.id) for edit in one.edits}]
            teller = Teller(await editing.read(db, staff.edition), said, staff.edition.zone)
            refusal.more["changes"] = msgspec.to_builtins(await _told(db, staff, teller, touching))
        raise


def said_of(refusal: Problem, words: Words) -> str:
    """Return what a refusal says, in a language: of each field where fields are at fault."""
    parts = refusal.fields.values() if isinstance(refusal, Invalid) else [refusal.message]
    return " ".join(words.say(one) for one in parts)


async def _told(
    db: Db, staff: Staff, teller: Teller, changes: Sequence[DraftChange]
) -> list[ToldChange]:
    if not changes:
        return []
    team = await queries.list_colleagues(db, staff.edition.id)
    who = {f"organiser:{one.id}": one.email for one in team}
    return [teller.change(one, who=who, asks=staff.actor) for one in changes]


def _matched(session: UUID, if_match: str | None) -> dict[UUID, int]:
    """Read If-Match: the number of a change, in quotes or not; `*` and nothing ask for none.

    Raises:
        PartChanged: it is no number, so that it cannot be as the session is.
    """
    told = (if_match or "*").strip().strip('"')
    if told == "*":
        return {}
    if not told.isdecimal() or not told.isascii():
        raise PartChanged(fields={str(session): PartChanged().message})
    return {session: int(told)}


def _words(request: AnyRequest) -> Words:
    return words(language_of(request))


def _answer(request: AnyRequest, value: Any) -> AnyResponse:
    """Answer JSON that only who asked may keep, compressed where it pays, with its entity tag."""
    body = msgspec.json.encode(value)
    etag = etag_of(body)
    headers = {
        "etag": etag,
        "cache-control": KEPT_BY_WHO_ASKED,
        "vary": f"{VARY}, Accept-Encoding",
    }
    if unchanged(request, etag):
        return Response(None, status_code=304, headers=headers)
    if compressible(JSON, body) and accepts_gzip(request):
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=JSON, headers=headers)


router = Router(
    "/",
    route_handlers=[
        tell_draft,
        tell_changes,
        tell_conflicts,
        Router(
            "/",
            route_handlers=[place, swap, shift, copy, undo],
            middleware=[limited("draft", per_minute=PER_MINUTE)],
        ),
    ],
)
