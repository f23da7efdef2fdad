"""Pictures of badges as a phone takes them: codes of one size, each in conditions of its own.

zxing is shown what the scanner shows it of a frame; zbar, which others scan with, all of it.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from msgspec.structs import replace
from PIL import Image

from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED
from badges.models import Badge
from tests.badges.printing.samples import people, printed
from tests.documents import camera
from tests.documents.decoding import Square, by_zbar, by_zxing, squares

SCANNER = Path(__file__).parents[2] / "badges" / "static" / "camera.js"

BADGES = 12
FRAMES = 3
"""A phone looks eight times a second: so many frames are a good third of one."""


def looks() -> list[tuple[float, int]]:
    """Return what the scanner looks at: which part of the middle square, at how many pixels."""
    [line] = re.findall(r"^const LOOKS = \[(.+)\];$", SCANNER.read_text(), re.MULTILINE)
    found = re.findall(r"\[(\d+)(?: / (\d+))?, (\d+)\]", line)
    return [(int(upper) / int(lower or 1), int(size)) for upper, lower, size in found]


def by_scanner(frame: Image.Image) -> Iterable[str]:
    """Return what is read of the middle square of a frame as the scanner reads it."""
    for part, size in looks():
        around = frame.width * (1 - part) / 2
        box = around, around, frame.width - around, frame.height - around
        if found := by_zxing([frame.resize((size, size), Image.Resampling.BILINEAR, box)]):
            return found
    return []


EYES = {"zxing": by_scanner, "zbar": lambda frame: by_zbar([frame])}


class Sheet(NamedTuple):
    """Badges as a picture of each of their pages, and where their codes are."""

    badges: list[Badge]
    pages: list[Image.Image]
    places: list[Square]


def sized(side_mm: float) -> Layout:
    """Return the A6 badge with a code of another size, in the middle of its old place."""
    layout = SHIPPED["a6"]
    front = layout.faces["front"]
    [code] = front.codes
    shift = (code.side_mm - side_mm) / 2
    moved = replace(code, x_mm=code.x_mm + shift, y_mm=code.y_mm + shift, side_mm=side_mm)
    return replace(layout, faces={**layout.faces, "front": replace(front, codes=(moved,))})


@cache
def sheet(side_mm: float) -> Sheet:
    """Return badges whose codes have this side, quiet zone included."""
    layout = sized(side_mm)
    made = printed(layout, people(BADGES))
    document = pypdfium2.PdfDocument(made.pdf)
    scale = camera.SOURCE_DPI / 72
    pages = [page.render(scale=scale, grayscale=True).to_pil() for page in document]
    return Sheet(made.badges, pages, squares(layout)[0])


def frames_of(
    held: Sheet, which: int, chance: random.Random, distance_mm: float, width: int
) -> Iterator[Image.Image]:
    """Yield what a phone sees of one badge, frame by frame."""
    place = held.places[which % len(held.places)]
    page = held.pages[which // len(held.places)]
    per_mm = camera.SOURCE_DPI / 25.4
    x, y = place.x_mm + place.side_mm / 2, place.y_mm + place.side_mm / 2
    for _ in range(FRAMES):
        seen = camera.some(chance, distance_mm)
        yield camera.shot(page, (x * per_mm, y * per_mm), seen, chance, width)


class Read(NamedTuple):
    """How many of so many readings a decoder read: from the first frame alone, from all of them."""

    of: int
    at_once: int
    in_all: int


def read(
    side_mm: float,
    count: int,
    chance: random.Random,
    *,
    distance_mm: float = 200,
    width: int = camera.WIDTH,
    readers: Iterable[str] = tuple(EYES),
) -> dict[str, Read]:
    """Read codes of a size at a distance by each decoder; nothing wrong may ever be read.

    Frames are `width` pixels wide.
    """
    held, wanted = sheet(side_mm), {*readers}
    ours = {badge.token for badge in held.badges}
    first, some = Counter[str](), Counter[str]()
    for number in range(count):
        token = held.badges[number % BADGES].token
        done: set[str] = set()
        frames = frames_of(held, number % BADGES, chance, distance_mm, width)
        for turn, frame in enumerate(frames):
            for name in wanted - done:
                found = EYES[name](frame)
                assert set(found) <= ours
                if token in found:
                    done.add(name)
            if turn == 0:
                first.update(done)
            if done == wanted:
                break
        some.update(done)
    return {name: Read(count, first[name], some[name]) for name in readers}
