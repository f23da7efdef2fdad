"""The statements of the table go by their indexes, whatever they are asked."""

import re

import pytest

from forum.registrations.listing import Filter, parameters
from forum.registrations.listing_queries import ORDERS, list_references
from forum.registrations.models import Status

PEOPLE = """
    insert into registration (edition_id, id, reference, given_name, family_name, email, email_key,
                              organisation, category, language, status, turn, sort_key, search_key,
                              mailed_at, created_at, changed_at)
         select $1, gen_random_uuid(), 'R' || n, 'Zoé', 'Nom' || n, n || '@x.example',
                n || '@x.example', 'Ville ' || n % 100, 'agent', 'fr',
                case when n % 50 = 0 then 'waiting' else 'confirmed' end::registration_status,
                case when n % 50 = 0 then n end, 'nom' || n, 'zoe nom' || n, now(), now(), now()
           from generate_series(1, 5000) n
"""


@pytest.fixture(scope="module")
async def crowd(cluster, template, tmp_path_factory):
    """An edition of 5,000, and a connection that explains what it is asked."""
    from forum.core.db import open_pool  # noqa: PLC0415
    from tests.conftest import cloned, site_settings  # noqa: PLC0415
    from tests.factories import opened  # noqa: PLC0415

    settings = site_settings(tmp_path_factory.mktemp("crowd"))
    async with (
        cloned(cluster, template) as name,
        open_pool(cluster.dsn(name)) as pool,
        opened(pool, settings) as site,
    ):
        edition = await site.edition()
        await site.value(PEOPLE, edition.id)
        await site.value("analyze registration")
        async with pool.acquire() as db:
            yield db, edition


class Explaining:
    """A connection that returns the plan of what it is asked."""

    def __init__(self, db):
        self.db = db
        self.plan = ""

    async def fetchrow(self, sql, *arguments):
        rows = await self.db.fetch(f"explain {sql}", *arguments)
        self.plan = "\n".join(row[0] for row in rows)
        return await self.db.fetchrow(sql, *arguments)


async def plan(crowd, sort, descending, filter_):
    db, edition = crowd
    explaining = Explaining(db)
    await ORDERS[sort, descending](explaining, parameters(filter_, edition), None, 51)
    return explaining.plan


INDEXES = {
    "name": "registration_sort",
    "date": "registration_pkey",
    "organisation": "registration_by_organisation",
    "category": "registration_by_category",
    "status": "registration_by_status",
}


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
async def test_the_first_of_very_many_are_found_along_the_index_of_the_order(
    crowd, sort, descending
):
    told = await plan(crowd, sort, descending, Filter())
    backward = " Backward" if descending else ""
    scan = rf"Index (Only )?Scan{backward} using {INDEXES[sort]} on registration r"
    assert re.search(rf"col1 > 10000\)\s+-> +{scan}", told), told


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
async def test_few_are_found_by_their_words(crowd, sort, descending):
    told = await plan(crowd, sort, descending, Filter(q="nom4321"))
    assert "Bitmap Index Scan on registration_words" in found_of(told)


async def test_few_are_found_by_their_status(crowd):
    told = await plan(crowd, "name", False, Filter(status=(Status.PENDING,)))
    assert "registration_by_status" in found_of(told)


def found_of(told):
    """Return the part of a plan that collects what the filter lets through."""
    return told.partition("CTE found")[2].partition("CTE")[0]


async def test_those_found_are_named_in_order(crowd):
    db, edition = crowd
    got = await list_references(db, parameters(Filter(q="nom431"), edition), 5)
    assert got == ["R431", "R4310", "R4311", "R4312", "R4313"]
