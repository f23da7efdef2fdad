"""PostgreSQL: a pool, rows as structs, and named constraints as the user's errors."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar, runtime_checkable

import asyncpg
import msgspec

from forum.core.errors import Problem

T = TypeVar("T")
P = ParamSpec("P")
Isolation = Literal["read_committed", "repeatable_read", "serializable"]

ACQUIRE_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 30.0
TRIES = 5
POOL_SIZE = 16
LOST = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What asyncpg raises when a connection broke, or the server ended it."""
UNREACHABLE = (OSError, *LOST)
"""What asyncpg raises when no connection can be made; a socket that is not there is an OSError."""


class DatabaseUnavailable(Problem):
    """The database does not answer; try again in a moment."""

    code = "database_unavailable"
    status = 503


@runtime_checkable
class Db(Protocol):
    """A connection: all that SQL code asks of asyncpg, pooled or not."""

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement; return its command tag."""
        ...

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Run a statement; return its rows."""
        ...

    async def fetchrow(self, query: str, *args: object) -> asyncpg.Record | None:
        """Run a statement; return its first row."""
        ...

    async def fetchval(self, query: str, *args: object) -> Any:
        """Run a statement; return the first column of its first row."""
        ...

    async def executemany(self, command: str, args: Any) -> None:
        """Run a statement once per row of `args`."""
        ...

    def cursor(self, query: str, *args: object) -> Any:
        """Open a cursor on a statement, inside a transaction; to be awaited."""
        ...

    def transaction(
        self, *, isolation: Isolation | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[object]:
        """Open a transaction, or a savepoint inside one."""
        ...

    def is_in_transaction(self) -> bool:
        """Say whether a transaction is open."""
        ...


class Database(Protocol):
    """What can lend a connection: a pool in production, one pinned connection in tests."""

    def acquire(self) -> AbstractAsyncContextManager[Db]:
        """Lend a connection."""
        ...


class Pool:
    """An asyncpg pool that never takes back a broken connection."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Db]:
        """Lend a connection.

        Raises:
            DatabaseUnavailable: none is free within `ACQUIRE_TIMEOUT_S`, or none can be made.
        """
        try:
            connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except (*UNREACHABLE, asyncpg.TooManyConnectionsError) as error:
            raise DatabaseUnavailable from error
        try:
            yield connection
        except asyncpg.InternalClientError:
            connection.terminate()
            raise
        finally:
            await self._pool.release(connection)


async def prepare_connection(connection: Any) -> None:
    """Make jsonb columns travel as plain Python values, both ways."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
    )


async def connect(dsn: str, *, timeout_s: float = 10.0) -> Any:
    """Open one prepared connection.

    Raises:
        DatabaseUnavailable: nothing answers at `dsn`.
    """
    try:
        connection = await asyncpg.connect(
            dsn, timeout=timeout_s, command_timeout=COMMAND_TIMEOUT_S
        )
    except (*UNREACHABLE, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable(_why(error)) from error
    await prepare_connection(connection)
    return connection


@asynccontextmanager
async def open_pool(dsn: str, *, size: int = POOL_SIZE) -> AsyncIterator[Pool]:
    """Open a pool of up to `size` connections; it is empty of state, so it is never reset.

    Raises:
        DatabaseUnavailable: nothing answers at `dsn`.
    """

    async def leave_as_it_is(connection: object) -> None:
        del connection  # no statement of ours leaves state behind: `set local` only

    try:
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            init=prepare_connection,
            reset=leave_as_it_is,
            command_timeout=COMMAND_TIMEOUT_S,
            timeout=10.0,
        )
    except (*UNREACHABLE, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable(_why(error)) from error
    try:
        yield Pool(pool)
    finally:
        try:
            async with asyncio.timeout(5.0):
                await pool.close()
        except TimeoutError:
            pool.terminate()


def _why(error: BaseException) -> str:
    detail = str(error).strip() or type(error).__name__
    return f"The database does not answer ({detail}): check DATABASE_URL, or that it runs."


async def one(db: Db, into: type[T], sql: str, *args: object) -> T:
    """Return the single row of `sql` as `into`."""
    return msgspec.convert(await db.fetchrow(sql, *args), into)


async def maybe(db: Db, into: type[T], sql: str, *args: object) -> T | None:
    """Return the first row of `sql` as `into`, or None when there is none."""
    row = await db.fetchrow(sql, *args)
    return None if row is None else msgspec.convert(row, into)


async def many(db: Db, into: type[T], sql: str, *args: object) -> list[T]:
    """Return every row of `sql` as `into`."""
    rows = [dict(row) for row in await db.fetch(sql, *args)]  # a dict converts in half the time
    return msgspec.convert(rows, list[into])  # type: ignore[valid-type]


async def value(db: Db, into: type[T], sql: str, *args: object) -> T:
    """Return the single value of `sql` as `into`."""
    return msgspec.convert(await db.fetchval(sql, *args), into)


async def batches(
    db: Db, into: type[T], sql: str, *args: object, size: int
) -> AsyncIterator[list[T]]:
    """Yield every row of `sql` as `into`, `size` at a time, by a cursor: inside a transaction."""
    cursor = await db.cursor(sql, *args)
    while rows := await cursor.fetch(size):
        yield msgspec.convert(rows, list[into])  # type: ignore[valid-type]


@contextmanager
def refused(constraint: str, problem: Problem) -> Iterator[None]:
    """Turn a violation of the named constraint into the problem that users understand."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        if error.constraint_name != constraint:
            raise
        raise problem from error


def retried(
    verb: Callable[Concatenate[Db, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Db, P], Coroutine[Any, Any, T]]:
    """Run a verb again when PostgreSQL asks for it (40001, 40P01), at most `TRIES` times.

    Only a verb that owns its transaction may run again: inside another one the error rises.
    """

    async def again(db: Db, /, *args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                return await verb(db, *args, **kwargs)
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if attempt == TRIES or db.is_in_transaction():
                    raise
        raise AssertionError  # the loop returns or raises

    functools.update_wrapper(again, verb)
    return again
