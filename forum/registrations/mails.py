"""What attendees are told by e-mail: the values that are stored, and the message made of them.

A letter is stored with the values of its moment (`Values`), without any secret. When it leaves,
they become a `Context`: every placeholder of `forum.letters.kinds` as text in the reader's
language. The words around them are the organiser's own, or those of `templates/mails/<kind>/`, in
the markup of `forum.letters.markup`; no template is ever made of an organiser's text.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from badges import qr
from badges.keys import Keyring
from badges.models import Presence, Ticket
from badges.papers.hours import total
from badges.papers.models import Attended, PaperTerms
from badges.tokens import LENGTH
from forum.core.context import Edition
from forum.core.i18n import Words, words
from forum.core.mail import Mail, Part
from forum.core.outbox import Letter
from forum.core.pages import Templates
from forum.core.text import Text, pick
from forum.invitations.models import Invitation
from forum.letters.filling import as_text, fill
from forum.letters.kinds import ATTESTATION, CAMPAIGN, KINDS, TICKET
from forum.letters.markup import parse
from forum.letters.models import Kind, LetterText
from forum.registrations import ics, rules
from forum.registrations.codes import AttestationCodes, Attested
from forum.registrations.documents import (
    attestation,
    attestation_page,
    days_in_words,
    length_in_words,
    paper_ticket,
    ticket_page,
)
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import Registration, StoredGroup

TEST = "test"
"""The kind of a letter that an organiser sends to themselves: its data is a `Trial`."""
TICKET_SCALE = 8
TICKET_CID = "ticket"
SPECIMEN = "SPECIMEN".ljust(LENGTH, "A")
"""What the QR code of a preview says: no ticket, so that it opens no door."""
NO_KEY = "specimen"
NO_CODE = "SPECIMEN"
"""The code on the attestation of a test: it proves nothing."""
GIVEN_UP = ("cancelled", "transferred")


class Values(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is stored of a letter, as it was at its moment; what a kind does not need stays away.

    `turn` is the place in line, from 1; bit n of `days` is day n of the edition, None all of them;
    `revision` counts the changes of the registration. `reason` is what the organiser wrote,
    `new_holder` the name of who takes the place over. `held` says that a place was given up, so
    that it goes from the person's calendar. `people` are the names of a group, whose
    coordinator's whole name is `given_name`; `questions` are the labels of required ones that the
    person has left open; `code` and `valid_until` are an invitation's. `presences` are
    the days to attest, in `attended` with their hours; `terms` are what papers say of the
    organiser. `session` is the title of one, held from `starts_at` to `ends_at` in
    `room`; its seat is kept until `answer_by`, and `at_the_same_time` are the titles of those in
    which the person has a seat too (`schedule.seat_mails`).
    """

    given_name: str = ""
    family_name: str = ""
    reference: str = ""
    organisation: str | None = None
    job_title: str | None = None
    category_name: Text = {}
    turn: int | None = None
    days: int | None = None
    revision: int = 1
    offer_until: datetime | None = None
    reason: str = ""
    new_holder: str = ""
    held: bool = False
    people: list[str] = []
    questions: list[Text] = []
    code: str = ""
    valid_until: datetime | None = None
    ticket: Ticket | None = None
    session: Text = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    room: str | None = None
    answer_by: datetime | None = None
    at_the_same_time: list[Text] = []
    presences: list[Presence] = []
    attended: Attended | None = None
    terms: PaperTerms | None = None


class Trial(Struct, frozen=True, kw_only=True):
    """What is stored of a test: the kind it shows, its words, invented or chosen values."""

    kind: str
    subject: str
    body: str
    values: Values


class Context(Struct, frozen=True, kw_only=True):
    """Everything that a letter may say: one text for each placeholder, '' where there is none.

    Dates are in words and in the edition's timezone, links are whole addresses; `people` has one
    line for each. `answer_link` is there only with `questions`. `ticket` is the reference under the
    QR code, '' without a ticket.
    """

    given_name: str
    family_name: str
    name: str
    reference: str
    category: str
    days: str
    first_day: str
    edition: str
    dates: str
    venue: str
    contact: str
    place_in_line: str
    offer_until: str
    reason: str
    new_holder: str
    people: str
    count: str
    questions: str
    code: str
    valid_until: str
    session: str
    session_time: str
    room: str
    answer_until: str
    at_the_same_time: str
    ticket: str
    attestation_link: str
    hours: str
    certificate_link: str
    manage_link: str
    answer_link: str
    accept_link: str
    sessions_link: str
    programme_link: str
    guides_link: str
    register_link: str


class Written(Struct, frozen=True, kw_only=True):
    """A letter in words: its subject on one line, its text, its HTML."""

    subject: str
    text: str
    html: str


def letter(
    kind: str,
    registration: Registration,
    category_name: Text,
    ticket: Ticket | None,
    letter_id: UUID,
    *,
    line: int | None = None,
    reason: str = "",
    new_holder: str = "",
    held: bool = False,
    questions: Sequence[Text] = (),
) -> Letter:
    """Return the letter of one event in a registration's life; `kind` is one of `KINDS`.

    It holds no secret: link and token are made of its values and the site's keys when it leaves.
    `line`, `reason`, `new_holder`, `held` and `questions` are as in `Values`. A ticket taken back
    is none.
    """
    values = Values(
        given_name=registration.given_name,
        family_name=registration.family_name,
        reference=registration.reference,
        organisation=registration.organisation,
        category_name=category_name,
        turn=line,
        days=registration.days,
        revision=registration.revision,
        offer_until=registration.offer_until,
        reason=reason,
        new_holder=new_holder,
        held=held,
        questions=[*questions],
        ticket=None if ticket is None or ticket.revoked_at is not None else ticket,
    )
    return Letter(
        edition_id=registration.edition_id,
        id=letter_id,
        kind=kind,
        subject_id=registration.id,
        version=registration.mail_version,
        recipient=registration.email,
        language=registration.language,
        data=stored(values),
    )


def group_letter(group: StoredGroup, names: Sequence[str], letter_id: UUID) -> Letter:
    """Return the letter that tells a coordinator whom the group names."""
    values = Values(given_name=group.coordinator_name, people=list(names))
    return Letter(
        edition_id=group.edition_id,
        id=letter_id,
        kind="group",
        subject_id=group.id,
        version=1,
        recipient=group.coordinator_email,
        language=group.language,
        data=stored(values),
    )


def invitation_letter(
    invitation: Invitation,
    recipient: str,
    edition: Edition,
    category_name: Text,
    letter_id: UUID,
) -> Letter:
    """Return the letter that brings a guest the code of their invitation."""
    values = Values(
        given_name=invitation.name or "",
        category_name=category_name,
        code=invitation.code,
        valid_until=invitation.expires_at,
    )
    return Letter(
        edition_id=edition.id,
        id=letter_id,
        kind="invitation",
        subject_id=invitation.id,
        version=1,
        recipient=recipient,
        language=invitation.language or edition.language,
        data=stored(values),
    )


def stored(values: Values) -> dict[str, Any]:
    """Return values as the outbox stores them."""
    data: dict[str, Any] = msgspec.to_builtins(values)
    return data


def render(
    stored: Letter,
    edition: Edition,
    own: LetterText | None,
    *,
    templates: Templates,
    keyring: Keyring,
    keys: AttendeeKeys,
    codes: AttestationCodes,
    base_url: str,
    at: datetime,
) -> Mail:
    """Make the message of a stored letter, in the organiser's `own` words where there are some.

    The ticket is a picture inside the text, and a page to print beside it; the days of attendance
    are joined as a calendar file, the attestation of who was there as a page. A kind that is none
    of `KINDS` has templates of its own.
    """
    if stored.kind == TEST:
        return _trial(stored, edition, templates=templates, base_url=base_url, at=at)
    if stored.kind not in KINDS:
        return templates.mail(stored, {**stored.data, "edition": edition}, base_url=base_url, at=at)
    kind = KINDS[stored.kind]
    values = msgspec.convert(stored.data, Values)
    shown = values.ticket if TICKET in kind.placeholders else None
    token = None if shown is None else keyring.token(shown)
    context = context_of(
        values,
        edition,
        stored.language,
        key=keys.key(stored.edition_id, stored.subject_id),
        base_url=base_url,
    )
    written = write(kind, own, context, edition, stored.language, templates=templates)
    code = codes.code(_attested(values, edition)) if values.presences else None
    parts = _parts(kind, stored, values, edition, token, code, base_url=base_url, at=at)
    return message(stored, written, base_url=base_url, at=at, parts=parts)


def _trial(
    stored: Letter, edition: Edition, *, templates: Templates, base_url: str, at: datetime
) -> Mail:
    """Make the message that an organiser sends to themselves; its ticket and links open nothing."""
    trial = msgspec.convert(stored.data, Trial)
    kind = CAMPAIGN if trial.kind == CAMPAIGN.code else KINDS[trial.kind]
    context = context_of(trial.values, edition, stored.language, key=NO_KEY, base_url=base_url)
    own = LetterText(subject=trial.subject, body=trial.body)
    written = write(kind, own, context, edition, stored.language, templates=templates)
    subject = words(stored.language).gettext("[Test] %(subject)s") % {"subject": written.subject}
    token = SPECIMEN if TICKET in kind.placeholders else None
    code = NO_CODE if trial.values.presences else None
    parts = _parts(kind, stored, trial.values, edition, token, code, base_url=base_url, at=at)
    shown = msgspec.structs.replace(written, subject=subject)
    return message(stored, shown, base_url=base_url, at=at, parts=parts)


def context_of(
    values: Values, edition: Edition, language: str, *, key: str, base_url: str
) -> Context:
    """Return every placeholder's text; `key` is the one in the links to the registration.

    In a letter to a speaker it is that of their own page.
    """
    said = words(language)
    site = f"{base_url}/{edition.slug}"
    own = f"{base_url}/me/{key}"
    days = _days(values, edition)
    code = f"?{urlencode({'code': values.code})}" if values.code else ""

    def instant(moment: datetime | None) -> str:
        if moment is None:
            return ""
        day = said.date(moment.astimezone(edition.zone).date())
        time = said.time(moment, edition.zone)
        return said.gettext("%(date)s at %(time)s") % {"date": day, "time": time}

    return Context(
        given_name=values.given_name,
        family_name=values.family_name,
        name=f"{values.given_name} {values.family_name}".strip(),
        reference=values.reference,
        category=pick(values.category_name, language),
        days=days_in_words(days, said),
        first_day=said.date(days[0]),
        edition=pick(edition.title, language),
        dates=said.dates(edition.starts_on, edition.ends_on),
        venue=pick(edition.venue, language),
        contact=edition.contact_email,
        place_in_line=str(values.turn or ""),
        offer_until=instant(values.offer_until),
        reason=values.reason,
        new_holder=values.new_holder,
        people="\n".join(values.people),
        count=str(len(values.people) or ""),
        questions=" · ".join(pick(one, language) for one in values.questions),
        code=values.code,
        valid_until=instant(values.valid_until),
        session=pick(values.session, language),
        session_time=_session_time(values, edition, said),
        room=values.room or "",
        answer_until=instant(values.answer_by),
        at_the_same_time=", ".join(pick(one, language) for one in values.at_the_same_time),
        ticket=values.reference if values.ticket else "",
        attestation_link=f"{own}/attestation.pdf" if values.presences else "",
        hours=_hours(values, said),
        certificate_link=f"{base_url}/speaker/{key}/certificate.pdf",
        manage_link=own,
        answer_link=f"{own}/edit" if values.questions else "",
        accept_link=own,  # a button there accepts: a link fetched by a mail scanner must not
        sessions_link=f"{own}/sessions",
        programme_link=f"{site}/programme",
        guides_link=f"{site}/guides",
        register_link=f"{site}/register{code}",
    )


def _hours(values: Values, said: Words) -> str:
    """Return how long the person was there; '' where no door tells it."""
    halves = values.attended.halves if values.attended else []
    return length_in_words(total(halves), said) if halves else ""


def _session_time(values: Values, edition: Edition, said: Words) -> str:
    """Return the day and the times of a letter's session, in words; '' without one."""
    if values.starts_at is None or values.ends_at is None:
        return ""
    return said.gettext("%(day)s, %(start)s to %(end)s") % {
        "day": said.day(values.starts_at.astimezone(edition.zone).date()),
        "start": said.time(values.starts_at, edition.zone),
        "end": said.time(values.ends_at, edition.zone),
    }


def _attested(values: Values, edition: Edition) -> Attested:
    there = values.attended
    return Attested(
        edition_id=edition.id,
        reference=values.reference,
        given_name=values.given_name,
        family_name=values.family_name,
        presences=values.presences,
        halves=there.halves if there else None,
        sessions=[one.number for one in there.sessions] if there else [],
    )


def _days(values: Values, edition: Edition) -> list[date]:
    """Return the days of attendance; all, where those chosen are no days of the edition now."""
    return rules.days_of(values.days, edition) or edition.days


def built_in(kind: Kind, language: str, templates: Templates) -> LetterText:
    """Return the text that a kind has without the organiser's own."""

    def part(name: str) -> str:
        return templates.render(f"mails/{kind.code}/{name}", language).strip()

    return LetterText(subject=part("subject.txt"), body=part("body.txt"))


def write(
    kind: Kind,
    own: LetterText | None,
    context: Context,
    edition: Edition,
    language: str,
    *,
    templates: Templates,
    preview: bool = False,
) -> Written:
    """Write a letter; the HTML of a preview says its subject, and holds its picture itself."""
    text = own or built_in(kind, language, templates)
    said = words(language)
    filled = fill(parse(text.subject, text.body, kind), kind, msgspec.structs.asdict(context), said)
    foot = templates.render("mails/foot.txt", language, edition=edition)
    html = templates.render(
        "mails/letter.html",
        language,
        edition=edition,
        subject=filled.subject,
        blocks=filled.blocks,
        preview=preview,
        ticket_src=specimen_src() if preview else f"cid:{TICKET_CID}",
    )
    body = as_text(filled.blocks, said)
    return Written(subject=filled.subject, text=f"{body}\n-- \n{foot}\n", html=html)


def specimen_src() -> str:
    """Return the picture of a preview's ticket, as an address that nobody has to fetch."""
    return f"data:image/png;base64,{b64encode(qr.png(SPECIMEN, scale=TICKET_SCALE)).decode()}"


def message(
    stored: Letter,
    written: Written,
    *,
    base_url: str,
    at: datetime,
    parts: tuple[Part, ...] = (),
    unsubscribe: str = "",
) -> Mail:
    """Return the message of a letter that is written; `unsubscribe` as in `Mail`."""
    return Mail(
        id=stored.id,
        kind=stored.kind,
        recipient=stored.recipient,
        language=stored.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        domain=urlsplit(base_url).hostname or "localhost",
        at=at,
        parts=parts,
        unsubscribe=unsubscribe,
    )


def _parts(
    kind: Kind,
    stored: Letter,
    values: Values,
    edition: Edition,
    token: str | None,
    code: str | None,
    *,
    base_url: str,
    at: datetime,
) -> tuple[Part, ...]:
    """Return the files of a letter.

    Ticket and calendar for who comes, a calendar for who gave up, an attestation for who was there.
    """
    name = f"{edition.slug}-{values.reference}"
    days = _days(values, edition)
    given_up = kind.code in GIVEN_UP and values.held
    parts: list[Part] = []
    if token is not None:
        paper = paper_ticket(
            edition,
            token=token,
            reference=values.reference,
            given_name=values.given_name,
            family_name=values.family_name,
            organisation=values.organisation,
            category_name=values.category_name,
            days=days,
            language=stored.language,
            at=at,
        )
        pdf = ticket_page(paper)
        picture = qr.png(token, scale=TICKET_SCALE)
        parts += [
            Part(name=f"{name}.png", media_type="image/png", content=picture, cid=TICKET_CID),
            Part(name=f"{name}.pdf", media_type="application/pdf", content=pdf),
        ]
    if token is not None or given_up:
        attendance = ics.Attendance(
            registration_id=stored.subject_id,
            reference=values.reference,
            days=days,
            revision=values.revision,
            changed_at=at,
            given_up=given_up,
        )
        content = ics.calendar(edition, attendance, language=stored.language, base_url=base_url)
        parts.append(Part(name=f"{name}.ics", media_type=ics.MEDIA_TYPE, content=content))
    if code is not None and ATTESTATION in kind.placeholders:
        paper_attestation = attestation(
            edition,
            _attested(values, edition),
            organisation=values.organisation,
            job_title=values.job_title,
            sessions=values.attended.sessions if values.attended else (),
            terms=values.terms,
            code=code,
            language=stored.language,
            base_url=base_url,
            at=at,
        )
        page = attestation_page(paper_attestation, at)
        title = f"{edition.slug}-attestation-{values.reference}.pdf"
        parts.append(Part(name=title, media_type="application/pdf", content=page))
    return tuple(parts)
