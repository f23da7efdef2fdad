"""The speakers of the demonstration's programme: written careers, names drawn from a seed."""

from random import Random

from msgspec import Struct

from forum.core.text import Text, slug
from forum.demo import names
from forum.demo.contents import both, french, read
from forum.demo.names import Name


class Member(Struct, frozen=True, kw_only=True):
    """One speaker; `key` names them in the data files, `slug` is made of their name."""

    key: str
    slug: str
    name: Name
    organisation: str
    job_title: str
    biography: Text


def cast(seed: int) -> list[Member]:
    """Return all speakers in the order of the data file; no two share a slug."""
    random = Random(f"cast {seed}")  # noqa: S311 -- repeatable on purpose
    taken: set[str] = set()
    members: list[Member] = []
    for career in read("speakers")["speakers"]:
        name = names.draw(random, career["gender"])
        while slug(name.full) in taken:
            name = names.draw(random, career["gender"])
        taken.add(slug(name.full))
        members.append(
            Member(
                key=career["key"],
                slug=slug(name.full),
                name=name,
                organisation=french(career["organisation"]),
                job_title=french(career["job_title"]),
                biography=both(career["fr"], career["en"]),
            )
        )
    return members
