"""What a label printer tells of itself when it is asked with `~HS`. No I/O.

Three lines, each between STX and ETX, of numbers with commas between them (ZPL II Programming
Guide, ~HS); each flag is 0 or 1.
"""

from msgspec import Struct

from badges.printers.models import Fault

ASK = b"~HS"
STX, ETX = b"\x02", b"\x03"
LONGEST_ANSWER = 1024
"""An answer has some 80 bytes; what is longer is none."""
FIRST_FIELDS, SECOND_FIELDS = 12, 11


class NoAnswer(ValueError):  # noqa: N818 -- it is caught at once
    """What came is no host status."""


class HostStatus(Struct, frozen=True, kw_only=True):
    """How a printer is; `formats` counts the labels that it has read and not begun to print."""

    paper_out: bool = False
    paused: bool = False
    formats: int = 0
    buffer_full: bool = False
    partial: bool = False
    too_cold: bool = False
    too_hot: bool = False
    head_open: bool = False
    ribbon_out: bool = False
    remaining: int = 0

    @property
    def fault(self) -> Fault | None:
        """What keeps it from printing; the first that a person has to mend."""
        return next((fault for field, fault in FAULTS if getattr(self, field)), None)


FAULTS = (
    ("head_open", Fault.HEAD_OPEN),
    ("paper_out", Fault.PAPER_OUT),
    ("ribbon_out", Fault.RIBBON_OUT),
    ("too_hot", Fault.TOO_HOT),
    ("too_cold", Fault.TOO_COLD),
    ("buffer_full", Fault.BUFFER_FULL),
    ("paused", Fault.PAUSED),
)


def complete(answer: bytes) -> bool:
    """Say whether all three lines are there."""
    return answer.count(ETX) >= 3  # noqa: PLR2004


def read(answer: bytes) -> HostStatus:
    """Read an answer.

    Raises:
        NoAnswer: it is none.
    """
    lines = [part.partition(STX)[2] for part in answer.split(ETX)[:2]]
    try:
        first, second = (
            [int(field) for field in line.decode("ascii").split(",")] for line in lines
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise NoAnswer(repr(answer[:80])) from error
    if len(first) < FIRST_FIELDS or len(second) < SECOND_FIELDS:
        raise NoAnswer(repr(answer[:80]))
    return HostStatus(
        paper_out=first[1] == 1,
        paused=first[2] == 1,
        formats=first[4],
        buffer_full=first[5] == 1,
        partial=first[7] == 1,
        too_cold=first[10] == 1,
        too_hot=first[11] == 1,
        head_open=second[2] == 1,
        ribbon_out=second[3] == 1,
        remaining=second[8],
    )
