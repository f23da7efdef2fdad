"""Scans: every outcome, resent batches, races, and how many statements a batch costs."""

import asyncio

from tests.factories import sent


async def post(client, headers, *scans):
    answer = await client.post("/api/device/scans", json={"scans": scans}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["outcomes"]


async def test_a_ticket_is_admitted_once(site, client, edition):
    person = await site.register(edition)
    _, headers = await site.device(edition)
    got = [(await post(client, headers, sent(person.token)))[0]["outcome"] for _ in range(3)]
    assert got == ["admitted", "already_in", "already_in"]


async def test_sixty_devices_at_once_admit_exactly_one(site, client, edition):
    person = await site.register(edition)
    devices = [await site.device(edition) for _ in range(60)]
    outcomes = await asyncio.gather(
        *(post(client, headers, sent(person.token)) for _, headers in devices)
    )
    got = sorted(answer["outcome"] for (answer,) in outcomes)
    assert got == ["admitted"] + ["already_in"] * 59
