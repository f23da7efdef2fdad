"""Scans: a batch of readings in, an answer for each out, two statements whatever their number."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from badges.doors import doors
from badges.doors.doors import Doors
from badges.keys import Keyring
from badges.models import Answer, Asked, PastScan, Presented, Scan
from badges.scans import presented
from badges.scans import queries as scan_queries
from badges.scans.presented import ReadScan
from badges.scans.settling import Group
from forum.core.context import Device, Edition
from forum.core.db import Db, retried

AT_A_STRETCH = 50
"""Scans whose tokens are read before others get their turn: two milliseconds, about."""
TRIES = 100
"""Of those who write the same check-in one gets through each time: so many may be at it at once."""


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
    known = await doors.read(db, edition)
    return await scan_all(db, edition, known, keyring, presented, at=at)


@retried
async def scan_all(
    db: Db,
    edition: Edition,
    known: Doors,
    keyring: Keyring,
    sent: Sequence[Presented],
    *,
    at: datetime,
) -> list[Answer]:
    """Record what devices of one edition read, and say what each gate must do, in order.

    The same scan id always gets the same outcome, so a device may send again what it is not sure
    arrived. What a device showed by itself stands, with its conflict, and may be told later; what
    it did not decide is decided here, in the order of their own times as far as they come together.
    What the scans of a person come to is made of all of them in that order (`deciding.settle`).
    """
    read = await _read(sent, known, keyring, at)
    asked = [presented.asked(one, known) for one in read]
    answers: dict[int, Answer] = {}
    remaining = list(range(len(read)))
    for _ in range(TRIES):
        group, stored = await _record(
            db, edition, known, [read[n] for n in remaining], [asked[n] for n in remaining], at
        )
        answers |= {n: group.answer(place) for place, n in enumerate(remaining) if stored[place]}
        remaining = [n for place, n in enumerate(remaining) if not stored[place]]
        if not remaining:
            return [answers[n] for n in range(len(read))]
    raise TimeoutError("other requests kept writing the same check-ins")


async def _read(
    sent: Sequence[Presented], known: Doors, keyring: Keyring, at: datetime
) -> list[ReadScan]:
    """Read what each scan says; a whole batch takes a while, and others wait."""
    read: list[ReadScan] = []
    for start in range(0, len(sent), AT_A_STRETCH):
        if start:
            await asyncio.sleep(0)
        stretch = sent[start : start + AT_A_STRETCH]
        read += [presented.read(one, known, keyring, at) for one in stretch]
    return read


async def _record(
    db: Db,
    edition: Edition,
    known: Doors,
    read: Sequence[ReadScan],
    asked: Sequence[Asked],
    at: datetime,
) -> tuple[Group, list[bool]]:
    """Decide and store scans; return them with whether the answer to each stands.

    What takes back a scan that is not there is looked at once more while nobody else stores any.
    """
    group = await _decided(db, edition, known, read, asked, at)
    if not group.undoes_unknown:
        return group, await _stored(db, edition, group, at)
    async with db.transaction():
        await scan_queries.lock_scans(db)
        group = await _decided(db, edition, known, read, asked, at)
        return group, await _stored(db, edition, group, at)


async def _decided(
    db: Db,
    edition: Edition,
    known: Doors,
    read: Sequence[ReadScan],
    asked: Sequence[Asked],
    at: datetime,
) -> Group:
    readings = await scan_queries.read_scans(db, edition.id, asked)
    return Group(list(zip(read, readings, strict=True)), known, edition, at)


async def _stored(db: Db, edition: Edition, group: Group, at: datetime) -> list[bool]:
    new = group.changes
    if not new.scans:
        return group.stands(())
    stored = await scan_queries.record_scans(
        db, edition.id, new.scans, new.tallies, new.conflicts, at
    )
    return group.stands({one.id for one in stored})


async def of_person(db: Db, edition_id: int, registration_id: UUID) -> list[PastScan]:
    """Return what the doors read of one person's ticket, the latest first."""
    return await scan_queries.list_scans(db, edition_id, registration_id)
