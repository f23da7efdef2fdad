"""What an import is between its steps: a table that was brought, what it would do, what it did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from forum.core.errors import Problem
from forum.core.text import Filled
from forum.registrations.importing import BadRow, GoodRow, Plan
from forum.registrations.models import Status


class ImportNotFound(Problem):
    """This table is no longer here: import the file again."""

    code = "import_not_found"
    status = 404


class ImportBegun(Problem):
    """People of this table are registered already: look at what was done."""

    code = "import_begun"


class Said(Struct, frozen=True, kw_only=True):
    """A sentence as it is stored: the msgid, and the values in it."""

    sentence: str
    values: dict[str, Any] = {}

    @classmethod
    def of(cls, message: str) -> "Said":
        """Return a message as it is stored."""
        if isinstance(message, Filled):
            return cls(sentence=message.sentence, values=message.values)
        return cls(sentence=message)

    def message(self) -> str:
        """Return the message."""
        return Filled(self.sentence, **self.values) if self.values else self.sentence


class LeftOut(Struct, frozen=True, kw_only=True):
    """A row that was not registered, and why, by target ('' for the whole row)."""

    row: int
    reasons: dict[str, Said]


class Tally(Struct, frozen=True, kw_only=True, order=True):
    """How many people of a category stand, or would stand, where."""

    category: str
    status: Status
    count: int


class Progress(Struct, frozen=True, kw_only=True):
    """How far registering has come.

    `todo` are the numbers of the rows to register, in order, the first `done` of them are through.
    `known` were registered already, `left` those that are not registered, `refused` those among
    them that could not be when their turn came.
    """

    todo: list[int]
    done: int = 0
    registered: list[Tally] = []
    known: int = 0
    left: list[LeftOut] = []
    refused: list[LeftOut] = []
    finished_at: datetime | None = None


class StoredImport(Struct, frozen=True, kw_only=True):
    """A table that was brought; `content` holds its rows (`intake.packed`)."""

    edition_id: int
    id: UUID
    account_id: UUID
    file_name: str
    content: bytes
    plan: Plan
    progress: Progress | None = None
    created_at: datetime
    expires_at: datetime


class Underway(Struct, frozen=True, kw_only=True):
    """A table of an account that is not over; `begun`: its people are being registered, or are."""

    id: UUID
    file_name: str
    created_at: datetime
    begun: bool


class Earlier(Struct, frozen=True, kw_only=True):
    """An import as the record has it; `by` is an address, None for the command line."""

    at: datetime
    by: str | None
    detail: dict[str, Any]


class Known(Struct, frozen=True, kw_only=True):
    """Who is registered by an address."""

    email_key: str
    reference: str
    status: Status


class Namesake(Struct, frozen=True, kw_only=True):
    """Somebody registered of the name and organisation that was asked for as number `n`."""

    n: int
    reference: str
    given_name: str
    family_name: str
    email: str


class KnownRow(Struct, frozen=True, kw_only=True):
    """A row whose address is registered: it changes nothing."""

    good: GoodRow
    known: Known


class DoubtfulRow(Struct, frozen=True, kw_only=True):
    """A row whose name and organisation are registered, or stand in an earlier row, `same_as`."""

    good: GoodRow
    namesakes: list[Namesake]
    same_as: int | None = None


class Check(Struct, frozen=True, kw_only=True):
    """What a table would do now: `tally` counts the `sure` rows by category and status."""

    sure: list[GoodRow]
    tally: list[Tally]
    known: list[KnownRow]
    doubtful: list[DoubtfulRow]
    bad: list[BadRow]


class Choice(Struct, frozen=True, kw_only=True):
    """What is registered of a table beside what is sure.

    `others` are the numbers of doubtful rows that are other people, None for all of them.
    `skip_bad`: the bad rows are left out; else nothing is registered while there are any.
    """

    others: frozenset[int] | None = frozenset()
    skip_bad: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a row: new with a status, known already, or refused with its reasons."""

    row: int
    category: str
    status: Status | None = None
    known: bool = False
    reasons: dict[str, str] = {}
