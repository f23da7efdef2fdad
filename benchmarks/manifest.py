"""Manifests of ten thousand tickets, whole and as they changed; how long the event loop is held."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import httpx
import msgspec
import uvloop
from msgspec import Struct
from structlog.testing import capture_logs

from badges.devices import service as devices
from badges.keys import open_keyring
from badges.scanner import manifest_queries
from benchmarks import Row
from benchmarks.people import admit
from benchmarks.site import Site, site
from benchmarks.ticking import Lag, p99, ticking
from forum.app import create_app
from forum.commands.installation import Installation
from forum.core import clock
from forum.core.context import Edition
from forum.core.db import Database, open_pool

NAME = "manifest"
PATH = "/api/device/manifest"
GATE = "main"
CHANGED = 10
MOST_TIMES_READING = 5
MOST_SHARE = 0.25
MOST_BYTES = 330
MOST_HELD_MS = 10
FEW = 800


class Told(Struct, frozen=True, kw_only=True):
    """What a benchmark reads of a manifest."""

    full: bool
    cursor: str
    tickets: list[msgspec.Raw]


class Taken(Struct, frozen=True, kw_only=True):
    """A manifest: how long it took, how many bytes it has, whether it was whole; its cursor."""

    ms: float
    size: int
    full: bool
    told: int
    cursor: str


class Measured(Struct, frozen=True, kw_only=True):
    """What was measured of one edition; `bare_ms` is what its rows take to read, alone.

    `lags` tell how the event loop did meanwhile, `idle` how it does with nothing to do.
    """

    cold: Taken
    whole: list[Taken]
    changed: list[Taken]
    bare_ms: list[float]
    lags: list[Lag]
    idle: list[Lag]


def run(*, tickets: int = 10_000, rounds: int = 7) -> list[Row]:
    """Ask for the manifest of an edition of `tickets`, and of one of fewer, `rounds` times each."""
    with site() as made:
        few = measured(made, "few", min(FEW, tickets), 2)
        many = measured(made, "many", tickets, rounds)
    return rows(tickets, few, many)


def rows(tickets: int, few: Measured, many: Measured) -> list[Row]:
    """Return how manifests stand to their goals."""
    whole_ms, bare_ms = median(one.ms for one in many.whole), median(many.bare_ms)
    changed_ms = median(one.ms for one in many.changed)
    each = many.cold.size / many.cold.told
    held_ms = [one.worked_ms for one in many.lags]
    late_ms, idle_ms = (p99([one.late_ms for one in some]) for some in (many.lags, many.idle))
    return [
        Row(
            work=f"manifest of {tickets:,}, whole",
            measured=f"{whole_ms:.0f} ms (the first {many.cold.ms:.0f})",
            limit=f"its rows alone: {bare_ms:.0f} ms",
            ratio=whole_ms / bare_ms,
            goal=f"≤ {MOST_TIMES_READING}",
            reached=whole_ms <= MOST_TIMES_READING * bare_ms,
        ),
        Row(
            work=f"manifest of {tickets:,}, {CHANGED} changed",
            measured=f"{changed_ms:.0f} ms, {many.changed[0].size:,} bytes",
            limit=f"whole: {whole_ms:.0f} ms",
            ratio=changed_ms / whole_ms,
            goal=f"≤ {MOST_SHARE}",
            reached=changed_ms <= MOST_SHARE * whole_ms,
        ),
        Row(
            work="manifest, bytes for each ticket",
            measured=f"{each:.0f} of {tickets:,}, {few.cold.size / few.cold.told:.0f} of {FEW}",
            limit=str(MOST_BYTES),
            ratio=each / MOST_BYTES,
            goal="≤ 1",
            reached=each <= MOST_BYTES,
        ),
        Row(
            work="manifests, event loop held at once, p99",
            measured=f"{p99(held_ms):.1f} ms (at most {max(held_ms):.1f}), {late_ms:.1f} ms late",
            limit=f"{MOST_HELD_MS} ms; with nothing to do {idle_ms:.1f} ms late",
            ratio=p99(held_ms) / MOST_HELD_MS,
            goal="≤ 1",
            reached=p99(held_ms) <= MOST_HELD_MS,
        ),
        Row(
            work=f"manifest, told of {CHANGED} changes",
            measured=f"{many.changed[0].told}",
            limit=f"{CHANGED}",
            ratio=many.changed[0].told / CHANGED,
            goal="= 1",
            reached={(one.told, one.full) for one in many.changed} == {(CHANGED, False)},
        ),
    ]


def measured(made: Site, slug: str, tickets: int, rounds: int) -> Measured:
    """Make an edition of so many tickets, and ask for its manifest."""
    edition = made.edition(slug=slug)

    async def prepare(inside: Installation) -> str:
        await admit(inside, edition, tickets)
        at = inside.now()
        code = await devices.add(inside.db, edition.id, "Phone", GATE, at=at, ids=inside.ids)
        return (await devices.enrol(inside.db, code, at=at, ids=inside.ids)).token

    token = made.work(prepare)
    with capture_logs():
        return uvloop.run(_measure(made, edition, token, rounds))


async def _measure(made: Site, edition: Edition, token: str, rounds: int) -> Measured:
    headers = {"authorization": f"Bearer {token}", "accept-encoding": "identity"}
    lags: list[Lag] = []
    idle: list[Lag] = []
    async with _opened(made) as (pool, client):

        async def ask(**query: str) -> Taken:
            begun = time.perf_counter()
            async with ticking(lags):
                answer = await client.get(PATH, params=query, headers=headers)
            took_ms = (time.perf_counter() - begun) * 1000
            told = msgspec.json.decode(answer.raise_for_status().content, type=Told)
            return Taken(
                ms=took_ms,
                size=len(answer.content),
                full=told.full,
                told=len(told.tickets),
                cursor=told.cursor,
            )

        cold = await ask()
        whole, changed, bare_ms = [], [], []
        for turn in range(rounds):
            whole.append(await ask())
            bare_ms.append(await _bare(pool, edition))
            async with ticking(idle):
                await asyncio.sleep(whole[-1].ms / 1000)
            await _change(pool, edition, turn)
            changed.append(await ask(since=whole[-1].cursor))
    return Measured(
        cold=cold,
        whole=whole,
        changed=changed,
        bare_ms=bare_ms,
        lags=lags,
        idle=idle,
    )


@asynccontextmanager
async def _opened(made: Site) -> AsyncIterator[tuple[Database, httpx.AsyncClient]]:
    """Open the site in this process; it keeps no manifest for the next who asks."""
    settings = made.settings()
    async with open_pool(str(settings.database_url)) as pool:
        async with pool.acquire() as db:
            keyring = await open_keyring(db, settings.secret_key, at=clock.now())
        app = create_app(settings, pool, keyring)
        app.app.app.state.parts.manifests.kept.fresh_s = 0
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            (await client.get("/health/ready")).raise_for_status()  # what begins is set up
            gc.collect()
            yield pool, client


async def _bare(pool: Database, edition: Edition) -> float:
    """Read the same rows alone."""
    async with pool.acquire() as db, db.transaction(readonly=True):
        begun = time.perf_counter()
        async for _ in manifest_queries.list_tickets(db, edition.id, None):
            pass
        return (time.perf_counter() - begun) * 1000


async def _change(pool: Database, edition: Edition, turn: int) -> None:
    async with pool.acquire() as db:
        await db.execute(
            """
            update registration set given_name = $2
             where edition_id = $1
               and id in (select id from registration where edition_id = $1 order by id limit $3)
            """,
            edition.id,
            f"Anne {turn}",
            CHANGED,
        )


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
