"""Letters to all who are confirmed, once each, and a test to oneself."""

import asyncio
from datetime import timedelta

import pytest

from badges.models import Direction
from forum.letters.kinds import KINDS
from forum.registrations import desk, sending
from forum.registrations.desk import WalkIn
from forum.registrations.models import ChangesClosed
from tests.factories import DURING, NOON, Memory, decoded, pdf_text

REMINDER, THANKS = KINDS["reminder"], KINDS["thanks"]


@pytest.fixture
async def place(lone_site):
    """An edition of three places."""
    return await lone_site.edition(places=3)


@pytest.fixture
def send(lone_site, place):
    """Send a letter to all who are confirmed; return to how many."""

    async def send(kind=REMINDER):
        async with lone_site.pool.acquire() as db:
            return await sending.send_to_confirmed(
                db, place, kind, actor="organiser:x", at=lone_site.clock.at, ids=lone_site.ids
            )

    return send


@pytest.fixture
def count(lone_site, place):
    """Count who has a letter and who has not."""

    async def count(kind=REMINDER):
        async with lone_site.pool.acquire() as db:
            found = await sending.count(db, place, kind)
        return found.sent, found.left

    return count


@pytest.fixture
def delivered(lone_site):
    """Send what the outbox holds; return the letters by kind."""

    async def delivered(kind):
        post = Memory()
        worker = lone_site.worker(post)
        while await worker.send_due():
            pass
        return [one for one in post.mails if one.kind == kind]

    return delivered


async def test_each_confirmed_person_gets_one_reminder_with_their_ticket(
    lone_site, place, send, count, delivered
):
    people = [await lone_site.register(place) for _ in range(5)]
    assert await count() == (0, 3)
    assert await send() == 3
    assert await count() == (3, 0)
    got = await delivered("reminder")
    assert sorted(decoded(one.parts[0].content) for one in got) == sorted(
        one.token for one in people[:3]
    )


async def test_sending_again_reaches_only_those_confirmed_meanwhile(lone_site, place, send, count):
    first, *_ = [await lone_site.register(place) for _ in range(4)]
    assert await send() == 3
    assert await send() == 0
    await lone_site.cancel(place, first)
    assert await count() == (3, 1)
    assert await send() == 1


async def test_each_gets_the_ticket_that_was_issued_anew_and_nobody_else(
    lone_site, place, delivered
):
    people = [await lone_site.register(place) for _ in range(4)]  # the last one waits
    form = WalkIn(given_name="Zoé", family_name="Lefèvre", category="elected", beyond=True)
    await lone_site.do(desk.walk_in, place, form, actor="organiser:x")
    await lone_site.value(
        "update ticket set reissued_at = $2, revision = 1 where registration_id <> $1",
        people[0].id, lone_site.clock.at,
    )  # fmt: skip
    assert await lone_site.do(sending.send_reissued, place, actor="command") == 2
    read = lone_site.keyring.read
    got = [read(decoded(one.parts[0].content)) for one in await delivered("reissued")]
    assert sorted((one.ticket, one.revision) for one in got) == sorted(
        (read(one.token).ticket, 1) for one in people[1:3]
    )
    assert await lone_site.do(sending.send_reissued, place, actor="command") == 2  # once more
    assert len(await delivered("reissued")) == 0  # and sent once


async def test_who_gave_no_address_at_the_desk_gets_nothing(lone_site, place, send, count):
    form = WalkIn(given_name="Zoé", family_name="Lefèvre", category="elected")
    await lone_site.do(desk.walk_in, place, form, actor="organiser:x")
    assert await count() == (0, 0)
    assert await send() == 0
    assert await lone_site.letters(place) == []


async def test_many_hands_send_one_letter_each(lone_site, place, send, count):
    for _ in range(3):
        await lone_site.register(place)
    assert sorted(await asyncio.gather(*(send() for _ in range(6)))) == [0, 0, 0, 0, 0, 3]
    assert await count() == (3, 0)


async def test_thanks_are_a_letter_of_their_own_without_a_ticket(
    lone_site, place, send, count, delivered
):
    await lone_site.register(place, language="en")
    await send()
    assert await count(THANKS) == (0, 1)
    await send(THANKS)
    (mail,) = await delivered("thanks")
    assert (mail.subject, mail.parts) == ("Thank you: Forum of towns", ())


async def test_thanks_bring_an_attestation_to_those_alone_who_were_let_in(
    lone_site, place, send, delivered
):
    there, absent = [await lone_site.register(place, language="en") for _ in range(2)]
    await lone_site.was_there(place, there)
    lone_site.clock.at = DURING + timedelta(days=2)
    assert await send(THANKS) == 2
    mails = await delivered("thanks")
    [brings] = [mail for mail in mails if mail.parts]
    assert [part.name for part in brings.parts] == [
        f"{place.slug}-attestation-{there.reference}.pdf"
    ]
    assert f"http://127.0.0.1:8000/me/{there.key}/attestation.pdf" in brings.text
    [bare] = [mail for mail in mails if not mail.parts]
    assert "attestation" not in bare.text.lower()
    assert absent.key not in brings.text


async def test_an_attestation_says_what_the_doors_had_seen_when_it_was_sent(
    lone_site, place, send, delivered
):
    person = await lone_site.register(place, language="en", job_title="Mayor")
    await lone_site.was_there(place, person)
    lone_site.clock.at = DURING + timedelta(hours=1)
    await send(THANKS)
    await lone_site.was_there(place, person, (DURING + timedelta(hours=2), Direction.OUT))
    (mail,) = await delivered("thanks")
    text = pdf_text(mail.parts[0].content)
    assert "Tuesday 23 March 2027 10:00 — —" in text  # the morning was not over
    assert "Mayor" in text


async def test_a_reminder_brings_no_attestation(lone_site, place, send, delivered):
    person = await lone_site.register(place)
    await lone_site.was_there(place, person)
    await send()
    (mail,) = await delivered("reminder")
    assert [part.name.rpartition(".")[2] for part in mail.parts] == ["png", "pdf", "ics"]
    assert [part.name for part in mail.parts if "attestation" in part.name] == []


async def test_another_editions_people_get_nothing(lone_site, place, send):
    await lone_site.register(await lone_site.edition())
    assert await send() == 0


async def test_a_sending_is_recorded_with_its_count(lone_site, place, send):
    await lone_site.register(place)
    await send()
    rows = await lone_site.rows(
        "select actor, detail from audit where edition_id = $1 and action = 'letter_sent'",
        place.id,
    )
    assert rows == [("organiser:x", {"kind": "reminder", "count": 1})]


# Required questions open


@pytest.fixture
async def asked(lone_site, place):
    """Two required questions of an edition, one of them for the press alone."""
    await lone_site.ask(place, "dinner", "yes_no", required=True)
    await lone_site.ask(place, "paper", "text", required=True, categories=["press"])


@pytest.fixture
def remind(lone_site, place):
    async def remind():
        async with lone_site.pool.acquire() as db:
            return await sending.send_questions(
                db, place, actor="organiser:x", at=lone_site.clock.at, ids=lone_site.ids
            )

    return remind


@pytest.fixture
def owing(lone_site, place):
    async def owing():
        async with lone_site.pool.acquire() as db:
            found = await sending.count_owing(db, place)
        return found.people, found.left

    return owing


async def test_only_who_has_questions_open_is_told_of_them_once(
    lone_site, place, asked, remind, owing, delivered
):
    await lone_site.register(place, answers={"dinner": True}, email="done@example.org")
    late = await lone_site.register(place, language="en", email="late@example.org")
    press = await lone_site.register(place, category="press", email="press@example.org")
    await lone_site.register(place, email="waits@example.org")
    gone = await lone_site.register(place, email="gone@example.org")
    await lone_site.cancel(place, gone)
    assert await owing() == (3, 3)
    assert await remind() == 3
    assert (await owing(), await remind()) == ((3, 0), 0)
    mails = {one.recipient: one for one in await delivered("questions")}
    assert mails.keys() == {"late@example.org", "press@example.org", "waits@example.org"}
    told = mails["late@example.org"]
    assert told.subject == "Your answers, please: Forum of towns"
    assert "Answers of yours are still missing: dinner?\n" in told.text
    assert f"/me/{late.key}/edit" in told.text
    assert told.parts == ()
    assert "dinner ? · paper ?" in mails["press@example.org"].text
    assert f"/me/{press.key}/edit" in mails["press@example.org"].text


async def test_who_is_asked_something_else_is_told_again(lone_site, place, asked, remind, owing):
    person = await lone_site.register(place, category="press")
    other = await lone_site.register(place)
    assert await remind() == 2
    await lone_site.answer(place, person, dinner=True)
    assert await owing() == (2, 1)  # the paper is missing alone: other questions than told
    assert await remind() == 1
    await lone_site.answer(place, person, dinner=True, paper="La Gazette")
    await lone_site.answer(place, other, dinner=False)
    assert (await owing(), await remind()) == ((0, 0), 0)


async def test_many_hands_remind_once(lone_site, place, asked, remind):
    await lone_site.register(place)
    assert sorted(await asyncio.gather(*(remind() for _ in range(6)))) == [0, 0, 0, 0, 0, 1]


async def test_without_an_address_nobody_is_told(lone_site, place, asked, remind, owing):
    form = WalkIn(given_name="Zoé", family_name="Lefèvre", category="elected")
    await lone_site.do(desk.walk_in, place, form, actor="organiser:x")
    assert (await owing(), await remind()) == ((1, 0), 0)


async def test_nobody_is_asked_for_answers_that_cannot_be_given(lone_site, remind):
    lone_site.clock.at = NOON.replace(month=3, day=25)  # the forum is over
    with pytest.raises(ChangesClosed):
        await remind()


async def test_a_reminder_of_questions_is_recorded(lone_site, place, asked, remind):
    await lone_site.register(place)
    await remind()
    rows = await lone_site.rows(
        "select actor, detail from audit where edition_id = $1 and action = 'letter_sent'",
        place.id,
    )
    assert rows == [("organiser:x", {"kind": "questions", "count": 1})]
