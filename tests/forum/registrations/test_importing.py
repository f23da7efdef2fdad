"""Registrations from tables: headers as people write them, every bad row named."""

import pytest

from forum.core import tables
from forum.core.context import Edition, EditionState
from forum.editions.models import Category
from forum.registrations import importing
from tests.factories import FIRST_DAY

EDITION = Edition(
    id=1,
    slug="x",
    title={"fr": "X"},
    timezone="Europe/Paris",
    starts_on=FIRST_DAY,
    ends_on=FIRST_DAY,
    languages=["fr", "en"],
    state=EditionState.OPEN,
)


def category(code, number, **name):
    return Category(code=code, number=number, name=name, tint=1, open=True, places=None, taken=0)


ELECTED = category("elected", 0, fr="Élu", en="Elected official")
AGENT = category("agent", 1, fr="Agent public")


def read(text, categories=(ELECTED, AGENT)):
    rows = tables.read_table(text.encode(), "people.csv")
    return importing.read(rows, EDITION, list(categories), {"photos"})


def test_a_french_table_is_read():
    got = read(
        "Prénom;NOM;Courriel;Catégorie;Collectivité;Fonction;Langue;Consentements;Âge\n"
        "Zoé;Lefèvre;zoe@example.org;élu;Ville de Foix;Maire;fr;photos;50\n"
    )
    ((number, form),) = got.good
    assert (number, got.bad, got.ignored_columns) == (2, [], ["Âge"])
    assert (form.given_name, form.family_name, form.email, form.category) == (
        "Zoé",
        "Lefèvre",
        "zoe@example.org",
        "elected",
    )
    assert (form.organisation, form.job_title, form.language, form.consents) == (
        "Ville de Foix",
        "Maire",
        "fr",
        ["photos"],
    )


@pytest.mark.parametrize("name", ["elected", "Élu", "ELU", "Elected Official"])
def test_a_category_is_known_by_its_code_and_its_names(name):
    got = read(f"given_name,family_name,email,category\nA,B,a@example.org,{name}\n")
    assert [form.category for _, form in got.good] == ["elected"]


def test_with_one_category_the_column_may_be_missing():
    got = read("given_name,family_name,email\nA,B,a@example.org\n", [ELECTED])
    assert [form.category for _, form in got.good] == ["elected"]


def test_every_bad_row_is_named_with_its_reasons_and_the_good_are_kept():
    got = read(
        "given_name,family_name,email,category,language\n"
        "A,B,a@example.org,elected,\n"
        ",B,no,king,de\n"
        "\n"
        "C,D,A@example.org,agent,\n"
        "E,F,e@example.org,agent,de\n"
        "G,H,h@example.org,agent,en\n"
    )
    assert [number for number, _ in got.good] == [2, 7]
    assert [(bad.row, sorted(bad.reasons)) for bad in got.bad] == [
        (3, ["category", "email", "given_name", "language"]),
        (5, ["email"]),
        (6, ["language"]),
    ]
    assert str(got.bad[1]) == "row 5: email: row 2 has the same address"


@pytest.mark.parametrize(
    ("headers", "missing"),
    [
        ("Prénom,Nom,Adresse", "email"),
        ("Nom,Courriel", "given_name"),
        ("a,b", "given_name, family_name, email"),
    ],
)
def test_a_table_without_a_needed_column_is_refused(headers, missing):
    with pytest.raises(tables.UnreadableTable, match=f"no column holds {missing}: name"):
        read(f"{headers}\n1,2,3\n", [ELECTED])


def test_a_workbook_is_read_as_a_table_is():
    headers = ["given_name", "family_name", "email", "category"]
    book = tables.write_xlsx(headers, [["Zoé", "=1+1", "z@example.org", "agent"]], sheet="x")
    rows = tables.read_table(book, "people.xlsx")
    got = importing.read(rows, EDITION, [ELECTED, AGENT], set())
    assert [(form.family_name, form.category) for _, form in got.good] == [("=1+1", "agent")]
