"""What the pages of printers say: labels, what is wrong with a printer and its mend, states."""

from msgspec import Struct

from badges.printers.models import Fault, Flaw, LabelState, PrinterKind
from badges.printers.queries import PersonLabel
from forum.core.i18n import N_, Words

LABELS = {
    "name": N_("Name of the printer"),
    "kind": N_("What it prints"),
    "address": N_("Address"),
    "dpi": N_("Dots per inch"),
    "width_mm": N_("Width of a label, in mm"),
    "height_mm": N_("Height of a label, in mm"),
    "offset_x_mm": N_("Offset to the right, in mm"),
    "offset_y_mm": N_("Offset down, in mm"),
    "answers": N_("It tells how it is when asked (~HS)"),
    "left_mm": N_("From the left edge to the upright line, in mm"),
    "top_mm": N_("From the upper edge to the level line, in mm"),
    "printer": N_("Printer"),
}
KINDS = {
    PrinterKind.SHEETS: N_("Sheets, from the browser"),
    PrinterKind.LABEL: N_("Labels, sent by Forum (ZPL)"),
}
STATES = {
    LabelState.WAITING: N_("waits"),
    LabelState.SENDING: N_("is being sent"),
    LabelState.PRINTED: N_("printed"),
    LabelState.UNSURE: N_("unsure: look whether it came out"),
    LabelState.FAILED: N_("not printed"),
    LabelState.LEFT: N_("looked at, and left"),
    LabelState.CANCELLED: N_("cancelled"),
}
FAULTS = {
    Fault.REFUSED: (
        N_("The printer refuses the connection."),
        N_("See that it is on and ready, and that its port is the one given here."),
    ),
    Fault.UNREACHABLE: (
        N_("The printer cannot be reached."),
        N_("See that it is on and in the network, and compare its address with the one here."),
    ),
    Fault.NAME_UNKNOWN: (
        N_("The network does not know the printer’s name."),
        N_("Give its number, such as 192.168.1.50: printers print it on a page about themselves."),
    ),
    Fault.ADDRESS_FORBIDDEN: (
        N_("The printer’s address leads out of the private network: nothing is sent there."),
        N_("Give the address that the printer has in the network of the venue."),
    ),
    Fault.SILENT: (
        N_("The printer does not answer."),
        N_(
            "It may be out of paper, or open: look at it. One that never answers is to be set so"
            " below."
        ),
    ),
    Fault.STALLED: (
        N_("The printer stopped taking what is sent."),
        N_("Look at it; switch it off and on if it shows nothing."),
    ),
    Fault.BROKEN: (
        N_("The connection to the printer broke."),
        N_("See to its cable or its Wi-Fi: it is tried again by itself."),
    ),
    Fault.PAPER_OUT: (
        N_("The printer is out of paper."),
        N_("Put in a roll of labels and close it: the queue goes on by itself."),
    ),
    Fault.RIBBON_OUT: (
        N_("The printer is out of ribbon."),
        N_("Put in a ribbon and close it: the queue goes on by itself."),
    ),
    Fault.HEAD_OPEN: (
        N_("The printer is open."),
        N_("Close it until it clicks: the queue goes on by itself."),
    ),
    Fault.PAUSED: (
        N_("The printer was paused at its own button."),
        N_("Press its pause button: the queue goes on by itself."),
    ),
    Fault.BUFFER_FULL: (
        N_("The printer’s memory is full."),
        N_("Wait until it has printed what others sent it, or switch it off and on."),
    ),
    Fault.HALF_A_LABEL: (
        N_("Half a label rests in the printer’s memory."),
        N_("Switch it off and on, so that two labels are not printed over each other."),
    ),
    Fault.TOO_HOT: (N_("The printer is too hot."), N_("Let it rest: the queue goes on by itself.")),
    Fault.TOO_COLD: (
        N_("The printer is too cold."),
        N_("Let it warm up: the queue goes on by itself."),
    ),
}
FLAWS = {
    Flaw.WORKER_GONE: N_("Forum was stopped while it was sent."),
    Flaw.NO_TICKET: N_("There is no ticket any more."),
    Flaw.NO_LAYOUT: N_("No layout stands on the labels of this printer."),
    Flaw.NOT_DRAWN: N_("The badge could not be drawn."),
}


MENDS = {
    Flaw.WORKER_GONE: N_("Look whether it came out, then decide on the page of the printer."),
    Flaw.NO_TICKET: N_("See where the registration stands: only who is confirmed has a badge."),
    Flaw.NO_LAYOUT: N_("Choose another printer, or print the badge as PDF."),
    Flaw.NOT_DRAWN: N_("Print the badge as PDF."),
}
HELD = (
    N_("The queue is held."),
    N_("Let it go on, on the page of the printer."),
)


class SaidLabel(Struct, frozen=True, kw_only=True):
    """Where a label stands, in words; `wrong` and `mend` are '' while nothing is wrong."""

    state: str
    wrong: str = ""
    mend: str = ""


def label(one: PersonLabel, words: Words) -> SaidLabel:
    """Return where a label stands, what is wrong with it or its printer, and the mend."""
    wrong, mend = "", ""
    if one.state in {LabelState.WAITING, LabelState.SENDING}:
        wrong, mend = fault(one.failure, words) or ("", "")
        if one.paused and not wrong:
            wrong, mend = words.gettext(HELD[0]), words.gettext(HELD[1])
    elif one.state is LabelState.UNSURE:
        wrong, mend = flaw(one.error, words), words.gettext(MENDS[Flaw.WORKER_GONE])
    elif one.state is LabelState.FAILED and one.error in FLAWS:
        wrong, mend = flaw(one.error, words), words.gettext(MENDS[Flaw(one.error)])
    state = words.gettext(STATES[one.state])
    return SaidLabel(state=state, wrong=wrong, mend=mend)


def fault(code: str | None, words: Words) -> tuple[str, str] | None:
    """Return what is wrong with a printer, and the mend; None where nothing is."""
    if code is None:
        return None
    wrong, mend = FAULTS[Fault(code)]
    return words.gettext(wrong), words.gettext(mend)


def flaw(code: str | None, words: Words) -> str:
    """Return why a label was not printed, or is not known to be; '' where nothing is wrong."""
    if code is None:
        return ""
    if code in FLAWS:
        return words.gettext(FLAWS[Flaw(code)])
    return words.gettext(FAULTS[Fault(code)][0])


def said(msgids: dict[str, str], words: Words) -> dict[str, str]:
    """Return msgids in one language, by the same keys."""
    return {key: words.gettext(msgid) for key, msgid in msgids.items()}
