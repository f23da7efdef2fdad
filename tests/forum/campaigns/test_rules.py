"""How fast a campaign leaves, who is left out, what its form must hold."""

import uuid
from datetime import timedelta

import pytest

from forum.campaigns import rules
from forum.campaigns.models import Due, Recipient, Skip
from forum.letters.models import LetterText
from forum.registrations.listing import Filter
from forum.registrations.models import Status
from tests.factories import NOON


def due(**given):
    values = {
        "edition_id": 1,
        "number": 1,
        "filter": Filter(),
        "consent": None,
        "languages": ["en", "fr"],
        "per_minute": 60,
        "next_at": NOON,
        "lately": 0,
        "untried": 0,
    }
    return Due(**{**values, **given})


def person(**given):
    values = {
        "id": uuid.UUID(int=1),
        "reference": "K7QM-42XR",
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "zoe@example.org",
        "organisation": None,
        "job_title": None,
        "category_name": {"fr": "Élu"},
        "language": "fr",
        "days": None,
        "revision": 1,
        "status": Status.CONFIRMED,
        "agreed": True,
        "letter_id": None,
    }
    return Recipient(**{**values, **given})


@pytest.mark.parametrize(
    ("late_s", "given", "count"),
    [
        (0, {}, 1),
        (0.9, {}, 1),
        (1, {}, 2),
        (3600, {}, 3),  # a worker that was away makes up for two seconds
        (3600, {"per_minute": 600}, rules.AHEAD),
        (3600, {"per_minute": 600, "untried": 8}, 2),
        (3600, {"untried": 12}, 0),
        (3600, {"lately": 59}, 1),
        (0, {"lately": 60}, 0),
        (0, {"per_minute": 1}, 1),
        (2, {"per_minute": 1}, 1),
    ],
)
def test_what_may_be_handed_over(late_s, given, count):
    assert rules.allowance(due(**given), at=NOON + timedelta(seconds=late_s)) == count


def test_the_next_turn_is_spaced_from_the_one_before_or_from_now():
    assert rules.next_after(due(), 1, at=NOON) == NOON + timedelta(seconds=1)
    assert rules.next_after(due(), 2, at=NOON + timedelta(seconds=1)) == NOON + timedelta(seconds=2)
    late = NOON + timedelta(hours=1)
    assert rules.next_after(due(), 3, at=late) == late + timedelta(seconds=1)


def test_no_minute_has_more_than_the_rate_however_the_worker_comes():
    """Come at every odd moment of an hour, and be away for ten minutes of it."""
    now, one, left = NOON, due(per_minute=60), []
    for step in range(6000):
        now += timedelta(seconds=600 if step == 3000 else (step % 7) / 6)
        if now < one.next_at:
            continue
        lately = len([at for at in left if at > now - rules.MINUTE])
        one = due(next_at=one.next_at, lately=lately)
        count = rules.allowance(one, at=now)
        one = due(next_at=rules.next_after(one, count, at=now))
        left += [now] * count
    fullest = max(sum(at <= other < at + rules.MINUTE for other in left) for at in left[::50])
    assert fullest == 60


def test_who_has_cancelled_is_left_out_unless_the_filter_asks_for_that():
    gone = person(status=Status.CANCELLED)
    assert rules.skip(gone, Filter()) is Skip.OVER
    assert rules.skip(gone, Filter(status=(Status.CONFIRMED,))) is Skip.OVER
    assert rules.skip(gone, Filter(status=(Status.REFUSED,))) is Skip.OVER
    assert rules.skip(gone, Filter(status=(Status.CANCELLED,))) is None
    assert rules.skip(person(status=Status.WAITING), Filter(status=(Status.CONFIRMED,))) is None


def test_who_agrees_no_longer_or_has_no_address_is_left_out():
    assert rules.skip(person(agreed=False), Filter()) is Skip.WITHDREW
    assert rules.skip(person(email=""), Filter()) is Skip.NO_ADDRESS


def test_the_other_language_is_sent_where_ones_own_is_empty():
    assert rules.language_for("fr", ["en", "fr"]) == "fr"
    assert rules.language_for("fr", ["en"]) == "en"


@pytest.mark.parametrize(
    ("typed", "rate"),
    [("1", 1), (" 60 ", 60), ("600", 600), ("0", None), ("601", None), ("6e1", None), ("", None),
     ("٣", None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_rate_is_a_whole_number_within_its_bounds(typed, rate):
    assert rules.rate_of(typed) == rate


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("2147483647", 2147483647), ("2147483648", None), ("-1", None)]
)
def test_a_number_is_one_that_the_database_holds(text, number):
    assert rules.number_of(text) == number


def test_about_how_long_it_takes():
    assert [rules.minutes(n, 60) for n in (0, 1, 60, 61)] == [0, 1, 1, 2]


def test_a_language_left_empty_is_none():
    typed = {"fr": (" Bonjour ", "Un mot.\r\n\r\nFin\r\n"), "en": ("", " \r\n ")}
    assert rules.texts_of(typed) == {"fr": LetterText(subject="Bonjour", body="Un mot.\n\nFin")}


def test_mistakes_are_told_by_field_and_line():
    texts = rules.texts_of({"fr": ("", "Un\n{nom}"), "en": ("{ticket}", "Fine")})
    found = rules.mistakes(texts, ["fr", "en"])
    assert {name: [(one.line, one.what) for one in all_] for name, all_ in found.items()} == {
        "subject-fr": [(0, "")],
        "body-fr": [(2, "nom")],
        "subject-en": [(1, "ticket")],
    }
    assert [*rules.mistakes({}, ["fr", "en"])] == ["subject-fr", "body-fr"]
