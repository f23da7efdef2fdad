"""Watching the doors: one look for all who watch, and streams of what changes.

While somebody listens, one task for each edition reads its numbers, once a second at most, and
whoever listens is told when they changed. Only the newest numbers are kept: who reads slowly
misses some, and never has more than one waiting.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from hashlib import sha256

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from badges.board import numbers as board
from badges.board import queries as board_queries
from badges.board.numbers import Counters, Entries, LastEdition, Today
from badges.doors import queries as door_queries
from forum.core.context import Edition
from forum.core.db import UNREACHABLE, Database, DatabaseUnavailable, Db
from forum.core.errors import Problem
from forum.core.shelf import Shelf

log = structlog.get_logger("watching")

EVERY_S = 1.0
IDLE_SHARE = 9
"""A look that took long is followed by so many times its length of rest."""
HEARTBEAT_S = 15.0
LONGEST_S = 600.0
"""A stream ends by itself after it: whoever still watches asks again, and is known again."""
MOST_STREAMS = 200
"""At once, in a process."""
AGAIN_AFTER_S = 10
RETRY_MS = 3000
"""So long a browser waits before it connects again."""
LAST_FRESH_S = 60.0
HEARTBEAT = b": still here\n\n"


class TooManyWatch(Problem):
    """Too many watch the doors at once: ask for the numbers again and again instead."""

    code = "too_many_watch"
    status = 503

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(AGAIN_AFTER_S)})


class Before(Struct, frozen=True, kw_only=True):
    """The same day of the edition before, None where it had none."""

    title: dict[str, str]
    entries: list[Entries]


class Told(Struct, frozen=True):
    """Numbers as they are told; `id` changes with them, but not with the instant alone."""

    id: str
    body: bytes

    @classmethod
    def of(cls, counters: Counters) -> "Told":
        """Return what is told of numbers."""
        still = replace(counters, at=datetime.min)  # noqa: DTZ901 -- left out of what is compared
        digest = sha256(msgspec.json.encode(still)).hexdigest()[:16]
        return cls(digest, msgspec.json.encode(counters))

    @property
    def event(self) -> bytes:
        """The event of a stream (HTML, 9.2.6)."""
        return b"id: %b\nevent: counters\ndata: %b\n\n" % (self.id.encode(), self.body)


async def read(db: Db, edition: Edition, before: Before | None, *, at: datetime) -> Counters:
    """Read all numbers as of one instant of the database."""
    here = board.today(edition, at)
    async with db.transaction(isolation="repeatable_read", readonly=True):
        people = await board_queries.count_people(
            db, edition.id, here.period, here.day, here.since, here.until
        )
        entries = await board_queries.count_entries(
            db, edition.id, here.since, here.until, int(board.STRETCH.total_seconds())
        )
        gates = await board_queries.count_at_gates(db, edition.id, here.since, here.until)
        rooms = await _rooms(db, edition, here, at)
        devices = await board_queries.list_devices(db, edition.id)
        conflicts = await board_queries.count_conflicts(db, edition.id)
    then = before.entries if before is not None else None
    return Counters(
        at=at,
        day=here.day,
        inside=sum(row.inside for row in people),
        entered_today=sum(row.entered_today for row in people),
        entered=sum(row.entered for row in people),
        expected=sum(row.expected for row in people),
        last=LastEdition(title=before.title, entered=board.entered_by(before.entries, here, at))
        if before is not None
        else None,
        categories=msgspec.convert(people, list[board.CategoryCount], from_attributes=True),
        gates=msgspec.convert(gates, list[board.GateCount], from_attributes=True),
        arrivals=board.arrivals(entries, then, here, at),
        rooms=rooms,
        devices=[board.device(row, at) for row in devices],
        conflicts=conflicts,
    )


async def _rooms(db: Db, edition: Edition, here: Today, at: datetime) -> list[board.RoomCount]:
    lists = [
        one
        for one in await door_queries.list_check_in_lists(db, edition.id)
        if one.rooms is not None
    ]
    wanted = sorted({room for one in lists for room in one.rooms or []})
    if not wanted:
        return []
    sessions = await door_queries.list_door_sessions(db, edition.id, wanted)
    seen = [
        (one, session, moment)
        for one in lists
        for session, moment in board.in_sight(one, sessions, at, here.until)
    ]
    if not seen:
        return []
    asked = sorted({(one.slug, board.period_of(one, each, here)) for one, each, _ in seen})
    people = await board_queries.count_in_periods(
        db, edition.id, [slug for slug, _ in asked], [period for _, period in asked]
    )
    return board.rooms(seen, await board_queries.list_rooms(db, edition.id), people, here)


async def read_before(db: Db, edition: Edition, day: int | None) -> Before | None:
    """Read how people came on the same day of the edition before."""
    if day is None:
        return None
    found = await board_queries.find_before(db, edition.id, edition.starts_on)
    span = board.same_day(found, day) if found is not None else None
    if found is None or span is None:
        return None
    entries = await board_queries.count_entries(
        db, found.edition_id, *span, int(board.STRETCH.total_seconds())
    )
    return Before(title=found.title, entries=entries)


class Watch:
    """What those who watch the doors share in a process."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        every_s: float = EVERY_S,
        most: int = MOST_STREAMS,
        heartbeat_s: float = HEARTBEAT_S,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._database = database
        self._now = now
        self.every_s = every_s
        self.most = most
        self.heartbeat_s = heartbeat_s
        self.longest_s = longest_s
        self.streams = 0
        self._kept: Shelf[int, Counters] = Shelf(fresh_s=every_s)
        self._before: Shelf[tuple[int, int | None], Before | None] = Shelf(fresh_s=LAST_FRESH_S)
        self.looks: dict[int, _Look] = {}

    async def counters(self, edition: Edition) -> Counters:
        """Return the numbers of an edition, as they were a second ago at most."""
        return await self._kept.get(edition.id, partial(self._read, edition))

    async def _read(self, edition: Edition) -> Counters:
        at = self._now()
        day = board.today(edition, at).day
        before = await self._before.get((edition.id, day), partial(self._read_before, edition, day))
        async with self._database.acquire() as db:
            return await read(db, edition, before, at=at)

    async def _read_before(self, edition: Edition, day: int | None) -> Before | None:
        async with self._database.acquire() as db:
            return await read_before(db, edition, day)

    @property
    def full(self) -> bool:
        """Say whether as many listen as may."""
        return self.streams >= self.most

    async def stream(self, edition: Edition, ending: asyncio.Event | None) -> AsyncIterator[bytes]:
        """Yield the numbers as events: at once, then as they change; a comment where nothing does.

        It ends after `longest_s`, when the process is `ending`, and when the numbers cannot be
        read: whoever watches connects again, and is told what is wrong.
        """
        yield b"retry: %d\n\n" % RETRY_MS
        if self.full:  # others came meanwhile
            return
        self.streams += 1
        look = self.looks.get(edition.id)
        if look is None:
            look = self.looks[edition.id] = _Look(self, edition, ending)
        look.listeners += 1
        try:
            async for event in look.events():
                yield event
        finally:  # nothing here waits, so that nothing can be cut short
            self.streams -= 1
            look.listeners -= 1
            if not look.listeners:
                look.task.cancel()
                if self.looks.get(edition.id) is look:
                    del self.looks[edition.id]


class _Look:
    """The task that reads the numbers of one edition while somebody listens."""

    def __init__(self, watch: Watch, edition: Edition, ending: asyncio.Event | None) -> None:
        self.listeners = 0
        self._watch = watch
        self._edition = edition
        self._told: Told | None = None
        self._ended = False
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._until(ending))

    async def _until(self, ending: asyncio.Event | None) -> None:
        """Read until the process ends or nothing can be read; then let everybody go."""
        reading = asyncio.create_task(self._read())
        waiting = [reading] if ending is None else [reading, asyncio.create_task(ending.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            self._ended = True
            if self._watch.looks.get(self._edition.id) is self:
                del self._watch.looks[self._edition.id]
            self._wake()

    async def _read(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while True:
                began = clock()
                told = Told.of(await self._watch.counters(self._edition))
                if self._told is None or told.id != self._told.id:
                    self._told = told
                    self._wake()
                await asyncio.sleep(max(self._watch.every_s, IDLE_SHARE * (clock() - began)))
        except (DatabaseUnavailable, *UNREACHABLE) as error:
            log.warning("the doors cannot be watched", error=type(error).__name__)
        except Exception:
            log.exception("the doors cannot be watched")

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def events(self) -> AsyncIterator[bytes]:
        """Yield what changes, for one who listens."""
        clock = asyncio.get_running_loop().time
        until = clock() + self._watch.longest_s
        seen: Told | None = None
        while not self._ended and clock() < until:
            news = self._news
            if self._told is not None and self._told is not seen:
                seen = self._told
                yield seen.event
                continue
            patience = min(self._watch.heartbeat_s, until - clock())
            try:
                async with asyncio.timeout(patience):
                    await news.wait()
            except TimeoutError:
                yield HEARTBEAT
