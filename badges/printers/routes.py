"""Printers over HTTP: the organisers' pages, queues of labels with their failures, test pages."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import anyio.to_process
from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED
from badges.printers import given, ruler, service, trial, words
from badges.printers.given import Sent, last
from badges.printers.models import (
    LabelJob,
    LabelNotFound,
    LabelState,
    NoBadge,
    Printer,
    PrinterKind,
    PrinterNotFound,
)
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import Words
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import pick
from forum.core.web import (
    PRIVATE,
    AnyRequest,
    AnyResponse,
    Given,
    disposition,
    form_fields,
)

PATH = "/organiser/{slug:str}/badges/printers"
ONE = f"{PATH}/{{printer:str}}"
PRINT, EDIT = {"deed": Deed.PRINT_BADGES}, {"deed": Deed.EDIT_BADGES}
PER_MINUTE = 120
MOST_REFERENCES = 50
DECISIONS = {
    "again": LabelState.WAITING,
    "leave": LabelState.LEFT,
    "cancel": LabelState.CANCELLED,
}
WAITS = [limited("printers", per_minute=PER_MINUTE)]


class Desk:
    """Where somebody looks after printers: one request, and what it needs."""

    def __init__(
        self,
        request: AnyRequest,
        db: Db,
        once: Once,
        page: Page,
        settings: Settings,
        now: datetime,
        ids: Ids,
    ) -> None:
        self.request = request
        self.db = db
        self.once = once
        self.page = page
        self.here = settings.local_printers or settings.demo
        self.now = now
        self.ids = ids
        self.words = page.words

    def by(self, staff: Staff) -> dict[str, Any]:
        """Return what each verb asks for beside its values."""
        return {"actor": staff.actor, "at": self.now, "ids": self.ids}

    async def found(self, staff: Staff, printer: str) -> Printer:
        """Return the printer of an address.

        Raises:
            PrinterNotFound: there is none.
        """
        return await service.find(self.db, staff.edition.id, id_of(printer, PrinterNotFound))

    def show(
        self, template: str, staff: Staff, *, status: int = 200, **context: Any
    ) -> AnyResponse:
        """Answer with a page of printers."""
        return self.page(
            f"badges/{template}.html",
            staff.edition,
            status=status,
            staff=staff,
            labels=words.said(words.LABELS, self.words),
            kinds={kind.value: self.words.gettext(text) for kind, text in words.KINDS.items()},
            done=self.request.query_params.get("done", ""),
            **context,
        )

    def told(self, errors: Mapping[str, str] | None) -> dict[str, Any]:
        """Return what a form shows again of its mistakes."""
        said = {name: self.words.say(text) for name, text in (errors or {}).items()}
        labels = words.said(words.LABELS, self.words)
        return {"errors": said, "places": {name: (labels.get(name, name), name) for name in said}}

    async def show_one(
        self,
        staff: Staff,
        printer: Printer,
        *,
        sent: Sent | None = None,
        problem: Problem | None = None,
    ) -> AnyResponse:
        """Answer with the page of one printer, and what is wrong with what was sent."""
        label = printer.kind is PrinterKind.LABEL
        jobs = await service.jobs(self.db, printer) if label else []
        shown = given.typed(printer)
        if sent is not None:
            shown = {"answers": "", **{name: last(sent, name) for name in sent}}
            shown = {**given.typed(printer), **shown} if "left_mm" in sent else shown
        return self.show(
            "printer",
            staff,
            status=problem.status if problem else 200,
            printer=printer,
            fault=words.fault(printer.failure, self.words),
            jobs=[row(job, self.words) for job in jobs],
            sent=shown,
            resolutions=given.RESOLUTIONS,
            line_mm=trial.FRAME_MM if label else ruler.LINE_MM,
            sheets=sheets(self.page.language),
            refusal=self.words.say(problem.message) if problem and not problem.fields else "",
            **self.told(problem.fields if problem else None),
        )


async def at_desk(
    request: AnyRequest,
    db: Given[Db],
    once: Given[Once],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> Desk:
    """Give a route of the printers its desk."""
    return Desk(request, db, once, page, settings, now, ids)


def row(job: LabelJob, said: Words) -> dict[str, Any]:
    """Return a label of a queue as the page shows it."""
    name = " ".join(part for part in (job.given_name, job.family_name) if part)
    return {
        "job": job,
        "name": name or said.gettext("Test label"),
        "state": said.gettext(words.STATES[job.state]),
        "why": words.flaw(job.error, said),
        "who": job.by or job.actor.partition(":")[0],
        "cancel": job.state is LabelState.WAITING,
        "leave": job.state is LabelState.UNSURE,
        "again": job.state in service.AGAIN,
    }


def sheets(language: str) -> dict[str, str]:
    """Return the names of the layouts that are printed on sheets, by what they are called."""
    return {
        name: layout.title if isinstance(layout.title, str) else pick(layout.title, language)
        for name, layout in SHIPPED.items()
        if layout.device == "sheets"
    }


def id_of(text: str, missing: type[NotFound]) -> UUID:
    """Return the id in an address.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise missing from error


def _home(staff: Staff) -> str:
    return f"/organiser/{staff.edition.slug}/badges/printers"


def _back(staff: Staff, printer: Printer | UUID, done: str) -> Redirect:
    id_ = printer if isinstance(printer, UUID) else printer.id
    return Redirect(f"{_home(staff)}/{id_}?done={done}", status_code=303)


@get(PATH, include_in_schema=False, opt=PRINT)
async def printers_page(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show the printers, and what is wrong with each."""
    found = await service.list_printers(desk.db, staff.edition.id)
    return desk.show(
        "printers",
        staff,
        rows=[
            {
                "printer": one,
                "kind": desk.words.gettext(words.KINDS[one.kind]),
                "fault": words.fault(one.failure, desk.words),
            }
            for one in found
        ],
    )


@get(f"{PATH}/new", include_in_schema=False, opt=EDIT)
async def new_printer(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show an empty printer: of labels or of sheets, as the address says."""
    kind = desk.request.query_params.get("kind", "")
    usual = {"dpi": "203", "width_mm": "100", "height_mm": "62", "answers": "yes"}
    sent = {**usual, "kind": kind if kind in set(PrinterKind) else PrinterKind.SHEETS.value}
    return _form(desk, staff, sent)


def _form(
    desk: Desk, staff: Staff, sent: Mapping[str, str], problem: Problem | None = None
) -> AnyResponse:
    return desk.show(
        "printer_new",
        staff,
        status=problem.status if problem else 200,
        sent=sent,
        resolutions=given.RESOLUTIONS,
        **desk.told(problem.fields if problem else None),
    )


@post(f"{PATH}/new", include_in_schema=False, opt=EDIT, middleware=WAITS)
async def add_printer(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse | Redirect:
    """Add a printer."""
    sent = await form_fields(desk.request)
    try:
        new = given.printer_of(sent, kind=None, here=desk.here)

        async def add() -> UUID:
            return await service.add(desk.db, staff.edition, new, **desk.by(staff))

        made = await desk.once(UUID, add)
    except Invalid as problem:
        return _form(desk, staff, {name: last(sent, name) for name in sent}, problem)
    return _back(staff, made, "added")


@get(ONE, include_in_schema=False, opt=PRINT)
async def printer_page(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse:
    """Show a printer: how it is, its queue, its offsets."""
    return await desk.show_one(staff, await desk.found(staff, printer))


@post(ONE, include_in_schema=False, opt=EDIT, middleware=WAITS)
async def change_printer(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Change a printer."""
    found = await desk.found(staff, printer)
    sent = await form_fields(desk.request)

    async def change() -> UUID:
        new = given.printer_of(sent, kind=found.kind, here=desk.here)
        return await service.change(
            desk.db, staff.edition, found.id, new, seen=_revision(sent), **desk.by(staff)
        )

    try:
        await desk.once(UUID, change)
    except Problem as problem:
        if isinstance(problem, NotFound):
            raise
        now = await desk.found(staff, printer)
        return await desk.show_one(staff, now, sent=sent, problem=problem)
    return _back(staff, found, "stored")


@post(f"{ONE}/measures", include_in_schema=False, opt=EDIT, middleware=WAITS)
async def measure(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Set a printer's offsets by what was measured on its test page."""
    found = await desk.found(staff, printer)
    sent = await form_fields(desk.request)
    line = float(trial.FRAME_MM if found.kind is PrinterKind.LABEL else ruler.LINE_MM)

    async def change() -> UUID:
        new = given.offsets_of(sent, found, (line, line))
        return await service.change(
            desk.db, staff.edition, found.id, new, seen=_revision(sent), **desk.by(staff)
        )

    try:
        await desk.once(UUID, change)
    except Problem as problem:
        if isinstance(problem, NotFound):
            raise
        now = await desk.found(staff, printer)
        return await desk.show_one(staff, now, sent=sent, problem=problem)
    return _back(staff, found, "measured")


@post(f"{ONE}/delete", include_in_schema=False, opt=EDIT, middleware=WAITS)
async def delete_printer(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Remove a printer, or say what keeps it."""
    found = await desk.found(staff, printer)

    async def remove() -> None:
        await service.remove(desk.db, staff.edition, found.id, **desk.by(staff))

    try:
        await desk.once(type(None), remove)
    except NotFound:
        raise
    except Problem as problem:
        return await desk.show_one(staff, found, problem=problem)
    return Redirect(f"{_home(staff)}?done=removed", status_code=303)


@post(f"{ONE}/queue", include_in_schema=False, opt=PRINT, middleware=WAITS)
async def work_queue(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Hold a queue, let it go on, try it at once, cancel what waits, or add a test label."""
    found = await desk.found(staff, printer)
    deed = last(await form_fields(desk.request), "deed")
    db, edition, by = desk.db, staff.edition, desk.by(staff)

    async def do() -> str:
        if deed in ("pause", "resume"):
            await service.pause(db, edition, found.id, paused=deed == "pause", **by)
        elif deed == "try":
            await service.try_now(db, edition, found.id)
        elif deed == "cancel":
            await service.cancel_all(db, edition, found.id, **by)
        elif deed == "test":
            await service.enqueue_test(db, edition, found.id, **by)
        else:
            raise Invalid(fields={"deed": given.CHOOSE})
        return deed

    return _back(staff, found, await desk.once(str, do))


@post(f"{ONE}/labels", include_in_schema=False, opt=PRINT, middleware=WAITS)
async def print_labels(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Put labels at the end of a queue, by reference."""
    found = await desk.found(staff, printer)
    sent = await form_fields(desk.request)
    references = " ".join(sent.get("reference", [])).replace(",", " ").upper().split()

    async def ask() -> int:
        if not 0 < len(references) <= MOST_REFERENCES:
            raise NoBadge
        made = await service.enqueue(desk.db, staff.edition, found.id, references, **desk.by(staff))
        return len(made)

    await desk.once(int, ask)
    return _back(staff, found, "asked")


@post(f"{ONE}/labels/{{label:str}}", include_in_schema=False, opt=PRINT, middleware=WAITS)
async def decide_label(
    printer: FromPath[str], label: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Have a label printed again, left as it is, or cancelled."""
    found = await desk.found(staff, printer)
    deed = last(await form_fields(desk.request), "deed")
    if deed not in DECISIONS:
        raise Invalid(fields={"deed": given.CHOOSE})
    job = id_of(label, LabelNotFound)

    async def decide() -> None:
        wanted = DECISIONS[deed]
        await service.decide(desk.db, staff.edition, found.id, job, wanted, **desk.by(staff))

    try:
        await desk.once(type(None), decide)
    except NotFound:
        raise
    except Problem as problem:
        return await desk.show_one(staff, found, problem=problem)
    return _back(staff, found, deed)


@get(f"{ONE}/test.pdf", include_in_schema=False, opt=PRINT)
async def sheet_test(
    printer: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> Response[bytes]:
    """Send the test page of a layout's sheet, with the printer's offsets."""
    found = await desk.found(staff, printer)
    layout = _sheet_layout(desk.request.query_params.get("layout", "a6"))
    content = await anyio.to_process.run_sync(
        partial(
            ruler.page,
            layout,
            title=desk.words.gettext("Test page"),
            printer=found.name,
            code=f"FORUM TEST {layout.name.upper()}",
            language=desk.page.language,
            made_at=desk.now,
            offset_mm=(found.offset_x_mm, found.offset_y_mm),
        )
    )
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": disposition(f"test-{layout.name}.pdf", kind="inline"),
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _sheet_layout(name: str) -> Layout:
    layout = SHIPPED.get(name)
    if layout is None or layout.device != "sheets":
        raise NotFound
    return layout


def _revision(sent: Sent) -> int:
    text = last(sent, "revision")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0  # noqa: PLR2004


router = Router(
    "/",
    route_handlers=[
        printers_page,
        new_printer,
        add_printer,
        printer_page,
        change_printer,
        measure,
        delete_printer,
        work_queue,
        print_labels,
        decide_label,
        sheet_test,
    ],
    dependencies={"desk": Provide(at_desk)},
)
