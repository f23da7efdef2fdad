"""A package touches its own tables; of others it reads the shared views alone.

PostgreSQL itself is the judge: each package is a role with rights on what it owns, and
`explain` checks the rights of every relation a statement names.
"""

import re

import asyncpg
import pytest

from tests.statements import PACKAGES, ROOT, statements

MIGRATIONS = sorted((ROOT / "forum/core/migrations").glob("*.sql"))
CREATED = re.compile(
    r"^-- owner: (\w+)(, shared)?\ncreate (?:unlogged )?(table|view) (\w+)", re.MULTILINE
)
BOOKKEEPING = {"migration"}
STATEMENTS = [s for s in statements() if s.is_prepared and s.module != "forum.core.migrate"]


def relations():
    """Yield (owner, shared, table or view, name) as the migrations say above each `create`."""
    for path in MIGRATIONS:
        for owner, shared, kind, name in CREATED.findall(path.read_text("utf-8")):
            yield owner, bool(shared), kind, name


@pytest.fixture
async def owners(db):
    """A role for each package, gone with the transaction."""
    for package in PACKAGES:
        await db.execute(f"create role of_{package}")
        await db.execute(f"grant usage on schema public to of_{package}")
    for owner, shared, _, name in relations():
        await db.execute(f"grant all on {name} to of_{owner}")
        if shared:
            for package in PACKAGES:
                await db.execute(f"grant select on {name} to of_{package}")


async def test_every_relation_has_an_owner(db):
    rows = await db.fetch(
        "select relname from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
    )
    named = {name for _, _, _, name in relations()}
    assert {row["relname"] for row in rows} - BOOKKEEPING == named
    assert {owner for owner, _, _, _ in relations()} == set(PACKAGES)


def test_only_views_are_shared():
    assert [name for _, shared, kind, name in relations() if shared and kind == "table"] == []


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
async def test_statement_stays_home(db, owners, statement):
    await db.execute(f"set local role of_{statement.package}")
    await db.execute(f"explain (generic_plan) {statement.sql}")


async def test_a_foreign_table_is_caught(db, owners):
    await db.execute("set local role of_badges")
    await db.execute("explain (generic_plan) select status from attendee where edition_id = $1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="registration"):
        await db.execute("explain (generic_plan) select status from registration")
