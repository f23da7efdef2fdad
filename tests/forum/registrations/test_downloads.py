"""What an export of registrations holds, and the record of it."""

import json

import pytest

from forum.core.exports import Exports
from forum.core.sheets import Format
from forum.registrations import columns, downloads
from forum.registrations.downloads import RegistrationsExport
from forum.registrations.exporting import Order
from forum.registrations.listing import Filter
from tests.factories import NOON

JSON = Order(format=Format.JSON, columns=("family_name",))


@pytest.fixture
def begin(site, edition, tmp_path):
    exports = Exports(site.pool, tmp_path / "exports")

    async def ask(order=JSON):
        async with site.pool.acquire() as db:
            offered = await downloads.offered(db, edition, needs=True)
        wanted = columns.chosen(offered, order.columns)
        return await exports.begin(RegistrationsExport(edition=edition, order=order, wanted=wanted))

    return ask


async def whole(running):
    return b"".join([chunk async for chunk in running.read()])


async def test_filters_and_references_choose_together(site, edition, begin):
    people = [await site.register(edition, category=code) for code in ("press", "agent", "press")]
    order = Order(
        format=Format.JSON,
        columns=("reference",),
        filter=Filter(category="press"),
        references=(people[0].reference, people[1].reference),
    )
    running = await begin(order)
    assert running.number.result() == 1
    assert json.loads(await whole(running)) == [{"reference": people[0].reference}]


async def test_answers_and_needs_come_only_where_they_are_chosen(site, edition, begin):
    await site.ask(edition, "dinner", "yes_no")
    await site.ask(edition, "diet", "text", sensitive=True)
    await site.register(edition, consents=["photos"], answers={"dinner": True, "diet": "=sans sel"})

    async def told(*names):
        return json.loads(await whole(await begin(Order(format=Format.JSON, columns=names))))

    assert await told("answers.dinner") == [{"answers": {"dinner": True}}]
    assert await told("answers.dinner", "answers.diet", "consents") == [
        {"answers": {"dinner": True, "diet": "=sans sel"}, "consents": ["photos"]}
    ]
    [one] = await told("consent.photos.given_at", "consent.photos.withdrawn_at")
    assert one == {
        "consent": {"photos": {"given_at": "2027-03-01T12:00:00Z", "withdrawn_at": None}}
    }


async def test_what_is_taken_is_recorded(site, edition):
    async with site.pool.acquire() as db:
        await downloads.record(db, edition, JSON, 7, actor="command", at=NOON, ids=site.ids)
    async with site.pool.acquire() as db:
        row = await db.fetchrow(
            "select at, actor, action, detail from audit where edition_id = $1", edition.id
        )
    told = {"format": "json", "columns": ["family_name"], "filter": {}, "references": []}
    assert tuple(row) == (NOON, "command", "exported registrations", {**told, "count": 7})
