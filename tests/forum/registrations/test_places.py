"""Places raised, lowered, and given to whoever waits."""

import asyncio

import pytest

from forum.editions.models import NewCategory
from forum.registrations import places
from forum.registrations.models import PlacesTaken

TEAM = {"actor": "organiser:test"}


async def of(site, edition):
    rows = (
        "select status::text from registration where edition_id = $1 order by created_at, reference"
    )
    return sorted(status for (status,) in await site.rows(rows, edition.id))


@pytest.fixture
async def tight(site):
    """An edition of three places, one of them for the press, with two who wait for each."""
    edition = await site.edition(
        places=3,
        categories=[
            NewCategory(code="press", name={"fr": "Presse"}, places=1),
            NewCategory(code="agent", name={"fr": "Agent public"}),
        ],
    )
    for category in ("press", "agent", "agent", "press", "agent", "press", "agent"):
        await site.register(edition, category=category)
    return edition


async def test_raising_the_edition_brings_in_those_whose_category_has_room(site, tight):
    assert await site.do(places.set_places, tight, None, 5, **TEAM) == 2
    assert await site.counts(tight) == ((5, 0), {"press": (1, 0), "agent": (4, 0)})
    assert (await of(site, tight)).count("waiting") == 2


async def test_raising_a_category_brings_in_nobody_while_the_edition_is_full(site, tight):
    assert await site.do(places.set_places, tight, "press", 9, **TEAM) == 0
    assert await site.do(places.set_places, tight, None, 4, **TEAM) == 1
    assert await site.counts(tight) == ((4, 0), {"press": (2, 0), "agent": (2, 0)})


async def test_taking_the_limits_away_brings_in_everybody(site, tight):
    await site.do(places.set_places, tight, "press", None, **TEAM)
    assert await site.do(places.set_places, tight, None, None, **TEAM) == 4
    assert await of(site, tight) == ["confirmed"] * 7


async def test_places_that_are_taken_cannot_be_taken_away(site, tight):
    for category, count in ((None, 2), ("agent", 1)):
        with pytest.raises(PlacesTaken):
            await site.do(places.set_places, tight, category, count, **TEAM)
    await site.do(places.set_places, tight, "agent", 2, **TEAM)
    assert await site.counts(tight) == ((3, 0), {"press": (1, 0), "agent": (2, 0)})


async def test_reserved_places_cannot_be_taken_away_either(site):
    edition = await site.edition(places=3)
    await site.invite(edition, category="agent", uses=2, reserves=True)
    await site.register(edition)
    with pytest.raises(PlacesTaken):
        await site.do(places.set_places, edition, None, 2, **TEAM)


async def test_raised_by_many_at_once_each_place_is_given_once(site, tight):
    given = await asyncio.gather(
        *(site.do(places.set_places, tight, None, 5, **TEAM) for _ in range(4)),
        *(site.do(places.promote_after_change, tight) for _ in range(4)),
    )
    assert sum(given) == 2
    assert await site.counts(tight) == ((5, 0), {"press": (1, 0), "agent": (4, 0)})
    assert (await of(site, tight)).count("confirmed") == 5
