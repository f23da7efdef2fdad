"""Ids and slugs of what arrives from elsewhere: the same name gives the same id each time."""

import re
from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

from forum.core.text import slug, sort_key

NAMESPACE = uuid5(NAMESPACE_URL, "urn:forum:programme")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NIL = UUID(int=0)
LONGEST_SLUG = 200


def as_uuid(text: str) -> UUID | None:
    """Return the UUID written in `text`, or None; the nil UUID stands for none."""
    found = UUID(text) if UUID_TEXT.fullmatch(text) else None
    return None if found == NIL else found


def identity(acronym: str, kind: str, key: str) -> UUID:
    """Return `key` where it is a UUID, else one made of it and of the file's acronym."""
    return as_uuid(key) or uuid5(NAMESPACE, f"{acronym}\n{kind}\n{key}")


def name_key(name: str) -> str:
    """Return the sort key of a person's name: by the last word, or by the words in capitals."""
    words = name.split()
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    family = capitals if capitals and len(capitals) < len(words) else words[-1:]
    given = [word for word in words if word not in family]
    return sort_key(" ".join(family), " ".join(given))


class Unique:
    """Hands out each text once; a second one is numbered."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._turns: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """Return `wanted`, or the first free of `wanted-2`, `wanted-3`, and so on."""
        text, turn = wanted, self._turns.get(wanted, 1)
        while text in self._taken:
            turn += 1
            text = f"{wanted}-{turn}"
        self._turns[wanted] = turn
        self._taken.add(text)
        return text

    def free(self, wanted: str) -> bool:
        """Say whether `wanted` can still be had as it is."""
        return wanted not in self._taken


def next_slug(wanted: str, taken: Iterable[str]) -> str:
    """Return a slug that nobody has: as wanted, else with the first free number behind it."""
    known = {*taken}
    found, turn = wanted, 1
    while found in known:
        turn += 1
        found = f"{wanted}-{turn}"
    return found


def slugs(wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Return one slug each for (slug of the file or '', text to make one of), in that order.

    Those that the file gives are served first, so that addresses stay as they were.
    """
    pairs = list(wanted)
    unique = Unique()
    given = [
        unique.take(asked) if asked and _is_slug(asked) and unique.free(asked) else ""
        for asked, _ in pairs
    ]
    return [
        one or unique.take(slug(text) or "x") for one, (_, text) in zip(given, pairs, strict=True)
    ]


def _is_slug(text: str) -> bool:
    return text == slug(text, longest=LONGEST_SLUG)
