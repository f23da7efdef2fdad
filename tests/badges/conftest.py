"""What tests of badges and doors share."""

import pytest

from tests.factories import SAME_ORIGIN


@pytest.fixture
async def program(site, edition):
    """A program of the organisers' team; its addresses are those of the edition's API."""
    headers = await site.signed_in(edition, address="anne@example.org")
    base = f"{site.settings.base_url}/api/editions/{edition.slug}/"
    async with site.client(headers={**SAME_ORIGIN, **headers}, base_url=base) as client:
        yield client
