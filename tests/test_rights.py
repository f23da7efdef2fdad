"""Who may do what: every route against every principal; a route without a line fails.

Routes of the organiser's team name their deed, and their lines are made from `forum.core.rights`;
all others have a line here.
"""

import base64
import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from badges.devices import service as devices
from badges.devices.models import NewDevice
from badges.doors import gates, lists
from badges.layouts import reading
from badges.layouts import service as layouts
from badges.layouts.shipped import SHIPPED
from badges.printers import service as printers
from badges.printers.models import PrinterGiven, PrinterKind
from badges.printing import runs
from badges.printing.run_models import Order
from forum.accounts import service as accounts
from forum.app import create_app
from forum.core.context import Role
from forum.core.rights import RIGHTS, Deed
from forum.core.settings import Settings
from forum.editions.models import NewCategory
from forum.speakers.keys import SpeakerKeys
from schedule import parts, publishing, resting
from schedule.edits import PartKind
from schedule.models import PlanPicture
from schedule.part_fields import KIND_PLACES, part_from
from tests.factories import NOON, SAME_ORIGIN, draft, opened, plan_file, sent, told

# What each principal is answered. "ok" is 200, 201, 202, 303 or a redirect; a number is a refusal.
EVERYONE = (
    "anonymous attendee waiting organiser editor reception door stranger device revoked".split()
)
ALL = dict.fromkeys(EVERYONE, "ok")
TEAM = {
    "organiser": Role.ORGANISER,
    "editor": Role.PROGRAMME_EDITOR,
    "reception": Role.RECEPTION,
    "door": Role.DOOR,
}


def only(*allowed, others):
    """Return a line of the table: these pass, the signed-in others get 403, the rest `others`."""
    signed_in = {*TEAM, "stranger"}
    return {
        who: "ok" if who in allowed else (403 if who in signed_in and others == 401 else others)
        for who in EVERYONE
    }


ATTENDEE = {
    **dict.fromkeys(EVERYONE, 401),
    "attendee": "ok",
    "waiting": "ok",
    # another kind of bearer: it is read as a key, and opens nothing
    "device": 404,
    "revoked": 404,
}
DEVICE = dict.fromkeys(EVERYONE, 401) | {"device": "ok"}
WATCHING = only("organiser", "reception", "door", others=401) | {"device": "ok"}
MAY_NOT = DEVICE | {"device": 403}  # it scans, and was given no other right
STAFF = [*TEAM, "stranger"]
OWN = only(*STAFF, others=401)  # one's own account: whoever is signed in has one
OWN_NOTHING = OWN | dict.fromkeys(STAFF, 404)  # what nobody has
NO_PASSKEYS = dict.fromkeys(EVERYONE, 404)  # this site is at a number
NOT_OVER = {"attendee": 404, "waiting": 404}  # the forum is still to come
NO_PASS = {"attendee": 404, "waiting": 404}  # nothing signs passes
OWN_LINK = ALL  # the key stands in the address: who holds the link is the attendee

OPEN = {
    "GET /": ALL,
    "GET /api/docs": ALL,
    "GET /api/openapi.json": ALL,
    "GET /health/live": ALL,
    "GET /health/ready": ALL,
    "GET /static/{version}/{path}": ALL,
    "GET /scan": ALL,
    "GET /scan.webmanifest": ALL,
    "GET /scan-worker.js": ALL,
    "GET /outbox": ALL,
    "GET /outbox/{name}": dict.fromkeys(EVERYONE, 404),
    "GET /{edition_slug}": ALL,
    "GET /{edition_slug}/guides": ALL,
    "GET /{edition_slug}/guides/{slug}/download": ALL,
    "GET /{edition_slug}/programme": ALL,
    "GET /{edition_slug}/programme/changes": ALL,
    "GET /{edition_slug}/programme/changes.rss": ALL,
    "GET /{edition_slug}/preview/{token}": dict.fromkeys(EVERYONE, 404),  # nobody was given it
    "GET /api/editions/{edition_slug}/programme/versions": ALL,
    "GET /api/editions/{edition_slug}/programme/versions/{number}": ALL,
    "GET /api/editions/{edition_slug}/programme/versions/{number}/changes": ALL,
    "GET /forum-programme.js": ALL,
    "GET /{edition_slug}/embed": ALL,
    "GET /{edition_slug}/opendata.zip": ALL,
    "GET /{edition_slug}/programme.csv": ALL,
    "GET /{edition_slug}/programme.ics": ALL,
    "GET /{edition_slug}/programme.json": ALL,
    "GET /{edition_slug}/programme.jsonld": ALL,
    "GET /{edition_slug}/programme.pdf": ALL,
    "GET /{edition_slug}/programme.xml": ALL,
    "GET /{edition_slug}/programme.webmanifest": ALL,
    "GET /{edition_slug}/programme-worker.js": ALL,
    "GET /{edition_slug}/speakers": ALL,
    "GET /{edition_slug}/speakers/{slug}": dict.fromkeys(EVERYONE, 404),  # nobody has that name
    "GET /{edition_slug}/register": ALL,
    "GET /{edition_slug}/register/group": ALL,
    "POST /{edition_slug}/register/group": dict.fromkeys(EVERYONE, 422),  # nothing was filled in
    "GET /{edition_slug}/registered": ALL,
    "GET /{edition_slug}/link": ALL,
    "POST /{edition_slug}/link": ALL,
    "GET /{edition_slug}/sessions/{slug}": ALL,
    "GET /{edition_slug}/rooms": ALL,
    "GET /{edition_slug}/plans/{picture}": dict.fromkeys(EVERYONE, 404),  # none is published
    "GET /{edition_slug}/photos/{photo}": dict.fromkeys(EVERYONE, 404),  # nobody agreed to one
    "POST /{edition_slug}/register": ALL,
    "GET /api/organisations": ALL,
    "GET /api/editions/{edition_slug}": ALL,
    "GET /api/editions/{edition_slug}/guides": ALL,
    "GET /api/editions/{edition_slug}/programme": ALL,
    "GET /api/editions/{edition_slug}/seats": ALL,
    "POST /api/editions/{edition_slug}/registrations": ALL,
    "GET /api/me/registration": ATTENDEE,
    "PATCH /api/me/registration": ATTENDEE,
    "POST /api/me/registration/acceptance": ATTENDEE | {"waiting": 409},
    "DELETE /api/me/registration": ATTENDEE,
    "GET /api/me/registration/consents": ATTENDEE,
    "PUT /api/me/registration/consents/{purpose}": ATTENDEE,
    "DELETE /api/me/registration/consents/{purpose}": ATTENDEE,
    "GET /api/me/ticket.png": ATTENDEE | {"waiting": 404},
    "GET /api/me/ticket.svg": ATTENDEE | {"waiting": 404},
    "GET /api/me/ticket.pdf": ATTENDEE | {"waiting": 404},
    "GET /api/me/ticket.pkpass": ATTENDEE | NO_PASS,
    "GET /api/me/sign-ups": ATTENDEE,
    "PUT /api/me/sign-ups/{session_name}": ATTENDEE | {"waiting": 409},
    "DELETE /api/me/sign-ups/{session_name}": ATTENDEE,
    "GET /api/me/agenda.ics": ATTENDEE,
    "GET /me/{key}/sessions": OWN_LINK,
    "POST /me/{key}/sessions": OWN_LINK,
    "GET /me/{key}/sessions/{session_name}": OWN_LINK,
    "GET /me/{key}/agenda.ics": OWN_LINK,
    "GET /api/me/attestation.pdf": ATTENDEE | NOT_OVER,
    "GET /verify": ALL,
    "GET /verify/{code}": dict.fromkeys(EVERYONE, 404),  # a code that was never made
    "GET /me/{key}": OWN_LINK,
    "GET /me/{key}/attestation.pdf": dict.fromkeys(EVERYONE, 404),  # the forum is still to come
    "GET /me/{key}/cancel": OWN_LINK,
    "GET /me/{key}/ticket.pdf": OWN_LINK,
    "GET /me/{key}/ticket.png": OWN_LINK,
    "GET /me/{key}/ticket.pkpass": dict.fromkeys(EVERYONE, 404),  # nothing signs passes
    "GET /me/{key}/forum.ics": OWN_LINK,
    "GET /me/{key}/edit": OWN_LINK,
    "POST /me/{key}/edit": dict.fromkeys(EVERYONE, 422),  # nothing was filled in
    "GET /me/{key}/transfer": OWN_LINK,
    "POST /me/{key}/transfer": dict.fromkeys(EVERYONE, 422),
    "POST /me/{key}/accept": OWN_LINK,
    "POST /me/{key}/cancel": OWN_LINK,
    "POST /me/{key}/consents/{purpose}": OWN_LINK,
    "POST /me/{key}/consents/{purpose}/withdrawal": OWN_LINK,
    "GET /speaker/{key}": OWN_LINK,
    "GET /speaker/{key}/photo": dict.fromkeys(EVERYONE, 404),  # none was sent
    "GET /speaker/{key}/sessions.ics": OWN_LINK,
    "GET /speaker/{key}/certificate.pdf": dict.fromkeys(EVERYONE, 404),  # it is still to come
    "POST /speaker/{key}/confirm": dict.fromkeys(EVERYONE, 422),  # no name was given
    "POST /speaker/{key}/decline": OWN_LINK,
    "POST /speaker/{key}/profile": dict.fromkeys(EVERYONE, 422),
    "POST /speaker/{key}/photo": dict.fromkeys(EVERYONE, 422),  # no file was chosen
    "POST /speaker/{key}/photo/agreement": dict.fromkeys(EVERYONE, 422),
    "POST /speaker/{key}/photo/removal": OWN_LINK,
    "POST /speaker/{key}/photo/withdrawal": OWN_LINK,
    "POST /api/devices": dict.fromkeys(EVERYONE, 404),  # a code that nobody was given
    "POST /api/device/scans": DEVICE | {"revoked": "ok"},  # it may hand over what it still holds
    "PUT /api/device/state": DEVICE,
    "GET /api/device/registrations": MAY_NOT,
    "POST /api/device/registrations": MAY_NOT,
    "PATCH /api/device/registrations/{reference}": MAY_NOT,
    "GET /api/device/registrations/{reference}/badge.pdf": MAY_NOT,
    "POST /api/device/registrations/{reference}/labels": MAY_NOT,
    "GET /api/device/labels/{label}": MAY_NOT,
    "GET /api/device/printers": MAY_NOT,
    "GET /api/device/categories": MAY_NOT,
    "GET /api/device/manifest": DEVICE,
    "GET /api/device/people": DEVICE | {"device": 403},  # a right of its own, see test_in_clear
    "GET /api/device/present": DEVICE | {"device": 403},
    "GET /api/editions/{edition_slug}/counters": WATCHING,
    "GET /api/editions/{edition_slug}/counters/stream": WATCHING,
    "GET /organiser": only(*TEAM, "stranger", others=401),
    "GET /organiser/sign-in": ALL,
    "POST /organiser/sign-in": ALL,
    "GET /organiser/sign-in/sent": ALL,
    "POST /organiser/sign-in/passkey": NO_PASSKEYS,
    "POST /organiser/sign-in/passkey/challenge": NO_PASSKEYS,
    "GET /organiser/account": OWN,
    "POST /organiser/account/passkeys": OWN_NOTHING,
    "POST /organiser/account/passkeys/challenge": OWN_NOTHING,
    "POST /organiser/account/passkeys/{passkey}/name": OWN_NOTHING,
    "POST /organiser/account/passkeys/{passkey}/remove": OWN_NOTHING,
    "POST /organiser/account/web-sessions/{session}/end": OWN_NOTHING,
    "POST /organiser/account/web-sessions/end-others": OWN,
    "GET /organiser/sign-in/{token}": dict.fromkeys(EVERYONE, 410),  # a link that nobody was given
    "POST /organiser/sign-in/{token}": dict.fromkeys(EVERYONE, 410),
    "POST /organiser/sign-out": ALL,
}


@pytest.fixture(scope="module")
async def house(cluster, template, tmp_path_factory):
    """A demonstration site with one of every principal."""
    from forum.core.db import open_pool  # noqa: PLC0415
    from tests.conftest import cloned, site_settings  # noqa: PLC0415

    settings = site_settings(tmp_path_factory.mktemp("rights"))
    async with (
        cloned(cluster, template) as name,
        open_pool(cluster.dsn(name)) as pool,
        opened(pool, msgspec.structs.replace(settings, demo=True)) as site,
    ):
        yield await House.built(site)


class House:
    """The site, its edition, and the headers by which each principal is known."""

    @classmethod
    async def built(cls, site):
        house = cls()
        house.site = site
        site.parts.watch.longest_s = 0  # a client inside this process waits for the end of a stream
        house.edition = await site.edition(
            categories=[
                NewCategory(code="elected", name={"fr": "Élu"}, places=2),
                NewCategory(code="press", name={"fr": "Presse"}),
                NewCategory(code="agent", name={"fr": "Agent public"}),
            ]
        )
        other = await site.edition()
        async with site.pool.acquire() as db:
            house.resting = await resting.rest(
                db, house.edition, "a.csv", TABLE_FILE, actor="test", at=NOON, ids=site.ids
            )
        house.conflict = await house.let_in_twice()
        house.guide, _ = await site.guide(house.edition)
        house.programme = await site.programme(house.edition, draft(capacity=20, sign_up=True))
        async with site.pool.acquire() as db:
            house.planned = await publishing.plan(
                db,
                house.edition,
                due_at=NOON + timedelta(days=1),
                note="",
                tell=False,
                base_url=site.settings.base_url,
                actor="command",
                at=NOON,
                ids=site.ids,
            )
        house.sessions = [str(one.id) for one in house.programme.sessions]
        house.parts = await house.spare_parts()
        house.spare = await house.spare_gates()
        house.layouts = await house.own_layouts()
        house.printers = await house.spare_printers()
        house.speaker_key = SpeakerKeys(site.settings.secret_key).key(
            house.edition.id, house.programme.speakers[0].id
        )
        await site.ask(house.edition, "note", "text")
        await site.ask(house.edition, "card", "file")
        attendee = await site.register(house.edition, answers={"card": site.file()})
        house.sender = attendee
        house.held = await site.register(house.edition, email="held@example.org")
        house.label = await site.do(
            printers.enqueue_test, house.edition, house.printers[0], actor="organiser:1"
        )
        await site.was_there(house.edition, house.held)
        house.invitation = await site.invite(house.edition)
        waiting = await site.register(house.edition)
        revoked, revoked_headers = await site.device(house.edition)
        await site.value("update device set revoked_at = now() where id = $1", revoked.id)
        _, device_headers = await site.device(house.edition)
        async with site.pool.acquire() as db:
            news = [NewDevice(name=f"Spare {n}", gates=["main"]) for n in range(8)]
            announced = await devices.announce(
                db, house.edition.id, news, actor="test", at=NOON, ids=site.ids
            )
        house.devices = [one.id for one in announced]
        async with site.pool.acquire() as db:
            await accounts.invite(
                db, "colleague@example.org", house.edition.id, [Role.DOOR], at=NOON, ids=site.ids
            )
        house.member = await site.value(
            "select id from account where email_key = 'colleague@example.org'"
        )
        house.campaign = await site.campaign(house.edition, house.member)
        async with site.pool.acquire() as db:
            house.run = await runs.ask(
                db, house.edition, Order(), actor="command", at=NOON, ids=site.ids
            )
        house.headers = {
            "anonymous": {},
            "attendee": {"authorization": f"Bearer {attendee.key}"},
            "waiting": {"authorization": f"Bearer {waiting.key}"},
            "organiser": await site.signed_in(house.edition, Role.ORGANISER),
            "editor": await site.signed_in(house.edition, Role.PROGRAMME_EDITOR),
            "reception": await site.signed_in(house.edition, Role.RECEPTION),
            "door": await site.signed_in(house.edition, Role.DOOR),
            "stranger": await site.signed_in(other, Role.ORGANISER),
            "device": device_headers,
            "revoked": revoked_headers,
        }
        async with site.client() as client:
            brought = await client.post(
                f"/organiser/{house.edition.slug}/import",
                headers={**house.headers["organiser"], **SAME_ORIGIN},
                files=PEOPLE,
            )
        house.table = brought.headers["location"].rpartition("/")[2]
        return house

    async def revision_of_device(self):
        """Return how often the device was changed that the table changes."""
        sql = "select revision from device where edition_id = $1 and id = $2"
        return await self.site.value(sql, self.edition.id, self.devices[0])

    async def let_in_twice(self):
        """Have two devices without a network let somebody in; return the scan of the second."""
        person = await self.site.register(self.edition, category="press")
        for ago in (2, 1):
            _, headers = await self.site.device(self.edition)
            read = sent(person.token, at=NOON - timedelta(minutes=ago), shown="admitted")
            async with self.site.client(headers=headers) as client:
                await client.post("/api/device/scans", json={"scans": [read]})
        return read["id"]

    async def spare_gates(self):
        """Add gates and lists that nothing uses; return their names, for removing."""
        found = {"gates": [], "lists": []}
        async with self.site.pool.acquire() as db:
            for n in range(3):
                name = {"name": {"fr": f"Libre {n}"}}
                by = {"actor": "organiser:1", "at": NOON, "ids": self.site.ids}
                own = await lists.add(db, self.edition, name, **by)
                gate = {**name, "check_in_list": "main"}
                found["gates"].append((await gates.add(db, self.edition, gate, **by)).slug)
                found["lists"].append(own.slug)
        return found

    async def own_layouts(self):
        """Make two badge layouts; return their names. The first has an image, the last goes."""
        by = {"actor": "organiser:1", "at": NOON, "ids": self.site.ids}
        async with self.site.pool.acquire() as db:
            names = [await layouts.add(db, self.edition, LAYOUT, {}, **by) for _ in range(2)]
            await layouts.put_image(
                db, self.site.parts.blobs, self.edition, names[0], "logo.png", PNG, **by
            )
        return names

    async def spare_printers(self):
        """Add label printers; return their ids, for changing, measuring and removing."""
        names = ("Changed", "Measured", "Removed")
        new = [PrinterGiven(**LABEL_PRINTER | {"name": name}) for name in names]
        return [
            await self.site.do(printers.add, self.edition, one, actor="organiser:1") for one in new
        ]

    async def spare_parts(self):
        """Add parts to the draft that no session names; return the ids of each kind, for removing.

        One is left for all that does not remove it, as the first. `undoable` are the numbers of
        changes that can be taken back, one for each principal.
        """
        self.undoable = []
        kinds = {
            PartKind.ROOM: {"name": "Salle"},
            PartKind.TRACK: {"name": {"fr": "Thème"}},
            PartKind.SPEAKER: {"name": "Zoé Lefèvre"},
            PartKind.SESSION: {"title": {"fr": "Séance"}, "type": "talk"},
            PartKind.PLAN: {"title": {"fr": "Niveau 0"}, "alt": {"fr": "L’entrée est en bas."}},
        }
        found = {name: [] for name in KIND_PLACES.values()}
        async with self.site.pool.acquire() as db:
            for kind, given in kinds.items():
                for _ in range(6):
                    new = self.site.ids.uuid(NOON)
                    build = partial(self.spare_part, kind, given, new)
                    await parts.add(
                        db, self.edition, kind, new, build, actor="organiser:1", at=NOON
                    )
                    found[KIND_PLACES[kind]].append(new)
            for _ in EVERYONE:
                new = self.site.ids.uuid(NOON)
                build = partial(self.spare_part, PartKind.TRACK, kinds[PartKind.TRACK], new)
                done = await parts.add(
                    db, self.edition, PartKind.TRACK, new, build, actor="organiser:1", at=NOON
                )
                self.undoable.append(done.change.number)
            digest = self.site.parts.blobs.put(b"a photo that nobody agreed to")
            await parts.change(
                db,
                self.edition,
                PartKind.SPEAKER,
                found["speakers"][0],
                lambda _, before: parts.with_photo(before, digest, None),
                actor="organiser:1",
                at=NOON,
            )
            drawn = PlanPicture(full=digest, small=digest, width_px=300, height_px=200)
            await parts.change(
                db,
                self.edition,
                PartKind.PLAN,
                found["plans"][0],
                lambda _, before: parts.with_picture(before, drawn),
                actor="organiser:1",
                at=NOON,
            )
        return found

    @staticmethod
    def spare_part(kind, given, new, draft, before):
        return part_from(kind, given, draft, id_=new, before=before)

    def part(self, path, *, removed):
        """Return the id of a part of the kind that an address names."""
        found = self.parts[next(name for name in self.parts if f"/{name}" in path)]
        return found.pop() if removed and len(found) > 1 else found[0]

    def letter_of(self, path):
        """Return whose letter the previews of papers show."""
        if path.endswith("/papers/certificates/letter"):
            return f"?reference={self.programme.speakers[0].slug}"
        return "?reference={reference}" if path.endswith("/papers/attestations/letter") else ""

    def layout(self, path, *, removed):
        """Return the badge layout that an address names, and its image."""
        gone = removed and "{image}" not in path
        return {"layout": self.layouts[-int(gone)], "image": "none" if removed else "logo"}

    def address(self, path, *, removed=False):
        values = {
            "edition_slug": self.edition.slug,
            "version": self.site.parts.templates.version,
            "path": "site.css",
            "key": self.held.key,
            "reference": self.held.reference,
            "token": "nobody",
            "code": "0000-0000-0000-0000-0000-0000-0000",
            "speaker": self.programme.speakers[0].id,
            "name": "none.eml",
            "passkey": "none",
            "session": "none",
            "session_name": "ouverture",
            "member": self.member,
            "category": "agent",
            "question": "card" if "/files/" in path else "note",
            "purpose": "photos",
            "photo": "0" * 64,
            "picture": "0" * 64,
            "registration": self.sender.id,
            "kind": "reminder",
            "publication_id": self.planned.id,
            "invitation_id": self.invitation.id,
            "import_id": self.table,
            "number": self.campaign,
            "run": self.run.id,
            "job": self.run.id,
            "label": self.label,
            "session_number": 1,
            "moved": self.programme.sessions[0].id,
            "file_id": self.resting,
            "slug": self.edition.slug if path.startswith("/organiser") else "ouverture",
        }
        if "{device_id}" in path:
            values["device_id"] = self.devices.pop() if removed else self.devices[0]
        for kind, name in (("gates", "gate"), ("lists", "check_in_list")):
            if f"{{{name}}}" in path:
                values[name] = self.spare[kind].pop() if removed else self.spare[kind][0]
        values |= self.layout(path, removed=removed)
        if "{printer}" in path:
            which = -1 if removed else int(path.endswith("/measures"))
            values["printer"] = self.printers[which]
        if "{scan}" in path:
            values |= {"scan": self.conflict, "kind": "admitted_twice"}
        if "{part}" in path:
            values["part"] = self.part(path, removed=removed)
        if "/guides/" in path:
            values["slug"] = self.guide.slug
        if path.startswith("/speaker/"):
            values["key"] = self.speaker_key
        path += self.letter_of(path)
        if path.endswith("/publication/comparison"):
            path += "?old=1&new=1"
        return path.format(**values)

    def body(self, route):
        if route == "POST /organiser/{slug}/programme/take-back":
            return {"data": {"number": str(self.undoable.pop())}}
        return {
            "POST /organiser/sign-in": {"data": {"email": "rights@example.org"}},
            "POST /organiser/account/passkeys/{passkey}/name": {"data": {"name": "x"}},
            "POST /organiser/{slug}/team": {"data": {"email": "x@example.org", "roles": "door"}},
            "POST /organiser/{slug}/team/{member}": {"data": {"roles": "door", "held": "door"}},
            "POST /me/{key}/sessions": {"data": {"take": str(self.programme.sessions[1].id)}},
            "POST /api/devices": {"json": {"code": "ZZZZ-ZZZZ"}},
            "POST /api/device/registrations": {"json": {**person(), **ANOTHER}},
            "PATCH /api/device/registrations/{reference}": {"json": {}},
            "POST /api/device/registrations/{reference}/labels": {"json": {"printer": NOBODY}},
            "POST /api/device/scans": {"json": {"scans": [sent("x")]}},
            "PUT /api/device/state": {"json": told()},
            "POST /api/editions/{edition_slug}/devices": {
                "json": {"name": "Phone", "gates": ["main"]}
            },
            "PATCH /api/editions/{edition_slug}/devices/{device_id}": {"json": {"name": "Phone"}},
            "POST /organiser/{slug}/doors/devices": {"data": {"name": "Phone", "gate": "main"}},
            **{
                f"POST /organiser/{{slug}}/doors/devices/{{device_id}}{path}": {
                    "data": {"revision": str(self.revision), **form}
                }
                for path, form in (
                    ("", {"name": "Phone", "gates": "main"}),
                    ("/gate", {"gate": "main"}),
                )
            },
            "POST /api/editions/{edition_slug}/registrations": {"json": person()},
            "POST /organiser/{slug}/papers/attestations": {"data": {"to": "missing"}},
            "POST /organiser/{slug}/papers/certificates": {"data": {"to": "missing"}},
            "POST /{edition_slug}/register": {"data": person()},
            "POST /{edition_slug}/link": {"data": {"email": "rights@example.org"}},
            "PATCH /api/me/registration": {"json": {}},
            "POST /organiser/{slug}/programme/import": {"files": {"file": ("a.csv", TABLE_FILE)}},
            "PUT /api/me/registration/consents/{purpose}": {"json": {"version": 1}},
            "POST /me/{key}/consents/{purpose}": {"data": {"version": "1"}},
            "POST /organiser/{slug}/form": {"data": {"state": "open", "places": "9"}},
            "POST /organiser/{slug}/form/category": {"data": {"name.fr": "Équipe"}},
            "POST /organiser/{slug}/form/categories/{category}": {"data": {"name.fr": "Agent"}},
            "POST /organiser/{slug}/form/question": {"data": {"label.fr": "Q", "kind": "text"}},
            "POST /organiser/{slug}/form/questions/{question}": {"data": {"label.fr": "Q"}},
            "POST /organiser/{slug}/form/consent": {"data": {"wording.fr": "Oui"}},
            "POST /organiser/{slug}/form/consents/{purpose}": {"data": {"wording.fr": "Oui"}},
            "POST /api/editions/{edition_slug}/programme/publications": {"json": {}},
            "POST /api/editions/{edition_slug}/badges": {"json": {}},
            "PUT /api/editions/{edition_slug}/plans/{part}/picture": {"content": plan_file()},
            **{
                f"{method} /api/editions/{{edition_slug}}/{name}{path}": {"json": part}
                for name, part in PARTS.items()
                for method, path in (("POST", ""), ("PUT", "/{part}"), ("PATCH", "/{part}"))
            },
            **{
                f"POST /organiser/{{slug}}/programme/{name}/{path}": {"data": part}
                for name, part in TYPED.items()
                for path in ("new", "{part}")
            },
            **{
                f"{method} /api/editions/{{edition_slug}}/{path}": {"json": NAMED}
                for method, path in (
                    ("POST", "gates"),
                    ("POST", "lists"),
                    ("PATCH", "gates/{gate}"),
                    ("PATCH", "lists/{check_in_list}"),
                )
            },
            "PUT /api/editions/{edition_slug}/conflicts/{scan}/{kind}/settlement": {
                "json": {"decision": "same_person"}
            },
            f"POST {DOORS}/conflicts/{{scan}}/{{kind}}/settlement": {
                "data": {"decision": "same_person"}
            },
            f"POST {DOORS}/conflicts/settlements": {
                "data": {"kind": "admitted_twice", "decision": "same_person"}
            },
            f"POST {LAYOUTS}": {"data": {"like": "a6"}},
            f"POST {LAYOUTS}/import": {"files": {"file": ("a.toml", LAYOUT.encode())}},
            f"POST {LAYOUTS}/{{layout}}": {
                "data": {"part": "toml", "source": LAYOUT, "revision": "1"}
            },
            f"POST {LAYOUTS}/{{layout}}/delete": {"data": {"revision": "1"}},
            f"POST {LAYOUTS}/{{layout}}/images": {"files": {"image": ("b.png", PNG)}},
            f"POST {DOORS}/gates/presets": {"data": {"preset": "door"}},
            f"POST {PRINTERS}/new": {"data": {**TYPED_PRINTER, "name": "New"}},
            f"POST {PRINTERS}/{{printer}}": {"data": TYPED_PRINTER},
            f"POST {PRINTERS}/{{printer}}/measures": {
                "data": {"left_mm": "5", "top_mm": "5", "revision": "1"}
            },
            f"POST {PRINTERS}/{{printer}}/queue": {"data": {"deed": "pause"}},
            f"POST {PRINTERS}/{{printer}}/labels": {"data": {"reference": self.held.reference}},
            f"POST {PRINTERS}/{{printer}}/labels/{{label}}": {"data": {"deed": "cancel"}},
            **{
                f"POST {DOORS}/{path}": {"data": TYPED_DOOR}
                for path in ("gates/new", "lists/new", "gates/{gate}", "lists/{check_in_list}")
            },
            f"POST {TABLE}/walk-ins": {"json": {**person(), "email": None, **ANOTHER}},
            f"PATCH {TABLE}/{{reference}}": {"json": {}},
            "POST /organiser/{slug}/import": {"files": PEOPLE},
            "POST /organiser/{slug}/import/{import_id}": {"data": COLUMNS},
            f"POST {DRAFT}/placements": {"json": {"session": self.sessions[0]}},
            f"POST {DRAFT}/swaps": {
                "json": {"session": self.sessions[0], "other": self.sessions[1]}
            },
            f"POST {DRAFT}/shifts": {"json": {**DAYS, "minutes": 5}},
            f"POST {DRAFT}/copies": {"json": {"session": NOBODY}},
            f"POST {DRAFT}/undos": {"json": {"number": 999}},
            "POST /organiser/{slug}/programme/move/{moved}": {"data": {"deed": "unplace"}},
            "POST /organiser/{slug}/programme/shift": {
                "data": {"day": "2027-03-23", "since": "08:00", "minutes": "5"}
            },
            "POST /organiser/{slug}/desk": {"data": {**person(), "email": "", **ANOTHER}},
            "POST /organiser/{slug}/bulk": {"data": {"reference": self.held.reference}},
            "POST /organiser/{slug}/registrations/{reference}/correct": {"data": self.same()},
            "POST /organiser/{slug}/registrations/{reference}/decide": {
                "data": {"deed": "move", "category": "elected", "revision": "1"}
            },
            **{
                f"POST /organiser/{{slug}}/campaigns{path}": {"data": self.campaign_form()}
                for path in ("", "/preview", "/test")
            },
            "POST /api/editions/{edition_slug}/campaigns": {"json": {"texts": TEXTS}},
            "PATCH /api/editions/{edition_slug}/campaigns/{number}": {"json": {"state": "running"}},
            **{
                f"POST /organiser/{{slug}}/letters/{{kind}}{path}": {"data": words()}
                for path in ("", "/preview", "/test")
            },
        }.get(route, {})

    def campaign_form(self):
        """Return the form of a campaign to the person who holds a place."""
        return {
            **words(),
            "query": f"?q={self.held.reference}",
            "reached": "1",
            "per_minute": "60",
        }

    def same(self):
        """Return a correction that changes nothing, so that everybody may send it."""
        return {
            "given_name": "Zoé",
            "family_name": self.held.family_name,
            "email": "held@example.org",
            "revision": "1",
        }


PARTS = {
    "rooms": {"name": "Salle"},
    "tracks": {"name": {"fr": "Thème"}},
    "speakers": {"name": "Zoé Lefèvre"},
    "sessions": {"title": {"fr": "Séance"}, "type": "talk"},
    "plans": {"title": {"fr": "Niveau 0"}, "alt": {"fr": "L’entrée est en bas."}},
}
TYPED = {
    "rooms": {"name": "Salle"},
    "tracks": {"name.fr": "Thème"},
    "speakers": {"name": "Zoé Lefèvre"},
    "sessions": {"title.fr": "Séance", "type": "talk"},
    "plans": {"title.fr": "Niveau 0", "alt.fr": "L’entrée est en bas."},
}
NAMED = {"name": {"fr": "Porte"}}
TYPED_DOOR = {"name.fr": "Porte", "kind": "door", "directions": "both", "counts": "day"}
DOORS = "/organiser/{slug}/doors"
LAYOUTS = "/organiser/{slug}/badges/layouts"
LAYOUT = reading.renamed(reading.write(SHIPPED["a6"]), "own")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
PRINTERS = "/organiser/{slug}/badges/printers"
LABEL_PRINTER = {
    "kind": PrinterKind.LABEL,
    "address": "192.168.1.50:9100",
    "dpi": 203,
    "width_mm": 100,
    "height_mm": 62,
}
TYPED_PRINTER = {
    "name": "Changed",
    "revision": "1",
    **{field: str(value) for field, value in LABEL_PRINTER.items()},
}
TABLE_FILE = b"Titre\nOuverture\n"
TABLE = "/api/editions/{edition_slug}/registrations"
TEXTS = {"fr": {"subject": "Bonjour", "body": "Un mot."}}
DRAFT = "/api/editions/{edition_slug}/draft"
DAYS = {"since": "2027-03-23T00:00:00Z", "until": "2027-03-25T00:00:00Z"}
NOBODY = "00000000-0000-4000-8000-000000000000"
ANOTHER = {"another_person": True}
PEOPLE = {"file": ("people.csv", b"given_name,family_name,email\nAda,Ferrand,ada@example.org\n")}
COLUMNS = {
    "column.0": "given_name",
    "column.1": "family_name",
    "column.2": "email",
    "category": "press",
}


def person():
    """Return one person only, who is registered by whoever comes first."""
    return {
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "rights@example.org",
        "category": "press",
    }


def words():
    """Return the words of an e-mail, as they were."""
    return {
        f"{part}-{language}": "Bonjour" for part in ("subject", "body") for language in ("fr", "en")
    }


def handlers():
    """Return every handler that the application serves, by `METHOD /path`."""
    nowhere = Path("/nonexistent")
    settings = Settings(secret_key=b"s" * 32, var=nowhere, storage=nowhere, demo=True)
    site = create_app(settings)
    found = {}
    for route in site.app.app.routes:
        path = re.sub(r":(str|path|uuid|int)", "", route.path_format) or "/"
        for handler in route.route_handlers:
            found |= {f"{method} {path}": handler for method in handler.http_methods}
    return {
        route: handler
        for route, handler in found.items()
        if not route.startswith(("OPTIONS ", "GET /api/openapi.json/"))
    }


def line(deed):
    """Return the line of a route of the team: the roles that the table gives this deed."""
    return only(*(who for who, role in TEAM.items() if role in RIGHTS[deed]), others=401)


SERVED = handlers()
LINES = OPEN | {
    route: line(handler.opt["deed"]) for route, handler in SERVED.items() if "deed" in handler.opt
}
for there_is_none in (
    f"POST {DRAFT}/copies",
    f"POST {DRAFT}/undos",
    "POST /organiser/{slug}/programme/undo",
):
    LINES[there_is_none] |= {"organiser": 404, "editor": 404}
for not_drawn in (
    "GET /api/editions/{edition_slug}/badges/{job}/file",
    "GET /organiser/{slug}/badges/runs/{run}/badges.pdf",
):
    LINES[not_drawn] |= {"organiser": 409, "reception": 409}


def test_every_route_has_its_line_and_every_line_its_route():
    assert SERVED.keys() == LINES.keys()


def test_who_asks_for_staff_names_a_deed_and_no_public_line_hides_one():
    asking = {
        route for route, one in SERVED.items() if "staff" in one.parsed_fn_signature.parameters
    }
    assert asking == {route for route, one in SERVED.items() if "deed" in one.opt}
    assert asking & OPEN.keys() == set()


def test_the_table_of_rights_is_whole_and_an_organiser_may_do_everything():
    assert RIGHTS.keys() == set(Deed)
    assert all(Role.ORGANISER in roles for roles in RIGHTS.values())


def removes(route):
    """Say whether a request of this route removes what it names."""
    return route.startswith("DELETE") or route.endswith("/delete")


# What is changed for good comes last: the attendee of the table cancels only then. Consents come
# first, before their words change.
FOR_GOOD = ("cancel", "/delete")
REPLACING = "programme/import/{file_id}"  # the draft is another then
ORDER = sorted(
    LINES,
    key=lambda route: (
        not route.startswith("PUT"),
        route.startswith("DELETE") or REPLACING in route,
        any(w in route for w in FOR_GOOD),
        route,
    ),
)


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("route", ORDER)
async def test_the_right(house, route, who):
    method, path = route.split()
    async with house.site.client() as client:
        headers = {**house.headers[who], **(SAME_ORIGIN if method != "GET" else {})}
        if route == "POST /organiser/sign-out":
            headers.pop("cookie", None)  # or nobody would be signed in any longer
        removed = removes(route) and LINES[route][who] == "ok"
        house.revision = await house.revision_of_device()
        answer = await client.request(
            method, house.address(path, removed=removed), headers=headers, **house.body(route)
        )
    right = LINES[route][who]
    got = "ok" if answer.status_code < 400 else answer.status_code
    assert got == right, answer.text[:300]


async def test_no_route_answers_what_nobody_may(house):
    for route in ("/organiser/%2e%2e/organiser", "//organiser/x", "/Organiser/"):
        async with house.site.client() as client:
            assert (await client.get(route)).status_code in {401, 404}
