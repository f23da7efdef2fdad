"""What organisers type, as values, and back: the way there and the way back agree."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.errors import Invalid
from forum.core.i18n import words
from forum.editions.models import FormChange, NewCategory, NewTerms
from forum.pages import form_values
from forum.questions.models import Condition, Kind, NewOption, NewQuestion
from tests.pages.samples import EDITION, QUESTIONS

ZONE = EDITION.zone
AT = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)


def test_terms_go_there_and_back():
    terms = NewTerms(state="open", places=5, registration_closes_at=AT, asks_days=True)
    typed = form_values.typed(terms, ZONE)
    assert typed["registration_closes_at"] == ["2027-03-15T18:00"]
    assert typed["asks_days"] == ["yes"]
    read = form_values.terms(typed, EDITION)
    assert read == terms


def test_a_category_goes_there_and_back():
    category = NewCategory(
        code="press", name={"fr": "Presse", "en": "Press"}, opens_at=AT, open=False, approval=True
    )
    assert form_values.category(form_values.typed(category, ZONE), EDITION, "press") == category


def test_a_question_goes_there_and_back():
    question = NewQuestion(
        code="visit",
        kind=Kind.CHOICE,
        label={"fr": "Visite ?"},
        help={"fr": "Le soir"},
        categories=["press"],
        condition=Condition(question="comes", answers=["yes"]),
        options=[
            NewOption(code="a", label={"fr": "A", "en": "B"}, places=3),
            NewOption(code="b", label={"fr": "B"}, open=False),
        ],
    )
    assert form_values.question(form_values.typed(question, ZONE), EDITION) == question


TEXT = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(labels=st.lists(TEXT, min_size=1, max_size=12))
def test_answers_to_choose_get_codes_that_differ(labels):
    sent = {f"option.{n}.fr": [label] for n, label in enumerate(labels, start=1)}
    codes = [one["code"] for one in form_values.options(sent)]
    assert len({*codes}) == len(codes) == len(labels)


def test_rows_stand_in_the_order_of_their_numbers():
    sent = {
        "option.1.fr": ["B"],
        "option.1.position": ["2"],
        "option.2.fr": ["A"],
        "option.2.position": ["1,5"],
        "option.3.fr": ["C"],
        "option.3.position": ["last"],
        "option.x.fr": ["?"],
    }
    assert [one["label"]["fr"] for one in form_values.options(sent)] == ["A", "B", "C"]
    rows = form_values.rows(None, sent)
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7]


def test_a_condition_on_two_questions_is_a_mistake():
    sent = {"label.fr": ["Q"], "kind": ["text"], "condition": ["a:yes", "b:no"]}
    with pytest.raises(Invalid) as refusal:
        form_values.question(sent, EDITION)
    assert [*refusal.value.fields] == ["condition"]


def change(part, **changes):
    detail = {"part": part, "revision": 2, "changes": changes}
    return FormChange(at=AT, actor="organiser:x", action="form_terms", detail=detail)


def test_what_others_changed_fills_what_was_left_alone():
    sent = {"places": ["50"], "offer_hours": [""], "name.fr": ["Mien"]}
    changes = [
        change("terms", places=[40, 60], offer_hours=[None, 12]),
        change("terms", offer_hours=[12, 24], asks_days=[False, True]),
        change("category press", name=[{"fr": "Mien"}, {"fr": "Autre"}]),
    ]
    assert form_values.merged(sent, "terms", changes, ZONE) == {
        "places": ["50"],
        "offer_hours": ["24"],
        "asks_days": ["yes"],
        "name.fr": ["Mien"],
    }


@pytest.mark.parametrize(
    ("name", "value", "french"),
    [
        ("places", None, "rien"),
        ("places", 5, "5"),
        ("approval", True, "oui"),
        ("state", "closed", "Closes"),
        ("kind", "yes_no", "Oui ou non"),
        ("closes_at", "2027-03-15T18:00:00+01:00", "lundi 15 mars 2027, 18\u00a0h"),
        ("name", {"fr": "Presse", "en": "Press"}, "Presse"),
        ("categories", ["press", "agent"], "press, agent"),
        ("condition", {"question": "comes", "answers": ["yes"]}, "comes: yes"),
        ("options", [{"label": {"fr": "A"}, "places": 3}, {"label": {"fr": "B"}}], "A (3), B"),
    ],
)
def test_a_value_is_told_in_words(name, value, french):
    said = words("fr")
    expected = said.gettext("Closed") if name == "state" else french
    assert form_values.in_words(name, value, EDITION, said) == expected


def test_a_change_is_told_with_its_part_and_its_lines():
    told = form_values.told(change("category press", places=[None, 9]), EDITION, words("en"))
    assert told == {
        "when": "Monday 15 March, 18:00",
        "part": "Category press",
        "lines": [{"label": "Places", "old": "nothing", "new": "9"}],
    }


def test_spare_rows_come_after_those_that_are_there():
    typed = {"option.1.code": ["museum"], "option.1.fr": ["Le muséum"]}
    rows = form_values.rows(QUESTIONS[2], typed)
    assert [(row.code, row.taken) for row in rows] == [("museum", 9), *[("", 0)] * 4]
