"""Whatever name registration accepts prints: whole, in its box, readable by programs.

Set `FORUM_NAMES` for another number of names than the usual few hundred.
"""

import os
import random
import subprocess
import unicodedata
from collections import Counter
from io import BytesIO

import msgspec
import pypdfium2
import pytest
from PIL import Image, ImageChops

from badges.layouts.models import Box, Column, Face, Layout, Part, Sheet, Size
from badges.models import Badge
from badges.printing.press import render
from forum.core.font_coverage import LATIN, coverage, family_of, missing_glyphs, printable
from forum.core.forms import line
from forum.core.pdf import MM
from forum.core.pdf_glyphs import UNTURNED
from forum.core.text import clean
from forum.registrations.models import Name
from tests.badges.printing.measuring import SLACK_MM
from tests.badges.printing.samples import RUN, token

SEED = 20261126
COUNT = int(os.environ.get("FORUM_NAMES", "300"))
DPI = 144
CARD = Box(x_mm=3, y_mm=3, width_mm=80, height_mm=48)
SIZES = tuple(
    Size(lines=lines, largest_pt=most, smallest_pt=least)
    for lines, most, least in ((1, 30, 16), (2, 16, 10), (3, 10, 7))
)
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


@pytest.fixture(scope="module")
def printed():
    """The badges, the file, and what was reported."""
    print("seed", SEED)  # noqa: T201  # to draw the same names again
    found = list(names(2 * COUNT))
    badges = [
        Badge(
            reference=f"N{n:05}",
            given_name=given,
            family_name=family,
            category="elected",
            token=token(1),
        )
        for n, (given, family) in enumerate(zip(found[::2], found[1::2], strict=True))
    ]
    out = BytesIO()
    report = render(RUN, badges, layout=LAYOUT, out=out)
    return badges, out.getvalue(), report


def test_only_names_with_characters_that_no_font_has_are_reported(printed):
    badges, _, report = printed
    lacking = {one.reference for one in badges if missing_glyphs(one.given_name, one.family_name)}
    assert {reference for reference, _ in report.problems} == lacking
    assert len(lacking) < 0.2 * len(badges)


def drawn(badge):
    """Return what stands on a badge."""
    if missing_glyphs(badge.given_name, badge.family_name):
        return ["Badge à vérifier", badge.reference]
    return [printable(badge.given_name), printable(badge.family_name)]


def bare(text):
    """Return a text without spaces, marks of direction, and hyphens (which end lines)."""
    return "".join(unicodedata.normalize("NFC", text.translate(CONTROLS)).split()).replace("-", "")


def directions(text):
    """Return which ways the characters of a text go; pdftotext knows not that NKo goes leftward."""
    ways = {"R": 1, "AL": 1, "AN": 1, "L": 0, "EN": 0}
    kinds = {ways.get(unicodedata.bidirectional(char)) for char in text} - {None}
    return kinds | {2 for char in text if family_of(char) in UNTURNED}


def test_every_name_is_found_in_reading_order(printed):
    badges, pdf, _ = printed
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True
    )
    pages = done.stdout.decode().split("\f")[:-1]
    assert len(pages) == len(badges)
    wrong = []
    for badge, page in zip(badges, pages, strict=True):
        found, texts = bare(page), [bare(text) for text in drawn(badge)]
        mixed = len(directions(badge.given_name + badge.family_name)) > 1
        if found != "".join(texts) if not mixed else Counter(found) != Counter("".join(texts)):
            wrong.append((badge.reference, drawn(badge), page))
    assert wrong == []


def test_every_name_is_in_its_box_and_above_the_next(printed):
    badges, pdf, _ = printed
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == len(badges)
    scale = MM * DPI / 72
    left, top = (CARD.x_mm - SLACK_MM) * scale, (CARD.y_mm - SLACK_MM) * scale
    right = left + (CARD.width_mm + 2 * SLACK_MM) * scale
    bottom = top + (CARD.height_mm + 2 * SLACK_MM) * scale
    wrong = []
    for badge, page in zip(badges, document, strict=True):
        picture = page.render(scale=DPI / 72).to_pil().convert("RGB")
        given, family = (ink(picture, *channels) for channels in ((0, 2), (2, 0)))
        visible = [text for text in drawn(badge) if text]
        if len([one for one in (given, family) if one]) != len(visible):
            wrong.append((badge.reference, drawn(badge), "is not seen"))
            continue
        for box in filter(None, (given, family)):
            inside = left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom
            if not inside:
                wrong.append((badge.reference, drawn(badge), box))
        if given and family and given[3] - 1 > family[1] + SLACK_MM * scale:
            wrong.append((badge.reference, drawn(badge), given, family))
    assert wrong == []


def ink(picture, more, less):
    """Return the box of what has more of one colour than of another, in pixels."""
    bands: list[Image.Image] = picture.split()
    return ImageChops.subtract(bands[more], bands[less]).point(lambda n: 255 * (n > 40)).getbbox()
