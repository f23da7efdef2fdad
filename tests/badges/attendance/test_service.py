"""Attendance from real scans: sessions and half-days, in numbers and by name, seats beside them."""

from datetime import timedelta

import pytest

from badges.attendance import presence
from badges.attendance import service as attendance
from badges.attendance.service import NoSuchSession
from badges.models import Presence
from tests.badges.rooms import IN, OUT, after, reads, takes_back, takes_seat, with_rooms
from tests.factories import FIRST_DAY, NOON, draft

EVENING = after(hours=11)


async def read(site, edition, at=EVENING):
    async with site.pool.acquire() as db:
        return await attendance.read(db, edition, at=at)


@pytest.fixture
async def morning(site):
    """Three hold seats in session 1: Ada comes and goes, Bo comes, Cy does not; Di has none.

    El is refused, for a ticket that was taken back; Fo is read by mistake, and taken back.
    """
    edition, programme = await with_rooms(site)
    people = {
        name: await site.register(edition, family_name=name, given_name="Zoé", category=category)
        for name, category in zip(
            ("Ada", "Bo", "Cy", "Di", "El", "Fo"),
            ("elected", "elected", "press", "press", "agent", "agent"),
            strict=True,
        )
    }
    first = programme.sessions[0]
    for name in ("Ada", "Bo", "Cy"):
        await takes_seat(site, edition, people[name], first)
    await reads(
        site, edition, people["Ada"],
        after(minutes=-5), (after(minutes=10), OUT), (after(minutes=12), IN), gate="room",
    )  # fmt: skip
    await reads(site, edition, people["Bo"], after(minutes=11), gate="room")
    await reads(site, edition, people["Di"], after(minutes=1), gate="room")
    await site.value("update ticket set revoked_at = now() - interval '9 years'"
                     " where registration_id = $1", people["El"].id)  # fmt: skip
    await reads(site, edition, people["El"], after(minutes=2), gate="room")
    device, [wrong] = await reads(site, edition, people["Fo"], after(minutes=3), gate="room")
    await takes_back(site, edition, device, wrong, at=after(minutes=4), gate="room")
    return edition, programme, people


async def test_a_session_in_numbers(site, morning):
    edition, _, _ = morning
    first, second = (await read(site, edition)).sessions()
    assert (first.number, first.title, first.room) == (1, {"fr": "Ouverture"}, "Salle Garonne")
    assert (first.entered, first.most) == (3, 3)
    assert (first.first_at, first.last_at) == (after(minutes=-5), after(minutes=12))
    assert first.by_category == {"elected": 2, "press": 1}
    assert (first.seats, first.came, first.missing, first.without_seat) == (3, 2, 1, 1)
    assert (second.number, second.entered, second.seats, second.came) == (2, 0, 0, 0)


async def test_a_session_by_name(site, morning):
    edition, _, _ = morning
    _, listed = (await read(site, edition)).session(1)
    assert [
        (one.person.family_name, one.seat, one.visit and (one.visit.first_at, one.visit.last_at))
        for one in listed
    ] == [
        ("Ada", True, (after(minutes=-5), after(minutes=12))),
        ("Bo", True, (after(minutes=11), after(minutes=11))),
        ("Cy", True, None),
        ("Di", False, (after(minutes=1), after(minutes=1))),
    ]


async def test_no_session_has_this_number(site, morning):
    found = await read(site, morning[0])
    with pytest.raises(NoSuchSession):
        found.session(99)


async def test_half_days_in_numbers_and_by_name(site, morning):
    edition, _, people = morning
    await reads(site, edition, people["Cy"], after(hours=6))
    await reads(site, edition, people["Di"], (after(hours=3), OUT))
    found = await read(site, edition, at=after(days=2))
    assert [
        (one.half.name, one.present, one.read, one.by_category) for one in found.half_days()
    ] == [
        ("2027-03-23_morning", 3, 3, {"elected": 2, "press": 1}),
        ("2027-03-23_afternoon", 3, 1, {"elected": 2, "press": 1}),
        ("2027-03-24_morning", 0, 0, {}),
        ("2027-03-24_afternoon", 0, 0, {}),
    ]
    assert [
        (one.person.family_name, [stay and stay.read for stay in one.stays], [*one.sessions])
        for one in found.by_person()
    ] == [
        ("Ada", [True, False, None, None], [1]),
        ("Bo", [True, False, None, None], [1]),
        ("Cy", [None, True, None, None], []),
        ("Di", [True, None, None, None], [1]),
    ]


async def test_who_was_read_at_a_room_alone_is_attested_and_leaves_by_the_door_alone(site, morning):
    edition, _, people = morning
    await reads(site, edition, people["Bo"], (after(minutes=25), OUT), gate="room")
    arrived = Presence(day=FIRST_DAY, arrived_at=after(minutes=11))
    async with site.pool.acquire() as db:
        assert await presence.of_person(db, edition, people["Bo"].id) == [arrived]
    await reads(site, edition, people["Bo"], (after(hours=8), OUT))
    left = Presence(day=FIRST_DAY, arrived_at=after(minutes=11), left_at=after(hours=8))
    async with site.pool.acquire() as db:
        assert await presence.of_person(db, edition, people["Bo"].id) == [left]
        assert {*await presence.of_all(db, edition)} == {
            people[name].id for name in ("Ada", "Bo", "Di")
        }


async def test_a_scan_counts_when_it_was_made_not_when_it_came(site, morning, client):
    edition, _, people = morning
    _, headers = await site.device(edition, "room")
    site.clock.at = after(hours=9)
    ahead = after(minutes=20) + timedelta(hours=1)
    sent = {
        "id": "00000000-0000-4000-8000-000000000001",
        "token": people["Fo"].token,
        "gate": "room",
        "scanned_at": ahead.isoformat(),
        "clock_offset_ms": -3_600_000,
        "shown": "admitted",
    }
    answer = await client.post("/api/device/scans", json={"scans": [sent]}, headers=headers)
    assert answer.json()["outcomes"][0]["outcome"] == "admitted"
    first = (await read(site, edition)).sessions()[0]
    assert (first.entered, first.last_at) == (4, after(minutes=20))


async def test_seats_that_nobody_claims_go_to_whoever_stands_at_the_door(site):
    made = draft("Atelier", capacity=1, sign_up=True)
    edition, programme = await with_rooms(site, made, seats=True, seats_kept_minutes=5)
    seated, waiting, other = [await site.register(edition) for _ in range(3)]
    for person in (seated, waiting):
        await takes_seat(site, edition, person, programme.sessions[0])
    for person in (waiting, other):
        await reads(site, edition, person, after(minutes=4), gate="room")
    assert (await read(site, edition)).sessions()[0].entered == 0
    for person in (waiting, other):
        await reads(site, edition, person, after(minutes=5), gate="room")
    told = (await read(site, edition)).sessions()[0]
    assert (told.entered, told.seats, told.came, told.without_seat) == (2, 1, 0, 2)
    await reads(site, edition, seated, after(minutes=8), gate="room")
    told = (await read(site, edition)).sessions()[0]
    assert (told.entered, told.seats, told.came, told.without_seat) == (3, 1, 1, 2)
    kept = "select state::text from sign_up where edition_id = $1 order by state"
    assert await site.rows(kept, edition.id) == [("seat",), ("waiting",)]


async def test_a_session_that_left_the_programme_keeps_its_attendance(site, morning):
    edition, _, _ = morning
    await site.value("delete from programme_version where edition_id = $1", edition.id)
    found = await read(site, edition)
    [gone] = found.sessions()
    assert (gone.number, gone.title, gone.starts_at, gone.entered, gone.seats) == (
        1, {}, None, 3, None,
    )  # fmt: skip
    assert [one.person.family_name for one in found.session(1)[1]] == ["Ada", "Bo", "Di"]


async def test_an_edition_that_nobody_came_to(site):
    found = await read(site, await site.edition(), at=NOON)
    assert found.sessions() == []
    assert [one.present for one in found.half_days()] == [0, 0, 0, 0]
    assert found.by_person() == []
