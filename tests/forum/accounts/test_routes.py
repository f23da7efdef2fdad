"""Signing in by a link asked for, and one's own account, over HTTP."""

import asyncio
import re

import msgspec
import pytest

from forum.accounts import service
from forum.core.context import Role
from tests.factories import SAME_ORIGIN, Memory, opened

SIGN_IN = "/organiser/sign-in"
ACCOUNT = "/organiser/account"
PAGE = {"accept": "text/html"}
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"}


@pytest.fixture
async def team(lone_site):
    """An edition with an organiser, `anne@example.org`, who has not signed in yet."""
    edition = await lone_site.edition()
    await invited(lone_site, edition)
    return edition


@pytest.fixture
def post():
    return Memory()


async def invited(site, edition, address="anne@example.org", roles=(Role.ORGANISER,)):
    async with site.pool.acquire() as db:
        return await service.invite(db, address, edition.id, roles, at=site.clock.at, ids=site.ids)


async def ask(site, address="anne@example.org", **sent):
    async with site.client() as client:
        headers = {**SAME_ORIGIN, **sent.pop("headers", {})}
        return await client.post(SIGN_IN, data={"email": address, **sent}, headers=headers)


async def letters(site, post):
    """Return the e-mails that leave next."""
    worker = site.worker(post)
    before = len(post.mails)
    await worker.answer_sign_ins()
    while await worker.send_due():
        pass
    return post.mails[before:]


def link(mail):
    return re.search(r"https?://[^/\s]+(/organiser/sign-in/[\w-]{43})\b", mail.text)[1]


async def test_a_link_asked_for_signs_in(lone_site, team, post):
    answer = await ask(lone_site, "Anne@Example.org", headers={"accept-language": "en"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SIGN_IN}/sent")
    (mail,) = await letters(lone_site, post)
    assert (mail.kind, mail.recipient, mail.language) == ("sign_in", "anne@example.org", "en")
    assert "within 30 minutes" in mail.text
    assert link(mail) in mail.html
    async with lone_site.client() as client:
        shown = await client.get(link(mail))
        assert "anne@example.org" in shown.text
        pressed = await client.post(link(mail), headers=SAME_ORIGIN)
        assert (pressed.status_code, pressed.headers["location"]) == (303, "/organiser/")
        assert (await client.get(f"/organiser/{team.slug}")).status_code == 200


async def test_the_answer_is_one_for_all_and_nothing_is_looked_up(lone_site, team):
    """Whoever has an account: the same status, headers and body, by the same statements."""
    from tests.factories import Counting  # noqa: PLC0415

    counting = Counting(lone_site.pool)
    lone_site.parts._database = counting
    told = []
    await ask(lone_site)  # the first of a process is slower, for all
    for address in ("anne@example.org", "nobody@example.org", "ANNE@example.org", "x@y.example"):
        counting.statements.clear()
        answer = await ask(lone_site, address)
        headers = {k: v for k, v in answer.headers.items() if k != "date"}
        told.append((answer.status_code, headers, answer.content, list(counting.statements)))
    assert all(one == told[0] for one in told)
    (statement,) = {*told[0][3]}
    assert statement.split()[:3] == ["insert", "into", "sign_in_request"]
    async with lone_site.client() as client:
        sent = await client.get(f"{SIGN_IN}/sent")
    assert "Si cette adresse appartient à l’équipe" in sent.text
    assert "anne@example.org" not in sent.text


async def test_nothing_is_written_to_who_has_no_account_or_no_role(lone_site, team, post):
    await invited(lone_site, team, "gone@example.org")
    await lone_site.value(
        """delete from membership where account_id =
            (select id from account where email_key = 'gone@example.org')"""
    )
    for address in ("nobody@example.org", "gone@example.org"):
        assert (await ask(lone_site, address)).status_code == 303
    assert await letters(lone_site, post) == []
    assert await lone_site.value("select count(*) from outbox") == 0


async def test_a_link_asked_for_lasts_half_an_hour_and_works_once(lone_site, team, post):
    await ask(lone_site)
    (mail,) = await letters(lone_site, post)
    lone_site.clock.forward(minutes=29)
    async with lone_site.client() as client:
        for method in (client.get, client.head, client.get):  # a scanner of e-mails
            assert (await method(link(mail))).status_code == 200
        lone_site.clock.forward(minutes=1)
        late = await client.get(link(mail))
        assert late.status_code == 410
        assert f'href="{SIGN_IN}"' in late.text
        assert "anne@example.org" not in late.text
        assert (await client.post(link(mail), headers=SAME_ORIGIN)).status_code == 410
    await ask(lone_site)
    (mail,) = await letters(lone_site, post)
    async with lone_site.client() as client, lone_site.client() as other:
        pressed = await asyncio.gather(
            *(one.post(link(mail), headers=SAME_ORIGIN) for one in (client, other))
        )
    assert sorted(one.status_code for one in pressed) == [303, 410]


async def test_an_address_gets_three_letters_in_a_quarter_of_an_hour(lone_site, team, post):
    for _ in range(5):
        assert (await ask(lone_site)).headers["location"] == f"{SIGN_IN}/sent"
    got = await letters(lone_site, post)
    assert len(got) == 3
    assert len({link(mail) for mail in got}) == 3
    lone_site.clock.forward(minutes=14)
    await ask(lone_site)
    assert await letters(lone_site, post) == []
    lone_site.clock.forward(minutes=1)
    await ask(lone_site)
    assert len(await letters(lone_site, post)) == 1


async def test_two_workers_answer_a_request_once(lone_site, team, post):
    for _ in range(3):
        await ask(lone_site)
    workers = [lone_site.worker(post) for _ in range(4)]
    told = await asyncio.gather(*(one.answer_sign_ins() for one in workers))
    assert sum(told) == 3
    assert await lone_site.value("select count(*) from outbox") == 3


async def test_links_made_on_the_command_line_do_not_count(lone_site, team, post):
    for _ in range(4):
        await invited(lone_site, team)
    await ask(lone_site)
    assert len(await letters(lone_site, post)) == 1


async def test_neither_outbox_nor_links_hold_what_signs_in(lone_site, team, post):
    await ask(lone_site)
    await lone_site.worker(post).answer_sign_ins()
    stored = await lone_site.rows(
        "select o::text from outbox o union all select l::text from sign_in_link l"
    )
    (mail,) = await letters(lone_site, post)
    token = link(mail).rpartition("/")[2]
    text = " ".join(one for (one,) in stored)
    assert token not in text
    assert token.encode().hex() not in text


async def test_a_client_asks_ten_times_a_minute(pool, settings):
    settings = msgspec.structs.replace(settings, rate_limit=True)
    async with opened(pool, settings) as site:
        told = [(await ask(site, f"a{n}@example.org")).status_code for n in range(12)]
    assert told == [303] * 10 + [429] * 2


async def test_an_address_that_is_none_is_told_beside_its_field(lone_site, team):
    for address in ("", "anne@", "<script>@example.org"):
        answer = await ask(lone_site, address, next="/organiser/x/team")
        assert answer.status_code == 422
        assert 'id="email-error"' in answer.text
        assert 'href="#email"' in answer.text
        assert 'name="next" value="/organiser/x/team"' in answer.text
        assert "<script>" not in answer.text.replace("<script type", "")
    assert await lone_site.value("select count(*) from sign_in_request") == 0


async def test_another_site_cannot_ask(lone_site, team):
    answer = await ask(lone_site, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_links_lead_to_the_address_that_is_set_whatever_host_asks(lone_site, team, post):
    await ask(lone_site, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    (mail,) = await letters(lone_site, post)
    assert f"{lone_site.settings.base_url}{link(mail)}" in mail.text
    assert "evil.example" not in mail.text + mail.html


# Being led there, and back


async def test_a_browser_is_led_to_sign_in_and_a_program_is_told(lone_site, team):
    async with lone_site.client() as client:
        wanted = f"/organiser/{team.slug}/team?done=added"
        led = await client.get(wanted, headers=PAGE)
        assert led.status_code == 303
        assert led.headers["location"] == (
            f"{SIGN_IN}?next=%2Forganiser%2F{team.slug}%2Fteam%3Fdone%3Dadded"
        )
        form = await client.get(led.headers["location"])
        assert f'name="next" value="{wanted}"' in form.text
        told = await client.get(wanted)
        assert (told.status_code, told.json()["code"]) == (401, "unauthenticated")
        front = await client.get("/organiser/", headers=PAGE)
        assert (front.status_code, front.headers["location"]) == (303, SIGN_IN)
        sent = await client.post(
            f"/organiser/{team.slug}/team", data={}, headers={**PAGE, **SAME_ORIGIN}
        )
        assert (sent.status_code, sent.headers["location"]) == (303, SIGN_IN)


async def test_the_link_leads_back_to_the_page_that_was_wanted(lone_site, team, post):
    await ask(lone_site, next=f"/organiser/{team.slug}/team")
    (mail,) = await letters(lone_site, post)
    async with lone_site.client() as client:
        pressed = await client.post(link(mail), headers=SAME_ORIGIN)
        assert pressed.headers["location"] == f"/organiser/{team.slug}/team"
        assert (await client.get(pressed.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/organiser//evil.example", "/"],
)
async def test_no_page_of_another_site_is_led_to(lone_site, team, post, wanted):
    async with lone_site.client() as client:
        form = await client.get(SIGN_IN, params={"next": wanted})
        assert 'name="next" value=""' in form.text
    await ask(lone_site, next=wanted)
    (mail,) = await letters(lone_site, post)
    async with lone_site.client() as client:
        pressed = await client.post(link(mail), headers=SAME_ORIGIN, params={"next": wanted})
        assert pressed.headers["location"] == "/organiser/"


# One's own account


async def signed_in(site, edition, client, **headers):
    token = await invited(site, edition)
    answer = await client.post(f"{SIGN_IN}/{token}", headers={**SAME_ORIGIN, **headers})
    assert answer.status_code == 303


async def test_the_account_shows_editions_and_web_sessions(lone_site, team):
    async with lone_site.client() as here, lone_site.client() as there:
        await signed_in(lone_site, team, there, **FIREFOX)
        await signed_in(lone_site, team, here)
        page = (await here.get(ACCOUNT)).text
    assert "anne@example.org" in page
    assert f'href="/organiser/{team.slug}"' in page
    assert "Firefox · Linux" in page
    assert page.count("Ce navigateur</span>") == 1
    assert page.count('/end"') == 1


async def test_a_web_session_is_ended_from_elsewhere(lone_site, team):
    async with lone_site.client() as here, lone_site.client() as there:
        await signed_in(lone_site, team, there)
        await signed_in(lone_site, team, here)
        (path,) = re.findall(r'action="([^"]+/end)"', (await here.get(ACCOUNT)).text)
        answer = await here.post(path, headers=SAME_ORIGIN)
        assert answer.headers["location"] == f"{ACCOUNT}?done=ended"
        assert (await there.get(ACCOUNT)).status_code == 401
        assert (await here.get(ACCOUNT)).status_code == 200
        assert (await here.post(path, headers=SAME_ORIGIN)).status_code == 404


async def test_the_web_session_of_another_is_out_of_reach(lone_site, team):
    async with lone_site.client() as mine, lone_site.client() as theirs:
        await signed_in(lone_site, team, mine)
        theirs.headers.update(await lone_site.signed_in(team, address="other@example.org"))
        session = await lone_site.value(
            "select s.id from web_session s join account a on a.id = s.account_id"
            " where a.email_key = 'other@example.org'"
        )
        for named in (session, "none"):
            path = f"{ACCOUNT}/web-sessions/{named}/end"
            assert (await mine.post(path, headers=SAME_ORIGIN)).status_code == 404
        assert (await theirs.get(ACCOUNT)).status_code == 200


async def test_signing_out_everywhere_else_ends_links_too(lone_site, team):
    unused = await invited(lone_site, team)
    async with (
        lone_site.client() as here,
        lone_site.client() as there,
        lone_site.client() as colleague,
    ):
        await signed_in(lone_site, team, there)
        await signed_in(lone_site, team, here)
        colleague.headers.update(await lone_site.signed_in(team, address="other@example.org"))
        answer = await here.post(f"{ACCOUNT}/web-sessions/end-others", headers=SAME_ORIGIN)
        assert answer.status_code == 303
        assert (await there.get(ACCOUNT)).status_code == 401
        assert (await here.get(ACCOUNT)).status_code == 200
        assert (await colleague.get(ACCOUNT)).status_code == 200
        assert (await there.post(f"{SIGN_IN}/{unused}", headers=SAME_ORIGIN)).status_code == 410
    deeds = await lone_site.rows("select action from audit where edition_id = 0")
    assert deeds == [("signed out elsewhere",)]


async def test_signing_in_by_link_ends_the_web_session_that_was_there(lone_site, team):
    async with lone_site.client() as client, lone_site.client() as thief:
        await signed_in(lone_site, team, client)
        before = client.cookies["session"]
        await signed_in(lone_site, team, client)
        assert client.cookies["session"] != before
        headers = {"cookie": f"session={before}"}
        assert (await thief.get(ACCOUNT, headers=headers)).status_code == 401


async def test_it_is_noted_roughly_when_a_web_session_was_used(lone_site, team):
    async def seen():
        return await lone_site.value("select max(seen_at) - max(created_at) from web_session")

    async with lone_site.client() as client:
        await signed_in(lone_site, team, client)
        lone_site.clock.forward(minutes=4)
        await client.get(ACCOUNT)
        assert (await seen()).total_seconds() == 0
        lone_site.clock.forward(minutes=1)
        await client.get(ACCOUNT)
        assert (await seen()).total_seconds() == 300


async def test_what_was_asked_is_forgotten_after_an_hour_and_the_rest_after_a_month(
    lone_site, team, post
):
    async def left():
        return [
            await lone_site.value(f"select count(*) from {table}")
            for table in ("sign_in_request", "sign_in_link", "web_session")
        ]

    async with lone_site.client() as client:
        await signed_in(lone_site, team, client)
    await ask(lone_site, "nobody@example.org")
    worker = lone_site.worker(post)
    await worker.answer_sign_ins()
    await worker.sweep()
    assert await left() == [1, 2, 1]
    lone_site.clock.forward(hours=1, seconds=1)
    await worker.sweep()
    assert await left() == [0, 2, 1]
    lone_site.clock.forward(days=31)
    await worker.sweep()
    assert await left() == [0, 0, 0]
