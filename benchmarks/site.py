"""A forum of its own for a benchmark: a cluster that waits for its disk, a server, an edition."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import uvloop
from structlog.testing import capture_logs

from badges.keys import open_keyring
from forum.app import create_app
from forum.commands.installation import Installation, database, opened
from forum.core import clock
from forum.core.context import Edition
from forum.core.db import connect, open_pool
from forum.core.ids import Ids
from forum.core.settings import Settings, read
from forum.editions import service as editions
from forum.editions.models import NewCategory, NewEdition
from tests.factories import Counting
from tests.installations import free_port

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
CLIENTS = 32
STARTS_WITHIN_S = 120
FIRST_DAY, LAST_DAY = date(2027, 3, 22), date(2027, 3, 23)


class Site:
    """An installation in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "FORUM_VAR": str(folder / "var"),
            "FORUM_RATE_LIMIT": "false",
            "FORUM_INLINE_WORKER": "false",
        }

    def settings(self) -> Settings:
        """Return the settings of this installation, its database included once it runs."""
        return read(self.environ, self.folder)

    def work(self, verb: Callable[[Installation], Awaitable[T]]) -> T:
        """Do something to the installation, with one connection."""

        async def inside() -> T:
            settings = self.settings()
            async with opened(settings, str(settings.database_url), Ids()) as site:
                return await verb(site)

        return uvloop.run(inside())

    def edition(self, **given: Any) -> Edition:
        """Make an edition with one category, `elected`."""
        values: dict[str, Any] = {
            "slug": "forum",
            "title": {"fr": "Forum"},
            "starts_on": FIRST_DAY,
            "ends_on": LAST_DAY,
            "categories": [NewCategory(code="elected", name={"fr": "Élu"})],
        }
        new = NewEdition(**{**values, **given})
        return self.work(lambda site: editions.create(site.db, new, at=clock.now()))

    @contextmanager
    def serving(self) -> Iterator["Server"]:
        """Run `forum serve` on this installation."""
        command = ["forum.cli", "serve", "--port"]
        with served(command, self.environ, self.folder, path="/health/ready") as server:
            yield server

    def statements(self, requests: Sequence[tuple[str, str, dict[str, str], bytes]]) -> int:
        """Return how many statements the last of these requests takes; the others warm up.

        All come at one instant, so that what is kept for a second is still there.
        """

        async def count() -> int:
            settings = self.settings()
            async with open_pool(str(settings.database_url)) as pool:
                async with pool.acquire() as db:
                    keyring = await open_keyring(db, settings.secret_key, at=clock.now())
                counting = Counting(pool)
                app = create_app(settings, counting, keyring)
                parts = app.app.app.state.parts
                latest = parts.shelves._latest  # noqa: SLF001
                for keeper in (parts.editions, parts.devices, parts.device_editions, latest):
                    keeper.clock = lambda: 0.0
                transport = httpx.ASGITransport(app)
                async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                    for method, path, headers, body in requests:
                        counting.statements.clear()
                        answer = await client.request(method, path, headers=headers, content=body)
                        answer.raise_for_status()
            return len(counting.statements)

        with capture_logs():
            return asyncio.run(count())


class Server:
    """A process that serves on `port`."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", ready_s: float) -> None:
        self.port = port
        self.process = process
        self.ready_s = ready_s

    def memory_mb(self) -> float:
        """Return the resident memory of the largest of its processes: the one that serves."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,rss="],  # noqa: S607 -- wherever it is
            capture_output=True,
            text=True,
            check=True,
        )
        rows = [[int(word) for word in line.split()] for line in listed.stdout.splitlines()]
        return max(rss for pid, parent, rss in rows if self.process.pid in (pid, parent)) / 1024

    def get(self, path: str) -> tuple[bytes, str]:
        """Return what an address answers, and its entity tag."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.read(), answer.headers["etag"]


@contextmanager
def installation() -> Iterator[Site]:
    """Make a folder for an installation, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="forum-bench-"))
    folder.chmod(0o711)  # where root runs the cluster as nobody, nobody must reach it
    try:
        yield Site(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def site() -> Iterator[Site]:
    """Make an installation whose cluster runs all the while."""
    with installation() as made, database(made.settings()) as ready:
        made.environ["DATABASE_URL"] = str(ready.database_url)
        yield made


@contextmanager
def bare_server(content: bytes) -> Iterator[Server]:
    """Run an application that answers `content`, in the same server with the same options."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "content"
        file.write_bytes(content)
        environ = {"FORUM_BENCH_CONTENT": str(file)}
        with served(["benchmarks.bare_server"], environ, Path(name), path="/") as server:
            yield server


@contextmanager
def served(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, *, path: str
) -> Iterator[Server]:
    """Run a module that serves on the port it is given last, until `path` answers 200."""
    port = free_port()
    started = time.perf_counter()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own modules
            [sys.executable, "-P", "-m", *command, str(port)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, path, folder / "server.log")
        yield Server(port, process, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(timeout=STARTS_WITHIN_S)


def _wait(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    url = f"http://127.0.0.1:{port}{path}"
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        with (
            suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(url, timeout=STARTS_WITHIN_S),
        ):
            return
        time.sleep(0.01)
    raise RuntimeError(f"the server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


async def held(url: str, count: int) -> list["asyncpg.Connection[asyncpg.Record]"]:
    """Open so many connections, for as long as the caller wants."""
    return [await connect(url) for _ in range(count)]
