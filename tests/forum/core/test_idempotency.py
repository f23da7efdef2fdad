"""Idempotency-Key: the same key gives the same answer, and the deed is done once."""

import asyncio
import json
import uuid
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidTag

from badges.devices import service as devices
from forum.core import idempotency
from forum.core.idempotency import RequestKey, Slot, recall, remember
from tests.factories import NOON, answers

SECRET = b"a secret of the installation"


@pytest.fixture
def post(client, edition):
    """Register with a key."""

    async def post(key, **given):
        return await client.post(
            f"/api/editions/{edition.slug}/registrations",
            json=given,
            headers={"idempotency-key": key},
        )

    return post


async def count(site, edition):
    return await site.value("select count(*) from registration where edition_id = $1", edition.id)


async def letters(site, edition):
    return await site.value("select count(*) from outbox where edition_id = $1", edition.id)


async def test_the_same_key_and_body_do_it_once_and_answer_the_same(site, edition, post):
    person = answers()
    first, again = await post("a", **person), await post("a", **person)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code == 202
    assert (await count(site, edition), await letters(site, edition)) == (1, 1)


async def test_the_answer_stays_the_same_when_the_doors_have_closed(site, edition, post):
    person = answers()
    await post("a", **person)
    await site.value("update edition set state = 'closed' where id = $1", edition.id)
    assert (await post("a", **person)).status_code == 202
    assert (await post("b", **answers())).json()["code"] == "registration_closed"


async def test_the_same_key_with_another_body_is_refused(site, edition, post):
    await post("a", **answers())
    answer = await post("a", **answers())
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await count(site, edition) == 1


async def test_two_at_once_do_it_once(site, edition, post):
    person = answers()
    got = await asyncio.gather(*(post("a", **person) for _ in range(10)))
    assert [answer.status_code for answer in got] == [202] * 10
    assert (await count(site, edition), await letters(site, edition)) == (1, 1)


async def test_a_refusal_is_not_kept(site, edition, post):
    wrong = answers(email="nobody")
    assert (await post("a", **wrong)).status_code == 422
    assert (await post("a", **{**wrong, "email": "somebody@example.org"})).status_code == 202
    assert await count(site, edition) == 1


async def test_the_key_of_one_edition_says_nothing_in_another(site, client, edition):
    other = await site.edition()
    for one in (edition, other):
        answer = await client.post(
            f"/api/editions/{one.slug}/registrations",
            json=answers(),
            headers={"idempotency-key": "the same"},
        )
        assert answer.status_code == 202
    assert (await count(site, edition), await count(site, other)) == (1, 1)


@pytest.mark.parametrize("key", ["", "a" * 201, "a\tb", "\xe9"])
async def test_a_key_is_visible_ascii(client, edition, key):
    answer = await client.post(
        f"/api/editions/{edition.slug}/registrations",
        json=answers(),
        headers=[(b"idempotency-key", key.encode("latin-1"))],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_invalid")


async def test_old_answers_are_swept_and_newer_ones_stay(db):
    slots = {key: Slot(RequestKey(scope="test", key=key, body=b""), SECRET) for key in "ab"}
    await remember(db, slots["a"], b"{}", at=NOON - timedelta(days=3))
    await remember(db, slots["b"], b"{}", at=NOON - timedelta(days=1))
    await idempotency.sweep(db, before=NOON - idempotency.KEPT)
    assert [await recall(db, slots[key]) for key in "ab"] == [None, b"{}"]


# What is stored


@pytest.fixture
async def code(site, edition):
    async with site.pool.acquire() as db:
        return await devices.add(db, edition.id, "Phone", "main", at=site.clock.at, ids=site.ids)


@pytest.fixture
def key():
    """A key of the test's own: all devices of a site share one scope."""
    return str(uuid.uuid4())


async def enrol(client, code, key, **headers):
    headers = {"idempotency-key": key, **headers}
    return await client.post("/api/devices", json={"code": code}, headers=headers)


async def test_a_device_whose_answer_was_lost_gets_it_again(client, code, key):
    first, again = await enrol(client, code, key), await enrol(client, code, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (await enrol(client, code, str(uuid.uuid4()))).json()["code"] == "device_code_unknown"
    headers = {"authorization": f"Bearer {again.json()['token']}"}
    answer = await client.post("/api/device/scans", json={"scans": [None]}, headers=headers)
    assert answer.status_code == 200


async def test_a_code_with_another_code_under_its_key_is_refused(client, code, key):
    await enrol(client, code, key)
    answer = await enrol(client, "ZZZZ-ZZZZ", key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_of_ten_at_once_with_one_key_all_get_the_one_token(client, code, key):
    got = await asyncio.gather(*(enrol(client, code, key) for _ in range(10)))
    assert {answer.status_code for answer in got} == {201}
    assert len({answer.content for answer in got}) == 1


async def test_a_key_says_nothing_to_other_credentials(client, code, key):
    await enrol(client, code, key)
    answer = await enrol(client, code, key, authorization="Bearer other")
    assert answer.json()["code"] == "device_code_unknown"


async def test_neither_key_nor_body_nor_answer_can_be_read_in_the_table(lone_site):
    edition = await lone_site.edition()
    async with lone_site.pool.acquire() as db, lone_site.client() as client:
        code = await devices.add(
            db, edition.id, "Phone", "main", at=lone_site.clock.at, ids=lone_site.ids
        )
        answer = (await enrol(client, code, "the key")).json()
        [row] = await db.fetch("select * from idempotency")
    stored = b"|".join(
        value if isinstance(value, bytes) else str(value).encode() for value in row.values()
    )
    body = json.dumps({"code": code}, separators=(",", ":")).encode()
    secrets = ["the key", code, answer["token"], answer["device"]["name"]]
    digests = [sha256(text).digest() for text in (b"the key", code.encode(), body)]
    assert [one for one in [*(s.encode() for s in secrets), *digests] if one in stored] == []
    assert (row["scope"], row["status"]) == ("POST /api/devices", 201)


def test_another_secret_or_key_or_body_seals_otherwise():
    sent = RequestKey(scope="s", key="k", body=b"b")
    slot = Slot(sent, SECRET)
    assert slot.opened(slot.sealed(b"answer")) == b"answer"
    others = [
        Slot(sent, b"another secret"),
        Slot(RequestKey(scope="s", key="l", body=b"b"), SECRET),
        Slot(RequestKey(scope="s", key="k", body=b"c"), SECRET),
    ]
    for other in others:
        with pytest.raises(InvalidTag):
            other.opened(slot.sealed(b"answer"))


def test_the_same_key_has_the_same_place_and_others_have_others():
    sent = [
        RequestKey(scope="s", key="k", body=b"b"),
        RequestKey(scope="s", key="k", body=b"c"),
        RequestKey(scope="s", key="k", body=b"b", who="a"),
        RequestKey(scope="t", key="k", body=b"b"),
        RequestKey(scope="s", key="l", body=b"b"),
    ]
    names = [Slot(one, SECRET).name for one in sent]
    assert names[0] == names[1]
    assert len({*names}) == 4
