"""The people of the demonstration: exact shares, unique addresses, names that try a badge."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from forum.core.pdf import missing_glyphs
from forum.demo import names
from forum.demo.contents import read
from forum.demo.people import arrivals, registrations, shares
from forum.demo.programme import draft
from forum.territories import service as territories

PEOPLE = registrations()
REAL_KINDS = ("communes", "intercommunal", "departments", "regions", "joint", "state")


def test_eight_hundred_people_in_exact_shares():
    assert Counter(person.category for person in PEOPLE) == {
        "elected": 190,
        "agent": 340,
        "partner": 90,
        "speaker": 120,
        "press": 30,
        "staff": 30,
    }


@pytest.mark.parametrize("count", [0, 1, 7, 49, 50, 801, 2000])
def test_any_number_of_people_can_be_asked_for(count: int):
    people = registrations(count)
    assert len(people) == sum(shares(count).values()) == count
    assert len({person.email for person in people}) == count


def test_the_same_seed_gives_the_same_people():
    assert registrations(800, seed=2027) == PEOPLE


def test_another_seed_gives_other_people():
    assert registrations(800, seed=1) != PEOPLE


def test_the_speakers_are_those_of_the_programme():
    registered = {
        f"{person.given_name} {person.family_name}"
        for person in PEOPLE
        if person.category == "speaker"
    }
    assert registered == {speaker.name for speaker in draft(date(2027, 3, 22)).speakers}


def test_addresses_are_unique_well_formed_and_nobodys():
    assert len({person.email for person in PEOPLE}) == 800
    form = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*@[a-z0-9]+(-[a-z0-9]+)*\.example")
    for person in PEOPLE:
        assert form.fullmatch(person.email), person.email
        local, domain = person.email.split("@")
        assert len(local) <= 64
        assert max(len(label) for label in domain.split(".")) <= 63


def test_letters_that_unicode_does_not_decompose_keep_their_place_in_addresses():
    emails = {(person.given_name, person.family_name): person.email for person in PEOPLE}
    hard = emails["Przemysław", "Grzęśkowiak-Żółkiewicz"]
    assert hard.startswith("przemyslaw.grzeskowiak-zolkiewicz@")


def test_lengths_fit_the_registration_form():
    for person in PEOPLE:
        assert 1 <= len(person.given_name) <= 120
        assert 1 <= len(person.family_name) <= 120
        assert 1 <= len(person.organisation) <= 200
        assert person.job_title is None or 1 <= len(person.job_title) <= 200


def test_the_hard_names_are_there():
    named = {(person.given_name, person.family_name) for person in PEOPLE}
    assert {(one.given, one.family) for one in names.fixed()} <= named


@pytest.mark.parametrize("sign", "œŒçÿñßłğıİşơễĐʻ'\u2019-& ")
def test_the_names_try_every_sign(sign: str):
    everything = "".join(person.given_name + person.family_name for person in PEOPLE)
    assert sign in everything


def test_one_letter_and_very_long_names_are_there():
    family = [person.family_name for person in PEOPLE]
    assert min(map(len, family)) == 1
    assert max(map(len, family)) >= 50


def test_more_than_250_real_organisations_come():
    table = read("organisations")
    real = {name for kind in REAL_KINDS for name in table[kind]}
    came = {person.organisation for person in PEOPLE}
    assert len(came & real) >= 250
    assert {
        "Ville de Saint-Étienne-du-Rouvray",
        "Ville de L\u2019Haÿ-les-Roses",
        "Communauté d\u2019agglomération Pays Basque",
        "Commune d\u2019Œuilly (Marne)",
    } <= real


def test_most_people_read_french_and_some_english():
    languages = Counter(person.language for person in PEOPLE)
    assert languages.keys() == {"fr", "en"}
    assert 30 <= languages["en"] <= 100


def test_the_fonts_hold_every_character():
    everything = "".join(
        person.given_name + person.family_name + person.organisation + (person.job_title or "")
        for person in PEOPLE
    )
    assert missing_glyphs(everything) == ""


def test_everybody_arrives_before_the_first_day_few_at_weekends_more_at_the_end():
    starts_on = date(2027, 3, 22)
    days = arrivals(800, 60, starts_on)
    assert (len(days), days) == (800, sorted(days))
    assert (days[0], days[-1]) == (0, 59)
    by_weekday = Counter((starts_on - timedelta(days=60 - day)).weekday() for day in days)
    assert by_weekday[5] + by_weekday[6] < 800 * 0.1
    assert sum(day >= 50 for day in days) > sum(day < 10 for day in days)


def test_most_officials_and_agents_come_from_a_territory_that_is_known():
    known = [
        territories.settle(person.organisation).code is not None
        for person in PEOPLE
        if person.category in {"elected", "agent"}
    ]
    assert sum(known) / len(known) > 0.8
