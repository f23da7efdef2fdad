"""Filters of the table, as print runs take them."""

import pytest

from badges.printing.run_models import Order, Wanted
from forum.core.errors import Invalid
from forum.registrations import printing
from forum.registrations.listing import Filter
from forum.registrations.models import Status

WHOLE = Filter(
    q="zoé & co", status=(Status.CONFIRMED, Status.WAITING), category="press", printed=False
)
WRITTEN = "q=zo%C3%A9+%26+co&status=confirmed&status=waiting&category=press&printed=no"


def test_a_filter_is_written_as_the_table_reads_it(edition):
    assert printing.written(WHOLE) == WRITTEN
    assert printing.read(WRITTEN, edition) == WHOLE
    assert printing.read(f"?{WRITTEN}&sort=-date&column=email&after=x", edition) == WHOLE
    assert printing.address(WHOLE) == (
        "?filter=q%3Dzo%25C3%25A9%2B%2526%2Bco%26status%3Dconfirmed%26status%3Dwaiting"
        "%26category%3Dpress%26printed%3Dno"
    )
    assert printing.address(Filter()) == ""


def test_a_program_names_filters_as_the_search_does(edition):
    sent = {"q": "zoé & co", "status": "confirmed,waiting", "category": "press", "printed": "no"}
    assert printing.of_program(sent, edition) == WRITTEN
    assert printing.of_program({"printed": "check"}, edition) == "printed=check"
    with pytest.raises(Invalid) as refused:
        printing.of_program({"q": "zoé", "sort": "name"}, edition)
    assert refused.value.fields == {
        "filter": "The table has no filter “sort” of this value: print from the table."
    }


async def test_an_order_knows_whom_its_filter_lets_through(site, edition):
    people = [await site.register(edition, category="press") for _ in range(3)]
    await site.register(edition, category="agent")
    await site.cancel(edition, people[2])
    everybody = Order(wanted=Wanted(only_unprinted=True))
    async with site.pool.acquire() as db:
        assert await printing.settled(db, edition, everybody) is everybody
        asked = Order(wanted=Wanted(filter="category=press&sort=date"))
        order = await printing.settled(db, edition, asked)
        nothing = Order(wanted=Wanted(filter="sort=date"))
        assert await printing.settled(db, edition, nothing) == Order()
    assert order.wanted == Wanted(filter="category=press", without_badge={"cancelled": 1})
    assert {*order.found} == {one.id for one in people[:2]}
