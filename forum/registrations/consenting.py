"""Consents as the attendee gives and withdraws them. Each verb is one transaction.

What was agreed to is never changed: giving again is a new row, withdrawing ends the one in force,
so that who agreed to which words from when to when can be shown (GDPR, article 7).
"""

from datetime import datetime
from uuid import UUID

from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.editions import forming
from forum.editions import queries as editions
from forum.registrations import queries, rules, service
from forum.registrations.models import (
    ConsentClosed,
    ConsentReworded,
    OwnConsent,
    Registration,
    RegistrationNotFound,
)

ATTENDEE = "attendee"


async def consents_of(db: Db, edition: Edition, registration_id: UUID) -> list[OwnConsent]:
    """Return every consent of the edition as it stands for one person."""
    purposes = await editions.list_consents(db, edition.id)
    return rules.consents_of(purposes, await queries.list_agreed(db, edition.id, registration_id))


@retried
async def give(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    purpose: str,
    version: int,
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Store that a person agrees to a purpose in the words of `version`, which they have read.

    It takes the place of what they agreed to in earlier words. What is in force already is left as
    it is.

    Raises:
        ConsentClosed: the forum, or the registration, is over.
        ConsentNotFound: the edition has no such purpose.
        ConsentReworded: the text is at another version.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        person = await _locked(db, edition, registration_id)
        if not rules.may_agree(person.status, edition, at):
            raise ConsentClosed
        await forming.consent(db, edition.id, purpose)
        agreed = await queries.list_agreed(db, edition.id, person.id)
        before = rules.in_force(one for one in agreed if one.purpose == purpose)
        if before is not None and before.version == version:
            return
        replaced = await queries.withdraw_consent(db, edition.id, person.id, purpose, at)
        if await queries.insert_consent(db, edition.id, person.id, purpose, version, at) is None:
            raise ConsentReworded
        detail = {"purpose": purpose, "version": version}
        if replaced is not None:
            detail["instead_of"] = replaced
        await service.note(
            db, person, "consent given", changed=False, actor=ATTENDEE, at=at, ids=ids, **detail
        )


@retried
async def withdraw(
    db: Db, edition: Edition, registration_id: UUID, purpose: str, *, at: datetime, ids: Ids
) -> None:
    """End a person's consent, whatever became of their registration, at any time.

    What is not in force is left as it is.

    Raises:
        ConsentNotFound: the edition has no such purpose.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        person = await _locked(db, edition, registration_id)
        await forming.consent(db, edition.id, purpose)
        version = await queries.withdraw_consent(db, edition.id, person.id, purpose, at)
        if version is not None:
            await service.note(
                db, person, "consent withdrawn", changed=False, actor=ATTENDEE, at=at, ids=ids,
                purpose=purpose, version=version,
            )  # fmt: skip


async def _locked(db: Db, edition: Edition, registration_id: UUID) -> Registration:
    found = await queries.lock_registration(db, edition.id, registration_id)
    if found is None:
        raise RegistrationNotFound
    return found
