"""What truly happened at the doors, kept by a test beside the server, and what must come of it.

It knows nothing of how the server settles scans: it walks through what people did.
"""

from dataclasses import dataclass, replace
from datetime import datetime

GREEN = {"admitted", "left"}
AT_THE_DOOR = GREEN | {"already_in"}
"""What is shown of somebody in whose way nothing stands but earlier scans: they are there."""


@dataclass(frozen=True)
class Passage:
    """Somebody whose badge was read, as far as the server can know; `at` is the corrected time."""

    id: str
    person: str | None
    device: str
    gate: str
    seq: int
    direction: str
    true_ms: int
    at: int
    outcome: str
    taken_back: bool = False

    @property
    def turn(self):
        return self.at, self.device, self.seq


@dataclass(frozen=True)
class Attendance:
    entered: bool
    inside: bool
    first: int | None


def told_ms(scan):
    """Return when a scan was made, by what its phone believed; None where it believed nothing."""
    offset = scan.get("clock_offset_ms")
    if offset is None:
        return None
    return round(datetime.fromisoformat(scan["scanned_at"]).timestamp() * 1000) + offset


class Ledger:
    """The reads of all phones, in the order in which they happened, and who was cancelled when."""

    def __init__(self):
        self.reads = []
        self.undone = {}
        self.cancelled = {}
        self.strange_clock = set()
        """Reads with a clock that had jumped, unknown to its phone."""
        self.after_revocation = set()
        """Scans that the server got, or got otherwise, from a phone that was revoked by then."""
        self.lost_with_phone = set()
        self.left_to_server = {}
        """What the server decided of scans, and was never told what their phone showed instead."""

    def add(self, phone, person, read):
        self.reads.append((phone.kept.id, person, read))

    def undo(self, phone, read, record):
        self.undone[read.id] = record
        self.reads.append((phone.kept.id, None, record))

    def known(self):
        """Yield the reads of which the server can know."""
        for device, person, read in self.reads:
            if read.id not in self.lost_with_phone:
                outcome = self.left_to_server.get(read.id, read.outcome)
                alone = read.alone and read.id not in self.left_to_server
                yield device, person, replace(read, outcome=outcome, alone=alone)

    def passages(self, at_of):
        """Return what happened, by the corrected time of each scan, without records of undoing."""
        return [
            Passage(
                id=read.id,
                person=person,
                device=device,
                gate=read.scan["gate"],
                seq=read.scan["seq"],
                direction=read.scan["direction"],
                true_ms=read.true_ms,
                at=at_of[read.id],
                outcome=read.outcome,
                taken_back=read.id in self.undone
                and self.undone[read.id].id not in self.lost_with_phone,
            )
            for device, person, read in self.known()
            if "undoes" not in read.scan
        ]

    def refused(self, one):
        """Say whether the rules would not have let somebody pass: all but cancelled people may."""
        if one.direction == "out" or one.person is None:
            return False
        since = self.cancelled.get(one.person)
        return since is not None and since <= one.true_ms

    def counting(self, passages):
        """Return what counts of a person: whoever passed, or stood there with a good badge."""
        return [
            one
            for one in passages
            if not one.taken_back
            and (one.outcome in GREEN or (one.outcome in AT_THE_DOOR and not self.refused(one)))
        ]

    def attendance(self, passages):
        """Return what a person's attendance is; what is last in true time says where they are."""
        counting = self.counting(passages)
        came = [one for one in counting if one.direction == "in"]
        last = max(counting, key=lambda one: one.true_ms, default=None)
        return Attendance(
            entered=bool(came),
            inside=last is not None and last.direction == "in",
            first=min(came, key=lambda one: one.turn).at if came else None,
        )

    def clashes(self, passages):
        """Yield the conflicts of one person: scan, kind, and the scan with which it clashes."""
        green = None
        for one in sorted(self.counting(passages), key=lambda one: one.turn):
            if one.direction == "out":
                green = None
            elif one.outcome == "admitted":
                if self.refused(one):
                    yield one.id, "admitted_after_cancellation", None
                elif green is not None:
                    yield one.id, "admitted_twice", green
                green = one.id

    def conflicts(self, passages):
        """Return every conflict that must be there."""
        by_person = grouped(passages)
        found = {each for mine in by_person.values() for each in self.clashes(mine)}
        admitted = {
            read.id
            for _, _, read in self.known()
            if read.scan.get("direction") == "in" and read.outcome == "admitted"
        }
        found |= {(one, "clock_off", None) for one in self.strange_clock & admitted}
        return found | {(one, "device_revoked", None) for one in self.after_revocation}


def grouped(passages):
    """Return passages by person."""
    made = {}
    for one in passages:
        if one.person is not None:
            made.setdefault(one.person, []).append(one)
    return made
