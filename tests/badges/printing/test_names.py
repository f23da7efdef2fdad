"""Whatever name registration accepts prints: whole, in its box, readable by programs.

Set `FORUM_NAMES` for another number of names than the usual few hundred, and `FORUM_NAMES_SEED`
for others.
"""

import os
import random
import subprocess
import unicodedata
from collections import Counter
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops

from badges.layouts.models import Box, Column, Face, Layout, Part, Sheet, Size
from badges.layouts.shipped import SHIPPED
from badges.models import Badge
from badges.printing.press import RunReport, render
from forum.core.font_coverage import (
    LATIN,
    capitals,
    coverage,
    family_of,
    missing_glyphs,
    printable,
)
from forum.core.forms import line
from forum.core.pdf import MM
from forum.core.pdf_glyphs import UNTURNED
from forum.core.text import clean
from forum.registrations.models import Name
from tests.badges.printing.measuring import SLACK_MM
from tests.badges.printing.samples import RUN, token

SEED = int(os.environ.get("FORUM_NAMES_SEED", "20261126"))
COUNT = int(os.environ.get("FORUM_NAMES", "300"))
DPI = 144
CARD = Box(x_mm=3, y_mm=3, width_mm=80, height_mm=48)
SIZES = tuple(
    Size(lines=lines, largest_pt=most, smallest_pt=least)
    for lines, most, least in ((1, 30, 16), (2, 16, 10), (3, 10, 7))
)
DOTS_MM = 0.8
"""How far the dots of a large Ï, at either end of a line, may reach beyond its stem."""

CONTROLS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e"))


def part(text, colour, height_mm):
    return Part(text=text, sizes=SIZES, height_mm=height_mm, colour=colour, weight="bold")


LAYOUT = Layout(
    name="names",
    title="Names",
    card_width_mm=86,
    card_height_mm=54,
    sheet=Sheet(width_mm=86, height_mm=54),
    faces={
        "front": Face(
            columns=(
                Column(
                    box=CARD,
                    parts=(
                        part("{given_name}", "#ff0000", 24),
                        part("{family_name}", "#0000ff", 24),
                    ),
                ),
            )
        )
    },
)
"""A card a page: the given name in red, the family name in blue below it."""

INKS = {"{given_name}": "#ff0000", "{family_name}": "#0000ff"}
EXTREMES = (
    ("Ó", "Ng"),
    ("Y", "X"),
    ("W" * 120, "M" * 120),
    ("Marie" + "-Anne" * 23, "de La Rochefoucauld " * 6),
    ("i" * 120, "Ễ" * 120),
    ("\u0645\u062d\u0645\u062f " * 24, "\u0627\u0644\u0623\u0646\u0635\u0627\u0631\u064a " * 13),
    ("\u05d0", "\u05e9\u05dc\u05d5\u05dd" * 30),
    ("\u540d" * 120, "\u0928\u0930\u0947\u0928\u094d\u0926\u094d\u0930 " * 12),
    ("ഓർഽഽഏരഫ ൾ ൟഀയ ഊഉൿ രൊറകൖൕൂൔൢങസൟ ർഎൻഉഭഺഞ ഖഊഡൻഭൄആൌ - ൕ", "ཊཁྸཞྈྜྷ"),
)
"""The shortest and the longest names, and a tall one below lines of another script."""


class Printed(NamedTuple):
    """Badges, the file that shows them, what was reported, and the layout."""

    badges: list[Badge]
    pdf: bytes
    report: RunReport
    layout: Layout


def alphabets():
    """Return the letters and the signs of each family of fonts."""
    table = coverage()
    found = {name: ([], []) for name in table.bold}
    for first, end, name in zip(table.firsts, table.ends, table.names, strict=True):
        for char in map(chr, range(first, end)):
            kind = unicodedata.category(char)[0]
            if kind in "LM" and printable(f"a{char}") != "a":
                found[name][kind == "M"].append(char)
    return {name: letters for name, letters in found.items() if letters[0]}


def names(count):
    """Yield names of many scripts and shapes that registration accepts."""
    rng = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    scripts = alphabets()
    while count:
        name = random_name(rng, scripts)
        try:
            msgspec.convert(name, Name)
        except msgspec.ValidationError:
            continue
        count -= 1
        yield name


def random_name(rng, scripts):
    if rng.random() < 0.05:  # anything at all
        chars = [chr(rng.choice((rng.randrange(0x3000), rng.randrange(0x110000)))) for _ in "." * 9]
        return line(clean("".join(chars[: rng.randint(1, 9)])))
    family = rng.choice([LATIN, *scripts])
    longest = rng.choice((4, 9, 9, 9, 20, 60))
    words = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 8))):
        if rng.random() < 0.1:
            family = rng.choice([LATIN, *scripts])
        letters, signs = scripts[family]
        word = "".join(
            rng.choice(letters) + (rng.choice(signs) if signs and rng.random() < 0.2 else "")
            for _ in range(rng.randint(1, longest))
        )
        words.append(word)
        if rng.random() < 0.05:
            words.append(rng.choice(("(x)", "2", "1984", "M.", "“a”", "&", "-")))
    return line(clean(rng.choice((" ", " ", " ", "-")).join(words)[:120]))


def inked(name):
    """Return a layout that ships, a card a page, of which nothing but names has a colour."""
    layout = SHIPPED[name]
    sheet = Sheet(width_mm=layout.card_width_mm, height_mm=layout.card_height_mm)
    front = layout.faces["front"]
    columns = tuple(
        replace(
            column,
            parts=tuple(
                replace(part, colour=INKS.get(part.text, "black")) for part in column.parts
            ),
        )
        for column in front.columns
    )
    plain = replace(front, shapes=(), pictures=(), columns=columns)
    return replace(layout, sheet=sheet, faces={"front": plain}, reverse=None)


def printed_in(layout, names):
    badges = [
        Badge(
            reference=f"N{n:05}",
            given_name=given,
            family_name=family,
            category="elected",
            token=token(1),
        )
        for n, (given, family) in enumerate(names)
    ]
    out = BytesIO()
    report = render(RUN, badges, layout=layout, out=out)
    return Printed(badges, out.getvalue(), report, layout)


@pytest.fixture(scope="module", params=["names", "a6", "card", "labels-3x7"])
def printed(request):
    """Names in a layout of their own, and fewer in layouts that ship, the extremes among them."""
    print("seed", SEED)  # noqa: T201  # to draw the same names again
    ours = request.param == "names"
    found = list(names(2 * (COUNT if ours else max(COUNT // 10, 30))))
    pairs = list(zip(found[::2], found[1::2], strict=True))
    if ours:
        return printed_in(LAYOUT, pairs)
    return printed_in(inked(request.param), [*EXTREMES, *pairs])


def test_only_names_with_characters_that_no_font_has_are_reported(printed):
    badges, report = printed.badges, printed.report
    lacking = {one.reference for one in badges if missing_glyphs(one.given_name, one.family_name)}
    assert {reference for reference, _ in report.problems} == lacking
    assert len(lacking) < 0.2 * len(badges)


def drawn(badge, layout):
    """Return what stands on a badge as its names."""
    texts = [badge.given_name, badge.family_name]
    if missing_glyphs(*texts):
        texts = ["Badge à vérifier", badge.reference]
    parts = [part for _, part in named(layout)]
    return [
        capitals(printable(text)) if part.capitals else printable(text)
        for text, part in zip(texts, parts, strict=True)
    ]


def named(layout):
    """Return the parts of the given and the family name, each with its column."""
    columns = layout.faces["front"].columns
    found = {part.text: (column, part) for column in columns for part in column.parts}
    return [found[text] for text in INKS]


def bare(text):
    """Return a text without spaces, marks of direction, and hyphens (which end lines)."""
    return "".join(unicodedata.normalize("NFC", text.translate(CONTROLS)).split()).replace("-", "")


def directions(text):
    """Return which ways the characters of a text go, as far as pdftotext knows.

    It knows not that NKo goes leftward, nor the letters of Arabic Extended-A: after an accent,
    which goes no way, they are not turned, all of them, where others in their place are.
    """
    ways = {"R": 1, "AL": 1, "AN": 1, "L": 0, "EN": 0}
    kinds = {ways.get(unicodedata.bidirectional(char)) for char in text} - {None}
    unknown = {2 for one, other in pairwise(text) if unicodedata.combining(one) and rare(other)}
    return kinds | unknown | {2 for char in text if family_of(char) in UNTURNED}


def rare(char):
    """Say whether a character is a letter of Arabic Extended-A."""
    return "\u08a0" <= char <= "\u08ff" and unicodedata.category(char) == "Lo"


def is_found(texts, page, badge, *, alone):
    """Say whether texts are on a page in reading order; `alone`: and nothing else.

    On a page of mostly Latin letters pdftotext takes a hyphen for part of a number: what stands on
    either side of it in Hebrew or Arabic is read from right to left, but the left side first, and
    an accent beside it may stand on its other side.
    """
    found, wanted = bare(page), [bare(text) for text in texts]
    ways = directions(badge.given_name + badge.family_name)
    turned_by_hyphen = not alone and ways == {1} and "-" in "".join(texts)
    if len(ways) > 1 or turned_by_hyphen:
        left, lacking = Counter(found), Counter("".join(wanted))
        if not (left == lacking if alone else left >= lacking):
            return False
    if turned_by_hyphen:
        letters = unaccented(found)
        return all(unaccented(bare(part)) in letters for text in texts for part in text.split("-"))
    if len(ways) > 1:
        return True
    return found == "".join(wanted) if alone else all(text in found for text in wanted)


def unaccented(text):
    """Return a text without its combining marks."""
    return "".join(char for char in text if not unicodedata.combining(char))


def test_every_name_is_found_in_reading_order(printed):
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", "-", "-"],
        input=printed.pdf,
        capture_output=True,
        check=True,
    )
    pages = done.stdout.decode().split("\f")[:-1]
    alone = printed.layout is LAYOUT
    wrong = []
    for badge, page in zip(printed.badges, pages, strict=True):
        texts = drawn(badge, printed.layout)
        if not is_found(texts, page, badge, alone=alone):
            wrong.append((badge.reference, texts, page))
    assert wrong == []


def test_every_name_is_in_its_box_and_above_the_next(printed):
    document = pypdfium2.PdfDocument(printed.pdf)
    scale = MM * DPI / 72
    boxes = [around(column.box, scale) for column, _ in named(printed.layout)]
    wrong = []
    for badge, page in zip(printed.badges, document, strict=True):
        picture = page.render(scale=DPI / 72).to_pil().convert("RGB")
        inks = [ink(picture, *channels) for channels in ((0, 2), (2, 0))]
        texts = drawn(badge, printed.layout)
        if [bool(one) for one in inks] != [bool(text) for text in texts]:
            wrong.append((badge.reference, texts, "is not seen"))
            continue
        for box, (left, top, right, bottom) in zip(inks, boxes, strict=True):
            if box and not (
                left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom
            ):
                wrong.append((badge.reference, texts, box))
        given, family = inks
        if given and family and given[3] - 1 > family[1] + SLACK_MM * scale:
            wrong.append((badge.reference, texts, given, family))
    assert wrong == []


def around(box, scale):
    """Return the edges of a box with what ink may leave it, in pixels: left, top, right, bottom."""
    left, top = (box.x_mm - DOTS_MM) * scale, (box.y_mm - SLACK_MM) * scale
    right = left + (box.width_mm + 2 * DOTS_MM) * scale
    return left, top, right, top + (box.height_mm + 2 * SLACK_MM) * scale


def ink(picture, more, less):
    """Return the box of what has more of one colour than of another, in pixels."""
    bands: list[Image.Image] = picture.split()
    return ImageChops.subtract(bands[more], bands[less]).point(lambda n: 255 * (n > 40)).getbbox()
