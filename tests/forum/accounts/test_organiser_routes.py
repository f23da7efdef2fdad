"""The page of the team: taking in, other roles, taking out, and what each sees at once."""

import re

import pytest

from forum.accounts.words import DEEDS
from forum.core.context import Role
from forum.core.rights import RIGHTS
from tests.factories import SAME_ORIGIN, Memory, numbers


@pytest.fixture
async def edition(lone_site):
    return await lone_site.edition()


@pytest.fixture
async def team(lone_site, edition):
    """A client of the only organiser."""
    async with lone_site.client() as client:
        headers = await lone_site.signed_in(edition, address="anne@example.org")
        client.headers.update({**headers, "accept": "text/html", "accept-language": "fr"})
        yield client


def page_of(edition):
    return f"/organiser/{edition.slug}/team"


async def send(client, path, **sent):
    return await client.post(path, data=sent, headers=SAME_ORIGIN)


async def colleague(lone_site, edition, *roles):
    """Return a colleague's headers, and the page by which their roles are changed."""
    address = f"colleague-{next(numbers)}@example.org"
    headers = await lone_site.signed_in(edition, *roles, address=address)
    account = await lone_site.value("select id from account where email_key = $1", address)
    return headers, f"{page_of(edition)}/{account}", address


async def test_the_page_shows_who_is_in_the_team(lone_site, edition, team):
    *_, address = await colleague(lone_site, edition, Role.RECEPTION, Role.DOOR)
    elsewhere = await lone_site.edition()
    *_, stranger = await colleague(lone_site, elsewhere, Role.ORGANISER)
    page = (await team.get(page_of(edition))).text
    row = re.search(rf"<tr><th scope=\"row\">{address}</th>(.*?)</tr>", page)[1]
    assert "Accueil, Portes" in row
    assert "lundi 1er mars 2027" in row
    assert stranger not in page
    assert "anne@example.org <span" in page


async def test_the_table_of_rights_is_shown_as_it_is_held(team, edition):
    page = (await team.get(page_of(edition), headers={"accept-language": "en"})).text
    shown = dict(re.findall(r'<tr><th scope="row">([^<@]+)</th>((?:<td>[^<]*</td>)+)</tr>', page))
    for deed, roles in RIGHTS.items():
        cells = re.findall(r"<td>([^<]*)</td>", shown[DEEDS[deed]])
        assert cells == ["yes" if role in roles else "–" for role in Role]


async def test_who_is_taken_in_gets_a_letter_and_no_page_shows_its_link(lone_site, edition, team):
    answer = await send(team, page_of(edition), email="New@example.org", roles=["reception"])
    assert answer.status_code == 303
    page = (await team.get(answer.headers["location"])).text
    assert "New@example.org est dans l’équipe" in page
    assert "/sign-in/" not in page
    post = Memory()
    assert await lone_site.worker(post).send_due() == 1
    (mail,) = post.mails
    assert (mail.kind, mail.recipient) == ("team", "New@example.org")
    assert "anne@example.org" in mail.text
    assert "Vos rôles\u00a0: Accueil." in mail.text
    link = re.search(r"(/organiser/sign-in/[\w-]{43})\b", mail.text)[1]
    assert link not in page
    async with lone_site.client() as client:
        pressed = await client.post(link, headers=SAME_ORIGIN)
        assert pressed.headers["location"] == f"/organiser/{edition.slug}"
        assert (await client.get(f"/organiser/{edition.slug}")).status_code == 200
        assert (await client.get(page_of(edition))).status_code == 403


async def test_every_mistake_is_told_at_once_and_what_was_typed_stays(team, edition):
    answer = await send(team, page_of(edition), email="new@")
    assert answer.status_code == 422
    assert "2 réponses sont à corriger" in answer.text
    assert 'value="new@"' in answer.text
    assert 'id="roles-error"' in answer.text
    answer = await send(team, page_of(edition), email="new@", roles=["door", "reception"])
    assert answer.text.count(" checked") == 2
    answer = await send(team, page_of(edition), email="new@example.org", roles=["speaker"])
    assert (answer.status_code, 'id="roles-error"' in answer.text) == (422, True)
    answer = await send(team, page_of(edition), email="Anne@example.org", roles=["door"])
    assert (answer.status_code, "déjà dans l’équipe" in answer.text) == (422, True)


async def test_fields_that_nobody_offers_change_nothing(lone_site, edition, team):
    other = await lone_site.edition()
    await send(
        team,
        page_of(edition),
        email="new@example.org",
        roles=["door"],
        edition_id=str(other.id),
        actor="x",
    )
    rows = await lone_site.rows(
        """select edition_id, role::text from membership m join account a on a.id = m.account_id
            where a.email_key = 'new@example.org'"""
    )
    assert rows == [(edition.id, "door")]


async def test_a_letter_to_a_known_organiser_elsewhere_is_theirs_alone(lone_site, edition, team):
    """Taking in somebody who organises another edition shows nobody a way into that one."""
    elsewhere = await lone_site.edition()
    *_, address = await colleague(lone_site, elsewhere, Role.ORGANISER)
    answer = await send(team, page_of(edition), email=address, roles=["door"])
    page = await team.get(answer.headers["location"])
    assert re.findall(r"[\w-]{43}", page.text) == []
    assert elsewhere.slug not in page.text
    assert (await team.get(page_of(elsewhere))).status_code == 403


async def test_other_roles_count_at_the_next_request(lone_site, edition, team):
    headers, path, _ = await colleague(lone_site, edition, Role.RECEPTION)
    async with lone_site.client() as client:
        assert (await client.get(page_of(edition), headers=headers)).status_code == 403
        answer = await send(team, path, roles=["organiser"], held=["reception"])
        assert answer.status_code == 303
        assert (await client.get(page_of(edition), headers=headers)).status_code == 200


async def test_roles_changed_meanwhile_are_shown_before_they_are_changed(lone_site, edition, team):
    _, path, _ = await colleague(lone_site, edition, Role.RECEPTION)
    assert 'name="held" value="reception"' in (await team.get(path)).text
    await send(team, path, roles=["door"], held=["reception"])
    answer = await send(team, path, roles=["organiser"], held=["reception"])
    assert answer.status_code == 412
    assert 'name="held" value="door"' in answer.text
    assert "entre-temps" in answer.text
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["door"]


async def test_a_removed_member_sees_nothing_at_the_next_request(lone_site, edition, team):
    headers, path, address = await colleague(lone_site, edition, Role.RECEPTION)
    async with lone_site.client() as client:
        client.headers.update(headers)
        assert (await client.get(f"/organiser/{edition.slug}")).status_code == 200
        answer = await send(team, f"{path}/remove")
        for seen in ("", "/team", "/badges.pdf"):
            got = await client.get(f"/organiser/{edition.slug}{seen}")
            assert got.status_code == 403
        assert (await client.get("/organiser/")).status_code == 403
        notice = (await team.get(answer.headers["location"])).text
        assert f"{address} n’est plus dans l’équipe" in notice
        undo = re.search(r'action="([^"]+/restore)"', notice)[1]
        assert (await send(team, undo)).status_code == 303
        assert (await client.get(f"/organiser/{edition.slug}")).status_code == 200


async def test_the_last_organiser_is_told_why_they_stay(lone_site, edition, team):
    page = (await team.get(page_of(edition))).text
    path = re.search(rf'href="({page_of(edition)}/[\w-]+)"', page)[1]
    for answer in (
        await send(team, f"{path}/remove"),
        await send(team, path, roles=["door"], held=["organiser"]),
    ):
        assert answer.status_code == 409
        assert "Une édition garde au moins une personne" in answer.text
    assert (await team.get(page_of(edition))).status_code == 200


async def test_who_leaves_goes_to_another_page(lone_site, edition, team):
    await colleague(lone_site, edition, Role.ORGANISER)
    account = await lone_site.value("select id from account where email_key = 'anne@example.org'")
    answer = await send(team, f"{page_of(edition)}/{account}/remove")
    assert (answer.status_code, answer.headers["location"]) == (303, "/organiser/")
    assert (await team.get(page_of(edition))).status_code == 403


async def test_no_notice_tells_an_address_from_elsewhere(lone_site, edition, team):
    elsewhere = await lone_site.edition()
    _, path, address = await colleague(lone_site, elsewhere, Role.DOOR)
    account = path.rpartition("/")[2]
    for done in ("added", "removed", "changed"):
        page = await team.get(page_of(edition), params={"done": done, "who": account})
        assert (page.status_code, address in page.text) == (200, False)
    nonsense = await team.get(page_of(edition), params={"done": "<b>", "who": "<script>"})
    assert "<script>" not in nonsense.text
    for wrong in (account, "none"):
        got = await team.get(f"{page_of(edition)}/{wrong}")
        assert (got.status_code, address in got.text) == (404, False)


async def test_the_menu_shows_the_team_to_who_manages_it(lone_site, edition, team):
    headers, *_ = await colleague(lone_site, edition, Role.RECEPTION)
    assert f'href="{page_of(edition)}"' in (await team.get(f"/organiser/{edition.slug}")).text
    async with lone_site.client() as client:
        page = await client.get(f"/organiser/{edition.slug}", headers=headers)
    assert f'href="{page_of(edition)}"' not in page.text
