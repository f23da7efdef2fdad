"""After a crash numbers of transactions may serve again: no cursor of before says anything then."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import asyncpg
import pytest

from badges.scanner import manifest_queries
from badges.scanner.manifests import Cursor, era_of, since_of
from forum.core.migrate import migrate
from forum.core.postgres import Cluster
from tests.factories import eventually

EDITION = 1


@pytest.fixture
def lone_cluster():
    """A cluster that may crash without harm to other tests."""
    folder = Path(tempfile.mkdtemp(prefix="forum-eras-"))
    folder.chmod(0o711)  # where root runs it as nobody, nobody must reach it
    cluster = Cluster(folder / "postgres", options=("fsync=off",))
    try:
        cluster.ensure()
        yield cluster
        cluster.release()
    finally:
        shutil.rmtree(cluster.place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


async def connected(cluster):
    """Connect, once the cluster takes connections again."""

    async def attempt():
        try:
            return await asyncpg.connect(cluster.dsn("postgres"))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None

    return await eventually(attempt)


async def standing(db):
    async with db.transaction(isolation="repeatable_read", readonly=True):
        return await manifest_queries.read_standing(db, EDITION)


async def burn(db, count):
    """Use up numbers of transactions, of which nothing reaches the disk."""
    for _ in range(count):
        undone = db.transaction()
        await undone.start()
        await db.execute("select pg_current_xact_id()")
        await undone.rollback()


@pytest.fixture
async def db(lone_cluster):
    db = await connected(lone_cluster)
    await migrate(db)
    await manifest_queries.insert_salt(db, EDITION, "salt")
    yield db
    db.terminate()


async def test_after_a_crash_a_cursor_says_nothing(lone_cluster, db):
    await burn(db, 200)
    before = await standing(db)
    cursor = Cursor(before.oldest, era_of(before), "")
    assert since_of(cursor, before) == str(before.oldest)
    victim = await connected(lone_cluster)
    os.kill(await victim.fetchval("select pg_backend_pid()"), signal.SIGKILL)
    await eventually(db.is_closed)
    again = await connected(lone_cluster)
    after = await standing(again)
    assert since_of(cursor, after) is None
    await burn(again, 200)
    assert since_of(cursor, await standing(again)) is None
    await again.close()
    victim.terminate()


async def test_after_a_restart_a_cursor_says_nothing(lone_cluster, db):
    before = await standing(db)
    await db.close()
    lone_cluster.release()
    lone_cluster.ensure()
    again = await connected(lone_cluster)
    after = await standing(again)
    assert since_of(Cursor(before.oldest, era_of(before), ""), after) is None
    await again.close()
