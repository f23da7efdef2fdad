"""The demonstration edition: categories with room for all, gates, consents and accounts."""

from collections import Counter
from datetime import date

import msgspec

from badges.models import Counting
from forum.core.context import Role
from forum.demo.edition import edition
from forum.demo.people import registrations
from forum.demo.programme import draft
from forum.editions.models import NewEdition
from forum.editions.rules import mistakes

FIRST_DAY = date(2027, 3, 22)
EDITION = edition(FIRST_DAY)


def test_the_edition_is_marked_as_fictitious():
    assert (EDITION.slug, EDITION.fictitious) == ("demo", True)


def test_it_lasts_two_days():
    assert (EDITION.starts_on, EDITION.ends_on) == (FIRST_DAY, date(2027, 3, 23))


def test_places_left_once_everybody_has_registered():
    taken = Counter(person.category for person in registrations())
    left = {kind.code: kind.places - taken[kind.code] for kind in EDITION.categories}
    assert left == {
        "elected": 60,
        "agent": 60,
        "partner": 0,
        "speaker": 10,
        "press": 3,
        "staff": 10,
    }
    assert EDITION.places == 943


def test_categories_have_their_own_number_and_tint():
    assert [kind.number for kind in EDITION.categories] == [0, 1, 2, 3, 4, 5]
    assert sorted(kind.tint for kind in EDITION.categories) == [1, 2, 3, 4, 5, 6]


def test_a_small_demonstration_has_places_in_every_category():
    assert min(kind.places for kind in edition(FIRST_DAY, count=1).categories) == 1


GATES = "main plenary lunch garonne ariane clemence-isaure pastel cloakroom exit".split()


def test_the_gates_and_the_lists_by_which_they_go():
    assert [gate.slug for gate in EDITION.gates] == GATES
    lists = {one.slug: one for one in EDITION.lists}
    assert {gate.check_in_list or gate.slug for gate in EDITION.gates} == lists.keys()
    assert [slug for slug, one in lists.items() if one.building] == ["main"]
    by_session = [slug for slug, one in lists.items() if one.counts is Counting.SESSION]
    assert by_session == ["plenary", "garonne", "ariane", "clemence-isaure", "pastel"]


def test_rooms_are_those_of_the_programme():
    rooms = {str(room.id) for room in draft(FIRST_DAY).rooms}
    assert {room for one in EDITION.lists for room in one.rooms or []} < rooms


def test_the_main_door_is_open_before_the_days_of_the_demonstration():
    main = next(one for one in EDITION.lists if one.slug == "main")
    assert (main.hours, main.rooms) == ([], None)


def test_one_account_a_role():
    assert {one.email: one.role for one in EDITION.accounts} == {
        "organiser@example.org": Role.ORGANISER,
        "programme@example.org": Role.PROGRAMME_EDITOR,
        "reception@example.org": Role.RECEPTION,
        "door@example.org": Role.DOOR,
    }


def test_every_text_is_in_both_languages():
    texts = [EDITION.title, EDITION.subtitle, EDITION.venue]
    texts += [kind.name for kind in EDITION.categories]
    texts += [one.name for one in [*EDITION.gates, *EDITION.lists]]
    texts += [consent.wording for consent in EDITION.consents]
    assert all(text.keys() == {"fr", "en"} and all(text.values()) for text in texts)


def test_it_converts_into_an_edition_to_create():
    new = msgspec.convert(EDITION, NewEdition, from_attributes=True)
    assert (new.title, new.places) == (EDITION.title, 943)
    assert [gate.slug for gate in new.gates] == GATES
    assert mistakes(new) == {}
    assert [consent.purpose for consent in new.consents] == ["photo", "newsletter"]
