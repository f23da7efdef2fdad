"""The SQL of exports: in order, by batches, with nothing that was not asked for."""

from datetime import timedelta

import pytest

from forum.core import exports
from forum.registrations import export_queries, listing
from forum.registrations.listing import Filter
from forum.registrations.models import Status
from tests.factories import NOON


@pytest.fixture
async def people(site, edition):
    await site.ask(edition, "seats", "number")
    await site.ask(edition, "dinner", "yes_no")
    await site.ask(edition, "diet", "text", sensitive=True)
    given = {"seats": 2, "dinner": True, "diet": "sans sel"}
    names = ("Œuvrard", "Lefèvre", "Martin")
    return [await site.register(edition, family_name=name, answers=given) for name in names]


@pytest.fixture
def read(site, edition):
    """Read an export; return its batches."""

    async def ask(filter_=Filter(), references=None, **wanted):  # noqa: B008 -- it is frozen
        asked = {"answers": [], "needs": [], "consents": False, "size": 2, **wanted}
        async with site.pool.acquire() as db, db.transaction():
            meant = listing.parameters(filter_, edition)
            number = await export_queries.count(db, meant, references)
            found = [rows async for rows in export_queries.stream(db, meant, references, **asked)]
        assert number == sum(map(len, found))
        return found

    return ask


async def test_rows_come_by_name_in_batches(read, people):
    found = await read()
    assert [[row.family_name for row in rows] for rows in found] == [
        ["Lefèvre", "Martin"],
        ["Œuvrard"],
    ]
    first = found[0][0]
    assert (first.status, first.category_name["fr"]) == (Status.CONFIRMED, "Élu")
    assert (first.answers, first.needs, first.consents) == (None, None, None)


async def test_only_the_questions_that_were_named_are_read(read, people):
    [[one]] = await read(references=[people[0].reference], answers=["seats", "diet"])
    assert (one.answers, one.needs) == ({"seats": 2}, None)
    [[one]] = await read(references=[people[0].reference], needs=["seats", "diet"])
    assert (one.answers, one.needs) == (None, {"diet": "sans sel"})


async def test_references_of_another_edition_find_nobody(site, read, people):
    other = await site.register(await site.edition())
    assert await read(references=[other.reference]) == []


async def test_the_filter_is_that_of_the_table(read, people):
    assert await read(Filter(status=(Status.WAITING,))) == []
    [[one]] = await read(Filter(q="lef"))
    assert one.family_name == "Lefèvre"


async def test_the_bounds_end_with_the_transaction(site):
    async with site.pool.acquire() as db:
        async with db.transaction():
            await exports.bound(db, milliseconds=60_000)
            assert await db.fetchval("show statement_timeout") == "1min"
        assert await db.fetchval("show statement_timeout") == "0"
        assert await db.fetchval("show idle_in_transaction_session_timeout") == "0"


async def test_of_a_consent_given_again_the_last_giving_is_told(site, edition, read):
    person = await site.register(edition, consents=["photos"])
    await site.withdraw(edition, person)
    site.clock.forward(hours=1)
    await site.agree(edition, person)
    [[one]] = await read(references=[person.reference], consents=True)
    assert one.consents["photos"] == (NOON + timedelta(hours=1), None)
    await site.withdraw(edition, person)
    [[one]] = await read(references=[person.reference], consents=True)
    assert one.consents["photos"] == (NOON + timedelta(hours=1),) * 2
