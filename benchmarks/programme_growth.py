"""What each document of a programme costs at 60, 600 and 1,000 sessions, and how conflicts grow."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

from msgspec.structs import replace

from benchmarks import Row
from schedule.conflicts import conflicts
from schedule.exports import ics, jsonld, open_data, schedule_json, schedule_xml, tables
from schedule.importing import read
from schedule.models import Draft, Programme
from tests.schedule import factory

NAME = "programme_growth"
SIZES = (60, 600, 1000)
STEEPEST = 1.3
"""A cost that grows as its input has 1; n·log n has some 1.1 here."""
MOST_MS = 1_000.0

DOCUMENTS: dict[str, Callable[[Programme], bytes]] = {
    "iCalendar": partial(ics.calendar, language="fr"),
    "schedule.xml": partial(schedule_xml.schedule_xml, language="fr"),
    "schedule.json": schedule_json.schedule_v2,
    "CSV": partial(tables.sessions_csv, language="fr"),
    "JSON-LD": partial(jsonld.programme_jsonld, language="fr"),
    "open data": open_data.pack,
}


def run(*, rounds: int = 3) -> list[Row]:
    """Make each document of programmes of every size, read the CSV back, look for conflicts."""
    made = [factory.programme(sessions=size, room_count=6) for size in SIZES]
    rows = [
        row(name, [partial(make, one) for one in made], rounds) for name, make in DOCUMENTS.items()
    ]
    back = [tables.sessions_csv(one, language="fr") for one in made]
    rows.append(row("CSV read", [partial(read, one, "a.csv") for one in back], rounds))
    drafts = [crowded(one) for one in made]
    rows.append(row("conflicts", [partial(conflicts, one) for one in drafts], rounds))
    return rows


def crowded(programme: Programme) -> Draft:
    """Return the draft of a programme, each tenth session an hour long in its neighbour's place."""
    sessions = [
        replace(one, room_id=programme.sessions[n - 1].room_id) if n % 10 == 0 and n else one
        for n, one in enumerate(programme.sessions)
    ]
    return Draft(
        rooms=programme.rooms,
        tracks=programme.tracks,
        speakers=programme.speakers,
        sessions=sessions,
        timezone=programme.timezone,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        languages=programme.languages,
    )


def row(name: str, works: list[Callable[[], object]], rounds: int) -> Row:
    """Return what a work costs at each size, and the exponent of its growth between the ends."""
    costs = [median(milliseconds(work) for _ in range(rounds)) for work in works]
    growth = costs[-1] / costs[0] / (SIZES[-1] / SIZES[0])
    told = ", ".join(f"{cost:,.0f} ms" for cost in costs)
    return Row(
        work=f"programme of {', '.join(map(str, SIZES))} sessions: {name}",
        measured=told,
        limit=f"as the sessions grow: {costs[0] * SIZES[-1] / SIZES[0]:,.0f} ms",
        ratio=growth,
        goal=f"≤ {STEEPEST} times as steep, ≤ {MOST_MS:,.0f} ms",
        reached=growth <= STEEPEST and costs[-1] <= MOST_MS,
    )


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a work takes, in milliseconds of one processor."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000
