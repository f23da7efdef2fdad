"""How a text is made to fit its place: smaller, then in more lines, never cut."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from badges.layouts.models import Size
from forum.core.pdf import MM, USUAL, Extent, extent, width
from forum.core.pdf_scripts import EAST_ASIAN, clusters

LEADING = USUAL.above + USUAL.below
"""Distance between lines over their size, for Latin, Greek and Cyrillic."""

SIZE_STEP_PT = 0.5
LEGIBLE_PT = 6
"""A word is broken rather than set smaller than this."""

LEAST_PT = 4
BALANCE = (1.05, 1.15, 1.3)
BREAKS = re.compile(rf"(?<=[-\u2010\u2013/])(?=\w)|{EAST_ASIAN}")
"""Where a line may end inside a word: after a hyphen, between ideographs."""


class Step(NamedTuple):
    """One try at fitting a text: at most `lines`, from the largest size down to the smallest.

    `lines` 0 stands for as many as the height holds; `inside_words` lets a line end anywhere.
    """

    lines: int
    largest_pt: float
    smallest_pt: float
    inside_words: bool = False


class Measured(NamedTuple):
    """A text in a face, how wide it is in type of one point, and what its lines take."""

    text: str
    font: str
    whole: float
    extent: Extent


class Fitted(NamedTuple):
    """A text at the size, and in the lines, in which it fits its place."""

    size_pt: float
    lines: list[str]
    extent: Extent = USUAL

    @property
    def leading_pt(self) -> float:
        """The distance between lines; so far apart they never touch."""
        return self.size_pt * (self.extent.above + self.extent.below)

    @property
    def height_pt(self) -> float:
        """What the lines take."""
        return len(self.lines) * self.leading_pt


def fit(
    text: str, sizes: Sequence[Size], font: str, *, width_mm: float, height_mm: float
) -> Fitted:
    """Return `text` as large as its sizes let it be in a place of this width and height.

    Nothing is ever left out: the last tries break inside words and end at whatever size holds.
    """
    wide, high = width_mm * MM, height_mm * MM
    measured = Measured(text, font, width(text, font, 1), extent(text, font))
    for step in steps(sizes):
        fitted = try_step(measured, step, wide, high)
        if fitted:
            return fitted
    size = least_of(sizes)
    while True:
        size *= 0.9
        step = Step(0, size, size, inside_words=True)
        fitted = try_step(measured, step, wide, high)
        if fitted:
            return fitted


def steps(sizes: Sequence[Size]) -> Iterator[Step]:
    """Yield the tries of a text, best first: its sizes, then smaller ones in any lines.

    A long word is broken as soon as it would be too small to read.
    """
    for one in sizes:
        yield Step(one.lines, one.largest_pt, one.smallest_pt)
    size, least = sizes[-1].smallest_pt, least_of(sizes)
    legible = min(size, LEGIBLE_PT)
    for largest, smallest in ((size, legible), (legible, least)):
        yield Step(0, largest, smallest)
        yield Step(0, largest, smallest, inside_words=True)


def least_of(sizes: Sequence[Size]) -> float:
    """Return the size below which a text goes only when nothing else holds it."""
    return min(sizes[-1].smallest_pt, LEAST_PT)


def try_step(measured: Measured, step: Step, wide: float, high: float) -> Fitted | None:
    """Return a text at the largest size of `step` that fits `wide` by `high` points, or None."""
    text, font, whole, taken = measured
    leading = taken.above + taken.below
    if step.lines == 1:
        size = min(step.largest_pt, high / leading, wide / whole if whole else step.largest_pt)
        size = size // SIZE_STEP_PT * SIZE_STEP_PT
        return Fitted(size, [text], taken) if size >= step.smallest_pt else None
    size = step.largest_pt
    while size >= step.smallest_pt:
        most = int(high / (size * leading))
        most = min(most, step.lines) if step.lines else most
        if whole * size <= most * wide:
            lines = wrap(text, font, size, wide, inside_words=step.inside_words)
            if lines and len(lines) <= most:
                return Fitted(size, balanced(text, font, size, wide, lines), taken)
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
        first, *others = BREAKS.split(word)
        yield " ", first
        yield from (("", other) for other in others)


def split_word(word: str, font: str, size_pt: float, wide: float) -> list[str]:
    """Return `word` in parts of at most `wide` points; an accent stays with its letter."""
    parts = [""]
    for cluster in clusters(word):
        longer = parts[-1] + cluster
        if not parts[-1] or width(longer, font, size_pt) <= wide:
            parts[-1] = longer
        else:
            parts.append(cluster)
    return parts
