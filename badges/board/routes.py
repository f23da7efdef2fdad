"""The live board of the doors over HTTP: its page, the screen for the wall, numbers, a stream."""

from collections.abc import Mapping

from litestar import Router, get
from litestar.openapi import ResponseSpec
from litestar.response import Response, Stream

from badges.board import charts as board_charts
from badges.board import views as board_views
from badges.board.numbers import Counters
from badges.board.watching import Told, TooManyWatch, Watch
from forum.core.context import Edition
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given

EVENTS = "text/event-stream"
STREAM_HEADERS: Mapping[str, str] = {
    "cache-control": f"{PRIVATE}, no-transform",
    "x-accel-buffering": "no",  # nginx would wait for more
}


@get(
    "/api/editions/{edition_slug:str}/counters",
    tags=["doors"],
    summary="The numbers of the doors",
)
async def counters(watched: Given[Edition], watch: Given[Watch]) -> Counters:
    """Return how many are in, expected, and how gates, rooms and devices do.

    For members of the team who watch doors, and for devices of the edition. All numbers are of one
    instant, a second ago at most.
    """
    return await watch.counters(watched)


@get(
    "/api/editions/{edition_slug:str}/counters/stream",
    tags=["doors"],
    summary="The numbers of the doors as they change",
    media_type=EVENTS,
    responses={
        200: ResponseSpec(
            data_container=None,
            description="Server-sent events (HTML, 9.2): each `counters` holds what the address"
            " above answers. The first comes at once, the others as numbers change, at most once a"
            " second; a comment comes where nothing does for 15 s. The stream ends after ten"
            " minutes: connect again.",
            media_type=EVENTS,
            generate_examples=False,
        ),
        503: ResponseSpec(
            data_container=None,
            description="Too many listen: ask for the numbers instead, and try again after"
            " `Retry-After`.",
            generate_examples=False,
        ),
    },
)
async def stream(request: AnyRequest, watched: Given[Edition], watch: Given[Watch]) -> AnyResponse:
    """Send the numbers at once, and again whenever they change.

    Whoever connects again is sent all numbers as they are by then: nothing is missed.
    """
    scope: Mapping[str, object] = request.scope
    ending = scope.get("ending")
    if watch.full or (ending is not None and ending.is_set()):  # type: ignore[attr-defined]
        raise TooManyWatch
    await watch.counters(watched)  # what is wrong is told before the answer begins
    if scope.get("head"):
        return Response(b"", media_type=EVENTS, headers=dict(STREAM_HEADERS))
    events = watch.stream(watched, ending)  # type: ignore[arg-type]
    return Stream(events, media_type=EVENTS, headers=dict(STREAM_HEADERS))


@get(
    "/organiser/{edition_slug:str}/doors",
    include_in_schema=False,
    opt={"deed": Deed.WATCH_DOORS, "kept_edition": True},
)
async def board_page(staff: Given[Staff], watch: Given[Watch], page: Given[Page]) -> AnyResponse:
    """Show the board; with JavaScript it moves by itself."""
    return await _page("badges/board.html", staff, watch, page)


@get(
    "/organiser/{edition_slug:str}/doors/wall",
    include_in_schema=False,
    opt={"deed": Deed.WATCH_DOORS, "kept_edition": True},
)
async def wall(staff: Given[Staff], watch: Given[Watch], page: Given[Page]) -> AnyResponse:
    """Show the numbers on a screen that everybody sees: nothing of it is about one person."""
    return await _page("badges/board_wall.html", staff, watch, page)


async def _page(name: str, staff: Staff, watch: Watch, page: Page) -> AnyResponse:
    found = await watch.counters(staff.edition)
    return page(
        name,
        staff.edition,
        staff=staff,
        counters=found,
        told=Told.of(found).id,
        board=board_views.board(found, staff.edition, page.words),
        charts=board_charts,
    )


router = Router("/", route_handlers=[counters, stream, board_page, wall])
