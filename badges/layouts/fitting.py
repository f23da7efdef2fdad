"""How a text is made to fit its place: smaller, then in more lines, never cut."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from badges.layouts.models import Size
from forum.core.pdf import MM, width

LEADING = 1.21
"""Distance between lines over their size: Inter's own ascent and descent, so lines never touch."""

ASCENT = 0.969
SIZE_STEP_PT = 0.5
LEAST_PT = 4
BALANCE = (1.05, 1.15, 1.3)
AFTER_HYPHEN = re.compile(r"(?<=[-\u2010\u2013/])(?=\w)")


class Step(NamedTuple):
    """One try at fitting a text: at most `lines`, from the largest size down to the smallest.

    `lines` 0 stands for as many as the height holds; `inside_words` lets a line end anywhere.
    """

    lines: int
    largest_pt: float
    smallest_pt: float
    inside_words: bool = False


class Fitted(NamedTuple):
    """A text at the size, and in the lines, in which it fits its place."""

    size_pt: float
    lines: list[str]

    @property
    def height_pt(self) -> float:
        """What the lines take."""
        return len(self.lines) * self.size_pt * LEADING


def fit(
    text: str, sizes: Sequence[Size], font: str, *, width_mm: float, height_mm: float
) -> Fitted:
    """Return `text` as large as its sizes let it be in a place of this width and height.

    Nothing is ever left out: the last tries break inside words and end at whatever size holds.
    """
    wide, high = width_mm * MM, height_mm * MM
    size = sizes[-1].smallest_pt
    least = min(size, LEAST_PT)
    steps = [
        *(Step(one.lines, one.largest_pt, one.smallest_pt) for one in sizes),
        Step(0, size, least),
        Step(0, size, least, inside_words=True),
    ]
    for step in steps:
        fitted = try_step(text, font, step, wide, high)
        if fitted:
            return fitted
    size = least
    while True:
        size *= 0.9
        step = Step(0, size, size, inside_words=True)
        fitted = try_step(text, font, step, wide, high)
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
