"""The outbox: stored with the deed, claimed by one worker, tried again later, sent once."""

import asyncio
import uuid
from datetime import timedelta

import msgspec
import pytest

from forum.core import outbox
from forum.core.outbox import LEASE, MAX_ATTEMPTS, Letter
from tests.factories import NOON


def letter(**given):
    values = {
        "edition_id": 1,
        "id": uuid.uuid4(),
        "kind": "confirmed",
        "subject_id": uuid.uuid4(),
        "version": 1,
        "recipient": "zoe@example.org",
        "language": "fr",
        "data": {"given_name": "Zoé", "ticket": None},
    }
    return Letter(**{**values, **given})


async def test_a_letter_comes_back_as_it_was_put(db):
    put = letter()
    await outbox.put(db, put, at=NOON)
    (claimed,) = await outbox.claim(db, at=NOON, limit=5)
    assert (claimed.attempts, claimed.created_at) == (1, NOON)
    assert msgspec.convert(msgspec.to_builtins(claimed), Letter) == put


async def test_one_event_is_one_letter(db):
    first = letter()
    await outbox.put(db, first, at=NOON)
    await outbox.put(db, msgspec.structs.replace(first, id=uuid.uuid4()), at=NOON)
    assert [one.id for one in await outbox.claim(db, at=NOON, limit=5)] == [first.id]


async def test_the_next_version_is_another_event(db):
    first = letter()
    await outbox.put(db, first, at=NOON)
    await outbox.put(db, msgspec.structs.replace(first, id=uuid.uuid4(), version=2), at=NOON)
    assert len(await outbox.claim(db, at=NOON, limit=5)) == 2


async def test_a_deed_undone_sends_nothing(db):
    deed = db.transaction()
    await deed.start()
    await outbox.put(db, letter(), at=NOON)
    await deed.rollback()
    assert await outbox.claim(db, at=NOON, limit=5) == []


async def test_a_letter_to_nobody_is_not_stored(db):
    await outbox.put(db, letter(recipient=""), at=NOON)
    await outbox.put_all(db, [letter(recipient=""), letter()], at=NOON)
    assert len(await outbox.claim(db, at=NOON, limit=5)) == 1


async def test_the_letters_on_a_subject_say_what_became_of_them(db):
    first = letter()
    await outbox.put(db, first, at=NOON)
    [claimed] = await outbox.claim(db, at=NOON, limit=5)
    await outbox.sent(db, claimed, at=NOON + timedelta(minutes=1))
    later = letter(subject_id=first.subject_id, version=2, kind="changed")
    await outbox.put_all(db, [later, letter(), letter(edition_id=2)], at=NOON + timedelta(hours=1))
    told = await outbox.of_subject(db, 1, first.subject_id)
    assert [(one.kind, one.attempts, one.sent_at, one.failed_at) for one in told] == [
        ("changed", 0, None, None),
        ("confirmed", 1, NOON + timedelta(minutes=1), None),
    ]
    assert await outbox.of_subject(db, 2, first.subject_id) == []


async def test_two_workers_claim_each_letter_once(pool):
    async with pool.acquire() as db:
        for _ in range(40):
            await outbox.put(db, letter(), at=NOON)

    async def work():
        mine = []
        async with pool.acquire() as db:
            while claimed := await outbox.claim(db, at=NOON, limit=3):
                mine += [one.id for one in claimed]
        return mine

    got = [one for mine in await asyncio.gather(*(work() for _ in range(4))) for one in mine]
    assert (len(got), len(set(got))) == (40, 40)


async def test_the_oldest_leave_first(db):
    for minutes in (3, 1, 2):
        await outbox.put(db, letter(version=minutes), at=NOON + timedelta(minutes=minutes))
    later = NOON + timedelta(hours=1)
    first = await outbox.claim(db, at=later, limit=2)
    assert sorted(one.version for one in first) == [1, 2]


async def test_what_a_dead_worker_held_comes_back_when_its_lease_ends(db):
    await outbox.put(db, letter(), at=NOON)
    await outbox.claim(db, at=NOON, limit=1)
    assert await outbox.claim(db, at=NOON + LEASE - timedelta(seconds=1), limit=1) == []
    (again,) = await outbox.claim(db, at=NOON + LEASE, limit=1)
    assert again.attempts == 2


async def test_what_left_never_comes_back(db):
    await outbox.put(db, letter(), at=NOON)
    (claimed,) = await outbox.claim(db, at=NOON, limit=1)
    await outbox.sent(db, claimed, at=NOON)
    assert await outbox.claim(db, at=NOON + timedelta(days=9), limit=1) == []


async def test_each_failure_waits_twice_as_long_until_it_is_given_up_after_five_days(db):
    await outbox.put(db, letter(), at=NOON)
    at, waits = NOON, []
    for _ in range(MAX_ATTEMPTS - 1):
        (claimed,) = await outbox.claim(db, at=at, limit=1)
        await outbox.failed(db, claimed, "no", at=at)
        run_at = await db.fetchval("select run_at from outbox")
        waits.append((run_at - at).total_seconds())
        assert await outbox.claim(db, at=run_at - timedelta(seconds=1), limit=1) == []
        at = run_at
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] + [3600] * 118
    assert at - NOON > timedelta(days=4, hours=23)
    (claimed,) = await outbox.claim(db, at=at, limit=1)
    await outbox.failed(db, claimed, "x" * 900, at=at)
    row = await db.fetchrow("select failed_at, last_error from outbox")
    assert (row["failed_at"], len(row["last_error"])) == (at, 500)
    assert await outbox.claim(db, at=at + timedelta(days=9), limit=1) == []


async def test_a_late_failure_does_not_call_back_what_another_worker_sent(db):
    await outbox.put(db, letter(), at=NOON)
    (slow,) = await outbox.claim(db, at=NOON, limit=1)
    (quick,) = await outbox.claim(db, at=NOON + LEASE, limit=1)
    await outbox.sent(db, quick, at=NOON + LEASE)
    await outbox.failed(db, slow, "no", at=NOON + LEASE)
    row = await db.fetchrow("select sent_at, last_error from outbox")
    assert (row["sent_at"], row["last_error"]) == (NOON + LEASE, None)


@pytest.mark.parametrize("limit", [1, 7])
async def test_no_more_are_claimed_than_asked_for(db, limit):
    for _ in range(10):
        await outbox.put(db, letter(), at=NOON)
    assert len(await outbox.claim(db, at=NOON, limit=limit)) == limit
