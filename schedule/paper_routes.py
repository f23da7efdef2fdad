"""The programme on paper for its editors: chosen, seen page by page, taken as a PDF."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Router, get
from litestar.params import FromPath

from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_, Words
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import AnyRequest, AnyResponse, Given, document
from schedule import publishing, queries
from schedule.days import days
from schedule.models import Programme
from schedule.papers import asked as asking
from schedule.papers.asked import Asked
from schedule.papers.drawing import LONGEST_PX, Drawn
from schedule.papers.kept import Papers
from schedule.papers.orders import Form, NothingToPrint, Paper

MAY = {"deed": Deed.EDIT_PROGRAMME}
PATH = "/organiser/{slug:str}/programme/paper"
PER_MINUTE = 240
SHOWN_PAGES = 2
SHOWN_VERSIONS = 20
HELD = "private, max-age=0, must-revalidate"
FORMS = (
    (Form.BOOKLET, N_("Booklet"), N_("All of the programme: grids, sessions, people, rooms. A4.")),
    (Form.GRID, N_("Grids"), N_("A day on one page: rooms and time.")),
    (Form.DOORS, N_("Door sheets"), N_("A room, a day, in type that reads from three metres.")),
    (Form.TENTS, N_("Table tents"), N_("A name on two faces, by session, in order of seats. A4.")),
    (Form.SIGNS, N_("Session signs"), N_("Seats left, full: for sessions with sign-up.")),
)


@get(PATH, include_in_schema=False, opt=MAY, middleware=[limited("paper", per_minute=PER_MINUTE)])
async def paper_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    papers: Given[Papers],
    now: Given[datetime],
) -> AnyResponse:
    """Show what can be printed; of what is chosen, its pages as pictures."""
    sent = _sent(request)
    versions = [one.number for one in await queries.list_versions(db, staff.edition.id)]
    errors: Mapping[str, str] = {}
    refusal = ""
    made: Drawn | None = None
    chosen = asking.read({} if versions else {"version": ["draft"]}, staff.edition.languages)
    try:
        if sent:
            chosen = asking.read(sent, staff.edition.languages)
    except Invalid as problem:
        errors = problem.fields
    programme = await _issue(db, staff, settings, chosen, now)
    if sent and not errors:
        try:
            made = await papers.document(programme, chosen.order)
        except Invalid as problem:
            errors = problem.fields
        except NothingToPrint as problem:
            refusal = page.words.say(problem.message)
    return page(
        "schedule/paper.html",
        staff.edition,
        status=422 if errors else 200,
        staff=staff,
        errors={name: page.words.say(message) for name, message in errors.items()},
        refusal=refusal,
        versions=versions[:SHOWN_VERSIONS],
        **_choices(programme, chosen, sent, page.words),
        made=None if made is None else _shown(made, chosen, request),
    )


def _sent(request: AnyRequest) -> dict[str, list[str]]:
    """Return the parameters of the address that say what is wanted; none on the first visit."""
    names = ("form", "language", "paper", "version", "day", "room")
    found = {name: request.query_params.getall(name, []) for name in names}
    return {name: values for name, values in found.items() if values}


async def _issue(
    db: Db, staff: Staff, settings: Settings, chosen: Asked, now: datetime
) -> Programme:
    return await publishing.issue(
        db,
        staff.edition,
        chosen.number,
        draft=chosen.order.draft,
        base_url=settings.base_url,
        at=now,
    )


def _choices(
    programme: Programme, chosen: Asked, sent: Mapping[str, Sequence[str]], words: Words
) -> dict[str, Any]:
    """Return what the form offers, and what of it is chosen."""
    order = chosen.order
    return {
        "forms": [
            (form, words.gettext(name), words.gettext(about), form is order.form)
            for form, name, about in FORMS
        ],
        "in_language": asking.BOTH if len(order.languages) > 1 else order.languages[0],
        "papers": [(one, one.upper(), one is order.paper and "paper" in sent) for one in Paper],
        "version": asking.DRAFT if order.draft else chosen.number,
        "days": [
            (day.date.isoformat(), words.day(day.date), day.date in order.days)
            for day in days(programme)
        ],
        "rooms": [(one.slug, one.name, one.slug in order.rooms) for one in programme.rooms],
    }


def _shown(made: Drawn, chosen: Asked, request: AnyRequest) -> dict[str, Any]:
    """Return what the page tells of a document: pages, weight, the pictures from a page on."""
    typed = request.query_params.get("page", "")
    first = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1  # noqa: PLR2004
    first = min(max(1, first), made.pages)
    first -= (first - 1) % SHOWN_PAGES
    last = min(first + SHOWN_PAGES - 1, made.pages)
    lying = made.shape > 1
    return {
        "pages": made.pages,
        "kilobytes": -(-len(made.pdf) // 1000),
        "query": asking.address(chosen),
        "first": first,
        "last": last,
        "before": first - SHOWN_PAGES if first > 1 else None,
        "after": last + 1 if last < made.pages else None,
        "wide": LONGEST_PX if lying else round(LONGEST_PX * made.shape),
        "high": round(LONGEST_PX / made.shape) if lying else LONGEST_PX,
    }


@get(
    f"{PATH}.pdf",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("paper", per_minute=PER_MINUTE)],
)
async def paper_pdf(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    settings: Given[Settings],
    papers: Given[Papers],
    now: Given[datetime],
) -> AnyResponse:
    """Send what is chosen as a PDF."""
    chosen = asking.read(_sent(request), staff.edition.languages)
    programme = await _issue(db, staff, settings, chosen, now)
    made = await papers.document(programme, chosen.order)
    order = chosen.order
    issue = asking.DRAFT if order.draft else f"v{programme.version}"
    name = "-".join([staff.edition.slug, order.form, issue, *order.languages]) + ".pdf"
    return document(request, made.pdf, "application/pdf", file_name=name, cache_control=HELD)


@get(
    f"{PATH}/pages/{{number:int}}",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("paper", per_minute=PER_MINUTE)],
)
async def page_picture(
    request: AnyRequest,
    number: FromPath[int],
    staff: Given[Staff],
    db: Given[Db],
    settings: Given[Settings],
    papers: Given[Papers],
    now: Given[datetime],
) -> AnyResponse:
    """Send a page of what is chosen as a picture."""
    chosen = asking.read(_sent(request), staff.edition.languages)
    programme = await _issue(db, staff, settings, chosen, now)
    body = await papers.picture(programme, chosen.order, number)
    return document(request, body, "image/png", cache_control=HELD)


router = Router("/", route_handlers=[paper_page, paper_pdf, page_picture])
