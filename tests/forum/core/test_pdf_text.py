import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.core.pdf import BOLD, INK, REGULAR, SOFT, width
from forum.core.pdf_text import Run, Style, cut, paragraph, runs, shortened, typeset

BODY = Style(REGULAR, 9, INK)
NAME = Style(BOLD, 9, SOFT)


def shown(found):
    """The lines of a paragraph, as they look."""
    return ["".join(piece.run.text for piece in line) for line in found.lines]


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Quoi ? Oui !", "Quoi\u202f? Oui\u202f!"),
        ("Eau : bilan ; suite", "Eau\u00a0: bilan\u202f; suite"),
        ("« Faire simple »", "«\u00a0Faire simple\u00a0»"),
        ("l'eau et l'air", "l\u2019eau et l\u2019air"),
        ("20 min, 9 h, 3 000 €", "20\u00a0min, 9\u00a0h, 3\u00a0000\u00a0€"),
        ("https://a.example/?q=1", "https://a.example/?q=1"),
        ("un\n  deux\ttrois...", "un deux trois…"),
        ("déjà 9\u202fh", "déjà 9\u202fh"),
    ],
)
def test_french_spaces_and_marks(typed, set_):
    assert typeset(typed, "fr") == set_


def test_english_keeps_its_spaces():
    assert typeset("What ? 20 min : don't", "en") == "What ? 20 min : don\u2019t"


def test_lines_end_at_spaces_and_carry_them():
    found = paragraph(runs("un deux trois quatre", BODY), width("un deux ", REGULAR, 9), 12)
    assert shown(found) == ["un deux ", "trois ", "quatre"]
    assert found.height == 36


def test_a_space_that_does_not_break_holds_its_words_together():
    found = paragraph(runs("à 9\u00a0h\u202f30 demain", BODY), width("à 9 h 3", REGULAR, 9), 12)
    assert shown(found)[:2] == ["à ", "9\u00a0h\u202f30 "]


def test_a_long_word_is_divided_by_the_rules_of_its_language():
    found = paragraph(runs("une expérimentation", BODY), 60, 12, hyphenate="fr")
    assert shown(found) == ["une expéri-", "mentation"]
    assert found.whole


def test_the_hyphen_of_a_divided_word_is_read_as_a_soft_one():
    found = paragraph(runs("une expérimentation", BODY), 60, 12, hyphenate="fr")
    assert [(piece.run.text, piece.run.actual) for piece in found.lines[0]] == [
        ("une expéri", ""),
        ("-", "\u00ad"),
    ]


def test_a_word_wider_than_the_line_is_cut_between_letters():
    found = paragraph(runs("a" * 40, BODY), 50, 12)
    assert "".join(shown(found)) == "a" * 40
    assert not found.whole
    assert len(found.lines) > 3


def test_styles_meet_without_a_space_between():
    found = paragraph([*runs("Zoé Élie", NAME), *runs(", maire", BODY)], 500, 12)
    assert shown(found) == ["Zoé Élie, maire"]
    assert [piece.run.style for piece in found.lines[0]] == [NAME, BODY]


def test_the_space_between_two_links_belongs_to_none():
    links = [Run("4", BODY, "a", "page 4"), Run(" ", BODY), Run("7", BODY, "b", "page 7")]
    found = paragraph(links, 500, 12)
    assert [(piece.run.text, piece.run.target) for piece in found.lines[0]] == [
        ("4", "a"),
        (" ", ""),
        ("7", "b"),
    ]


def test_letters_without_a_glyph_show_and_read_as_the_original():
    assert [(run.text, run.actual) for run in runs("Café 日本 𓀀𓁐 🦀", BODY)] == [
        ("Café 日本 ", ""),
        ("[?]", "𓀀𓁐"),
        (" ", ""),
        ("[?]", "🦀"),
    ]


def test_letters_with_a_compatible_form_take_it():
    assert [run.text for run in runs("\U0001d5d9\ufb01n", BODY)] == ["Ffin"]


def test_texts_are_shortened_with_an_ellipsis():
    assert shortened("Salle des fêtes", BODY, 500) == "Salle des fêtes"
    short = shortened("Salle des fêtes", BODY, 50)
    assert short.endswith("…")
    assert width(short, REGULAR, 9) <= 50


def test_abstracts_end_at_a_sentence_or_a_word():
    text = "Une phrase courte. Une autre phrase un peu plus longue que la première."
    assert cut(text, 200) == text
    assert cut(text, 30) == "Une phrase courte.\u00a0[…]"
    assert cut("mot " * 20, 18) == "mot mot mot mot…"


@settings(max_examples=150)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80),
    st.floats(20, 300),
    st.sampled_from(["", "fr", "en"]),
)
def test_any_text_is_laid_out_whole_and_inside_its_width(text, room, hyphenate):
    text = typeset(text, "fr")
    found = paragraph(runs(text, BODY), room, 12, hyphenate=hyphenate)
    wanted = "".join(run.text for run in runs(text, BODY))
    got = "".join(
        piece.run.text for line in found.lines for piece in line if piece.run.actual != "\u00ad"
    )
    assert re.sub(r" +", "", got) == re.sub(r" +", "", wanted)
    for line in found.lines:
        end = line[-1]
        trailing = width(" ", REGULAR, 9) + 0.01
        assert end.x + end.width <= room + trailing or len("".join(p.run.text for p in line)) < 4
