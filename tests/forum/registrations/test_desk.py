"""Walk-ins race for the last place and for one name: nobody comes in twice, and none too many."""

import asyncio
from collections import Counter

from badges import tickets
from forum.core.errors import Problem
from forum.editions.models import NewCategory
from forum.registrations import desk
from forum.registrations.desk import WalkIn


async def outcomes(site, edition, forms):
    """Send all at once, each on a connection of its own; count what became of them."""

    async def one(form):
        try:
            await site.do(desk.walk_in, edition, form, actor="organiser:test")
        except Problem as problem:
            return problem.code
        return "in"

    return Counter(await asyncio.gather(*(one(form) for form in forms)))


async def test_the_last_places_are_given_once(site):
    edition = await site.edition(
        places=3, categories=[NewCategory(code="agent", name={"fr": "Agent"})]
    )
    forms = [WalkIn(given_name="Zoé", family_name=f"N{n}", category="agent") for n in range(8)]
    assert await outcomes(site, edition, forms) == {"in": 3, "no_place_left": 5}
    assert await site.counts(edition) == ((3, 0), {"agent": (3, 0)})


async def test_one_person_at_two_desks_comes_in_once(site, edition):
    form = WalkIn(given_name="Zoé", family_name="Lefèvre", category="agent", organisation="Lyon")
    assert await outcomes(site, edition, [form] * 5) == {"in": 1, "namesakes": 4}
    forms = [
        WalkIn(given_name="A", family_name=f"B{n}", category="agent", email="a@x.example")
        for n in range(5)
    ]
    assert await outcomes(site, edition, forms) == {"in": 1, "registered_already": 4}


async def test_many_without_an_address_stand_side_by_side(site, edition):
    forms = [WalkIn(given_name="Zoé", family_name=f"N{n}", category="agent") for n in range(3)]
    assert await outcomes(site, edition, forms) == {"in": 3}
    assert await site.rows(
        "select distinct email, email_key from registration where edition_id = $1", edition.id
    ) == [("", "")]


async def test_who_is_let_in_has_a_ticket_and_is_in_the_audit(site, edition):
    form = WalkIn(given_name="Zoé", family_name="N", category="agent")
    made = await site.do(desk.walk_in, edition, form, actor="organiser:test")
    async with site.pool.acquire() as db:
        ticket = await tickets.find(db, edition.id, made.id)
    assert (ticket.days, ticket.revoked_at) == (0b11, None)
    assert await site.rows("select actor, action from audit where subject_id = $1", made.id) == [
        ("organiser:test", "registered at the desk")
    ]
