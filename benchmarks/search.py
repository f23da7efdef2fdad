"""The organisers' table through HTTP: 80,000 registrations against 800."""

import random
from datetime import UTC, datetime, timedelta
from statistics import median

import msgspec

from benchmarks import Row
from benchmarks.load import Job, press, request, spread
from benchmarks.site import Server, Site, site
from forum.accounts import service as accounts
from forum.commands.installation import Installation
from forum.core.context import Edition, Role
from forum.core.text import search_key, sort_key
from forum.editions.models import NewCategory

NAME = "search"
MOST_RATIO = 3
MOST_STATEMENTS = 2
CLIENTS = 1
"""One at a time: what one organiser waits for."""
SINCE = datetime(2027, 1, 1, tzinfo=UTC)
SEED = 20270322
LETTERS = "bcdfglmnprstv"
VOWELS = "aeiouéèâî"
COLUMNS = """
    edition_id id reference given_name family_name email email_key organisation category language
    status turn sort_key search_key mailed_at created_at changed_at
""".split()
TICKET = "edition_id registration_id number key_id category_number days issued_at".split()
STATUSES = {"confirmed": 80, "pending": 7, "waiting": 7, "cancelled": 5.9, "refused": 0.1}
ONE_IN = 15
"""How many have another name, or write in French, for one Lefèvre and one who writes in English: a
first page is full in both editions, so that it is the same page."""
RARE = 5
"""How many Quimperlé there are, in the large edition as in the small one."""
ASKED = {
    "first page": "",
    "a name of many": "q=lefevre",
    "a name of few": "q=quimperle",
    "two words": "q=anne+lefevre",
    "one letter": "q=l",
    "reference": "q={reference}",
    "to approve": "status=pending",
    "waiting, by date": "status=waiting&sort=-date",
    "by organisation, backwards": "sort=-organisation",
    "by category": "sort=category",
    "in English": "language=en",
    "badges to print": "printed=no",
}
"""What is asked of the table, by the name of its row."""


def run(*, small: int = 800, large: int = 80_000, times: int = 40, rounds: int = 3) -> list[Row]:
    """Ask for each page `times` in each edition, in turn; the middle of the rounds counts."""
    with site() as made:
        bench = Bench(made, small, large)
        with made.serving() as server:
            took = {
                name: [bench.both_ms(server, query, times) for _ in range(rounds + 1)][1:]
                for name, query in ASKED.items()
            }
        statements = bench.statements()
    rows = []
    for name, each in took.items():
        few_ms = median(few for few, _ in each)
        many_ms = median(many for _, many in each)
        rows.append(
            Row(
                work=f"table, {name}, of {large:,}",
                measured=f"{many_ms:.1f} ms",
                limit=f"of {small:,}: {few_ms:.1f} ms",
                ratio=many_ms / few_ms,
                goal=f"≤ {MOST_RATIO}",
                reached=many_ms <= MOST_RATIO * few_ms,
            )
        )
    rows.append(
        Row(
            work="table, statements, the right to see it included",
            measured=str(statements),
            limit=str(MOST_STATEMENTS),
            ratio=statements / MOST_STATEMENTS,
            goal="≤ 1",
            reached=statements <= MOST_STATEMENTS,
        )
    )
    return rows


class Bench:
    """Two editions, and the cookie of somebody who organises both."""

    def __init__(self, made: Site, small: int, large: int) -> None:
        self.site = made
        categories = [
            NewCategory(code=code, name={"fr": code}) for code in ("elected", "agent", "press")
        ]
        self.editions = [
            made.edition(slug=slug, categories=categories) for slug in ("small", "large")
        ]
        self.references = [
            made.work(lambda inside, e=edition, n=count: store(inside, e, n))
            for edition, count in zip(self.editions, (small, large), strict=True)
        ]
        self.headers = {"cookie": made.work(lambda inside: signed_in(inside, self.editions))}

    def both_ms(self, server: Server, query: str, times: int) -> tuple[float, float]:
        """Return how long a page of the small and of the large edition takes, in the middle."""
        few, many = (
            press(
                Job(port=server.port, clients=spread([self._request(n, query)] * times, CLIENTS)),
                status=200,
            ).percentile_ms(50)
            for n in range(len(self.editions))
        )
        return few, many

    def _request(self, number: int, query: str) -> bytes:
        return request("GET", self._path(number, query), headers=self.headers)

    def _path(self, number: int, query: str) -> str:
        asked = query.format(reference=self.references[number])
        return f"/organiser/{self.editions[number].slug}/registrations?{asked}"

    def statements(self) -> int:
        """Return how many statements a page takes, the right to see it included."""
        path = self._path(0, ASKED["two words"])
        return self.site.statements([("GET", path, self.headers, b"")] * 3)


async def signed_in(inside: Installation, editions: list[Edition]) -> str:
    """Return the cookie of an organiser of these editions."""
    at, links = inside.now(), []
    for edition in editions:
        roles = (Role.ORGANISER,)
        links.append(
            await accounts.invite(
                inside.db, "o@example.org", edition.id, roles, at=at, ids=inside.ids
            )
        )
    signed = await accounts.sign_in(inside.db, links[-1], at=at, ids=inside.ids)
    return f"session={signed.secret}"


def name(random_: random.Random) -> str:
    """Return an invented name of two or three syllables."""
    syllables = random_.choice((2, 2, 3))
    return "".join(
        random_.choice(LETTERS) + random_.choice(VOWELS) for _ in range(syllables)
    ).title()


async def store(inside: Installation, edition: Edition, count: int) -> str:
    """Store so many registrations; return one's reference."""
    random_, ids = random.Random(SEED), inside.ids  # noqa: S311 -- the same each time
    towns = [f"Ville de {name(random_)}-sur-{name(random_)}" for _ in range(count // 20 + 1)]
    people, tickets = [], []
    for n in range(count):
        at = SINCE + timedelta(days=60) * n / count
        given_name = random_.choice(("Zoé", "Anne", "Jean-Paul", "Luc", "Inès", name(random_)))
        family_name = "Lefèvre" if random_.random() < 1 / ONE_IN else name(random_)
        if n % (count // RARE) == 0:
            family_name = "Quimperlé"
        email, reference, town = f"p{n}@example.org", ids.reference(), random_.choice(towns)
        [status] = random_.choices([*STATUSES], [*STATUSES.values()])
        category = random_.choices(("elected", "agent", "press"), (30, 65, 5))[0]
        words = search_key([given_name, family_name, town, email, reference])
        named = (reference, given_name, family_name, email, email, town, category)
        language = "en" if random_.random() < 1 / ONE_IN else "fr"
        turn = n if status == "waiting" else None
        keys = (sort_key(family_name, given_name), words)
        who = ids.uuid(at)
        people.append((edition.id, who, *named, language, status, turn, *keys, at, at, at))
        if status == "confirmed":
            tickets.append((edition.id, who, ids.ticket_number(), 0, 0, 3, at))
    db = inside.db
    await db.copy_records_to_table(  # type: ignore[attr-defined]
        "registration", records=people, columns=COLUMNS, timeout=600
    )
    await db.copy_records_to_table("ticket", records=tickets, columns=TICKET)  # type: ignore[attr-defined]
    await db.execute("vacuum analyze registration, ticket")
    return str(people[count // 2][2])


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
