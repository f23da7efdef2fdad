"""The little language of letters: what it reads, what it refuses, on which line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.core.forms import NEEDED
from forum.letters import markup
from forum.letters.kinds import KINDS, LABELS, PLACEHOLDERS, SENT_FROM_THE_PAGE, TICKET
from forum.letters.markup import Anchor, Mistake, Part, Piece, is_address, normal, parse

CONFIRMED = KINDS["confirmed"]


def parts(body, kind=CONFIRMED):
    parsed = parse("Objet", body, kind)
    assert parsed.body_mistakes == ()
    return list(parsed.parts)


def line(text):
    ((only,),) = [part.lines for part in parts(text)]
    return list(only)


def mistakes(body, kind=CONFIRMED):
    return list(parse("Objet", body, kind).body_mistakes)


def value(name):
    return Piece(name, is_placeholder=True)


def test_every_placeholder_of_a_kind_has_a_meaning_and_every_link_a_label():
    used = {name for kind in KINDS.values() for name in kind.placeholders}
    assert used == PLACEHOLDERS.keys()
    assert {name for name in used if name.endswith("_link")} == LABELS.keys()
    for kind in KINDS.values():
        assert {*kind.needed} <= {*kind.placeholders}
        assert len({*kind.placeholders}) == len(kind.placeholders)


def test_the_ticket_and_the_link_are_needed_wherever_there_is_a_ticket():
    with_ticket = [kind for kind in KINDS.values() if TICKET in kind.placeholders]
    assert [kind.code for kind in with_ticket] == [
        "confirmed", "promoted", "approved", "changed", "reissued", "reminder",
    ]  # fmt: skip
    assert {kind.needed[:2] for kind in with_ticket} == {(TICKET, "manage_link")}
    assert {*SENT_FROM_THE_PAGE} <= KINDS.keys()


def test_empty_lines_part_paragraphs_and_other_lines_stay():
    assert parts("Un\ndeux\n\n \n\ntrois\r\nquatre") == [
        Part("paragraph", ((Piece("Un"),), (Piece("deux"),))),
        Part("paragraph", ((Piece("trois"),), (Piece("quatre"),))),
    ]


def test_hyphens_make_a_list_that_a_paragraph_ends():
    assert parts("Voici :\n- un\n- deux\nfin") == [
        Part("paragraph", ((Piece("Voici :"),),)),
        Part("bullets", ((Piece("un"),), (Piece("deux"),))),
        Part("paragraph", ((Piece("fin"),),)),
    ]


def test_a_link_alone_is_a_button_and_the_ticket_stands_alone():
    assert parts("Voici\n{ticket}\n{ manage_link }\nVoilà") == [
        Part("paragraph", ((Piece("Voici"),),)),
        Part("ticket"),
        Part("button", ((value("manage_link"),),)),
        Part("paragraph", ((Piece("Voilà"),),)),
    ]


def test_a_line_holds_values_strong_words_links_and_addresses():
    got = line("Cher {given_name}, **le {dates}** [ici {edition}]({programme_link}) {manage_link}.")
    assert got == [
        Piece("Cher "),
        value("given_name"),
        Piece(", "),
        Piece("le ", strong=True),
        Piece("dates", is_placeholder=True, strong=True),
        Piece(" "),
        Anchor((Piece("ici "), value("edition")), value("programme_link")),
        Piece(" "),
        Anchor((value("manage_link"),), value("manage_link")),
        Piece("."),
    ]


def test_an_address_ends_before_the_sentence_does():
    address = "https://example.org/a?b=1"
    assert line(f"Voir {address}.") == [
        Piece("Voir "),
        Anchor((Piece(address),), Piece(address)),
        Piece("."),
    ]


def test_doubled_braces_are_braces_and_lone_stars_stay():
    assert line("{{given_name}} 2 * 3 ** 4") == [
        Piece("{"),
        Piece("given_name"),
        Piece("}"),
        Piece(" 2 * 3 ** 4"),
    ]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("a\n\nHello {nom}", [Mistake(markup.UNKNOWN, 3, "nom")]),
        ("{place_in_line}", [Mistake(markup.UNKNOWN, 1, "place_in_line")]),
        ("{given_name.__class__}", [Mistake(markup.UNKNOWN, 1, "given_name.__class__")]),
        ("{}", [Mistake(markup.UNKNOWN, 1, "")]),
        ("a { b", [Mistake(markup.LONE_BRACE, 1)]),
        ("a\nb }", [Mistake(markup.LONE_BRACE, 2)]),
        ("Le billet {ticket} ici", [Mistake(markup.NOT_ALONE, 1, "ticket")]),
        ("[x](javascript:alert)", [Mistake(markup.BAD_LINK, 1, "javascript:alert")]),
        ("[x](data:text/html)", [Mistake(markup.BAD_LINK, 1, "data:text/html")]),
        ("[x](/me)", [Mistake(markup.BAD_LINK, 1, "/me")]),
        ("[x]({given_name})", [Mistake(markup.BAD_LINK, 1, "{given_name}")]),
        ("[x]({accept_link})", [Mistake(markup.BAD_LINK, 1, "{accept_link}")]),
        ("[{nope}](https://a.org)", [Mistake(markup.UNKNOWN, 1, "nope")]),
        ("{a}\n{b}", [Mistake(markup.UNKNOWN, 1, "a"), Mistake(markup.UNKNOWN, 2, "b")]),
        (" \n ", [Mistake(NEEDED)]),
        ("x" * 10_001, [Mistake(markup.TOO_LONG, 10_000)]),
        ("{name} " * 201, [Mistake(markup.TOO_MANY, 200)]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(body, wrong):
    assert mistakes(body) == wrong


@pytest.mark.parametrize(
    ("subject", "wrong"),
    [
        ("", [Mistake(NEEDED)]),
        ("  \u202e ", [Mistake(NEEDED)]),
        ("x" * 151, [Mistake(markup.TOO_LONG, 150)]),
        ("Votre {ticket}", [Mistake(markup.NOT_IN_SUBJECT, 1, "ticket")]),
        ("Ici {manage_link}", [Mistake(markup.NOT_IN_SUBJECT, 1, "manage_link")]),
        ("{reason}", [Mistake(markup.UNKNOWN, 1, "reason")]),
        ("a } b", [Mistake(markup.LONE_BRACE, 1)]),
        ("{given_name} {{x}} **y**", []),
    ],
)
def test_a_subject_has_text_and_values_alone(subject, wrong):
    assert list(parse(subject, "Corps", CONFIRMED).subject_mistakes) == wrong


def test_jinja_and_format_strings_are_only_text_or_mistakes():
    assert mistakes("{{ 7*7 }} {% raw %} {{config}}") == [
        Mistake(markup.UNKNOWN, 1, "% raw %"),
    ]
    assert parts("%s %(name)s {{0}}")[0].lines[0] == (
        Piece("%s %(name)s "), Piece("{"), Piece("0"), Piece("}"),
    )  # fmt: skip


def test_typed_text_is_made_plain():
    assert normal("a\r\nb\rc\td\u202eé\x00") == "a\nb\nc dé"


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("mailto:a@example.org", True),
        ("mailto:a@example.org?bcc=b@example.org", False),
        ("https://", False),
        ("http://[", False),
        ("//example.org", False),
        ("ftp://example.org", False),
        ("JaVaScRiPt:x", False),
        ("", False),
    ],
)
def test_a_letter_leads_to_web_sites_and_addresses_alone(address, good):
    assert is_address(address) is good


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text("ab {}[]()*-\n:/.hps\u202e\"'<>&", max_size=80), st.sampled_from([*KINDS]))
def test_whatever_is_typed_is_read_or_refused(body, code):
    parsed = parse(body, body, KINDS[code])
    for part in parsed.parts:
        for one in (one for whole in part.lines for one in whole):
            if isinstance(one, Anchor) and not one.target.is_placeholder:
                assert is_address(one.target.text)
