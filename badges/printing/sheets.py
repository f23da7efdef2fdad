"""The sheets of a print run: surfaces, pictures, text and marks as operators, pages as they end.

A page is one short string of operators a card: what its face always shows is a form drawn once,
text is in the document's own font subsets, and a QR code is one path and one fill. A face is a
paragraph and its code a figure in the tree of the document's structure (PDF/UA-1).
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from operator import getitem
from typing import Any, BinaryIO

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.pathobject import PDFPathObject

from badges.layouts.fitting import Fitted
from badges.layouts.models import Box, Code, Corners, Layout, Picture, Shape
from badges.models import BadgeCategory
from badges.printing.pictures import DRAWN, Frame, frame_of
from badges.qr import QUIET_ZONE, SIZE
from forum.core.font_coverage import plain
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
    Tint,
    colour,
    font,
    width,
)
from forum.core.pdf_flow import FlowingDocument

MARK_MM = 4.5
ARC = 0.4477
"""How far from a corner the handles of its arc are, over the radius: 1 - 4 (sqrt 2 - 1) / 3."""

CUT_GAP_MM = 1.5
FINDER = 7
FINDERS = ((0, 0), (0, SIZE - FINDER), (SIZE - FINDER, SIZE - FINDER))
"""The side of the squares by which QR codes are found, and where they are, in modules from below.

White surrounds them, so that no seam shows between them and the rest of the code.
"""

BLACK = colour("#000000")
ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), *b"\\()", *range(127, 256))}

COLOURS = {
    "ink": INK,
    "soft": SOFT,
    "fir": FIR,
    "white": WHITE,
    "black": BLACK,
    "line": LINE,
    "highlight": HIGHLIGHT,
}


MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""What every run is dated, so that equal badges give equal bytes."""
LEVEL = 5
"""Of the deflate of pages: a third faster than 6, and a fortieth larger."""

BATCH = 50
"""Pages compressed in one go: what draws and what compresses then keep their own tables at hand."""


class Surface:
    """One side of a sheet as it fills: the operators of its cards, and what each piece is.

    `pieces` are elements of the document's structure in reading order, as (role, words for a
    picture); `title` is what the outline calls the page, '' for a page that it does not name.
    """

    def __init__(self) -> None:
        self.operators: list[str] = []
        self.pieces: list[tuple[str, str]] = []
        self.title = ""

    def begin(self, role: str, alt: str = "") -> str:
        """Return the operator that begins a piece, which `EMC` ends."""
        self.pieces.append((role, alt))
        return f"/{role}<</MCID {len(self.pieces) - 1}>>BDC"


class Letters:
    """The letters of one face in one document, and the codes that its first subset has for them."""

    def __init__(self, face: str, document: Any) -> None:
        self.font = font(face)
        self.document = document
        self.codes: dict[str, str] = {}
        self.name = ""

    def shown(self, size_pt: float, text: str) -> str:
        """Return the operators that show `text`."""
        try:
            return f"{self.name} {size_pt:g} Tf ({''.join([self.codes[c] for c in text])}) Tj"
        except KeyError:
            return self.learnt(size_pt, text)

    def learnt(self, size_pt: float, text: str) -> str:
        """Have the font take in letters that are new to it, and return the operators."""
        parts = []
        for subset, codes in self.font.splitString(text, self.document):
            name = self.font.getSubsetInternalName(subset, self.document)
            escaped = [ESCAPES.get(code, chr(code)) for code in codes]
            if not subset and len(codes) == len(text):
                self.name = name
                self.codes.update(zip(text, escaped, strict=True))
            parts.append(f"{name} {size_pt:g} Tf ({''.join(escaped)}) Tj")
        return " ".join(parts)


class SheetDocument(FlowingDocument):
    """The document of a run: what cards share is drawn once, and pages are packed as they end.

    All that is on a page is `offset_mm` to the right and below where the layout has it.
    """

    _pagesize: tuple[float, float]
    _setXObjects: Callable[[Any], None]  # noqa: N815  # reportlab's name

    def __init__(
        self,
        layout: Layout,
        out: BinaryIO,
        *,
        title: str,
        language: str,
        offset_mm: tuple[float, float] = (0, 0),
        images: Mapping[str, bytes] | None = None,
    ) -> None:
        size_mm = layout.sheet.width_mm, layout.sheet.height_mm
        super().__init__(out, size_mm=size_mm, title=title, language=language, made_at=MADE_AT)
        self.layout = layout
        self.page_count = 0
        self.waiting: list[tuple[str, Surface]] = []
        self.forms: dict[str, str] = {}
        self.letters: dict[str, Letters] = {}
        self.images = {name: ImageReader(BytesIO(data)) for name, data in (images or {}).items()}
        self.marks = self.draw_marks()
        self.finders = self.draw_finders()
        right, down = offset_mm
        self.moved = f"1 0 0 1 {right * MM:.2f} {-down * MM:.2f} cm\n" if right or down else ""

    def add_sheet(self, surface: Surface, *, reverse: bool = False) -> None:
        """Add one page of cards, to be compressed and written with those that wait already.

        A `reverse` bears no marks, and stands on its head where the printer flips it so.
        """
        wide, high = self._pagesize
        marks = [] if reverse else self.marks
        turned = reverse and not self.layout.upright_reverse
        start = self.moved + (f"-1 0 0 -1 {wide:.2f} {high:.2f} cm\n" if turned else "")
        self.page_count += 1
        self.waiting.append((start + " ".join([*surface.operators, *marks]), surface))
        if len(self.waiting) >= BATCH:
            self.write_pages()

    def write_pages(self) -> None:
        """Write the pages that wait, and what they are in the document's structure."""
        contents = [zlib.compress(one.encode("latin-1"), LEVEL) for one, _ in self.waiting]
        for content, (_, surface) in zip(contents, self.waiting, strict=True):
            if surface.title:
                here = str(self._page)
                self.target(here, self._pagesize[1])
                self.bookmark(surface.title, here, 0)
            self.add_page(content, surface.pieces)
        self.waiting.clear()

    def save(self) -> None:
        """Write the file, once the forms that its pages show are known."""
        self.write_pages()
        self._code.clear()
        self._formsinuse = list(self.forms)
        self._setXObjects(self._shared.resources)
        self._shared.resources.XObject = self._shared.resources.XObjects
        super().save()

    def shown(self, face: str, size_pt: float, text: str) -> str:
        """Return the operators that show `text`, in the document's own subsets of the face."""
        if not plain().issuperset(text):
            return self.shaped(text, face, size_pt)
        letters = self.letters.get(face)
        if letters is None:
            letters = self.letters[face] = Letters(face, self._doc)
        return letters.shown(size_pt, f"{text} ")  # or else it is read as one word with the next

    def set_lines(
        self, fitted: Fitted, face: str, *, left: float, wide: float, share: float
    ) -> list[tuple[str, float, str]]:
        """Return each line: where it begins, how far its foot is below the top, what shows it.

        `share` of the white beside a line stands on its left: 0, a half or 1; points.
        """
        size = fitted.size_pt
        placed = []
        for n, line in enumerate(fitted.lines):
            x = left + (share * (wide - width(line, face, size)) if share else 0)
            down = fitted.extent.above * size + n * fitted.leading_pt
            placed.append((f"1 0 0 1 {x:.2f}", down, f"Tm {self.shown(face, size, line)}"))
        return placed

    def form_name(self) -> str:
        """Return the name of the next form; a page holds it as often as it shows the form."""
        return str(len(self.forms))

    @contextmanager
    def form(self, name: str, frame: Frame) -> Iterator[None]:
        """Make a form of what is drawn inside a frame, to be shown any number of times."""
        x, y, wide, high = frame
        self.beginForm(name, x, y, x + wide, y + high)  # type: ignore[arg-type]  # no int needed
        yield
        self.endForm()
        self.forms[name] = f"/{self._doc.getXObjectName(name)} Do"

    def draw_shape(self, shape: Shape, tint: Tint) -> None:
        """Draw a surface in its colour, which may be one of the category's `tint`."""
        self.setFillColor(named(shape.colour, tint))
        path = self.rounded(frame_of(shape.box), shape.corner_mm * MM, shape.corners)
        self.drawPath(path, stroke=0, fill=1)

    def draw_white(self, code: Code) -> None:
        """Draw the white on which a code stands, whatever is below it."""
        side = code.side_mm
        box = Box(x_mm=code.x_mm, y_mm=code.y_mm, width_mm=side, height_mm=side)
        corner = side * QUIET_ZONE / (SIZE + 2 * QUIET_ZONE)
        self.setFillColor(WHITE)
        self.drawPath(self.rounded(frame_of(box), corner * MM), stroke=0, fill=1)

    def draw_operators(self, operators: list[str]) -> None:
        """Add operators to what is being drawn."""
        self._code.append(" ".join(operators))

    def rounded(self, frame: Frame, radius: float, corners: Corners = "all") -> PDFPathObject:
        """Return the path of a rectangle with round corners, as large as the sides allow."""
        x, y, wide, high = frame
        x1, y1 = x + wide, y + high
        beside, above = corners not in ("left", "right"), corners not in ("top", "bottom")
        radius = min(radius, wide / (1 + beside), high / (1 + above))
        path = self.beginPath()
        if not radius:
            path.rect(x, y, wide, high)
            return path
        left, right, top, bottom = (
            corners != other for other in ("right", "left", "bottom", "top")
        )
        kept = ARC * radius
        path.moveTo(x + radius, y)
        for round_, corner, before, after in (
            (right and bottom, (x1, y), (-1, 0), (0, 1)),
            (right and top, (x1, y1), (0, -1), (-1, 0)),
            (left and top, (x, y1), (1, 0), (0, -1)),
            (left and bottom, (x, y), (0, 1), (1, 0)),
        ):
            (cx, cy), (bx, by), (ax, ay) = corner, before, after
            if not round_:
                path.lineTo(cx, cy)
                continue
            path.lineTo(cx + bx * radius, cy + by * radius)
            path.curveTo(
                cx + bx * kept,
                cy + by * kept,
                cx + ax * kept,
                cy + ay * kept,
                cx + ax * radius,
                cy + ay * radius,
            )
        path.close()
        return path

    def missing_images(self) -> list[str]:
        """Return the images that the layout has and that are not at hand."""
        faces = self.layout.faces.values()
        names = {picture.name for face in faces for picture in face.pictures}
        return sorted(names - {*DRAWN, *self.images})

    def draw_picture(self, picture: Picture) -> None:
        """Draw a picture in its box; an image that is not at hand leaves its box white."""
        frame = frame_of(picture.box)
        draw, image = DRAWN.get(picture.name), self.images.get(picture.name)
        if draw is None and image is None:
            return
        self.saveState()
        self.clipPath(self.rounded(frame, picture.corner_mm * MM), stroke=0, fill=0)
        if draw is not None:
            draw(self, frame)
        elif image is not None:
            self.draw_image(image, frame, cover=picture.fit == "cover")
        self.restoreState()

    def draw_image(self, image: ImageReader, frame: Frame, *, cover: bool) -> None:
        """Draw an image in the middle of a frame, whole in it or all over it."""
        wide, high = image.getSize()
        chosen = max if cover else min
        scale = chosen(frame.width / wide, frame.height / high)
        x = frame.x + (frame.width - wide * scale) / 2
        y = frame.y + (frame.height - high * scale) / 2
        self.drawImage(image, x, y, wide * scale, high * scale, mask="auto")

    def draw_marks(self) -> list[str]:
        """Draw where the sheet is cut or folded, once; return what shows it."""
        draw = {"cut": self.draw_cuts, "fold": self.draw_folds}.get(self.layout.sheet.marks)
        if draw is None:
            return []
        name = self.form_name()
        with self.form(name, Frame(0, 0, *self._pagesize)):
            self.setStrokeColor(LINE)
            self.setLineWidth(0.4)
            draw()
        return ["/Artifact BMC", self.forms[name], "EMC"]

    def draw_finders(self) -> str:
        """Draw the corners that all QR codes have, a unit a module; return what shows them."""
        if not any(face.codes for face in self.layout.faces.values()):
            return ""
        squares = [
            f"{x + inset} {y + inset} {FINDER - 2 * inset} {FINDER - 2 * inset} re"
            for x, y in FINDERS
            for inset in (0, 1, 2)
        ]
        name = self.form_name()
        with self.form(name, Frame(0, 0, SIZE, SIZE)):
            self.draw_operators([*squares, "f*"])
        return self.forms[name]

    def draw_cuts(self) -> None:
        """Draw the cut marks: ticks at the sheet's edges, a cross where cards meet."""
        layout = self.layout
        wide, high = layout.sheet.width_mm, layout.sheet.height_mm
        edges = [
            (corner.x_mm + x, high - corner.y_mm - y)
            for corner in layout.corners()
            for x in (0, layout.card_width_mm)
            for y in (0, layout.card_height_mm)
        ]
        across = sorted({round(x, 4) for x, _ in edges if 0 < x < wide})
        down = sorted({round(y, 4) for _, y in edges if 0 < y < high})
        tall = max(MARK_MM, layout.sheet.top_mm - CUT_GAP_MM)
        long = max(MARK_MM, layout.sheet.left_mm - CUT_GAP_MM)
        for x in across:
            self.tick(x, 0, x, tall)
            self.tick(x, high - tall, x, high)
            for y in down:
                self.tick(x, y - MARK_MM / 2, x, y + MARK_MM / 2)
        for y in down:
            self.tick(0, y, long, y)
            self.tick(wide - long, y, wide, y)
            for x in across:
                self.tick(x - MARK_MM / 2, y, x + MARK_MM / 2, y)

    def draw_folds(self) -> None:
        """Draw dashes where panels meet inside a card: there it is folded."""
        layout = self.layout
        self.setDash(2, 3)
        across = sorted({panel.x_mm for panel in layout.panels} - {0})
        down = sorted({panel.y_mm for panel in layout.panels} - {0})
        wide, high = layout.card_width_mm, layout.card_height_mm
        for left, top in layout.corners():
            foot = layout.sheet.height_mm - top - high
            for x in across:
                self.tick(left + x, foot, left + x, foot + high)
            for y in down:
                self.tick(left, foot + high - y, left + wide, foot + high - y)

    def tick(self, x0_mm: float, y0_mm: float, x1_mm: float, y1_mm: float) -> None:
        """Draw a line of a mark."""
        self.line(x0_mm * MM, y0_mm * MM, x1_mm * MM, y1_mm * MM)


def named(name: str, tint: Tint) -> Colour:
    """Return a colour of a layout: a name of its palette, or `#rrggbb`."""
    if name == "category":
        return tint.foreground
    if name == "category-surface":
        return tint.background
    return COLOURS.get(name) or colour(name)


def tint_of(category: BadgeCategory) -> Tint:
    """Return the tint of a category; a number out of 1 to 6 begins again at 1."""
    return TINTS[(category.tint - 1) % len(TINTS) + 1]


@cache
def byte_paths() -> list[list[str]]:
    """Return, for each byte of a symbol's modules and each value, its dark modules as rectangles.

    Modules side by side are one rectangle; those of the finders are left to `draw_finders`.
    """
    paths = []
    for y in range(SIZE - 1, -1, -1):
        for x in range(0, SIZE, 8):
            kept = others(x, y)
            paths.append([rectangles(x, y, f"{value & kept:08b}") for value in range(256)])
    return paths


def others(x: int, y: int) -> int:
    """Return which of the eight modules from `x`, `y` on are in no finder, as bits of a byte."""
    return sum(
        0x80 >> n
        for n in range(8)
        if not any(0 <= x + n - left < FINDER and 0 <= y - low < FINDER for left, low in FINDERS)
    )


def rectangles(x: int, y: int, modules: str) -> str:
    """Return the rectangles of the dark ones among `modules`, the first of which is at `x`, `y`."""
    out = []
    for part in modules.replace("0", " 0 ").split():
        if part != "0":
            out.append(f"{x} {y} {len(part)} 1 re\n")
        x += len(part)
    return "".join(out)


def symbol_path(modules: bytes) -> str:
    """Return the path of a symbol's dark modules but its finders, each one unit wide."""
    return "".join(map(getitem, byte_paths(), modules))
