"""`forum serve` from nothing running to its first 200, against the least that must start."""

import time
from statistics import median

import msgspec

from benchmarks import Row
from benchmarks.site import bare_server, installation
from forum.commands.installation import database
from forum.core.postgres import Cluster

NAME = "start"
MOST_S = 3.0


def run(*, rounds: int = 3) -> list[Row]:
    """Start both ways in turn; the cluster is made already, and stopped before each start."""
    with installation() as made:
        with database(made.settings()):
            pass  # made, migrated, stopped
        cluster = Cluster(made.folder / "var" / "postgres")
        ours, bare = [], []
        for _ in range(rounds):
            with made.serving() as server:
                ours.append(server.ready_s)
            started = time.perf_counter()
            cluster.ensure()
            took_s = time.perf_counter() - started
            with bare_server(b"Hello") as constant:
                bare.append(took_s + constant.ready_s)
            cluster.release()
    taken_s, least_s = median(ours), median(bare)
    return [
        Row(
            work="start: forum serve to the first 200",
            measured=f"{taken_s:.2f} s",
            limit=f"PostgreSQL and an empty application: {least_s:.2f} s",
            ratio=taken_s / least_s,
            goal=f"≤ {MOST_S:g} s",
            reached=taken_s <= MOST_S,
        )
    ]


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
