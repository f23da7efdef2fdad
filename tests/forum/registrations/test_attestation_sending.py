"""Attestations by e-mail: once each, to those chosen, what stops in the middle goes on."""

import asyncio
import re
from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from forum.core.errors import Invalid
from forum.letters.kinds import ATTESTING
from forum.registrations import changing, paper_sending
from forum.registrations.attestation_sending import Attestations
from forum.registrations.codes import AttestationCodes
from forum.registrations.models import Change
from forum.registrations.paper_sending import Stand, To
from tests.factories import DURING, SAME_ORIGIN, Memory, eventually, pdf_text

AFTER = DURING + timedelta(days=3)


@pytest.fixture
async def place(lone_site):
    return await lone_site.edition(places=20)


@pytest.fixture
async def people(lone_site, place):
    """Three who were there; one more was not."""
    found = [
        await lone_site.register(place, family_name=name) for name in ("Zola", "Œuvrard", "Adam")
    ]
    for one in found:
        await lone_site.was_there(place, one)
    await lone_site.register(place, family_name="Absente")
    lone_site.clock.at = AFTER
    return found


@pytest.fixture
def kind(lone_site):
    """Attestations as of the instant at which they are asked for."""

    def kind():
        codes = AttestationCodes(lone_site.settings.secret_key)
        return Attestations(codes, lone_site.settings.base_url, lone_site.clock.at)

    return kind


@pytest.fixture
def send(lone_site, place, kind):
    async def send(to=To.MISSING, *references):
        async with lone_site.pool.acquire() as db:
            return await paper_sending.send(
                db, place, kind(), to, references, actor="organiser:x", ids=lone_site.ids
            )

    return send


@pytest.fixture
def stands(lone_site, place, kind):
    async def stands():
        async with lone_site.pool.acquire() as db:
            everybody = await kind().candidates(db, place)
        return [(one.about.person.family_name, one.stand) for one in everybody]

    return stands


async def delivered(site, post=None):
    post = post or Memory()
    worker = site.worker(post)
    while await worker.send_due():
        pass
    return [one for one in post.mails if one.kind == ATTESTING]


def joined(mails):
    """Count how often each person's attestation came, by its reference."""
    return Counter(
        re.search(r"attestation-(.+)\.pdf", part.name)[1] for one in mails for part in one.parts
    )


async def test_each_who_was_there_gets_theirs_once_however_often_it_is_asked(
    lone_site, people, send, stands
):
    assert await send() == 3
    assert await send() == 0
    got = await delivered(lone_site)
    assert joined(got) == Counter(one.reference for one in people)
    assert await send() == 0
    assert await stands() == [("Adam", Stand.HAS), ("Œuvrard", Stand.HAS), ("Zola", Stand.HAS)]
    assert await delivered(lone_site) == []


async def test_many_hands_send_one_each(lone_site, people, send):
    assert sorted(await asyncio.gather(*(send() for _ in range(4)))) == [0, 0, 0, 3]
    assert joined(await delivered(lone_site)) == Counter(one.reference for one in people)


async def test_a_stop_in_mid_sending_goes_on_where_it_was(lone_site, place, people, send):
    class Slow(Memory):
        """Takes one letter, and hangs at all others."""

        async def send(self, mail):
            if self.mails:
                await asyncio.Event().wait()
            await super().send(mail)

    async def one_is_sent():
        sql = "select count(sent_at) from outbox where edition_id = $1 and kind = $2"
        return await lone_site.value(sql, place.id, ATTESTING) == 1

    await delivered(lone_site)  # what tells them that they are registered
    await send()
    working = asyncio.create_task(lone_site.worker(post := Slow()).send_due())
    await eventually(one_is_sent)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert joined(post.mails).total() == 1
    assert await send() == 0
    lone_site.clock.forward(hours=1)
    rest = await delivered(lone_site)
    assert joined([*rest, *post.mails]) == Counter(one.reference for one in people)


async def test_only_those_chosen_get_one(lone_site, people, send):
    zola, _, adam = people
    assert await send(To.CHOSEN, zola.reference, adam.reference) == 2
    got = await delivered(lone_site)
    assert joined(got) == Counter([zola.reference, adam.reference])
    assert await send() == 1  # whom nobody had chosen


async def test_one_wrong_reference_sends_none(lone_site, place, people, send):
    with pytest.raises(Invalid) as refused:
        await send(To.CHOSEN, people[0].reference, "0000-0000")
    assert [*refused.value.fields] == ["references"]
    with pytest.raises(Invalid):
        await send(To.CHOSEN)
    assert await delivered(lone_site) == []


async def test_whose_attendance_or_name_changed_gets_the_new_one(
    lone_site, place, people, send, stands
):
    await send()
    await delivered(lone_site)
    zola, _, adam = people
    await lone_site.was_there(place, zola, DURING + timedelta(days=1))
    await lone_site.do(
        changing.change, place, adam.id, Change(family_name="Adams"), by_staff=True, actor="x"
    )
    assert await stands() == [
        ("Adams", Stand.CHANGED),
        ("Œuvrard", Stand.HAS),
        ("Zola", Stand.CHANGED),
    ]
    lone_site.clock.forward(hours=1)
    assert await send() == 0
    assert await send(To.CHANGED) == 2
    assert await send(To.CHANGED) == 0
    got = await delivered(lone_site)
    assert joined(got) == Counter([zola.reference, adam.reference])
    [brought] = [
        pdf_text(part.content) for one in got for part in one.parts if zola.reference in part.name
    ]
    assert "mercredi 24 mars 2027, matin" in brought


async def test_to_all_sends_again_to_all(lone_site, people, send):
    await send()
    lone_site.clock.forward(hours=1)
    assert await send(To.ALL) == 3
    got = await delivered(lone_site)
    assert joined(got) == Counter({one.reference: 2 for one in people})


async def test_the_log_says_what_became_of_each_sending(lone_site, place, people, send):
    await send(To.CHOSEN, people[0].reference)
    await delivered(lone_site)
    lone_site.clock.forward(hours=1)
    await send()
    async with lone_site.pool.acquire() as db:
        log = await paper_sending.sendings(db, place, ATTESTING)
    assert [(one.created_at, one.count, one.sent, one.failed) for one in log] == [
        (AFTER + timedelta(hours=1), 2, 0, 0),
        (AFTER, 1, 1, 0),
    ]
    rows = await lone_site.rows(
        """select detail from audit
            where edition_id = $1 and action = 'letter_sent' order by at""",
        place.id,
    )
    assert [told(detail) for [detail] in rows] == [
        {"kind": ATTESTING, "to": "chosen", "count": 1},
        {"kind": ATTESTING, "to": "missing", "count": 2},
    ]


def told(detail):
    return msgspec.json.decode(detail) if isinstance(detail, str | bytes) else detail


async def test_a_form_sent_twice_with_one_key_sends_once(lone_site, place, people):
    team = {**await lone_site.signed_in(place), **SAME_ORIGIN}
    path = f"/organiser/{place.slug}/papers/attestations"
    async with lone_site.client() as client:
        seen = await client.get(path, params={"to": "all"}, headers=team)
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', seen.text))
        fields["to"] = "all"
        answers = [await client.post(path, data=fields, headers=team) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert {one.headers["location"] for one in answers} == {f"{path}?sent=3"}
    assert joined(await delivered(lone_site)) == Counter(one.reference for one in people)


async def test_another_editions_people_are_not_reached(lone_site, people, send):
    other = await lone_site.edition()
    stranger = await lone_site.register(other)
    lone_site.clock.at = DURING
    await lone_site.was_there(other, stranger)
    lone_site.clock.at = AFTER
    with pytest.raises(Invalid):
        await send(To.CHOSEN, stranger.reference)
    assert await send(To.ALL) == 3
