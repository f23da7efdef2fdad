"""Labels asked for with one press, at the desk or on the page of a person."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from litestar import Router, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from badges.printers import service as printers
from badges.printers.models import NoBadge, NoLabelPrinter, PrinterNotFound
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.web import AnyRequest, Given, form_fields
from forum.registrations import desk_printers, listing
from forum.registrations.organiser_routes import PER_MINUTE, last

MAY = {"deed": Deed.PRINT_BADGES}
WAITS = [limited("organiser", per_minute=PER_MINUTE)]
NO_LAYOUT = "no_layout"
"""What the page is told where no layout stands on the labels of the printer."""


@post("/organiser/{slug:str}/desk/printer", include_in_schema=False, opt=MAY, middleware=WAITS)
async def choose_printer(request: AnyRequest, staff: Given[Staff], db: Given[Db]) -> Redirect:
    """Make the browser remember which printer stands at its desk."""
    sent = await form_fields(request)
    chosen = last(sent, "printer")
    printer = None
    back = {"q": last(sent, "q")}
    if chosen:
        try:
            printer = (await printers.find(db, staff.edition.id, desk_printers.id_of(chosen))).id
        except PrinterNotFound as problem:
            return _desk(staff, {**back, "wrong": problem.code})
    cookie = desk_printers.remembered(request, staff, printer)
    return _desk(staff, back, cookies=[cookie])


@post("/organiser/{slug:str}/desk/labels", include_in_schema=False, opt=MAY, middleware=WAITS)
async def print_label(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Put somebody's label into the queue of a printer, which the browser remembers."""
    sent = await form_fields(request)
    reference = last(sent, "reference").upper()
    person = last(sent, "back") == "person" and listing.references(reference) == [reference]
    back = {"q": last(sent, "q")}
    try:
        printer = desk_printers.id_of(last(sent, "printer"))

        async def ask() -> UUID:
            [made] = await printers.enqueue(
                db, staff.edition, printer, [reference], actor=staff.actor, at=now, ids=ids
            )
            return made

        label = await once(UUID, ask)
    except (PrinterNotFound, NoLabelPrinter, NoBadge, Invalid) as problem:
        wrong = NO_LAYOUT if isinstance(problem, Invalid) else problem.code
        return (
            _person(staff, reference, wrong) if person else _desk(staff, {**back, "wrong": wrong})
        )
    cookies = [desk_printers.remembered(request, staff, printer)]
    if person:
        return _person(staff, reference, "label", cookies=cookies)
    return _desk(staff, {**back, "label": str(label)}, cookies=cookies)


def _desk(staff: Staff, said: dict[str, str], cookies: Sequence[Cookie] = ()) -> Redirect:
    query = urlencode({name: text for name, text in said.items() if text})
    path = f"/organiser/{staff.edition.slug}/desk{'?' if query else ''}{query}"
    return Redirect(path, status_code=303, cookies=[*cookies])


def _person(staff: Staff, reference: str, told: str, cookies: Sequence[Cookie] = ()) -> Redirect:
    path = f"/organiser/{staff.edition.slug}/registrations/{reference}?told={told}"
    return Redirect(path, status_code=303, cookies=[*cookies])


router = Router("/", route_handlers=[choose_printer, print_label])
