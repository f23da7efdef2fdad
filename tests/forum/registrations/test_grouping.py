"""People of a group as they are pasted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.registrations.grouping import NAMESAKE, NOBODY, TOO_MANY, TWICE, read_people


def read(text, *, organisation=None, namesakes=False):
    return read_people(text, organisation=organisation, namesakes=namesakes)


def seen(text, **given):
    people, errors = read(text, **given)
    assert errors == {}
    return [
        (p.line, p.who.given_name, p.who.family_name, p.who.email, p.who.job_title) for p in people
    ]


ADA = (1, "Ada", "Ferrand", "ada@example.org", None)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Ada;Ferrand;ada@example.org", [ADA]),
        ("Ada\tFerrand\tada@example.org", [ADA]),
        ("Ada, Ferrand, ada@example.org", [ADA]),
        ('"Ada"; "Ferrand" ; ada@example.org', [ADA]),
        ("Ada Ferrand <ada@example.org>", [ADA]),
        ("ada@example.org; Ada; Ferrand", [ADA]),
        ("Ada;Ferrand;ada@example.org;Maire", [(*ADA[:4], "Maire")]),
        ("Ada;Ferrand;Maire;ada@example.org", [(*ADA[:4], "Maire")]),
        ("\n\nAda;Ferrand;ada@example.org\n\n", [(3, *ADA[1:])]),
        ("Nom;Prénom;Courriel\nFerrand;Ada;ada@example.org", [(2, *ADA[1:])]),
        ("Courriel\tFonction\tRang\tNom\tPrénom\nada@example.org\tMaire\t7\tFerrand\tAda",
         [(2, "Ada", "Ferrand", "ada@example.org", "Maire")]),
    ],
)  # fmt: skip
def test_lines_are_read_as_people_write_them(text, people):
    assert seen(text) == people


def test_an_organisation_given_once_is_everybodys_who_has_none():
    text = "Prénom;Nom;Courriel;Organisme\nAda;F;a@example.org;\nZoé;L;z@example.org;Ville de Foix"
    people, errors = read(text, organisation="Ville d’Albi")
    assert errors == {}
    assert [p.who.organisation for p in people] == ["Ville d’Albi", "Ville de Foix"]


@pytest.mark.parametrize("text", ["", "  \n \n", "Nom;Prénom;Courriel"])
def test_nobody_is_told(text):
    assert read(text) == ([], {"people": NOBODY})


def test_more_than_fifty_are_too_many():
    lines = [f"Ada;Ferrand {n};a{n}@example.org" for n in range(51)]
    assert read("\n".join(lines)) == ([], {"people": TOO_MANY})
    assert len(read("\n".join(lines[:50]))[0]) == 50


def test_every_line_at_fault_is_named():
    people, errors = read("Ada;Ferrand;ada@\nZoé\nLéa;Roux;lea@example.org\n;;x@example.org")
    assert [p.line for p in people] == [3]
    assert errors.keys() == {"people.1", "people.2", "people.4"}


def test_one_address_on_two_lines_is_refused():
    _, errors = read("Ada;Ferrand;a@example.org\nZoé;Roux;A@Example.org")
    assert errors == {"people.2": TWICE}


def test_two_of_one_name_are_asked_about_and_not_refused():
    text = "Ada;Lefèvre;a@example.org\nADA;Lefevre;b@example.org"
    assert read(text)[1] == {"people.2": NAMESAKE}
    people, errors = read(text, namesakes=True)
    assert (len(people), errors) == (2, {})


@given(st.text(max_size=400))
def test_whatever_is_pasted_is_read_or_named(text):
    people, errors = read(text)
    filled = [n for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    assert {p.line for p in people} <= {*filled}
    assert people or errors
