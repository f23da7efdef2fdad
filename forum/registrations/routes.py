"""Registrations over HTTP: the pages and the API call the same verbs."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Router, delete, get, post
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges import qr, tickets
from badges.keys import Keyring
from forum.core.blobs import Blobs
from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound, Unauthenticated
from forum.core.i18n import N_, Words, words
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.web import (
    PRIVATE,
    AnyRequest,
    AnyResponse,
    Given,
    disposition,
    json_object,
)
from forum.editions import queries as editions
from forum.editions import service as edition_service
from forum.editions.routes import public_categories
from forum.invitations import queries as invitations
from forum.questions import rules as question_rules
from forum.questions import service as questions
from forum.questions import views as question_views
from forum.questions.models import LARGEST_FORM
from forum.questions.routes import fields_and_files
from forum.registrations import (
    attestations,
    consent_routes,
    consenting,
    documents,
    rules,
    service,
    team_api,
)
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import Accepted, OwnRegistration, RegistrationForm, Status
from forum.registrations.own_routes import HANDLERS, Desk
from forum.registrations.session_routes import HANDLERS as SESSION_HANDLERS
from forum.registrations.session_routes import SeatsDesk
from forum.registrations.wallet_routes import HANDLERS as WALLET_HANDLERS
from forum.registrations.wallet_routes import Wallet

PER_MINUTE = 30
TICKET_SCALE = 10


# The API


@dataclass
class CreateOperation(Operation):
    """Describes the body of `create`, which reads it by itself to tell every mistake at once."""

    def __post_init__(self) -> None:
        """Say what the body holds (`RegistrationForm`)."""
        text = Schema(type=OpenAPIType.STRING)
        names = [one.name for one in msgspec.structs.fields(RegistrationForm)]
        properties: dict[str, Schema | Reference] = dict.fromkeys(names, text)
        properties["consents"] = Schema(type=OpenAPIType.ARRAY, items=text)
        properties["answers"] = Schema(type=OpenAPIType.OBJECT)
        properties["days"] = Schema(type=OpenAPIType.ARRAY, items=text)
        needed = [one.name for one in msgspec.structs.fields(RegistrationForm) if one.required]
        schema = Schema(
            type=OpenAPIType.OBJECT,
            properties=properties,
            required=needed,
            additional_properties=False,
        )
        self.request_body = RequestBody(
            required=True, content={"application/json": OpenAPIMediaType(schema=schema)}
        )


@post(
    "/api/editions/{edition_slug:str}/registrations",
    tags=["registrations"],
    summary="Register somebody",
    operation_class=CreateOperation,
    status_code=202,
    request_max_body_size=LARGEST_FORM,
    middleware=[limited("register", per_minute=PER_MINUTE)],
)
async def create(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
    blobs: Given[Blobs],
) -> Response[Accepted]:
    """Register one attendee; the answer is always the same, the e-mail says what became of it."""
    body = await json_object(request)
    form = await service.read_form(db, edition, body, at=now)
    await questions.keep_files(blobs, question_rules.sent_answers(body)[1], form.answers)

    async def register() -> Accepted:
        await service.register(db, edition, form, at=now, ids=ids)
        return Accepted()

    answer = await once(Accepted, register)
    return Response(answer, status_code=202, headers={"cache-control": PRIVATE})


@get("/api/me/registration", tags=["registrations"], summary="Tell my registration")
async def show_own(attendee: Given[Attendee], db: Given[Db]) -> OwnRegistration:
    """Tell the registration of the bearer of the key."""
    return await service.own(db, attendee.edition_id, attendee.registration_id)


@delete(
    "/api/me/registration",
    tags=["registrations"],
    summary="Cancel my registration",
    status_code=200,
)
async def cancel_own(
    attendee: Given[Attendee],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> OwnRegistration:
    """Cancel the registration of the bearer of the key; the next in line is promoted."""
    edition = await _edition_of(db, attendee)
    await service.cancel(db, edition, attendee.registration_id, at=now, ids=ids)
    return await service.own(db, attendee.edition_id, attendee.registration_id)


@get("/api/me/ticket.png", tags=["registrations"], summary="My ticket as a PNG")
async def own_ticket_png(
    attendee: Given[Attendee],
    db: Given[Db],
    keyring: Given[Keyring],
) -> AnyResponse:
    """Return the ticket's QR code as a PNG."""
    return _png(await _token(db, attendee, keyring))


@get("/api/me/ticket.svg", tags=["registrations"], summary="My ticket as an SVG")
async def own_ticket_svg(
    attendee: Given[Attendee],
    db: Given[Db],
    keyring: Given[Keyring],
) -> AnyResponse:
    """Return the ticket's QR code as an SVG, its title in the attendee's language."""
    mine = await service.own(db, attendee.edition_id, attendee.registration_id)
    svg = _svg(await _token(db, attendee, keyring), words(mine.language))
    headers = {"cache-control": PRIVATE}
    return Response(svg.encode(), media_type="image/svg+xml", headers=headers)


@get("/api/me/ticket.pdf", tags=["registrations"], summary="My ticket as a page to print")
async def own_ticket_pdf(
    attendee: Given[Attendee],
    db: Given[Db],
    keyring: Given[Keyring],
    now: Given[datetime],
) -> AnyResponse:
    """Return the ticket as a page to print."""
    return await _pdf(db, attendee, keyring, now)


# The pages


@get("/{edition_slug:str}/register", include_in_schema=False)
async def register_page(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show the form."""
    code = request.query_params.get("code", "")
    sent = {"invitation": [code]} if code else {}
    return await _form(db, page, edition, now, sent=sent, errors={})


@post(
    "/{edition_slug:str}/register",
    include_in_schema=False,
    request_max_body_size=LARGEST_FORM,
    middleware=[limited("register", per_minute=PER_MINUTE)],
)
async def submit(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
    blobs: Given[Blobs],
) -> AnyResponse | Redirect:
    """Register from the page; show it again, with every mistake marked, when it has any."""
    sent = await fields_and_files(request)
    try:
        form = await _read(db, edition, sent, now)
        await questions.keep_files(blobs, question_rules.sent_answers(sent)[1], form.answers)
        await service.register(db, edition, form, at=now, ids=ids)
    except Invalid as invalid:
        return await _form(db, page, edition, now, sent=sent, errors=invalid.fields)
    return Redirect(f"/{edition.slug}/registered", status_code=303)


@get("/{edition_slug:str}/registered", include_in_schema=False)
async def registered_page(edition: Given[Edition], page: Given[Page]) -> AnyResponse:
    """Say: look at your e-mail. It never tells who was registered before."""
    return page("registrations/registered.html", edition)


DONE = {
    "changed": N_("Your corrections are stored. An e-mail repeats them."),
    "accepted": N_("The place is yours. An e-mail brings your ticket."),
    "transferred": N_("Your place has been passed on. Your colleague gets an e-mail."),
    "agreed": N_("It is stored that you agree. You may withdraw it at any time."),
    "withdrawn": N_("Your consent is withdrawn."),
}
"""What a deed of the page tells once it is done."""
UNDONE = {
    "reworded": N_("The text has changed meanwhile, nothing is stored: read it again below."),
    "consents-closed": N_("There is nothing to agree to any more: nothing is stored."),
}
"""What the page tells of a deed that was not done."""


@get("/me/{key:str}", include_in_schema=False)
async def manage_page(
    request: AnyRequest,
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    keyring: Given[Keyring],
    keys: Given[AttendeeKeys],
    wallet_signer: Given[Wallet],
) -> AnyResponse:
    """Show a registration to the one who holds its link: where it stands, and the ticket."""
    desk = await Desk.at(db, keys, key, now)
    asked = await questions.list_questions(db, desk.edition.id)
    answers = await questions.answers_of(
        db, desk.edition.id, desk.attendee.registration_id, private=True
    )
    token, attested, taken_back = None, False, False
    if desk.own.status is Status.CONFIRMED:
        attested = await attestations.may_have(
            db, desk.edition, desk.attendee.registration_id, at=now
        )
        ticket = await tickets.find(db, desk.edition.id, desk.attendee.registration_id)
        taken_back = ticket is None or ticket.revoked_at is not None
        token = None if ticket is None or taken_back else keyring.token(ticket)
    seats = await SeatsDesk.at(db, keys, key, now)
    told = request.query_params.get("done", "")
    done, undone = DONE.get(told), UNDONE.get(told)
    return page(
        "registrations/manage.html",
        desk.edition,
        registration=_shown(desk.own, key, _svg(token, page.words) if token else None),
        may_change=desk.may_change,
        key=key,
        seats=seats.mine(page.words),
        has_sessions=bool(seats.found),
        open_questions=await questions.open_questions(
            db, desk.edition.id, desk.attendee.registration_id
        ),
        attested=attested,
        taken_back=taken_back,
        has_pass=token is not None and wallet_signer.signer(now) is not None,
        answers=question_views.told(asked, answers, page.words),
        consents=await consenting.consents_of(db, desk.edition, desk.attendee.registration_id),
        may_agree=rules.may_agree(desk.own.status, desk.edition, now),
        done=page.words.gettext(done) if done else None,
        undone=page.words.gettext(undone) if undone else None,
    )


@get("/me/{key:str}/ticket.png", include_in_schema=False)
async def ticket_picture(
    key: FromPath[str],
    db: Given[Db],
    keyring: Given[Keyring],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Return the ticket's QR code as a PNG, to keep on the phone."""
    return _png(await _token(db, keys.read(key), keyring))


@get("/me/{key:str}/ticket.pdf", include_in_schema=False)
async def ticket_page(
    key: FromPath[str],
    db: Given[Db],
    keyring: Given[Keyring],
    keys: Given[AttendeeKeys],
    now: Given[datetime],
) -> AnyResponse:
    """Return the ticket as a page to print."""
    return await _pdf(db, keys.read(key), keyring, now)


@get("/me/{key:str}/cancel", include_in_schema=False)
async def cancel_page(
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Ask before a place is given up: a link fetched by a mail scanner must not do it."""
    attendee = keys.read(key)
    edition = await _edition_of(db, attendee)
    mine = await service.own(db, attendee.edition_id, attendee.registration_id)
    return page("registrations/cancel.html", edition, registration=_shown(mine, key, None))


@post(
    "/me/{key:str}/cancel",
    include_in_schema=False,
    middleware=[limited("cancel", per_minute=PER_MINUTE)],
)
async def cancel(
    key: FromPath[str],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
) -> Redirect:
    """Cancel; the next in line is promoted at once."""
    attendee = keys.read(key)
    edition = await _edition_of(db, attendee)
    await service.cancel(db, edition, attendee.registration_id, at=now, ids=ids)
    return Redirect(f"/me/{key}", status_code=303)


async def attendee_of(request: AnyRequest, keys: AttendeeKeys) -> Attendee:
    """Return who holds the key sent as a bearer token.

    Raises:
        Unauthenticated: no key was sent.
        RegistrationNotFound: the key is nobody's.
    """
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated("Send the key of your link as a bearer token.")
    return keys.read(key.strip())


async def _read(
    db: Db, edition: Edition, sent: dict[str, list[str]], now: datetime
) -> RegistrationForm:
    """Read the page's form: unlike a program it says on which days, where the edition asks.

    Raises:
        Invalid: naming every field at fault.
    """
    terms = await editions.read_terms(db, edition.id)
    no_day = {"days": N_("Choose one day or more.")} if terms.asks_days else {}
    try:
        form = await service.read_form(db, edition, sent, at=now)
    except Invalid as invalid:
        if not sent.get("days"):
            invalid.fields.update(no_day)
        raise
    if no_day and not form.days:
        raise Invalid(fields=no_day)
    return form


async def _form(
    db: Db,
    page: Page,
    edition: Edition,
    now: datetime,
    *,
    sent: dict[str, list[Any]],
    errors: dict[str, str],
) -> AnyResponse:
    is_open, categories = await public_categories(db, edition, now)
    terms = await editions.read_terms(db, edition.id)
    invites = any(one.invitation_only for one in categories) or await invitations.has_any(
        db, edition.id
    )
    all_days = [day.isoformat() for day in edition.days]
    said = page.words
    asked = await questions.list_questions(db, edition.id)
    return page(
        "registrations/register.html",
        edition,
        status=422 if errors else 200,
        registration_open=is_open,
        categories=categories,
        consents=await editions.list_consents(db, edition.id),
        questions=asked,
        question_places=question_views.places(asked, page.language),
        typed=question_views.typed(question_rules.sent_answers(sent)[1]),
        sent={name: values[-1] for name, values in sent.items() if values},
        ticked=sent.get("consents", []),
        asks_days=terms.asks_days,
        chosen_days=sent.get("days", [] if errors else all_days),
        asks_invitation=invites or "invitation" in sent,
        errors={name: said.say(message) for name, message in errors.items()},
    )


def _shown(mine: OwnRegistration, key: str, ticket_svg: str | None) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(mine),
        "turn": mine.place_in_line,
        "key": key,
        "ticket_svg": ticket_svg,
        "ticket_png_path": f"/me/{key}/ticket.png",
    }


async def _edition_of(db: Db, attendee: Attendee) -> Edition:
    return await edition_service.by_id(db, attendee.edition_id)


async def _token(db: Db, attendee: Attendee, keyring: Keyring) -> str:
    ticket = await tickets.find(db, attendee.edition_id, attendee.registration_id)
    if ticket is None or ticket.revoked_at is not None:
        raise NotFound("There is no ticket: the registration is waiting or cancelled.")
    return keyring.token(ticket)


async def _pdf(db: Db, attendee: Attendee, keyring: Keyring, now: datetime) -> AnyResponse:
    token = await _token(db, attendee, keyring)
    edition = await _edition_of(db, attendee)
    mine = await service.own(db, attendee.edition_id, attendee.registration_id)
    paper = documents.paper_ticket(
        edition,
        token=token,
        reference=mine.reference,
        given_name=mine.given_name,
        family_name=mine.family_name,
        organisation=mine.organisation,
        category_name=mine.category_name,
        days=mine.days,
        language=mine.language,
        at=now,
    )
    return Response(
        await asyncio.to_thread(documents.ticket_page, paper),
        media_type="application/pdf",
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{edition.slug}-{mine.reference}.pdf"),
        },
    )


def _svg(token: str, said: Words) -> str:
    return qr.svg(token, title=said.gettext("QR code of your ticket"))


def _png(token: str) -> AnyResponse:
    return Response(
        qr.png(token, scale=TICKET_SCALE),
        media_type="image/png",
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition("ticket.png", kind="inline"),
        },
    )


router = Router(
    "/",
    route_handlers=[
        *team_api.handlers,
        create,
        show_own,
        cancel_own,
        own_ticket_png,
        own_ticket_svg,
        own_ticket_pdf,
        register_page,
        submit,
        registered_page,
        manage_page,
        ticket_picture,
        ticket_page,
        cancel_page,
        cancel,
        *HANDLERS,
        *SESSION_HANDLERS,
        *WALLET_HANDLERS,
        *consent_routes.HANDLERS,
    ],
)
