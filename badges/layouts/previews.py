"""Pictures of badge layouts with people on them: values in, PNG out; for a process of its own."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha512
from io import BytesIO
from itertools import cycle, islice

import msgspec
from msgspec import Struct
from PIL import Image, ImageDraw, ImageOps

from badges.layouts.models import Layout, Reverse, Sheet
from badges.models import Badge, BadgeRun

TOKEN = base64.b32encode((sha512(b"specimen").digest() * 2)[:76]).decode().rstrip("=")
"""A code that nobody signed: it opens nothing."""
PIXELS = 250
"""The width of a card in a picture; a lying card is as wide as `WIDE`."""
WIDE = 320
TALLEST = 440
SMALL = 120
SHEET_PIXELS = 420
GAP = 12
COLOURS = 48
GREY = (217, 221, 214)
PAPER = (255, 255, 255)
POINTS_PER_MM = 72 / 25.4


class Specimen(Struct, frozen=True, kw_only=True):
    """What a picture shows: a layout with its images by name, and badges of a run."""

    layout: Layout
    images: dict[str, bytes]
    run: BadgeRun
    badges: list[Badge]


def picture(specimen: Specimen) -> bytes:
    """Return every badge beside the others, its front above its back, as a PNG."""
    layout = specimen.layout
    wide = WIDE if layout.card_width_mm > layout.card_height_mm else PIXELS
    scale = min(wide / layout.card_width_mm, TALLEST / layout.card_height_mm)
    sides = 2 if layout.reverse else 1
    pages = _pages(specimen, _single(layout), scale)
    columns = [pages[n : n + sides] for n in range(0, len(pages), sides)]
    across, down = pages[0].width + GAP, pages[0].height + GAP
    whole = Image.new("RGB", (across * len(columns) - GAP, down * sides - GAP), PAPER)
    for x, column in enumerate(columns):
        for y, page in enumerate(column):
            whole.paste(page, (x * across, y * down))
    return _png(whole)


def small(specimens: Sequence[Specimen]) -> list[bytes]:
    """Return the front of the first badge of each, as a PNG that `SMALL` squared holds."""
    found = []
    for one in specimens:
        scale = (SMALL - 2) / max(one.layout.card_width_mm, one.layout.card_height_mm)
        only = msgspec.structs.replace(one, badges=one.badges[:1])
        found.append(_png(_pages(only, _single(one.layout), scale)[0]))
    return found


def strip(pictures: Sequence[bytes]) -> bytes:
    """Return small pictures one below the other, each in a square of `SMALL`, as one PNG."""
    whole = Image.new("RGB", (SMALL, SMALL * max(1, len(pictures))), PAPER)
    for n, one in enumerate(pictures):
        with Image.open(BytesIO(one)) as picture:
            whole.paste(picture.convert("RGB"), (0, n * SMALL))
    return _png(whole)


def sheet(specimen: Specimen) -> bytes:
    """Return the first sheet, filled with the badges again and again, as a PNG."""
    layout = specimen.layout
    scale = SHEET_PIXELS / max(layout.sheet.width_mm, layout.sheet.height_mm)
    full = list(islice(cycle(specimen.badges), layout.sheet.cards))
    filled = msgspec.structs.replace(specimen, badges=full)
    return _png(_pages(filled, layout, scale)[0])


def paper(specimen: Specimen) -> bytes:
    """Return one full sheet, or a label, as the PDF that is printed."""
    layout = specimen.layout
    full = list(islice(cycle(specimen.badges), layout.sheet.cards))
    return _pdf(msgspec.structs.replace(specimen, badges=full), layout)


def _single(layout: Layout) -> Layout:
    """Return the layout with one card on a sheet of its size, each side upright."""
    wide, high = layout.card_width_mm, layout.card_height_mm
    reverse = layout.reverse and Reverse(
        panels=layout.reverse.panels, flip="long edge" if high >= wide else "short edge"
    )
    only = Sheet(width_mm=wide, height_mm=high)
    return msgspec.structs.replace(layout, sheet=only, reverse=reverse)


def _pdf(specimen: Specimen, layout: Layout) -> bytes:
    from badges.printing.press import render  # noqa: PLC0415 -- reportlab is slow to import

    out = BytesIO()
    images: Mapping[str, bytes] = specimen.images
    render(specimen.run, specimen.badges, layout=layout, out=out, images=images)
    return out.getvalue()


def _pages(specimen: Specimen, layout: Layout, scale: float) -> list[Image.Image]:
    """Return the pages as pictures of `scale` pixels a millimetre, each with a thin frame."""
    import pypdfium2  # noqa: PLC0415 -- a library of 7 MB

    document = pypdfium2.PdfDocument(_pdf(specimen, layout))
    try:
        return [_framed(page.render(scale=scale / POINTS_PER_MM).to_pil()) for page in document]
    finally:
        document.close()


def _framed(page: Image.Image) -> Image.Image:
    found = ImageOps.expand(page.convert("RGB"), 1)
    ImageDraw.Draw(found).rectangle((0, 0, found.width - 1, found.height - 1), outline=GREY)
    return found


def _png(whole: Image.Image) -> bytes:
    out = BytesIO()
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
