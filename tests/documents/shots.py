"""Pictures of badges as a phone takes them: codes of one size, each in conditions of its own."""

import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pypdfium2
from msgspec.structs import replace
from PIL import Image

from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED
from badges.models import Badge
from tests.badges.printing.samples import people, printed
from tests.documents import camera
from tests.documents.decoding import READERS, Square, squares

BADGES = 12
FRAMES = 3
"""A phone looks eight times a second: so many frames are a good third of one."""


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
    held: Sheet, which: int, chance: random.Random, distance_mm: float
) -> Iterator[Image.Image]:
    """Yield what a phone sees of one badge, frame by frame."""
    place = held.places[which % len(held.places)]
    page = held.pages[which // len(held.places)]
    per_mm = camera.SOURCE_DPI / 25.4
    x, y = place.x_mm + place.side_mm / 2, place.y_mm + place.side_mm / 2
    for _ in range(FRAMES):
        seen = camera.some(chance, distance_mm)
        yield camera.shot(page, (x * per_mm, y * per_mm), seen, chance)


class Read(NamedTuple):
    """How many of so many readings a decoder read: from the first frame alone, from all of them."""

    of: int
    at_once: int
    in_all: int


def read(
    side_mm: float, count: int, chance: random.Random, distance_mm: float = 200
) -> dict[str, Read]:
    """Read codes of a size at a distance by each decoder; nothing wrong may ever be read."""
    held = sheet(side_mm)
    ours = {badge.token for badge in held.badges}
    first, some = Counter[str](), Counter[str]()
    for number in range(count):
        token = held.badges[number % BADGES].token
        done: set[str] = set()
        for turn, frame in enumerate(frames_of(held, number % BADGES, chance, distance_mm)):
            for name in READERS.keys() - done:
                found = READERS[name]([frame])
                assert set(found) <= ours
                if token in found:
                    done.add(name)
            if turn == 0:
                first.update(done)
            if len(done) == len(READERS):
                break
        some.update(done)
    return {name: Read(count, first[name], some[name]) for name in READERS}
