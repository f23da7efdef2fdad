"""The organisers' pages of e-mails: their texts, previews, a test to oneself, letters to all."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct, structs

from badges.models import Presence, Ticket
from badges.papers import service as papers
from badges.papers.models import Attended, HalfHours
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound
from forum.core.i18n import Words, words
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page, Templates
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions import queries as editions
from forum.letters import queries as letters
from forum.letters import service
from forum.letters.kinds import (
    ATTESTATION,
    KINDS,
    PLACEHOLDERS,
    QUESTIONS,
    SENT_FROM_THE_PAGE,
)
from forum.letters.markup import normal, parse
from forum.letters.models import Author, Change, Kind, LetterText, StoredText, TextChanged
from forum.letters.pages import NAMES, WITH_A_FRAME, framed, places, told
from forum.registrations import mails, rules, sending
from forum.registrations import queries as registrations

PER_MINUTE = 60
TESTS_PER_MINUTE = 10
MOST_NAMED = 50
"""The most people who are named: a page of an organiser has 600 elements."""
PATH = "/organiser/{slug:str}/letters"
WRITE = {"deed": Deed.WRITE}
OPTIONS: dict[str, Any] = {"include_in_schema": False, "opt": WRITE}
OFFERED_FOR = timedelta(hours=48)


class Sent(Struct, frozen=True, kw_only=True):
    """What the form of one language holds.

    `revision` is that of the text it was made from, `made_from` that text's digest: who leaves a
    language as it was changes nothing of it, whatever others do to it meanwhile.
    """

    language: str
    subject: str
    body: str
    revision: int
    made_from: str

    @property
    def text(self) -> LetterText:
        """The text as it would be stored."""
        return LetterText(subject=normal(self.subject).strip(), body=normal(self.body).strip())

    @property
    def touched(self) -> bool:
        """Whether it was changed in the form."""
        return digest_of(self.text) != self.made_from


def digest_of(text: LetterText) -> str:
    """Return what tells two texts apart."""
    return sha256(f"{text.subject}\n{text.body}".encode()).hexdigest()[:16]


@get(PATH, **OPTIONS)
async def letters_page(staff: Given[Staff], db: Given[Db], page: Given[Page]) -> AnyResponse:
    """Show every kind of e-mail: in whose words, and who changed it last."""
    edition = staff.edition
    stored = {(one.kind, one.language): one for one in await letters.list_texts(db, edition.id)}
    rows = [
        {
            "kind": kind,
            "texts": [
                _state(stored.get((kind.code, language)), edition, page.words)
                for language in edition.languages
            ],
        }
        for kind in KINDS.values()
    ]
    to_all = [
        {"kind": KINDS[code], "sending": await sending.count(db, edition, KINDS[code])}
        for code in SENT_FROM_THE_PAGE
    ]
    owing = await sending.count_owing(db, edition)
    return page("letters/letters.html", edition, staff=staff, rows=rows, to_all=to_all, owing=owing)


@get(f"{PATH}/{{kind:str}}", **OPTIONS)
async def letter_page(
    request: AnyRequest,
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
) -> AnyResponse:
    """Show the texts of one kind, to be changed."""
    chosen = service.kind_of(kind)
    stored = await _stored(db, staff.edition, chosen)
    sent = _as_stored(page.templates, staff.edition, chosen, stored)
    note = "saved" if "saved" in request.query_params else ""
    return _edit(page, staff, chosen, stored, sent, note=note)


@post(f"{PATH}/{{kind:str}}", middleware=[limited("letters", per_minute=PER_MINUTE)], **OPTIONS)
async def save(
    request: AnyRequest,
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Store the texts of one kind, or put the built-in one into the form where it was asked for.

    A text that is the built-in one is not stored: what holds is then ours, as it gets better.
    """
    chosen = service.kind_of(kind)
    edition = staff.edition
    fields = await form_fields(request)
    sent = _read(fields, edition)
    stored = await _stored(db, edition, chosen)
    restored = (fields.get("restore") or [""])[-1]
    if restored in edition.languages:
        ours = mails.built_in(chosen, restored, page.templates)
        sent = [
            structs.replace(one, subject=ours.subject, body=ours.body)
            if one.language == restored
            else one
            for one in sent
        ]
        return _edit(page, staff, chosen, stored, sent, note="restored")
    errors = _mistakes(sent, chosen, page.words)
    if errors:
        return _edit(page, staff, chosen, stored, sent, errors=errors)
    changes = _changes(page.templates, chosen, stored, sent)
    author = Author(account_id=staff.organiser.account_id, actor=staff.actor)
    try:
        await service.change(db, edition, chosen, changes, by=author, at=now, ids=ids)
    except TextChanged:
        stored = await _stored(db, edition, chosen)
        theirs = [
            one.language for one in changes if one.revision != _revision(stored.get(one.language))
        ]
        return _edit(page, staff, chosen, stored, sent, note="changed", theirs=theirs)
    return Redirect(f"/organiser/{edition.slug}/letters/{chosen.code}?saved=1", status_code=303)


@get(f"{PATH}/{{kind:str}}/preview", **OPTIONS)
async def preview_stored(
    request: AnyRequest,
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show an e-mail in the words that hold, filled in."""
    chosen = service.kind_of(kind)
    language = _language(request, staff.edition)
    own = await letters.find_text(db, staff.edition.id, chosen.code, language)
    text = own or mails.built_in(chosen, language, page.templates)
    return await _preview(request, db, page, settings, staff, chosen, text, language, now)


@post(
    f"{PATH}/{{kind:str}}/preview",
    status_code=200,
    middleware=[limited("letters", per_minute=PER_MINUTE)],
    **OPTIONS,
)
async def preview(
    request: AnyRequest,
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show an e-mail in the words that were typed, filled in; nothing is stored."""
    chosen = service.kind_of(kind)
    language = _language(request, staff.edition)
    sent = _read(await form_fields(request), staff.edition)
    text = next(one.text for one in sent if one.language == language)
    return await _preview(request, db, page, settings, staff, chosen, text, language, now)


@post(
    f"{PATH}/{{kind:str}}/test",
    status_code=200,
    middleware=[limited("letter-tests", per_minute=TESTS_PER_MINUTE)],
    **OPTIONS,
)
async def send_test(
    request: AnyRequest,
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send the organiser an e-mail in the words that were typed; nothing else is stored."""
    chosen = service.kind_of(kind)
    edition = staff.edition
    fields = await form_fields(request)
    language = _language(request, edition)
    sent = _read(fields, edition)
    stored = await _stored(db, edition, chosen)
    reference = _reference(fields)
    tried = [one for one in sent if one.language == language]
    errors = _mistakes(tried, chosen, page.words)
    try:
        values = await _values(db, edition, reference, language, now)
    except Invalid as invalid:
        errors |= {name: page.words.gettext(said) for name, said in invalid.fields.items()}
    if errors:
        return _edit(page, staff, chosen, stored, sent, errors=errors, reference=reference)

    async def send_it() -> None:
        await sending.send_trial(
            db,
            edition,
            chosen,
            tried[0].text,
            values,
            to=staff.organiser.email,
            language=language,
            actor=staff.actor,
            at=now,
            ids=ids,
        )

    await once(type(None), send_it)
    return _edit(page, staff, chosen, stored, sent, note="tested", reference=reference)


@get(f"{PATH}/{{kind:str}}/send", **OPTIONS)
async def send_page(
    request: AnyRequest,
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Ask before a letter goes to many, and say how many they are."""
    chosen = _to_all(kind)
    if chosen.code == QUESTIONS:
        return page(
            "letters/questions.html",
            staff.edition,
            staff=staff,
            kind=chosen,
            owing=await sending.count_owing(db, staff.edition),
            people=await registrations.list_owing(
                db, staff.edition.id, QUESTIONS, untold=False, limit=MOST_NAMED
            ),
            may_answer=await sending.may_answer(db, staff.edition, at=now),
            done="done" in request.query_params,
        )
    return page(
        "letters/send.html",
        staff.edition,
        staff=staff,
        kind=chosen,
        sending=await sending.count(db, staff.edition, chosen),
        done="done" in request.query_params,
        attests=ATTESTATION in chosen.placeholders,
        over=rules.is_over(staff.edition.ends_on, staff.edition, now),
        after=staff.edition.ends_on + timedelta(days=1),
    )


@post(
    f"{PATH}/{{kind:str}}/send", middleware=[limited("letters", per_minute=PER_MINUTE)], **OPTIONS
)
async def send(
    kind: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Send a letter to all who are to have it and have not got it."""
    chosen = _to_all(kind)
    edition, actor = staff.edition, staff.actor
    if chosen.code == QUESTIONS:
        await sending.send_questions(db, edition, actor=actor, at=now, ids=ids)
    else:
        await sending.send_to_confirmed(db, edition, chosen, actor=actor, at=now, ids=ids)
    path = f"/organiser/{staff.edition.slug}/letters/{chosen.code}/send?done=1"
    return Redirect(path, status_code=303)


def _to_all(code: str) -> Kind:
    kind = service.kind_of(code)
    if kind.code not in {*SENT_FROM_THE_PAGE, QUESTIONS}:
        raise NotFound
    return kind


# What was sent, and what is stored


async def _stored(db: Db, edition: Edition, kind: Kind) -> dict[str, StoredText]:
    texts = await letters.list_texts_of_kind(db, edition.id, kind.code)
    return {one.language: one for one in texts}


def _revision(stored: StoredText | None) -> int:
    return stored.revision if stored else 0


def _holding(
    templates: Templates, kind: Kind, language: str, stored: Mapping[str, StoredText]
) -> LetterText:
    """Return the text that holds now: the organiser's own, or the built-in one."""
    found = stored.get(language)
    return (found.text if found else None) or mails.built_in(kind, language, templates)


def _as_stored(
    templates: Templates, edition: Edition, kind: Kind, stored: Mapping[str, StoredText]
) -> list[Sent]:
    """Return the form as it is before anything is typed."""
    sent = []
    for language in edition.languages:
        text = _holding(templates, kind, language, stored)
        sent.append(
            Sent(
                language=language,
                subject=text.subject,
                body=text.body,
                revision=_revision(stored.get(language)),
                made_from=digest_of(text),
            )
        )
    return sent


def _read(fields: Mapping[str, list[str]], edition: Edition) -> list[Sent]:
    """Read what was typed in each language; a revision that is no number is that of no text."""

    def given(name: str) -> str:
        return (fields.get(name) or [""])[-1]

    def revision(text: str) -> int:
        return int(text) if text.isdecimal() and len(text) < len("1000000000") else 0

    return [
        Sent(
            language=language,
            subject=given(f"subject-{language}"),
            body=given(f"body-{language}"),
            revision=revision(given(f"revision-{language}")),
            made_from=given(f"from-{language}"),
        )
        for language in edition.languages
    ]


def _changes(
    templates: Templates, kind: Kind, stored: Mapping[str, StoredText], sent: list[Sent]
) -> list[Change]:
    """Return what differs from what is stored; a text like the built-in one restores that."""
    changes = []
    for one in sent:
        if not one.touched:
            continue
        found = stored.get(one.language)
        ours = mails.built_in(kind, one.language, templates)
        wanted = None if one.text == ours else one.text
        if wanted != (found.text if found else None):
            changes.append(Change(language=one.language, text=wanted, revision=one.revision))
    return changes


def _mistakes(sent: list[Sent], kind: Kind, said: Words) -> dict[str, str]:
    """Return what is wrong with the texts, by the field's name, in the page's language."""
    errors = {}
    for one in sent:
        parsed = parse(one.subject, one.body, kind)
        for name, mistakes in (
            (f"subject-{one.language}", parsed.subject_mistakes),
            (f"body-{one.language}", parsed.body_mistakes),
        ):
            if mistakes:
                errors[name] = " ".join(told(mistake, said) for mistake in mistakes)
    return errors


def _language(request: AnyRequest, edition: Edition) -> str:
    asked = request.query_params.get("language", "")
    return asked if asked in edition.languages else edition.language


def _reference(fields: Mapping[str, list[str]]) -> str:
    return (fields.get("reference") or [""])[-1].strip().upper()


# What is shown


def _edit(
    page: Page,
    staff: Staff,
    kind: Kind,
    stored: Mapping[str, StoredText],
    sent: list[Sent],
    *,
    errors: dict[str, str] | None = None,
    note: str = "",
    theirs: list[str] | None = None,
    reference: str = "",
) -> AnyResponse:
    """Show the form with what was typed; in the languages of `theirs` also what is stored now."""
    edition = staff.edition
    columns = []
    for one in sent:
        found = stored.get(one.language)
        is_theirs = one.language in (theirs or [])
        holding = _holding(page.templates, kind, one.language, stored)
        columns.append(
            {
                "language": one.language,
                "subject": one.subject,
                "body": one.body,
                "revision": _revision(found) if is_theirs else one.revision,
                "made_from": digest_of(holding) if is_theirs else one.made_from,
                "state": _state(found, edition, page.words),
                "theirs": holding if is_theirs else None,
            }
        )
    status = 422 if errors else 412 if theirs else 200
    return page(
        "letters/letter.html",
        edition,
        status=status,
        headers={"content-security-policy": WITH_A_FRAME},
        staff=staff,
        kind=kind,
        columns=columns,
        names=NAMES,
        placeholders=[(name, PLACEHOLDERS[name]) for name in kind.placeholders],
        errors=errors or {},
        places=places(edition.languages, page.words),
        note=note,
        reference=reference,
        to_all=kind.code in {*SENT_FROM_THE_PAGE, QUESTIONS},
    )


def _state(stored: StoredText | None, edition: Edition, said: Words) -> dict[str, Any]:
    """Return in whose words a letter is, and when and by whom they were changed."""
    if stored is None:
        return {"own": False, "changed_at": "", "changed_by": ""}
    at = stored.changed_at.astimezone(edition.zone)
    told = {"date": said.day(at.date()), "time": said.time(stored.changed_at, edition.zone)}
    return {
        "own": stored.text is not None,
        "changed_at": said.gettext("%(date)s at %(time)s") % told,
        "changed_by": stored.changed_by or "",
    }


async def _preview(
    request: AnyRequest,
    db: Db,
    page: Page,
    settings: Settings,
    staff: Staff,
    kind: Kind,
    text: LetterText,
    language: str,
    now: datetime,
) -> AnyResponse:
    edition = staff.edition
    sent = Sent(language=language, subject=text.subject, body=text.body, revision=0, made_from="")
    errors = list(_mistakes([sent], kind, page.words).values())
    asked = _reference({**await form_fields(request)} if request.method == "POST" else {})
    try:
        values = await _values(db, edition, asked, language, now)
    except Invalid as invalid:
        errors += [page.words.gettext(said) for said in invalid.fields.values()]
    if errors:
        return framed(page.html("mails/mistakes.html", edition, errors=errors), status=422)
    context = mails.context_of(
        values, edition, language, key=mails.NO_KEY, base_url=settings.base_url
    )
    written = mails.write(
        kind,
        text,
        context,
        edition,
        language,
        templates=page.templates,
        preview=True,
    )
    if request.query_params.get("part") == "text":
        return framed(page.html("mails/plain.html", edition, written=written, spoken=language))
    return framed(written.html.encode())


async def _values(
    db: Db, edition: Edition, reference: str, language: str, now: datetime
) -> mails.Values:
    """Return invented values, over them those of a registration where its reference is given.

    A registration is attested what the doors have seen of it, and nothing where they have not.

    Raises:
        Invalid: there is no such registration.
    """
    said = words(language)
    nobody = UUID(int=0)
    ticket = Ticket(
        edition_id=edition.id,
        registration_id=nobody,
        number=0,
        key_id=0,
        category_number=0,
        days=0,
        revision=0,
        revoked_at=None,
    )
    chosen: dict[str, Any] = {}
    if reference:
        person = await registrations.find_addressee(db, edition.id, reference)
        if person is None:
            raise Invalid(fields={"reference": "No registration has this reference."})
        there = await papers.attended_by(db, edition, person.id, at=now)
        real = sending.values_of(person, ticket, there)
        chosen = {
            name: getattr(real, name)
            for name in (
                "given_name",
                "family_name",
                "reference",
                "organisation",
                "job_title",
                "presences",
                "attended",
                "category_name",
                "days",
                "revision",
            )
        }
    else:
        categories = await editions.list_categories(db, edition.id)
        chosen["category_name"] = categories[0].name if categories else {}
    return mails.Values(
        **{
            "given_name": "Camille",
            "family_name": "Exemple",
            "reference": "K7QM-42XR",
            "presences": [_invented(day, edition) for day in edition.days],
            "attended": _invented_hours(edition),
            **chosen,
        },
        terms=await papers.terms_of(db, edition),
        turn=3,
        offer_until=now + OFFERED_FOR,
        reason=said.gettext("Here stands what the organiser wrote."),
        new_holder="Dominique Exemple",
        held=True,
        people=["Camille Exemple", "Dominique Exemple"],
        questions=[{"fr": "Serez-vous au dîner ?", "en": "Will you be at the dinner?"}],
        code="K7QM-42XR",
        valid_until=now + OFFERED_FOR,
        session={edition.language: said.gettext("A session")},
        starts_at=now + OFFERED_FOR,
        ends_at=now + OFFERED_FOR + timedelta(hours=1),
        room=said.gettext("A room"),
        answer_by=now + OFFERED_FOR,
        at_the_same_time=[{edition.language: said.gettext("Another session")}],
        ticket=ticket,
    )


def _invented_hours(edition: Edition) -> Attended:
    """Return the hours of days from nine to five."""

    def half(day: date, *, afternoon: bool) -> HalfHours:
        first, last = (time(14), time(17)) if afternoon else (time(9), time(12, 30))
        return HalfHours(
            day=day,
            afternoon=afternoon,
            since=datetime.combine(day, first, edition.zone),
            until=datetime.combine(day, last, edition.zone),
            entry_read=not afternoon,
            exit_read=afternoon,
        )

    return Attended(
        presences=[_invented(day, edition) for day in edition.days],
        halves=[half(day, afternoon=late) for day in edition.days for late in (False, True)],
        sessions=[],
    )


def _invented(day: date, edition: Edition) -> Presence:
    """Return a day from nine to five."""
    nine = datetime.combine(day, time(9), edition.zone)
    return Presence(day=day, arrived_at=nine, left_at=nine + timedelta(hours=8))


router = Router(
    "/",
    route_handlers=[
        letters_page,
        letter_page,
        save,
        preview_stored,
        preview,
        send_test,
        send_page,
        send,
    ],
)
