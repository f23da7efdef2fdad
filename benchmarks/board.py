"""The board of the doors: one look at the numbers after 80,000 scans, against one after 800."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median

import msgspec

from badges.board import watching
from badges.doors import queries as door_queries
from benchmarks import Row
from benchmarks.people import admit
from benchmarks.site import FIRST_DAY, Site, site
from forum.commands.installation import Installation
from forum.core.context import Edition

NAME = "board"
EACH = 4
"""Scans of a person: in, out, in again, and once not let in."""
MOST_STATEMENTS = 6
OPENS = datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(hours=6)
LAST = OPENS + timedelta(hours=10)
SCAN = """
    edition_id id device_id gate direction registration_id scanned_at at received_at check_in_list
    period outcome seq
""".split()
CHECK_IN = """
    edition_id check_in_list registration_id period scan_id gate at inside entries last_at revision
""".split()


def run(*, small: int = 800, large: int = 80_000, rounds: int = 9) -> list[Row]:
    """Look at both editions in turn; the middle of the rounds counts."""
    with site() as made:
        editions = [made.edition(slug=slug) for slug in ("small", "large")]
        for edition, scans in zip(editions, (small, large), strict=True):
            made.work(lambda inside, e=edition, n=scans: store(inside, e, n))
        few_ms, many_ms = looked(made, editions, rounds)
        statements = made.work(lambda inside: counted(inside, editions[1]))
    return [
        Row(
            work=f"board, a look after {large:,} scans",
            measured=f"{many_ms:.1f} ms",
            limit=f"after {small:,}: {few_ms:.1f} ms",
            ratio=many_ms / few_ms,
            goal=f"≤ {large // small}, as the scans",
            reached=many_ms <= few_ms * large / small,
        ),
        Row(
            work="board, statements of a look",
            measured=str(statements),
            limit=str(MOST_STATEMENTS),
            ratio=statements / MOST_STATEMENTS,
            goal="≤ 1",
            reached=statements <= MOST_STATEMENTS,
        ),
    ]


def looked(made: Site, editions: list[Edition], rounds: int) -> tuple[float, float]:
    """Return how long a look at each edition takes, in the middle; the first round warms up."""

    async def look(inside: Installation) -> list[list[float]]:
        took: list[list[float]] = [[] for _ in editions]
        for _ in range(rounds + 1):
            for each, edition in zip(took, editions, strict=True):
                began = time.perf_counter()
                await watching.read(inside.db, edition, None, at=LAST)
                each.append(1000 * (time.perf_counter() - began))
        return took

    few, many = (median(each[1:]) for each in made.work(look))
    return few, many


async def counted(inside: Installation, edition: Edition) -> int:
    """Return how many statements a look takes, beginning and end of its snapshot left out."""
    asked: list[str] = []
    await watching.read(inside.db, edition, None, at=LAST)  # types are looked up once
    with inside.db.query_logger(lambda record: asked.append(record.query)):  # type: ignore[attr-defined]
        await watching.read(inside.db, edition, None, at=LAST)
    return len([one for one in asked if not one.startswith(("BEGIN", "COMMIT"))])


async def store(inside: Installation, edition: Edition, count: int) -> None:
    """Store so many scans of a day and what they come to."""
    db, ids = inside.db, inside.ids
    await admit(inside, edition, count // EACH)
    people = await db.fetch("select id from attendee where edition_id = $1", edition.id)
    gate = (await door_queries.list_gates(db, edition.id))[0]
    device = ids.uuid(OPENS)
    scans, check_ins = [], []
    for n, (who,) in enumerate(people):
        came = OPENS + timedelta(hours=8) * n / len(people)
        done = (("in", "admitted"), ("out", "left"), ("in", "admitted"), ("in", "already_in"))
        first = None
        for step, (direction, outcome) in enumerate(done[:EACH]):
            at, scan = came + timedelta(minutes=20) * step, ids.uuid(came)
            first = first or scan
            told = (at, at, at, gate.check_in_list, "0", outcome, EACH * n + step)
            scans.append((edition.id, scan, device, gate.slug, direction, who, *told))
        tally = (first, gate.slug, came, True, 2, came + timedelta(minutes=40), 1)
        check_ins.append((edition.id, gate.check_in_list, who, "0", *tally))
    await db.copy_records_to_table("scan", records=scans, columns=SCAN)  # type: ignore[attr-defined]
    await db.copy_records_to_table("check_in", records=check_ins, columns=CHECK_IN)  # type: ignore[attr-defined]
    await db.execute("vacuum analyze scan, check_in")


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
