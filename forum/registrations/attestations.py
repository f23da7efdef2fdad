"""Attestations of presence: for whom there is one, what it says, and whether a code is good."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from badges.papers import service as papers
from badges.papers.models import Attended, PaperTerms, SessionSeen
from badges.scans import queries as scan_queries
from forum.core import outbox
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.editions import service as edition_service
from forum.editions.models import EditionNotFound
from forum.registrations import queries, rules
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Attested, Claim
from forum.registrations.models import Addressee, Registration, RegistrationNotFound, Status

AT_ONCE = 100
"""People whose attendance is read at a time."""
BRINGING = ("thanks", "attestation")
"""The letters that bring the attestation: from then on the person's own page has it too."""


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
    sessions: list[SessionSeen]
    organisation: str | None
    job_title: str | None
    language: str
    terms: PaperTerms


class Verified(Struct, frozen=True, kw_only=True):
    """What a good code opens: `unchanged` says whether it is still what the paper says.

    `read_at` is when the last reading of the badge reached us, that of a late device too.
    """

    edition: Edition
    attested: Attested
    sessions: list[SessionSeen]
    unchanged: bool
    read_at: datetime | None


async def of_reference(db: Db, edition: Edition, reference: str, *, at: datetime) -> Attendance:
    """Return the attendance of a confirmed registration, whatever the hour.

    Raises:
        NotAttested: it is not confirmed, or nobody came in with it.
    """
    person = await queries.find_confirmed(db, edition.id, reference)
    there = await papers.attended_by(db, edition, person.id, at=at) if person else None
    if person is None or there is None:
        raise NotAttested
    return attendance(edition, person, there, await papers.terms_of(db, edition))


async def of_all(db: Db, edition: Edition, *, at: datetime) -> AsyncIterator[list[Attendance]]:
    """Yield the attendance of all who were there, by name, some at a time: in a transaction."""
    doors = await papers.doors(db, edition)
    terms = await papers.terms_of(db, edition)
    async for people in queries.stream_confirmed(db, edition.id, size=AT_ONCE):
        there = await papers.attended_by_some(db, doors, [one.id for one in people], at=at)
        yield [attendance(edition, one, there[one.id], terms) for one in people if one.id in there]


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
    there = await papers.attended_by(db, edition, registration_id, at=at)
    if there is None:
        raise NotAttested
    last = max([there.presences[-1].day, *rules.days_of(person.days, edition)])
    if not rules.is_over(last, edition, at):
        letters = await outbox.of_subject(db, edition.id, registration_id)
        if not any(letter.kind in BRINGING for letter in letters):
            raise NotAttested
    return attendance(edition, person, there, await papers.terms_of(db, edition))


async def may_have(db: Db, edition: Edition, registration_id: UUID, *, at: datetime) -> bool:
    """Say whether an attendee has an attestation to take."""
    try:
        await own(db, edition, registration_id, at=at)
    except NotAttested:
        return False
    return True


async def verify(db: Db, codes: AttestationCodes, claim: Claim, *, at: datetime) -> Verified:
    """Return what the code of a registration proves, as the doors and the registration say it now.

    Raises:
        AttestationUnknown: nothing is attested by it any more.
    """
    try:
        edition = await edition_service.by_id(db, claim.edition_id)
        found = await of_reference(db, edition, claim.reference, at=at)
    except (EditionNotFound, NotAttested) as error:
        raise AttestationUnknown from error
    return Verified(
        edition=edition,
        attested=found.attested,
        sessions=found.sessions,
        unchanged=codes.holds(claim, found.attested),
        read_at=await scan_queries.last_received(db, edition.id, claim.reference),
    )


def attested_of(
    edition: Edition, reference: str, given_name: str, family_name: str, there: Attended
) -> Attested:
    """Return what is attested of somebody by what the doors tell."""
    return Attested(
        edition_id=edition.id,
        reference=reference,
        given_name=given_name,
        family_name=family_name,
        presences=there.presences,
        halves=there.halves,
        sessions=[one.number for one in there.sessions],
    )


def attendance(
    edition: Edition, person: Addressee | Registration, there: Attended, terms: PaperTerms
) -> Attendance:
    """Return the attendance of somebody by what the doors tell."""
    return Attendance(
        attested=attested_of(
            edition, person.reference, person.given_name, person.family_name, there
        ),
        sessions=there.sessions,
        terms=terms,
        organisation=person.organisation,
        job_title=person.job_title,
        language=person.language,
    )
