"""One registration for the organisers' team: all that is known of it, and what can be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges import tickets
from badges.attendance import presence
from badges.keys import Keyring
from badges.printers import service as printers
from badges.printers import words as printer_words
from badges.printers.models import PrinterKind
from badges.printing import desk as badge_desk
from badges.printing import log as badge_log
from badges.printing.drawer import DeskDrawer
from badges.scans import scanning
from forum.core import forms, outbox
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import (
    PRIVATE,
    AnyRequest,
    AnyResponse,
    Given,
    disposition,
    form_fields,
)
from forum.editions import queries as editions
from forum.questions import service as questions
from forum.questions import views as question_views
from forum.registrations import (
    bulk,
    changing,
    desk,
    desk_printers,
    listing,
    listing_queries,
    queries,
    rules,
)
from forum.registrations.bulk import ManyDeed
from forum.registrations.listing import NoSuchRegistration, Row
from forum.registrations.models import (
    OVER,
    Change,
    ChangedMeanwhile,
    Email,
    Line,
    Name,
    NotPossible,
    Status,
)
from forum.registrations.organiser_routes import PER_MINUTE, last, order_of

LONGEST_REVISION = 10
TYPED = ("given_name", "family_name", "organisation", "job_title", "email")


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What reception may correct; the address may stay empty where there was none."""

    given_name: Name
    family_name: Name
    organisation: Line | None = None
    job_title: Line | None = None
    email: Email | None = None


async def found(db: Db, edition: Edition, reference: str) -> Row:
    """Return the registration of this reference.

    Raises:
        NoSuchRegistration: this edition has none.
    """
    row = await listing_queries.find_row(db, edition.id, reference.upper())
    if row is None:
        raise NoSuchRegistration
    return row


@get(
    "/organiser/{slug:str}/registrations/{reference:str}",
    include_in_schema=False,
    opt={"deed": Deed.SEE_REGISTRATIONS},
)
async def person_page(
    request: AnyRequest,
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
) -> AnyResponse:
    """Show one registration: where it stands, what was said and done, what can be done."""
    row = await found(db, staff.edition, reference)
    return await _show(db, page, staff, row, told=request.query_params.get("told", ""))


@post(
    "/organiser/{slug:str}/registrations/{reference:str}/correct",
    include_in_schema=False,
    opt={"deed": Deed.RECEIVE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def correct(
    request: AnyRequest,
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Correct a name, an organisation, an address; not over what somebody else did meanwhile."""
    sent = await form_fields(request)
    row = await found(db, staff.edition, reference)
    try:
        wanted = _change(forms.parse(Correction, {name: sent.get(name) for name in TYPED}), row)

        async def change() -> None:
            await changing.change(
                db,
                staff.edition,
                row.id,
                wanted,
                revision=_revision(sent),
                by_staff=True,
                actor=staff.actor,
                at=now,
                ids=ids,
            )

        await once(type(None), change)
    except Invalid as invalid:
        return await _show(db, page, staff, row, sent=sent, errors=invalid.fields, status=422)
    except ChangedMeanwhile as problem:
        row = await found(db, staff.edition, reference)
        seen = _revision(sent)
        return await _show(db, page, staff, row, sent=sent, seen=seen, status=problem.status)
    return _back(staff, row, "corrected")


def _change(correction: Correction, row: Row) -> Change:
    """Return the change that a correction means.

    Raises:
        Invalid: the address was there, and is to be taken away.
    """
    values = msgspec.structs.asdict(correction)
    if values["email"] is None:
        if row.email:
            raise Invalid(fields={"email": forms.NEEDED})
        del values["email"]
    return Change(**values)


def _revision(sent: Mapping[str, Sequence[str]]) -> int:
    """Return the revision that the form was made of; 0, which is none, where it says none."""
    text = last(sent, "revision")
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_REVISION else 0


@post(
    "/organiser/{slug:str}/registrations/{reference:str}/decide",
    include_in_schema=False,
    opt={"deed": Deed.DECIDE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def decide(
    request: AnyRequest,
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Approve, refuse, cancel or move one registration, as long as it is as the page showed it."""
    sent = await form_fields(request)
    row = await found(db, staff.edition, reference)
    order = order_of(sent)
    if order is None or (order.deed is ManyDeed.MOVE and order.category is None):
        errors = {"deed": "Choose what is to be done."}
        return await _show(db, page, staff, row, errors=errors, status=422)
    seen = _revision(sent)

    async def do() -> None:
        await bulk.decide(
            db, staff.edition, order, row.id, revision=seen, actor=staff.actor, at=now, ids=ids
        )

    try:
        await once(type(None), do)
    except ChangedMeanwhile as problem:
        row = await found(db, staff.edition, reference)
        return await _show(db, page, staff, row, seen=seen, status=problem.status)
    except Problem as problem:
        row = await found(db, staff.edition, reference)
        errors = {"deed": bulk.why_not(problem)}
        return await _show(db, page, staff, row, errors=errors, status=NotPossible.status)
    return _back(staff, row, order.deed.value)


@post(
    "/organiser/{slug:str}/registrations/{reference:str}/link",
    include_in_schema=False,
    opt={"deed": Deed.RECEIVE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def send_link(
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Send the person their link again."""
    row = await found(db, staff.edition, reference)
    sent = await desk.send_link(db, staff.edition, row, actor=staff.actor, at=now, ids=ids)
    return _back(staff, row, "link" if sent else "quiet")


@get(
    "/organiser/{slug:str}/registrations/{reference:str}/badge.pdf",
    include_in_schema=False,
    opt={"deed": Deed.PRINT_BADGES},
)
async def badge(
    request: AnyRequest,
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    keyring: Given[Keyring],
    desk_drawer: Given[DeskDrawer],
    blobs: Given[Blobs],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[bytes]:
    """Send one badge, drawn in the process that is kept for it; it is logged as printed.

    `printer` names one of sheets, by whose offsets it is put right.
    """
    edition = staff.edition
    row = await found(db, edition, reference)
    printer = request.query_params.get("printer", "")
    content = await badge_desk.reprint(
        db,
        edition,
        keyring,
        desk_drawer,
        blobs,
        row.id,
        printer_id=desk_printers.id_of(printer) if printer else None,
        actor=staff.actor,
        at=now,
        ids=ids,
    )
    name = f"badge-{row.reference}.pdf"
    headers = {"cache-control": PRIVATE, "content-disposition": disposition(name, kind="inline")}
    return Response(content, media_type="application/pdf", headers=headers)


def _back(staff: Staff, row: Row, told: str) -> Redirect:
    path = f"/organiser/{staff.edition.slug}/registrations/{row.reference}?told={told}"
    return Redirect(path, status_code=303)


async def _show(
    db: Db,
    page: Page,
    staff: Staff,
    row: Row,
    *,
    sent: Mapping[str, Sequence[str]] | None = None,
    errors: Mapping[str, str] | None = None,
    seen: int | None = None,
    told: str = "",
    status: int = 200,
) -> AnyResponse:
    """Show one registration; where it was changed since the revision `seen`, also how."""
    edition = staff.edition
    categories = await editions.list_categories(db, edition.id)
    line = None
    if row.turn is not None:
        line = await queries.place_in_line(db, edition.id, row.category, row.turn)
    stored: dict[str, Any] = {name: getattr(row, name) or "" for name in TYPED}
    typed = {name: last(sent, name) for name in TYPED} if sent else stored
    said = page.words
    deeds = await listing_queries.list_deeds(db, edition.id, row.id)
    asked = await questions.list_questions(db, edition.id)
    at_hand = await desk_printers.at_hand(db, edition.id, page.request)
    labels = await printers.of_person(db, edition.id, row.id)
    answers = await questions.answers_of(db, edition.id, row.id, private=staff.may(Deed.SEE_NEEDS))
    return page(
        "registrations/person.html",
        edition,
        status=status,
        staff=staff,
        row=row,
        names={one.code: one.name for one in categories},
        categories=categories,
        days=rules.days_of(row.days, edition),
        line=line,
        over=row.status in OVER,
        ticket=await tickets.find(db, edition.id, row.id),
        printers=at_hand,
        label_printers=sorted(
            (one for one in at_hand.all if one.kind is PrinterKind.LABEL),
            key=lambda one: one is not at_hand.chosen,
        ),
        labels_asked=[(one, printer_words.label(one, said)) for one in labels],
        live=any(one.under_way for one in labels),
        answers=question_views.told(asked, answers, said),
        open_questions=await questions.open_questions(db, edition.id, row.id),
        agreed=await queries.list_agreed(db, edition.id, row.id),
        deeds=deeds,
        letters=await outbox.of_subject(db, edition.id, row.id),
        attested=row.status is Status.CONFIRMED
        and bool(await presence.of_person(db, edition, row.id)),
        scans=await scanning.of_person(db, edition.id, row.id),
        prints=await badge_log.of_person(db, edition.id, row.id),
        sent=typed,
        differing=[
            name for name in TYPED if seen is not None and sent and typed[name] != stored[name]
        ],
        stored=stored,
        errors={name: said.gettext(message) for name, message in (errors or {}).items()},
        meanwhile=seen is not None,
        since=listing.since(deeds, seen) if seen else [],
        told=told,
    )


router = Router("/", route_handlers=[person_page, correct, decide, send_link, badge])
