"""Texts and addresses made safe and plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule.texts import line, paragraphs, plain, web_address, xml_safe

TEXTS = st.text(st.characters() | st.sampled_from("\n\t <>&\u00a0\u200e\ud800"))


@given(TEXTS)
def test_tidying_twice_changes_nothing(text):
    for tidy in (line, paragraphs, xml_safe):
        assert tidy(tidy(text)) == tidy(text)


@given(TEXTS)
def test_any_text_can_be_written_afterwards(text):
    assert "\n" not in line(text)
    line(text).encode()
    plain(f"<p>{text}").encode()
    assert "\n\n\n" not in paragraphs(text)


def test_no_break_spaces_stay():
    assert line(" Table\u00a0ronde\u202f:\n suite ") == "Table\u00a0ronde\u202f: suite"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un</p><p>Deux<br>Trois</p>", "Un\n\nDeux\nTrois"),
        ("<h2>Titre</h2>texte &amp; suite", "Titre\n\ntexte & suite"),
        ("<ol><li>a<li>b</ol>", "- a\n- b"),
        ('<a href="https://a.example/">https://a.example/</a>', "https://a.example/"),
        ('<a href="javascript:x()">là</a>', "là"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("**gras** & <3", "**gras** & <3"),
        ("x<br/>y<style>p{}</style>", "x\ny"),
    ],
)
def test_html_becomes_plain_text(html, text):
    assert plain(html) == text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org", "https://example.org"),
        (" http://example.org/a b?é=1#ç ", "http://example.org/a%20b?%C3%A9=1#%C3%A7"),
        ("https://élus.example/", "https://xn--lus-9la.example/"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("www.example.org/x", "https://www.example.org/x"),
        ("example.org/x", "https://example.org/x"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("https://[::1]:8000/", "https://[::1]:8000/"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("https://a.example:port/", None),
        ("https://[broken/", None),
        ("mailto:nobody", None),
        ("/relative", None),
        ("a word", None),
        ("", None),
        ("https://example.org/" + "a" * 2000, None),
    ],
)
def test_only_addresses_of_the_web_are_kept(text, address):
    assert web_address(text) == address


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_an_address_stays_what_it_is(text):
    address = web_address(f"https://example.org/{text}")
    assert address is None or web_address(address) == address
