"""Attestations of presence: for whom there is one, what it says, and whether a code is good."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from badges import presence
from badges.models import Presence
from forum.core import outbox
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.editions import service as edition_service
from forum.editions.models import EditionNotFound
from forum.registrations import queries, rules
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Attested
from forum.registrations.models import Addressee, Registration, RegistrationNotFound, Status

THANKS = "thanks"
"""The letter that brings the attestation: from then on the person's own page has it too."""


class NotAttested(Problem):
    """There is no attestation: it comes after the last day, to those who were let in."""

    code = "not_attested"
    status = 404


class NobodyAttested(Problem):
    """There is no attestation to print: no door has let anybody in during the forum."""

    code = "nobody_attested"
    status = 404


class Attendance(Struct, frozen=True, kw_only=True):
    """Somebody who was there: what is attested of them, and in which language."""

    attested: Attested
    organisation: str | None
    job_title: str | None
    language: str


class Verified(Struct, frozen=True, kw_only=True):
    """What a good code opens: `unchanged` says whether it is still what the paper says."""

    edition: Edition
    attested: Attested
    unchanged: bool


async def of_reference(db: Db, edition: Edition, reference: str) -> Attendance:
    """Return the attendance of a confirmed registration, whatever the hour.

    Raises:
        NotAttested: it is not confirmed, or nobody came in with it.
    """
    person = await queries.find_confirmed(db, edition.id, reference)
    days = await presence.of_person(db, edition, person.id) if person else []
    if person is None or not days:
        raise NotAttested
    return _attendance(edition, person, days)


async def of_all(db: Db, edition: Edition) -> list[Attendance]:
    """Return the attendance of all who were there, by name.

    Raises:
        NobodyAttested: nobody was.
    """
    present = await presence.of_all(db, edition)
    people = await queries.list_confirmed(db, edition.id)
    found = [_attendance(edition, one, present[one.id]) for one in people if one.id in present]
    if not found:
        raise NobodyAttested
    return found


async def own(db: Db, edition: Edition, registration_id: UUID, *, at: datetime) -> Attendance:
    """Return the attendance of an attendee once it is theirs: after their last day, or thanked.

    Raises:
        RegistrationNotFound: there is no such registration.
        NotAttested: not yet, or nobody came in with it.
    """
    person = await queries.find(db, edition.id, registration_id)
    if person is None:
        raise RegistrationNotFound
    if person.status is not Status.CONFIRMED:
        raise NotAttested
    days = await presence.of_person(db, edition, registration_id)
    if not days:
        raise NotAttested
    last = max([days[-1].day, *rules.days_of(person.days, edition)])
    if not rules.is_over(last, edition, at):
        letters = await outbox.of_subject(db, edition.id, registration_id)
        if not any(letter.kind == THANKS for letter in letters):
            raise NotAttested
    return _attendance(edition, person, days)


async def may_have(db: Db, edition: Edition, registration_id: UUID, *, at: datetime) -> bool:
    """Say whether an attendee has an attestation to take."""
    try:
        await own(db, edition, registration_id, at=at)
    except NotAttested:
        return False
    return True


async def verify(db: Db, codes: AttestationCodes, code: str) -> Verified:
    """Return what a code proves, as the doors and the registration say it now.

    Raises:
        AttestationUnknown: it was not made here, or nothing is attested by it any more.
    """
    claim = codes.read(code)
    try:
        edition = await edition_service.by_id(db, claim.edition_id)
        found = await of_reference(db, edition, claim.reference)
    except (EditionNotFound, NotAttested) as error:
        raise AttestationUnknown from error
    return Verified(
        edition=edition,
        attested=found.attested,
        unchanged=codes.holds(claim, found.attested),
    )


def _attendance(
    edition: Edition, person: Addressee | Registration, days: list[Presence]
) -> Attendance:
    return Attendance(
        attested=Attested(
            edition_id=edition.id,
            reference=person.reference,
            given_name=person.given_name,
            family_name=person.family_name,
            presences=days,
        ),
        organisation=person.organisation,
        job_title=person.job_title,
        language=person.language,
    )
