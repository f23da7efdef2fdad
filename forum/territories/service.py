"""What can be asked about territories: suggestions to someone typing, and what a text means."""

import gzip
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from forum.territories import rules
from forum.territories.models import Atlas, Organisation, Suggestions, Territory
from forum.territories.searching import Index

DATA = Path(__file__).parent / "data"
NAMES, MAP = DATA / "territories.txt.gz", DATA / "france.json"


@cache
def atlas() -> Atlas:
    """Return the map, read at the first call."""
    return msgspec.json.decode(MAP.read_bytes(), type=Atlas)


@cache
def index() -> Index:
    """Return all territories, read at the first call."""
    names = {code: one.name for code, one in atlas().departements.items()}
    return Index(gzip.decompress(NAMES.read_bytes()).decode(), names)


def suggest(text: str) -> Suggestions:
    """Return what a text may mean, the likeliest first."""
    known = index()
    return Suggestions(organisations=[known.suggestion(one) for one in known.search(text)])


@lru_cache(maxsize=5_000)
def settle(name: str | None, code: str | None = None) -> Organisation:
    """Return an organisation as it is stored, from what was typed and the code sent, if any."""
    return rules.settle(index(), name, code)


def name_of(name: str | None) -> str | None:
    """Return the name under which `settle` stores an organisation, without looking for its code."""
    return settle(name).name if name and rules.number_of(name) else name


def mistakes(name: object) -> dict[str, str]:
    """Return what is wrong with the name of an organisation, by field."""
    return rules.mistakes(name)


def find(code: str) -> Territory | None:
    """Return the territory of a code; None for a code that is no territory's."""
    return index().find(code)
