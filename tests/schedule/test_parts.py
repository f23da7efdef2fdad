"""Parts one by one: whoever races, numbers and slugs are had once, and nothing is lost."""

import asyncio

import pytest

from forum.core.errors import Invalid
from schedule import editing, parts
from schedule.edits import PartChanged, PartKind, PartNotFound, PartUsed
from schedule.models import ConflictCode, Level
from schedule.part_fields import changed, part_from
from tests.factories import NOON, draft

ACTOR = "organiser:1"
SESSION = {"type": "talk", "title": {"fr": "Eau"}}


@pytest.fixture
async def there(site, edition):
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft(), at=NOON)
        return await editing.read(db, edition)


@pytest.fixture
def do(site, edition):
    async def do(verb, *arguments, **more):
        async with site.pool.acquire() as db:
            return await verb(db, edition, *arguments, **{"actor": ACTOR, "at": NOON, **more})

    return do


def added(id_, given, kind=PartKind.SESSION):
    return kind, id_, lambda of, _: part_from(kind, given, of, id_=id_, before=None)


def edited(id_, sent, kind=PartKind.SESSION):
    def build(of, before):
        return part_from(kind, changed(before, sent), of, id_=id_, before=before)

    return kind, id_, build


async def test_sessions_added_at_once_have_numbers_and_slugs_of_their_own(site, there, do):
    new = [site.ids.uuid(NOON) for _ in range(8)]
    await asyncio.gather(*(do(parts.add, *added(id_, SESSION)) for id_ in new))
    async with site.pool.acquire() as db:
        rows = await db.fetch("select number, slug from session where id = any($1)", new)
    assert sorted(row["number"] for row in rows) == list(range(3, 11))
    assert len({row["slug"] for row in rows}) == 8


async def test_of_changes_at_once_by_what_was_read_one_is_stored(site, there, do):
    id_ = there.sessions[0].id
    outcomes = await asyncio.gather(
        *(
            do(parts.change, *edited(id_, {"minutes": 10 + n}), edited=there.edited[id_])
            for n in range(6)
        ),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, PartChanged)]
    assert len(refused) == 5
    assert len(outcomes) - len(refused) == 1


async def test_each_of_changes_at_once_to_other_fields_is_kept(site, edition, there, do):
    id_ = there.sessions[0].id
    await asyncio.gather(
        do(parts.change, *edited(id_, {"minutes": 20})),
        do(parts.change, *edited(id_, {"language": "oc"})),
        do(parts.change, *edited(id_, {"note": "À voir"})),
    )
    async with site.pool.acquire() as db:
        made = await editing.read(db, edition)
    assert (made.sessions[0].minutes, made.sessions[0].language) == (20, "oc")
    assert made.backstage_of_sessions[id_].note == "À voir"


async def test_a_refusal_stores_nothing(site, edition, there, do):
    id_ = there.sessions[0].id
    with pytest.raises(Invalid):
        await do(parts.change, *edited(id_, {"minutes": 0}))
    with pytest.raises(PartNotFound):
        await do(parts.change, *edited(site.ids.uuid(NOON), {}))
    with pytest.raises(PartNotFound):
        await do(parts.remove, PartKind.ROOM, id_)
    with pytest.raises(PartUsed) as used:
        await do(parts.remove, PartKind.ROOM, there.rooms[0].id)
    assert [one["number"] for one in used.value.more["sessions"]] == [1, 2]
    async with site.pool.acquire() as db:
        assert (await editing.read(db, edition)).number == there.number


async def test_what_changed_since_is_told_with_who_did_it(site, edition, there, do):
    id_, other = (one.id for one in there.sessions)
    await do(parts.change, *edited(id_, {"minutes": 20}))
    await do(parts.change, *edited(other, {"minutes": 20}))
    await do(parts.change, *edited(id_, {"minutes": 25}), actor="organiser:2")
    async with site.pool.acquire() as db:
        found = await parts.since(db, edition, id_, there.number)
    assert [(change.actor, edit.after.content.minutes) for change, edit in found] == [
        ("organiser:1", 20),
        ("organiser:2", 25),
    ]


async def test_what_changed_is_told_however_much_else_changed(
    site, edition, there, do, monkeypatch
):
    monkeypatch.setattr(editing, "MOST_CHANGES", 2)
    id_, other = (one.id for one in there.sessions)
    for n in range(5):
        await do(parts.change, *edited(other, {"minutes": 10 + n}))
    await do(parts.change, *edited(id_, {"minutes": 20}))
    async with site.pool.acquire() as db:
        found = await parts.since(db, edition, id_, there.number)
    assert [change.number for change, _ in found] == [there.number + 6]


async def test_a_change_of_a_part_is_taken_back_whole(site, edition, there, do):
    id_ = there.sessions[0].id
    done = await do(parts.change, *edited(id_, {"title": {"en": "Water"}, "note": "x"}))
    await do(editing.take_back, done.change.number)
    async with site.pool.acquire() as db:
        made = await editing.read(db, edition)
    assert made.sessions == there.sessions
    assert made.backstage_of_sessions == there.backstage_of_sessions


async def test_levels_that_another_set_meanwhile_are_not_set(site, edition, there, do):
    async with site.pool.acquire() as db:
        seen = parts.stamp_of_levels(await editing.levels_of(db, edition))
    wanted = {ConflictCode.TRACK_MISSING: Level.IGNORE}
    await do(parts.set_levels, wanted, seen=seen, ids=site.ids)
    with pytest.raises(parts.SettingsChanged):
        await do(parts.set_levels, wanted, seen=seen, ids=site.ids)
    await do(parts.set_levels, wanted, ids=site.ids)
    audited = "select count(*) from audit where edition_id = $1 and action = 'conflict_levels'"
    assert await site.value(audited, edition.id) == 1
