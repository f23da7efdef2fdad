"""Rooms and plans of the venue over HTTP, as the published programme has them."""

from litestar import Router, get
from litestar.params import FromPath

from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Database, Db
from forum.core.pages import Page
from forum.core.web import IMMUTABLE, AnyRequest, AnyResponse, Given, document
from schedule import plan_pictures, plan_storing, queries
from schedule.published import Shelves
from schedule.serving import kept_page, shelved_of
from schedule.views import Viewer


@get("/{edition_slug:str}/rooms", include_in_schema=False)
async def rooms_page(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Show the plans of the venue with the rooms on them, and every room, floor by floor."""
    shelved = await shelved_of(shelves, database, edition)

    def build() -> bytes:
        viewer = Viewer(shelved.programme, page.words)
        return page.html(
            "schedule/rooms.html",
            edition,
            programme=shelved.programme,
            plans=viewer.plans(),
            floors=viewer.floors(),
        )

    return await kept_page(request, page, shelved, edition, "rooms", build)


@get("/{edition_slug:str}/plans/{picture:str}", include_in_schema=False)
async def plan_picture(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    blobs: Given[Blobs],
    picture: FromPath[str],
) -> AnyResponse:
    """Send the picture of a plan that a version shows; its name says what is in it, for ever."""
    if not await queries.is_public_plan(db, edition.id, picture):
        raise plan_storing.PlanPictureNotFound
    content = await plan_storing.read(blobs, picture)
    media_type = plan_pictures.media_type(content)
    etag = f'"{picture[:32]}"'
    return document(request, content, media_type, etag=etag, cache_control=IMMUTABLE)


router = Router("/", route_handlers=[rooms_page, plan_picture])
