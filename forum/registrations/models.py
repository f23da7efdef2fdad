"""What a registration is."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from forum.core.errors import Problem
from forum.core.forms import EMAIL
from forum.core.text import Text
from forum.editions.models import Opening, Window

Email = Annotated[str, Meta(pattern=EMAIL, min_length=1, max_length=254)]
Name = Annotated[str, Meta(pattern=r"(?i)^(?!.*(://|www\.))", min_length=1, max_length=120)]
"""A name holds no address: our e-mails must not carry a stranger's link to anybody."""
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]


class Status(StrEnum):
    """Where a registration stands."""

    PENDING = "pending"
    """An organiser has to approve it; it holds no place."""
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    """It holds a place until `offer_until`; whoever accepts it is confirmed."""
    CANCELLED = "cancelled"
    REFUSED = "refused"


OVER = frozenset({Status.CANCELLED, Status.REFUSED})
"""Where a registration ends: its address may register again."""
HOLDING = frozenset({Status.CONFIRMED, Status.OFFERED})
"""Where a registration holds a place, unless it was let in beyond the limits."""


class RegistrationClosed(Problem):
    """Registration is not open."""

    code = "registration_closed"


class NotPossible(Problem):
    """This cannot be done with the registration as it stands: look at it again."""

    code = "registration_not_possible"


class OfferOver(Problem):
    """This offer is over: the place went to the next person on the waiting list."""

    code = "offer_over"
    status = 410


class ChangesClosed(Problem):
    """Changes are closed: write to the organisers."""

    code = "changes_closed"


class CategoryFull(Problem):
    """No place is left in this category: keep yours, or ask the organisers."""

    code = "category_full"


class ChangedMeanwhile(Problem):
    """This registration was changed meanwhile: look at it again, then repeat your change."""

    code = "registration_changed"
    status = 412


class TransferRefused(Problem):
    """The place cannot be passed on to this address: choose another, or ask the organisers."""

    code = "transfer_refused"


class RegistrationNotFound(Problem):
    """This link opens no registration: ask for a new one."""

    code = "registration_not_found"
    status = 404


class ConsentReworded(Problem):
    """The text of this consent has changed meanwhile: read the new one, then agree to it or not."""

    code = "consent_reworded"
    status = 412


class ConsentClosed(Problem):
    """The forum is over, or this registration is: there is nothing to agree to any more."""

    code = "consent_closed"


class Accepted(Struct, frozen=True, kw_only=True):
    """What every registration through the API is answered, whoever is registered already."""

    status: str = "accepted"
    detail: str = "Look at your e-mail: it says what became of this."


class RegistrationForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the public form and the API send; without `days` the person comes on all of them.

    `organisation_code` is what `GET /api/organisations` gave for this organisation.
    """

    given_name: Name
    family_name: Name
    email: Email
    category: Code
    organisation: Line | None = None
    organisation_code: Code | None = None
    job_title: Line | None = None
    language: Code | None = None
    days: list[date] = []
    invitation: Code | None = None
    consents: list[Code] = []
    answers: dict[str, Any] = {}


class Registration(Struct, frozen=True, kw_only=True):
    """A registration as it is stored.

    `turn` orders the waiting list of the edition. `days` None: all of them; else bit n is day n of
    the edition. `counted` False: it takes none of the places, being let in beyond the limits.
    `revision` counts its changes.
    """

    edition_id: int
    id: UUID
    reference: str
    given_name: str
    family_name: str
    email: str
    organisation: str | None
    organisation_code: str | None = None
    job_title: str | None
    category: str
    language: str
    status: Status
    turn: int | None
    days: int | None = None
    offer_until: datetime | None = None
    counted: bool = True
    group_id: UUID | None = None
    invitation_id: UUID | None = None
    revision: int = 1
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
    organisation_code: str | None
    job_title: str | None
    category: str
    category_name: Text
    language: str
    status: Status
    place_in_line: int | None
    days: list[date]
    offer_until: datetime | None
    revision: int


class Agreed(Struct, frozen=True, kw_only=True):
    """What a person agreed to once, in the words of the version that they saw.

    `withdrawn_at` None: it is in force.
    """

    purpose: str
    wording: Text
    version: int
    given_at: datetime
    withdrawn_at: datetime | None


class OwnConsent(Struct, frozen=True, kw_only=True):
    """A purpose of consent as it stands for one person.

    `wording` and `version` are what would be agreed to now, `in_force` is what was agreed to and is
    not withdrawn, perhaps an earlier version; `history` all that was ever agreed to, in order.
    """

    purpose: str
    wording: Text
    version: int
    in_force: Agreed | None
    history: list[Agreed]


class ConsentGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to agree: the version of the text that the person has read."""

    version: Annotated[int, Meta(ge=1, le=32767)]


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different in a registration; what is UNSET stays.

    An empty text takes an organisation or a job title away; no day means all of them.
    """

    given_name: Name | UnsetType = UNSET
    family_name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    organisation: Line | UnsetType | None = UNSET
    job_title: Line | UnsetType | None = UNSET
    language: Code | UnsetType = UNSET
    category: Code | UnsetType = UNSET
    days: list[date] | UnsetType = UNSET


class Successor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The colleague who takes over a place."""

    given_name: Name
    family_name: Name
    email: Email
    organisation: Line | None = None
    job_title: Line | None = None


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who registers several colleagues at once."""

    coordinator_name: Name
    coordinator_email: Email
    organisation: Line | None = None
    language: Code | None = None


class StoredGroup(Struct, frozen=True, kw_only=True):
    """A group as it is stored; its members name it by `group_id`."""

    edition_id: int
    id: UUID
    organisation: str | None
    coordinator_name: str
    coordinator_email: str
    language: str
    created_at: datetime


class Places(Window, frozen=True, kw_only=True):
    """The window and the places of an edition and of one category, locked until the end.

    `turns` is the last turn given on the edition's waiting list.
    """

    turns: int
    category: str
    number: int
    category_name: Text
    category_open: bool
    category_places: int | None
    category_taken: int
    category_reserved: int = 0
    category_opens_at: datetime | None = None
    category_closes_at: datetime | None = None
    approval: bool = False
    invitation_only: bool = False
    self_change: bool = False

    @property
    def opening(self) -> Opening:
        """When the category takes registrations."""
        return Opening(
            open=self.category_open,
            opens_at=self.category_opens_at,
            closes_at=self.category_closes_at,
        )


class NextInLine(Struct, frozen=True, kw_only=True):
    """Who is promoted when a place is freed, and for how long it is offered first."""

    id: UUID
    category_number: int
    category_name: Text
    offer_hours: int | None


class Lapsed(Struct, frozen=True, kw_only=True):
    """An offer that is over."""

    edition_id: int
    id: UUID


class DayCount(Struct, frozen=True, kw_only=True):
    """How many registrations that still stand came on one day."""

    edition_id: int
    day: date
    count: int


class OrganisationCount(Struct, frozen=True, kw_only=True):
    """How many registrations that still stand come from the organisation of one code."""

    code: str
    count: int


class Addressee(Struct, frozen=True, kw_only=True):
    """A registration as far as a letter to many needs it; `days` and `revision` as stored."""

    id: UUID
    reference: str
    given_name: str
    family_name: str
    email: str
    organisation: str | None
    job_title: str | None
    category_name: Text
    language: str
    days: int | None
    revision: int


class Owing(Addressee, frozen=True, kw_only=True):
    """A registration that has required questions open, their labels in order.

    `version` stands for these questions: the letter about them is sent once for each.
    """

    questions: list[Text]
    version: int
    told: bool


class OwingCount(Struct, frozen=True, kw_only=True):
    """How many registrations have required questions open, and how many were not told of them."""

    people: int
    left: int


class Sending(Struct, frozen=True, kw_only=True):
    """A letter to all who are confirmed: how many were stored before, how many people lack it."""

    sent: int
    left: int


class StatusCount(Struct, frozen=True, kw_only=True):
    """How many registrations of a category stand at one status."""

    category: str
    status: Status
    count: int


class Delivered(Struct, frozen=True, kw_only=True):
    """A letter of the outbox, as far as it tells what somebody has got already."""

    subject_id: UUID
    kind: str
    version: int
    data: dict[str, Any]


class SendingLog(Struct, frozen=True, kw_only=True):
    """One sending to many: when, and what became of its letters."""

    created_at: datetime
    count: int
    sent: int
    failed: int
