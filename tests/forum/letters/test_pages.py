"""What pages share on which letters are written."""

from forum.core.i18n import words
from forum.letters.markup import UNKNOWN, Mistake
from forum.letters.pages import framed, places, told


def test_a_mistake_is_told_in_words():
    mistake = Mistake(UNKNOWN, 3, "nom")
    assert told(mistake, words("en")) == "Line 3: there is no {nom} for this e-mail."


def test_a_frame_shows_and_does_nothing():
    answer = framed(b"<p>", status=422)
    assert answer.status_code == 422
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["cache-control"] == "private, no-store"


def test_each_field_has_its_label_and_its_id():
    assert places(["fr"], words("en")) == {
        "reference": ("Reference of a registration", "reference"),
        "subject-fr": ("Subject (Français)", "subject-fr"),
        "body-fr": ("Text (Français)", "body-fr"),
    }
