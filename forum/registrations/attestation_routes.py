"""Attestations over HTTP: one's own, and those of the team."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import anyio.to_process
from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges.models import Attestation
from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from forum.editions import service as edition_service
from forum.letters import queries as letters
from forum.letters.kinds import ATTESTING, KINDS
from forum.letters.pages import WITH_A_FRAME, framed
from forum.registrations import (
    attestation_sending,
    attestations,
    documents,
    mails,
    rules,
    sending,
)
from forum.registrations.attestation_sending import Candidate
from forum.registrations.attestations import Attendance, NotAttested
from forum.registrations.codes import AttestationCodes
from forum.registrations.keys import AttendeeKeys

PER_MINUTE = 30
NAMED = 20
"""So many of those who are written to are named before."""
HERE = "/organiser/{slug:str}/papers/attestations"


@get("/api/me/attestation.pdf", tags=["registrations"], summary="My attestation of presence")
async def own_attestation(
    attendee: Given[Attendee],
    db: Given[Db],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Return the attestation of who was let in, after their last day, as a page to print."""
    return await _own(db, attendee, codes, settings, now)


@get("/me/{key:str}/attestation.pdf", include_in_schema=False)
async def attestation_page(
    key: FromPath[str],
    db: Given[Db],
    keys: Given[AttendeeKeys],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send one's own attestation as a page to print."""
    return await _own(db, keys.read(key), codes, settings, now)


@get(
    "/organiser/{slug:str}/registrations/{reference:str}/attestation.pdf",
    include_in_schema=False,
    opt={"deed": Deed.SEE_REGISTRATIONS},
)
async def attestation_of(
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send the attestation of one person, of what the doors have seen so far."""
    found = await attestations.of_reference(db, staff.edition, reference.upper(), at=now)
    return await _one(staff.edition, found, codes, settings, now)


@get(
    "/organiser/{slug:str}/attestations.pdf",
    include_in_schema=False,
    opt={"deed": Deed.EDIT_BADGES},
    middleware=[limited("papers", per_minute=PER_MINUTE)],
)
async def attestations_pdf(
    staff: Given[Staff],
    db: Given[Db],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send the attestations of all who were there, drawn in a process of its own."""
    edition = staff.edition
    found = await attestations.of_all(db, edition, at=now)
    papers = [_paper(edition, one, codes, settings, now) for one in found]
    pdf = await anyio.to_process.run_sync(
        partial(documents.attestation_pages, papers, edition, now)
    )
    return _pdf(pdf, f"attestations-{edition.slug}.pdf")


# By e-mail


@get(HERE, include_in_schema=False, opt={"deed": Deed.EDIT_BADGES})
async def sending_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Ask to whom attestations go; with an answer, show one of them, the e-mail, and to whom."""
    asked = request.query_params
    texts = {"to": asked.get("to", ""), "references": asked.get("references", "")}
    return await _sending(
        page, staff, db, codes, settings, texts, now, sent=_number(asked.get("sent", ""))
    )


@post(
    HERE,
    include_in_schema=False,
    opt={"deed": Deed.EDIT_BADGES},
    middleware=[limited("letters", per_minute=PER_MINUTE)],
)
async def send_attestations(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Send attestations to those who were chosen and seen before."""
    fields = await form_fields(request)
    texts = {name: (fields.get(name) or [""])[-1] for name in ("to", "references")}

    async def send() -> int:
        return await attestation_sending.send(
            db,
            staff.edition,
            codes,
            attestation_sending.read_to(texts["to"]),
            attestation_sending.references_in(texts["references"]),
            actor=staff.actor,
            at=now,
            ids=ids,
        )

    try:
        count = await once(int, send)
    except Invalid as invalid:
        return await _sending(page, staff, db, codes, settings, texts, now, invalid=invalid)
    path = f"/organiser/{staff.edition.slug}/papers/attestations?sent={count}"
    return Redirect(path, status_code=303)


@get(f"{HERE}/letter", include_in_schema=False, opt={"deed": Deed.EDIT_BADGES})
async def letter_preview(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show the e-mail that somebody would get; its links open nothing."""
    edition = staff.edition
    reference = request.query_params.get("reference", "").upper()
    everybody = await attestation_sending.candidates(db, edition, codes, at=now)
    one = next((one for one in everybody if one.person.reference == reference), None)
    if one is None:
        raise NotAttested
    kind, language = KINDS[ATTESTING], one.person.language
    values = sending.values_of(one.person, attended=one.attended)
    context = mails.context_of(
        values, edition, language, key=mails.NO_KEY, base_url=settings.base_url
    )
    own = await letters.find_text(db, edition.id, kind.code, language)
    written = mails.write(
        kind, own, context, edition, language, templates=page.templates, preview=True
    )
    return framed(written.html.encode())


async def _sending(
    page: Page,
    staff: Staff,
    db: Db,
    codes: AttestationCodes,
    settings: Settings,
    texts: Mapping[str, str],
    now: datetime,
    *,
    invalid: Invalid | None = None,
    sent: int | None = None,
) -> AnyResponse:
    edition, words = staff.edition, page.words
    everybody = await attestation_sending.candidates(db, edition, codes, at=now)
    errors = dict(invalid.fields) if invalid else {}
    reached: list[Candidate] = []
    if texts["to"] and not errors:
        try:
            reached = attestation_sending.reached(
                everybody,
                attestation_sending.read_to(texts["to"]),
                attestation_sending.references_in(texts["references"]),
            )
        except Invalid as mistaken:
            errors = mistaken.fields
    picture = None
    if reached:
        first = reached[0].person.reference
        found = await attestations.of_reference(db, edition, first, at=now)
        paper = _paper(edition, found, codes, settings, now)
        picture = await anyio.to_process.run_sync(
            partial(documents.attestation_picture, paper, now)
        )
    return page(
        "registrations/papers_sending.html",
        edition,
        status=422 if errors else 200,
        headers={"content-security-policy": WITH_A_FRAME},
        staff=staff,
        what="attestations",
        to=texts["to"],
        references=texts["references"],
        errors={name: words.say(message) for name, message in errors.items()},
        counts=attestation_sending.counted([one.stand for one in everybody]),
        reached=[(one.person.reference, _full_name(one)) for one in reached[:NAMED]],
        count=len(reached),
        picture=None if picture is None else b64encode(picture).decode(),
        over=rules.is_over(edition.ends_on, edition, now),
        log=await attestation_sending.sendings(db, edition, ATTESTING),
        sent=sent,
        people=[],
        number=1,
        pages=1,
    )


def _full_name(one: Candidate) -> str:
    return f"{one.person.given_name} {one.person.family_name}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None


async def _own(
    db: Db, attendee: Attendee, codes: AttestationCodes, settings: Settings, now: datetime
) -> AnyResponse:
    edition = await edition_service.by_id(db, attendee.edition_id)
    found = await attestations.own(db, edition, attendee.registration_id, at=now)
    return await _one(edition, found, codes, settings, now)


async def _one(
    edition: Edition,
    found: Attendance,
    codes: AttestationCodes,
    settings: Settings,
    now: datetime,
) -> AnyResponse:
    paper = _paper(edition, found, codes, settings, now)
    pdf = await asyncio.to_thread(documents.attestation_page, paper, now)
    return _pdf(pdf, f"{edition.slug}-attestation-{paper.reference}.pdf")


def _paper(
    edition: Edition,
    found: Attendance,
    codes: AttestationCodes,
    settings: Settings,
    now: datetime,
) -> Attestation:
    return documents.attestation(
        edition,
        found.attested,
        organisation=found.organisation,
        job_title=found.job_title,
        sessions=found.sessions,
        terms=found.terms,
        code=codes.code(found.attested),
        language=found.language,
        base_url=settings.base_url,
        at=now,
    )


def _pdf(pdf: bytes, name: str) -> AnyResponse:
    headers = {"cache-control": PRIVATE, "content-disposition": disposition(name)}
    return Response(pdf, media_type="application/pdf", headers=headers)


router = Router(
    "/",
    route_handlers=[
        own_attestation,
        attestation_page,
        attestation_of,
        attestations_pdf,
        sending_page,
        send_attestations,
        letter_preview,
    ],
)
