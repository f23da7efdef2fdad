"""What tests of the organisers' pages of gates and lists share."""

import pytest

from tests.factories import SAME_ORIGIN


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition, address="anne@example.org")
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "en"}) as client:
        yield client


@pytest.fixture
def doors(edition):
    return f"/organiser/{edition.slug}/doors"
