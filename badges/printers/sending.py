"""A conversation with a label printer over TCP: how it is, a label, and whether it has taken it.

A label ends with `^XZ`, without which nothing is printed: all before it may break and be sent
again, and a printer that answers has told that it read it. From the moment at which the last bytes
leave until the printer has told that it read them too, a break leaves the label unsure. Every
wait and every answer is bounded.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from badges.printers import addresses, host_status
from badges.printers.host_status import HostStatus
from badges.printers.models import Fault
from badges.printers.zpl import END

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Patience(NamedTuple):
    """How long each step may take, in seconds."""

    connect_s: float = 5.0
    answer_s: float = 3.0
    send_s: float = 10.0
    settle_s: float = 20.0
    """How long a printer may hold a label that it has taken, until it is fit to print again."""
    poll_s: float = 0.5


class Jam(Exception):  # noqa: N818 -- it is what people call it
    """The printer cannot print now; nothing of a label was printed."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.value)


class Unsure(Jam):
    """The line broke, or the printer stopped, after a whole label had left."""


async def find(address: str, *, here: bool, patience: Patience) -> tuple[str, int]:
    """Return the number and the port of a printer's address, all that it resolves to checked.

    Raises:
        Jam: the name is not known, or leads anywhere but to a private network.
    """
    try:
        host, port = addresses.read(address, here=here)
    except addresses.BadAddress as error:
        raise Jam(Fault.ADDRESS_FORBIDDEN) from error
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience.connect_s):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        raise Jam(Fault.NAME_UNKNOWN) from error
    numbers = [str(one[4][0]) for one in found]
    if not numbers:
        raise Jam(Fault.NAME_UNKNOWN)
    if not all(addresses.allowed(ip_address(one.partition("%")[0]), here=here) for one in numbers):
        raise Jam(Fault.ADDRESS_FORBIDDEN)
    return numbers[0], port


class Line:
    """An open connection to a printer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: Patience
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.patience = patience

    async def ask(self) -> HostStatus:
        """Ask the printer how it is.

        Raises:
            Jam: it does not answer in time, or not as printers do.
        """
        try:
            async with asyncio.timeout(self.patience.answer_s):
                self.writer.write(host_status.ASK)
                await self.writer.drain()
                answer = await self._answer()
            return host_status.read(answer)
        except (TimeoutError, host_status.NoAnswer) as error:
            raise Jam(Fault.SILENT) from error
        except OSError as error:
            raise Jam(Fault.BROKEN) from error

    async def _answer(self) -> bytes:
        answer = b""
        while not host_status.complete(answer):
            part = await self.reader.read(host_status.LONGEST_ANSWER)
            if not part:
                raise ConnectionResetError(errno.ECONNRESET, "closed")
            answer += part
            if len(answer) > host_status.LONGEST_ANSWER:
                raise host_status.NoAnswer("endless")
        return answer

    async def send(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            Jam: the printer takes them no more, or the line broke.
        """
        try:
            async with asyncio.timeout(self.patience.send_s):
                self.writer.write(data)
                await self.writer.drain()
        except TimeoutError as error:
            raise Jam(Fault.STALLED) from error
        except OSError as error:
            raise Jam(Fault.BROKEN) from error

    async def settle(self) -> None:
        """Wait until the printer has read all, and is fit.

        Raises:
            Unsure: it did not say so in time.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience.settle_s
        while True:
            try:
                status = await self.ask()
            except Jam as jam:
                raise Unsure(jam.fault) from jam
            if status.fault is None and not status.partial and not status.formats:
                return
            if loop.time() >= until:
                raise Unsure(status.fault or Fault.STALLED)
            await asyncio.sleep(self.patience.poll_s)

    async def end(self) -> None:
        """Say that no more comes, and wait for the printer to close: all that a mute one can tell.

        Raises:
            Unsure: the line broke.
        """
        try:
            async with asyncio.timeout(self.patience.answer_s):
                self.writer.write_eof()
                while await self.reader.read(host_status.LONGEST_ANSWER):
                    pass
        except TimeoutError:
            return  # many keep the line open as long as they may
        except OSError as error:
            raise Unsure(Fault.BROKEN) from error


@asynccontextmanager
async def connected(address: str, *, here: bool, patience: Patience) -> "AsyncIterator[Line]":
    """Open a connection to a printer, to the very number that was checked; close it in the end.

    Raises:
        Jam: it cannot be reached.
    """
    number, port = await find(address, here=here, patience=patience)
    try:
        async with asyncio.timeout(patience.connect_s):
            reader, writer = await asyncio.open_connection(
                number, port, limit=host_status.LONGEST_ANSWER
            )
    except ConnectionRefusedError as error:
        raise Jam(Fault.REFUSED) from error
    except (OSError, TimeoutError) as error:
        raise Jam(Fault.UNREACHABLE) from error
    try:
        yield Line(reader, writer, patience)
    finally:
        writer.close()
        try:
            async with asyncio.timeout(1.0):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            writer.transport.abort()


async def fit(line: Line) -> None:
    """Ask whether the printer can print.

    Raises:
        Jam: it cannot, or does not say.
    """
    status = await line.ask()
    fault = status.fault or (Fault.HALF_A_LABEL if status.partial else None)
    if fault:
        raise Jam(fault)


async def print_label(
    line: Line, label: bytes, *, answers: bool, leaving: Callable[[], Awaitable[bool]]
) -> bool:
    """Send one label; return whether it is printed, False where `leaving` said no.

    `leaving` is called between the label's body and the bytes that make it be printed: it stores
    that they leave.

    Raises:
        Jam: nothing was printed, and the label may be sent again.
        Unsure: it may have been printed.
    """
    if answers:
        await fit(line)
    await line.send(label.removesuffix(END))
    if answers:
        await line.ask()
    if not await leaving():
        return False
    try:
        await line.send(END)
    except Jam as jam:
        raise Unsure(jam.fault) from jam
    if answers:
        await line.settle()
    else:
        await line.end()
    return True
