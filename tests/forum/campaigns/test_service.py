"""Campaigns: a set fixed at the start, one e-mail each, at a rate, stopped and continued."""

import asyncio
import uuid
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from forum.campaigns import queries, rules, service
from forum.campaigns.models import (
    Author,
    CampaignChanged,
    CampaignNotFound,
    CampaignOver,
    Fate,
    NobodyReached,
    Order,
    Progress,
    Reach,
    ReachChanged,
    Skip,
    StartedAlready,
    State,
)
from forum.letters.models import LetterText
from forum.registrations import desk
from forum.registrations.desk import WalkIn
from forum.registrations.listing import Filter
from forum.registrations.models import Status
from tests.factories import NOON, Memory, eventually

PEOPLE = """
    insert into registration (edition_id, id, reference, given_name, family_name, email, email_key,
                              category, language, status, sort_key, search_key, mailed_at,
                              created_at, changed_at)
         select $1, gen_random_uuid(), 'R' || n, 'Zoé', 'Nom' || n, n || '@x.example',
                n || '@x.example', 'agent', case n % 2 when 0 then 'fr' else 'en' end, 'confirmed',
                to_char(n, '00000'), 'zoe nom' || n, now(), now(), now()
           from generate_series(1, $2::integer) n
"""
TEXTS = {
    "fr": LetterText(subject="Le car, {given_name}", body="Il part à **8 h**.\n\n{manage_link}"),
    "en": LetterText(subject="The coach", body="It leaves at 8, {name}."),
}


def progress(**given):
    return Progress(**{**dict.fromkeys(Progress.__struct_fields__, 0), **given})


class Campaigns:
    """Does with the campaigns of one edition what organisers and workers do."""

    def __init__(self, site, edition, author):
        self.site = site
        self.edition = edition
        self.author = author
        self.post = Memory()
        self.worker = site.worker(self.post)

    async def crowd(self, count):
        await self.site.value(PEOPLE, self.edition.id, count)

    def order(self, **given):
        values = {
            "id": uuid.uuid4(),
            "filter": Filter(),
            "consent": None,
            "texts": TEXTS,
            "per_minute": 60,
            "reached": None,
        }
        return Order(**{**values, **given})

    async def start(self, order=None, **given):
        return await self.site.do(
            service.start, self.edition, order or self.order(**given), by=self.author
        )

    async def stop(self, number, **given):
        await self.site.do(service.stop, self.edition, number, by=self.author, **given)

    async def go_on(self, number, **given):
        await self.site.do(service.go_on, self.edition, number, by=self.author, **given)

    async def find(self, number):
        async with self.site.pool.acquire() as db:
            return await service.find(db, self.edition, number)

    async def reach(self, consent=None, **filter_):
        async with self.site.pool.acquire() as db:
            return await service.reach(db, self.edition, Filter(**filter_), consent)

    async def progress(self, number):
        async with self.site.pool.acquire() as db:
            return await queries.read_progress(db, self.edition.id, number)

    async def rows(self, number, fate=None):
        async with self.site.pool.acquire() as db:
            return await queries.list_recipients(db, self.edition.id, number, fate, 0, 100)

    async def work(self, *, seconds=0, worker=None):
        """Let a worker do what is due now, and for so many seconds more, once a second."""
        worker = worker or self.worker
        for second in range(seconds + 1):
            if second:
                self.site.clock.forward(seconds=1)
            while await worker.release_campaigns() + await worker.send_due():
                pass

    def campaign_mails(self):
        return [mail for mail in self.post.mails if mail.kind == "campaign"]


@pytest.fixture
async def account(lone_site):
    return await lone_site.value(
        "insert into account values (gen_random_uuid(), 'a@b.org', 'a@b.org', now()) returning id"
    )


@pytest.fixture
async def campaigns(lone_site, account):
    edition = await lone_site.edition()
    return Campaigns(lone_site, edition, Author(account_id=account, actor=f"organiser:{account}"))


# Whom it reaches


async def test_the_reach_counts_those_without_an_address_and_those_who_are_gone(campaigns):
    site, edition = campaigns.site, campaigns.edition
    people = [await site.register(edition) for _ in range(4)]
    await site.cancel(edition, people[0])
    form = WalkIn(given_name="Zoé", family_name="Lefèvre", category="elected")
    await site.do(desk.walk_in, edition, form, actor="organiser:x")
    assert await campaigns.reach() == Reach(reached=3, over=1, withdrew=0, no_address=1)
    assert await campaigns.reach(status=(Status.CANCELLED,)) == Reach(
        reached=1, over=0, withdrew=0, no_address=0
    )
    assert await campaigns.reach(q="nobody") == Reach(reached=0, over=0, withdrew=0, no_address=0)


async def test_a_consent_narrows_the_reach_to_those_who_gave_it_and_kept_it(campaigns):
    site, edition = campaigns.site, campaigns.edition
    await site.register(edition, consents=["photos"])
    withdrawn = await site.register(edition, consents=["photos"])
    await site.register(edition)
    await site.value("update consent set withdrawn_at = $2 where registration_id = $1",
                     withdrawn.id, NOON)  # fmt: skip
    assert await campaigns.reach("photos") == Reach(reached=1, over=0, withdrew=2, no_address=0)


async def test_the_set_is_fixed_at_the_start(campaigns):
    site, edition = campaigns.site, campaigns.edition
    await site.register(edition, email="first@example.org")
    number = await campaigns.start()
    await site.register(edition, email="late@example.org")
    await campaigns.work(seconds=5)
    assert [mail.recipient for mail in campaigns.campaign_mails()] == ["first@example.org"]
    assert await campaigns.progress(number) == progress(sent=1)
    assert (await campaigns.find(number)).state is State.DONE


async def test_another_editions_people_get_nothing(campaigns):
    await campaigns.site.register(await campaigns.site.edition())
    with pytest.raises(NobodyReached):
        await campaigns.start()
    assert await campaigns.site.rows("select number from campaign") == []


async def test_a_reach_that_changed_since_the_form_starts_nothing(campaigns):
    await campaigns.crowd(3)
    with pytest.raises(ReachChanged):
        await campaigns.start(reached=2)
    assert await campaigns.site.rows("select 1 from campaign_recipient") == []
    assert await campaigns.start(reached=3) == 1


async def test_a_thousand_are_stored_in_one_statement_each_with_a_place(campaigns):
    await campaigns.crowd(1000)
    number = await campaigns.start()
    assert await campaigns.progress(number) == progress(waiting=1000)
    places = await campaigns.site.rows("select position from campaign_recipient order by 1")
    assert places == [(n,) for n in range(1, 1001)]


# One each


async def test_each_gets_their_language_and_their_values(campaigns):
    site, edition = campaigns.site, campaigns.edition
    french = await site.register(edition, given_name="Zoé", language="fr")
    await site.register(edition, given_name="Ada", family_name="King", language="en")
    await campaigns.start()
    await campaigns.work(seconds=2)
    by_language = {mail.language: mail for mail in campaigns.campaign_mails()}
    assert by_language["fr"].subject == "Le car, Zoé"
    assert f"/me/{french.key}" in by_language["fr"].text
    assert "<strong>8 h</strong>" in by_language["fr"].html
    assert "It leaves at 8, Ada King." in by_language["en"].text
    assert [mail.unsubscribe for mail in by_language.values()] == ["", ""]


async def test_with_one_language_all_get_that_one(campaigns):
    await campaigns.crowd(2)
    await campaigns.start(texts={"en": TEXTS["en"]})
    await campaigns.work(seconds=2)
    assert [(m.subject, m.language) for m in campaigns.campaign_mails()] == [
        ("The coach", "en")
    ] * 2


async def test_two_presses_start_one_campaign(campaigns):
    await campaigns.crowd(5)
    order = campaigns.order()
    numbers = await asyncio.gather(*(campaigns.start(order) for _ in range(6)))
    assert numbers == [1] * 6
    await campaigns.work(seconds=10)
    assert Counter(m.recipient for m in campaigns.campaign_mails()) == {
        f"{n}@x.example": 1 for n in range(1, 6)
    }
    assert await campaigns.site.rows(
        "select count(*) from audit where action like 'campaign%'"
    ) == [(1,)]


async def test_the_same_form_with_other_words_is_told_what_it_started(campaigns):
    await campaigns.crowd(1)
    order = campaigns.order()
    await campaigns.start(order)
    with pytest.raises(StartedAlready) as refused:
        await campaigns.start(id=order.id, texts={"en": TEXTS["en"]})
    assert refused.value.number == 1


async def test_two_campaigns_have_numbers_of_their_own_and_reach_the_same(campaigns):
    await campaigns.crowd(2)
    assert sorted(await asyncio.gather(*(campaigns.start() for _ in range(4)))) == [1, 2, 3, 4]
    await campaigns.work(seconds=5)
    assert Counter(m.recipient for m in campaigns.campaign_mails()) == {
        "1@x.example": 4,
        "2@x.example": 4,
    }


async def test_four_workers_send_one_each_and_no_minute_has_more_than_the_rate(campaigns):
    await campaigns.crowd(150)
    number = await campaigns.start(per_minute=60)
    workers = [campaigns.site.worker(campaigns.post) for _ in range(4)]
    sent = []
    for _ in range(170):
        await asyncio.gather(*(worker.release_campaigns() for worker in workers))
        await asyncio.gather(*(worker.send_due() for worker in workers))
        sent.append(len(campaigns.campaign_mails()))
        campaigns.site.clock.forward(seconds=1)
    assert await campaigns.progress(number) == progress(sent=150)
    assert Counter(Counter(m.recipient for m in campaigns.campaign_mails()).values()) == {1: 150}
    assert max(b - a for a, b in zip([0, *sent], sent[59:], strict=False)) == 60


async def test_after_a_pause_of_the_workers_the_rate_holds(campaigns):
    await campaigns.crowd(200)
    number = await campaigns.start(per_minute=60)
    await campaigns.work()
    campaigns.site.clock.forward(hours=2)
    await campaigns.work()
    assert await campaigns.progress(number) == progress(sent=4, waiting=196)


async def test_a_worker_that_dies_after_handing_over_loses_and_doubles_nothing(campaigns):
    await campaigns.crowd(3)
    number = await campaigns.start(per_minute=600)
    await campaigns.worker.release_campaigns()
    claimed = await campaigns.site.rows(
        "update outbox set attempts = 1, lease_until = $1 returning id",
        campaigns.site.clock.at + timedelta(minutes=1),
    )
    await campaigns.work()
    assert campaigns.campaign_mails() == []
    campaigns.site.clock.forward(minutes=2)
    await campaigns.work(seconds=5)
    mails = campaigns.campaign_mails()
    assert len(mails) == len({m.recipient for m in mails}) == 3
    assert {one for (one,) in claimed} <= {m.id for m in mails}
    assert await campaigns.progress(number) == progress(sent=3)


async def test_a_worker_that_dies_while_handing_over_has_done_nothing(campaigns, monkeypatch):
    await campaigns.crowd(3)
    number = await campaigns.start(per_minute=600)

    async def dies(*_, **__):
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(queries, "move_on", dies)
        with pytest.raises(ConnectionError):
            await campaigns.worker.release_campaigns()
    assert await campaigns.progress(number) == progress(waiting=3)
    await campaigns.work(seconds=5)
    assert await campaigns.progress(number) == progress(sent=3)
    assert len(campaigns.campaign_mails()) == 3


async def test_a_ticket_leaves_at_once_in_the_middle_of_five_thousand(campaigns):
    await campaigns.crowd(5000)
    number = await campaigns.start(per_minute=600)
    for _ in range(20):
        await campaigns.worker.release_campaigns()
    person = await campaigns.site.register(campaigns.edition, email="now@example.org")
    ahead = (await campaigns.progress(number)).leaving
    assert ahead == 1
    await campaigns.worker.send_due()
    (ticket,) = [m for m in campaigns.post.mails if m.kind == "confirmed"]
    assert (ticket.recipient, person.status) == ("now@example.org", "confirmed")


async def test_without_a_worker_that_sends_no_more_than_a_few_are_handed_over(campaigns):
    await campaigns.crowd(100)
    number = await campaigns.start(per_minute=600)
    for _ in range(30):
        await campaigns.worker.release_campaigns()
        campaigns.site.clock.forward(seconds=1)
    assert await campaigns.progress(number) == progress(leaving=rules.AHEAD, waiting=90)


# Who is left out


async def test_who_cancels_before_their_turn_is_left_out_and_counted(campaigns):
    site, edition = campaigns.site, campaigns.edition
    people = [await site.register(edition, family_name=f"Nom {n}") for n in range(3)]
    number = await campaigns.start(filter=Filter(status=(Status.CONFIRMED,)))
    await site.cancel(edition, people[1])
    await campaigns.work(seconds=5)
    assert await campaigns.progress(number) == progress(sent=2, skipped=1)
    (left_out,) = await campaigns.rows(number, Fate.SKIPPED)
    assert (left_out.reference, left_out.skipped, left_out.at) == (
        people[1].reference,
        Skip.OVER,
        None,
    )


async def test_those_who_cancelled_are_written_to_where_the_filter_asks_for_them(campaigns):
    site, edition = campaigns.site, campaigns.edition
    gone = await site.register(edition, email="gone@example.org")
    await site.register(edition)
    await site.cancel(edition, gone)
    await campaigns.start(filter=Filter(status=(Status.CANCELLED,)))
    await campaigns.work(seconds=3)
    assert [m.recipient for m in campaigns.campaign_mails()] == ["gone@example.org"]


async def test_who_withdraws_before_their_turn_is_left_out(campaigns):
    site, edition = campaigns.site, campaigns.edition
    first, second = [
        await site.register(edition, family_name=name, consents=["photos"]) for name in "AB"
    ]
    number = await campaigns.start(consent="photos")
    await site.value("update consent set withdrawn_at = $2 where registration_id = $1",
                     second.id, NOON)  # fmt: skip
    await campaigns.work(seconds=3)
    (mail,) = campaigns.campaign_mails()
    own = f"{site.settings.base_url}/me/{first.key}"
    assert mail.unsubscribe == own
    assert f"[Changer d’avis]({own})" not in mail.text
    assert f"Changer d’avis ({own})" in mail.text
    assert [row.skipped for row in await campaigns.rows(number, Fate.SKIPPED)] == [Skip.WITHDREW]


async def test_who_is_erased_is_gone_from_the_record(campaigns):
    await campaigns.crowd(2)
    number = await campaigns.start()
    await campaigns.site.value("delete from registration where reference = 'R2'")
    await campaigns.work(seconds=3)
    assert await campaigns.progress(number) == progress(sent=1)


async def test_the_address_of_the_moment_is_written_to(campaigns):
    await campaigns.crowd(1)
    await campaigns.start()
    await campaigns.site.value("update registration set email = 'new@example.org'")
    await campaigns.work()
    assert [m.recipient for m in campaigns.campaign_mails()] == ["new@example.org"]


# Stop and continue


async def test_what_has_not_left_does_not_leave_and_goes_on_later_once_each(campaigns):
    await campaigns.crowd(30)
    number = await campaigns.start(per_minute=60)
    await campaigns.work(seconds=9)
    await campaigns.worker.release_campaigns()
    await campaigns.stop(number)
    assert await campaigns.progress(number) == progress(sent=10, waiting=20)
    await campaigns.work(seconds=30)
    assert len(campaigns.campaign_mails()) == 10
    await campaigns.go_on(number, per_minute=600)
    await campaigns.work(seconds=10)
    assert await campaigns.progress(number) == progress(sent=30)
    assert len({m.recipient for m in campaigns.campaign_mails()}) == 30
    deeds = await campaigns.site.rows(
        "select action, actor, detail from audit where action like 'campaign%' order by at, id"
    )
    actor = campaigns.author.actor
    assert deeds == [
        ("campaign_started", actor, {"number": 1, "count": 30, "per_minute": 60}),
        ("campaign_stopped", actor, {"number": 1}),
        ("campaign_continued", actor, {"number": 1, "per_minute": 600}),
    ]


async def test_what_waits_in_the_outbox_is_taken_back_with_its_message_id(campaigns):
    await campaigns.crowd(1)
    number = await campaigns.start()
    await campaigns.worker.release_campaigns()
    [(before,)] = await campaigns.site.rows("select id from outbox")
    await campaigns.stop(number)
    assert await campaigns.site.rows("select id from outbox") == []
    assert (await campaigns.find(number)).state is State.STOPPED
    await campaigns.go_on(number)
    await campaigns.work(seconds=2)
    assert [m.id for m in campaigns.campaign_mails()] == [before]


async def test_what_a_worker_holds_may_leave_and_counts(campaigns):
    await campaigns.crowd(3)
    number = await campaigns.start()

    class Slow(Memory):
        async def send(self, mail):
            await campaigns.stop(number)
            await super().send(mail)

    slow = Slow()
    await campaigns.work(worker=campaigns.site.worker(slow))
    assert await campaigns.progress(number) == progress(sent=1, waiting=2)
    assert len(slow.mails) == 1


async def test_what_fails_in_a_workers_hands_after_the_stop_never_leaves(campaigns):
    await campaigns.crowd(1)
    number = await campaigns.start()

    class Broken(Memory):
        async def send(self, _):
            await campaigns.stop(number)
            raise OSError

    await campaigns.worker.release_campaigns()
    await campaigns.site.worker(Broken()).send_due()
    assert await campaigns.progress(number) == progress(retrying=1)
    await campaigns.work(seconds=60)
    assert campaigns.campaign_mails() == []
    assert await campaigns.progress(number) == progress(waiting=1)


async def test_stopping_twice_and_continuing_twice_is_doing_it_once(campaigns):
    await campaigns.crowd(2)
    number = await campaigns.start()
    await asyncio.gather(*(campaigns.stop(number) for _ in range(3)))
    assert (await campaigns.find(number)).revision == 2
    await asyncio.gather(*(campaigns.go_on(number) for _ in range(3)))
    assert (await campaigns.find(number)).revision == 3


async def test_continuing_is_felt_at_once_and_breaks_no_rate(campaigns):
    await campaigns.crowd(20)
    number = await campaigns.start(per_minute=1)
    await campaigns.work()
    for _ in range(3):
        await campaigns.stop(number)
        await campaigns.go_on(number)
        await campaigns.work(seconds=5)
    assert await campaigns.progress(number) == progress(sent=1, waiting=19)
    await campaigns.stop(number)
    await campaigns.go_on(number, per_minute=600)
    await campaigns.work(seconds=2)
    assert await campaigns.progress(number) == progress(sent=20)


async def test_who_saw_another_revision_is_told(campaigns):
    await campaigns.crowd(2)
    number = await campaigns.start()
    await campaigns.stop(number, revision=1)
    with pytest.raises(CampaignChanged):
        await campaigns.go_on(number, revision=1)
    await campaigns.go_on(number, revision=2)


async def test_nothing_is_stopped_once_all_have_left(campaigns):
    await campaigns.crowd(1)
    number = await campaigns.start()
    await campaigns.work(seconds=2)
    with pytest.raises(CampaignOver):
        await campaigns.stop(number)
    with pytest.raises(CampaignNotFound):
        await campaigns.stop(9)


async def test_a_campaign_does_not_go_on_while_its_letters_are_being_taken_back(campaigns):
    await campaigns.crowd(1)
    number = await campaigns.start()
    await campaigns.worker.release_campaigns()
    await campaigns.site.value("update campaign set state = 'stopped'")
    waiting = "select count(*) from pg_locks where not granted"
    async with campaigns.site.pool.acquire() as db, db.transaction():
        assert await queries.take_back(db, "campaign", at=NOON) == 1
        going_on = asyncio.create_task(campaigns.go_on(number))
        await eventually(lambda: campaigns.site.value(waiting))
        assert await campaigns.worker.release_campaigns() == 0
    await going_on
    await campaigns.work()
    assert await campaigns.progress(number) == progress(sent=1)


async def test_a_campaign_whose_rest_is_tried_in_vain_can_be_stopped(campaigns):
    await campaigns.crowd(1)
    number = await campaigns.start()
    campaigns.post.broken = [OSError("no server")] * 3
    await campaigns.work(seconds=3)
    assert (await campaigns.find(number)).state is State.DONE
    assert await campaigns.progress(number) == progress(retrying=1)
    assert [row.fate for row in await campaigns.rows(number)] == [Fate.RETRYING]
    await campaigns.stop(number)
    await campaigns.work(seconds=60)
    assert await campaigns.progress(number) == progress(waiting=1)


async def test_what_is_given_up_is_counted(campaigns):
    await campaigns.crowd(1)
    number = await campaigns.start()
    campaigns.post.broken = [OSError("no server")]
    await campaigns.worker.release_campaigns()
    await campaigns.site.value("update outbox set attempts = 129")
    await campaigns.worker.send_due()
    assert await campaigns.progress(number) == progress(failed=1)


async def test_start_stop_and_workers_at_once_lose_and_double_nothing(campaigns):
    await campaigns.crowd(15)
    number = await campaigns.start(per_minute=600)
    workers = [campaigns.site.worker(campaigns.post) for _ in range(2)]

    async def switch():
        await campaigns.stop(number)
        await campaigns.go_on(number)

    while (await campaigns.progress(number)).left:
        steps = [step for w in workers for step in (w.release_campaigns(), w.send_due())]
        with suppress(CampaignOver):
            await asyncio.gather(*steps, switch())
        campaigns.site.clock.forward(seconds=1)
    assert Counter(Counter(m.recipient for m in campaigns.campaign_mails()).values()) == {1: 15}
