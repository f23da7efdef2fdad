"""The published programme over HTTP: pages, and the formats that other programs read.

All are pure functions of one version, built once, served from memory with a strong entity tag;
none asks the database, but for one look a second at whether there is a newer version.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

import anyio.to_process
import msgspec
from litestar import Router, get
from litestar.params import FromPath
from msgspec.structs import replace

from forum.core.context import Edition
from forum.core.db import Database
from forum.core.errors import NotFound
from forum.core.i18n import LANGUAGES
from forum.core.pages import HTML, VARY, Page, static_content
from forum.core.web import AnyRequest, AnyResponse, Given, document
from schedule.exports import ics, jsonld, open_data, schedule_json, schedule_xml, tables
from schedule.models import Programme
from schedule.published import Shelved, Shelves
from schedule.rules import in_order
from schedule.views import Viewer

LONGEST_QUERY = 100
ENDINGS = ("ics", "xml", "json", "jsonld", "csv", "pdf")
CALENDAR = "text/calendar"
XML = "application/xml; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"
CSV = "text/csv"
JSON_LD = "application/ld+json"
ZIP = "application/zip"
SCRIPT = "text/javascript"
WIDGET = "/forum-programme.js"
"""The address of the web component; it stands in other sites' pages, so it never changes."""
FOR_ALL = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag",
    "cross-origin-resource-policy": "cross-origin",
}
"""What the published programme answers to programs in other sites' pages: read it."""


class NotPublished(NotFound):
    """The programme is not published yet."""

    code = "programme_not_published"


class SessionNotFound(NotFound):
    """There is no session at this address."""

    code = "session_not_found"


@get("/{edition_slug:str}/programme", include_in_schema=False)
async def programme_page(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show the programme by time: a day (today's, else the first), or a search over all days."""
    shelved = await shelves.current(database, edition)
    if shelved is None:
        return page("schedule/programme.html", edition, programme=None)
    asked = request.query_params
    q = asked.get("q", "")[:LONGEST_QUERY].strip()
    track = asked.get("track", "")[:LONGEST_QUERY]
    day = asked.get("day", "")[:10]
    if not (day or track or q):
        day = now.astimezone(edition.zone).date().isoformat()

    def build() -> bytes:
        return _programme_html(shelved.programme, edition, page, day=day, track=track, q=q)

    return _page(request, page, shelved, edition, (day, track, q), build)


@get("/{edition_slug:str}/sessions/{slug:str}", include_in_schema=False)
async def session_page(
    request: AnyRequest,
    slug: FromPath[str],
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Show one session; with `.ics` behind its name, send it to a calendar."""
    shelved = await _shelved(shelves, database, edition)
    if slug.endswith(".ics"):
        return await _session_calendar(request, shelved, slug.removesuffix(".ics"))
    if slug not in shelved.sessions:
        raise SessionNotFound

    def build() -> bytes:
        return _session_html(shelved, edition, page, slug)

    return _page(request, page, shelved, edition, slug, build)


@get(
    "/api/editions/{edition_slug:str}/programme",
    tags=["programme"],
    summary="Tell the programme",
)
async def tell(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Tell the published version: days, rooms, tracks, sessions, speakers with roles, guides.

    With `?brief` it is without texts and biographies: what a list of sessions shows.
    """
    shelved = await _shelved(shelves, database, edition)
    if "brief" in request.query_params:
        return await _document(request, shelved, "brief", "", JSON, _brief)
    return await _document(request, shelved, "api", "", JSON, msgspec.json.encode)


@get(
    [f"/{{edition_slug:str}}/programme.{ending}" for ending in ENDINGS],
    include_in_schema=False,
)
async def export(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Send the programme as calendar, schedule.xml, schedule.json, JSON-LD, table or booklet."""
    shelved = await _shelved(shelves, database, edition)
    ending = request.url.path.rpartition(".")[2]
    language = _language(request, edition)
    name = f"{edition.slug}.{ending}"
    if ending == "pdf":
        body, etag = await shelved.document(
            ending, language, partial(_booklet, shelved.programme, language)
        )
        return _open(document(request, body, PDF, etag=etag, file_name=name, shared=True))
    builders: dict[str, tuple[Callable[[Programme], bytes], str]] = {
        "ics": (partial(ics.calendar, language=language), CALENDAR),
        "xml": (partial(schedule_xml.schedule_xml, language=language), XML),
        "json": (schedule_json.schedule_v2, JSON),
        "jsonld": (partial(jsonld.programme_jsonld, language=language), JSON_LD),
        "csv": (partial(tables.sessions_csv, language=language), CSV),
    }
    build, media_type = builders[ending]
    return await _document(request, shelved, ending, language, media_type, build)


@get("/{edition_slug:str}/opendata.zip", include_in_schema=False)
async def open_data_pack(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Send the programme as a pack of open data, under Licence Ouverte 2.0."""
    shelved = await _shelved(shelves, database, edition)
    name = f"{edition.slug}-opendata.zip"
    return await _document(request, shelved, "opendata", "", ZIP, open_data.pack, file_name=name)


@get(WIDGET, include_in_schema=False)
async def widget(request: AnyRequest) -> AnyResponse:
    """Send the web component with which other sites show a programme."""
    found = static_content("schedule/forum-programme.js")
    if found is None:
        raise NotFound
    content, etag = found
    return _open(document(request, content, SCRIPT, etag=etag, shared=True))


@get("/{edition_slug:str}/embed", include_in_schema=False)
async def embed_page(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Show how another site shows this programme: the code to paste, and an example."""
    shelved = await _shelved(shelves, database, edition)
    programme = shelved.programme

    def build() -> bytes:
        return page.html("schedule/embed.html", edition, programme=programme, widget=WIDGET)

    return _page(request, page, shelved, edition, "embed", build)


def _open(answer: AnyResponse) -> AnyResponse:
    answer.headers.update(FOR_ALL)
    return answer


async def _shelved(shelves: Shelves, database: Database, edition: Edition) -> Shelved:
    shelved = await shelves.current(database, edition)
    if shelved is None:
        raise NotPublished
    return shelved


async def _document(
    request: AnyRequest,
    shelved: Shelved,
    kind: str,
    language: str,
    media_type: str,
    build: Callable[[Programme], bytes],
    *,
    file_name: str | None = None,
) -> AnyResponse:
    async def in_a_thread() -> bytes:
        return await asyncio.to_thread(build, shelved.programme)

    body, etag = await shelved.document(kind, language, in_a_thread)
    return _open(document(request, body, media_type, etag=etag, file_name=file_name, shared=True))


def _brief(programme: Programme) -> bytes:
    sessions = [replace(one, abstract={}, description={}, links=[]) for one in programme.sessions]
    people = [replace(one, biography={}, links=[], photo=None) for one in programme.speakers]
    return msgspec.json.encode(replace(programme, sessions=sessions, speakers=people))


async def _booklet(programme: Programme, language: str) -> bytes:
    """Draw the booklet in a process of its own: it takes a moment of one processor."""
    return await anyio.to_process.run_sync(draw_booklet, programme, language)


def draw_booklet(programme: Programme, language: str) -> bytes:
    """Draw the booklet; reportlab is slow to import, so it is imported here."""
    from schedule.pdf import booklet  # noqa: PLC0415

    return booklet(programme, language=language)


async def _session_calendar(request: AnyRequest, shelved: Shelved, slug: str) -> AnyResponse:
    session = shelved.sessions.get(slug)
    if session is None:
        raise SessionNotFound
    language = _language(request, None, default=shelved.programme.language)
    body, etag = shelved.page(
        ("ics", slug, language),
        lambda: ics.session_calendar(shelved.programme, session, language=language),
    )
    name = f"{slug}.ics"
    return _open(document(request, body, CALENDAR, etag=etag, file_name=name, shared=True))


def _language(request: AnyRequest, edition: Edition | None, *, default: str = "fr") -> str:
    """Return the language of an export: `?lang=`, else the edition's main one."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    return edition.language if edition else default


def _page(
    request: AnyRequest,
    page: Page,
    shelved: Shelved,
    edition: Edition,
    key: object,
    build: Callable[[], bytes],
) -> AnyResponse:
    whole_key = (page.language, request.url.path, key, msgspec.json.encode(edition))
    body, etag = shelved.page(whole_key, build)
    return page.stay(document(request, body, HTML, etag=etag, vary=VARY, shared=True))


def _programme_html(
    programme: Programme, edition: Edition, page: Page, *, day: str, track: str, q: str
) -> bytes:
    viewer = Viewer(programme, page.words)
    days = viewer.days()
    chosen = next((one for one in days if one.isoformat() == day), None)
    if chosen is None and not (track or q):
        chosen = days[0]
    return page.html(
        "schedule/programme.html",
        edition,
        programme=programme,
        jsonld=jsonld.embedded(jsonld.edition_jsonld(programme, language=page.language)),
        days=[
            {
                "date": one,
                "path": f"/{edition.slug}/programme?day={one.isoformat()}",
                "current": one == chosen,
            }
            for one in days
        ],
        slots=viewer.slots(day=chosen, track=track, q=q),
        tracks=viewer.all_tracks(),
        day=chosen.isoformat() if chosen else "",
        track=track,
        q=q,
    )


def _session_html(shelved: Shelved, edition: Edition, page: Page, slug: str) -> bytes:
    viewer = Viewer(shelved.programme, page.words)
    shown = [s for s in in_order(shelved.programme.sessions, shelved.programme.rooms) if s.people]
    session = shelved.sessions[slug]
    place = next((n for n, one in enumerate(shown) if one.id == session.id), None)
    before = shown[place - 1] if place else None
    after = shown[place + 1] if place is not None and place + 1 < len(shown) else None
    return page.html(
        "schedule/session.html",
        edition,
        session=viewer.whole_session(session),
        jsonld=jsonld.embedded(
            jsonld.session_jsonld(shelved.programme, session, language=page.language)
        )
        if session.starts_at
        else "",
        previous=viewer.session(before) if before else None,
        following=viewer.session(after) if after else None,
    )


router = Router(
    "/",
    route_handlers=[programme_page, session_page, tell, export, open_data_pack, widget, embed_page],
)
