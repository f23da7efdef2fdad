"""The editors' pages of a programme's parts: sessions, rooms, tracks, people, plans, conflicts.

Each form is sent with the number of the change that had touched its part last. Where somebody else
changed it meanwhile, or the change would clash, the page comes again with all that was typed.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.types import Empty

from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import pick
from forum.core.web import PRIVATE, REVALIDATE, AnyRequest, AnyResponse, Given, form_fields
from forum.core.web import unchanged as is_unchanged
from schedule import (
    editing,
    part_fields,
    part_forms,
    part_views,
    part_words,
    parts,
    photos,
    plan_pictures,
    plan_storing,
    queries,
)
from schedule.conflicts import Conflict, Levels, conflicts
from schedule.editing import ChangeBlocked, RoomTaken
from schedule.edits import (
    Part,
    PartChanged,
    PartKind,
    PartNotFound,
    PartUsed,
    PlanPart,
    SpeakerPart,
    part_of,
)
from schedule.models import ConflictCode, Draft, Level, PlanPicture
from schedule.part_fields import KIND_PLACES
from schedule.part_forms import Sent, last
from schedule.part_words import Sayer

MAY = {"deed": Deed.EDIT_PROGRAMME}
PER_MINUTE = 120
LONGEST_QUERY = 100
PATH = "/organiser/{slug:str}/programme"


class PhotoNotFound(NotFound):
    """There is no photo at this address."""

    code = "photo_not_found"


class Bench:
    """Where an editor works on the parts of a programme: one request, and what it needs."""

    def __init__(
        self,
        request: AnyRequest,
        db: Db,
        blobs: Blobs,
        page: Page,
        now: datetime,
        ids: Ids,
    ) -> None:
        self.request = request
        self.db = db
        self.blobs = blobs
        self.page = page
        self.now = now
        self.ids = ids
        self.words = page.words

    def number(self, sent: Sent, name: str = "edited") -> int | None:
        """Return a whole number that was sent; None where there is none."""
        text = part_forms.last(sent, name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004

    async def show(
        self,
        template: str,
        staff: Staff,
        *,
        kind: PartKind | None = None,
        status: int = 200,
        **context: Any,
    ) -> AnyResponse:
        """Answer with a page of the programme's parts."""
        return self.page(
            template,
            staff.edition,
            status=status,
            staff=staff,
            labels=part_words.labels(kind, self.words),
            **context,
        )


async def at_bench(
    request: AnyRequest,
    db: Given[Db],
    blobs: Given[Blobs],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> Bench:
    """Give a route of the parts its bench."""
    return Bench(request, db, blobs, page, now, ids)


# Lists


async def show_list(
    bench: Bench, staff: Staff, kind: PartKind, *, refusal: str = "", status: int = 200
) -> AnyResponse:
    """Show the parts of one kind that match, with what each lacks."""
    edition = staff.edition
    draft = await editing.read(bench.db, edition)
    asked = bench.request.query_params
    number = bench.number({"done": [asked.get("done", "")]}, "done")
    change = None if number is None else await queries.find_change(bench.db, edition.id, number)
    return await bench.show(
        f"schedule/organiser_{KIND_PLACES[kind]}.html",
        staff,
        status=status,
        refusal=refusal,
        done=None if number is None else part_views.done(change, bench.words),
        **part_views.listed(
            kind,
            draft,
            edition,
            bench.words,
            await _wrong(bench, edition, kind, draft),
            q=asked.get("q", "")[:LONGEST_QUERY].strip(),
            only=asked.get("only", "")[:LONGEST_QUERY],
            page=asked.get("page", ""),
        ),
    )


async def _wrong(bench: Bench, edition: Edition, kind: PartKind, draft: Draft) -> list[Conflict]:
    """Return what is wrong with the sessions of a draft, where that is shown."""
    if kind is not PartKind.SESSION:
        return []
    return await editing.find_conflicts(bench.db, edition, draft)


# Forms


async def show_form(
    bench: Bench,
    staff: Staff,
    kind: PartKind,
    *,
    id_: UUID | None = None,
    sent: Sent | None = None,
    edited: int | None = None,
    errors: Mapping[str, str] | None = None,
    more: bool = False,
    status: int = 200,
    **context: Any,
) -> AnyResponse:
    """Show a part, or an empty one to add; `sent` is what was typed, `context` why it is shown."""
    edition = staff.edition
    draft = await editing.read(bench.db, edition)
    part = part_of(draft, kind, id_) if id_ else None
    if id_ is not None and part is None:
        raise PartNotFound
    shown = part_views.form(
        kind,
        part,
        draft,
        edition,
        bench.words,
        sent=sent,
        errors=errors,
        guides=await queries.list_published_guides(bench.db, edition.id),
        found=await _wrong(bench, edition, kind, draft),
        more=more,
    )
    if edited is not None:
        shown["edited"] = edited
    return await bench.show(
        f"schedule/organiser_{kind.value}.html",
        staff,
        kind=kind,
        status=status,
        **{**shown, **context},
    )


async def store(
    bench: Bench, staff: Staff, kind: PartKind, id_: UUID | None, once: Once
) -> AnyResponse | Redirect:
    """Store what was typed of a part, once, or show the page again with all of it."""
    edition = staff.edition
    raw = await form_fields(bench.request)
    edited = bench.number(raw)
    how = last(raw, "arrange")
    if how:
        sent = part_forms.arranged(raw, how)
        return await show_form(
            bench, staff, kind, id_=id_, sent=sent, edited=edited, more=how == "more"
        )
    sent = part_forms.tidied(raw)
    guides = [one.slug for one in await queries.list_published_guides(bench.db, edition.id)]
    new_id = id_ or bench.ids.uuid(bench.now)

    try:
        picture = await _picture(bench, kind)
    except plan_storing.REFUSALS as problem:
        said = {"picture": bench.words.say(problem.message)}
        return await show_form(
            bench, staff, kind, id_=id_, sent=sent, edited=edited, errors=said, status=422
        )

    def build(draft: Draft, before: Part | None) -> Part:
        given, also = part_forms.given(kind, sent, draft, edition, before)
        part = part_fields.part_from(
            kind, given, draft, id_=new_id, before=before, guides=guides, also=also
        )
        return parts.with_picture(part, picture) if picture else part

    async def keep() -> int:
        if id_ is None:
            changed = await parts.add(
                bench.db, edition, kind, new_id, build, actor=staff.actor, at=bench.now
            )
        else:
            changed = await parts.change(
                bench.db,
                edition,
                kind,
                id_,
                build,
                edited=edited,
                actor=staff.actor,
                at=bench.now,
            )
        return changed.change.number if changed.change else 0

    try:
        number = await once(int, keep)
    except (PartChanged, PartNotFound, ChangeBlocked, RoomTaken, PartUsed, Invalid) as problem:
        return await _again(bench, staff, kind, id_, sent, edited, problem)
    return Redirect(f"{part_views.place(edition, kind)}?done={number}", status_code=303)


async def _picture(bench: Bench, kind: PartKind) -> PlanPicture | None:
    """Keep the picture that was sent with a plan; None where none was.

    Raises:
        plan_storing.REFUSALS: it is none that is taken.
    """
    if kind is not PartKind.PLAN:
        return None
    content = await _file(await bench.request.form(), "picture")
    return await plan_storing.keep(bench.blobs, content) if content else None


async def _file(form: FormMultiDict, name: str) -> bytes:
    """Return what is in the file that was sent under a name; nothing where none was."""
    for file in form.getall(name, []):
        if isinstance(file, UploadFile):
            return await file.read()
    return b""


async def _again(
    bench: Bench,
    staff: Staff,
    kind: PartKind,
    id_: UUID | None,
    sent: Sent,
    edited: int | None,
    problem: Problem,
) -> AnyResponse:
    """Show the page again with what was typed, and with what keeps it from being stored."""
    shown: dict[str, Any] = {"id_": id_, "sent": sent, "edited": edited, "status": problem.status}
    refusal = bench.words.say(problem.message)
    match problem:
        case PartChanged() if id_ is not None and edited is not None:
            shown |= await _merged(bench, staff, kind, id_, sent, edited)
        case PartNotFound():  # what was removed meanwhile may be added again
            shown |= {"id_": None, "edited": 0, "refusal": refusal}
        case ChangeBlocked():
            lines = Sayer(problem.draft, bench.words, staff.edition.zone).clashes(problem.conflicts)
            shown |= {"refusal": refusal, "lines": lines}
        case Invalid():
            shown["errors"] = part_views.mistakes(kind, problem.fields, staff.edition, bench.words)
        case _:
            shown["refusal"] = refusal
    return await show_form(bench, staff, kind, **shown)


async def _merged(
    bench: Bench, staff: Staff, kind: PartKind, id_: UUID, sent: Sent, edited: int
) -> dict[str, Any]:
    """Return what a page shows to whoever stores a part that another changed meanwhile."""
    edition = staff.edition
    draft = await editing.read(bench.db, edition)
    now = part_of(draft, kind, id_)
    done = await parts.since(bench.db, edition, id_, edited)
    before = done[0][1].before if done else now
    base = part_forms.typed(kind, before, draft, edition)
    theirs = part_forms.typed(kind, now, draft, edition)
    merged, both = part_forms.merged(sent, base, theirs)
    who = await names(bench.db, edition)
    return {
        "sent": merged,
        "both": [part_words.label(field, kind, bench.words) for field in both],
        "edited": draft.edited.get(id_, 0),
        "meanwhile": part_views.meanwhile(
            kind, done, draft, edition, bench.words, who=who, asks=staff.actor
        ),
    }


async def names(db: Db, edition: Edition) -> dict[str, str]:
    """Return the address of each member of the team by the name of an actor."""
    return {
        f"organiser:{one.id}": one.email for one in await queries.list_colleagues(db, edition.id)
    }


async def remove(bench: Bench, staff: Staff, kind: PartKind, id_: UUID) -> AnyResponse | Redirect:
    """Remove a part, or say which sessions need it still; the list offers to take it back."""
    edition = staff.edition
    edited = bench.number(await form_fields(bench.request))
    try:
        changed = await parts.remove(
            bench.db, edition, kind, id_, edited=edited, actor=staff.actor, at=bench.now
        )
    except PartUsed as used:
        return await show_form(
            bench,
            staff,
            kind,
            id_=id_,
            refusal=bench.words.say(used.message),
            lines=[pick(one["title"], bench.page.language) for one in used.more["sessions"]],
            status=used.status,
        )
    except PartChanged as problem:
        return await show_form(
            bench, staff, kind, id_=id_, refusal=bench.words.say(problem.message), status=412
        )
    number = changed.change.number if changed.change else 0
    return Redirect(f"{part_views.place(edition, kind)}?done={number}", status_code=303)


def routes_of(kind: PartKind) -> list[HTTPRouteHandler]:
    """Return the pages of one kind: its list, a new one, one of them, and its end."""
    path = f"{PATH}/{KIND_PLACES[kind]}"
    many = [limited("organiser", per_minute=PER_MINUTE)]
    most = plan_pictures.LARGEST_FORM if kind is PartKind.PLAN else Empty

    @get(path, include_in_schema=False, opt=MAY)
    async def listed(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
        """Show the parts of a kind."""
        return await show_list(bench, staff, kind)

    @get(f"{path}/new", include_in_schema=False, opt=MAY)
    async def empty(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
        """Show an empty part."""
        return await show_form(bench, staff, kind)

    @post(
        f"{path}/new",
        include_in_schema=False,
        opt=MAY,
        middleware=many,
        request_max_body_size=most,
    )
    async def add(
        staff: Given[Staff], bench: Given[Bench], once: Given[Once]
    ) -> AnyResponse | Redirect:
        """Add a part."""
        return await store(bench, staff, kind, None, once)

    @get(f"{path}/{{part:uuid}}", include_in_schema=False, opt=MAY)
    async def one(staff: Given[Staff], bench: Given[Bench], part: FromPath[UUID]) -> AnyResponse:
        """Show a part."""
        return await show_form(bench, staff, kind, id_=part)

    @post(
        f"{path}/{{part:uuid}}",
        include_in_schema=False,
        opt=MAY,
        middleware=many,
        request_max_body_size=most,
    )
    async def change(
        staff: Given[Staff], bench: Given[Bench], part: FromPath[UUID], once: Given[Once]
    ) -> AnyResponse | Redirect:
        """Change a part."""
        return await store(bench, staff, kind, part, once)

    @post(f"{path}/{{part:uuid}}/delete", include_in_schema=False, opt=MAY, middleware=many)
    async def delete(
        staff: Given[Staff], bench: Given[Bench], part: FromPath[UUID]
    ) -> AnyResponse | Redirect:
        """Remove a part."""
        return await remove(bench, staff, kind, part)

    return [listed, empty, add, one, change, delete]


@post(f"{PATH}/take-back", include_in_schema=False, opt=MAY)
async def undo(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse | Redirect:
    """Take a change back, and return to the list from which it was asked."""
    sent = await form_fields(bench.request)
    kind = next(
        (one for one, name in KIND_PLACES.items() if name == last(sent, "list")), PartKind.SESSION
    )
    try:
        changed = await editing.take_back(
            bench.db,
            staff.edition,
            bench.number(sent, "number") or 0,
            actor=staff.actor,
            at=bench.now,
        )
    except Problem as problem:
        said = bench.words.say(problem.message)
        return await show_list(bench, staff, kind, refusal=said, status=problem.status)
    number = changed.change.number if changed.change else 0
    return Redirect(f"{part_views.place(staff.edition, kind)}?done={number}", status_code=303)


# Photos


@post(
    f"{PATH}/speakers/{{part:uuid}}/photo",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    request_max_body_size=photos.LARGEST_FORM,
)
async def set_photo(
    staff: Given[Staff], bench: Given[Bench], blobs: Given[Blobs], part: FromPath[UUID]
) -> AnyResponse | Redirect:
    """Keep a photo of a person, say that they agreed to it, or take it away."""
    texts = await form_fields(bench.request)
    edited = bench.number(texts)
    try:
        digest = await _kept(await _file(await bench.request.form(), "photo"), blobs)

        def build(_: Draft, before: Part | None) -> Part:
            if not isinstance(before, SpeakerPart):
                raise PartNotFound
            behind = before.backstage
            photo = None if last(texts, "away") else digest or behind.photo
            since = behind.photo_agreed_at if photo == behind.photo else None
            agreed_at = (since or bench.now) if last(texts, "agreed") else None
            return parts.with_photo(before, photo, agreed_at)

        changed = await parts.change(
            bench.db,
            staff.edition,
            PartKind.SPEAKER,
            part,
            build,
            edited=edited,
            actor=staff.actor,
            at=bench.now,
        )
    except (photos.NotAPhoto, photos.PhotoTooLarge) as problem:
        said = {"photo": bench.words.say(problem.message)}
        return await show_form(bench, staff, PartKind.SPEAKER, id_=part, errors=said, status=422)
    except PartChanged as problem:
        said_ = bench.words.say(problem.message)
        return await show_form(
            bench, staff, PartKind.SPEAKER, id_=part, refusal=said_, status=problem.status
        )
    number = changed.change.number if changed.change else 0
    return Redirect(
        f"{part_views.place(staff.edition, PartKind.SPEAKER)}?done={number}", status_code=303
    )


async def _kept(content: bytes, blobs: Blobs) -> str | None:
    """Keep the photo that was sent, made small; None where none was."""
    if not content:
        return None
    made = await asyncio.to_thread(photos.portrait, content)
    return await asyncio.to_thread(blobs.put, made)


@get(f"{PATH}/speakers/{{part:uuid}}/photo", include_in_schema=False, opt=MAY)
async def own_photo(
    staff: Given[Staff], bench: Given[Bench], blobs: Given[Blobs], part: FromPath[UUID]
) -> Response[bytes]:
    """Show the photo of a person to the editors, whether they agreed or not."""
    draft = await editing.read(bench.db, staff.edition)
    behind = draft.backstage_of_speakers.get(part)
    if behind is None or behind.photo is None:
        raise PhotoNotFound
    content = await _photo(blobs, behind.photo)
    return Response(content, media_type=photos.MEDIA_TYPE, headers={"cache-control": PRIVATE})


@get("/{edition_slug:str}/photos/{photo:str}", include_in_schema=False)
async def public_photo(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    blobs: Given[Blobs],
    photo: FromPath[str],
) -> AnyResponse:
    """Show a photo while the person agrees; `photo` is its name in the published programme."""
    if not await queries.is_public_photo(db, edition.id, photo):
        raise PhotoNotFound
    etag = f'"{photo[:32]}"'
    headers = {"etag": etag, "cache-control": REVALIDATE}
    if is_unchanged(request, etag):
        return Response(None, status_code=304, headers=headers)
    content = await _photo(blobs, photo)
    return Response(content, media_type=photos.MEDIA_TYPE, headers=headers)


async def _photo(blobs: Blobs, name: str) -> bytes:
    try:
        return await asyncio.to_thread(blobs.path(name).read_bytes)
    except FileNotFoundError as error:
        raise PhotoNotFound from error


# Pictures of plans


@get(f"{PATH}/plans/{{part:uuid}}/picture", include_in_schema=False, opt=MAY)
async def own_plan(
    staff: Given[Staff], bench: Given[Bench], part: FromPath[UUID]
) -> Response[bytes]:
    """Show the picture of a plan to the editors."""
    found = part_of(await editing.read(bench.db, staff.edition), PartKind.PLAN, part)
    if not isinstance(found, PlanPart) or found.content.picture is None:
        raise plan_storing.PlanPictureNotFound
    content = await plan_storing.read(bench.blobs, found.content.picture.full)
    media_type = plan_pictures.media_type(content)
    return Response(content, media_type=media_type, headers={"cache-control": PRIVATE})


# Walks between rooms, and the levels of conflicts


async def show_travel(
    bench: Bench,
    staff: Staff,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> AnyResponse:
    """Show how many minutes it takes to walk between rooms: one row a room, those before across."""
    draft = await editing.read(bench.db, staff.edition)
    return await bench.show(
        "schedule/organiser_travel.html",
        staff,
        status=status,
        rooms=draft.rooms,
        rows=part_views.walks(draft, sent),
        seen=parts.stamp_of_travel(draft.travel),
        errors=errors or {},
        places={name: (bench.words.gettext("Minutes"), name) for name in errors or {}},
        refusal=refusal,
        done="done" in bench.request.query_params,
    )


@get(f"{PATH}/rooms/travel", include_in_schema=False, opt=MAY)
async def travel(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the walks between rooms."""
    return await show_travel(bench, staff)


@post(
    f"{PATH}/rooms/travel",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def set_travel(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse | Redirect:
    """Set the walks between rooms."""
    sent = await form_fields(bench.request)
    found, errors = part_forms.walks(sent)
    if errors:
        said = {name: bench.words.say(text) for name, text in errors.items()}
        return await show_travel(bench, staff, sent=sent, errors=said, status=422)
    try:
        await parts.set_travel(
            bench.db,
            staff.edition,
            found,
            seen=last(sent, "seen") or None,
            actor=staff.actor,
            at=bench.now,
            ids=bench.ids,
        )
    except (parts.SettingsChanged, PartNotFound) as problem:
        said_ = bench.words.say(problem.message)
        return await show_travel(bench, staff, sent=sent, refusal=said_, status=problem.status)
    return Redirect(
        f"{part_views.place(staff.edition, PartKind.ROOM)}/travel?done=1", status_code=303
    )


async def show_levels(
    bench: Bench, staff: Staff, *, sent: Sent | None = None, refusal: str = "", status: int = 200
) -> AnyResponse:
    """Show each kind of conflict with what it means and what it does."""
    levels = await editing.levels_of(bench.db, staff.edition)
    draft = await editing.read(bench.db, staff.edition)
    every = conflicts(
        draft, zone=staff.edition.zone, levels=dict.fromkeys(ConflictCode, Level.WARN)
    )
    return await bench.show(
        "schedule/organiser_conflicts.html",
        staff,
        status=status,
        kinds=part_views.levels(levels, every, bench.words, sent),
        levels=part_words.said_of(part_words.LEVELS, bench.words),
        seen=parts.stamp_of_levels(levels),
        refusal=refusal,
        done="done" in bench.request.query_params,
    )


@get(f"{PATH}/conflicts", include_in_schema=False, opt=MAY)
async def levels(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse:
    """Show the levels of conflicts."""
    return await show_levels(bench, staff)


@post(
    f"{PATH}/conflicts",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def set_levels(staff: Given[Staff], bench: Given[Bench]) -> AnyResponse | Redirect:
    """Set the levels of conflicts; a kind that is not sent stays as it is."""
    sent = await form_fields(bench.request)
    known = {one.value for one in Level}
    wanted: Levels = {
        code: Level(last(sent, code.value))
        for code in ConflictCode
        if last(sent, code.value) in known
    }
    try:
        await parts.set_levels(
            bench.db,
            staff.edition,
            wanted,
            seen=last(sent, "seen") or None,
            actor=staff.actor,
            at=bench.now,
            ids=bench.ids,
        )
    except parts.SettingsChanged as problem:
        said = bench.words.say(problem.message)
        return await show_levels(bench, staff, sent=sent, refusal=said, status=problem.status)
    return Redirect(f"/organiser/{staff.edition.slug}/programme/conflicts?done=1", status_code=303)


router = Router(
    "/",
    route_handlers=[
        *(route for kind in KIND_PLACES for route in routes_of(kind)),
        undo,
        set_photo,
        own_photo,
        public_photo,
        own_plan,
        travel,
        set_travel,
        levels,
        set_levels,
    ],
    dependencies={"bench": Provide(at_bench)},
)
