"""Tickets: the right to enter, issued with a place and taken back with it."""

from datetime import datetime
from uuid import UUID

from badges import queries, rules
from badges.models import Ticket
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids


async def issue(
    db: Db, edition: Edition, registration_id: UUID, category_number: int, *, at: datetime, ids: Ids
) -> Ticket:
    """Issue the ticket of a confirmed registration, good for every day of the edition."""
    days = rules.all_days(len(edition.days))
    number = ids.ticket_number()
    return await queries.insert_ticket(
        db, edition.id, registration_id, number, category_number, days, at
    )


async def find(db: Db, edition_id: int, registration_id: UUID) -> Ticket | None:
    """Return the ticket of a registration, revoked or not."""
    return await queries.find_ticket(db, edition_id, registration_id)


async def all_of(db: Db, edition_id: int) -> dict[UUID, Ticket]:
    """Return the tickets of an edition that open the doors, by registration."""
    return {one.registration_id: one for one in await queries.list_tickets(db, edition_id)}


async def revoke(db: Db, edition_id: int, registration_id: UUID, *, at: datetime) -> None:
    """Take the right to enter back; doing it again changes nothing."""
    await queries.revoke_ticket(db, edition_id, registration_id, at)
