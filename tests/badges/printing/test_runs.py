"""Print runs: whose badges, in which order, what is counted, what is refused."""

import pytest
from msgspec import structs

from badges.layouts.shipped import UnknownLayout
from badges.printers import service as printers
from badges.printers.models import PrinterGiven, PrinterKind
from badges.printing import log, run_layouts, run_queries, runs
from badges.printing.run_models import Order, OtherSheet, RunState, Sorting, Wanted
from badges.printing.runs import NobodyToPrint, ReferenceUnknown
from forum.core.errors import Invalid
from tests.badges.printing.deeds import asked, corrected, found


@pytest.fixture
def collect(site, edition):
    """Collect badges."""

    async def collect(**given):
        async with site.pool.acquire() as db:
            return await runs.collect(db, edition, site.keyring, **given)

    return collect


@pytest.fixture
def chosen(site, edition):
    """Return the family names of those whose badges a filter wants, in order."""

    async def chosen(among=None, **wanted):
        async with site.pool.acquire() as db:
            them = await run_queries.choose(db, edition.id, Wanted(**wanted), among)
        names = dict(
            await site.rows(
                "select id, family_name from registration where edition_id = $1", edition.id
            )
        )
        return [names[one.registration_id] for one in them]

    return chosen


@pytest.fixture
def printed(site, edition, collect):
    """Print badges as a label printer does: drawn, then logged."""

    async def printed(**given):
        job = await collect(**given)
        badges = [structs.replace(one, layout="a6") for one in job.printed]
        async with site.pool.acquire() as db:
            await log.record(db, edition.id, badges, actor="desk", at=site.clock.at, ids=site.ids)

    return printed


async def test_badges_are_those_of_the_confirmed_sorted_for_handing_out(site, edition, collect):
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
    assert (job.run.title, job.run.dates, job.run.language) == (
        "Forum des communes",
        "23 et 24 mars 2027",
        "fr",
    )
    assert sorted(job.run.categories) == ["agent", "elected", "press"]


async def test_a_reference_that_nobody_has_is_named(site, edition, collect):
    people = [await site.register(edition) for _ in range(2)]
    await site.cancel(edition, people[1])
    assert [one.reference for one in (await collect(references=[people[0].reference])).badges] == [
        people[0].reference
    ]
    with pytest.raises(ReferenceUnknown) as refused:
        await collect(references=[people[1].reference, "AAAA-AAAA"])
    assert refused.value.fields == {
        "registrations": f"No confirmed registration is called {people[1].reference}, AAAA-AAAA:"
        " leave it out."
    }


async def test_each_filter_lets_through_exactly_its_own(site, edition, chosen):
    people = {
        name: await site.register(
            edition, family_name=name, category=category, organisation=organisation
        )
        for name, category, organisation in (
            ("Éloi", "press", "Ville d’Albi"),
            ("Arcy", "elected", "Ville de Zuydcoote"),
            ("Fabre", "agent", None),
            ("Œuvrard", "agent", "Ville d’Albi"),
            ("9ème", "elected", None),
            ("Ψαρός", "press", None),
        )
    }
    everybody = ["Ψαρός", "9ème", "Arcy", "Éloi", "Fabre", "Œuvrard"]
    assert await chosen() == everybody
    assert await chosen(sort=Sorting.CATEGORY) == [
        "9ème",
        "Arcy",
        "Fabre",
        "Œuvrard",
        "Ψαρός",
        "Éloi",
    ]
    assert await chosen(sort=Sorting.ORGANISATION) == [
        "Éloi",
        "Œuvrard",
        "Arcy",
        "Ψαρός",
        "9ème",
        "Fabre",
    ]
    assert await chosen(categories=["elected", "press"]) == ["Ψαρός", "9ème", "Arcy", "Éloi"]
    assert await chosen(first_letter="E", last_letter="F") == ["Éloi", "Fabre"]
    halves = [("A", "E"), ("F", "N"), ("O", "Z")]
    parts = [await chosen(first_letter=first, last_letter=last) for first, last in halves]
    whole = [name for some in parts for name in some]
    assert sorted(whole) == sorted(everybody)  # nobody is left out, nobody comes twice
    assert parts[2] == ["Œuvrard"]
    picked = [people[name].reference for name in ("Fabre", "Arcy")]
    assert await chosen(references=picked) == ["Arcy", "Fabre"]
    assert await chosen(references=picked, categories=["agent"]) == ["Fabre"]
    some = [people[name].id for name in ("Fabre", "Éloi")]
    assert await chosen(among=some) == ["Éloi", "Fabre"]
    assert await chosen(among=some, categories=["agent"]) == ["Fabre"]
    assert await chosen(among=[]) == []


async def test_what_was_printed_and_what_changed_since(site, edition, printed, chosen):
    people = [await site.register(edition, family_name=name) for name in ("Ada", "Bo", "Cy")]
    await printed(references=[one.reference for one in people[:2]])
    assert await chosen(only_unprinted=True) == ["Cy"]
    assert await chosen(only_changed=True) == []
    await corrected(site, edition, people[0], family_name="Adam")
    assert await chosen(only_unprinted=True) == ["Adam", "Cy"]
    assert await chosen(only_changed=True) == ["Adam"]
    async with site.pool.acquire() as db:
        first = await log.of_person(db, edition.id, people[0].id)
        second = await log.of_person(db, edition.id, people[1].id)
    assert [(one.layout, one.revision, one.current) for one in first] == [("a6", 0, False)]
    assert [(one.actor, one.current) for one in second] == [("desk", True)]
    assert len(await chosen()) == 3


async def test_what_is_logged_of_somebody_can_be_forgotten(site, edition, printed):
    person, other = await site.register(edition), await site.register(edition)
    await printed()
    async with site.pool.acquire() as db:
        await log.erase(db, edition.id, person.id, at=site.clock.at)
    left = await site.rows(
        "select registration_id from badge_print where edition_id = $1", edition.id
    )
    assert left == [(other.id,)]


async def test_badges_and_sheets_are_counted_before_anything_is_drawn(site, edition):
    for n in range(5):
        await site.register(edition, category="press" if n else "agent")
    async with site.pool.acquire() as db:
        layouts = await run_layouts.of_edition(db, edition)
        all_of_them = await runs.count(db, edition, Order(), layouts)
        press = Order(wanted=Wanted(categories=["press"]), sheet=OtherSheet.A3)
        some = await runs.count(db, edition, press, layouts)
        single = await runs.count(db, edition, Order(sheet=OtherSheet.SINGLE), layouts)
    assert (all_of_them.badges, all_of_them.sheets) == (5, 2)
    assert (some.badges, some.sheets) == (4, 1)
    assert (single.badges, single.sheets) == (5, 5)


async def test_a_run_that_is_asked_for_waits_with_all_whom_it_has(site, edition):
    people = [await site.register(edition) for _ in range(3)]
    run = await asked(site, edition, Order(layout="a6"))
    assert (run.state, run.done, run.total, run.file) == (RunState.WAITING, 0, 3, None)
    assert (run.wanted, run.layout, run.printer) == (Wanted(), "a6", None)
    assert (run.offset_x_mm, run.offset_y_mm) == (0, 0)
    kept = await site.value("select registrations from print_run where id = $1", run.id)
    assert set(kept) == {one.id for one in people}
    assert await site.rows("select action, detail from audit where subject_id = $1", run.id) == [
        ("badges asked for", {"badges": 3})
    ]


async def test_a_run_has_the_offsets_of_its_printer_as_they_were_then(site, edition):
    await site.register(edition)
    by = {"actor": "organiser:1", "at": site.clock.at, "ids": site.ids}
    office = PrinterGiven(name="Office", kind=PrinterKind.SHEETS, offset_x_mm=1.5, offset_y_mm=-0.5)
    async with site.pool.acquire() as db:
        printer = await printers.add(db, edition, office, **by)
        run = await asked(site, edition, Order(printer="Office"))
        assert (run.printer, run.offset_x_mm, run.offset_y_mm) == ("Office", 1.5, -0.5)
        await printers.remove(db, edition, printer, **by)
    assert await found(site, edition, run) == run
    with pytest.raises(Invalid) as refused:
        await asked(site, edition, Order(printer="Office"))
    assert refused.value.fields == {
        "printer": "No printer of sheets is called Office: it may have been removed."
        " Choose another one."
    }


async def test_a_filter_that_nobody_looked_up_prints_nothing(site, edition):
    person, _ = await site.register(edition), await site.register(edition)
    wanted = Wanted(filter="q=zoe", without_badge={"waiting": 2})
    with pytest.raises(AssertionError, match="looks up"):
        await asked(site, edition, Order(wanted=wanted))
    run = await asked(site, edition, Order(wanted=wanted, found=[person.id]))
    assert (run.total, run.wanted) == (1, wanted)


@pytest.mark.parametrize(
    ("order", "refused", "field"),
    [
        (Order(layout="nothing"), UnknownLayout, "layout"),
        (Order(wanted=Wanted(categories=["nobody"])), Invalid, "categories"),
        (Order(wanted=Wanted(references=["AAAA-AAAA"])), ReferenceUnknown, "registrations"),
        (Order(wanted=Wanted(categories=["press"])), NobodyToPrint, None),
    ],
)
async def test_what_there_is_not_is_named_and_nothing_is_stored(
    site, edition, order, refused, field
):
    await site.register(edition, category="agent")
    async with site.pool.acquire() as db:
        with pytest.raises(refused) as problem:
            await runs.ask(db, edition, order, actor="x", at=site.clock.at, ids=site.ids)
    assert [*problem.value.fields] == ([field] if field else [])
    assert not await site.value("select count(*) from print_run where edition_id = $1", edition.id)
