"""One badge, printed at a desk while somebody waits for it."""

from datetime import datetime
from uuid import UUID

from badges.keys import Keyring
from badges.printers import service as printers
from badges.printers.models import PrinterKind
from badges.printing import log, run_drawing, run_layouts, run_queries
from badges.printing.drawer import DeskDrawer
from badges.printing.frames import Single
from badges.printing.run_models import OtherSheet
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids


class NoBadge(Problem):
    """There is no badge to print: this registration is not confirmed."""

    code = "reference_unknown"
    status = 404


class NoSheetPrinter(Problem):
    """This printer prints labels: ask for a label there, or choose a printer of sheets."""

    code = "no_sheet_printer"


async def reprint(
    db: Db,
    edition: Edition,
    keyring: Keyring,
    drawer: DeskDrawer,
    blobs: Blobs,
    registration_id: UUID,
    *,
    printer_id: UUID | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> bytes:
    """Return somebody's badge as a PDF, in the layout of their category; it is logged as printed.

    It is put right by the offsets of a printer of sheets, where one is chosen.

    Raises:
        NoBadge: nobody confirmed has this id.
        PrinterNotFound: the edition has no such printer.
        NoSheetPrinter: it prints labels.
        NoDrawing: the process that draws does not.
    """
    row = await run_queries.find_drawable(db, edition.id, registration_id)
    if row is None or not row.good:
        raise NoBadge
    offset_mm = (0.0, 0.0)
    if printer_id is not None:
        printer = await printers.find(db, edition.id, printer_id)
        if printer.kind is not PrinterKind.SHEETS:
            raise NoSheetPrinter
        offset_mm = (printer.offset_x_mm, printer.offset_y_mm)
    layouts = await run_layouts.of_edition(db, edition)
    chosen = layouts.named(layouts.name_of(row.category))
    section = await run_layouts.section(chosen, OtherSheet.OWN, blobs)
    drawn = await drawer.draw(
        Single(
            run=await run_drawing.describe(db, edition),
            badge=run_drawing.badge_of(row, keyring),
            layout=section.layout,
            images=section.images,
            offset_mm=offset_mm,
        )
    )
    badge = run_drawing.printed(row, section.layout.name)
    await log.record(db, edition.id, [badge], actor=actor, at=at, ids=ids)
    return drawn.content
