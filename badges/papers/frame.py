"""What the papers of presence share: A4 pages, texts that fit, cells of tables, heads and feet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import NamedTuple

from forum.core.pdf import FIR, HIGHLIGHT, INK, LINE, MM, REGULAR, SOFT, Colour
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Style, draw, one_line, ornament, paragraph, runs, typeset

A4_MM = (210, 297)
WIDE, HIGH = 210 * MM, 297 * MM
LEFT, RIGHT = 15 * MM, 195 * MM
TOP, BOTTOM = 284 * MM, 18 * MM
FOOT = 10 * MM
BAND = 3.5 * MM
LEADING = 1.28
SMALLER = (1.0, 0.9, 0.8, 0.7)
"""Tried in this order where a word is too wide for its cell; at last it is broken in it."""
RULE = 0.6
"""How thick the lines of a table are, in points."""


class Ink(NamedTuple):
    """The look of a text: font, size in points, colour."""

    font: str = REGULAR
    size: float = 9.5
    colour: Colour = INK


class Paper(TaggedDocument):
    """A tagged A4 document with our band at the head and a line at the foot of each page."""

    def __init__(self, *, title: str, author: str, language: str, made_at: datetime) -> None:
        self.written = BytesIO()
        self.language = language
        super().__init__(
            self.written,
            size_mm=A4_MM,
            title=title,
            language=language,
            author=author,
            made_at=made_at,
        )
        self._begun = False

    def begin(self, left: str, right: str) -> None:
        """Begin a page, with what stands at its foot."""
        if self._begun:
            self.showPage()
        self._begun = True
        with self.artifact("Background"):
            self.fill(FIR, 0, HIGH - BAND, WIDE, BAND)
            self.fill(HIGHLIGHT, 0, HIGH - BAND - 0.6 * MM, WIDE, 0.6 * MM)
        small = Ink(size=8, colour=SOFT)
        last = self.set(right, small, RIGHT - LEFT)
        room = RIGHT - LEFT - last.width - 5 * MM
        with self.artifact("Pagination"):
            ornament(self, self.set(left, small, room), LEFT, FOOT + small.size)
            ornament(self, last, RIGHT - last.width, FOOT + small.size)

    def finished(self) -> bytes:
        """End the document and return it."""
        self.save()
        return self.written.getvalue()

    def set(self, text: str, ink: Ink, room: float, *, whole: bool = False) -> Paragraph:
        """Set a text in lines of at most `room`; `whole`: as it is, for a code or a name."""
        shown = one_line(text) if whole else typeset(one_line(text), self.language)
        for smaller in SMALLER:
            size = ink.size * smaller
            made = paragraph(
                runs(shown, Style(ink.font, size, ink.colour)), room, ink.size * LEADING
            )
            if made.whole:
                break
        return made

    def fill(self, colour: Colour, x: float, y: float, width: float, height: float) -> None:
        """Fill a rectangle; inside `tagged` or `artifact`."""
        self.literal(f"{colour.fill} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def box(self, x: float, y: float, width: float, height: float, *, thick: float = RULE) -> None:
        """Draw the outline of a rectangle; inside `tagged` or `artifact`."""
        red, green, blue = LINE
        self.literal(
            f"{red:.3g} {green:.3g} {blue:.3g} RG {thick:g} w"
            f" {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S"
        )

    def rule(self, x: float, y: float, width: float, colour: Colour = LINE) -> None:
        """Draw a thin line, as an artifact."""
        with self.artifact():
            self.fill(colour, x, y, width, RULE)

    def written_at(self, node: Node | None, text: Paragraph, x: float, top: float) -> None:
        """Draw a text as content of `node`; without one it is said elsewhere, and an artifact."""
        if not text.lines:
            return
        if node is None:
            with self.artifact("Pagination"):
                ornament(self, text, x, top)
        else:
            draw(self, node, text, x, top)


class Pages:
    """Rows cut into pages: each page has as many as fit."""

    def __init__(self, room_first: float, room_others: float, last: float) -> None:
        self.rooms = (room_first, room_others)
        self.last = last

    def cut(self, heights: Sequence[float]) -> Iterator[range]:
        """Yield the rows of each page; `last` is kept free under the last row, or has a page."""
        start, room = 0, self.rooms[0]
        for number, height in enumerate(heights):
            if room < height and number > start:
                yield range(start, number)
                start, room = number, self.rooms[1]
            room -= height
        if room >= self.last or start == len(heights):
            yield range(start, len(heights))
            return
        kept = len(heights) - 1  # the last row goes over with what follows it
        if kept > start:
            yield range(start, kept)
            yield range(kept, len(heights))
        else:
            yield range(start, len(heights))
            yield range(len(heights), len(heights))
