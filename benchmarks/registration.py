"""Registrations through HTTP, more than there are places, against the same statements alone."""

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from statistics import median
from typing import Any

import msgspec
import uvloop

from benchmarks import Row
from benchmarks.load import Job, press, request, spread
from benchmarks.site import CLIENTS, Server, Site, held, site
from forum.commands.installation import Installation
from forum.core import clock
from forum.core.context import Edition
from forum.core.ids import Ids
from forum.registrations import service
from forum.registrations.models import RegistrationForm

NAME = "registration"


def run(*, places: int = 800, extra: int = 100, rounds: int = 3) -> list[Row]:
    """Fight for so many places in each way, in turn, with `extra` people too many."""
    with site() as made:
        bench = Bench(made, places, extra)
        with made.serving() as server:
            over_http, bare = [], []
            for n in range(rounds + 1):
                rates = bench.over_http(server), bench.bare()
                if n:  # the first round warms up
                    over_http.append(rates[0])
                    bare.append(rates[1])
        statements = bench.statements()
    rate, limit = median(over_http), median(bare)
    return [
        Row(
            work=f"registration, {CLIENTS} clients at once, {statements} statements",
            measured=f"{rate:,.0f}/s",
            limit=f"the same SQL alone: {limit:,.0f}/s",
            ratio=rate / limit,
            goal="≥ 0.6",
            reached=rate >= 0.6 * limit,
        ),
        Row(
            work=f"registration, {places + extra} people for {places} places",
            measured=" ".join(str(one) for one in bench.confirmed),
            limit=f"{places} confirmed",
            ratio=max(bench.confirmed) / places,
            goal="= 1",
            reached=set(bench.confirmed) == {places},
        ),
    ]


class Bench:
    """An edition for each fight; `confirmed` says how each one ended."""

    def __init__(self, made: Site, places: int, extra: int) -> None:
        self.site = made
        self.places = places
        self.people = places + extra
        self.confirmed: list[int] = []
        self._numbers: Iterator[int] = count(1)

    def over_http(self, server: Server) -> float:
        """Register everyone, each by a request of their own; return how many a second."""
        edition = self.edition()
        path = f"/api/editions/{edition.slug}/registrations"
        headers = {"content-type": "application/json"}
        bodies = [msgspec.json.encode(answers(n)) for n in range(self.people)]
        requests = [request("POST", path, headers=headers, body=body) for body in bodies]
        tally = press(Job(port=server.port, clients=spread(requests, CLIENTS)), status=202)
        self.note(edition)
        return tally.per_second

    def bare(self) -> float:
        """Register everyone on connections of their own; return how many a second."""
        edition = self.edition()
        rate = uvloop.run(self._bare(edition))
        self.note(edition)
        return rate

    async def _bare(self, edition: Edition) -> float:
        forms = [RegistrationForm(**answers(n)) for n in range(self.people)]
        connections = await held(str(self.site.settings().database_url), CLIENTS)
        ids = Ids()
        started = time.perf_counter()

        async def client(number: int) -> None:
            for form in forms[number::CLIENTS]:
                await service.register(connections[number], edition, form, at=clock.now(), ids=ids)

        await asyncio.gather(*(client(number) for number in range(CLIENTS)))
        seconds = time.perf_counter() - started
        await asyncio.gather(*(connection.close() for connection in connections))
        return self.people / seconds

    def edition(self) -> Edition:
        """Make an edition of `places` places."""
        return self.site.edition(slug=f"forum-{next(self._numbers)}", places=self.places)

    def note(self, edition: Edition) -> None:
        """Remember how many were confirmed."""

        async def count_confirmed(inside: Installation) -> int:
            counted: int = await inside.db.fetchval(
                "select count(*) from registration where edition_id = $1 and status = 'confirmed'",
                edition.id,
            )
            return counted

        self.confirmed.append(self.site.work(count_confirmed))

    def statements(self) -> int:
        """Return how many statements one registration takes."""
        path = f"/api/editions/{self.edition().slug}/registrations"
        headers = {"content-type": "application/json"}
        bodies = [msgspec.json.encode(answers(n)) for n in range(2)]
        return self.site.statements([("POST", path, headers, body) for body in bodies])


def answers(number: int) -> dict[str, Any]:
    """Return what the person of this number sends."""
    return {
        "given_name": "Zoé",
        "family_name": f"Lefèvre {number}",
        "email": f"zoe.{number}@example.org",
        "organisation": "Ville de Toulouse",
        "job_title": "Adjointe à l’urbanisme",
        "category": "elected",
    }


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
