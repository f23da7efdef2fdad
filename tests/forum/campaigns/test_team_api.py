"""The API of campaigns for the team: started once, told, stopped and continued."""

import asyncio

import pytest

from forum.core.context import Role
from tests.factories import SAME_ORIGIN

TEXTS = {"fr": {"subject": "Le car", "body": "Il part à 8 h."}}


@pytest.fixture
async def team(site, edition):
    headers = {**SAME_ORIGIN, **await site.signed_in(edition, address="a@example.org")}
    async with site.client(headers=headers) as client:
        yield client


@pytest.fixture
def path(edition):
    return f"/api/editions/{edition.slug}/campaigns"


async def test_a_campaign_is_started_and_told_whole(site, edition, team, path):
    await site.register(edition, category="press")
    await site.register(edition)
    answer = await team.post(path, json={"texts": TEXTS, "query": "category=press"})
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    told = answer.json()
    started_by = told.pop("started_by")
    assert started_by.endswith("@example.org")
    assert told == {
        "number": 1,
        "state": "running",
        "query": "category=press",
        "consent": None,
        "texts": TEXTS,
        "per_minute": 60,
        "reached": 1,
        "revision": 1,
        "started_at": "2027-03-01T12:00:00Z",
        "progress": {
            "sent": 0, "waiting": 1, "leaving": 0, "retrying": 0, "failed": 0, "skipped": 0,
        },
    }  # fmt: skip
    assert (await team.get(f"{path}/1")).json() == {**told, "started_by": started_by}
    assert (await team.get(path)).json() == {"items": [1], "next": None}
    assert (await team.get(path, params={"before": 1})).json() == {"items": [], "next": None}


async def test_sent_again_with_its_key_it_is_started_once(site, edition, team, path):
    await site.register(edition)
    headers = {"idempotency-key": "once"}
    answers = await asyncio.gather(
        *(team.post(path, json={"texts": TEXTS}, headers=headers) for _ in range(4))
    )
    assert [answer.json()["number"] for answer in answers] == [1] * 4
    assert (await team.get(path)).json()["items"] == [1]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"texts"}),
        ({"texts": {}}, {"subject-fr", "body-fr"}),
        ({"texts": {"fr": {"subject": "x"}}}, {"texts"}),
        ({"texts": {"de": {"subject": "x", "body": "y"}}}, {"texts"}),
        ({"texts": {"fr": {"subject": "x", "body": "{nom}"}}}, {"body-fr"}),
        ({"texts": TEXTS, "per_minute": 601}, {"per_minute"}),
        ({"texts": TEXTS, "query": "since=x"}, {"since"}),
        ({"texts": TEXTS, "consent": "x"}, {"consent"}),
        ({"texts": TEXTS, "other": 1}, {"other"}),
    ],
)
async def test_every_mistake_names_its_field(site, edition, team, path, sent, fields):
    await site.register(edition)
    answer = await team.post(path, json=sent)
    assert answer.status_code == 422
    assert {*answer.json()["fields"]} == fields


async def test_another_reach_than_expected_and_nobody_start_nothing(site, edition, team, path):
    await site.register(edition)
    answer = await team.post(path, json={"texts": TEXTS, "reached": 2})
    assert (answer.status_code, answer.json()["code"]) == (412, "campaign_reach_changed")
    answer = await team.post(path, json={"texts": TEXTS, "query": "q=nobody"})
    assert (answer.status_code, answer.json()["code"]) == (422, "campaign_nobody_reached")
    assert (await team.get(path)).json()["items"] == []


async def test_it_is_stopped_and_continued_by_its_revision(site, edition, team, path):
    await site.register(edition)
    await team.post(path, json={"texts": TEXTS})
    one = f"{path}/1"
    stopped = await team.patch(one, json={"state": "stopped"}, headers={"if-match": '"1"'})
    assert (stopped.json()["state"], stopped.headers["etag"]) == ("stopped", '"2"')
    late = await team.patch(one, json={"state": "running"}, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "campaign_changed")
    going = await team.patch(one, json={"state": "running", "per_minute": 600})
    assert (going.json()["state"], going.json()["per_minute"]) == ("running", 600)
    assert (await team.patch(one, json={"state": "done"})).status_code == 422
    assert (await team.patch(f"{path}/2", json={"state": "stopped"})).status_code == 404
    assert (await team.get(f"{path}/x")).status_code == 404


async def test_only_who_may_write_asks(site, edition, path):
    headers = {**SAME_ORIGIN, **await site.signed_in(edition, Role.RECEPTION)}
    async with site.client(headers=headers) as client:
        assert (await client.get(path)).status_code == 403
        assert (await client.post(path, json={"texts": TEXTS})).status_code == 403
