"""Manifests: what devices are sent is whole, tells nobody's name, and goes on without a gap."""

import asyncio
import hashlib
import json
import uuid
from base64 import urlsafe_b64decode
from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges.doors import queries as door_queries
from badges.doors.deciding import DoorRules
from badges.models import CheckInList, Counting, Direction
from badges.scanner.manifest_queries import Standing
from badges.scanner.manifests import COUNTED_BACK, Cursor, era_of, read_cursor, since_of
from badges.scans import scanning
from badges.tokens import verify
from forum.core.errors import Problem
from forum.registrations import changing
from forum.registrations.models import Change
from schedule import signing_up
from tests.factories import DURING, FIRST_DAY, NOON, draft, scan
from tests.factories import Counting as CountingPool
from tests.schedule.workshops import workshop, workshops

PER_ENTRY = 330
"""Bytes of an entry as JSON with a name and an organisation of the usual length."""


def plain(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def short(salt, text):
    return hashlib.sha256(f"{salt}|{text}".encode()).digest()[:12]


class Phone:
    """A device that keeps manifests as the contract says, and reads badges without a network."""

    def __init__(self, client, device, headers):
        self.client = client
        self.device = device
        self.headers = headers
        self.held = None
        self.tickets = {}
        self.check_ins = {}
        self.whole = 0

    async def ask(self, **query):
        answer = await self.client.get("/api/device/manifest", params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer

    async def sync(self):
        """Ask for what changed; and for all where that does not add up."""
        await self._take(**({} if self.held is None else {"since": self.held["cursor"]}))
        if len(self.tickets) != self.held["count"]:
            await self._take()
        assert len(self.tickets) == self.held["count"]
        return self

    async def _take(self, **query):
        told = (await self.ask(**query)).json()
        if told["full"]:
            self.whole += 1
            self.tickets, self.check_ins = {}, {}
        self.tickets |= {one["k"]: one for one in told.pop("tickets")}
        self.check_ins |= {(one["k"], one["l"], one["p"]): one for one in told.pop("check_ins")}
        self.held = told

    def entry(self, token):
        """Find the entry of a token by what the token alone says; None where it is not there."""
        found = HKDF(SHA256(), 16, self.held["salt"].encode(), b"forum manifest id").derive(
            token.encode()
        )
        return next((one for one in self.tickets.values() if plain(one["h"]) == found), None)

    def name(self, token):
        """Open the name that a token opens."""
        salt = self.held["salt"].encode()
        key = HKDF(SHA256(), 32, salt, b"forum manifest key").derive(token.encode())
        sealed = plain(self.entry(token)["n"])
        return json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], None))

    def of_number(self, token):
        """Find the entry of the ticket of which this token is, or was."""
        keys = {
            int(number): Ed25519PublicKey.from_public_bytes(plain(key))
            for number, key in self.held["keys"].items()
        }
        wanted = short(self.held["salt"], str(verify(token, keys).ticket))
        return next((one for one in self.tickets.values() if plain(one["k"]) == wanted), None)

    def of_reference(self, reference):
        wanted = short(self.held["salt"], reference.replace("-", ""))
        return next((one for one in self.tickets.values() if plain(one["r"]) == wanted), None)

    def state(self):
        """Return all that it decides by."""
        told = {name: value for name, value in self.held.items() if name not in TOLD_APART}
        return told, self.tickets, self.check_ins


TOLD_APART = {"cursor", "full", "now"}


@pytest.fixture(autouse=True)
def fresh(shared_site, monkeypatch):
    """Nothing that was read is kept for the next who asks."""
    parts = shared_site.parts
    for shelf in (parts.manifests.kept, parts.devices, parts.device_editions):
        monkeypatch.setattr(shelf, "fresh_s", 0)


@pytest.fixture
def phone(site, client):
    """Make a phone of an edition that has asked for nothing yet."""

    async def make(edition, gate="main"):
        return Phone(client, *await site.device(edition, gate))

    return make


async def read(site, edition, phone, *scans, at=DURING):
    async with site.pool.acquire() as db:
        return await scanning.scan(db, phone.device, edition, site.keyring, scans, at=at)


# What a whole manifest tells


async def test_a_manifest_holds_the_edition_and_its_rules(site, edition, phone):
    await site.programme(edition, draft("Ouverture"))
    held = (await (await phone(edition)).sync()).held
    rules = msgspec.convert(held["rules"], DoorRules)
    assert (rules.edition, len(rules.days), [*rules.gates]) == (
        edition.id,
        3,
        ["main", "garden", "dinner"],
    )
    assert rules.lists["main"].counts is Counting.DAY
    assert held["edition"] == {
        "id": edition.id,
        "slug": edition.slug,
        "timezone": "Europe/Paris",
        "language": "fr",
    }
    assert held["categories"]["1"] == {"fr": "Agent public", "en": "Public agent"}
    assert (held["full"], held["count"], held["now"]) == (True, 0, "2027-03-01T12:00:00Z")


async def test_titles_of_sessions_are_those_of_the_rooms_of_lists(site, edition, phone):
    made = draft("Ouverture")
    await site.programme(edition, made)
    phone = await (await phone(edition)).sync()
    assert phone.held["sessions"] == {}
    async with site.pool.acquire() as db:
        room = CheckInList(slug="room", name={"fr": "Salle"}, rooms=[made.rooms[0].id])
        await door_queries.insert_check_in_list(db, edition.id, room)
    await phone.sync()
    assert phone.held["sessions"] == {"1": {"fr": "Ouverture"}}
    assert phone.held["rules"]["lists"]["room"]["windows"][0]["session"] == 1


async def test_a_name_is_found_with_the_badge_in_hand_alone(site, edition, phone):
    zoe = await site.register(
        edition, given_name="Zoé", family_name="Lefèvre", organisation="Ville"
    )
    other = await site.register(edition, given_name="Ada", family_name="Ferrand", category="agent")
    phone = await (await phone(edition)).sync()
    assert phone.name(zoe.token) == {"g": "Zoé", "f": "Lefèvre", "o": "Ville"}
    assert phone.name(other.token) == {"g": "Ada", "f": "Ferrand"}
    assert phone.of_reference(zoe.reference) == phone.entry(zoe.token) == phone.of_number(zoe.token)
    told = {name: value for name, value in phone.entry(other.token).items() if len(name) == 1}
    assert {name: told[name] for name in "scdv"} == {"s": "confirmed", "c": 1, "d": 3, "v": 0}
    assert set(told) == set("hkrscdvn")
    phone.entry(zoe.token)["n"] = phone.entry(other.token)["n"]
    with pytest.raises(InvalidTag):
        phone.name(zoe.token)


async def test_nothing_in_a_manifest_names_anybody(site, edition, phone):
    people = [
        await site.register(
            edition,
            given_name=f"Prénom{n}",
            family_name=f"Famille{n}",
            organisation=f"Communauté {n}",
            job_title=f"Fonction{n}",
        )
        for n in range(12)
    ]
    await site.cancel(edition, people[0])
    phone = await phone(edition)
    await read(site, edition, phone, *(scan(one.token) for one in people))
    answer = await phone.ask()
    body = answer.content
    assert len(answer.json()["tickets"]) == 12
    numbers = await site.rows("select number::text from ticket where edition_id = $1", edition.id)
    secrets = [number for (number,) in numbers]
    for row in await site.rows(
        """
        select reference, given_name, family_name, email, organisation, job_title, sort_key,
               id::text
          from registration where edition_id = $1
        """,
        edition.id,
    ):
        secrets += row
    secrets += [one.token for one in people] + [one.reference.replace("-", "") for one in people]
    for secret in secrets:
        for spelling in (secret, json.dumps(secret)[1:-1], secret.lower()):
            assert spelling.encode() not in body


async def test_who_may_enter_no_more_is_told_without_a_name(site, edition, phone):
    gone, moved = await site.register(edition), await site.register(edition)
    site.clock.forward(seconds=5)
    await site.cancel(edition, gone)
    await site.do(
        changing.change, edition, moved.id, Change(category="agent"), by_staff=True, actor="x"
    )
    now = await site.registered(edition, moved.id)
    phone = await (await phone(edition)).sync()
    at = round(site.clock.at.timestamp() * 1000)
    entry = phone.entry(gone.token)
    assert (entry["s"], entry["e"], "n" in entry) == ("cancelled", at, False)
    assert phone.entry(moved.token) is None
    older = phone.of_number(moved.token)
    assert older == phone.entry(now.token)
    assert (older["v"], older["p"], older["c"]) == (1, at, 1)


async def test_who_waits_is_not_told(site, phone):
    edition = await site.edition(places=1)
    await site.register(edition)
    await site.register(edition)
    assert (await (await phone(edition)).sync()).held["count"] == 1


async def test_seats_are_told_by_the_numbers_of_sessions(site, edition, phone):
    first, second = workshop("a"), workshop("b", starts=120)
    await site.programme(edition, workshops(first, second))
    person = await site.register(edition)
    phone = await (await phone(edition)).sync()
    assert "t" not in phone.entry(person.token)
    for one in (first, second):
        await site.do(signing_up.sign_up, edition, person.id, one.id)
    await phone.sync()
    assert phone.entry(person.token)["t"] == sorted([first.number, second.number])
    await site.do(signing_up.give_back, edition, person.id, first.id)
    await phone.sync()
    assert phone.entry(person.token)["t"] == [second.number]
    assert phone.whole == 1


async def test_seats_follow_the_numbers_of_sessions(site, edition, phone):
    session = workshop("a")
    await site.programme(edition, workshops(session))
    person = await site.register(edition)
    await site.do(signing_up.sign_up, edition, person.id, session.id)
    phone = await (await phone(edition)).sync()
    renumbered = msgspec.structs.replace(session, number=session.number + 1)
    await site.programme(edition, workshops(renumbered))
    await phone.sync()
    assert phone.entry(person.token)["t"] == [renumbered.number]


async def test_who_is_in_is_told_for_the_lists_of_the_devices_gates(site, edition, phone):
    person = await site.register(edition)
    main, dinner = await phone(edition), await phone(edition, "dinner")
    await read(site, edition, main, scan(person.token))
    await main.sync()
    key = main.entry(person.token)["k"]
    at = round(DURING.timestamp() * 1000)
    assert main.check_ins == {
        (key, "main", "0"): {"k": key, "l": "main", "p": "0", "i": True, "a": at, "g": "main"}
    }
    assert (await dinner.sync()).check_ins == {}
    left = scan(person.token, direction=Direction.OUT, at=DURING + timedelta(hours=1))
    await read(site, edition, main, left, at=DURING + timedelta(hours=1))
    await main.sync()
    assert [one["i"] for one in main.check_ins.values()] == [False]
    assert main.whole == 1


async def test_a_device_of_several_gates_is_told_of_each_of_their_lists(site, edition, phone):
    person = await site.register(edition)
    main, dinner = await phone(edition), await phone(edition, "dinner")
    await read(site, edition, main, scan(person.token))
    await read(site, edition, dinner, scan(person.token, gate="dinner"))
    several = msgspec.structs.replace(main.device, gates=["main", "garden", "dinner"])
    lists = []
    for device in (main.device, dinner.device, several):
        body, _ = await site.parts.manifests.answer(device, edition, None, packed=False)
        lists.append([one["l"] for one in json.loads(body)["check_ins"]])
    assert lists == [["main"], ["dinner"], ["dinner", "main"]]


async def test_a_device_that_may_stand_elsewhere_too_is_told_all_anew(site, edition, phone):
    await site.register(edition)
    phone = await (await phone(edition)).sync()
    since = phone.held["cursor"]
    for gates_now, full in ((["main", "garden"], False), (["main", "dinner"], True)):
        device = msgspec.structs.replace(phone.device, gates=gates_now)
        body, _ = await site.parts.manifests.answer(device, edition, since, packed=False)
        assert json.loads(body)["full"] is full


async def test_a_manifest_is_packed_for_who_takes_that(site, edition, phone):
    for _ in range(5):
        await site.register(edition)
    phone = await phone(edition)
    phone.headers["accept-encoding"] = "gzip"
    packed = await phone.ask()
    phone.headers["accept-encoding"] = "identity"
    plain_answer = await phone.ask()
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_answer.headers
    assert packed.json()["tickets"] == plain_answer.json()["tickets"]
    assert int(packed.headers["content-length"]) < int(plain_answer.headers["content-length"])


async def test_the_salt_of_an_edition_stays(site, edition, phone):
    got = await asyncio.gather(*[(await phone(edition)).sync() for _ in range(5)])
    assert len({one.held["salt"] for one in got}) == 1
    other = await (await phone(await site.edition())).sync()
    assert other.held["salt"] != got[0].held["salt"]


async def test_an_entry_is_small(site, edition, phone):
    for _ in range(20):
        await site.register(edition, organisation="Communauté de communes du Val d’Ailleurs")
    body = (await (await phone(edition)).ask()).json()
    assert len(json.dumps(body["tickets"], separators=(",", ":"))) / 20 < PER_ENTRY


# What changed


async def test_what_did_not_change_is_not_told_again(site, edition, phone):
    people = [await site.register(edition) for _ in range(3)]
    phone = await (await phone(edition)).sync()
    await site.do(
        changing.change, edition, people[1].id, Change(given_name="Anne"), by_staff=True, actor="x"
    )
    told = (await phone.ask(since=phone.held["cursor"])).json()
    assert (told["full"], told["count"], len(told["tickets"])) == (False, 3, 1)
    again = (await phone.ask(since=told["cursor"])).json()
    assert (again["tickets"], again["check_ins"]) == ([], [])
    await phone.sync()
    assert phone.name(people[1].token)["g"] == "Anne"


async def test_a_reissued_ticket_takes_the_place_of_the_one_before(site, edition, phone):
    person = await site.register(edition)
    phone = await (await phone(edition)).sync()
    await read(site, edition, phone, scan(person.token))
    await phone.sync()
    await site.do(
        changing.change, edition, person.id, Change(days=[FIRST_DAY]), by_staff=True, actor="x"
    )
    now = await site.registered(edition, person.id)
    await phone.sync()
    assert phone.whole == 1
    assert phone.entry(person.token) is None
    assert [one[0] for one in phone.check_ins] == [phone.entry(now.token)["k"]]


async def test_who_was_erased_is_gone(site, edition, phone):
    people = [await site.register(edition) for _ in range(2)]
    phone = await (await phone(edition)).sync()
    await site.value("delete from registration where id = $1", people[0].id)
    newcomer = await site.register(edition)
    await phone.sync()
    assert phone.entry(people[0].token) is None
    assert {phone.name(one.token)["f"] for one in (people[1], newcomer)} == {
        people[1].family_name,
        newcomer.family_name,
    }


async def test_a_cursor_that_says_nothing_gets_all(site, edition, phone):
    await site.register(edition)
    phone = await (await phone(edition)).sync()
    number, era, lists = phone.held["cursor"].split(".")
    for strange in (
        "",
        "x",
        "0",
        f"{number}.{era}",
        f"{10**19 - 1}.{era}.{lists}",
        f"{int(number) + 10**6}.{era}.{lists}",
        f"-1.{era}.{lists}",
        f"{number}.{'A' * 11}.{lists}",
        f"{number}.{era}.{'A' * 11}",
        f"{number}.{era}.{lists} ",
    ):
        assert (await phone.ask(since=strange)).json()["full"], strange
    assert not (await phone.ask(since=phone.held["cursor"])).json()["full"]


async def test_a_cursor_of_another_edition_gets_all(site, edition, phone):
    phone, other = await (await phone(edition)).sync(), await phone(await site.edition())
    assert (await other.ask(since=phone.held["cursor"])).json()["full"]


def test_a_cursor_reads_as_it_was_written():
    cursor = Cursor(2**62, "abcdefghi_-", "ABCDEFGHI01")
    assert read_cursor(str(cursor)) == cursor
    assert read_cursor(None) is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (100, "100"),
        (101, None),  # what was not there yet as it was read
        (100 - 50, "50"),
    ],
)
def test_a_cursor_counts_from_what_had_ended(asked, told):
    standing = Standing(salt="s", oldest=100, next=120, era="e", count=0)
    assert since_of(Cursor(asked, era_of(standing), ""), standing) == told


@pytest.mark.parametrize("turn", [0, 1, 2, 5])
def test_a_cursor_counts_back_as_far_as_rows_do(turn):
    after = turn * 2**32 + 17
    standing = Standing(
        salt="s", oldest=after + COUNTED_BACK, next=after + COUNTED_BACK, era="e", count=0
    )
    era = era_of(standing)
    assert since_of(Cursor(after, era, ""), standing) is None
    assert since_of(Cursor(after + 1, era, ""), standing) == str(after + 1)


@pytest.mark.parametrize("other", [{"salt": "t"}, {"era": "f"}])
def test_in_another_era_a_cursor_says_nothing(other):
    standing = Standing(salt="s", oldest=100, next=120, era="e", count=0)
    then = msgspec.structs.replace(standing, **other)
    assert since_of(Cursor(100, era_of(then), ""), standing) is None


# Whoever writes meanwhile


async def test_what_was_under_way_comes_with_the_next(site, edition, phone):
    person, late = await site.register(edition), await site.register(edition)
    phone = await phone(edition)
    async with site.pool.acquire() as db, site.pool.acquire() as other:
        writing = db.transaction()
        await writing.start()
        await db.execute("update registration set given_name = 'Inès' where id = $1", person.id)
        async with db.transaction():  # a savepoint has a number of its own
            await db.execute(
                "update ticket set revoked_at = now() where registration_id = $1", late.id
            )
        await other.execute("update registration set given_name = 'Max' where id = $1", late.id)
        await phone.sync()
        assert phone.name(late.token)["g"] == "Max"
        assert phone.name(person.token)["g"] == "Zoé"
        await phone.sync()
        await writing.commit()
    await phone.sync()
    assert phone.name(person.token)["g"] == "Inès"
    assert "n" not in phone.entry(late.token)
    assert phone.whole == 1


async def test_nothing_that_commits_while_manifests_are_read_is_missed(site, edition, phone):
    people = [await site.register(edition) for _ in range(6)]
    phones = [await (await phone(edition)).sync() for _ in range(2)]
    ended = asyncio.Event()

    async def write(mine):
        for turn in range(25):
            async with site.pool.acquire() as db, db.transaction():
                for one in mine:
                    await db.execute(
                        "update registration set given_name = $2 where id = $1", one.id, f"N{turn}"
                    )
                    await db.fetchval("select pg_sleep(0.001)")

    async def follow(one):
        while not ended.is_set():
            await one.sync()

    following = [asyncio.create_task(follow(one)) for one in phones]
    await asyncio.gather(write(people[:2]), write(people[2:4]), write(people[4:]))
    ended.set()
    await asyncio.gather(*following)
    for one in phones:
        await one.sync()
        assert {one.name(person.token)["g"] for person in people} == {"N24"}
        assert one.whole == 1


async def test_devices_that_ask_at_once_share_the_work(site, edition, phone, monkeypatch):
    await site.register(edition)
    phones = [await phone(edition, gate) for gate in ("main", "dinner", "garden") for _ in range(3)]
    monkeypatch.setattr(site.parts.manifests.kept, "fresh_s", 60)
    counting = CountingPool(site.pool)
    monkeypatch.setattr(site.parts.manifests, "_database", counting)
    answers = await asyncio.gather(*(one.ask() for one in phones))
    looks = [sql for sql in counting.statements if "pg_current_snapshot" in sql]
    assert len(looks) == 2, "once more, for the edition had no salt"
    assert {len(answer.json()["tickets"]) for answer in answers} == {1}
    counting.statements.clear()
    cursors = {answer.json()["cursor"] for answer in answers}
    assert len(cursors) == 2, "one for each set of lists"
    for one, answer in zip(phones, answers, strict=True):
        await one.ask(since=answer.json()["cursor"])
    assert sum("pg_current_snapshot" in sql for sql in counting.statements) == 1


@pytest.mark.parametrize(("rooms", "wanted"), [([], 7), ([uuid.uuid4()], 8)])
async def test_a_manifest_takes_as_many_statements_for_all_as_for_nothing(
    site, edition, phone, monkeypatch, rooms, wanted
):
    """Two more, the tickets and the check-ins, are read by cursors, which are not counted."""
    for _ in range(3):
        await site.register(edition)
    await site.value("update check_in_list set rooms = $2 where edition_id = $1", edition.id, rooms)
    phone = await (await phone(edition)).sync()
    counting = CountingPool(site.pool)
    monkeypatch.setattr(site.parts.manifests, "_database", counting)
    counts = []
    for query in ({}, {"since": phone.held["cursor"]}):
        counting.statements.clear()
        await phone.ask(**query)
        counts.append(len(counting.statements))
    assert counts == [wanted, wanted]


# Any changes


class World:
    """An edition in which things happen; a refusal is as good as anything."""

    def __init__(self, site, edition, phone, session):
        self.site = site
        self.edition = edition
        self.phone = phone
        self.session = session
        self.people = []
        self.scanned = []
        self.turn = 0

    async def do(self, deed, n):
        self.turn += 1
        self.site.clock.forward(seconds=1)
        with suppress(Problem):
            await getattr(self, deed)(self.people[n % len(self.people)])

    async def sync(self, _):
        await self.phone.sync()

    async def register(self, _=None):
        self.people.append(await self.site.register(self.edition))

    async def cancel(self, person):
        await self.site.cancel(self.edition, person)

    async def erase(self, person):
        await self.site.value("delete from registration where id = $1", person.id)

    async def name(self, person):
        await self._change(person, given_name=f"N{self.turn}")

    async def category(self, person):
        await self._change(person, category=("agent", "press", "elected")[self.turn % 3])

    async def days(self, person):
        await self._change(person, days=[FIRST_DAY + timedelta(days=self.turn % 2)])

    async def _change(self, person, **given):
        staff = {"by_staff": True, "beyond": True, "actor": "x"}
        await self.site.do(changing.change, self.edition, person.id, Change(**given), **staff)

    async def seat(self, person):
        await self.site.do(signing_up.sign_up, self.edition, person.id, self.session.id)

    async def give_back(self, person):
        await self.site.do(signing_up.give_back, self.edition, person.id, self.session.id)

    async def scan(self, person):
        await self._read(person.token)

    async def leave(self, person):
        await self._read(person.token, direction=Direction.OUT)

    async def undo(self, _):
        if self.scanned:
            await self._read("", undoes=self.scanned[-1].id)

    async def _read(self, token, **given):
        at = DURING + timedelta(minutes=self.turn)
        self.scanned.append(scan(token, at=at, **given))
        await read(self.site, self.edition, self.phone, self.scanned[-1], at=at)

    async def rule(self, _):
        await self.site.value(
            "update check_in_list set reentry = not reentry where edition_id = $1", self.edition.id
        )

    async def gate(self, _):
        await self.site.value(
            """
            update gate
               set check_in_list = case check_in_list when 'main' then 'dinner' else 'main' end
             where edition_id = $1 and slug = 'main'
            """,
            self.edition.id,
        )

    async def word(self, _):
        await self.site.value(
            "update category set name = $2 where edition_id = $1 and number = 1",
            self.edition.id,
            {"fr": f"Mot {self.turn}"},
        )


DEEDS = [name for name in vars(World) if not name.startswith("_") and name != "do"]


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 9)), max_size=16))
async def test_what_changed_adds_up_to_the_whole(deeds, shared_site):
    site = shared_site
    site.clock.at = NOON
    edition = await site.edition()
    session = workshop("a", seats=2)
    await site.programme(edition, workshops(session))
    async with site.client() as client:
        phone = Phone(client, *await site.device(edition))
        world = World(site, edition, phone, session)
        for _ in range(3):
            await world.register()
        await phone.sync()
        for deed, n in deeds:
            await world.do(deed, n)
        await phone.sync()
        whole = await Phone(client, phone.device, phone.headers).sync()
    told, tickets, check_ins = whole.state()
    assert phone.state()[:2] == (told, tickets)
    assert {key: one for key, one in phone.check_ins.items() if key[0] in tickets} == check_ins
