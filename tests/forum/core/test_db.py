"""Connections: rows as structs, named constraints, retries, and a database that goes away."""

import asyncio

import asyncpg
import pytest

from forum.core.db import (
    DatabaseUnavailable,
    batches,
    connect,
    many,
    maybe,
    one,
    open_pool,
    refused,
    retried,
    value,
)
from forum.core.errors import Problem
from forum.editions.models import Window
from tests.factories import answers, eventually


class Taken(Problem):
    """Somebody was faster."""

    code = "taken"


@pytest.fixture
async def table(pool):
    """Two rows that statements fight for."""
    async with pool.acquire() as db:
        await db.execute(
            "create table thing (id int constraint thing_key primary key, n int not null)"
        )
        await db.execute("insert into thing values (1, 0), (2, 0)")
    return pool


async def test_a_row_becomes_a_struct(db, site):
    edition = await site.edition(places=7)
    async with site.pool.acquire() as other:
        window = await one(
            other,
            Window,
            """select state, registration_opens_at, registration_closes_at, places, taken
                 from edition where id = $1""",
            edition.id,
        )
    assert (window.places, window.taken, window.state) == (7, 0, "open")


async def test_rows_become_values(db):
    assert await many(db, dict, "select 1 as a, 'x' as b") == [{"a": 1, "b": "x"}]
    assert await value(db, int, "select 41 + 1") == 42
    assert await maybe(db, Window, "select 1 where false") is None


async def test_a_cursor_brings_all_rows_by_batches(db):
    sql = "select n as value from generate_series(1, $1) n"
    got = [[one["value"] for one in rows] async for rows in batches(db, dict, sql, 5, size=2)]
    assert got == [[1, 2], [3, 4], [5]]
    assert [rows async for rows in batches(db, dict, sql, 0, size=2)] == []


async def test_jsonb_travels_as_plain_values(db):
    sent = {"fr": "Élu", "n": [1, None]}
    assert await db.fetchval("select $1::jsonb", sent) == sent


async def test_a_named_constraint_becomes_its_problem(table):
    async with table.acquire() as db:
        with pytest.raises(Taken), refused("thing_key", Taken()):
            await db.execute("insert into thing values (1, 0)")


async def test_another_constraint_is_no_refusal(table):
    async with table.acquire() as db:
        with pytest.raises(asyncpg.UniqueViolationError), refused("another_key", Taken()):
            await db.execute("insert into thing values (1, 0)")


async def test_a_deadlock_is_run_again(table):
    """The one that PostgreSQL ends runs again once the other is through, else they meet again."""
    runs = []
    both_hold_one, one_is_through = asyncio.Barrier(2), asyncio.Event()

    @retried
    async def add(db, first, second):
        runs.append(first)
        if runs.count(first) > 1:
            await one_is_through.wait()
        async with db.transaction():
            await db.execute("set local deadlock_timeout = '20ms'")
            await db.execute("update thing set n = n + 1 where id = $1", first)
            if runs.count(first) == 1:
                await both_hold_one.wait()
            await db.execute("update thing set n = n + 1 where id = $1", second)

    async def run(first, second):
        async with table.acquire() as db:
            await add(db, first, second)
            one_is_through.set()

    await asyncio.gather(run(1, 2), run(2, 1))
    async with table.acquire() as db:
        assert [row["n"] for row in await db.fetch("select n from thing order by id")] == [2, 2]
    assert len(runs) == 3


async def test_a_serialization_failure_is_run_again(table):
    runs = []
    both_read = asyncio.Barrier(2)

    @retried
    async def add(db):
        runs.append(1)
        async with db.transaction():
            await db.execute("set transaction isolation level repeatable read")
            n = await db.fetchval("select n from thing where id = 1")
            if len(runs) <= 2:
                await both_read.wait()
            await db.execute("update thing set n = $1 where id = 1", n + 1)

    async def run():
        async with table.acquire() as db:
            await add(db)

    await asyncio.gather(run(), run())
    async with table.acquire() as db:
        assert await db.fetchval("select n from thing where id = 1") == 2
    assert len(runs) == 3


async def test_inside_another_transaction_nothing_runs_again(table):
    runs = []

    @retried
    async def fail(db):
        runs.append(1)
        await db.execute("do $$ begin raise exception using errcode = '40001'; end $$")

    async with table.acquire() as db:
        with pytest.raises(asyncpg.SerializationError):
            async with db.transaction():
                await fail(db)
    assert len(runs) == 1


async def test_retries_end(table):
    runs = []

    @retried
    async def fail(db):
        runs.append(1)
        await db.execute("do $$ begin raise exception using errcode = '40P01'; end $$")

    async with table.acquire() as db:
        with pytest.raises(asyncpg.DeadlockDetectedError):
            await fail(db)
    assert len(runs) == 5


async def test_no_answer_names_the_mend():
    with pytest.raises(DatabaseUnavailable, match="check DATABASE_URL, or that it runs"):
        await connect("postgresql://nobody@127.0.0.1:1/nothing", timeout_s=120)


async def test_a_socket_that_is_not_there_is_no_answer(tmp_path):
    with pytest.raises(DatabaseUnavailable):
        async with open_pool(f"postgresql:///x?host={tmp_path}"):
            pass


async def test_a_pool_gives_back_what_a_failing_request_borrowed(lone_site):
    async with lone_site.client() as client:
        for _ in range(60):
            answer = await client.get("/organiser/nothing")
            assert answer.status_code == 401
    assert lone_site.pool._pool.get_size() == lone_site.pool._pool.get_idle_size()


async def test_a_protocol_failure_costs_its_connection_and_no_other(pool):
    async with pool.acquire() as db:
        before = await db.fetchval("select pg_backend_pid()")
    with pytest.raises(asyncpg.InternalClientError):
        async with pool.acquire() as db:
            raise asyncpg.InternalClientError("out of step")
    async with pool.acquire() as db:
        assert await db.fetchval("select pg_backend_pid()") != before


async def test_a_request_whose_connection_broke_does_not_give_it_back(lone_site, monkeypatch):
    edition = await lone_site.edition()
    before = await lone_site.value("select pg_backend_pid()")

    async def out_of_step(*_):
        raise asyncpg.InternalClientError("out of step")

    async with lone_site.client() as client:
        path = f"/api/editions/{edition.slug}"
        assert (await client.get(path)).status_code == 200
        with monkeypatch.context() as patch:
            patch.setattr("forum.editions.queries.read_window", out_of_step)
            assert (await client.get(path)).json()["code"] == "database_unavailable"
        pids = {await lone_site.value("select pg_backend_pid()") for _ in range(5)}
        assert before not in pids
        assert (await client.get(path)).status_code == 200


async def test_a_backend_that_is_ended_in_a_request_costs_a_503_and_the_next_is_served(lone_site):
    edition = await lone_site.edition()
    path = f"/api/editions/{edition.slug}/registrations"
    async with lone_site.client() as client, lone_site.pool.acquire() as holder:
        async with holder.transaction():
            await holder.execute("select 1 from edition where id = $1 for update", edition.id)
            waiting = asyncio.create_task(client.post(path, json=answers()))
            await eventually(lambda: end_the_backend_that_waits(lone_site))
            answer = await waiting
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert (await client.post(path, json=answers())).status_code == 202
    assert await lone_site.value("select count(*) from registration") == 1


async def end_the_backend_that_waits(site):
    return await site.value(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )


async def test_backends_that_are_ended_at_rest_cost_nobody_anything(lone_site):
    async with lone_site.client() as client:
        assert (await client.get("/health/ready")).status_code == 200
        resting = [one._con for one in lone_site.pool._pool._holders if one.is_connected()]
        assert resting
        admin = await connect(lone_site.pool._pool._connect_args[0])
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        await admin.close()
        await eventually(lambda: all(one.is_closed() for one in resting))  # the news has come
        assert (await client.get("/health/ready")).json() == {"status": "ok"}


async def test_more_requests_than_connections_wait_for_each_other_without_harm(lone_site):
    edition = await lone_site.edition()
    async with lone_site.client() as client:
        got = await asyncio.gather(
            *(client.get(f"/api/editions/{edition.slug}") for _ in range(80))
        )
    assert [answer.status_code for answer in got] == [200] * 80
