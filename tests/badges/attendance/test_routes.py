"""Attendance over HTTP: numbers for who watches, names and their files for who may see them."""

import csv
import io
import json

import pytest

from forum.core import tables
from forum.core.context import Role
from tests.badges.rooms import after, reads, takes_seat, with_rooms
from tests.factories import SAME_ORIGIN
from tests.pages.test_pages import text_of


@pytest.fixture
async def morning(site):
    """Zoé Ada holds a seat and comes, Bo comes without, Cy holds a seat and does not come."""
    edition, programme = await with_rooms(site)
    people = [
        await site.register(edition, family_name=name, category=category)
        for name, category in (("Ada", "elected"), ("=Bo", "press"), ("Cy", "press"))
    ]
    for person in (people[0], people[2]):
        await takes_seat(site, edition, person, programme.sessions[0])
    for person in people[:2]:
        await reads(site, edition, person, after(minutes=5), gate="room")
    site.clock.at = after(hours=8)
    return edition, people


@pytest.fixture
async def ask(site, morning):
    edition, _ = morning
    clients = {}
    for role in Role:
        headers = {**SAME_ORIGIN, **await site.signed_in(edition, role)}
        clients[role] = site.client(headers=headers)

    async def get(path="", role=Role.ORGANISER):
        return await clients[role].get(f"/organiser/{edition.slug}/doors/attendance{path}")

    yield get
    for client in clients.values():
        await client.aclose()


def rows(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def deeds(site, edition):
    return await site.rows(
        "select action, detail from audit where edition_id = $1 and action like '%attendance'"
        " order by detail->>'of', detail->>'format'",
        edition.id,
    )


async def test_the_page_tells_sessions_and_half_days(ask):
    text = text_of((await ask()).text)
    assert "mardi 23 mars, matin jusqu’à 13 h 2 2 Élu 1 · Presse 1" in text
    assert "mardi 23 mars, après-midi à partir de 13 h 2 0 Élu 1 · Presse 1" in text
    assert "Ouverture mardi 23 mars à 9 h 2 2 9 h 05 – 9 h 05" in text
    assert "1 venus sur 2 inscrits, 1 sans place réservée" in text


async def test_who_watches_sees_numbers_and_no_way_to_names(ask):
    door = await ask(role=Role.DOOR)
    assert "1 venus sur 2 inscrits" in door.text
    assert "doors/attendance/1" not in door.text
    assert "of=people" not in door.text
    for path in ("/1", "/file?of=people", "/file?of=session&session=1"):
        assert (await ask(path, Role.DOOR)).status_code == 403
        assert (await ask(path, Role.RECEPTION)).status_code == 200
    assert (await ask("/file?of=half-days", Role.DOOR)).status_code == 200


async def test_a_session_has_who_came_and_who_did_not_and_this_is_recorded(site, ask, morning):
    text = text_of((await ask("/1")).text)
    assert "Ada Zoé Élu 9 h 05 9 h 05 ✓ place" in text
    assert "=Bo Zoé Presse 9 h 05 9 h 05 sans place réservée" in text
    assert text.index("Une place réservée, pas venus") < text.index("Cy Zoé")
    assert await deeds(site, morning[0]) == [("saw attendance", {"session": 1})]
    assert (await ask("/99")).status_code == 404


async def test_sums_read_back(ask):
    first, second = rows(await ask("/file?of=sessions&format=csv"))
    assert first == {
        "number": "1", "title": "Ouverture", "room": "Salle Garonne",
        "starts_at": "2027-03-23 09:00", "ends_at": "2027-03-23 09:30", "entered": "2",
        "most_inside": "2", "first_at": "2027-03-23 09:05", "last_at": "2027-03-23 09:05",
        "seats": "2", "came": "1", "not_come": "1", "without_seat": "1",
        "category.elected": "1", "category.agent": "0", "category.press": "1",
    }  # fmt: skip
    assert (second["entered"], second["first_at"]) == ("0", "")
    halves = (await ask("/file?of=half-days&format=json")).json()
    assert halves[1] == {
        "day": "2027-03-23", "half": "afternoon", "begins": "2027-03-23T13:00:00+01:00",
        "ends": "2027-03-24T04:00:00+01:00", "present": 2, "read": 0,
        "category": {"elected": 1, "agent": 0, "press": 1},
    }  # fmt: skip


async def test_people_read_back_and_no_name_is_a_formula(site, ask, morning):
    edition, people = morning
    answer = await ask("/file?of=people&format=csv")
    assert "'=Bo" in answer.text
    ada, bo = (dict(one) for _, one in tables.read_table(answer.content, "a.csv"))
    assert bo["family_name"] == "=Bo"
    assert ada == {
        "reference": people[0].reference, "family_name": "Ada", "given_name": "Zoé",
        "organisation": "", "category": "elected", "half_days.2027-03-23_morning": "read",
        "half_days.2027-03-23_afternoon": "deduced", "half_days.2027-03-24_morning": "",
        "half_days.2027-03-24_afternoon": "", "sessions": "1",
    }  # fmt: skip
    told = (await ask("/file?of=people&format=json")).json()
    assert told[0]["sessions"] == [
        {"number": 1, "first_at": "2027-03-23T08:05:00Z", "last_at": "2027-03-23T08:05:00Z"}
    ]
    book = await ask("/file?of=session&session=1&format=xlsx")
    listed = [one for _, one in tables.read_table(book.content, "a.xlsx")]
    assert [(one["family_name"], one["seat"], one["came"]) for one in listed] == [
        ("Ada", "yes", "yes"), ("=Bo", "no", "yes"), ("Cy", "yes", "no"),
    ]  # fmt: skip
    assert [detail for _, detail in await deeds(site, edition)] == [
        {"of": "people", "format": "csv", "count": 2},
        {"of": "people", "format": "json", "count": 2},
        {"of": "session", "format": "xlsx", "count": 3, "session": 1},
    ]


@pytest.mark.parametrize("query", ["of=x", "format=pdf", "of=session&session=x", "of=session"])
async def test_there_is_no_such_file(ask, query):
    assert (await ask(f"/file?{query}")).status_code == 404


async def test_a_file_without_rows_is_one(site, ask):
    other = await site.edition()
    headers = {**SAME_ORIGIN, **await site.signed_in(other)}
    async with site.client(headers=headers) as client:
        here = f"/organiser/{other.slug}/doors/attendance"
        assert json.loads((await client.get(f"{here}/file?of=people&format=json")).text) == []
        assert (await client.get(f"{here}/file?of=people&format=xlsx")).content[:2] == b"PK"
        page = text_of((await client.get(here)).text)
    assert "Le forum n’a pas commencé" not in page  # it is in its first day
    assert "Aucune porte de salle n’a lu de badge" in page
