"""A conflict, and who settles it."""

from datetime import timedelta

import pytest

from tests.factories import DURING, SAME_ORIGIN, sent


@pytest.fixture
async def twice(site, edition):
    """Somebody let in twice by two devices without a network; the second scan's id."""
    before, site.clock.at = site.clock.at, DURING + timedelta(hours=8)
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    scans = []
    for gate, minutes in (("main", 0), ("garden", 2)):
        _, headers = await site.device(edition, gate)
        one = sent(person.token, gate=gate, at=DURING + timedelta(minutes=minutes))
        scans.append(one["id"])
        async with site.client(headers=headers) as client:
            body = {"scans": [{**one, "shown": "admitted"}]}
            assert (await client.post("/api/device/scans", json=body)).status_code == 200
    site.clock.at = before
    return scans[1], person


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition, address="zoe@example.org")
    base = f"{site.settings.base_url}/organiser/{edition.slug}/doors/"
    headers = {**SAME_ORIGIN, **headers, "accept-language": "en"}
    async with site.client(headers=headers, base_url=base) as client:
        yield client
