"""Setting text in a PDF: French and English typography, lines, hyphens, links inside a line.

Text is first measured and broken into lines, then drawn; both are exact, so that a document can be
laid out, numbered and drawn in one pass. Lengths are points.
"""

import math
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple

import pyphen  # type: ignore[import-untyped]

from forum.core.font_coverage import composed, drawable, plain
from forum.core.pdf import Colour, fill_of, font, width, widths
from forum.core.pdf_scripts import clusters
from forum.core.pdf_tags import Node, TaggedDocument

NBSP = "\u00a0"
THIN = "\u202f"
SOFT_HYPHEN = "\u00ad"
APOSTROPHE = "\u2019"
EN_DASH = "\u2013"
UNDRAWABLE = "[?]"

HYPHENATION = {"fr": "fr", "en": "en_GB"}
SHORTEST_HYPHENATED = 7


class Style(NamedTuple):
    """The look of a piece of text."""

    font: str
    size_pt: float
    colour: Colour


class Run(NamedTuple):
    """Text in one style.

    `target` makes it a link to that place of the document, `contents` says where it leads.
    `actual` is what the text stands for, when it is a substitute (ISO 32000-1, 14.9.4).
    """

    text: str
    style: Style
    target: str = ""
    contents: str = ""
    actual: str = ""


class Piece(NamedTuple):
    """A run of a line, with its distance from the line's left end."""

    x: float
    width: float
    run: Run


class Paragraph(NamedTuple):
    """Lines of pieces, each `leading` below the one before.

    `whole` is false when a word was wider than a line, and cut between letters.
    """

    lines: list[list[Piece]]
    leading: float
    whole: bool = True

    @property
    def height(self) -> float:
        """The height of all lines."""
        return self.leading * len(self.lines)

    @property
    def width(self) -> float:
        """The width of the longest line."""
        return max((line[-1].x + line[-1].width for line in self.lines if line), default=0)


# Typography

SPACES = re.compile(rf"[^\S{NBSP}{THIN}]+")
FRENCH = [
    (re.compile(r" ([;?!])"), THIN + r"\1"),
    (re.compile(r" ([:»])"), NBSP + r"\1"),
    (re.compile(r"« "), "«" + NBSP),
    (re.compile(r"(?<=\d[ \u00a0]h) (?=\d)"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:h|min|km|m|ha|€|%|k€|M€|Md€)\b|[€%]|\d{3}\b)"), NBSP),
]
EVERYWHERE = [
    (re.compile(r"\s*[\n\r\u2028\u2029]\s*|\t+| {2,}"), " "),
    (re.compile(r"(?<=\w)'(?=\w)"), APOSTROPHE),
    (re.compile(r"\.\.\."), "…"),
]


def one_line(text: str) -> str:
    """Return `text` on one line, as documents draw it; spaces that do not break stay."""
    return SPACES.sub(" ", composed(text)).strip(" ")


def typeset(text: str, language: str) -> str:
    """Return `text` on one line with the spaces and marks that readers of `language` expect.

    In French a space before `; : ? ! »`, after `«` and inside numbers does not break, and is
    narrow before `; ? !`. Spaces that are not there are not added, for an address may hold `?`.
    """
    for pattern, good in EVERYWHERE:
        text = pattern.sub(good, text)
    if language == "fr":
        for pattern, good in FRENCH:
            text = pattern.sub(good, text)
    return text.strip()


def runs(text: str, style: Style, *, target: str = "", contents: str = "") -> list[Run]:
    """Return `text` as runs that the fonts can draw.

    A character without a glyph takes the form that Unicode holds compatible with it (`ﬁ`: `fi`);
    one that is never seen goes; others show as `[?]`, which still reads and copies as the original.
    """
    if plain().issuperset(text):
        return [Run(text, style, target, contents)] if text else []
    found = []
    for known, chars in groupby(composed(text), key=drawable):
        part = "".join(chars)
        shown, actual = (part, "") if known else (UNDRAWABLE, part)
        found.append(Run(shown, style, target, contents, actual))
    return found


# Lines

INSIDE = re.compile(rf".+?[-/{EN_DASH}](?=\w{{2}})|.+")
"""The pieces of a word that may stand on two lines: it may break after a hyphen or a slash."""
BREAKING = frozenset("-/" + EN_DASH)
PUNCTUATION = "«»“”()[],.;:!?…'" + APOSTROPHE + NBSP + THIN
LOOSE_END = " ,;:—" + EN_DASH + NBSP + THIN


class Part(NamedTuple):
    """Some letters of a run, and how wide they are."""

    text: str
    run: Run
    width: float


class Word(NamedTuple):
    """What stays together on a line; `glued` when no space separates it from the word before."""

    parts: list[Part]
    glued: bool

    @property
    def width(self) -> float:
        """The width of the word."""
        return sum(part.width for part in self.parts)


def paragraph(
    parts: Iterable[Run], width_pt: float, leading: float, *, hyphenate: str = ""
) -> Paragraph:
    """Break `parts` into lines of at most `width_pt`, ragged on the right.

    `hyphenate` names the language by whose rules a long word may be divided; without it words stay
    whole. A word wider than a line is broken where it must.
    """
    waiting = list(words_of(parts))[::-1]
    if not waiting:
        return Paragraph([], leading)
    lines: list[list[Word]] = [[]]
    used, whole = 0.0, True
    while waiting:
        word = waiting.pop()
        wide = word.parts[0].width if len(word.parts) == 1 else word.width
        before = 0.0 if word.glued or not lines[-1] else space(word.parts[0].run.style)
        if used + before + wide <= width_pt:
            lines[-1].append(word)
            used += before + wide
            continue
        head, tail = divided(word, width_pt - used - before, hyphenate, alone=not lines[-1])
        if head is not None:
            whole = whole and head.parts[-1].run.actual == SOFT_HYPHEN
            lines[-1].append(head)
        waiting.append(tail)
        lines.append([])
        used = 0.0
    last = len(lines) - 1
    ends = [n < last and not lines[n + 1][0].glued for n in range(len(lines))]
    placed = [pieces(line, soft_end=soft) for line, soft in zip(lines, ends, strict=True)]
    return Paragraph(placed, leading, whole)


def lines_needed(words: list[Word], width_pt: float, *, scale: float = 1) -> float:
    """Return how many lines `words`, scaled, take, undivided; infinity where one is too wide."""
    lines, used = 1, 0.0
    for word in words:
        wide = word.width * scale
        before = 0.0 if word.glued or not used else space(word.parts[0].run.style) * scale
        if used + before + wide > width_pt:
            lines, used, before = lines + 1, 0.0, 0.0
        if wide > width_pt:
            return math.inf
        used += before + wide
    return lines


@cache
def space(style: Style) -> float:
    """Return the width of a space."""
    return widths(style.font)[" "] * style.size_pt / 1000


def part(text: str, run: Run) -> Part:
    """Measure some letters of a run."""
    return Part(text, run, advance(text, run.style.font) * run.style.size_pt)


@lru_cache(10_000)
def advance(text: str, face: str) -> float:
    """Return the width of `text` in type of one point."""
    return width(text, face, 1)


def words_of(runs_: Iterable[Run]) -> Iterator[Word]:
    """Cut runs at their spaces, and after hyphens and slashes inside words."""
    current: list[Part] = []
    glued = False
    for run in runs_:
        bits = [run.text] if run.actual else run.text.split(" ")
        for n, bit in enumerate(bits):
            if n and current:
                yield Word(current, glued)
                current, glued = [], False
            if not bit:
                continue
            inside = [bit] if run.actual or BREAKING.isdisjoint(bit) else INSIDE.findall(bit)
            current.append(part(inside[0], run))
            for piece in inside[1:]:
                yield Word(current, glued)
                current, glued = [part(piece, run)], True
    if current:
        yield Word(current, glued)


def divided(word: Word, room: float, language: str, *, alone: bool) -> tuple[Word | None, Word]:
    """Divide a word that does not fit: what fits in `room` with a hyphen, and what is left.

    The first is None when the word goes whole to the next line; `alone` on a line, it is cut
    between letters if need be.
    """
    first, *others = word.parts
    run = first.run
    if language and not others and not run.actual:
        mark = part("-", run._replace(text="-", actual=SOFT_HYPHEN))
        for at in hyphenation(first.text, language):
            start = part(first.text[:at], run)
            if start.width + mark.width <= room:
                return Word([start, mark], word.glued), Word([part(first.text[at:], run)], True)
    if not alone:
        return None, word
    ends = list(accumulate(map(len, clusters(first.text))))
    at = ends[0]
    for end in ends[1:]:
        if part(first.text[:end], run).width > room:
            break
        at = end
    rest = [part(first.text[at:], run)] if first.text[at:] else []
    if not rest and not others:  # one letter, wider than the line: it stands there all the same
        return None, Word([first._replace(width=0)], word.glued)
    return Word([part(first.text[:at], run)], word.glued), Word([*rest, *others], True)


@lru_cache(20_000)
def hyphenation(text: str, language: str) -> tuple[int, ...]:
    """Return where `text` may be divided, the last place first; at least three letters a side."""
    bare = text.strip(PUNCTUATION)
    if len(bare) < SHORTEST_HYPHENATED or not bare.isalpha() or not bare[1:].islower():
        return ()
    start = text.index(bare)
    return tuple(start + at for at in reversed(dictionary(language).positions(bare)))


@cache
def dictionary(language: str) -> pyphen.Pyphen:
    """Return the hyphenation dictionary of `language`."""
    return pyphen.Pyphen(lang=HYPHENATION.get(language, "en_GB"), left=3, right=3)


def pieces(line: list[Word], *, soft_end: bool) -> list[Piece]:
    """Place the words of a line, joining neighbours of one run; a soft end carries its space."""
    joined: list[tuple[Run, list[str], float]] = []
    for order, word in enumerate(line):
        if order and not word.glued:
            blank = between(joined[-1][0], word.parts[0].run)
            joined = join(joined, " ", blank, space(blank.style))
        for text, run, wide in word.parts:
            joined = join(joined, text, run, wide)
    if soft_end and joined:
        last = joined[-1][0]
        blank = last._replace(actual="") if last.actual else last
        joined = join(joined, " ", blank, space(last.style))
    placed, x = [], 0.0
    for run, texts, wide in joined:
        placed.append(Piece(x, wide, Run("".join(texts), *run[1:])))
        x += wide
    return placed


def join(
    joined: list[tuple[Run, list[str], float]], text: str, run: Run, wide: float
) -> list[tuple[Run, list[str], float]]:
    """Append letters of a run to what is joined already."""
    if joined and joined[-1][0] is run:
        _, texts, before = joined[-1]
        texts.append(text)
        joined[-1] = (run, texts, before + wide)
    else:
        joined.append((run, [text], wide))
    return joined


def between(before: Run, after: Run) -> Run:
    """Return the run of the space between two words; it belongs to a link only inside one."""
    if before is after:
        return after
    plain = next((run for run in (after, before) if not run.target and not run.actual), None)
    return plain or after._replace(target="", contents="", actual="")


def shortened(text: str, style: Style, width_pt: float) -> str:
    """Return `text`, or as much of it as fits in `width_pt` with an ellipsis."""
    if width(text, style.font, style.size_pt) <= width_pt:
        return text
    room = width_pt - width("…", style.font, style.size_pt)
    at = 0
    if plain().issuperset(text):
        advances = widths(style.font)
        used = 0.0
        for char in text:
            used += advances[char] * style.size_pt / 1000
            if used > room:
                break
            at += 1
    else:
        for end in accumulate(map(len, clusters(text))):
            if width(text[:end], style.font, style.size_pt) > room:
                break
            at = end
    return text[:at].rstrip(LOOSE_END) + "…" if at else ""


def cut(text: str, longest: int) -> str:
    """Return `text`, or its beginning: whole sentences up to `longest` letters, else words and `…`.

    A beginning of whole sentences is kept when it is at least half of `longest`.
    """
    if len(text) <= longest:
        return text
    head = text[: longest + 1]
    ends = [found.end() for found in re.finditer(r"[.!?…][»”)]?(?= )", head)]
    if ends and ends[-1] >= longest / 2:
        return head[: ends[-1]] + NBSP + "[…]"
    return head.rsplit(" ", 1)[0].rstrip(LOOSE_END)[:longest] + "…"


# Drawing


def draw(document: TaggedDocument, node: Node, text: Paragraph, x: float, top: float) -> None:
    """Draw a paragraph whose upper left corner is (`x`, `top`) as content of `node`.

    Each link in it becomes a Link element below `node`.
    """
    flat = [
        (piece, x + piece.x, top - n * text.leading - rise(text.leading, piece.run.style.size_pt))
        for n, line in enumerate(text.lines)
        for piece in line
    ]
    for (target, contents), group in groupby(flat, key=lambda one: (one[0].run[2], one[0].run[3])):
        placed = list(group)
        part = node.add("Link") if target else node
        with document.tagged(part):
            document.literal(operators(document, placed))
        if target:
            for piece, left, base in placed:
                size = piece.run.style.size_pt
                rect = (left, base - 0.3 * size, left + piece.width, base + 0.9 * size)
                document.link(part, rect, contents, target)


def ornament(document: TaggedDocument, text: Paragraph, x: float, top: float) -> None:
    """Draw a paragraph without tagging it: inside `tagged` or `artifact`, by the caller's care."""
    flat = [
        (piece, x + piece.x, top - n * text.leading - rise(text.leading, piece.run.style.size_pt))
        for n, line in enumerate(text.lines)
        for piece in line
    ]
    if flat:
        document.literal(operators(document, flat))


def rise(leading: float, size: float) -> float:
    """Return how far below the top of its line text of that size stands."""
    return (leading - size) / 2 + 0.86 * size


def operators(document: TaggedDocument, placed: Iterable[tuple[Piece, float, float]]) -> str:
    """Return one text object that draws the pieces, each from its left end and base line."""
    code = ["BT"]
    face, ink = "", ""
    for piece, x, base in placed:
        text, style, actual = piece.run.text, piece.run.style, piece.run.actual
        filled = fill_of(style.colour, text, style.font)
        if filled != ink:
            ink = filled
            code.append(ink)
        code.append(f"1 0 0 1 {x:.1f} {base:.1f} Tm")
        if actual:
            written = actual.encode("utf-16-be", "replace").hex().upper()
            code.append(f"/Span<</ActualText<FEFF{written}>>>BDC")
        if plain().issuperset(text):
            for name, shown in document.glyphs(text, font(style.font)):
                wanted = f"{name} {style.size_pt:g} Tf"
                if wanted != face:
                    face = wanted
                    code.append(wanted)
                code.append(f"({shown})Tj")
        else:
            code.append(document.shaped(text, style.font, style.size_pt))
            face = ""
        if actual:
            code.append("EMC")
    code.append("ET")
    return "\n".join(code)
