"""What a print run is: whose badges are wanted, in which order and form, and where it stands."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from badges.layouts.models import Layout
from badges.models import Badge
from forum.core.errors import Problem

KEPT = timedelta(hours=24)
"""How long the file of a run is kept: it holds the names of all who are on it."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class RunState(StrEnum):
    """Where a print run stands."""

    WAITING = "waiting"
    DRAWING = "drawing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNDER_WAY = (RunState.WAITING, RunState.DRAWING)


class Sorting(StrEnum):
    """How badges are sorted for handing out; by name within what else is said."""

    NAME = "name"
    CATEGORY = "category"
    ORGANISATION = "organisation"


class OtherSheet(StrEnum):
    """On what cards stand: the sheet of their layout, one on each page, or as many as a sheet has.

    Sheets other than the layout's own are for cards alone: what is folded stays as it is.
    """

    OWN = "layout"
    SINGLE = "single"
    A4 = "a4"
    A3 = "a3"


class Wanted(Struct, frozen=True, kw_only=True):
    """Whose badges a run has: those of the confirmed that meet all of it.

    `first_letter` and `last_letter` are capitals: names that begin with none of them count as
    before A when they begin with a digit, else as after Z, so that parts of the alphabet leave out
    nobody. `references` None stands for everybody.

    `filter` is one of the table of registrations, as its address has it without the `?`: badges are
    those of whom it lets through. `without_badge` says how many of these have none, by the status
    of their registration, as it was when the run was asked for.
    """

    only_unprinted: bool = False
    only_changed: bool = False
    categories: list[str] | None = None
    first_letter: str | None = None
    last_letter: str | None = None
    references: list[str] | None = None
    sort: Sorting = Sorting.NAME
    filter: str | None = None
    without_badge: dict[str, int] = {}


class Order(Struct, frozen=True, kw_only=True):
    """A run as it is asked for; `layout` None takes the one that each category has.

    The offsets of the `printer`, which is named, are how far to the right and down everything is
    put, in millimetres. `found` are those of the confirmed whom the filter lets through.
    """

    wanted: Wanted = Wanted()
    layout: str | None = None
    sheet: OtherSheet = OtherSheet.OWN
    printer: str | None = None
    offset_x_mm: float = 0
    offset_y_mm: float = 0
    found: list[UUID] | None = None


class PrintRun(Struct, frozen=True, kw_only=True):
    """A run and where it stands.

    `asked_by` is who, as the audit names people, with their address while they are in the team.
    `done` of `total` badges are drawn; `problems` holds (reference, what is wrong). `why` says what
    made it fail. `file_until` None: there is no file, not yet or no more.
    """

    id: UUID
    asked_at: datetime
    asked_by: str
    asked_by_email: str | None
    wanted: Wanted
    layout: str | None
    sheet: OtherSheet
    printer: str | None
    offset_x_mm: float
    offset_y_mm: float
    state: RunState
    done: int
    total: int
    pages: int | None
    problems: list[tuple[str, str]]
    why: str | None
    ended_at: datetime | None
    file: str | None
    file_bytes: int | None
    file_until: datetime | None

    @property
    def under_way(self) -> bool:
        """Whether it is still to end."""
        return self.state in UNDER_WAY


class ClaimedRun(Struct, frozen=True, kw_only=True):
    """A run that this worker draws until its lease ends; others that began it have no say more."""

    edition_id: int
    id: UUID
    attempt: int
    asked_by: str
    layout: str | None
    sheet: OtherSheet
    offset_x_mm: float
    offset_y_mm: float
    registrations: list[UUID]


class Chosen(Struct, frozen=True, kw_only=True):
    """Somebody whose badge a run has."""

    registration_id: UUID
    category: str


class Count(Struct, frozen=True, kw_only=True):
    """How many of a category meet a filter."""

    category: str
    badges: int


class Drawable(Struct, frozen=True, kw_only=True):
    """A ticket with what its badge shows and the `stamp` of it; not `good`: it opens nothing."""

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
    stamp: bytes
    good: bool


class PrintedBadge(Struct, frozen=True, kw_only=True):
    """A badge that was drawn, of which revision of the ticket and in which layout."""

    registration_id: UUID
    revision: int
    stamp: bytes
    layout: str


class LoggedPrint(Struct, frozen=True, kw_only=True):
    """A badge of somebody that was printed; `current`: what stands on it is what holds now.

    `actor_email` and `device` say who it was: one of the team, or a device at the doors.
    """

    at: datetime
    actor: str
    actor_email: str | None
    device: str | None
    layout: str
    revision: int
    run_id: UUID | None
    current: bool


class Section(Struct, frozen=True, kw_only=True):
    """The part of a run that has one layout, with the layout's images by their names."""

    layout: Layout
    images: dict[str, bytes]


class Part(Struct, frozen=True, kw_only=True):
    """Some badges of a run, as they are drawn."""

    badges: list[Badge]


class RunNotFound(Problem):
    """There is no print run of this name in this edition."""

    code = "run_not_found"
    status = 404


class NotDrawnYet(Problem):
    """This print run is not drawn: wait until it is done."""

    code = "not_drawn_yet"
    status = 409


class FileGone(Problem):
    """The file of this print run was deleted, as names are not kept: print the badges again."""

    code = "file_gone"
    status = 410


class NoDrawing(Problem):
    """The process that draws ended by itself: try again, then look at the server's log."""

    code = "no_drawing"
    status = 503
