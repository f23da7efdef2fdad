"""The organiser's team: links that work once, cookies, signing out."""

from datetime import timedelta

import msgspec
import pytest

from forum.accounts import service
from forum.core.context import Role
from forum.core.errors import Invalid
from tests.factories import SAME_ORIGIN, opened


@pytest.fixture
async def link(site, edition):
    """The path of a sign-in link."""
    return await invited(site, edition)


async def invited(site, edition, address="organiser@example.org", roles=(Role.ORGANISER,)):
    async with site.pool.acquire() as db:
        token = await service.invite(db, address, edition.id, roles, at=site.clock.at, ids=site.ids)
    return f"/organiser/sign-in/{token}"


async def press(client, link):
    return await client.post(link, headers=SAME_ORIGIN)


async def test_the_button_signs_in(site, client, edition, link):
    answer = await press(client, link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/organiser/")
    front = await client.get("/organiser/")
    assert (front.status_code, front.headers["location"]) == (302, f"/organiser/{edition.slug}")
    assert (await client.get(f"/organiser/{edition.slug}")).status_code == 200


async def test_a_link_works_once(site, client, link):
    await press(client, link)
    async with site.client() as thief:
        answer = await press(thief, link)
        assert (answer.status_code, "set-cookie" in answer.headers) == (410, False)
        assert (await thief.get("/organiser/")).status_code == 401


async def test_opening_a_link_uses_nothing_up(client, link):
    for method in (client.get, client.head, client.get):
        assert (await method(link)).status_code == 200
    assert (await press(client, link)).status_code == 303


async def test_a_link_lasts_a_day(site, client, link):
    site.clock.forward(hours=24)
    assert (await client.get(link)).status_code == 410
    assert (await press(client, link)).status_code == 410


async def test_a_link_of_nobody_signs_nobody_in(client):
    for link in ("/organiser/sign-in/x", "/organiser/sign-in/" + "A" * 43):
        assert (await press(client, link)).status_code == 410


async def test_a_link_pressed_by_another_site_is_refused(site, client, link):
    answer = await client.post(link, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert (await press(client, link)).status_code == 303


async def test_a_web_session_lasts_twelve_hours(site, client, link):
    await press(client, link)
    site.clock.forward(hours=11, minutes=59)
    assert (await client.get("/organiser/")).status_code == 302
    site.clock.forward(minutes=1)
    assert (await client.get("/organiser/")).status_code == 401


async def test_signing_out_ends_the_web_session_wherever_the_cookie_went(site, client, link):
    await press(client, link)
    stolen = client.cookies["session"]
    answer = await client.post("/organiser/sign-out", headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "session" not in client.cookies
    headers = {"cookie": f"session={stolen}"}
    assert (await client.get("/organiser/", headers=headers)).status_code == 401


async def test_signing_in_gives_a_cookie_of_its_own(site, client, edition, link):
    client.cookies.set("session", "chosen-by-another")
    answer = await press(client, link)
    assert "chosen-by-another" not in answer.headers["set-cookie"]
    assert len(answer.headers["set-cookie"].split("session=")[1].split(";")[0]) == 43


async def test_nothing_secret_is_stored(site, client, edition, link):
    token = link.rpartition("/")[2]
    await press(client, link)
    secret = client.cookies["session"]
    stored = await site.rows(
        """select encode(token_digest, 'hex') from sign_in_link
            union all select encode(token_digest, 'hex') from web_session"""
    )
    texts = " ".join(one for (one,) in stored)
    assert token.encode().hex() not in texts
    assert secret.encode().hex() not in texts


@pytest.mark.parametrize("base_url", ["https://forum.example", "http://127.0.0.1:8000"])
async def test_the_cookie_is_bound_to_the_host(pool, settings, base_url):
    settings = msgspec.structs.replace(settings, base_url=base_url)
    async with opened(pool, settings) as site, site.client() as client:
        link = await invited(site, await site.edition())
        signed_in = (await press(client, link)).headers["set-cookie"]
        out = await client.post("/organiser/sign-out", headers=SAME_ORIGIN)
    flags = {"Path=/", "HttpOnly", "SameSite=lax"} | ({"Secure"} if "https" in base_url else set())
    name = "__Host-session" if "https" in base_url else "session"
    for header, life in ((signed_in, "Max-Age=43200"), (out.headers["set-cookie"], "Max-Age=0")):
        parts = header.split("; ")
        assert parts[0].startswith(f"{name}=")
        assert {*parts[1:]} == flags | {life}


async def test_an_invitation_again_adds_roles_to_one_account(site, edition):
    await invited(site, edition, "twice@example.org", [Role.DOOR])
    await invited(site, edition, "Twice@example.org", [Role.DOOR, Role.RECEPTION])
    rows = await site.rows(
        """select m.role::text from membership m join account a on a.id = m.account_id
            where a.email_key = 'twice@example.org' order by m.role"""
    )
    assert rows == [("reception",), ("door",)]


async def test_only_an_address_is_invited(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(Invalid):
            await service.invite(
                db, "nobody", edition.id, [Role.DOOR], at=site.clock.at, ids=site.ids
            )


async def test_a_clock_set_back_brings_no_link_back(site, client, link):
    await press(client, link)
    site.clock.at -= timedelta(hours=1)
    assert (await press(client, link)).status_code == 410
