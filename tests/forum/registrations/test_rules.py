"""Decisions on registrations, as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from forum.core.context import EditionState
from forum.registrations.models import Places, RegistrationClosed
from forum.registrations.rules import is_over, may_mail_again, mistakes, place
from tests.factories import NOON
from tests.pages.samples import EDITION

MINUTE = timedelta(minutes=1)


def places(**given):
    values = {
        "state": EditionState.OPEN,
        "registration_opens_at": None,
        "registration_closes_at": None,
        "places": None,
        "taken": 0,
        "turns": 0,
        "category": "elected",
        "number": 0,
        "category_name": {"fr": "Élu"},
        "category_open": True,
        "category_places": None,
        "category_taken": 0,
    }
    return Places(**{**values, **given})


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "confirmed"),
        ({"places": 1}, "confirmed"),
        ({"places": 1, "taken": 1}, "waiting"),
        ({"category_places": 2, "category_taken": 1}, "confirmed"),
        ({"category_places": 2, "category_taken": 2}, "waiting"),
        ({"places": 9, "taken": 2, "category_places": 2, "category_taken": 2}, "waiting"),
        ({"places": 2, "taken": 2, "category_places": 9, "category_taken": 1}, "waiting"),
        ({"registration_opens_at": NOON}, "confirmed"),
        ({"registration_closes_at": NOON + MINUTE}, "confirmed"),
    ],
)
def test_a_place_or_a_turn(given, status):
    assert place(places(**given), at=NOON) == status


@pytest.mark.parametrize(
    "given",
    [
        {"state": EditionState.DRAFT},
        {"state": EditionState.CLOSED},
        {"state": EditionState.ARCHIVED},
        {"category_open": False},
        {"registration_opens_at": NOON + MINUTE},
        {"registration_closes_at": NOON},
    ],
)
def test_closed_is_refused(given):
    with pytest.raises(RegistrationClosed):
        place(places(**given), at=NOON)


@pytest.mark.parametrize(("minutes", "allowed"), [(0, False), (4.99, False), (5, True), (60, True)])
def test_the_same_address_is_written_to_every_five_minutes_at_most(minutes, allowed):
    assert may_mail_again(NOON, NOON + timedelta(minutes=minutes)) is allowed


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (datetime(2027, 3, 23, 22, tzinfo=UTC), False),
        (datetime(2027, 3, 24, 2, 59, tzinfo=UTC), False),
        (datetime(2027, 3, 24, 3, tzinfo=UTC), True),
    ],
)
def test_a_day_is_over_at_four_in_the_morning_where_the_forum_is(at, over):
    assert is_over(date(2027, 3, 23), EDITION, at) is over


OFFERED = "Choose one of the answers offered."
CATEGORY = "Choose one of the categories offered."
LANGUAGE = "Choose one of the languages offered."


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"category": "king"}, {"category": CATEGORY}),
        ({"category": None}, {"category": CATEGORY}),
        ({"category": {"a": 1}}, {"category": CATEGORY}),
        ({"language": "de"}, {"language": LANGUAGE}),
        ({"language": ["fr"]}, {"language": LANGUAGE}),
        ({"consents": ["photos", "spam"]}, {"consents": OFFERED}),
        ({"consents": [{}]}, {"consents": OFFERED}),
        ({"consents": {"a": 1}}, {"consents": OFFERED}),
        ({"category": "king", "language": "de"}, {"category": CATEGORY, "language": LANGUAGE}),
    ],
)
def test_choices_are_held_against_what_is_offered(given, found):
    values = {"category": "elected", "consents": ["photos"], "language": None}
    got = mistakes(
        **{**values, **given}, categories={"elected"}, purposes={"photos"}, languages=["fr", "en"]
    )
    assert got == found
