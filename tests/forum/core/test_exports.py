"""Exports under way: one snapshot, few at once, and readers who leave, wait or ask too much."""

import asyncio
import json
import os
from contextlib import asynccontextmanager

import asyncpg
import pytest

from forum.core import exports as exports_core
from forum.core.db import DatabaseUnavailable
from forum.core.exports import Exports, ExportsBusy
from forum.core.sheets import Format
from forum.core.spool import CutShort
from forum.registrations import columns, downloads
from forum.registrations.downloads import RegistrationsExport
from forum.registrations.exporting import Order
from tests.factories import eventually

JSON = Order(format=Format.JSON, columns=("family_name",))


class Tapped:
    """A pool whose cursors wait before each batch until they are let go on."""

    def __init__(self, pool):
        self.pool = pool
        self.lent = 0
        self.permits = asyncio.Semaphore(0)
        self.fetched = 0
        self.breaks = False

    @asynccontextmanager
    async def acquire(self):
        async with self.pool.acquire() as db:
            self.lent += 1
            try:
                yield Held(db, self)
            finally:
                self.lent -= 1

    def let(self, batches=1000):
        for _ in range(batches):
            self.permits.release()


class Held:
    """A connection of a tapped pool."""

    def __init__(self, db, pool):
        self.db, self.pool = db, pool

    def __getattr__(self, name):
        return getattr(self.db, name)

    async def cursor(self, *arguments):
        held, pool = await self.db.cursor(*arguments), self.pool

        class Waiting:
            async def fetch(self, size):
                await pool.permits.acquire()
                pool.fetched += 1
                if pool.breaks and pool.fetched > 1:
                    raise asyncpg.ConnectionDoesNotExistError
                return await held.fetch(size)

        return Waiting()


@pytest.fixture
def tapped(site):
    return Tapped(site.pool)


@pytest.fixture
def exports(tapped, tmp_path):
    return Exports(tapped, tmp_path / "exports")


@pytest.fixture
def offered(site, edition):
    async def ask():
        async with site.pool.acquire() as db:
            return await downloads.offered(db, edition, needs=True)

    return ask


@pytest.fixture
def begin(exports, offered, edition):
    async def ask(order=JSON):
        wanted = columns.chosen(await offered(), order.columns)
        return await exports.begin(RegistrationsExport(edition=edition, order=order, wanted=wanted))

    return ask


async def whole(running):
    return b"".join([chunk async for chunk in running.read()])


async def test_an_export_is_one_snapshot(site, edition, tapped, begin):
    for name in ("Bo", "Al"):
        await site.register(edition, family_name=name)
    running = await begin()
    await site.register(edition, family_name="Cy")
    assert running.number.result() == 2
    tapped.let()
    assert json.loads(await whole(running)) == [{"family_name": "Al"}, {"family_name": "Bo"}]


async def test_it_may_read_and_nothing_else(site, edition, begin, tapped, monkeypatch):
    seen = {}

    async def look(db, edition_id, order):
        seen["only"] = await db.fetchval("show transaction_read_only")
        seen["level"] = await db.fetchval("show transaction_isolation")
        seen["idle"] = await db.fetchval("show idle_in_transaction_session_timeout")
        return 0

    monkeypatch.setattr(downloads, "count", look)
    tapped.let()
    await whole(await begin())
    assert seen == {"only": "on", "level": "repeatable read", "idle": "1min"}


async def test_few_run_at_once_and_the_next_is_told_when_to_come_back(tapped, begin, exports):
    running = [await begin() for _ in range(exports_core.AT_ONCE)]
    with pytest.raises(ExportsBusy) as caught:
        await begin()
    assert caught.value.headers == {"Retry-After": "5"}
    assert tapped.lent == exports_core.AT_ONCE
    tapped.let()
    for one in running:
        await whole(one)
    await eventually(lambda: not exports.under_way)
    await whole(await begin())


async def test_those_who_come_at_one_moment_are_counted_too(tapped, begin, exports):
    asked = await asyncio.gather(*(begin() for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, ExportsBusy) for one in asked) == 6 - exports_core.AT_ONCE
    tapped.let()
    await eventually(lambda: not exports.under_way)


async def test_a_slow_reader_holds_no_connection(site, edition, tapped, begin):
    names = sorted([(await site.register(edition)).family_name for _ in range(3)])
    tapped.let()
    running = await begin()
    await eventually(lambda: tapped.lent == 0)  # before a byte was read
    assert sorted(one["family_name"] for one in json.loads(await whole(running))) == names


async def test_who_leaves_frees_the_connection(site, edition, tapped, begin, monkeypatch):
    monkeypatch.setattr(exports_core, "ROWS", 1)
    for _ in range(5):
        await site.register(edition)
    running = await begin()
    reading = running.read()
    tapped.let(1)
    assert (await anext(reading)).startswith(b'[\n{"family_name"')
    await reading.aclose()
    tapped.let()
    await eventually(lambda: tapped.lent == 0)
    assert tapped.fetched == 2  # the second was on its way


async def test_an_export_that_is_not_answered_ends(site, edition, tapped, begin):
    await site.register(edition)
    running = await begin()
    running.stop()
    tapped.let()
    await eventually(lambda: tapped.lent == 0)
    assert tapped.fetched <= 1


async def test_a_database_that_is_lost_cuts_the_file_short(
    site, edition, tapped, begin, monkeypatch
):
    monkeypatch.setattr(exports_core, "ROWS", 1)
    for _ in range(3):
        await site.register(edition)
    tapped.breaks = True
    running = await begin()
    tapped.let()
    with pytest.raises(CutShort):
        await whole(running)
    await eventually(lambda: tapped.lent == 0)


async def test_no_row_stays_on_disk_whether_a_workbook_is_whole_or_not(
    site, edition, exports, tapped, begin, monkeypatch
):
    monkeypatch.setattr(exports_core, "ROWS", 1)
    for _ in range(3):
        await site.register(edition)
    running = await begin(Order())
    tapped.let(1)
    await eventually(lambda: tapped.fetched == 1)
    [beside] = exports.folder.iterdir()
    assert beside.name.startswith(exports_core.PREFIX)
    running.stop()
    tapped.let()
    await eventually(lambda: not exports.under_way)
    assert [*exports.folder.iterdir()] == []
    assert (await whole(await begin(Order()))).startswith(b"PK")
    assert [*exports.folder.iterdir()] == []


async def test_what_an_export_left_that_died_is_swept(tmp_path):
    old, new, other = (tmp_path / name for name in ("rows-old", "rows-new", "other"))
    for one in (old, new, other):
        one.mkdir()
        (one / "rows").write_text("x")
    os.utime(old, (1000, 1000))
    os.utime(other, (1000, 1000))
    exports_core.sweep(tmp_path, 2000)
    assert {one.name for one in tmp_path.iterdir()} == {"rows-new", "other"}


async def test_without_a_database_nothing_begins(edition, tmp_path):
    class Gone:
        def acquire(self):
            raise DatabaseUnavailable

    exports = Exports(Gone(), tmp_path)
    with pytest.raises(DatabaseUnavailable):
        await exports.begin(RegistrationsExport(edition=edition, order=JSON, wanted=[]))
    await eventually(lambda: not exports.under_way)
