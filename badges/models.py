"""What a ticket, a badge, a gate and a scan are."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
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
    UNDONE = "undone"
    """Another scan was taken back."""


class Direction(StrEnum):
    """Which way the bearer goes through the gate."""

    IN = "in"
    OUT = "out"


class GateKind(StrEnum):
    """What a gate leads to."""

    DOOR = "door"
    ROOM = "room"
    MEAL = "meal"
    CLOAKROOM = "cloakroom"
    EXIT = "exit"


class Directions(StrEnum):
    """Which ways a gate is passed."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class Counting(StrEnum):
    """In what a check-in list admits a person once: all of the forum, a day, a session, nothing."""

    FORUM = "forum"
    DAY = "day"
    SESSION = "session"
    NEVER = "never"


class ConflictKind(StrEnum):
    """What can have gone wrong at a door."""

    ADMITTED_TWICE = "admitted_twice"
    ADMITTED_AFTER_CANCELLATION = "admitted_after_cancellation"
    ADMITTED_AGAINST_THE_RULES = "admitted_against_the_rules"
    CLOCK_OFF = "clock_off"
    DEVICE_REVOKED = "device_revoked"


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
    venue: str = ""


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


class AttestedTime(Struct, frozen=True, kw_only=True):
    """A half-day of an attestation in words: when, from, until, how long."""

    when: str
    since: str
    until: str
    length: str


class Attestation(Struct, frozen=True, kw_only=True, tag=True):
    """All that an attestation of presence says, in `language`; '' leaves a line out.

    `times` has a row for each half-day, and `total` their sum; a paper that tells the days alone
    has one line in words for each in `presences`. `sessions` are those attended, in words.
    `organiser`, `legal`, `place` and `signatory` are what the organiser prints on every paper.
    `code` proves it at `address`, and a phone is led there by `link`, which holds the code.
    """

    reference: str
    times: list[AttestedTime] = []
    total: str = ""
    sessions: list[str] = []
    organiser: str = ""
    legal: str = ""
    place: str = ""
    signatory: str = ""
    given_name: str
    family_name: str
    organisation: str = ""
    job_title: str = ""
    title: str
    dates: str
    venue: str = ""
    presences: list[str] = []
    issued_on: str
    code: str
    address: str
    link: str
    contact: str = ""
    language: str


class Certificate(Struct, frozen=True, kw_only=True, tag=True):
    """All that the certificate of a speaker says, in `language`; '' leaves a line out.

    `parts` has a row for each session: its title, the role, when, and where. The rest is as in
    `Attestation`.
    """

    name: str
    organisation: str = ""
    job_title: str = ""
    title: str
    dates: str
    venue: str = ""
    parts: list[tuple[str, str, str, str]]
    organiser: str = ""
    legal: str = ""
    place: str = ""
    signatory: str = ""
    issued_on: str
    code: str
    address: str
    link: str
    contact: str = ""
    language: str


Signed = Attestation | Certificate
"""What is issued on a page: to somebody who was there, or who spoke."""

Time = Annotated[datetime, Meta(tz=True)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
OffsetMs = Annotated[int, Meta(ge=-(2**45), le=2**45)]


class Scan(Struct, frozen=True, kw_only=True):
    """One reading of a code; `id` is minted by the device, so a scan sent twice counts once.

    `token` and `gate` are whatever was read or sent, of any length: what is none of ours gets an
    outcome like any other, so that one strange code never holds up the scans around it. In place
    of a token stands a reference where it was typed, or found by name.

    `seq` counts the scans of the device; `clock_offset_ms` is what the device knows to be missing
    from its clock. `shown` is what it decided alone, and showed. A scan that `undoes` another of
    the same device takes it back, and reads nothing.
    """

    id: UUID
    token: str
    gate: str
    scanned_at: Time
    direction: Direction = Direction.IN
    seq: Seq = 0
    clock_offset_ms: OffsetMs | None = None
    shown: Outcome | None = None
    undoes: UUID | None = None


class UnreadScan(Scan, frozen=True, kw_only=True):
    """A scan of which no more than its id is sure: `flaw` says why. Its outcome is `unknown`."""

    flaw: str


class Presented(Struct, frozen=True, kw_only=True):
    """A scan with the device that sent it, and how far its clock was off as it did (None: unsaid).

    `skew_ms` is what must be added to the device's clock.
    """

    device: Device
    scan: Scan
    skew_ms: int | None = None


class Gate(Struct, frozen=True, kw_only=True):
    """A spot where badges are read; `checked_in` counts the people its check-in list let in."""

    slug: str
    name: Text
    kind: GateKind
    directions: Directions
    check_in_list: str
    position: int
    revision: int
    checked_in: int


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a list is open: from `opens` to `closes` (HH:MM, where the edition is held).

    `days` are days of the edition from 0, None all of them. An end that is not after its beginning
    is on the next day.
    """

    opens: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    closes: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    days: list[int] | None = None


class CheckInList(Struct, frozen=True, kw_only=True):
    """Who may pass, when, and what counts once; None, or no hours, restricts nothing.

    `categories` are codes; bit n of `days` opens day n. With `rooms` the list is open for their
    sessions, from `lead_minutes` before each; with `seats` those that take seats let in who holds
    one, and everybody from `seats_kept_minutes` after they began (None: never). `building` counts
    who is in the house.
    """

    slug: str
    name: Text
    categories: list[str] | None = None
    days: int | None = None
    hours: list[Hours] = []
    rooms: list[UUID] | None = None
    lead_minutes: int = 30
    seats: bool = False
    seats_kept_minutes: int | None = None
    counts: Counting = Counting.DAY
    reentry: bool = True
    building: bool = False
    revision: int = 1


class DoorSession(Struct, frozen=True, kw_only=True):
    """A published session as the door of its room knows it; `capacity` is what the room holds."""

    number: int
    session_id: UUID
    title: Text
    type: str
    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    capacity: int | None
    sign_up: bool


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

    `conflict` says what is wrong with somebody who was let in all the same. `detail` says to
    programmers what of the scan could not be read. Without a usable `id` (null) the scan was not
    recorded.
    """

    id: UUID | None
    outcome: Outcome
    name: str | None = None
    category: str | None = None
    at: datetime | None = None
    gate: str | None = None
    detail: str | None = None
    conflict: ConflictKind | None = None


class SigningKey(Struct, frozen=True, kw_only=True):
    """A signing key at rest: 32 bytes of public key, and the private one sealed (AES-GCM).

    `id` is 0 to 15, as tokens name it; `turn` counts the keys that were ever made. It signs what
    is issued from `signs_from` on; what it signed is forged from `retired_at` on (None: good).
    """

    id: int
    turn: int
    public: bytes
    sealed: bytes
    created_at: datetime
    signs_from: datetime
    retired_at: datetime | None = None


class KeyUse(Struct, frozen=True, kw_only=True):
    """How many tickets a key signs in editions that are not over: all that open, those printed."""

    key_id: int
    tickets: int
    printed: int


class Resigned(Struct, frozen=True, kw_only=True):
    """How many tickets of an edition were issued anew, and how many of them had been printed."""

    edition_id: int
    tickets: int
    printed: int


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A device as it is known by its token, see `forum.core.context.Device`."""

    edition_id: int
    id: UUID
    name: str
    gate: str
    gates: list[str]
    may_search: bool
    may_desk: bool
    may_evacuate: bool
    revoked_at: datetime | None
    drained_at: datetime | None


class Reading(Struct, frozen=True, kw_only=True):
    """What the database holds on one scan of a batch; `n` is its place, from 1.

    `answered`, `offline` and `at` are of this scan id, if it was stored before; `own` says that the
    same device sent it then, `conflict` what is wrong with it. `undone` says that it was taken
    back. The bearer's fields are None where nobody is known, the ticket's where they have none;
    `seated` says that they hold a seat in the session asked about. `check_in_list` and `period` say
    what the scan counts for; for one that undoes another, what that counts for. `steps` are the
    scans that count there beside this one, each as [id, at, device, seq, direction, gate, let in,
    refusal], `writes` how often they were settled.
    """

    n: int
    answered: Outcome | None
    offline: bool | None
    at: datetime | None
    own: bool
    undone: bool
    conflict: ConflictKind | None
    registration_id: UUID | None
    status: str | None
    category_number: int | None
    days: int | None
    revision: int | None
    revoked_at: datetime | None
    reissued_at: datetime | None
    given_name: str | None
    family_name: str | None
    category_name: Text | None
    seated: bool
    check_in_list: str | None
    period: str | None
    steps: list[list[Any]] | None
    writes: int


class Asked(Struct, frozen=True, kw_only=True):
    """What is looked up of one scan: whose it is by number or reference, and what it counts for.

    `session_id` is the session in which a seat is asked for, if one is.
    """

    id: UUID
    device_id: UUID
    number: int | None
    reference: str | None
    check_in_list: str
    period: str
    session_id: UUID | None
    undoes: UUID | None


class NewScan(Struct, frozen=True, kw_only=True):
    """A scan to store; `tally` is the place of the tally that holds it, None for one without.

    `undone` says that it was known to be taken back as it was decided; one that `amends` is there
    already, and tells what its device showed.
    """

    id: UUID
    device_id: UUID
    gate: str
    direction: Direction
    registration_id: UUID | None
    scanned_at: datetime
    at: datetime
    seq: int
    clock_offset_ms: int | None
    check_in_list: str | None
    period: str | None
    session: int | None
    offline: bool
    outcome: Outcome
    refusal: Outcome | None
    undoes: UUID | None
    undone: bool
    amends: bool
    tally: int | None


class Tally(Struct, frozen=True, kw_only=True):
    """What the scans of one person on one list in one period come to, to be stored.

    `writes` is how often it was written before, as it was read.
    """

    check_in_list: str
    registration_id: UUID
    period: str
    scan_id: UUID | None
    gate: str | None
    at: datetime | None
    inside: bool
    entries: int
    last_at: datetime | None
    writes: int


class NewConflict(Struct, frozen=True, kw_only=True):
    """A conflict to store: of the tally at this place, or (None) of a scan alone."""

    scan_id: UUID
    kind: ConflictKind
    other_scan_id: UUID | None = None
    registration_id: UUID | None = None
    tally: int | None = None


class Recorded(Struct, frozen=True, kw_only=True):
    """One scan that was stored."""

    id: UUID


class PastScan(Struct, frozen=True, kw_only=True):
    """A scan of one person's ticket, as it was answered."""

    scanned_at: datetime
    gate: str
    gate_name: Text | None
    device: str | None
    direction: Direction
    outcome: Outcome


class Passage(Struct, frozen=True, kw_only=True):
    """A person went through a gate: `admitted`, `already_in` or `left`, and when.

    `session` is the number of the session for which the gate was open, None at other gates. The
    lists of a `building` gate say who is in the house.
    """

    registration_id: UUID
    at: datetime
    outcome: Outcome
    session: int | None = None
    building: bool = True


class Presence(Struct, frozen=True, kw_only=True):
    """A day on which the doors saw a person; `left_at` None: nobody saw them leave for good."""

    day: date
    arrived_at: datetime
    left_at: datetime | None = None


class CategoryRow(Struct, frozen=True, kw_only=True):
    """A category as a badge shows it, as it comes from the database."""

    code: str
    number: int
    name: Text
    tint: int
