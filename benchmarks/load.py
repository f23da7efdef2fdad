"""Clients that ask as fast as they are answered, in a process of their own.

Run as a program it reads a `Job` from its standard input and writes a `Tally` to its output.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import uvloop
from msgspec import Struct

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
LONGEST_S = 600
BODILESS = (204, 304)


class Job(Struct, frozen=True, kw_only=True):
    """What to send: for each client its requests as bytes, all of them `times` times over."""

    port: int
    clients: list[list[bytes]]
    times: int = 1


class Tally(Struct, frozen=True, kw_only=True):
    """What came back: how long it took in all, how long each answer took, how many per status.

    The first answer to each client counts, and is not in `each_ms`: all begin at once.
    """

    seconds: float
    each_ms: list[float]
    statuses: dict[int, int]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return sum(self.statuses.values()) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        """Return the time within which this share of the answers came, 1 to 99."""
        return quantiles(self.each_ms, n=100)[percent - 1]


class WrongAnswerError(Exception):
    """The server answered something else than the benchmark is about."""


def request(
    method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return a request as it goes over the wire (HTTP/1.1, the connection is kept)."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def press(job: Job, *, status: int) -> Tally:
    """Send the job from another process and return what came back.

    Raises:
        WrongAnswerError: something was not answered with `status`.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=msgspec.msgpack.encode(job),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=LONGEST_S,
        check=True,
    )
    tally = msgspec.msgpack.decode(done.stdout, type=Tally)
    if set(tally.statuses) != {status}:
        raise WrongAnswerError(f"not all answers were {status}: {tally.statuses}")
    return tally


def spread(requests: Sequence[bytes], clients: int) -> list[list[bytes]]:
    """Deal the requests out to so many clients."""
    return [list(requests[n::clients]) for n in range(clients)]


class Client(asyncio.Protocol):
    """One client: sends its next request when the answer to the last one is whole."""

    def __init__(self, requests: chain[bytes]) -> None:
        self.requests = requests
        self.statuses: Counter[int] = Counter()
        self.each_ms: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._head = b""
        self._missing = 0  # bytes of the body still to come
        self._status = 0
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        """Keep the way out."""
        self._out = transport

    def connection_lost(self, error: Exception | None) -> None:
        """Fail unless all was answered."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))

    def send_next(self) -> None:
        """Send the next request, or stop after the last one."""
        following = next(self.requests, None)
        if following is None:
            self.done.set_result(None)
            self._out.close()
            return
        self._sent_at = time.perf_counter()
        self._out.write(following)

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer; go on once it is whole."""
        if self._missing == 0:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self._head, self._status = b"", int(head[9:12])
            whole = 0 if self._status in BODILESS else length_of(head)
            self._missing = whole - len(body)
        else:
            self._missing -= len(data)
        if self._missing > 0:
            return
        self.each_ms.append((time.perf_counter() - self._sent_at) * 1000)
        self.statuses[self._status] += 1
        self.send_next()


def length_of(head: bytes) -> int:
    """Return the Content-Length of an answer."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without Content-Length")


async def run(job: Job) -> Tally:
    """Connect every client, then let all begin at once."""
    loop = asyncio.get_running_loop()
    clients = []
    for requests in job.clients:
        repeated = chain.from_iterable(repeat(requests, job.times))
        _, client = await loop.create_connection(lambda r=repeated: Client(r), HOST, job.port)
        clients.append(client)
    started = time.perf_counter()
    for client in clients:
        client.send_next()
    await asyncio.gather(*(client.done for client in clients))
    return Tally(
        seconds=time.perf_counter() - started,
        each_ms=[took for client in clients for took in client.each_ms[1:]],
        statuses=dict(sum((client.statuses for client in clients), Counter())),
    )


if __name__ == "__main__":
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.msgpack.encode(uvloop.run(run(asked))))
