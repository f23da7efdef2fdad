"""The public page of rooms shows the plans of the version that is published, and their pictures."""

import pytest
from msgspec.structs import replace

from schedule import editing, plan_storing, publishing
from schedule.edits import PartKind, Wanted
from schedule.models import FloorPlan, Marker
from tests.factories import draft, plan_file


@pytest.fixture
def publish(site, edition):
    """Publish a draft with a plan of this colour; return the version."""

    async def make(colour="#dcefe8", **changes):
        made = draft()
        picture = await plan_storing.keep(site.parts.blobs, plan_file(colour=colour))
        plan = FloorPlan(
            id=site.ids.uuid(site.clock.at),
            position=0,
            title={"fr": "Niveau 0", "en": "Level 0"},
            alt={"fr": "L’entrée <en bas>.", "en": "The entrance."},
            picture=picture,
            markers=[Marker(room_id=made.rooms[0].id, x=12.5, y=40)],
        )
        return await site.programme(edition, replace(made, plans=[replace(plan, **changes)]))

    return make


async def test_the_page_shows_plan_number_and_key_in_either_language(publish, client, edition):
    version = await publish()
    picture, room = version.plans[0].picture, version.rooms[0]
    path = f"/{edition.slug}/plans/"
    page = await client.get(f"/{edition.slug}/rooms", headers={"accept-language": "fr"})
    assert page.status_code == 200
    assert page.headers["x-programme-version"] == "1"
    for shown in (
        "<h2>Niveau 0</h2>",
        f'<a href="{path}{picture.full}">',
        f'<img src="{path}{picture.small}" alt="L’entrée &lt;en bas&gt;." width="600"',
        'height="400" loading="lazy">',
        '<circle cx="12.5%" cy="40.0%" r="11"/>',
        f'<li value="1"><a href="#{room.slug}">{room.name}</a>',
        f'<dt id="{room.slug}">{room.name}</dt>',
    ):
        assert shown in page.text
    english = await client.get(f"/{edition.slug}/rooms", params={"lang": "en"})
    assert "<h2>Level 0</h2>" in english.text
    again = await client.get(
        f"/{edition.slug}/rooms", headers={"if-none-match": page.headers["etag"]}
    )
    assert again.status_code in {200, 304}


async def test_pictures_are_sent_for_ever_and_only_those_that_a_version_shows(
    publish, client, site, edition
):
    first = (await publish()).plans[0].picture
    second = (await publish("#fbe4e1")).plans[0].picture
    draft_only = await plan_storing.keep(site.parts.blobs, plan_file(colour="#fff1cc"))
    for name, kind in (
        (first.full, "image/png"),  # an old version still shows its own plan
        (second.full, "image/png"),
        (second.small, "image/webp"),
    ):
        answer = await client.get(f"/{edition.slug}/plans/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.content == site.parts.blobs.path(name).read_bytes()
        again = await client.get(
            f"/{edition.slug}/plans/{name}", headers={"if-none-match": answer.headers["etag"]}
        )
        assert again.status_code == 304
    for name in (draft_only.full, "0" * 64, "..%2f..%2fetc%2fpasswd", "x"):
        assert (await client.get(f"/{edition.slug}/plans/{name}")).status_code == 404


async def test_a_plan_without_a_picture_and_a_marker_of_a_lost_room_are_not_published(
    publish, site, edition
):
    assert (await publish(picture=None)).plans == []
    lost = Marker(room_id=site.ids.uuid(site.clock.at), x=1, y=1)
    [plan] = (await publish(markers=[lost])).plans
    assert plan.markers == []


async def test_a_lost_picture_is_not_found_and_the_booklet_says_it_in_words(
    publish, client, site, edition
):
    picture = (await publish()).plans[0].picture
    site.parts.blobs.path(picture.full).unlink()
    assert (await client.get(f"/{edition.slug}/plans/{picture.full}")).status_code == 404
    assert (await client.get(f"/{edition.slug}/programme.pdf")).status_code == 200


async def test_the_programme_of_a_program_names_the_pictures(publish, client, edition):
    version = await publish()
    told = (await client.get(f"/api/editions/{edition.slug}/programme")).json()
    assert told["plans"][0]["picture"]["full"] == version.plans[0].picture.full


async def test_an_import_leaves_the_plans_and_going_back_brings_them_back(publish, site, edition):
    first = await publish()
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft(), at=site.clock.at)
        kept = await editing.read(db, edition)
        assert kept.plans == first.plans
        gone = Wanted(kind=PartKind.PLAN, id=first.plans[0].id, after=None)
        await editing.change(db, edition, [gone], kind="removed", actor="x", at=site.clock.at)
        assert (await editing.read(db, edition)).plans == []
        await publishing.go_back(db, edition, 1, actor="x", at=site.clock.at)
        assert (await editing.read(db, edition)).plans == first.plans
