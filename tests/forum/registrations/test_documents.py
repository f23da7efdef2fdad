"""Days in words, and what the printed ticket says."""

from datetime import UTC, date, datetime

import pytest

from forum.core.i18n import words
from forum.registrations.documents import days_in_words, paper_ticket
from tests.pages.samples import EDITION

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        ([23], "mardi 23 mars 2027", "Tuesday 23 March 2027"),
        ([23, 24], "23 et 24 mars 2027", "23 and 24 March 2027"),
        ([23, 24, 25], "23 au 25 mars 2027", "23 to 25 March 2027"),
        (
            [23, 25],
            "mardi 23 mars 2027, jeudi 25 mars 2027",
            "Tuesday 23 March 2027, Thursday 25 March 2027",
        ),
    ],
)
def test_days_are_told_as_people_say_them(days, french, english):
    chosen = [date(2027, 3, day) for day in days]
    assert days_in_words(chosen, words("fr")) == french
    assert days_in_words(chosen, words("en")) == english


def test_a_paper_ticket_speaks_the_language_of_its_holder():
    paper = paper_ticket(
        EDITION,
        token="A" * 122,
        reference="K7QM-42XR",
        given_name="Zoé",
        family_name="Lefèvre",
        organisation=None,
        category_name={"fr": "Élu", "en": "Elected official"},
        days=EDITION.days,
        language="en",
        at=AT,
    )
    assert (paper.title, paper.category) == ("Forum of Shared Digital Services", "Elected official")
    assert (paper.days, paper.organisation) == ("23 and 24 March 2027", "")
    assert (paper.venue, paper.contact) == ("Pierre-Baudis, Toulouse", "contact@forum.example")
