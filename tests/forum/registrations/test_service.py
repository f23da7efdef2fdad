"""Registering, waiting, cancelling, promoting: on a real database, alone and all at once."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges import tickets
from forum.core.errors import Invalid
from forum.editions.models import NewCategory
from forum.registrations import queries, service
from forum.registrations.models import RegistrationClosed, RegistrationNotFound, Status
from tests.factories import answers, form


async def standing(site, edition):
    """Return what became of whom."""
    return await site.rows(
        "select family_name, status::text, turn from registration where edition_id = $1",
        edition.id,
    )


async def taken(site, edition):
    """Return the places taken in all, and by category where there are any."""
    total = await site.value("select taken from edition where id = $1", edition.id)
    return total, {one.code: one.taken for one in await site.categories(edition) if one.taken}


async def letters(site, edition):
    return await site.rows(
        """select kind, recipient, version from outbox where edition_id = $1
            order by created_at, kind, recipient""",
        edition.id,
    )


@pytest.fixture
async def small(site):
    """An edition of two places."""
    return await site.edition(places=2)


async def test_a_registration_has_its_place_its_ticket_and_its_letter(site, edition):
    person = await site.register(
        edition, family_name="Ferrand", email="Ada@Example.org", organisation="Ville de Foix"
    )
    assert person.status == "confirmed"
    assert await taken(site, edition) == (1, {"elected": 1})
    assert site.keyring.read(person.token).edition == edition.id
    assert await letters(site, edition) == [("confirmed", "Ada@Example.org", 1)]
    words = person.reference.lower().replace("-", " ")
    row = await site.rows(
        "select email_key, sort_key, search_key, language from registration where edition_id = $1",
        edition.id,
    )
    assert row == [
        (
            "ada@example.org",
            "ferrand\tzoe",
            f"zoe ferrand ville de foix ada@example.org {words}",
            "fr",
        )
    ]


async def test_the_deed_is_remembered(site, edition):
    person = await site.register(edition)
    site.clock.forward(seconds=1)
    await site.cancel(edition, person)
    deeds = await site.rows(
        "select actor, action, subject_id from audit where edition_id = $1 order by at", edition.id
    )
    assert [deed[:2] for deed in deeds] == [("attendee", "registered"), ("attendee", "cancelled")]
    assert {deed[2] for deed in deeds} == {person.id}


async def test_a_full_edition_has_a_waiting_list(site, small):
    people = [await site.register(small) for _ in range(4)]
    assert [one.status for one in people] == ["confirmed", "confirmed", "waiting", "waiting"]
    turns = {name: turn for name, _, turn in await standing(site, small)}
    assert [turns[one.family_name] for one in people] == [None, None, 1, 2]
    assert [one.token is None for one in people] == [False, False, True, True]
    assert [kind for kind, _, _ in await letters(site, small)] == [
        "confirmed",
        "confirmed",
        "waiting",
        "waiting",
    ]


async def test_a_full_category_waits_while_others_have_places(site):
    edition = await site.edition(
        places=5,
        categories=[
            NewCategory(code="elected", name={"fr": "Élu"}, places=1),
            NewCategory(code="press", name={"fr": "Presse"}),
        ],
    )
    got = [await site.register(edition, category=c) for c in ("elected", "elected", "press")]
    assert [one.status for one in got] == ["confirmed", "waiting", "confirmed"]
    assert await taken(site, edition) == (2, {"elected": 1, "press": 1})


async def test_who_cancels_gives_the_place_to_the_first_who_waits(site, small):
    people = [await site.register(small) for _ in range(4)]
    await site.cancel(small, people[0])
    now = [await site.registered(small, one.id) for one in people]
    assert [one.status for one in now] == ["cancelled", "confirmed", "confirmed", "waiting"]
    assert await taken(site, small) == (2, {"elected": 2})
    kinds = [kind for kind, _, _ in await letters(site, small)]
    assert kinds == ["cancelled", "confirmed", "confirmed", "promoted", "waiting", "waiting"]


async def test_the_promoted_hold_a_ticket_and_the_cancelled_hold_none(site, small):
    people = [await site.register(small) for _ in range(3)]
    await site.cancel(small, people[0])
    async with site.pool.acquire() as db:
        gone = await tickets.find(db, small.id, people[0].id)
        new = await tickets.find(db, small.id, people[2].id)
    assert gone.revoked_at == site.clock.at
    assert new.revoked_at is None


async def test_who_cancels_while_waiting_frees_no_place(site, small):
    people = [await site.register(small) for _ in range(4)]
    await site.cancel(small, people[2])
    assert await taken(site, small) == (2, {"elected": 2})
    assert (await site.registered(small, people[3].id)).status == "waiting"


async def test_cancelling_twice_changes_nothing(site, small):
    people = [await site.register(small) for _ in range(4)]
    for _ in range(2):
        await site.cancel(small, people[0])
    now = [await site.registered(small, one.id) for one in people]
    assert [one.status for one in now] == ["cancelled", "confirmed", "confirmed", "waiting"]
    assert len(await letters(site, small)) == 6


async def test_cancelling_what_is_not_there_is_refused(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(RegistrationNotFound):
            await service.cancel(db, edition, uuid.uuid4(), at=site.clock.at, ids=site.ids)


async def test_nobody_cancels_in_another_edition(site, edition):
    person = await site.register(edition)
    other = await site.edition()
    async with site.pool.acquire() as db:
        with pytest.raises(RegistrationNotFound):
            await service.cancel(db, other, person.id, at=site.clock.at, ids=site.ids)


async def test_a_place_of_the_edition_goes_by_turn_whatever_the_category(site):
    edition = await site.edition(places=1)
    first = await site.register(edition, category="elected")
    press = await site.register(edition, category="press")
    elected = await site.register(edition, category="elected")
    await site.cancel(edition, first)
    assert (await site.registered(edition, press.id)).status == "confirmed"
    assert (await site.registered(edition, elected.id)).status == "waiting"


async def test_a_place_of_a_category_goes_to_the_first_who_may_have_it(site):
    edition = await site.edition(
        places=3,
        categories=[
            NewCategory(code="elected", name={"fr": "Élu"}, places=1),
            NewCategory(code="press", name={"fr": "Presse"}, places=1),
        ],
    )
    elected = await site.register(edition, category="elected")
    press = await site.register(edition, category="press")
    waits_elected = await site.register(edition, category="elected")
    waits_press = await site.register(edition, category="press")
    await site.cancel(edition, press)
    assert (await site.registered(edition, waits_elected.id)).status == "waiting"
    assert (await site.registered(edition, waits_press.id)).status == "confirmed"
    await site.cancel(edition, elected)
    assert (await site.registered(edition, waits_elected.id)).status == "confirmed"
    assert await taken(site, edition) == (2, {"elected": 1, "press": 1})


async def test_the_place_in_line_is_told_by_category(site):
    edition = await site.edition(places=1)
    await site.register(edition)
    people = [
        await site.register(edition, category=category)
        for category in ("elected", "press", "elected")
    ]
    async with site.pool.acquire() as db:
        own = [await service.own(db, edition.id, one.id) for one in people]
    assert [one.place_in_line for one in own] == [1, 1, 2]


async def test_who_cancelled_may_register_again(site, edition):
    person = await site.register(edition, email="again@example.org")
    await site.cancel(edition, person)
    again = await site.register(edition, email="AGAIN@example.org")
    assert again.id != person.id
    assert again.status == "confirmed"
    assert await taken(site, edition) == (1, {"elected": 1})


async def test_registering_again_is_the_same_registration(site, edition):
    first = await site.register(edition, email="zoe@example.org", family_name="Lefèvre")
    again = await site.register(edition, email="Zoe@Example.org", family_name="Other")
    assert again.id == first.id
    assert [row[0] for row in await standing(site, edition)] == ["Lefèvre"]
    assert await taken(site, edition) == (1, {"elected": 1})


async def test_registering_again_sends_again_at_most_every_five_minutes(site, edition):
    sent = []
    for minutes in (0, 1, 3.9, 0.2, 4, 1):
        site.clock.forward(minutes=minutes)
        await site.register(edition, email="zoe@example.org")
        sent.append(len(await letters(site, edition)))
    assert sent == [1, 1, 1, 2, 2, 3]
    assert [version for _, _, version in await letters(site, edition)] == [1, 2, 3]


async def test_the_same_address_registers_in_two_editions(site, edition):
    other = await site.edition()
    first = await site.register(edition, email="zoe@example.org")
    second = await site.register(other, email="zoe@example.org")
    assert first.id != second.id


async def test_consents_are_stored_with_the_version_that_was_read(site, edition):
    await site.value("update consent_purpose set version = 4 where edition_id = $1", edition.id)
    person = await site.register(edition, consents=["photos"])
    assert await site.rows(
        "select registration_id, purpose, version, given_at from consent where edition_id = $1",
        edition.id,
    ) == [(person.id, "photos", 4, site.clock.at)]


async def test_without_consent_nothing_is_stored(site, edition):
    await site.register(edition)
    assert await site.rows("select 1 from consent where edition_id = $1", edition.id) == []


async def test_an_unknown_category_is_refused(site, edition):
    with pytest.raises(Invalid) as caught:
        await site.register(edition, category="king")
    assert caught.value.fields == {"category": "Choose one of the categories offered."}


@pytest.mark.parametrize(
    "sql",
    [
        "update edition set state = 'closed' where id = $1",
        "update edition set registration_opens_at = $2 where id = $1",
        "update edition set registration_closes_at = $2::timestamptz - interval '1h' where id = $1",
        "update category set open = false where edition_id = $1",
    ],
)
async def test_a_closed_door_is_closed_for_all(site, edition, sql):
    later = site.clock.at + timedelta(minutes=1)
    await site.value(sql, edition.id, *([later] if "$2" in sql else []))
    with pytest.raises(RegistrationClosed):
        await site.register(edition)
    assert await taken(site, edition) == (0, {})


async def test_many_are_registered_or_none(site, edition):
    forms = [form(), form(), form(category="king")]
    async with site.pool.acquire() as db:
        with pytest.raises(Invalid):
            await service.register_many(
                db, edition, forms, at=site.clock.at, ids=site.ids, announce=False
            )
    assert await standing(site, edition) == []


async def test_an_import_tells_nobody_and_says_who_is_new(site, edition):
    known = form()
    await site.register(edition, email=known.email)
    before = await letters(site, edition)
    async with site.pool.acquire() as db:
        got = await service.register_many(
            db, edition, [known, form()], at=site.clock.at, ids=site.ids, announce=False
        )
    assert [new for _, new in got] == [False, True]
    assert await letters(site, edition) == before


# Many at once


async def test_forty_at_once_for_ten_places(site, client):
    edition = await site.edition(places=10)

    async def register():
        return await client.post(f"/api/editions/{edition.slug}/registrations", json=answers())

    got = await asyncio.gather(*(register() for _ in range(40)))
    assert [(one.status_code, one.content) for one in got] == [(202, got[0].content)] * 40
    rows = await site.rows(
        "select status::text, turn from registration where edition_id = $1 order by turn",
        edition.id,
    )
    assert [turn for status, turn in rows if status == "waiting"] == list(range(1, 31))
    assert [status for status, _ in rows].count("confirmed") == 10
    assert await taken(site, edition) == (10, {"elected": 10})
    kinds = [kind for kind, _, _ in await letters(site, edition)]
    assert (kinds.count("confirmed"), kinds.count("waiting")) == (10, 30)
    live = "select count(*) from ticket where edition_id = $1 and revoked_at is null"
    assert await site.value(live, edition.id) == 10


async def test_one_address_forty_times_at_once_is_one_registration(site, client, edition):
    person = answers()
    path = f"/api/editions/{edition.slug}/registrations"
    got = await asyncio.gather(*(client.post(path, json=person) for _ in range(40)))
    assert {one.status_code for one in got} == {202}
    assert await taken(site, edition) == (1, {"elected": 1})
    assert len(await letters(site, edition)) == 1


async def test_cancelling_and_registering_at_once_promote_each_place_once(site):
    edition = await site.edition(places=10)
    people = [await site.register(edition, category=c) for c in ("elected", "press") * 10]
    categories = ("agent", "press")

    async def come(n):
        await site.register(edition, category=categories[n % 2])

    await asyncio.gather(
        *(site.cancel(edition, one) for one in people[:10]),
        *(come(n) for n in range(10)),
        *(site.cancel(edition, one) for one in people[:5]),
    )
    rows = await standing(site, edition)
    statuses = [row[1] for row in rows]
    assert [statuses.count(one) for one in ("confirmed", "waiting", "cancelled")] == [10, 10, 10]
    now = [(await site.registered(edition, one.id)).status for one in people[10:]]
    assert now == ["confirmed"] * 10
    assert (await taken(site, edition))[0] == 10
    promoted = [one for one in await letters(site, edition) if one[0] == "promoted"]
    assert len(promoted) == len({address for _, address, _ in promoted}) == 10


# Against a model in plain Python


@dataclass
class Person:
    email: str
    category: str
    status: str
    turn: int | None


LIMITS = {"elected": 2, "agent": None, "press": 1}
PLACES = 3


class Model:
    """The rules of places, as one would tell them."""

    def __init__(self):
        self.people = []
        self.turns = 0
        self.letters = []

    def taken(self, category=None):
        return sum(
            one.status == "confirmed" and category in {None, one.category} for one in self.people
        )

    def free(self, category):
        limit = LIMITS[category]
        return self.taken() < PLACES and (limit is None or self.taken(category) < limit)

    def register(self, email, category):
        if any(one.email == email and one.status != "cancelled" for one in self.people):
            return
        person = Person(email, category, "confirmed" if self.free(category) else "waiting", None)
        if person.status == "waiting":
            self.turns += 1
            person.turn = self.turns
        self.people.append(person)
        self.letters.append((person.status, email))

    def cancel(self, n):
        person = self.people[n]
        if person.status == "cancelled":
            return
        person.status, person.turn = "cancelled", None
        self.letters.append(("cancelled", person.email))
        waiting = sorted((p for p in self.people if p.status == "waiting"), key=lambda p: p.turn)
        for one in waiting:
            if self.free(one.category):
                one.status, one.turn = "confirmed", None
                self.letters.append(("promoted", one.email))


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("register"), st.integers(0, 6), st.sampled_from(["elected", "agent", "press"])
        ),
        st.tuples(st.just("cancel"), st.integers(0, 30), st.none()),
    ),
    min_size=3,
    max_size=18,
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_any_life_of_an_edition_is_that_of_the_model(steps, shared_site):
    site, model, ids = shared_site, Model(), []
    edition = await site.edition(
        places=PLACES,
        categories=[
            NewCategory(code=code, name={"fr": code}, places=limit)
            for code, limit in LIMITS.items()
        ],
    )
    async with site.pool.acquire() as db:
        for deed, n, category in steps:
            site.clock.forward(seconds=1)
            at = site.clock.at
            if deed == "register":
                email = f"person-{n}@example.org"
                model.register(email, category)
                sent = form(email=email, category=category)
                made = await service.register(db, edition, sent, at=at, ids=site.ids)
                if made.id not in ids:
                    ids.append(made.id)
            elif ids:
                model.cancel(n % len(ids))
                await service.cancel(db, edition, ids[n % len(ids)], at=at, ids=site.ids)
        rows = [await queries.find(db, edition.id, one) for one in ids]
    assert [(one.email, one.category, one.status, one.turn) for one in rows] == [
        (one.email, one.category, one.status, one.turn) for one in model.people
    ]
    counts = {code: model.taken(code) for code in LIMITS if model.taken(code)}
    assert await taken(site, edition) == (model.taken(), counts)
    held = await site.rows(
        "select registration_id from ticket where edition_id = $1 and revoked_at is null",
        edition.id,
    )
    assert {one for (one,) in held} == {one.id for one in rows if one.status is Status.CONFIRMED}
    told = [(kind, to) for kind, to, _ in await letters(site, edition)]
    assert sorted(told) == sorted(model.letters)
