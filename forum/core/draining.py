"""Ending without dropping a request: no new connection, then the last answers, then the end."""

import asyncio
import ctypes
import os
import select
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

HANDSHAKES_S = 0.1
"""A handshake that has begun ends within this."""
QUIET_S = 0.5
"""Where nobody asked for so long, nobody who is connected is about to."""
QUIET_STEPS = 10
LONGEST_S = 3.0
"""Then the end comes, whoever still asks; the server waits for the answers under way."""
DESCRIPTORS = Path("/dev/fd")
SO_ATTACH_FILTER = 26
INSTRUCTION = struct.Struct("HBBI")
NO_SYN = b"".join(
    INSTRUCTION.pack(*one)
    for one in (
        (0x30, 0, 0, 13),  # load the byte of flags of the TCP header
        (0x45, 0, 1, 0x02),  # is SYN set?
        (0x06, 0, 0, 0),  # then drop the packet
        (0x06, 0, 0, 0xFFFFFFFF),  # else take it whole
    )
)
"""A classic BPF program (Linux, networking/filter): no packet that begins a handshake passes."""


class Draining:
    """Stands around the site in the process that serves it, and ends it when SIGTERM comes.

    The server by itself closes connections that it has accepted and not read yet. So it goes on for
    a moment: nobody new can connect, whoever is connected is answered with `Connection: close`, and
    once nobody asks the server is told to end, by SIGINT, to which it listens as well. Answers that
    would go on without an end find an event in their scope, `ending`, and end themselves.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.ending = asyncio.Event()
        self._asked = False
        self._ending: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection (ASGI 3)."""
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.begin)
        scope["ending"] = self.ending
        if self._ending is None or scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self._asked = True

        async def last(message: Any) -> None:
            if message["type"] == "http.response.start" and scope["http_version"] == "1.1":
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self.app(scope, receive, last)

    def begin(self) -> None:
        """Begin to end; a second SIGTERM changes nothing."""
        self.ending.set()
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        listening = listeners()
        for one in listening:
            refuse_handshakes(one)
        await asyncio.sleep(HANDSHAKES_S)
        for _ in range(int(LONGEST_S / HANDSHAKES_S)):
            if not any(map(somebody_waits, listening)):
                break
            await asyncio.sleep(HANDSHAKES_S)
        for one in listening:
            close_under_its_holder(one)
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_S):
                while await self._asked_again():
                    pass
        os.kill(os.getpid(), signal.SIGINT)

    async def _asked_again(self) -> bool:
        """Wait for a quiet moment, by steps: a process that was held up has read nothing yet."""
        self._asked = False
        for _ in range(QUIET_STEPS):
            await asyncio.sleep(QUIET_S / QUIET_STEPS)
            if self._asked:
                return True
        return False


def listeners() -> list[int]:
    """Return the descriptors at which this process waits for connections."""
    return [number for path in DESCRIPTORS.iterdir() if _listens(number := int(path.name))]


def _listens(descriptor: int) -> bool:
    try:
        one = socket.socket(fileno=descriptor)
    except OSError:  # a file, or gone since it was listed
        return False
    try:
        return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    finally:
        one.detach()


def refuse_handshakes(descriptor: int) -> None:
    """Have the system begin no further handshake at a listening socket, where it can (Linux).

    Those that have begun are finished and accepted; closing at once would reset them.
    """
    program = ctypes.create_string_buffer(NO_SYN, len(NO_SYN))
    told = struct.pack("HP", len(NO_SYN) // INSTRUCTION.size, ctypes.addressof(program))
    one = socket.socket(fileno=descriptor)
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, told)
    one.detach()


def somebody_waits(descriptor: int) -> bool:
    """Say whether a connection that the system has taken waits to be accepted."""
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))


def close_under_its_holder(descriptor: int) -> None:
    """Close a listening socket of the server, which has no word for it.

    Another socket, where nobody can connect, takes its place. Whoever tries from now on is refused
    by the system, and knows that nothing was done.
    """
    with socket.socket() as nowhere:
        os.dup2(nowhere.fileno(), descriptor)
