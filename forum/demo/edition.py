"""The demonstration edition itself: its categories and places, gates, questions, accounts."""

from datetime import date, timedelta

from msgspec import Struct

from forum.core.context import Role
from forum.core.text import Text
from forum.demo.answers import Question, questions
from forum.demo.contents import both, read
from forum.demo.people import COUNT, shares
from forum.demo.programme import TIMEZONE


class Category(Struct, frozen=True, kw_only=True):
    """A kind of attendee; `number` (0 to 255) is what tickets carry, `tint` is 1 to 6."""

    code: str
    number: int
    name: Text
    tint: int
    places: int


class Gate(Struct, frozen=True, kw_only=True):
    """A spot where badges are scanned."""

    slug: str
    name: Text


class Consent(Struct, frozen=True, kw_only=True):
    """A purpose for which people may give their consent, in the words shown to them."""

    purpose: str
    wording: Text


class Account(Struct, frozen=True, kw_only=True):
    """A member of the organiser's team."""

    email: str
    role: Role


class DemoEdition(Struct, frozen=True, kw_only=True):
    """All that the edition is made of, beside its programme, its guides and its people.

    Its fields are named as those of `forum.editions.models.NewEdition`: msgspec converts one into
    the other with `from_attributes`. `places` bounds the edition as a whole.
    """

    slug: str
    title: Text
    subtitle: Text
    venue: Text
    timezone: str
    starts_on: date
    ends_on: date
    languages: list[str]
    contact_email: str
    fictitious: bool
    places: int
    categories: list[Category]
    gates: list[Gate]
    consents: list[Consent]
    questions: list[Question]
    accounts: list[Account]


def edition(starts_on: date, count: int = COUNT) -> DemoEdition:
    """Return the edition with room for `count` people (0 or more), all of them confirmed.

    Partners then fill their places to the last, so that the next one waits; the press has three
    places left; the other categories are far from full.
    """
    table = read("edition")
    taken = shares(count)
    kinds = [
        Category(
            code=row["code"],
            number=number,
            name=both(row["fr"], row["en"]),
            tint=row["tint"],
            places=max(1, taken[row["code"]] + row["spare"]),
        )
        for number, row in enumerate(table["categories"])
    ]
    return DemoEdition(
        slug=table["slug"],
        title=both(table["fr"]["title"], table["en"]["title"]),
        subtitle=both(table["fr"]["subtitle"], table["en"]["subtitle"]),
        venue=both(table["fr"]["venue"], table["en"]["venue"]),
        timezone=TIMEZONE,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        languages=["fr", "en"],
        contact_email=table["contact_email"],
        fictitious=True,
        places=sum(kind.places for kind in kinds),
        categories=kinds,
        gates=[Gate(slug=row["slug"], name=both(row["fr"], row["en"])) for row in table["gates"]],
        consents=[
            Consent(purpose=row["purpose"], wording=both(row["fr"], row["en"]))
            for row in table["consents"]
        ],
        questions=questions(),
        accounts=[Account(email=row["email"], role=Role(row["role"])) for row in table["accounts"]],
    )
