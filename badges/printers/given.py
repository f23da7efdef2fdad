"""What organisers type of a printer, each mistake by its field. No I/O."""

import re
from collections.abc import Mapping
from typing import Any

from badges.printers import addresses
from badges.printers.models import Printer, PrinterGiven, PrinterKind
from forum.core import forms
from forum.core.errors import Invalid
from forum.core.i18n import N_

LONGEST_NAME = 60
RESOLUTIONS = (203, 300, 600)
LABEL_MM = (20.0, 210.0)
MOST_OFFSET_MM = 20.0
LENGTH = re.compile(r"[+\-−–]?\d{1,3}(?:[.,]\d{1,3})?")

CHOOSE = N_("Choose one of the answers offered.")
TOO_LONG = N_("This answer is too long: shorten it.")
NO_SIZE = N_("Give millimetres from 20 to 210, such as 62.")
NO_OFFSET = N_("Give millimetres from -20 to 20, such as 1.5.")
NO_MEASURE = N_("Give what the ruler says, in millimetres, such as 21.5.")

Sent = Mapping[str, list[str]]


def printer_of(sent: Sent, *, kind: PrinterKind | None, here: bool) -> PrinterGiven:
    """Read a printer; `kind` where it is known already. `here` allows this machine's addresses.

    Raises:
        Invalid: naming every field at fault.
    """
    mistakes: dict[str, str] = {}
    name = forms.line(last(sent, "name"))
    if not name:
        mistakes["name"] = forms.NEEDED
    elif len(name) > LONGEST_NAME:
        mistakes["name"] = TOO_LONG
    if kind is None:
        try:
            kind = PrinterKind(last(sent, "kind"))
        except ValueError:
            mistakes["kind"] = CHOOSE
    found: dict[str, Any] = {}
    for field in ("offset_x_mm", "offset_y_mm"):
        length = length_of(last(sent, field) or "0")
        if length is None or abs(length) > MOST_OFFSET_MM:
            mistakes[field] = NO_OFFSET
        else:
            found[field] = length
    if kind is PrinterKind.LABEL:
        found |= label_fields(sent, mistakes, here=here)
    if mistakes or kind is None:
        raise Invalid(fields=mistakes)
    return PrinterGiven(name=name, kind=kind, **found)


def label_fields(sent: Sent, mistakes: dict[str, str], *, here: bool) -> dict[str, Any]:
    """Read what a label printer has beside others; mistakes are added to `mistakes`."""
    found: dict[str, Any] = {"answers": bool(last(sent, "answers"))}
    try:
        found["address"] = addresses.written(*addresses.read(last(sent, "address"), here=here))
    except addresses.BadAddress as error:
        mistakes["address"] = str(error)
    dpi = last(sent, "dpi")
    if dpi in map(str, RESOLUTIONS):
        found["dpi"] = int(dpi)
    else:
        mistakes["dpi"] = CHOOSE
    least, most = LABEL_MM
    for field in ("width_mm", "height_mm"):
        length = length_of(last(sent, field))
        if length is None or not least <= length <= most:
            mistakes[field] = NO_SIZE
        else:
            found[field] = length
    return found


def offsets_of(sent: Sent, printer: Printer, lines_mm: tuple[float, float]) -> PrinterGiven:
    """Return a printer with the offsets that follow from measures of its test page.

    `lines_mm` are where the lines were to stand; the page had the present offsets.

    Raises:
        Invalid: naming every field at fault.
    """
    mistakes: dict[str, str] = {}
    offsets = []
    present = (printer.offset_x_mm, printer.offset_y_mm)
    for field, line, before in zip(("left_mm", "top_mm"), lines_mm, present, strict=True):
        measured = length_of(last(sent, field))
        if measured is None:
            mistakes[field] = NO_MEASURE
            continue
        after = round(before + line - measured, 3)
        if abs(after) > MOST_OFFSET_MM:
            mistakes[field] = NO_MEASURE
        offsets.append(after)
    if mistakes:
        raise Invalid(fields=mistakes)
    right, down = offsets
    return PrinterGiven(
        name=printer.name,
        kind=printer.kind,
        address=printer.address,
        dpi=printer.dpi,
        width_mm=printer.width_mm,
        height_mm=printer.height_mm,
        answers=printer.answers,
        offset_x_mm=right,
        offset_y_mm=down,
    )


def typed(printer: PrinterGiven) -> dict[str, str]:
    """Return what the page shows of a printer in its fields."""
    values = {
        "name": printer.name,
        "kind": printer.kind.value,
        "address": printer.address or "",
        "dpi": str(printer.dpi or ""),
        "answers": "yes" if printer.answers else "",
    }
    for field in ("width_mm", "height_mm", "offset_x_mm", "offset_y_mm"):
        length = getattr(printer, field)
        values[field] = "" if length is None else f"{length:g}"
    return values


def length_of(text: str) -> float | None:
    """Return millimetres as people write them; None where it is no length."""
    text = text.replace("\u00a0", "").replace("\u202f", "").removesuffix("mm").strip()
    if not LENGTH.fullmatch(text):
        return None
    return float(text.replace(",", ".").replace("−", "-").replace("–", "-"))


def last(sent: Sent, name: str) -> str:
    """Return the last text that was sent under a name; '' for none."""
    texts = sent.get(name) or [""]
    return texts[-1].strip()
