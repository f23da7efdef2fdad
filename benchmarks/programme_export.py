"""The published programme in each form, against a handler of constant bytes in the same server."""

from statistics import median

import msgspec

from benchmarks import Row
from benchmarks.load import Job, Tally, press, request
from benchmarks.site import CLIENTS, Server, Site, bare_server, site
from forum.commands.installation import Installation
from forum.core.context import Edition
from forum.demo.programme import draft
from schedule import editing, publishing

NAME = "programme_export"
FORMS = {
    "JSON": "/api/editions/forum/programme",
    "schedule.xml": "/forum/programme.xml",
    "iCal": "/forum/programme.ics",
    "CSV": "/forum/programme.csv",
    "JSON-LD": "/forum/programme.jsonld",
    "open data": "/forum/opendata.zip",
    "page": "/forum/programme",
}
ACCEPT = {"accept": "*/*"}


def run(*, requests: int = 1600, rounds: int = 3) -> list[Row]:
    """Ask for each form `requests` times in each way, in turn."""
    with site() as made:
        publish(made)
        with made.serving() as server:
            rows = [row(made, server, form, path, requests, rounds) for form, path in FORMS.items()]
            return [*rows, unchanged(server, requests), unlike(server, requests)]


def publish(made: Site) -> None:
    """Publish the programme of the demonstration."""
    edition = made.edition()

    async def store(inside: Installation, edition: Edition = edition) -> None:
        await editing.replace(inside.db, edition, draft(edition.starts_on, 2027), at=inside.now())
        await publishing.publish(
            inside.db, edition, base_url="http://127.0.0.1", at=inside.now(), ids=inside.ids
        )

    made.work(store)


def row(made: Site, server: Server, form: str, path: str, requests: int, rounds: int) -> Row:
    """Return how one form stands to constant bytes of its length."""
    content, _ = server.get(path)
    ours, bare = [], []
    with bare_server(content) as constant:
        for n in range(rounds + 1):
            rates = ask(server, path, requests), ask(constant, "/", requests)
            if n:  # the first round warms up
                ours.append(rates[0].per_second)
                bare.append(rates[1].per_second)
    statements = made.statements([("GET", path, ACCEPT, b"")] * 2)
    rate, limit = median(ours), median(bare)
    return Row(
        work=f"programme, {form}, {len(content) / 1000:.0f} kB, {statements} statements",
        measured=f"{rate:,.0f}/s",
        limit=f"constant bytes: {limit:,.0f}/s",
        ratio=rate / limit,
        goal="≥ 0.9, 0 statements",
        reached=rate >= 0.9 * limit and statements == 0,
    )


def unchanged(server: Server, requests: int) -> Row:
    """Return how many clients that hold the programme already are told so."""
    path = FORMS["JSON"]
    held = ask(server, path, requests)
    _, etag = server.get(path)
    told = ask(server, path, requests, headers={"if-none-match": etag}, status=304)
    return Row(
        work="programme, JSON, held already: 304",
        measured=f"{told.per_second:,.0f}/s",
        limit=f"sent whole: {held.per_second:,.0f}/s",
        ratio=told.per_second / held.per_second,
        goal="every one a 304",
        reached=set(told.statuses) == {304},
    )


def unlike(server: Server, requests: int) -> Row:
    """Return how the page fares when no two ask alike, so that no answer is kept for the next."""
    path = FORMS["page"]
    alike = ask(server, path, requests)
    clients = [
        [
            request("GET", path, headers={**ACCEPT, "cookie": f"seen={client}-{n}"})
            for n in range(max(1, requests // CLIENTS))
        ]
        for client in range(CLIENTS)
    ]
    each = press(Job(port=server.port, clients=clients), status=200)
    return Row(
        work="programme, page, no two ask alike",
        measured=f"{each.per_second:,.0f}/s",
        limit=f"all ask alike: {alike.per_second:,.0f}/s",
        ratio=each.per_second / alike.per_second,
        goal="none set",
        reached=True,
    )


def ask(
    server: Server,
    path: str,
    requests: int,
    *,
    headers: dict[str, str] | None = None,
    status: int = 200,
) -> Tally:
    """Ask for one address `requests` times."""
    one = request("GET", path, headers={**ACCEPT, **(headers or {})})
    job = Job(port=server.port, clients=[[one]] * CLIENTS, times=max(1, requests // CLIENTS))
    return press(job, status=status)


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
