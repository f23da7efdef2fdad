"""Cards on other sheets than their layout's own: one a page, or as many as an A4 or A3 holds."""

from msgspec.structs import replace

from badges.layouts.models import Layout, Sheet
from badges.printing.run_models import OtherSheet
from forum.core.errors import Invalid
from forum.core.i18n import N_

SHORT_MM = {OtherSheet.A4: (210.0, 297.0), OtherSheet.A3: (297.0, 420.0)}
NOT_FOR_CARDS = N_("This layout stays on its own sheet: choose “as the layout has it”.")
TOO_LARGE = N_("The card of this layout is larger than this sheet: choose another one.")


def on_sheet(layout: Layout, sheet: OtherSheet) -> Layout:
    """Return a layout with its cards on another sheet.

    Raises:
        Invalid: naming the field `sheet`, where the layout does not go on it.

    """
    if sheet is OtherSheet.OWN:
        return layout
    if layout.device == "label" or layout.sheet.marks == "fold":
        raise Invalid(fields={"sheet": NOT_FOR_CARDS})
    if sheet is OtherSheet.SINGLE:
        own = Sheet(width_mm=layout.card_width_mm, height_mm=layout.card_height_mm)
        return replace(layout, sheet=own)
    short, tall = SHORT_MM[sheet]
    found = [filled(layout, *size) for size in ((short, tall), (tall, short))]
    best = max(found, key=lambda one: one.cards)
    if not best.cards:
        raise Invalid(fields={"sheet": TOO_LARGE})
    return replace(layout, sheet=best)


def filled(layout: Layout, width_mm: float, height_mm: float) -> Sheet:
    """Return a sheet with as many cards as it holds, in its middle, to be cut."""
    columns = int(width_mm / layout.card_width_mm)
    rows = int(height_mm / layout.card_height_mm)
    return Sheet(
        width_mm=width_mm,
        height_mm=height_mm,
        columns=columns,
        rows=rows,
        left_mm=(width_mm - columns * layout.card_width_mm) / 2,
        top_mm=(height_mm - rows * layout.card_height_mm) / 2,
        marks="cut",
    )
