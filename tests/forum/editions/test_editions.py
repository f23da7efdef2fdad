"""Editions: made whole or not at all, found by name, told to anyone."""

import asyncio
from datetime import date, timedelta

import pytest

from badges.doors import gates, lists
from badges.models import CheckInList, Counting, Hours
from forum.core.context import EditionState
from forum.core.i18n import ROOT
from forum.editions import rules, service
from forum.editions.models import (
    Category,
    EditionInvalid,
    EditionNotFound,
    NewCategory,
    NewEdition,
    NewGate,
    SlugTaken,
    Window,
)
from forum.questions import service as questions
from schedule.naming import identity
from tests.factories import FIRST_DAY, NOON

MINUTE = timedelta(minutes=1)


def new(**given):
    values = {"slug": "x", "title": {"fr": "X"}, "starts_on": FIRST_DAY, "ends_on": FIRST_DAY}
    return NewEdition(**{**values, **given})


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, set()),
        ({"ends_on": FIRST_DAY - timedelta(days=1)}, {"ends_on"}),
        ({"ends_on": FIRST_DAY + timedelta(days=7)}, set()),
        ({"ends_on": FIRST_DAY + timedelta(days=8)}, {"ends_on"}),
        ({"timezone": "Europe/Toulouse"}, {"timezone"}),
        ({"languages": []}, {"languages"}),
        ({"languages": ["de"]}, {"languages"}),
        ({"slug": "api"}, {"slug"}),
        ({"slug": "organiser"}, {"slug"}),
        ({"categories": [NewCategory(code="a", name={})] * 2}, {"categories"}),
        ({"gates": [NewGate(slug="a", name={})] * 2}, {"gates"}),
        ({"slug": "api", "timezone": "x"}, {"slug", "timezone"}),
    ],
)
def test_every_mistake_of_a_new_edition_is_told(given, fields):
    assert rules.mistakes(new(**given)).keys() == fields


def window(**given):
    values = {
        "state": EditionState.OPEN,
        "registration_opens_at": None,
        "registration_closes_at": None,
        "places": None,
        "taken": 0,
        "reserved": 0,
    }
    return Window(**{**values, **given})


def category(**given):
    values = {
        "code": "a",
        "number": 0,
        "name": {},
        "tint": 1,
        "open": True,
        "places": None,
        "taken": 0,
    }
    return Category(**{**values, **given})


@pytest.mark.parametrize(
    ("given", "is_open"),
    [
        ({}, True),
        ({"state": EditionState.CLOSED}, False),
        ({"registration_opens_at": NOON}, True),
        ({"registration_opens_at": NOON + MINUTE}, False),
        ({"registration_closes_at": NOON}, False),
        ({"registration_closes_at": NOON + MINUTE}, True),
    ],
)
def test_when_registration_is_open(given, is_open):
    assert rules.is_open(window(**given), NOON) is is_open


@pytest.mark.parametrize(
    ("places", "taken", "category_places", "category_taken", "left"),
    [
        (None, 5, None, 5, None),
        (9, 5, None, 5, 4),
        (9, 5, 3, 2, 1),
        (9, 9, 3, 2, 0),
        (9, 5, 1, 2, 0),
    ],
)
def test_places_left(places, taken, category_places, category_taken, left):
    of_category = category(places=category_places, taken=category_taken)
    assert rules.places_left(window(places=places, taken=taken), of_category) == left


@pytest.mark.parametrize(
    ("edition_reserved", "category_reserved", "left"), [(0, 0, 3), (1, 0, 3), (4, 2, 1), (6, 2, 0)]
)
def test_places_reserved_for_invitations_are_nobody_elses(
    edition_reserved, category_reserved, left
):
    of_category = category(places=5, taken=2, reserved=category_reserved)
    of_edition = window(places=9, taken=3, reserved=edition_reserved)
    assert rules.places_left(of_edition, of_category) == left


@pytest.mark.parametrize(
    ("given", "takes"),
    [
        ({}, True),
        ({"open": False}, False),
        ({"opens_at": NOON}, True),
        ({"opens_at": NOON + MINUTE}, False),
        ({"closes_at": NOON}, False),
        ({"closes_at": NOON + MINUTE}, True),
    ],
)
def test_when_a_category_takes_registrations(given, takes):
    assert rules.takes(category(**given), NOON) is takes


async def test_without_categories_and_gates_there_is_one_of_each(db):
    edition = await service.create(db, new(), at=NOON)
    from badges.doors import gates  # noqa: PLC0415
    from forum.editions import queries  # noqa: PLC0415

    assert [one.code for one in await queries.list_categories(db, edition.id)] == ["attendee"]
    assert [one.slug for one in await gates.all_of(db, edition.id)] == ["main"]


async def test_a_name_is_taken_once(db):
    await service.create(db, new(), at=NOON)
    with pytest.raises(SlugTaken):
        await service.create(db, new(), at=NOON)


async def test_what_is_wrong_is_not_made(db):
    with pytest.raises(EditionInvalid) as caught:
        await service.create(db, new(timezone="x"), at=NOON)
    assert caught.value.fields.keys() == {"timezone"}
    with pytest.raises(EditionNotFound):
        await service.find(db, "x")


async def test_editions_made_at_once_have_numbers_of_their_own(site):
    made = await asyncio.gather(*(site.edition() for _ in range(8)))
    assert len({one.id for one in made}) == 8


async def test_the_only_open_edition_needs_no_name(db):
    with pytest.raises(EditionNotFound, match="there is none yet"):
        await service.the_only_one(db, None)
    await service.create(db, new(slug="old", state=EditionState.ARCHIVED), at=NOON)
    await service.create(db, new(slug="current"), at=NOON)
    assert (await service.the_only_one(db, None)).slug == "current"
    await service.create(db, new(slug="other"), at=NOON)
    with pytest.raises(
        EditionNotFound, match=r"several are open \((current, other|other, current)\)"
    ):
        await service.the_only_one(db, None)
    assert (await service.the_only_one(db, "old")).slug == "old"


async def test_an_edition_is_told_to_anyone(site, client):
    edition = await site.edition(
        places=3, categories=[NewCategory(code="press", name={"fr": "Presse"}, places=1)]
    )
    await site.register(edition, category="press")
    answer = await client.get(f"/api/editions/{edition.slug}")
    assert answer.json() == {
        "slug": edition.slug,
        "title": {"fr": "Forum des communes", "en": "Forum of towns"},
        "subtitle": {},
        "venue": {},
        "timezone": "Europe/Paris",
        "languages": ["fr", "en"],
        "starts_on": "2027-03-23",
        "ends_on": "2027-03-24",
        "state": "open",
        "registration_open": True,
        "fictitious": False,
        "categories": [
            {
                "code": "press",
                "name": {"fr": "Presse"},
                "open": True,
                "places_left": 0,
                "approval": False,
                "invitation_only": False,
            }
        ],
        "questions": [],
    }


async def test_the_front_page_leads_to_the_only_open_edition(lone_site):
    async with lone_site.client() as client:
        assert (await client.get("/")).status_code == 200
        edition = await lone_site.edition()
        await lone_site.edition(state="draft")
        answer = await client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (302, f"/{edition.slug}/")
        other = await lone_site.edition()
        page = (await client.get("/")).text
    assert edition.slug in page
    assert other.slug in page


def test_an_edition_is_read_from_toml():
    text = """
        title = "Forum"
        languages = ["fr"]
        [[categories]]
        code = "elected"
        name = { fr = "Élu", en = "Elected" }
        [[gates]]
        slug = "main"
        name = "Entrée"
    """
    days = {"slug": "x", "starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 2)}
    made = service.from_toml(text, days)
    assert (made.title, made.categories[0].name, made.gates[0].name) == (
        {"fr": "Forum"},
        {"fr": "Élu", "en": "Elected"},
        {"fr": "Entrée"},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "x"\nhat = =', r"This is not TOML: .*line 2"),
        ('title = "x"\nhat = 1', "unknown field `hat`"),
        ('title = "x"\nplaces = 0', "places"),
        ('title = "x"\nlanguages = 5', "Expected `array`, got `int` - at `[$].languages`"),
        ('title = "x"\nlanguages = "fr"', "Expected `array`, got `str` - at `[$].languages`"),
        ('title = "x"\nregistration_opens_at = 2027-01-01T09:00:00', "timezone component"),
    ],
)
def test_a_wrong_toml_names_the_mistake(text, message):
    with pytest.raises(EditionInvalid, match=message):
        service.from_toml(text, {"slug": "x", "starts_on": FIRST_DAY, "ends_on": FIRST_DAY})


DAYS = {"slug": "x", "starts_on": date(2027, 3, 23), "ends_on": date(2027, 3, 24)}
DOORS = """
    title = "Forum"
    languages = ["fr"]
    [[categories]]
    code = "elected"
    name = "Élu"
    [[gates]]
    slug = "main"
    name = "Entrée"
    [[gates]]
    slug = "exit"
    name = "Sortie"
    kind = "exit"
    directions = "out"
    check_in_list = "main"
    [[gates]]
    slug = "garonne"
    name = "Salle Garonne"
    kind = "room"
    [[lists]]
    slug = "main"
    name = "Bâtiment"
    building = true
    [[lists]]
    slug = "garonne"
    name = "Salle Garonne"
    categories = ["elected"]
    days = [2027-03-23]
    hours = [{ opens = "9h", closes = "18:30", days = [2027-03-23] }]
    rooms = ["Salle Garonne"]
    lead_minutes = 10
    seats = true
    seats_kept_minutes = 5
    counts = "session"
    reentry = false
"""


async def test_gates_and_lists_are_created_from_a_file(db):
    await service.create(db, service.from_toml(DOORS, DAYS), at=NOON)
    edition = await service.find(db, "x")
    found = [
        (one.slug, one.kind, one.directions, one.check_in_list)
        for one in await gates.all_of(db, edition.id)
    ]
    assert found == [
        ("main", "door", "both", "main"),
        ("exit", "exit", "out", "main"),
        ("garonne", "room", "both", "garonne"),
    ]
    garonne, main = await lists.all_of(db, edition.id)
    assert main == CheckInList(slug="main", name={"fr": "Bâtiment"}, building=True)
    assert garonne == CheckInList(
        slug="garonne",
        name={"fr": "Salle Garonne"},
        categories=["elected"],
        days=0b01,
        hours=[Hours(opens="09:00", closes="18:30", days=[0])],
        rooms=[identity("", "room", "Salle Garonne")],
        lead_minutes=10,
        seats=True,
        seats_kept_minutes=5,
        counts=Counting.SESSION,
        reentry=False,
    )


async def test_every_mistake_of_gates_and_lists_is_named(db):
    wrong = DOORS.replace('"elected"]', '"nobles"]').replace("[2027-03-23]", "[2027-04-01]")
    wrong = wrong.replace('check_in_list = "main"', 'check_in_list = "attic"')
    wrong = wrong.replace('"9h"', '"soon"').replace("minutes = 10", "minutes = 500")
    with pytest.raises(EditionInvalid) as caught:
        await service.create(db, service.from_toml(wrong, DAYS), at=NOON)
    assert caught.value.fields == {
        "lists.garonne.categories": (
            "There is no category “nobles”: choose among those of the edition."
        ),
        "lists.garonne.days": "This is no day of the edition: 2027-04-01.",
        "lists.garonne.hours.0.opens": "Give a time such as 9:30.",
        "lists.garonne.hours.0.days": "This is no day of the edition: 2027-04-01.",
        "lists.garonne.lead_minutes": "Give whole minutes, from 0 to 240.",
        "gates.exit.check_in_list": "There is no such check-in list: choose one that is there.",
    }


def test_every_value_of_a_wrong_kind_is_named_at_once():
    wrong = DOORS.replace('"exit"\n    directions = "out"', '"hole"\n    directions = "up"')
    wrong = wrong.replace("building = true", 'building = "yes"\n    hat = 1')
    with pytest.raises(EditionInvalid) as caught:
        service.from_toml(wrong, DAYS)
    assert caught.value.message == (
        "The edition's description is wrong: Invalid enum value 'hole' - at `$.gates[1].kind`;"
        " Invalid enum value 'up' - at `$.gates[1].directions`;"
        " Object contains unknown field `hat` - at `$.lists[0]`;"
        " Expected `bool`, got `str` - at `$.lists[0].building`"
    )


async def test_the_example_file_is_an_edition(db):
    text = (ROOT / "docs/example/edition.toml").read_text("utf-8")
    new, _ = questions.edition_from_toml(text, {"slug": "essai"})
    edition = await service.create(db, new, at=NOON)
    assert [one.slug for one in await lists.all_of(db, edition.id)] == [
        "lunch",
        "main",
        "petite-salle",
    ]
