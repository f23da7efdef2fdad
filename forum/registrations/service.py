"""What can be done with a registration. Each verb is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from badges import tickets
from badges.models import Ticket
from forum.core import audit, forms, idempotency, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid
from forum.core.idempotency import RequestKey
from forum.core.ids import Ids
from forum.core.text import Text, search_key, sort_key
from forum.editions import queries as editions
from forum.questions import rules as question_rules
from forum.questions import service as questions
from forum.registrations import mails, queries, rules
from forum.registrations.models import (
    OwnRegistration,
    Registration,
    RegistrationForm,
    RegistrationNotFound,
    Status,
)

ACCEPTED = idempotency.Answer(
    202, b'{"status":"accepted","detail":"Look at your e-mail: it says what became of this."}'
)
"""What every registration through the API is answered, whoever is registered already."""


def email_key(email: str) -> str:
    """Return the key under which two spellings of an address are one."""
    return email.strip().casefold()


async def read_form(db: Db, edition: Edition, sent: Mapping[str, Any]) -> RegistrationForm:
    """Read what a browser or a program sent, held against what this edition offers.

    Raises:
        Invalid: naming every field at fault.
    """
    errors: dict[str, str] = {}
    form = None
    sent, given = question_rules.sent_answers(sent)
    chosen = {name: _sent(sent, name) for name in ("category", "language")}
    answers, unanswered = question_rules.read_answers(
        await questions.list_questions(db, edition.id),
        category=str(chosen["category"]),
        sent=given,
    )
    try:
        form = forms.parse(RegistrationForm, {**sent, "answers": answers})
    except Invalid as invalid:
        errors = invalid.fields
    mistakes = rules.mistakes(
        **chosen,
        consents=sent.get("consents") or [],
        categories={one.code for one in await editions.list_categories(db, edition.id)},
        purposes={one.purpose for one in await editions.list_consents(db, edition.id)},
        languages=edition.languages,
    )
    errors = {**mistakes, **errors, **unanswered}
    if errors or form is None:
        raise Invalid(fields=errors)
    return form


def _sent(sent: Mapping[str, Any], name: str) -> Any:
    """Return one answer as it was sent; of a form's list of texts the last, '' for nothing."""
    given = sent.get(name)
    if isinstance(given, list):
        given = given[-1] if given else None
    return given.strip() or None if isinstance(given, str) else given


@retried
async def register(
    db: Db,
    edition: Edition,
    form: RegistrationForm,
    *,
    at: datetime,
    ids: Ids,
    key: RequestKey | None = None,
) -> Registration | None:
    """Give `form` a place at the forum, or a turn on the waiting list once it is full.

    The registration, its consents, its ticket and its e-mail are stored together or not at all.
    An address that is registered already gets its e-mail again (not twice within five minutes), so
    that the answer never tells who is registered. Return None when `key` was used before.

    The form comes from `read_form`, which holds it against the edition.

    Raises:
        Invalid: the edition has no such category.
        OptionFull: an answer needs a place that somebody else has just taken.
        KeyReused: `key` came with another form before.
        RegistrationClosed: the edition or the category takes no registrations at `at`.
    """
    async with db.transaction():
        if key is not None and await idempotency.recall(db, key) is not None:
            return None
        registration, _ = await _add(db, edition, form, at=at, ids=ids, announce=True)
        if key is not None:
            await idempotency.remember(db, key, ACCEPTED, at=at)
    return registration


@retried
async def register_many(
    db: Db,
    edition: Edition,
    forms: Sequence[RegistrationForm],
    *,
    at: datetime,
    ids: Ids,
    announce: bool,
) -> list[tuple[Registration, bool]]:
    """Register all of `forms` or none; say for each whether it is new.

    Without `announce` nobody is written to. The forms were held against the edition before.

    Raises:
        RegistrationClosed: the edition or a category takes no registrations at `at`.
    """
    async with db.transaction():
        return [await _add(db, edition, form, at=at, ids=ids, announce=announce) for form in forms]


async def _add(
    db: Db, edition: Edition, form: RegistrationForm, *, at: datetime, ids: Ids, announce: bool
) -> tuple[Registration, bool]:
    places = await queries.lock_places(db, edition.id, form.category)
    if places is None:
        raise Invalid(fields={"category": "Choose one of the categories offered."})
    status = rules.place(places, at=at)
    known = await queries.find_by_email(db, edition.id, email_key(form.email))
    if known is not None:
        if announce and rules.may_mail_again(known.mailed_at, at):
            await _mail_again(db, edition, known, at=at, ids=ids)
        return known, False
    waiting = status is Status.WAITING
    turn = await queries.take_turn(db, edition.id) if waiting else None
    registration = _new(edition, form, status, turn, at=at, ids=ids)
    await queries.insert_registration(
        db,
        registration,
        email_key(form.email),
        sort_key(form.family_name, form.given_name),
        search_key([registration.name, form.organisation, form.email, registration.reference]),
    )
    if form.consents:
        await queries.insert_consents(db, edition.id, registration.id, form.consents, at)
    if form.answers:
        await questions.store_answers(db, edition.id, registration.id, form.answers, at=at)
    ticket = None
    if not waiting:
        await queries.count_place(db, edition.id, form.category, 1)
        ticket = await tickets.issue(db, edition, registration.id, places.number, at=at, ids=ids)
    if announce:
        await _announce(db, registration, places.category_name, ticket, at=at, ids=ids)
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor="attendee" if announce else "import",
        action="registered",
        subject_id=registration.id,
        detail={"status": status},
    )
    return registration, True


def _new(
    edition: Edition,
    form: RegistrationForm,
    status: Status,
    turn: int | None,
    *,
    at: datetime,
    ids: Ids,
) -> Registration:
    return Registration(
        edition_id=edition.id,
        id=ids.uuid(at),
        reference=ids.reference(),
        given_name=form.given_name,
        family_name=form.family_name,
        email=form.email,
        organisation=form.organisation,
        job_title=form.job_title,
        category=form.category,
        language=form.language or edition.language,
        status=status,
        turn=turn,
        mail_version=1,
        mailed_at=at,
        created_at=at,
        changed_at=at,
    )


async def _mail_again(
    db: Db, edition: Edition, registration: Registration, *, at: datetime, ids: Ids
) -> None:
    version = await queries.count_mail(db, edition.id, registration.id, at)
    ticket = await tickets.find(db, edition.id, registration.id)
    again = msgspec.structs.replace(registration, mail_version=version)
    await _announce(db, again, await _category_name(db, again), ticket, at=at, ids=ids)


async def _announce(
    db: Db,
    registration: Registration,
    category_name: Text,
    ticket: Ticket | None,
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Store the e-mail that says where a registration stands: confirmed, or waiting and where."""
    kind = "waiting" if registration.status is Status.WAITING else "confirmed"
    line = await _line(db, registration)
    letter = mails.letter(kind, registration, category_name, ticket, ids.uuid(at), line=line)
    await outbox.put(db, letter, at=at)


async def _line(db: Db, registration: Registration) -> int | None:
    if registration.turn is None:
        return None
    return await queries.place_in_line(
        db, registration.edition_id, registration.category, registration.turn
    )


@retried
async def cancel(
    db: Db, edition: Edition, registration_id: UUID, *, at: datetime, ids: Ids
) -> Registration:
    """Cancel a registration: revoke its ticket, free its place, promote the next in line.

    Cancelling what is cancelled changes nothing and says so by its answer.

    Raises:
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        found = await queries.find(db, edition.id, registration_id)
        if found is None:
            raise RegistrationNotFound
        places = await queries.lock_places(db, edition.id, found.category)
        before = await queries.find(db, edition.id, registration_id)
        if places is None or before is None:
            raise RegistrationNotFound
        if before.status is Status.CANCELLED:
            return before
        after = await queries.set_status(db, edition.id, before.id, Status.CANCELLED, at)
        if after is None:
            raise RegistrationNotFound
        if before.status is Status.CONFIRMED:
            await tickets.revoke(db, edition.id, before.id, at=at)
            await queries.count_place(db, edition.id, before.category, -1)
        await questions.release_answers(db, edition.id, before.id)
        letter = mails.letter("cancelled", after, places.category_name, None, ids.uuid(at))
        await outbox.put(db, letter, at=at)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor="attendee",
            action="cancelled",
            subject_id=before.id,
            detail={"status": before.status},
        )
        await _promote(db, edition, at=at, ids=ids)
    return after


async def _promote(db: Db, edition: Edition, *, at: datetime, ids: Ids) -> None:
    """Give every free place to the next in line; the caller holds the lock on the places."""
    while (following := await queries.next_in_line(db, edition.id)) is not None:
        promoted = await queries.set_status(db, edition.id, following.id, Status.CONFIRMED, at)
        if promoted is None:
            raise RegistrationNotFound
        await queries.count_place(db, edition.id, promoted.category, 1)
        ticket = await tickets.issue(
            db, edition, promoted.id, following.category_number, at=at, ids=ids
        )
        letter = mails.letter("promoted", promoted, following.category_name, ticket, ids.uuid(at))
        await outbox.put(db, letter, at=at)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor="waiting list",
            action="promoted",
            subject_id=promoted.id,
        )


async def own(db: Db, edition_id: int, registration_id: UUID) -> OwnRegistration:
    """Return a registration as its owner sees it.

    Raises:
        RegistrationNotFound: there is none of this id.
    """
    found = await queries.find(db, edition_id, registration_id)
    if found is None:
        raise RegistrationNotFound
    return OwnRegistration(
        reference=found.reference,
        given_name=found.given_name,
        family_name=found.family_name,
        email=found.email,
        organisation=found.organisation,
        job_title=found.job_title,
        category=found.category,
        category_name=await _category_name(db, found),
        language=found.language,
        status=found.status,
        place_in_line=await _line(db, found),
    )


async def _category_name(db: Db, registration: Registration) -> Text:
    categories = await editions.list_categories(db, registration.edition_id)
    return next(c.name for c in categories if c.code == registration.category)
