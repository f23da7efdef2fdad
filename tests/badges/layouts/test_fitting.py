"""Layouts: every text fits its place whole, and no two places overlap."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.layouts.fitting import A6, LAYOUTS, Box, UnknownLayout, find, fit, lettering
from forum.core.pdf import BOLD, MM, REGULAR, width

NAME = lettering(BOLD, "ink", (1, 38, 21), (2, 21, 14), (3, 13, 9))
WIDE_MM, HIGH_MM = 87, 18

letters = st.characters(min_codepoint=0x21, max_codepoint=0x24F, categories=["L", "P", "N", "S"])
names = st.text(st.one_of(letters, st.sampled_from(" -'\u2019")), min_size=1, max_size=120)


def fitted(text, height_mm=HIGH_MM):
    return fit(text, NAME, width_mm=WIDE_MM, height_mm=height_mm)


def places(layout):
    """Return the boxes that hold something, by name."""
    boxes = {
        "title": layout.title.box,
        "dates": layout.dates.box,
        "category": layout.category.box,
        "qr": layout.qr,
        "reference": layout.reference.box,
    }
    return boxes | {f"column {n}": column.box for n, column in enumerate(layout.texts)}


def inside(inner: Box, outer: Box) -> bool:
    return (
        outer.x_mm <= inner.x_mm
        and outer.y_mm <= inner.y_mm
        and inner.x_mm + inner.width_mm <= outer.x_mm + outer.width_mm + 0.01
        and inner.y_mm + inner.height_mm <= outer.y_mm + outer.height_mm + 0.01
    )


def apart(one: Box, other: Box) -> bool:
    return (
        one.x_mm + one.width_mm <= other.x_mm + 0.01
        or other.x_mm + other.width_mm <= one.x_mm + 0.01
        or one.y_mm + one.height_mm <= other.y_mm + 0.01
        or other.y_mm + other.height_mm <= one.y_mm + 0.01
    )


@pytest.mark.parametrize(
    ("text", "size_pt", "lines"),
    [
        ("Léa", 38, ["Léa"]),
        ("Jean-Baptiste", 35.5, ["Jean-Baptiste"]),
        ("Marie-Antoinette", 29, ["Marie-Antoinette"]),
        ("Marie-Antoinette Joséphine", 21, ["Marie-Antoinette", "Joséphine"]),
        ("Anne-Marie-Madeleine-Élisabeth", 21, ["Anne-Marie-", "Madeleine-Élisabeth"]),
    ],
)
def test_a_name_shrinks_then_takes_two_lines(text, size_pt, lines):
    assert fitted(text) == (size_pt, lines)


def test_a_word_too_long_for_any_size_is_broken_and_not_cut():
    got = fitted("W" * 120)
    assert "".join(got.lines) == "W" * 120
    assert got.size_pt >= 8


def test_an_accent_stays_with_its_letter():
    text = "e\u0323\u0301" * 60
    assert all(line[0] == "e" for line in fitted(text).lines)


@given(names)
def test_any_name_is_whole_and_inside_its_place(text):
    got = fitted(text)
    assert "".join(got.lines).replace(" ", "") == text.replace(" ", "")
    assert got.height_pt <= HIGH_MM * MM
    assert max(width(line, BOLD, got.size_pt) for line in got.lines) <= WIDE_MM * MM + 1e-6


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_two_hundred_of_the_widest_letters_fit_every_place(layout):
    for column in layout.texts:
        for part in column.parts:
            got = fit(
                "W" * 200,
                part.lettering,
                width_mm=column.box.width_mm,
                height_mm=part.height_mm,
            )
            assert "".join(got.lines) == "W" * 200
            assert got.size_pt >= 4


def test_ten_thousand_letters_still_fit():
    chance = random.Random(7)  # noqa: S311  # repeatable on purpose
    text = "".join(chance.choices("abc défgh ", k=10_000)).strip()
    got = fit(text, lettering(REGULAR, "ink", (1, 10, 9)), width_mm=87, height_mm=7.5)
    assert "".join(got.lines).replace(" ", "") == text.replace(" ", "")
    assert got.height_pt <= 7.5 * MM


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_all_is_on_the_card_and_nothing_overlaps(layout):
    card = Box(x_mm=0, y_mm=0, width_mm=layout.card_mm[0], height_mm=layout.card_mm[1])
    assert [name for name, box in places(layout).items() if not inside(box, card)] == []
    pairs = combinations(places(layout).items(), 2)
    assert [(a, b) for (a, one), (b, other) in pairs if not apart(one, other)] == []


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_parts_of_a_column_never_need_more_than_its_height(layout):
    for column in layout.texts:
        needed = sum(part.height_mm + part.gap_mm for part in column.parts)
        assert needed <= column.box.height_mm


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_code_is_printed_large_enough_for_phones(layout):
    assert 30 <= layout.qr.width_mm <= 35
    assert layout.qr.width_mm == layout.qr.height_mm


def test_four_a6_cards_stand_on_an_a4_sheet():
    assert A6.corners_mm() == [(0, 0), (105, 0), (0, 148.5), (105, 148.5)]


def test_an_unknown_layout_is_refused():
    assert find("a6") is A6
    with pytest.raises(UnknownLayout) as caught:
        find("a7")
    assert (caught.value.code, caught.value.status) == ("unknown_layout", 422)
