"""What the worker does with label printers: each queue in its order, one connection a printer.

Whoever holds a printer's lease prints on it. A label is stored as `sending` before the bytes that
make it be printed leave; what is found so by whoever holds the printer next may have been
printed, and becomes `unsure`: a person decides.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import anyio.to_process
import structlog
from msgspec import structs

from badges.keys import Keyring
from badges.printers import labels, queries, sending, trial
from badges.printers.models import Flaw, Held, LabelState
from badges.printers.queries import Waiting
from badges.printers.sending import Jam, Patience, Unsure
from badges.printing import log as badge_log
from badges.printing import runs
from badges.printing.run_models import PrintedBadge
from badges.printing.runs import ReferenceUnknown
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import LOST, Database, DatabaseUnavailable, Db
from forum.core.errors import Invalid
from forum.core.ids import Ids

log = structlog.get_logger("printers")

PRINTERS = 8
"""How many printers are at work at once."""
LABELS = 20
"""How many labels of one printer leave before it is claimed anew."""
LEASE = timedelta(minutes=2)
"""Longer than all the waits of one label together."""
LONGEST_WAIT = timedelta(seconds=30)
"""Between two tries: somebody stands before the printer with paper in hand."""

FindEdition = Callable[[Db, int], Awaitable[Edition]]


class Desk(NamedTuple):
    """What printing needs beside the printer; `here` allows printers on this machine."""

    database: Database
    keyring: Keyring
    blobs: Blobs
    now: Callable[[], datetime]
    here: bool
    find: FindEdition
    ids: Ids
    patience: Patience = Patience()


class Drawn(NamedTuple):
    """A label ready to leave; `printed` is what stands on its badge, None for a test label."""

    content: bytes
    printed: PrintedBadge | None


class CannotDraw(Exception):  # noqa: N818 -- it is caught at once
    """A label that is never printed, and why."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw


async def print_due(desk: Desk) -> int:
    """Print what waits for printers that are ready; return how many printers were at work."""
    held = await claim(desk)
    await asyncio.gather(*(print_queue(desk, one) for one in held))
    return len(held)


async def claim(desk: Desk) -> list[Held]:
    """Take the printers that are ready and have something to print."""
    async with desk.database.acquire() as db:
        return await queries.claim(db, at=desk.now(), lease=LEASE, limit=PRINTERS)


async def print_queue(desk: Desk, held: Held) -> None:
    """Print the labels of a printer in their order, until one fails or none is left.

    Whatever goes wrong stays here: the printer comes back when its lease ends.
    """
    try:
        await print_all(desk, held)
    except (DatabaseUnavailable, *LOST) as error:
        log.warning("database lost", why=type(error).__name__)
    except Exception:
        log.exception("printing failed", printer=str(held.id))


async def print_all(desk: Desk, held: Held) -> None:
    """Print up to `LABELS` labels of a printer; give it back in the end."""
    async with desk.database.acquire() as db:
        await queries.give_up_sent(db, held, Flaw.WORKER_GONE, desk.now())
        edition = await desk.find(db, held.edition_id)
    for _ in range(LABELS):
        if not await print_next(desk, edition, held):
            break
        async with desk.database.acquire() as db:
            until = await queries.renew(db, held, until=desk.now() + LEASE)
        if until is None:
            break
        held = structs.replace(held, lease_until=until)
    async with desk.database.acquire() as db:
        await queries.release(db, held)


async def print_next(desk: Desk, edition: Edition, held: Held) -> bool:
    """Print the label whose turn it is; say whether to go on with the next."""
    async with desk.database.acquire() as db:
        job = await queries.next_job(db, held)
    if job is None:
        return False
    try:
        drawn = await draw(desk, edition, held, job)
    except CannotDraw as error:
        async with desk.database.acquire() as db:
            await queries.settle(db, edition.id, job.id, LabelState.FAILED, error.flaw, desk.now())
        return True
    try:
        return await send(desk, edition, held, job, drawn)
    except Unsure as unsure:
        log.warning("label unsure", printer=str(held.id), fault=unsure.fault.value)
        async with desk.database.acquire() as db, db.transaction():
            await queries.settle(
                db, edition.id, job.id, LabelState.UNSURE, unsure.fault, desk.now()
            )
            await queries.note_fault(db, held, unsure.fault, desk.now(), LONGEST_WAIT)
    except Jam as jam:
        log.warning("printer jams", printer=str(held.id), fault=jam.fault.value)
        async with desk.database.acquire() as db, db.transaction():
            await queries.count_try(db, edition.id, job.id, jam.fault)
            await queries.note_fault(db, held, jam.fault, desk.now(), LONGEST_WAIT)
    return False


async def send(desk: Desk, edition: Edition, held: Held, job: Waiting, drawn: Drawn) -> bool:
    """Send one label and store that it is printed; False where it was taken back meanwhile.

    Raises:
        Jam, Unsure: as `sending.print_label`.
    """

    async def leaving() -> bool:
        async with desk.database.acquire() as db:
            return await queries.mark_sending(db, held, job.id, drawn.printed, desk.now())

    async with sending.connected(held.address, here=desk.here, patience=desk.patience) as line:
        printed = await sending.print_label(
            line, drawn.content, answers=held.answers, leaving=leaving
        )
    if not printed:
        return False
    at = desk.now()
    async with desk.database.acquire() as db, db.transaction():
        await queries.settle(db, edition.id, job.id, LabelState.PRINTED, None, at)
        await queries.note_well(db, held, at)
        if drawn.printed is not None:
            await badge_log.record(
                db, edition.id, [drawn.printed], actor=job.actor, at=at, ids=desk.ids
            )
    return True


async def draw(desk: Desk, edition: Edition, held: Held, job: Waiting) -> Drawn:
    """Draw a label as its badge is now.

    Raises:
        CannotDraw: there is no ticket or no layout any more, or it cannot be drawn.
    """
    offset = (held.offset_x_mm, held.offset_y_mm)
    if job.registration_id is None:
        size = (held.width_mm, held.height_mm)
        work = partial(trial.label, size, dpi=held.dpi, offset_mm=offset, language=edition.language)
        return Drawn(await anyio.to_process.run_sync(work), None)
    async with desk.database.acquire() as db:
        layouts = await labels.layouts_of(db, edition)
        try:
            print_job = await runs.collect(
                db, edition, desk.keyring, references=[job.reference or ""]
            )
        except ReferenceUnknown as error:
            raise CannotDraw(Flaw.NO_TICKET) from error
    [badge], [printed] = print_job.badges, print_job.printed
    try:
        name = job.layout or ""
        if name not in layouts.by_name:
            name = labels.layout_of(layouts, badge.category, held).name
        found = layouts.named(name)
    except Invalid as error:
        raise CannotDraw(Flaw.NO_LAYOUT) from error
    try:
        content = await labels.draw(
            found, print_job.run, badge, desk.blobs, dpi=held.dpi, offset_mm=offset
        )
    except (ValueError, OSError) as error:
        log.warning("label not drawn", label=str(job.id), why=type(error).__name__)
        raise CannotDraw(Flaw.NOT_DRAWN) from error
    return Drawn(content, structs.replace(printed, layout=name))
