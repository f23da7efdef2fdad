"""What tests of the running site begin with: an edition, people, devices, a signed-in team."""

import asyncio
import email
import email.policy
import itertools
import subprocess
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from io import BytesIO

import httpx
import msgspec
import pikepdf
import zxingcpp
from PIL import Image

from badges import tickets
from badges.devices import service as devices
from badges.devices.models import NewDevice
from badges.doors import gates
from badges.keys import Keyring, open_keyring
from badges.models import Direction, Scan
from badges.scans import scanning
from forum.accounts import service as accounts
from forum.app import Parts, assemble
from forum.campaigns import service as campaigns
from forum.campaigns.models import Author, Order
from forum.core.context import Role
from forum.core.db import Pool
from forum.core.ids import Ids
from forum.core.settings import Settings
from forum.core.text import slug
from forum.editions import forming
from forum.editions import queries as edition_queries
from forum.editions import service as editions
from forum.editions.models import NewCategory, NewConsent, NewEdition, NewGate, NewTerms
from forum.guides import service as guides
from forum.invitations import service as invitations
from forum.invitations.models import NewInvitation
from forum.letters.models import LetterText
from forum.questions import service as questions
from forum.questions.models import Kind, NewOption, NewQuestion
from forum.registrations import consenting
from forum.registrations import service as registrations
from forum.registrations.keys import AttendeeKeys
from forum.registrations.listing import Filter
from forum.registrations.models import RegistrationForm
from forum.worker import Worker
from schedule import editing, publishing
from schedule.models import Draft, Participation, Room, Session, SessionType, Speaker

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""The instant at which every test begins: three weeks before the first day."""
FIRST_DAY = date(2027, 3, 23)
DURING = datetime(2027, 3, 23, 9, 0, tzinfo=UTC)
MORNING = datetime(2027, 3, 23, 8, 0, tzinfo=UTC)
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
numbers = itertools.count(1)


def setting_places(edition, category, places):
    """Return the work by which the page of the form sets places: of the edition, or a category."""

    async def work(db):
        if category is None:
            terms = await edition_queries.read_terms(db, edition.id)
            new = msgspec.convert(terms, NewTerms, from_attributes=True)
            return await forming.change_terms(
                db, edition.id, msgspec.structs.replace(new, places=places)
            )
        known = {one.code: one for one in await edition_queries.list_categories(db, edition.id)}
        new = msgspec.convert(known[category], NewCategory, from_attributes=True)
        return await forming.change_category(
            db, edition.id, msgspec.structs.replace(new, places=places)
        )

    return work


FORM = {"action": "form_terms", "part": "terms", "revision": None, "actor": "organiser:test"}
"""What `form_changes.change` is told beside its work."""


async def eventually(what, *, seconds=120):
    """Return what `what` returns once it is true; fail when it never is."""
    async with asyncio.timeout(seconds):
        while True:
            found = what()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.01)


class Clock:
    """A clock that tests set."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def forward(self, **time):
        self.at += timedelta(**time)


class Memory:
    """A way out for e-mails that keeps them; `broken` holds what the next ones raise."""

    def __init__(self):
        self.mails = []
        self.broken = []

    async def send(self, mail):
        if self.broken:
            raise self.broken.pop(0)
        self.mails.append(mail)


@dataclass
class Registered:
    """A registration with the key of its link and, once confirmed, its token."""

    id: uuid.UUID
    reference: str
    family_name: str
    status: str
    key: str
    token: str | None


@dataclass
class Site:
    """The application of a test and what stands behind it."""

    pool: Pool
    keyring: Keyring
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=Ids)

    def __post_init__(self):
        self.parts = Parts(self.settings, self.pool, self.keyring, self.clock, self.ids)
        self.keys = AttendeeKeys(self.settings.secret_key)

    @cached_property
    def app(self):
        """The application, made for whoever asks over HTTP."""
        return assemble(self.parts)

    def client(self, **options):
        """Return a client with cookies of its own, inside this process."""
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(
            **{"transport": transport, "base_url": self.settings.base_url, **options}
        )

    async def edition(self, **given):
        """Make an edition of two days with the categories `elected`, `agent` and `press`."""
        values = {
            "slug": f"forum-{next(numbers)}",
            "title": {"fr": "Forum des communes", "en": "Forum of towns"},
            "starts_on": FIRST_DAY,
            "ends_on": FIRST_DAY + timedelta(days=1),
            "categories": [
                NewCategory(code="elected", name={"fr": "Élu", "en": "Elected official"}),
                NewCategory(code="agent", name={"fr": "Agent public", "en": "Public agent"}),
                NewCategory(code="press", name={"fr": "Presse", "en": "Press"}),
            ],
            "gates": [
                NewGate(slug="main", name={"fr": "Entrée", "en": "Entrance"}),
                NewGate(slug="garden", name={"fr": "Jardin"}, check_in_list="main"),
                NewGate(slug="dinner", name={"fr": "Dîner"}),
            ],
            "consents": [NewConsent(purpose="photos", wording={"fr": "Photos"})],
        }
        async with self.pool.acquire() as db:
            return await editions.create(db, NewEdition(**{**values, **given}), at=self.clock.at)

    async def ask(self, edition, code, kind, **given):
        """Ask a question; `options` are given as codes, or as codes with places."""
        options = given.pop("options", [])
        places = options if isinstance(options, dict) else dict.fromkeys(options)
        new = NewQuestion(
            **{
                "code": code,
                "kind": Kind(kind),
                "label": {"fr": f"{code} ?", "en": f"{code}?"},
                "options": [
                    NewOption(code=one, label={"fr": one.title()}, places=limit)
                    for one, limit in places.items()
                ],
                **given,
            }
        )
        async with self.pool.acquire() as db:
            await questions.add(db, edition.id, new)
        return new

    def file(self, content=b"%PDF-1.7 %%EOF", name="Carte.pdf"):
        """Keep a file; return what an answer holds of it."""
        digest = self.parts.blobs.put(content)
        kind = {"name": name, "media_type": "application/pdf"}
        return {**kind, "size_bytes": len(content), "digest": digest}

    async def register(self, edition, **given):
        """Register somebody new (`form` says who) and return what became of it."""
        async with self.pool.acquire() as db:
            made = await registrations.register(
                db, edition, form(**given), at=self.clock.at, ids=self.ids
            )
        return await self.registered(edition, made.id)

    async def at_once(self, edition, *deeds):
        """Start deeds that change places, and let all of them go on when each waits for its turn.

        Each has then read what it reads before its transaction; return what they return.
        """
        waiting = """
            select count(*) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'"""
        async with self.pool.acquire() as db:
            async with db.transaction():
                await db.execute("select from edition where id = $1 for update", edition.id)
                tasks = [asyncio.ensure_future(deed) for deed in deeds]

                async def all_wait():
                    return await self.value(waiting) >= len(tasks)

                await eventually(all_wait)
            return await asyncio.gather(*tasks)

    async def answer(self, edition, person, **answers):
        """Store the answers of a person."""
        async with self.pool.acquire() as db:
            await questions.store_answers(db, edition.id, person.id, answers, at=self.clock.at)

    async def agree(self, edition, person, version=1, purpose="photos"):
        """Let a person agree to a consent by their link."""
        async with self.pool.acquire() as db:
            await consenting.give(
                db, edition, person.id, purpose, version, at=self.clock.at, ids=self.ids
            )

    async def withdraw(self, edition, person, purpose="photos"):
        """Let a person withdraw a consent by their link."""
        async with self.pool.acquire() as db:
            await consenting.withdraw(
                db, edition, person.id, purpose, at=self.clock.at, ids=self.ids
            )

    async def registered(self, edition, registration_id):
        async with self.pool.acquire() as db:
            row = await db.fetchrow(
                """
                select reference, family_name, status::text
                  from registration
                 where edition_id = $1 and id = $2
                """,
                edition.id,
                registration_id,
            )
            ticket = await tickets.find(db, edition.id, registration_id)
        token = None if ticket is None else self.keyring.token(ticket)
        key = self.keys.key(edition.id, registration_id)
        return Registered(registration_id, *row, key, token)

    async def invite(self, edition, **given):
        """Make one invitation; see `NewInvitation`."""
        async with self.pool.acquire() as db:
            made = await invitations.create(
                db,
                edition,
                [NewInvitation(**given)],
                actor="organiser:test",
                at=self.clock.at,
                ids=self.ids,
            )
        return made[0]

    async def do(self, verb, *arguments, **named):
        """Call a verb on a connection of its own, at the site's time."""
        async with self.pool.acquire() as db:
            return await verb(db, *arguments, at=self.clock.at, ids=self.ids, **named)

    async def counts(self, edition):
        """Return the places taken and reserved, in all and by category where there are any."""
        [(taken, reserved)] = await self.rows(
            "select taken, reserved from edition where id = $1", edition.id
        )
        categories = await self.categories(edition)
        by_category = {c.code: (c.taken, c.reserved) for c in categories if c.taken or c.reserved}
        return (taken, reserved), by_category

    async def letters(self, edition):
        """Return the kind and the recipient of every letter, in order of time."""
        return await self.rows(
            """select kind, recipient from outbox where edition_id = $1
                order by created_at, version, kind, recipient""",
            edition.id,
        )

    async def cancel(self, edition, registered):
        async with self.pool.acquire() as db:
            await registrations.cancel(db, edition, registered.id, at=self.clock.at, ids=self.ids)

    async def campaign(self, edition, account_id, **filter_):
        """Start a campaign to all whom a filter reaches; return its number."""
        order = Order(
            id=self.ids.uuid(self.clock.at),
            filter=Filter(**filter_),
            consent=None,
            texts={"fr": LetterText(subject="Le car", body="Il part à 8 h.")},
            per_minute=60,
            reached=None,
        )
        author = Author(account_id=account_id, actor=f"organiser:{account_id}")
        return await self.do(campaigns.start, edition, order, by=author)

    async def announce(self, edition, *gates, **given):
        """Announce a device at the main gate, unless others are named; `given` are its rights."""
        values = {"name": f"Phone {next(numbers)}", "gates": [*(gates or ("main",))], **given}
        [made] = await self.do(
            devices.announce, edition.id, [NewDevice(**values)], actor="organiser:test"
        )
        return made

    async def device(self, edition, gate="main", *gates, **given):
        """Enrol a device; return it with the headers by which it is known."""
        made = await self.announce(edition, gate, *gates, **given)
        enrolled = await self.do(devices.enrol, made.code)
        return enrolled.device, {"authorization": f"Bearer {enrolled.token}"}

    async def was_there(self, edition, registered, *moments):
        """Read somebody's ticket at the main gate, as the device's and the site's clocks say.

        `moments` are instants, or pairs with a direction; the first day at 9 UTC unless given.
        """
        device, _ = await self.device(edition)
        before = self.clock.at
        for moment in moments or (DURING,):
            at, way = moment if isinstance(moment, tuple) else (moment, Direction.IN)
            self.clock.at = at
            async with self.pool.acquire() as db:
                await scanning.scan(
                    db,
                    device,
                    edition,
                    self.keyring,
                    [scan(registered.token, at=at, direction=way)],
                    at=at,
                )
        self.clock.at = before

    async def signed_in(self, edition, *roles, address=None):
        """Return, as headers, the cookie of a person with these roles in an edition."""
        async with self.pool.acquire() as db:
            link = await accounts.invite(
                db,
                address or f"team-{next(numbers)}@example.org",
                edition.id,
                roles or (Role.ORGANISER,),
                at=self.clock.at,
                ids=self.ids,
            )
            signed_in = await accounts.sign_in(db, link, at=self.clock.at, ids=self.ids)
        return {"cookie": f"session={signed_in.secret}"}

    async def value(self, sql, *arguments):
        async with self.pool.acquire() as db:
            return await db.fetchval(sql, *arguments)

    async def rows(self, sql, *arguments):
        async with self.pool.acquire() as db:
            return [tuple(row) for row in await db.fetch(sql, *arguments)]

    async def guide(self, edition, *, content=None, title="Un guide", **given):
        """Publish a PDF; return it with its content."""
        content = pdf() if content is None else content
        async with self.pool.acquire() as db:
            guide = await guides.publish_document(
                db,
                edition,
                content,
                **{"title": {"fr": title}, "description": {}, **given},
                blobs=self.parts.blobs,
                at=self.clock.at,
                ids=self.ids,
            )
        return guide, content

    async def programme(self, edition, made=None, **given):
        """Put a draft in place (`draft()` unless given) and publish it."""
        async with self.pool.acquire() as db:
            await editing.replace(db, edition, made or draft(), at=self.clock.at)
            programme, _ = await publishing.publish(
                db,
                edition,
                base_url=self.settings.base_url,
                at=self.clock.at,
                ids=self.ids,
                **given,
            )
        return programme

    async def categories(self, edition):
        async with self.pool.acquire() as db:
            return await edition_queries.list_categories(db, edition.id)

    async def gates(self, edition):
        async with self.pool.acquire() as db:
            return {gate.slug: gate.checked_in for gate in await gates.all_of(db, edition.id)}

    def worker(self, delivery):
        return Worker(
            self.settings, self.pool, self.keyring, self.parts.templates, delivery, self.clock
        )


@asynccontextmanager
async def opened(pool, settings):
    """Open a site on a pool."""
    async with pool.acquire() as db:
        keyring = await open_keyring(db, settings.secret_key, at=NOON)
    site = Site(pool, keyring, settings)
    yield site
    await site.parts.desk_drawer.end()


def answers(**given):
    """Return what a person sends to register; each one has another address."""
    number = next(numbers)
    values = {
        "given_name": "Zoé",
        "family_name": f"Lefèvre {number}",
        "email": f"zoe.{number}@example.org",
        "category": "elected",
    }
    return {**values, **given}


def form(**given):
    return RegistrationForm(**answers(**given))


def scan(token, *, at=DURING, gate="main", **given):
    """Return one reading of a token."""
    return Scan(**{"id": uuid.uuid4(), "token": token, "gate": gate, "scanned_at": at, **given})


def sent(token, *, at=DURING, gate="main", **given):
    """Return one reading of a token as a device sends it."""
    values = {"id": str(uuid.uuid4()), "token": token, "gate": gate, "scanned_at": at.isoformat()}
    return {**values, **given}


def told(*, at=NOON, gate="main", **given):
    """Return what a device tells of itself."""
    values = {"sent_at": at.isoformat(), "gate": gate, "waiting": 0, "version": "test"}
    return {**values, **given}


def pdf(pages=1):
    """Return a PDF of blank pages."""
    out = BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(out)
    return out.getvalue()


def plan_file(kind="PNG", size=(600, 400), colour="#dcefe8", **how):
    """Return a picture that may be that of a plan."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **how)
    return out.getvalue()


def draft(*titles, **given):
    """Return a draft of one room whose sessions follow each other from 9:00, 30 minutes each."""
    room = Room(id=uuid.uuid4(), slug="salle", name="Salle Garonne", position=0)
    speaker = Speaker(id=uuid.uuid4(), slug="ada", name="Ada Ferrand", sort_key="ferrand\tada")
    sessions = [
        Session(
            **{
                "id": uuid.uuid5(uuid.NAMESPACE_URL, title),
                "number": number,
                "slug": slug(title) or f"s-{number}",
                "type": SessionType.PLENARY,
                "title": {"fr": title},
                "room_id": room.id,
                "starts_at": MORNING + timedelta(minutes=30 * (number - 1)),
                "people": [Participation(speaker_id=speaker.id)],
                **given,
            }
        )
        for number, title in enumerate(titles or ("Ouverture", "Eau et communes"), start=1)
    ]
    return Draft(rooms=[room], speakers=[speaker], sessions=sessions)


def message(raw):
    """Read an e-mail from its bytes."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def decoded(png):
    """Return what the QR code in a picture says."""
    return zxingcpp.read_barcode(Image.open(BytesIO(png))).text


def pdf_text(content):
    """Return what a PDF says, with plain spaces."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


class Counting:
    """A pool that counts the statements sent through it."""

    def __init__(self, pool):
        self.pool = pool
        self.statements = []

    @asynccontextmanager
    async def acquire(self):
        async with self.pool.acquire() as connection:
            with connection.query_logger(lambda record: self.statements.append(record.query)):
                yield connection
