"""What a printer is, a label in its queue, and what may be wrong with them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from forum.core.errors import NotFound, Problem


class PrinterKind(StrEnum):
    """What prints: sheets that somebody sends to it, or labels that Forum sends itself."""

    SHEETS = "sheets"
    LABEL = "label"


class LabelState(StrEnum):
    """Where a label stands.

    `unsure`: it may have been printed, the line broke before the printer said so. `failed`: it
    cannot be printed, for there is no ticket or no layout any more. `left`: somebody looked at one
    that was unsure, and left it.
    """

    WAITING = "waiting"
    SENDING = "sending"
    PRINTED = "printed"
    UNSURE = "unsure"
    FAILED = "failed"
    LEFT = "left"
    CANCELLED = "cancelled"


class Fault(StrEnum):
    """What is wrong with a printer, as the line or the printer itself tells."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NAME_UNKNOWN = "name_unknown"
    ADDRESS_FORBIDDEN = "address_forbidden"
    SILENT = "silent"
    STALLED = "stalled"
    BROKEN = "broken"
    PAPER_OUT = "paper_out"
    RIBBON_OUT = "ribbon_out"
    HEAD_OPEN = "head_open"
    PAUSED = "paused"
    BUFFER_FULL = "buffer_full"
    HALF_A_LABEL = "half_a_label"
    TOO_HOT = "too_hot"
    TOO_COLD = "too_cold"


class Flaw(StrEnum):
    """Why one label is not printed, or is not known to be."""

    WORKER_GONE = "worker_gone"
    NO_TICKET = "no_ticket"
    NO_LAYOUT = "no_layout"
    NOT_DRAWN = "not_drawn"


class PrinterNotFound(NotFound):
    """There is no such printer: it may have been removed. Choose another one."""

    code = "printer_not_found"


class LabelNotFound(NotFound):
    """There is no such label."""

    code = "label_not_found"


class PrinterChanged(Problem):
    """Somebody else has changed this printer meanwhile: look at it, then store yours again."""

    code = "printer_changed"
    status = 412


class PrinterBusy(Problem):
    """Labels wait for this printer, or nobody has decided on them: cancel or decide them first."""

    code = "printer_busy"


class NoLabelPrinter(Problem):
    """This printer prints sheets: open the badge, and print it from the browser."""

    code = "no_label_printer"


class NoBadge(Problem):
    """Nobody who is confirmed has this reference: there is no badge to print."""

    code = "no_badge"
    status = 404


class LabelSettled(Problem):
    """This label is as it is shown now: somebody, or the printer, was faster."""

    code = "label_settled"


class PrinterGiven(Struct, frozen=True, kw_only=True):
    """A printer as it was read from a form; lengths are millimetres, offsets go right and down."""

    name: str
    kind: PrinterKind
    address: str | None = None
    dpi: int | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    offset_x_mm: float = 0
    offset_y_mm: float = 0
    answers: bool = True


class Printer(PrinterGiven, frozen=True, kw_only=True):
    """A printer; a label printer has an address, dots per inch, and the size of its labels.

    `failure` is what was last wrong with it, since `failed_at`; it is tried again at `next_try`.
    `waiting` counts the labels in its queue, `unsure` those somebody has to decide on.
    """

    edition_id: int
    id: UUID
    paused: bool = False
    failure: Fault | None = None
    failed_at: datetime | None = None
    next_try: datetime | None = None
    seen_at: datetime | None = None
    revision: int = 1
    waiting: int = 0
    unsure: int = 0


class Held(Struct, frozen=True, kw_only=True):
    """A label printer that this worker alone may print on, until `lease_until`."""

    edition_id: int
    id: UUID
    address: str
    dpi: int
    width_mm: float
    height_mm: float
    offset_x_mm: float
    offset_y_mm: float
    answers: bool
    lease_until: datetime


class LabelJob(Struct, frozen=True, kw_only=True):
    """A label in a queue; without `reference` it is a test label. `by` is a member's address."""

    id: UUID
    printer_id: UUID
    number: int
    registration_id: UUID | None
    reference: str | None
    given_name: str | None
    family_name: str | None
    layout: str | None
    revision: int | None
    state: LabelState
    tries: int
    error: str | None
    actor: str
    by: str | None
    created_at: datetime
    changed_at: datetime
