"""The page of imports: looked at, columns put right, the draft replaced, taken back; odd files."""

import html
import re
from datetime import timedelta

import pytest

from forum.core.context import Role
from schedule import editing, resting
from tests.factories import SAME_ORIGIN, draft

SHEET = (
    "Intitulé de la chose;Date;Début;Fin;Qui\n"
    "Ouverture;23/03/2027;9h;10h;Zoé Lefèvre\n"
    "Clôture;23/03/2027;14h;13h;Zoé Lefèvre\n"
)


@pytest.fixture
async def team(site, edition):
    """The cookie of somebody who edits the programme."""
    return await site.signed_in(edition, Role.PROGRAMME_EDITOR)


@pytest.fixture
def get(client, team):
    """Get a page."""

    async def get(path, spoken="fr"):
        headers = {**team, "accept-language": spoken, "accept": "text/html"}
        return await client.get(path, headers=headers)

    return get


@pytest.fixture
def post(client, team):
    """Post a form."""

    async def post(path, spoken="fr", **sent):
        headers = {**team, **SAME_ORIGIN, "accept-language": spoken, "accept": "text/html"}
        return await client.post(path, headers=headers, **sent)

    return post


@pytest.fixture
def send(post, edition):
    """Send a file to the page; the answer."""

    async def send(content, name="programme.csv", spoken="fr"):
        data = content.encode() if isinstance(content, str) else content
        path = f"/organiser/{edition.slug}/programme/import"
        return await post(path, spoken, files={"file": (name, data)})

    return send


def shown(answer):
    """Return what a page says, as plain text."""
    inside = re.search(r"<main.*?</main>", answer.text, re.DOTALL).group()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", inside)))


async def drafted(site, edition):
    async with site.pool.acquire() as db:
        return await editing.read(db, edition)


async def kept(site, edition):
    query = "select count(*) from programme_import where edition_id = $1"
    return await site.value(query, edition.id)


async def test_a_table_is_looked_at_put_right_imported_and_taken_back(
    site, edition, get, post, send
):
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft("Ancienne"), at=site.clock.at)
    before = await drafted(site, edition)
    answer = await send(SHEET)
    assert answer.status_code == 303
    where = answer.headers["location"]
    page = await get(where)
    assert page.status_code == 200
    assert "aucune colonne" in shown(page)
    assert "Remplacer le brouillon" not in shown(page)
    query = "?c0=title:fr&c1=date&c2=start&c3=end&c4=role:moderator"
    page = await get(where + query)
    text = shown(page)
    assert "2 nouvelles séances" in text
    assert "une séance retirée" in text
    assert "Aucune séance du brouillon n’est dans ce fichier" in text
    assert (
        "Ligne 3\u00a0: séance «\u00a0Clôture\u00a0» finit («\u00a013h\u00a0»)"
        " avant de commencer\u00a0: 30 minutes"
    ) in html.unescape(page.text)
    assert (await drafted(site, edition)).sessions == before.sessions
    form = dict(re.findall(r'<input type="hidden" name="(c\d)" value="([^"]*)">', page.text))
    assert form["c4"] == "role:moderator"
    answer = await post(where, data=form)
    assert answer.status_code == 303
    after = await drafted(site, edition)
    assert sorted(one.title["fr"] for one in after.sessions) == ["Clôture", "Ouverture"]
    assert {one.people[0].role for one in after.sessions} == {"moderator"}
    page = await get(answer.headers["location"])
    assert "Le brouillon contient ce que dit le fichier" in shown(page)
    number = re.search(r'name="number" value="(\d+)"', page.text).group(1)
    path = f"/organiser/{edition.slug}/programme/import-undone"
    answer = await post(path, data={"number": number})
    assert "C’est annulé" in shown(await get(answer.headers["location"]))
    assert (await drafted(site, edition)).sessions == before.sessions
    answer = await post(path, data={"number": number})
    assert "ne peut plus être annulé" in shown(await get(answer.headers["location"]))


async def test_the_same_file_again_changes_nothing(site, edition, get, post, send):
    data = SHEET.replace("Intitulé de la chose", "Titre").replace("Qui", "Intervenants")
    where = (await send(data)).headers["location"]
    await post(where, data={})
    where = (await send(data)).headers["location"]
    assert "Rien\u00a0: le brouillon contient déjà tout cela." in (await get(where)).text
    answer = await post(where, data={})
    assert answer.headers["location"].endswith("?done=0")
    assert "rien n’a changé" in shown(await get(answer.headers["location"]))


async def test_what_cannot_be_read_is_said_in_the_readers_language_and_not_kept(
    site, edition, send
):
    for spoken, said in (("fr", "est un PDF"), ("en", "is a PDF")):
        answer = await send(b"%PDF-1.7\n", "programme.pdf", spoken)
        assert answer.status_code == 422
        assert said in shown(answer)
    answer = await send(b"", "vide.csv")
    assert (answer.status_code, "Choisissez le fichier" in shown(answer)) == (422, True)
    answer = await send(b"a" * (resting.MAX_FILE + 1), "grand.csv")
    assert (answer.status_code, "5\u00a0Mo" in answer.text) == (413, True)
    assert await kept(site, edition) == 0


async def test_a_file_rests_for_a_day_and_for_its_edition(site, client, edition, get, send):
    where = (await send(SHEET)).headers["location"]
    other = await site.edition()
    headers = await site.signed_in(other)
    elsewhere = where.replace(edition.slug, other.slug)
    assert (await client.get(elsewhere, headers=headers)).status_code == 404
    assert await kept(site, edition) == 1
    site.clock.at += timedelta(hours=24)
    headers = await site.signed_in(edition)
    assert (await client.get(where, headers=headers)).status_code == 404
    async with site.pool.acquire() as db:
        await resting.sweep(db, at=site.clock.at)
    assert await kept(site, edition) == 0


async def test_a_known_format_needs_no_columns(site, edition, get, post, send, client):
    await site.programme(edition, draft("Ouverture", "Eau"))
    export = await client.get(f"/{edition.slug}/programme.json")
    where = (await send(export.content, "programme.json")).headers["location"]
    page = await get(where)
    assert "schedule.json v2" in shown(page)
    assert "Ce que veulent dire les colonnes" not in shown(page)
    assert "Tout a été lu." in shown(page)
