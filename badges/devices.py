"""Devices: phones and scanners at the doors, enrolled by a code that works once."""

from datetime import datetime, timedelta

import asyncpg
from msgspec import Struct

from badges import door_queries
from forum.core.context import Device
from forum.core.db import Db
from forum.core.errors import Problem, Unauthenticated
from forum.core.ids import Ids, digest
from forum.core.text import fold

CODE_LIFE = timedelta(days=7)


class CodeUnknown(Problem):
    """This code is unknown, used or too old: ask for a new one."""

    code = "device_code_unknown"
    status = 404


class GateUnknown(Problem):
    """There is no gate of this name in this edition."""

    code = "gate_unknown"
    status = 422


class DeviceRevoked(Unauthenticated):
    """This device was revoked: ask an organiser for a new code."""

    code = "device_revoked"


class Enrolled(Struct, frozen=True, kw_only=True):
    """What a device gets, once: its token and where it stands."""

    token: str
    device: Device


async def add(db: Db, edition_id: int, name: str, gate: str, *, at: datetime, ids: Ids) -> str:
    """Announce a device; return the code by which it enrols within a week, once.

    Raises:
        GateUnknown: the edition has no such gate.
    """
    code = ids.reference()
    try:
        await door_queries.insert_device(
            db, edition_id, ids.uuid(at), name, gate, _code_digest(code), at + CODE_LIFE, at
        )
    except asyncpg.ForeignKeyViolationError as error:
        known = ", ".join(one.slug for one in await door_queries.list_gates(db, edition_id))
        raise GateUnknown(f"There is no gate {gate}: choose one of {known}.") from error
    return code


async def enrol(db: Db, code: str, *, at: datetime, ids: Ids) -> Enrolled:
    """Trade a code for the device's own token, which is shown this once.

    Raises:
        CodeUnknown: the code is unknown, used or too old.
    """
    token = ids.secret()
    row = await door_queries.enrol_device(db, _code_digest(code), digest(token), at)
    if row is None:
        raise CodeUnknown
    device = Device(id=row.id, edition_id=row.edition_id, name=row.name, gate=row.gate)
    return Enrolled(token=token, device=device)


async def identify(db: Db, token: str) -> Device:
    """Return the device that holds `token`.

    Raises:
        Unauthenticated: none does.
        DeviceRevoked: the one that does was revoked.
    """
    found = await identify_to_deliver(db, token)
    if found.revoked:
        raise DeviceRevoked
    return found


async def identify_to_deliver(db: Db, token: str) -> Device:
    """Return the device that holds `token`, to take the scans that it holds: a `revoked` one too.

    Raises:
        Unauthenticated: none does.
        DeviceRevoked: the one that does was revoked, and has handed over all its scans since.
    """
    row = await door_queries.find_device(db, digest(token))
    if row is None:
        raise Unauthenticated("This device is not enrolled, or no longer: enrol it again.")
    if row.drained_at is not None:
        raise DeviceRevoked
    revoked = row.revoked_at is not None
    return Device(
        id=row.id, edition_id=row.edition_id, name=row.name, gate=row.gate, revoked=revoked
    )


async def drain(db: Db, device: Device, *, at: datetime) -> None:
    """Note that a revoked device has handed over all its scans; it is heard no more."""
    await door_queries.drain_device(db, device.edition_id, device.id, at)


def _code_digest(code: str) -> bytes:
    return digest("".join(c for c in fold(code) if c.isalnum()))
