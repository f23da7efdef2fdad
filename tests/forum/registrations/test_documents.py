"""Days and hours in words, and what the printed ticket and the attestation say."""

from datetime import UTC, date, datetime

import pytest

from badges.models import Presence
from forum.core.i18n import words
from forum.registrations.codes import Attested
from forum.registrations.documents import (
    attestation,
    days_in_words,
    paper_ticket,
    presence_in_words,
)
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


def at(day, hour, minute=0):
    """Return an instant by the wall in Toulouse, an hour ahead of UTC in March."""
    return datetime(2027, 3, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arrived_at", "left_at", "french", "english"),
    [
        (
            at(23, 8, 52),
            at(23, 17, 30),
            "mardi 23 mars 2027 : de 8 h 52 à 17 h 30",
            "Tuesday 23 March 2027: from 08:52 to 17:30",
        ),
        (
            at(23, 9),
            None,
            "mardi 23 mars 2027 : arrivée à 9 h",
            "Tuesday 23 March 2027: arrived at 09:00",
        ),
        (
            at(23, 18),
            at(24, 1, 30),
            "mardi 23 mars 2027 : de 18 h à 1 h 30 le lendemain",
            "Tuesday 23 March 2027: from 18:00 to 01:30 the next day",
        ),
    ],
)
def test_hours_are_told_as_people_say_them(arrived_at, left_at, french, english):
    one = Presence(day=date(2027, 3, 23), arrived_at=arrived_at, left_at=left_at)
    told = [presence_in_words(one, EDITION, words(language)) for language in ("fr", "en")]
    assert [text.replace("\u00a0", " ") for text in told] == [french, english]


def test_an_attestation_speaks_the_language_of_its_holder_and_is_dated_where_the_forum_is():
    one = attestation(
        EDITION,
        Attested(
            edition_id=1,
            reference="K7QM-42XR",
            given_name="Zoé",
            family_name="Lefèvre",
            presences=[Presence(day=date(2027, 3, 23), arrived_at=at(23, 9))],
        ),
        organisation=None,
        job_title="Maire",
        code="ABCD",
        language="en",
        base_url="https://forum.example",
        at=datetime(2027, 3, 24, 23, 30, tzinfo=UTC),
    )
    assert (one.title, one.dates) == ("Forum of Shared Digital Services", "23 and 24 March 2027")
    assert (one.issued_on, one.organisation, one.job_title) == (
        "Thursday 25 March 2027",
        "",
        "Maire",
    )
    assert one.presences == ["Tuesday 23 March 2027: arrived at 09:00"]
    assert (one.address, one.link) == (
        "https://forum.example/verify",
        "https://forum.example/verify/ABCD",
    )
