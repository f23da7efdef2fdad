"""Questions and answers as pages show them."""

import pytest

from forum.core.i18n import words
from forum.questions import views
from forum.questions.models import Kind, Option, Upload
from tests.pages.samples import QUESTIONS, question

FILE = {"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 5, "digest": "0"}


def test_every_kind_has_a_name_in_both_languages():
    assert {*views.kinds(words("en"))} == {kind.value for kind in Kind}
    assert views.kinds(words("fr"))["yes_no"] == "Oui ou non"


def test_a_summary_leads_to_the_first_control_of_each_question():
    places = views.places(QUESTIONS, "fr")
    assert places["answers.comes"] == ("Serez-vous au dîner ?", "answers.comes-1")
    assert places["answers.town"] == ("D’où ?", "answers.town")  # nine answers: a list
    assert places["answers.text"] == ("Vos attentes", "answers.text")


def test_what_was_sent_or_answered_is_shown_again():
    upload = [Upload(name="x", content=b"y")]
    assert views.typed({"a": ["x", "y"], "b": upload, "c": None}) == {"a": ["x", "y"], "b": []}
    assert views.typed({"a": True, "b": 5, "c": ["x"], "d": "t", "e": FILE}) == {
        "a": ["yes"],
        "b": ["5"],
        "c": ["x"],
        "d": ["t"],
    }
    assert views.typed("no object") == {}
    assert views.kept({"a": True, "e": FILE}) == {"e": FILE}


@pytest.mark.parametrize(
    ("kind", "value", "french", "english"),
    [
        ("yes_no", True, "Oui", "Yes"),
        ("yes_no", False, "Non", "No"),
        ("number", 5, "5", "5"),
        ("text", "Zoé", "Zoé", "Zoé"),
        ("date", "2027-03-23", "mardi 23 mars 2027", "Tuesday 23 March 2027"),
        ("choice", "a", "Le musée", "The museum"),
        ("choices", ["a", "gone"], "Le musée, gone", "The museum, gone"),
        ("file", FILE, "a.pdf", "a.pdf"),
    ],
)
def test_an_answer_is_told_in_words(kind, value, french, english):
    label = {"fr": "Le musée", "en": "The museum"}
    options = [Option(code="a", label=label, open=True, places=None, taken=0)]
    asked = question("q", kind, "Q", options=options)
    told = [views.in_words(asked, value, words(language)) for language in ("fr", "en")]
    assert told == [french, english]
    assert views.told([asked], {"q": value, "other": 1}, words("fr")) == [("Q", french)]
