"""Print runs: counted, asked for, found, cancelled; and badges that are drawn elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from badges import queries
from badges.keys import Keyring
from badges.models import Badge, BadgeRun
from badges.printers import service as printers
from badges.printing import log, run_drawing, run_layouts, run_queries
from badges.printing.run_drawing import Finished
from badges.printing.run_layouts import Layouts, sheets_of
from badges.printing.run_models import Order, PrintedBadge, PrintRun, RunNotFound, Wanted
from badges.printing.run_sheets import on_sheet
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.text import Filled

NO_CATEGORY = N_("Choose one of the categories offered.")
NO_PRINTER = N_(
    "No printer of sheets is called %(name)s: it may have been removed. Choose another one."
)
LONGEST_NAME = 80
"""How much of a name that no printer has is repeated."""
NO_REFERENCE = N_("No confirmed registration is called %(references)s: leave it out.")


class ReferenceUnknown(Problem):
    """No confirmed registration has this reference."""

    code = "reference_unknown"
    status = 422


class NobodyToPrint(Problem):
    """There is no badge to print: nobody is confirmed, or all were printed before."""

    code = "nobody_to_print"
    status = 409


class PrintJob(Struct, frozen=True, kw_only=True):
    """Badges that are drawn elsewhere than in a run, and what of them is logged once printed."""

    run: BadgeRun
    badges: list[Badge]
    printed: list[PrintedBadge]


class CountedLayout(Struct, frozen=True, kw_only=True):
    """How many badges have a layout, and how many sheets they take."""

    layout: str
    badges: int
    sheets: int


class Counted(Struct, frozen=True, kw_only=True):
    """What a run would come to, by layout."""

    layouts: list[CountedLayout]

    @property
    def badges(self) -> int:
        """How many badges there are in all."""
        return sum(one.badges for one in self.layouts)

    @property
    def sheets(self) -> int:
        """How many sheets they take."""
        return sum(one.sheets for one in self.layouts)


async def count(db: Db, edition: Edition, order: Order, layouts: Layouts) -> Counted:
    """Return what a run would come to.

    Raises:
        Invalid: naming the layout or the sheet at fault.
    """
    found: dict[str, int] = {}
    for one in await run_queries.count(db, edition.id, order.wanted, among(order)):
        name = order.layout or layouts.name_of(one.category)
        found[name] = found.get(name, 0) + one.badges
    return Counted(
        layouts=[
            CountedLayout(
                layout=name,
                badges=badges,
                sheets=sheets_of(on_sheet(layouts.named(name).layout, order.sheet), badges),
            )
            for name, badges in found.items()
        ]
    )


def among(order: Order) -> list[UUID] | None:
    """Return whom the filter of an order lets through; None for everybody.

    Never the second for the first: a filter that nobody has looked up would print all badges.
    """
    if (order.wanted.filter is None) != (order.found is None):
        raise AssertionError("whoever reads a filter looks up whom it lets through")
    return order.found


async def settled(db: Db, edition: Edition, order: Order) -> Order:
    """Return an order with the offsets of its printer in it.

    Raises:
        Invalid: no printer of sheets has this name.
    """
    if order.printer is None:
        return order
    for one in await printers.sheet_printers(db, edition.id):
        if one.name == order.printer:
            return structs.replace(order, offset_x_mm=one.offset_x_mm, offset_y_mm=one.offset_y_mm)
    raise Invalid(fields={"printer": Filled(NO_PRINTER, name=order.printer[:LONGEST_NAME])})


async def choose(db: Db, edition: Edition, order: Order) -> list[UUID]:
    """Return whose badges an order means, sorted for handing out.

    Raises:
        Invalid: naming the fields at fault.
        ReferenceUnknown: naming the references that no confirmed registration has.
        NobodyToPrint: there is none.
    """
    (await run_layouts.of_edition(db, edition)).check(order.layout, order.sheet)
    await check(db, edition, order.wanted)
    chosen = await run_queries.choose(db, edition.id, order.wanted, among(order))
    if not chosen:
        raise NobodyToPrint
    return [one.registration_id for one in chosen]


async def check(db: Db, edition: Edition, wanted: Wanted) -> None:
    """Hold a filter against the edition.

    Raises:
        Invalid: naming a category that there is not.
        ReferenceUnknown: naming the references that no confirmed registration has.
    """
    if wanted.categories:
        known = {one.code for one in await queries.list_categories(db, edition.id)}
        if {*wanted.categories} - known:
            raise Invalid(fields={"categories": NO_CATEGORY})
    if wanted.references:
        missing = await run_queries.list_without_badge(db, edition.id, wanted.references)
        if missing:
            message = Filled(NO_REFERENCE, references=", ".join(missing))
            raise ReferenceUnknown(message, fields={"registrations": message})


async def ask(
    db: Db, edition: Edition, order: Order, *, actor: str, at: datetime, ids: Ids
) -> PrintRun:
    """Store a run that the worker draws within seconds; who is on it is settled now.

    Raises:
        Invalid: naming the fields at fault.
        ReferenceUnknown: naming the references that no confirmed registration has.
        NobodyToPrint: there is none.
    """
    order = await settled(db, edition, order)
    chosen = await choose(db, edition, order)
    new = ids.uuid(at)
    async with db.transaction():
        await run_queries.insert_run(db, edition.id, new, order, chosen, asked_by=actor, at=at)
        await _note(
            db, edition, new, "badges asked for", actor=actor, at=at, ids=ids, badges=len(chosen)
        )
    return await find(db, edition.id, new)


async def find(db: Db, edition_id: int, run_id: UUID) -> PrintRun:
    """Return a run.

    Raises:
        RunNotFound: this edition has none of this name.
    """
    found = await run_queries.find_run(db, edition_id, run_id)
    if found is None:
        raise RunNotFound
    return found


async def cancel(
    db: Db, edition: Edition, run_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> PrintRun:
    """End a run that is under way; the file of one that is done is deleted within a minute.

    What is over already stays as it is.

    Raises:
        RunNotFound: this edition has none of this name.
    """
    async with db.transaction():
        before = await find(db, edition.id, run_id)
        await run_queries.cancel_run(db, edition.id, run_id, at=at)
        await run_queries.expire_file(db, edition.id, run_id, at=at)
        if before.under_way or before.file:
            await _note(db, edition, run_id, "badges cancelled", actor=actor, at=at, ids=ids)
    return await find(db, edition.id, run_id)


async def store_drawn(
    db: Db,
    edition: Edition,
    order: Order,
    finished: Finished,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> list[tuple[str, str]]:
    """Store a run that a command has drawn into a file of its own; return what is wrong with it."""
    new = ids.uuid(at)
    async with db.transaction():
        await run_queries.insert_run(
            db,
            edition.id,
            new,
            order,
            [one.registration_id for one in finished.printed],
            asked_by=actor,
            at=at,
        )
        changed = await log.record(
            db, edition.id, finished.printed, actor=actor, run_id=new, at=at, ids=ids
        )
        problems = run_drawing.with_changed(finished, changed, edition.language)
        await run_queries.end_run(
            db,
            edition.id,
            new,
            done=len(finished.printed),
            pages=finished.pages,
            problems=problems,
            file=None,
            file_bytes=0,
            file_until=None,
            at=at,
        )
    return problems


async def collect(
    db: Db,
    edition: Edition,
    keyring: Keyring,
    *,
    references: Sequence[str] | None = None,
    only_unprinted: bool = False,
) -> PrintJob:
    """Return the badges of the confirmed, all or those named, signed and sorted by name.

    Raises:
        ReferenceUnknown: naming the references that no confirmed registration has.
    """
    named = None if references is None else list(references)
    wanted = Wanted(references=named, only_unprinted=only_unprinted)
    await check(db, edition, wanted)
    chosen = await run_queries.choose(db, edition.id, wanted, None)
    ids = [one.registration_id for one in chosen]
    rows = await run_queries.list_drawable(db, edition.id, ids)
    return PrintJob(
        run=await run_drawing.describe(db, edition),
        badges=[run_drawing.badge_of(row, keyring) for row in rows],
        printed=[run_drawing.printed(row, "") for row in rows],
    )


async def _note(
    db: Db,
    edition: Edition,
    run_id: UUID,
    action: str,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
    badges: int | None = None,
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=run_id,
        detail={} if badges is None else {"badges": badges},
    )
