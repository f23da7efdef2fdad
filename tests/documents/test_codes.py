"""Codes of badges on paper: read as drawn, each layout and resolution, and before a phone.

The codes of eight hundred badges of each layout: `python -m benchmarks.decode --badges 800`.
"""

import random

import pytest

from badges.layouts.shipped import SHIPPED
from benchmarks.decode import SEED, SHARE, USUAL_MM, counted
from tests.badges.printing.samples import people
from tests.documents import camera, shots
from tests.documents.decoding import DECODERS, DPIS, RENDERERS

BADGES = 6
PICTURES = 40


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_every_code_of_a_layout_is_read(layout):
    print(f"seed {SEED}")  # noqa: T201  # shown when a test fails
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    found = counted(layout, chance.sample(people(800), BADGES))
    assert found.keys() == {(dpi, r, d) for dpi in DPIS for r in RENDERERS for d in DECODERS}
    assert {how: missed for how, (missed, _) in found.items() if missed} == {}
    assert min(of for _, of in found.values()) >= BADGES


@pytest.mark.parametrize("width", [camera.WIDTH, camera.LEAST_WIDTH])
def test_a_phone_reads_badges_at_twenty_centimetres(width):
    print(f"seed {SEED}")  # noqa: T201  # shown when a test fails
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    found = shots.read(USUAL_MM, PICTURES, chance, width=width)
    assert found["zxing"].at_once >= SHARE * PICTURES  # what the scanner reads with
    assert min(one.in_all for one in found.values()) >= SHARE * PICTURES


def test_a_phone_reads_the_smallest_code_that_ships():
    print(f"seed {SEED}")  # noqa: T201  # shown when a test fails
    smallest = min(
        code.side_mm
        for layout in SHIPPED.values()
        for face in layout.faces.values()
        for code in face.codes
    )
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    found = shots.read(smallest, PICTURES, chance, readers=["zxing"])
    assert found["zxing"].in_all >= SHARE * PICTURES
