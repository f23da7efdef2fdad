"""The draft: replaced whole or not at all, one session in a room at a time."""

import asyncio
import uuid
from datetime import timedelta

import msgspec
import pytest

from schedule import editing
from schedule.editing import RoomTaken
from schedule.models import Draft
from tests.factories import MORNING, draft


@pytest.fixture
def replace(site, edition):
    async def replace(made):
        async with site.pool.acquire() as db:
            await editing.replace(db, edition, made)

    return replace


@pytest.fixture
def read(site, edition):
    async def read():
        async with site.pool.acquire() as db:
            return await editing.read(db, edition)

    return read


def moved(made, *minutes):
    """Return a draft whose sessions begin so many minutes after the morning."""
    sessions = [
        msgspec.structs.replace(one, starts_at=MORNING + timedelta(minutes=m))
        for one, m in zip(made.sessions, minutes, strict=True)
    ]
    return msgspec.structs.replace(made, sessions=sessions)


def titles(made):
    return [one.title["fr"] for one in made.sessions]


async def test_a_draft_comes_back_as_it_was_put(replace, read, edition):
    made = draft("Ouverture", "L’eau")
    await replace(made)
    got = await read()
    assert (got.rooms, got.speakers, got.sessions) == (made.rooms, made.speakers, made.sessions)
    assert (got.title, got.timezone, got.starts_on) == (
        edition.title,
        edition.timezone,
        edition.starts_on,
    )


async def test_a_draft_takes_the_place_of_the_one_before(replace, read):
    await replace(draft("Ouverture", "L’eau"))
    await replace(draft("Autre"))
    assert titles(await read()) == ["Autre"]
    await replace(Draft())
    assert titles(await read()) == []


async def test_two_sessions_in_a_room_at_once_are_refused_and_the_old_draft_stays(replace, read):
    await replace(draft("Ancien"))
    with pytest.raises(RoomTaken):
        await replace(moved(draft("A", "B"), 0, 29))
    assert titles(await read()) == ["Ancien"]


async def test_one_after_the_other_is_no_conflict(replace, read):
    await replace(moved(draft("A", "B"), 30, 0))
    assert titles(await read()) in (["A", "B"], ["B", "A"])


@pytest.mark.parametrize("given", [{"cancelled": True}, {"overlaps": True}, {"room_id": None}])
async def test_cancelled_overlapping_and_unplaced_sessions_take_no_room(replace, read, given):
    await replace(moved(draft("A", "B", **given), 0, 0))
    assert len((await read()).sessions) == 2


async def test_two_sessions_change_places_in_one_transaction(site, edition, replace, read):
    made = moved(draft("A", "B"), 0, 30)
    await replace(made)
    first, second = (one.id for one in made.sessions)
    move = """
        update session set starts_at = $3, ends_at = $3::timestamptz + interval '30 min'
         where edition_id = $1 and id = $2
    """
    async with site.pool.acquire() as db, db.transaction():
        await db.execute(move, edition.id, first, MORNING + timedelta(minutes=30))
        await db.execute(move, edition.id, second, MORNING)
    begin = {one.title["fr"]: one.starts_at for one in (await read()).sessions}
    assert begin == {"A": MORNING + timedelta(minutes=30), "B": MORNING}


async def test_the_same_room_number_in_another_edition_is_another_room(site, edition, replace):
    made = draft("A")
    await replace(made)
    other = await site.edition()
    async with site.pool.acquire() as db:
        await editing.replace(db, other, made)
        assert titles(await editing.read(db, other)) == ["A"]


async def test_of_two_replacements_at_once_one_is_whole_in_the_end(replace, read):
    one, other = draft(*(f"A{n}" for n in range(9))), draft(*(f"B{n}" for n in range(9)))
    for made in (one, other):
        for session in made.sessions:
            assert isinstance(session.id, uuid.UUID)
    await asyncio.gather(*(replace(made) for made in (one, other) * 3))
    got = titles(await read())
    assert got in (titles(one), titles(other))
