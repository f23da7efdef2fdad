"""The people who register for the demonstration: invented, with names that try a badge."""

from datetime import date, timedelta
from math import exp
from random import Random
from typing import Any

from msgspec import Struct

from forum.core.text import slug
from forum.demo import names
from forum.demo.answers import Answers
from forum.demo.cast import cast
from forum.demo.contents import french, read
from forum.demo.names import FEMININE, MASCULINE, Name

SEED = 2027
COUNT = 800
FIXED_FROM = 50
"""From this many people on, the hard names of `names.fixed` are among them."""

SHARES = {"elected": 190, "agent": 340, "partner": 90, "speaker": 120, "press": 30, "staff": 30}
"""People of each category among 800."""

ORGANISATIONS = {
    "elected": {"communes": 55, "intercommunal": 28, "departments": 10, "regions": 7},
    "agent": {
        "communes": 45,
        "intercommunal": 30,
        "departments": 9,
        "regions": 4,
        "joint": 6,
        "state": 6,
    },
    "partner": {"partners": 100},
    "speaker": {"state": 60, "joint": 40},
    "press": {"press": 100},
    "staff": {"staff": 100},
}
"""The kinds of organisation that each category comes from, in hundredths."""

SATURDAY = 5
"""The weekday of the first day of a weekend, as `date.weekday` counts."""
ENGLISH_SHARE = 0.07
WITHOUT_JOB_TITLE = 0.04
LOCAL_PART_LONGEST = 48
DOMAIN_LABEL_LONGEST = 40


class Person(Struct, frozen=True, kw_only=True):
    """What one invented person writes into the registration form."""

    given_name: str
    family_name: str
    email: str
    category: str
    organisation: str
    job_title: str | None = None
    language: str = "fr"
    answers: dict[str, Any] = {}


def shares(count: int = COUNT) -> dict[str, int]:
    """Return how many of `count` people belong to each category; they sum to `count`."""
    exact = {code: count * share / COUNT for code, share in SHARES.items()}
    got = {code: int(number) for code, number in exact.items()}
    by_remainder = sorted(exact, key=lambda code: got[code] - exact[code])
    for code in by_remainder[: count - sum(got.values())]:
        got[code] += 1
    return got


def registrations(count: int = COUNT, seed: int = SEED) -> list[Person]:
    """Return `count` people (0 or more) in the order in which they register, all different.

    The first of the category `speaker` are the people of the programme of the same seed.
    """
    random = Random(f"registrations {seed}")  # noqa: S311 -- repeatable on purpose
    categories = [code for code, number in shares(count).items() for _ in range(number)]
    random.shuffle(categories)
    speakers = iter(cast(seed))
    hard = hard_names(random, categories)
    organisations = Organisations(random)
    emails = Emails()
    answers = Answers(seed)
    people: list[Person] = []
    for position, category in enumerate(categories):
        member = next(speakers, None) if category == "speaker" else None
        if member is not None:
            name, organisation, job_title = member.name, member.organisation, member.job_title
        else:
            drawn = names.draw(random, random.choice((FEMININE, MASCULINE)))
            name = hard.get(position, drawn)
            kind, organisation = organisations.next(category)
            job_title = job(random, category, kind, name)
        people.append(
            Person(
                given_name=name.given,
                family_name=name.family,
                email=emails.next(name, organisation),
                category=category,
                organisation=organisation,
                job_title=None if random.random() < WITHOUT_JOB_TITLE else job_title,
                language="en" if random.random() < ENGLISH_SHARE else "fr",
                answers=answers.next(category),
            )
        )
    return people


def arrivals(count: int, days: int, starts_on: date, seed: int = SEED) -> list[int]:
    """Return on which day, 0 to `days` - 1, each of `count` people registers, the first first.

    They come as they do: many at the opening, few at weekends, more after a reminder halfway and
    in the last weeks; the last day ends the day before `starts_on`.
    """
    random = Random(f"arrivals {seed}")  # noqa: S311 -- repeatable on purpose
    weights = []
    for day in range(days):
        left = days - day
        wish = 1 + 5 * exp(-day / 2) + 4 * exp(-abs(day - days // 2) / 2) + 6 * exp(-left / 12)
        weekend = (starts_on - timedelta(days=left)).weekday() >= SATURDAY
        weights.append(wish * (0.15 if weekend else 1))
    return sorted(random.choices(range(days), weights=weights, k=count))


def hard_names(random: Random, categories: list[str]) -> dict[int, Name]:
    """Return the hard names by the position, in `categories`, of those who bear them."""
    if len(categories) < FIXED_FROM:
        return {}
    free = [position for position, code in enumerate(categories) if code != "speaker"]
    hard = names.fixed()
    return dict(zip(random.sample(free, len(hard)), hard, strict=True))


def job(random: Random, category: str, kind: str, name: Name) -> str:
    """Return a job title of `category` in a `kind` of organisation, agreeing with the gender."""
    by_kind = read("organisations")["jobs"][category]
    titles: dict[str, list[str]] = by_kind.get(kind) or by_kind["any"]
    return french(random.choice(titles["feminine" if name.gender == FEMININE else "masculine"]))


class Organisations:
    """Deals organisations: each kind runs through all of its names before one comes again."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._all: dict[str, Any] = read("organisations")
        self._left: dict[str, list[str]] = {}

    def next(self, category: str) -> tuple[str, str]:
        """Return the kind and the name of the organisation of the next person of `category`."""
        kinds = ORGANISATIONS[category]
        kind = self._random.choices([*kinds], weights=[*kinds.values()])[0]
        if not self._left.get(kind):
            self._left[kind] = self._random.sample(self._all[kind], len(self._all[kind]))
        return kind, french(self._left[kind].pop())


class Emails:
    """Makes addresses that differ, at domains that can never exist (RFC 2606)."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def next(self, name: Name, organisation: str) -> str:
        """Return a new address for `name`: given.family@organisation.example."""
        parts = [slug(part, longest=LOCAL_PART_LONGEST) for part in (name.given, name.family)]
        local = ".".join(part for part in parts if part)[:LOCAL_PART_LONGEST].strip("-.")
        domain = f"{slug(organisation, longest=DOMAIN_LABEL_LONGEST)}.example"
        address = f"{local}@{domain}"
        number = 1
        while address in self._taken:
            number += 1
            address = f"{local}{number}@{domain}"
        self._taken.add(address)
        return address
