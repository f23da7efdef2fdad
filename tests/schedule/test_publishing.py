"""Publishing: numbered versions that never change, with the revision of each session."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from forum.editions import service as editions
from schedule import editing, publishing, queries
from schedule.changes import ChangeKind
from schedule.edits import PartKind, SpeakerPart, Wanted
from schedule.models import ConflictCode, Draft, SessionBackstage, SpeakerBackstage
from schedule.publishing import (
    DueInThePast,
    NothingToPublish,
    PublicationBlocked,
    PublicationNotFound,
    VersionNotFound,
)
from tests.factories import MORNING, draft
from tests.schedule.test_editing import moved


@pytest.fixture
def publish(site, edition):
    """Put a draft in place and publish it; return the version and what changed."""

    async def publish(made=None, **given):
        async with site.pool.acquire() as db:
            if made is not None:
                await editing.replace(db, edition, made, at=site.clock.at)
            return await publishing.publish(
                db,
                edition,
                base_url="https://forum.example/",
                at=site.clock.at,
                ids=site.ids,
                **given,
            )

    return publish


@pytest.fixture
def version(site, edition):
    async def version(number=None):
        async with site.pool.acquire() as db:
            return await publishing.version(db, edition, number)

    return version


def renamed(made, title):
    first, *rest = made.sessions
    first = msgspec.structs.replace(first, title={"fr": title})
    return msgspec.structs.replace(made, sessions=[first, *rest])


async def test_the_first_version_is_all_new(site, publish, version):
    made = draft("Ouverture", "L’eau")
    programme, changes = await publish(made, note="Première")
    assert (programme.version, programme.note, programme.published_at) == (
        1,
        "Première",
        site.clock.at,
    )
    assert programme.base_url == "https://forum.example"
    assert [(one.kind, one.session_id) for one in changes] == [
        (ChangeKind.NEW, one.id) for one in made.sessions
    ]
    assert await version() == programme


async def test_the_next_version_says_what_changed_and_what_did_not(site, publish):
    made = draft("Ouverture", "L’eau")
    await publish(made)
    site.clock.forward(days=1)
    programme, changes = await publish(renamed(made, "Accueil"))
    assert [one.kind for one in changes] == [ChangeKind.RENAMED]
    first, second = programme.sessions
    assert (first.revision, first.changed_at) == (1, site.clock.at)
    assert (second.revision, second.changed_at) == (0, site.clock.at - timedelta(days=1))


async def test_a_version_never_changes(publish, version):
    made = draft("Ouverture")
    first, _ = await publish(made)
    await publish(renamed(made, "Accueil"))
    assert await version(1) == first
    assert (await version()).version == 2


async def test_a_session_that_is_gone_is_cancelled(publish):
    made = draft("Ouverture", "L’eau")
    await publish(made)
    programme, changes = await publish(msgspec.structs.replace(made, sessions=made.sessions[:1]))
    assert [one.kind for one in changes] == [ChangeKind.CANCELLED]
    assert [(one.title["fr"], one.cancelled) for one in programme.sessions] == [
        ("Ouverture", False),
        ("L’eau", True),
    ]


async def test_nothing_is_published_of_nothing(publish, version):
    with pytest.raises(NothingToPublish):
        await publish(Draft())
    with pytest.raises(VersionNotFound, match="run forum publish"):
        await version()


async def test_a_version_that_is_not_there_is_named_so(publish, version):
    await publish(draft())
    with pytest.raises(VersionNotFound, match="no such version"):
        await version(9)


async def test_published_at_once_versions_are_numbered_one_by_one(publish, version):
    await publish(draft())
    got = await asyncio.gather(*(publish() for _ in range(6)))
    assert sorted(programme.version for programme, _ in got) == [2, 3, 4, 5, 6, 7]
    assert (await version()).version == 7


async def test_guides_are_named_in_the_programme(site, edition, publish):
    guide, _ = await site.guide(edition)
    programme, _ = await publish(draft())
    assert [(one.slug, one.path) for one in programme.guides] == [
        (guide.slug, f"/{edition.slug}/guides/{guide.slug}/download")
    ]


SPEAKING = {"email": "ada@example.org", "language": "fr"}


async def letters(site, edition):
    async with site.pool.acquire() as db:
        rows = await db.fetch(
            "select kind, recipient, data from outbox where edition_id = $1", edition.id
        )
    return [dict(row) for row in rows]


async def put_speaker(site, edition, **behind):
    """Give the one person of the draft an address."""
    async with site.pool.acquire() as db:
        one = await editing.read(db, edition)
        [speaker] = one.speakers
        part = SpeakerPart(content=speaker, backstage=SpeakerBackstage(**{**SPEAKING, **behind}))
        await editing.change(
            db,
            edition,
            [Wanted(kind=PartKind.SPEAKER, id=speaker.id, after=part)],
            kind="edited",
            actor="me",
            at=site.clock.at,
        )


async def test_people_of_changed_sessions_are_told_once_each(site, edition, publish):
    made = moved(draft("A", "B"), 0, 60)
    await publish(made, tell=False)
    await put_speaker(site, edition)
    assert await letters(site, edition) == []
    await publish(moved(made, 0, 300))
    [letter] = await letters(site, edition)
    assert (letter["kind"], letter["recipient"]) == ("programme_changed", "ada@example.org")
    assert letter["data"]["version"] == 2
    assert len(letter["data"]["sessions"]) == 1


async def test_nobody_is_told_of_a_version_that_changes_nothing(site, edition, publish):
    await publish(draft("A"), tell=False)
    await put_speaker(site, edition)
    await publish()
    assert await letters(site, edition) == []


async def test_people_of_a_cancelled_session_are_told_too(site, edition, publish):
    made = draft("A", "B")
    await publish(made, tell=False)
    await put_speaker(site, edition)
    await publish(replace(made, sessions=made.sessions[:1]))
    [letter] = await letters(site, edition)
    assert len(letter["data"]["sessions"]) == 1


async def test_what_blocks_keeps_a_version_back_unless_it_is_said(site, edition, publish):
    clash = moved(draft("A", "B", room_id=None), 0, 0)
    with pytest.raises(PublicationBlocked) as refusal:
        await publish(clash)
    assert [one.code for one in refusal.value.conflicts] == [ConflictCode.PERSON_IN_TWO_PLACES]
    made, _ = await publish(despite_conflicts=True)
    assert made.version == 1


async def test_an_unconfirmed_session_is_not_published(site, edition, publish):
    made = draft("A", "B")
    behind = {made.sessions[1].id: SessionBackstage(confirmed=False, note="to be seen")}
    programme, _ = await publish(replace(moved(made, 0, 60), backstage_of_sessions=behind))
    assert [one.title["fr"] for one in programme.sessions] == ["A"]
    assert b"to be seen" not in msgspec.json.encode(programme)


async def test_the_draft_goes_back_to_a_version_and_loses_nothing(site, edition, publish):
    await publish(moved(draft("A", "B"), 0, 60))
    await publish(moved(draft("A", "C"), 120, 180))
    async with site.pool.acquire() as db:
        await publishing.go_back(db, edition, 1, actor="me", at=site.clock.at)
        got = await editing.read(db, edition)
        assert {one.title["fr"]: one.starts_at for one in got.sessions} == {
            "A": MORNING,
            "B": MORNING + timedelta(minutes=60),
            "C": None,
        }
        await editing.take_back(db, edition, got.number, actor="me", at=site.clock.at)
        back = await editing.read(db, edition)
    assert {one.title["fr"] for one in back.sessions} == {"A", "C"}
    with pytest.raises(VersionNotFound):
        async with site.pool.acquire() as db:
            await publishing.go_back(db, edition, 9, actor="me", at=site.clock.at)


@pytest.fixture
def plan(site, edition):
    async def plan(hours, **given):
        async with site.pool.acquire() as db:
            return await publishing.plan(
                db,
                edition,
                due_at=site.clock.at + timedelta(hours=hours),
                **{"note": "Le soir", "tell": False, **given},
                base_url="https://forum.example",
                actor="organiser:1",
                at=site.clock.at,
                ids=site.ids,
            )

    return plan


@pytest.fixture
def publish_due(site):
    async def publish_due(hours):
        at = site.clock.at + timedelta(hours=hours)
        async with site.pool.acquire() as db:
            return await publishing.publish_due(db, at=at, ids=site.ids, find=editions.by_id)

    return publish_due


async def planned(site, edition):
    async with site.pool.acquire() as db:
        return await queries.list_publications(db, edition.id, 9)


async def test_a_version_is_published_at_the_time_that_was_set_and_once(
    site, edition, publish, plan, publish_due, version
):
    await publish(draft("A"), tell=False)
    await plan(2)
    assert await publish_due(1) == 0
    await asyncio.gather(*(publish_due(2) for _ in range(4)))
    got = await version()
    assert (got.version, got.note) == (2, "Le soir")
    assert [one.version for one in await planned(site, edition)] == [2]
    assert await publish_due(3) == 0


async def test_another_time_takes_the_place_of_the_one_before(site, edition, plan):
    await plan(2)
    second = await plan(3)
    assert [one.id for one in await planned(site, edition) if not one.withdrawn_at] == [second.id]
    async with site.pool.acquire() as db:
        given = {"actor": "me", "at": site.clock.at, "ids": site.ids}
        await publishing.withdraw(db, edition, second.id, **given)
        with pytest.raises(PublicationNotFound):
            await publishing.withdraw(db, edition, second.id, **given)


async def test_a_plan_that_is_refused_is_kept_with_its_reason(site, edition, plan, publish_due):
    await plan(1)
    assert await publish_due(2) == 1
    assert [one.refused for one in await planned(site, edition)] == ["nothing_to_publish"]
    assert await publish_due(3) == 0


async def test_a_time_that_is_over_is_refused(plan):
    with pytest.raises(DueInThePast):
        await plan(0)


async def test_a_new_link_to_the_draft_ends_the_one_before(site, edition):
    given = {"actor": "me", "at": site.clock.at, "ids": site.ids}
    async with site.pool.acquire() as db:
        assert await queries.find_preview(db, edition.id) is None
        first = await publishing.open_preview(db, edition, **given)
        second = await publishing.open_preview(db, edition, **given)
        assert await queries.find_preview(db, edition.id) == second != first
        await publishing.close_preview(db, edition, **given)
        assert await queries.find_preview(db, edition.id) is None


async def test_the_next_version_is_seen_without_being_stored(site, edition, publish, version):
    await publish(draft("A"), tell=False)
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft("B"), at=site.clock.at)
        previous, following = await publishing.next_version(
            db, edition, base_url="https://forum.example", at=site.clock.at
        )
    assert (previous.version, following.version, (await version()).version) == (1, 2, 1)
