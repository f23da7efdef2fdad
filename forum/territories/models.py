"""What a territory is: a commune, what communes run together, a département, a région."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """The kinds of territory; their values lead the codes, as Insee abbreviates them."""

    COMMUNE = "COM"
    ARRONDISSEMENT = "ARM"
    """A part of Paris, Lyon or Marseille that has a mayor."""
    EPCI = "EPCI"
    """Communes that run things together: communauté, métropole."""
    EPT = "EPT"
    """The same inside Greater Paris."""
    DEPARTEMENT = "DEP"
    REGION = "REG"


class Territory(Struct, frozen=True, kw_only=True):
    """A territory with an authority of its own.

    `code` is its kind and its number, `COM-44109`. `size` counts how many of 2,000, 10,000, 50,000
    and 200,000 inhabitants it reaches, 0 to 4. `departement` is that of the largest member where
    it is in several, and '' for a région.
    """

    code: str
    name: str
    kind: Kind
    size: int
    departement: str
    siren: str = ""


class Suggestion(Struct, frozen=True, kw_only=True):
    """What is offered to someone typing: `name` as it is written down, `place` to tell apart."""

    code: str
    name: str
    place: str


class Suggestions(Struct, frozen=True, kw_only=True):
    """What a typed text may mean, the likeliest first."""

    organisations: list[Suggestion]


class Organisation(Struct, frozen=True, kw_only=True):
    """An organisation as it is stored: its name, and its code where we know it.

    The code is a territory's, or `SIRET-` and 14 digits, or `SIREN-` and 9.
    """

    name: str | None
    code: str | None = None


class Departement(Struct, frozen=True, kw_only=True):
    """A département on the map: its région's code, its outline as an SVG path ('' for none)."""

    name: str
    region: str
    path: str


class Atlas(Struct, frozen=True, kw_only=True):
    """France as it is drawn: départements and régions by code, lengths in units of the map.

    Those overseas stand in square frames of `frame`, whose corners are `frames`; Paris and its
    neighbours once more, larger, in a square of `close_up_side` at the upper left.
    """

    width: int
    height: int
    frame: int
    frames: dict[str, tuple[int, int]]
    close_up_side: int
    close_up: dict[str, str]
    regions: dict[str, str]
    departements: dict[str, Departement]
