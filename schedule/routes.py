"""The published programme over HTTP: pages, and the formats that other programs read.

All are pure functions of one version, built once, served from memory with a strong entity tag;
none asks the database, but for one look a second at whether there is a newer version.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

import anyio.to_process
import msgspec
from litestar import Router, get
from litestar.params import FromPath
from msgspec import Struct
from msgspec.structs import replace

from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Database
from forum.core.errors import NotFound
from forum.core.i18n import LANGUAGES
from forum.core.pages import Page, static_content
from forum.core.web import AnyRequest, AnyResponse, Given, document
from schedule import asking, plan_storing
from schedule.asking import ALL, Arrangement, Asked
from schedule.exports import ics, jsonld, open_data, schedule_json, schedule_xml, tables
from schedule.models import Programme
from schedule.present import Present, present
from schedule.published import Shelved, Shelves
from schedule.rules import in_order
from schedule.seating import Seating
from schedule.serving import SessionNotFound, kept_page, shelved_of
from schedule.views import MOST_IN_BRIEF, View, Viewer

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


class Seats(Struct, frozen=True, kw_only=True):
    """The seats of one session: how many there are, are left to a newcomer, and who waits."""

    session: UUID
    slug: str
    capacity: int
    left: int
    waiting: int


@get("/{edition_slug:str}/programme", include_in_schema=False)
async def programme_page(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show the programme by time, room or track, of a day (today's, else the first) or of all.

    Also what is on now, and the sessions that somebody chose. On the days of the forum the page
    says what is on: it is another one, under another tag, whenever a session begins or ends.
    """
    shelved = await shelves.current(database, edition)
    if shelved is None:
        return page("schedule/programme.html", edition, programme=None)
    asked = asking.read(request.query_params)
    at_present = present(shelved.programme, now)
    if not (asked.day or asked.filters):
        asked = replace(asked, day=at_present.today.isoformat())
    brief = at_present.during and not asked.filters and asked.view is not Arrangement.MINE
    shows_present = brief or asked.view is Arrangement.NOW

    seats = await shelves.seats(database, edition, shelved)
    full = tuple(sorted(str(id_) for id_, one in seats.items() if not one.left))

    def build() -> bytes:
        return _programme_html(shelved.programme, edition, page, seats, asked, at_present)

    key = (asked, full, at_present.mark if shows_present else None)
    return await kept_page(request, page, shelved, edition, key, build)


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
    shelved = await shelved_of(shelves, database, edition)
    if slug.endswith(".ics"):
        return await _session_calendar(request, shelved, slug.removesuffix(".ics"))
    if slug not in shelved.sessions:
        raise SessionNotFound
    seating = (await shelves.seats(database, edition, shelved)).get(shelved.sessions[slug].id)

    def build() -> bytes:
        return _session_html(shelved, edition, page, slug, seating)

    return await kept_page(request, page, shelved, edition, (slug, seating and seating.left), build)


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
    shelved = await shelved_of(shelves, database, edition)
    if "brief" in request.query_params:
        return await _document(request, shelved, "brief", "", JSON, _brief)
    return await _document(request, shelved, "api", "", JSON, msgspec.json.encode)


@get(
    "/api/editions/{edition_slug:str}/seats",
    tags=["programme"],
    summary="Tell the seats of sessions",
)
async def tell_seats(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Tell which sessions take sign-ups, and how many seats are left, as of a second ago."""
    shelved = await shelved_of(shelves, database, edition)
    seats = await shelves.seats(database, edition, shelved)
    told = [
        Seats(
            session=one.session_id,
            slug=one.slug,
            capacity=one.capacity,
            left=one.left,
            waiting=one.waiting,
        )
        for one in seats.values()
    ]
    return document(request, msgspec.json.encode(told), JSON, shared=True)


@get(
    [f"/{{edition_slug:str}}/programme.{ending}" for ending in ENDINGS],
    include_in_schema=False,
)
async def export(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    blobs: Given[Blobs],
) -> AnyResponse:
    """Send the programme as calendar, schedule.xml, schedule.json, JSON-LD, table or booklet.

    schedule.json is of version 2, and with `?v=1` of version 1, in one language.
    """
    shelved = await shelved_of(shelves, database, edition)
    ending = request.url.path.rpartition(".")[2]
    language = _language(request, edition)
    name = f"{edition.slug}.{ending}"
    if ending == "ics" and "sessions" in request.query_params:
        return await _chosen_calendar(request, shelved, language, name)
    if ending == "pdf":
        body, etag = await shelved.document(
            ending, language, partial(_booklet, shelved.programme, language, blobs)
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
    if ending == "json" and request.query_params.get("v") == "1":
        ending, build = "json-v1", partial(schedule_json.schedule_v1, language=language)
    return await _document(request, shelved, ending, language, media_type, build)


@get("/{edition_slug:str}/opendata.zip", include_in_schema=False)
async def open_data_pack(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Send the programme as a pack of open data, under Licence Ouverte 2.0."""
    shelved = await shelved_of(shelves, database, edition)
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
    shelved = await shelved_of(shelves, database, edition)
    programme = shelved.programme

    def build() -> bytes:
        return page.html("schedule/embed.html", edition, programme=programme, widget=WIDGET)

    return await kept_page(request, page, shelved, edition, "embed", build)


def _open(answer: AnyResponse) -> AnyResponse:
    answer.headers.update(FOR_ALL)
    return answer


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


async def _booklet(programme: Programme, language: str, blobs: Blobs) -> bytes:
    """Draw the booklet in a process of its own: it takes a moment of one processor."""
    pictures = await plan_storing.pictures_of(blobs, programme.plans)
    return await anyio.to_process.run_sync(draw_booklet, programme, language, pictures)


def draw_booklet(programme: Programme, language: str, pictures: Mapping[str, bytes]) -> bytes:
    """Draw the booklet; reportlab is slow to import, so it is imported here."""
    from schedule.papers.booklet import booklet  # noqa: PLC0415

    return booklet(programme, language=language, pictures=pictures)


async def _chosen_calendar(
    request: AnyRequest, shelved: Shelved, language: str, name: str
) -> AnyResponse:
    """Send the sessions that the address chooses; those that are gone are left out."""
    slugs = {*asking.chosen(request.query_params["sessions"])}
    sessions = [one for one in shelved.programme.sessions if one.slug in slugs]
    if not sessions:
        raise SessionNotFound
    body, etag = await shelved.slow_page(
        ("ics", tuple(one.slug for one in sessions), language),
        lambda: ics.sessions_calendar(shelved.programme, sessions, language=language),
    )
    return document(request, body, CALENDAR, etag=etag, file_name=name, shared=True)


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


def _programme_html(
    programme: Programme,
    edition: Edition,
    page: Page,
    seats: Mapping[UUID, Seating],
    asked: Asked,
    at_present: Present,
) -> bytes:
    viewer = Viewer(programme, page.words, seats)
    days = viewer.days()
    mine = asked.view is Arrangement.MINE
    chosen = next((one for one in days if one.isoformat() == asked.day), None)
    if chosen is None and not (asked.filters or asked.day == ALL or mine):
        chosen = days[0]
    if mine:
        chosen = None
    found = [] if asked.view is Arrangement.NOW else viewer.found(asked, chosen)
    day = chosen.isoformat() if chosen else ""
    grids: list[View] = []
    slots: list[View] = []
    if asked.view is Arrangement.ROOMS:
        grids = viewer.grids(found)
    elif asked.view is Arrangement.TRACKS:
        slots = viewer.themes(found)
    else:
        slots = viewer.slots(found)
    today = asked.day == at_present.today.isoformat()
    query = asking.address(edition, asked, day="" if today else asked.day).partition("?")[2]
    shown = [session for slot in slots for session in slot["sessions"]]
    return page.html(
        "schedule/programme.html",
        edition,
        programme=programme,
        jsonld=jsonld.embedded(jsonld.edition_jsonld(programme, language=page.language)),
        asked=asked,
        query=query,
        views=_views(edition, page, programme, asked, day),
        days=_days(edition, asked, days, chosen),
        all_days={
            "path": asking.address(edition, asked, day=ALL),
            "current": chosen is None,
        },
        slots=slots,
        grids=grids,
        found=len(found) if grids else len(shown),
        chosen_day=chosen is not None,
        choices=viewer.choices(asked),
        present=viewer.present(
            at_present, None if asked.view is Arrangement.NOW else MOST_IN_BRIEF
        ),
        now_path=asking.address(edition, Asked(view=Arrangement.NOW)),
        missing=len(asked.sessions) - len({one.slug for one in found}) if mine else 0,
        calendar_path=asking.calendar_address(edition, tuple(one.slug for one in found))
        if mine and found
        else "",
    )


def _views(
    edition: Edition, page: Page, programme: Programme, asked: Asked, day: str
) -> list[View]:
    """Return the ways to arrange the page, with their addresses: filters and day stay."""
    words = page.words
    names = {
        Arrangement.TIME: words.gettext("By time"),
        Arrangement.ROOMS: words.gettext("By room"),
        Arrangement.TRACKS: words.gettext("By track"),
    }
    if not programme.rooms:
        del names[Arrangement.ROOMS]
    if not programme.tracks:
        del names[Arrangement.TRACKS]
    day = ALL if asked.day == ALL else day
    return [
        {
            "name": name,
            "path": asking.address(edition, asked, view=view, day=day, sessions=()),
            "current": view is asked.view,
        }
        for view, name in names.items()
    ]


def _days(edition: Edition, asked: Asked, days: Sequence[date], chosen: date | None) -> list[View]:
    return [
        {
            "date": one,
            "path": asking.address(edition, asked, day=one.isoformat()),
            "current": one == chosen,
        }
        for one in days
    ]


def _session_html(
    shelved: Shelved, edition: Edition, page: Page, slug: str, seating: Seating | None
) -> bytes:
    seats = {} if seating is None else {seating.session_id: seating}
    viewer = Viewer(shelved.programme, page.words, seats)
    shown = [s for s in in_order(shelved.programme.sessions, shelved.programme.rooms) if s.people]
    session = shelved.sessions[slug]
    place = next((n for n, one in enumerate(shown) if one.id == session.id), None)
    before = shown[place - 1] if place else None
    after = shown[place + 1] if place is not None and place + 1 < len(shown) else None
    return page.html(
        "schedule/session.html",
        edition,
        programme=shelved.programme,
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
    route_handlers=[
        programme_page,
        session_page,
        tell,
        tell_seats,
        export,
        open_data_pack,
        widget,
        embed_page,
    ],
)
