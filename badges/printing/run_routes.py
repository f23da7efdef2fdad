"""Print runs for the organisers' team: watched, taken, cancelled."""

from datetime import datetime

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from badges import queries
from badges.printing import run_forms, run_layouts, runs
from badges.printing.run_api import file_of, run_id_of
from badges.printing.run_layouts import Layouts
from badges.printing.run_models import Order, PrintRun
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import pick
from forum.core.web import AnyResponse, Given

HERE = "/organiser/{slug:str}/badges"
MAY = {"deed": Deed.PRINT_BADGES}
PER_MINUTE = 60


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
        layout_titles=titles(await run_layouts.of_edition(db, staff.edition), page.language),
        categories=await categories(db, staff.edition, page.language),
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
        printer=run.printer,
    )


async def categories(db: Db, edition: Edition, language: str) -> dict[str, str]:
    """Return the names of the categories, by their codes."""
    rows = await queries.list_categories(db, edition.id)
    return {one.code: pick(one.name, language, edition.language) for one in rows}


def titles(layouts: Layouts, language: str) -> dict[str, str]:
    """Return what layouts are called, by their names."""
    found = {name: one.layout.title for name, one in layouts.by_name.items()}
    return {
        name: title if isinstance(title, str) else pick(title, language)
        for name, title in found.items()
    }


router = Router("/", route_handlers=[run_page, run_file, cancel])
