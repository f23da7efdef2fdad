"""Print runs for the organisers' team: chosen, started, watched, taken, cancelled."""

from collections.abc import Mapping
from datetime import datetime

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from badges import queries
from badges.printers import service as printers
from badges.printers.models import PrinterKind
from badges.printing import run_forms, run_layouts, run_queries, runs
from badges.printing.run_api import file_of, run_id_of
from badges.printing.run_layouts import Layouts
from badges.printing.run_models import FARTHEST_MM, LETTERS, Order, OtherSheet, PrintRun, Sorting
from badges.printing.runs import Counted
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import pick
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields

HERE = "/organiser/{slug:str}/badges"
MAY = {"deed": Deed.PRINT_BADGES}
PER_MINUTE = 60
ROWS = 20


@get(HERE, include_in_schema=False, opt=MAY)
async def runs_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show whose badges may be printed, how many that would be, and the runs there were."""
    order, errors = run_forms.of_page(request.query_params.dict())
    return await _show(request, db, page, staff, order, errors)


@post(
    HERE,
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def start(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Ask for a run, and lead to its page."""
    order, errors = run_forms.of_page(await form_fields(request))
    if errors:
        return await _show(request, db, page, staff, order, errors, status=422)

    async def ask() -> str:
        run = await runs.ask(db, staff.edition, order, actor=staff.actor, at=now, ids=ids)
        return str(run.id)

    try:
        run_id = await once(str, ask)
    except Problem as problem:
        errors = problem.fields or {"which": problem.message}
        return await _show(request, db, page, staff, order, errors, status=problem.status)
    return Redirect(f"/organiser/{staff.edition.slug}/badges/runs/{run_id}", status_code=303)


@get(f"{HERE}/runs/{{run:str}}", include_in_schema=False, opt=MAY)
async def run_page(
    run: FromPath[str], staff: Given[Staff], db: Given[Db], page: Given[Page], now: Given[datetime]
) -> AnyResponse:
    """Show where a run stands; the page moves by itself until it is over."""
    found = await runs.find(db, staff.edition.id, run_id_of(run))
    there = found.file is not None and found.file_until is not None and found.file_until > now
    return page(
        "badges/run.html",
        staff.edition,
        staff=staff,
        run=found,
        file=there,
        again=run_forms.address(order_of(found)),
        layout_titles=_titles(await run_layouts.of_edition(db, staff.edition), page.language),
        categories=await _categories(db, staff.edition, page.language),
    )


@get(f"{HERE}/runs/{{run:str}}/badges.pdf", include_in_schema=False, opt=MAY)
async def run_file(
    run: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send the file of a run."""
    found = await runs.find(db, staff.edition.id, run_id_of(run))
    return await file_of(found, staff.edition, settings, now)


@post(
    f"{HERE}/runs/{{run:str}}/cancel",
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def cancel(
    run: FromPath[str], staff: Given[Staff], db: Given[Db], now: Given[datetime], ids: Given[Ids]
) -> Redirect:
    """Cancel a run that is under way, or delete the file of one that is done."""
    run_id = run_id_of(run)
    await runs.cancel(db, staff.edition, run_id, actor=staff.actor, at=now, ids=ids)
    return Redirect(f"/organiser/{staff.edition.slug}/badges/runs/{run_id}", status_code=303)


def order_of(run: PrintRun) -> Order:
    """Return a run as it was asked for."""
    return Order(
        wanted=run.wanted,
        layout=run.layout,
        sheet=run.sheet,
        offset_x_mm=run.offset_x_mm,
        offset_y_mm=run.offset_y_mm,
    )


async def _show(
    request: AnyRequest,
    db: Db,
    page: Page,
    staff: Staff,
    order: Order,
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> AnyResponse:
    edition, said = staff.edition, page.words
    layouts = await run_layouts.of_edition(db, edition)
    counted, more = await _counted(db, edition, order, layouts)
    before = (request.query_params.get("before") or "").strip()
    after = run_id_of(before) if before else None
    found = await run_queries.list_runs(db, edition.id, after, ROWS + 1)
    wrong = {**more, **errors}
    return page(
        "badges/runs.html",
        edition,
        status=status,
        staff=staff,
        order=order,
        address=run_forms.address(order),
        fields=run_forms.pairs(order),
        counted=counted,
        errors={name: said.say(message) for name, message in wrong.items()},
        runs=found[:ROWS],
        following=found[ROWS - 1].id if len(found) > ROWS else None,
        layouts=[one.layout for one in layouts.by_name.values()],
        layout_titles=_titles(layouts, page.language),
        printers=[
            one.name
            for one in await printers.list_printers(db, edition.id)
            if one.kind is PrinterKind.SHEETS
        ],
        categories=await _categories(db, edition, page.language),
        letters=LETTERS,
        farthest=FARTHEST_MM,
        sorts=[one.value for one in Sorting],
        sheets=[one.value for one in OtherSheet],
    )


async def _counted(
    db: Db, edition: Edition, order: Order, layouts: Layouts
) -> tuple[Counted, dict[str, str]]:
    """Return what a run would come to, and what is wrong with that."""
    try:
        layouts.check(order.layout, order.sheet)
        await runs.settled(db, edition, order)
        await runs.check(db, edition, order.wanted)
        return await runs.count(db, edition, order, layouts), {}
    except (Invalid, runs.ReferenceUnknown) as problem:
        return Counted(layouts=[]), problem.fields


async def _categories(db: Db, edition: Edition, language: str) -> dict[str, str]:
    rows = await queries.list_categories(db, edition.id)
    return {one.code: pick(one.name, language, edition.language) for one in rows}


def _titles(layouts: Layouts, language: str) -> dict[str, str]:
    """Return what layouts are called, by their names."""
    titles = {name: one.layout.title for name, one in layouts.by_name.items()}
    return {
        name: title if isinstance(title, str) else pick(title, language)
        for name, title in titles.items()
    }


router = Router("/", route_handlers=[runs_page, start, run_page, run_file, cancel])
