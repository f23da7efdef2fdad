"""Tickets: the right to enter, issued with a place and taken back with it."""

from datetime import datetime
from uuid import UUID

from badges import queries, rules
from badges.models import Ticket
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids


async def issue(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    category_number: int,
    *,
    days: int | None = None,
    at: datetime,
    ids: Ids,
) -> Ticket:
    """Issue the ticket of a confirmed registration; bit n of `days` opens day n, None every day."""
    opened = rules.all_days(len(edition.days)) if days is None else days
    number = ids.ticket_number()
    return await queries.insert_ticket(
        db, edition.id, registration_id, number, category_number, opened, at
    )


async def reissue(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    category_number: int,
    *,
    days: int | None,
    at: datetime,
) -> Ticket | None:
    """Make the ticket say another category or other days; what was issued before opens no more.

    Return None where there is no ticket that opens anything.
    """
    opened = rules.all_days(len(edition.days)) if days is None else days
    return await queries.reissue_ticket(
        db, edition.id, registration_id, category_number, opened, at
    )


async def print_again(db: Db, edition_id: int, registration_id: UUID) -> None:
    """Count a badge as not printed: what stands on it has changed."""
    await queries.unmark_printed(db, edition_id, registration_id)


async def find(db: Db, edition_id: int, registration_id: UUID) -> Ticket | None:
    """Return the ticket of a registration, revoked or not."""
    return await queries.find_ticket(db, edition_id, registration_id)


async def all_of(
    db: Db, edition_id: int, *, reissued_at: datetime | None = None
) -> dict[UUID, Ticket]:
    """Return the tickets of an edition that open the doors, by registration.

    With `reissued_at` those alone that were issued anew at that instant.
    """
    some = await queries.list_tickets(db, edition_id, reissued_at)
    return {one.registration_id: one for one in some}


async def revoke(db: Db, edition_id: int, registration_id: UUID, *, at: datetime) -> None:
    """Take the right to enter back; doing it again changes nothing."""
    await queries.revoke_ticket(db, edition_id, registration_id, at)
