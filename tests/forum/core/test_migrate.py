"""Migrations: once, in order, refused when edited or unknown, safe when two start at once."""

import asyncio

import asyncpg
import pytest

from forum.core import migrate as module
from forum.core.migrate import MigrationError, migrate, pending, scripts
from tests.conftest import cloned

ALL = [name for name, _ in scripts()]


@pytest.fixture
async def empty(cluster):
    """The address of an empty database."""
    async with cloned(cluster, "template1") as name:
        yield cluster.dsn(name)


@pytest.fixture
async def connection(empty):
    connection = await asyncpg.connect(empty)
    yield connection
    await connection.close()


async def test_every_migration_runs_in_order(connection):
    assert await migrate(connection) == ALL == sorted(ALL)


async def test_the_second_time_nothing_runs(connection):
    await migrate(connection)
    assert await migrate(connection) == []


async def test_an_edited_migration_is_refused(connection, monkeypatch):
    await migrate(connection)
    edited = [(name, sql + "-- more" * (name == ALL[1])) for name, sql in scripts()]
    monkeypatch.setattr(module, "scripts", lambda: edited)
    with pytest.raises(MigrationError, match=f"{ALL[1]} was edited after it was applied"):
        await migrate(connection)


async def test_a_migration_of_a_newer_version_is_refused(connection, monkeypatch):
    await migrate(connection)
    older = scripts()[:-1]
    monkeypatch.setattr(module, "scripts", lambda: older)
    with pytest.raises(MigrationError, match=f"{ALL[-1]} was applied by a newer version"):
        await migrate(connection)


async def test_a_failing_migration_leaves_nothing(connection, monkeypatch):
    broken = [*scripts(), ("9999_broken.sql", "create table half (); select 1 / 0")]
    monkeypatch.setattr(module, "scripts", lambda: broken)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(connection)
    assert await connection.fetchval("select to_regclass('migration') is null")


async def test_two_at_once_run_each_migration_once(empty):
    connections = [await asyncpg.connect(empty) for _ in range(3)]
    done = await asyncio.gather(*(migrate(one) for one in connections))
    for one in connections:
        await one.close()
    assert sorted(done) == [[], [], ALL]


async def test_pending_names_what_is_missing(connection, monkeypatch):
    assert await pending(connection) == ALL
    await migrate(connection)
    newer = [*scripts(), ("9999_new.sql", "select 1")]
    monkeypatch.setattr(module, "scripts", lambda: newer)
    assert await pending(connection) == ["9999_new.sql"]
