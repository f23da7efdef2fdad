"""Cells as people write them, read as answers; what is told in words is read back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.i18n import words
from forum.questions import cells, rules, views
from forum.questions.models import Kind, Option, Question

LABELS = {
    "all": {"fr": "De tout", "en": "Everything"},
    "vegan": {"fr": "Végétalien, sans miel", "en": "Vegan; no honey"},
    "fish": {"fr": "Poisson", "en": "Fish"},
}


def question(kind, **given):
    values = {
        "code": "q",
        "kind": Kind(kind),
        "label": {"fr": "Question"},
        "help": {},
        "required": False,
        "sensitive": False,
        "categories": [],
        "condition": None,
        "options": [
            Option(code=code, label=label, open=True, places=None, taken=0)
            for code, label in LABELS.items()
        ],
        "least": None,
        "most": None,
        "retired_at": None,
    }
    return Question(**{**values, **given})


def read(kind, text):
    """Return the answer that a cell gives, or what is wrong with it."""
    asked = question(kind)
    answers, wrong = rules.read_answers(
        [asked], category="x", sent={"q": cells.answer(asked, text)}
    )
    return answers.get("q", wrong.get("answers.q"))


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("text", " Nœud  papillon ", "Nœud papillon"),
        ("choice", "poisson", "fish"),
        ("choice", "FISH", "fish"),
        ("choice", "vegan", "vegan"),
        ("choice", "Végétalien, sans miel", "vegan"),
        ("choice", "Viande", rules.NOT_OFFERED),
        ("choices", "Poisson; De tout", ["all", "fish"]),
        ("choices", "Poisson, de tout", ["all", "fish"]),
        ("choices", "poisson, végétalien,  sans miel", ["vegan", "fish"]),
        ("choices", "Vegan; no honey; Fish", ["vegan", "fish"]),
        ("choices", "all|fish", ["all", "fish"]),
        ("choices", "Poisson; Viande", rules.NOT_OFFERED),
        ("choices", ";;", None),
        ("yes_no", "Oui", True),
        ("yes_no", "VRAI", True),
        ("yes_no", "x", True),
        ("yes_no", "non.", False),
        ("yes_no", "false", False),
        ("yes_no", "0", False),
        ("yes_no", "peut-être", rules.NOT_OFFERED),
        ("number", "12", 12),
        ("number", "1 200", 1200),
        ("number", "12,0", 12),
        ("number", "-3.00", -3),
        ("number", "12,5", rules.NO_NUMBER),
        ("number", "1,200", rules.NO_NUMBER),
        ("date", "2027-03-23", "2027-03-23"),
        ("date", "2027-03-23T00:00:00", "2027-03-23"),
        ("date", "23/03/2027", "2027-03-23"),
        ("date", "23.3.2027", "2027-03-23"),
        ("date", "46469", "2027-03-23"),
        ("date", "mardi 23 mars 2027", "2027-03-23"),
        ("date", "1er févr. 2027", "2027-02-01"),
        ("date", "March 23, 2027", "2027-03-23"),
        ("date", "Tuesday 23 March 2027", "2027-03-23"),
        ("date", "23/03/27", rules.NO_DATE),
        ("date", "31/02/2027", rules.NO_DATE),
        ("date", "03/23/2027", rules.NO_DATE),
    ],
)
def test_a_cell_is_read_as_people_write_it(kind, text, wanted):
    assert read(kind, text) == wanted


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.FILE])
@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_cell_answers_nothing(kind, text):
    assert read(kind, text) is None


def test_a_text_that_two_options_share_without_accents_counts_as_it_is_written():
    find = cells.by_name({"fish": {"fr": "Pêche"}, "sin": {"fr": "Péché"}})
    assert [find(text) for text in ("Pêche", "Péché", "peche")] == ["fish", "sin", None]


def test_a_day_without_its_year_is_found_among_some():
    among = [date(2027, 3, 23), date(2027, 3, 24)]
    written = ("23/03", "24 mars", "mardi 23 mars", "25/03", "23")
    assert [cells.read_date(text, among) for text in written] == [
        among[0],
        among[1],
        among[0],
        None,
        None,
    ]
    assert cells.read_date("23/03") is None


@given(st.sampled_from(["fr", "en"]), st.lists(st.sampled_from([*LABELS]), min_size=1, unique=True))
def test_choices_told_in_words_are_read_back(language, codes):
    asked = question("choices")
    wanted = [code for code in LABELS if code in codes]
    for text in (views.in_words(asked, wanted, words(language)), "; ".join(codes)):
        assert read("choices", text) == wanted


@given(st.sampled_from(["fr", "en"]), st.dates(date(1901, 1, 1), date(2100, 1, 1)))
def test_a_date_told_in_any_way_is_read_back(language, day):
    told = views.in_words(question("date"), day.isoformat(), words(language))
    serial = str((day - cells.SERIAL_ZERO).days)
    wanted = [told, day.isoformat(), day.strftime("%d/%m/%Y")]
    wanted += [serial] if len(serial) == 5 else []
    assert {cells.read_date(text) for text in wanted} == {day}


@given(st.sampled_from(["fr", "en"]), st.booleans(), st.integers(-(10**9), 10**9))
def test_yes_no_and_numbers_told_in_words_are_read_back(language, yes, number):
    assert read("yes_no", views.in_words(question("yes_no"), yes, words(language))) is yes
    assert read("number", f"{number:,}".replace(",", "\u202f")) == number


@given(st.sampled_from([kind for kind in Kind if kind is not Kind.FILE]), st.text(max_size=300))
def test_no_cell_breaks_the_reading(kind, text):
    got = read(kind, text)
    assert got is None or isinstance(got, str | list | bool | int)


def test_a_huge_list_is_refused_at_once():
    assert read("choices", "a," * 16_000) == rules.NOT_OFFERED
    assert read("choices", "a;" * 300) == rules.NOT_OFFERED
