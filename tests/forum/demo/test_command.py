"""The demonstration as it starts again: links that still lead in, and no device twice."""

from badges.devices import service as devices
from forum.commands.installation import Installation
from forum.demo import command
from tests.factories import SAME_ORIGIN


async def test_a_device_that_nobody_enrolled_gets_a_new_code_and_is_not_announced_again(
    site, edition, client
):
    async with site.pool.acquire() as db:
        inside = Installation(site.settings, db, site.keyring, site.ids)
        inside.now = site.clock
        desk = command._help_desk(["main", "garden"])
        first, second = [await command._code(inside, edition, desk) for _ in range(2)]
        assert first != second
        [known] = await devices.all_of(db, edition.id)
    assert (known.may_search, known.may_desk, known.may_evacuate) == (True, True, True)
    codes = [link.partition("#code=")[2] for link in (first, second)]
    answers = [
        await client.post("/api/devices", json={"code": code}, headers=SAME_ORIGIN)
        for code in codes
    ]
    assert [one.status_code for one in answers] == [404, 201]
