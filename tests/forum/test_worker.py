"""The worker: e-mails as people get them, tried again after a failure, never sent twice."""

import asyncio
from datetime import timedelta

import asyncpg
import pypdfium2
import pytest
import zxingcpp
from msgspec import structs

from forum.core.mail import Folder, Smtp
from forum.letters import service as letters
from forum.letters.kinds import KINDS
from forum.letters.models import Author, Change, LetterText
from forum.worker import Worker, delivery_of
from schedule import editing, publishing
from schedule.edits import PartKind, SpeakerPart, Wanted
from schedule.models import SpeakerBackstage
from tests.factories import MORNING, Memory, decoded, draft, eventually, message
from tests.forum.core.test_mail import Inbox, served, tree


@pytest.fixture
def post():
    return Memory()


@pytest.fixture
async def place(lone_site):
    """An edition of one place."""
    return await lone_site.edition(places=1)


def picture(mail):
    (part,) = [part for part in mail.parts if part.cid]
    return part


def attached(mail):
    """The names of the files beside the text, their media types without parameters."""
    return {one.name: one.media_type.partition(";")[0] for one in mail.parts if not one.cid}


async def test_the_ticket_in_the_e_mail_is_the_token(lone_site, place, post):
    person = await lone_site.register(place, email="zoe@example.org")
    assert await lone_site.worker(post).send_due() == 1
    (mail,) = post.mails
    assert (mail.recipient, mail.kind, mail.language) == ("zoe@example.org", "confirmed", "fr")
    assert decoded(picture(mail).content) == person.token
    assert f'src="cid:{picture(mail).cid}"' in mail.html
    assert f"{lone_site.settings.base_url}/me/{person.key}" in mail.text
    assert f"{lone_site.settings.base_url}/me/{person.key}" in mail.html


async def test_each_event_of_a_life_is_one_e_mail(lone_site, place, post):
    first, second = await lone_site.register(place), await lone_site.register(place)
    await lone_site.cancel(place, first)
    worker = lone_site.worker(post)
    for _ in range(3):
        await worker.send_due()
    assert sorted(one.kind for one in post.mails) == [
        "cancelled",
        "confirmed",
        "promoted",
        "waiting",
    ]
    (promoted,) = [one for one in post.mails if one.kind == "promoted"]
    assert (
        decoded(picture(promoted).content) == (await lone_site.registered(place, second.id)).token
    )
    by_kind = {one.kind: one for one in post.mails}
    calendar = {f"{place.slug}-{first.reference}.ics": "text/calendar"}
    assert (by_kind["waiting"].parts, attached(by_kind["cancelled"])) == ((), calendar)


async def test_the_ticket_comes_as_a_page_too_and_the_days_as_a_calendar(lone_site, place, post):
    person = await lone_site.register(place)
    await lone_site.worker(post).send_due()
    name = f"{place.slug}-{person.reference}"
    assert attached(post.mails[0]) == {
        f"{name}.pdf": "application/pdf",
        f"{name}.ics": "text/calendar",
    }
    _, pdf, calendar = post.mails[0].parts
    page = pypdfium2.PdfDocument(pdf.content)[0].render(scale=2).to_pil()
    assert zxingcpp.read_barcode(page).text == person.token
    assert b"STATUS:CONFIRMED" in calendar.content


async def test_a_mail_server_gets_text_picture_page_and_calendar(lone_site, place):
    person = await lone_site.register(place)
    inbox = Inbox()
    async with served(inbox) as port:
        way = Smtp(f"smtp://127.0.0.1:{port}", "Forum <forum@example.org>")
        assert await lone_site.worker(way).send_due() == 1
    (envelope,) = inbox.messages
    got = message(envelope.content)
    assert tree(got) == [
        "mixed",
        ["alternative", "text/plain", ["related", "text/html", "image/png"]],
        "application/pdf",
        "text/calendar",
    ]
    calendar = list(got.iter_attachments())[-1]
    assert dict(calendar["content-type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    assert person.reference in calendar.get_content()


async def test_an_organisers_own_words_leave_in_their_language(lone_site, place, post):
    text = LetterText(subject="Bienvenue {given_name}", body="Un mot de la mairie.")
    member = await lone_site.value(
        "insert into account values (gen_random_uuid(), 'a@b.org', 'a@b.org', now()) returning id"
    )
    async with lone_site.pool.acquire() as db:
        await letters.change(
            db,
            place,
            KINDS["waiting"],
            [Change(language="fr", text=text, revision=0)],
            by=Author(account_id=member, actor="organiser:x"),
            at=lone_site.clock.at,
            ids=lone_site.ids,
        )
    for language in ("fr", "fr", "en"):
        await lone_site.register(place, language=language)
    await lone_site.worker(post).send_due()
    waiting = [one for one in post.mails if one.kind == "waiting"]
    assert sorted(one.subject for one in waiting) == [
        "Bienvenue Zoé",
        "You are on the waiting list: Forum of towns",
    ]
    (own,) = [one for one in waiting if one.language == "fr"]
    assert "Un mot de la mairie." in own.text
    assert "Un mot de la mairie." in own.html


async def test_an_e_mail_speaks_the_language_of_its_reader(lone_site, place, post):
    await lone_site.register(place, language="en")
    await lone_site.worker(post).send_due()
    assert "Your place is confirmed." in post.mails[0].text
    assert "Elected official" in post.mails[0].text


async def test_a_failure_is_tried_again_later_and_the_rest_leaves(lone_site, post):
    edition = await lone_site.edition()
    for _ in range(3):
        await lone_site.register(edition)
    post.broken = [OSError("no server")]
    worker = lone_site.worker(post)
    await worker.send_due()
    assert len(post.mails) == 2
    await worker.send_due()
    assert len(post.mails) == 2
    lone_site.clock.forward(seconds=2)
    await worker.send_due()
    assert len(post.mails) == 3
    assert len({one.id for one in post.mails}) == 3


async def test_an_e_mail_that_cannot_be_made_does_not_stop_the_others(lone_site, post, monkeypatch):
    edition = await lone_site.edition()
    await lone_site.register(edition)
    await lone_site.register(edition)
    await lone_site.value(
        "update outbox set kind = 'nonsense' where id = (select min(id::text)::uuid from outbox)"
    )
    await lone_site.worker(post).send_due()
    assert len(post.mails) == 1
    ((attempts, why),) = await lone_site.rows(
        "select attempts, last_error from outbox where sent_at is null"
    )
    assert (attempts, why.split(":")[0]) == (1, "TemplateNotFound")


async def test_four_workers_send_each_e_mail_once(lone_site, post):
    edition = await lone_site.edition()
    for _ in range(45):
        await lone_site.register(edition)
    workers = [lone_site.worker(post) for _ in range(4)]
    while any(await asyncio.gather(*(worker.send_due() for worker in workers))):
        pass
    assert (len(post.mails), len({one.id for one in post.mails})) == (45, 45)


async def test_what_a_worker_did_not_record_has_the_same_message_id_again(lone_site, post):
    """It left, then the worker died before it could say so."""
    await lone_site.register(await lone_site.edition())
    worker = lone_site.worker(post)
    await worker.send_due()
    await lone_site.value("update outbox set sent_at = null, lease_until = $1", lone_site.clock.at)
    await worker.send_due()
    first, again = post.mails
    assert (first.id, first.domain, first.at) == (again.id, again.domain, again.at)


async def test_without_smtp_the_e_mails_are_files(lone_site):
    person = await lone_site.register(await lone_site.edition(), email="zoe@example.org")
    settings = lone_site.settings
    await lone_site.worker(delivery_of(settings)).send_due()
    (file,) = (settings.var / "outbox").glob("*.eml")
    read = message(file.read_bytes())
    (png,) = [part for part in read.walk() if part.get_content_type() == "image/png"]
    assert (read["To"], decoded(png.get_content())) == ("zoe@example.org", person.token)


def test_with_smtp_it_is_the_server(settings):
    import msgspec  # noqa: PLC0415

    with_smtp = msgspec.structs.replace(settings, smtp_url="smtp://127.0.0.1:2525")
    assert isinstance(delivery_of(settings), Folder)
    assert isinstance(delivery_of(with_smtp), Smtp)


async def test_old_answers_are_swept_once_an_hour(lone_site, post, monkeypatch):
    swept = []

    async def sweep(_, *, before):
        swept.append(before)

    monkeypatch.setattr("forum.core.idempotency.sweep", sweep)
    worker = lone_site.worker(post)
    for minutes in (0, 30, 30, 59, 1):
        lone_site.clock.forward(minutes=minutes)
        await worker.sweep()
    assert len(swept) == 3


async def test_tables_of_a_day_ago_are_swept(lone_site, post):
    edition = await lone_site.edition()
    await lone_site.signed_in(edition)
    await lone_site.rows(
        """
        insert into registration_import
               (edition_id, id, account_id, file_name, content, plan, created_at, expires_at)
        select e.id, gen_random_uuid(), a.id, 'x.csv', '', '{}', e.created, e.created + due
          from (select id, timestamptz '2027-03-01 12:00Z' as created from edition) e, account a,
               (values (interval '1 day'), (interval '25 hours')) as expiry (due)
        """
    )
    worker = lone_site.worker(post)
    counts = []
    for hours in (23, 1, 1):
        lone_site.clock.forward(hours=hours)
        await worker.sweep()
        counts.append(await lone_site.value("select count(*) from registration_import"))
    assert counts == [2, 1, 0]


async def test_the_worker_goes_on_when_the_database_comes_back(lone_site, post, monkeypatch):
    from forum.core.db import DatabaseUnavailable  # noqa: PLC0415

    monkeypatch.setattr("forum.worker.PAUSE_AFTER_LOSS_S", 0.01)
    monkeypatch.setattr("forum.worker.POLL_S", 0.01)
    await lone_site.register(await lone_site.edition())
    losses = [DatabaseUnavailable(), ConnectionResetError(), asyncpg.DiskFullError("no room")]

    class Flaky:
        def acquire(self):
            if losses:
                raise losses.pop()
            return lone_site.pool.acquire()

    worker = Worker(
        lone_site.settings,
        Flaky(),
        lone_site.keyring,
        lone_site.parts.templates,
        post,
        lone_site.clock,
    )
    task = asyncio.create_task(worker.run())
    await eventually(lambda: post.mails)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert losses == []


async def test_the_worker_ends_the_offers_that_are_over(lone_site, post):
    edition = await lone_site.edition(places=1, offer_hours=1)
    people = [await lone_site.register(edition) for _ in range(3)]
    await lone_site.cancel(edition, people[0])
    worker = lone_site.worker(post)
    seen = []
    for minutes in (0, 59, 1):
        lone_site.clock.forward(minutes=minutes)
        await worker.end_overdue()
        seen.append([(await lone_site.registered(edition, one.id)).status for one in people[1:]])
    assert seen == [["offered", "waiting"], ["offered", "waiting"], ["cancelled", "offered"]]


async def test_people_of_the_programme_are_told_what_changed_with_a_calendar(lone_site, post):
    place = await lone_site.edition()
    made = draft("Ouverture")
    await lone_site.programme(place, made, tell=False)
    [speaker] = made.speakers
    part = SpeakerPart(content=speaker, backstage=SpeakerBackstage(email="ada@example.org"))
    wanted = Wanted(kind=PartKind.SPEAKER, id=speaker.id, after=part)
    async with lone_site.pool.acquire() as db:
        await editing.change(db, place, [wanted], kind="edited", actor="me", at=MORNING)
    [session] = made.sessions
    later = structs.replace(session, starts_at=MORNING + timedelta(hours=1))
    await lone_site.programme(place, structs.replace(made, sessions=[later]))
    await lone_site.worker(post).send_due()
    (mail,) = post.mails
    assert (mail.recipient, mail.kind, mail.language) == (
        "ada@example.org",
        "programme_changed",
        "fr",
    )
    assert "Déplacée" in mail.text
    assert f"{lone_site.settings.base_url}/{place.slug}/sessions/ouverture" in mail.html
    (calendar,) = mail.parts
    assert attached(mail) == {"programme.ics": "text/calendar"}
    assert b"SEQUENCE:1" in calendar.content


async def test_a_publication_that_is_due_is_made(lone_site, post):
    place = await lone_site.edition()
    at = lone_site.clock.at
    async with lone_site.pool.acquire() as db:
        await editing.replace(db, place, draft("Ouverture"), at=at)
        await publishing.plan(
            db,
            place,
            due_at=at + timedelta(minutes=1),
            note="",
            tell=True,
            base_url=lone_site.settings.base_url,
            actor="me",
            at=at,
            ids=lone_site.ids,
        )
        lone_site.clock.forward(minutes=2)
        await lone_site.worker(post).publish_due()
        assert (await publishing.version(db, place)).version == 1
