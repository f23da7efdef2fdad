"""The installation a command works on: its database, whether its own or another, its keys."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import msgspec
import structlog

from badges.keys import Keyring, open_keyring
from forum.core import clock, migrate
from forum.core.blobs import Blobs
from forum.core.db import DatabaseUnavailable, Db, connect
from forum.core.ids import Ids
from forum.core.postgres import Cluster, PostgresError
from forum.core.settings import Settings

log = structlog.get_logger("database")

LOOK_EVERY_S = 1.0
T = TypeVar("T")


class Installation:
    """An open installation, as commands see it."""

    def __init__(self, settings: Settings, db: Db, keyring: Keyring, ids: Ids) -> None:
        self.settings = settings
        self.db = db
        self.keyring = keyring
        self.ids = ids
        self.blobs = Blobs(settings.storage)
        self.now = clock.now


@contextmanager
def database(settings: Settings, *, migrated: bool = True) -> Iterator[Settings]:
    """Have a database: the one that is set, else the embedded one, started and `migrated`.

    Yields the settings with `database_url` filled in. The embedded one is started again should it
    die meanwhile; the last process out stops it.
    """
    if settings.database_url is not None:
        yield settings
        return
    cluster = Cluster(settings.var / "postgres", pg_bin=settings.pg_bin)
    url = cluster.ensure()
    try:
        if migrated:
            asyncio.run(migrate_at(url))
        with kept_up(cluster):
            yield msgspec.structs.replace(settings, database_url=url)
    finally:
        cluster.release()


@contextmanager
def kept_up(cluster: Cluster) -> Iterator[None]:
    """Start a cluster again when its server dies, until the end of the block.

    What was committed is there: PostgreSQL reads its log again. The pools of the site connect anew
    by themselves, and answer 503 until they can.
    """
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY_S):
            if cluster.lives():
                continue
            log.warning("PostgreSQL ended by itself: starting it again")
            try:
                cluster.ensure()
            except PostgresError as error:
                log.error("PostgreSQL does not start again", why=str(error))  # noqa: TRY400

    watcher = threading.Thread(target=watch, name="database", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


async def migrate_at(url: str) -> list[str]:
    """Apply the migrations that are missing; return their names."""
    db = await connect(url)
    try:
        return await migrate.migrate(db)
    finally:
        await db.close()


def run(
    settings: Settings, work: Callable[[Installation], Awaitable[T]], *, ids: Ids | None = None
) -> T:
    """Open the installation, do `work` with one connection, close it.

    Raises:
        DatabaseUnavailable: the database does not answer, or its schema is behind.
    """

    async def inside(url: str) -> T:
        async with opened(settings, url, ids or Ids()) as installation:
            return await work(installation)

    with database(settings) as ready:
        return asyncio.run(inside(str(ready.database_url)))


@asynccontextmanager
async def opened(settings: Settings, url: str, ids: Ids) -> AsyncIterator[Installation]:
    """Open the installation whose database is at `url`."""
    db = await connect(url)
    try:
        missing = await migrate.pending(db)
        if missing:
            raise DatabaseUnavailable(f"The schema lacks {', '.join(missing)}: run forum migrate.")
        keyring = await open_keyring(db, settings.secret_key, at=clock.now())
        yield Installation(settings, db, keyring, ids)
    finally:
        await db.close()
