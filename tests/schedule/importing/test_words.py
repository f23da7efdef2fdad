"""Every sentence of an import has its translation; the file's own words stay as they are."""

import pytest

from forum.core.i18n import words
from schedule.importing.words import SENTENCES, known, said

FRENCH, ENGLISH = words("fr"), words("en")


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (
            "has no length that can be read (“20%(a)s: x”): taken as 30 minutes",
            "n’a pas de durée lisible («\u00a020%(a)s: x\u00a0»)\u00a0: 30 minutes",
        ),
        (
            "Line 4: it is nested too deep for a schedule.",
            "Ligne 4\u00a0: il est imbriqué trop profond pour un programme.",
        ),
        (
            "“junior” is unknown (18 times, first here)",
            "«\u00a0junior\u00a0» est inconnu (18 fois, d’abord ici)",
        ),
        ("<feedback_url>", "<feedback_url>"),
    ],
)
def test_a_sentence_is_found_again_and_translated(english, french):
    assert said(english, FRENCH) == french
    assert said(english, ENGLISH) == english


def test_every_sentence_is_known_and_stays_itself_in_english():
    for sentence in SENTENCES:
        filled = sentence % {"a": "1", "b": "2", "c": "3"}
        assert known(filled)
        assert said(filled, ENGLISH) == filled
