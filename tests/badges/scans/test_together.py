"""Scans recorded together: each request gets its own answers, and only its own failures."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest

from badges.models import Outcome
from badges.scans import together as module
from badges.scans.together import Together
from forum.core.db import DatabaseUnavailable
from tests.factories import DURING, Counting, scan


class Gated(Counting):
    """A pool that lends no connection before `open` is set; `broken` is raised instead, once."""

    def __init__(self, pool):
        super().__init__(pool)
        self.open = asyncio.Event()
        self.broken = []

    @asynccontextmanager
    async def acquire(self):
        await self.open.wait()
        if self.broken:
            raise self.broken.pop()
        async with super().acquire() as db:
            yield db


@pytest.fixture
def pool(site):
    return Gated(site.pool._pool)


@pytest.fixture
def together(site, pool):
    return Together(pool, site.keyring, lambda: DURING)


def about_scans(pool):
    """Return the statements sent, without the driver's own look at our types."""
    return [one for one in pool.statements if "from unnest($2::" in one]


async def arrive(*coroutines):
    """Let requests arrive, one after the other, and wait where they must."""
    tasks = [asyncio.create_task(one) for one in coroutines]
    await asyncio.sleep(0.01)
    return tasks


async def test_requests_that_come_together_share_two_statements(site, edition, pool, together):
    people = [await site.register(edition) for _ in range(20)]
    device, _ = await site.device(edition)
    tasks = await arrive(*(together.record(device, edition, [scan(p.token)]) for p in people))
    pool.open.set()
    got = await asyncio.gather(*tasks)
    await asyncio.sleep(0)  # the log of statements comes a moment after them
    assert [[one.outcome for one in answers] for answers in got] == [[Outcome.ADMITTED]] * 20
    assert len(about_scans(pool)) == 2


async def test_each_request_gets_the_answers_to_its_own_scans(site, edition, pool, together):
    pool.open.set()
    people = [await site.register(edition) for _ in range(6)]
    device, _ = await site.device(edition)
    batches = [[scan(one.token) for one in people[n : n + 3]] for n in (0, 3)]
    got = await asyncio.gather(*(together.record(device, edition, one) for one in batches))
    sent = [[one.id for one in batch] for batch in batches]
    assert [[one.id for one in answers] for answers in got] == sent


async def test_a_scan_at_two_devices_counts_at_the_gate_of_each(site, edition, pool, together):
    person = await site.register(edition)
    main, _ = await site.device(edition, "main")
    dinner, _ = await site.device(edition, "dinner")
    tasks = await arrive(
        *(together.record(one, edition, [scan(person.token, gate="?")]) for one in (main, dinner))
    )
    pool.open.set()
    got = [one.outcome for (one,) in await asyncio.gather(*tasks)]
    assert got == [Outcome.ADMITTED, Outcome.ADMITTED]
    stored = await site.rows("select device_id, gate from scan where edition_id = $1", edition.id)
    assert sorted(stored) == sorted([(main.id, "main"), (dinner.id, "dinner")])


async def test_the_first_to_come_is_the_one_admitted(site, edition, pool, together):
    person = await site.register(edition)
    device, _ = await site.device(edition)
    tasks = await arrive(
        *(together.record(device, edition, [scan(person.token)]) for _ in range(5))
    )
    pool.open.set()
    got = [one.outcome for (one,) in await asyncio.gather(*tasks)]
    assert got == [Outcome.ADMITTED] + [Outcome.ALREADY_IN] * 4


async def test_a_lost_connection_fails_those_of_its_group_and_they_may_send_again(
    site, edition, pool, together
):
    person = await site.register(edition)
    device, _ = await site.device(edition)
    one = scan(person.token)
    pool.broken = [ConnectionResetError()]
    tasks = await arrive(*(together.record(device, edition, [one]) for _ in range(3)))
    pool.open.set()
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(failure) for failure in failures] == [DatabaseUnavailable] * 3
    (answer,) = await together.record(device, edition, [one])
    assert answer.outcome is Outcome.ADMITTED


async def test_what_cannot_be_recorded_fails_alone(site, edition, pool, together):
    person = await site.register(edition)
    device, _ = await site.device(edition)
    strange = scan(person.token, seq=2**70)  # no database holds such a number
    tasks = await arrive(
        together.record(device, edition, [strange]),
        together.record(device, edition, [scan(person.token)]),
    )
    pool.open.set()
    failure, (answer,) = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(failure, asyncpg.DataError)
    assert answer.outcome is Outcome.ADMITTED


async def test_who_hangs_up_holds_up_nobody(site, edition, pool, together):
    people = [await site.register(edition) for _ in range(2)]
    device, _ = await site.device(edition)
    gone, stays = await arrive(
        *(together.record(device, edition, [scan(one.token)]) for one in people)
    )
    gone.cancel()
    pool.open.set()
    assert [one.outcome for one in await stays] == [Outcome.ADMITTED]
    assert (await site.gates(edition))["main"] == 2


async def test_no_group_is_larger_than_a_request_may_be(site, edition, pool, together, monkeypatch):
    monkeypatch.setattr(module, "MOST_AT_ONCE", 4)
    people = [await site.register(edition) for _ in range(9)]
    device, _ = await site.device(edition)
    batches = [[scan(one.token) for one in people[n : n + 3]] for n in (0, 3, 6)]
    tasks = await arrive(*(together.record(device, edition, one) for one in batches))
    pool.open.set()
    got = await asyncio.gather(*tasks)
    await asyncio.sleep(0)
    assert [len(answers) for answers in got] == [3, 3, 3]
    assert len(about_scans(pool)) == 6


async def test_tables_that_have_grown_are_analysed(site, edition, pool, together, monkeypatch):
    monkeypatch.setattr(together, "_look_at", 2)
    people = [await site.register(edition) for _ in range(4)]
    device, _ = await site.device(edition)
    pool.open.set()
    for one in people:
        await together.record(device, edition, [scan(one.token)])
    await asyncio.gather(*together._tasks)
    await asyncio.sleep(0)
    assert sum(one.startswith("analyze") for one in pool.statements) == 1
