"""Seats in sessions by the attendee's link and by the API: the same verbs, all without a script."""

import re
import uuid
from datetime import timedelta

import icalendar
import pytest

from schedule import signing_up
from schedule.seating import Terms
from tests.factories import FIRST_DAY, MORNING, SAME_ORIGIN
from tests.schedule.workshops import workshop, workshop_id, workshops

A, B, C = (str(workshop_id(name)) for name in "abc")


@pytest.fixture
async def programme(site, edition):
    """Two workshops at one time and one on the second day, two seats in each."""
    await site.programme(
        edition,
        workshops(workshop("a"), workshop("b", starts=30), workshop("c", starts=24 * 60)),
    )
    return edition


@pytest.fixture
async def person(site, programme):
    return await site.register(programme)


@pytest.fixture
def api(client, person):
    """Ask the API as the attendee; return the status and the body."""

    async def api(method, path, **sent):
        headers = {"authorization": f"Bearer {person.key}"}
        answer = await client.request(method, f"/api/me/{path}", headers=headers, **sent)
        return answer.status_code, answer.json()

    return api


async def fill(site, edition, session_id, many=2):
    """Have other people take seats or turns in a session."""
    people = [await site.register(edition) for _ in range(many)]
    for one in people:
        await site.do(signing_up.sign_up, edition, one.id, uuid.UUID(session_id))
    return people


async def test_a_seat_is_taken_and_given_back_by_the_api_by_id_or_by_slug(api):
    status, body = await api("PUT", f"sign-ups/{A}")
    assert status == 200
    assert body == {
        "session": A,
        "slug": "a",
        "title": {"fr": "Atelier a", "en": "Workshop a"},
        "room": "Salle a",
        "starts_at": "2027-03-23T08:00:00Z",
        "ends_at": "2027-03-23T09:00:00Z",
        "state": "seat",
        "place_in_line": None,
        "answer_by": None,
        "capacity": 2,
        "left": 1,
        "clashes": [],
    }
    assert await api("PUT", "sign-ups/a", json={}) == (200, body)
    status, body = await api("DELETE", "sign-ups/a")
    assert (status, body["state"], body["left"]) == (200, "released", 2)
    assert await api("DELETE", f"sign-ups/{A}") == (200, body)


async def test_a_turn_says_its_place_in_line(site, api, programme):
    await fill(site, programme, A, many=3)
    _, body = await api("PUT", "sign-ups/a")
    assert (body["state"], body["place_in_line"], body["left"]) == ("waiting", 2, 0)
    _, told = await api("GET", "sign-ups")
    assert [(one["slug"], one["state"]) for one in told] == [
        ("a", "waiting"),
        ("b", "released"),
        ("c", "released"),
    ]


async def test_seats_that_overlap_are_named_and_one_is_given_back_for_the_other(api):
    await api("PUT", "sign-ups/a")
    status, body = await api("PUT", "sign-ups/b")
    assert (status, body["code"], body["fields"]) == (409, "seats_overlap", {A: "a"})
    status, body = await api("PUT", "sign-ups/b", json={"instead_of": [A]})
    assert (status, body["state"]) == (200, "seat")
    _, told = await api("GET", "sign-ups")
    assert [one["state"] for one in told] == ["released", "seat", "released"]


@pytest.mark.parametrize("sent", [{"instead_of": ["a"]}, {"instead_of": "x"}, {"else": 1}])
async def test_a_body_that_makes_no_sense_is_named(api, sent):
    status, body = await api("PUT", "sign-ups/a", json=sent)
    assert (status, body["code"], [*body["fields"]]) == (422, "invalid", ["instead_of"])


async def test_a_session_without_seats_says_to_just_come(api):
    for name in ("nowhere", str(uuid.uuid4())):
        status, body = await api("PUT", f"sign-ups/{name}")
        assert (status, body["code"]) == (404, "session_without_seats")


async def test_the_api_asks_for_a_key_that_is_somebody_s(client, programme):
    assert (await client.get("/api/me/sign-ups")).status_code == 401
    wrong = {"authorization": "Bearer nobody"}
    assert (await client.put("/api/me/sign-ups/a", headers=wrong)).status_code == 404
    assert (await client.get("/me/nobody/sessions")).status_code == 404
    assert (await client.get("/me/nobody/agenda.ics")).status_code == 404


# The calendar


def events(body):
    calendar = icalendar.Calendar.from_ical(body)
    return {str(one["uid"]): one for one in calendar.walk("vevent")}, calendar


async def test_the_agenda_holds_the_own_seats_under_the_uid_of_the_programme(
    site, client, api, person, programme
):
    empty, calendar = events((await client.get(f"/me/{person.key}/agenda.ics")).content)
    assert empty == {}
    assert len(calendar.walk("vtimezone")) == 1
    await api("PUT", "sign-ups/a")
    await fill(site, programme, C)
    await api("PUT", "sign-ups/c")  # waiting: not in the agenda
    answer = await client.get(
        "/api/me/agenda.ics", headers={"authorization": f"Bearer {person.key}"}
    )
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, no-store"
    found, calendar = events(answer.content)
    assert found.keys() == {A}
    assert str(calendar["x-wr-calname"]) == "Mes séances – Forum des communes"
    assert found[A]["dtstart"].dt == MORNING
    assert found[A]["dtstart"].params["TZID"] == "Europe/Paris"
    assert (str(found[A]["status"]), found[A]["sequence"]) == ("CONFIRMED", 0)
    public, _ = events((await client.get(f"/{programme.slug}/programme.ics")).content)
    assert A in public


async def test_what_is_given_up_or_cancelled_stays_cancelled_in_the_agenda(
    site, client, api, person, programme
):
    await api("PUT", "sign-ups/a")
    await api("PUT", "sign-ups/c")
    await api("DELETE", "sign-ups/a")

    async def told():
        found, _ = events((await client.get(f"/me/{person.key}/agenda.ics")).content)
        return {uid: (str(one["status"]), one["sequence"]) for uid, one in found.items()}

    assert await told() == {A: ("CANCELLED", 1), C: ("CONFIRMED", 0)}
    await api("PUT", "sign-ups/a")
    site.clock.forward(hours=1)
    await site.programme(
        programme,
        workshops(
            workshop("a"), workshop("b", starts=30), workshop("c", starts=24 * 60, cancelled=True)
        ),
    )
    expected = {A: ("CONFIRMED", 2), C: ("CANCELLED", 1)}
    await site_sees(site, client, programme, version=2)
    assert await told() == expected


async def site_sees(site, client, edition, version):
    """Wait until the site has seen a version: it looks once in half a second."""
    from tests.factories import eventually  # noqa: PLC0415

    async def seen():
        shelved = await site.parts.shelves.current(site.pool, edition)
        return shelved.programme.version == version

    await eventually(seen)


async def test_without_a_programme_there_is_no_agenda(site, client, edition):
    person = await site.register(edition)
    answer = await client.get(f"/me/{person.key}/agenda.ics")
    assert answer.status_code == 404


# The pages


@pytest.fixture
def visit(client, person):
    async def visit(path="/sessions", language="fr"):
        answer = await client.get(f"/me/{person.key}{path}", headers={"accept-language": language})
        assert answer.status_code == 200
        return answer.text

    return visit


@pytest.fixture
def press(client, person):
    """Press a button of the page; return where it leads, or the page that answers."""

    async def press(**sent):
        return await client.post(f"/me/{person.key}/sessions", data=sent, headers=SAME_ORIGIN)

    return press


def buttons(page):
    return re.findall(r'<button class="[^"]*" name="(\w+)" value="([^"]+)"', page)


async def test_the_page_shows_one_day_by_time_with_a_button_each(visit, client, person):
    page = await visit()
    assert buttons(page) == [("take", A), ("take", B)]
    assert "2 places libres" in page
    assert "9\u00a0h" in page
    answer = await client.get(f"/me/{person.key}/sessions?day=2027-03-24")
    assert buttons(answer.text) == [("take", C)]
    english = await visit(language="en")
    assert "2 seats left" in english
    assert "Workshop a" in english


async def test_a_seat_is_taken_and_given_back_by_the_page(visit, press, client):
    answer = await press(take=A, day="2027-03-23")
    assert answer.status_code == 303
    page = (await client.get(answer.headers["location"])).text
    assert "Vous avez une place\u00a0: Atelier a." in page
    assert ("give", A) in buttons(page)
    assert "Vous avez une place" in await visit("")
    answer = await press(give=A)
    page = (await client.get(answer.headers["location"])).text
    assert "Place rendue\u00a0: Atelier a." in page
    assert ("take", A) in buttons(page)


async def test_a_full_session_offers_its_waiting_list(site, visit, press, client, programme):
    await fill(site, programme, A)
    assert "Complet\u00a0: liste d’attente" in await visit()
    answer = await press(take=A)
    page = (await client.get(answer.headers["location"])).text
    assert "Rang 1 sur la liste d’attente" in page
    assert ("give", A) in buttons(page)


async def test_two_seats_at_one_time_are_asked_on_a_page_of_its_own(press, client, visit):
    await press(take=A)
    answer = await press(take=B)
    assert answer.status_code == 303
    page = (await client.get(answer.headers["location"])).text
    assert "Deux séances à la même heure" in page
    assert buttons(page) == [("take", B)]
    assert re.findall(r'name="instead_of" value="([^"]+)"', page) == [A]
    answer = await press(take=B, instead_of=A)
    page = (await client.get(answer.headers["location"])).text
    assert "Vous avez une place\u00a0: Atelier b." in page
    assert buttons(await visit()) == [("take", A), ("give", B)]


async def test_seats_moved_onto_each_other_are_shown_and_chosen(
    site, press, client, visit, programme, person
):
    await site.programme(programme, workshops(workshop("a"), workshop("b", starts=60)))
    await press(take=A)
    await press(take=B)
    await site.programme(programme, workshops(workshop("a"), workshop("b", starts=30)))
    for path in ("", "/sessions"):
        page = await visit(path)
        assert "À la même heure que\u00a0: Atelier b." in page
        assert f"/me/{person.key}/sessions/{A}" in page
    page = await visit(f"/sessions/{A}")
    assert buttons(page) == [("keep", A), ("give", A)]
    answer = await press(keep=A, instead_of=B)
    assert answer.status_code == 303
    assert "À la même heure" not in await visit()
    # Nothing is left to choose: the page leads back to the list.
    answer = await client.get(f"/me/{person.key}/sessions/{A}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/me/{person.key}/sessions")


async def test_a_kept_seat_is_confirmed_by_the_page(site, press, client, visit, programme):
    others = await fill(site, programme, C)
    await press(take=C)
    await site.do(signing_up.set_terms, programme, Terms(answer_hours=24), actor="test")
    await site.do(signing_up.give_back, programme, others[0].id, uuid.UUID(C))
    page = await visit("/sessions?day=2027-03-24")
    assert "Une place vous est gardée jusqu’au mardi 2 mars à 13\u00a0h" in page
    assert buttons(page) == [("take", C), ("give", C)]
    await press(take=C)
    assert buttons(await visit("/sessions?day=2027-03-24")) == [("give", C)]


async def test_what_cannot_be_done_is_said_on_the_page(site, press, visit):
    site.clock.at = MORNING + timedelta(minutes=1)
    answer = await press(take=A)
    assert answer.status_code == 409
    assert "Les réservations de cette séance sont closes." in answer.text
    assert buttons(answer.text) == [("take", B)]
    for sent in ({}, {"take": "x"}, {"give": str(uuid.uuid4())}, {"keep": B}):
        answer = await press(**sent)
        assert answer.status_code in {404, 409}
        assert 'role="alert"' in answer.text


async def test_who_does_not_come_that_day_is_told(site, client, programme):
    person = await site.register(programme, days=[FIRST_DAY])
    answer = await client.post(f"/me/{person.key}/sessions", data={"take": C}, headers=SAME_ORIGIN)
    assert answer.status_code == 409
    assert "un jour où vous ne venez pas" in answer.text


async def test_a_form_of_another_site_takes_no_seat(client, person, visit):
    answer = await client.post(
        f"/me/{person.key}/sessions", data={"take": A}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert ("take", A) in buttons(await visit())


async def test_who_waits_for_the_forum_is_told_and_has_no_button(site, client):
    edition = await site.edition(places=1)
    await site.programme(edition, workshops(workshop("a")))
    await site.register(edition)
    waiting = await site.register(edition)
    page = (await client.get(f"/me/{waiting.key}/sessions")).text
    assert buttons(page) == []
    assert "confirmez d’abord la vôtre" in page


async def test_without_sessions_with_seats_nothing_is_offered(site, client, edition):
    await site.programme(edition)
    person = await site.register(edition)
    assert "Mes séances" not in (await client.get(f"/me/{person.key}")).text
    page = (await client.get(f"/me/{person.key}/sessions")).text
    assert "Aucune séance de ce programme n’est sur réservation" in page
