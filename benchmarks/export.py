"""Exports of 80,000 registrations through HTTP, against all of them made in memory at once."""

import resource
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from typing import Self

import msgspec
import uvloop

from benchmarks import Row
from benchmarks.search import Bench
from benchmarks.site import ROOT, Server, Site, site
from forum.commands.installation import Installation
from forum.core import tables
from forum.core.context import Edition
from forum.core.db import Db, connect
from forum.core.i18n import words
from forum.core.sheets import Format
from forum.editions import service as editions
from forum.questions import service as questions
from forum.questions.models import Kind, NewOption, NewQuestion
from forum.registrations import columns, downloads, export_queries, listing
from forum.registrations.columns import Column, Exported
from forum.registrations.exporting import Labels, Order

NAME = "export"
MOST_RATIO = 0.2
MOST_WAIT_MS = 50
LOOK_EVERY_S = 0.05
CHUNK = 65_536


class Taken(msgspec.Struct, frozen=True):
    """One export: how long until its first byte and its end, its size, the memory it took."""

    first_s: float
    whole_s: float
    size_mb: float
    grown_mb: float
    wait_ms: float = 0.0
    """How long another request waited meanwhile, at the 99th percentile."""


def run(*, large: int = 80_000) -> list[Row]:
    """Export a large edition in each format, with every column, and see what it costs."""
    rows = []
    with site() as made:
        bench = Bench(made, 800, large)
        edition = bench.editions[1]
        made.work(lambda inside: answer(inside, edition))
        with made.serving() as server:
            for form in Format:
                take(server, bench, form, "&q=quimperle")  # warms up
                ours, naive = take(server, bench, form), in_memory(made, edition, form)
                rows.append(compared(form, large, ours, naive))
                rows.append(waited(form, ours))
    return rows


def compared(form: Format, large: int, ours: Taken, naive: Taken) -> Row:
    """Return how much memory an export takes, beside that of all in memory."""
    ratio = ours.grown_mb / naive.grown_mb
    return Row(
        work=f"export, {form.value}, {large:,} in {ours.size_mb:.0f} MB",
        measured=f"{ours.grown_mb:+.0f} MB; {ours.whole_s:.1f} s, begins {ours.first_s:.2f} s",
        limit=f"in memory: {naive.grown_mb:+.0f} MB; {naive.whole_s:.1f} s",
        ratio=ratio,
        goal=f"memory ≤ {MOST_RATIO}",
        reached=ratio <= MOST_RATIO,
    )


def waited(form: Format, ours: Taken) -> Row:
    """Return how long others wait while an export runs."""
    return Row(
        work=f"another request meanwhile, {form.value}, p99",
        measured=f"{ours.wait_ms:.0f} ms",
        limit=f"{MOST_WAIT_MS} ms",
        ratio=ours.wait_ms / MOST_WAIT_MS,
        goal="≤ 1",
        reached=ours.wait_ms <= MOST_WAIT_MS,
    )


async def answer(inside: Installation, edition: Edition) -> None:
    """Have everybody answer a question."""
    options = [NewOption(code=code, label={"fr": code.title()}) for code in ("soup", "meat")]
    new = NewQuestion(code="meal", kind=Kind.CHOICE, label={"fr": "Repas"}, options=options)
    await questions.add(inside.db, edition.id, new)
    await inside.db.execute(
        """
        insert into answer (edition_id, registration_id, question, value)
             select edition_id, id, 'meal', '"soup"' from registration where edition_id = $1
        """,
        edition.id,
    )
    await inside.db.execute("vacuum analyze answer")


def take(server: Server, bench: Bench, form: Format, query: str = "") -> Taken:
    """Take an export with every column, and weigh the server meanwhile."""
    edition = bench.editions[1]
    names = ",".join(one.name for one in bench.site.work(lambda inside: offered(inside, edition)))
    path = f"/organiser/{edition.slug}/registrations/export/file?columns={names}"
    address = f"http://127.0.0.1:{server.port}{path}&labels=fr&format={form.value}{query}"
    before_mb = server.memory_mb()
    with Watch(lambda: server.memory_mb() - before_mb) as grown, Watch(waiting(server)) as waits:
        started = time.perf_counter()
        asked = urllib.request.Request(address, headers=bench.headers)
        with urllib.request.urlopen(asked) as got:  # noqa: S310
            size, first_s = len(got.read(1)), time.perf_counter() - started
            while chunk := got.read(CHUNK):
                size += len(chunk)
        whole_s = time.perf_counter() - started
    slow = sorted(waits.seen)[int(len(waits.seen) * 0.99)]
    return Taken(first_s, whole_s, size / 1e6, max(grown.seen), slow)


async def offered(inside: Installation, edition: Edition) -> list[Column]:
    """Return every column of an edition."""
    return await downloads.offered(inside.db, edition, needs=True)


def waiting(server: Server) -> Callable[[], float]:
    """Return what asks for the least there is, and returns how long it took, in milliseconds."""

    def ask() -> float:
        started = time.perf_counter()
        server.get("/health/live")
        return (time.perf_counter() - started) * 1000

    return ask


class Watch:
    """Looks at something again and again, in a thread, until the block ends."""

    def __init__(self, look: Callable[[], float]) -> None:
        self.look = look
        self.seen = [look()]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            self.seen.append(self.look())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def in_memory(made: Site, edition: Edition, form: Format) -> Taken:
    """Make the same file the naive way, in a process of its own."""
    url = str(made.settings().database_url)
    done = subprocess.run(  # noqa: S603 -- this module
        [sys.executable, "-m", "benchmarks.export", url, str(edition.id), form.value],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Taken)


async def naive(url: str, edition_id: int, form: Format) -> Taken:
    """Read every row, make every cell, write the file: all in memory."""
    db = await connect(url)
    edition = await editions.by_id(db, edition_id)
    wanted = await downloads.offered(db, edition, needs=True)
    order = Order(format=form, labels=Labels.FR, columns=tuple(one.name for one in wanted))
    before_mb, started = peak_mb(), time.perf_counter()
    found = await everybody(db, edition, order)
    if form is Format.JSON:
        made = columns.in_objects(wanted)
        body = msgspec.json.encode([made(row) for row in found])
    else:
        cells = columns.in_cells(wanted, words("fr"), edition)
        rows = [cells(row) for row in found]
        heads = columns.headers(wanted, words("fr"))
        if form is Format.CSV:
            body = tables.write_csv(heads, rows)
        else:
            body = tables.write_xlsx(heads, rows, sheet="x")
    whole_s = time.perf_counter() - started
    await db.close()
    return Taken(whole_s, whole_s, len(body) / 1e6, peak_mb() - before_mb)


async def everybody(db: Db, edition: Edition, order: Order) -> Sequence[Exported]:
    """Return every registration of an edition."""
    async with db.transaction():
        batches = export_queries.stream(
            db,
            listing.parameters(order.filter, edition),
            None,
            answers=["meal"],
            needs=[],
            consents=True,
            size=10**9,
        )
        return [row async for rows in batches for row in rows]


def peak_mb() -> float:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        told = uvloop.run(naive(sys.argv[1], int(sys.argv[2]), Format(sys.argv[3])))
        print(msgspec.json.encode(told).decode())
    else:
        for line in run():
            print(*msgspec.structs.astuple(line), sep="  ")
