"""Scans: every outcome, resent batches, races, and how many statements a batch costs."""

import asyncio
import random
import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges import doors, scanning
from badges.models import Direction, Presented, TokenPayload
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
    token = sign(payload, site.keyring._private[0])
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
    token = sign(payload, site.keyring._private[0])
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
