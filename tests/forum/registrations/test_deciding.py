"""Approved or refused by organisers."""

import pytest

from badges import tickets
from forum.editions.models import NewCategory
from forum.registrations import deciding, service
from forum.registrations.models import ChangedMeanwhile, NotPossible, Status

TEAM = {"actor": "organiser:test"}


@pytest.fixture
async def asked(site):
    """An edition of one place where partners are approved, or come by a code."""
    partner = NewCategory(code="partner", name={"fr": "Partenaire"}, approval=True)
    return await site.edition(places=1, categories=[partner])


async def partner(site, edition, **given):
    return await site.register(edition, category="partner", **given)


async def test_who_is_to_be_approved_holds_no_place_and_no_ticket(site, asked):
    person = await partner(site, asked, email="a@example.org")
    assert (person.status, person.token) == ("pending", None)
    assert await site.counts(asked) == ((0, 0), {})
    assert await site.letters(asked) == [("received", "a@example.org")]


async def test_the_first_approved_has_the_place_and_the_next_a_turn(site, asked):
    first, second = [await partner(site, asked, email=f"{n}@example.org") for n in "ab"]
    site.clock.forward(minutes=1)
    assert (await site.do(deciding.approve, asked, second.id, **TEAM)).status is Status.CONFIRMED
    site.clock.forward(minutes=1)
    assert (await site.do(deciding.approve, asked, first.id, **TEAM)).status is Status.WAITING
    assert (await site.registered(asked, second.id)).token is not None
    assert await site.counts(asked) == ((1, 0), {"partner": (1, 0)})
    assert (await site.letters(asked))[2:] == [
        ("approved", "b@example.org"),
        ("waiting", "a@example.org"),
    ]


async def test_approving_again_changes_nothing(site, asked):
    person = await partner(site, asked)
    for _ in range(2):
        await site.do(deciding.approve, asked, person.id, **TEAM)
    assert await site.counts(asked) == ((1, 0), {"partner": (1, 0)})
    assert [kind for kind, _ in await site.letters(asked)] == ["received", "approved"]


async def test_an_organiser_may_let_in_beyond_the_limits(site, asked):
    people = [await partner(site, asked) for _ in range(3)]
    for person in people[:2]:
        await site.do(deciding.approve, asked, person.id, **TEAM)
    for person in people[1:]:
        got = await site.do(deciding.approve, asked, person.id, beyond=True, **TEAM)
        assert (got.status, got.counted) == (Status.CONFIRMED, False)
    assert await site.counts(asked) == ((1, 0), {"partner": (1, 0)})


async def test_a_refusal_says_why_and_frees_the_address(site, asked):
    person = await partner(site, asked, email="a@example.org")
    for _ in range(2):
        got = await site.do(
            deciding.refuse, asked, person.id, reason="Ni stand ni atelier.", **TEAM
        )
        assert got.status is Status.REFUSED
    assert [kind for kind, _ in await site.letters(asked)] == ["received", "refused"]
    [(reason,)] = await site.rows(
        "select data->>'reason' from outbox where edition_id = $1 and kind = 'refused'", asked.id
    )
    assert reason == "Ni stand ni atelier."
    again = await partner(site, asked, email="a@example.org")
    assert (again.id != person.id, again.status) == (True, "pending")


async def test_what_is_decided_stays_decided(site, asked):
    refused, confirmed = [await partner(site, asked) for _ in range(2)]
    await site.do(deciding.refuse, asked, refused.id, **TEAM)
    await site.do(deciding.approve, asked, confirmed.id, **TEAM)
    with pytest.raises(NotPossible):
        await site.do(deciding.approve, asked, refused.id, **TEAM)
    with pytest.raises(NotPossible):
        await site.do(deciding.refuse, asked, confirmed.id, **TEAM)


async def test_who_is_pending_may_cancel(site, asked):
    person = await partner(site, asked)
    await site.cancel(asked, person)
    assert (await site.registered(asked, person.id)).status == "cancelled"
    assert await site.counts(asked) == ((0, 0), {})
    async with site.pool.acquire() as db:
        assert await tickets.find(db, asked.id, person.id) is None


async def test_a_code_spares_the_approval(site, asked):
    await site.invite(asked, code="P", category="partner", bypass_approval=True)
    assert (await partner(site, asked, invitation="P")).status == "confirmed"


async def test_a_code_given_later_spares_it_too(site, asked):
    person = await partner(site, asked, email="a@example.org")
    await site.invite(asked, code="P", category="partner", bypass_approval=True)
    again = await partner(site, asked, email="a@example.org", invitation="P")
    assert (again.id, again.status) == (person.id, "confirmed")
    assert await site.counts(asked) == ((1, 0), {"partner": (1, 0)})


async def test_each_deed_is_in_the_history(site, asked):
    person = await partner(site, asked)
    site.clock.forward(seconds=1)
    await site.do(deciding.approve, asked, person.id, **TEAM)
    deeds = "select actor, action from audit where subject_id = $1 order by at"
    assert await site.rows(deeds, person.id) == [
        ("attendee", "registered"),
        ("organiser:test", "approved"),
    ]


@pytest.mark.parametrize("verb", [deciding.approve, deciding.refuse, service.cancel])
async def test_a_decision_on_what_has_changed_since_it_was_seen_is_not_taken(site, asked, verb):
    person = await partner(site, asked)
    for revision in (0, 2):
        with pytest.raises(ChangedMeanwhile):
            await site.do(verb, asked, person.id, revision=revision, **TEAM)
    assert (await site.registered(asked, person.id)).status == "pending"
    after = await site.do(verb, asked, person.id, revision=1, **TEAM)
    assert after.revision == 2
