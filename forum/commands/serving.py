"""`forum serve`, `worker` and `migrate`."""

import asyncio
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import structlog
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from granian.server.common import AbstractServer

from badges.keys import follow, open_keyring
from forum.commands.installation import database, migrate_at
from forum.core import clock
from forum.core.db import DatabaseUnavailable, connect, open_pool
from forum.core.errors import Problem
from forum.core.migrate import pending
from forum.core.pages import Templates, static_version
from forum.core.settings import Settings, pass_on
from forum.worker import Worker

KILL_AFTER_S = 8
BACKLOG = 1024


class PortTaken(Problem):
    """The port is in use."""

    code = "port_taken"


def check_port(host: str, port: int) -> None:
    """Refuse a port that another program holds, before anything is started.

    Raises:
        PortTaken: naming the port and the mend.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Cannot listen on {host}:{port} ({error.strerror}): choose another --port."
            raise PortTaken(message) from error


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; then finish what is in hand, within ten seconds.

    Raises:
        PortTaken: another program holds the port.
        DatabaseUnavailable: the database does not answer, or its schema is behind.
    """
    check_port(host, port)
    with database(settings) as ready:
        url = str(ready.database_url)
        asyncio.run(_check_schema(url))
        pass_on(ready)
        server("forum.app:serve", host, port, workers).serve()


def server(app: str, host: str, port: int, workers: int) -> AbstractServer[Any]:
    """Return a server of what the factory `app` makes (`module:function`), not yet serving."""
    return Server(
        app,
        factory=True,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop if sys.platform != "win32" else Loops.auto,
        websockets=False,
        backlog=BACKLOG,
        log_level=LogLevels.warning,
        workers_kill_timeout=KILL_AFTER_S,
        respawn_failed_workers=workers > 1,
    )


async def _check_schema(url: str) -> None:
    db = await connect(url)
    try:
        missing = await pending(db)
    finally:
        await db.close()
    if missing:
        raise DatabaseUnavailable(f"The schema lacks {', '.join(missing)}: run forum migrate.")


def work(settings: Settings) -> None:
    """Send e-mails until told to stop.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    with database(settings) as ready:
        asyncio.run(_work(ready))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with open_pool(str(settings.database_url), size=4) as pool:
        async with pool.acquire() as db:
            keyring = await open_keyring(db, settings.secret_key, at=clock.now())
        templates = Templates(version=static_version(), demo=settings.demo)
        task = asyncio.create_task(Worker(settings, pool, keyring, templates).run())
        following = asyncio.create_task(follow(keyring, pool))
        structlog.get_logger("worker").info("working")
        await asyncio.wait({task, asyncio.create_task(stop.wait())}, return_when="FIRST_COMPLETED")
        if task.done():
            task.result()
        for one in (task, following):
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one


def migrate(settings: Settings) -> list[str]:
    """Apply the migrations that are missing; return their names.

    Raises:
        DatabaseUnavailable: the database does not answer.
        MigrationError: the schema and the migrations disagree.
    """
    with database(settings, migrated=False) as ready:
        return asyncio.run(migrate_at(str(ready.database_url)))
