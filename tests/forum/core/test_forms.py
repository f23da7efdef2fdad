"""Forms: every mistake at once, texts cleaned, nothing unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.errors import Invalid
from forum.core.forms import NEEDED, UNKNOWN, line, parse
from forum.registrations.models import RegistrationForm
from tests.factories import answers

TOO_LONG = "This answer is too long: shorten it."
NO_ADDRESS = "Give an address such as name@example.org."


def refused(sent):
    with pytest.raises(Invalid) as caught:
        parse(RegistrationForm, sent)
    return caught.value.fields


def read(**given):
    return parse(RegistrationForm, answers(**given))


def test_every_mistake_is_told_at_once():
    sent = {"given_name": "", "family_name": "x" * 10_000, "email": "nobody", "hat": "red"}
    assert refused(sent) == {
        "given_name": NEEDED,
        "family_name": TOO_LONG,
        "email": NO_ADDRESS,
        "category": NEEDED,
        "hat": UNKNOWN,
    }


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\u200b", "\ufeff \u200b", "\x00", "\u202e"])
def test_a_name_with_nothing_to_see_is_missing(name):
    assert refused(answers(given_name=name)) == {"given_name": NEEDED}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Zoé ", "Zoé"),
        ("Zoe\u0301", "Zoé"),
        ("Zo\u202eé", "Zoé"),
        ("Zo\x00\x1bé", "Zoé"),
        ("Zoé\u2066\u2069", "Zoé"),
        ("Zoé\r\nBcc: all@example.org", "Zoé Bcc: all@example.org"),
        ("Jean\u00a0\tPaul", "Jean Paul"),
        ("Jean\u2028Paul", "Jean Paul"),
    ],
)
def test_texts_are_cleaned_and_come_on_one_line(sent, kept):
    assert read(given_name=sent).given_name == kept


@pytest.mark.parametrize("sent", [5, True, ["a", 5], {"a": 1}])
def test_a_name_that_is_no_text_is_refused(sent):
    assert refused(answers(given_name=sent)) == {
        "given_name": "This answer cannot be read: check it."
    }


@pytest.mark.parametrize(
    "address",
    [
        "nobody", "a@b", "a b@example.org", "a@example..org", "@example.org", "a@", "a@-b.org",
        "a@example.org\r\nBcc: b@example.org", "<a@example.org>", "a@example.org, b@example.org",
        '"a"@example.org', "a@[127.0.0.1]", "é@example.org", ".a@example.org", "a..b@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address):
    assert refused(answers(email=address)) == {"email": NO_ADDRESS}


@pytest.mark.parametrize(
    "address", ["a@example.org", "a+b.c_d'e@x-y.example.co", "A@EXAMPLE.ORG", "1@1.fr"]
)
def test_an_address_is_taken_as_it_is(address):
    assert read(email=address).email == address


def test_an_address_has_at_most_254_characters():
    assert refused(answers(email=f"{'a' * 250}@example.org")) == {"email": TOO_LONG}


def test_of_a_field_sent_twice_the_last_counts():
    sent = {name: [value] for name, value in answers().items()}
    sent["given_name"] = ["Zoé", "Ada"]
    assert parse(RegistrationForm, sent).given_name == "Ada"


def test_a_field_that_holds_many_keeps_them_all():
    assert read(consents=["photos", "", "list"]).consents == ["photos", "list"]
    assert read(consents="photos").consents == ["photos"]


def test_an_optional_answer_left_empty_was_not_given():
    assert read(organisation="  ").organisation is None


@given(st.text())
def test_a_line_is_one_line_and_stays_as_it_is(text):
    made = line(text)
    assert made.splitlines() in ([], [made])
    assert line(made) == made


@pytest.mark.parametrize("name", ["Ada https://evil.example", "see WWW.evil.example"])
def test_a_name_carries_no_address(name):
    with pytest.raises(Invalid) as refused:
        parse(RegistrationForm, {**answers(), "given_name": name})
    assert refused.value.fields == {"given_name": "Write a name here, without any address."}
