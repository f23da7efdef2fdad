"""One badge at a desk, from click to PDF, and how an event loop does while a run is drawn."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from statistics import median

import httpx
import uvloop

from badges.keys import open_keyring
from badges.layouts.shipped import SHIPPED
from badges.models import Badge, BadgeRun
from badges.printing import runs
from badges.printing.press import render
from badges.printing.run_models import Order, RunState
from badges.printing.run_worker import RunWorker
from benchmarks import Row
from benchmarks.people import admit
from benchmarks.search import signed_in
from benchmarks.site import ROOT, Server, Site, site
from forum.commands.installation import Installation
from forum.core import clock
from forum.core.context import Edition
from forum.core.db import open_pool
from forum.core.ids import Ids
from forum.editions import service as editions

NAME = "reprint"
MANY = 8_000
REPRINTS = 40
COLD_STARTS = 3
MOST_MS = 100
MOST_LAG_MS = 10
LOOK_EVERY_S = 0.001
USUAL = "a6"


def run(*, many: int = MANY) -> list[Row]:
    """Print single badges at a desk, then a run of `many` beside a loop that looks at its clock."""
    with site() as made:
        edition = made.edition()
        made.work(lambda inside: admit(inside, edition, many))
        job = made.work(lambda inside: collect(inside, edition))
        with made.serving() as server:
            click_ms = clicked(made, server, edition, job.badges[0].reference)
        inside_ms = median_ms(lambda: draw(job.run, job.badges[0]), REPRINTS)
        cold_ms = median_ms(cold, COLD_STARTS)
        lag_ms, took_s = uvloop.run(beside(made, edition))
    return [
        row("click to PDF at a desk, against 100 ms", click_ms, MOST_MS, click_ms / MOST_MS, 1),
        row("click to PDF, against the drawing alone", click_ms, inside_ms, click_ms / inside_ms),
        row("click to PDF, against a process begun for it", click_ms, cold_ms, click_ms / cold_ms),
        row(
            f"p99 lag of the loop, {many} badges in {took_s:.1f} s",
            lag_ms,
            MOST_LAG_MS,
            lag_ms / MOST_LAG_MS,
            1,
        ),
    ]


def row(work: str, ours_ms: float, limit_ms: float, ratio: float, most: float | None = None) -> Row:
    """Return a line of the table; without `most` it is for information."""
    return Row(
        work=work,
        measured=f"{ours_ms:.1f} ms",
        limit=f"{limit_ms:.1f} ms",
        ratio=ratio,
        goal="—" if most is None else f"≤ {most:g}",
        reached=most is None or ratio <= most,
    )


async def collect(inside: Installation, edition: Edition) -> runs.PrintJob:
    """Return the badges of all."""
    return await runs.collect(inside.db, edition, inside.keyring)


def clicked(made: Site, server: Server, edition: Edition, reference: str) -> float:
    """Return how long the page of a badge takes, in the middle, once the first was drawn."""
    cookie = made.work(lambda inside: signed_in(inside, [edition]))
    path = f"/organiser/{edition.slug}/registrations/{reference}/badge.pdf"
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}", headers={"cookie": cookie}, timeout=60
    ) as client:

        def click() -> None:
            answer = client.get(path)
            answer.raise_for_status()
            if not answer.content.startswith(b"%PDF-"):
                raise AssertionError("a badge is a PDF")

        return median_ms(click, REPRINTS)


def draw(run: BadgeRun, badge: Badge) -> None:
    """Draw one badge in this process: what the drawing itself costs."""
    render(run, [badge], layout=SHIPPED[USUAL], out=BytesIO())


def cold() -> None:
    """Draw a badge in a process that is begun for it, as anybody would at first."""
    code = "from badges.printing.drawing import warm; warm()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # noqa: S603 -- our own


def median_ms(deed: Callable[[], object], times: int) -> float:
    """Return how long a deed takes in the middle, in milliseconds; the first one warms up."""
    taken = []
    for _ in range(times + 1):
        started = time.perf_counter()
        deed()
        taken.append(time.perf_counter() - started)
    return median(taken[1:]) * 1000


async def beside(made: Site, edition: Edition) -> tuple[float, float]:
    """Draw a run of everybody; return the loop's lag at the 99th percentile (ms), and its time."""
    settings = made.settings()
    ids = Ids()
    async with open_pool(str(settings.database_url)) as pool:
        async with pool.acquire() as db:
            keyring = await open_keyring(db, settings.secret_key, at=clock.now())
            asked = await runs.ask(db, edition, Order(), actor="command", at=clock.now(), ids=ids)
        worker = RunWorker(
            pool, keyring, settings.storage, find=editions.by_id, now=clock.now, ids=ids
        )
        lags: list[float] = []
        looking = asyncio.create_task(look(lags))
        started = time.perf_counter()
        await worker.draw_due()
        took_s = time.perf_counter() - started
        looking.cancel()
        async with pool.acquire() as db:
            done = await runs.find(db, edition.id, asked.id)
    if done.state is not RunState.DONE:
        raise AssertionError(f"the run is {done.state}")
    lags.sort()
    return lags[len(lags) * 99 // 100] * 1000, took_s


async def look(lags: list[float]) -> None:
    """Note how much later than wanted the loop comes back."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(LOOK_EVERY_S)
        lags.append(time.perf_counter() - before - LOOK_EVERY_S)
