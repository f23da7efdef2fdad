"""The draft: replaced whole or not at all, one session in a room at a time."""

import asyncio
import uuid
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace as with_

from forum.core.errors import Invalid
from schedule import arranging, editing
from schedule.editing import ChangeBlocked, ChangeNotFound, RoomTaken
from schedule.edits import (
    PartChanged,
    PartKind,
    RoomPart,
    SessionPart,
    SpeakerPart,
    TrackPart,
    Wanted,
    part_of,
)
from schedule.models import (
    Access,
    ConflictCode,
    ConflictSetting,
    Draft,
    Level,
    Partner,
    RoomBackstage,
    SessionBackstage,
    Span,
    SpeakerBackstage,
    SpeakerState,
    Track,
    Travel,
)
from tests.factories import MORNING, draft


@pytest.fixture
def replace(site, edition):
    async def replace(made):
        async with site.pool.acquire() as db:
            await editing.replace(db, edition, made, at=site.clock.at)

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
        await editing.replace(db, other, made, at=site.clock.at)
        assert titles(await editing.read(db, other)) == ["A"]


async def test_of_two_replacements_at_once_one_is_whole_in_the_end(replace, read):
    one, other = draft(*(f"A{n}" for n in range(9))), draft(*(f"B{n}" for n in range(9)))
    for made in (one, other):
        for session in made.sessions:
            assert isinstance(session.id, uuid.UUID)
    await asyncio.gather(*(replace(made) for made in (one, other) * 3))
    got = titles(await read())
    assert got in (titles(one), titles(other))


@pytest.fixture
def change(site, edition):
    async def change(*wanted, kind="edited", actor="organiser:1"):
        async with site.pool.acquire() as db:
            return await editing.change(
                db, edition, wanted, kind=kind, actor=actor, at=site.clock.at
            )

    return change


@pytest.fixture
def take_back(site, edition):
    async def take_back(number):
        async with site.pool.acquire() as db:
            return await editing.take_back(db, edition, number, actor="me", at=site.clock.at)

    return take_back


def places(made):
    return {one.title["fr"]: one.starts_at for one in made.sessions}


def later(made, minutes=60):
    """Return the first session, wanted so much later than it is."""
    one = made.sessions[0]
    return arranging.placed(
        made, one.id, room_id=one.room_id, starts_at=one.starts_at + timedelta(minutes=minutes)
    )


async def test_every_field_of_every_part_is_kept(replace, read, change):
    await replace(draft("A"))
    before = await read()
    [room], [speaker], [session] = before.rooms, before.speakers, before.sessions
    spans = [Span(starts_at=MORNING, ends_at=MORNING + timedelta(hours=8))]
    parts = [
        RoomPart(
            content=with_(room, access=[Access.STEP_FREE], capacity=90, floor="1"),
            backstage=RoomBackstage(availability=spans),
        ),
        TrackPart(content=Track(id=uuid.uuid4(), slug="t", name={"fr": "T"}, position=0, tint=3)),
        SpeakerPart(
            content=with_(speaker, organisation="Ville", photo="f00d"),
            backstage=SpeakerBackstage(
                email="ada@example.org",
                language="en",
                state=SpeakerState.INVITED,
                availability=spans,
                note="train",
                photo="f00d",
                photo_agreed_at=MORNING,
                registration_id=uuid.uuid4(),
            ),
        ),
        SessionPart(
            content=with_(
                session,
                tags=["eau"],
                partners=[Partner(name="Agence", url="https://example.org/")],
                guides=["guide"],
                capacity=30,
                sign_up=True,
                livestream="https://example.org/live",
            ),
            backstage=SessionBackstage(
                confirmed=False, internal_tags=["vip"], note="micro", expected=25
            ),
        ),
    ]
    kinds = (PartKind.ROOM, PartKind.TRACK, PartKind.SPEAKER, PartKind.SESSION)
    made = await change(
        *(
            Wanted(kind=kind, id=part.content.id, after=part)
            for kind, part in zip(kinds, parts, strict=True)
        )
    )
    got = await read()
    assert [part_of(got, k, p.content.id) for k, p in zip(kinds, parts, strict=True)] == parts
    assert got == made.draft
    assert (made.change.number, got.number, {*got.edited.values()}) == (2, 2, {2})


async def test_a_change_is_kept_with_who_made_it_and_told_to_others(
    site, edition, replace, read, change
):
    await replace(draft("A"))
    made = await change(*later(await read()), kind="moved")
    async with site.pool.acquire() as db:
        [kept] = await editing.changes_since(db, edition, 1)
    assert kept == made.change
    assert (kept.number, kept.actor, kept.kind) == (2, "organiser:1", "moved")


async def test_many_steps_are_taken_back_and_done_again(replace, read, change, take_back):
    await replace(moved(draft("A", "B"), 0, 300))
    seen = [await read()]
    for minutes in (30, 60, 90):
        await change(*later(seen[-1], minutes))
        seen.append(await read())
    for step in (3, 2, 1):
        await take_back(1 + step)
        assert places(await read()) == places(seen[step - 1])
    for step in (1, 2, 3):
        await take_back(8 - step)
        assert places(await read()) == places(seen[step])


async def test_what_another_touched_since_is_not_taken_back(replace, read, change, take_back):
    await replace(draft("A"))
    await change(*later(await read()))
    await change(*later(await read()))
    with pytest.raises(PartChanged):
        await take_back(2)
    with pytest.raises(ChangeNotFound):
        await take_back(9)


async def test_a_part_that_was_removed_comes_back(replace, read, change, take_back):
    await replace(draft("A"))
    before = await read()
    gone = before.sessions[0].id
    await change(Wanted(kind=PartKind.SESSION, id=gone, after=None))
    assert (await read()).sessions == []
    await take_back(2)
    assert (await read()).sessions == before.sessions


async def test_an_import_is_taken_back_like_any_change(replace, read, take_back):
    await replace(draft("Ancien"))
    before = await read()
    await replace(draft("A", "B"))
    await take_back(2)
    assert (await read()).sessions == before.sessions


async def test_a_clash_is_refused_before_it_is_stored(replace, read, change):
    await replace(moved(draft("A", "B"), 0, 60))
    before = await read()
    with pytest.raises(ChangeBlocked) as refusal:
        await change(*later(before, 45))
    assert {one.code for one in refusal.value.conflicts} == {
        ConflictCode.ROOM_TAKEN,
        ConflictCode.PERSON_IN_TWO_PLACES,
    }
    assert await read() == before


async def test_where_the_edition_only_warns_a_clash_is_stored_and_told(
    site, edition, replace, read, change
):
    await replace(moved(draft("A", "B"), 0, 60))
    both = (ConflictCode.PERSON_IN_TWO_PLACES, ConflictCode.ROOM_TAKEN)
    async with site.pool.acquire() as db:
        await editing.set_levels(
            db, edition, [ConflictSetting(code=code, level=Level.WARN) for code in both]
        )
    made = await change(*later(await read(), 45))
    assert {*both} <= {one.code for one in made.conflicts}
    back = await change(*later(await read(), -45))
    assert not {*both} & {one.code for one in back.conflicts}
    assert [one.overlaps for one in back.draft.sessions] == [False, False]


async def test_of_two_who_move_one_session_the_later_one_is_told(replace, read, change):
    await replace(draft("A"))
    seen = await read()
    got = await asyncio.gather(
        *(change(*later(seen, minutes)) for minutes in (30, 60)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in got) == ["Changed", "PartChanged"]


async def test_of_two_who_want_one_place_at_once_one_is_refused(replace, read, change):
    await replace(moved(draft("A", "B"), 0, 60))
    seen = await read()
    wanted = [
        arranging.placed(seen, one.id, room_id=one.room_id, starts_at=MORNING + timedelta(hours=5))
        for one in seen.sessions
    ]
    got = await asyncio.gather(*(change(*one) for one in wanted), return_exceptions=True)
    assert sorted(type(one).__name__ for one in got) == ["ChangeBlocked", "Changed"]


async def test_a_change_of_nothing_is_not_kept(replace, read, change):
    await replace(draft("A"))
    made = await change(*later(await read(), 0))
    assert (made.change, (await read()).number) == (None, 1)


async def test_a_slug_of_another_is_refused_by_name(replace, read, change):
    await replace(moved(draft("A", "B"), 0, 60))
    seen = await read()
    first, second = seen.sessions
    part = part_of(seen, PartKind.SESSION, first.id)
    taken = with_(part, content=with_(first, slug=second.slug))
    with pytest.raises(Invalid) as refusal:
        await change(Wanted(kind=PartKind.SESSION, id=first.id, after=taken))
    assert [*refusal.value.fields] == ["slug"]


async def test_inside_another_transaction_what_is_taken_is_refused_by_name_too(
    site, edition, replace, read
):
    await replace(moved(draft("A", "B"), 0, 60))
    seen = await read()
    first, second = seen.sessions
    part = part_of(seen, PartKind.SESSION, first.id)
    taken = Wanted(
        kind=PartKind.SESSION,
        id=first.id,
        after=with_(part, content=with_(first, slug=second.slug)),
    )
    async with site.pool.acquire() as db:
        with pytest.raises(Invalid):
            async with db.transaction():
                await editing.change(
                    db, edition, [taken], kind="edited", actor="me", at=site.clock.at
                )
        async with db.transaction():
            for minutes in (30, 60):  # one verb after the other, the first one's check behind it
                now = await editing.read(db, edition)
                await editing.change(
                    db,
                    edition,
                    arranging.swapped(now, first.id, second.id),
                    kind="swapped",
                    actor=str(minutes),
                    at=site.clock.at,
                )
    assert places(await read()) == places(seen)


async def test_what_is_arranged_is_computed_of_the_draft_as_it_is_then(
    site, edition, replace, read
):
    await replace(draft("A"))
    [one] = (await read()).sessions

    async def later(minutes):
        async with site.pool.acquire() as db:
            await editing.arrange(
                db,
                edition,
                lambda now: arranging.shifted(
                    now,
                    since=MORNING,
                    until=MORNING + timedelta(days=1),
                    minutes=minutes,
                ),
                kind="shifted",
                actor="me",
                at=site.clock.at,
            )

    await asyncio.gather(*(later(5) for _ in range(6)))
    assert places(await read()) == {"A": one.starts_at + timedelta(minutes=30)}


async def test_the_minutes_between_rooms_are_kept(site, edition, replace, read):
    made = draft("A")
    other = with_(made.rooms[0], id=uuid.uuid4(), slug="autre", position=1)
    await replace(with_(made, rooms=[*made.rooms, other]))
    a, b = sorted((made.rooms[0].id, other.id))
    travel = [Travel(room_a=a, room_b=b, minutes=7)]
    async with site.pool.acquire() as db:
        await editing.set_travel(db, edition, travel)
    assert (await read()).travel == travel
