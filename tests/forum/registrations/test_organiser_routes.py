"""The table of registrations: what it finds, how it is sorted, its pages, many at once."""

import re
from datetime import timedelta

import pytest

from forum.core.context import Role
from tests.factories import SAME_ORIGIN


@pytest.fixture
async def team(site, edition):
    """A client of an organiser of the edition."""
    async with site.client(headers=await site.signed_in(edition)) as client:
        yield client


def names(answer):
    """Return the names that the table shows, in order."""
    assert answer.status_code == 200, answer.text
    return re.findall(r'registrations/[0-9A-Z-]{9}">([^<]+)</a></th>', answer.text)


@pytest.fixture
def table(team, edition):
    """Ask for a page of the table."""

    async def ask(query=""):
        return await team.get(f"/organiser/{edition.slug}/registrations{query}")

    return ask


@pytest.fixture
async def people(site, edition):
    """Four people, registered an hour apart."""
    made = []
    for given in (
        {"given_name": "Zoé", "family_name": "Lefèvre", "organisation": "Ville de Saint-Étienne"},
        {"given_name": "Jean-Paul", "family_name": "Œuvrard", "organisation": "Œuvre d’Ambert"},
        {"given_name": "Ada", "family_name": "Le Fèvre", "category": "press"},
        {"given_name": "Luc", "family_name": "Martin", "organisation": "ADRETS", "category": "agent"},
    ):
        made.append(await site.register(edition, **given))
        site.clock.forward(hours=1)
    return made


ALL = ["Le Fèvre Ada", "Lefèvre Zoé", "Martin Luc", "Œuvrard Jean-Paul"]


async def test_everybody_is_shown_by_name(table, people):
    answer = await table()
    assert names(answer) == ALL
    assert "4 inscriptions" in answer.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lefevre", ["Lefèvre Zoé"]),
        ("LEFÈVRE", ["Lefèvre Zoé"]),
        ("lef", ["Lefèvre Zoé"]),
        ("zoe lef", ["Lefèvre Zoé"]),
        ("étienne  ZO", ["Lefèvre Zoé"]),
        ("saint-etienne", ["Lefèvre Zoé"]),
        ("fevre", ["Le Fèvre Ada"]),
        ("oeuvr", ["Œuvrard Jean-Paul"]),
        ("paul jean", ["Œuvrard Jean-Paul"]),
        ("efevre", []),
        ("luc lefevre", []),
        ("'; drop table registration; --", []),
        ("— !", ALL),
        ("a", ["Le Fèvre Ada", "Martin Luc", "Œuvrard Jean-Paul"]),
    ],
)
async def test_the_search_finds_words_in_any_order_without_accents(table, people, typed, found):
    assert names(await table(f"?q={typed}")) == found
