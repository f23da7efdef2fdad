"""What a registration is."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.errors import Problem
from forum.core.forms import EMAIL
from forum.core.text import Text
from forum.editions.models import Window

Email = Annotated[str, Meta(pattern=EMAIL, min_length=1, max_length=254)]
Name = Annotated[str, Meta(pattern=r"(?i)^(?!.*(://|www\.))", min_length=1, max_length=120)]
"""A name holds no address: our e-mails must not carry a stranger's link to anybody."""
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]


class Status(StrEnum):
    """Where a registration stands."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class RegistrationClosed(Problem):
    """Registration is not open."""

    code = "registration_closed"


class RegistrationNotFound(Problem):
    """This link opens no registration: ask for a new one."""

    code = "registration_not_found"
    status = 404


class RegistrationForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the public form and the API send."""

    given_name: Name
    family_name: Name
    email: Email
    category: Code
    organisation: Line | None = None
    job_title: Line | None = None
    language: Code | None = None
    consents: list[Code] = []
    answers: dict[str, Any] = {}


class Registration(Struct, frozen=True, kw_only=True):
    """A registration as it is stored; `turn` orders the waiting list of the edition."""

    edition_id: int
    id: UUID
    reference: str
    given_name: str
    family_name: str
    email: str
    organisation: str | None
    job_title: str | None
    category: str
    language: str
    status: Status
    turn: int | None
    mail_version: int
    mailed_at: datetime
    created_at: datetime
    changed_at: datetime

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


class OwnRegistration(Struct, frozen=True, kw_only=True):
    """A registration as its owner sees it; `place_in_line` counts from 1 while waiting."""

    reference: str
    given_name: str
    family_name: str
    email: str
    organisation: str | None
    job_title: str | None
    category: str
    category_name: Text
    language: str
    status: Status
    place_in_line: int | None


class Places(Window, frozen=True, kw_only=True):
    """The window and the places of an edition and of one category, locked until the end.

    `turns` is the last turn given on the edition's waiting list.
    """

    turns: int
    number: int
    category_name: Text
    category_open: bool
    category_places: int | None
    category_taken: int


class NextInLine(Struct, frozen=True, kw_only=True):
    """Who is promoted when a place is freed."""

    id: UUID
    category_number: int
    category_name: Text


class Addressee(Struct, frozen=True, kw_only=True):
    """A registration as far as a letter to many needs it; `days` and `revision` as stored."""

    id: UUID
    reference: str
    given_name: str
    family_name: str
    email: str
    organisation: str | None
    category_name: Text
    language: str
    days: int | None
    revision: int


class Sending(Struct, frozen=True, kw_only=True):
    """A letter to all who are confirmed: how many were stored before, how many people lack it."""

    sent: int
    left: int


class StatusCount(Struct, frozen=True, kw_only=True):
    """How many registrations of a category stand at one status."""

    category: str
    status: Status
    count: int
