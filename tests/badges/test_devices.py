"""Devices: a code works once, for a week; a token is the device's own, until it is revoked."""

import asyncio

import pytest

from badges import devices
from badges.device_models import GateUnknown
from tests.factories import sent


@pytest.fixture
async def code(site, edition):
    async with site.pool.acquire() as db:
        return await devices.add(db, edition.id, "Phone", "main", at=site.clock.at, ids=site.ids)


async def enrol(client, code):
    return await client.post("/api/devices", json={"code": code})


async def test_a_code_is_traded_for_a_token(client, edition, code):
    answer = await enrol(client, code)
    assert answer.status_code == 201
    device = answer.json()["device"]
    assert (device["name"], device["gate"], device["edition_id"]) == ("Phone", "main", edition.id)
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    body = {"scans": [sent("x")]}
    assert (await client.post("/api/device/scans", json=body, headers=headers)).status_code == 200


async def test_a_code_works_once(client, code):
    await enrol(client, code)
    again = await enrol(client, code)
    assert (again.status_code, again.json()["code"]) == (404, "device_code_unknown")


async def test_of_two_at_once_one_enrols(client, code):
    got = await asyncio.gather(*(enrol(client, code) for _ in range(6)))
    assert sorted(answer.status_code for answer in got) == [201, 404, 404, 404, 404, 404]


@pytest.mark.parametrize(
    "dress", [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c[:2]} {c[2:]} "]
)
async def test_a_code_is_read_as_people_type_it(client, code, dress):
    assert (await enrol(client, dress(code))).status_code == 201


async def test_a_code_lasts_a_week(site, client, code):
    site.clock.forward(days=7)
    assert (await enrol(client, code)).status_code == 404


async def test_a_revoked_device_is_refused_within_a_second(site, client, edition, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(site.parts.devices, "clock", lambda: now[0])
    device, headers = await site.device(edition)
    body = {"scans": [sent("x")]}
    assert (await client.post("/api/device/scans", json=body, headers=headers)).status_code == 200
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    now[0] += 1.0
    answer = await client.post("/api/device/scans", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")


async def test_a_device_stands_at_a_gate_that_there_is(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(GateUnknown, match="There is no gate attic: choose one of main, garden"):
            await devices.add(db, edition.id, "x", "attic", at=site.clock.at, ids=site.ids)


async def test_neither_code_nor_token_is_stored(site, client, code):
    token = (await enrol(client, code)).json()["token"]
    stored = await site.rows("select encode(token_digest, 'escape') from device")
    assert token not in str(stored)
    assert code not in str(stored)
