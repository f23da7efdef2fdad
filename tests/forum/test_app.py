"""The application: what its requests share, they share fairly."""

import asyncio

import msgspec
import pytest

from forum.app import LOANS
from tests.factories import SAME_ORIGIN, answers


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_who_sends_slowly_keeps_nobody_waiting(site, client, edition, kind):
    last = asyncio.Event()

    async def slowly():
        yield b"{"
        await last.wait()
        yield msgspec.json.encode(answers())[1:]

    page = f"/{edition.slug}/register" if "form" in kind else None
    slow = [
        asyncio.create_task(
            client.post(
                page or f"/api/editions/{edition.slug}/registrations",
                content=slowly(),
                headers={"content-type": kind, **SAME_ORIGIN},
            )
        )
        for _ in range(LOANS)
    ]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        assert (await client.get(f"/api/editions/{edition.slug}")).status_code == 200
    last.set()
    statuses = {answer.status_code for answer in await asyncio.gather(*slow)}
    assert statuses == ({422} if page else {202})


async def test_a_form_in_parts_is_read(client, edition):
    answer = await client.post(
        f"/{edition.slug}/register",
        files={name: (None, value) for name, value in answers().items()},
        headers=SAME_ORIGIN,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{edition.slug}/registered")
