"""What can be done with printers and their queues; the worker prints, see `working`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from badges.printers import labels, queries
from badges.printers.models import (
    LabelJob,
    LabelNotFound,
    LabelSettled,
    LabelState,
    NoBadge,
    NoLabelPrinter,
    Printer,
    PrinterBusy,
    PrinterChanged,
    PrinterGiven,
    PrinterKind,
    PrinterNotFound,
)
from badges.printers.queries import PersonLabel
from badges.printing import log
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.ids import Ids

TAKEN = N_("Another printer has this name: give it another.")
JOBS_SHOWN = 200

AGAIN = (LabelState.UNSURE, LabelState.FAILED, LabelState.CANCELLED, LabelState.LEFT)


async def list_printers(db: Db, edition_id: int) -> list[Printer]:
    """Return the printers of an edition: those of labels first, each kind by name."""
    return await queries.list_printers(db, edition_id)


async def label_printers(db: Db, edition_id: int) -> list[Printer]:
    """Return the label printers of an edition by name."""
    found = await list_printers(db, edition_id)
    return [one for one in found if one.kind is PrinterKind.LABEL]


async def sheet_printers(db: Db, edition_id: int) -> list[Printer]:
    """Return the printers of sheets of an edition by name."""
    found = await list_printers(db, edition_id)
    return [one for one in found if one.kind is PrinterKind.SHEETS]


async def find(db: Db, edition_id: int, printer_id: UUID) -> Printer:
    """Return a printer.

    Raises:
        PrinterNotFound: the edition has none of this id.
    """
    for one in await list_printers(db, edition_id):
        if one.id == printer_id:
            return one
    raise PrinterNotFound


async def jobs(db: Db, printer: Printer) -> list[LabelJob]:
    """Return the labels of a printer: what somebody has to decide on, what waits, what is over."""
    return await queries.list_jobs(db, printer.edition_id, printer.id, JOBS_SHOWN)


async def of_person(db: Db, edition_id: int, registration_id: UUID) -> list[PersonLabel]:
    """Return the labels that were asked for of one person, the latest first."""
    return await queries.list_of_person(db, edition_id, registration_id)


async def find_label(db: Db, edition_id: int, job_id: UUID) -> PersonLabel:
    """Return the label of a person.

    Raises:
        LabelNotFound: the edition has none of this id.
    """
    found = await queries.find_label(db, edition_id, job_id)
    if found is None:
        raise LabelNotFound
    return found


@retried
async def add(
    db: Db, edition: Edition, new: PrinterGiven, *, actor: str, at: datetime, ids: Ids
) -> UUID:
    """Add a printer.

    Raises:
        Invalid: another one has this name.
    """
    id_ = ids.uuid(at)
    with refused("printer_name_key", Invalid(fields={"name": TAKEN})):
        async with db.transaction():
            await queries.insert_printer(db, edition.id, id_, new)
            await _note(db, edition, "printer added", id_, new.name, actor=actor, at=at, ids=ids)
    return id_


@retried
async def change(
    db: Db,
    edition: Edition,
    printer_id: UUID,
    new: PrinterGiven,
    *,
    seen: int,
    actor: str,
    at: datetime,
    ids: Ids,
) -> UUID:
    """Change a printer, which was seen at the revision `seen`; its kind stays.

    Raises:
        PrinterNotFound, PrinterChanged.
        Invalid: another one has this name.
    """
    with refused("printer_name_key", Invalid(fields={"name": TAKEN})):
        async with db.transaction():
            revision = await queries.lock_printer(db, edition.id, printer_id)
            if revision is None:
                raise PrinterNotFound
            if revision != seen:
                raise PrinterChanged
            await queries.update_printer(db, edition.id, printer_id, new)
            await _note(
                db, edition, "printer changed", printer_id, new.name, actor=actor, at=at, ids=ids
            )
    return printer_id


async def remove(
    db: Db, edition: Edition, printer_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Remove a printer in whose queue nothing is open.

    Raises:
        PrinterNotFound, PrinterBusy.
    """
    async with db.transaction():
        printer = await find(db, edition.id, printer_id)
        if not await queries.delete_printer(db, edition.id, printer_id):
            raise PrinterBusy
        await _note(
            db, edition, "printer removed", printer_id, printer.name, actor=actor, at=at, ids=ids
        )


# The queue of a label printer


async def enqueue(
    db: Db,
    edition: Edition,
    printer_id: UUID,
    references: Sequence[str],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> list[UUID]:
    """Put the labels of these badges at the end of a queue, in this order; return their ids.

    Raises:
        PrinterNotFound, NoLabelPrinter.
        NoBadge: somebody is not confirmed, or is not there.
        Invalid: no layout stands on the labels of this printer.
    """
    async with db.transaction():
        printer = await _label_printer(db, edition.id, printer_id)
        layouts = await labels.layouts_of(db, edition)
        found = await queries.find_tickets(db, edition.id, references)
        bearers = {one.reference: one for one in found}
        made = []
        for reference in references:
            if reference not in bearers:
                raise NoBadge
            one, id_ = bearers[reference], ids.uuid(at)
            await queries.insert_job(
                db,
                edition.id,
                id_,
                printer_id,
                one.registration_id,
                labels.layout_of(layouts, one.category, printer).name,
                one.revision,
                actor,
                at,
            )
            await audit.record(
                db,
                edition_id=edition.id,
                id=ids.uuid(at),
                at=at,
                actor=actor,
                action="label queued",
                subject_id=one.registration_id,
                detail={"printer": str(printer_id)},
            )
            made.append(id_)
    return made


async def enqueue_test(
    db: Db, edition: Edition, printer_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> UUID:
    """Put a test label at the end of a queue.

    Raises:
        PrinterNotFound, NoLabelPrinter.
    """
    async with db.transaction():
        await _label_printer(db, edition.id, printer_id)
        id_ = ids.uuid(at)
        await queries.insert_job(db, edition.id, id_, printer_id, None, None, None, actor, at)
    return id_


async def pause(
    db: Db, edition: Edition, printer_id: UUID, *, paused: bool, actor: str, at: datetime, ids: Ids
) -> None:
    """Hold a queue after the label in hand, or let it go on; a second time changes nothing.

    Raises:
        PrinterNotFound, NoLabelPrinter.
    """
    async with db.transaction():
        printer = await _label_printer(db, edition.id, printer_id)
        if await queries.set_paused(db, edition.id, printer_id, paused=paused):
            action = "printer paused" if paused else "printer resumed"
            await _note(db, edition, action, printer_id, printer.name, actor=actor, at=at, ids=ids)


async def try_now(db: Db, edition: Edition, printer_id: UUID) -> None:
    """Have a printer that failed tried again at once.

    Raises:
        PrinterNotFound, NoLabelPrinter.
    """
    await _label_printer(db, edition.id, printer_id)
    await queries.try_now(db, edition.id, printer_id)


async def cancel_all(
    db: Db, edition: Edition, printer_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> int:
    """Cancel all labels that wait; return how many.

    Raises:
        PrinterNotFound, NoLabelPrinter.
    """
    async with db.transaction():
        printer = await _label_printer(db, edition.id, printer_id)
        count = await queries.cancel_waiting(db, edition.id, printer_id, at)
        if count:
            await _note(
                db,
                edition,
                "labels cancelled",
                printer_id,
                printer.name,
                actor=actor,
                at=at,
                ids=ids,
            )
    return count


async def decide(
    db: Db,
    edition: Edition,
    printer_id: UUID,
    job_id: UUID,
    wanted: LabelState,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Have a label printed again (WAITING), left as it is (LEFT), or cancelled (CANCELLED).

    One that is unsure may come out twice when printed again: that is why a person decides.

    Raises:
        LabelNotFound.
        LabelSettled: it stands elsewhere meanwhile.
    """
    before: Collection[LabelState] = {
        LabelState.WAITING: AGAIN,
        LabelState.LEFT: (LabelState.UNSURE,),
        LabelState.CANCELLED: (LabelState.WAITING,),
    }[wanted]
    async with db.transaction():
        state = await queries.find_job_state(db, edition.id, printer_id, job_id)
        if state is None:
            raise LabelNotFound
        moved = await queries.move_job(
            db, edition.id, printer_id, job_id, before=[*before], after=wanted, at=at
        )
        if not moved:
            if state is wanted:
                return
            raise LabelSettled
        if wanted is LabelState.LEFT:
            await _log(db, edition, job_id, actor=actor, at=at, ids=ids)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action=f"label {wanted.value}",
            detail={"label": str(job_id), "before": state.value},
        )


async def _log(
    db: Db, edition: Edition, job_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Log a badge of which somebody says that it came out."""
    printed = await queries.find_printed(db, edition.id, job_id)
    if printed is not None:
        await log.record(db, edition.id, [printed], actor=actor, at=at, ids=ids)


async def _label_printer(db: Db, edition_id: int, printer_id: UUID) -> Printer:
    printer = await find(db, edition_id, printer_id)
    if printer.kind is not PrinterKind.LABEL:
        raise NoLabelPrinter
    return printer


async def _note(
    db: Db,
    edition: Edition,
    action: str,
    printer_id: UUID,
    name: str,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        detail={"printer": str(printer_id), "name": name},
    )
