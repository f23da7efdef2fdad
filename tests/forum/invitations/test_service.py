"""Invitations: made, looked up, used, ended, with their places."""

import asyncio
from datetime import timedelta

import pytest

from forum.core.errors import Invalid
from forum.editions.models import NewCategory
from forum.invitations import queries, service
from forum.invitations.models import (
    CodeTaken,
    InvitationNotFound,
    NewInvitation,
    NoPlacesToReserve,
)
from forum.invitations.rules import ELSEWHERE, OVER, UNKNOWN, USED, mistakes, spelled
from forum.registrations import offers, places
from tests.factories import NOON, answers

INVITED = NewCategory(code="speaker", name={"fr": "Intervenant"}, invitation_only=True)
AGENT = NewCategory(code="agent", name={"fr": "Agent public"})


@pytest.fixture
async def small(site):
    """An edition of three places, of which two for agents."""
    agent = NewCategory(code="agent", name={"fr": "Agent public"}, places=2)
    return await site.edition(places=3, categories=[agent, INVITED])


async def made_of(site, edition):
    async with site.pool.acquire() as db:
        return await queries.list_page(db, edition.id, None, 100)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("maires 2027", "MAIRES-2027"),
        (" Maires - 2027 ", "MAIRES-2027"),
        ("K7QM-4TXV", "K7QM-4TXV"),
    ],
)
def test_a_code_is_spelled_one_way(typed, stored):
    assert spelled(typed) == stored


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {}),
        ({"category": "agent", "reserves": True, "uses": 5}, {}),
        ({"category": "king"}, {"category"}),
        ({"reserves": True}, {"category"}),
        ({"expires_at": NOON}, {"expires_at"}),
        ({"email": "a@example.org", "uses": 2}, {"uses"}),
        ({"email": "a@example.org", "name": "Ada"}, {}),
    ],
)
def test_what_may_be_invited(given, fields):
    assert mistakes(NewInvitation(**given), categories=["agent"], at=NOON).keys() == set(fields)


async def test_a_code_is_made_where_none_is_given_and_nobody_elses(site, edition):
    first = await site.invite(edition)
    second = await site.invite(edition)
    assert first.code != second.code
    named = await site.invite(edition, code="maires 2027")
    assert named.code == "MAIRES-2027"
    with pytest.raises(CodeTaken):
        await site.invite(edition, code="Maires-2027")
    assert (await site.invite(await site.edition(), code="MAIRES-2027")).code == named.code


async def test_many_are_made_or_none_and_each_mistake_is_numbered(site, edition):
    news = [NewInvitation(), NewInvitation(category="king"), NewInvitation(reserves=True)]
    with pytest.raises(Invalid) as caught:
        await site.do(service.create, edition, news, actor="organiser:test")
    assert caught.value.fields.keys() == {"2.category", "3.category"}
    assert await made_of(site, edition) == []


async def test_reserved_places_are_kept_from_everybody_else(site, small):
    await site.invite(small, code="A", category="agent", uses=2, reserves=True)
    assert await site.counts(small) == ((0, 2), {"agent": (0, 2)})
    waits = await site.register(small, category="agent")
    assert waits.status == "waiting"
    comes = await site.register(small, category="agent", invitation="a")
    assert comes.status == "confirmed"
    assert await site.counts(small) == ((1, 1), {"agent": (1, 1)})


async def test_no_more_places_are_reserved_than_there_are(site, small):
    await site.register(small, category="agent")
    with pytest.raises(NoPlacesToReserve):
        await site.invite(small, category="agent", uses=2, reserves=True)
    with pytest.raises(NoPlacesToReserve):
        await site.invite(small, category="speaker", uses=3, reserves=True)
    assert await site.counts(small) == ((1, 0), {"agent": (1, 0)})
    assert await made_of(site, small) == []


async def test_a_revoked_one_gives_its_places_to_whoever_waits(site, small):
    kept = await site.invite(small, code="A", category="agent", uses=2, reserves=True)
    waits = await site.register(small, category="agent")
    for _ in range(2):
        await site.do(places.end_invitation, small, kept.id, actor="organiser:test")
    assert (await site.registered(small, waits.id)).status == "confirmed"
    assert await site.counts(small) == ((1, 0), {"agent": (1, 0)})
    with pytest.raises(Invalid) as caught:
        await site.register(small, category="agent", invitation="A")
    assert caught.value.fields == {"invitation": OVER}


async def test_what_is_too_old_gives_its_places_back_by_itself(site, small):
    until = NOON + timedelta(days=1)
    await site.invite(small, category="agent", uses=2, reserves=True, expires_at=until)
    waits = await site.register(small, category="agent")
    await site.do(offers.end_overdue)
    assert (await site.registered(small, waits.id)).status == "waiting"
    site.clock.forward(days=1)
    for _ in range(2):
        await site.do(offers.end_overdue)
    assert (await site.registered(small, waits.id)).status == "confirmed"
    assert await site.counts(small) == ((1, 0), {"agent": (1, 0)})


async def test_a_category_by_invitation_opens_to_its_code_alone(site, small):
    with pytest.raises(Invalid) as caught:
        await site.register(small, category="speaker")
    assert caught.value.fields.keys() == {"invitation"}
    await site.invite(small, code="A", category="agent")
    await site.invite(small, code="S", category="speaker")
    for code, why in (("none", UNKNOWN), ("A", ELSEWHERE)):
        with pytest.raises(Invalid) as caught:
            await site.register(small, category="speaker", invitation=code)
        assert caught.value.fields == {"invitation": why}
    assert (await site.register(small, category="speaker", invitation="s")).status == "confirmed"
    with pytest.raises(Invalid) as caught:
        await site.register(small, category="speaker", invitation="S")
    assert caught.value.fields == {"invitation": USED}


async def test_a_code_lets_in_beyond_the_limit_and_takes_no_place(site, small):
    await site.invite(small, code="VIP", uses=9, bypass_limit=True)
    for _ in range(3):
        await site.register(small, category="agent")
    guest = await site.register(small, category="agent", invitation="VIP")
    assert guest.status == "confirmed"
    assert await site.counts(small) == ((2, 0), {"agent": (2, 0)})
    await site.cancel(small, guest)
    rows = "select status::text from registration where edition_id = $1"
    statuses = sorted(status for (status,) in await site.rows(rows, small.id))
    assert statuses == ["cancelled", "confirmed", "confirmed", "waiting"]
    assert await site.counts(small) == ((2, 0), {"agent": (2, 0)})


async def test_while_there_is_room_the_guest_of_the_house_takes_a_place(site, small):
    await site.invite(small, code="VIP", bypass_limit=True)
    await site.register(small, category="agent", invitation="VIP")
    assert await site.counts(small) == ((1, 0), {"agent": (1, 0)})


async def test_an_address_that_waits_is_helped_on_by_its_code(site, small):
    await site.invite(small, code="VIP", bypass_limit=True)
    people = [await site.register(small, category="agent") for _ in range(2)]
    waits = await site.register(small, category="agent", email="zoe@example.org")
    again = await site.register(small, category="agent", email="Zoe@example.org", invitation="vip")
    assert (waits.status, again.status, again.id) == ("waiting", "confirmed", waits.id)
    assert await site.counts(small) == ((2, 0), {"agent": (2, 0)})
    assert [(await site.registered(small, one.id)).status for one in people] == ["confirmed"] * 2
    assert [one.used for one in await made_of(site, small)] == [1]


async def test_registering_again_uses_no_code_up(site, small):
    await site.invite(small, code="S", category="speaker", uses=2)
    for _ in range(2):
        await site.register(small, category="speaker", invitation="S", email="zoe@example.org")
    assert [one.used for one in await made_of(site, small)] == [1]


async def test_forty_at_once_with_a_code_good_for_ten(site):
    edition = await site.edition(categories=[AGENT, INVITED])
    made = await site.invite(edition, code="S", category="speaker", uses=10, reserves=True)

    async def come():
        try:
            return (await site.register(edition, category="speaker", invitation="S")).status
        except Invalid as invalid:
            return invalid.fields["invitation"]

    got = await asyncio.gather(*(come() for _ in range(40)))
    assert (got.count("confirmed"), got.count(USED)) == (10, 30)
    assert await site.counts(edition) == ((10, 0), {"speaker": (10, 0)})
    async with site.pool.acquire() as db:
        stored = await queries.find_by_code(db, edition.id, made.code)
    assert (stored.used, stored.left) == (10, 0)


async def test_nobody_ends_what_is_of_another_edition(site, small):
    other = await site.edition()
    made = await site.invite(small)
    with pytest.raises(InvitationNotFound):
        await site.do(places.end_invitation, other, made.id, actor="organiser:test")


@pytest.mark.parametrize("code", ["A\u0000B", "x" * 41, "'; --", 7, ["A"], {}])
async def test_a_strange_code_is_only_unknown(client, edition, code):
    path = f"/api/editions/{edition.slug}/registrations"
    answer = await client.post(path, json={**answers(), "invitation": code})
    assert (answer.status_code, answer.json()["fields"].keys()) == (422, {"invitation"})


async def test_a_code_of_which_nothing_can_be_seen_is_none(client, edition):
    path = f"/api/editions/{edition.slug}/registrations"
    answer = await client.post(path, json={**answers(), "invitation": "\u0000"})
    assert answer.status_code == 202
