"""Scans: every outcome, resent batches, races, and how many statements a batch costs."""

import asyncio
import random
import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges.doors import doors
from badges.models import Direction, Outcome, Presented, TokenPayload
from badges.scans import scanning
from badges.tokens import sign
from tests.factories import DURING, Counting, eventually, scan, sent


@pytest.fixture
async def door(site, edition):
    """Scan at a gate: give readings, get the outcomes."""
    device, _ = await site.device(edition)

    async def read(*scans, at=DURING, by=device):
        async with site.pool.acquire() as db:
            return await scanning.scan(db, by, edition, site.keyring, scans, at=at)

    return read


async def post(client, headers, *scans):
    answer = await client.post("/api/device/scans", json={"scans": scans}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["outcomes"]


async def test_a_ticket_is_admitted_once(site, client, edition):
    person = await site.register(edition)
    _, headers = await site.device(edition)
    got = [(await post(client, headers, sent(person.token)))[0]["outcome"] for _ in range(3)]
    assert got == ["admitted", "already_in", "already_in"]


async def test_who_is_in_already_is_told_when_and_where(site, client, edition):
    site.clock.at = DURING
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    _, headers = await site.device(edition)
    first, second = sent(person.token), sent(person.token, gate="garden")
    await post(client, headers, first)
    (answer,) = await post(client, headers, second)
    assert answer == {
        "id": second["id"],
        "outcome": "already_in",
        "name": "Zoé Lefèvre",
        "category": "Élu",
        "at": "2027-03-23T09:00:00Z",
        "gate": "main",
    }


async def test_who_is_admitted_is_named(site, door, edition):
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    (answer,) = await door(scan(person.token))
    assert (answer.outcome, answer.name, answer.category) == ("admitted", "Zoé Lefèvre", "Élu")
    assert (answer.at, answer.gate) == (None, None)


async def test_gates_of_one_list_admit_once_between_them_and_others_again(site, door, edition):
    person = await site.register(edition)
    got = await door(*(scan(person.token, gate=gate) for gate in ("main", "garden", "dinner")))
    assert [one.outcome for one in got] == ["admitted", "already_in", "admitted"]
    assert await site.gates(edition) == {"main": 1, "garden": 1, "dinner": 1}


async def test_a_cancelled_registration_does_not_enter(site, door, edition):
    person = await site.register(edition)
    await site.cancel(edition, person)
    (answer,) = await door(scan(person.token))
    assert answer.outcome == "cancelled"
    assert await site.gates(edition) == {"main": 0, "garden": 0, "dinner": 0}


async def test_a_revoked_ticket_does_not_enter(site, door, edition):
    person = await site.register(edition)
    await site.value("update ticket set revoked_at = now() where registration_id = $1", person.id)
    assert (await door(scan(person.token)))[0].outcome == "revoked"


async def test_an_older_issue_of_a_ticket_does_not_enter(site, door, edition):
    person = await site.register(edition)
    await site.value("update ticket set revision = 1 where registration_id = $1", person.id)
    assert (await door(scan(person.token)))[0].outcome == "revoked"


async def test_who_waits_does_not_enter(site, door, edition):
    person = await site.register(edition)
    await site.value(
        "update registration set status = 'waiting', turn = 1 where id = $1", person.id
    )
    assert (await door(scan(person.token)))[0].outcome == "waiting"


async def test_a_ticket_of_another_edition_does_not_enter(site, door):
    person = await site.register(await site.edition())
    (answer,) = await door(scan(person.token))
    assert (answer.outcome, answer.name) == ("wrong_edition", None)


async def test_a_ticket_signed_here_that_nobody_holds_is_unknown(site, door, edition):
    payload = TokenPayload(key_id=0, edition=edition.id, ticket=1, category=0, days=3, revision=0)
    token = sign(payload, site.keyring._opened.private[0])
    (answer,) = await door(scan(token))
    assert (answer.outcome, answer.name) == ("unknown", None)


async def test_one_letter_changed_anywhere_is_forged(site, door, edition):
    person = await site.register(edition)
    seed = 20270323
    chance = random.Random(seed)  # noqa: S311
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    changed = []
    for place, letter in enumerate(person.token):
        other = chance.choice([one for one in letters if one != letter])
        changed.append(person.token[:place] + other + person.token[place + 1 :])
    got = await door(*(scan(token) for token in changed))
    assert [one.outcome for one in got] == ["forged"] * len(person.token), f"seed {seed}"
    assert (await door(scan(person.token)))[0].outcome == "admitted"


@pytest.mark.parametrize("strange", ["", "BEGIN:VCARD", "é" * 300, "A" * 5000, "\0", "0" * 122])
async def test_any_code_has_its_outcome_and_holds_up_nobody(site, client, edition, strange):
    person = await site.register(edition)
    _, headers = await site.device(edition)
    got = await post(client, headers, sent(strange), sent(person.token))
    assert [one["outcome"] for one in got] == ["unknown", "admitted"]


@pytest.mark.parametrize(
    "dress",
    [
        str.lower,
        lambda t: f"https://forum.example/t/{t}",
        lambda t: " ".join(t[n : n + 4] for n in range(0, 122, 4)),
    ],
)
async def test_a_token_is_read_in_any_dress(site, door, edition, dress):
    person = await site.register(edition)
    assert (await door(scan(dress(person.token))))[0].outcome == "admitted"


@pytest.mark.parametrize("gate", ["nowhere", "", "a\0b", "x" * 1000])
async def test_at_a_gate_that_is_unknown_the_devices_own_counts(site, client, edition, gate):
    person = await site.register(edition)
    _, headers = await site.device(edition, "dinner")
    got = await post(client, headers, sent(person.token, gate=gate))
    assert got[0]["outcome"] == "admitted"
    assert (await site.gates(edition))["dinner"] == 1


@pytest.mark.parametrize(
    "clock", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"]
)
async def test_a_device_without_a_clock_scans_when_its_scans_arrive(site, client, edition, clock):
    site.clock.at = DURING
    person = await site.register(edition)
    _, headers = await site.device(edition)
    (answer,) = await post(client, headers, {**sent(person.token), "scanned_at": clock})
    assert answer["outcome"] == "admitted"
    at = await site.value("select at from check_in where edition_id = $1", edition.id)
    assert at == DURING


async def test_a_clock_that_runs_ahead_admits_nobody_in_the_future(site, door, edition):
    person = await site.register(edition)
    await door(scan(person.token, at=DURING + timedelta(hours=5)), at=DURING)
    at = await site.value("select at from check_in where edition_id = $1", edition.id)
    assert at == DURING


@pytest.mark.parametrize(("days", "outcome"), [(0b01, "admitted"), (0b10, "wrong_day")])
async def test_a_ticket_of_another_day_does_not_enter(site, door, edition, days, outcome):
    person = await site.register(edition)
    number = await site.value(
        "update ticket set days = $2 where registration_id = $1 returning number", person.id, days
    )
    payload = TokenPayload(
        key_id=0, edition=edition.id, ticket=number, category=0, days=days, revision=0
    )
    token = sign(payload, site.keyring._opened.private[0])
    assert (await door(scan(token)))[0].outcome == outcome


async def test_the_way_out_is_noted(site, door, edition):
    person = await site.register(edition)
    got = await door(scan(person.token), scan(person.token, direction=Direction.OUT))
    assert [one.outcome for one in got] == ["admitted", "left"]


# Sent again


async def test_a_scan_sent_again_gets_the_same_answer(site, door, edition):
    person = await site.register(edition)
    batch = [scan(person.token), scan(person.token), scan("strange")]
    first = await door(*batch)
    again = await door(*batch, at=DURING + timedelta(hours=1))
    assert [one.outcome for one in first] == ["admitted", "already_in", "unknown"]
    assert again == first
    assert await site.value("select count(*) from scan where edition_id = $1", edition.id) == 3


async def test_a_ticket_twice_in_one_batch_is_admitted_by_the_first(site, door, edition):
    person = await site.register(edition)
    first, second = scan(person.token), scan(person.token)
    got = await door(first, second)
    assert [(one.id, one.outcome, one.gate) for one in got] == [
        (first.id, "admitted", None),
        (second.id, "already_in", "main"),
    ]


async def test_two_tickets_under_one_scan_id_let_in_the_first_alone(site, door, edition):
    first, second = await site.register(edition), await site.register(edition)
    one = scan(first.token)
    answers = await door(one, scan(second.token, id=one.id))
    assert [answer.outcome for answer in answers] == ["admitted", "admitted"]
    (later,) = await door(scan(second.token))
    assert later.outcome == "admitted"
    let_in = await site.rows(
        "select registration_id from check_in where edition_id = $1 and scan_id = $2",
        edition.id,
        one.id,
    )
    assert let_in == [(first.id,)]


async def test_a_scan_twice_in_one_batch_counts_once(site, door, edition):
    person = await site.register(edition)
    one = scan(person.token)
    assert [answer.outcome for answer in await door(one, one, one)] == ["admitted"] * 3
    assert await site.value("select count(*) from scan where edition_id = $1", edition.id) == 1


async def test_a_device_of_another_edition_has_scans_of_its_own(site, door, edition):
    """The same scan id, minted by two devices of two editions, is two scans."""
    other = await site.edition()
    person, stranger = await site.register(edition), await site.register(other)
    stranger_device, _ = await site.device(other)
    same = uuid.uuid4()
    (mine,) = await door(scan(person.token, id=same))
    async with site.pool.acquire() as db:
        (theirs,) = await scanning.scan(
            db, stranger_device, other, site.keyring, [scan(stranger.token, id=same)], at=DURING
        )
    assert (mine.outcome, theirs.outcome) == ("admitted", "admitted")


# Many at once


async def test_sixty_devices_at_once_admit_exactly_one(site, client, edition):
    person = await site.register(edition)
    devices = [await site.device(edition) for _ in range(60)]
    outcomes = await asyncio.gather(
        *(post(client, headers, sent(person.token)) for _, headers in devices)
    )
    got = sorted(answer["outcome"] for (answer,) in outcomes)
    assert got == ["admitted"] + ["already_in"] * 59


async def test_one_batch_sent_by_two_requests_at_once_is_one(site, door, edition):
    people = [await site.register(edition) for _ in range(20)]
    batch = [scan(person.token) for person in people]
    got = await asyncio.gather(*(door(*batch) for _ in range(4)))
    assert [[one.outcome for one in answers] for answers in got] == [["admitted"] * 20] * 4
    assert await site.value("select count(*) from scan where edition_id = $1", edition.id) == 20


async def test_batches_of_the_same_people_in_every_order_never_stop_each_other(site, door, edition):
    people = [await site.register(edition) for _ in range(30)]
    chance = random.Random(7)  # noqa: S311
    batches = []
    for _ in range(12):
        order = chance.sample(people, k=30)
        batches.append([scan(person.token) for person in order])
    got = await asyncio.gather(*(door(*batch) for batch in batches))
    outcomes = [one.outcome for answers in got for one in answers]
    assert (outcomes.count("admitted"), outcomes.count("already_in")) == (30, 330)
    assert (await site.gates(edition))["main"] == 30


async def test_two_batches_that_hold_what_the_other_needs_both_end(site, door, edition):
    """A third request keeps both of them waiting, until each has begun."""
    low, high = sorted([await site.register(edition) for _ in range(2)], key=lambda one: one.id)
    async with site.pool.acquire() as holder:
        held = holder.transaction()
        await held.start()
        await holder.execute(
            "insert into check_in (edition_id, check_in_list, registration_id, period, inside,"
            " entries, last_at) values ($1, 'main', $2, '0', false, 0, $3)",
            edition.id,
            low.id,
            DURING,
        )
        waiting = [
            asyncio.create_task(door(scan(one.token), scan(other.token)))
            for one, other in ((low, high), (high, low))
        ]
        await eventually(lambda: two_wait_for_locks(site))
        await held.rollback()
    got = [answer.outcome for answers in await asyncio.gather(*waiting) for answer in answers]
    assert (got.count("admitted"), got.count("already_in")) == (2, 2)


async def two_wait_for_locks(site):
    return await site.value(
        "select count(*) = 2 from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )


async def test_five_hundred_scans_cost_two_statements(site, edition):
    people = [await site.register(edition) for _ in range(10)]
    batch = [scan(people[n % 10].token) for n in range(490)] + [scan("x")] * 10
    device, _ = await site.device(edition)
    counting = Counting(site.pool._pool)
    async with counting.acquire() as db:
        known = await doors.read(db, edition)

        async def record(scans):
            presented = [Presented(device=device, scan=one) for one in scans]
            return await scanning.scan_all(db, edition, known, site.keyring, presented, at=DURING)

        await asyncio.sleep(0)  # the log of statements comes a moment after them
        counting.statements.clear()
        await record(batch[:10])
        await asyncio.sleep(0)
        assert len(counting.statements) == 2
        counting.statements.clear()
        got = await record(batch)
        await asyncio.sleep(0)
    assert len(got) == 500
    assert len(counting.statements) == 2


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (500, 200), (501, 400)])
async def test_a_batch_has_1_to_500_scans(site, client, edition, count, status):
    _, headers = await site.device(edition)
    body = {"scans": [sent("x") for _ in range(count)]}
    answer = await client.post("/api/device/scans", json=body, headers=headers)
    assert answer.status_code == status


# What a device showed by itself


async def conflicts(site, edition):
    """Return the conflicts of an edition by the scan that they are of."""
    rows = await site.rows(
        "select scan_id, kind::text, other_scan_id from scan_conflict where edition_id = $1",
        edition.id,
    )
    return sorted(rows)


async def inside(site, edition):
    """Return how often somebody came in at the main list, and whether they are in."""
    rows = await site.rows(
        "select entries, inside from check_in where edition_id = $1 and check_in_list = 'main'",
        edition.id,
    )
    return rows[0] if rows else (0, False)


def later(minutes):
    return DURING + timedelta(minutes=minutes)


async def test_what_was_shown_stands_and_who_came_in_twice_is_a_conflict(site, door, edition):
    person = await site.register(edition)
    first, second = (scan(person.token, at=later(n - 9), shown=Outcome.ADMITTED) for n in range(2))
    (one,) = await door(second)
    (two,) = await door(first)
    assert (one.outcome, one.conflict, two.outcome, two.conflict) == (
        Outcome.ADMITTED,
        None,
        Outcome.ADMITTED,
        None,
    )
    assert await conflicts(site, edition) == [(second.id, "admitted_twice", first.id)]
    assert await inside(site, edition) == (2, True)
    (again,) = await door(second)
    assert (again.conflict, again.gate, again.at) == ("admitted_twice", "main", later(-9))


async def test_who_left_in_between_came_in_twice_without_a_conflict(site, door, edition):
    person = await site.register(edition)
    out = scan(person.token, at=later(-5), direction=Direction.OUT, shown=Outcome.LEFT)
    both = [scan(person.token, at=later(n), shown=Outcome.ADMITTED) for n in (-9, -1)]
    await door(*both)
    assert len(await conflicts(site, edition)) == 1
    await door(out)
    assert await conflicts(site, edition) == []
    assert await inside(site, edition) == (2, True)


async def test_a_conflict_that_was_settled_stays_when_it_would_vanish(site, door, edition):
    person = await site.register(edition)
    out = scan(person.token, at=later(-5), direction=Direction.OUT, shown=Outcome.LEFT)
    await door(*(scan(person.token, at=later(n), shown=Outcome.ADMITTED) for n in (-9, -1)))
    await site.value(
        "update scan_conflict set settled_at = $2 where edition_id = $1", edition.id, DURING
    )
    await door(out)
    assert [kind for _, kind, _ in await conflicts(site, edition)] == ["admitted_twice"]


async def test_who_was_let_in_after_they_were_cancelled_is_a_conflict(site, door, edition):
    site.clock.at = later(-5)
    person = await site.register(edition)
    await site.cancel(edition, person)
    before, after = (scan(person.token, at=later(n), shown=Outcome.ADMITTED) for n in (-6, -4))
    got = await door(before, after)
    assert [one.conflict for one in got] == [None, "admitted_after_cancellation"]
    assert await conflicts(site, edition) == [(after.id, "admitted_after_cancellation", None)]


@pytest.mark.parametrize(("gate", "named"), [("main", True), ("dinner", True)])
async def test_who_was_let_in_without_a_place_is_a_conflict(site, door, edition, gate, named):
    person = await site.register(edition)
    await site.value(
        "update registration set status = 'waiting', turn = 1 where id = $1", person.id
    )
    one, stranger = (
        scan(text, gate=gate, shown=Outcome.ADMITTED) for text in (person.token, "A" * 122)
    )
    got = await door(one, stranger)
    assert [(a.outcome, a.conflict) for a in got] == [
        ("admitted", "admitted_against_the_rules")
    ] * 2
    assert [a.name is not None for a in got] == [named, False]


async def test_who_was_let_in_by_a_clock_that_is_off_is_a_conflict(site, door, edition):
    person, other = await site.register(edition), await site.register(edition)
    ahead = scan(person.token, at=later(3), shown=Outcome.ADMITTED)
    refused = scan(other.token, at=later(3), shown=Outcome.UNKNOWN)
    await door(ahead, refused)
    assert await conflicts(site, edition) == [(ahead.id, "clock_off", None)]


async def test_a_clock_that_jumped_since_is_a_conflict_and_one_told_is_none(site, client, edition):
    site.clock.at = DURING
    people = [await site.register(edition) for _ in range(2)]
    _, headers = await site.device(edition)
    for person, offset_ms in zip(people, (0, -1_200_000), strict=True):
        one = sent(person.token, at=later(11), clock_offset_ms=offset_ms, shown="admitted")
        body = {"sent_at": later(20).isoformat(), "scans": [one]}
        answer = await client.post("/api/device/scans", json=body, headers=headers)
        got = answer.json()["outcomes"][0].get("conflict")
        assert got == ("clock_off" if offset_ms == 0 else None)


@pytest.mark.parametrize("shown", [Outcome.LEFT, Outcome.UNDONE])
async def test_what_cannot_have_been_shown_was_left_to_us(site, door, edition, shown):
    person = await site.register(edition)
    assert (await door(scan(person.token, shown=shown)))[0].outcome == "admitted"
    assert await site.value("select offline from scan where edition_id = $1", edition.id) is False


# What a device tells late


@pytest.mark.parametrize(
    ("shown", "came_in"), [(Outcome.ADMITTED, 1), (Outcome.WRONG_DAY, 0), (Outcome.ALREADY_IN, 1)]
)
@pytest.mark.parametrize("together", [True, False])
async def test_what_was_shown_replaces_what_was_answered_in_vain(
    site, door, edition, shown, came_in, together
):
    person = await site.register(edition)
    one = scan(person.token, at=later(-1))
    told = scan(person.token, at=later(-1), id=one.id, shown=shown)
    if together:
        answers = await door(one, told)
        assert [answer.outcome for answer in answers] == [shown, shown]
    else:
        assert (await door(one))[0].outcome == "admitted"
        assert (await door(told, at=later(5)))[0].outcome == shown
    assert (await door(one, at=later(6)))[0].outcome == shown
    assert await inside(site, edition) == (came_in, came_in == 1)
    [row] = await site.rows(
        "select outcome::text, offline, at from scan where edition_id = $1", edition.id
    )
    assert row == (shown.value, True, later(-1))


async def test_no_device_tells_what_another_showed(site, edition, door):
    person = await site.register(edition)
    other, _ = await site.device(edition)
    one = scan(person.token)
    await door(one)
    (answer,) = await door(scan(person.token, id=one.id, shown=Outcome.WRONG_DAY), by=other)
    assert answer.outcome == "admitted"
    assert await inside(site, edition) == (1, True)


# Taken back


@pytest.mark.parametrize(
    "batches", [[[0], [1]], [[1], [0]], [[0, 1]], [[1, 0]], [[1], [0, 1], [1]]]
)
async def test_what_is_taken_back_counts_for_nothing_whichever_comes_first(
    site, door, edition, batches
):
    person = await site.register(edition)
    one = scan(person.token, at=later(-2), shown=Outcome.ADMITTED)
    undo = scan("", at=later(-1), undoes=one.id)
    for batch in batches:
        answers = await door(*([one, undo][place] for place in batch))
        outcomes = [Outcome.ADMITTED, Outcome.UNDONE]
        assert [answer.outcome for answer in answers] == [outcomes[place] for place in batch]
    assert await inside(site, edition) == (0, False)
    assert await site.gates(edition) == {"main": 0, "garden": 0, "dinner": 0}
    (again,) = await door(scan(person.token))
    assert again.outcome == "admitted"


async def test_a_device_takes_back_its_own_scans_alone(site, door, edition):
    person = await site.register(edition)
    other, _ = await site.device(edition)
    one = scan(person.token, at=later(-2))
    await door(one)
    (answer,) = await door(scan("", at=later(-1), undoes=one.id), by=other)
    assert (answer.outcome, answer.name) == ("undone", None)
    assert await inside(site, edition) == (1, True)


async def test_taking_a_scan_back_ends_the_conflict_that_it_made(site, door, edition):
    person = await site.register(edition)
    both = [scan(person.token, at=later(n), shown=Outcome.ADMITTED) for n in (-9, -8)]
    await door(*both)
    assert len(await conflicts(site, edition)) == 1
    await door(scan("", at=later(-7), undoes=both[0].id))
    assert await conflicts(site, edition) == []


async def test_what_takes_back_and_what_is_taken_back_at_once_end_alike(site, door, edition):
    for _ in range(10):
        person = await site.register(edition)
        one = scan(person.token, at=later(-2), shown=Outcome.ADMITTED)
        undo = scan("", at=later(-1), undoes=one.id)
        await asyncio.gather(door(one), door(undo), door(one, undo))
    rows = await site.rows(
        "select distinct entries, inside from check_in where edition_id = $1", edition.id
    )
    assert rows == [(0, False)]


# Typed, and clocks that lie


@pytest.mark.parametrize(
    "dress",
    [str, str.lower, lambda t: t.replace("-", ""), lambda t: f" {t[:4]} {t[5:]} ".lower()],
)
async def test_a_reference_is_read_as_people_type_it(site, door, edition, dress):
    person = await site.register(edition)
    (answer,) = await door(scan(dress(person.reference)))
    assert (answer.outcome, answer.name is not None) == ("admitted", True)


@pytest.mark.parametrize("text", ["hello", "BONJOUR7", "AAAA-AAAA", "12345678", "----"])
async def test_what_is_nobodys_reference_is_unknown(door, text):
    (answer,) = await door(scan(text))
    assert (answer.outcome, answer.name) == ("unknown", None)


async def test_the_reference_of_who_waits_says_so(site, door, edition):
    person = await site.register(edition)
    await site.value("delete from ticket where registration_id = $1", person.id)
    await site.value(
        "update registration set status = 'waiting', turn = 1 where id = $1", person.id
    )
    assert (await door(scan(person.reference)))[0].outcome == "waiting"


async def test_who_was_cancelled_since_does_not_pass_by_a_clock_that_lies(site, door, edition):
    """A device that asks has somebody before it, whatever time it tells."""
    site.clock.at = later(-30)
    person = await site.register(edition)
    await site.cancel(edition, person)
    (answer,) = await door(scan(person.token, at=later(-60)))
    assert answer.outcome == "cancelled"


async def test_forty_requests_for_one_ticket_lose_nothing(site, door, edition):
    person = await site.register(edition)
    scans = [scan(person.token, at=later(-n), shown=Outcome.ADMITTED) for n in range(40)]
    await asyncio.gather(*(door(one) for one in scans))
    assert await inside(site, edition) == (40, True)
    assert await site.value("select count(*) from scan where edition_id = $1", edition.id) == 40
    assert len(await conflicts(site, edition)) == 39
    first = await site.value("select scan_id from check_in where edition_id = $1", edition.id)
    assert first == scans[-1].id


# Whatever the order


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_any_order_split_and_repetition_ends_in_the_same_state(data, shared_site):
    site = shared_site
    edition = await site.edition()
    device, _ = await site.device(edition)
    people = [await site.register(edition) for _ in range(3)]
    gates = st.sampled_from(["main", "garden", "dinner"])
    tokens = st.sampled_from([*(person.token for person in people), "strange"])
    minutes = st.integers(0, 300).map(lambda n: DURING + timedelta(minutes=n))
    made = [
        scan(token, gate=gate, at=at)
        for token, gate, at in data.draw(
            st.lists(st.tuples(tokens, gates, minutes), min_size=1, max_size=8)
        )
    ]
    lists = {"main": "main", "garden": "main", "dinner": "dinner"}
    order = data.draw(st.permutations(made + data.draw(st.lists(st.sampled_from(made)))))
    answered = {}
    while order:
        size = data.draw(st.integers(1, len(order)))
        batch, order = order[:size], order[size:]
        async with site.pool.acquire() as db:
            got = await scanning.scan(
                db, device, edition, site.keyring, batch, at=DURING + timedelta(hours=9)
            )
        for answer in got:
            assert answered.setdefault(answer.id, answer.outcome) is answer.outcome
    passes = {(one.token, lists[one.gate]) for one in made if one.token != "strange"}
    rows = await site.rows(
        "select check_in_list, registration_id from check_in where edition_id = $1", edition.id
    )
    ids = {person.token: person.id for person in people}
    assert sorted(rows) == sorted((place, ids[token]) for token, place in passes)
    assert answered.keys() == {one.id for one in made}
    outcomes = [one.value for one in answered.values()]
    assert outcomes.count("admitted") == len(passes)
    stored = await site.rows("select id, outcome::text from scan where edition_id = $1", edition.id)
    assert dict(stored) == {key: one.value for key, one in answered.items()}
