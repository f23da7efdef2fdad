"""Programs give plans their pictures: guarded by If-Match, refused by name."""

import pytest

from forum.core.context import Role
from schedule import editing
from schedule.models import PlanPicture
from tests.factories import SAME_ORIGIN, draft, plan_file

GIVEN = {"title": {"fr": "Niveau 0"}, "alt": {"fr": "L’entrée est en bas."}}


@pytest.fixture
async def api(site, edition, client):
    """Ask for a path of the edition's API as its programme editor."""
    headers = {**SAME_ORIGIN, **await site.signed_in(edition, Role.PROGRAMME_EDITOR)}

    async def ask(method, path, **more):
        sent = {**headers, **more.pop("headers", {})}
        at = f"/api/editions/{edition.slug}/{path}"
        return await client.request(method, at, headers=sent, **more)

    return ask


async def test_a_picture_is_sent_as_it_is_and_told_with_the_plan(site, edition, api):
    path = f"plans/{(await api('POST', 'plans', json=GIVEN)).json()['id']}"
    answer = await api("PUT", f"{path}/picture", content=plan_file(), headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    told = (await api("GET", path)).json()
    assert answer.json() == told
    assert (told["picture"]["width_px"], told["picture"]["height_px"]) == (600, 400)
    async with site.pool.acquire() as db:
        [plan] = (await editing.read(db, edition)).plans
    assert plan.picture == PlanPicture(**told["picture"])
    assert site.parts.blobs.path(plan.picture.full).is_file()
    same = await api("PUT", f"{path}/picture", content=plan_file())
    assert same.headers["etag"] == '"2"'  # nothing changed


async def test_a_picture_is_not_stored_over_a_change_that_was_not_seen(api):
    path = f"plans/{(await api('POST', 'plans', json=GIVEN)).json()['id']}"
    await api("PATCH", path, json={"position": 4})
    answer = await api("PUT", f"{path}/picture", content=plan_file(), headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "part_changed")
    assert (await api("GET", path)).json()["picture"] is None


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "not_a_plan"),
        (b"<svg/>", 422, "plan_is_a_program"),
        (b"%PDF-1.7", 422, "plan_is_a_program"),
        (plan_file(size=(100, 100)), 422, "plan_too_small"),
        (plan_file()[:200], 422, "not_a_plan"),
    ],
)
async def test_what_is_no_plan_is_refused_by_name(api, content, status, code):
    path = f"plans/{(await api('POST', 'plans', json=GIVEN)).json()['id']}"
    answer = await api("PUT", f"{path}/picture", content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_body_over_the_limit_is_refused_unread(api):
    path = f"plans/{(await api('POST', 'plans', json=GIVEN)).json()['id']}"
    answer = await api("PUT", f"{path}/picture", content=b"x" * 5_200_000)
    assert answer.status_code == 413


async def test_a_room_has_no_picture_and_nobody_else_gives_one(site, edition, api, client):
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft(), at=site.clock.at)
        room = (await editing.read(db, edition)).rooms[0]
    answer = await api("PUT", f"plans/{room.id}/picture", content=plan_file())
    assert (answer.status_code, answer.json()["code"]) == (404, "part_not_found")
    path = f"/api/editions/{edition.slug}/plans/{room.id}/picture"
    assert (await client.put(path, content=plan_file(), headers=SAME_ORIGIN)).status_code == 401


async def test_markers_name_rooms_that_there_are_each_once(site, edition, api):
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft(), at=site.clock.at)
        room = str((await editing.read(db, edition)).rooms[0].id)
    here = {"room_id": room, "x": 12.34, "y": "7,5"}
    made = await api("POST", "plans", json={**GIVEN, "markers": [here]})
    assert made.json()["markers"] == [{"room_id": room, "x": 12.3, "y": 7.5}]
    nowhere = "00000000-0000-0000-0000-000000000007"
    for wrong, place in (
        ([here, here], "markers.1.room_id"),
        ([{**here, "room_id": nowhere}], "markers.0.room_id"),
        ([{**here, "x": 100.1}], "markers.0.x"),
        ([{**here, "x": None}], "markers.0.x"),
        ([{**here, "y": -1}], "markers.0.y"),
        ([{**here, "y": "1e1"}], "markers.0.y"),
        ([{**here, "y": True}], "markers.0.y"),
    ):
        answer = await api("POST", "plans", json={**GIVEN, "markers": wrong})
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, [place])
