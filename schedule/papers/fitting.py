"""Text in the largest type that fits its place; the same look through all pages of a document."""

from functools import lru_cache
from typing import NamedTuple

from forum.core.pdf import Colour
from forum.core.pdf_text import Paragraph, Style, Word, lines_needed, paragraph, runs, words_of

LEADING = 1.18
"""From base line to base line, in sizes of the type."""


class Look(NamedTuple):
    """A face and a colour, and the sizes to try, the largest first."""

    face: str
    ink: Colour
    sizes: tuple[float, ...]


def fitted(text: str, look: Look, wide: float, high: float) -> Paragraph:
    """Return a text in the largest size that fits, or else shortened in the smallest."""
    words = measured(text, look)
    for size in look.sizes:
        if lines_needed(words, wide, scale=size) * size * LEADING <= high:
            return in_size(text, look, size, wide)
    size = look.sizes[-1]
    lines = int(high / (size * LEADING))
    if not lines:
        return Paragraph([], 0)
    kept, found = text, in_size(text, look, size, wide)
    while len(found.lines) > lines and len(kept) > 1:
        kept = kept[: int(len(kept) * 0.9)]
        if " " in kept:
            kept = kept.rsplit(" ", 1)[0]
        found = in_size(kept.rstrip(" ,;:\u00a0\u202f") + "…", look, size, wide)
    return found


@lru_cache(4000)
def measured(text: str, look: Look) -> list[Word]:
    """Return the words of a text, measured in type of one point."""
    return list(words_of(runs(text, Style(look.face, 1, look.ink))))


def in_size(text: str, look: Look, size: float, wide: float) -> Paragraph:
    """Break a text into lines at one size."""
    return paragraph(runs(text, Style(look.face, size, look.ink)), wide, size * LEADING)
