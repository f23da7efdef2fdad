"""Attestations over HTTP: one's own, those of the team, and the page that checks a code."""

import asyncio
import re
from datetime import datetime
from functools import partial

import anyio.to_process
from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges.models import Attestation
from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.forms import NEEDED
from forum.core.i18n import N_
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition
from forum.editions import service as edition_service
from forum.registrations import attestations, documents
from forum.registrations.attestations import Attendance
from forum.registrations.codes import AttestationCodes, AttestationUnknown
from forum.registrations.keys import AttendeeKeys

PER_MINUTE = 30
NO_ROBOTS = {"x-robots-tag": "noindex, nofollow"}
LONGEST_CODE = 100
WRONG = N_("No attestation has this code.")


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
    found = await attestations.of_reference(db, staff.edition, reference.upper())
    return await _one(staff.edition, found, codes, settings, now)


@get(
    "/organiser/{slug:str}/attestations.pdf",
    include_in_schema=False,
    opt={"deed": Deed.PRINT_BADGES},
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
    found = await attestations.of_all(db, edition)
    papers = [_paper(edition, one, codes, settings, now) for one in found]
    pdf = await anyio.to_process.run_sync(
        partial(documents.attestation_pages, papers, edition, now)
    )
    return _pdf(pdf, f"attestations-{edition.slug}.pdf")


@get("/verify", include_in_schema=False)
async def verify_page(request: AnyRequest, page: Given[Page]) -> AnyResponse | Redirect:
    """Ask for a code, and lead to what it proves: the form needs no script."""
    typed = request.query_params.get("code")
    code = re.sub(r"[^0-9A-Za-z]+", "-", typed or "").strip("-")[:LONGEST_CODE]
    if code:
        return Redirect(f"/verify/{code}", status_code=303)
    if typed is None:
        return _verify(page, state="asked")
    return _verify(page, state="asked", error=NEEDED, status=422)


@get(
    "/verify/{code:str}",
    include_in_schema=False,
    middleware=[limited("verify", per_minute=PER_MINUTE)],
)
async def verify(
    code: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    codes: Given[AttestationCodes],
) -> AnyResponse:
    """Say what the code of an attestation proves, or that there is none of this code."""
    try:
        found = await attestations.verify(db, codes, code)
    except AttestationUnknown as problem:
        typed = code[:LONGEST_CODE]
        return _verify(page, state="wrong", typed=typed, error=WRONG, status=problem.status)
    attested = found.attested
    return _verify(
        page,
        found.edition,
        state="good" if found.unchanged else "changed",
        person=f"{attested.given_name} {attested.family_name}",
        reference=attested.reference,
        presences=[
            documents.presence_in_words(one, found.edition, page.words)
            for one in attested.presences
        ],
    )


def _verify(
    page: Page,
    edition: Edition | None = None,
    *,
    state: str,
    typed: str = "",
    error: str = "",
    person: str = "",
    reference: str = "",
    presences: list[str] | None = None,
    status: int = 200,
) -> AnyResponse:
    return page(
        "registrations/verify.html",
        edition,
        status=status,
        headers=NO_ROBOTS,
        state=state,
        typed=typed,
        errors={"code": page.words.gettext(error)} if error else {},
        person=person,
        reference=reference,
        presences=presences or [],
    )


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
        verify_page,
        verify,
    ],
)
