"""Corrected, moved into another category, passed on to a colleague."""

import asyncio
from datetime import timedelta

import pytest

from badges import tickets
from forum.core.errors import Invalid
from forum.editions.models import NewCategory
from forum.registrations import changing
from forum.registrations.models import (
    CategoryFull,
    Change,
    ChangedMeanwhile,
    ChangesClosed,
    NotPossible,
    RegistrationNotFound,
    Status,
    Successor,
    TransferRefused,
)
from tests.factories import FIRST_DAY, NOON

TEAM = {"actor": "organiser:test", "by_staff": True}
COLLEAGUE = Successor(given_name="Ada", family_name="Ferrand", email="ada@example.org")


async def ticket(site, edition, person):
    async with site.pool.acquire() as db:
        return await tickets.find(db, edition.id, person.id)


async def printed(site, person):
    return await site.value(
        "select printed_at is not null from ticket where registration_id = $1", person.id
    )


async def mark_printed(site, person):
    await site.value(
        "update ticket set printed_at = $2 where registration_id = $1", person.id, NOON
    )


@pytest.fixture
async def rooms(site):
    """An edition of three places: two for agents, one for the press, partners by approval."""
    return await site.edition(
        places=3,
        changes_until=NOON + timedelta(days=10),
        asks_days=True,
        categories=[
            NewCategory(code="agent", name={"fr": "Agent"}, places=2, self_change=True),
            NewCategory(code="press", name={"fr": "Presse"}, places=1, self_change=True),
            NewCategory(code="partner", name={"fr": "Partenaire"}, approval=True, self_change=True),
            NewCategory(code="elected", name={"fr": "Élu"}),
        ],
    )


async def test_a_corrected_name_is_found_sorted_and_printed_anew(site, rooms):
    person = await site.register(rooms, category="agent", email="zoe@example.org")
    await mark_printed(site, person)
    before = await ticket(site, rooms, person)
    wanted = Change(family_name="Œuvrard", organisation="Ville de Foix")
    after = await site.do(changing.change, rooms, person.id, wanted)
    assert (after.family_name, after.organisation, after.revision) == (
        "Œuvrard",
        "Ville de Foix",
        2,
    )
    keys = "select sort_key, search_key from registration where id = $1"
    words = person.reference.lower().replace("-", " ")
    assert await site.rows(keys, person.id) == [
        ("oeuvrard\tzoe", f"zoe oeuvrard ville de foix zoe@example.org {words}")
    ]
    assert await printed(site, person) is False
    assert await ticket(site, rooms, person) == before  # the badge in the pocket still opens
    assert (await site.letters(rooms))[-1] == ("changed", "zoe@example.org")
    deeds = "select detail->'fields' from audit where subject_id = $1 and action = 'changed'"
    assert await site.rows(deeds, person.id) == [(["family_name", "organisation"],)]


async def test_what_is_the_same_changes_nothing(site, rooms):
    person = await site.register(rooms, category="agent", given_name="Zoé")
    after = await site.do(changing.change, rooms, person.id, Change(given_name="Zoé"))
    assert after.revision == 1
    assert len(await site.letters(rooms)) == 1


async def test_other_days_make_a_new_ticket_and_the_old_one_is_revoked(site, rooms):
    person = await site.register(rooms, category="agent")
    await mark_printed(site, person)
    await site.do(changing.change, rooms, person.id, Change(days=[FIRST_DAY]))
    got = await ticket(site, rooms, person)
    assert (got.days, got.revision, await printed(site, person)) == (1, 1, False)
    await site.do(changing.change, rooms, person.id, Change(days=[]))
    got = await ticket(site, rooms, person)
    assert (got.days, got.revision) == (3, 2)
    assert site.keyring.read(person.token).revision == 0


async def test_days_of_another_week_are_refused(site, rooms):
    person = await site.register(rooms, category="agent")
    with pytest.raises(Invalid) as caught:
        await site.do(
            changing.change, rooms, person.id, Change(days=[FIRST_DAY - timedelta(days=1)])
        )
    assert caught.value.fields == {"days": "Choose days of this forum."}


async def test_who_moves_frees_a_place_for_the_next_and_takes_another(site, rooms):
    people = [await site.register(rooms, category="agent") for _ in range(3)]
    assert people[2].status == "waiting"
    after = await site.do(changing.change, rooms, people[0].id, Change(category="press"))
    assert (after.category, after.status) == ("press", Status.CONFIRMED)
    assert (await site.registered(rooms, people[2].id)).status == "confirmed"
    assert await site.counts(rooms) == ((3, 0), {"agent": (2, 0), "press": (1, 0)})
    assert (await ticket(site, rooms, people[0])).category_number == 1


async def test_nobody_moves_where_there_is_no_room(site, rooms):
    agent, press = [await site.register(rooms, category=c) for c in ("agent", "press")]
    with pytest.raises(CategoryFull):
        await site.do(changing.change, rooms, agent.id, Change(category="press"))
    assert await site.counts(rooms) == ((2, 0), {"agent": (1, 0), "press": (1, 0)})
    got = await site.do(
        changing.change, rooms, agent.id, Change(category="press"), beyond=True, **TEAM
    )
    assert got.counted is False
    assert await site.counts(rooms) == ((1, 0), {"press": (1, 0)})
    await site.cancel(rooms, agent)
    assert await site.counts(rooms) == ((1, 0), {"press": (1, 0)})
    assert (await site.registered(rooms, press.id)).status == "confirmed"


@pytest.mark.parametrize("category", ["partner", "elected"])
async def test_an_attendee_moves_only_where_it_is_allowed(site, rooms, category):
    person = await site.register(rooms, category="agent")
    with pytest.raises(Invalid) as caught:
        await site.do(changing.change, rooms, person.id, Change(category=category))
    assert caught.value.fields.keys() == {"category"}
    after = await site.do(changing.change, rooms, person.id, Change(category=category), **TEAM)
    assert after.category == category


async def test_who_waits_moves_with_their_turn(site, rooms):
    people = [await site.register(rooms, category="agent") for _ in range(3)]
    await site.register(rooms, category="press")
    late = await site.register(rooms, category="press")
    after = await site.do(changing.change, rooms, people[2].id, Change(category="press"))
    assert (after.status, after.turn) == (Status.WAITING, 1)
    press = await site.rows(
        "select id from registration where edition_id = $1 and status = 'confirmed'"
        " and category = 'press'",
        rooms.id,
    )
    async with site.pool.acquire() as db:
        from forum.registrations import service  # noqa: PLC0415

        await service.cancel(db, rooms, press[0][0], at=site.clock.at, ids=site.ids)
    assert (await site.registered(rooms, people[2].id)).status == "confirmed"
    assert (await site.registered(rooms, late.id)).status == "waiting"


async def test_an_address_is_changed_by_the_team_alone(site, rooms):
    person, other = [await site.register(rooms, category="agent") for _ in range(2)]
    wanted = Change(email="new@example.org")
    with pytest.raises(Invalid) as caught:
        await site.do(changing.change, rooms, person.id, wanted)
    assert caught.value.fields.keys() == {"email"}
    await site.do(changing.change, rooms, person.id, wanted, **TEAM)
    with pytest.raises(Invalid) as caught:
        await site.do(changing.change, rooms, other.id, Change(email="NEW@example.org"), **TEAM)
    assert caught.value.fields == {"email": "Somebody is registered by this address."}


async def test_changes_close(site, rooms):
    person = await site.register(rooms, category="agent")
    site.clock.forward(days=10)
    wanted = Change(family_name="Roux")
    with pytest.raises(ChangesClosed):
        await site.do(changing.change, rooms, person.id, wanted)
    with pytest.raises(ChangesClosed):
        await site.do(changing.transfer, rooms, person.id, COLLEAGUE)
    assert (await site.do(changing.change, rooms, person.id, wanted, **TEAM)).revision == 2


async def test_of_two_who_change_at_once_the_second_is_told(site, rooms):
    person = await site.register(rooms, category="agent")

    async def rename(name):
        try:
            wanted = Change(family_name=name)
            await site.do(changing.change, rooms, person.id, wanted, revision=1, **TEAM)
        except ChangedMeanwhile:
            return "told"
        return "stored"

    assert sorted(await asyncio.gather(rename("Roux"), rename("Blanc"))) == ["stored", "told"]


async def test_what_is_over_is_not_changed(site, rooms):
    person = await site.register(rooms, category="agent")
    await site.cancel(rooms, person)
    with pytest.raises(NotPossible):
        await site.do(changing.change, rooms, person.id, Change(family_name="Roux"), **TEAM)
    with pytest.raises(NotPossible):
        await site.do(changing.transfer, rooms, person.id, COLLEAGUE)


async def test_nobody_changes_what_is_of_another_edition(site, rooms):
    person = await site.register(rooms, category="agent")
    other = await site.edition()
    with pytest.raises(RegistrationNotFound):
        await site.do(changing.change, other, person.id, Change(family_name="Roux"), **TEAM)
    with pytest.raises(RegistrationNotFound):
        await site.do(changing.transfer, other, person.id, COLLEAGUE)


# Passed on


async def test_a_place_that_is_passed_on_stays_one_place(site, rooms):
    people = [await site.register(rooms, category="agent", days=[FIRST_DAY]) for _ in range(3)]
    new = await site.do(changing.transfer, rooms, people[0].id, COLLEAGUE)
    assert (new.status, new.category, new.days) == (Status.CONFIRMED, "agent", 1)
    now = [(await site.registered(rooms, one.id)).status for one in people]
    assert now == ["cancelled", "confirmed", "waiting"]
    assert await site.counts(rooms) == ((2, 0), {"agent": (2, 0)})
    assert (await ticket(site, rooms, people[0])).revoked_at == site.clock.at
    assert (await ticket(site, rooms, new)).days == 1
    letters = await site.letters(rooms)
    assert ("confirmed", "ada@example.org") in letters
    assert [kind for kind, _ in letters].count("transferred") == 1


async def test_a_place_goes_to_nobody_who_has_one(site, rooms):
    person = await site.register(rooms, category="agent")
    await site.register(rooms, category="press", email="ADA@example.org")
    with pytest.raises(TransferRefused):
        await site.do(changing.transfer, rooms, person.id, COLLEAGUE)
    assert (await site.registered(rooms, person.id)).status == "confirmed"


async def test_a_turn_is_not_passed_on(site, rooms):
    people = [await site.register(rooms, category="press") for _ in range(2)]
    with pytest.raises(NotPossible):
        await site.do(changing.transfer, rooms, people[1].id, COLLEAGUE)


async def test_passed_on_twice_at_once_it_is_one_persons(site, rooms):
    person = await site.register(rooms, category="agent")

    async def give(address):
        to = Successor(given_name="Ada", family_name="Roux", email=address)
        try:
            return (await site.do(changing.transfer, rooms, person.id, to)).status
        except NotPossible:
            return None

    got = await asyncio.gather(*(give(f"a{n}@example.org") for n in range(8)))
    assert got.count(Status.CONFIRMED) == 1
    assert await site.counts(rooms) == ((1, 0), {"agent": (1, 0)})
