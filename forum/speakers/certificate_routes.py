"""Certificates of speakers over HTTP: their own, and those of the team: one, all, by e-mail."""

import asyncio
from datetime import datetime
from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import slug
from forum.core.web import AnyResponse, Given
from forum.editions import service as editions
from forum.registrations import paper_pages
from forum.registrations.codes import AttestationCodes
from forum.speakers import certificates, rules
from forum.speakers.certificate_sending import Certificates
from forum.speakers.certificates import NotCertified, Spoken
from forum.speakers.keys import SpeakerKeys


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


@get(
    "/organiser/{slug:str}/papers/certificates/{speaker:uuid}/certificate.pdf",
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


async def _one(
    edition: Edition, one: Spoken, codes: AttestationCodes, settings: Settings, now: datetime
) -> AnyResponse:
    paper = Certificates(codes, settings.base_url, now).signed(edition, one)
    content = await asyncio.to_thread(certificates.page, paper, now)
    name = slug(one.certified.name) or "speaker"
    return paper_pages.pdf(content, f"{edition.slug}-certificate-{name}.pdf")


router = Router(
    "/",
    route_handlers=[
        own_certificate,
        certificate_of,
        *paper_pages.team_pages(
            "certificates", Certificates, saved="papers/certificates.pdf", listed=True
        ),
    ],
)
