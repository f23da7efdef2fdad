"""Scans through HTTP, against the same statements alone on connections of their own."""

import asyncio
import time
from datetime import UTC, datetime
from statistics import median

import msgspec
import uvloop

from badges.devices import service as devices
from badges.devices.models import Enrolled
from badges.doors import doors
from badges.keys import Keyring
from badges.models import Asked, NewScan, Outcome, Presented, Reading, Scan
from badges.models import Tally as Came
from badges.scans import presented
from badges.scans import queries as scan_queries
from badges.scans.presented import ReadScan
from benchmarks import Row
from benchmarks.load import Job, Tally, press, request, spread
from benchmarks.people import admit
from benchmarks.site import CLIENTS, Server, Site, held, site
from forum.commands.installation import Installation
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids

NAME = "scan"
GATE = "main"
AT = datetime(2027, 3, 22, 8, 30, tzinfo=UTC)
MOST_P99_MS = 25
MOST_STATEMENTS = 2
EMPTY = "truncate scan, check_in, scan_conflict"


def run(*, scans: int = 1600, rounds: int = 3) -> list[Row]:
    """Scan `scans` tickets one by one in each way, in turn."""
    with site() as made:
        bench = Bench(made, scans + 2)
        with made.serving() as server:
            over_http, bare = [], []
            for n in range(rounds + 1):
                tallies = bench.over_http(server, scans), bench.bare(scans)
                if n:  # the first round warms up
                    over_http.append(tallies[0])
                    bare.append(tallies[1])
        statements = bench.statements()
    return rows(over_http, bare, statements)


def rows(over_http: list[Tally], bare: list[Tally], statements: int) -> list[Row]:
    """Return how the scans stand to their goals."""
    rate = median(tally.per_second for tally in over_http)
    limit = median(tally.per_second for tally in bare)
    p50_ms = median(tally.percentile_ms(50) for tally in over_http)
    bare_p99_ms = median(tally.percentile_ms(99) for tally in bare)
    p99_ms = median(tally.percentile_ms(99) for tally in over_http)
    return [
        Row(
            work=f"scan, {CLIENTS} clients at once",
            measured=f"{rate:,.0f}/s",
            limit=f"the same SQL alone, one by one: {limit:,.0f}/s",
            ratio=rate / limit,
            goal="≥ 0.8",
            reached=rate >= 0.8 * limit,
        ),
        Row(
            work=f"scan, {CLIENTS} clients at once, p99",
            measured=f"{p99_ms:.1f} ms (p50 {p50_ms:.1f})",
            limit=f"{MOST_P99_MS} ms; the same SQL alone: {bare_p99_ms:.1f} ms",
            ratio=p99_ms / MOST_P99_MS,
            goal="≤ 1",
            reached=p99_ms <= MOST_P99_MS,
        ),
        Row(
            work="scan, statements",
            measured=str(statements),
            limit=str(MOST_STATEMENTS),
            ratio=statements / MOST_STATEMENTS,
            goal="≤ 1",
            reached=statements <= MOST_STATEMENTS,
        ),
    ]


class Bench:
    """An edition with tickets and a device at its gate."""

    def __init__(self, made: Site, count: int) -> None:
        self.site = made
        self.ids = Ids()
        self.edition = made.edition()
        self.tokens, self.keyring, enrolled = made.work(
            lambda inside: prepare(inside, self.edition, count)
        )
        self.device = enrolled.device
        self.headers = {
            "authorization": f"Bearer {enrolled.token}",
            "content-type": "application/json",
        }

    def over_http(self, server: Server, count: int) -> Tally:
        """Scan so many tickets, each by a request of its own."""
        requests = [self.request([scan]) for scan in self.scans(count)]
        tally = press(Job(port=server.port, clients=spread(requests, CLIENTS)), status=200)
        self.empty(admitted=count)
        return tally

    def bare(self, count: int) -> Tally:
        """Send the same statements, scan by scan, on connections of their own."""
        tally = uvloop.run(self._bare(self.scans(count)))
        self.empty(admitted=count)
        return tally

    async def _bare(self, scans: list[Scan]) -> Tally:
        connections = await held(str(self.site.settings().database_url), CLIENTS)
        known = await doors.read(connections[0], self.edition)
        sent = [Presented(device=self.device, scan=scan) for scan in scans]
        read = [presented.read(one, known, self.keyring, AT) for one in sent]
        ready = [(one, presented.asked(one, known)) for one in read]
        each_ms: list[float] = []
        started = time.perf_counter()

        async def client(number: int) -> None:
            took_ms = []
            for one, asked in ready[number::CLIENTS]:
                begun = time.perf_counter()
                await self._bare_scan(connections[number], one, asked)
                took_ms.append((time.perf_counter() - begun) * 1000)
            each_ms.extend(took_ms[1:])

        await asyncio.gather(*(client(number) for number in range(CLIENTS)))
        seconds = time.perf_counter() - started
        await asyncio.gather(*(connection.close() for connection in connections))
        return Tally(seconds=seconds, each_ms=each_ms, statuses={200: len(scans)})

    async def _bare_scan(self, db: Db, one: ReadScan, asked: Asked) -> None:
        """Read and store one scan; who comes first is admitted, whatever the rules say."""
        [reading] = await scan_queries.read_scans(db, self.edition.id, [asked])
        new, tally = admitted(one, reading)
        await scan_queries.record_scans(db, self.edition.id, [new], [tally], [], AT)

    def statements(self) -> int:
        """Return how many statements one scan takes, once the device is known."""
        requests = [self.request([scan]) for scan in self.scans(2)]
        path, bodies = "/api/device/scans", [one.partition(b"\r\n\r\n")[2] for one in requests]
        return self.site.statements([("POST", path, self.headers, body) for body in bodies])

    def scans(self, count: int) -> list[Scan]:
        """Return the first reading of so many tickets."""
        return [
            Scan(id=self.ids.uuid(AT), token=token, gate=GATE, scanned_at=AT)
            for token in self.tokens[:count]
        ]

    def request(self, scans: list[Scan]) -> bytes:
        """Return the request that a device sends."""
        body = msgspec.json.encode({"scans": scans})
        return request("POST", "/api/device/scans", headers=self.headers, body=body)

    def empty(self, *, admitted: int) -> None:
        """Forget the scans, once it is sure that each let somebody in."""

        async def count_and_empty(inside: Installation) -> int:
            counted: int = await inside.db.fetchval("select count(*) from check_in")
            await inside.db.execute(EMPTY)
            return counted

        counted = self.site.work(count_and_empty)
        if counted != admitted:
            raise AssertionError(f"{counted} were let in, not {admitted}")


def admitted(one: ReadScan, reading: Reading) -> tuple[NewScan, Came]:
    """Return the rows of somebody who comes in for the first time."""
    if reading.registration_id is None:
        raise AssertionError("a ticket that nobody holds")
    scan, period = one.scan, one.where.period
    new = NewScan(
        id=scan.id,
        device_id=one.device.id,
        gate=one.gate,
        direction=scan.direction,
        registration_id=reading.registration_id,
        scanned_at=scan.scanned_at,
        at=one.at,
        seq=scan.seq,
        clock_offset_ms=None,
        check_in_list=one.rule.slug,
        period=period,
        session=None,
        offline=False,
        outcome=Outcome.ADMITTED,
        refusal=None,
        undoes=None,
        undone=False,
        amends=False,
        tally=0,
    )
    tally = Came(
        check_in_list=one.rule.slug,
        registration_id=reading.registration_id,
        period=period,
        scan_id=scan.id,
        gate=one.gate,
        at=one.at,
        inside=True,
        entries=1,
        last_at=one.at,
        writes=reading.writes,
    )
    return new, tally


async def prepare(
    inside: Installation, edition: Edition, count: int
) -> tuple[list[str], Keyring, Enrolled]:
    """Store people with tickets, and enrol a device."""
    at = inside.now()
    tokens = await admit(inside, edition, count)
    code = await devices.add(inside.db, edition.id, "Phone", GATE, at=at, ids=inside.ids)
    enrolled = await devices.enrol(inside.db, code, at=at, ids=inside.ids)
    return tokens, inside.keyring, enrolled


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
