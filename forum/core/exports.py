"""Exports under way: rows of one snapshot into a file, read by a browser as slowly as it likes.

An export holds a connection of its own while it reads the database, for some seconds whatever the
reader does: what it makes waits in a file (`forum.core.spool`). Only a few run at once, so that the
others' connections are never short.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import IO, Protocol, TypeVar

import structlog

from forum.core.db import Database, Db
from forum.core.errors import Problem
from forum.core.sheets import Sheet
from forum.core.spool import Spool

log = structlog.get_logger("export")

T = TypeVar("T")

AT_ONCE = 2
"""How many exports read the database at once in a process that serves."""
ROWS = 200
"""How many rows are read and written at a time: some milliseconds of work."""
STATEMENT_MS = 60_000
"""How long a statement of an export may take, or PostgreSQL wait for the next."""
LONGEST_S = 300
AGAIN_AFTER_S = 5
PREFIX = "rows-"
LEFT_OVER_S = 3600
"""What is older was left by a process that died."""


class ExportsBusy(Problem):
    """Other exports are under way: try again in some seconds."""

    code = "exports_busy"
    status = 503


class Export(Protocol):
    """What is exported, and into which kind of file."""

    @property
    def grows(self) -> bool:
        """Whether what is written may leave before the end, for it never changes again."""
        ...

    async def count(self, db: Db) -> int:
        """Return how many rows there are, in the snapshot in hand."""
        ...

    def parts(self, db: Db, out: IO[bytes], folder: Path) -> AsyncGenerator[None, None]:
        """Write the file, and stop after each part; see `filled`."""
        ...


async def filled(
    sheet: Callable[[Path], Sheet[T]], rows: AsyncIterator[list[T]], out: IO[bytes], folder: Path
) -> AsyncGenerator[None, None]:
    """Write rows into a file, and stop after each part: the headers, some rows, the end.

    `sheet` makes what writes into `out`, given a folder where rows may wait.
    """
    with TemporaryDirectory(dir=folder, prefix=PREFIX) as beside:
        writer = sheet(Path(beside))
        try:
            yield
            async for some in rows:
                await asyncio.to_thread(writer.add, some)
                yield
            await asyncio.to_thread(writer.close)
        finally:
            writer.drop()
    await asyncio.to_thread(out.flush)
    yield


async def write(db: Db, export: Export, out: IO[bytes], folder: Path) -> int:
    """Write a whole export into a file; return how many rows it holds."""
    async with db.transaction(isolation="repeatable_read", readonly=True):
        number = await export.count(db)
        async for _ in export.parts(db, out, folder):
            pass
    return number


class Running:
    """One export under way: how many rows it holds, and its bytes as they come."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.number: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.stopped = False

    async def read(self) -> AsyncIterator[bytes]:
        """Yield the file; whoever stops reading ends the export."""
        try:
            async for chunk in self.spool.read():
                yield chunk
        finally:
            self.stop()

    def stop(self) -> None:
        """End the export after the rows in hand, if it still runs."""
        self.stopped = True


def sweep(folder: Path, before: float) -> None:
    """Delete what exports that died have left in a folder `before` an instant (Unix time)."""
    for one in folder.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            if one.stat().st_mtime < before:
                rmtree(one, ignore_errors=True)


class Exports:
    """The exports of a process; their files lie in `folder`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.under_way: set[asyncio.Task[None]] = set()

    async def begin(self, export: Export) -> Running:
        """Begin an export; it goes on by itself, and `Running.number` is known on return.

        Raises:
            ExportsBusy: as many as may are under way.
        """
        await asyncio.to_thread(sweep, self.folder, time.time() - LEFT_OVER_S)
        if len(self.under_way) >= AT_ONCE:  # nothing is awaited from here until it is counted
            raise ExportsBusy(headers={"Retry-After": str(AGAIN_AFTER_S)})
        running = Running(Spool(self.folder))
        task = asyncio.create_task(self._run(running, export))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        try:
            await asyncio.shield(running.number)
        except asyncio.CancelledError:
            running.stop()
            raise
        return running

    async def _run(self, running: Running, export: Export) -> None:
        spool = running.spool
        try:
            async with (
                asyncio.timeout(LONGEST_S),
                self.database.acquire() as db,
                db.transaction(isolation="repeatable_read", readonly=True),
            ):
                await bound(db, milliseconds=STATEMENT_MS)
                running.number.set_result(await export.count(db))
                async with aclosing(export.parts(db, spool.file, self.folder)) as parts:
                    async for _ in parts:
                        if running.stopped:
                            spool.fail()
                            return
                        if export.grows:
                            spool.file.flush()
                            spool.grown()
            spool.end()
        except Exception as error:  # noqa: BLE001 -- told to whoever waits, or cut off
            if running.number.done():
                log.warning("export broken", why=type(error).__name__)
                spool.fail()
            else:
                spool.close()
                running.number.set_exception(error)


async def bound(db: Db, *, milliseconds: int) -> None:
    """End the transaction in hand if a statement, or the wait for the next, takes longer."""
    await db.execute(
        """
        select set_config('statement_timeout', $1, true) as statement,
               set_config('idle_in_transaction_session_timeout', $1, true) as idle
        """,
        str(milliseconds),
    )
