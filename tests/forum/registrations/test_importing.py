"""Registrations from tables: headers as people write them, every bad row named."""

from datetime import date, timedelta

import msgspec
import pytest

from forum.core import tables
from forum.core.context import Edition, EditionState
from forum.core.i18n import words
from forum.editions.models import Category, Consent
from forum.questions.models import Condition, Kind, Option, Question
from forum.registrations import importing
from forum.registrations.importing import Offered, Plan
from tests.factories import FIRST_DAY

EDITION = Edition(
    id=1,
    slug="x",
    title={"fr": "X"},
    timezone="Europe/Paris",
    starts_on=FIRST_DAY,
    ends_on=FIRST_DAY + timedelta(days=1),
    languages=["fr", "en"],
    state=EditionState.OPEN,
)


def category(code, number, **name):
    return Category(code=code, number=number, name=name, tint=1, open=True, places=None, taken=0)


def question(code, kind, **given):
    options = [
        Option(code=one, label={"fr": one.title()}, open=True, places=None, taken=0)
        for one in given.pop("options", ())
    ]
    values = {
        "code": code,
        "kind": Kind(kind),
        "label": {"fr": f"{code.title()} ?", "en": f"The {code}?"},
        "help": {},
        "required": False,
        "sensitive": False,
        "categories": [],
        "condition": None,
        "options": options,
        "least": None,
        "most": None,
        "retired_at": None,
    }
    return Question(**{**values, **given})


ELECTED = category("elected", 0, fr="Élu", en="Elected official")
AGENT = category("agent", 1, fr="Agent public")
PHOTOS = Consent(
    purpose="photos", wording={"fr": "Être photographié, filmé", "en": "Photos"}, version=1
)
OFFERED = Offered(edition=EDITION, categories=[ELECTED, AGENT], consents=[PHOTOS], questions=[])
NAMED = "given_name,family_name,email,category"


def table(text):
    return tables.read_table(text.encode(), "people.csv")


def read(text, offered=OFFERED, **plan):
    rows = table(text)
    columns = importing.guess(importing.headers_of(rows), offered)
    return importing.read(rows, offered, Plan(**{"columns": columns, **plan}))


def asking(*questions):
    return msgspec.structs.replace(OFFERED, questions=[*questions])


def person(more="", **given):
    """Return the only form of a table of one person, with these columns beside the needed."""
    headers = ",".join([NAMED, *given])
    cells = ",".join(["A", "B", "a@example.org", "agent", *(f'"{one}"' for one in given.values())])
    return read(f"{headers}\n{cells}\n{more}")


def test_a_french_table_is_read():
    got = read(
        "Prénom;NOM;Courriel;Catégorie;Collectivité;Fonction;Langue;Consentements;Jours;Âge\n"
        "Zoé;Lefèvre;zoe@example.org;élu;Ville de Foix;Maire;Anglais;photos;24/03/2027;50\n"
    )
    [one] = got.good
    assert (one.row, one.warnings, got.bad) == (2, {}, [])
    form = one.form
    assert (form.given_name, form.family_name, form.email, form.category) == (
        "Zoé",
        "Lefèvre",
        "zoe@example.org",
        "elected",
    )
    assert (form.organisation, form.job_title, form.language, form.consents, form.days) == (
        "Ville de Foix",
        "Maire",
        "en",
        ["photos"],
        [date(2027, 3, 24)],
    )


def test_what_export_and_pages_call_a_field_is_its_header():
    headers = [*importing.COLUMNS]
    assert importing.guess(headers, OFFERED) == dict(zip(headers, headers, strict=True))
    for language in ("fr", "en"):
        said = words(language)
        labels = {importing.label_of(one, OFFERED, said): one for one in headers}
        assert importing.guess([*labels], OFFERED) == labels


def test_questions_and_consents_are_known_by_label_and_code():
    offered = asking(question("meal", "choice", options=["fish"]), question("scan", "file"))
    headers = ["meal ?", "THE MEAL", "answers.meal", "meal"]
    assert [importing.guess([one], offered) for one in headers] == [
        {one: "answers.meal"} for one in headers
    ]
    assert importing.guess(["Scan ?", "answers.scan"], offered) == {}
    headers = ["consents.photos", "Photos", "Accepte : Être photographié, filmé", "Agrees: Photos"]
    assert [importing.guess([one], offered) for one in headers] == [
        {one: "consents.photos"} for one in headers
    ]
    assert importing.targets(offered) == [
        *importing.COLUMNS,
        "consents.photos",
        "answers.meal",
    ]


def test_what_an_export_writes_is_read_back():
    offered = asking(question("language", "text"), question("meal", "choices", options=["a"]))
    headers = "Code de catégorie|Language (language)|Language (answers.language)|Code organisation"
    assert importing.guess(headers.split("|"), offered) == {
        "Code de catégorie": "category",
        "Language (language)": "language",
        "Language (answers.language)": "answers.language",
        "Code organisation": "organisation_code",
    }
    left = ["reference", "status", "created_at", "day.2027-03-23", "Photos (given)"]
    assert importing.guess([*left, "consent.photos.given_at", "State (new)"], offered) == {}
    text = f'{NAMED},days,consents,meal\nA,B,a@example.org,agent,"2027-03-23, 2027-03-24",photos,a'
    [one] = read(text, offered).good
    assert (len(one.form.days), one.form.consents, one.form.answers) == (
        2,
        ["photos"],
        {"meal": ["a"]},
    )


def test_each_target_is_guessed_once_and_a_header_is_remembered():
    headers = ["E-mail", "Courriel", "Name", "Nom"]
    assert importing.guess(headers, OFFERED) == {"E-mail": "email", "Nom": "family_name"}
    remembered = {"name": "given_name", "nom": "answers.gone"}
    assert importing.guess(headers, OFFERED, remembered) == {
        "E-mail": "email",
        "Name": "given_name",
        "Nom": "family_name",
    }


@pytest.mark.parametrize("name", ["elected", "Élu", "ELU", "Elected Official"])
def test_a_category_is_known_by_its_code_and_its_names(name):
    got = read(f"{NAMED}\nA,B,a@example.org,{name}\n")
    assert [one.form.category for one in got.good] == ["elected"]


def test_a_value_that_is_no_category_means_what_was_said():
    text = f"{NAMED}\nA,B,a@example.org,Maire\nC,D,c@example.org,Visiteur\nE,F,e@example.org,\n"
    plan = Plan(columns={one: one for one in NAMED.split(",")})
    assert importing.unknown_categories(table(text), plan, OFFERED) == {
        "maire": "Maire",
        "visiteur": "Visiteur",
    }
    got = read(text, categories={"maire": "elected", "visiteur": ""}, category="agent")
    assert [one.form.category for one in got.good] == ["elected", "agent"]
    assert [str(one) for one in got.bad] == [
        "row 3: category: “Visiteur” is none of the categories: write one of them, or its code."
    ]


def test_with_one_category_the_column_may_be_missing():
    one = msgspec.structs.replace(OFFERED, categories=[ELECTED])
    got = read("given_name,family_name,email\nA,B,a@example.org\n", one)
    assert [one.form.category for one in got.good] == ["elected"]


def test_every_bad_row_is_named_with_its_reasons_and_the_good_are_kept():
    got = read(
        "given_name,family_name,email,category,language\n"
        "A,B,a@example.org,elected,\n"
        ",B,no,king,de\n"
        "\n"
        "C,D,A@example.org,agent,\n"
        "E,F,e@example.org,agent,de\n"
        "G,H,h@example.org,agent,en-GB\n",
        language="fr",
    )
    assert [(one.row, one.form.language) for one in got.good] == [(2, "fr"), (7, "en")]
    assert [(bad.row, [*bad.reasons]) for bad in got.bad] == [
        (3, ["given_name", "email", "category", "language"]),
        (5, ["email"]),
        (6, ["language"]),
    ]
    assert str(got.bad[1]) == "row 5: email: Row 2 has the same address: keep one of them."


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("", []),
        ("Tous", []),
        ("23/03 24/03 ", [FIRST_DAY, FIRST_DAY + timedelta(days=1)]),
        ("24/03/2027; 2027-03-23", [FIRST_DAY, FIRST_DAY + timedelta(days=1)]),
        ("mardi 23 mars, mardi 23 mars", [FIRST_DAY]),
        ("46470", [FIRST_DAY + timedelta(days=1)]),
    ],
)
def test_days_are_read(cell, wanted):
    assert [one.form.days for one in person(Jours=cell).good] == [wanted]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"days": "25/03"},
            "days: “25/03” is no day of this forum: write days such as 23/03/2027.",
        ),
        (
            {"consents": "photos; news"},
            "consents: “news” is nothing that people agree to here: write its text or its code.",
        ),
        (
            {"consents.photos": "maybe"},
            "consents.photos: “maybe” is none of the answers offered: write one of them.",
        ),
        (
            {"organisation": "123 456 789 00012"},
            "organisation: This is no SIRET: check its digits, or write the name.",
        ),
        ({"job_title": "x" * 201}, "job_title: This answer is too long: shorten it."),
        ({"job_title": "x" * 100_000}, "job_title: This answer is too long: shorten it."),
    ],
)
def test_what_cannot_be_read_is_told_with_the_mend(given, wanted):
    got = person(**given)
    assert got.good == []
    assert [str(one) for one in got.bad] == [f"row 2: {wanted}"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"consents": "Être photographié, filmé"}, ["photos"]),
        ({"consents.photos": "oui"}, ["photos"]),
        ({"consents.photos": "non"}, []),
        ({"consents": "photos", "consents.photos": "x"}, ["photos"]),
    ],
)
def test_consents_are_read(given, wanted):
    assert [one.form.consents for one in person(**given).good] == [wanted]


DINNER = question("dinner", "yes_no", required=True)
MEAL = question(
    "meal",
    "choice",
    options=["fish", "soup"],
    required=True,
    condition=Condition(question="dinner", answers=["yes"]),
)
VISIT = question("visit", "choices", options=["town", "port"], categories=["agent"])


def answered(cells):
    text = f"{NAMED},dinner,meal,visit\n" + "\n".join(
        f"A,B,{n}@example.org,{one}" for n, one in enumerate(cells)
    )
    return read(text, asking(DINNER, MEAL, VISIT))


def test_answers_are_held_against_conditions_and_categories():
    got = answered(
        [
            "agent,oui,Fish,town;port",
            "agent,non,Fish,",
            "elected,,,town",
            "agent,oui,,",
        ]
    )
    assert got.bad == []
    assert [one.form.answers for one in got.good] == [
        {"dinner": True, "meal": "fish", "visit": ["town", "port"]},
        {"dinner": False},
        {},
        {"dinner": True},
    ]
    assert [one.warnings for one in got.good] == [
        {},
        {"answers.meal": importing.NOT_ASKED},
        {"answers.dinner": importing.NO_ANSWER, "answers.visit": importing.NOT_ASKED},
        {"answers.meal": importing.NO_ANSWER},
    ]


def test_a_wrong_answer_names_what_was_written():
    [bad] = answered(["agent,oui,Meat,"]).bad
    assert str(bad) == (
        "row 2: answers.meal: “Meat” is none of the answers offered: write one of them."
    )


def test_a_file_that_the_form_demands_is_a_warning():
    got = read(
        f"{NAMED}\nA,B,a@example.org,agent\n", asking(question("scan", "file", required=True))
    )
    assert [one.warnings for one in got.good] == [{"answers.scan": importing.NO_ANSWER}]


@pytest.mark.parametrize(
    ("headers", "missing"),
    [
        ("Prénom,Nom,Adresse", "email"),
        ("Nom,Courriel", "given_name"),
        ("a,b", "given_name, family_name, email"),
    ],
)
def test_a_table_without_a_needed_column_is_refused(headers, missing):
    plan = Plan(columns=importing.guess(headers.split(","), OFFERED))
    with pytest.raises(tables.UnreadableTable, match=f"no column holds {missing}: name"):
        importing.require_columns(plan)


def test_a_workbook_is_read_as_a_table_is():
    headers = ["given_name", "family_name", "email", "category"]
    book = tables.write_xlsx(headers, [["Zoé", "=1+1", "z@example.org", "agent"]], sheet="x")
    rows = tables.read_table(book, "people.xlsx")
    got = importing.read(rows, OFFERED, Plan(columns=importing.guess(headers, OFFERED)))
    assert [(one.form.family_name, one.form.category) for one in got.good] == [("=1+1", "agent")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_of_every_office_program_are_read_alike(encoding, separator):
    lines = [
        ["Prénom", "Nom", "Courriel", "Catégorie", "Nom"],
        ["", "", "", "", ""],
        ["Zoé", '"L; ""e"", fèvre"', "z@example.org", "Élu", "x"],
    ]
    data = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    rows = tables.read_table(data, "x.csv")
    columns = importing.guess(importing.headers_of(rows), OFFERED)
    assert "Nom (2)" not in columns
    [one] = importing.read(rows, OFFERED, Plan(columns=columns)).good
    assert (one.row, one.form.given_name, one.form.family_name) == (3, "Zoé", 'L; "e", fèvre')
