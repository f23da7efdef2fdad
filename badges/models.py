"""What a ticket, a badge, a gate and a scan are."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.context import Device
from forum.core.text import Text


class Outcome(StrEnum):
    """What the gate answers to one reading of a code."""

    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    NOT_YET = "not_yet"
    TOO_LATE = "too_late"
    WRONG_DAY = "wrong_day"
    NOT_ON_LIST = "not_on_list"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    FORGED = "forged"
    UNKNOWN = "unknown"
    WRONG_EDITION = "wrong_edition"
    LEFT = "left"


class Direction(StrEnum):
    """Which way the bearer goes through the gate."""

    IN = "in"
    OUT = "out"


class TokenPayload(Struct, frozen=True, kw_only=True):
    """What the signed token says: 12 bytes, see `badges.tokens`.

    `edition` is 1 to 65535; `ticket` is the ticket's random number, below 2**48; `category` is the
    category's number in its edition, 0 to 255; bit n of `days` opens day n of the edition (0 to 7);
    `revision` counts reissues, 0 to 255.
    """

    key_id: int
    edition: int
    ticket: int
    category: int
    days: int
    revision: int


class BadgeCategory(Struct, frozen=True, kw_only=True):
    """A category as a badge shows it; `tint` is 1 to 6, see `forum.core.pdf.TINTS`."""

    code: str
    name: Text
    tint: int = 1


class Badge(Struct, frozen=True, kw_only=True):
    """All that is printed on one badge. `token` is the 122 characters that its QR code carries."""

    reference: str
    given_name: str
    family_name: str
    category: str
    token: str
    organisation: str | None = None
    job_title: str | None = None


class BadgeRun(Struct, frozen=True, kw_only=True):
    """All that a print run says beside the badges themselves."""

    title: str
    dates: str
    language: str
    categories: dict[str, BadgeCategory]


class PaperTicket(Struct, frozen=True, kw_only=True):
    """All that a ticket on paper says, in `language`; `token` is the 122 characters of the QR code.

    `days` are those on which the ticket opens the doors, in words; '' leaves a line out.
    """

    token: str
    reference: str
    given_name: str
    family_name: str
    category: str
    title: str
    days: str
    venue: str
    language: str
    organisation: str = ""
    contact: str = ""
    made_at: datetime


class Attestation(Struct, frozen=True, kw_only=True):
    """All that an attestation of presence says, in `language`; '' leaves a line out.

    `presences` has one line in words for each day. `code` proves it at `address`, and a phone is
    led there by `link`, which holds the code.
    """

    reference: str
    given_name: str
    family_name: str
    organisation: str = ""
    job_title: str = ""
    title: str
    dates: str
    venue: str = ""
    presences: list[str]
    issued_on: str
    code: str
    address: str
    link: str
    contact: str = ""
    language: str


class Scan(Struct, frozen=True, kw_only=True):
    """One reading of a code; `id` is minted by the device, so a scan sent twice counts once.

    `token` and `gate` are whatever was read or sent, of any length: what is none of ours gets an
    outcome like any other, so that one strange code never holds up the scans around it.
    """

    id: UUID
    token: str
    gate: str
    scanned_at: Annotated[datetime, Meta(tz=True)]
    direction: Direction = Direction.IN


class UnreadScan(Scan, frozen=True, kw_only=True):
    """A scan of which no more than its id is sure: `flaw` says why. Its outcome is `unknown`."""

    flaw: str


class Presented(Struct, frozen=True, kw_only=True):
    """A scan with the device that sent it."""

    device: Device
    scan: Scan


class Gate(Struct, frozen=True, kw_only=True):
    """A spot where badges are read; `checked_in` counts the people its check-in list let in."""

    slug: str
    name: Text
    check_in_list: str
    checked_in: int


class Ticket(Struct, frozen=True, kw_only=True):
    """The right to enter; `number` is random and below 2**48, `days` as in `TokenPayload`."""

    edition_id: int
    registration_id: UUID
    number: int
    key_id: int
    category_number: int
    days: int
    revision: int
    revoked_at: datetime | None


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one scan; `at` and `gate` say when and where the bearer was let in before.

    `detail` says to programmers what of the scan could not be read. Without a usable `id` (null)
    the scan was not recorded.
    """

    id: UUID | None
    outcome: Outcome
    name: str | None = None
    category: str | None = None
    at: datetime | None = None
    gate: str | None = None
    detail: str | None = None


class SigningKey(Struct, frozen=True, kw_only=True):
    """A signing key at rest: 32 bytes of public key, and the private one sealed (AES-GCM)."""

    id: int
    public: bytes
    sealed: bytes


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A device as it is stored."""

    edition_id: int
    id: UUID
    name: str
    gate: str
    revoked_at: datetime | None


class Reading(Struct, frozen=True, kw_only=True):
    """What the database holds on one scan of a batch; `n` is its place, from 1.

    `answered` is the outcome if this scan id was answered before. The ticket's fields are None
    for an unknown ticket; `admitted_at` and `admitted_gate` for one not yet let in.
    """

    n: int
    answered: Outcome | None
    gate: str
    check_in_list: str
    registration_id: UUID | None
    status: str | None
    revision: int | None
    revoked_at: datetime | None
    given_name: str | None
    family_name: str | None
    category: str | None
    category_name: Text | None
    admitted_at: datetime | None
    admitted_gate: str | None


class Recorded(Struct, frozen=True, kw_only=True):
    """One scan as it was stored."""

    id: UUID
    outcome: Outcome


class PastScan(Struct, frozen=True, kw_only=True):
    """A scan of one person's ticket, as it was answered."""

    scanned_at: datetime
    gate: str
    gate_name: Text | None
    device: str | None
    direction: Direction
    outcome: Outcome


class Passage(Struct, frozen=True, kw_only=True):
    """A person went through a gate: `admitted`, `already_in` or `left`, and when."""

    registration_id: UUID
    at: datetime
    outcome: Outcome


class Presence(Struct, frozen=True, kw_only=True):
    """A day on which the doors saw a person; `left_at` None: nobody saw them leave for good."""

    day: date
    arrived_at: datetime
    left_at: datetime | None = None


class Printed(Struct, frozen=True, kw_only=True):
    """A ticket with what its badge shows, as it comes from the database."""

    edition_id: int
    registration_id: UUID
    number: int
    key_id: int
    category_number: int
    days: int
    revision: int
    reference: str
    given_name: str
    family_name: str
    category: str
    organisation: str | None
    job_title: str | None
    printed_at: datetime | None


class CategoryRow(Struct, frozen=True, kw_only=True):
    """A category as a badge shows it, as it comes from the database."""

    code: str
    name: Text
    tint: int
