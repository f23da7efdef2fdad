"""What attendees do alone with their registration, by the link in their e-mail, or by the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Response
from msgspec import UNSET, Struct, UnsetType

from forum.core import forms
from forum.core.blobs import Blobs
from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound
from forum.core.i18n import N_
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.settings import Settings
from forum.core.text import pick
from forum.core.web import (
    PRIVATE,
    AnyRequest,
    AnyResponse,
    Given,
    disposition,
    form_fields,
    json_object,
)
from forum.editions import queries as editions
from forum.editions import rules as edition_rules
from forum.editions import service as edition_service
from forum.editions.models import Category, Terms
from forum.questions import rules as question_rules
from forum.questions import service as questions
from forum.questions import views as question_views
from forum.questions.models import LARGEST_FORM, Question
from forum.questions.routes import fields_and_files
from forum.registrations import changing, ics, offers, queries, rules, service
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import (
    OVER,
    Change,
    ChangedMeanwhile,
    Code,
    Line,
    Name,
    OwnRegistration,
    RegistrationNotFound,
    Status,
    Successor,
    TransferRefused,
)

PER_MINUTE = 20
MAY_GO = frozenset({"organisation", "job_title"})
"""The texts that a registration can do without."""
NEEDED = frozenset({"given_name", "family_name", "email", "language", "category"})


class EditForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page of corrections sends; `revision` is that of the registration it showed."""

    given_name: Name
    family_name: Name
    organisation: Line | None = None
    job_title: Line | None = None
    language: Code | UnsetType = UNSET
    category: Code | UnsetType = UNSET
    days: list[str] | UnsetType = UNSET
    revision: int


# The API


@patch("/api/me/registration", tags=["registrations"], summary="Change one's own registration")
async def change_own(
    request: AnyRequest,
    attendee: Given[Attendee],
    db: Given[Db],
    blobs: Given[Blobs],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[OwnRegistration]:
    """Change the registration of the bearer of the key; `If-Match` holds it to a revision.

    What is left out stays, answers too; null takes an answer or a text away.
    """
    edition = await edition_service.by_id(db, attendee.edition_id)
    sent, given = question_rules.sent_answers(await json_object(request))
    wanted = read_change(sent)
    answers = None
    if given != {}:
        answers = await _answers_by_program(db, attendee, wanted, given)
        await questions.keep_files(blobs, given, answers)
    await changing.change(
        db,
        edition,
        attendee.registration_id,
        wanted,
        answers=answers,
        revision=revision_of(request.headers.get("if-match")),
        at=now,
        ids=ids,
    )
    own = await service.own(db, attendee.edition_id, attendee.registration_id)
    return Response(own, headers={"etag": f'"{own.revision}"', "cache-control": PRIVATE})


@post(
    "/api/me/registration/acceptance",
    tags=["registrations"],
    summary="Accept an offered place",
    status_code=201,
)
async def accept_own(
    attendee: Given[Attendee],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> OwnRegistration:
    """Accept the place offered to the bearer of the key; accepting again changes nothing."""
    edition = await edition_service.by_id(db, attendee.edition_id)

    async def accept() -> OwnRegistration:
        await offers.accept(db, edition, attendee.registration_id, at=now, ids=ids)
        return await service.own(db, attendee.edition_id, attendee.registration_id)

    return await once(OwnRegistration, accept)


async def _answers_by_program(
    db: Db, attendee: Attendee, wanted: Change, given: Any
) -> dict[str, Any]:
    """Return all answers as they are to be: those given, and those before that were left out.

    Raises:
        Invalid: naming every answer at fault.
    """
    own = await service.own(db, attendee.edition_id, attendee.registration_id)
    before = await questions.answers_of(
        db, attendee.edition_id, attendee.registration_id, private=True
    )
    texts = {code: value for code, value in before.items() if not isinstance(value, dict)}
    answers, mistakes = question_rules.read_answers(
        await questions.list_questions(db, attendee.edition_id),
        category=own.category if wanted.category is UNSET else wanted.category,
        sent={**texts, **given} if isinstance(given, Mapping) else given,
        before=before,
    )
    if mistakes:
        raise Invalid(fields=mistakes)
    return answers


def read_change(sent: Mapping[str, Any]) -> Change:
    """Read what a program wants changed: what it leaves out stays, null takes a text away.

    Raises:
        Invalid: naming every field at fault.
    """
    emptied = {name for name, value in sent.items() if value in (None, "")}
    errors = dict.fromkeys(emptied & NEEDED, forms.NEEDED)
    try:
        wanted = forms.parse(Change, sent)
    except Invalid as invalid:
        raise Invalid(fields={**errors, **invalid.fields}) from invalid
    if errors:
        raise Invalid(fields=errors)
    return msgspec.structs.replace(wanted, **dict.fromkeys(emptied & MAY_GO))


def revision_of(if_match: str | None) -> int | None:
    """Return the revision that an If-Match names (RFC 9110, 13.1.1); None where it names none.

    Raises:
        ChangedMeanwhile: the tag is none of ours, so that nothing can match it.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix('"').removesuffix('"')
    if not tag.isascii() or not tag.isdigit():
        raise ChangedMeanwhile
    return int(tag)


# The pages


@get("/me/{key:str}/edit", include_in_schema=False)
async def edit_page(
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Show what may be corrected, filled in."""
    desk = await Desk.at(db, keys, key, now)
    return desk.edit(page, sent=desk.filled(), errors={})


@post(
    "/me/{key:str}/edit",
    include_in_schema=False,
    request_max_body_size=LARGEST_FORM,
    middleware=[limited("edit", per_minute=PER_MINUTE)],
)
async def edit(
    request: AnyRequest,
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
    blobs: Given[Blobs],
    once: Given[Once],
) -> AnyResponse | Redirect:
    """Correct a registration; show the page again, with every mistake marked, when it has any."""
    desk = await Desk.at(db, keys, key, now)
    sent = await fields_and_files(request)
    try:
        form, answers = desk.read(sent)
        await questions.keep_files(blobs, question_rules.sent_answers(sent)[1], answers)
        wanted = desk.change(form)

        async def change() -> None:
            await changing.change(
                db,
                desk.edition,
                desk.attendee.registration_id,
                wanted,
                answers=answers,
                revision=form.revision,
                at=now,
                ids=ids,
            )

        await once(type(None), change)
    except Invalid as invalid:
        return desk.edit(page, sent=sent, errors=invalid.fields, status=422)
    except ChangedMeanwhile as problem:
        now_it_says = await Desk.at(db, keys, key, now)
        return now_it_says.edit(page, sent=sent, errors={}, status=problem.status, meanwhile=True)
    return Redirect(f"/me/{key}?done=changed", status_code=303)


@get("/me/{key:str}/transfer", include_in_schema=False)
async def transfer_page(
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Ask who takes the place over."""
    desk = await Desk.at(db, keys, key, now)
    return desk.transfer(page, sent={}, errors={})


@post(
    "/me/{key:str}/transfer",
    include_in_schema=False,
    middleware=[limited("transfer", per_minute=PER_MINUTE)],
)
async def transfer(
    request: AnyRequest,
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
    once: Given[Once],
) -> AnyResponse | Redirect:
    """Pass the place on; the link in hand then shows a registration that has ended."""
    desk = await Desk.at(db, keys, key, now)
    sent = await form_fields(request)
    try:
        successor = forms.parse(Successor, sent)

        async def hand_over() -> None:
            person = desk.attendee.registration_id
            await changing.transfer(db, desk.edition, person, successor, at=now, ids=ids)

        await once(type(None), hand_over)
    except Invalid as invalid:
        return desk.transfer(page, sent=sent, errors=invalid.fields, status=422)
    except TransferRefused as problem:
        return desk.transfer(page, sent=sent, errors={"email": problem.message}, status=422)
    return Redirect(f"/me/{key}?done=transferred", status_code=303)


@post(
    "/me/{key:str}/accept",
    include_in_schema=False,
    middleware=[limited("accept", per_minute=PER_MINUTE)],
)
async def accept(
    key: FromPath[str],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
) -> Redirect:
    """Accept the place that is offered."""
    attendee = keys.read(key)
    edition = await edition_service.by_id(db, attendee.edition_id)
    await offers.accept(db, edition, attendee.registration_id, at=now, ids=ids)
    return Redirect(f"/me/{key}?done=accepted", status_code=303)


@get("/me/{key:str}/forum.ics", include_in_schema=False)
async def own_calendar(
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Send the days of attendance for the attendee's own calendar; what was given up says so."""
    attendee = keys.read(key)
    edition = await edition_service.by_id(db, attendee.edition_id)
    found = await queries.find(db, edition.id, attendee.registration_id)
    if found is None:
        raise RegistrationNotFound
    if found.status not in {Status.CONFIRMED, *OVER}:
        raise NotFound("There is no place yet: an e-mail brings the dates with it.")
    attendance = ics.Attendance(
        registration_id=found.id,
        reference=found.reference,
        days=rules.days_of(found.days, edition),
        revision=found.revision,
        changed_at=found.changed_at,
        given_up=found.status in OVER,
    )
    return Response(
        ics.calendar(edition, attendance, language=page.language, base_url=settings.base_url),
        media_type=ics.MEDIA_TYPE,
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{edition.slug}.ics"),
        },
    )


class Desk:
    """One attendee before their own registration: what it says, and what may be done with it."""

    def __init__(
        self,
        attendee: Attendee,
        key: str,
        edition: Edition,
        own: OwnRegistration,
        terms: Terms,
        categories: list[Category],
        asked: list[Question],
        answers: dict[str, Any],
        now: datetime,
    ) -> None:
        self.attendee, self.key, self.edition, self.own = attendee, key, edition, own
        self.terms, self.categories, self.now = terms, categories, now
        self.asked, self.answers = asked, answers

    @classmethod
    async def at(cls, db: Db, keys: AttendeeKeys, key: str, now: datetime) -> "Desk":
        """Open the registration of a key.

        Raises:
            RegistrationNotFound: the key is nobody's.
        """
        attendee = keys.read(key)
        edition = await edition_service.by_id(db, attendee.edition_id)
        own = await service.own(db, attendee.edition_id, attendee.registration_id)
        terms = await editions.read_terms(db, edition.id)
        categories = await editions.list_categories(db, edition.id)
        asked = await questions.list_questions(db, edition.id)
        answers = await questions.answers_of(db, edition.id, attendee.registration_id, private=True)
        return cls(attendee, key, edition, own, terms, categories, asked, answers, now)

    @property
    def may_change(self) -> bool:
        """Whether it may still be corrected by the attendee."""
        return rules.may_change(self.terms.changes_until, self.own.status, self.edition, self.now)

    @property
    def may_transfer(self) -> bool:
        """Whether the place may be passed on by the attendee."""
        return self.may_change and self.own.status is Status.CONFIRMED

    @property
    def choices(self) -> list[Category]:
        """The categories that the attendee may be in: their own, and those they may move into."""
        return [
            one
            for one in self.categories
            if one.code == self.own.category
            or (
                one.self_change
                and not one.approval
                and not one.invitation_only
                and edition_rules.takes(one, self.now)
            )
        ]

    def read(self, sent: Mapping[str, Any]) -> tuple[EditForm, dict[str, Any]]:
        """Read the form of corrections and the answers in it.

        Raises:
            Invalid: naming every field at fault.
        """
        others, given = question_rules.sent_answers(sent)
        chosen = others.get("category") or [self.own.category]
        answers, mistakes = question_rules.read_answers(
            self.asked, category=chosen[-1], sent=given, before=self.answers
        )
        try:
            form = forms.parse(EditForm, others)
        except Invalid as invalid:
            raise Invalid(fields={**invalid.fields, **mistakes}) from invalid
        if mistakes:
            raise Invalid(fields=mistakes)
        return form, answers

    def filled(self) -> dict[str, list[str]]:
        """Return the registration as the form would send it."""
        own = self.own
        return {
            "given_name": [own.given_name],
            "family_name": [own.family_name],
            "organisation": [own.organisation or ""],
            "job_title": [own.job_title or ""],
            "language": [own.language],
            "category": [own.category],
            "days": [day.isoformat() for day in own.days],
        }

    def change(self, form: EditForm) -> Change:
        """Return what a form wants different.

        Raises:
            Invalid: no day is chosen, or a day of another forum.
        """
        values = {
            name: getattr(form, name)
            for name in form.__struct_fields__
            if name not in {"revision", "days"}
        }
        if self.terms.asks_days:
            if form.days is UNSET:
                raise Invalid(fields={"days": N_("Choose one day or more.")})
            if wrong := rules.wrong_days(form.days, self.edition):
                raise Invalid(fields={"days": wrong})
            values["days"] = [day for day in self.edition.days if day.isoformat() in form.days]
        return Change(**values)

    def edit(
        self,
        page: Page,
        *,
        sent: dict[str, list[Any]],
        errors: Mapping[str, str],
        status: int = 200,
        meanwhile: bool = False,
    ) -> AnyResponse:
        """Answer with the page of corrections."""
        others, given = question_rules.sent_answers(sent)
        answers = given if sent.keys() - self.filled().keys() else self.answers
        return self._page(
            page,
            "registrations/edit.html",
            status=status,
            sent={name: values[-1] for name, values in others.items() if values},
            chosen_days=sent.get("days", []),
            errors={name: page.words.say(said) for name, said in errors.items()},
            questions=self.asked,
            question_places=question_views.places(self.asked, page.language),
            typed=question_views.typed(answers),
            kept=question_views.kept(self.answers),
            names={one.code: pick(one.name, page.language) for one in self.categories},
            categories=self.choices,
            asks_days=self.terms.asks_days,
            meanwhile=meanwhile,
        )

    def transfer(
        self,
        page: Page,
        *,
        sent: dict[str, list[str]],
        errors: Mapping[str, str],
        status: int = 200,
    ) -> AnyResponse:
        """Answer with the page that asks who takes the place over."""
        return self._page(
            page,
            "registrations/transfer.html",
            status=status,
            sent={name: values[-1] for name, values in sent.items() if values},
            errors={name: page.words.gettext(said) for name, said in errors.items()},
        )

    def _page(self, page: Page, name: str, *, status: int, **context: Any) -> AnyResponse:
        return page(
            name,
            self.edition,
            status=status,
            own=self.own,
            key=self.key,
            may_change=self.may_change,
            may_transfer=self.may_transfer,
            changes_until=self.terms.changes_until,
            **context,
        )


HANDLERS: list[HTTPRouteHandler] = [
    change_own,
    accept_own,
    edit_page,
    edit,
    transfer_page,
    transfer,
    accept,
    own_calendar,
]
"""Served by the router of `routes.py`: two routers cannot share an address."""
