"""Print runs: whose badges, in which order, what is remembered."""

import pytest

from badges.printing import runs
from badges.printing.runs import ReferenceUnknown


@pytest.fixture
def collect(site, edition):
    """Collect a run."""

    async def collect(**given):
        async with site.pool.acquire() as db:
            return await runs.collect(db, edition, site.keyring, **given)

    return collect


async def test_a_run_has_the_confirmed_sorted_for_handing_out(site, edition, collect):
    names = [("Zoé", "Éloi"), ("Ada", "d’Arcy"), ("Ada", "Éloi"), ("Bo", "De La Tour")]
    people = [await site.register(edition, given_name=g, family_name=f) for g, f in names]
    gone = await site.register(edition)
    await site.cancel(edition, gone)
    job = await collect()
    assert [f"{one.given_name} {one.family_name}" for one in job.badges] == [
        "Ada d’Arcy",
        "Bo De La Tour",
        "Ada Éloi",
        "Zoé Éloi",
    ]
    assert {one.token for one in job.badges} == {one.token for one in people}


async def test_a_run_says_what_the_edition_is(site, edition, collect):
    await site.register(edition)
    run = (await collect()).run
    assert (run.title, run.dates, run.language) == (
        "Forum des communes",
        "23 et 24 mars 2027",
        "fr",
    )
    assert sorted(run.categories) == ["agent", "elected", "press"]


async def test_those_named_are_printed_alone(site, edition, collect):
    people = [await site.register(edition) for _ in range(3)]
    job = await collect(references=[people[1].reference])
    assert [one.reference for one in job.badges] == [people[1].reference]


async def test_a_reference_that_nobody_has_is_named(site, edition, collect):
    person = await site.register(edition)
    await site.cancel(edition, person)
    with pytest.raises(
        ReferenceUnknown, match=f"AAAA-AAAA, {person.reference}|{person.reference}, "
    ):
        await collect(references=[person.reference, "AAAA-AAAA"])


async def test_what_was_printed_is_not_printed_again_unless_asked(site, edition, collect):
    first = await site.register(edition)
    async with site.pool.acquire() as db:
        await runs.mark(db, edition, await collect(), at=site.clock.at)
    second = await site.register(edition)
    fresh = await collect(only_unprinted=True)
    assert [one.reference for one in fresh.badges] == [second.reference]
    assert len((await collect()).badges) == 2
    assert first.reference in {one.reference for one in (await collect()).badges}


async def test_an_ampersand_stops_no_run(site, edition, collect):
    await site.register(edition, given_name="Dupont & <Fils", family_name="</para>")
    sheets = runs.draw(await collect())
    assert (sheets.pages, sheets.pdf[:5], sheets.problems) == (1, b"%PDF-", [])
