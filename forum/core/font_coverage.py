"""Which face of printed documents draws a character: told from a table, without opening a font."""

import json
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

FONTS = Path(__file__).with_name("fonts")
LATIN = "Inter"
"""The family of Latin, Greek and Cyrillic; those of other scripts come to its help."""

JOINERS = "\u200c\u200d"
"""Zero width, yet seen: they part or join the letters beside them in Persian and in India."""


class Coverage(NamedTuple):
    """All characters that are drawn: `firsts`, sorted, begin ranges that end before `ends`.

    `names` are the families of the ranges; `bold` says which family has a bold of its own, and
    `between` what each draws beside its own: the characters between letters of many scripts.
    """

    bold: dict[str, bool]
    firsts: list[int]
    ends: list[int]
    names: list[str]
    between: dict[str, frozenset[str]]


@cache
def coverage() -> Coverage:
    """Return the table beside the fonts, which `scripts/make_fonts.py` writes."""
    rows = json.loads((FONTS / "coverage.json").read_text(encoding="ascii"))
    ranges = [
        (first, first + length, row["family"])
        for row in rows
        for first, length in zip(row["codes"][::2], row["codes"][1::2], strict=True)
    ]
    firsts, ends, names = zip(*sorted(ranges), strict=True)
    return Coverage(
        {row["family"]: row["bold"] for row in rows},
        list(firsts),
        list(ends),
        list(names),
        {row["family"]: frozenset(row["between"]) for row in rows},
    )


@lru_cache(8192)
def family_of(char: str) -> str:
    """Return the name of the family that draws `char`, '' when none does."""
    table, code = coverage(), ord(char)
    at = bisect_right(table.firsts, code) - 1
    return table.names[at] if at >= 0 and code < table.ends[at] else ""


@cache
def plain() -> frozenset[str]:
    """Return the characters that Inter draws one by one, each in its own width: no accents alone.

    A text of these alone needs no shaping, and opens no other font.
    """
    table = coverage()
    return frozenset(
        chr(code)
        for first, end, name in zip(table.firsts, table.ends, table.names, strict=True)
        if name == LATIN
        for code in range(first, end)
        if unicodedata.category(chr(code)) not in {"Mn", "Me", "Cf"}
    )


def ignorable(char: str) -> bool:
    """Say whether `char` has no look of its own: controls, formats, variation selectors."""
    code = ord(char)
    return (
        unicodedata.category(char) in {"Cc", "Cf"}
        or 0xFE00 <= code <= 0xFE0F  # noqa: PLR2004  # variation selectors
        or 0xE0100 <= code <= 0xE01EF  # noqa: PLR2004
        or char in "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0"
    )


def printable(text: str) -> str:
    """Return `text` on one line, as documents draw it: see `composed`."""
    return " ".join(composed(text).split())


def composed(text: str) -> str:
    """Return `text` in NFC, without what has no look: controls, formats, variation selectors.

    A character that no face has gives way to its compatible spelling (NFKC) when it has one: a
    digraph to its two letters, a full-width letter to the usual one. Others stay as they are.
    """
    if plain().issuperset(text):
        return text
    text = unicodedata.normalize("NFC", text)
    kept = [nearest(char) for char in text]
    for at, char in enumerate(text):
        if char in JOINERS and 0 < at < len(text) - 1:
            beside = {family_of(text[at - 1]), family_of(text[at + 1])}
            kept[at] = char if beside.isdisjoint({"", LATIN}) else ""
    return "".join(kept)


def capitals(text: str) -> str:
    """Return `text` in capitals, except for letters whose capital no face has."""
    raised = text.upper()
    if plain().issuperset(raised):
        return raised
    return "".join(up if drawable(up := char.upper()) else char for char in text)


def spelled(text: str) -> str:
    """Return `text` with each character that no face has as its code, such as U+13080."""
    if plain().issuperset(text):
        return text
    return "".join(c if drawable(c) else f"U+{ord(c):04X}" for c in text)


def drawable(text: str) -> bool:
    """Say whether the fonts have all of `text`, or it needs no glyph."""
    return all(family_of(char) or ignorable(char) or char.isspace() for char in text)


def nearest(char: str) -> str:
    """Return what is drawn for `char`; `char` itself when the fonts have nothing near."""
    if char in plain():
        return char
    if char.isspace():
        return " "
    if ignorable(char):
        return ""
    if family_of(char):
        return char
    compatible = unicodedata.normalize("NFKC", char)
    return compatible if all(map(family_of, compatible)) else char


def missing_glyphs(*texts: str) -> str:
    """Return the characters of `texts` that no document can draw, each once, in order.

    Spaces, line ends, and what is drawn in another spelling are never missing.
    """
    known = plain()
    found: dict[str, None] = {}
    for text in texts:
        if not known.issuperset(text):
            found.update((c, None) for c in composed(text) if not drawable(c))
    return "".join(found)


def covered(text: str) -> frozenset[str]:
    """Return the characters of `text` that no document can draw; none when all is covered."""
    return frozenset(missing_glyphs(text))
