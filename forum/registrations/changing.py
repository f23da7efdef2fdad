"""What changes in a registration: corrected, moved, passed on. Each verb is one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from badges import tickets
from badges.models import Ticket
from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.text import Text
from forum.editions import queries as editions
from forum.editions import rules as edition_rules
from forum.questions import service as questions
from forum.registrations import places, queries, rules, service
from forum.registrations.models import (
    HOLDING,
    CategoryFull,
    Change,
    ChangesClosed,
    NotPossible,
    Places,
    Registration,
    RegistrationForm,
    RegistrationNotFound,
    Status,
    Successor,
    TransferRefused,
)
from forum.territories import service as territories
from schedule import signing_up

ON_THE_BADGE = ("given_name", "family_name", "organisation", "job_title")
KEYS = "registration_email_key"


@retried
async def change(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    wanted: Change,
    *,
    answers: dict[str, Any] | None = None,
    revision: int | None = None,
    by_staff: bool = False,
    beyond: bool = False,
    actor: str = "attendee",
    announced: bool = True,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Change what `wanted` says of a registration; its ticket, its place and its badge follow.

    An attendee may do so until changes close, keeps the e-mail address, and moves only into a
    category that allows it; the organisers' team (`by_staff`) may do all, past the limits too
    (`beyond`). Who waits keeps the turn. `answers` take the place of all answers given before; they
    were held against the edition's questions (`questions.rules.read_answers`). What is the same
    already changes nothing.

    Raises:
        Invalid: naming the fields at fault.
        ChangesClosed: an attendee comes too late.
        ChangedMeanwhile: it is no longer at `revision`.
        CategoryFull: the other category has no place left.
        NotPossible: it was cancelled or refused.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        before, held = await service.locked(db, edition, registration_id, revision=revision)
        await _may(db, edition, before, by_staff=by_staff, at=at)
        after = await _changed(db, edition, before, wanted, by_staff=by_staff)
        answered = await _differ(db, before, answers)
        if after == before and not answered:
            return before
        target = held
        if after.category != before.category:
            after, target = await _moved(
                db, edition, before, after, by_staff=by_staff, beyond=beyond, at=at
            )
        with refused(KEYS, Invalid(fields={"email": "Somebody is registered by this address."})):
            stored = await queries.change_registration(db, after, *service.keys_of(after), at)
        if stored is None:
            raise RegistrationNotFound
        if answered:
            await questions.store_answers(db, edition.id, before.id, answers or {}, at=at)
        ticket = await _ticket(db, edition, before, stored, target, at=at)
        if before.days != stored.days:
            await signing_up.release_other_days(db, edition.id, stored.id, at=at, ids=ids)
        if announced:
            await service.announce(
                db, stored, target.category_name, ticket, kind="changed", at=at, ids=ids
            )
        await service.note(
            db,
            stored,
            "changed",
            actor=actor,
            at=at,
            ids=ids,
            fields=_differing(before, after) + ["answers"] * answered,
        )
        if before.category != stored.category:
            await places.promote(db, edition, at=at, ids=ids)
    return stored


async def _differ(db: Db, before: Registration, answers: dict[str, Any] | None) -> bool:
    """Say whether answers are given that are not those stored."""
    if answers is None:
        return False
    stored = await questions.answers_of(db, before.edition_id, before.id, private=True)
    return answers != stored


async def _may(
    db: Db, edition: Edition, before: Registration, *, by_staff: bool, at: datetime
) -> None:
    if before.status in {Status.CANCELLED, Status.REFUSED}:
        raise NotPossible
    terms = await editions.read_terms(db, edition.id)
    if not by_staff and not rules.may_change(terms.changes_until, before.status, edition, at):
        raise ChangesClosed


async def _changed(
    db: Db, edition: Edition, before: Registration, wanted: Change, *, by_staff: bool
) -> Registration:
    """Return the registration with what is wanted of it.

    Raises:
        Invalid: naming the fields at fault.
    """
    given = {
        name: value
        for name in wanted.__struct_fields__
        if (value := getattr(wanted, name)) is not UNSET
    }
    errors: dict[str, str] = {}
    if given.get("language", edition.languages[0]) not in edition.languages:
        errors["language"] = N_("Choose one of the languages offered.")
    if "email" in given and not by_staff and given["email"] != before.email:
        errors["email"] = N_("The address stays: pass the place on, or ask the organisers.")
    if "days" in given:
        errors.update(_wrong_days(given["days"], edition))
    if "organisation" in given:
        errors.update(territories.mistakes(given["organisation"]))
    known = {one.code for one in await editions.list_categories(db, edition.id)}
    if given.get("category", before.category) not in known:
        errors["category"] = N_("Choose one of the categories offered.")
    if errors:
        raise Invalid(fields=errors)
    if "days" in given:
        given["days"] = rules.days_mask(given["days"], edition)
    if "organisation" in given and given["organisation"] != before.organisation:
        settled = territories.settle(given["organisation"])
        given.update(organisation=settled.name, organisation_code=settled.code)
    return msgspec.structs.replace(before, **given)


def _wrong_days(days: list[object], edition: Edition) -> dict[str, str]:
    wrong = rules.wrong_days([str(day) for day in days], edition)
    return {"days": wrong} if wrong else {}


async def _moved(
    db: Db,
    edition: Edition,
    before: Registration,
    after: Registration,
    *,
    by_staff: bool,
    beyond: bool,
    at: datetime,
) -> tuple[Registration, Places]:
    """Move a registration into another category, its place with it.

    Raises:
        Invalid: an attendee may not move there by themselves.
        CategoryFull: it has no place left.
    """
    target = await queries.lock_places(db, edition.id, after.category)
    if target is None:
        raise RegistrationNotFound
    free = target.self_change and not target.approval and not target.invitation_only
    if not by_staff and not (free and edition_rules.takes(target.opening, at)):
        raise Invalid(fields={"category": "Only the organisers move you into this category."})
    if before.status not in HOLDING:
        return after, target
    if before.counted:
        await queries.count_place(db, edition.id, before.category, -1)
    now = await queries.lock_places(db, edition.id, after.category)
    if now is None:
        raise RegistrationNotFound
    room = rules.has_room(now)
    if not room and not beyond:
        raise CategoryFull
    if room:
        await queries.count_place(db, edition.id, after.category, 1)
    return msgspec.structs.replace(after, counted=room), target


async def _ticket(
    db: Db,
    edition: Edition,
    before: Registration,
    after: Registration,
    target: Places,
    *,
    at: datetime,
) -> Ticket | None:
    """Return the ticket as it stands after a change, made anew where it says something else."""
    if after.status is not Status.CONFIRMED:
        return None
    if (before.category, before.days) != (after.category, after.days):
        return await tickets.reissue(db, edition, after.id, target.number, days=after.days, at=at)
    if any(getattr(before, name) != getattr(after, name) for name in ON_THE_BADGE):
        await tickets.print_again(db, edition.id, after.id)
    return await tickets.find(db, edition.id, after.id)


def _differing(before: Registration, after: Registration) -> list[str]:
    return [
        name for name in Change.__struct_fields__ if getattr(before, name) != getattr(after, name)
    ]


@retried
async def transfer(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    successor: Successor,
    *,
    by_staff: bool = False,
    actor: str = "attendee",
    at: datetime,
    ids: Ids,
) -> Registration:
    """Pass a confirmed place on to a colleague; return the colleague's registration.

    The place changes hands in one transaction and nobody who waits is passed over by it, nor gets
    it. Seats in sessions go with it. The colleague has an own reference, link and ticket, and is
    asked the questions anew; the ticket and the link of the one who leaves open nothing any more.

    Raises:
        ChangesClosed: an attendee comes too late.
        NotPossible: the registration holds no confirmed place.
        TransferRefused: the address is registered already.
        RegistrationNotFound: there is none of this id.
    """
    async with db.transaction():
        before, held = await service.locked(db, edition, registration_id)
        await _may(db, edition, before, by_staff=by_staff, at=at)
        if before.status is not Status.CONFIRMED:
            raise NotPossible
        known = await queries.find_by_email(db, edition.id, service.email_key(successor.email))
        if known is not None:
            raise TransferRefused
        new = _successor(edition, before, successor, at=at, ids=ids)
        await signing_up.pass_on(db, edition.id, before.id, new.id, at=at, ids=ids)
        left = await service.end(db, edition, before, Status.CANCELLED, at=at, ids=ids)
        await queries.insert_registration(db, new, *service.keys_of(new))
        ticket = await service.admit(db, edition, new, held.number, at=at, ids=ids)
        name: Text = held.category_name
        await service.announce(
            db, left, name, None, kind="transferred", new_holder=new.name, held=True,
            at=at, ids=ids,
        )  # fmt: skip
        await service.announce(db, new, name, ticket, at=at, ids=ids)
        await service.note(db, left, "transferred", actor=actor, at=at, ids=ids, to=new.reference)
        await service.note(
            db, new, "registered", actor=actor, at=at, ids=ids, status=new.status,
            instead_of=left.reference,
        )  # fmt: skip
    return new


def _successor(
    edition: Edition, before: Registration, successor: Successor, *, at: datetime, ids: Ids
) -> Registration:
    form = RegistrationForm(
        category=before.category,
        language=before.language,
        **msgspec.structs.asdict(successor),
    )
    origin = service.Origin(group_id=before.group_id)
    new = service.new_registration(edition, form, Status.CONFIRMED, None, origin, at=at, ids=ids)
    return msgspec.structs.replace(new, days=before.days, counted=before.counted)
