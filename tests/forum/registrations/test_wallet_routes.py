"""The pass of a ticket over HTTP: a button and a file where passes are signed, else neither."""

import io
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from zipfile import ZipFile

import pytest
from msgspec.structs import replace

from tests.factories import FIRST_DAY, NOON, Site
from tests.wallets import UNTIL, files_in


@pytest.fixture
def signing(site, tmp_path):
    """A site of the same database whose settings name a certificate."""
    return Site(site.pool, site.keyring, replace(site.settings, wallet=files_in(tmp_path)))


def bearer(person):
    return {"authorization": f"Bearer {person.key}"}


@asynccontextmanager
async def browsing(site):
    async with site.client() as client:
        yield client


async def test_a_ticket_goes_into_the_wallet_from_the_page_and_by_the_api(signing, edition):
    person = await signing.register(edition, given_name="Zoé", family_name="Lefèvre")
    async with browsing(signing) as client:
        page = (await client.get(f"/me/{person.key}?lang=en")).text
        assert f'href="/me/{person.key}/ticket.pkpass">Add to Apple Wallet<' in page
        for path, headers in (
            (f"/me/{person.key}/ticket.pkpass", {}),
            ("/api/me/ticket.pkpass", bearer(person)),
        ):
            answer = await client.get(path, headers=headers)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/vnd.apple.pkpass"
            assert answer.headers["cache-control"] == "private, no-store"
            name = f"{edition.slug}-{person.reference}.pkpass"
            assert f'filename="{name}"' in answer.headers["content-disposition"]
            with ZipFile(io.BytesIO(answer.content)) as archive:
                said = json.loads(archive.read("pass.json"))
            assert said["barcodes"][0]["message"] == person.token
            assert said["serialNumber"] == f"{edition.slug}-{person.reference}"
            assert said["relevantDate"] == f"{FIRST_DAY}T08:00:00+01:00"
            assert said["expirationDate"] == f"{FIRST_DAY + timedelta(days=2)}T00:00:00+01:00"
            assert said["eventTicket"]["primaryFields"][0]["value"] == "Zoé Lefèvre"


async def test_who_has_no_ticket_has_no_pass(signing, edition):
    person = await signing.register(edition)
    await signing.cancel(edition, person)
    async with browsing(signing) as client:
        assert "pkpass" not in (await client.get(f"/me/{person.key}")).text
        for path, headers in (
            (f"/me/{person.key}/ticket.pkpass", {}),
            ("/api/me/ticket.pkpass", bearer(person)),
        ):
            assert (await client.get(path, headers=headers)).status_code == 404


@pytest.mark.parametrize("why", ["nothing is set", "expired", "the key is another's"])
async def test_where_no_pass_can_be_signed_there_is_no_button(
    signing, site, edition, why, tmp_path
):
    person = await site.register(edition)
    one = site if why == "nothing is set" else signing
    if why == "expired":
        one.clock.at = UNTIL + timedelta(days=1)
    if why == "the key is another's":
        (tmp_path / "other").mkdir()
        other = files_in(tmp_path / "other")
        files = replace(signing.settings.wallet, key=other.key)
        one = Site(site.pool, site.keyring, replace(site.settings, wallet=files))
    async with browsing(one) as client:
        page = await client.get(f"/me/{person.key}")
        assert page.status_code == 200
        assert "pkpass" not in page.text
        answer = await client.get("/api/me/ticket.pkpass", headers=bearer(person))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_ticket_that_was_taken_back_says_so_and_shows_no_code(site, client, edition):
    assert site.clock.at == NOON
    person = await site.register(edition)
    await site.value("update ticket set revoked_at = now() where registration_id = $1", person.id)
    page = await client.get(f"/me/{person.key}?lang=en")
    assert page.status_code == 200
    assert "Your ticket was taken back: it opens no door any more." in page.text
    assert "<svg" not in page.text.partition("<main")[2]
    for ending in ("png", "svg", "pdf", "pkpass"):
        answer = await client.get(f"/api/me/ticket.{ending}", headers=bearer(person))
        assert answer.status_code == 404
