"""The people of a programme over HTTP: by letter, searched, and one by one."""

import re
import uuid

import pytest
from msgspec.structs import replace

from forum.core.text import slug, sort_key
from schedule.models import Participation, Speaker, SpeakerRole
from tests.factories import draft


def person(given, family, **more):
    return Speaker(
        id=uuid.uuid5(uuid.NAMESPACE_URL, given + family),
        slug=slug(f"{given} {family}"),
        name=f"{given} {family}",
        sort_key=sort_key(family, given),
        **more,
    )


def held_by(*people):
    """Return a draft whose first session is held by these people, its second by the first."""
    made = draft()
    first, second = made.sessions
    parts = [Participation(speaker_id=one.id) for one in people]
    moderated = [Participation(speaker_id=people[0].id, role=SpeakerRole.MODERATOR)]
    return replace(
        made,
        speakers=list(people),
        sessions=[replace(first, people=parts), replace(second, people=moderated)],
    )


@pytest.fixture
async def published(site, edition):
    """An edition with three people."""
    people = [
        person("Zoé", "Lefèvre", organisation="Ville d’Auch", biography={"fr": "Élue.\n\nMaire."}),
        person("Anne", "Élie"),
        person("Ada", "<Ferrand>", organisation="Métropole"),
    ]
    await site.programme(edition, held_by(*people))
    return edition


def names(html):
    return re.findall(r'speakers/([a-z0-9-]+)">', html)


async def test_people_stand_by_letter_in_the_order_of_their_names(client, published):
    page = (await client.get(f"/{published.slug}/speakers")).text
    assert names(page) == ["anne-elie", "ada-ferrand", "zoe-lefevre"]
    assert re.findall(r'<h2 id="letter-\d">(.)<', page) == ["E", "F", "L"]
    assert "&lt;Ferrand&gt;" in page


async def test_a_search_finds_by_name_and_organisation_without_accents(client, published):
    said = {}
    for q in ("LEFEVRE", "auch zoe", "metropole", "nobody"):
        page = (await client.get(f"/{published.slug}/speakers", params={"q": q})).text
        said[q] = names(page)
    assert said == {
        "LEFEVRE": ["zoe-lefevre"],
        "auch zoe": ["zoe-lefevre"],
        "metropole": ["ada-ferrand"],
        "nobody": [],
    }


async def test_a_person_is_shown_with_all_their_sessions_and_roles(client, published):
    page = (await client.get(f"/{published.slug}/speakers/zoe-lefevre")).text
    assert re.findall(r'data-session="([a-z-]+)"', page) == ["ouverture", "eau-et-communes"]
    assert re.findall(r"· (intervention|modération)", page) == ["intervention", "modération"]
    assert "<p>Élue.</p>\n<p>Maire.</p>" in page
    session = (await client.get(f"/{published.slug}/sessions/ouverture")).text
    assert f'href="/{published.slug}/speakers/zoe-lefevre"' in session


async def test_many_people_turn_letter_by_letter(site, client, edition):
    people = [person(f"P{n}", f"{letter}x{n}") for letter in "AB" for n in range(100)]
    await site.programme(edition, held_by(*people))
    address = f"/{edition.slug}/speakers"
    first = (await client.get(address)).text
    second = (await client.get(f"{address}?letter=b")).text
    searched = (await client.get(f"{address}?q=bx7")).text
    assert [len(names(page)) for page in (first, second, searched)] == [100, 100, 11]
    assert re.findall(r"letter=(.)\"( aria-current)?", second) == [
        ("A", ""),
        ("B", " aria-current"),
    ]
    strange = (await client.get(f"{address}?letter=%C3%A9")).text
    assert names(strange) == names(first)


async def test_nobody_is_found_where_nobody_is(client, published):
    answer = await client.get(f"/{published.slug}/speakers/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "speaker_not_found")


async def test_before_the_first_version_there_is_nothing(client, edition):
    for path in ("speakers", "speakers/ada"):
        answer = await client.get(f"/{edition.slug}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "programme_not_published")
