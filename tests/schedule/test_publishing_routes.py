"""Publishing over HTTP: what would change is seen, published once, compared, planned, previewed."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from lxml import etree
from msgspec.structs import replace

from forum.core.context import Role
from schedule import editing
from tests.factories import MORNING, SAME_ORIGIN, draft
from tests.schedule.test_editing import moved


@pytest.fixture
async def team(site, edition):
    return await site.signed_in(edition, Role.PROGRAMME_EDITOR)


@pytest.fixture
def put(site, edition):
    async def put(made):
        async with site.pool.acquire() as db:
            await editing.replace(db, edition, made, at=site.clock.at)

    return put


@pytest.fixture
def address(edition):
    return f"/organiser/{edition.slug}/programme/publication"


@pytest.fixture
def send(client, team, address):
    async def send(path="", **given):
        return await client.post(address + path, data=given, headers={**team, **SAME_ORIGIN})

    return send


@pytest.fixture
def look(client, team, address):
    async def look(path=""):
        answer = await client.get(address + path, headers=team)
        assert answer.status_code == 200
        return re.sub(r"[ \n]+", " ", answer.text)

    return look


async def numbers(client, edition):
    answer = await client.get(f"/api/editions/{edition.slug}/programme/versions")
    return [one["version"] for one in answer.json()]


async def test_the_page_tells_what_would_change_and_what_clashes(put, look):
    await put(draft("Ouverture", type="round_table"))
    page = await look()
    assert "1 séance change." in page
    assert "Personne n’anime «\u00a0Ouverture\u00a0»" in page
    assert 'name="despite"' not in page


async def test_nothing_is_to_be_published_of_an_empty_draft(look, send):
    page = await look()
    assert "Aucune séance n’a encore d’horaire" in page
    assert (await send(note="")).status_code == 409


async def test_a_version_is_published_with_its_note(client, edition, put, send, look):
    await put(draft("Ouverture"))
    answer = await send(note="  Première   version ", tell="yes")
    assert answer.headers["location"].endswith("?done=1")
    assert "La version 1 est publiée." in await look("?done=1")
    listed = await client.get(f"/api/editions/{edition.slug}/programme/versions")
    assert [(one["version"], one["note"]) for one in listed.json()] == [(1, "Première version")]


async def test_the_button_pressed_twice_publishes_once(client, edition, put, send, look):
    await put(draft("Ouverture"))
    key = re.search(r'name="once" value="([^"]+)"', await look())[1]
    for _ in range(2):
        assert (await send(once=key)).status_code == 303
    assert await numbers(client, edition) == [1]


async def test_a_draft_that_changed_since_it_was_looked_at_is_not_published(
    client, edition, put, send
):
    await put(draft("A"))
    await put(draft("A", "B"))
    answer = await send(number="1", note="gardée")
    assert answer.status_code == 412
    assert 'value="gardée"' in answer.text
    assert "quelqu’un a modifié le brouillon" in answer.text.lower()
    assert await numbers(client, edition) == []


async def test_what_blocks_is_published_only_where_it_is_said(client, edition, put, send, look):
    await put(moved(draft("A", "B", room_id=None), 0, 0))
    assert 'name="despite"' in await look()
    assert (await send()).status_code == 409
    assert (await send(despite="yes")).status_code == 303
    assert await numbers(client, edition) == [1]


async def test_a_note_beyond_measure_is_refused_and_kept(send, put):
    await put(draft("A"))
    answer = await send(note="é" * 501)
    assert answer.status_code == 422
    assert "é" * 501 in answer.text


async def test_two_versions_are_compared_whichever_way_they_are_chosen(put, send, look, client):
    made = draft("Ouverture")
    await put(made)
    await send()
    later = replace(made.sessions[0], starts_at=MORNING + timedelta(hours=1))
    await put(replace(made, sessions=[later]))
    await send()
    for pair in ("old=1&new=2", "old=2&new=1"):
        page = await look(f"/comparison?{pair}")
        assert "De la version 1 à la version 2" in page
        assert "Déplacée\u00a0: mardi 23 mars à 9\u00a0h → mardi 23 mars à 10\u00a0h." in page


@pytest.mark.parametrize("pair", ["", "old=1", "old=1&new=9", "old=x&new=1", "old=-1&new=1"])
async def test_versions_that_do_not_exist_are_not_compared(put, send, client, team, address, pair):
    await put(draft("A"))
    await send()
    answer = await client.get(f"{address}/comparison?{pair}", headers=team)
    assert answer.status_code == 404


async def test_the_draft_goes_back_to_a_version(site, edition, put, send):
    await put(draft("A"))
    await send()
    await put(draft("B"))
    assert (await send("/versions/1/restoration")).status_code == 303
    async with site.pool.acquire() as db:
        got = await editing.read(db, edition)
    assert {one.title["fr"]: one.starts_at for one in got.sessions} == {"A": MORNING, "B": None}


async def test_a_publication_is_planned_and_withdrawn(put, send, look):
    await put(draft("A"))
    answer = await send(when="later", due_at="2027-03-20T18:00", note="Le soir")
    assert answer.headers["location"].endswith("?done=planned")
    page = await look()
    assert "samedi 20 mars à 18\u00a0h – Le soir" in page
    id_ = re.search(r"publication/([0-9a-f-]{36})/withdrawal", page)[1]
    assert (await send(f"/{id_}/withdrawal")).status_code == 303
    assert "retirée" in await look()
    assert (await send(f"/{UUID(int=1)}/withdrawal")).status_code == 404


@pytest.mark.parametrize("due_at", ["", "demain", "2020-01-01T10:00", "2027-13-01T10:00"])
async def test_a_time_that_is_none_or_over_is_refused_by_its_field(put, send, due_at):
    await put(draft("A"))
    answer = await send(when="later", due_at=due_at)
    assert answer.status_code == 422
    assert 'id="due_at-error"' in answer.text


async def test_the_link_shows_the_draft_until_it_is_ended(client, put, send, look):
    await put(draft("Ouverture secrète"))
    await send("/preview")
    link = re.search(r'href="http[^"]*(/[^"/]+/preview/[^"]+)"', await look())[1]
    shown = await client.get(link)
    assert "Ouverture secrète" in shown.text
    assert (shown.headers["x-robots-tag"], shown.headers["cache-control"]) == (
        "noindex",
        "private, no-store",
    )
    assert (await client.get(link[:-1] + "_")).status_code == 404
    await send("/preview", close="yes")
    assert (await client.get(link)).status_code == 404


async def test_a_program_publishes_and_reads_what_changed(client, edition, team, put):
    await put(draft("A"))
    address = f"/api/editions/{edition.slug}/programme"
    sent = {"note": "Par programme", "number": 1}
    known = {**team, **SAME_ORIGIN}
    answer = await client.post(f"{address}/publications", json=sent, headers=known)
    assert (answer.status_code, answer.json()["version"]) == (201, 1)
    assert [one["kind"] for one in answer.json()["changes"]] == ["new"]
    changes = (await client.get(f"{address}/versions/1/changes")).json()
    assert changes == answer.json()
    assert (await client.get(f"{address}/versions/1")).json()["note"] == "Par programme"
    assert (await client.get(f"{address}/versions/2")).status_code == 404
    stale = await client.post(f"{address}/publications", json={"number": 0}, headers=known)
    assert (stale.status_code, stale.json()["code"]) == (412, "draft_changed")


async def test_everybody_reads_what_each_version_changed(client, site, edition):
    made = draft("Ouverture")
    await site.programme(edition, made)
    later = replace(made.sessions[0], minutes=45, title={"fr": "<b>Ouverture</b> & suite"})
    await site.programme(edition, replace(made, sessions=[later]), note="Plus long")
    page = await client.get(f"/{edition.slug}/programme/changes")
    assert "Plus longue\u00a0: 30 → 45 minutes." in page.text
    assert "<b>Ouverture" not in page.text
    again = await client.get(
        f"/{edition.slug}/programme/changes", headers={"if-none-match": page.headers["etag"]}
    )
    assert again.status_code == 304
    feed = await client.get(f"/{edition.slug}/programme/changes.rss?lang=en")
    assert feed.headers["content-type"].startswith("application/rss+xml")
    items = etree.fromstring(feed.content).findall("channel/item")
    assert [one.findtext("title") for one in items] == ["Version 2: Plus long", "Version 1"]
    assert "Longer: 30 → 45 minutes." in items[0].findtext("description")
    assert "<b>" not in items[0].findtext("description")


async def test_nothing_changed_of_what_is_not_published(client, edition):
    for path in ("changes", "changes.rss"):
        assert (await client.get(f"/{edition.slug}/programme/{path}")).status_code == 404
