"""The desk: who comes without a registration is let in at once. Each verb is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from badges import tickets
from forum.core import forms
from forum.core.context import Edition, EditionState
from forum.core.db import Db, retried
from forum.core.errors import Invalid, Problem
from forum.core.ids import Ids
from forum.core.text import sort_key
from forum.editions import queries as editions
from forum.registrations import listing_queries, queries, rules, service
from forum.registrations.listing import Row
from forum.registrations.models import (
    Code,
    Email,
    Line,
    Name,
    Registration,
    RegistrationClosed,
    RegistrationForm,
    Status,
)


class RegisteredAlready(Problem):
    """Somebody is registered by this address: here is their registration."""

    code = "registered_already"

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(fields={"reference": reference})


class Namesakes(Problem):
    """Somebody of this name and organisation is registered: say that this is another person."""

    code = "namesakes"

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [*rows]
        super().__init__(fields={"references": ", ".join(row.reference for row in rows)})


class NoPlaceLeft(Problem):
    """No place is left: an organiser may let the person in beyond the limits."""

    code = "no_place_left"


class WalkIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who stands at the desk. Without an address nothing is written to them.

    `another_person`: the namesakes were looked at. `beyond`: let in past the limits, which only an
    organiser says.
    """

    given_name: Name
    family_name: Name
    category: Code
    organisation: Line | None = None
    job_title: Line | None = None
    email: Email | None = None
    language: Code | None = None
    another_person: bool = False
    beyond: bool = False


async def read_form(db: Db, edition: Edition, sent: Mapping[str, Any]) -> WalkIn:
    """Read what the desk sent, held against what this edition offers.

    Raises:
        Invalid: naming every field at fault.
    """
    errors: dict[str, str] = {}
    form = None
    try:
        form = forms.parse(WalkIn, sent)
    except Invalid as invalid:
        errors = invalid.fields
    chosen = {name: _last(sent.get(name)) for name in ("category", "language")}
    mistakes = rules.mistakes(
        **chosen,
        consents=[],
        categories={one.code for one in await editions.list_categories(db, edition.id)},
        purposes=(),
        languages=edition.languages,
    )
    errors = {**mistakes, **errors}
    if errors or form is None:
        raise Invalid(fields=errors)
    return form


def _last(given: Any) -> Any:
    """Return one answer as it was sent; None for nothing."""
    one = given[-1] if isinstance(given, list) and given else given
    return (one.strip() if isinstance(one, str) else one) or None


@retried
async def walk_in(
    db: Db, edition: Edition, form: WalkIn, *, actor: str, at: datetime, ids: Ids
) -> Registration:
    """Confirm somebody at once, and issue the ticket.

    The dates of registration do not matter at the desk, nor do approval and invitations.

    Raises:
        RegisteredAlready: the address is registered.
        Namesakes: the name and the organisation are registered, and nobody said otherwise.
        NoPlaceLeft: the edition or the category is full, and nobody said to go beyond.
        RegistrationClosed: the edition is over for good.
    """
    if edition.state is EditionState.ARCHIVED:
        raise RegistrationClosed
    async with db.transaction():
        held = await queries.lock_places(db, edition.id, form.category)
        if held is None:
            raise Invalid(fields={"category": "Choose one of the categories offered."})
        await _not_twice(db, edition, form)
        room = rules.has_room(held)
        if not room and not form.beyond:
            raise NoPlaceLeft
        new = msgspec.structs.replace(_new(edition, form, actor, at=at, ids=ids), counted=room)
        await queries.insert_registration(db, new, *service.keys_of(new))
        ticket = await service.admit(db, edition, new, held.number, at=at, ids=ids)
        await service.announce(db, new, held.category_name, ticket, at=at, ids=ids)
        await service.note(
            db, new, "registered at the desk", actor=actor, at=at, ids=ids, beyond=not room
        )
    return new


def _new(edition: Edition, form: WalkIn, actor: str, *, at: datetime, ids: Ids) -> Registration:
    filled = RegistrationForm(
        given_name=form.given_name,
        family_name=form.family_name,
        email=form.email or "",
        category=form.category,
        organisation=form.organisation,
        job_title=form.job_title,
        language=form.language,
    )
    origin = service.Origin(actor=actor, trusted=True)
    return service.new_registration(edition, filled, Status.CONFIRMED, None, origin, at=at, ids=ids)


async def _not_twice(db: Db, edition: Edition, form: WalkIn) -> None:
    """Look for the person, while the lock on the places keeps others from coming in."""
    if form.email is not None:
        known = await queries.find_by_email(db, edition.id, service.email_key(form.email))
        if known is not None:
            raise RegisteredAlready(known.reference)
    if form.another_person:
        return
    key = sort_key(form.family_name, form.given_name)
    namesakes = await listing_queries.list_namesakes(db, edition.id, key, form.organisation)
    if namesakes:
        raise Namesakes(namesakes)


@retried
async def send_link(
    db: Db, edition: Edition, row: Row, *, actor: str, at: datetime, ids: Ids
) -> bool:
    """Send somebody their link again; say whether it goes out now.

    It does not within five minutes of their last letter, nor to somebody without an address.
    """
    async with db.transaction():
        before, held = await service.locked(db, edition, row.id)
        if not before.email or not rules.may_mail_again(before.mailed_at, at):
            return False
        version = await queries.count_mail(db, edition.id, before.id, at)
        again = msgspec.structs.replace(before, mail_version=version)
        ticket = None
        if before.status is Status.CONFIRMED:
            ticket = await tickets.find(db, edition.id, before.id)
        await service.announce(db, again, held.category_name, ticket, kind="link", at=at, ids=ids)
        await service.note(db, before, "link sent", changed=False, actor=actor, at=at, ids=ids)
    return True
