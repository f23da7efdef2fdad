"""Scans: a batch of readings in, an answer for each out, two statements whatever their number."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from badges import queries, rules
from badges.keys import Keyring
from badges.models import Answer, Outcome, Reading, Scan, TokenPayload
from badges.tokens import Forged
from forum.core.context import Device, Edition
from forum.core.db import Db, retried
from forum.core.text import pick

FARTHEST = timedelta(days=366)
"""A device whose clock is off by more has none: its scans count when they arrive."""


@retried
async def scan(
    db: Db,
    device: Device,
    edition: Edition,
    keyring: Keyring,
    scans: Sequence[Scan],
    *,
    at: datetime,
) -> list[Answer]:
    """Record readings and say what the gate must do, in order.

    The same scan id always gets the same outcome, so a device may send again what it is not sure
    arrived; within a batch, the first reading of a ticket is the one that is admitted.
    """
    scans = [_storable(one, at) for one in scans]
    payloads = [_payload(keyring, one.token) for one in scans]
    numbers = [_ticket(payload, edition.id) for payload in payloads]
    readings = await queries.read_scans(db, edition.id, device.gate, scans, numbers)
    outcomes = [
        reading.answered
        or rules.decide(
            payload,
            reading,
            one.direction,
            edition_id=edition.id,
            day=rules.day_of(one.scanned_at, edition.zone, edition.days),
        )
        for one, payload, reading in zip(scans, payloads, readings, strict=True)
    ]
    fresh = [n for n, reading in enumerate(readings) if reading.answered is None]
    stored = await _record(db, device, edition, scans, readings, outcomes, fresh, at)
    if any(stored.get(scans[n].id) is not outcomes[n] for n in fresh):
        readings = await queries.read_scans(db, edition.id, device.gate, scans, numbers)
        outcomes = [
            reading.answered or outcome for reading, outcome in zip(readings, outcomes, strict=True)
        ]
    return [
        _answer(one, reading, outcome, edition)
        for one, reading, outcome in zip(scans, readings, outcomes, strict=True)
    ]


def _storable(one: Scan, at: datetime) -> Scan:
    """Return a scan with a time that can be, at a gate whose name a database can hold."""
    believed = abs(one.scanned_at - at) <= FARTHEST
    if believed and "\0" not in one.gate:
        return one
    when = one.scanned_at if believed else at
    return msgspec.structs.replace(one, scanned_at=when, gate=one.gate.replace("\0", ""))


def _payload(keyring: Keyring, token: str) -> TokenPayload | None:
    try:
        return keyring.read(token)
    except Forged:
        return None


def _ticket(payload: TokenPayload | None, edition_id: int) -> int | None:
    return payload.ticket if payload is not None and payload.edition == edition_id else None


async def _record(
    db: Db,
    device: Device,
    edition: Edition,
    scans: Sequence[Scan],
    readings: Sequence[Reading],
    outcomes: Sequence[Outcome],
    fresh: Sequence[int],
    at: datetime,
) -> dict[UUID, Outcome]:
    """Store the readings that are new; return how each was stored.

    An outcome other than the one decided, or none, means that another request came in between.
    """
    if not fresh:
        return {}
    stored = await queries.record_scans(
        db,
        edition.id,
        device.id,
        [scans[n] for n in fresh],
        [readings[n] for n in fresh],
        [outcomes[n] for n in fresh],
        at,
    )
    return {one.id: one.outcome for one in stored}


def _answer(one: Scan, reading: Reading, outcome: Outcome, edition: Edition) -> Answer:
    if reading.registration_id is None:
        return Answer(id=one.id, outcome=outcome)
    before = outcome is Outcome.ALREADY_IN
    return Answer(
        id=one.id,
        outcome=outcome,
        name=f"{reading.given_name} {reading.family_name}",
        category=pick(reading.category_name or {}, edition.language),
        at=reading.admitted_at if before else None,
        gate=reading.admitted_gate if before else None,
    )
