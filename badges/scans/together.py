"""Scans that arrive at the same moment are recorded together: one look, one write, one wait."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import islice

from msgspec import Struct

from badges.devices import service as devices
from badges.doors import doors
from badges.doors.doors import Doors
from badges.keys import Keyring
from badges.models import Answer, Presented, Scan
from badges.scans import queries as scan_queries
from badges.scans import scanning
from forum.core.context import Device, Edition
from forum.core.db import LOST, Database, DatabaseUnavailable
from forum.core.shelf import Shelf

WRITERS = 2
"""Groups of one edition that are under way at once: one is decided while the other is written."""
MOST_AT_ONCE = 500
FIRST_LOOK, AGAIN = 500, 8
"""After so many scans PostgreSQL looks how large their tables are; again at each multiple."""


class Waiting(Struct, frozen=True, eq=False):
    """What one request presents, and where its answers are awaited."""

    presented: list[Presented]
    answers: "asyncio.Future[list[Answer]]"


class Together:
    """Records scans by groups: what comes while one is under way makes up the next (group commit).

    Nobody is answered before the commit that holds their scans.
    """

    def __init__(self, database: Database, keyring: Keyring, now: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._now = now
        self._waiting: defaultdict[int, deque[Waiting]] = defaultdict(deque)
        self._writers: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._doors: Shelf[int, Doors] = Shelf()
        self._recorded = 0
        self._look_at = FIRST_LOOK

    async def doors(self, edition: Edition) -> Doors:
        """Return the rules of an edition's doors, as they were a second ago at most."""
        return await self._doors.get(edition.id, partial(self._read_doors, edition))

    async def _read_doors(self, edition: Edition) -> Doors:
        async with self._database.acquire() as db:
            return await doors.read(db, edition)

    async def record(
        self,
        device: Device,
        edition: Edition,
        scans: Sequence[Scan],
        *,
        skew_ms: int | None = None,
    ) -> list[Answer]:
        """Record what one device read, and answer each scan, in order (see `scanning.scan_all`).

        `skew_ms` is what its clock lacks, as far as the request tells.

        Raises:
            DatabaseUnavailable: the connection was lost; the scans may be sent again as they are.
        """
        presented = [Presented(device=device, scan=one, skew_ms=skew_ms) for one in scans]
        mine = Waiting(presented, asyncio.get_running_loop().create_future())
        self._waiting[edition.id].append(mine)
        if self._writers[edition.id] < WRITERS:
            self._writers[edition.id] += 1
            task = asyncio.create_task(self._write(edition))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await mine.answers

    async def drain(self, device: Device, *, at: datetime) -> None:
        """Note that a revoked device holds no more scans."""
        async with self._database.acquire() as db:
            await devices.drain(db, device, at=at)

    async def _write(self, edition: Edition) -> None:
        """Record groups of this edition until nobody waits."""
        waiting = self._waiting[edition.id]
        try:
            while waiting:
                await self._record(edition, _next_group(waiting))
        finally:
            self._writers[edition.id] -= 1

    async def _record(self, edition: Edition, group: list[Waiting]) -> None:
        """Record a group; if something in it cannot be, each request of it alone."""
        presented = [each for one in group for each in one.presented]
        try:
            known = await self.doors(edition)
            async with self._database.acquire() as db:
                answers = await scanning.scan_all(
                    db, edition, known, self._keyring, presented, at=self._now()
                )
        except (DatabaseUnavailable, *LOST):
            for one in group:
                _fail(one, DatabaseUnavailable())
        except Exception as error:  # noqa: BLE001 -- handed to whoever waits
            if len(group) == 1:
                _fail(group[0], error)
                return
            for one in group:
                await self._record(edition, [one])
        else:
            _answer(group, answers)
            await self._look_again(len(answers))

    async def _look_again(self, recorded: int) -> None:
        """Have the tables analysed that these scans made larger, long before PostgreSQL would."""
        self._recorded += recorded
        if self._recorded < self._look_at:
            return
        self._look_at *= AGAIN
        with suppress(DatabaseUnavailable, *LOST):
            async with self._database.acquire() as db:
                await scan_queries.analyse_scans(db)


class Door:
    """A device where it stands: what it reads is recorded together with what others read.

    `forget` makes what is known of the device be read anew.
    """

    def __init__(
        self,
        device: Device,
        edition: Edition,
        together: Together,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self.device = device
        self.edition = edition
        self._together = together
        self._forget = forget

    async def rules(self) -> Doors:
        """Return the rules of the doors, see `Together.doors`."""
        return await self._together.doors(self.edition)

    async def record(self, scans: Sequence[Scan], *, skew_ms: int | None = None) -> list[Answer]:
        """Record what the device read, see `Together.record`."""
        return await self._together.record(self.device, self.edition, scans, skew_ms=skew_ms)

    async def close(self, *, at: datetime) -> None:
        """Take no more scans of a revoked device, which has handed over the last one."""
        await self._together.drain(self.device, at=at)
        self._forget()


def _next_group(waiting: deque[Waiting]) -> list[Waiting]:
    """Take the requests that came first, as many as make up `MOST_AT_ONCE` scans, one at least."""
    group = [waiting.popleft()]
    room = MOST_AT_ONCE - len(group[0].presented)
    while waiting and len(waiting[0].presented) <= room:
        group.append(waiting.popleft())
        room -= len(group[-1].presented)
    return group


def _answer(group: Sequence[Waiting], answers: Sequence[Answer]) -> None:
    """Give each request its part of the answers; who hung up meanwhile needs none."""
    remaining = iter(answers)
    for one in group:
        own = list(islice(remaining, len(one.presented)))
        if not one.answers.done():
            one.answers.set_result(own)


def _fail(one: Waiting, error: Exception) -> None:
    if not one.answers.done():
        one.answers.set_exception(error)
