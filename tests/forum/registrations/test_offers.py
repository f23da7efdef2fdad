"""Offers that are accepted, declined, or over."""

import asyncio
from datetime import timedelta

import pytest

from forum.registrations import offers
from forum.registrations.models import NotPossible, OfferOver, Status


@pytest.fixture
async def offering(site):
    """An edition of one place that offers what is freed for a day."""
    return await site.edition(places=1, offer_hours=24)


async def line(site, edition, count=3):
    """Register so many people; return them, the first with the place."""
    return [await site.register(edition, email=f"p{n}@example.org") for n in range(count)]


async def statuses(site, edition, people):
    return [(await site.registered(edition, one.id)).status for one in people]


async def test_a_freed_place_is_offered_and_held(site, offering):
    people = await line(site, offering)
    await site.cancel(offering, people[0])
    assert await statuses(site, offering, people) == ["cancelled", "offered", "waiting"]
    assert await site.counts(offering) == ((1, 0), {"elected": (1, 0)})
    until = await site.value("select offer_until from registration where id = $1", people[1].id)
    assert until == site.clock.at + timedelta(hours=24)
    assert ("offer", "p1@example.org") in await site.letters(offering)
    assert (await site.registered(offering, people[1].id)).token is None


async def test_who_accepts_has_the_place_and_a_ticket(site, offering):
    people = await line(site, offering)
    await site.cancel(offering, people[0])
    for _ in range(2):
        await site.do(offers.accept, offering, people[1].id)
    assert await statuses(site, offering, people) == ["cancelled", "confirmed", "waiting"]
    assert await site.counts(offering) == ((1, 0), {"elected": (1, 0)})
    assert (await site.registered(offering, people[1].id)).token is not None
    kinds = [kind for kind, to in await site.letters(offering) if to == "p1@example.org"]
    assert kinds == ["waiting", "offer", "confirmed"]


async def test_who_declines_passes_it_on(site, offering):
    people = await line(site, offering)
    await site.cancel(offering, people[0])
    await site.cancel(offering, people[1])
    assert await statuses(site, offering, people) == ["cancelled", "cancelled", "offered"]
    assert await site.counts(offering) == ((1, 0), {"elected": (1, 0)})


async def test_an_offer_that_is_over_passes_on_by_itself(site, offering):
    people = await line(site, offering)
    await site.cancel(offering, people[0])
    site.clock.forward(hours=24)
    with pytest.raises(OfferOver):
        await site.do(offers.accept, offering, people[1].id)
    for _ in range(2):
        await site.do(offers.end_overdue)
    assert await statuses(site, offering, people) == ["cancelled", "cancelled", "offered"]
    assert ("lapsed", "p1@example.org") in await site.letters(offering)
    with pytest.raises(OfferOver):
        await site.do(offers.accept, offering, people[1].id)
    assert await site.counts(offering) == ((1, 0), {"elected": (1, 0)})


async def test_the_last_offer_leaves_the_place_free(site, offering):
    people = await line(site, offering, count=2)
    await site.cancel(offering, people[0])
    site.clock.forward(hours=25)
    await site.do(offers.end_overdue)
    assert await statuses(site, offering, people) == ["cancelled", "cancelled"]
    assert await site.counts(offering) == ((0, 0), {})
    assert (await site.register(offering)).status == "confirmed"


async def test_who_waits_has_nothing_to_accept(site, offering):
    people = await line(site, offering)
    with pytest.raises(NotPossible):
        await site.do(offers.accept, offering, people[1].id)


async def test_accepting_and_ending_at_once_give_the_place_to_one(site, offering):
    people = await line(site, offering)
    await site.cancel(offering, people[0])

    async def accept():
        try:
            return (await site.do(offers.accept, offering, people[1].id)).status
        except OfferOver:
            return None

    async def end():
        async with site.pool.acquire() as db:
            await offers.end_overdue(db, at=site.clock.at + timedelta(hours=24), ids=site.ids)

    got, *_ = await asyncio.gather(accept(), end(), end())
    now = await statuses(site, offering, people)
    if got is Status.CONFIRMED:
        assert now == ["cancelled", "confirmed", "waiting"]
    else:
        assert now == ["cancelled", "cancelled", "offered"]
    assert await site.counts(offering) == ((1, 0), {"elected": (1, 0)})
