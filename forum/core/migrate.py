"""Migrations: each SQL file once, in order, under a lock; an edited one is refused."""

from hashlib import sha256
from importlib.resources import files
from typing import Any

LOCK = 7_306_717_502_001


class MigrationError(Exception):
    """The schema and the migrations disagree; the message says where."""


def scripts() -> list[tuple[str, str]]:
    """Return the migrations as (name, SQL), in the order in which they run."""
    folder = files("forum.core.migrations")
    found = [(p.name, p.read_text("utf-8")) for p in folder.iterdir() if p.name.endswith(".sql")]
    return sorted(found)


async def migrate(db: Any) -> list[str]:
    """Apply the migrations that the database lacks, in order; return their names.

    `db` is an asyncpg connection. A crash in the middle leaves whole migrations only.

    Raises:
        MigrationError: an applied migration was edited, or one is unknown here.
    """
    done = []
    async with db.transaction():
        await db.execute("select pg_advisory_xact_lock($1)", LOCK)
        await db.execute("set local lock_timeout = '10s'")
        applied = await _applied(db)
        ours = dict(scripts())
        for name in applied.keys() - ours.keys():
            raise MigrationError(f"{name} was applied by a newer version of Forum: update this one")
        for name, sql in ours.items():
            digest = sha256(sql.encode()).digest()
            if applied.get(name, digest) != digest:
                raise MigrationError(f"{name} was edited after it was applied: restore its text")
            if name not in applied:
                await db.execute(sql)
                await db.execute(
                    "insert into migration (name, digest) values ($1, $2)", name, digest
                )
                done.append(name)
    return done


async def pending(db: Any) -> list[str]:
    """Return the names of the migrations that the database lacks."""
    known = await db.fetchval("select to_regclass('migration') is not null")
    rows = await db.fetch("select name from migration") if known else []
    applied = {row["name"] for row in rows}
    return [name for name, _ in scripts() if name not in applied]


async def _applied(db: Any) -> dict[str, bytes]:
    await db.execute(
        "create table if not exists migration (name text primary key, digest bytea not null,"
        " applied_at timestamptz not null default now())"
    )
    rows = await db.fetch("select name, digest from migration")
    return {row["name"]: row["digest"] for row in rows}
