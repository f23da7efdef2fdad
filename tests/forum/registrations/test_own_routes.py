"""What attendees do alone, over HTTP: by the link in their e-mail, and by the API."""

from datetime import timedelta

import pytest

from forum.editions.models import NewCategory
from tests.factories import FIRST_DAY, NOON, SAME_ORIGIN


def bearer(person):
    return {"authorization": f"Bearer {person.key}"}


@pytest.fixture
async def edition(site):
    return await site.edition(
        places=2,
        asks_days=True,
        offer_hours=24,
        changes_until=NOON + timedelta(days=10),
        categories=[
            NewCategory(code="agent", name={"fr": "Agent public", "en": "Public agent"}),
            NewCategory(code="press", name={"fr": "Presse"}, self_change=True),
            NewCategory(code="staff", name={"fr": "Équipe"}, invitation_only=True),
        ],
    )


@pytest.fixture
async def person(site, edition):
    return await site.register(
        edition, category="agent", given_name="Zoé", family_name="Lefèvre", organisation="Albi"
    )


@pytest.fixture
def send(client):
    async def send(path, **given):
        return await client.post(path, data=given, headers=SAME_ORIGIN)

    return send


FORM = {
    "given_name": "Zoé",
    "family_name": "Lefèvre-Roux",
    "organisation": "",
    "language": "en",
    "category": "press",
    "days": ["2027-03-24"],
    "revision": "1",
}


# By program


async def test_a_program_changes_what_it_names_and_nothing_else(client, person):
    answer = await client.patch(
        "/api/me/registration", json={"family_name": "Roux"}, headers=bearer(person)
    )
    got = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (got["given_name"], got["family_name"], got["organisation"]) == ("Zoé", "Roux", "Albi")


async def test_null_takes_a_text_away(client, person):
    answer = await client.patch(
        "/api/me/registration", json={"organisation": None}, headers=bearer(person)
    )
    assert answer.json()["organisation"] is None


@pytest.mark.parametrize(
    ("tag", "status"), [('"1"', 200), ("*", 200), ('"2"', 412), ('"x"', 412), ('W/"1"', 412)]
)
async def test_if_match_holds_a_change_to_what_was_seen(client, person, tag, status):
    headers = {**bearer(person), "if-match": tag}
    answer = await client.patch(
        "/api/me/registration", json={"family_name": "Roux"}, headers=headers
    )
    assert answer.status_code == status
    if status == 412:
        assert answer.json()["code"] == "registration_changed"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"family_name": "x" * 121}, "family_name"),
        ({"family_name": None}, "family_name"),
        ({"email": "other@example.org"}, "email"),
        ({"status": "confirmed"}, "status"),
        ({"counted": False}, "counted"),
        ({"revision": 9}, "revision"),
        ({"edition_id": 2}, "edition_id"),
        ({"category": "staff"}, "category"),
        ({"category": "king"}, "category"),
        ({"days": ["2027-03-25"]}, "days"),
        ({"days": "soon"}, "days"),
    ],
)
async def test_what_may_not_be_changed_is_named(client, person, sent, field):
    answer = await client.patch("/api/me/registration", json=sent, headers=bearer(person))
    assert (answer.status_code, answer.json()["fields"].keys()) == (422, {field})


# By page


async def test_the_page_is_filled_in_and_stores_what_is_sent(site, client, edition, person, send):
    shown = await client.get(f"/me/{person.key}/edit")
    assert 'value="Lefèvre"' in shown.text
    assert 'name="revision" value="1"' in shown.text
    assert 'value="staff"' not in shown.text
    answer = await send(f"/me/{person.key}/edit", **FORM)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/me/{person.key}?done=changed",
    )
    row = "select family_name, organisation, language, category, days from registration where id=$1"
    assert await site.rows(row, person.id) == [("Lefèvre-Roux", None, "en", "press", 2)]
    assert "enregistrées" in (await client.get(answer.headers["location"])).text


async def test_mistakes_are_shown_together_and_what_was_typed_stays(site, client, person, send):
    sent = {**FORM, "given_name": "", "family_name": "y" * 121, "category": "staff"}
    del sent["days"]
    answer = await send(f"/me/{person.key}/edit", **sent)
    assert answer.status_code == 422
    assert answer.text.count('class="err"') == 2
    assert "y" * 121 in answer.text
    answer = await send(f"/me/{person.key}/edit", **{**sent, "given_name": "Z", "family_name": "L"})
    assert (answer.status_code, 'id="days-error"' in answer.text) == (422, True)


async def test_of_two_windows_the_second_is_shown_what_the_first_stored(client, person, send):
    await send(f"/me/{person.key}/edit", **FORM)
    answer = await send(f"/me/{person.key}/edit", **{**FORM, "family_name": "Blanc"})
    assert answer.status_code == 412
    assert "Zoé Lefèvre-Roux" in answer.text
    assert 'value="Blanc"' in answer.text
    assert 'name="revision" value="2"' in answer.text
    again = await send(f"/me/{person.key}/edit", **{**FORM, "family_name": "Blanc", "revision": 2})
    assert again.status_code == 303


async def test_after_the_date_the_page_says_whom_to_ask(site, client, person, send):
    site.clock.forward(days=10)
    assert "<form" not in (await client.get(f"/me/{person.key}/edit")).text.split("<main")[1]
    assert (await send(f"/me/{person.key}/edit", **FORM)).status_code == 409
    assert "/edit" not in (await client.get(f"/me/{person.key}")).text


async def test_a_place_is_passed_on_by_the_page(site, client, edition, person, send):
    to = {"given_name": "Ada", "family_name": "Ferrand", "email": "ada@example.org"}
    assert (await client.get(f"/me/{person.key}/transfer")).status_code == 200
    answer = await send(f"/me/{person.key}/transfer", **to)
    assert answer.headers["location"] == f"/me/{person.key}?done=transferred"
    rows = "select given_name, status::text from registration where edition_id=$1 order by 1"
    assert await site.rows(rows, edition.id) == [("Ada", "confirmed"), ("Zoé", "cancelled")]
    again = await send(f"/me/{person.key}/transfer", **to)
    assert again.status_code == 409


@pytest.mark.parametrize("address", ["ada@", "taken@example.org"])
async def test_an_address_that_cannot_have_it_is_told_beside_its_field(
    site, client, edition, person, send, address
):
    await site.register(edition, category="agent", email="taken@example.org")
    to = {"given_name": "Ada", "family_name": "Ferrand", "email": address}
    answer = await send(f"/me/{person.key}/transfer", **to)
    assert (answer.status_code, 'id="email-error"' in answer.text) == (422, True)
    assert f'value="{address}"' in answer.text


async def test_an_offer_is_accepted_by_page_and_by_program(site, client, edition, person, send):
    await site.register(edition, category="agent")
    waiting = [await site.register(edition, category="agent") for _ in range(2)]
    for one in await site.rows(
        "select id from registration where edition_id = $1 and status = 'confirmed'", edition.id
    ):
        await site.cancel(edition, await site.registered(edition, one[0]))
    page = await client.get(f"/me/{waiting[0].key}")
    assert f'action="/me/{waiting[0].key}/accept"' in page.text
    answer = await send(f"/me/{waiting[0].key}/accept")
    assert answer.headers["location"] == f"/me/{waiting[0].key}?done=accepted"
    api = await client.post("/api/me/registration/acceptance", headers=bearer(waiting[1]))
    assert (api.status_code, api.json()["status"]) == (201, "confirmed")
    again = await client.post("/api/me/registration/acceptance", headers=bearer(waiting[1]))
    assert (again.status_code, again.json()["status"]) == (201, "confirmed")


async def test_an_offer_that_is_over_says_so(site, client, edition, person, send):
    await site.register(edition, category="agent")
    late = await site.register(edition, category="agent")
    await site.cancel(edition, person)
    site.clock.forward(hours=24)
    answer = await send(f"/me/{late.key}/accept")
    assert answer.status_code == 410


async def test_posts_of_other_sites_change_nothing(site, client, edition, person):
    for path in ("edit", "transfer", "accept"):
        answer = await client.post(
            f"/me/{person.key}/{path}", data=FORM, headers={"sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 403
    assert (await site.registered(edition, person.id)).family_name == "Lefèvre"


@pytest.mark.parametrize("path", ["edit", "transfer"])
async def test_a_key_of_nobody_opens_nothing(client, path):
    assert (await client.get(f"/me/nobody/{path}")).status_code == 404


async def test_days_stand_on_the_page_and_in_the_ticket(site, client, edition):
    person = await site.register(edition, category="agent", days=[FIRST_DAY])
    assert site.keyring.read(person.token).days == 1
    own = await client.get("/api/me/registration", headers=bearer(person))
    assert own.json()["days"] == ["2027-03-23"]
    assert "mardi 23 mars" in (await client.get(f"/me/{person.key}")).text


async def test_the_days_go_into_a_calendar_and_out_of_it(site, client, edition, send):
    import icalendar  # noqa: PLC0415

    person = await site.register(edition, category="agent", days=[FIRST_DAY])
    path = f"/me/{person.key}/forum.ics"
    assert path in (await client.get(f"/me/{person.key}")).text
    seen = []
    for _ in range(2):
        answer = await client.get(path)
        assert answer.headers["content-type"].startswith("text/calendar")
        (event,) = icalendar.Calendar.from_ical(answer.content).events
        seen.append((event["uid"], event["status"], event["sequence"], event.decoded("dtstart")))
        await site.cancel(edition, person)
    assert seen == [
        (str(person.id), "CONFIRMED", 1, FIRST_DAY),
        (str(person.id), "CANCELLED", 2, FIRST_DAY),
    ]


async def test_who_waits_has_no_dates_yet(site, client, edition):
    people = [await site.register(edition, category="agent") for _ in range(3)]
    assert (await client.get(f"/me/{people[2].key}/forum.ics")).status_code == 404
