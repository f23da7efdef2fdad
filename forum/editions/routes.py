"""Editions over HTTP: the list, and what pages and the API tell of an edition."""

from datetime import datetime

from litestar import Router, get
from litestar.response import Redirect

from forum.core.context import Edition, EditionState
from forum.core.db import Db
from forum.core.pages import Page
from forum.core.web import AnyResponse, Given
from forum.editions import queries, rules
from forum.editions.models import PublicCategory, PublicEdition


@get("/", include_in_schema=False)
async def front(db: Given[Db], page: Given[Page]) -> AnyResponse | Redirect:
    """Go to the open edition, or list the editions when there are several or none."""
    editions = await queries.list_editions(db)
    shown = [e for e in editions if e.state is not EditionState.DRAFT]
    running = [e for e in shown if e.state is EditionState.OPEN]
    if len(running) == 1:
        return Redirect(f"/{running[0].slug}/", status_code=302)
    return page("editions/editions.html", editions=shown)


async def public_categories(
    db: Db, edition: Edition, now: datetime
) -> tuple[bool, list[PublicCategory]]:
    """Return whether registration is open, and the categories with their free places."""
    window = await queries.read_window(db, edition.id)
    is_open = rules.is_open(window, now)
    return is_open, [
        PublicCategory(
            code=category.code,
            name=category.name,
            open=is_open and rules.takes(category, now),
            places_left=rules.places_left(window, category),
            approval=category.approval,
            invitation_only=category.invitation_only,
        )
        for category in await queries.list_categories(db, edition.id)
    ]


async def public_edition(db: Db, edition: Edition, now: datetime) -> PublicEdition:
    """Return an edition as the API tells it: dates, place, categories and their free places."""
    is_open, categories = await public_categories(db, edition, now)
    return PublicEdition(
        slug=edition.slug,
        title=edition.title,
        subtitle=edition.subtitle,
        venue=edition.venue,
        timezone=edition.timezone,
        languages=edition.languages,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        state=edition.state,
        registration_open=is_open,
        fictitious=edition.fictitious,
        categories=categories,
    )


router = Router("/", route_handlers=[front])
