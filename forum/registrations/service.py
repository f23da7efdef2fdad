"""What can be done with a registration. Each verb is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from badges import tickets
from badges.models import Ticket
from forum.core import audit, forms, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid
from forum.core.ids import Ids
from forum.core.text import Text, search_key, sort_key
from forum.editions import queries as editions
from forum.editions import service as edition_service
from forum.invitations import service as invitations
from forum.invitations.models import Invitation
from forum.letters.kinds import KINDS
from forum.questions import rules as question_rules
from forum.questions import service as questions
from forum.registrations import mails, places, queries, rules
from forum.registrations.models import (
    HOLDING,
    OVER,
    ChangedMeanwhile,
    OwnRegistration,
    Places,
    Registration,
    RegistrationForm,
    RegistrationNotFound,
    Status,
)
from forum.territories import service as territories
from schedule import signing_up


def email_key(email: str) -> str:
    """Return the key under which two spellings of an address are one."""
    return email.strip().casefold()


async def read_form(
    db: Db, edition: Edition, sent: Mapping[str, Any], *, whole: bool = True, at: datetime
) -> RegistrationForm:
    """Read what a browser or a program sent, held against what this edition offers.

    Unless it is `whole`, questions may be left open: who is registered by another answers later.

    Raises:
        Invalid: naming every field at fault, in the order of the form.
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
    if not whole:
        unanswered = {name: said for name, said in unanswered.items() if said != forms.NEEDED}
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
    wrong_days = rules.wrong_days(sent.get("days") or [], edition)
    if wrong_days:
        mistakes["days"] = wrong_days
    mistakes.update(territories.mistakes(_sent(sent, "organisation")))
    code = _sent(sent, "invitation")
    code = forms.line(code) if isinstance(code, str) else None
    if code and "invitation" not in errors:
        try:
            await invitations.look_up(db, edition.id, code, category=chosen["category"], at=at)
        except Invalid as invalid:
            mistakes.update(invalid.fields)
    errors = {**mistakes, **errors, **unanswered}
    if errors or form is None:
        before_consents = RegistrationForm.__struct_fields__[:-2]
        order = dict.fromkeys((*before_consents, *unanswered, *errors))
        raise Invalid(fields={name: errors[name] for name in order if name in errors})
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
) -> Registration:
    """Give `form` a place at the forum, or a turn on the waiting list once it is full.

    The registration, its consents, its ticket and its e-mail are stored together or not at all.
    An address that is registered already gets its e-mail again (not twice within five minutes), so
    that the answer never tells who is registered.

    The form comes from `read_form`, which holds it against the edition.

    Raises:
        Invalid: the edition has no such category.
        OptionFull: an answer needs a place that somebody else has just taken.
        RegistrationClosed: the edition or the category takes no registrations at `at`.
    """
    async with db.transaction():
        registration, _ = await add(db, edition, form, ATTENDEE, at=at, ids=ids)
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
    """Register all of `forms` or none, by the organisers' word; say for each whether it is new.

    Nobody has to approve them. Without `announce` nobody is written to. The forms were held
    against the edition before.

    Raises:
        RegistrationClosed: the edition or a category takes no registrations at `at`.
    """
    origin = Origin(actor="attendee" if announce else "import", announce=announce, trusted=True)
    async with db.transaction():
        return [await add(db, edition, form, origin, at=at, ids=ids) for form in forms]


class Origin(Struct, frozen=True, kw_only=True):
    """Where a registration comes from.

    `actor` is who registers, as the audit names them, and `action` and `detail` what it says.
    Without `announce` no e-mail is stored. `trusted`: no invitation is asked for, the organisers
    vouch for it; nobody approves it, unless `approval` is to be asked all the same. `beyond`: it is
    confirmed at any time and without a place left, as that of somebody whom the programme needs.
    `group_id` is the group that it belongs to.
    """

    actor: str = "attendee"
    action: str = "registered"
    detail: dict[str, Any] = {}
    announce: bool = True
    trusted: bool = False
    approval: bool = False
    beyond: bool = False
    group_id: UUID | None = None


ATTENDEE = Origin()


async def add(
    db: Db, edition: Edition, form: RegistrationForm, origin: Origin, *, at: datetime, ids: Ids
) -> tuple[Registration, bool]:
    """Register one person in the caller's transaction; say whether the registration is new.

    Raises:
        Invalid: no such category, or the invitation opens nothing.
        RegistrationClosed: the edition or the category takes no registrations at `at`.
    """
    held = await queries.lock_places(db, edition.id, form.category)
    if held is None:
        raise Invalid(fields={"category": "Choose one of the categories offered."})
    invitation = await _invitation(db, edition, form, at=at)
    if origin.trusted:
        held = trusted(held, approval=origin.approval)
    status = Status.CONFIRMED if origin.beyond else rules.place(held, at=at, invitation=invitation)
    known = None
    if form.email:  # many have none
        known = await queries.find_by_email(db, edition.id, email_key(form.email))
    if known is not None:
        return await _known(db, edition, known, held, invitation, origin, at=at, ids=ids), False
    if invitation is not None:
        await invitations.redeem(db, edition.id, invitation.id, category=form.category, at=at)
    turn = await queries.take_turn(db, edition.id) if status is Status.WAITING else None
    registration = new_registration(edition, form, status, turn, origin, at=at, ids=ids)
    registration = msgspec.structs.replace(
        registration,
        counted=rules.has_room(held) if origin.beyond else rules.is_counted(held, invitation),
        invitation_id=None if invitation is None else invitation.id,
    )
    await queries.insert_registration(db, registration, *keys_of(registration))
    if form.consents:
        await queries.insert_consents(db, edition.id, registration.id, form.consents, at)
    if form.answers:
        await questions.store_answers(db, edition.id, registration.id, form.answers, at=at)
    ticket = None
    if status is Status.CONFIRMED:
        ticket = await admit(db, edition, registration, held.number, at=at, ids=ids)
    if origin.announce:
        asks = origin != ATTENDEE  # whoever fills the form in has answered all that is required
        await announce(db, registration, held.category_name, ticket, asks=asks, at=at, ids=ids)
    told = {**origin.detail, "status": status}
    await note(db, registration, origin.action, actor=origin.actor, at=at, ids=ids, **told)
    return registration, True


def trusted(held: Places, *, approval: bool) -> Places:
    """Return the places as they are for somebody for whom the organisers vouch."""
    return msgspec.structs.replace(held, approval=held.approval and approval, invitation_only=False)


async def _known(
    db: Db,
    edition: Edition,
    known: Registration,
    held: Places,
    invitation: Invitation | None,
    origin: Origin,
    *,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Answer an address that is registered: an invitation may help it on, else it is told again."""
    if invitation is not None and known.category == held.category:
        lifted = await _lift(db, edition, known, held, invitation, origin, at=at, ids=ids)
        if lifted is not None:
            return lifted
    if origin.announce and rules.may_mail_again(known.mailed_at, at):
        await mail_again(db, edition, known, at=at, ids=ids)
    return known


async def _lift(
    db: Db,
    edition: Edition,
    known: Registration,
    held: Places,
    invitation: Invitation,
    origin: Origin,
    *,
    at: datetime,
    ids: Ids,
) -> Registration | None:
    """Let an invitation help on who waits or is to be approved; None where it cannot."""
    if not rules.lifts(known.status, invitation):
        return None
    await invitations.redeem(db, edition.id, invitation.id, category=known.category, at=at)
    counted = rules.is_counted(held, invitation)
    status = rules.seat(held, invitation)
    lifted = await stand(
        db, edition, known, held, status, counted=counted, invitation=invitation.id, at=at, ids=ids
    )
    await note(db, lifted, "invited", actor=origin.actor, at=at, ids=ids, status=status)
    return lifted


async def stand(
    db: Db,
    edition: Edition,
    before: Registration,
    held: Places,
    status: Status,
    *,
    counted: bool = True,
    invitation: UUID | None = None,
    kind: str | None = None,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Move a registration that held no place to `status`, confirmed or waiting, and say so.

    `kind` is the letter that tells the confirmed; those who wait are told their turn.
    """
    turn = await queries.take_turn(db, edition.id) if status is Status.WAITING else None
    after = await queries.set_status(
        db, edition.id, before.id, status, at, turn=turn, counted=counted, invitation_id=invitation
    )
    if after is None:
        raise RegistrationNotFound
    ticket = None
    if status is Status.CONFIRMED:
        ticket = await admit(db, edition, after, held.number, at=at, ids=ids)
    told = (kind or "promoted") if ticket is not None else None
    await announce(db, after, held.category_name, ticket, kind=told, at=at, ids=ids)
    return after


async def _invitation(
    db: Db, edition: Edition, form: RegistrationForm, *, at: datetime
) -> Invitation | None:
    if form.invitation is None:
        return None
    return await invitations.look_up(db, edition.id, form.invitation, category=form.category, at=at)


def new_registration(
    edition: Edition,
    form: RegistrationForm,
    status: Status,
    turn: int | None,
    origin: Origin,
    *,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Return a new registration, not stored yet."""
    organisation = territories.settle(form.organisation, form.organisation_code)
    return Registration(
        edition_id=edition.id,
        id=ids.uuid(at),
        reference=ids.reference(),
        given_name=form.given_name,
        family_name=form.family_name,
        email=form.email,
        organisation=organisation.name,
        organisation_code=organisation.code,
        job_title=form.job_title,
        category=form.category,
        language=form.language or edition.language,
        status=status,
        turn=turn,
        days=rules.days_mask(form.days, edition),
        group_id=origin.group_id,
        mail_version=1,
        mailed_at=at,
        created_at=at,
        changed_at=at,
    )


def keys_of(registration: Registration) -> tuple[str, str, str]:
    """Return what a registration is found and sorted by: the keys of e-mail, name and words.

    Among the words is a mark where the badge would lack characters, for organisers to see in time.
    """
    words = [
        registration.name,
        registration.organisation,
        registration.email,
        registration.reference,
    ]
    lacking = rules.unprintable(
        registration.given_name,
        registration.family_name,
        registration.organisation,
        registration.job_title,
    )
    return (
        email_key(registration.email),
        sort_key(registration.family_name, registration.given_name),
        f"{search_key(words)} {rules.BADGE_TO_CHECK}" if lacking else search_key(words),
    )


async def admit(
    db: Db,
    edition: Edition,
    registration: Registration,
    category_number: int,
    *,
    at: datetime,
    ids: Ids,
) -> Ticket:
    """Take the place of a registration that is confirmed, and issue its ticket."""
    if registration.counted:
        await queries.count_place(db, edition.id, registration.category, 1)
    return await tickets.issue(
        db, edition, registration.id, category_number, days=registration.days, at=at, ids=ids
    )


async def note(
    db: Db,
    registration: Registration,
    action: str,
    *,
    changed: bool = True,
    actor: str,
    at: datetime,
    ids: Ids,
    **detail: Any,
) -> None:
    """Record a deed on a registration, in its transaction, with the revision that it led to.

    `changed` False: the registration itself stays as it was.
    """
    await audit.record(
        db,
        edition_id=registration.edition_id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=registration.id,
        detail={"revision": registration.revision, **detail} if changed else detail,
    )


async def mail_again(
    db: Db, edition: Edition, registration: Registration, *, at: datetime, ids: Ids
) -> None:
    """Store the letter that says where a registration stands, once more."""
    version = await queries.count_mail(db, edition.id, registration.id, at)
    ticket = await tickets.find(db, edition.id, registration.id)
    again = msgspec.structs.replace(registration, mail_version=version)
    await announce(db, again, await _category_name(db, again), ticket, at=at, ids=ids)


STANDING = {
    Status.PENDING: "received",
    Status.CONFIRMED: "confirmed",
    Status.WAITING: "waiting",
    Status.OFFERED: "offer",
    Status.CANCELLED: "cancelled",
    Status.REFUSED: "refused",
}
"""The kind of the letter that says where a registration stands."""


async def announce(
    db: Db,
    registration: Registration,
    category_name: Text,
    ticket: Ticket | None,
    *,
    kind: str | None = None,
    asks: bool = True,
    at: datetime,
    ids: Ids,
    **more: Any,
) -> None:
    """Store the e-mail that says where a registration stands, or what became of it (`kind`).

    It names the required questions that are still open, if its kind does; `asks` False: there are
    none. `more` is what `mails.letter` takes beside: a reason, a new holder, whether a place was
    held.
    """
    line = await _line(db, registration)
    kind = kind or STANDING[registration.status]
    still_open: Sequence[Text] = ()
    if asks and "questions" in KINDS[kind].placeholders:
        still_open = await _open_questions(db, registration, at=at)
    letter = mails.letter(
        kind,
        registration,
        category_name,
        ticket,
        ids.uuid(at),
        line=line,
        questions=still_open,
        **more,
    )
    await outbox.put(db, letter, at=at)


async def _open_questions(db: Db, registration: Registration, *, at: datetime) -> Sequence[Text]:
    """Return the questions that a letter asks to answer: none once answers cannot be changed."""
    found = await questions.open_questions(db, registration.edition_id, registration.id)
    if not found:
        return ()
    edition = await edition_service.by_id(db, registration.edition_id)
    terms = await editions.read_terms(db, edition.id)
    may = rules.may_change(terms.changes_until, registration.status, edition, at)
    return found if may else ()


@retried
async def send_link(db: Db, edition: Edition, email: str, *, at: datetime, ids: Ids) -> None:
    """Send the link of a registration to its address again, at most every five minutes.

    Nothing tells the caller whether somebody is registered under the address.
    """
    async with db.transaction():
        known = await queries.find_by_email(db, edition.id, email_key(email))
        if known is None or not rules.may_mail_again(known.mailed_at, at):
            return
        version = await queries.count_mail(db, edition.id, known.id, at)
        again = msgspec.structs.replace(known, mail_version=version)
        name = await _category_name(db, again)
        ticket = await tickets.find(db, edition.id, known.id)
        await announce(db, again, name, ticket, kind="link", at=at, ids=ids)


async def _line(db: Db, registration: Registration) -> int | None:
    if registration.turn is None:
        return None
    return await queries.place_in_line(
        db, registration.edition_id, registration.category, registration.turn
    )


@retried
async def cancel(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    *,
    revision: int | None = None,
    actor: str = "attendee",
    reason: str = "",
    announced: bool = True,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Cancel a registration: revoke its ticket, free its place, promote the next in line.

    Cancelling what is cancelled or refused changes nothing and says so by its answer. `reason`
    stands in the e-mail, unless nobody is to be told (`announced`).

    Raises:
        ChangedMeanwhile: it is no longer at `revision`.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        before, held = await locked(db, edition, registration_id, revision=revision)
        if before.status in OVER:
            return before
        after = await end(db, edition, before, Status.CANCELLED, at=at, ids=ids)
        if announced:
            name = held.category_name
            gone = before.status is Status.CONFIRMED
            await announce(
                db, after, name, None, kind="cancelled", reason=reason, held=gone, at=at, ids=ids
            )
        await note(db, after, "cancelled", actor=actor, at=at, ids=ids, status=before.status)
        await places.promote(db, edition, at=at, ids=ids)
    return after


async def locked(
    db: Db, edition: Edition, registration_id: UUID, *, revision: int | None = None
) -> tuple[Registration, Places]:
    """Lock the places that a registration may hold, and return it as it stands then.

    Raises:
        ChangedMeanwhile: it is no longer at `revision`, which its reader saw.
        RegistrationNotFound: there is none of this id.
    """
    found = await queries.find(db, edition.id, registration_id)
    if found is None:
        raise RegistrationNotFound
    held = await queries.lock_places(db, edition.id, found.category)
    now = await queries.find(db, edition.id, registration_id)
    if held is None or now is None:
        raise RegistrationNotFound
    if now.category != found.category:  # it moved while we waited for the lock
        held = await queries.lock_places(db, edition.id, now.category)
        if held is None:
            raise RegistrationNotFound
    if revision is not None and revision != now.revision:
        raise ChangedMeanwhile
    return now, held


async def end(
    db: Db, edition: Edition, before: Registration, status: Status, *, at: datetime, ids: Ids
) -> Registration:
    """End a registration in the caller's transaction: ticket, place and seats are gone."""
    after = await queries.set_status(db, edition.id, before.id, status, at, counted=before.counted)
    if after is None:
        raise RegistrationNotFound
    if before.status is Status.CONFIRMED:
        await tickets.revoke(db, edition.id, before.id, at=at)
        await signing_up.release_all(db, edition.id, before.id, at=at, ids=ids)
    if before.status in HOLDING and before.counted:
        await queries.count_place(db, edition.id, before.category, -1)
    await questions.release_answers(db, edition.id, before.id)
    return after


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
        organisation_code=found.organisation_code,
        job_title=found.job_title,
        category=found.category,
        category_name=await _category_name(db, found),
        language=found.language,
        status=found.status,
        place_in_line=await _line(db, found),
        days=rules.days_of(found.days, await edition_service.by_id(db, edition_id)),
        offer_until=found.offer_until,
        revision=found.revision,
    )


async def _category_name(db: Db, registration: Registration) -> Text:
    categories = await editions.list_categories(db, registration.edition_id)
    return next(c.name for c in categories if c.code == registration.category)
