"""Certificates of speakers over HTTP: their own, and those of the team: one, all, by e-mail."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

import anyio.to_process
from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges.models import Certificate
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.pdf_pictures import picture
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import slug
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from forum.editions import service as editions
from forum.letters import queries as letters
from forum.letters.kinds import CERTIFYING, KINDS
from forum.letters.pages import WITH_A_FRAME, framed
from forum.registrations import attestation_sending as sending
from forum.registrations import mails as registration_mails
from forum.registrations import rules as registration_rules
from forum.registrations.codes import AttestationCodes
from forum.speakers import certificate_sending, certificates, rules
from forum.speakers.certificate_sending import Candidate
from forum.speakers.certificates import NobodyCertified, NotCertified, Spoken
from forum.speakers.keys import SpeakerKeys

PER_MINUTE = 30
SHOWN = 40
"""How many speakers a page lists."""
NAMED = 20
HERE = "/organiser/{slug:str}/papers/certificates"
NO_ROBOTS = {"x-robots-tag": "noindex, nofollow"}


@get("/speaker/{key:str}/certificate.pdf", include_in_schema=False)
async def own_certificate(
    key: FromPath[str],
    db: Given[Db],
    speaker_keys: Given[SpeakerKeys],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send a speaker their own certificate, once the forum is over."""
    guest = speaker_keys.read(key)
    edition = await editions.by_id(db, guest.edition_id)
    if rules.is_open(edition, now):
        raise NotCertified
    one = await certificates.of_speaker(db, edition, guest.speaker_id)
    return await _one(edition, one, codes, settings, now)


@get(f"{HERE}.pdf", include_in_schema=False, opt={"deed": Deed.EDIT_BADGES})
async def certificates_pdf(
    staff: Given[Staff],
    db: Given[Db],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send the certificates of all speakers, drawn in a process of its own."""
    edition = staff.edition
    papers = [
        _paper(edition, one, codes, settings, now) for one in await certificates.of_all(db, edition)
    ]
    if not papers:
        raise NobodyCertified
    pdf = await anyio.to_process.run_sync(partial(certificates.pages, papers, edition, now))
    return _pdf(pdf, f"certificates-{edition.slug}.pdf")


@get(
    f"{HERE}/{{speaker:uuid}}/certificate.pdf",
    include_in_schema=False,
    opt={"deed": Deed.EDIT_BADGES},
)
async def certificate_of(
    speaker: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    codes: Given[AttestationCodes],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send the certificate of one speaker."""
    one = await certificates.of_speaker(db, staff.edition, speaker)
    return await _one(staff.edition, one, codes, settings, now)


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
    """Ask to whom certificates go; with an answer, show one, its e-mail, and to whom."""
    asked = request.query_params
    texts = {name: asked.get(name, "") for name in ("to", "references", "page")}
    sent = _number(asked.get("sent", ""))
    return await _sending(page, staff, db, codes, settings, texts, now, sent=sent)


@post(
    HERE,
    include_in_schema=False,
    opt={"deed": Deed.EDIT_BADGES},
    middleware=[limited("letters", per_minute=PER_MINUTE)],
)
async def send_certificates(
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
    """Send certificates to those who were chosen and seen before."""
    fields = await form_fields(request)
    texts = {name: (fields.get(name) or [""])[-1] for name in ("to", "references")}

    async def send() -> int:
        return await certificate_sending.send(
            db,
            staff.edition,
            codes,
            sending.read_to(texts["to"]),
            sending.references_in(texts["references"]),
            actor=staff.actor,
            at=now,
            ids=ids,
        )

    try:
        count = await once(int, send)
    except Invalid as invalid:
        return await _sending(page, staff, db, codes, settings, texts, now, invalid=invalid)
    path = f"/organiser/{staff.edition.slug}/papers/certificates?sent={count}"
    return Redirect(path, status_code=303)


@get(f"{HERE}/letter", include_in_schema=False, opt={"deed": Deed.EDIT_BADGES})
async def letter_preview(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
) -> AnyResponse:
    """Show the e-mail that a speaker would get; its links open nothing."""
    edition = staff.edition
    name = request.query_params.get("reference", "")
    kind = KINDS[CERTIFYING]
    one = next((one for one in await certificates.of_all(db, edition) if one.slug == name), None)
    if one is None:
        raise NotCertified
    context = registration_mails.context_of(
        registration_mails.Values(given_name=one.certified.name),
        edition,
        one.language,
        key=registration_mails.NO_KEY,
        base_url=settings.base_url,
    )
    own = await letters.find_text(db, edition.id, kind.code, one.language)
    written = registration_mails.write(
        kind, own, context, edition, one.language, templates=page.templates, preview=True
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
    everybody = await certificate_sending.candidates(db, edition, codes)
    errors = dict(invalid.fields) if invalid else {}
    reached: list[Candidate] = []
    if texts["to"] and not errors:
        try:
            reached = certificate_sending.reached(
                everybody, sending.read_to(texts["to"]), sending.references_in(texts["references"])
            )
        except Invalid as mistaken:
            errors = mistaken.fields
    picture = None
    if reached:
        paper = _paper(edition, reached[0].spoken, codes, settings, now)
        picture = await anyio.to_process.run_sync(partial(_picture, paper, edition, now))
    pages = max(1, -(-len(everybody) // SHOWN))
    number = max(1, min(pages, _number(texts.get("page", "")) or 1))
    return page(
        "registrations/papers_sending.html",
        edition,
        status=422 if errors else 200,
        headers={"content-security-policy": WITH_A_FRAME},
        staff=staff,
        what="certificates",
        to=texts["to"],
        references=texts["references"],
        errors={name: words.say(message) for name, message in errors.items()},
        counts=sending.counted([one.stand for one in everybody if one.spoken.email]),
        reached=[(one.spoken.slug, one.spoken.certified.name) for one in reached[:NAMED]],
        count=len(reached),
        picture=None if picture is None else b64encode(picture).decode(),
        over=registration_rules.is_over(edition.ends_on, edition, now),
        log=await sending.sendings(db, edition, CERTIFYING),
        sent=sent,
        people=[_row(one) for one in everybody[(number - 1) * SHOWN : number * SHOWN]],
        number=number,
        pages=pages,
    )


def _row(one: Candidate) -> dict[str, object]:
    return {
        "slug": one.spoken.slug,
        "id": one.spoken.certified.speaker_id,
        "name": one.spoken.certified.name,
        "sessions": len(one.spoken.parts),
        "stand": one.stand.value,
        "email": bool(one.spoken.email),
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None


def _paper(
    edition: Edition, one: Spoken, codes: AttestationCodes, settings: Settings, now: datetime
) -> Certificate:
    code = codes.certificate(one.certified)
    return certificates.certificate(edition, one, code=code, base_url=settings.base_url, at=now)


def _picture(paper: Certificate, edition: Edition, at: datetime) -> bytes:
    """Return a certificate as a picture (PNG); in a process of its own."""
    return picture(certificates.pages([paper], edition, at), 1).png


async def _one(
    edition: Edition, one: Spoken, codes: AttestationCodes, settings: Settings, now: datetime
) -> AnyResponse:
    paper = _paper(edition, one, codes, settings, now)
    pdf = await asyncio.to_thread(certificates.pages, [paper], edition, now)
    return _pdf(pdf, f"{edition.slug}-certificate-{slug(one.certified.name) or 'speaker'}.pdf")


def _pdf(pdf: bytes, name: str) -> AnyResponse:
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": disposition(name),
        **NO_ROBOTS,
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


router = Router(
    "/",
    route_handlers=[
        own_certificate,
        certificates_pdf,
        certificate_of,
        sending_page,
        send_certificates,
        letter_preview,
    ],
)
