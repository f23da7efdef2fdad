"""The end of the site: whoever has connected is answered, whoever comes later is refused."""

import asyncio
import signal
import socket

import pytest

from forum.core.draining import (
    close_under_its_holder,
    listeners,
    refuse_handshakes,
    somebody_waits,
)
from tests.installations import PATIENCE_S

CLIENTS = 32
GREETING = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
def listening():
    """A listening socket as a server holds it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(8)
        yield one


def test_listening_sockets_are_found_among_all_that_is_open(listening):
    with socket.create_connection(listening.getsockname()) as connected:
        found = listeners()
        assert listening.fileno() in found
        assert connected.fileno() not in found


def test_who_has_connected_is_accepted_although_no_more_may(listening):
    address = listening.getsockname()
    with socket.create_connection(address) as early:
        refuse_handshakes(listening.fileno())
        assert somebody_waits(listening.fileno())
        accepted, _ = listening.accept()
        assert not somebody_waits(listening.fileno())
        early.sendall(b"x")
        assert accepted.recv(1) == b"x"
        accepted.close()
    with pytest.raises(TimeoutError):
        socket.create_connection(address, timeout=0.2)


def test_a_socket_closed_under_its_holder_refuses_and_stays_a_descriptor(listening):
    address, number = listening.getsockname(), listening.fileno()
    close_under_its_holder(number)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    assert (listening.fileno(), listeners().count(number)) == (number, 0)


class Hammer:
    """Clients that ask as fast as they are answered; `lost` is what was sent and not answered."""

    def __init__(self, port):
        self.port = port
        self.answered = 0
        self.told_to_close = 0
        self.lost = []

    async def ask(self, *, keep):
        """Ask until no connection is taken any more."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionRefusedError:
                return
            try:
                while await self._once(reader, writer, keep=keep):
                    pass
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                self.lost.append((keep, repr(error)))
            writer.close()

    async def _once(self, reader, writer, *, keep):
        writer.write(GREETING + (b"" if keep else b"Connection: close\r\n") + b"\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        self.answered += 1
        closing = b"\r\nconnection: close" in head
        self.told_to_close += keep and closing
        return keep and not closing


async def test_no_request_is_dropped_when_sigterm_comes(empty):
    """Half of the clients keep their connection, half open one for each request."""
    empty.start("serve")
    hammer = Hammer(empty.port)
    clients = [asyncio.create_task(hammer.ask(keep=n % 2 == 0)) for n in range(CLIENTS)]
    async with asyncio.timeout(PATIENCE_S):
        while hammer.answered < 10 * CLIENTS:
            await asyncio.sleep(0.01)
    empty.server.send_signal(signal.SIGTERM)
    await asyncio.gather(*clients)
    assert await asyncio.to_thread(empty.server.wait, PATIENCE_S) == 0
    empty.server = None
    assert hammer.lost == []
    assert hammer.told_to_close >= CLIENTS // 2


def open_at(port):
    """Say whether anybody is let in; a handshake that is not taken counts as not."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


async def test_a_request_under_way_is_answered_before_the_end(empty):
    empty.start("serve")
    reader, writer = await asyncio.open_connection("127.0.0.1", empty.port)
    body = b'{"code": "none"}'
    writer.write(
        b"POST /api/devices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    writer.write(body[:5])
    await writer.drain()
    empty.server.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_S):
        while open_at(empty.port):
            await asyncio.sleep(0.01)
    writer.write(body[5:])
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404")
    writer.close()
    assert await asyncio.to_thread(empty.server.wait, PATIENCE_S) == 0
    empty.server = None
