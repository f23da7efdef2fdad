"""Texts of any script as glyphs: joined, reordered, in the order in which they are seen."""

import pytest

from forum.core.font_coverage import LATIN
from forum.core.pdf import USUAL, extent, width
from forum.core.pdf_scripts import clusters, levels_of, opened, seen_order, shape

BOLD = f"{LATIN}-Bold"


def seen(text):
    """Return the parts of a line from left to right, each in its own reading order."""
    return [text[start:end] for _, _, start, end in seen_order(text)]


def spelt(text):
    """Return what each group of glyphs spells, from left to right."""
    return [glyph.text for run in shape(text, BOLD).runs for glyph in run.glyphs if glyph.text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Jean علي Dupont", ["Jean ", "علي", " ", "Dupont"]),
        ("בן 2026", ["2026", "בן "]),
        ("李 Bruce", ["李 ", "Bruce"]),
    ],
)
def test_lines_are_seen_from_left_to_right(text, parts):
    assert seen(text) == parts


def test_brackets_go_with_what_stands_around_them():
    text = "כהן (David)"
    assert levels_of(text) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 1]
    assert spelt(text) == [")", *"David", "(", " ", "ן", "ה", "כ"]


def test_arabic_letters_join():
    alone = [shape(char, BOLD).runs[0].glyphs[0].number for char in "محمد"]
    joined = [glyph.number for glyph in shape("محمد", BOLD).runs[0].glyphs][::-1]
    assert all(one != other for one, other in zip(alone[:3], joined[:3], strict=True))
    assert spelt("لا") == ["لا"]


def test_a_vowel_of_devanagari_goes_before_its_consonant():
    first, second = shape("कि", BOLD).runs[0].glyphs
    (consonant,) = shape("क", BOLD).runs[0].glyphs
    assert (first.text, second.text, second.number) == ("कि", "", consonant.number)


def test_accents_stand_over_their_letter_however_high():
    low, high = shape("o\u0323\u0300", BOLD), shape("O\u0323\u0300", BOLD)
    assert high.top > low.top + 100
    assert extent("O\u0323\u0300", BOLD).above >= high.top / 1000


def test_lines_of_tall_letters_stand_further_apart():
    assert extent("Léa", BOLD) == USUAL
    assert extent("བསྒྲུབས", BOLD).below > 2 * USUAL.below


def test_a_space_is_as_wide_in_every_script():
    blank = width(" ", BOLD, 10)
    for name in ("محمد علي", "李 小", "ไทย น้ำ"):
        first, second = name.split()
        apart = width(first, BOLD, 10) + blank + width(second, BOLD, 10)
        assert width(name, BOLD, 10) == pytest.approx(apart, abs=0.2)


def test_no_ink_is_outside_the_width_of_a_line():
    for text in ("ޚޮދ", "ﷺ", "j\u0308", "ཀྵྨ"):
        line = shape(text, BOLD)
        pen = line.lead
        for run in line.runs:
            face = opened(run.face)
            for glyph in run.glyphs:
                ink = face.font.get_glyph_extents(glyph.number)
                left = pen + glyph.x + ink.x_bearing * face.unit
                assert left >= -0.001
                assert left + ink.width * face.unit <= line.width + 0.001
                pen += glyph.advance


def test_what_no_face_has_shows_as_a_mark():
    assert spelt("🌲") == ["[", "?", "]"]


def test_a_word_is_cut_between_letters_with_all_their_signs():
    assert list(clusters("क्षिति")) == ["क्षि", "ति"]
    assert list(clusters("n\u0303a")) == ["n\u0303", "a"]
    assert list(clusters("שָׁל")) == ["שָׁ", "ל"]
