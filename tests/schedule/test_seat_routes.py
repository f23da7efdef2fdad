"""Seats for the team: counts, terms without a lost change, and door lists to print and as CSV."""

import re
from datetime import timedelta

import pytest

from forum.core import tables
from forum.core.context import Role
from schedule import seating_queries, signing_up
from schedule.seat_routes import read_terms
from schedule.seating import Terms
from tests.factories import MORNING, SAME_ORIGIN
from tests.schedule.workshops import room_id, workshop, workshop_id, workshops


@pytest.fixture
async def full(site, edition):
    """Two workshops: one with its two seats taken and one person waiting, one still empty."""
    await site.programme(edition, workshops(workshop("a"), workshop("b", starts=60)))
    names = ["Zola", "Élie", "Martin"]
    people = [await site.register(edition, family_name=name) for name in names]
    for one in people:
        await site.do(signing_up.sign_up, edition, one.id, workshop_id("a"))
    return people


@pytest.fixture
def ask(site, client, edition):
    """Ask for a page of the team as somebody with this role."""

    async def ask(path, role=Role.ORGANISER, **sent):
        headers = {**await site.signed_in(edition, role), **SAME_ORIGIN, "accept-language": "en"}
        address = f"/organiser/{edition.slug}/{path}"
        if sent:
            return await client.post(address, headers=headers, data=sent)
        return await client.get(address, headers=headers)

    return ask


def cells(page):
    rows = re.findall(r"<tr>(<th scope=\"row\">.*?|<td>.*?)</tr>", page)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.split(r"</t[dh]>", row)[:-1]]
        for row in rows
    ]


async def test_the_page_says_how_full_each_session_is(ask, full):
    page = (await ask("sign-ups")).text
    assert [row[:6] for row in cells(page)] == [
        ["Workshop a", "Tuesday 23 March, 09:00", "Salle a", "2", "2", "1"],
        ["Workshop b", "Tuesday 23 March, 10:00", "Salle b", "2", "0", "0"],
    ]


async def test_who_may_not_see_registrations_has_no_door_list_and_who_edits_not_has_no_form(
    ask, full
):
    editor = (await ask("sign-ups", Role.PROGRAMME_EDITOR)).text
    assert "door-list" not in editor
    assert 'name="closes_minutes"' in editor
    reception = (await ask("sign-ups", Role.RECEPTION)).text
    assert "door-list" in reception
    assert 'name="closes_minutes"' not in reception


async def test_more_people_than_seats_are_told(site, ask, edition, full):
    await site.programme(edition, workshops(workshop("a", seats=1), workshop("b", starts=60)))
    assert "2 (too many)" in [row[4] for row in cells((await ask("sign-ups")).text)]


async def test_the_door_list_has_seats_by_name_then_turns(ask, full):
    page = (await ask("door-list?session=a")).text
    first, second, third = full
    assert cells(page) == [
        ["to tick ☐", "Élie Zoé", "", second.reference, "✓ seat"],
        ["to tick ☐", "Zola Zoé", "", first.reference, "✓ seat"],
        ["to tick ☐", "Martin Zoé", "", third.reference, "waiting, number 1"],
    ]
    assert "2 of 2 seats taken" in page
    assert "Workshop b" not in page
    assert "Workshop b" in (await ask("door-list")).text


async def test_the_list_of_a_room_has_the_sessions_of_that_room(ask, full):
    page = (await ask(f"door-list?room={room_id('b')}")).text
    assert "Nobody has signed up." in page
    assert "Workshop a" not in page


async def test_a_list_of_what_is_not_there_is_not_found(ask, full):
    for asked in ("session=nowhere", "room=nowhere"):
        assert (await ask(f"door-list?{asked}")).status_code == 404
        assert (await ask(f"door-list.csv?{asked}")).status_code == 404


async def test_the_list_as_csv_is_read_back_and_runs_no_formula(site, ask, edition, full):
    evil = await site.register(edition, family_name="=1+1", organisation="@Dupont & <Fils")
    await site.do(signing_up.sign_up, edition, evil.id, workshop_id("b"))
    answer = await ask("door-list.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=1+1" in answer.text
    rows = [row for _, row in tables.read_table(answer.content, "list.csv")]
    assert [
        (row["session"], row["family_name"], row["state"], row["place_in_line"]) for row in rows
    ] == [
        ("Atelier a", "Élie", "seat", ""),
        ("Atelier a", "Zola", "seat", ""),
        ("Atelier a", "Martin", "waiting", "1"),
        ("Atelier b", "=1+1", "seat", ""),
    ]
    assert rows[3]["organisation"] == "@Dupont & <Fils"
    assert rows[0]["starts_at"] == "2027-03-23 09:00"


async def test_terms_are_typed_on_the_wall_of_the_edition_and_kept(site, ask, edition, full):
    sent = {
        "opens_at": "2027-03-15T18:00",
        "closes_minutes": "30",
        "give_back_minutes": "10",
        "answer_hours": "12",
        "revision": "0",
    }
    assert (await ask("sign-ups", **sent)).status_code == 303
    async with site.pool.acquire() as db:
        terms = await seating_queries.find_terms(db, edition.id)
    assert terms == Terms(
        opens_at=MORNING - timedelta(days=7, hours=15),
        closes_minutes=30,
        give_back_minutes=10,
        answer_hours=12,
        revision=1,
    )
    page = (await ask("sign-ups?saved=1")).text
    assert 'value="2027-03-15T18:00"' in page
    assert "The terms are stored." in page
    [(actor, detail)] = await site.rows(
        "select actor, detail from audit where edition_id = $1 and action = 'sign-up terms set'",
        edition.id,
    )
    assert actor.startswith("organiser:")
    assert detail["closes_minutes"] == 30


async def test_every_mistake_is_named_and_what_was_typed_stays(site, ask, edition, full):
    sent = {"opens_at": "tomorrow", "closes_minutes": "-1", "answer_hours": "721"}
    answer = await ask("sign-ups", **sent)
    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)-error"', answer.text) == [
        "opens_at",
        "answer_hours",
        "closes_minutes",
    ]
    for typed in sent.values():
        assert f'value="{typed}"' in answer.text
    async with site.pool.acquire() as db:
        assert (await seating_queries.find_terms(db, edition.id)).revision == 0


async def test_the_change_of_another_is_not_overwritten_unseen(ask, full):
    await ask("sign-ups", closes_minutes="30", revision="0")
    answer = await ask("sign-ups", closes_minutes="45", revision="0")
    assert answer.status_code == 412
    assert "Sign-up and waiting list end: 30" in answer.text
    assert 'value="45"' in answer.text
    assert 'name="revision" value="1"' in answer.text
    assert (await ask("sign-ups", closes_minutes="45", revision="1")).status_code == 303


async def test_without_sessions_with_seats_the_page_says_what_to_do(ask):
    assert "give it a number of seats" in (await ask("sign-ups")).text
    assert "give it a number of seats" in (await ask("door-list")).text


def test_terms_left_empty_are_the_usual_ones(edition):
    assert read_terms({}, edition) == Terms()
