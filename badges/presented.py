"""A scan as it was presented: what its text and its time say without the database."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec
from msgspec import Struct

from badges import clocks, deciding
from badges.deciding import Claim, ListRule, Place, claim_of, milliseconds
from badges.doors import Doors
from badges.keys import Keyring
from badges.models import Asked, Direction, Outcome, Presented, Scan, UnreadScan
from badges.tokens import Forged, normalise
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
    """A scan with its time put right, the gate and the list where it counts, and what it says."""

    presented: Presented
    at: datetime
    clock_off: bool
    gate: str
    rule: ListRule
    where: Place
    said: Said

    @property
    def scan(self) -> Scan:
        """The scan as it was sent."""
        return self.presented.scan

    @property
    def own(self) -> Own:
        """Its id, as its device means it."""
        return self.presented.device.id, self.scan.id

    @property
    def taken_back(self) -> Own | None:
        """The scan that it undoes."""
        undoes = self.scan.undoes
        return None if undoes is None else (self.presented.device.id, undoes)

    @property
    def shown(self) -> Outcome | None:
        """What the device decided by itself; None where it left that to us, or said no sense."""
        shown = self.scan.shown
        if shown is None or isinstance(self.scan, UnreadScan):
            return None
        return None if shown in NO_ANSWER_TO[self.scan.direction] else shown

    def made_at(self, at: datetime, known: Doors) -> Self:
        """Return the scan as made at another time, at which it was stored before."""
        where = deciding.place(self.rule, known.rules.days, milliseconds(at))
        return msgspec.structs.replace(self, at=at, where=where)


def read(one: Presented, known: Doors, keyring: Keyring, received_at: datetime) -> ReadScan:
    """Return what a scan says by itself; at a gate that is unknown the device's own counts."""
    scan = one.scan
    clock = clocks.corrected(scan.scanned_at, scan.clock_offset_ms, one.skew_ms, received_at)
    gate = scan.gate if scan.gate in known.rules.gates else one.device.gate
    rule = known.rules.lists[known.rules.gates[gate].check_in_list]
    return ReadScan(
        presented=one,
        at=clock.at,
        clock_off=clock.off,
        gate=gate,
        rule=rule,
        where=deciding.place(rule, known.rules.days, milliseconds(clock.at)),
        said=NOTHING if scan.undoes is not None else said(keyring, scan.token, known.rules.edition),
    )


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
        device_id=one.presented.device.id,
        number=one.said.number,
        reference=one.said.reference or None,
        check_in_list=one.rule.slug,
        period=one.where.period,
        session_id=known.session_id(window.session) if window is not None and window.seat else None,
        undoes=one.scan.undoes,
    )
