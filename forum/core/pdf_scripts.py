"""Texts of any script as glyphs in the order in which they are seen, measured (HarfBuzz, UAX #9).

For what `font_coverage.plain` does not hold: other scripts than Latin, Greek and Cyrillic, and
accents that stand apart from their letter. A font is opened when a text first needs it.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from forum.core.font_coverage import (
    FONTS,
    JOINERS,
    LATIN,
    coverage,
    drawable,
    family_of,
    ignorable,
)

SPACES = " \u00a0"
REPLACEMENT = "[?]"
FEATURES = {"dlig": False}
BRACKETS = {"(": ")", "[": "]", "{": "}"}
HEAVIER = 0.028
"""How wide the line is around letters that have no bold of their own, over the size of type."""

ZERO_WIDTH_SPACE = 0x200B
VIRAMA = 9
"""The combining class of the signs that bind two consonants into one shape."""

EAST_ASIAN = (
    r"(?<=[\u2e80-\u303f\u3041-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff])"
    r"(?=[\u2e80-\u2fdf\u3041-\u3096\u30a1-\u30fa\u3105-\u312f\u3400-\u9fff\uf900-\ufaff])"
)
"""A pattern: between ideographs and kana, where a line may end without a space."""


class Glyph(NamedTuple):
    """One glyph; lengths are thousandths of the size of type.

    `text` is what it spells: a letter with its accents; '' for all but the first glyph of a group.
    """

    number: int
    advance: float
    x: float
    y: float
    text: str


class GlyphRun(NamedTuple):
    """Glyphs of one face, from left to right; `face` is the name of its file without the suffix.

    `thicken` says that the face has no bold of its own, and that one is wanted. `text` is what
    the run stands for, in reading order.
    """

    face: str
    glyphs: tuple[Glyph, ...]
    text: str
    thicken: bool
    leftward: bool


class Shaped(NamedTuple):
    """A line of runs from left to right; lengths are thousandths of the size of type.

    The first glyph begins at `lead`, so that no ink is left of 0 or right of `width`; `top` and
    `bottom` are how far the ink goes above and below (then negative) the base line.
    """

    runs: tuple[GlyphRun, ...]
    lead: float
    width: float
    top: float
    bottom: float


class Opened(NamedTuple):
    """A face that was opened, as HarfBuzz has it.

    `unit` is one of its units in thousandths of the size; `blank` a glyph without width or ink and
    `sliver` one that is `SLIVER` wide: most scripts that need them have them, else they are 0.
    """

    face: Any
    font: Any
    unit: float
    blank: int
    sliver: int


@cache
def opened(face: str) -> Opened:
    """Open a face by the name of its file."""
    import uharfbuzz as hb  # noqa: PLC0415  # a tenth of a second, for names that need it

    hb_face = hb.Face(hb.Blob.from_file_path(FONTS / f"{face}.ttf"))
    font = hb.Font(hb_face)
    blank, sliver = (font.get_nominal_glyph(ord(joiner)) or 0 for joiner in JOINERS)
    if not blank:
        blank = font.get_nominal_glyph(ZERO_WIDTH_SPACE) or 0
    return Opened(hb_face, font, 1000 / hb_face.upem, blank, sliver)


@lru_cache(2048)
def shape(text: str, font: str) -> Shaped:
    """Return one line of `text` in the look of `font`, one of the faces of `forum.core.pdf`.

    Characters that no face draws show as `[?]`.
    """
    style = font.removeprefix(f"{LATIN}-")
    runs = []
    pen = left = right = top = bottom = 0.0
    for family, level, start, end in seen_order(text):
        run = shape_run(text[start:end], family, style, leftward=bool(level % 2))
        runs.append(run)
        face, thick = opened(run.face), HEAVIER * 500 if run.thicken else 0
        for glyph in run.glyphs:
            ink = face.font.get_glyph_extents(glyph.number)
            if ink is not None and ink.height:
                x = pen + glyph.x + ink.x_bearing * face.unit
                y = glyph.y + ink.y_bearing * face.unit
                left = min(left, x - thick)
                right = max(right, x + ink.width * face.unit + thick)
                top = max(top, y + thick)
                bottom = min(bottom, y + ink.height * face.unit - thick)
            pen += glyph.advance
    return Shaped(tuple(runs), -left, max(pen, right) - left, top, bottom)


def seen_order(text: str) -> list[tuple[str, int, int, int]]:
    """Return (family, level, start, end) of the runs of `text`, from left to right (UAX #9, L2)."""
    families, levels = families_of(text), levels_of(text)
    runs, start = [], 0
    for (family, level), group in groupby(zip(families, levels, strict=True)):
        end = start + sum(1 for _ in group)
        runs.append((family, level, start, end))
        start = end
    highest = max(levels, default=0)
    lowest = min((level for level in levels if level % 2), default=highest + 1)
    for least in range(highest, lowest - 1, -1):
        turned = []
        for inside, found in groupby(runs, key=lambda run: run[1] >= least):
            part = list(found)
            turned += part[::-1] if inside else part
        runs = turned
    return runs


def families_of(text: str) -> list[str]:
    """Return the family that draws each character; what stands between letters goes with them."""
    between = coverage().between
    found: list[str] = []
    for char in text:
        family = family_of(char)
        before = found[-1] if found else ""
        if before not in {"", LATIN} and (char in between[before] or ignorable(char)):
            family = before
        found.append(family or LATIN)
    return found


def levels_of(text: str) -> list[int]:
    """Return the embedding level of each character: odd ones are read from right to left."""
    if not any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text):
        return [0] * len(text)
    from bidi import algorithm as bidi  # noqa: PLC0415  # seldom needed

    storage = bidi.get_empty_storage()
    base = bidi.get_base_level(text)
    storage["base_level"] = base
    storage["base_dir"] = "LR"[base]
    bidi.get_embedding_levels(text, storage)
    chars = storage["chars"]
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    resolve_brackets(storage["chars"], "LR"[base])
    bidi.resolve_neutral_types(storage, debug=False)
    bidi.resolve_implicit_levels(storage, debug=False)
    levels: list[int] = []
    for char in chars:
        boundary = char["orig"] == "BN" and levels
        levels.append(levels[-1] if boundary else char["level"])
    return levels


def resolve_brackets(chars: list[dict[str, Any]], base: str) -> None:
    """Give both brackets of a pair the direction of what they hold (UAX #9, rule N0)."""
    waiting: list[int] = []
    for at, char in enumerate(chars):
        if char["ch"] in BRACKETS:
            waiting.append(at)
        elif waiting and char["ch"] == BRACKETS[chars[waiting[-1]]["ch"]]:
            first = waiting.pop()
            inside = {strong(one["type"]) for one in chars[first:at]} - {""}
            before = (strong(one["type"]) for one in chars[first - 1 :: -1] if first)
            if inside:
                context = next(filter(None, before), base)
                found = base if base in inside or context == base else context
                chars[first]["type"] = char["type"] = found


def strong(bidi_type: str) -> str:
    """Return the direction that a character's type gives those beside it: L, R or none."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R", "AL": "R"}.get(bidi_type, "")


def shape_run(text: str, family: str, style: str, *, leftward: bool) -> GlyphRun:
    """Return the glyphs of `text`, all in one family and one direction."""
    import uharfbuzz as hb  # noqa: PLC0415  # see `opened`

    if not drawable(text):
        text = "".join(c if drawable(c) else REPLACEMENT for c in text)
    face, thicken = face_of(family, style)
    font = opened(face)
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if leftward else "ltr"
    buffer.language = "und"
    buffer.invisible_glyph = font.blank
    hb.shape(font.font, buffer, FEATURES)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    starts = sorted({info.cluster for info in infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    blank = space(style)
    told: set[int] = set()
    glyphs = []
    for info, place in zip(infos, positions, strict=True):
        at = info.cluster
        glyphs.append(
            Glyph(
                info.codepoint,
                blank if text[at] in SPACES else place.x_advance * font.unit,
                place.x_offset * font.unit,
                place.y_offset * font.unit,
                "" if at in told else text[at : ends[at]],
            )
        )
        told.add(at)
    return GlyphRun(face, tuple(glyphs), text, thicken, leftward)


@cache
def space(style: str) -> float:
    """Return the width of a space, which is that of Inter beside letters of any script."""
    inter = opened(f"{LATIN}-{style}")
    glyph = inter.font.get_nominal_glyph(ord(" "))
    return float(inter.font.get_glyph_h_advance(glyph) * inter.unit)


def face_of(family: str, style: str) -> tuple[str, bool]:
    """Return the face of a family for a style of Inter, and whether it must be thickened."""
    if family == LATIN:
        return f"{LATIN}-{style}", False
    strong = style != "Regular"
    has_bold = coverage().bold[family]
    return f"{family}-{'Bold' if strong and has_bold else 'Regular'}", strong and not has_bold


def thickened(text: str, font: str) -> bool:
    """Say whether some of `text` has no bold of its own, and is drawn with an outline instead."""
    return any(run.thicken for run in shape(text, font).runs)


def clusters(text: str) -> Iterator[str]:
    """Yield the parts of `text` between which it may be cut: letters with their signs and accents.

    Consonants that a virama or a joiner binds stay together.
    """
    part = ""
    for char in text:
        bound = unicodedata.category(char)[0] == "M" or char in JOINERS
        if part and not bound:
            last = part[-1]
            if not (last in JOINERS or unicodedata.combining(last) == VIRAMA):
                yield part
                part = ""
        part += char
    if part:
        yield part
