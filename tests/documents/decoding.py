"""Codes on paper: where they are, pictures of them by two renderers, read by two decoders."""

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import zxingcpp
from PIL import Image

from badges.layouts.models import Corner, Layout, Panel

DPIS = (100, 150, 200)
RENDERERS = ("pdfium", "poppler")
DECODERS = ("zxing", "zbar")
MM_PER_INCH = 25.4
AROUND_MM = 4
"""What is seen around a code: as much as a reader sees that is held over one badge."""
ZBAR = ["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable"]
QR = zxingcpp.BarcodeFormat.QRCode
AT_ONCE = 200
"""Pages or pictures that are handed to a program at a time."""


class Square(NamedTuple):
    """A code on a page, quiet zone included, in millimetres from the upper left corner."""

    x_mm: float
    y_mm: float
    side_mm: float


def squares(layout: Layout) -> list[list[Square]]:
    """Return the codes of each side of a sheet: by card in reading order, then by panel."""
    sides = [_squares(layout, layout.corners(), layout.panels)]
    if layout.reverse is not None:
        sides.append(_squares(layout, layout.reverse_corners(), layout.reverse.panels))
    return sides


def _squares(layout: Layout, corners: Sequence[Corner], panels: Sequence[Panel]) -> list[Square]:
    found = []
    for corner in corners:
        for panel in panels:
            wide, high = layout.face_size_mm(panel.face)
            for code in layout.faces[panel.face].codes:
                x, y = code.x_mm, code.y_mm
                if panel.turn:
                    x, y = wide - x - code.side_mm, high - y - code.side_mm
                place = corner.x_mm + panel.x_mm + x, corner.y_mm + panel.y_mm + y
                found.append(Square(*place, code.side_mm))
    return found


def codes_per_badge(layout: Layout) -> int:
    """Return on how many faces of a badge its code stands."""
    return sum(len(side) for side in squares(layout)) // layout.sheet.cards


def pages_of(pdf: Path, dpi: int, renderer: str) -> Iterator[Image.Image]:
    """Yield the pages of a file as grey pictures, drawn by pdfium or by poppler."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        count = len(document)
        if renderer == "pdfium":
            for page in document:
                yield page.render(scale=dpi / 72, grayscale=True).to_pil()
    finally:
        document.close()
    if renderer == "poppler":
        for first in range(1, count + 1, AT_ONCE):
            yield from _by_poppler(pdf, dpi, first, min(first + AT_ONCE - 1, count))


def _by_poppler(pdf: Path, dpi: int, first: int, last: int) -> Iterator[Image.Image]:
    with tempfile.TemporaryDirectory() as folder:
        words = ["-gray", "-r", str(dpi), "-f", str(first), "-l", str(last)]
        subprocess.run(["pdftoppm", *words, pdf, Path(folder) / "page"], check=True)
        for path in sorted(Path(folder).glob("page*.pgm")):
            with Image.open(path) as picture:
                yield picture.copy()


def crop(page: Image.Image, square: Square, dpi: int) -> Image.Image:
    """Return what is seen of a page by who aims at one code."""
    scale = dpi / MM_PER_INCH
    left, top = square.x_mm - AROUND_MM, square.y_mm - AROUND_MM
    side = square.side_mm + 2 * AROUND_MM
    box = [left, top, left + side, top + side]
    return page.crop(tuple(round(edge * scale) for edge in box))


def by_zxing(pictures: Iterable[Image.Image]) -> Counter[str]:
    """Read every QR code of pictures."""
    return Counter(code.text for one in pictures for code in zxingcpp.read_barcodes(one, QR))


def by_zbar(pictures: Iterable[Image.Image]) -> Counter[str]:
    """Read every QR code of pictures; zbar takes files."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, one in enumerate(pictures):
            paths.append(Path(folder) / f"{number:06}.pgm")
            one.save(paths[-1])
        for first in range(0, len(paths), AT_ONCE):
            some = paths[first : first + AT_ONCE]
            done = subprocess.run([*ZBAR, *some], capture_output=True, text=True, check=False)
            found.update(done.stdout.split())
    return found


READERS = {"zxing": by_zxing, "zbar": by_zbar}


def read_badges(pdf: Path, layout: Layout, dpi: int, renderer: str) -> dict[str, Counter[str]]:
    """Read the codes of a run of badges by each decoder.

    zxing is given whole pages, by which it tells light from dark; zbar one code after the other, as
    at a door, for it confuses the corners of twenty codes on one page.
    """
    sides = squares(layout)
    by_page, seen = Counter[str](), Counter[str]()
    crops: list[Image.Image] = []
    for number, page in enumerate(pages_of(pdf, dpi, renderer)):
        by_page.update(by_zxing([page]))
        crops += [crop(page, one, dpi) for one in sides[number % len(sides)]]
        if len(crops) >= AT_ONCE:
            seen.update(by_zbar(crops))
            crops.clear()
    seen.update(by_zbar(crops))
    return {"zxing": by_page, "zbar": seen}
