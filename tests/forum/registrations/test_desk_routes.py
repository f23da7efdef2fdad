"""The reception desk: found or registered, never twice, with a badge."""

import re

import pytest

from forum.core.context import Role
from forum.editions.models import NewCategory
from forum.registrations.desk_routes import guessed
from tests.factories import SAME_ORIGIN


def staffed(*roles):
    @pytest.fixture
    async def client(site, edition):
        headers = {**SAME_ORIGIN, **await site.signed_in(edition, *roles)}
        async with site.client(headers=headers) as client:
            yield client

    return client


reception = staffed(Role.RECEPTION)
organiser = staffed(Role.ORGANISER)


@pytest.fixture
async def edition(site):
    """An edition of one place, closed to registration already."""
    return await site.edition(
        places=1, state="closed", categories=[NewCategory(code="agent", name={"fr": "Agent"})]
    )


def typed(**given):
    return {"given_name": "Zoé", "family_name": "Lefèvre", "category": "agent", **given}


@pytest.mark.parametrize(
    ("q", "family_name", "given_name", "email"),
    [
        ("lefèvre", "Lefèvre", "", ""),
        ("lefèvre zoé marie", "Lefèvre", "Zoé Marie", ""),
        ("Le zoé", "Le", "zoé", ""),
        ("zoe@x.example", "", "", "zoe@x.example"),
        ("", "", "", ""),
    ],
)
def test_a_search_fills_the_form(q, family_name, given_name, email):
    assert guessed(q) == {
        "family_name": family_name,
        "given_name": given_name,
        "email": email,
        "organisation": "",
    }


async def test_who_is_registered_is_found_with_a_badge_to_print(site, edition, reception):
    await site.value("update edition set state = 'open' where id = $1", edition.id)
    person = await site.register(edition, category="agent", family_name="Lefèvre")
    answer = await reception.get(f"/organiser/{edition.slug}/desk?q=lefevre")
    badge = f"registrations/{person.reference}/badge.pdf"
    assert re.search(rf'{badge}" target="_blank" rel="noopener" autofocus', answer.text)


async def test_whose_name_begins_so_comes_first(site, edition, reception):
    await site.value("update edition set state = 'open', places = 99 where id = $1", edition.id)
    for name, organisation in (("Abel", "Ville de Martin"), ("Martin", None), ("Martinez", None)):
        await site.register(edition, category="agent", family_name=name, organisation=organisation)
    answer = await reception.get(f"/organiser/{edition.slug}/desk?q=martin")
    assert re.findall(r"<li><span><a[^>]*>(\w+)", answer.text) == ["Martin", "Martinez", "Abel"]


async def test_a_walk_in_is_confirmed_at_once_whatever_the_dates(site, edition, reception):
    answer = await reception.post(f"/organiser/{edition.slug}/desk", data=typed())
    assert answer.status_code == 303
    [row] = await site.rows(
        "select reference, status::text, email, counted from registration where edition_id = $1",
        edition.id,
    )
    assert row[1:] == ("confirmed", "", True)
    location = f"/organiser/{edition.slug}/desk?done={row[0]}&category=agent"
    assert answer.headers["location"] == location
    page = await reception.get(location)
    assert f'{row[0]}/badge.pdf" target="_blank" rel="noopener" autofocus' in page.text
    assert await site.letters(edition) == []
    badge = await reception.get(f"/organiser/{edition.slug}/registrations/{row[0]}/badge.pdf")
    assert badge.content.startswith(b"%PDF")


async def test_who_gives_an_address_gets_the_ticket(site, edition, reception):
    await reception.post(f"/organiser/{edition.slug}/desk", data=typed(email="zoe@x.example"))
    assert await site.letters(edition) == [("confirmed", "zoe@x.example")]


async def test_every_mistake_is_told_and_what_was_typed_stays(edition, reception):
    data = {"given_name": "Zoé", "email": "no", "category": "king"}
    answer = await reception.post(f"/organiser/{edition.slug}/desk", data=data)
    assert answer.status_code == 422
    for name in ("family_name", "email", "category"):
        assert f'id="{name}-error"' in answer.text, name
    assert 'value="Zoé"' in answer.text


async def test_the_same_address_shows_the_registration(site, edition, reception):
    await site.value("update edition set places = 9 where id = $1", edition.id)
    data = typed(email="Zoe@x.example")
    await reception.post(f"/organiser/{edition.slug}/desk", data=data)
    again = await reception.post(
        f"/organiser/{edition.slug}/desk", data={**data, "another_person": "true"}
    )
    assert again.status_code == 409
    assert "Quelqu’un est inscrit avec cette adresse" in again.text
    assert "/badge.pdf" in again.text
    assert (
        await site.value("select count(*) from registration where edition_id = $1", edition.id) == 1
    )


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        ({}, {}, True),
        ({"organisation": "Ville d’Évry"}, {"organisation": "VILLE D'EVRY"}, True),
        ({"organisation": "Œuvre"}, {"organisation": "oeuvre"}, True),
        ({"organisation": "Lyon"}, {"organisation": "Lille"}, False),
        ({"organisation": "Lyon"}, {}, False),
        ({}, {"given_name": "ZOE", "family_name": "lefevre"}, True),
    ],
)
async def test_the_same_name_and_organisation_is_asked(
    site, edition, reception, first, second, asked
):
    await site.value("update edition set places = 9 where id = $1", edition.id)
    desk = f"/organiser/{edition.slug}/desk"
    await reception.post(desk, data=typed(**first))
    answer = await reception.post(desk, data=typed(**second))
    assert answer.status_code == (409 if asked else 303)
    if asked:
        assert 'name="another_person" value="true"' in answer.text
        sure = await reception.post(desk, data=typed(**second, another_person="true"))
        assert sure.status_code == 303


async def test_past_the_limits_only_an_organiser_lets_in(site, edition, reception, organiser):
    desk = f"/organiser/{edition.slug}/desk"
    await reception.post(desk, data=typed(family_name="Un"))
    full = await reception.post(desk, data=typed(family_name="Deux"))
    assert full.status_code == 409
    assert 'name="beyond"' not in full.text
    forbidden = await reception.post(desk, data=typed(family_name="Deux", beyond="true"))
    assert forbidden.status_code == 403
    asked = await organiser.post(desk, data=typed(family_name="Deux"))
    assert 'name="beyond"' in asked.text
    done = await organiser.post(desk, data=typed(family_name="Deux", beyond="true"))
    assert done.status_code == 303
    rows = await site.rows(
        "select family_name, counted from registration where edition_id = $1 order by 1", edition.id
    )
    assert rows == [("Deux", False), ("Un", True)]
    assert await site.counts(edition) == ((1, 0), {"agent": (1, 0)})


async def test_an_edition_that_is_over_for_good_takes_nobody(site, edition, reception):
    await site.value("update edition set state = 'archived' where id = $1", edition.id)
    answer = await reception.post(f"/organiser/{edition.slug}/desk", data=typed())
    assert (answer.status_code, answer.json()["code"]) == (409, "registration_closed")
