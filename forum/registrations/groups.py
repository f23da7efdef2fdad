"""Groups: one coordinator registers several colleagues. One transaction for all of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.registrations import mails, queries, service
from forum.registrations.models import Group, Registration, RegistrationForm, StoredGroup


@retried
async def register_group(
    db: Db,
    edition: Edition,
    group: Group,
    people: Sequence[RegistrationForm],
    *,
    at: datetime,
    ids: Ids,
) -> list[Registration]:
    """Register all of `people` or none, each with an own place or turn, e-mail, ticket and link.

    The coordinator is told whom the group names, and not what became of each: an address that was
    registered before gets its own e-mail again, and nobody else learns of it. The forms were held
    against the edition before.

    Raises:
        Invalid: a category is unknown, or an invitation opens nothing (any more).
        RegistrationClosed: the edition or a category takes no registrations at `at`.
    """
    async with db.transaction():
        stored = StoredGroup(
            edition_id=edition.id,
            id=ids.uuid(at),
            organisation=group.organisation,
            coordinator_name=group.coordinator_name,
            coordinator_email=group.coordinator_email,
            language=group.language or edition.language,
            created_at=at,
        )
        await queries.insert_group(db, stored)
        origin = service.Origin(actor="coordinator", group_id=stored.id)
        made = []
        for one in people:
            form = msgspec.structs.replace(one, language=one.language or stored.language)
            made.append((await service.add(db, edition, form, origin, at=at, ids=ids))[0])
        names = [f"{one.given_name} {one.family_name}" for one in people]
        await outbox.put(db, mails.group_letter(stored, names, ids.uuid(at)), at=at)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor="coordinator",
            action="group registered",
            subject_id=stored.id,
            detail={"people": len(people)},
        )
    return made
