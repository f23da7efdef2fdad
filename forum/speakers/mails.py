"""What speakers, and organisers of them, are told by e-mail: what is stored, and the message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins

from forum.core.context import Edition
from forum.core.i18n import words
from forum.core.mail import Mail, Part
from forum.core.outbox import Letter
from forum.core.pages import Templates
from forum.core.text import Text
from forum.letters.kinds import CERTIFYING
from forum.letters.kinds import KINDS as KINDS_OF_LETTERS
from forum.letters.models import LetterText
from forum.registrations import mails as registration_mails
from forum.registrations.codes import AttestationCodes
from forum.speakers import certificates
from forum.speakers.certificates import Spoken
from forum.speakers.keys import SpeakerKeys
from forum.speakers.models import OwnSession, Refusal
from schedule.edits import SpeakerPart
from schedule.exports import ics
from schedule.models import Programme
from schedule.vocabulary import role_name

INVITATION = "speaker_invitation"
REMINDER = "speaker_reminder"
THANKS = "speaker_thanks"
ANSWER = "speaker_answer"
"""To the organisers: somebody does not come, or has confirmed and something is left to do."""
CERTIFICATE = CERTIFYING
"""With the certificate joined, in words that organisers may change (`forum.letters`)."""
KINDS = (INVITATION, REMINDER, THANKS, ANSWER)
RENDERED_HERE = (*KINDS, CERTIFICATE)
ASKING = (INVITATION, REMINDER)
CALENDAR = "text/calendar; charset=utf-8; method=PUBLISH"


class Asked(Struct, frozen=True, kw_only=True):
    """What is stored of a letter to a speaker: their name and sessions at its moment."""

    name: str
    sessions: list[OwnSession] = []
    registered: bool = False


class Told(Struct, frozen=True, kw_only=True):
    """What is stored of a letter to the organisers.

    `answer` is `confirmed` or `declined`; `category` that of a registration under another category
    than the speakers' own, `registered` says whether they hold a registration now.
    """

    name: str
    answer: str
    why: str = ""
    category: Text = {}
    registered: bool = False


def letter(
    kind: str,
    part: SpeakerPart,
    edition: Edition,
    data: Asked,
    *,
    version: int,
    letter_id: UUID,
) -> Letter:
    """Return a letter to a speaker, in their language."""
    wanted = part.backstage.language
    return Letter(
        edition_id=edition.id,
        id=letter_id,
        kind=kind,
        subject_id=part.content.id,
        version=version,
        recipient=part.backstage.email,
        language=wanted if wanted in edition.languages else edition.language,
        data=to_builtins(data),
    )


def told(
    part: SpeakerPart, edition: Edition, data: Told, *, version: int, letter_id: UUID
) -> Letter:
    """Return a letter to the organisers; without a contact address it is to nobody."""
    return Letter(
        edition_id=edition.id,
        id=letter_id,
        kind=ANSWER,
        subject_id=part.content.id,
        version=version,
        recipient=edition.contact_email,
        language=edition.language,
        data=to_builtins(data),
    )


def refusal_told(part: SpeakerPart, refusal: Refusal, *, registered: bool) -> Told:
    """Return what organisers are told of somebody who does not come."""
    return Told(name=part.content.name, answer="declined", why=refusal.why, registered=registered)


def _certificate(
    stored: Letter,
    edition: Edition,
    own: LetterText | None,
    *,
    templates: Templates,
    codes: AttestationCodes,
    key: str,
    base_url: str,
    at: datetime,
) -> Mail:
    kind, one = KINDS_OF_LETTERS[CERTIFICATE], convert(stored.data, Spoken)
    context = registration_mails.context_of(
        registration_mails.Values(given_name=one.certified.name),
        edition,
        stored.language,
        key=key,
        base_url=base_url,
    )
    written = registration_mails.write(
        kind, own, context, edition, stored.language, templates=templates
    )
    code = codes.certificate(one.certified)
    paper = certificates.certificate(edition, one, code=code, base_url=base_url, at=at)
    pdf = certificates.page(paper, at)
    name = f"{edition.slug}-certificate.pdf"
    part = Part(name=name, media_type="application/pdf", content=pdf)
    return registration_mails.message(stored, written, base_url=base_url, at=at, parts=(part,))


def render(
    stored: Letter,
    edition: Edition,
    programme: Programme | None,
    own: LetterText | None = None,
    *,
    templates: Templates,
    keys: SpeakerKeys,
    codes: AttestationCodes,
    base_url: str,
    at: datetime,
) -> Mail:
    """Make the message; whoever confirmed gets their sessions of the published version with it.

    `own` are the organiser's words for what brings a certificate.
    """
    if stored.kind == CERTIFICATE:
        key = keys.key(stored.edition_id, stored.subject_id)
        return _certificate(
            stored, edition, own, templates=templates, codes=codes, key=key, base_url=base_url,
            at=at,
        )  # fmt: skip
    context: dict[str, Any] = {
        "edition": edition,
        "own_link": f"{base_url}/speaker/{keys.key(stored.edition_id, stored.subject_id)}",
        "work_link": f"{base_url}/organiser/{edition.slug}/programme/speakers/invitations",
    }
    if stored.kind == ANSWER:
        context |= {"told": convert(stored.data, Told)}
        return templates.mail(stored, context, base_url=base_url, at=at)
    asked = convert(stored.data, Asked)
    parts: tuple[Part, ...] = ()
    if stored.kind == THANKS and programme is not None:
        content = own_calendar(programme, stored.subject_id, stored.language)
        name = f"{edition.slug}-sessions.ics"
        parts = (Part(name=name, media_type=CALENDAR, content=content),) if content else ()
    context |= {
        "person": asked.name,
        "registered": asked.registered,
        "sessions": [said(one, edition, stored.language) for one in asked.sessions],
        "with_calendar": bool(parts),
        "published": programme is not None,
    }
    return templates.mail(stored, context, parts=parts, base_url=base_url, at=at)


def own_calendar(programme: Programme, speaker_id: UUID, language: str) -> bytes | None:
    """Return a person's sessions of a version, cancelled ones too; None where they have none."""
    own = [
        one
        for one in programme.sessions
        if any(person.speaker_id == speaker_id for person in one.people)
    ]
    return ics.sessions_calendar(programme, own, language=language) if own else None


def said(session: OwnSession, edition: Edition, language: str) -> Mapping[str, Any]:
    """Return a session in words, as pages and e-mails show it."""
    said_in = words(language)
    when = ""
    if session.starts_at and session.ends_at:
        when = said_in.gettext("%(day)s, %(start)s to %(end)s") % {
            "day": said_in.day(session.starts_at.astimezone(edition.zone).date()),
            "start": said_in.time(session.starts_at, edition.zone),
            "end": said_in.time(session.ends_at, edition.zone),
        }
    return {
        "title": session.title,
        "role": role_name(session.role, language),
        "when": when,
        "room": session.room or "",
        "others": session.others,
        "cancelled": session.cancelled,
    }
