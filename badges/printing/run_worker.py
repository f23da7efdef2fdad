"""The worker of print runs: each is claimed, drawn in a process of its own, and ended once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from badges.keys import Keyring
from badges.printing import log as prints
from badges.printing import run_drawing, run_queries
from badges.printing.run_drawing import CannotFinish, Finished
from badges.printing.run_models import KEPT, ClaimedRun, NoDrawing
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import LOST, Database, DatabaseUnavailable, Db, retried
from forum.core.errors import Problem
from forum.core.i18n import N_
from forum.core.ids import Ids

log = structlog.get_logger("prints")

FOLDER = "prints"
"""Where files of runs lie, under the folder of the installation's files."""
LEASE = timedelta(minutes=1)
MOST_ATTEMPTS = 5
POLL_S = 1.0
PAUSE_AFTER_LOSS_S = 2.0
SWEEP_EVERY = timedelta(minutes=1)
LEFT_OVER_S = 3600
"""A file that no run knows is of one that died as it ended, when it is older than this."""
PRIVATE_MODE = 0o600
NO_SPACE = N_("The file could not be written: free some space on the server, then print again.")
NO_PROCESS = N_("The process that draws ended several times: look at its log, then print again.")
NOT_DRAWN = N_("The badges could not be drawn: look at the log of the server, then print again.")

FindEdition = Callable[[Db, int], Awaitable[Edition]]


class Stopped(Exception):  # noqa: N818 -- not a failure: somebody else decides
    """The run was cancelled, or another worker draws it."""


def folder_of(storage: Path) -> Path:
    """Return where the files of runs lie."""
    return storage / FOLDER


class RunWorker:
    """Draws the runs that wait, one after the other; `now` is the clock, replaced by tests."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        storage: Path,
        *,
        find: FindEdition,
        now: Callable[[], datetime],
        ids: Ids,
    ) -> None:
        self.database = database
        self.keyring = keyring
        self.folder = folder_of(storage)
        self.blobs = Blobs(storage)
        self.find = find
        self.now = now
        self.ids = ids
        self._swept_at: datetime | None = None

    async def run(self) -> None:
        """Draw until cancelled, whatever fails; what was claimed comes back when its lease ends."""
        while True:
            try:
                drawn = await self.draw_due()
                await self.sweep()
            except (DatabaseUnavailable, *LOST) as error:
                log.warning("database lost", why=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_LOSS_S)
                continue
            except Exception:  # whatever it is, others wait for their badges
                log.exception("step failed")
                await asyncio.sleep(PAUSE_AFTER_LOSS_S)
                continue
            if not drawn:
                await asyncio.sleep(POLL_S)

    async def draw_due(self) -> bool:
        """Draw the run that has waited longest; return whether there was one."""
        async with self.database.acquire() as db:
            run = await run_queries.claim(db, at=self.now(), lease=LEASE)
        if run is None:
            return False
        if run.attempt > MOST_ATTEMPTS:
            await self._fail(run, NO_PROCESS)
            return True
        out = self.folder / f"{run.id}-{run.attempt}.pdf"
        try:
            await self._draw(run, out)
        except Stopped:
            log.info("print run stopped", run=str(run.id))
        except NoDrawing:
            log.warning("print run broken", run=str(run.id), attempt=run.attempt)
            await self._put_back(run, after=timedelta(seconds=2**run.attempt))
        except CannotFinish as error:
            log.warning("print run failed", run=str(run.id), why=str(error))
            await self._fail(run, NO_SPACE if error.full else NOT_DRAWN)
        except OSError as error:
            log.warning("print run failed", run=str(run.id), why=error.strerror)
            await self._fail(run, NO_SPACE)
        except Problem as problem:
            await self._fail(run, problem.message)
        except asyncio.CancelledError:  # the server ends: the next one begins at once
            with suppress(Exception):
                await asyncio.shield(self._put_back(run, after=timedelta()))
            raise
        return True

    async def _draw(self, run: ClaimedRun, out: Path) -> None:
        async with self.database.acquire() as db:
            edition = await self.find(db, run.edition_id)
            plan = await run_drawing.plan(
                db,
                edition,
                run.registrations,
                layout=run.layout,
                sheet=run.sheet,
                offset_mm=(run.offset_x_mm, run.offset_y_mm),
                blobs=self.blobs,
            )

        async def told(done: int) -> None:
            async with self.database.acquire() as db:
                mine = await run_queries.note_progress(db, run, done, at=self.now(), lease=LEASE)
            if not mine:
                raise Stopped

        finished = await run_drawing.draw(
            self.database, edition, self.keyring, plan, out=out, mode=PRIVATE_MODE, told=told
        )
        async with self.database.acquire() as db:
            mine = await end(
                db, run, finished, edition.language, out.name, at=self.now(), ids=self.ids
            )
        if not mine:
            await asyncio.to_thread(out.unlink, missing_ok=True)
            raise Stopped

    async def _fail(self, run: ClaimedRun, why: str) -> None:
        async with self.database.acquire() as db:
            await run_queries.fail_run(db, run, why, at=self.now())

    async def _put_back(self, run: ClaimedRun, *, after: timedelta) -> None:
        async with self.database.acquire() as db:
            await run_queries.put_back(db, run, run_at=self.now() + after)

    async def sweep(self) -> None:
        """Delete the files whose time is over, and those that no run knows."""
        at = self.now()
        if self._swept_at is not None and at - self._swept_at < SWEEP_EVERY:
            return
        async with self.database.acquire() as db:
            for name in await run_queries.take_expired(db, at=at):
                (self.folder / name).unlink(missing_ok=True)
            left = await asyncio.to_thread(left_over, self.folder, time.time() - LEFT_OVER_S)
            known = {*await run_queries.list_known_files(db, left)} if left else set()
        for name in left:
            if name not in known:
                (self.folder / name).unlink(missing_ok=True)
        self._swept_at = at


@retried
async def end(
    db: Db,
    run: ClaimedRun,
    finished: Finished,
    language: str,
    file: str,
    *,
    at: datetime,
    ids: Ids,
) -> bool:
    """Store that a run is complete, and log its badges; False: it is no longer to be drawn."""
    async with db.transaction():
        if not await run_queries.lock_claimed(db, run):
            return False
        changed = await prints.record(
            db,
            run.edition_id,
            finished.printed,
            actor=run.asked_by,
            run_id=run.id,
            at=at,
            ids=ids,
        )
        await run_queries.end_run(
            db,
            run.edition_id,
            run.id,
            done=len(finished.printed),
            pages=finished.pages,
            problems=run_drawing.with_changed(finished, changed, language),
            file=file,
            file_bytes=finished.size,
            file_until=at + KEPT,
            at=at,
        )
    return True


def left_over(folder: Path, before: float) -> list[str]:
    """Return the names of files that were last written `before` an instant (Unix time)."""
    found = []
    for one in folder.glob("*") if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if one.is_file() and one.stat().st_mtime < before:
                found.append(one.name)
    return found
