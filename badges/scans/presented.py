"""A scan as it was presented: what its text and its time say without the database."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec
from msgspec import Struct

from badges.doors import deciding
from badges.doors.deciding import Claim, ListRule, Place, claim_of, milliseconds
from badges.doors.doors import Doors
from badges.keys import Keyring
from badges.models import Asked, Direction, Outcome, Presented, Scan, UnreadScan
from badges.scans import clocks
from badges.tokens import Forged, normalise
from forum.core.context import Device
from forum.core.ids import READABLE

Own = tuple[UUID, UUID]
"""A device and the id of a scan, as that device means it: none takes back what another read."""

NO_ANSWER_TO = {
    Direction.IN: frozenset({Outcome.LEFT, Outcome.UNDONE}),
    Direction.OUT: frozenset({Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.UNDONE}),
}

AS_TYPED = str.maketrans("OIL", "011", "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}")
"""Letters that no reference has, and the digits for which people take them; dashes are none."""


class Said(Struct, frozen=True):
    """What a text says: by its token a claim and the number of a ticket, or a reference.

    Nothing at all: it looks signed, and not by us.
    """

    claim: Claim | None = None
    number: int | None = None
    reference: str | None = None


NOTHING = Said()


class ReadScan(Struct, frozen=True, kw_only=True):
    """A scan with its time put right, the gate and the list where it counts, and what it says.

    `own` is its id and `taken_back` the scan that it undoes, as its device means them. `shown` is
    what the device decided by itself; None where it left that to us, or said no sense.
    """

    scan: Scan
    device: Device
    own: Own
    taken_back: Own | None
    shown: Outcome | None
    at: datetime
    at_ms: int
    clock_off: bool
    gate: str
    rule: ListRule
    where: Place
    said: Said

    def made_at(self, at: datetime, known: Doors) -> Self:
        """Return the scan as made at another time, at which it was stored before."""
        at_ms = milliseconds(at)
        where = deciding.place(self.rule, known.rules.days, at_ms)
        return msgspec.structs.replace(self, at=at, at_ms=at_ms, where=where)


def read(one: Presented, known: Doors, keyring: Keyring, received_at: datetime) -> ReadScan:
    """Return what a scan says by itself; at a gate that is unknown the device's own counts."""
    scan, device, rules = one.scan, one.device, known.rules
    clock = clocks.corrected(scan.scanned_at, scan.clock_offset_ms, one.skew_ms, received_at)
    at_ms = milliseconds(clock.at)
    gate = scan.gate if scan.gate in rules.gates else device.gate
    rule = rules.lists[rules.gates[gate].check_in_list]
    undoes = scan.undoes
    return ReadScan(
        scan=scan,
        device=device,
        own=(device.id, scan.id),
        taken_back=None if undoes is None else (device.id, undoes),
        shown=_shown(scan),
        at=clock.at,
        at_ms=at_ms,
        clock_off=clock.off,
        gate=gate,
        rule=rule,
        where=deciding.place(rule, rules.days, at_ms),
        said=NOTHING if undoes is not None else said(keyring, scan.token, rules.edition),
    )


def _shown(scan: Scan) -> Outcome | None:
    shown = scan.shown
    if shown is None or isinstance(scan, UnreadScan):
        return None
    return None if shown in NO_ANSWER_TO[scan.direction] else shown


def said(keyring: Keyring, token: str, edition_id: int) -> Said:
    """Return what was read or typed says; the ticket of another edition has no number here."""
    try:
        payload = keyring.read(token)
    except Forged as error:
        looks_signed = error.reason not in ("length", "alphabet")
        return NOTHING if looks_signed else Said(reference=reference(normalise(token)))
    ours = payload.edition == edition_id
    return Said(claim=claim_of(payload), number=payload.ticket if ours else None)


def reference(text: str) -> str:
    """Return the reference that somebody typed, as it is stored; '' for what is none."""
    plain = text.translate(AS_TYPED)
    if len(plain) != 8 or not set(plain) <= set(READABLE):  # noqa: PLR2004 -- as `Ids.reference`
        return ""
    return f"{plain[:4]}-{plain[4:]}"


def asked(one: ReadScan, known: Doors) -> Asked:
    """Return what is to be looked up of a scan."""
    window = one.where.window
    return Asked(
        id=one.scan.id,
        device_id=one.device.id,
        number=one.said.number,
        reference=one.said.reference or None,
        check_in_list=one.rule.slug,
        period=one.where.period,
        session_id=known.session_id(window.session) if window is not None and window.seat else None,
        undoes=one.scan.undoes,
    )
