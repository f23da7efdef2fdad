"""What can be done with an invitation. Each verb is one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Invalid
from forum.core.ids import Ids
from forum.editions import queries as editions
from forum.invitations import queries, rules
from forum.invitations.models import (
    CodeTaken,
    Invitation,
    InvitationNotFound,
    NewInvitation,
    NoPlacesToReserve,
)


@retried
async def create(
    db: Db,
    edition: Edition,
    news: Sequence[NewInvitation],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> list[Invitation]:
    """Create all of `news` or none, their places kept from now on.

    Raises:
        Invalid: naming the fields at fault; of several invitations, as `2.category` (from 1).
        CodeTaken: an invitation of the edition has this code.
        NoPlacesToReserve: fewer places are left than are to be kept.
    """
    categories = [one.code for one in await editions.list_categories(db, edition.id)]
    errors: dict[str, str] = {}
    for number, new in enumerate(news, start=1):
        lead = f"{number}." if len(news) > 1 else ""
        found = rules.mistakes(new, categories=categories, at=at)
        errors.update({f"{lead}{field}": message for field, message in found.items()})
    if errors:
        raise Invalid(fields=errors)
    made: list[Invitation] = []
    async with db.transaction():
        await queries.lock_edition(db, edition.id)
        for new in news:
            invitation = _made(edition, new, at=at, ids=ids)
            with refused("invitation_code_key", CodeTaken()):
                await queries.insert_invitation(db, invitation)
            if invitation.reserves and invitation.category is not None:
                with (
                    refused("edition_not_overbooked", NoPlacesToReserve()),
                    refused("category_not_overbooked", NoPlacesToReserve()),
                ):
                    await queries.reserve(db, edition.id, invitation.category, invitation.uses)
            await _note(db, invitation, "invited", actor=actor, at=at, ids=ids)
            made.append(invitation)
    return made


def _made(edition: Edition, new: NewInvitation, *, at: datetime, ids: Ids) -> Invitation:
    values = msgspec.structs.asdict(new)
    values["code"] = rules.spelled(new.code) if new.code else ids.reference()
    return Invitation(
        edition_id=edition.id, id=ids.uuid(at), used=0, created_at=at, revoked_at=None, **values
    )


async def look_up(
    db: Db, edition_id: int, code: str, *, category: object, at: datetime
) -> Invitation:
    """Return the invitation of a code that can be used in `category`, without using it.

    Raises:
        Invalid: of the field `invitation`; it cannot.
    """
    found = await queries.find_by_code(db, edition_id, rules.spelled(code))
    wrong = rules.mistake(found, category=category, at=at)
    if wrong is not None or found is None:
        raise Invalid(fields={"invitation": wrong or rules.UNKNOWN})
    return found


async def redeem(
    db: Db, edition_id: int, invitation_id: UUID, *, category: str, at: datetime
) -> Invitation:
    """Use an invitation once, inside the caller's transaction, which holds the edition's row.

    A place that it kept is no longer reserved afterwards: the caller takes it.

    Raises:
        Invalid: of the field `invitation`; another one was faster, or it has ended meanwhile.
    """
    found = await queries.lock(db, edition_id, invitation_id)
    wrong = rules.mistake(found, category=category, at=at)
    if wrong is not None or found is None:
        raise Invalid(fields={"invitation": wrong or rules.UNKNOWN})
    await queries.count_use(db, edition_id, found.id)
    if found.reserves:
        await queries.reserve(db, edition_id, category, -1)
    return found


async def revoke(
    db: Db, edition: Edition, invitation_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> Invitation:
    """End an invitation; the places that it kept are free. Doing it again changes nothing.

    It runs in the caller's transaction, which then gives those places to whoever waits.

    Raises:
        InvitationNotFound: there is none of this id.
    """
    await queries.lock_edition(db, edition.id)
    found = await queries.lock(db, edition.id, invitation_id)
    if found is None:
        raise InvitationNotFound
    if found.revoked_at is None:
        await queries.revoke(db, edition.id, found.id, at)
        if found.reserves and found.category is not None:
            await queries.reserve(db, edition.id, found.category, -found.left)
        await _note(db, found, "invitation revoked", actor=actor, at=at, ids=ids)
    return found


async def _note(
    db: Db, invitation: Invitation, action: str, *, actor: str, at: datetime, ids: Ids
) -> None:
    await audit.record(
        db,
        edition_id=invitation.edition_id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=invitation.id,
        detail={"code": invitation.code, "uses": invitation.uses, "used": invitation.used},
    )
