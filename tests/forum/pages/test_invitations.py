"""The organisers' page of invitations."""

import re
from datetime import timedelta

import pytest

from forum.core.context import Role
from tests.factories import SAME_ORIGIN

GUESTS = "Ada; Ferrand; ada@example.org\nZoé; Lefèvre; zoe@example.org"


@pytest.fixture
async def team(site, edition):
    return await site.signed_in(edition, Role.ORGANISER)


@pytest.fixture
def send(client, edition, team):
    async def send(path="", **given):
        address = f"/organiser/{edition.slug}/invitations{path}"
        return await client.post(address, data=given, headers={**team, **SAME_ORIGIN})

    return send


async def codes(site, edition):
    rows = "select code, category, uses, reserves from invitation where edition_id = $1 order by id"
    return await site.rows(rows, edition.id)


async def test_a_code_is_made_and_its_link_fills_the_form_in(site, client, edition, team, send):
    answer = await send(code="maires 2027", category="elected", uses="30", reserves="true")
    assert answer.status_code == 303
    assert await codes(site, edition) == [("MAIRES-2027", "elected", 30, True)]
    page = await client.get(answer.headers["location"], headers=team)
    assert "Une invitation a été créée." in page.text
    link = re.search(r'href="(http[^"]+code=MAIRES-2027)"', page.text)[1]
    form = await client.get(link)
    assert 'value="MAIRES-2027"' in form.text


async def test_each_guest_of_a_list_is_written_to(site, edition, send):
    answer = await send(people=GUESTS, category="press", bypass_approval="true")
    assert answer.headers["location"].endswith("?made=2")
    assert [row[1:] for row in await codes(site, edition)] == [("press", 1, False)] * 2
    assert await site.letters(edition) == [
        ("invitation", "ada@example.org"),
        ("invitation", "zoe@example.org"),
    ]


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({"code": "é!"}, "code"),
        ({"uses": "0"}, "uses"),
        ({"until": "2020-01-01"}, "until"),
        ({"category": "king"}, "category"),
        ({"reserves": "true"}, "category"),
        ({"language": "de"}, "language"),
        ({"people": "Ada; Ferrand; ada@"}, "people"),
        ({"people": GUESTS, "code": "ONE"}, "code"),
        ({"people": GUESTS, "category": "king"}, "category"),
        ({"people": GUESTS, "until": "2020-01-01"}, "until"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field(site, edition, send, given, at_fault):
    answer = await send(**given)
    assert (answer.status_code, f'id="{at_fault}-error"' in answer.text) == (422, True)
    assert await codes(site, edition) == []


async def test_a_code_there_is_and_places_there_are_not(site, edition, send):
    await send(code="ONE")
    assert 'id="code-error"' in (await send(code="one")).text
    await site.value("update category set places = 2 where edition_id = $1", edition.id)
    answer = await send(category="press", uses="3", reserves="true")
    assert 'id="reserves-error"' in answer.text
    assert len(await codes(site, edition)) == 1


async def test_the_last_day_is_included(site, edition, send):
    await send(code="ONE", until="2027-03-02")
    end = await site.value("select expires_at from invitation where edition_id = $1", edition.id)
    assert end.astimezone(edition.zone).isoformat() == "2027-03-03T00:00:00+01:00"


async def test_what_is_ended_gives_its_places_away(site, client, edition, team, send):
    await site.value("update edition set places = 1 where id = $1", edition.id)
    made = await site.invite(edition, category="press", reserves=True)
    waits = await site.register(edition)
    assert waits.status == "waiting"
    answer = await send(f"/{made.id}/revocation")
    assert answer.status_code == 303
    assert (await site.registered(edition, waits.id)).status == "confirmed"
    page = await client.get(answer.headers["location"], headers=team)
    assert f"{made.id}/revocation" not in page.text


async def test_many_are_shown_forty_at_a_time(site, client, edition, team):
    for n in range(45):
        await site.invite(edition, code=f"CODE-{n:02}")
        site.clock.forward(seconds=1)
    first = await client.get(f"/organiser/{edition.slug}/invitations", headers=team)
    after = re.search(r'href="([^"]+\?after=[^"]+)"', first.text)[1]
    second = await client.get(after, headers=team)
    seen = [re.findall(r">(CODE-\d\d)</a>", page.text) for page in (first, second)]
    assert [len(one) for one in seen] == [40, 5]
    assert seen[0] + seen[1] == [f"CODE-{n:02}" for n in reversed(range(45))]
    assert "?after=" not in second.text


async def test_an_old_code_is_said_to_have_ended(site, client, edition, team):
    await site.invite(edition, code="OLD", expires_at=site.clock.at + timedelta(hours=1))
    site.clock.forward(hours=1)
    page = await client.get(f"/organiser/{edition.slug}/invitations", headers=team)
    assert "terminé" in page.text
