"""A group registered by its coordinator, and a link asked for again, over HTTP."""

import re

import pytest

from forum.editions.models import NewCategory
from tests.factories import SAME_ORIGIN, Memory

PEOPLE = """Ada; Ferrand; ada@example.org
Zoé; Lefèvre; zoe@example.org; Maire
Léa; Roux; lea@example.org"""


@pytest.fixture
async def edition(site):
    return await site.edition(
        places=2, categories=[NewCategory(code="agent", name={"fr": "Agent public"})]
    )


@pytest.fixture
def send(client, edition):
    async def send(path="register/group", **given):
        values = {
            "coordinator_name": "Jeanne Blanc",
            "coordinator_email": "jeanne@example.org",
            "organisation": "Ville d’Albi",
            "category": "agent",
            "language": "fr",
            "people": PEOPLE,
        }
        sent = {**values, **given} if path == "register/group" else given
        return await client.post(f"/{edition.slug}/{path}", data=sent, headers=SAME_ORIGIN)

    return send


async def names(site, edition):
    rows = "select given_name, organisation, status::text from registration where edition_id = $1"
    return sorted(await site.rows(rows, edition.id))


async def test_each_of_a_group_has_an_own_place_ticket_and_letter(site, edition, send):
    answer = await send()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{edition.slug}/registered")
    got = await names(site, edition)
    assert [row[:2] for row in got] == [(n, "Ville d’Albi") for n in ("Ada", "Léa", "Zoé")]
    assert sorted(row[2] for row in got) == ["confirmed", "confirmed", "waiting"]
    letters = await site.letters(edition)
    assert sorted(to for _, to in letters) == [
        "ada@example.org", "jeanne@example.org", "lea@example.org", "zoe@example.org",
    ]  # fmt: skip
    assert ("group", "jeanne@example.org") in letters
    live = "select count(*) from ticket where edition_id = $1 and revoked_at is null"
    assert await site.value(live, edition.id) == 2
    groups = "select count(distinct group_id) from registration where edition_id = $1"
    assert await site.value(groups, edition.id) == 1


async def test_one_mistake_keeps_all_out_and_every_one_is_named(site, edition, send):
    answer = await send(
        people="Ada; Ferrand; ada@\nZoé; Lefèvre; zoe@example.org\nLéa", coordinator_email="x"
    )
    assert answer.status_code == 422
    assert "Ligne 1" in answer.text
    assert "Ligne 3" in answer.text
    assert 'id="coordinator_email-error"' in answer.text
    assert "Zoé; Lefèvre; zoe@example.org" in answer.text
    assert await names(site, edition) == []
    assert await site.letters(edition) == []


async def test_a_category_that_is_none_is_named_once(edition, send):
    answer = await send(category="king")
    assert answer.status_code == 422
    assert answer.text.count('id="category-error"') == 1
    assert "Ligne" not in answer.text


async def test_nobody_learns_who_was_registered_before(site, edition, client, send):
    fresh = await send()
    await site.value(
        "update registration set mailed_at = mailed_at - interval '1h' where edition_id = $1",
        edition.id,
    )
    again = await send()
    assert (fresh.status_code, fresh.text) == (again.status_code, again.text)
    data = "select data from outbox where edition_id = $1 and kind = 'group'"
    told = [row[0] for row in await site.rows(data, edition.id)]
    assert told == [told[0]] * 2
    assert len(await names(site, edition)) == 3


async def test_namesakes_are_asked_about(edition, site, send):
    people = "Ada; Ferrand; a@example.org\nAda; Ferrand; b@example.org"
    assert (await send(people=people)).status_code == 422
    assert (await send(people=people, namesakes="yes")).status_code == 303
    assert len(await names(site, edition)) == 2


async def test_a_closed_edition_takes_no_group(site, client, edition, send):
    await site.value("update edition set state = 'closed' where id = $1", edition.id)
    assert (await send()).status_code == 409
    assert (
        await site.value("select count(*) from registration_group where edition_id=$1", edition.id)
        == 0
    )


async def test_a_lost_link_is_sent_and_the_answer_never_tells(site, edition, send):
    await site.register(edition, category="agent", email="zoe@example.org")
    site.clock.forward(minutes=5)
    known = await send("link", email="Zoe@Example.org")
    unknown = await send("link", email="nobody@example.org")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert await site.letters(edition) == [
        ("confirmed", "zoe@example.org"),
        ("link", "zoe@example.org"),
    ]


async def test_a_link_is_not_sent_to_a_cancelled_one_nor_twice_in_five_minutes(site, edition, send):
    person = await site.register(edition, category="agent", email="zoe@example.org")
    for minutes in (5, 1, 4):
        site.clock.forward(minutes=minutes)
        await send("link", email="zoe@example.org")
    kinds = [kind for kind, _ in await site.letters(edition)]
    assert kinds == ["confirmed", "link", "link"]
    await site.cancel(edition, person)
    site.clock.forward(minutes=9)
    await send("link", email="zoe@example.org")
    assert [kind for kind, _ in await site.letters(edition)] == [*kinds, "cancelled"]


async def test_an_address_that_is_none_is_named(send):
    answer = await send("link", email="zoe@")
    assert (answer.status_code, 'value="zoe@"' in answer.text) == (422, True)


async def test_a_colleagues_letter_says_which_answers_are_missing_and_leads_to_them(
    lone_site,
):
    edition = await lone_site.edition(places=1)
    await lone_site.ask(edition, "dinner", "yes_no", required=True)
    await lone_site.ask(edition, "note", "text")
    values = {
        "coordinator_name": "Jeanne Blanc",
        "coordinator_email": "jeanne@example.org",
        "category": "agent",
        "language": "en",
        "people": "Ada; Ferrand; ada@example.org\nZoé; Lefèvre; zoe@example.org",
    }
    async with lone_site.client() as client:
        await client.post(f"/{edition.slug}/register/group", data=values, headers=SAME_ORIGIN)
        post = Memory()
        await lone_site.worker(post).send_due()
        mails = {one.recipient: one for one in post.mails}
        ada, zoe = mails["ada@example.org"], mails["zoe@example.org"]
        assert (ada.kind, zoe.kind) == ("confirmed", "waiting")
        for mail in (ada, zoe):
            assert "Answers of yours are still missing: dinner?\n" in mail.text
            link = re.search(r"http\S+/me/\S+/edit", mail.text)[0]
            assert (
                "Save my corrections"
                in (await client.get(link, headers={"accept-language": "en"})).text
            )
        own = link.removesuffix("/edit")
        page = (await client.get(own, headers={"accept-language": "en"})).text
        assert "Answers of yours are still missing:</p>\n<ul><li>dinner?</li></ul>" in page


async def test_who_registers_alone_has_nothing_missing(lone_site):
    edition = await lone_site.edition()
    await lone_site.ask(edition, "dinner", "yes_no", required=True)
    await lone_site.register(edition, answers={"dinner": True}, email="zoe@example.org")
    post = Memory()
    await lone_site.worker(post).send_due()
    [mail] = post.mails
    assert "/edit" not in mail.text
    assert "réponses" in mail.text  # those that may be changed, and no other line
    assert "manque" not in mail.text
