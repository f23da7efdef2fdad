"""Exports under way: rows of one snapshot into a file, read by a browser as slowly as it likes.

An export holds a connection of its own while it reads the database, for some seconds whatever the
reader does: what it makes waits in a file (`forum.core.spool`). Only a few run at once, so that the
others' connections are never short.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import IO

import structlog

from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Database, Db
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.core.spool import Spool
from forum.editions import queries as editions
from forum.questions import queries as questions
from forum.registrations import columns, export_queries, exporting, listing
from forum.registrations.columns import Column
from forum.registrations.exporting import Format, Order

log = structlog.get_logger("export")

AT_ONCE = 2
"""How many exports read the database at once in a process that serves."""
ROWS = 200
"""How many registrations are read and written at a time: some milliseconds of work."""
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


async def offered(db: Db, edition: Edition, *, needs: bool) -> list[Column]:
    """Return every column of an edition; those of diet and access only with `needs`."""
    return columns.columns(
        edition,
        await questions.list_questions(db, edition.id),
        await editions.list_consents(db, edition.id),
        needs=needs,
    )


async def count(db: Db, edition: Edition, order: Order) -> int:
    """Return how many registrations an export would hold now."""
    filter_ = listing.parameters(order.filter, edition)
    return await export_queries.count(db, filter_, [*order.references] or None)


async def record(
    db: Db, edition: Edition, order: Order, number: int, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Record that somebody takes an export of `number` registrations: before they have it."""
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="exported registrations",
        detail=exporting.recorded(order, number),
    )


async def write(
    db: Db, edition: Edition, order: Order, wanted: Sequence[Column], out: IO[bytes], folder: Path
) -> int:
    """Write a whole export into a file; return how many registrations it holds."""
    async with db.transaction(isolation="repeatable_read", readonly=True):
        number = await count(db, edition, order)
        async for _ in _parts(db, edition, order, wanted, out, folder):
            pass
    return number


async def _parts(
    db: Db, edition: Edition, order: Order, wanted: Sequence[Column], out: IO[bytes], folder: Path
) -> AsyncGenerator[None, None]:
    """Write an export into a file, and stop after each part: the headers, some rows, the end."""
    with TemporaryDirectory(dir=folder, prefix=PREFIX) as beside:
        sheet = exporting.sheet(order, wanted, edition, out, Path(beside))
        try:
            yield
            async for rows in export_queries.stream(
                db,
                listing.parameters(order.filter, edition),
                [*order.references] or None,
                answers=[one.question for one in wanted if one.question and not one.sensitive],
                needs=[one.question for one in wanted if one.question and one.sensitive],
                consents=any(one.group is columns.Group.CONSENTS for one in wanted),
                size=ROWS,
            ):
                await asyncio.to_thread(sheet.add, rows)
                yield
            await asyncio.to_thread(sheet.close)
        finally:
            sheet.drop()
    await asyncio.to_thread(out.flush)
    yield


class Running:
    """One export under way: how many registrations it holds, and its bytes as they come."""

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

    async def begin(self, edition: Edition, order: Order, wanted: Sequence[Column]) -> Running:
        """Begin an export; it goes on by itself, and `Running.number` is known on return.

        Raises:
            ExportsBusy: as many as may are under way.
        """
        await asyncio.to_thread(sweep, self.folder, time.time() - LEFT_OVER_S)
        if len(self.under_way) >= AT_ONCE:  # nothing is awaited from here until it is counted
            raise ExportsBusy(headers={"Retry-After": str(AGAIN_AFTER_S)})
        running = Running(Spool(self.folder))
        task = asyncio.create_task(self._run(running, edition, order, wanted))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        try:
            await asyncio.shield(running.number)
        except asyncio.CancelledError:
            running.stop()
            raise
        return running

    async def _run(
        self, running: Running, edition: Edition, order: Order, wanted: Sequence[Column]
    ) -> None:
        spool = running.spool
        try:
            async with (
                asyncio.timeout(LONGEST_S),
                self.database.acquire() as db,
                db.transaction(isolation="repeatable_read", readonly=True),
            ):
                await export_queries.bound(db, milliseconds=STATEMENT_MS)
                running.number.set_result(await count(db, edition, order))
                parts = _parts(db, edition, order, wanted, spool.file, self.folder)
                async with aclosing(parts):
                    async for _ in parts:
                        if running.stopped:
                            spool.fail()
                            return
                        if order.format is not Format.XLSX:  # a workbook is made at its end
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
