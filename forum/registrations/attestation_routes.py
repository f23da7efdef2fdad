"""Attestations over HTTP: one's own, and those of the team."""

import asyncio
from datetime import datetime

from litestar import Router, get
from litestar.params import FromPath

from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import AnyResponse, Given
from forum.editions import service as edition_service
from forum.registrations import attestations, documents, paper_pages
from forum.registrations.attestation_sending import Attestations
from forum.registrations.attestations import Attendance
from forum.registrations.codes import AttestationCodes
from forum.registrations.keys import AttendeeKeys


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
    paper = Attestations(codes, settings.base_url, now).attestation(edition, found)
    content = await asyncio.to_thread(documents.attestation_page, paper, now)
    return paper_pages.pdf(content, f"{edition.slug}-attestation-{paper.reference}.pdf")


router = Router(
    "/",
    route_handlers=[
        own_attestation,
        attestation_page,
        attestation_of,
        *paper_pages.team_pages(
            "attestations", Attestations, saved="attestations.pdf", listed=False
        ),
    ],
)
