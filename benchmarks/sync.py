"""Offline scans handed over in batches, through HTTP, by several devices at once."""

from http.client import HTTPConnection
from statistics import median

import msgspec
from msgspec.structs import replace

from badges.models import Outcome
from benchmarks import Row
from benchmarks.load import Job, press, spread
from benchmarks.scan import Bench
from benchmarks.site import Server, site

NAME = "sync"
LEAST_PER_S = 10_000
DEVICES = 4


def run(*, scans: int = 10_000, batch: int = 500, rounds: int = 3) -> list[Row]:
    """Hand over `scans` scans that phones decided alone, `batch` a request.

    Phones that decide alone were sent a manifest before: so the server has signed these tickets.
    """
    with site() as made:
        bench = Bench(made, scans)
        with made.serving() as server:
            prepared(bench, server, scans)
            measured = [synced(bench, server, scans, batch) for _ in range(rounds + 1)]
    per_s = median(measured[1:])  # the first round warms up
    return [
        Row(
            work=f"{scans:,} offline scans, {batch} at a time",
            measured=f"{per_s:,.0f}/s",
            limit=f"{LEAST_PER_S:,}/s",
            ratio=per_s / LEAST_PER_S,
            goal="≥ 1",
            reached=per_s >= LEAST_PER_S,
        )
    ]


def prepared(bench: Bench, server: Server, count: int) -> None:
    """Fetch the manifest as every phone does that is prepared for the doors."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/api/device/manifest", headers=bench.headers)
    answer = msgspec.json.decode(connection.getresponse().read())
    connection.close()
    if answer["count"] < count:
        raise AssertionError(f"the manifest has {answer['count']} tickets, not {count}")


def synced(bench: Bench, server: Server, count: int, batch: int) -> float:
    """Send so many scans, a batch a request; return how many were taken a second."""
    scans = [
        replace(one, shown=Outcome.ADMITTED, seq=seq) for seq, one in enumerate(bench.scans(count))
    ]
    requests = [bench.request(scans[n : n + batch]) for n in range(0, count, batch)]
    job = Job(port=server.port, clients=spread(requests, DEVICES))
    seconds = press(job, status=200).seconds
    bench.empty(admitted=count)
    return count / seconds


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
