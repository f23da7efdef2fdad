"""What speakers and organisers read: language, link, sessions, calendar."""

import re

import pytest
from icalendar import Calendar

from forum.core.mail import compose
from tests.factories import message
from tests.forum.speakers.people import ADA, House, draft


@pytest.fixture
async def house(lone_site):
    return await House.built(lone_site)


async def test_an_invitation_is_in_the_speakers_language_with_sessions_and_link(house):
    await house.invite()
    [mail] = await house.mails()
    assert (mail.recipient, mail.language) == ("ada@example.org", "en")
    assert mail.subject == "Your part in “Forum of towns”"
    assert "Water (speaker)" in mail.text
    assert "Tuesday 23 March, 09:00 to 09:45, Salle Garonne" in mail.text
    link = re.search(r"http://127\.0\.0\.1:8000(/speaker/\S+)", mail.text)[1]
    assert link == f"/speaker/{house.key}"
    assert link in mail.html
    async with house.site.client() as client:
        assert (await client.get(link)).status_code == 200


async def test_the_reminder_says_so(lone_site):
    house = await House.built(lone_site, made=draft(language="fr"))
    await house.invite()
    house.site.clock.forward(hours=1)
    await house.invite(reminder=True)
    _, mail = await house.mails()
    assert mail.subject == "Votre réponse pour «\u00a0Forum des communes\u00a0»"
    assert "et attendent votre réponse" in mail.text
    assert "et attendent votre réponse" in mail.html


async def test_the_confirmation_brings_ticket_and_own_calendar(house):
    await house.site.programme(house.edition, draft())
    await house.confirm()
    mails = {mail.kind: mail for mail in await house.mails()}
    assert mails.keys() == {"programme_changed", "confirmed", "speaker_thanks"}
    assert [part.media_type for part in mails["confirmed"].parts][:2] == [
        "image/png",
        "application/pdf",
    ]
    [part] = mails["speaker_thanks"].parts
    [event] = Calendar.from_ical(part.content).walk("VEVENT")
    assert str(event["summary"]) == "Water"
    assert "come with this e-mail as a calendar file" in mails["speaker_thanks"].text
    assert "your ticket is in an e-mail of its own" in mails["speaker_thanks"].text


async def test_before_a_version_the_confirmation_says_so(house):
    await house.confirm()
    mails = {mail.kind: mail for mail in await house.mails()}
    assert mails["speaker_thanks"].parts == ()
    assert "No session of yours is published yet" in mails["speaker_thanks"].text


async def test_organisers_read_who_does_not_come_and_why(house):
    await house.decline("Une crue\n<ici>")
    [mail] = await house.mails()
    assert (mail.recipient, mail.language) == ("contact@forum.example", "fr")
    assert mail.subject == "Ada Ferrand n’interviendra pas"
    assert "Une crue\n<ici>" in mail.text
    assert "Une crue<br>&lt;ici&gt;" in mail.html
    assert str(ADA) not in mail.text


async def test_organisers_read_that_a_category_was_kept(house):
    await house.site.register(house.edition, category="agent", email="ada@example.org")
    await house.confirm()
    [mail] = [one for one in await house.mails() if one.kind == "speaker_answer"]
    assert "avec une inscription antérieure dans la catégorie\u00a0: Agent public" in mail.text


async def test_a_name_with_a_line_break_does_not_make_a_header(house):
    made = draft()
    evil = type(made.speakers[0])(
        id=ADA, slug="ada", name="Ada\r\nBcc: x@example.org", sort_key="x"
    )
    await house.put(type(made)(speakers=[evil], backstage_of_speakers=made.backstage_of_speakers))
    await house.decline()
    [mail] = await house.mails()
    assert message(bytes(compose(mail, "f@example.org")))["bcc"] is None
