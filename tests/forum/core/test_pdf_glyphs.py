"""Faces of other scripts in a PDF: what readers are told of them."""

import pytest

from forum.core.font_coverage import LATIN
from forum.core.pdf import USUAL
from forum.core.pdf_glyphs import LINE_BOTTOM, LINE_TOP, GlyphFont
from forum.core.pdf_scripts import opened, shape


@pytest.mark.parametrize("letters", ["ཊཁཞ", "ഖഊഡ", "علي"])
def test_the_box_of_a_face_is_that_of_the_letters_drawn_of_it(letters):
    line = shape(letters, f"{LATIN}-Regular")
    [run] = line.runs
    font = GlyphFont(run.face, "G1")
    for glyph in run.glyphs:
        font.code(glyph.number, glyph.text)
    _, bottom, _, top = font.box()
    assert (bottom, top) == (round(min(line.bottom, 0)), round(line.top))
    face = opened(run.face)
    assert top < face.font.get_font_extents("ltr").ascender * face.unit


def test_a_face_of_which_nothing_is_drawn_has_no_height():
    assert GlyphFont(f"{LATIN}-Regular", "G1").box() == (0, 0, 0, 0)


def test_a_face_is_said_to_reach_no_further_than_every_line_does():
    assert (LINE_TOP / 1000, -LINE_BOTTOM / 1000) == USUAL
