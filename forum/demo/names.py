"""Names of invented people: given and family names combined at random, never taken together."""

from random import Random
from typing import NamedTuple

from forum.demo.contents import read

FEMININE = "f"
MASCULINE = "m"
OWN_ORIGIN = 0.6
"""The share of given names that come from the same origin as the family name."""


class Name(NamedTuple):
    """The name of an invented person; `gender` is `f` or `m`, so that job titles agree."""

    given: str
    family: str
    gender: str

    @property
    def full(self) -> str:
        """Given name, then family name, as on a programme."""
        return f"{self.given} {self.family}"


def fixed() -> list[Name]:
    """Return the hard names that every larger demonstration holds, in order of the data file."""
    return [Name(one["given"], one["family"], one["gender"]) for one in read("names")["fixed"]]


def draw(random: Random, gender: str) -> Name:
    """Return the next name of `gender` from `random`."""
    origins = read("names")["origins"]
    origin = random.choices(origins, weights=[one["weight"] for one in origins])[0]
    given_from = origin if random.random() < OWN_ORIGIN else origins[0]
    given = random.choice(given_from["feminine" if gender == FEMININE else "masculine"])
    return Name(given, random.choice(origin["family"]), gender)
