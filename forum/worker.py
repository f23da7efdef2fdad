"""The worker: e-mails and labels leave, badges are drawn, offers end; all may be done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import aiosmtplib
import structlog

from badges.keys import Keyring
from badges.printers import working as printing
from badges.printing.run_worker import RunWorker
from forum.accounts import mails as team_mails
from forum.accounts import service as accounts
from forum.accounts.keys import LinkKeys
from forum.campaigns import mails as campaign_mails
from forum.campaigns import queries as campaign_queries
from forum.campaigns import service as campaigns
from forum.campaigns.models import CampaignNotFound
from forum.core import clock, idempotency, outbox
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import LOST, Database, DatabaseUnavailable
from forum.core.ids import Ids
from forum.core.mail import Delivery, Folder, Mail, Smtp
from forum.core.outbox import Claimed
from forum.core.pages import Templates
from forum.core.settings import Settings
from forum.editions import service as editions
from forum.letters import queries as letters
from forum.letters.kinds import CAMPAIGN
from forum.letters.models import LetterText
from forum.registrations import intake, mails, offers
from forum.registrations.codes import AttestationCodes
from forum.registrations.keys import AttendeeKeys
from forum.speakers import mails as speaker_mails
from forum.speakers.keys import SpeakerKeys
from schedule import mails as programme_mails
from schedule import publishing, resting, signing_up

log = structlog.get_logger("worker")

BATCH = 5
"""How many e-mails leave side by side; all of them within `SEND_S`, well before the lease ends."""
SEND_S = 30.0
POLL_S = 1.0
PAUSE_AFTER_LOSS_S = 2.0
SWEEP_EVERY = timedelta(hours=1)
END_EVERY = timedelta(seconds=20)
UNDELIVERED = (OSError, aiosmtplib.SMTPException, TimeoutError)


def delivery_of(settings: Settings) -> Delivery:
    """Return the way out for e-mails: SMTP when it is set, else files under `var/outbox`."""
    if settings.smtp_url:
        return Smtp(settings.smtp_url, settings.mail_from)
    return Folder(settings.var / "outbox", settings.mail_from)


class Worker:
    """Sends what the outbox holds; `now` is the clock, replaced by tests."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        keyring: Keyring,
        templates: Templates,
        delivery: Delivery | None = None,
        now: Callable[[], datetime] = clock.now,
        ids: Ids | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.keyring = keyring
        self.templates = templates
        self.keys = AttendeeKeys(settings.secret_key)
        self.codes = AttestationCodes(settings.secret_key)
        self.speaker_keys = SpeakerKeys(settings.secret_key)
        self.link_keys = LinkKeys(settings.secret_key)
        self.delivery = delivery or delivery_of(settings)
        self.now = now
        self.ids = ids or Ids()
        self.prints = RunWorker(
            database, keyring, settings.storage, find=editions.by_id, now=now, ids=self.ids
        )
        self._swept_at: datetime | None = None
        self._ended_at: datetime | None = None

    async def run(self) -> None:
        """Work until cancelled, whatever fails; what was claimed comes back when its lease ends.

        Print runs have a round of their own, printers too, and each of them a task: one that takes
        long, or hangs, holds up nothing else.
        """
        async with asyncio.TaskGroup() as others:
            others.create_task(self._round(self._step))
            others.create_task(self.prints.run())
            await self._round(lambda: self.start_printing(others))

    async def _step(self) -> int:
        done = await self.send_due()
        await self.end_overdue()
        await self.publish_due()
        done += await self.answer_sign_ins()
        done += await self.release_campaigns()
        await self.sweep()
        return done

    async def _round(self, step: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                done = await step()
            except (DatabaseUnavailable, *LOST) as error:
                log.warning("database lost", why=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_LOSS_S)
                continue
            except Exception:  # a full disk, a standby: e-mails must leave once it is over
                log.exception("step failed")
                await asyncio.sleep(PAUSE_AFTER_LOSS_S)
                continue
            if not done:
                await asyncio.sleep(POLL_S)

    async def start_printing(self, printers: asyncio.TaskGroup) -> int:
        """Set those printers to work that have labels and are ready; return how many."""
        desk = printing.Desk(
            database=self.database,
            keyring=self.keyring,
            blobs=Blobs(self.settings.storage),
            now=self.now,
            here=self.settings.local_printers or self.settings.demo,
            find=editions.by_id,
            ids=self.ids,
        )
        held = await printing.claim(desk)
        for one in held:
            printers.create_task(printing.print_queue(desk, one))
        return len(held)

    async def answer_sign_ins(self) -> int:
        """Store the letters with the links that were asked for; return how many asked."""
        async with self.database.acquire() as db:
            return await accounts.answer(db, self.link_keys, at=self.now(), ids=self.ids)

    async def release_campaigns(self) -> int:
        """Put the e-mails of campaigns into the outbox whose time has come; return how many."""
        async with self.database.acquire() as db:
            return await campaigns.release(db, at=self.now(), ids=self.ids)

    async def send_due(self) -> int:
        """Send the letters that are due; return how many were tried."""
        async with self.database.acquire() as db:
            letters = await outbox.claim(db, at=self.now(), limit=BATCH)
        await asyncio.gather(*(self._send(letter) for letter in letters))
        return len(letters)

    async def end_overdue(self) -> None:
        """End the offers, the reserved places and the kept seats that are over: they pass on."""
        at = self.now()
        if self._ended_at is not None and at - self._ended_at < END_EVERY:
            return
        async with self.database.acquire() as db:
            await offers.end_overdue(db, at=at, ids=self.ids)
            await signing_up.release_overdue(db, at=at, ids=self.ids)
        self._ended_at = at

    async def publish_due(self) -> None:
        """Publish the programmes whose time has come."""
        async with self.database.acquire() as db:
            await publishing.publish_due(db, at=self.now(), ids=self.ids, find=editions.by_id)

    async def sweep(self) -> None:
        """Forget answers that nobody asks for again, sign-ins long over, tables of a day ago."""
        at = self.now()
        if self._swept_at is not None and at - self._swept_at < SWEEP_EVERY:
            return
        async with self.database.acquire() as db:
            await idempotency.sweep(db, before=at - idempotency.KEPT)
            await accounts.sweep(db, at=at)
            await resting.sweep(db, at=at)
            await intake.sweep(db, at=at)
        self._swept_at = at

    async def _send(self, letter: Claimed) -> None:
        try:
            mail = await self._render(letter)
            async with asyncio.timeout(SEND_S):
                await self.delivery.send(mail)
        except UNDELIVERED as error:
            why = f"{type(error).__name__}: {error}"
            log.warning("e-mail not sent", letter=str(letter.id), why=type(error).__name__)
            async with self.database.acquire() as db:
                await outbox.failed(db, letter, why, at=self.now())
        except Exception as error:
            log.exception("e-mail not made", letter=str(letter.id), kind=letter.kind)
            async with self.database.acquire() as db:
                await outbox.failed(db, letter, f"{type(error).__name__}: {error}", at=self.now())
        else:
            async with self.database.acquire() as db:
                await outbox.sent(db, letter, at=self.now())

    async def _render(self, letter: Claimed) -> Mail:
        async with self.database.acquire() as db:
            edition = await editions.by_id(db, letter.edition_id)
            own = await letters.find_text(db, letter.edition_id, letter.kind, letter.language)
        if letter.kind in team_mails.KINDS:
            return team_mails.render(
                letter,
                edition,
                templates=self.templates,
                keys=self.link_keys,
                base_url=self.settings.base_url,
                at=letter.created_at,
            )
        if letter.kind == CAMPAIGN.code:
            return await self._render_campaign(letter, edition)
        if letter.kind in programme_mails.KINDS:
            return await self._render_news(letter, edition)
        if letter.kind in speaker_mails.RENDERED_HERE:
            return await self._render_to_speaker(letter, edition, own)
        return await asyncio.to_thread(  # a ticket on paper takes ten milliseconds
            mails.render,
            letter,
            edition,
            own,
            templates=self.templates,
            keyring=self.keyring,
            keys=self.keys,
            codes=self.codes,
            base_url=self.settings.base_url,
            at=letter.created_at,
        )

    async def _render_news(self, letter: Claimed, edition: Edition) -> Mail:
        news = programme_mails.news_of(letter)
        own_key = self.keys.key(letter.edition_id, letter.subject_id)
        async with self.database.acquire() as db:
            new = await publishing.version(db, edition, news.version)
            old = await publishing.version(db, edition, news.previous) if news.previous else None
        return await asyncio.to_thread(
            programme_mails.render,
            letter,
            edition,
            new,
            old,
            templates=self.templates,
            base_url=self.settings.base_url,
            own_url=f"{self.settings.base_url}/me/{own_key}/sessions",
            at=letter.created_at,
        )

    async def _render_to_speaker(
        self, letter: Claimed, edition: Edition, own: LetterText | None
    ) -> Mail:
        async with self.database.acquire() as db:
            programme = await publishing.latest(db, edition)
        return await asyncio.to_thread(
            speaker_mails.render,
            letter,
            edition,
            programme,
            own,
            templates=self.templates,
            keys=self.speaker_keys,
            codes=self.codes,
            base_url=self.settings.base_url,
            at=letter.created_at,
        )

    async def _render_campaign(self, letter: Claimed, edition: Edition) -> Mail:
        async with self.database.acquire() as db:
            wording = await campaign_queries.find_text(
                db, letter.edition_id, letter.version, letter.language
            )
        if wording is None:
            raise CampaignNotFound
        return campaign_mails.render(
            letter,
            edition,
            wording,
            templates=self.templates,
            keys=self.keys,
            base_url=self.settings.base_url,
            at=letter.created_at,
        )
