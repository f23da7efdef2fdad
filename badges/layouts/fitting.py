"""Layouts of badges as data in millimetres, and how a text is made to fit its place."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from msgspec import Struct

from forum.core.errors import Invalid
from forum.core.pdf import BOLD, MM, REGULAR, SEMIBOLD, width

LEADING = 1.21
"""Distance between lines over their size: Inter's own ascent and descent, so lines never touch."""

ASCENT = 0.969
SIZE_STEP_PT = 0.5
BALANCE = (1.05, 1.15, 1.3)
AFTER_HYPHEN = re.compile(r"(?<=[-\u2010\u2013/])(?=\w)")

ColourName = Literal["ink", "soft", "fir", "white", "highlight", "tint"]
Field = Literal["given_name", "family_name", "organisation", "job_title"]


class Box(Struct, frozen=True, kw_only=True):
    """A rectangle of the card, in millimetres from the card's upper left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


class Step(Struct, frozen=True, kw_only=True):
    """One try at fitting a text: at most `lines`, from the largest size down to the smallest.

    `lines` 0 stands for as many as the height holds; `inside_words` lets a line end anywhere.
    """

    lines: int
    largest_pt: float
    smallest_pt: float
    inside_words: bool = False


class Lettering(Struct, frozen=True, kw_only=True):
    """A face, a colour, and the tries at fitting, best first; the last one always succeeds."""

    font: str
    colour: ColourName
    steps: tuple[Step, ...]


class TextBox(Struct, frozen=True, kw_only=True):
    """A text alone in its place."""

    box: Box
    lettering: Lettering
    align: Literal["left", "centre"] = "left"


class Part(Struct, frozen=True, kw_only=True):
    """One text of a column; `height_mm` is the most it may take, `gap_mm` the white above it."""

    field: Field
    lettering: Lettering
    height_mm: float
    gap_mm: float = 0


class Column(Struct, frozen=True, kw_only=True):
    """Texts that follow each other, each below what the last one took, at a box's top or bottom.

    The heights and gaps of its parts add up to the box's height at most, so they never overlap.
    """

    box: Box
    parts: tuple[Part, ...]
    anchor: Literal["top", "bottom"] = "top"


class Layout(Struct, frozen=True, kw_only=True):
    """A card, how many stand on a sheet, and where everything is on it.

    `margin_mm` is the left and the upper margin of the sheet. `panel` is the surface in the
    category's tint, with a band in its ink on the left; `qr` holds the symbol with its quiet zone.
    """

    name: str
    sheet_mm: tuple[float, float]
    card_mm: tuple[float, float]
    columns: int
    rows: int
    margin_mm: tuple[float, float]
    header: Box
    title: TextBox
    dates: TextBox
    texts: tuple[Column, ...]
    panel: Box
    band_mm: float
    category: TextBox
    qr: Box
    reference: TextBox

    @property
    def per_sheet(self) -> int:
        """How many cards stand on a sheet."""
        return self.columns * self.rows

    def corners_mm(self) -> list[tuple[float, float]]:
        """Return the upper left corner of each card, from the sheet's, in reading order."""
        left, top = self.margin_mm
        wide, high = self.card_mm
        return [
            (left + column * wide, top + row * high)
            for row in range(self.rows)
            for column in range(self.columns)
        ]


class Fitted(NamedTuple):
    """A text at the size, and in the lines, in which it fits its place."""

    size_pt: float
    lines: list[str]

    @property
    def height_pt(self) -> float:
        """What the lines take."""
        return len(self.lines) * self.size_pt * LEADING


class UnknownLayout(Invalid):
    """There is no badge layout of this name."""

    code = "unknown_layout"


def find(name: str) -> Layout:
    """Return a layout that ships with the product, by its name in `LAYOUTS`.

    Raises:
        UnknownLayout: there is none of this name.

    """
    if name not in LAYOUTS:
        raise UnknownLayout
    return LAYOUTS[name]


def fit(text: str, lettering: Lettering, *, width_mm: float, height_mm: float) -> Fitted:
    """Return `text` as large as its steps let it be in a place of this width and height.

    Nothing is ever left out: the last step breaks inside words and ends at whatever size holds.
    """
    wide, high = width_mm * MM, height_mm * MM
    for step in lettering.steps:
        fitted = try_step(text, lettering.font, step, wide, high)
        if fitted:
            return fitted
    last = lettering.steps[-1]
    size = last.smallest_pt
    while True:
        size *= 0.9
        step = Step(lines=0, largest_pt=size, smallest_pt=size, inside_words=True)
        fitted = try_step(text, lettering.font, step, wide, high)
        if fitted:
            return fitted


def try_step(text: str, font: str, step: Step, wide: float, high: float) -> Fitted | None:
    """Return `text` at the largest size of `step` that fits `wide` by `high` points, or None."""
    whole = width(text, font, 1)
    if step.lines == 1:
        size = min(step.largest_pt, high / LEADING, wide / whole if whole else step.largest_pt)
        size = size // SIZE_STEP_PT * SIZE_STEP_PT
        return Fitted(size, [text]) if size >= step.smallest_pt else None
    size = step.largest_pt
    while size >= step.smallest_pt:
        most = int(high / (size * LEADING))
        most = min(most, step.lines) if step.lines else most
        if whole * size <= most * wide:
            lines = wrap(text, font, size, wide, inside_words=step.inside_words)
            if lines and len(lines) <= most:
                return Fitted(size, balanced(text, font, size, wide, lines))
        size -= SIZE_STEP_PT
    return None


def balanced(text: str, font: str, size_pt: float, wide: float, lines: list[str]) -> list[str]:
    """Return as many lines as `lines`, of about one length where words allow: no lone last word."""
    even = width(text, font, size_pt) / len(lines)
    for slack in BALANCE:
        if even * slack < wide:
            tried = wrap(text, font, size_pt, even * slack, inside_words=False)
            if len(tried) == len(lines):
                return tried
    return lines


def wrap(text: str, font: str, size_pt: float, wide: float, *, inside_words: bool) -> list[str]:
    """Return `text` in lines of at most `wide` points, broken at spaces and after hyphens.

    The list is empty when a word is too wide and may not be broken.
    """
    lines: list[str] = []
    line = ""
    for space, piece in pieces(text):
        longer = f"{line}{space}{piece}" if line else piece
        if width(longer, font, size_pt) <= wide:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = split_word(piece, font, size_pt, wide)
        if full and not inside_words:
            return []
        lines += full
    return [*lines, line]


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts between which a line may end, each with the space that stands before it."""
    for word in text.split(" "):
        first, *others = AFTER_HYPHEN.split(word)
        yield " ", first
        yield from (("", other) for other in others)


def split_word(word: str, font: str, size_pt: float, wide: float) -> list[str]:
    """Return `word` in parts of at most `wide` points; an accent stays with its letter."""
    parts = [""]
    for char in word:
        longer = parts[-1] + char
        if not parts[-1] or unicodedata.combining(char) or width(longer, font, size_pt) <= wide:
            parts[-1] = longer
        else:
            parts.append(char)
    return parts


def lettering(
    font: str, colour: ColourName, *steps: tuple[int, float, float], least_pt: float = 4
) -> Lettering:
    """Return a lettering of (lines, largest, smallest) steps, then any lines, broken anywhere."""
    tries = [Step(lines=n, largest_pt=most, smallest_pt=least) for n, most, least in steps]
    size = steps[-1][2]
    tries.append(Step(lines=0, largest_pt=size, smallest_pt=least_pt))
    tries.append(Step(lines=0, largest_pt=size, smallest_pt=least_pt, inside_words=True))
    return Lettering(font=font, colour=colour, steps=tuple(tries))


A6 = Layout(
    name="a6",
    sheet_mm=(210, 297),
    card_mm=(105, 148.5),
    columns=2,
    rows=2,
    margin_mm=(0, 0),
    header=Box(x_mm=6, y_mm=6, width_mm=93, height_mm=29),
    title=TextBox(
        box=Box(x_mm=11, y_mm=9.5, width_mm=58, height_mm=17),
        lettering=lettering(BOLD, "white", (1, 16, 14), (2, 15.5, 12), (3, 13, 9.5)),
    ),
    dates=TextBox(
        box=Box(x_mm=11, y_mm=27.5, width_mm=58, height_mm=5),
        lettering=lettering(SEMIBOLD, "highlight", (1, 9, 6)),
    ),
    texts=(
        Column(
            box=Box(x_mm=11, y_mm=39, width_mm=88, height_mm=33.5),
            parts=(
                Part(
                    field="given_name",
                    lettering=lettering(BOLD, "ink", (1, 40, 22), (2, 22, 14), (3, 14, 9)),
                    height_mm=19,
                ),
                Part(
                    field="family_name",
                    lettering=lettering(SEMIBOLD, "fir", (1, 26, 15.5), (2, 15.5, 10), (3, 10, 7)),
                    height_mm=14,
                    gap_mm=0.5,
                ),
            ),
        ),
        Column(
            box=Box(x_mm=11, y_mm=73, width_mm=88, height_mm=23.5),
            anchor="bottom",
            parts=(
                Part(
                    field="organisation",
                    lettering=lettering(
                        SEMIBOLD, "ink", (1, 13, 11.5), (2, 12.5, 11.5), (3, 11.5, 7)
                    ),
                    height_mm=15,
                ),
                Part(
                    field="job_title",
                    lettering=lettering(REGULAR, "soft", (1, 10.5, 9.5), (2, 8.5, 6.5)),
                    height_mm=7.5,
                    gap_mm=1,
                ),
            ),
        ),
    ),
    panel=Box(x_mm=6, y_mm=99.5, width_mm=93, height_mm=43),
    band_mm=2.5,
    category=TextBox(
        box=Box(x_mm=12.5, y_mm=105, width_mm=46.5, height_mm=32),
        lettering=lettering(BOLD, "tint", (1, 24, 18), (2, 22, 14), (3, 15, 9)),
    ),
    qr=Box(x_mm=62, y_mm=102, width_mm=34.5, height_mm=34.5),
    reference=TextBox(
        box=Box(x_mm=62, y_mm=136.9, width_mm=34.5, height_mm=4.8),
        lettering=lettering(SEMIBOLD, "tint", (1, 10.5, 5)),
        align="centre",
    ),
)

LAYOUTS = {layout.name: layout for layout in (A6,)}
