"""Speakers: asked, answering, registered once, whatever is pressed twice or at once."""

import asyncio
from datetime import UTC, datetime

import pytest

from forum.core.errors import Invalid
from forum.registrations import service as registrations
from forum.speakers import service
from forum.speakers.models import Lack, SpeakersClosed
from schedule import editing
from schedule.edits import PartKind, Wanted
from schedule.models import ConflictCode, ConflictSetting, Level
from schedule.models import SpeakerState as State
from tests.factories import form
from tests.forum.speakers.people import ADA, AGENT, BEN, NAME, SPEAKER, House, draft

TWO_DAYS = [AGENT, SPEAKER]


@pytest.fixture
async def house(site):
    return await House.built(site)


async def test_an_invitation_goes_to_who_has_an_address_and_moves_them_on(house):
    sent = await house.invite()
    assert (sent.count, sent.left_out) == (1, 0)
    assert (await house.ada()).state is State.INVITED
    assert (await house.draft()).backstage_of_speakers[BEN].state is State.PROPOSED
    assert await house.site.letters(house.edition) == [("speaker_invitation", "ada@example.org")]
    assert await house.changes() == [("speakers_invited", "organiser:x")]
    assert await house.audited("organiser:x") == [("speakers_invited", {})]


async def test_two_presses_at_once_are_one_e_mail_and_one_change(house):
    both = await asyncio.gather(house.invite(ADA), house.invite(ADA))
    assert sorted(one.count for one in both) == [0, 1]
    assert len(await house.site.letters(house.edition)) == 1
    assert len(await house.changes()) == 1


async def test_after_an_hour_it_may_be_sent_again_and_nothing_else_changes(house):
    await house.invite()
    house.site.clock.forward(minutes=59)
    assert (await house.invite(ADA, BEN)).left_out == 2
    house.site.clock.forward(minutes=1)
    assert (await house.invite(ADA)).count == 1
    assert len(await house.site.letters(house.edition)) == 2
    assert len(await house.changes()) == 1


async def test_a_reminder_goes_to_those_who_have_not_answered(house):
    assert (await house.invite(reminder=True)).count == 0
    await house.invite()
    house.site.clock.forward(hours=2)
    assert (await house.invite(reminder=True)).count == 1
    house.site.clock.forward(hours=2)
    await house.confirm()
    house.site.clock.forward(hours=2)
    assert (await house.invite(reminder=True)).count == 0
    kinds = [kind for kind, _ in await house.site.letters(house.edition)]
    assert kinds == ["speaker_invitation", "speaker_reminder", "confirmed", "speaker_thanks"]


async def test_who_confirms_is_registered_for_the_days_of_their_sessions(house):
    await house.invite()
    await house.confirm()
    ada = await house.ada()
    assert await house.registrations() == [
        (
            "Ada",
            "Ferrand",
            "ada@example.org",
            "speaker",
            "confirmed",
            True,
            1,
            "Ville de Foix",
            "en",
        ),
    ]
    assert ada.state is State.CONFIRMED
    made = await house.site.registered(house.edition, ada.registration_id)
    assert (made.status, made.token is not None) == ("confirmed", True)
    assert (await house.changes())[1:] == [("speaker_confirmed", f"speaker:{ADA}")]
    told = [
        ("registered", {"revision": 1, "speaker": str(ADA), "status": "confirmed"}),
        ("speaker_confirmed", {"registered": True, "category": "speaker"}),
    ]
    assert await house.audited() == told


async def test_it_is_beyond_the_limits_and_at_any_time(site):
    house = await House.built(
        site, places=1, registration_closes_at=datetime(2027, 2, 1, tzinfo=UTC)
    )
    await house.site.value("update edition set taken = 1 where id = $1", house.edition.id)
    await house.confirm()
    [row] = await house.registrations()
    assert row[4:6] == ("confirmed", False)
    assert (await house.site.counts(house.edition))[0] == (1, 0)


async def test_two_presses_at_once_are_one_registration(house):
    await asyncio.gather(*(house.confirm() for _ in range(4)))
    assert len(await house.registrations()) == 1
    assert len(await house.changes()) == 1
    kinds = sorted(kind for kind, _ in await house.site.letters(house.edition))
    assert kinds == ["confirmed", "speaker_thanks"]


async def test_answers_edits_and_registrations_at_once_neither_wait_for_each_other_nor_fail(house):
    async def edit():
        async with house.site.pool.acquire() as db:
            made = await editing.read(db, house.edition)
            room = next(one for one in made.rooms)
            wanted = Wanted(kind=PartKind.ROOM, id=room.id, after=None)
            with pytest.raises(editing.Problem):  # a session is in it
                await editing.change(
                    db, house.edition, [wanted], kind="edit", actor="x", at=house.site.clock.at
                )

    async def register(number):
        await house.site.do(
            registrations.register,
            house.edition,
            form(category="agent", email=f"{number}@example.org"),
        )

    work = [house.confirm(), house.decline(registration="keep"), edit(), house.invite(BEN)]
    await asyncio.gather(*work, *(register(n) for n in range(5)))
    assert len(await house.registrations()) == 6
    assert (await house.ada()).state in {State.CONFIRMED, State.DECLINED}


async def test_the_same_address_keeps_its_registration_and_its_category(house):
    known = await house.site.register(house.edition, category="agent", email="Ada@Example.org")
    await house.confirm()
    [row] = await house.registrations()
    assert row[3:5] == ("agent", "confirmed")
    assert (await house.ada()).registration_id == known.id
    kinds = [*await house.site.letters(house.edition)]
    assert ("speaker_answer", "contact@forum.example") in kinds
    assert [kind for kind, _ in kinds].count("confirmed") == 1


async def test_who_waited_is_let_in_beyond_the_limits(site):
    house = await House.built(site, places=1)
    await house.site.register(house.edition, category="agent")
    known = await house.site.register(house.edition, category="agent", email="ada@example.org")
    assert known.status == "waiting"
    await house.confirm()
    now = await house.site.registered(house.edition, known.id)
    assert (now.status, now.token is not None) == ("confirmed", True)
    assert (await house.site.counts(house.edition))[0] == (1, 0)


async def test_without_a_category_it_is_confirmed_and_the_organisers_are_told(site):
    house = await House.built(site, categories=[AGENT])
    await house.confirm()
    await house.confirm()
    assert await house.registrations() == []
    assert (await house.ada()).state is State.CONFIRMED
    assert sorted(await house.site.letters(house.edition)) == [
        ("speaker_answer", "contact@forum.example"),
        ("speaker_thanks", "ada@example.org"),
    ]


async def test_who_has_no_address_is_registered_without_one(site):
    house = await House.built(site, made=draft(email=""))
    await house.site.value(
        """insert into registration (edition_id, id, reference, given_name, family_name, email,
                                     email_key, category, language, status, sort_key, search_key,
                                     mailed_at, created_at, changed_at)
                values ($1, gen_random_uuid(), 'AAAA-AAAA', 'Zoé', 'Autre', '', '', 'agent', 'fr',
                        'confirmed', 'autre', 'autre', now(), '2020-01-01', now())""",
        house.edition.id,
    )
    await house.confirm()
    assert [row[:4] for row in await house.registrations()] == [
        ("Zoé", "Autre", "", "agent"),
        ("Ada", "Ferrand", "", "speaker"),
    ]


async def test_declining_a_registration_asks_what_becomes_of_it(house):
    await house.confirm()
    with pytest.raises(Invalid) as refused:
        await house.decline("Un empêchement")
    assert refused.value.fields == {"registration": "Say what becomes of your registration."}
    assert (await house.ada()).state is State.CONFIRMED
    await house.decline("Un empêchement", "keep")
    ada = await house.ada()
    assert (ada.state, ada.note, ada.registration_id is None) == (
        State.DECLINED,
        "Un empêchement",
        False,
    )
    assert [row[4] for row in await house.registrations()] == ["confirmed"]
    assert ("speaker_answer", "contact@forum.example") in await house.site.letters(house.edition)


async def test_declined_then_confirmed_is_the_same_registration(house):
    await house.confirm()
    before = (await house.ada()).registration_id
    await house.decline(registration="keep")
    await house.confirm()
    assert (await house.ada()).registration_id == before
    assert len(await house.registrations()) == 1


async def test_cancelled_with_the_answer_then_confirmed_is_a_new_one(house):
    await house.confirm()
    await house.decline(registration="cancel")
    await house.decline(registration="cancel")
    assert (await house.ada()).registration_id is None
    assert [row[4] for row in await house.registrations()] == ["cancelled"]
    house.site.clock.forward(minutes=1)
    await house.confirm()
    assert [row[4] for row in await house.registrations()] == ["cancelled", "confirmed"]


async def test_a_registration_of_another_category_is_not_cancelled_here(house):
    known = await house.site.register(house.edition, category="agent", email="ada@example.org")
    await house.confirm()
    await house.decline(registration="cancel")
    assert (await house.site.registered(house.edition, known.id)).status == "confirmed"


async def test_what_organisers_cancelled_is_not_made_again_by_a_second_press(house):
    await house.confirm()
    held = await house.site.registered(house.edition, (await house.ada()).registration_id)
    await house.site.cancel(house.edition, held)
    await house.confirm()
    assert [row[4] for row in await house.registrations()] == ["cancelled"]


async def test_a_no_is_stored_whatever_it_upsets(house):
    async with house.site.pool.acquire() as db:
        setting = ConflictSetting(code=ConflictCode.PERSON_UNCONFIRMED, level=Level.BLOCK)
        await editing.set_levels(db, house.edition, [setting])
    await house.confirm()
    await house.decline(registration="keep")
    assert (await house.ada()).state is State.DECLINED


async def test_an_editor_takes_an_answer_back_and_the_registration_stays_one(house):
    await house.confirm()
    made = await house.draft()
    async with house.site.pool.acquire() as db:
        await editing.take_back(
            db, house.edition, made.number, actor="organiser:x", at=house.site.clock.at
        )
    assert (await house.ada()).registration_id is None
    await house.confirm()
    assert len(await house.registrations()) == 1
    assert (await house.ada()).registration_id is not None


async def test_after_the_forum_nothing_is_answered(house):
    house.site.clock.at = datetime(2027, 3, 25, 1, tzinfo=UTC)
    with pytest.raises(SpeakersClosed):
        await house.confirm(NAME)
    with pytest.raises(SpeakersClosed):
        await house.decline()


async def test_organisers_see_who_answered_when_and_what_is_missing(house):
    await house.invite()
    house.site.clock.forward(hours=1)
    await house.confirm()
    async with house.site.pool.acquire() as db:
        ben, ada = await service.list_standings(db, house.edition)
    assert (ada.asked, ada.answer.at, ada.held.category) == (1, house.site.clock.at, "speaker")
    assert ada.lacks == [Lack.BIOGRAPHY, Lack.PHOTO]
    assert ben.lacks == [Lack.EMAIL, Lack.ANSWER, Lack.BIOGRAPHY, Lack.PHOTO]
    assert (ben.asked, ben.answer, ben.held) == (0, None, None)
