"""Consents given and withdrawn: every giving stays, one is in force, at once or one by one."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from forum.editions import forming
from forum.editions.models import ConsentNotFound
from forum.registrations import consenting, service
from forum.registrations.models import ConsentClosed, ConsentReworded, RegistrationNotFound
from tests.factories import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
async def person(site, edition):
    return await site.register(edition)


def rows(site, person):
    return site.rows(
        "select purpose, number, version, given_at, withdrawn_at from consent"
        " where registration_id = $1 order by number",
        person.id,
    )


def deeds(site, person):
    return site.rows(
        "select action, actor, detail from audit where subject_id = $1 and action like 'consent%'"
        " order by at, id",
        person.id,
    )


async def reword(site, edition, text="Photos et films"):
    async with site.pool.acquire() as db:
        await forming.reword_consent(db, edition.id, "photos", {"fr": text}, at=site.clock.at)


async def test_given_withdrawn_and_given_again_all_of_it_stays(site, edition, person):
    await site.agree(edition, person)
    site.clock.forward(hours=1)
    await site.withdraw(edition, person)
    site.clock.forward(hours=1)
    await site.agree(edition, person)
    assert await rows(site, person) == [
        ("photos", 1, 1, NOON, NOON + HOUR),
        ("photos", 2, 1, NOON + 2 * HOUR, None),
    ]
    told = {"purpose": "photos", "version": 1}
    assert await deeds(site, person) == [
        ("consent given", "attendee", told),
        ("consent withdrawn", "attendee", told),
        ("consent given", "attendee", told),
    ]


async def test_given_or_withdrawn_twice_is_done_once(site, edition, person):
    await site.withdraw(edition, person)
    assert await rows(site, person) == []
    await site.agree(edition, person)
    site.clock.forward(hours=1)
    await site.agree(edition, person)
    await site.withdraw(edition, person)
    site.clock.forward(hours=1)
    await site.withdraw(edition, person)
    assert await rows(site, person) == [("photos", 1, 1, NOON, NOON + HOUR)]
    assert len(await deeds(site, person)) == 2


async def test_the_new_words_take_the_place_of_those_agreed_to(site, edition):
    person = await site.register(edition, consents=["photos"])
    await reword(site, edition)
    site.clock.forward(hours=1)
    with pytest.raises(ConsentReworded):
        await site.agree(edition, person, 3)
    assert await rows(site, person) == [("photos", 1, 1, NOON, None)]
    await site.agree(edition, person, 2)
    assert await rows(site, person) == [
        ("photos", 1, 1, NOON, NOON + HOUR),
        ("photos", 2, 2, NOON + HOUR, None),
    ]
    [deed] = await deeds(site, person)
    assert deed[2] == {"purpose": "photos", "version": 2, "instead_of": 1}


async def test_words_that_have_changed_are_not_agreed_to(site, edition, person):
    await reword(site, edition)
    with pytest.raises(ConsentReworded):
        await site.agree(edition, person, 1)
    assert (await rows(site, person), await deeds(site, person)) == ([], [])


async def test_of_a_cancelled_registration_a_consent_is_withdrawn_and_none_given(site, edition):
    person = await site.register(edition, consents=["photos"])
    async with site.pool.acquire() as db:
        await service.cancel(db, edition, person.id, at=NOON, ids=site.ids)
    await site.withdraw(edition, person)
    with pytest.raises(ConsentClosed):
        await site.agree(edition, person)
    assert await rows(site, person) == [("photos", 1, 1, NOON, NOON)]


async def test_consents_are_given_until_the_last_day_and_withdrawn_for_ever(site, edition, person):
    site.clock.at = NOON.replace(month=3, day=24, hour=22)  # 23:00 in Paris
    await site.agree(edition, person)
    site.clock.forward(hours=1)
    await site.withdraw(edition, person)
    with pytest.raises(ConsentClosed):
        await site.agree(edition, person)


async def test_what_is_not_there_is_named(site, edition, person):
    with pytest.raises(ConsentNotFound):
        await site.agree(edition, person, purpose="none")
    with pytest.raises(ConsentNotFound):
        await site.withdraw(edition, person, purpose="none")
    async with site.pool.acquire() as db:
        nobody = uuid.UUID(int=7)
        with pytest.raises(RegistrationNotFound):
            await consenting.give(db, edition, nobody, "photos", 1, at=NOON, ids=site.ids)


async def test_given_and_withdrawn_by_many_at_once_at_most_one_is_in_force(site, edition, person):
    deeds_at_once = [site.agree(edition, person) for _ in range(8)]
    deeds_at_once += [site.withdraw(edition, person) for _ in range(8)]
    await asyncio.gather(*deeds_at_once)
    stored = await rows(site, person)
    assert [one[1] for one in stored] == list(range(1, len(stored) + 1))
    assert all(one[4] == NOON for one in stored[:-1])
    assert len(await deeds(site, person)) == sum(1 if one[4] is None else 2 for one in stored)


async def test_the_words_do_not_change_while_somebody_agrees_to_them(site, edition, person):
    """Rewording waits for who has agreed and not committed, so that no version is skipped over."""
    async with site.pool.acquire() as one, site.pool.acquire() as other:
        async with one.transaction():
            await consenting.give(one, edition, person.id, "photos", 1, at=NOON, ids=site.ids)
            await other.execute("set lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                await forming.reword_consent(other, edition.id, "photos", {"fr": "x"}, at=NOON)
            await other.execute("reset lock_timeout")
        await forming.reword_consent(other, edition.id, "photos", {"fr": "x"}, at=NOON)
    assert await rows(site, person) == [("photos", 1, 1, NOON, None)]
