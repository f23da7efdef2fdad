"""An edition's home page: dates, places, a taste of the programme, guides."""

from datetime import datetime

from litestar import Router, get

from forum.core.context import Edition
from forum.core.db import Database, Db
from forum.core.pages import Page
from forum.core.web import AnyResponse, Given
from forum.editions.routes import public_categories
from forum.guides.routes import shown
from schedule.asking import Arrangement, Asked, address
from schedule.present import present
from schedule.published import Shelves
from schedule.views import MOST_IN_BRIEF, Viewer, highlights

MOST_HIGHLIGHTS = 6


@get("/{edition_slug:str}/", include_in_schema=False)
async def home(
    edition: Given[Edition],
    db: Given[Db],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show an edition, and one clear way to register."""
    is_open, categories = await public_categories(db, edition, now)
    published = await shelves.current(database, edition)
    programme = published.programme if published else None
    at_present = present(programme, now) if programme else None
    return page(
        "editions/home.html",
        edition,
        registration_open=is_open,
        categories=categories,
        programme_published=programme is not None,
        highlights=highlights(programme, page.words, MOST_HIGHLIGHTS) if programme else [],
        present=Viewer(programme, page.words).present(at_present, MOST_IN_BRIEF)
        if programme and at_present and at_present.during
        else None,
        now_path=address(edition, Asked(view=Arrangement.NOW)),
        guides=await shown(db, edition, page),
    )


router = Router("/", route_handlers=[home])
