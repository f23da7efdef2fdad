"""Presence from real scans: refused ones and others' do not count, clocks that lie are held."""

from datetime import timedelta

from badges.attendance import presence
from badges.models import Direction, Presence
from tests.factories import DURING, FIRST_DAY, scan
from tests.factories import NOON as BEFORE

OUT = Direction.OUT
LATER = DURING + timedelta(hours=8)
NEXT_DAY = DURING + timedelta(days=1)


async def of_person(site, edition, person):
    async with site.pool.acquire() as db:
        return await presence.of_person(db, edition, person.id)


async def of_all(site, edition):
    async with site.pool.acquire() as db:
        return await presence.of_all(db, edition)


async def test_two_days_of_one_person(site, edition):
    person = await site.register(edition)
    await site.was_there(edition, person, DURING, (LATER, OUT), NEXT_DAY)
    days = [
        Presence(day=FIRST_DAY, arrived_at=DURING, left_at=LATER),
        Presence(day=FIRST_DAY + timedelta(days=1), arrived_at=NEXT_DAY),
    ]
    assert await of_person(site, edition, person) == days
    assert await of_all(site, edition) == {person.id: days}


async def test_scans_that_were_refused_do_not_count(site, edition):
    other = await site.edition()
    revoked, cancelled, foreign = [await site.register(edition) for _ in range(3)]
    await site.value("update ticket set revoked_at = now() where registration_id = $1", revoked.id)
    await site.cancel(edition, cancelled)
    for person in (revoked, cancelled):
        await site.was_there(edition, person)
    await site.was_there(other, foreign)
    assert await of_all(site, edition) == {}
    assert await of_all(site, other) == {}
    assert await of_person(site, edition, revoked) == []


async def test_the_wrong_day_does_not_count(site):
    edition = await site.edition(asks_days=True)
    person = await site.register(edition, days=[FIRST_DAY + timedelta(days=1)])
    await site.was_there(edition, person)
    assert await of_all(site, edition) == {}


async def test_each_has_their_own_hours(site, edition):
    people = [await site.register(edition) for _ in range(3)]
    for hours, person in enumerate(people[:2]):
        await site.was_there(edition, person, DURING + timedelta(hours=hours))
    assert await of_all(site, edition) == {
        person.id: [Presence(day=FIRST_DAY, arrived_at=DURING + timedelta(hours=hours))]
        for hours, person in enumerate(people[:2])
    }


async def test_a_scan_was_read_no_later_than_it_arrived(site, client, edition):
    person = await site.register(edition)
    _, headers = await site.device(edition)
    site.clock.at = DURING
    ahead = scan(person.token, at=DURING + timedelta(hours=3))
    sent = {
        "id": str(ahead.id),
        "token": ahead.token,
        "gate": "main",
        "scanned_at": ahead.scanned_at.isoformat(),
    }
    answer = await client.post("/api/device/scans", json={"scans": [sent]}, headers=headers)
    assert answer.json()["outcomes"][0]["outcome"] == "admitted"
    assert await of_person(site, edition, person) == [Presence(day=FIRST_DAY, arrived_at=DURING)]


async def test_a_rehearsal_before_the_forum_attests_nothing(site, edition):
    person = await site.register(edition)
    await site.was_there(edition, person, BEFORE)
    assert await of_person(site, edition, person) == []
    await site.was_there(edition, person, DURING)
    assert await of_person(site, edition, person) == [Presence(day=FIRST_DAY, arrived_at=DURING)]
