"""The two values that every request carries: the edition in hand, and the principal who asks."""

from datetime import date
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from forum.core.text import Text


class EditionState(StrEnum):
    """Where an edition stands in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Edition(Struct, frozen=True, kw_only=True):
    """One holding of the forum, as far as every package must know it.

    `id` is a small whole number (1 to 65535): it leads every key and fits the ticket's token.
    `days` runs from the first to the last day, both included, in `timezone` (an IANA name).
    """

    id: int
    slug: str
    title: Text
    subtitle: Text = {}
    timezone: str
    starts_on: date
    ends_on: date
    languages: list[str]
    state: EditionState
    venue: Text = {}
    contact_email: str = ""
    fictitious: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The edition's timezone."""
        return ZoneInfo(self.timezone)

    @property
    def language(self) -> str:
        """The main language: the first of `languages`."""
        return self.languages[0]

    @property
    def days(self) -> list[date]:
        """Every day of the edition, in order."""
        first = self.starts_on.toordinal()
        return [date.fromordinal(n) for n in range(first, self.ends_on.toordinal() + 1)]


class Role(StrEnum):
    """What a member of the organiser's team may do in one edition."""

    ORGANISER = "organiser"
    PROGRAMME_EDITOR = "programme_editor"
    RECEPTION = "reception"
    DOOR = "door"


class Organiser(Struct, frozen=True, kw_only=True):
    """A person of the organiser's team, signed in; `roles` holds theirs by edition id."""

    account_id: UUID
    email: str
    roles: dict[int, list[Role]]


class Device(Struct, frozen=True, kw_only=True):
    """An enrolled phone or scanner of one edition, and the gate at which it stands.

    It may stand at any of `gates`. With `may_search` it finds people by name, with `may_desk` it
    registers and corrects them, with `may_evacuate` it holds the list of who is in the house. A
    `revoked` one may only hand over what it still holds.
    """

    id: UUID
    edition_id: int
    name: str
    gate: str
    gates: list[str] = []
    may_search: bool = False
    may_desk: bool = False
    may_evacuate: bool = False
    revoked: bool = False


class Attendee(Struct, frozen=True, kw_only=True):
    """A registered person, known by the key in the link of their e-mail."""

    edition_id: int
    registration_id: UUID
