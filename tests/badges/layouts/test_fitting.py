"""Fitting: every text fits its place whole."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.layouts.fitting import LEGIBLE_PT, fit
from badges.layouts.models import Size
from forum.core.pdf import BOLD, MM, REGULAR, width

NAME = [
    Size(lines=1, largest_pt=38, smallest_pt=21),
    Size(lines=2, largest_pt=21, smallest_pt=14),
    Size(lines=3, largest_pt=13, smallest_pt=9),
]
SMALL = [Size(lines=1, largest_pt=10, smallest_pt=9)]
WIDE_MM, HIGH_MM = 87, 18

letters = st.characters(min_codepoint=0x21, max_codepoint=0x24F, categories=["L", "P", "N", "S"])
names = st.text(st.one_of(letters, st.sampled_from(" -'\u2019")), min_size=1, max_size=120)


def fitted(text, height_mm=HIGH_MM):
    return fit(text, NAME, BOLD, width_mm=WIDE_MM, height_mm=height_mm)


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
    assert fitted(text)[:2] == (size_pt, lines)


def test_a_word_too_long_for_any_size_is_broken_and_not_cut():
    got = fitted("W" * 120)
    assert "".join(got.lines) == "W" * 120
    assert got.size_pt >= 8


def test_a_word_is_broken_rather_than_set_too_small_to_read():
    got = fitted("Wolfeschlegelsteinhausenbergerdorff" * 3)
    assert len(got.lines) > 1
    assert got.size_pt >= LEGIBLE_PT


def test_an_accent_stays_with_its_letter():
    text = "e\u0323\u0301" * 60
    assert all(line[0] == "e" for line in fitted(text).lines)


@given(names)
def test_any_name_is_whole_and_inside_its_place(text):
    got = fitted(text)
    assert "".join(got.lines).replace(" ", "") == text.replace(" ", "")
    assert got.height_pt <= HIGH_MM * MM
    assert max(width(line, BOLD, got.size_pt) for line in got.lines) <= WIDE_MM * MM + 1e-6


def test_ten_thousand_letters_still_fit():
    chance = random.Random(7)  # noqa: S311  # repeatable on purpose
    text = "".join(chance.choices("abc défgh ", k=10_000)).strip()
    got = fit(text, SMALL, REGULAR, width_mm=87, height_mm=7.5)
    assert "".join(got.lines).replace(" ", "") == text.replace(" ", "")
    assert got.height_pt <= 7.5 * MM
