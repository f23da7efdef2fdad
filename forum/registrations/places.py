"""Places: given to whoever waits, or offered for a time. The caller's transaction holds them.

Whoever gives or takes a place locks the edition's row first (`queries.lock_places`,
`invitations.queries.lock_edition`, `editions.forming.advance`), so that turns follow arrival and a
place is given once.
"""

from datetime import datetime, timedelta
from uuid import UUID

from badges import tickets
from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.invitations import service as invitations
from forum.invitations.models import Invitation
from forum.registrations import mails, queries
from forum.registrations.models import (
    NextInLine,
    RegistrationNotFound,
    Status,
)


async def promote(db: Db, edition: Edition, *, at: datetime, ids: Ids) -> int:
    """Give every free place to the next in line, or offer it; return how many were given.

    The caller's transaction holds the edition's row.
    """
    given = 0
    while (following := await queries.next_in_line(db, edition.id)) is not None:
        await _give(db, edition, following, at=at, ids=ids)
        given += 1
    return given


async def _give(db: Db, edition: Edition, following: NextInLine, *, at: datetime, ids: Ids) -> None:
    offered = following.offer_hours is not None
    until = at + timedelta(hours=following.offer_hours) if following.offer_hours else None
    given = await queries.set_status(
        db,
        edition.id,
        following.id,
        Status.OFFERED if offered else Status.CONFIRMED,
        at,
        offer_until=until,
    )
    if given is None:
        raise RegistrationNotFound
    await queries.count_place(db, edition.id, given.category, 1)
    ticket = None
    if not offered:
        ticket = await tickets.issue(
            db, edition, given.id, following.category_number, days=given.days, at=at, ids=ids
        )
    kind = "offer" if offered else "promoted"
    letter = mails.letter(kind, given, following.category_name, ticket, ids.uuid(at))
    await outbox.put(db, letter, at=at)
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor="waiting list",
        action="offered" if offered else "promoted",
        subject_id=given.id,
        detail={"revision": given.revision},
    )


@retried
async def end_invitation(
    db: Db, edition: Edition, invitation_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> Invitation:
    """Revoke an invitation and give the places that it kept to whoever waits.

    Raises:
        InvitationNotFound: there is none of this id.
    """
    async with db.transaction():
        ended = await invitations.revoke(db, edition, invitation_id, actor=actor, at=at, ids=ids)
        await promote(db, edition, at=at, ids=ids)
    return ended
