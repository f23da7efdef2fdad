"""The numbers of the doors from the database, exactly; and who listens to them."""

import asyncio
import itertools
import random
from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from badges.board import numbers as board
from badges.board import watching
from badges.board.numbers import Counters
from badges.board.watching import Told, Watch
from badges.doors import deciding, doors, gates, lists
from badges.doors.deciding import Step, milliseconds
from badges.models import CheckInList, Counting, Direction, GateKind, Outcome
from badges.scans import scanning
from forum.core.db import DatabaseUnavailable
from tests.factories import DURING, FIRST_DAY, draft, eventually, scan
from tests.factories import Counting as CountingPool

SEED = 20270323
TOMORROW = DURING + timedelta(days=1)
OUT = Direction.OUT


@pytest.fixture
async def door(site, edition):
    """Scan at a gate as one device; other devices are made by `site.device`."""
    device, _ = await site.device(edition)
    return Door(site, edition, device)


class Door:
    def __init__(self, site, edition, device):
        self.site, self.edition, self.device = site, edition, device

    async def read(self, *scans, at=DURING, by=None):
        async with self.site.pool.acquire() as db:
            done = await scanning.scan(
                db, by or self.device, self.edition, self.site.keyring, scans, at=at
            )
        return [one.outcome for one in done]

    async def numbers(self, at=DURING):
        async with self.site.pool.acquire() as db:
            return await watching.read(db, self.edition, None, at=at)


def figures(found):
    return found.inside, found.entered_today, found.entered, found.expected


def by_gate(found):
    return {one.slug: (one.entries, one.exits, one.refused) for one in found.gates}


def by_category(found):
    return {
        one.code: (one.inside, one.entered_today, one.entered, one.expected)
        for one in found.categories
    }


def came(found):
    return {one.at: one.entered for one in found.arrivals if one.entered}


async def test_what_nobody_has_done_yet_is_zero(site, edition, door):
    await site.register(edition)
    found = await door.numbers()
    assert figures(found) == (0, 0, 0, 1)
    nobody = (0, 0, 0, 0)
    assert by_category(found) == {"elected": (0, 0, 0, 1), "agent": nobody, "press": nobody}
    assert by_gate(found) == dict.fromkeys(("main", "garden", "dinner"), (0, 0, 0))
    assert (found.day, found.last, found.arrivals, found.rooms) == (0, None, [], [])
    assert found.conflicts == 0


async def test_in_out_and_in_again_is_one_person(site, edition, door):
    one, other = await site.register(edition), await site.register(edition, category="press")
    minute = timedelta(minutes=1)
    later = DURING + 7 * minute
    await door.read(scan(one.token), scan(other.token, at=later, gate="garden"), at=later)
    await door.read(
        scan(one.token, at=DURING + 10 * minute, direction=OUT, gate="garden"),
        scan(other.token, at=DURING + 11 * minute),
        at=DURING + 12 * minute,
    )
    found = await door.numbers(DURING + 12 * minute)
    assert figures(found) == (1, 2, 2, 2)
    assert by_category(found) == {
        "elected": (0, 1, 1, 1),
        "agent": (0, 0, 0, 0),
        "press": (1, 1, 1, 1),
    }
    assert by_gate(found) == {"main": (1, 0, 1), "garden": (1, 1, 0), "dinner": (0, 0, 0)}
    assert came(found) == {DURING: 1, DURING + 5 * minute: 1}
    again = DURING + 20 * minute
    await door.read(scan(one.token, at=again), at=again)
    found = await door.numbers(again)
    assert figures(found) == (2, 2, 2, 2)
    assert by_gate(found)["main"] == (2, 0, 1)
    assert came(found) == {DURING: 1, DURING + 5 * minute: 1}


async def test_what_a_device_took_back_counts_for_nothing(site, edition, door):
    person = await site.register(edition)
    wrong = scan(person.token)
    assert await door.read(wrong) == [Outcome.ADMITTED]
    assert await door.read(scan("", undoes=wrong.id)) == [Outcome.UNDONE]
    found = await door.numbers()
    assert figures(found) == (0, 0, 0, 1)
    assert by_gate(found)["main"] == (0, 0, 0)
    assert came(found) == {}


async def test_dinner_is_not_the_house_but_its_gate_counts(site, edition, door):
    person = await site.register(edition)
    await door.read(scan(person.token, gate="dinner"), scan("nonsense", gate="dinner"))
    found = await door.numbers()
    assert figures(found) == (0, 0, 0, 1)
    assert by_gate(found)["dinner"] == (1, 0, 1)


async def test_scans_without_a_network_count_at_their_own_time(site, edition, door):
    person = await site.register(edition)
    early = DURING - timedelta(hours=1)
    alone = scan(person.token, at=early, shown=Outcome.ADMITTED)
    await door.read(alone, at=DURING)
    found = await door.numbers()
    assert figures(found) == (1, 1, 1, 1)
    assert came(found) == {early: 1}


async def test_a_person_let_in_twice_is_one_with_a_conflict(site, edition, door):
    person = await site.register(edition)
    other, _ = await site.device(edition)
    await door.read(scan(person.token, shown=Outcome.ADMITTED))
    later = scan(person.token, at=DURING + timedelta(seconds=9), shown=Outcome.ADMITTED)
    await door.read(later, by=other, at=DURING + timedelta(minutes=1))
    found = await door.numbers(DURING + timedelta(minutes=1))
    assert figures(found) == (1, 1, 1, 1)
    assert by_gate(found)["main"] == (2, 0, 0)
    assert found.conflicts == 1
    await site.value(
        "update scan_conflict set settled_at = now() where edition_id = $1", edition.id
    )
    assert (await door.numbers()).conflicts == 0


async def test_each_day_begins_with_an_empty_house(site, edition, door):
    one, other = await site.register(edition), await site.register(edition)
    await door.read(scan(one.token), scan(other.token))
    await door.read(scan(other.token, at=TOMORROW), at=TOMORROW)
    assert figures(await door.numbers()) == (2, 2, 2, 2)
    found = await door.numbers(TOMORROW)
    assert found.day == 1
    assert figures(found) == (1, 1, 2, 2)
    assert by_gate(found)["main"] == (1, 0, 0)


async def test_expected_are_the_confirmed_whose_ticket_is_valid_that_day(site, edition, door):
    people = [await site.register(edition) for _ in range(4)]
    await site.value("update ticket set days = 2 where registration_id = $1", people[0].id)
    await site.cancel(edition, people[1])
    await site.value(
        "update registration set status = 'waiting', turn = 1 where id = $1", people[2].id
    )
    assert (await door.numbers()).expected == 1
    assert (await door.numbers(TOMORROW)).expected == 2
    assert (await door.numbers(DURING - timedelta(days=30))).expected == 2


async def test_a_list_for_the_whole_forum_keeps_its_people_over_night(site, edition, door):
    person = await site.register(edition)
    await site.value(
        "update check_in_list set counts = 'forum' where edition_id = $1 and slug = 'main'",
        edition.id,
    )
    await door.read(scan(person.token))
    assert figures(await door.numbers()) == (1, 1, 1, 1)
    assert figures(await door.numbers(TOMORROW)) == (1, 0, 1, 1)


async def test_who_passed_two_lists_of_the_house_is_one_person(site, edition, door):
    person = await site.register(edition)
    await site.value("update check_in_list set building = true where edition_id = $1", edition.id)
    first = DURING - timedelta(minutes=5)
    await door.read(scan(person.token, at=first), scan(person.token, gate="dinner"))
    found = await door.numbers()
    assert figures(found) == (1, 1, 1, 1)
    assert came(found) == {first: 1}


async def test_rooms_fill_by_the_session_of_their_list(site, edition, door):
    programme = draft("Ouverture", "Atelier", "Débat", capacity=2)
    programme.rooms[0] = msgspec.structs.replace(programme.rooms[0], capacity=50)
    await site.programme(edition, programme)
    async with site.pool.acquire() as db:
        await lists.put(
            db,
            edition.id,
            CheckInList(
                slug="garonne",
                name={"fr": "Salle Garonne"},
                rooms=[programme.rooms[0].id],
                counts=Counting.SESSION,
            ),
        )
        await gates.put(
            db, edition.id, "garonne", {"fr": "Salle"}, "garonne", position=9, kind=GateKind.ROOM
        )
    people = [await site.register(edition) for _ in range(3)]
    at = DURING - timedelta(minutes=45)  # a quarter past the first session's beginning
    await door.read(*(scan(one.token, at=at, gate="garonne") for one in people[:2]), at=at)
    found = await door.numbers(at)
    now, following = found.rooms
    assert (now.room, now.title, now.moment) == ("Salle Garonne", {"fr": "Ouverture"}, "now")
    assert (now.session, now.entered, now.inside, now.capacity, now.level) == (1, 2, 2, 2, "full")
    assert (following.session, following.moment, following.inside, following.level) == (
        2,
        "next",
        0,
        "free",
    )
    later = at + timedelta(minutes=1)
    await door.read(scan(people[0].token, at=later, gate="garonne", direction=OUT), at=later)
    now = (await door.numbers(later)).rooms[0]
    assert (now.entered, now.inside, now.level) == (2, 1, "free")
    assert figures(found) == (0, 0, 0, 3)


async def test_devices_in_use_say_how_they_do(site, edition, door):
    gone, _ = await site.device(edition)
    await site.value("update device set revoked_at = now() where id = $1", gone.id)
    await site.value(
        """update device
              set seen_at = $2, battery = 15, charging = false, waiting = 4, clock_offset_ms = 1500
            where id = $1""",
        door.device.id,
        DURING,
    )
    [told] = (await door.numbers(DURING + timedelta(minutes=6))).devices
    assert (told.id, told.seen_at, told.battery, told.waiting) == (door.device.id, DURING, 15, 4)
    assert told.troubles == ["silent", "low_battery", "waiting"]


async def test_the_last_edition_is_the_one_before_whose_doors_were_in_use(lone_site):
    site = lone_site
    year = timedelta(days=364)
    old = await site.edition(
        title={"fr": "L’an dernier"}, starts_on=FIRST_DAY - year, ends_on=FIRST_DAY - year
    )
    older = await site.edition(starts_on=FIRST_DAY - 2 * year, ends_on=FIRST_DAY - 2 * year)
    await site.edition(starts_on=FIRST_DAY - year / 2, ends_on=FIRST_DAY - year / 2)  # no scan
    edition = await site.edition()
    for one, days in ((old, year), (older, 2 * year)):
        for minutes in (0, 3, 20):
            person = await site.register(one)
            await site.was_there(one, person, DURING - days + timedelta(minutes=minutes))
    now = DURING + timedelta(minutes=4)
    await site.was_there(edition, await site.register(edition), now)
    site.clock.at = now
    watch = Watch(site.pool, site.clock)
    found = await watch.counters(edition)
    assert (found.last.title, found.last.entered) == ({"fr": "L’an dernier"}, 2)
    assert [(one.at - DURING, one.entered, one.last) for one in found.arrivals] == [
        (timedelta(minutes=5 * n), *counts)
        for n, counts in enumerate([(1, 2), (0, 0), (0, 0), (0, 0), (0, 1)])
    ]
    site.clock.at = TOMORROW  # it had one day only
    found = await Watch(site.pool, site.clock).counters(edition)
    assert found.last is None
    assert await Watch(site.pool, site.clock).counters(old)  # and none before it but `older`


@pytest.mark.parametrize("seed", range(SEED, SEED + 6))
async def test_the_numbers_are_those_of_a_naive_recount(site, edition, door, seed):
    """Whatever was scanned: people by settling all scans anew, gates by looking at each scan."""
    random_ = random.Random(seed)  # noqa: S311 -- the name of the test says it
    people = [
        await site.register(edition, category=random_.choice(["elected", "press"]))
        for _ in range(6)
    ]
    devices = [door.device, (await site.device(edition))[0]]
    sent = []
    for _ in range(12):
        at = DURING + timedelta(minutes=random_.randrange(0, 1700))
        batch = []
        for _ in range(random_.randrange(1, 6)):
            shown = random_.choice([None, None, Outcome.ADMITTED])
            direction = random_.choice([Direction.IN, Direction.IN, Direction.OUT])
            one = scan(
                random_.choice(people).token,
                at=at - timedelta(minutes=random_.randrange(0, 30)),
                gate=random_.choice(["main", "main", "garden", "dinner"]),
                direction=direction,
                shown=shown if direction is Direction.IN else None,
            )
            batch.append(one)
        by = random_.choice(devices)
        if sent and random_.random() < 0.4:
            by, taken_back = random_.choice(sent)
            batch = [scan("", at=at, undoes=taken_back.id)]
        await door.read(*batch, at=at, by=by)
        sent += [(by, one) for one in batch if one.undoes is None]
    for at in (DURING + timedelta(hours=4), TOMORROW + timedelta(hours=6)):
        found = await door.numbers(at)
        assert (by_gate(found), by_category(found), came(found)) == await recounted(
            site, edition, at
        )


async def recounted(site, edition, at):
    """Count as one would by hand: every scan, one by one, in Python."""
    here = board.today(edition, at)
    async with site.pool.acquire() as db:
        known = await doors.read(db, edition)
        rows = await db.fetch("select * from scan where edition_id = $1", edition.id)
        who = {
            row["id"]: row["category"]
            for row in await db.fetch("select * from attendee where edition_id = $1", edition.id)
        }
    undone = {(row["device_id"], row["undoes"]) for row in rows if row["undoes"]}
    left = [
        row for row in rows if row["undoes"] is None and (row["device_id"], row["id"]) not in undone
    ]
    at_gates = {slug: [0, 0, 0] for slug in known.rules.gates}
    for row in left:
        if here.since <= row["at"] < here.until:
            place = {"admitted": 0, "left": 1}.get(row["outcome"], 2)
            at_gates[row["gate"]][place] += 1
    inside, today, ever, came_at = set(), set(), set(), Counter()
    by_key = itertools.groupby(
        sorted(
            (row for row in left if row["check_in_list"] == "main" and row["registration_id"]),
            key=lambda row: (row["registration_id"], row["period"]),
        ),
        key=lambda row: (row["registration_id"], row["period"]),
    )
    for (person, period), some in by_key:
        steps = [step(row) for row in some if counts(row)]
        settled = deciding.settle(steps, known.rules.lists["main"])
        if settled.first is None:
            continue
        ever.add(person)
        if period == here.period:
            today.add(person)
            slot = (settled.first.at - milliseconds(here.since)) // 300_000
            came_at[here.since + slot * board.STRETCH] += 1
            if settled.standing.inside:
                inside.add(person)
    people = {
        code: tuple(sum(who[one] == code for one in some) for some in (inside, today, ever, who))
        for code in ("elected", "agent", "press")
    }
    return {slug: tuple(three) for slug, three in at_gates.items()}, people, dict(came_at)


def counts(row):
    return row["refusal"] is None or row["outcome"] in ("admitted", "left")


def step(row):
    return Step(
        id=row["id"],
        at=milliseconds(row["at"]),
        device=row["device_id"],
        seq=row["seq"] or 0,
        direction=Direction(row["direction"]),
        gate=row["gate"],
        let_in=row["outcome"] in ("admitted", "left"),
        refusal=Outcome(row["refusal"]) if row["refusal"] else None,
    )


# One snapshot, a handful of statements


async def test_a_look_is_one_snapshot_and_as_many_statements_whatever_there_is(site, edition, door):
    counting = CountingPool(site.pool)
    looks = []
    for _ in range(2):
        counting.statements.clear()
        async with counting.acquire() as db:
            await watching.read(db, edition, None, at=DURING)
        looks.append(list(counting.statements))
        for _ in range(5):
            await door.read(scan((await site.register(edition)).token))
    first, second = looks
    assert first == second
    assert first[0] == "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    assert len(first) == 2 + 6


async def test_numbers_agree_with_each_other_while_people_come_in(site, edition, door):
    people = [await site.register(edition) for _ in range(30)]

    async def come():
        for one in people:
            await door.read(scan(one.token))

    coming = asyncio.create_task(come())
    looks = []
    while not coming.done():
        looks.append(await door.numbers())
    looks.append(await door.numbers())
    for found in looks:
        same = {found.inside, found.entered_today, found.entered, found.gates[0].entries}
        assert same == {sum(one.entered for one in found.arrivals)}
    assert looks[-1].inside == 30
    await coming


async def test_numbers_are_kept_for_a_moment_for_all_who_ask(site, edition):
    counting = CountingPool(site.pool)
    watch = Watch(counting, site.clock, every_s=60)
    await watch.counters(edition)
    asked = len(counting.statements)
    found = await asyncio.gather(*(watch.counters(edition) for _ in range(20)))
    assert all(one is found[0] for one in found)
    assert len(counting.statements) == asked


# Who listens


async def ended(stream):
    """Read a stream to its end."""
    return [one async for one in stream]


def told(event):
    """Return what an event says."""
    lines = dict(line.split(": ", 1) for line in event.decode().strip().split("\n"))
    assert lines["event"] == "counters"
    found = msgspec.json.decode(lines["data"], type=Counters)
    assert lines["id"] == Told.of(found).id
    return found


@pytest.fixture
def watch(site):
    """What those who watch share, with little patience."""
    site.clock.at = DURING
    return Watch(site.pool, site.clock, every_s=0.01)


async def test_who_listens_is_told_at_once_and_of_each_change(site, edition, door, watch):
    stream = watch.stream(edition, None)
    assert await anext(stream) == b"retry: 3000\n\n"
    assert told(await anext(stream)).inside == 0
    person = await site.register(edition)
    assert told(await anext(stream)).expected == 1
    await door.read(scan(person.token))
    assert told(await anext(stream)).inside == 1
    await stream.aclose()


async def test_a_new_instant_alone_is_no_news(site, edition, watch):
    watch.heartbeat_s = 0.2
    stream = watch.stream(edition, None)
    await anext(stream)
    told(await anext(stream))
    site.clock.forward(seconds=20)
    assert await anext(stream) == b": still here\n\n"
    await stream.aclose()


async def test_one_look_serves_all_who_listen_and_none_is_taken_for_nobody(site, edition):
    counting = CountingPool(site.pool)
    site.clock.at = DURING
    watch = Watch(counting, site.clock, every_s=0.01)
    streams = [watch.stream(edition, None) for _ in range(50)]
    for stream in streams:
        await anext(stream)
        told(await anext(stream))
    assert (watch.streams, len(watch.looks)) == (50, 1)
    task = watch.looks[edition.id].task
    for stream in streams:
        await stream.aclose()
    assert (watch.streams, watch.looks) == (0, {})
    await eventually(task.done)
    asked = len(counting.statements)
    await asyncio.sleep(0.1)
    assert len(counting.statements) == asked


async def test_who_reads_slowly_has_the_newest_and_nothing_else_waiting(site, edition, door, watch):
    slow, quick = watch.stream(edition, None), watch.stream(edition, None)
    for stream in (slow, quick):
        await anext(stream)
        told(await anext(stream))
    for number in range(1, 6):
        await site.register(edition)
        while told(await anext(quick)).expected < number:
            pass
    assert told(await anext(slow)).expected == 5
    await slow.aclose()
    await quick.aclose()


async def test_a_stream_ends_by_itself_and_when_the_process_does(site, edition, watch):
    watch.longest_s = 0.05
    assert (await ended(watch.stream(edition, None)))[0] == b"retry: 3000\n\n"
    watch.longest_s = 600
    ending = asyncio.Event()
    stream = watch.stream(edition, ending)
    await anext(stream)
    told(await anext(stream))
    ending.set()
    assert await ended(stream) == []
    assert (await ended(watch.stream(edition, ending)))[0] == b"retry: 3000\n\n"
    assert (watch.streams, watch.looks) == (0, {})


async def test_as_many_listen_as_may(edition, watch):
    watch.most = 1
    stream = watch.stream(edition, None)
    await anext(stream)
    told(await anext(stream))
    assert watch.full
    assert await ended(watch.stream(edition, None)) == [b"retry: 3000\n\n"]
    await stream.aclose()
    assert not watch.full


async def test_when_nothing_can_be_read_all_are_let_go(site, edition):
    class Gone:
        def acquire(self):
            raise DatabaseUnavailable

    watch = Watch(site.pool, site.clock, every_s=0.01)
    stream = watch.stream(edition, None)
    await anext(stream)
    told(await anext(stream))
    watch._database = Gone()
    assert await ended(stream) == []
    assert watch.looks == {}
