"""Values put into a letter: shown, left out, or added; none of them becomes markup."""

import pytest

from forum.core.i18n import words
from forum.letters.filling import Block, Span, as_text, fill
from forum.letters.kinds import KINDS
from forum.letters.markup import parse

FR = words("fr")


def values(kind, **given):
    return {**{name: f"[{name}]" for name in kind.placeholders}, **given}


def filled(body, code="confirmed", subject="Objet", **given):
    kind = KINDS[code]
    return fill(parse(subject, body, kind), kind, values(kind, **given), FR)


TICKET = Block(
    "ticket",
    [
        [
            Span("Code QR de votre billet"),
            Span("K7QM"),
            Span(
                "Présentez ce code à l’entrée, sur votre écran ou sur papier."
                " Il est aussi joint à ce message, en page à imprimer."
            ),
        ]
    ],
)
MANAGE = Block("button", [[Span("Mon inscription", "https://x/me/k")]])
BOTH = {"ticket": "K7QM", "manage_link": "https://x/me/k", "answer_link": ""}


def test_who_has_answers_missing_is_led_to_them_whatever_the_words():
    last = filled("Bonjour.", **{**BOTH, "answer_link": "https://x/me/k/edit"}).blocks[-1]
    assert last == Block("button", [[Span("Répondre aux questions", "https://x/me/k/edit")]])


def test_what_a_text_leaves_out_and_must_be_in_comes_at_its_end():
    assert filled("Bonjour.", **BOTH).blocks == [
        Block("paragraph", [[Span("Bonjour.")]]),
        TICKET,
        MANAGE,
    ]


def test_what_is_in_is_not_added_again():
    got = filled("{ticket}\n[Par ici]({manage_link})", **BOTH)
    assert got.blocks == [TICKET, Block("paragraph", [[Span("Par ici", "https://x/me/k")]])]


def test_a_line_without_its_value_goes_and_what_it_held_comes_back():
    got = filled("Un\n{venue} : {manage_link}\n- {contact}", venue="", contact="", **BOTH)
    assert got.blocks == [Block("paragraph", [[Span("Un")]]), TICKET, MANAGE]


def test_without_a_ticket_there_is_none_anywhere():
    got = filled("{ticket}\nUn", "changed", ticket="", manage_link="https://x/me/k")
    assert got.blocks == [Block("paragraph", [[Span("Un")]]), MANAGE]


def test_a_value_never_becomes_markup():
    hostile = "**x** [a](https://evil.example) {ticket} - y https://evil.example"
    got = filled("{given_name}", given_name=hostile, **BOTH)
    assert got.blocks[0] == Block("paragraph", [[Span(hostile)]])


@pytest.mark.parametrize("hostile", ["a\r\nBcc: b@example.org", "a\nX: y", "a\u2028b", "a\u202eb"])
def test_a_value_stays_on_the_line_of_the_subject(hostile):
    got = filled("Un", subject="Pour {given_name}", given_name=hostile)
    assert len(got.subject.splitlines()) == 1
    assert "\u202e" not in got.subject
    assert got.subject.startswith("Pour a")


def test_controls_and_overrides_of_a_value_are_gone_and_its_lines_stay():
    got = filled("{reason}", "refused", reason="un\x00\u202e\ndeux")
    assert got.blocks == [Block("paragraph", [[Span("un\ndeux")]])]


def test_the_plain_text_says_the_same_with_its_addresses():
    got = filled(
        "**Bonjour** {given_name},\n\n- un\n- [deux](https://a.org) et [trois](mailto:a@b.org)\n\n"
        "{ticket}\n{manage_link}\n\nVoir https://b.org",
        given_name="Zoé",
        **BOTH,
    )
    assert as_text(got.blocks, FR) == (
        "Bonjour Zoé,\n\n- un\n- deux (https://a.org) et trois (a@b.org)\n\n"
        "Code QR de votre billet\u00a0: K7QM\n"
        "Présentez ce code à l’entrée, sur votre écran ou sur papier."
        " Il est aussi joint à ce message, en page à imprimer.\n\n"
        "Mon inscription\u00a0:\nhttps://x/me/k\n\nVoir https://b.org\n"
    )
