"""What devices tell of themselves, and what programs of the team do with devices."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from badges.devices import service as devices
from forum.app import create_app
from tests.factories import DURING, FIRST_DAY, NOON, SAME_ORIGIN, Counting, sent, told

STATE = "/api/device/state"


@pytest.fixture
async def phone(site, edition):
    """A client that is a device at the main gate, which may stand in the garden too."""
    device, headers = await site.device(edition, "main", "garden")
    async with site.client(headers=headers) as client:
        client.device = device
        yield client


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition)
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        client.path = f"/api/editions/{edition.slug}/devices"
        yield client


async def stored(site, device):
    async with site.pool.acquire() as db:
        return await devices.find(db, device.edition_id, device.id)


async def moved_to(site, phone, gate):
    device = phone.device
    await site.do(
        devices.move, device.edition_id, device.id, gate, revision=None, actor="organiser:1"
    )


# What a device tells


async def test_a_device_is_told_how_it_stands(site, phone, edition):
    answer = await phone.put(STATE, json=told(battery=57, charging=True, waiting=3))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json() == {
        "now": NOON.isoformat().replace("+00:00", "Z"),
        "device": {
            "id": str(phone.device.id),
            "edition_id": edition.id,
            "name": phone.device.name,
            "gate": "main",
            "gates": ["garden", "main"],
            "may_search": False,
            "may_desk": False,
            "may_evacuate": False,
            "revoked": False,
        },
        "edition": {
            "slug": edition.slug,
            "title": edition.title,
            "timezone": "Europe/Paris",
            "languages": edition.languages,
            "starts_on": FIRST_DAY.isoformat(),
            "ends_on": (FIRST_DAY + timedelta(days=1)).isoformat(),
        },
        "counters": {"main": {"entered": 0, "inside": 0, "expected": 0}},
    }


async def test_what_a_device_tells_is_kept(site, phone):
    site.clock.forward(minutes=1)
    sent_now = told(
        at=site.clock.at, battery=5, charging=False, waiting=12, version="1.2", clock_offset_ms=-700
    )
    await phone.put(STATE, json=sent_now)
    now = await stored(site, phone.device)
    assert now.seen_at == site.clock.at
    assert (now.battery, now.charging, now.waiting) == (5, False, 12)
    assert (now.version, now.clock_offset_ms, now.revision) == ("1.2", -700, 2)


async def test_a_clock_is_compared_where_the_device_does_not_say(site, phone):
    await phone.put(STATE, json=told(at=site.clock.at - timedelta(minutes=20)))
    assert (await stored(site, phone.device)).clock_offset_ms == 20 * 60 * 1000


async def test_what_is_newer_than_this_server_is_left_aside(phone):
    answer = await phone.put(STATE, json=told(signal="good"))
    assert answer.status_code == 200


async def test_every_mistake_is_named(phone):
    wrong = {"battery": 101, "waiting": -1, "sent_at": "yesterday", "gate": ""}
    answer = await phone.put(STATE, json=wrong)
    assert answer.status_code == 422
    assert {*answer.json()["fields"]} == {"battery", "waiting", "sent_at", "gate", "version"}


async def test_a_device_stands_where_it_says_if_it_may(site, phone):
    answer = await phone.put(STATE, json=told(gate="garden"))
    assert answer.json()["device"]["gate"] == "garden"
    assert (await stored(site, phone.device)).gate == "garden"


@pytest.mark.parametrize("gate", ["dinner", "attic"])
async def test_a_device_stands_at_no_other_gate_and_is_seen_all_the_same(site, phone, gate):
    site.clock.forward(minutes=3)
    answer = await phone.put(STATE, json=told(gate=gate))
    assert (answer.status_code, answer.json()["code"]) == (422, "gate_not_allowed")
    assert (answer.json()["gate"], answer.json()["gates"]) == ("main", ["garden", "main"])
    now = await stored(site, phone.device)
    assert (now.gate, now.seen_at) == ("main", site.clock.at)


async def test_who_was_moved_stands_there_until_they_say_so_themselves(site, phone):
    await moved_to(site, phone, "dinner")
    for _ in range(2):  # the first answer was lost
        answer = await phone.put(STATE, json=told(gate="main"))
        assert (answer.status_code, answer.json()["device"]["gate"]) == (200, "dinner")
    await phone.put(STATE, json=told(gate="dinner"))
    answer = await phone.put(STATE, json=told(gate="garden"))
    assert answer.json()["device"]["gate"] == "garden"


async def test_who_was_moved_away_from_a_gate_that_is_closed_to_them_hears_it(site, phone):
    await moved_to(site, phone, "dinner")
    async with site.pool.acquire() as db:
        terms = devices.DeviceTerms(name="Phone", gate="dinner", gates=["dinner"])
        await devices.change(
            db,
            phone.device.edition_id,
            phone.device.id,
            terms,
            revision=None,
            actor="organiser:1",
            at=site.clock.at,
            ids=site.ids,
        )
    answer = await phone.put(STATE, json=told(gate="main"))
    assert answer.json()["device"]["gates"] == ["dinner"]


async def test_who_was_revoked_in_this_second_is_told_so(site, phone):
    await phone.put(STATE, json=told())
    device = phone.device
    await site.do(devices.revoke, device.edition_id, device.id, actor="organiser:1")
    answer = await phone.put(STATE, json=told())
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")


async def test_the_counters_are_those_of_the_lists_of_its_gates(site, phone, edition):
    site.clock.at = DURING
    people = [await site.register(edition) for _ in range(3)]
    before = DURING - timedelta(minutes=1)
    scans = [sent(one.token, at=before) for one in people[:2]]
    scans.append(sent(people[0].token, direction="out"))
    await phone.post("/api/device/scans", json={"scans": scans})
    answer = await phone.put(STATE, json=told(at=DURING))
    assert answer.json()["counters"] == {"main": {"entered": 2, "inside": 1, "expected": 3}}


async def test_a_state_takes_one_statement_while_the_rest_is_fresh(site, edition):
    _, headers = await site.device(edition)
    counting = Counting(site.pool._pool)
    app = create_app(site.settings, counting, site.keyring, now=site.clock, ids=site.ids)
    parts = app.app.app.state.parts
    for shelf in (
        parts.devices,
        parts.device_editions,
        parts.together._doors,
        parts.fullness.shelf,
    ):
        shelf.clock = lambda: 0.0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for statements in (10, 1):
            counting.statements.clear()
            answer = await client.put(STATE, json=told(), headers=headers)
            assert answer.status_code == 200
            await asyncio.sleep(0)  # the log of statements comes a moment after them
            assert len(counting.statements) <= statements


# What programs of the team do


async def test_a_device_is_announced_and_enrols_by_its_code(site, team, client):
    body = {"name": "Phone", "gates": ["garden", "main"], "may_search": True}
    answer = await team.post(team.path, json=body)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "private, no-store"
    made = answer.json()
    assert made["gate"] == "garden"
    assert made["link"] == f"{site.settings.base_url}/scan#code={made['code']}"
    enrolled = await client.post("/api/devices", json={"code": made["code"]})
    assert enrolled.json()["device"]["may_search"] is True


async def test_a_device_is_announced_once_for_one_key(site, team):
    headers = {"idempotency-key": "k" * 20}
    body = {"name": "Phone", "gates": ["main"]}
    got = [await team.post(team.path, json=body, headers=headers) for _ in range(2)]
    assert got[0].json() == got[1].json()
    assert len((await team.get(team.path)).json()["items"]) == 1


async def test_what_is_wrong_with_a_new_device_is_named(team):
    answer = await team.post(team.path, json={"name": "", "gates": [], "colour": "red"})
    assert answer.status_code == 422
    assert {*answer.json()["fields"]} == {"name", "gates", "colour"}
    answer = await team.post(team.path, json={"name": "Phone", "gates": ["attic"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "gate_unknown")


async def test_devices_are_listed_with_their_state_and_without_any_secret(site, team, edition):
    made = await site.announce(edition, name="B")
    _, headers = await site.device(edition, name="A")
    answer = await team.get(team.path)
    assert [(one["name"], one["state"]) for one in answer.json()["items"]] == [
        ("A", "active"),
        ("B", "to_enrol"),
    ]
    assert made.code not in answer.text
    assert headers["authorization"].removeprefix("Bearer ") not in answer.text


async def test_a_device_is_changed_as_it_was_seen(site, team, edition):
    made = await site.announce(edition, name="Phone")
    path = f"{team.path}/{made.id}"
    seen = (await team.get(path)).headers["etag"]
    answer = await team.patch(path, json={"name": "Tablet"}, headers={"if-match": seen})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json()["name"], answer.json()["gates"]) == ("Tablet", ["main"])
    late = await team.patch(path, json={"name": "Other"}, headers={"if-match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "device_changed")
    late = await team.delete(path, headers={"if-match": seen})
    assert late.status_code == 412


async def test_gates_that_leave_out_where_it_stands_put_it_at_the_first(site, team, edition):
    made = await site.announce(edition)
    path = f"{team.path}/{made.id}"
    answer = await team.patch(path, json={"gates": ["garden", "dinner"]})
    assert (answer.json()["gate"], answer.json()["gates"]) == ("garden", ["dinner", "garden"])
    answer = await team.patch(path, json={"gate": "main"})
    assert (answer.status_code, answer.json()["code"]) == (422, "gate_not_allowed")
    answer = await team.patch(path, json={"gates": []})
    assert {*answer.json()["fields"]} == {"gates"}


async def test_a_code_is_made_and_withdrawn(site, team, edition, client):
    made = await site.announce(edition)
    path = f"{team.path}/{made.id}/code"
    code = (await team.post(path)).json()["code"]
    assert (await team.delete(path)).status_code == 204
    assert (await team.delete(path)).json()["code"] == "device_code_gone"
    assert (await client.post("/api/devices", json={"code": code})).status_code == 404


async def test_a_device_is_revoked_then_removed(site, team, edition):
    device, _ = await site.device(edition)
    path = f"{team.path}/{device.id}"
    refused = await team.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "device_enrolled")
    for _ in range(2):
        answer = await team.post(f"{path}/revocation")
        assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    assert (await team.delete(path)).status_code == 204
    assert (await team.get(path)).status_code == 404


async def test_the_device_of_another_edition_is_not_found(site, team):
    other = await site.announce(await site.edition())
    path = f"{team.path}/{other.id}"
    for method, where in (
        ("GET", path), ("PATCH", path), ("DELETE", path), ("POST", f"{path}/code"),
        ("DELETE", f"{path}/code"), ("POST", f"{path}/revocation"),
    ):  # fmt: skip
        body = {"json": {"name": "x"}} if method == "PATCH" else {}
        answer = await team.request(method, where, **body)
        assert (answer.status_code, answer.json()["code"]) == (404, "device_not_found"), where
