"""The SQL of printers, and of labels in their queues."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from badges.printers.models import Held, LabelJob, LabelState, Printer, PrinterGiven
from badges.printing.run_models import PrintedBadge
from forum.core.db import Db, many, maybe, one, value


class Waiting(Struct, frozen=True, kw_only=True):
    """The next label of a printer; without `registration_id` it is a test label."""

    id: UUID
    number: int
    registration_id: UUID | None
    reference: str | None
    layout: str | None
    actor: str


async def list_printers(db: Db, edition_id: int) -> list[Printer]:
    """Return the printers of an edition by name."""
    return await many(
        db,
        Printer,
        """
        select p.edition_id, p.id, p.name, p.kind, p.address, p.dpi, p.width_mm, p.height_mm,
               p.offset_x_mm, p.offset_y_mm, p.answers, p.paused, p.failure, p.failed_at,
               p.next_try, p.seen_at, p.revision,
               (select count(*) from label_job j where j.edition_id = p.edition_id
                   and j.printer_id = p.id and j.state in ('waiting', 'sending')) as waiting,
               (select count(*) from label_job j where j.edition_id = p.edition_id
                   and j.printer_id = p.id and j.state = 'unsure') as unsure
          from printer p
         where p.edition_id = $1
         order by p.kind desc, p.name, p.id
        """,
        edition_id,
    )


async def lock_printer(db: Db, edition_id: int, printer_id: UUID) -> int | None:
    """Lock a printer to the transaction's end; return its revision, None where there is none."""
    return await value(
        db,
        int | None,  # type: ignore[arg-type]  # a union is no class
        "select revision from printer where edition_id = $1 and id = $2 for update",
        edition_id,
        printer_id,
    )


async def insert_printer(db: Db, edition_id: int, id_: UUID, new: PrinterGiven) -> None:
    """Store a new printer."""
    await db.execute(
        """
        insert into printer (edition_id, id, name, kind, address, dpi, width_mm, height_mm,
                             offset_x_mm, offset_y_mm, answers)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        edition_id,
        id_,
        new.name,
        new.kind,
        new.address,
        new.dpi,
        new.width_mm,
        new.height_mm,
        new.offset_x_mm,
        new.offset_y_mm,
        new.answers,
    )


async def update_printer(db: Db, edition_id: int, id_: UUID, new: PrinterGiven) -> None:
    """Store what changed in a printer; it is tried again at once."""
    await db.execute(
        """
        update printer
           set name = $3, address = $4, dpi = $5, width_mm = $6, height_mm = $7,
               offset_x_mm = $8, offset_y_mm = $9, answers = $10, revision = revision + 1,
               failure = null, failed_at = null, failures = 0, next_try = null
         where edition_id = $1 and id = $2
        """,
        edition_id,
        id_,
        new.name,
        new.address,
        new.dpi,
        new.width_mm,
        new.height_mm,
        new.offset_x_mm,
        new.offset_y_mm,
        new.answers,
    )


async def delete_printer(db: Db, edition_id: int, id_: UUID) -> bool:
    """Delete a printer in whose queue nothing is open; say whether it was."""
    done = await db.execute(
        """
        delete from printer
         where edition_id = $1 and id = $2
           and not exists (select from label_job where edition_id = $1 and printer_id = $2
                              and state in ('waiting', 'sending', 'unsure'))
        """,
        edition_id,
        id_,
    )
    return done == "DELETE 1"


async def set_paused(db: Db, edition_id: int, id_: UUID, *, paused: bool) -> bool:
    """Hold a queue, or let it go on; say whether that changed anything."""
    done = await db.execute(
        """
        update printer set paused = $3, next_try = null
         where edition_id = $1 and id = $2 and paused <> $3
        """,
        edition_id,
        id_,
        paused,
    )
    return done == "UPDATE 1"


async def try_now(db: Db, edition_id: int, id_: UUID) -> None:
    """Have a printer tried again at once."""
    await db.execute(
        "update printer set next_try = null, failures = 0 where edition_id = $1 and id = $2",
        edition_id,
        id_,
    )


async def insert_job(
    db: Db,
    edition_id: int,
    id_: UUID,
    printer_id: UUID,
    registration_id: UUID | None,
    layout: str | None,
    revision: int | None,
    actor: str,
    at: datetime,
) -> None:
    """Put a label at the end of a queue."""
    await db.execute(
        """
        insert into label_job (edition_id, id, printer_id, registration_id, layout, revision,
                               actor, created_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        """,
        edition_id,
        id_,
        printer_id,
        registration_id,
        layout,
        revision,
        actor,
        at,
    )


async def find_tickets(db: Db, edition_id: int, references: Sequence[str]) -> list["Bearer"]:
    """Return the confirmed who have a ticket that opens doors, among these, by reference."""
    return await many(
        db,
        Bearer,
        """
        select a.reference, a.category, t.registration_id, t.revision
          from attendee a
          join ticket t on t.edition_id = a.edition_id and t.registration_id = a.id
         where a.edition_id = $1 and a.reference = any($2) and a.status = 'confirmed'
           and t.revoked_at is null
         order by a.reference
        """,
        edition_id,
        references,
    )


class Bearer(Struct, frozen=True, kw_only=True):
    """Somebody whose badge may be printed."""

    reference: str
    category: str
    registration_id: UUID
    revision: int


async def list_jobs(db: Db, edition_id: int, printer_id: UUID, limit: int) -> list[LabelJob]:
    """Return what is open in a queue in its order, then what is over, the latest first."""
    return await many(
        db,
        LabelJob,
        """
        select j.id, j.printer_id, j.number, j.registration_id, a.reference, a.given_name,
               a.family_name, j.layout, j.revision, j.state, j.tries, j.error, j.actor,
               c.email as by, j.created_at, j.changed_at
          from label_job j
          left join attendee a on a.edition_id = j.edition_id and a.id = j.registration_id
          left join colleague c on c.edition_id = j.edition_id
                                and j.actor = 'organiser:' || c.id::text
         where j.edition_id = $1 and j.printer_id = $2
         order by case when j.state = 'unsure' then 0 when j.state in ('waiting', 'sending') then 1
                       else 2 end,
                  case when j.state in ('waiting', 'sending', 'unsure') then j.number
                       else -j.number end
         limit $3
        """,
        edition_id,
        printer_id,
        limit,
    )


async def list_of_person(db: Db, edition_id: int, registration_id: UUID) -> list["PersonLabel"]:
    """Return the labels of one person, the latest first."""
    return await many(
        db,
        PersonLabel,
        """
        select j.id, p.id as printer_id, p.name as printer, a.reference, j.state, j.error,
               j.created_at, j.changed_at, p.failure, p.paused
          from label_job j
          join printer p on p.edition_id = j.edition_id and p.id = j.printer_id
          join attendee a on a.edition_id = j.edition_id and a.id = j.registration_id
         where j.edition_id = $1 and j.registration_id = $2
         order by j.number desc
         limit 20
        """,
        edition_id,
        registration_id,
    )


async def find_label(db: Db, edition_id: int, job_id: UUID) -> "PersonLabel | None":
    """Return the label of a person; None for a test label too."""
    return await maybe(
        db,
        PersonLabel,
        """
        select j.id, p.id as printer_id, p.name as printer, a.reference, j.state, j.error,
               j.created_at, j.changed_at, p.failure, p.paused
          from label_job j
          join printer p on p.edition_id = j.edition_id and p.id = j.printer_id
          join attendee a on a.edition_id = j.edition_id and a.id = j.registration_id
         where j.edition_id = $1 and j.id = $2
        """,
        edition_id,
        job_id,
    )


class PersonLabel(Struct, frozen=True, kw_only=True):
    """A label of one person, why it is not printed, and what is wrong with its printer."""

    id: UUID
    printer_id: UUID
    printer: str
    reference: str
    state: LabelState
    error: str | None
    created_at: datetime
    changed_at: datetime
    failure: str | None
    paused: bool

    @property
    def under_way(self) -> bool:
        """Whether it is still to leave, or to arrive."""
        return self.state in {LabelState.WAITING, LabelState.SENDING}


async def move_job(
    db: Db,
    edition_id: int,
    printer_id: UUID,
    job_id: UUID,
    *,
    before: Sequence[LabelState],
    after: LabelState,
    at: datetime,
) -> bool:
    """Change where a label stands, if it stands at one of `before`; say whether it did."""
    done = await db.execute(
        """
        update label_job
           set state = $5, changed_at = $6,
               error = case when $5::label_state = 'waiting' then null else error end
         where edition_id = $1 and printer_id = $2 and id = $3
           and state = any($4::text[]::label_state[])
        """,
        edition_id,
        printer_id,
        job_id,
        [state.value for state in before],
        after,
        at,
    )
    return done == "UPDATE 1"


async def find_printed(db: Db, edition_id: int, job_id: UUID) -> PrintedBadge | None:
    """Return what stood on the badge of a label as it left; None for a test label."""
    return await maybe(
        db,
        PrintedBadge,
        """
        select registration_id, revision, stamp, layout
          from label_job
         where edition_id = $1 and id = $2 and registration_id is not null and stamp is not null
        """,
        edition_id,
        job_id,
    )


async def find_job_state(
    db: Db, edition_id: int, printer_id: UUID, job_id: UUID
) -> LabelState | None:
    """Return where a label stands."""
    found = await maybe(
        db,
        JobState,
        "select state from label_job where edition_id = $1 and printer_id = $2 and id = $3",
        edition_id,
        printer_id,
        job_id,
    )
    return found.state if found else None


class JobState(Struct, frozen=True):
    """Where a label stands."""

    state: LabelState


async def cancel_waiting(db: Db, edition_id: int, printer_id: UUID, at: datetime) -> int:
    """Cancel all that waits in a queue; return how many labels."""
    done = await db.execute(
        """
        update label_job set state = 'cancelled', changed_at = $3
         where edition_id = $1 and printer_id = $2 and state = 'waiting'
        """,
        edition_id,
        printer_id,
        at,
    )
    return int(done.rpartition(" ")[2])


# What the worker does


async def claim(db: Db, *, at: datetime, lease: timedelta, limit: int) -> list[Held]:
    """Take up to `limit` label printers that have something to print, until the lease ends."""
    return await many(
        db,
        Held,
        """
        update printer p
           set lease_until = $1::timestamptz + $2::interval
          from (select edition_id, id
                  from printer q
                 where kind = 'label' and not paused
                   and (lease_until is null or lease_until <= $1)
                   and (next_try is null or next_try <= $1)
                   and exists (select from label_job j
                                where j.edition_id = q.edition_id and j.printer_id = q.id
                                  and j.state in ('waiting', 'sending'))
                 order by next_try nulls first, edition_id, id
                 limit $3
                   for update skip locked) due
         where p.edition_id = due.edition_id and p.id = due.id
     returning p.edition_id, p.id, p.address, p.dpi, p.width_mm, p.height_mm, p.offset_x_mm,
               p.offset_y_mm, p.answers, p.lease_until
        """,
        at,
        lease,
        limit,
    )


async def renew(db: Db, held: Held, *, until: datetime) -> datetime | None:
    """Hold a printer longer; None where it is held no more, or is to pause."""
    found = await maybe(
        db,
        Lease,
        """
        update printer set lease_until = $4
         where edition_id = $1 and id = $2 and lease_until = $3 and not paused
     returning lease_until
        """,
        held.edition_id,
        held.id,
        held.lease_until,
        until,
    )
    return found.lease_until if found else None


class Lease(Struct, frozen=True):
    """Until when a printer is held."""

    lease_until: datetime


async def release(db: Db, held: Held) -> None:
    """Give a printer back."""
    await db.execute(
        """
        update printer set lease_until = null
         where edition_id = $1 and id = $2 and lease_until = $3
        """,
        held.edition_id,
        held.id,
        held.lease_until,
    )


async def give_up_sent(db: Db, held: Held, error: str, at: datetime) -> None:
    """Make unsure what a worker, which is no more, was sending to a printer."""
    await db.execute(
        """
        update label_job set state = 'unsure', error = $3, changed_at = $4
         where edition_id = $1 and printer_id = $2 and state = 'sending'
        """,
        held.edition_id,
        held.id,
        error,
        at,
    )


async def next_job(db: Db, held: Held) -> Waiting | None:
    """Return the label whose turn it is."""
    return await maybe(
        db,
        Waiting,
        """
        select j.id, j.number, j.registration_id, a.reference, j.layout, j.actor
          from label_job j
          left join attendee a on a.edition_id = j.edition_id and a.id = j.registration_id
         where j.edition_id = $1 and j.printer_id = $2 and j.state = 'waiting'
         order by j.number
         limit 1
        """,
        held.edition_id,
        held.id,
    )


async def mark_sending(
    db: Db, held: Held, job_id: UUID, printed: PrintedBadge | None, at: datetime
) -> bool:
    """Store that a label leaves, while the printer is held; say whether it may."""
    done = await db.execute(
        """
        update label_job j
           set state = 'sending', tries = j.tries + 1, changed_at = $5,
               revision = coalesce($6, j.revision), stamp = $7, layout = coalesce($8, j.layout)
          from printer p
         where j.edition_id = $1 and j.printer_id = $2 and j.id = $3 and j.state = 'waiting'
           and p.edition_id = $1 and p.id = $2 and p.lease_until = $4
        """,
        held.edition_id,
        held.id,
        job_id,
        held.lease_until,
        at,
        printed.revision if printed else None,
        printed.stamp if printed else None,
        printed.layout if printed else None,
    )
    return done == "UPDATE 1"


async def settle(
    db: Db, edition_id: int, job_id: UUID, state: LabelState, error: str | None, at: datetime
) -> None:
    """Store what became of a label; one that somebody has cancelled meanwhile stays so."""
    await db.execute(
        """
        update label_job set state = $3, error = $4, changed_at = $5
         where edition_id = $1 and id = $2 and state in ('waiting', 'sending')
        """,
        edition_id,
        job_id,
        state,
        error,
        at,
    )


async def count_try(db: Db, edition_id: int, job_id: UUID, error: str) -> None:
    """Count a try that printed nothing."""
    await db.execute(
        """
        update label_job set tries = tries + 1, error = $3
         where edition_id = $1 and id = $2 and state = 'waiting'
        """,
        edition_id,
        job_id,
        error,
    )


async def note_well(db: Db, held: Held, at: datetime) -> None:
    """Remember that a printer printed."""
    await db.execute(
        """
        update printer
           set failure = null, failed_at = null, failures = 0, next_try = null, seen_at = $3
         where edition_id = $1 and id = $2
        """,
        held.edition_id,
        held.id,
        at,
    )


async def note_fault(
    db: Db, held: Held, fault: str, at: datetime, longest: timedelta
) -> "Failures":
    """Remember what is wrong with a printer, and try it later each time, up to `longest`."""
    return await one(
        db,
        Failures,
        """
        update printer
           set failed_at = case when failure = $3 then failed_at else $4::timestamptz end,
               failure = $3, failures = failures + 1,
               next_try = $4::timestamptz
                          + least($5::interval, interval '1 second' * power(2, least(failures, 10)))
         where edition_id = $1 and id = $2
     returning failures
        """,
        held.edition_id,
        held.id,
        fault,
        at,
        longest,
    )


class Failures(Struct, frozen=True):
    """How often in a row a printer failed."""

    failures: int
