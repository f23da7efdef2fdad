"""The rush at the doors, in seconds: bad networks, wrong clocks, lost phones, a server that dies.

Eight phones at four gates let in 800 people. Afterwards the server knows who is where, as it truly
was, and every conflict, with none invented.
"""

import asyncio
import contextlib
import csv
import itertools
import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import httpx
import pytest

from tests.badges.ledger import Ledger, grouped, told_ms
from tests.badges.phones import Cut, Dismissed, Line, Phone, true_ms
from tests.installations import PATIENCE_S

SEED = 2027
PEOPLE = 800
chance_of = random.Random  # repeatable on purpose
GATES = ["main", "north", "south", "east"]
MINUTE_MS = 60_000
LATE_MS = 20 * MINUTE_MS
"""So far is one phone's clock behind, which it knows once it was in contact."""
JUMP_MS = 7 * MINUTE_MS
"""So far another's is put back while it has no network, which it does not notice."""
LOST, REVOKED, LATE, JUMPED = "main-2", "north-2", "south-2", "east-2"
HELD = LOST, REVOKED, LATE, JUMPED
"""Phones that have no network at all in the second quarter, and what becomes of them then."""


@dataclass(frozen=True)
class Visit:
    """Somebody comes to a gate; who `turns_round` does not go in, and is taken back."""

    person: str | None
    token: str
    direction: str = "in"
    turns_round: bool = False


def stranger(token):
    """Return what is signed by nobody we know."""
    return Visit(None, token[:40] + ("B" if token[40] != "B" else "C") + token[41:])


class Rush:
    """The phones, the people, and what truly happens."""

    def __init__(self, forum, http, organiser, folder, tickets):
        self.forum = forum
        self.http = http
        self.organiser = organiser
        self.folder = folder
        self.chance = chance_of(SEED)
        self.tickets = tickets
        self.people = [*tickets]
        self.chance.shuffle(self.people)
        self.phones = {}
        self.ledger = Ledger()

    async def enrol(self):
        for gate, number in itertools.product(GATES, (1, 2)):
            name = f"{gate}-{number}"
            answer = await self.organiser.post(
                "/api/editions/rush/devices", json={"name": name, "gates": [gate]}
            )
            assert answer.status_code == 201, answer.text
            line = Line(self.http, chance_of(self.chance.random()))
            line.fine = True
            phone = await Phone.enrol(self.folder / name, line, answer.json()["code"])
            line.fine = False
            self.phones[name] = phone

    def visit(self, person, direction="in", **given):
        return Visit(person, self.tickets[person], direction, **given)

    def visits(self, people, direction="in", **given):
        return [self.visit(person, direction, **given) for person in people]

    def shared(self, visits, names, **own):
        """Share visits among phones by chance; `own` are visits to certain phones."""
        plan = {name: own.get(name.replace("-", "_"), []).copy() for name in names}
        for visit in visits:
            plan[self.chance.choice(names)].append(visit)
        for mine in plan.values():
            self.chance.shuffle(mine)
        return plan

    async def quarter(self, plan, *, kill_after=None, first=()):
        """Let people come, side by side at all phones; kill the server after so many reads."""
        works = [self.at_door(name, visits) for name, visits in plan.items()] + list(first)
        if kill_after is not None:
            works.append(self.killed(len(self.ledger.reads) + kill_after))
        await asyncio.gather(*works)
        for phone in self.phones.values():
            await phone.quiet()
        await asyncio.sleep(2 * self.unsure_s())  # nobody is at two gates within that

    def unsure_s(self):
        known = [each.kept.unsure_ms for each in self.phones.values() if each.kept.offset_ms]
        return max(known, default=0) / 1000

    async def killed(self, reads):
        """Kill the server and its database once so many were read; start them again."""
        while len(self.ledger.reads) < reads:
            await asyncio.sleep(0.002)
        self.forum.kill()
        await asyncio.to_thread(self.forum.start, "serve")

    async def at_door(self, name, visits):
        chance = chance_of(f"{SEED} {name} {len(visits)}")
        for number, visit in enumerate(visits):
            await asyncio.sleep(chance.random() * 0.02)
            phone = self.phones[name]
            read = await phone.read(visit.token, visit.direction)
            self.ledger.add(phone, visit.person, read)
            if visit.turns_round and read.outcome == "admitted":
                self.ledger.undo(phone, read, phone.undo(read))
            if number % (6 if phone.reachable else 3) == 2:
                await phone.sync()
            if chance.random() < 0.04:
                await phone.quiet()
                self.phones[name] = phone.restarted()

    async def hand_over(self, name):
        """Send all that a phone holds, however often it takes."""
        while not await self.phones[name].sync():
            await asyncio.sleep(0.01)

    def wait_in(self, name, error_ms=0):
        """Put a phone's clock back while it is asleep, so that it does not notice."""
        self.phones[name] = self.phones[name].restarted()
        self.phones[name].error_ms += error_ms


async def stored(forum, sql, *values):
    connection = await asyncpg.connect(forum.cluster.dsn(), timeout=PATIENCE_S)
    try:
        return await connection.fetch(sql, *values)
    finally:
        await connection.close()


async def scans_of(forum, device):
    """Return what the server has of a device: of each scan its outcome, and who decided it."""
    rows = await stored(
        forum, "select id, outcome, offline from scan where device_id = $1::text::uuid", device
    )
    return {str(row["id"]): (row["outcome"], row["offline"]) for row in rows}


async def revoke(rush, name):
    """Revoke a phone, as an organiser does."""
    device = rush.phones[name].kept.id
    answer = await rush.organiser.post(f"/api/editions/rush/devices/{device}/revocation")
    assert answer.status_code == 200, answer.text


async def sign_in(forum, http):
    """Sign an organiser in."""
    link = forum.json("organiser", "add", "ada@example.org", "--edition", "rush")["link"]
    http.headers["origin"] = forum.base
    answer = await http.post(link.removeprefix(forum.base))
    assert answer.status_code == 303


async def cancel(rush, people):
    for person in people:
        answer = await rush.organiser.delete(f"/api/editions/rush/registrations/{person}")
        assert answer.status_code == 200, answer.text
        rush.ledger.cancelled[person] = true_ms()


TOML = """
slug = "rush"
title = {{ fr = "La ruée", en = "The rush" }}
starts_on = {today}
ends_on = {tomorrow}
timezone = "{zone}"
places = 1000
{gates}
[[lists]]
slug = "building"
name = {{ fr = "Bâtiment", en = "Building" }}
counts = "day"
reentry = true
building = true
"""
GATE = """
[[gates]]
slug = "{slug}"
name = {{ fr = "Porte {slug}", en = "Gate {slug}" }}
check_in_list = "building"
"""


def edition_now():
    """Return an edition whose first day is under way: it is about noon where it is held."""
    behind = datetime.now(UTC).hour - 12
    today = (datetime.now(UTC) - timedelta(hours=behind)).date()
    return TOML.format(
        today=today,
        tomorrow=today + timedelta(days=1),
        zone=f"Etc/GMT{behind:+d}",
        gates="".join(GATE.format(slug=slug) for slug in GATES),
    )


@pytest.fixture
def forum(empty, tmp_path):
    """An edition that is being held, of 800 people who all have a ticket."""
    empty.start("serve")
    (tmp_path / "edition.toml").write_text(edition_now(), "utf-8")
    empty.run("edition", "create", "rush", "--from", tmp_path / "edition.toml")
    with (tmp_path / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["given_name", "family_name", "email", "category"])
        rows.writerows(
            ["Ada", f"Ferrand {n}", f"p{n}@example.org", "attendee"] for n in range(PEOPLE)
        )
    empty.run("import", "registrations", tmp_path / "people.csv", "--edition", "rush")
    return empty


@pytest.fixture
async def rush(forum, tmp_path):
    forum.run("export", "tickets", tmp_path / "tickets.json", "--edition", "rush")
    tickets = json.loads((tmp_path / "tickets.json").read_text("utf-8"))
    assert len(tickets) == PEOPLE
    print(f"seed {SEED}")  # noqa: T201
    limits = httpx.Limits(max_keepalive_connections=0)  # a server that dies takes them along
    client = partial(httpx.AsyncClient, base_url=forum.base, timeout=PATIENCE_S, limits=limits)
    async with client() as http, client() as organiser:
        await sign_in(forum, organiser)
        folder = tmp_path / "phones"
        folder.mkdir()
        by_number = sorted(tickets, key=lambda one: one["family_name"])
        known = {one["reference"]: one["token"] for one in by_number}
        made = Rush(forum, http, organiser, folder, known)
        await made.enrol()
        yield made


async def test_the_rush(rush):
    await first_quarter(rush)
    await second_quarter(rush)
    await third_quarter(rush)
    await last_quarter(rush)
    for name in rush.phones:
        if name not in {LOST, REVOKED}:
            rush.phones[name].line.fine = True
            await rush.hand_over(name)
    await some_turn_round_at_the_end(rush)
    await every_scan_is_there_once(rush)
    at_of = await times_are_put_right(rush)
    passages = rush.ledger.passages(at_of)
    everybody_is_where_they_are(rush, passages, await attendance_told(rush))
    assert await conflicts_told(rush) == rush.ledger.conflicts(passages)
    enough_went_wrong(rush, passages)
    await counters_agree(rush, passages)


async def first_quarter(rush):
    """All phones have their bad network; some people turn round, some tickets were copied."""
    new = rush.people[:220]
    visits = rush.visits(new[6:]) + rush.visits(new[:6], turns_round=True)
    visits += rush.visits(new[20:28]) + [stranger(rush.tickets[one]) for one in new[:4]]
    await rush.quarter(rush.shared(visits, list(rush.phones)))


async def second_quarter(rush):
    """Four phones are cut off; a dozen people were cancelled; the server is killed."""
    for name in (LATE, JUMPED):
        await rush.hand_over(name)
    for name in HELD:
        rush.phones[name].line.held = True
    rush.phones[LATE] = rush.phones[LATE].restarted(error_ms=-LATE_MS)
    new = rush.people[220:450]
    cancelled, copied, turning, alone = new[:12], new[12:28], new[28:34], new[34:90]
    await cancel(rush, cancelled)
    plan = rush.shared(
        rush.visits(new[90:])
        + rush.visits(turning, turns_round=True)
        + rush.visits(rush.people[:4])  # they come again, all but two
        + rush.visits(rush.people[30:50], "out"),
        [name for name in rush.phones if name not in {LATE, JUMPED}],
        main_1=rush.visits(copied[:8]),
        east_1=rush.visits(copied[8:]) + rush.visits(cancelled[9:]),
        main_2=rush.visits(cancelled[:1]) + rush.visits(copied[12:]),
        north_2=rush.visits(copied[:12]) + rush.visits(cancelled[1:7]),
    )
    late = rush.visits(alone[:28]) + rush.visits(cancelled[7:9])
    jumped = rush.visits(alone[28:])
    at_jumped = [rush.at_door(JUMPED, jumped[:14])]
    before = len(rush.ledger.reads)
    await rush.quarter({**plan, LATE: late}, kill_after=60, first=at_jumped)
    rush.wait_in(JUMPED, -JUMP_MS)
    await rush.at_door(JUMPED, jumped[14:])
    rush.ledger.strange_clock = {
        read.id for device, _, read in rush.ledger.reads[before:]
        if device == rush.phones[JUMPED].kept.id
    }  # fmt: skip


async def lose(rush, name):
    """Lose a phone: what it had not handed over nobody will know. It is revoked."""
    phone, has = rush.phones[name], await scans_of(rush.forum, rush.phones[name].kept.id)
    mine = [read for device, _, read in rush.ledger.reads if device == phone.kept.id]
    answered = {one for one, told in phone.answers.items() if told}
    assert answered <= has.keys() <= {read.id for read in mine}
    rush.ledger.lost_with_phone = {read.id for read in mine} - has.keys()
    assert len(rush.ledger.lost_with_phone) > 10
    for read in mine:
        outcome, offline = has.get(read.id, (None, True))
        if read.alone and not offline:
            rush.ledger.left_to_server[read.id] = outcome
    await revoke(rush, name)


async def hand_over_at_last(rush):
    """Revoke a phone that holds scans: it hands them over, is told no name, and then nothing."""
    phone = rush.phones[REVOKED]
    phone.line.held = False
    told = {one: len(answers) for one, answers in phone.answers.items()}
    with contextlib.suppress(Dismissed):
        while phone.kept.queue or not phone.kept.revoked:
            await phone.sync()
            await asyncio.sleep(0.01)
    phone.kept.queue.clear()  # its last batch arrived, for the server hears it no more
    assert phone.kept.revoked
    for one, answers in phone.answers.items():
        assert all("name" not in answer for _, answer in answers[told.get(one, 0) :])
    phone.line.fine = True
    await hears_nothing_more(rush, REVOKED)


async def hears_nothing_more(rush, name):
    """Whoever holds that phone gets nothing; a server that is dying is asked again."""
    phone = rush.phones[name]
    while True:
        with contextlib.suppress(Cut):
            answer = await phone.line.send("GET", "/api/device/manifest", token=phone.kept.token)
            assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")
            return
        await asyncio.sleep(0.01)


async def third_quarter(rush):
    """One phone is lost, one revoked; those with strange clocks come back; a second kill."""
    await lose(rush, LOST)
    phone = rush.phones[REVOKED]
    has = await scans_of(rush.forum, phone.kept.id)
    assert len(phone.kept.queue) > 10
    rush.ledger.after_revocation = {
        one["id"] for one in phone.kept.queue
        if one["id"] not in has or ("shown" in one and not has[one["id"]][1])
    }  # fmt: skip
    await revoke(rush, REVOKED)
    gone = rush.people[50:54]
    await cancel(rush, gone)
    for name in (LATE, JUMPED):
        rush.phones[name].line.held = False

    async def late(name, visits):
        await rush.hand_over(name)
        await rush.at_door(name, visits)

    new = rush.people[450:640]
    plan = rush.shared(
        rush.visits(new[4:])
        + rush.visits(new[:4], turns_round=True)
        + rush.visits(rush.people[248:252])  # who turned round before
        + rush.visits(rush.people[30:44])  # who had left
        + rush.visits(gone, "out")
        + rush.visits(rush.people[60:90], "out"),
        [name for name in rush.phones if name not in {LOST, REVOKED}],
    )
    back = [late(name, plan.pop(name)) for name in (LATE, JUMPED)]
    await rush.quarter(plan, kill_after=80, first=[*back, hand_over_at_last(rush)])
    rush.phones[LOST].line.held, rush.phones[LOST].line.fine = False, True
    await hears_nothing_more(rush, LOST)


async def last_quarter(rush):
    """The rest comes; some were cancelled a moment ago, which not every phone knows."""
    new = rush.people[640:-4]
    await cancel(rush, new[:8])
    visits = rush.visits(new) + rush.visits(rush.people[450:452])
    visits += rush.visits(rush.people[60:80])
    await rush.quarter(
        rush.shared(visits, [name for name in rush.phones if name not in {LOST, REVOKED}])
    )


async def some_turn_round_at_the_end(rush):
    """The server knows that they are in, then that they are not; they never come again."""
    phone = rush.phones["main-1"]
    for person in rush.people[-4:]:
        read = await phone.read(rush.tickets[person])
        rush.ledger.add(phone, person, read)
        await rush.hand_over("main-1")
        rush.ledger.undo(phone, read, phone.undo(read))
        await rush.hand_over("main-1")


async def every_scan_is_there_once(rush):
    """Every scan that was acknowledged or sent again is there, as its phone showed it."""
    rows = await stored(rush.forum, "select id, outcome, offline from scan")
    found = Counter((str(row["id"]), row["outcome"], row["offline"]) for row in rows)
    assert found == Counter((one.id, one.outcome, one.alone) for _, _, one in rush.ledger.known())
    for phone in rush.phones.values():
        for one, answers in phone.answers.items():
            assert len({outcome["outcome"] for shown, outcome in answers if shown}) < 2, one
            assert all(shown == answer["outcome"] for shown, answer in answers if shown), one


async def times_are_put_right(rush):
    """Return the corrected time of each scan, which is what its phone knew, to the millisecond.

    No scan was made after it arrived. Where a phone knew nothing of its clock, what the batch
    told of it counts, and can be wrong by as long as that was on its way.
    """
    rows = await stored(
        rush.forum,
        "select id, (extract(epoch from at) * 1000)::bigint as at,"
        " floor(extract(epoch from received_at) * 1000)::bigint as received from scan",
    )
    found = {str(row["id"]): (row["at"], row["received"]) for row in rows}
    for _, _, read in rush.ledger.known():
        at, received = found[read.id]
        told = told_ms(read.scan)
        if told is not None:
            assert at == min(told, received)
        if read.id in rush.ledger.strange_clock:
            continue
        if told is None:
            assert read.true_ms <= at <= received
        else:
            assert abs(at - read.true_ms) <= read.unsure_ms + 1
    return {one: at for one, (at, _) in found.items()}


async def attendance_told(rush):
    rows = await stored(
        rush.forum,
        "select r.reference, c.inside, (extract(epoch from c.at) * 1000)::bigint as first"
        "  from check_in c join registration r on r.id = c.registration_id",
    )
    assert len({row["reference"] for row in rows}) == len(rows)
    return {
        row["reference"]: (row["first"] is not None, row["inside"], row["first"]) for row in rows
    }


def everybody_is_where_they_are(rush, passages, told):
    by_person = grouped(passages)
    nothing = (False, False, None)
    for person in rush.people:
        truth = rush.ledger.attendance(by_person.get(person, []))
        expected = (truth.entered, truth.inside, truth.first)
        assert told.pop(person, nothing) == expected, by_person[person]
    assert told == {}


async def conflicts_told(rush):
    rows = await stored(rush.forum, "select scan_id, kind, other_scan_id from scan_conflict")
    return {(str(row[0]), row[1], None if row[2] is None else str(row[2])) for row in rows}


def enough_went_wrong(rush, passages):
    """Hold the test against itself: all that it is about has happened."""
    kinds = Counter(kind for _, kind, _ in rush.ledger.conflicts(passages))
    assert kinds["admitted_twice"] >= 8
    assert kinds["admitted_after_cancellation"] >= 6
    assert kinds["clock_off"] >= 20
    assert kinds["device_revoked"] >= 10
    alone = Counter(read.alone for _, _, read in rush.ledger.known())
    assert alone[True] > 150
    assert alone[False] >= 10
    assert len(rush.ledger.undone) >= 8
    assert sum(phone.line.swallowed for phone in rush.phones.values()) >= 5


async def counters_agree(rush, passages):
    phone = rush.phones["main-1"]
    last = max(read.true_ms for _, _, read in rush.ledger.reads)
    while True:
        answer = await phone.line.send("GET", "/api/editions/rush/counters", token=phone.kept.token)
        told = answer.json()
        if datetime.fromisoformat(told["at"]).timestamp() * 1000 > last + 2000:
            break  # nothing of what is told was kept from before
        await asyncio.sleep(0.1)
    people = [rush.ledger.attendance(mine) for mine in grouped(passages).values()]
    entered = sum(one.entered for one in people)
    assert told["inside"] == sum(one.inside for one in people)
    assert (told["entered"], told["entered_today"]) == (entered, entered)
    assert sum(one["entered"] for one in told["arrivals"]) == entered
    assert told["expected"] == PEOPLE - len(rush.ledger.cancelled)
    assert told["conflicts"] == len(rush.ledger.conflicts(passages))
    here = {one["name"]: one for one in told["devices"]}
    for name in rush.phones.keys() - {LOST, REVOKED}:
        assert here[name]["waiting"] == 0
        assert here[name]["clock_offset_ms"] == rush.phones[name].kept.offset_ms
    standing = Counter(
        (one.gate, one.outcome if one.outcome in {"admitted", "left"} else "refused")
        for one in passages
        if not one.taken_back
    )
    words = {"entries": "admitted", "exits": "left", "refused": "refused"}
    for gate in told["gates"]:
        for name, outcome in words.items():
            assert gate[name] == standing[gate["slug"], outcome], (gate["slug"], name)
