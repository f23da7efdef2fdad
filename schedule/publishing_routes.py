"""Publishing over HTTP: what would change, what clashes, versions compared, plans, the preview."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from msgspec import Struct

from forum.core.context import Edition
from forum.core.db import Database, Db
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import LANGUAGES, N_
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import HTML, VARY, Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import clean
from forum.core.web import AnyRequest, AnyResponse, Given, document, form_fields
from schedule import editing, part_words, publishing, queries
from schedule.changes import Change, changes
from schedule.conflicts import blocking
from schedule.exports import rss
from schedule.models import Programme, Publication
from schedule.published import Shelves
from schedule.publishing import PublicationBlocked, VersionNotFound
from schedule.saying import Teller
from schedule.serving import shelved_of
from schedule.telling import differences
from schedule.views import Viewer

MAY = {"deed": Deed.EDIT_PROGRAMME}
PAGE = "/organiser/{slug:str}/programme/publication"
API = "/api/editions/{edition_slug:str}/programme"
PER_MINUTE = 30
LONGEST_NOTE = 500
SHOWN_PLANS = 5
TOLD_VERSIONS = 10
RSS = "application/rss+xml; charset=utf-8"
NOTE_TOO_LONG = N_("Write 500 characters at most.")
UNREADABLE_TIME = N_("Give a date and a time such as 2027-03-01 18:00.")


class NewPublication(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program sends to publish; `number` is that of the draft it looked at, None for any."""

    note: str = ""
    tell: bool = True
    despite_conflicts: bool = False
    number: int | None = None


class Made(Struct, frozen=True, kw_only=True):
    """A version, and what changed since the one before."""

    version: int
    changes: list[Change]


class DraftChanged(Problem):
    """Somebody changed the draft while you looked: read again what would be published."""

    code = "draft_changed"
    status = 412


class NoPreview(NotFound):
    """This link to a programme to come is over: ask for the new one."""

    code = "preview_not_found"


@get(PAGE, include_in_schema=False, opt=MAY)
async def publication_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show what the next version would change, what clashes, and every version so far."""
    done = request.query_params.get("done", "")
    return await _shown(db, staff, page, settings, now, done=done)


async def _shown(
    db: Db,
    staff: Staff,
    page: Page,
    settings: Settings,
    now: datetime,
    *,
    done: str = "",
    sent: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> AnyResponse:
    edition = staff.edition
    draft = await editing.read(db, edition)
    found = await editing.find_conflicts(db, edition, draft)
    previous, following = await publishing.next_version(
        db, edition, base_url=settings.base_url, at=now
    )
    plans = await queries.list_publications(db, edition.id, SHOWN_PLANS)
    token = await queries.find_preview(db, edition.id)
    words = page.words
    return page(
        "schedule/publication.html",
        edition,
        status=422 if errors and status == 200 else status,  # noqa: PLR2004
        staff=staff,
        done=done,
        sent=sent or {},
        errors={name: words.say(message) for name, message in (errors or {}).items()},
        number=draft.number,
        told=differences(previous, following, words),
        replanned=previous is not None and previous.plans != following.plans,
        on_plans=part_words.on_plans(draft, edition, words),
        conflicts=Teller(draft, words, edition.zone).conflicts(found),
        blocked=bool(blocking(found)),
        placed=any(session.starts_at for session in following.sessions),
        versions=await queries.list_versions(db, edition.id),
        plans=[_plan(one, edition, page) for one in plans],
        preview=f"{settings.base_url}/{edition.slug}/preview/{token}" if token else None,
    )


def _plan(one: Publication, edition: Edition, page: Page) -> dict[str, Any]:
    """Return a planned publication as the page shows it."""
    return {
        "id": one.id,
        "when": page.words.moment(one.due_at, edition.zone),
        "note": one.note,
        "version": one.version,
        "refused": one.refused,
        "waiting": one.version is None and one.refused is None and one.withdrawn_at is None,
    }


async def _read(request: AnyRequest) -> dict[str, str]:
    return {name: (values or [""])[-1] for name, values in (await form_fields(request)).items()}


def _note(sent: Mapping[str, str]) -> str:
    note = " ".join(clean(sent.get("note", "")).split())
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"note": NOTE_TOO_LONG})
    return note


@post(
    PAGE,
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("publish", per_minute=PER_MINUTE)],
)
async def publish(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Publish what the page showed: at once, or at the time that was chosen."""
    sent = await _read(request)
    edition = staff.edition
    try:
        note = _note(sent)
        wanted = NewPublication(
            note=note,
            tell="tell" in sent,
            despite_conflicts="despite" in sent,
            number=int(sent["number"]) if sent.get("number", "").isdecimal() else None,
        )
        if sent.get("when") == "later":
            due_at = _instant(sent.get("due_at", ""), edition)

            async def plan() -> int:
                await publishing.plan(
                    db,
                    edition,
                    due_at=due_at,
                    note=note,
                    tell=wanted.tell,
                    base_url=settings.base_url,
                    actor=staff.actor,
                    at=now,
                    ids=ids,
                )
                return 0

            await once(int, plan)
            return Redirect(f"{_page(staff)}?done=planned", status_code=303)
        made = await once(Made, lambda: _publish(db, staff, wanted, settings, now, ids))
    except Invalid as problem:
        return await _shown(db, staff, page, settings, now, sent=sent, errors=problem.fields)
    except (PublicationBlocked, publishing.NothingToPublish, DraftChanged) as problem:
        errors = {"publication": problem.message}
        return await _shown(
            db, staff, page, settings, now, sent=sent, errors=errors, status=problem.status
        )
    return Redirect(f"{_page(staff)}?done={made.version}", status_code=303)


def _page(staff: Staff) -> str:
    return f"/organiser/{staff.edition.slug}/programme/publication"


def _instant(typed: str, edition: Edition) -> datetime:
    """Read a time on the wall, as a field of the kind datetime-local sends it."""
    try:
        local = datetime.fromisoformat(typed.strip()).replace(second=0, microsecond=0)
    except ValueError as error:
        raise Invalid(fields={"due_at": UNREADABLE_TIME}) from error
    return local if local.tzinfo else local.replace(tzinfo=edition.zone)


async def _publish(
    db: Db, staff: Staff, wanted: NewPublication, settings: Settings, now: datetime, ids: Ids
) -> Made:
    """Publish the draft as somebody looked at it.

    Raises:
        DraftChanged: it is another now.
    """
    async with db.transaction():
        await queries.lock_draft(db, staff.edition.id)
        number = await queries.latest_change(db, staff.edition.id)
        if wanted.number is not None and wanted.number != number:
            raise DraftChanged
        programme, found = await publishing.publish(
            db,
            staff.edition,
            base_url=settings.base_url,
            at=now,
            ids=ids,
            actor=staff.actor,
            note=wanted.note,
            despite_conflicts=wanted.despite_conflicts,
            tell=wanted.tell,
        )
    return Made(version=programme.version, changes=found)


@post(
    f"{API}/publications",
    opt=MAY,
    status_code=201,
    tags=["programme"],
    summary="Publish the draft",
    middleware=[limited("publish", per_minute=PER_MINUTE)],
)
async def publish_by_program(
    data: JSONBody[NewPublication],
    staff: Given[Staff],
    db: Given[Db],
    settings: Given[Settings],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Made:
    """Freeze the draft as the next version; the answer tells it, and what changed."""
    if len(data.note) > LONGEST_NOTE:
        raise Invalid(fields={"note": NOTE_TOO_LONG})
    wanted = msgspec.structs.replace(data, note=_note({"note": data.note}))
    return await once(Made, lambda: _publish(db, staff, wanted, settings, now, ids))


@post(f"{PAGE}/{{publication_id:uuid}}/withdrawal", include_in_schema=False, opt=MAY)
async def withdraw(
    publication_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Withdraw a publication that was planned."""
    edition = staff.edition
    await publishing.withdraw(db, edition, publication_id, actor=staff.actor, at=now, ids=ids)
    return Redirect(f"{_page(staff)}?done=withdrawn", status_code=303)


@post(f"{PAGE}/preview", include_in_schema=False, opt=MAY)
async def open_preview(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Make a link to the draft, or end it."""
    sent = await _read(request)
    edition, actor = staff.edition, staff.actor
    if "close" in sent:
        await publishing.close_preview(db, edition, actor=actor, at=now, ids=ids)
    else:
        await once(str, lambda: publishing.open_preview(db, edition, actor=actor, at=now, ids=ids))
    return Redirect(f"{_page(staff)}#preview", status_code=303)


@post(f"{PAGE}/versions/{{number:int}}/restoration", include_in_schema=False, opt=MAY)
async def go_back(
    number: FromPath[int],
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
) -> Redirect:
    """Make the draft again what a version was."""

    async def back() -> int:
        made = await publishing.go_back(db, staff.edition, number, actor=staff.actor, at=now)
        return made.draft.number

    await once(int, back)
    return Redirect(f"{_page(staff)}?done=back", status_code=303)


@get(f"{PAGE}/comparison", include_in_schema=False, opt=MAY)
async def compare(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show what changed between any two versions, the older first."""
    asked = [request.query_params.get(name, "") for name in ("old", "new")]
    numbers = sorted(int(one) for one in asked if one.isdecimal() and len(one) < 10)  # noqa: PLR2004
    if len(numbers) != len(asked):
        raise VersionNotFound
    old, new = [await publishing.version(db, staff.edition, one) for one in numbers]
    return page(
        "schedule/comparison.html",
        staff.edition,
        staff=staff,
        old=old,
        new=new,
        told=differences(old, new, page.words),
    )


@get("/{edition_slug:str}/preview/{token:str}", include_in_schema=False)
async def preview(
    token: FromPath[str],
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show the programme as it would be published, to whoever has the link."""
    kept = await queries.find_preview(db, edition.id)
    if kept is None or not secrets.compare_digest(kept.encode(), token.encode()):
        raise NoPreview
    _, following = await publishing.next_version(db, edition, base_url=settings.base_url, at=now)
    viewer = Viewer(following, page.words)
    answer = page(
        "schedule/preview.html",
        edition,
        slots=viewer.slots([one for one in following.sessions if one.starts_at]),
        at=page.words.moment(now, edition.zone),
    )
    answer.headers["x-robots-tag"] = "noindex"
    return answer


@get("/{edition_slug:str}/programme/changes", include_in_schema=False)
async def changes_page(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Show what each of the last versions changed, the latest first."""
    shelved = await shelved_of(shelves, database, edition)

    async def build() -> bytes:
        pairs = await _last_versions(database, edition)
        told = [{"version": new, "told": differences(old, new, page.words)} for old, new in pairs]
        return page.html("schedule/changes.html", edition, versions=told)

    body, etag = await shelved.document(request.url.path, page.language, build)
    return page.stay(document(request, body, HTML, etag=etag, vary=VARY, shared=True))


@get("/{edition_slug:str}/programme/changes.rss", include_in_schema=False)
async def feed(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Send what each of the last versions changed as RSS 2.0."""
    shelved = await shelved_of(shelves, database, edition)
    asked = request.query_params.get("lang")
    language = str(asked) if asked in LANGUAGES else edition.language

    async def build() -> bytes:
        return rss.feed(await _last_versions(database, edition), language=language)

    body, etag = await shelved.document("rss", language, build)
    return document(request, body, RSS, etag=etag, shared=True)


async def _last_versions(
    database: Database, edition: Edition
) -> list[tuple[Programme | None, Programme]]:
    """Return the last versions, each with the one before it, the latest first."""
    async with database.acquire() as db:
        stored = await queries.list_last_versions(db, edition.id, TOLD_VERSIONS + 1)
    contents = [one.content for one in stored]
    pairs = list(zip([*contents[1:], None], contents, strict=True))
    return pairs[:TOLD_VERSIONS]


class Version(Struct, frozen=True, kw_only=True):
    """A version, as programs read the list of versions."""

    version: int
    note: str
    published_at: datetime


@get(f"{API}/versions", tags=["programme"], summary="List the versions")
async def list_versions(edition: Given[Edition], db: Given[Db]) -> list[Version]:
    """List the published versions, the latest first."""
    return [
        Version(version=one.number, note=one.note, published_at=one.published_at)
        for one in await queries.list_versions(db, edition.id)
    ]


@get(f"{API}/versions/{{number:int}}", tags=["programme"], summary="Tell a version")
async def tell_version(number: FromPath[int], edition: Given[Edition], db: Given[Db]) -> Programme:
    """Tell a version as it was published; it never changes."""
    return await publishing.version(db, edition, number)


@get(f"{API}/versions/{{number:int}}/changes", tags=["programme"], summary="Tell what changed")
async def tell_changes(
    request: AnyRequest, number: FromPath[int], edition: Given[Edition], db: Given[Db]
) -> Made:
    """Tell what a version changed since the one before, or since `?since=` that version."""
    since = request.query_params.get("since", "")
    before = int(since) if since.isdecimal() and len(since) < 10 else number - 1  # noqa: PLR2004
    new = await publishing.version(db, edition, number)
    old = await publishing.version(db, edition, before) if before else None
    return Made(version=number, changes=changes(old, new))


router = Router(
    "/",
    route_handlers=[
        publication_page,
        publish,
        publish_by_program,
        withdraw,
        open_preview,
        go_back,
        compare,
        preview,
        changes_page,
        feed,
        list_versions,
        tell_version,
        tell_changes,
    ],
)
