"""The form changed: places raised, lowered, and given to whoever waits in the same transaction."""

import asyncio

import pytest

from forum.core.errors import Invalid
from forum.editions.models import EditionChanged, NewCategory
from forum.pages import form_changes
from tests.factories import FORM, setting_places


async def set_places(site, edition, category, count, **given):
    work = setting_places(edition, category, count)
    return await site.do(form_changes.change, edition, work, **{**FORM, **given})


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
    assert await set_places(site, tight, None, 5) == 2
    assert await site.counts(tight) == ((5, 0), {"press": (1, 0), "agent": (4, 0)})
    assert (await of(site, tight)).count("waiting") == 2


async def test_raising_a_category_brings_in_nobody_while_the_edition_is_full(site, tight):
    assert await set_places(site, tight, "press", 9) == 0
    assert await set_places(site, tight, None, 4) == 1
    assert await site.counts(tight) == ((4, 0), {"press": (2, 0), "agent": (2, 0)})


async def test_taking_the_limits_away_brings_in_everybody(site, tight):
    await set_places(site, tight, "press", None)
    assert await set_places(site, tight, None, None) == 4
    assert await of(site, tight) == ["confirmed"] * 7


async def test_places_that_are_taken_cannot_be_taken_away(site, tight):
    for category, count in ((None, 2), ("agent", 1)):
        with pytest.raises(Invalid) as refused:
            await set_places(site, tight, category, count)
        assert refused.value.fields.keys() == {"places"}
    await set_places(site, tight, "agent", 2)
    assert await site.counts(tight) == ((3, 0), {"press": (1, 0), "agent": (2, 0)})


async def test_reserved_places_cannot_be_taken_away_either(site):
    edition = await site.edition(places=3)
    await site.invite(edition, category="agent", uses=2, reserves=True)
    await site.register(edition)
    with pytest.raises(Invalid) as refused:
        await set_places(site, edition, None, 2)
    assert str(refused.value.fields["places"]).startswith("1 places are taken and 2 reserved")


async def test_raised_by_many_at_once_each_place_is_given_once(site, tight):
    given = await asyncio.gather(
        *(set_places(site, tight, None, 5) for _ in range(4)),
        *(set_places(site, tight, "press", 1) for _ in range(4)),
    )
    assert sum(given) == 2
    assert await site.counts(tight) == ((5, 0), {"press": (1, 0), "agent": (4, 0)})
    assert (await of(site, tight)).count("confirmed") == 5


async def test_of_two_who_saw_the_same_form_one_changes_it(site, tight):
    done = await asyncio.gather(
        *(set_places(site, tight, None, places, revision=1) for places in (4, 5)),
        return_exceptions=True,
    )
    [refused] = [one for one in done if isinstance(one, EditionChanged)]
    [given] = [one for one in done if isinstance(one, int)]
    assert (refused.status, given) in {(412, 1), (412, 2)}
    deeds = "select count(*) from audit where edition_id = $1 and action = 'form_terms'"
    assert await site.value(deeds, tight.id) == 1
