"""Inviting: codes made, and sent to those whom they name. One transaction for all of them."""

from collections.abc import Sequence
from datetime import datetime

from forum.core import outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.core.text import Text
from forum.editions import queries as editions
from forum.invitations import service as invitations
from forum.invitations.models import Invitation, NewInvitation
from forum.registrations import mails


@retried
async def invite(
    db: Db,
    edition: Edition,
    news: Sequence[NewInvitation],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> list[Invitation]:
    """Make all of `news` or none; whoever is named in one gets its code by e-mail.

    Raises:
        Invalid, CodeTaken, NoPlacesToReserve: as `forum.invitations.service.create`.
    """
    async with db.transaction():
        made = await invitations.create(db, edition, news, actor=actor, at=at, ids=ids)
        names = {one.code: one.name for one in await editions.list_categories(db, edition.id)}
        for one in made:
            if one.email is not None:
                name: Text = names.get(one.category or "", {})
                letter = mails.invitation_letter(one, one.email, edition, name, ids.uuid(at))
                await outbox.put(db, letter, at=at)
    return made
