"""The organisers' page of speakers: sent, reminded, seen, saved as a table."""

import csv
from io import StringIO

import pytest
from msgspec.structs import replace

from forum.core.context import Role
from schedule.models import SpeakerState as State
from tests.factories import SAME_ORIGIN
from tests.forum.speakers.people import ADA, AGENT, BEN, House, draft, profile

HERE = "/organiser/{}/programme/speakers/invitations"
FRENCH = {"accept-language": "fr"}


@pytest.fixture
async def house(site):
    return await House.built(site)


async def asked(house, ending="", role=Role.ORGANISER):
    headers = await house.site.signed_in(house.edition, role)
    async with house.site.client(headers={**headers, **FRENCH}) as client:
        return await client.get(HERE.format(house.edition.slug) + ending)


async def sent(house, **data):
    headers = await house.site.signed_in(house.edition)
    async with house.site.client(headers={**headers, **FRENCH, **SAME_ORIGIN}) as client:
        done = await client.post(HERE.format(house.edition.slug), data=data)
        return (await client.get(done.headers["location"])).text


async def test_all_who_were_not_asked_are_invited_once(house):
    page = (await asked(house)).text
    assert "Inviter la personne qui ne l’a pas encore été" in page
    assert "Relancer" not in page
    assert "Un courriel est en route." in await sent(house, whom="proposed")
    assert "Aucun courriel n’est parti" in await sent(house, whom="proposed")
    assert (await house.ada()).state is State.INVITED


async def test_the_chosen_get_it_and_who_has_no_address_is_counted(house):
    said = await sent(house, whom="chosen", speaker=[str(ADA), str(BEN), "no id"])
    assert "Un courriel est en route. Une personne a été laissée de côté" in said
    assert "Cochez au moins un intervenant." in await sent(house, whom="chosen")


async def test_those_without_an_answer_are_reminded(house):
    await house.invite()
    house.site.clock.forward(hours=2)
    assert "Relancer la personne qui n’a pas répondu" in (await asked(house)).text
    assert "Un courriel est en route." in await sent(house, whom="unanswered")
    assert [kind for kind, _ in await house.site.letters(house.edition)] == [
        "speaker_invitation",
        "speaker_reminder",
    ]


async def test_the_page_says_who_answered_when_and_what_is_missing(house):
    await house.confirm()
    page = (await asked(house, "?only=confirmed")).text
    assert "réponse\u00a0: lundi 1er mars à 13\u00a0h" in page
    assert "biographie, photo" in page
    assert "Ben Ali" not in page
    assert "Ben Ali" in (await asked(house, "?q=ALI")).text
    [reference] = [
        row[0]
        for row in await house.site.rows(
            "select reference from registration where edition_id = $1", house.edition.id
        )
    ]
    assert f"/registrations/{reference}" in page
    assert reference not in (await asked(house, role=Role.PROGRAMME_EDITOR)).text


async def test_it_says_what_the_speaker_changed_when(house):
    assert "modifié par la personne" not in (await asked(house)).text
    await house.post_to("/profile", profile(job_title="Présidente"))
    assert "elle-même\u00a0: lundi 1er mars à 13\u00a0h" in (await asked(house)).text


async def test_it_says_that_a_category_is_missing_and_that_another_was_kept(site):
    house = await House.built(site, categories=[AGENT])
    assert "Aucune catégorie n’a le code «\u00a0speaker\u00a0»" in (await asked(house)).text
    await site.register(house.edition, category="agent", email="ada@example.org")
    await house.confirm()
    assert "catégorie\u00a0: Agent public" in (await asked(house)).text


async def test_the_table_is_whole_and_runs_no_formula(house):
    made = draft()
    evil = replace(made.speakers[0], name="=cmd|' /C calc'!A0", organisation="+33 1")
    await house.put(replace(made, speakers=[evil, made.speakers[1]]))
    await house.confirm()
    answer = await asked(house, ".csv")
    assert answer.headers["content-disposition"].startswith("attachment;")
    rows = [*csv.reader(StringIO(answer.content.decode("utf-8-sig")))]
    assert rows[0][:4] == ["Nom complet", "Organisme", "Fonction", "Courriel"]
    [ada] = [row for row in rows if "ada@example.org" in row]
    assert ada[0] == "'=cmd|' /C calc'!A0"
    assert ada[1] == "'+33 1"
    assert ada[4:9] == [
        "en",
        "Vient",
        "",
        "2027-03-01 13:00",
        "L’eau, intervention, mardi 23 mars, de 9\u00a0h à 9\u00a0h\u00a045",
    ]
    assert ada[11] == "Intervenant"
    assert len(rows) == 3
    taken = [one for one in await house.audited("organiser:") if one[0] == "speakers_exported"]
    assert taken == [("speakers_exported", {"count": 2})]
    editors = (await asked(house, ".csv", Role.PROGRAMME_EDITOR)).content.decode()
    assert ada[10] not in editors


async def test_many_speakers_take_several_pages(house):
    made = draft()
    many = [
        replace(
            made.speakers[0],
            id=ADA.__class__(int=100 + n),
            slug=f"s{n}",
            name=f"Nom {n:02}",
            sort_key=f"nom {n:02}",
        )
        for n in range(45)
    ]
    await house.put(replace(made, sessions=[], speakers=many, backstage_of_speakers={}))
    first = (await asked(house)).text
    assert "Nom 19" in first
    assert "Nom 20" not in first
    assert "Nom 44" in (await asked(house, "?page=3")).text
    assert "Nom 44" in (await asked(house, "?page=99")).text
