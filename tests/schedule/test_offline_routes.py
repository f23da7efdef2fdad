"""What a phone needs to keep the programme: a manifest, and a worker that names each version."""

import json

import msgspec
import pytest
from msgspec.structs import replace
from PIL import Image

from forum.core.pages import static_content, static_file
from schedule import plan_storing
from schedule.models import FloorPlan
from tests.factories import draft, plan_file
from tests.pages.test_contrast import CSS


@pytest.fixture
async def published(site, edition):
    """An edition with two sessions published."""
    await site.programme(edition)
    return edition


def kept(script):
    """Return what the first line of the worker says."""
    first, _, rest = script.partition("\n")
    assert 'addEventListener("fetch"' in rest
    return json.loads(first.removeprefix("const KEPT = ").removesuffix(";"))


async def test_the_manifest_installs_the_programme_of_this_edition_alone(client, published):
    answer = await client.get(f"/{published.slug}/programme.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert (told["name"], told["lang"]) == ("Forum des communes", "fr")
    assert (told["start_url"], told["scope"]) == (
        f"/{published.slug}/programme",
        f"/{published.slug}/",
    )
    assert f"--paper: {told['background_color']}" in CSS
    assert f"--fir: {told['theme_color']}" in CSS


async def test_the_icons_are_there_in_the_sizes_that_are_told(client, published):
    icons = (await client.get(f"/{published.slug}/programme.webmanifest")).json()["icons"]
    sizes = set()
    for icon in icons:
        assert (await client.get(icon["src"])).status_code == 200
        if icon["type"] == "image/png":
            path = icon["src"].split("/", 3)[3]
            with Image.open(static_file(path)) as picture:
                sizes.add(picture.size)
                assert icon["sizes"] == "x".join(map(str, picture.size))
    assert sizes == {(192, 192), (512, 512)}


async def test_the_worker_names_pages_and_files_that_are_there(client, published):
    answer = await client.get(f"/{published.slug}/programme-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    told = kept(answer.text)
    assert told["base"] == f"/{published.slug}"
    for address in told["pages"]:
        page = await client.get(address)
        assert (page.status_code, page.headers["x-programme-version"]) == (200, "1")
    for address in told["files"]:
        assert (await client.get(address)).headers["cache-control"].endswith("immutable")
    assert not [address for address in told["pages"] if "/me/" in address or "organiser" in address]


async def test_the_worker_keeps_the_rooms_and_the_light_picture_of_each_plan(site, client, edition):
    picture = await plan_storing.keep(site.parts.blobs, plan_file())
    words = {"fr": "Niveau 0"}
    plan = FloorPlan(
        id=site.ids.uuid(site.clock.at), position=0, title=words, alt=words, picture=picture
    )
    await site.programme(edition, replace(draft(), plans=[plan]))
    told = kept((await client.get(f"/{edition.slug}/programme-worker.js")).text)
    assert told["pictures"] == [f"/{edition.slug}/plans/{picture.small}"]
    assert f"/{edition.slug}/rooms" in told["pages"]


async def test_a_new_version_is_another_worker(site, client, published, monkeypatch):
    path = f"/{published.slug}/programme-worker.js"
    monkeypatch.setattr(site.parts.shelves._latest, "fresh_s", 0.0)
    monkeypatch.setattr(site.app.kept, "fresh_s", 0.0)
    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    await site.programme(published, draft("Nouveau"))
    second = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, second.status_code) == (304, 200)
    versions = [kept(one.text)["version"].split()[0] for one in (first, second)]
    assert versions == ["1", "2"]


async def test_a_programme_of_many_days_keeps_so_many(site, client, edition):
    made = draft(*(f"S{n}" for n in range(20)))
    sessions = [
        msgspec.structs.replace(one, starts_at=one.starts_at.replace(day=n + 1))
        for n, one in enumerate(made.sessions)
    ]
    await site.programme(edition, msgspec.structs.replace(made, sessions=sessions))
    told = kept((await client.get(f"/{edition.slug}/programme-worker.js")).text)
    assert len(told["pages"]) == 3 + 2 * 7 + 2


async def test_before_the_first_version_there_is_nothing(client, edition):
    for path in ("programme.webmanifest", "programme-worker.js"):
        answer = await client.get(f"/{edition.slug}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "programme_not_published")


def test_the_worker_stands_in_no_folder_that_is_served_as_it_is():
    assert static_content("schedule/worker.js") is None
    assert static_content("schedule/programme.js") is not None
