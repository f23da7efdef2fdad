"""Tickets for Apple Wallet over HTTP, where passes are signed here: by one's link and the API."""

import asyncio
from datetime import datetime, timedelta
from functools import cached_property

import structlog
from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from badges import tickets, wallet, wallet_signing
from badges.keys import Keyring
from badges.wallet import WalletPass
from badges.wallet_signing import Signer, WalletUnfit
from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.errors import NotFound
from forum.core.i18n import words
from forum.core.settings import WalletFiles
from forum.core.web import PRIVATE, AnyResponse, Given, disposition
from forum.editions import service as edition_service
from forum.registrations import documents, service
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import OwnRegistration

log = structlog.get_logger("wallet")


class Wallet:
    """What signs passes, read once when it is first asked for; none where nothing is set."""

    def __init__(self, files: WalletFiles | None) -> None:
        self._files = files

    @cached_property
    def _signer(self) -> Signer | None:
        if self._files is None:
            return None
        try:
            return wallet_signing.open_signer(self._files)
        except WalletUnfit as unfit:
            log.error("no passes: see forum doctor", mends=unfit.mends)  # noqa: TRY400
            return None

    def signer(self, at: datetime) -> Signer | None:
        """Return what signs passes that phones believe at this instant; None: there are none."""
        signer = self._signer
        return signer if signer is not None and signer.fit(at) else None


@get("/api/me/ticket.pkpass", tags=["registrations"], summary="My ticket for Apple Wallet")
async def own_ticket_pass(
    attendee: Given[Attendee],
    db: Given[Db],
    keyring: Given[Keyring],
    wallet_signer: Given[Wallet],
    now: Given[datetime],
) -> AnyResponse:
    """Return the ticket as a pass; 404 where this installation signs none."""
    return await _pass(db, attendee, keyring, wallet_signer, now)


@get("/me/{key:str}/ticket.pkpass", include_in_schema=False)
async def ticket_pass(
    key: FromPath[str],
    db: Given[Db],
    keyring: Given[Keyring],
    keys: Given[AttendeeKeys],
    wallet_signer: Given[Wallet],
    now: Given[datetime],
) -> AnyResponse:
    """Return the ticket as a pass; 404 where this installation signs none."""
    return await _pass(db, keys.read(key), keyring, wallet_signer, now)


def wallet_pass(edition: Edition, mine: OwnRegistration, token: str) -> WalletPass:
    """Return what the pass of a registration says.

    It is offered from eight o'clock of the first day on, and is out of date once the last is over.
    """
    first, last = mine.days[0], mine.days[-1]
    day = timedelta(days=1)
    return WalletPass(
        serial=f"{edition.slug}-{mine.reference}",
        token=token,
        reference=mine.reference,
        given_name=mine.given_name,
        family_name=mine.family_name,
        organisation=mine.organisation or "",
        title=edition.title,
        category=mine.category_name,
        days={one: documents.days_in_words(mine.days, words(one)) for one in wallet.LANGUAGES},
        venue=edition.venue,
        contact=edition.contact_email,
        language=mine.language,
        relevant_at=datetime.combine(first, datetime.min.time(), edition.zone) + wallet.SHOWN_FROM,
        expires_at=datetime.combine(last + day, datetime.min.time(), edition.zone),
    )


async def _pass(
    db: Db, attendee: Attendee, keyring: Keyring, passes: Wallet, now: datetime
) -> AnyResponse:
    signer = passes.signer(now)
    if signer is None:
        raise NotFound("There are no passes for Apple Wallet here.")
    ticket = await tickets.find(db, attendee.edition_id, attendee.registration_id)
    if ticket is None or ticket.revoked_at is not None:
        raise NotFound("There is no ticket: the registration is waiting or cancelled.")
    edition = await edition_service.by_id(db, attendee.edition_id)
    mine = await service.own(db, attendee.edition_id, attendee.registration_id)
    packed = await asyncio.to_thread(
        wallet.pack,
        wallet_pass(edition, mine, keyring.token(ticket)),
        signer.sign,
        pass_type=signer.pass_type,
        team=signer.team,
    )
    return Response(
        packed,
        media_type=wallet.MEDIA_TYPE,
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{edition.slug}-{mine.reference}.pkpass"),
        },
    )


HANDLERS = [own_ticket_pass, ticket_pass]
