"""Publishing: numbered versions that never change, with the revision of each session."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from schedule import editing, publishing
from schedule.models import Draft
from schedule.publishing import NothingToPublish, VersionNotFound
from schedule.rules import ChangeKind
from tests.factories import draft


@pytest.fixture
def publish(site, edition):
    """Put a draft in place and publish it; return the version and what changed."""

    async def publish(made=None, **given):
        async with site.pool.acquire() as db:
            if made is not None:
                await editing.replace(db, edition, made, at=site.clock.at)
            return await publishing.publish(
                db, edition, base_url="https://forum.example/", at=site.clock.at, **given
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
