"""Devices: a code works once, for a week; a token is the device's own, until it is revoked."""

import asyncio

import pytest

from badges import devices
from badges.devices import GateUnknown
from tests.factories import DURING, sent


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


async def revoked(site, edition):
    """Enrol a device and revoke it; return the headers by which it is known."""
    device, headers = await site.device(edition)
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    return headers


async def deliver(client, headers, *scans, **told):
    return await client.post("/api/device/scans", json={"scans": scans, **told}, headers=headers)


async def test_a_revoked_device_is_revoked_within_a_second(site, client, edition, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(site.parts.devices, "clock", lambda: now[0])
    device, headers = await site.device(edition)
    assert "revoked" not in (await deliver(client, headers, sent("x"))).json()
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    now[0] += 1.0
    assert (await deliver(client, headers, sent("x"))).json()["revoked"] is True


async def test_a_revoked_device_hands_over_what_it_holds_and_is_told_no_name(site, client, edition):
    site.clock.at = DURING
    person, other = await site.register(edition), await site.register(edition)
    headers = await revoked(site, edition)
    batch = [sent(person.token, shown="admitted"), sent(other.reference)]
    answer = await deliver(client, headers, *batch, waiting=3)
    assert answer.json() == {
        "outcomes": [
            {"id": one["id"], "outcome": "admitted", "conflict": "device_revoked"} for one in batch
        ],
        "revoked": True,
    }
    assert await site.gates(edition) == {"main": 2, "garden": 2, "dinner": 0}
    kinds = await site.rows(
        "select kind::text from scan_conflict where edition_id = $1", edition.id
    )
    assert kinds == [("device_revoked",)] * 2


@pytest.mark.parametrize("last", [{}, {"waiting": 0}])
async def test_a_revoked_device_is_heard_until_it_holds_nothing_more(site, client, edition, last):
    person = await site.register(edition)
    headers = await revoked(site, edition)
    for told in ({"waiting": 1}, last):
        answer = await deliver(client, headers, sent(person.token), **told)
        assert (answer.status_code, answer.json()["revoked"]) == (200, True)
    refused = await deliver(client, headers, sent(person.token), waiting=1)
    assert (refused.status_code, refused.json()["code"]) == (401, "device_revoked")
    drained = await site.rows("select drained_at from device where edition_id = $1", edition.id)
    assert drained == [(site.clock.at,)]
    assert await site.value("select count(*) from scan where edition_id = $1", edition.id) == 2


async def test_a_revoked_device_may_do_nothing_else(site, client, edition):
    device, headers = await site.device(edition)
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    token = headers["authorization"].split()[1]
    async with site.pool.acquire() as db:
        with pytest.raises(devices.DeviceRevoked):
            await devices.identify(db, token)
        assert (await devices.identify_to_deliver(db, token)).revoked


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer"}, {"authorization": "Bearer x"}])
async def test_who_has_no_token_delivers_nothing(client, edition, header):
    answer = await deliver(client, header, sent("x"))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_device_stands_at_a_gate_that_there_is(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(GateUnknown, match="There is no gate attic: choose one of main, garden"):
            await devices.add(db, edition.id, "x", "attic", at=site.clock.at, ids=site.ids)


async def test_neither_code_nor_token_is_stored(site, client, code):
    token = (await enrol(client, code)).json()["token"]
    stored = await site.rows("select encode(token_digest, 'escape') from device")
    assert token not in str(stored)
    assert code not in str(stored)
