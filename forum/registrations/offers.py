"""Offers: a place that waits for an answer, and what ends by the clock."""

from datetime import datetime
from uuid import UUID

from badges import tickets
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.editions import service as editions
from forum.invitations import queries as invitations
from forum.registrations import places, queries, service
from forum.registrations.models import (
    NotPossible,
    OfferOver,
    Registration,
    RegistrationNotFound,
    Status,
)


@retried
async def accept(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    *,
    actor: str = "attendee",
    at: datetime,
    ids: Ids,
) -> Registration:
    """Accept the place that is offered: it is confirmed, and the ticket issued.

    Accepting again changes nothing.

    Raises:
        OfferOver: the offer has ended.
        NotPossible: no place was offered.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        before, held = await service.locked(db, edition, registration_id)
        if before.status is Status.CONFIRMED:
            return before
        if before.status is Status.CANCELLED or _is_over(before, at):
            raise OfferOver
        if before.status is not Status.OFFERED:
            raise NotPossible
        after = await queries.set_status(
            db, edition.id, before.id, Status.CONFIRMED, at, counted=before.counted
        )
        if after is None:
            raise RegistrationNotFound
        ticket = await tickets.issue(
            db, edition, after.id, held.number, days=after.days, at=at, ids=ids
        )
        await service.announce(db, after, held.category_name, ticket, at=at, ids=ids)
        await service.note(db, after, "accepted", actor=actor, at=at, ids=ids)
    return after


def _is_over(registration: Registration, at: datetime) -> bool:
    return registration.offer_until is not None and registration.offer_until <= at


async def end_overdue(db: Db, *, at: datetime, ids: Ids) -> int:
    """End the offers and the reservations that are over, and pass their places on.

    One transaction each; done again, or by two at once, it changes nothing more. Return how many
    were looked at.
    """
    lapsed = await queries.list_lapsed(db, at)
    for one in lapsed:
        edition = await editions.by_id(db, one.edition_id)
        await _end_offer(db, edition, one.id, at=at, ids=ids)
    overdue = await invitations.list_overdue(db, at)
    for invitation in overdue:
        edition = await editions.by_id(db, invitation.edition_id)
        await places.end_invitation(db, edition, invitation.id, actor="clock", at=at, ids=ids)
    return len(lapsed) + len(overdue)


@retried
async def _end_offer(
    db: Db, edition: Edition, registration_id: UUID, *, at: datetime, ids: Ids
) -> None:
    async with db.transaction():
        before, held = await service.locked(db, edition, registration_id)
        if before.status is not Status.OFFERED or not _is_over(before, at):
            return
        after = await service.end(db, edition, before, Status.CANCELLED, at=at, ids=ids)
        await service.announce(db, after, held.category_name, None, kind="lapsed", at=at, ids=ids)
        await service.note(db, after, "offer lapsed", actor="clock", at=at, ids=ids)
        await places.promote(db, edition, at=at, ids=ids)
