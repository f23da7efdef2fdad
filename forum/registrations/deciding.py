"""What organisers decide on a registration: approved, refused. Each verb is one transaction."""

from datetime import datetime
from uuid import UUID

from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.registrations import rules, service
from forum.registrations.models import NotPossible, Registration, Status


@retried
async def approve(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    *,
    revision: int | None = None,
    beyond: bool = False,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Approve a registration: it gets a place, or a turn once there is none.

    `beyond`: it is confirmed even past the limits, and takes no place then. What is approved
    already is left as it is.

    Raises:
        ChangedMeanwhile: it is no longer at `revision`.
        NotPossible: it was refused or cancelled.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        before, held = await service.locked(db, edition, registration_id, revision=revision)
        if before.status in {Status.CONFIRMED, Status.OFFERED}:
            return before
        if before.status is Status.WAITING and not beyond:
            return before
        if before.status not in {Status.PENDING, Status.WAITING}:
            raise NotPossible
        room = rules.has_room(held)
        status = Status.CONFIRMED if room or beyond else Status.WAITING
        after = await service.stand(
            db, edition, before, held, status, counted=room or not beyond, kind="approved",
            at=at, ids=ids,
        )  # fmt: skip
        await service.note(
            db, after, "approved", actor=actor, at=at, ids=ids, status=status, beyond=beyond
        )
    return after


@retried
async def refuse(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    *,
    revision: int | None = None,
    reason: str = "",
    actor: str,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Refuse a registration that is to be approved; `reason` stands in the e-mail.

    What is refused already is left as it is.

    Raises:
        ChangedMeanwhile: it is no longer at `revision`.
        NotPossible: it is not to be approved (any more): cancel it instead.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        before, held = await service.locked(db, edition, registration_id, revision=revision)
        if before.status is Status.REFUSED:
            return before
        if before.status is not Status.PENDING:
            raise NotPossible
        after = await service.end(db, edition, before, Status.REFUSED, at=at)
        await service.announce(db, after, held.category_name, None, reason=reason, at=at, ids=ids)
        await service.note(db, after, "refused", actor=actor, at=at, ids=ids)
    return after
