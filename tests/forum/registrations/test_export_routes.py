"""Exports over HTTP: the page with its choice in the address, the file, the API, the audit."""

import csv
import io
import re
from html import unescape

import pytest

from forum.core import exports, tables
from forum.core.context import Role
from forum.core.rights import RIGHTS, Deed
from forum.core.text import slug
from forum.registrations import columns, downloads
from tests.factories import SAME_ORIGIN


@pytest.fixture
async def team(site, edition):
    headers = {**SAME_ORIGIN, **await site.signed_in(edition)}
    async with site.client(headers=headers, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def ask(team, edition):
    """Ask for the page of exports, or for the file."""

    async def get(query="", *, file=False):
        return await team.get(
            f"/organiser/{edition.slug}/registrations/export{'/file' if file else ''}{query}"
        )

    return get


@pytest.fixture
async def people(site, edition):
    return [
        await site.register(
            edition, family_name=name, category=category, email=f"{slug(name)}@x.example"
        )
        for name, category in (("Lefèvre", "elected"), ("Martin", "press"), ("=Cmd", "press"))
    ]


def ticked(answer):
    return re.findall(r'name="columns" value="([^"]+)" checked', answer.text)


def boxes(answer):
    return re.findall(r'name="columns" value="([^"]+)"', answer.text)


def rows(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def deeds(site, edition):
    async with site.pool.acquire() as db:
        return await db.fetch(
            "select actor, detail from audit"
            " where edition_id = $1 and action = 'exported registrations' order by id",
            edition.id,
        )


# The page


async def test_the_page_offers_every_column_in_groups(site, edition, ask, people):
    await site.ask(edition, "dinner", "yes_no")
    await site.ask(edition, "diet", "text", sensitive=True)
    answer = await ask()
    assert answer.status_code == 200
    assert ticked(answer) == [name for name in boxes(answer) if name in columns.BASIC]
    assert {*columns.BASIC} == {*ticked(answer)}
    assert {"answers.dinner", "answers.diet", "consent.photos.given_at"} <= {*boxes(answer)}
    assert re.findall("<legend>([^<]+)", answer.text) == [
        "Inscription", "Personne", "Présence", "Réponses", "Consentements", "Format",
        "En-têtes et mots",
    ]  # fmt: skip
    assert "3 inscriptions" in answer.text
    assert "données personnelles" in answer.text
    assert 'value="fr" checked' in answer.text


async def test_the_choice_is_in_the_address_and_comes_back(ask, people):
    answer = await ask("?category=press&columns=email&columns=status&format=json&labels=names")
    assert ticked(answer) == ["status", "email"]
    assert 'value="json" checked' in answer.text
    assert 'value="names" checked' in answer.text
    assert '<input type="hidden" name="category" value="press">' in answer.text
    assert "2 inscriptions" in answer.text
    assert "Presse" in answer.text


async def test_no_column_is_a_mistake_and_the_page_keeps_the_rest(ask):
    for file in (False, True):
        answer = await ask("?chosen=1&category=press&format=csv", file=file)
        assert answer.status_code == 422
        assert "Choisissez au moins une colonne." in answer.text
        assert ticked(answer) == []
        assert 'value="csv" checked' in answer.text
        assert 'name="category" value="press"' in answer.text


async def test_a_column_that_is_gone_is_named(ask, site, edition):
    answer = await ask("?columns=reference,answers.gone", file=True)
    assert answer.status_code == 422
    assert "answers.gone" in answer.text
    assert ticked(answer) == ["reference"]
    assert await deeds(site, edition) == []


async def test_the_table_leads_to_those_ticked_or_to_its_filter(ask, team, edition, people):
    table = await team.get(f"/organiser/{edition.slug}/registrations?category=press&sort=-date")
    query = unescape(re.search(r'name="query" value="([^"]*)"', table.text)[1])
    assert f'formaction="/organiser/{edition.slug}/registrations/export"' in table.text
    here = f"/organiser/{edition.slug}/registrations/export"
    two = [people[0].reference, people[1].reference]
    for sent, place in (
        ({"query": query, "deed": "approve"}, f"{here}?category=press"),
        ({"query": "", "deed": "approve"}, here),
        ({"query": query, "all": "on", "reference": two}, f"{here}?category=press"),
        ({"query": query, "reference": two}, f"{here}?reference={two[0]}&reference={two[1]}"),
    ):
        answer = await team.get(here, params=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, place)
    answer = await ask(f"?reference={two[0]}&reference={two[1]}")
    assert "2 inscriptions" in answer.text
    assert f'<input type="hidden" name="reference" value="{two[1]}">' in answer.text


async def test_reception_is_not_shown_the_way(site, edition, people):
    headers = await site.signed_in(edition, Role.RECEPTION)
    async with site.client(headers=headers) as client:
        table = await client.get(f"/organiser/{edition.slug}/registrations")
    assert "registrations/export" not in table.text


# The file


async def test_the_file_holds_who_and_what_was_chosen(site, edition, ask, people):
    answer = await ask("?category=press&columns=family_name,status&format=csv", file=True)
    assert rows(answer) == [["État", "Nom"], ["Confirmée", "'=Cmd"], ["Confirmée", "Martin"]]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert (
        f'filename="{edition.slug}_registrations_2027-03-01_press.csv"'
        in answer.headers["content-disposition"]
    )
    [deed] = await deeds(site, edition)
    assert deed["actor"].startswith("organiser:")
    assert deed["detail"] == {
        "format": "csv",
        "columns": ["family_name", "status"],
        "filter": {"category": "press"},
        "references": [],
        "count": 2,
    }


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
async def test_nobody_is_an_empty_file(ask, format_):
    answer = await ask(f"?q=nobody&format={format_}", file=True)
    assert answer.status_code == 200
    lines = tables.read_table(answer.content + b"\n", "x") if format_ == "csv" else []
    assert lines == []
    assert answer.content[:2] == {"csv": b"\xef\xbb", "xlsx": b"PK", "json": b"[]"}[format_]


async def test_who_comes_when_too_many_run_is_told_to_come_back(ask, monkeypatch, site, edition):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    answer = await ask(file=True)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert await deeds(site, edition) == []


async def test_what_is_not_recorded_is_not_sent(ask, monkeypatch, site, people):
    async def fail(*_, **__):
        raise exports.ExportsBusy

    monkeypatch.setattr(downloads.audit, "record", fail)
    answer = await ask(file=True)
    assert answer.status_code == 503
    assert "martin" not in answer.text


async def test_needs_are_for_those_who_may_read_them(site, edition, ask, monkeypatch):
    await site.ask(edition, "diet", "text", sensitive=True)
    await site.register(edition, answers={"diet": "sans sel"})
    query = "?columns=answers.diet&format=csv&labels=names"
    assert rows(await ask(query, file=True)) == [["answers.diet"], ["sans sel"]]
    monkeypatch.setitem(RIGHTS, Deed.SEE_NEEDS, frozenset())
    answer = await ask(query, file=True)
    assert answer.status_code == 422
    assert "sans sel" not in answer.text
    assert "answers.diet" not in boxes(await ask())


# For programs


ZOLA = "zola@x.example"


def path(edition, ending):
    return f"/api/editions/{edition.slug}/registrations.{ending}"


async def test_programs_get_names_and_typed_values(site, edition, team, people):
    await site.ask(edition, "seats", "number")
    await site.register(edition, family_name="Zola", email=ZOLA, answers={"seats": 2})
    answer = await team.get(
        path(edition, "json"), params={"columns": "family_name,answers.seats", "q": "zola"}
    )
    assert answer.json() == [{"family_name": "Zola", "answers": {"seats": 2}}]
    assert answer.headers["content-type"] == "application/json"
    answer = await team.get(path(edition, "csv"), params={"columns": "status,email"})
    assert rows(answer)[3:] == [["confirmed", "martin@x.example"], ["confirmed", ZOLA]]
    answer = await team.get(path(edition, "csv"))
    assert {*rows(answer)[0]} == {*columns.BASIC}
    assert sorted(one["detail"]["count"] for one in await deeds(site, edition)) == [1, 4, 4]


async def test_page_and_api_and_command_write_the_same(edition, ask, team, people):
    query = "?category=press&columns=reference,family_name,status&labels=en"
    for ending in ("csv", "xlsx", "json"):
        page = await ask(f"{query}&format={ending}", file=True)
        program = await team.get(f"{path(edition, ending)}{query}")
        assert page.content == program.content


async def test_programs_are_told_every_mistake_by_field(edition, team):
    answer = await team.get(
        path(edition, "xlsx"),
        params={"columns": "nose", "labels": "de", "since": "x", "reference": "me"},
    )
    assert answer.status_code == 422
    assert {*answer.json()["fields"]} == {"columns", "labels", "since", "reference"}
