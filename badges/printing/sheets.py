"""The sheets of a print run: what its cards share, cut marks, text and symbols as operators.

A page is one short string of operators a card: the background of its category is a form drawn
once, text is in the document's own font subsets, and a QR code is one path and one fill.
"""

import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from operator import getitem
from typing import Any, BinaryIO

from reportlab.pdfbase.pdfdoc import PDFObject, PDFResourceDictionary

from badges.layouts.fitting import ASCENT, LEADING, Box, Fitted, Layout, TextBox, fit
from badges.models import BadgeCategory, BadgeRun
from badges.qr import QUIET_ZONE, ROW_BYTES, SIZE
from forum.core.pdf import (
    FIR,
    HIGHLIGHT,
    INK,
    LINE,
    MM,
    SOFT,
    TINTS,
    WHITE,
    Colour,
    Document,
    Tint,
    colour,
    drawable,
    font,
    width,
)
from forum.core.text import pick

CORNER_MM = 3
MARK_MM = 4.5
NON_ZERO = 1
KNOWN_BY_HEART = 4096
ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), *b"\\()", *range(127, 256))}
HIDDEN = ("Cc", "Cf")

FAR_FIRS = colour("#10705b")
NEAR_FIRS = colour("#084a3b")

Trees = tuple[tuple[float, float], ...]
"""The middle and the height of each tree, as parts of the width and the height of its frame."""

FAR_TREES: Trees = (
    (0.6, 0.34),
    (0.655, 0.46),
    (0.71, 0.4),
    (0.765, 0.6),
    (0.825, 0.44),
    (0.88, 0.56),
    (0.935, 0.48),
    (0.985, 0.6),
)
NEAR_TREES: Trees = (
    (0.69, 0.28),
    (0.735, 0.34),
    (0.8, 0.3),
    (0.86, 0.36),
    (0.915, 0.4),
    (0.965, 0.34),
)
TIERS = ((-0.1, 0.62, 0.26), (0.3, 0.82, 0.2), (0.55, 1.0, 0.14))
"""The foot, the top and half the width of each tier of a fir, as parts of its height."""


class Written(PDFObject):
    """An object of the file that is known to the last byte."""

    __RefOnly__ = 1

    def __init__(self, body: bytes) -> None:
        self.body = body

    def format(self, document: object) -> bytes:  # noqa: ARG002  # reportlab's protocol
        """Return the object as it stands in the file."""
        return self.body


class Resources(PDFResourceDictionary):
    """The fonts and forms of all pages, in one object that they share."""

    __RefOnly__ = 1


class SheetDocument(Document):
    """The document of a run: what cards share is drawn once, and pages are packed as they end."""

    _code: list[str]
    _pagesize: tuple[float, float]
    _setXObjects: Callable[[PDFResourceDictionary], None]  # noqa: N815  # reportlab's name

    def __init__(self, run: BadgeRun, layout: Layout, out: BinaryIO, *, title: str) -> None:
        super().__init__(out, size_mm=layout.sheet_mm, title=title, language=run.language)
        self.run = run
        self.layout = layout
        self.page_count = 0
        self.colours = {
            "ink": INK.fill,
            "soft": SOFT.fill,
            "fir": FIR.fill,
            "white": WHITE.fill,
            "highlight": HIGHLIGHT.fill,
        }
        self.forms: dict[str, str] = {}
        self.resources: Any = Resources()
        self.show = lru_cache(KNOWN_BY_HEART)(self.shown)
        self.symbol_place = self.placed_symbol()
        self.draw_marks()
        self.draw_header()

    def add_sheet(self, cards: list[str]) -> None:
        """Add one page that shows the `cards`, compressed at once to keep memory low."""
        content = zlib.compress("\n".join([*cards, self.forms["marks"], ""]).encode("ascii"), 6)
        head = f"<</Length {len(content)}/Filter/FlateDecode>>\nstream\n".encode()
        stream = self.reference(Written(head + content + b"\nendstream"))
        wide, high = self._pagesize
        self._doc.addPage(
            Written(
                f"<</Type/Page/Parent {self.reference(self._doc.Pages)}"
                f"/MediaBox[0 0 {wide:.2f} {high:.2f}]"
                f"/Resources {self.reference(self.resources)}/Contents {stream}>>".encode()
            )
        )
        self.page_count += 1

    def reference(self, thing: PDFObject) -> str:
        """Give a number to an object of the file, once, and return how others point to it."""
        return str(self._doc.Reference(thing).format(self._doc), "ascii")

    def save(self) -> None:
        """Write the file, once the forms that its pages show are known."""
        self._formsinuse = list(self.forms)
        self._setXObjects(self.resources)
        self.resources.XObject = self.resources.XObjects
        self.resources.basicFonts()
        super().save()

    def shown(self, face: str, size_pt: float, text: str) -> str:
        """Return the operators that show `text`, in the document's own subsets of the face."""
        parts = font(face).splitString(text, self._doc)
        return " ".join(
            f"{font(face).getSubsetInternalName(subset, self._doc)} {size_pt:g} Tf "
            f"({codes.decode('latin-1').translate(ESCAPES)}) Tj"
            for subset, codes in parts
        )

    def text_lines(self, fitted: Fitted, face: str, x: float, top: float) -> list[str]:
        """Return the operators of lines whose upper left corner is at `x`, `top` (points)."""
        size = fitted.size_pt
        first = top - ASCENT * size
        return [
            f"1 0 0 1 {x:.2f} {first - n * LEADING * size:.2f} Tm {self.show(face, size, line)}"
            for n, line in enumerate(fitted.lines)
        ]

    def text_box(self, place: TextBox, text: str) -> list[str]:
        """Return the operators of a text alone in its place, in the middle of its height."""
        if not text:
            return []
        box, face = place.box, place.lettering.font
        fitted = fit(text, place.lettering, width_mm=box.width_mm, height_mm=box.height_mm)
        size = fitted.size_pt
        x, y = box.x_mm * MM, (self.layout.card_mm[1] - box.y_mm) * MM
        y -= (box.height_mm * MM - fitted.height_pt) / 2 + ASCENT * size
        operators = []
        for line in fitted.lines:
            spare = box.width_mm * MM - width(line, face, size) if place.align == "centre" else 0
            operators.append(
                f"1 0 0 1 {x + spare / 2:.2f} {y:.2f} Tm {self.show(face, size, line)}"
            )
            y -= LEADING * size
        return operators

    def placed_symbol(self) -> str:
        """Return the operators after which one unit is a module, and the QR code begins at 0, 0."""
        box = self.layout.qr
        module = box.width_mm / (SIZE + 2 * QUIET_ZONE) * MM
        x = box.x_mm * MM + QUIET_ZONE * module
        y = (self.layout.card_mm[1] - box.y_mm - box.height_mm) * MM + QUIET_ZONE * module
        return f"0 g {module:.4f} 0 0 {module:.4f} {x:.2f} {y:.2f} cm"

    def background(self, category: BadgeCategory) -> str:
        """Return the operators of all that the cards of one category share."""
        form = f"category{category.code.encode().hex()}"
        if form not in self.forms:
            self.draw_category(form, category)
        return f"{self.forms['header']} {self.forms[form]}"

    def draw_category(self, form: str, category: BadgeCategory) -> None:
        """Draw the panel of a category, with its name and the white of the QR code."""
        layout, tint = self.layout, tint_of(category)
        band, wide = layout.band_mm, layout.panel.width_mm
        name = pick(category.name, self.run.language)
        with self.form(form, layout.card_mm):
            self.surface(layout.panel, tint.foreground, between_mm=(0, band))
            self.surface(layout.panel, tint.background, between_mm=(band, wide))
            self.surface(layout.qr, WHITE, between_mm=(0, layout.qr.width_mm))
            self.fixed_text(layout.category, name, tint.foreground)

    def draw_header(self) -> None:
        """Draw the forum's name and its dates before a wood of firs under a low sun."""
        layout, box = self.layout, self.layout.header
        x, y = box.x_mm * MM, (layout.card_mm[1] - box.y_mm - box.height_mm) * MM
        wide, high = box.width_mm * MM, box.height_mm * MM
        with self.form("header", layout.card_mm):
            self.saveState()
            frame = self.beginPath()
            frame.roundRect(x, y, wide, high, CORNER_MM * MM)
            self.clipPath(frame, stroke=0, fill=0)
            self.setFillColor(FIR)
            self.rect(x, y, wide, high, stroke=0, fill=1)
            self.setFillColor(HIGHLIGHT)
            self.circle(x + wide * 0.84, y + high * 0.63, high * 0.17, stroke=0, fill=1)
            self.draw_firs(FAR_FIRS, FAR_TREES, (x, y, wide, high))
            self.draw_firs(NEAR_FIRS, NEAR_TREES, (x, y, wide, high))
            self.restoreState()
            self.fixed_text(layout.title, self.run.title, WHITE)
            self.fixed_text(layout.dates, self.run.dates, HIGHLIGHT)

    def fixed_text(self, place: TextBox, text: str, ink: Colour) -> None:
        """Draw a text that all cards, or those of one category, share."""
        operators = self.text_box(place, spelled(printable(text)))
        self._code.append(" ".join(["BT", ink.fill, *operators, "ET"]))

    @contextmanager
    def form(self, name: str, size_mm: tuple[float, float]) -> Iterator[None]:
        """Make a form of what is drawn inside, to be shown any number of times."""
        self.beginForm(name, 0, 0, size_mm[0] * MM, size_mm[1] * MM)
        yield
        self.endForm()
        self.forms[name] = f"/{self._doc.getXObjectName(name)} Do"

    def draw_firs(
        self, ink: Colour, trees: Trees, frame: tuple[float, float, float, float]
    ) -> None:
        """Draw firs of three tiers along the foot of a frame (x, y, width, height in points)."""
        x, y, wide, high = frame
        self.setFillColor(ink)
        path = self.beginPath()
        for middle, height in trees:
            stem, tall = x + middle * wide, height * high
            for foot, top, half in TIERS:
                path.moveTo(stem - half * tall, y + foot * tall)
                path.lineTo(stem + half * tall, y + foot * tall)
                path.lineTo(stem, y + top * tall)
                path.close()
        self.drawPath(path, stroke=0, fill=1, fillMode=NON_ZERO)

    def surface(self, box: Box, ink: Colour, *, between_mm: tuple[float, float]) -> None:
        """Draw the part of a rounded surface that lies between two distances from its left."""
        x, y = box.x_mm * MM, (self.layout.card_mm[1] - box.y_mm - box.height_mm) * MM
        wide, high = box.width_mm * MM, box.height_mm * MM
        first, last = between_mm
        self.saveState()
        seen = self.beginPath()
        seen.rect(x + first * MM, y, (last - first) * MM, high)
        self.clipPath(seen, stroke=0, fill=0)
        self.setFillColor(ink)
        self.roundRect(x, y, wide, high, CORNER_MM * MM, stroke=0, fill=1)
        self.restoreState()

    def draw_marks(self) -> None:
        """Draw the cut marks: ticks at the sheet's edges, a cross where four cards meet."""
        layout = self.layout
        wide, high = layout.sheet_mm
        left, top = layout.margin_mm
        across = [left + n * layout.card_mm[0] for n in range(layout.columns + 1)]
        down = [high - top - n * layout.card_mm[1] for n in range(layout.rows + 1)]
        across = [x for x in across if 0 < x < wide]
        down = [y for y in down if 0 < y < high]
        with self.form("marks", layout.sheet_mm):
            self.setStrokeColor(LINE)
            self.setLineWidth(0.4)
            for x in across:
                for y in (0, high - MARK_MM, *(d - MARK_MM / 2 for d in down)):
                    self.line(x * MM, y * MM, x * MM, (y + MARK_MM) * MM)
            for y in down:
                for x in (0, wide - MARK_MM, *(a - MARK_MM / 2 for a in across)):
                    self.line(x * MM, y * MM, (x + MARK_MM) * MM, y * MM)


def tint_of(category: BadgeCategory) -> Tint:
    """Return the tint of a category; a number out of 1 to 6 begins again at 1."""
    return TINTS[(category.tint - 1) % len(TINTS) + 1]


def printable(text: str) -> str:
    """Return `text` composed (NFC), on one line, without characters that have no look.

    A character that the fonts lack gives way to its compatible spelling, when it has one: a
    digraph to its two letters, a full-width letter to the usual one (NFKC).
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in HIDDEN)
    known = drawable()
    if not known.issuperset(text):
        text = "".join(c if c in known else unicodedata.normalize("NFKC", c) for c in text)
    return " ".join(text.split())


def spelled(text: str) -> str:
    """Return `text` with each character that the fonts lack as its code, such as U+4E2D."""
    known = drawable()
    if known.issuperset(text):
        return text
    return "".join(c if c in known else f"U+{ord(c):04X}" for c in text)


@cache
def byte_paths() -> list[list[str]]:
    """Return, for each byte of a symbol's modules and each value, its dark modules as rectangles.

    Modules side by side are one rectangle.
    """
    return [
        [rectangles(8 * column, SIZE - 1 - row, f"{value:08b}") for value in range(256)]
        for row in range(SIZE)
        for column in range(ROW_BYTES)
    ]


def rectangles(x: int, y: int, modules: str) -> str:
    """Return the rectangles of the dark ones among `modules`, the first of which is at `x`, `y`."""
    out = []
    for part in modules.replace("0", " 0 ").split():
        if part != "0":
            out.append(f"{x} {y} {len(part)} 1 re\n")
        x += len(part)
    return "".join(out)


def symbol_path(modules: bytes) -> str:
    """Return the path of a symbol's dark modules, each one unit wide."""
    return "".join(map(getitem, byte_paths(), modules))
