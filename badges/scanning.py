"""Scans: a batch of readings in, an answer for each out, two statements whatever their number."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from badges import queries, rules
from badges.keys import Keyring
from badges.models import (
    Answer,
    Outcome,
    PastScan,
    Presented,
    Reading,
    Scan,
    TokenPayload,
    UnreadScan,
)
from badges.tokens import Forged
from forum.core.context import Device, Edition
from forum.core.db import Db, retried
from forum.core.text import pick

FARTHEST = timedelta(days=366)
"""A device whose clock is off by more has none: its scans count when they arrive."""


async def scan(
    db: Db,
    device: Device,
    edition: Edition,
    keyring: Keyring,
    scans: Sequence[Scan],
    *,
    at: datetime,
) -> list[Answer]:
    """Record what one device read, see `scan_all`."""
    presented = [Presented(device=device, scan=one) for one in scans]
    return await scan_all(db, edition, keyring, presented, at=at)


@retried
async def scan_all(
    db: Db, edition: Edition, keyring: Keyring, presented: Sequence[Presented], *, at: datetime
) -> list[Answer]:
    """Record what devices of one edition read, and say what each gate must do, in order.

    The same scan id always gets the same outcome, so a device may send again what it is not sure
    arrived; within a batch, the first reading of a ticket is the one that is admitted.
    """
    presented = [_storable(one, at) for one in presented]
    payloads = [_payload(keyring, one.scan.token) for one in presented]
    numbers = [_ticket(payload, edition.id) for payload in payloads]
    readings = await queries.read_scans(db, edition.id, presented, numbers)
    zone, days = edition.zone, edition.days
    outcomes = [
        reading.answered
        or rules.decide(
            payload,
            reading,
            one.scan.direction,
            edition_id=edition.id,
            day=rules.day_of(one.scan.scanned_at, zone, days),
            unread=isinstance(one.scan, UnreadScan),
        )
        for one, payload, reading in zip(presented, payloads, readings, strict=True)
    ]
    outcomes = _one_per_id(presented, outcomes)
    if not await _record(db, edition, presented, readings, outcomes, at):
        readings = await queries.read_scans(db, edition.id, presented, numbers)
        outcomes = [
            reading.answered or outcome for reading, outcome in zip(readings, outcomes, strict=True)
        ]
    return [
        _answer(one.scan, reading, outcome, edition)
        for one, reading, outcome in zip(presented, readings, outcomes, strict=True)
    ]


async def of_person(db: Db, edition_id: int, registration_id: UUID) -> list[PastScan]:
    """Return what the doors read of one person's ticket, the latest first."""
    return await queries.list_scans(db, edition_id, registration_id)


def _one_per_id(presented: Sequence[Presented], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes, those of one scan id being the first's."""
    firsts: dict[UUID, Outcome] = {}
    pairs = zip(presented, outcomes, strict=True)
    return [firsts.setdefault(one.scan.id, outcome) for one, outcome in pairs]


def _storable(one: Presented, at: datetime) -> Presented:
    """Return a scan with a time that can be, at a gate whose name a database can hold."""
    scan = one.scan
    believed = abs(scan.scanned_at - at) <= FARTHEST
    if believed and "\0" not in scan.gate:
        return one
    when = scan.scanned_at if believed else at
    mended = msgspec.structs.replace(scan, scanned_at=when, gate=scan.gate.replace("\0", ""))
    return Presented(device=one.device, scan=mended)


def _payload(keyring: Keyring, token: str) -> TokenPayload | None:
    try:
        return keyring.read(token)
    except Forged:
        return None


def _ticket(payload: TokenPayload | None, edition_id: int) -> int | None:
    return payload.ticket if payload is not None and payload.edition == edition_id else None


async def _record(
    db: Db,
    edition: Edition,
    presented: Sequence[Presented],
    readings: Sequence[Reading],
    outcomes: Sequence[Outcome],
    at: datetime,
) -> bool:
    """Store the readings that are new; say whether each was stored as it was decided.

    If not, another request, or another reading of this batch, came in between. Of readings that
    share an id, the first alone is stored.
    """
    new = [n for n, reading in enumerate(readings) if reading.answered is None]
    fresh = sorted({presented[n].scan.id: n for n in reversed(new)}.values())
    if not fresh:
        return True
    stored = await queries.record_scans(
        db,
        edition.id,
        [presented[n] for n in fresh],
        [readings[n] for n in fresh],
        [outcomes[n] for n in fresh],
        at,
    )
    as_stored = {one.id: one.outcome for one in stored}
    return all(as_stored.get(presented[n].scan.id) is outcomes[n] for n in fresh)


def _answer(one: Scan, reading: Reading, outcome: Outcome, edition: Edition) -> Answer:
    if reading.registration_id is None:
        unknown = outcome is Outcome.UNKNOWN
        flaw = one.flaw if unknown and isinstance(one, UnreadScan) else None
        return Answer(id=one.id, outcome=outcome, detail=flaw)
    before = outcome is Outcome.ALREADY_IN
    return Answer(
        id=one.id,
        outcome=outcome,
        name=f"{reading.given_name} {reading.family_name}",
        category=pick(reading.category_name or {}, edition.language),
        at=reading.admitted_at if before else None,
        gate=reading.admitted_gate if before else None,
    )
