"""Consents over HTTP: by the link of an e-mail, without an account, and by the API."""

import re

import pytest

from forum.editions import forming
from forum.editions.models import NewConsent
from tests.factories import NOON, SAME_ORIGIN

API = "/api/me/registration/consents"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
async def edition(site):
    return await site.edition(
        changes_until=NOON,  # corrections are closed from the beginning
        consents=[
            NewConsent(purpose="photos", wording={"fr": "Photos", "en": "Pictures of me"}),
            NewConsent(purpose="news", wording={"fr": "Nouvelles", "en": "News by e-mail"}),
        ],
    )


@pytest.fixture
async def person(site, edition):
    return await site.register(edition, consents=["news"])


@pytest.fixture
def send(client):
    async def send(path, **given):
        return await client.post(path, data=given, headers=SAME_ORIGIN)

    return send


async def shown(client, person, query=""):
    """Return the part of the page that is about consents, in English, without its marks."""
    answer = await client.get(f"/me/{person.key}{query}", headers=ENGLISH)
    section = answer.text.split('id="consents"')[1].split("</section>")[0]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in section.split("<li>")[1:]
        if "I agree" in one or "Withdraw" in one or "agree" in one
    ]


async def reword(site, edition):
    async with site.pool.acquire() as db:
        new = {"fr": "Nouvelles", "en": "News and offers"}
        await forming.reword_consent(db, edition.id, "news", new, at=site.clock.at)


async def test_the_page_offers_to_agree_and_to_withdraw_and_ticks_nothing(client, person):
    assert await shown(client, person) == [
        "Pictures of me You do not agree I agree",
        "News by e-mail ✓ You agree since Monday 1 March 2027 at 13:00 Withdraw my consent",
    ]
    page = (await client.get(f"/me/{person.key}")).text
    assert "checked" not in page


async def test_withdrawn_and_given_again_by_the_page(site, client, person, send):
    answer = await send(f"/me/{person.key}/consents/news/withdrawal")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/me/{person.key}?done=withdrawn",
    )
    told = await client.get(f"/me/{person.key}?done=withdrawn", headers=ENGLISH)
    assert '<div class="note" role="status"><p>Your consent is withdrawn.' in told.text
    site.clock.forward(hours=2)
    answer = await send(f"/me/{person.key}/consents/news", version="1")
    assert answer.headers["location"] == f"/me/{person.key}?done=agreed"
    assert (await client.get(answer.headers["location"], headers=ENGLISH)).text.count(
        "It is stored that you agree."
    ) == 1
    site.clock.forward(hours=2)
    answer = await client.get(f"/me/{person.key}", headers=ENGLISH)
    assert "since Monday 1 March 2027 at 15:00" in answer.text
    assert "from Monday 1 March 2027 at 13:00 until Monday 1 March 2027 at 13:00" in answer.text


async def test_new_words_are_offered_beside_those_agreed_to(site, edition, client, person, send):
    await reword(site, edition)
    assert (await shown(client, person))[1] == (
        "News by e-mail ✓ You agree since Monday 1 March 2027 at 13:00 Withdraw my consent"
        " The text has changed since. It now says: News and offers I agree to the new text"
    )
    late = await send(f"/me/{person.key}/consents/news", version="1")
    assert late.headers["location"] == f"/me/{person.key}?done=agreed"  # it is in force: it stays
    await send(f"/me/{person.key}/consents/news/withdrawal")
    late = await send(f"/me/{person.key}/consents/news", version="1")
    assert late.headers["location"] == f"/me/{person.key}?done=reworded"
    page = await client.get(late.headers["location"], headers=ENGLISH)
    assert 'role="alert"><p>The text has changed meanwhile, nothing is stored' in page.text
    assert (await send(f"/me/{person.key}/consents/news", version="2")).status_code == 303
    assert (await shown(client, person))[1].startswith("News and offers ✓ You agree since")


async def test_of_a_cancelled_registration_what_is_in_force_can_be_withdrawn(
    site, client, person, send
):
    await send(f"/me/{person.key}/cancel")
    assert await shown(client, person) == [
        "Pictures of me You do not agree",
        "News by e-mail ✓ You agree since Monday 1 March 2027 at 13:00 Withdraw my consent",
    ]
    answer = await send(f"/me/{person.key}/consents/photos", version="1")
    assert answer.headers["location"] == f"/me/{person.key}?done=consents-closed"
    await send(f"/me/{person.key}/consents/news/withdrawal")
    ended = "select purpose from consent where registration_id = $1 and withdrawn_at is null"
    assert await site.rows(ended, person.id) == []


async def test_a_form_without_its_version_is_refused(client, person, send):
    assert (await send(f"/me/{person.key}/consents/news")).status_code == 422
    assert (await send(f"/me/{person.key}/consents/none", version="1")).status_code == 404
    assert (await send(f"/me/{person.key[:-1]}/consents/news/withdrawal")).status_code == 404


async def test_an_edition_without_consents_says_nothing_of_them(site, client):
    person = await site.register(await site.edition(consents=[]))
    assert 'id="consents"' not in (await client.get(f"/me/{person.key}")).text


# By program


def bearer(person):
    return {"authorization": f"Bearer {person.key}"}


async def test_a_program_tells_gives_and_withdraws(site, edition, client, person):
    headers = bearer(person)
    first = await client.get(API, headers=headers)
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-store")
    photos, news = first.json()
    agreed = {
        "purpose": "news",
        "wording": {"fr": "Nouvelles", "en": "News by e-mail"},
        "version": 1,
        "given_at": "2027-03-01T12:00:00Z",
        "withdrawn_at": None,
    }
    assert (photos["purpose"], photos["in_force"], photos["history"]) == ("photos", None, [])
    assert (news["version"], news["in_force"], news["history"]) == (1, agreed, [agreed])
    site.clock.forward(hours=1)
    gone = await client.delete(f"{API}/news", headers=headers)
    ended = {**agreed, "withdrawn_at": "2027-03-01T13:00:00Z"}
    assert [gone.json()[1][name] for name in ("in_force", "history")] == [None, [ended]]
    await reword(site, edition)
    late = await client.put(f"{API}/news", json={"version": 1}, headers=headers)
    assert (late.status_code, late.json()["code"]) == (412, "consent_reworded")
    given = await client.put(f"{API}/news", json={"version": 2}, headers=headers)
    again = await client.put(f"{API}/news", json={"version": 2}, headers=headers)
    assert given.json() == again.json()
    assert [one["version"] for one in again.json()[1]["history"]] == [1, 2]
    assert again.json()[1]["in_force"]["wording"] == {"fr": "Nouvelles", "en": "News and offers"}


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "version"), ({"version": 0}, "version"), ({"version": 1, "x": 1}, "x")],
)
async def test_what_a_program_sends_wrong_is_named(client, person, body, field):
    answer = await client.put(f"{API}/news", json=body, headers=bearer(person))
    assert (answer.status_code, answer.json()["fields"].keys()) == (422, {field})
    nothing = await client.put(f"{API}/none", json={"version": 1}, headers=bearer(person))
    assert (nothing.status_code, nothing.json()["code"]) == (404, "consent_not_found")
