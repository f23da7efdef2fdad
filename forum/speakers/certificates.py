"""Certificates of speakers: for whom there is one, what it says, and whether its code is good.

A speaker has one who is confirmed in the draft and has a session in the latest version; what it
tells of sessions is what that version says.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from badges.models import Certificate
from badges.papers import service as papers
from badges.papers.models import PaperTerms
from badges.papers.wording import span_in_words
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.i18n import Words, words
from forum.core.text import Text, pick
from forum.editions import service as edition_service
from forum.editions.models import EditionNotFound
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Certified, Claim
from schedule import editing, publishing
from schedule.models import (
    Draft,
    Programme,
    SpeakerBackstage,
    SpeakerRole,
    SpeakerState,
)
from schedule.vocabulary import role_name

NOWHERE = "\u2014"


class NotCertified(Problem):
    """There is no certificate: it is for confirmed speakers with a session in the programme."""

    code = "not_certified"
    status = 404


class NobodyCertified(Problem):
    """There is no certificate to print: no confirmed speaker has a published session."""

    code = "nobody_certified"
    status = 404


class SpokenPart(Struct, frozen=True, kw_only=True):
    """One session of a speaker, as the latest version has it."""

    number: int
    title: Text
    role: SpeakerRole
    starts_at: datetime
    ends_at: datetime
    room: str | None


class Spoken(Struct, frozen=True, kw_only=True):
    """What a speaker did, and to whom their certificate goes; without an address to nobody.

    `slug` names them in the programme.
    """

    certified: Certified
    slug: str
    parts: list[SpokenPart]
    organisation: str | None
    job_title: str | None
    email: str
    language: str
    terms: PaperTerms


class Verified(Struct, frozen=True, kw_only=True):
    """What a good code opens: `unchanged` says whether it is still what the paper says."""

    edition: Edition
    spoken: Spoken
    unchanged: bool


async def of_all(db: Db, edition: Edition) -> list[Spoken]:
    """Return what every confirmed speaker did, in order of their names."""
    programme = await publishing.latest(db, edition)
    if programme is None:
        return []
    draft = await editing.read(db, edition)
    return spoken(edition, programme, draft, await papers.terms_of(db, edition))


async def of_speaker(db: Db, edition: Edition, speaker_id: UUID) -> Spoken:
    """Return what a speaker did.

    Raises:
        NotCertified: they are not confirmed, or have no published session.
    """
    for one in await of_all(db, edition):
        if one.certified.speaker_id == speaker_id:
            return one
    raise NotCertified


async def verify(db: Db, codes: AttestationCodes, claim: Claim) -> Verified:
    """Return what the code of a certificate proves, as the programme says it now.

    Raises:
        AttestationUnknown: nothing is certified by it any more.
    """
    try:
        edition = await edition_service.by_id(db, claim.edition_id)
    except EditionNotFound as error:
        raise AttestationUnknown from error
    for one in await of_all(db, edition):
        if codes.speaker(edition.id, one.certified.speaker_id) == claim.reference:
            unchanged = codes.holds(claim, one.certified)
            return Verified(edition=edition, spoken=one, unchanged=unchanged)
    raise AttestationUnknown


def spoken(edition: Edition, programme: Programme, draft: Draft, terms: PaperTerms) -> list[Spoken]:
    """Return what the confirmed speakers of a draft did in a version."""
    kept = {one.id for one in draft.speakers}
    parts = _parts(programme)
    found = []
    for person in programme.speakers:
        behind = draft.backstage_of_speakers.get(person.id, SpeakerBackstage())
        if person.id not in kept or behind.state is not SpeakerState.CONFIRMED:
            continue
        own = parts.get(person.id)
        if own is None:
            continue
        wanted = behind.language
        found.append(
            Spoken(
                certified=Certified(
                    edition_id=edition.id,
                    speaker_id=person.id,
                    name=person.name,
                    parts=[(one.number, one.role.value, one.starts_at, one.ends_at) for one in own],
                ),
                slug=person.slug,
                parts=own,
                organisation=person.organisation,
                job_title=person.job_title,
                email=behind.email,
                language=wanted if wanted in edition.languages else edition.language,
                terms=terms,
            )
        )
    return found


def _parts(programme: Programme) -> dict[UUID, list[SpokenPart]]:
    """Return the parts that people have in sessions that are held, by speaker."""
    rooms = {one.id: one.name for one in programme.rooms}
    found: dict[UUID, list[SpokenPart]] = {}
    for session in programme.sessions:
        if session.cancelled or session.starts_at is None or session.ends_at is None:
            continue
        for person, own in {one.speaker_id: one for one in reversed(session.people)}.items():
            found.setdefault(person, []).append(
                SpokenPart(
                    number=session.number,
                    title=session.title,
                    role=own.role,
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                    room=rooms.get(session.room_id) if session.room_id else None,
                )
            )
    return found


def parts_in_words(one: Spoken, edition: Edition, said: Words) -> list[tuple[str, str, str, str]]:
    """Return each session: its title, the role, day and times, and the room."""
    return [
        (
            pick(part.title, said.language, edition.language),
            role_name(part.role, said.language),
            said.gettext("%(day)s, %(times)s")
            % {
                "day": said.day(part.starts_at.astimezone(edition.zone).date()),
                "times": span_in_words(part.starts_at, part.ends_at, edition, said),
            },
            part.room or NOWHERE,
        )
        for part in one.parts
    ]


def certificate(
    edition: Edition, one: Spoken, *, code: str, base_url: str, at: datetime
) -> Certificate:
    """Return what a certificate says, issued at `at`, for `badges.attestation_pdf.render`."""
    language, terms = one.language, one.terms
    said = words(language)
    return Certificate(
        name=one.certified.name,
        organisation=one.organisation or "",
        job_title=one.job_title or "",
        title=pick(edition.title, language),
        dates=said.dates(edition.starts_on, edition.ends_on),
        venue=pick(edition.venue, language),
        parts=parts_in_words(one, edition, said),
        organiser=terms.organiser,
        legal=terms.legal,
        place=terms.place,
        signatory=terms.signatory,
        issued_on=said.date(at.astimezone(edition.zone).date()),
        code=code,
        address=f"{base_url}/verify",
        link=f"{base_url}/verify/{code}",
        contact=edition.contact_email,
        language=language,
    )


def page(one: Certificate, at: datetime) -> bytes:
    """Return a certificate as a page to print, made at `at`."""
    from badges import attestation_pdf  # noqa: PLC0415  # reportlab is slow to import

    title = words(one.language).gettext("Certificate of speaking")
    return attestation_pdf.render(
        [one],
        title=f"{title}, {one.name}",
        author=one.title,
        language=one.language,
        made_at=at,
    )
