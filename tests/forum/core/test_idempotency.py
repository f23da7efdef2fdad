"""Idempotency-Key: the same key gives the same answer, and the deed is done once."""

import asyncio
from datetime import timedelta

import pytest

from forum.core import idempotency
from tests.factories import NOON, answers


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
    answer = idempotency.Answer(200, b"{}")
    for key, age in (("old", 3), ("new", 1)):
        sent = idempotency.RequestKey("test", key, b"")
        await idempotency.remember(db, sent, answer, at=NOON - timedelta(days=age))
    await idempotency.sweep(db, before=NOON - idempotency.KEPT)
    kept = [row["key"] for row in await db.fetch("select key from idempotency")]
    assert kept == ["new"]
