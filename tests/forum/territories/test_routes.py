"""Suggestions over HTTP: public, kept for a day, limited."""

import msgspec
import pytest

from forum.core.limits import Limits
from tests.factories import answers, opened


async def test_a_text_gets_suggestions(client):
    answer = await client.get("/api/organisations", params={"q": "nantes"})
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.json() == {
        "organisations": [
            {"code": "COM-44109", "name": "Nantes", "place": "Loire-Atlantique (44)"},
            {
                "code": "EPCI-244400404",
                "name": "Nantes Métropole",
                "place": "Loire-Atlantique (44)",
            },
            {"code": "COM-38273", "name": "Nantes-en-Ratier", "place": "Isère (38)"},
        ]
    }


async def test_who_has_the_answer_is_told_so(client):
    first = await client.get("/api/organisations?q=rennes")
    again = await client.get(
        "/api/organisations?q=rennes", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=" + "a" * 5_000])
async def test_nothing_to_find_is_no_failure(client, query):
    answer = await client.get(f"/api/organisations{query}")
    assert (answer.status_code, answer.json()) == (200, {"organisations": []})


async def test_a_client_that_asks_too_often_is_told_to_wait(pool, settings):
    limited = msgspec.structs.replace(settings, rate_limit=True)
    async with opened(pool, limited) as site, site.client() as client:
        site.app.app.app.state.limits = Limits(clock=lambda: 7.0)  # all in one minute, however slow
        told = [
            (await client.get(f"/api/organisations?q=x{number}")).status_code
            for number in range(601)
        ]
    assert told == [200] * 600 + [429]


async def test_a_page_and_the_api_store_the_code(site, client, edition):
    sent = answers(organisation="Saint-Denis (93)", organisation_code="COM-93066")
    page = await client.post(
        f"/{edition.slug}/register", data=sent, headers={"sec-fetch-site": "same-origin"}
    )
    assert page.status_code == 303
    sent = answers(organisation="SIRET 214 401 093 00015")
    api = await client.post(f"/api/editions/{edition.slug}/registrations", json=sent)
    assert api.status_code == 202
    rows = await site.rows(
        "select organisation, organisation_code from registration where edition_id = $1"
        " order by created_at, organisation",
        edition.id,
    )
    assert sorted(rows) == [("Nantes", "COM-44109"), ("Saint-Denis (93)", "COM-93066")]


async def test_a_wrong_siret_is_told_beside_its_field_with_the_others(client, edition):
    sent = answers(organisation="21440109300016", email="nowhere")
    answer = await client.post(
        f"/{edition.slug}/register",
        data=sent,
        headers={"sec-fetch-site": "same-origin", "accept-language": "fr"},
    )
    assert answer.status_code == 422
    assert "Ce n’est pas un numéro SIRET" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="21440109300016"' in answer.text
