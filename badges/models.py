"""What a ticket, a badge, a gate and a scan are."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

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


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reading of a code; `id` is minted by the device, so a scan sent twice counts once."""

    id: UUID
    token: str
    gate: str
    scanned_at: datetime
    direction: Direction = Direction.IN
