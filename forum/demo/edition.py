"""The demonstration edition itself: its categories and places, gates, questions, accounts."""

from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from badges.models import Counting, Directions, GateKind
from forum.core.context import Role
from forum.core.text import Text
from forum.demo.answers import Question, questions
from forum.demo.contents import both, read
from forum.demo.people import COUNT, shares
from forum.demo.programme import TIMEZONE, identity


class Category(Struct, frozen=True, kw_only=True):
    """A kind of attendee; `number` (0 to 255) is what tickets carry, `tint` is 1 to 6."""

    code: str
    number: int
    name: Text
    tint: int
    places: int


class Gate(Struct, frozen=True, kw_only=True):
    """A spot where badges are scanned, see `forum.editions.models.NewGate`."""

    slug: str
    name: Text
    kind: GateKind
    directions: Directions
    check_in_list: str | None


class Hours(Struct, frozen=True, kw_only=True):
    """When a list is open, every day."""

    opens: str
    closes: str


class CheckInList(Struct, frozen=True, kw_only=True):
    """Who may pass at gates, and what counts once; `rooms` are ids of the programme's rooms."""

    slug: str
    name: Text
    hours: list[Hours]
    rooms: list[str] | None
    seats: bool
    seats_kept_minutes: int | None
    counts: Counting
    reentry: bool
    building: bool


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
    lists: list[CheckInList]
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
        gates=[gate(row) for row in table["gates"]],
        lists=[check_in_list(row) for row in table["lists"]],
        consents=[
            Consent(purpose=row["purpose"], wording=both(row["fr"], row["en"]))
            for row in table["consents"]
        ],
        questions=questions(),
        accounts=[Account(email=row["email"], role=Role(row["role"])) for row in table["accounts"]],
    )


def gate(row: dict[str, Any]) -> Gate:
    """Return one gate of the data file."""
    return Gate(
        slug=row["slug"],
        name=both(row["fr"], row["en"]),
        kind=GateKind(row["kind"]),
        directions=Directions(row.get("directions", "both")),
        check_in_list=row.get("list"),
    )


def check_in_list(row: dict[str, Any]) -> CheckInList:
    """Return one check-in list of the data file; one with a room has its sessions."""
    room = row.get("room")
    return CheckInList(
        slug=row["slug"],
        name=both(row["fr"], row["en"]),
        hours=[Hours(opens=opens, closes=closes) for opens, closes in row.get("hours", [])],
        rooms=[str(identity("room", room))] if room else None,
        seats=bool(room),
        seats_kept_minutes=row.get("seats_kept_minutes"),
        counts=Counting.SESSION if room else Counting(row.get("counts", "day")),
        reentry=row.get("reentry", True),
        building=row.get("building", False),
    )
