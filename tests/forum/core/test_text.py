"""Texts: cleaned, folded for search and for order, made into addresses."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.text import Filled, clean, filled, fold, pick, search_key, slug, sort_key

anything = st.text()


@given(anything)
def test_clean_is_done_once(text):
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_what_is_clean_can_be_stored_and_written(text):
    cleaned = clean(text)
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not {"\0", "\r", "\x1b", "\u202e", "\u2066", "\u061c", "\ufffe"} & {*cleaned}


@given(anything)
def test_a_slug_is_an_address_or_nothing(text):
    made = slug(text)
    assert len(made) <= 60
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")


@given(anything)
def test_case_and_accents_of_the_reader_never_matter(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.lists(st.none() | anything, max_size=4))
def test_a_search_key_holds_words_one_space_apart(parts):
    key = search_key(parts)
    assert key == " ".join(key.split())
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789@. ")


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Lefèvre", "lefevre"), ("CŒUR", "coeur"), ("Straße", "strasse"), ("Ødegård", "odegard")],
)
def test_accents_and_ligatures_fold(text, folded):
    assert fold(text) == folded


def test_names_sort_without_accents_or_punctuation():
    names = ["Éloi", "Eloy", "d’Arcy", "Darcy", "De La Tour", "Zoé"]
    assert sorted(names, key=sort_key) == ["d’Arcy", "Darcy", "De La Tour", "Éloi", "Eloy", "Zoé"]


def test_the_family_name_counts_before_the_given_name():
    people = [("Martin", "Zoé"), ("Martinez", "Ada"), ("Martin", "Ada")]
    assert sorted(people, key=lambda one: sort_key(*one)) == [
        ("Martin", "Ada"),
        ("Martin", "Zoé"),
        ("Martinez", "Ada"),
    ]


def test_a_long_slug_is_cut_at_a_word():
    assert slug("Les communes et leurs habitants", longest=20) == "les-communes-et"


@pytest.mark.parametrize(
    ("text", "languages", "picked"),
    [
        ({"fr": "Oui", "en": "Yes"}, ("en",), "Yes"),
        ({"fr": "Oui"}, ("en",), "Oui"),
        ({"fr": "", "en": "Yes"}, ("fr",), "Yes"),
        ({}, ("fr",), ""),
    ],
)
def test_a_missing_language_falls_back(text, languages, picked):
    assert pick(text, *languages) == picked


def test_a_sentence_with_values_is_english_and_can_be_said_in_another_language():
    said = Filled("%(n)d places of %(what)s", n=3, what={"fr": "Musée", "en": "Museum"})
    assert said == "3 places of Museum"
    assert filled("%(what)s : %(n)d places", said.values, "fr") == "Musée : 3 places"
