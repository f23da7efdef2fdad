"""What stands on a label: its layout, chosen by the size of the printer's labels, and its bytes."""

from collections.abc import Iterable
from functools import partial
from typing import Protocol

import anyio.to_process

from badges.layouts.models import Layout
from badges.layouts.service import Printable
from badges.models import Badge, BadgeRun
from badges.printing import run_layouts
from badges.printing.run_layouts import Layouts
from badges.printing.run_models import OtherSheet
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_

NO_LAYOUT = N_(
    "No layout of this forum stands on labels of this size: make one for label printers, or"
    " correct the size of the labels on the printer’s page."
)
SPARE_MM = 0.6


class Labelled(Protocol):
    """What is known of the labels in a printer."""

    @property
    def width_mm(self) -> float | None:
        """How wide a label is."""

    @property
    def height_mm(self) -> float | None:
        """How high a label is."""


async def layouts_of(db: Db, edition: Edition) -> Layouts:
    """Return the layouts that an edition may print."""
    return await run_layouts.of_edition(db, edition)


def layout_of(layouts: Layouts, category: str, printer: Labelled) -> Layout:
    """Return the layout for a badge on the labels of a printer: its category's, or the largest.

    Raises:
        Invalid: none stands on them.
    """
    own = layouts.by_name.get(layouts.name_of(category))
    best = best_of([own.layout] if own else [], printer) or best_of(
        (one.layout for one in layouts.by_name.values()), printer
    )
    if best is None:
        raise Invalid(fields={"printer": NO_LAYOUT})
    return best


def best_of(layouts: Iterable[Layout], printer: Labelled) -> Layout | None:
    """Return the largest of the layouts that stand on a printer's labels; None where none does."""
    fitting = [
        one
        for one in layouts
        if one.device == "label"
        and one.sheet.width_mm <= (printer.width_mm or 0) + SPARE_MM
        and one.sheet.height_mm <= (printer.height_mm or 0) + SPARE_MM
    ]
    return max(fitting, key=lambda one: one.sheet.width_mm * one.sheet.height_mm, default=None)


async def draw(
    found: Printable,
    run: BadgeRun,
    badge: Badge,
    blobs: Blobs,
    *,
    dpi: int,
    offset_mm: tuple[float, float],
) -> bytes:
    """Return the label of a badge, drawn in a process of its own.

    Raises:
        ValueError: as `badges.printers.zpl.label`.
    """
    from badges.printers.zpl import label  # noqa: PLC0415 -- the fonts are read where it is drawn

    section = await run_layouts.section(found, OtherSheet.OWN, blobs)
    work = partial(
        label,
        section.layout,
        run,
        badge,
        dpi=dpi,
        offset_mm=offset_mm,
        images=dict(section.images),
    )
    return await anyio.to_process.run_sync(work)
