"""The published programme in memory: read once per version, every document built once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

from forum.core.context import Edition
from forum.core.db import Database
from forum.core.shelf import Shelf
from forum.core.web import etag_of
from schedule import queries, seating_queries
from schedule.models import Programme, Session, Speaker
from schedule.seating import Seating, takes_sign_ups

MOST_PAGES = 512
LOOK_EVERY_S = 0.5
"""With the moment for which answers are kept (`forum.core.kept`), a version is seen in a second."""
Built = tuple[bytes, str]
"""A document and its entity tag."""


class Shelved:
    """One version, its look-ups, and the documents made of it so far."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.sessions: dict[str, Session] = {one.slug: one for one in programme.sessions}
        self.takes_sign_ups = any(takes_sign_ups(one) for one in programme.sessions)
        self.speakers: dict[str, Speaker] = {one.slug: one for one in programme.speakers}
        self._documents: Shelf[tuple[str, str], Built] = Shelf(fresh_s=float("inf"), most=64)
        self._pages: OrderedDict[object, Built] = OrderedDict()
        self._building: dict[object, asyncio.Future[Built]] = {}

    async def document(
        self, kind: str, language: str, build: Callable[[], Awaitable[bytes]]
    ) -> Built:
        """Return the document of a kind and language, built by the first who asks."""

        async def make() -> Built:
            body = await build()
            return body, etag_of(body)

        return await self._documents.get((kind, language), make)

    def page(self, key: object, build: Callable[[], bytes]) -> Built:
        """Return a page of this version; the `MOST_PAGES` last used are kept."""
        return self._kept(key) or self._keep(key, build())

    async def slow_page(self, key: object, build: Callable[[], bytes]) -> Built:
        """Return what `page` returns, built in a thread, once for all who ask meanwhile."""
        kept = self._kept(key)
        if kept is not None:
            return kept
        building = self._building.get(key)
        if building is None:
            building = self._building[key] = asyncio.ensure_future(self._build(key, build))
            building.add_done_callback(lambda _: self._building.pop(key, None))
        return await asyncio.shield(building)

    async def _build(self, key: object, build: Callable[[], bytes]) -> Built:
        return self._keep(key, await asyncio.to_thread(build))

    def _kept(self, key: object) -> Built | None:
        kept = self._pages.get(key)
        if kept is not None:
            self._pages.move_to_end(key)
        return kept

    def _keep(self, key: object, body: bytes) -> Built:
        kept = self._pages[key] = (body, etag_of(body))
        self._pages.move_to_end(key)
        if len(self._pages) > MOST_PAGES:
            self._pages.popitem(last=False)
        return kept


class Shelves:
    """The latest version of every edition; a new one is seen within a second."""

    def __init__(self) -> None:
        self._latest: Shelf[int, Shelved | None] = Shelf(fresh_s=LOOK_EVERY_S)
        self._held: dict[int, Shelved] = {}
        self._seats: Shelf[tuple[int, int], dict[UUID, Seating]] = Shelf()

    async def current(self, database: Database, edition: Edition) -> Shelved | None:
        """Return the latest version; None when nothing was published."""
        return await self._latest.get(edition.id, lambda: self._load(database, edition.id))

    async def seats(
        self, database: Database, edition: Edition, shelved: Shelved
    ) -> dict[UUID, Seating]:
        """Return the seats of a version's sessions by id, as they were a second ago at most.

        A programme without sign-up asks nobody.
        """
        if not shelved.takes_sign_ups:
            return {}

        async def load() -> dict[UUID, Seating]:
            async with database.acquire() as db:
                found = await seating_queries.list_seatings(db, edition.id)
            return {one.session_id: one for one in found if one.open}

        return await self._seats.get((edition.id, shelved.programme.version), load)

    async def _load(self, database: Database, edition_id: int) -> Shelved | None:
        async with database.acquire() as db:
            number = await queries.latest_number(db, edition_id)
            held = self._held.get(edition_id)
            if held is not None and held.programme.version == number:
                return held
            stored = await queries.find_version(db, edition_id, None)
        if stored is None:
            return None
        self._held[edition_id] = Shelved(stored.content)
        return self._held[edition_id]
