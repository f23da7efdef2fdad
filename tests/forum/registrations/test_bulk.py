"""One deed on many: each whole, none by half, even when the database goes in between."""

import asyncpg
import msgspec
import pytest

from forum.registrations import bulk, listing_queries
from forum.registrations.bulk import ManyDeed, Order
from forum.registrations.models import Status
from tests.pages.samples import ROW


async def rows(site, edition, people):
    async with site.pool.acquire() as db:
        return await listing_queries.list_named(db, edition.id, [one.reference for one in people])


@pytest.mark.parametrize(
    ("order", "statuses"),
    [
        (Order(deed=ManyDeed.APPROVE), {"pending"}),
        (Order(deed=ManyDeed.APPROVE, beyond=True), {"pending", "waiting"}),
        (Order(deed=ManyDeed.REFUSE), {"pending"}),
        (Order(deed=ManyDeed.CANCEL), {"pending", "confirmed", "waiting", "offered"}),
        (
            Order(deed=ManyDeed.MOVE, category="press"),
            {"pending", "confirmed", "waiting", "offered"},
        ),
        (Order(deed=ManyDeed.MOVE, category=ROW.category), set()),
    ],
)
def test_what_a_deed_would_change(order, statuses):
    found = {
        status.value
        for status in Status
        if bulk.applies(order, msgspec.structs.replace(ROW, status=status))
    }
    assert found == statuses


class Cut:
    """A connection that breaks at the `at`-th transaction."""

    def __init__(self, db, at):
        self._db = db
        self._left = at

    def __getattr__(self, name):
        return getattr(self._db, name)

    def transaction(self):
        self._left -= 1
        if not self._left:
            raise asyncpg.ConnectionDoesNotExistError
        return self._db.transaction()


async def test_what_was_cut_is_sent_again_without_harm(site, edition):
    people = [await site.register(edition) for _ in range(4)]
    order = Order(deed=ManyDeed.CANCEL)
    given = {"actor": "organiser:test", "at": site.clock.at, "ids": site.ids}
    async with site.pool.acquire() as db:
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await bulk.do(Cut(db, 3), edition, order, await rows(site, edition, people), **given)
    after = [one.status for one in await rows(site, edition, people)]
    assert sorted(after) == ["cancelled", "cancelled", "confirmed", "confirmed"]
    async with site.pool.acquire() as db:
        done = await bulk.do(db, edition, order, await rows(site, edition, people), **given)
    assert sorted(one.changed for one in done) == [False, False, True, True]
    assert await site.counts(edition) == ((0, 0), {})
    kinds = [kind for kind, _ in await site.letters(edition)]
    assert kinds.count("cancelled") == 4
