"""Texts on labels: in the printer's own font where it has their characters, else as a picture."""

from collections.abc import Mapping
from io import BytesIO

import pypdfium2
from msgspec import structs
from PIL import Image

from badges.layouts.fitting import LEADING, Fitted, fit
from badges.layouts.models import Column, Face, Layout, Panel, Part, Sheet
from badges.layouts.texts import template
from badges.models import Badge, BadgeRun
from badges.printers.fields import POINTS, RESIDENT, Spot, dots_of, field, is_dark
from badges.printers.graphics import Dots, graphic
from badges.printing.press import render
from forum.core.font_coverage import printable
from forum.core.pdf import BOLD, MM

ALIGNED = {"centre": "C", "right": "R"}
BLACK_BELOW = 150
"""Greys below this (of 255) are black dots: thin strokes stay whole."""


def column_fields(
    column: Column, values: Mapping[str, str], run: BadgeRun, badge: Badge, spot: Spot
) -> list[str]:
    """Return the fields of texts that follow each other."""
    texts = [(part, text) for part in column.parts if (text := text_of(part, values, run.language))]
    if not all(RESIDENT.issuperset(text) for _, text in texts):
        return drawn(column, run, badge, spot)
    chosen = [
        (
            part,
            fit(
                text,
                part.sizes,
                BOLD,
                width_mm=column.box.width_mm,
                height_mm=part.height_mm,
            ),
        )
        for part, text in texts
    ]
    used = sum(fitted.height_pt / MM + part.gap_mm for part, fitted in chosen)
    spare = column.box.height_mm - used
    y_mm = column.box.y_mm + {"top": 0.0, "middle": spare / 2, "bottom": spare}[column.anchor]
    fields = []
    for part, fitted in chosen:
        y_mm += part.gap_mm
        fields += resident(column, part, fitted, y_mm, spot)
        y_mm += fitted.height_pt / MM
    return fields


def text_of(part: Part, values: Mapping[str, str], language: str) -> str:
    """Return the text of a part, on one line; '' where it says nothing."""
    text = printable(template(part.text, language).filled(values))
    return text.upper() if part.capitals else text


def resident(column: Column, part: Part, fitted: Fitted, y_mm: float, spot: Spot) -> list[str]:
    """Return the lines of a text in the printer's own font, the first at `y_mm` of the face."""
    height = int(fitted.size_pt * spot.dpi / POINTS)
    x, wide = spot.across(column.box.x_mm), spot.dots(column.box.width_mm)
    align = ALIGNED.get(column.align, "")
    block = f"^FB{wide},1,0,{align}" if align else ""
    reverse = "" if is_dark(part.colour) else "^FR"
    fields = []
    for n, line in enumerate(fitted.lines):
        top = y_mm + (n * LEADING + (LEADING - 1) / 2) * fitted.size_pt / MM
        place = f"^FO{x},{spot.down(top)}^A0N,{height}"
        fields.append(f"{place}{block}{reverse}{field(line, block=bool(block))}")
    return fields


def drawn(column: Column, run: BadgeRun, badge: Badge, spot: Spot) -> list[str]:
    """Return a column as a picture in dots, drawn by the press that draws badges on paper."""
    box = column.box
    black = tuple(structs.replace(part, colour="black") for part in column.parts)
    alone = structs.replace(column, parts=black, box=structs.replace(box, x_mm=0, y_mm=0))
    layout = Layout(
        name="column",
        title="",
        card_width_mm=box.width_mm,
        card_height_mm=box.height_mm,
        sheet=Sheet(width_mm=box.width_mm, height_mm=box.height_mm),
        faces={"front": Face(columns=(alone,))},
        panels=(Panel(),),
    )
    out = BytesIO()
    render(run, [badge], layout=layout, out=out)
    dots = trimmed(dots_of(pictured(out.getvalue(), spot.dpi)))
    if dots is None:
        return []
    above, picture = dots
    reverse = "" if all(is_dark(part.colour) for part in column.parts) else "^FR"
    place = f"^FO{spot.across(box.x_mm)},{spot.down(box.y_mm) + above}"
    return [f"{place}{reverse}{graphic(picture)}"]


def pictured(pdf: bytes, dpi: int) -> Image.Image:
    """Return the page of a PDF of a box in black and white (mode `1`)."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=dpi / POINTS, grayscale=True)
        grey: Image.Image = bitmap.to_pil().convert("L")
    finally:
        document.close()
    return grey.point(lambda level: 255 if level >= BLACK_BELOW else 0).convert("1")


def trimmed(dots: Dots) -> tuple[int, Dots] | None:
    """Return dots without blank rows above and below, and how many were above; None if all are."""
    black = [n for n, row in enumerate(dots.rows) if any(row)]
    if not black:
        return None
    first, last = black[0], black[-1]
    return first, Dots(dots.width, dots.rows[first : last + 1])
