"""The organisers' page: the overview of an edition."""

from datetime import datetime
from zoneinfo import ZoneInfo

from litestar import Router, get
from litestar.response import Redirect

from badges.doors import gates
from forum.core.context import EditionState, Organiser
from forum.core.db import Db
from forum.core.errors import Forbidden
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import pick
from forum.core.web import AnyResponse, Given
from forum.editions import queries as editions
from forum.editions import service as edition_service
from forum.pages import charts, dashboard
from forum.questions import service as questions
from forum.registrations import queries as registrations
from forum.registrations import sending
from forum.registrations.models import OVER
from forum.registrations.rules import BADGE_TO_CHECK
from forum.territories import service as territories


@get("/organiser/", include_in_schema=False)
async def front(organiser: Given[Organiser], db: Given[Db]) -> Redirect:
    """Go to the latest edition in which the person has a role."""
    if not organiser.roles:
        raise Forbidden
    edition = await edition_service.by_id(db, max(organiser.roles))
    return Redirect(f"/organiser/{edition.slug}", status_code=302)


@get("/organiser/{slug:str}", include_in_schema=False, opt={"deed": Deed.SEE_EDITION})
async def overview(
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show where an edition stands: places, registrations by day, territories, doors, documents."""
    edition, words = staff.edition, page.words
    categories = await editions.list_categories(db, edition.id)
    statuses = await registrations.count_by_status(db, edition.id)
    last = await editions.find_edition_before(db, edition.starts_on)
    compared = [edition.id, *([last.id] if last else [])]
    days = await registrations.count_by_day(db, compared, edition.timezone)
    codes = await registrations.count_by_organisation(db, edition.id)
    found = {row.code: territories.find(row.code) for row in codes}
    standing = sum(row.count for row in statuses if row.status not in OVER)
    doors = await gates.all_of(db, edition.id)
    may_print = staff.may(Deed.PRINT_BADGES)
    today = now.astimezone(ZoneInfo(edition.timezone)).date()
    return page(
        "organiser/overview.html",
        edition,
        staff=staff,
        charts=charts,
        places=dashboard.places(categories, statuses, words),
        owing=await sending.count_owing(db, edition),
        to_check=await registrations.count_to_check(db, edition.id, BADGE_TO_CHECK),
        last=last,
        curve=dashboard.curve(edition, last, days, today, words),
        represented=dashboard.represented(
            codes,
            {code: one for code, one in found.items() if one is not None},
            territories.atlas(),
            standing,
            words,
        ),
        answers=dashboard.answered(
            await questions.list_questions(db, edition.id),
            await questions.count_answers(db, edition.id, private=staff.may(Deed.SEE_NEEDS)),
            words,
        ),
        gates=[
            {"name": pick(gate.name, page.language), "checked_in": gate.checked_in}
            for gate in doors
        ],
        badges_path=f"/organiser/{edition.slug}/badges" if may_print else None,
        attestations_path=(
            f"/organiser/{edition.slug}/attestations.pdf"
            if staff.may(Deed.EDIT_BADGES) and any(gate.checked_in for gate in doors)
            else None
        ),
        programme_path=(
            None if edition.state is EditionState.DRAFT else f"/{edition.slug}/programme.pdf"
        ),
        register_url=f"{settings.base_url}/{edition.slug}/register",
        outbox_path="/outbox" if settings.demo else None,
    )


@get("/organiser/{slug:str}/badges.pdf", include_in_schema=False, opt={"deed": Deed.PRINT_BADGES})
async def badges_pdf(staff: Given[Staff]) -> Redirect:
    """Lead to where badges are printed; this address had the badges of everybody before."""
    return Redirect(f"/organiser/{staff.edition.slug}/badges", status_code=302)


router = Router("/", route_handlers=[front, overview, badges_pdf])
