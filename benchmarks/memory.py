"""The memory of the process that serves, after many requests of every kind."""

import msgspec

from benchmarks import Row
from benchmarks.load import Job, press, request
from benchmarks.programme_export import ACCEPT, FORMS, publish
from benchmarks.site import CLIENTS, Server, site

NAME = "memory"
MOST_MB = 150
MOST_GROWTH = 1.05
STEPS = 10
PATHS = [
    *FORMS.values(),
    "/forum/",
    "/forum/register",
    "/forum/guides",
    "/api/editions/forum",
    "/forum/programme?q={n}",
]


def run(*, requests: int = 20_000) -> list[Row]:
    """Send so many requests, and weigh the process after a tenth of them and after all."""
    with site() as made:
        publish(made)
        with made.serving() as server:
            weights_mb = [press_and_weigh(server, requests // STEPS, n) for n in range(STEPS)]
    first_mb, last_mb = weights_mb[0], weights_mb[-1]
    return [
        Row(
            work=f"memory after {requests:,} requests",
            measured=f"{last_mb:.0f} MB",
            limit=f"{MOST_MB} MB",
            ratio=last_mb / MOST_MB,
            goal="≤ 1",
            reached=last_mb <= MOST_MB,
        ),
        Row(
            work="memory, growth since a tenth of them",
            measured=f"{last_mb - first_mb:+.1f} MB",
            limit=f"{first_mb:.0f} MB",
            ratio=last_mb / first_mb,
            goal=f"≤ {MOST_GROWTH}",
            reached=last_mb <= MOST_GROWTH * first_mb,
        ),
    ]


def press_and_weigh(server: Server, requests: int, step: int) -> float:
    """Send so many requests, searches that nobody made before among them; return megabytes."""
    each = max(1, requests // (CLIENTS * len(PATHS)))
    clients = [
        [
            request("GET", path.format(n=f"{step}-{client}-{n}"), headers=ACCEPT)
            for n in range(each)
            for path in PATHS
        ]
        for client in range(CLIENTS)
    ]
    press(Job(port=server.port, clients=clients), status=200)
    return server.memory_mb()


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
