"""One registration as the team sees it: all that is known, what is corrected and decided."""

import io
import re

import pikepdf
import pytest

from badges.scans import scanning
from forum.core.context import Role
from forum.editions import forming
from tests.factories import NOON, SAME_ORIGIN, scan


@pytest.fixture
async def person(site, edition):
    return await site.register(
        edition,
        given_name="Zoé",
        family_name="Lefèvre",
        organisation="Ville de Lyon",
        email="zoe@ville.example",
        consents=["photos"],
    )


@pytest.fixture
async def team(site, edition):
    async with site.client(headers={**SAME_ORIGIN, **await site.signed_in(edition)}) as client:
        yield client


@pytest.fixture
async def reception(site, edition):
    headers = {**SAME_ORIGIN, **await site.signed_in(edition, Role.RECEPTION)}
    async with site.client(headers=headers) as client:
        yield client


def path(edition, person, rest=""):
    return f"/organiser/{edition.slug}/registrations/{person.reference}{rest}"


def typed(**given):
    return {
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "organisation": "Ville de Lyon",
        "job_title": "",
        "email": "zoe@ville.example",
        "revision": "1",
        **given,
    }


async def test_all_that_is_known_is_shown(site, edition, team, person):
    device, _ = await site.device(edition)
    async with site.pool.acquire() as db:
        await scanning.scan(
            db, device, edition, site.keyring, [scan(person.token)], at=site.clock.at
        )
    await site.value("update outbox set sent_at = $2 where subject_id = $1", person.id, NOON)
    answer = await team.get(path(edition, person), headers={"accept-language": "en"})
    for part in (
        person.reference,
        "zoe@ville.example",
        "Ville de Lyon",
        "✓ Confirmed",
        "Photos<p>Version 1 of the text, 01/03/2027, 13:00 · in force</p>",
        "<li>Registered<p>01/03/2027, 13:00, the person</p></li>",
        "Registration confirmed<p>zoe@ville.example · sent: 01/03/2027, 13:00</p>",
        f"Let in<p>23/03/2027, 10:00, Entrance · {device.name}</p>",
        "Tuesday 23 March",
    ):
        assert part in answer.text, part


async def test_answers_about_needs_are_seen_by_few(site, edition, team, reception):
    await site.ask(edition, "town", "text")
    await site.ask(edition, "diet", "choice", options=["vegan"], sensitive=True)
    person = await site.register(edition, answers={"town": "Lyon", "diet": "vegan"})
    for client, seen in ((team, True), (reception, False)):
        page = await client.get(path(edition, person))
        assert "<dt>town ?</dt><dd>Lyon</dd>" in page.text
        assert ("<dt>diet ?</dt><dd>Vegan</dd>" in page.text) is seen


async def test_a_small_letter_reference_is_the_same(edition, team, person):
    answer = await team.get(path(edition, person).lower())
    assert answer.status_code == 200


@pytest.mark.parametrize("rest", ["", "/badge.pdf"])
async def test_nothing_of_another_edition_is_shown(site, team, edition, rest):
    other = await site.edition()
    stranger = await site.register(other)
    answer = await team.get(path(edition, stranger, rest))
    assert (answer.status_code, answer.json()["code"]) == (404, "registration_not_found")


@pytest.mark.parametrize("rest", ["/correct", "/decide", "/link"])
async def test_nothing_of_another_edition_is_changed(site, team, edition, rest):
    other = await site.edition()
    stranger = await site.register(other)
    answer = await team.post(path(edition, stranger, rest), data={**typed(), "deed": "cancel"})
    assert answer.status_code == 404
    assert (await site.registered(other, stranger.id)).status == "confirmed"


async def test_reception_corrects_and_the_badge_is_to_be_printed_again(
    site, edition, reception, person
):
    printed = await reception.get(path(edition, person, "/badge.pdf"))
    assert printed.headers["content-type"] == "application/pdf"
    assert len(pikepdf.open(io.BytesIO(printed.content)).pages) == 1
    assert await site.value("select printed_at from ticket where registration_id = $1", person.id)
    answer = await reception.post(path(edition, person, "/correct"), data=typed(given_name="Zoë"))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        path(edition, person, "?told=corrected"),
    )
    row = await site.rows(
        "select r.given_name, r.revision, t.printed_at from registration r join ticket t"
        " on t.registration_id = r.id where r.id = $1",
        person.id,
    )
    assert row == [("Zoë", 2, None)]
    shown = await reception.get(answer.headers["location"])
    assert "La correction est enregistrée." in shown.text
    assert "Modifiée\u00a0: Prénom" in shown.text


async def test_every_mistake_is_told_and_what_was_typed_stays(site, edition, reception, person):
    answer = await reception.post(
        path(edition, person, "/correct"),
        data=typed(given_name="", email="no", organisation="Lyon & <Fils"),
    )
    assert answer.status_code == 422
    assert 'id="given_name-error"' in answer.text
    assert 'id="email-error"' in answer.text
    assert 'value="Lyon &amp; &lt;Fils"' in answer.text
    assert 'value="no"' in answer.text


async def test_an_address_is_not_taken_away_nor_shared(site, edition, reception, person):
    await site.register(edition, email="ada@ville.example")
    for email in ("", "ADA@ville.example"):
        answer = await reception.post(path(edition, person, "/correct"), data=typed(email=email))
        assert answer.status_code == 422
        assert 'id="email-error"' in answer.text


async def test_who_comes_second_sees_what_the_first_changed(site, edition, reception, person):
    await reception.post(path(edition, person, "/correct"), data=typed(organisation="Lille"))
    answer = await reception.post(path(edition, person, "/correct"), data=typed(given_name="Zoë"))
    assert answer.status_code == 412
    assert "Quelqu’un a modifié cette inscription entre-temps" in answer.text
    assert "<li>Prénom\u00a0: Zoé</li><li>Organisme\u00a0: Lille</li>" in answer.text
    assert 'value="Zoë"' in answer.text
    assert 'name="revision" value="2"' in answer.text
    assert await site.value("select given_name from registration where id = $1", person.id) == "Zoé"
    again = await reception.post(
        path(edition, person, "/correct"), data=typed(given_name="Zoë", revision="2")
    )
    assert again.status_code == 303


async def test_reception_decides_nothing(edition, reception, person):
    answer = await reception.post(path(edition, person, "/decide"), data={"deed": "cancel"})
    assert answer.status_code == 403
    page = await reception.get(path(edition, person))
    assert 'id="decide"' not in page.text


@pytest.mark.parametrize(
    ("given", "status", "now"),
    [
        ({"deed": "cancel", "reason": "Doublon"}, 303, ("cancelled", "elected")),
        ({"deed": "move", "category": "press"}, 303, ("confirmed", "press")),
        ({"deed": "move", "category": "nonsense"}, 409, ("confirmed", "elected")),
        ({"deed": "move"}, 422, ("confirmed", "elected")),
        ({"deed": "refuse"}, 409, ("confirmed", "elected")),
        ({"deed": "nonsense"}, 422, ("confirmed", "elected")),
        ({}, 422, ("confirmed", "elected")),
        ({"deed": "cancel", "revision": "7"}, 412, ("confirmed", "elected")),
        ({"deed": "cancel", "revision": "9" * 5000}, 412, ("confirmed", "elected")),
    ],
)
async def test_an_organiser_decides(site, edition, team, person, given, status, now):
    answer = await team.post(path(edition, person, "/decide"), data={"revision": "1", **given})
    assert answer.status_code == status
    sql = "select status::text, category from registration where id = $1"
    assert await site.rows(sql, person.id) == [now]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"deed": "cancel"}, {"deed": "move", "category": "press"}),
        ({"deed": "move", "category": "agent"}, {"deed": "move", "category": "press"}),
        ({"deed": "cancel"}, {"deed": "cancel"}),
    ],
)
async def test_of_two_deeds_at_once_on_what_both_saw_one_is_done(
    site, edition, team, person, one, other
):
    decide = path(edition, person, "/decide")
    answers = await site.at_once(
        edition,
        *(team.post(decide, data={"revision": "1", **deed}) for deed in (one, other)),
    )
    assert sorted(answer.status_code for answer in answers) == [303, 412]
    late = next(answer for answer in answers if answer.status_code == 412)
    assert "Quelqu’un a modifié cette inscription entre-temps" in late.text
    assert "Rien de votre demande n’a été fait" in late.text
    assert await site.value("select revision from registration where id = $1", person.id) == 2
    deeds = "select count(*) from audit where subject_id = $1 and action <> 'registered'"
    assert await site.value(deeds, person.id) == 1


async def test_a_correction_and_a_deed_at_once_do_not_both_happen(site, edition, team, person):
    answers = await site.at_once(
        edition,
        team.post(path(edition, person, "/correct"), data=typed(given_name="Zoë")),
        team.post(path(edition, person, "/decide"), data={"deed": "cancel", "revision": "1"}),
    )
    assert sorted(answer.status_code for answer in answers) == [303, 412]
    assert await site.value("select revision from registration where id = $1", person.id) == 2


async def test_who_comes_second_reads_who_did_what_meanwhile(site, edition, team, person):
    move = {"deed": "move", "category": "press", "revision": "1"}
    assert (await team.post(path(edition, person, "/decide"), data=move)).status_code == 303
    await team.post(path(edition, person, "/link"))
    english = await team.post(
        path(edition, person, "/decide"),
        data={"deed": "cancel", "revision": "1"},
        headers={"accept-language": "en"},
    )
    note = english.text.split('id="meanwhile">')[1].split("</div>")[0]
    assert "Nothing of yours was done: look at it, then decide again." in note
    (told,) = re.findall(r"<li>(.*?)<p>(.*?)</p></li>", note)
    assert told[0] == "Changed: Category"
    assert told[1].startswith("01/03/2027, 13:00, ")
    assert "@example.org" in told[1]


async def test_the_link_is_sent_again_but_not_twice_within_five_minutes(
    site, edition, reception, person
):
    link = path(edition, person, "/link")
    early = await reception.post(link)
    assert early.headers["location"].endswith("?told=quiet")
    site.clock.forward(minutes=5)
    sent, again = await reception.post(link), await reception.post(link)
    assert sent.headers["location"].endswith("?told=link")
    assert again.headers["location"].endswith("?told=quiet")
    assert [kind for kind, _ in await site.letters(edition)] == ["confirmed", "link"]


async def test_a_badge_of_who_is_not_confirmed_is_not_drawn(site, edition, team, person):
    await site.cancel(edition, person)
    answer = await team.get(path(edition, person, "/badge.pdf"))
    assert (answer.status_code, answer.json()["code"]) == (404, "reference_unknown")


async def test_what_a_person_agreed_to_is_shown_from_its_beginning_to_its_end(
    site, edition, team, person
):
    await reword(site, edition)
    site.clock.forward(hours=1)
    await site.agree(edition, person, 2)
    site.clock.forward(hours=1)
    await site.withdraw(edition, person)
    site.clock.forward(hours=1)
    await site.agree(edition, person, 2)
    english = await team.get(path(edition, person), headers={"accept-language": "en"})
    section = english.text.split("<h2>Agreed to</h2>")[1].split("</section>")[0]
    first, second, third = re.findall(r"<li>(.*?)<p>Version (.*?)</p>", section)
    assert first == (
        "Photos",
        "1 of the text, 01/03/2027, 13:00 · replaced by the next text: 01/03/2027, 14:00",
    )
    assert second == (
        "Photos et films",
        "2 of the text, 01/03/2027, 14:00 · withdrawn: 01/03/2027, 15:00",
    )
    assert third == ("Photos et films", "2 of the text, 01/03/2027, 16:00 · in force")
    history = english.text.split("<h2>History</h2>")[1].split("</section>")[0]
    assert re.findall(r"<li>(.*?)<p>(.*?)</p>", history) == [
        ("Consent given: photos", "01/03/2027, 16:00, the person"),
        ("Consent withdrawn: photos", "01/03/2027, 15:00, the person"),
        ("Consent given: photos", "01/03/2027, 14:00, the person"),
        ("Registered", "01/03/2027, 13:00, the person"),
    ]


async def reword(site, edition):
    async with site.pool.acquire() as db:
        await forming.reword_consent(
            db, edition.id, "photos", {"fr": "Photos et films"}, at=site.clock.at
        )


async def test_a_name_with_signs_that_no_font_has_is_taken_and_listed_until_it_is_mended(
    site, edition, reception
):
    good = await site.register(edition, given_name="小龙", family_name="李", organisation="بلدية")
    bad = await site.register(edition, given_name="Ada 🌲", family_name="𓀀", organisation="🌲")
    table = f"/organiser/{edition.slug}/registrations?printed=check"
    listed = (await reception.get(table)).text
    assert f"registrations/{bad.reference}" in listed
    assert f"registrations/{good.reference}" not in listed
    overview = await reception.get(f"/organiser/{edition.slug}")
    assert "1 badge à vérifier" in overview.text
    shown = await reception.get(path(edition, bad))
    assert "Ces caractères ne peuvent pas être imprimés\u00a0: 🌲 𓀀" in shown.text
    assert "Badge à vérifier" not in (await reception.get(path(edition, good))).text
    answer = await reception.post(path(edition, bad, "/correct"), data=typed(given_name="Ada"))
    assert answer.status_code == 303
    assert f"registrations/{bad.reference}" not in (await reception.get(table)).text
    assert "à vérifier\u00a0:" not in (await reception.get(f"/organiser/{edition.slug}")).text
