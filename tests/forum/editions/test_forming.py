"""Changing the form of an edition: what is refused, what differs, and never below what is taken."""

import asyncio

import asyncpg
import pytest

from forum.core.errors import Invalid
from forum.editions import forming, queries
from forum.editions.models import (
    CategoryCodeTaken,
    CategoryNotFound,
    ConsentNotFound,
    EditionChanged,
    NewCategory,
    NewTerms,
)
from tests.factories import NOON, opened


async def test_a_change_counts_and_an_old_one_is_refused(site, edition):
    async with site.pool.acquire() as db:
        assert await forming.advance(db, edition.id, 1) == 2
        with pytest.raises(EditionChanged):
            await forming.advance(db, edition.id, 1)
        assert await forming.advance(db, edition.id, None) == 3


def test_only_what_differs_is_told():
    before, after = NewTerms(state="open", places=5), NewTerms(state="open", places=6)
    assert forming.differences(before, after) == {"places": [5, 6]}
    assert forming.differences(before, before) == {}
    gone = forming.differences(NewTerms(state="open"), None)
    assert gone["state"] == ["open", None]


async def test_what_is_not_there_is_said(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(CategoryNotFound):
            await forming.change_category(db, edition.id, NewCategory(code="king", name={}))
        with pytest.raises(CategoryCodeTaken):
            await forming.add_category(db, edition.id, NewCategory(code="press", name={"fr": "P"}))
        with pytest.raises(ConsentNotFound):
            await forming.reword_consent(db, edition.id, "none", {"fr": "x"}, at=NOON)


async def test_the_row_itself_refuses_places_below_those_taken(site, edition):
    await site.register(edition)
    await site.value("update edition set reserved = 5 where id = $1", edition.id)
    async with site.pool.acquire() as db:
        with pytest.raises(asyncpg.CheckViolationError, match="edition_not_overbooked"):
            await queries.update_terms(db, edition.id, NewTerms(state="open", places=5))


async def test_places_lowered_while_people_register_are_never_exceeded(pool, settings):
    async with opened(pool, settings) as site:
        edition = await site.edition(places=40)

        async def lower():
            for places in range(39, 9, -1):
                async with site.pool.acquire() as db, db.transaction():
                    await forming.advance(db, edition.id, None)
                    new = NewTerms(state="open", places=places)
                    try:
                        await forming.change_terms(db, edition.id, new)
                    except Invalid:
                        return

        await asyncio.gather(lower(), *(site.register(edition) for _ in range(40)))
        places, taken = (
            await site.rows("select places, taken from edition where id = $1", edition.id)
        )[0]
        assert taken <= places
        confirmed = await site.value(
            "select count(*) from registration where edition_id = $1 and status = 'confirmed'",
            edition.id,
        )
        assert confirmed == taken == places
