"""Processes that draw badges, as the site speaks to them: one a run, one kept warm for desks."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

import structlog

from badges.printing.drawing import PATIENT
from badges.printing.frames import (
    ANSWERS,
    LENGTH_BYTES,
    Answer,
    Failed,
    Order,
    Pdf,
    Single,
    frame,
)
from badges.printing.run_models import NoDrawing
from forum.core.i18n import ROOT

log = structlog.get_logger("badges")

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What such a process is told of its surroundings: no key, and no way to the database."""
SINGLE_S = 20.0
"""How long one badge may take, the start of its process included."""
WARM_AFTER_S = 1.5
"""How long after the site has begun to serve its process for desks is started."""


class Drawer:
    """A process that draws; `patient` lets all others go first."""

    def __init__(self, *, patient: bool = False) -> None:
        self.patient = patient
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the process, and wait until it is ready.

        Raises:
            NoDrawing: it ended at once.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "badges.printing.drawing",
            *([PATIENT] if self.patient else []),
            stdin=PIPE,
            stdout=PIPE,
            cwd=ROOT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ}
            | {"PYTHONPATH": str(ROOT)},
        )
        await self.hear()

    @property
    def lives(self) -> bool:
        """Whether there is a process that may be asked."""
        return self._process is not None and self._process.returncode is None

    async def ask(self, order: Order) -> Answer:
        """Say something and wait for the answer; an order cut short leaves the process unusable.

        Raises:
            NoDrawing: the process ended.
        """
        if self._process is None or self._process.stdin is None:
            raise NoDrawing
        try:
            self._process.stdin.write(frame(order))
            await self._process.stdin.drain()
        except OSError as error:
            raise NoDrawing from error
        return await self.hear()

    async def hear(self) -> Answer:
        """Wait for what the process says.

        Raises:
            NoDrawing: the process ended.
        """
        if self._process is None or self._process.stdout is None:
            raise NoDrawing
        try:
            head = await self._process.stdout.readexactly(LENGTH_BYTES)
            size = int.from_bytes(head, "big")
            return ANSWERS.decode(await self._process.stdout.readexactly(size))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise NoDrawing from error

    async def end(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class DeskDrawer:
    """The process that is kept warm for desks: one badge at a time, in some milliseconds."""

    def __init__(self) -> None:
        self._drawer = Drawer()
        self._turn = asyncio.Lock()

    async def warm(self) -> None:
        """Start the process a moment after the site, so that it does not hold up its start."""
        await asyncio.sleep(WARM_AFTER_S)
        with suppress(NoDrawing):
            async with self._turn:
                await self._ready()

    async def draw(self, order: Single) -> Pdf:
        """Draw one badge; a process that ended meanwhile is started again, once.

        Raises:
            NoDrawing: it ends again, takes too long, or cannot draw this badge.
        """
        async with self._turn:
            for last in (False, True):
                try:
                    return await self._drawn(order)
                except NoDrawing:
                    await self._drawer.end()
                    if last:
                        raise
                except BaseException:  # an answer that nobody waits for is not the next one's
                    await self._drawer.end()
                    raise
        raise AssertionError  # the loop returns or raises

    async def end(self) -> None:
        """End the process."""
        await self._drawer.end()

    async def _drawn(self, order: Single) -> Pdf:
        try:
            async with asyncio.timeout(SINGLE_S):
                await self._ready()
                answer = await self._drawer.ask(order)
        except TimeoutError as error:
            raise NoDrawing from error
        if isinstance(answer, Pdf):
            return answer
        log.error("badge not drawn", why=answer.why if isinstance(answer, Failed) else "unknown")
        raise NoDrawing

    async def _ready(self) -> None:
        if not self._drawer.lives:
            await self._drawer.start()
