"""Devices: phones and scanners at the doors, enrolled by a code that works once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from badges.devices import queries as device_queries
from badges.devices.models import (
    Announced,
    CodeUnknown,
    DeviceChanged,
    DeviceEnrolled,
    DeviceNameShared,
    DeviceNotFound,
    DeviceRevoked,
    DeviceTerms,
    DeviceUsed,
    Enrolled,
    GateNotAllowed,
    GateUnknown,
    NewDevice,
    NoCodeWaits,
    StoredDevice,
    Told,
)
from badges.doors import queries as door_queries
from badges.models import DeviceRow
from forum.core import audit
from forum.core.context import Device
from forum.core.db import Db
from forum.core.errors import Problem, Unauthenticated
from forum.core.i18n import N_
from forum.core.ids import Ids, digest
from forum.core.text import fold

CODE_LIFE = timedelta(days=7)
ALIKE = str.maketrans("oil", "011")
"""Letters that no code has, and the digits for which people take them."""
COMMAND = "command"


async def add(db: Db, edition_id: int, name: str, gate: str, *, at: datetime, ids: Ids) -> str:
    """Announce one device without any right, see `announce`; return its code."""
    new = NewDevice(name=name, gates=[gate])
    [made] = await announce(db, edition_id, [new], actor=COMMAND, at=at, ids=ids)
    return made.code


async def announce(
    db: Db, edition_id: int, news: Sequence[NewDevice], *, actor: str, at: datetime, ids: Ids
) -> list[Announced]:
    """Announce devices; each gets a code by which it enrols within a week, once.

    Raises:
        GateUnknown: the edition has no such gate.
    """
    try:
        async with db.transaction():
            return [await _announce(db, edition_id, new, actor, at, ids) for new in news]
    except asyncpg.ForeignKeyViolationError as error:
        named = [gate for new in news for gate in new.gates]
        raise await _unknown_gate(db, edition_id, named) from error


async def _announce(
    db: Db, edition_id: int, new: NewDevice, actor: str, at: datetime, ids: Ids
) -> Announced:
    code, device_id = ids.code(), ids.uuid(at)
    until = at + CODE_LIFE
    await device_queries.insert_device(
        db, edition_id, device_id, new, _code_digest(code), until, at
    )
    detail = msgspec.to_builtins(new)
    await _record(db, edition_id, device_id, "device announced", actor, at, ids, detail)
    return Announced(id=device_id, name=new.name, gate=new.gates[0], code=code, until=until)


async def enrol(db: Db, code: str, *, at: datetime, ids: Ids) -> Enrolled:
    """Trade a code for the device's own token, which is shown this once.

    A token that the device had before ends with this; so does its being revoked.

    Raises:
        CodeUnknown: the code is unknown, used or too old.
    """
    token = ids.secret()
    async with db.transaction():
        row = await device_queries.enrol_device(db, _code_digest(code), digest(token), at)
        if row is None:
            raise CodeUnknown
        actor = f"device:{row.id}"
        await _record(db, row.edition_id, row.id, "device enrolled", actor, at, ids)
    return Enrolled(token=token, device=as_device(row))


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
    row = await device_queries.find_device(db, digest(token))
    if row is None:
        raise Unauthenticated("This device is not enrolled, or no longer: enrol it again.")
    if row.drained_at is not None:
        raise DeviceRevoked
    return as_device(row)


async def drain(db: Db, device: Device, *, at: datetime) -> None:
    """Note that a revoked device has handed over all its scans; it is heard no more."""
    await device_queries.drain_device(db, device.edition_id, device.id, at)


def as_device(row: DeviceRow) -> Device:
    """Return a stored device as every request carries it."""
    return Device(
        id=row.id,
        edition_id=row.edition_id,
        name=row.name,
        gate=row.gate,
        gates=row.gates,
        may_search=row.may_search,
        may_desk=row.may_desk,
        may_evacuate=row.may_evacuate,
        revoked=row.revoked_at is not None,
    )


async def tell(db: Db, device: Device, told: Told, *, at: datetime) -> Device:
    """Store what a device tells of itself; return it as it is now.

    What it tells is kept in any case, so that a device at the wrong gate does not seem silent. One
    that an organiser has moved is answered where it stands, whatever gate it names, until it names
    that one.

    Raises:
        GateNotAllowed: it may not stand where it says.
        DeviceRevoked: it was revoked in this moment.
    """
    offset_ms = told.clock_offset_ms
    if offset_ms is None:
        offset_ms = (at - told.sent_at) // timedelta(milliseconds=1)
    row = await device_queries.store_told(db, device.edition_id, device.id, told, offset_ms, at)
    if row is None:
        raise DeviceRevoked
    if row.gate != told.gate and not row.moved:
        problem = GateNotAllowed()
        problem.fields["gate"] = problem.message
        problem.more.update(gate=row.gate, gates=row.gates)
        raise problem
    return as_device(row)


def enrolment_link(base_url: str, code: str) -> str:
    """Return the address by which a device enrols; the code in it is sent to no server as such."""
    return f"{base_url}/scan#code={code}"


async def all_of(db: Db, edition_id: int) -> list[StoredDevice]:
    """Return the devices of an edition by name, those that were revoked last."""
    return await device_queries.list_devices(db, edition_id)


async def find(db: Db, edition_id: int, device_id: UUID) -> StoredDevice:
    """Return a device of this edition.

    Raises:
        DeviceNotFound: there is none of this id.
    """
    found = await device_queries.read_device(db, edition_id, device_id)
    if found is None:
        raise DeviceNotFound
    return found


async def named(db: Db, edition_id: int, name: str) -> StoredDevice:
    """Return the device that is meant by a name or an id.

    Raises:
        DeviceNotFound: none is.
        DeviceNameShared: several have this name.
    """
    known = await all_of(db, edition_id)
    found = [one for one in known if str(one.id) == name.lower()] or [
        one for one in known if fold(one.name) == fold(name)
    ]
    if not found:
        raise DeviceNotFound
    if len(found) > 1:
        raise DeviceNameShared(
            f"{DeviceNameShared().message} {', '.join(str(one.id) for one in found)}"
        )
    return found[0]


async def change(
    db: Db,
    edition_id: int,
    device_id: UUID,
    terms: DeviceTerms,
    *,
    revision: int | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> StoredDevice:
    """Rename a device, say where it stands and may stand, and what it may do.

    An enrolled one that is moved learns of it when it tells of itself. What is the same as before
    is no change.

    Raises:
        DeviceNotFound: there is none of this id.
        DeviceChanged: somebody else changed it since `revision` (None: whatever it was).
        GateUnknown: the edition has no such gate.
        GateNotAllowed: it would stand at a gate at which it may not.
    """
    if terms.gate not in terms.gates:
        said = N_("A device stands at one of its gates: choose among them.")
        raise GateNotAllowed(said, fields={"gate": said})
    try:
        async with db.transaction():
            before = await _held(db, edition_id, device_id, revision)
            differing = _differing(before.terms, terms)
            if differing:
                moved = before.token and (before.moved or before.gate != terms.gate)
                await device_queries.update_terms(db, edition_id, device_id, terms, moved=moved)
                await _record(
                    db, edition_id, device_id, "device changed", actor, at, ids, differing
                )
            return await find(db, edition_id, device_id)
    except asyncpg.ForeignKeyViolationError as error:
        raise await _unknown_gate(db, edition_id, terms.gates) from error


async def move(
    db: Db,
    edition_id: int,
    device_id: UUID,
    gate: str,
    *,
    revision: int | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> StoredDevice:
    """Put a device at another gate, at which it then may stand.

    Raises:
        DeviceNotFound: there is none of this id.
        DeviceChanged: somebody else changed it since `revision`.
        GateUnknown: the edition has no such gate.
    """
    async with db.transaction():
        before = await _held(db, edition_id, device_id, revision)
        gates = before.gates if gate in before.gates else [*before.gates, gate]
        terms = msgspec.structs.replace(before.terms, gate=gate, gates=gates)
        return await change(
            db, edition_id, device_id, terms, revision=revision, actor=actor, at=at, ids=ids
        )


async def renew_code(
    db: Db,
    edition_id: int,
    device_id: UUID,
    *,
    revision: int | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Announced:
    """Make a new code for a device, good once within a week; one that waits is good no more.

    What has the device's token keeps it until the code is used. A revoked device is back when its
    code is used.

    Raises:
        DeviceNotFound: there is none of this id.
        DeviceChanged: somebody else changed it since `revision`.
    """
    code, until = ids.code(), at + CODE_LIFE
    async with db.transaction():
        found = await _held(db, edition_id, device_id, revision)
        await device_queries.update_code(db, edition_id, device_id, _code_digest(code), until)
        await _record(db, edition_id, device_id, "device code made", actor, at, ids)
    return Announced(id=found.id, name=found.name, gate=found.gate, code=code, until=until)


async def withdraw_code(
    db: Db, edition_id: int, device_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> StoredDevice:
    """Take back a code that nobody used.

    Raises:
        DeviceNotFound: there is none of this id.
        NoCodeWaits: none waits: it was used, or withdrawn before.
    """
    async with db.transaction():
        found = await _held(db, edition_id, device_id, None)
        if found.code_until is None:
            raise NoCodeWaits
        await device_queries.update_code(db, edition_id, device_id, None, None)
        await _record(db, edition_id, device_id, "device code withdrawn", actor, at, ids)
        return await find(db, edition_id, device_id)


async def revoke(
    db: Db,
    edition_id: int,
    device_id: UUID,
    *,
    revision: int | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> StoredDevice:
    """End a device, and a code that waits for it; one that is revoked stays so.

    A new code, once used, undoes it.

    Raises:
        DeviceNotFound: there is none of this id.
        DeviceChanged: somebody else changed it since `revision`.
    """
    async with db.transaction():
        found = await _held(db, edition_id, device_id, revision)
        if found.revoked_at is None:
            await device_queries.revoke_device(db, edition_id, device_id, at)
            await _record(db, edition_id, device_id, "device revoked", actor, at, ids)
        elif found.code_until is not None:
            await device_queries.update_code(db, edition_id, device_id, None, None)
            await _record(db, edition_id, device_id, "device code withdrawn", actor, at, ids)
        return await find(db, edition_id, device_id)


async def remove(
    db: Db,
    edition_id: int,
    device_id: UUID,
    *,
    revision: int | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Remove a device that never scanned.

    Raises:
        DeviceNotFound: there is none of this id.
        DeviceChanged: somebody else changed it since `revision`.
        DeviceUsed: it has scanned.
        DeviceEnrolled: it could hold scans that it has not sent.
    """
    async with db.transaction():
        found = await _held(db, edition_id, device_id, revision)
        problem = await stays(db, edition_id, found)
        if problem is not None:
            raise problem
        await device_queries.delete_device(db, edition_id, device_id)
        detail = {"name": found.name}
        await _record(db, edition_id, device_id, "device removed", actor, at, ids, detail)


async def stays(db: Db, edition_id: int, found: StoredDevice) -> Problem | None:
    """Say why a device cannot be removed; None where it can."""
    if await device_queries.has_scanned(db, edition_id, found.id):
        return DeviceUsed()
    return DeviceEnrolled() if found.token and found.revoked_at is None else None


def numbered(name: str, how_many: int, taken: Iterable[str]) -> list[str]:
    """Return names for new devices: `name` alone for one, else numbered; none that is taken.

    `Téléphone` is followed by `Téléphone 2` where it is taken, and three of them are
    `Téléphone 1` to `Téléphone 3`.
    """
    used = {fold(one) for one in taken}
    if how_many == 1 and fold(name) not in used:
        return [name]
    free = (
        made
        for number in count(1 if how_many > 1 else 2)
        if fold(made := f"{name} {number}") not in used
    )
    return [next(free) for _ in range(how_many)]


async def _held(db: Db, edition_id: int, device_id: UUID, revision: int | None) -> StoredDevice:
    """Have a device to oneself until the end of the transaction."""
    now = await device_queries.lock_device(db, edition_id, device_id)
    if now is None:
        raise DeviceNotFound
    if revision is not None and revision != now:
        raise DeviceChanged
    return await find(db, edition_id, device_id)


def _differing(before: DeviceTerms, after: DeviceTerms) -> dict[str, Any]:
    """Return what is new of each term, by its name."""
    old, new = (
        {**msgspec.to_builtins(terms), "gates": sorted({*terms.gates})} for terms in (before, after)
    )
    return {name: value for name, value in new.items() if value != old[name]}


async def _unknown_gate(db: Db, edition_id: int, gates: Collection[str]) -> GateUnknown:
    known = [one.slug for one in await door_queries.list_gates(db, edition_id)]
    wrong = next((one for one in gates if one not in known), "")
    return GateUnknown.among(wrong, known)


async def _record(
    db: Db,
    edition_id: int,
    device_id: UUID,
    action: str,
    actor: str,
    at: datetime,
    ids: Ids,
    detail: dict[str, Any] | None = None,
) -> None:
    await audit.record(
        db,
        edition_id=edition_id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=device_id,
        detail=detail,
    )


def _code_digest(code: str) -> bytes:
    read = fold(code).translate(ALIKE)
    return digest("".join(c for c in read if c.isalnum()))
