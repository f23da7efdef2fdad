"""What a part says: fields are filled in, and nothing is left of those that are empty."""

import pytest

from badges.layouts.texts import template

ALL = {"organisation": "Ville d’Ambre", "job_title": "Maire", "name": "Léa {name}"}


def said(text, language="fr", **changes):
    return template(text, language).filled(ALL | changes)


@pytest.mark.parametrize(
    ("text", "empty", "expected"),
    [
        ("{organisation}", [], "Ville d’Ambre"),
        ("{organisation}", ["organisation"], ""),
        ("{organisation} · {job_title}", [], "Ville d’Ambre · Maire"),
        ("{organisation} · {job_title}", ["organisation"], "Maire"),
        ("{organisation} · {job_title}", ["job_title"], "Ville d’Ambre"),
        ("{organisation} · {job_title}", ["organisation", "job_title"], ""),
        ("De : {organisation}", [], "De : Ville d’Ambre"),
        ("De : {organisation}", ["organisation"], ""),
        ("Staff", [], "Staff"),
        ("{unknown} {", [], "{unknown} {"),
    ],
)
def test_an_empty_field_takes_its_words_with_it(text, empty, expected):
    assert said(text, **dict.fromkeys(empty, "")) == expected


def test_a_value_is_never_taken_for_a_field():
    assert said("{name}, {job_title}") == "Léa {name}, Maire"


def test_words_are_said_in_the_language_else_in_english_else_in_any():
    text = {"en": "Fold here", "fr": "Pliez ici"}
    assert [said(text, one) for one in ("fr", "en", "de")] == [
        "Pliez ici",
        "Fold here",
        "Fold here",
    ]
    assert said({"fr": "Pliez ici"}, "de") == "Pliez ici"


def test_only_what_differs_from_badge_to_badge_is_personal():
    texts = ["{name}", "{reference}", "{category}", "{event} {dates}", "Staff"]
    assert [template(text, "fr").personal for text in texts] == [True, True, False, False, False]
