"""Signing up for sessions: seats, turns, one seat at a time, and what follows from other deeds."""

import asyncio
import random
from datetime import timedelta

import pytest

from forum.core.context import Edition
from forum.core.db import LOST, open_pool
from forum.registrations import changing, deciding, service
from forum.registrations.models import Change, Successor
from schedule import editing, publishing, queries, seating_queries, signing_up
from schedule.models import ConflictCode
from schedule.seating import (
    GivingBackClosed,
    NoPlaceAtTheForum,
    NoSeatHeld,
    NotThatDay,
    SeatsOverlap,
    SessionWithoutSeats,
    SignUpClosed,
    SignUpNotOpen,
    State,
    Terms,
    TermsChanged,
)
from tests.conftest import site_settings
from tests.factories import FIRST_DAY, MORNING, opened
from tests.schedule.workshops import room_id, workshop, workshop_id, workshops

A, B, C = workshop_id("a"), workshop_id("b"), workshop_id("c")


class House:
    """An edition with a programme published, and the deeds of its people."""

    def __init__(self, site, edition: Edition):
        self.site, self.edition = site, edition

    async def publish(self, *sessions):
        await self.site.programme(self.edition, workshops(*sessions))

    async def people(self, many, **given):
        return [await self.site.register(self.edition, **given) for _ in range(many)]

    async def do(self, verb, person, session_id, **named):
        self.site.clock.forward(milliseconds=1)  # no two deeds at one instant: their order is read
        return await self.site.do(verb, self.edition, person.id, session_id, **named)

    async def take(self, person, session_id, **named):
        return (await self.do(signing_up.sign_up, person, session_id, **named)).state

    async def give(self, person, session_id):
        return (await self.do(signing_up.give_back, person, session_id)).state

    async def cancel(self, person):
        self.site.clock.forward(milliseconds=1)
        await self.site.do(service.cancel, self.edition, person.id)

    async def terms(self, revision=None, **given):
        return await self.site.do(
            signing_up.set_terms, self.edition, Terms(**given), revision=revision, actor="test"
        )

    async def stands(self, person):
        """Return where somebody stands, by session: the state, and the place in line."""
        async with self.site.pool.acquire() as db:
            found = await signing_up.standings(db, self.edition.id, person.id)
        return {
            one.seating.slug: (one.state.value, one.held.place if one.held else None)
            for one in found
            if one.state is not State.RELEASED
        }

    async def clashes(self, person):
        async with self.site.pool.acquire() as db:
            found = await signing_up.standings(db, self.edition.id, person.id)
        return {
            one.seating.slug: [other.slug for other in one.clashes]
            for one in found
            if one.state is State.SEAT and one.clashes
        }

    async def seats(self):
        """Return for each open session how many seats are taken and how many people wait."""
        async with self.site.pool.acquire() as db:
            found = await seating_queries.list_seatings(db, self.edition.id)
        return {one.slug: (one.taken, one.waiting) for one in found if one.open}

    async def told(self):
        """Return who was told what about which session, in order."""
        return await self.site.rows(
            """select kind, recipient, data->'session'->>'fr' from outbox
                where edition_id = $1 and kind like 'seat%' order by version""",
            self.edition.id,
        )

    async def recorded(self, person):
        rows = await self.site.rows(
            """select action from audit where edition_id = $1 and subject_id = $2
                and detail ? 'session' order by at, id""",
            self.edition.id,
            person.id,
        )
        return [row[0] for row in rows]


@pytest.fixture
async def house(site, edition):
    return House(site, edition)


async def test_seats_are_given_until_none_is_left_then_turns(house):
    await house.publish(workshop("a", seats=2))
    first, second, third, fourth = await house.people(4)
    got = [await house.take(one, A) for one in (first, second, third, fourth)]
    assert got == [State.SEAT, State.SEAT, State.WAITING, State.WAITING]
    assert await house.stands(fourth) == {"a": ("waiting", 2)}
    assert await house.seats() == {"a": (2, 2)}
    assert await house.recorded(first) == ["seat taken"]
    assert await house.recorded(third) == ["turn taken"]


async def test_signing_up_again_and_giving_back_again_change_nothing(house):
    await house.publish(workshop("a", seats=1))
    first, second = await house.people(2)
    for _ in range(2):
        await house.take(first, A)
        await house.take(second, A)
    assert await house.seats() == {"a": (1, 1)}
    for _ in range(2):
        assert await house.give(second, A) is State.RELEASED
    assert await house.seats() == {"a": (1, 0)}
    assert await house.recorded(second) == ["turn taken", "turn given up"]


async def test_a_seat_given_back_goes_to_the_next_in_line_who_is_told(house):
    await house.publish(workshop("a", seats=1))
    first, second, third = await house.people(3)
    for one in (first, second, third):
        await house.take(one, A)
    await house.give(first, A)
    assert await house.stands(second) == {"a": ("seat", None)}
    assert await house.stands(third) == {"a": ("waiting", 1)}
    [(kind, recipient, title)] = await house.told()
    assert (kind, title) == ("seat", "Atelier a")
    assert recipient == await house.site.value(
        "select email from registration where id = $1", second.id
    )
    assert await house.recorded(second) == ["turn taken", "seat got"]


async def test_who_gives_up_a_turn_goes_to_the_end_of_the_line(house):
    await house.publish(workshop("a", seats=1))
    first, second, third = await house.people(3)
    for one in (first, second, third):
        await house.take(one, A)
    await house.give(second, A)
    await house.take(second, A)
    assert await house.stands(second) == {"a": ("waiting", 2)}
    await house.give(first, A)
    assert await house.stands(third) == {"a": ("seat", None)}


async def test_no_second_seat_is_taken_at_the_same_time_unless_the_first_is_given_back(house):
    await house.publish(workshop("a"), workshop("b", starts=30), workshop("c", starts=60))
    [person] = await house.people(1)
    await house.take(person, A)
    with pytest.raises(SeatsOverlap) as refusal:
        await house.take(person, B)
    assert refusal.value.fields == {str(A): "a"}
    assert await house.take(person, C) is State.SEAT  # it begins as the first ends
    with pytest.raises(SeatsOverlap) as refusal:
        await house.take(person, B, instead_of=[A])
    assert refusal.value.fields == {str(A): "a", str(C): "c"}
    assert await house.stands(person) == {"a": ("seat", None), "c": ("seat", None)}
    assert await house.take(person, B, instead_of=[A, C]) is State.SEAT
    assert await house.stands(person) == {"b": ("seat", None)}
    assert await house.seats() == {"a": (0, 0), "b": (1, 0), "c": (0, 0)}


async def test_what_is_given_back_for_another_seat_goes_to_the_next_in_line(house):
    await house.publish(workshop("a", seats=1), workshop("b"))
    first, second = await house.people(2)
    await house.take(first, A)
    await house.take(second, A)
    await house.take(first, B, instead_of=[A])
    assert await house.stands(first) == {"b": ("seat", None)}
    assert await house.stands(second) == {"a": ("seat", None)}


async def test_who_holds_a_seat_waits_for_another_at_the_same_time_and_is_asked(house):
    await house.publish(workshop("a"), workshop("b", seats=1))
    first, second = await house.people(2)
    await house.take(first, B)
    await house.take(second, A)
    assert await house.take(second, B) is State.WAITING
    await house.give(first, B)
    held = [one for one in await held_of(house, second) if one.session_id == B]
    assert held[0].answer_by == house.site.clock.at + timedelta(hours=24)
    assert await house.clashes(second) == {"a": ["b"], "b": ["a"]}
    with pytest.raises(SeatsOverlap):
        await house.take(second, B)
    await house.do(signing_up.keep, second, B, instead_of=[A])
    assert await house.stands(second) == {"b": ("seat", None)}
    assert [one.answer_by for one in await held_of(house, second)] == [None, None]
    assert await house.seats() == {"a": (0, 0), "b": (1, 0)}


async def held_of(house, person):
    async with house.site.pool.acquire() as db:
        return await seating_queries.list_held(db, house.edition.id, person.id)


async def test_a_seat_to_be_answered_is_passed_on_once_and_only_when_it_is_overdue(house):
    await house.publish(workshop("a", seats=1))
    await house.terms(answer_hours=12)
    first, second, third = await house.people(3)
    for one in (first, second, third):
        await house.take(one, A)
    await house.give(first, A)
    assert await house.stands(second) == {"a": ("seat", None)}
    house.site.clock.forward(hours=11, minutes=59)
    assert await house.site.do(signing_up.release_overdue) == 0
    house.site.clock.forward(minutes=1)
    with pytest.raises(NoSeatHeld):
        await house.take(second, A)
    done = await asyncio.gather(*(house.site.do(signing_up.release_overdue) for _ in range(4)))
    assert set(done) <= {0, 1}
    assert await house.stands(second) == {}
    assert await house.stands(third) == {"a": ("seat", None)}
    kinds = [kind for kind, _, _ in await house.told()]
    assert kinds == ["seat", "seat_lapsed", "seat"]


async def test_a_seat_that_is_confirmed_in_time_stays(house):
    await house.publish(workshop("a", seats=1))
    await house.terms(answer_hours=12)
    first, second = await house.people(2)
    for one in (first, second):
        await house.take(one, A)
    await house.give(first, A)
    assert await house.take(second, A) is State.SEAT
    house.site.clock.forward(hours=13)
    assert await house.site.do(signing_up.release_overdue) == 0
    assert await house.stands(second) == {"a": ("seat", None)}
    assert await house.recorded(second) == ["turn taken", "seat kept", "seat confirmed"]


async def test_an_answer_is_never_awaited_beyond_the_end_of_sign_up(house):
    await house.publish(workshop("a", seats=1))
    await house.terms(answer_hours=48, closes_minutes=30)
    first, second = await house.people(2)
    for one in (first, second):
        await house.take(one, A)
    house.site.clock.at = MORNING - timedelta(hours=2)
    await house.give(first, A)
    [held] = await held_of(house, second)
    assert held.answer_by == MORNING - timedelta(minutes=30)


async def test_who_may_sign_up(house):
    await house.publish(
        workshop("a"),
        workshop("b", starts=24 * 60),
        workshop("c", seats=None),
        workshop("d", cancelled=True),
    )
    [person] = await house.people(1, days=[FIRST_DAY])
    assert await house.take(person, A) is State.SEAT
    with pytest.raises(NotThatDay):
        await house.take(person, B)
    for name in ("c", "d", "nowhere"):
        with pytest.raises(SessionWithoutSeats):
            await house.take(person, workshop_id(name))
    await house.cancel(person)
    with pytest.raises(NoPlaceAtTheForum):
        await house.take(person, A)


async def test_who_waits_for_the_forum_takes_no_seat(house):
    house.edition = await house.site.edition(places=1)
    await house.publish(workshop("a"))
    _, waiting = await house.people(2)
    with pytest.raises(NoPlaceAtTheForum):
        await house.take(waiting, A)


async def test_sign_up_begins_and_ends_by_the_terms(house):
    await house.publish(workshop("a", seats=1))
    await house.terms(
        opens_at=house.site.clock.at + timedelta(days=1), closes_minutes=60, give_back_minutes=10
    )
    first, second, third = await house.people(3)
    with pytest.raises(SignUpNotOpen):
        await house.take(first, A)
    house.site.clock.forward(days=1)
    await house.take(first, A)
    await house.take(second, A)
    house.site.clock.at = MORNING - timedelta(minutes=60)
    with pytest.raises(SignUpClosed):
        await house.take(third, A)
    await house.give(first, A)
    assert await house.seats() == {"a": (0, 1)}  # nobody is promoted any more
    house.site.clock.at = MORNING - timedelta(minutes=10)
    assert await house.give(second, A) is State.RELEASED  # a turn is given up at any time


async def test_a_seat_is_not_given_back_too_late(house):
    await house.publish(workshop("a"))
    [person] = await house.people(1)
    await house.take(person, A)
    house.site.clock.at = MORNING
    with pytest.raises(GivingBackClosed):
        await house.give(person, A)
    assert await house.stands(person) == {"a": ("seat", None)}


async def test_terms_that_open_the_list_again_promote(house):
    await house.publish(workshop("a", seats=1))
    await house.terms(closes_minutes=10_080)
    first, second, third = await house.people(3)
    await house.take(first, A)
    await house.take(second, A)
    house.site.clock.at = MORNING - timedelta(days=1)
    await house.give(first, A)
    assert await house.stands(second) == {"a": ("waiting", 1)}
    await house.terms(closes_minutes=0)
    assert await house.stands(second) == {"a": ("seat", None)}
    assert await house.take(third, A) is State.WAITING


async def test_a_newcomer_does_not_pass_those_who_waited_while_sign_up_was_suspended(house):
    await house.publish(workshop("a", seats=1))
    first, second, third = await house.people(3)
    await house.take(first, A)
    await house.take(second, A)
    await house.terms(opens_at=house.site.clock.at + timedelta(hours=1))
    await house.give(first, A)
    assert await house.seats() == {"a": (0, 1)}
    house.site.clock.forward(hours=2)
    assert await house.take(third, A) is State.WAITING
    assert await house.stands(second) == {"a": ("seat", None)}


async def test_terms_are_not_overwritten_unseen(house):
    await house.terms(closes_minutes=5)
    with pytest.raises(TermsChanged):
        await house.terms(closes_minutes=6, revision=0)


# What follows from the registration


async def test_a_registration_that_ends_gives_all_back(house):
    await house.publish(workshop("a", seats=1), workshop("b", starts=60, seats=1))
    first, second = await house.people(2)
    for one in (first, second):
        await house.take(one, A)
    await house.take(second, B)
    await house.take(first, B)
    await house.cancel(first)
    assert await house.stands(first) == {}
    assert await house.stands(second) == {"a": ("seat", None), "b": ("seat", None)}
    assert await house.seats() == {"a": (1, 0), "b": (1, 0)}
    recorded = await house.recorded(first)
    assert recorded[:2] == ["seat taken", "turn taken"]
    assert sorted(recorded[2:]) == ["seat given back", "turn given up"]


async def test_days_taken_away_give_their_seats_back(house):
    await house.publish(workshop("a"), workshop("b", starts=24 * 60))
    [person] = await house.people(1)
    await house.take(person, A)
    await house.take(person, B)
    await house.site.do(changing.change, house.edition, person.id, Change(days=[FIRST_DAY]))
    assert await house.stands(person) == {"a": ("seat", None)}


async def test_a_place_that_is_passed_on_takes_its_seats_along(house):
    await house.publish(workshop("a", seats=1), workshop("b", starts=60, seats=1))
    first, second = await house.people(2)
    await house.take(first, A)
    await house.take(second, B)
    await house.take(first, B)
    to = Successor(given_name="Ada", family_name="Ferrand", email="ada.f@example.org")
    new = await house.site.do(changing.transfer, house.edition, first.id, to)
    assert await house.stands(first) == {}
    assert await house.stands(new) == {"a": ("seat", None), "b": ("waiting", 1)}
    assert await house.seats() == {"a": (1, 0), "b": (1, 1)}
    [a, b] = sorted(await held_of(house, first), key=lambda one: one.session_id != A)
    assert (a.changes, b.changes) == (2, 0)  # a calendar hears that the seat is gone


async def test_a_refusal_gives_nothing_back_that_was_never_had(house):
    from forum.editions.models import NewCategory  # noqa: PLC0415

    house.edition = await house.site.edition(
        categories=[NewCategory(code="elected", name={"fr": "Élu"}, approval=True)]
    )
    await house.publish(workshop("a"))
    [pending] = await house.people(1)
    with pytest.raises(NoPlaceAtTheForum):
        await house.take(pending, A)
    await house.site.do(deciding.refuse, house.edition, pending.id, actor="organiser:test")
    assert await house.seats() == {"a": (0, 0)}


# What follows from a new version


async def test_more_seats_go_to_as_many_who_wait(house):
    await house.publish(workshop("a", seats=1))
    people = await house.people(5)
    for one in people:
        await house.take(one, A)
    await house.publish(workshop("a", seats=3))
    assert await house.seats() == {"a": (3, 2)}
    got = [(await house.stands(one))["a"][0] for one in people]
    assert got == ["seat", "seat", "seat", "waiting", "waiting"]
    assert len(await house.told()) == 2


async def test_fewer_seats_take_nobody_s_and_are_a_conflict(house):
    await house.publish(workshop("a", seats=3))
    first, second, third, fourth = await house.people(4)
    for one in (first, second, third, fourth):
        await house.take(one, A)
    await house.publish(workshop("a", seats=1))
    assert await house.seats() == {"a": (3, 1)}
    async with house.site.pool.acquire() as db:
        draft = await editing.read(db, house.edition)
        found = await editing.find_conflicts(db, house.edition, draft)
    over = [one for one in found if one.code is ConflictCode.OVER_CAPACITY]
    assert [(one.session_id, one.wanted, one.there) for one in over] == [(A, 3, 1)]
    await house.give(first, A)
    await house.give(second, A)
    assert await house.seats() == {"a": (1, 1)}
    await house.give(third, A)
    assert await house.stands(fourth) == {"a": ("seat", None)}


async def test_a_cancelled_session_is_closed_and_its_people_are_there_when_it_comes_back(house):
    await house.publish(workshop("a", seats=1))
    first, second, third = await house.people(3)
    await house.take(first, A)
    await house.take(second, A)
    await house.publish(workshop("a", seats=1, cancelled=True))
    assert await house.seats() == {}
    with pytest.raises(SessionWithoutSeats):
        await house.take(third, A)
    assert await house.give(first, A) is State.RELEASED
    assert await house.told() == []
    await house.publish(workshop("a", seats=1))
    assert await house.stands(second) == {"a": ("seat", None)}


async def test_a_session_that_is_gone_is_closed(house):
    await house.publish(workshop("a"), workshop("b"))
    [person] = await house.people(1)
    await house.take(person, A)
    await house.publish(workshop("b"))
    assert await house.seats() == {"b": (0, 0)}
    assert await house.take(person, B) is State.SEAT  # what is not held clashes with nothing


async def test_times_moved_onto_each_other_keep_both_seats_and_ask(house):
    await house.publish(workshop("a"), workshop("b", starts=60))
    [person] = await house.people(1)
    await house.take(person, A)
    await house.take(person, B)
    await house.publish(workshop("a"), workshop("b", starts=30))
    assert await house.clashes(person) == {"a": ["b"], "b": ["a"]}
    with pytest.raises(SeatsOverlap):
        await house.do(signing_up.keep, person, B, instead_of=[])
    await house.do(signing_up.keep, person, B, instead_of=[A])
    assert await house.stands(person) == {"b": ("seat", None)}
    with pytest.raises(NoSeatHeld):
        await house.do(signing_up.keep, person, A, instead_of=[B])


async def test_who_is_signed_up_is_told_with_address_and_language(house):
    await house.publish(workshop("a", seats=1), workshop("b", starts=60))
    first, second = await house.people(2, language="en")
    await house.take(first, A)
    await house.take(second, A)
    await house.take(first, B)
    await house.publish(workshop("a", seats=1, minutes=90), workshop("b", starts=60))
    async with house.site.pool.acquire() as db:
        found = await seating_queries.list_signed_up(db, house.edition.id, [A])
    got = {one.registration_id: (one.state, one.language, one.clashes) for one in found}
    assert got == {first.id: (State.SEAT, "en", True), second.id: (State.WAITING, "en", False)}
    assert all("@example.org" in one.email for one in found)


async def test_the_doors_find_seats_and_turns_in_the_shared_view(house):
    await house.publish(workshop("a", seats=1), workshop("b", cancelled=True))
    first, second, third = await house.people(3)
    for one in (first, second, third):
        await house.take(one, A)
    await house.give(third, A)
    rows = await house.site.rows(
        "select registration_id, room_id, state, turn from seat where edition_id = $1 order by 3",
        house.edition.id,
    )
    assert rows == [
        (first.id, room_id("a"), "seat", None),
        (second.id, room_id("a"), "waiting", 1),
    ]
    held = await house.site.rows(
        "select session_id, capacity, taken from seated_session where edition_id = $1",
        house.edition.id,
    )
    assert held == [(A, 1, 1)]


# At once


async def test_forty_at_once_for_ten_seats_get_exactly_ten_and_fair_turns(pool, settings):
    async with opened(pool, settings) as site:
        house = House(site, await site.edition())
        await house.publish(workshop("a", seats=10))
        people = await house.people(48)
        got = await asyncio.gather(*(house.take(one, A) for one in people))
        assert sorted(got) == [State.SEAT] * 10 + [State.WAITING] * 38
        turns = await site.rows("select turn from sign_up where state = 'waiting' order by turn")
        assert [turn for (turn,) in turns] == [*range(1, 39)]
        assert await house.seats() == {"a": (10, 38)}
        # Who was served first has the earlier turn: the order in which the deeds were recorded.
        line = await site.rows(
            "select registration_id from sign_up where state = 'waiting' order by turn"
        )
        seated = [one for one, state in zip(people, got, strict=True) if state is State.SEAT]
        await asyncio.gather(*(house.give(one, A) for one in seated))
        assert await house.seats() == {"a": (10, 28)}
        now = await site.rows("select registration_id from sign_up where state = 'seat'")
        assert set(now) == set(line[:10])
        assert len(await house.told()) == 10


async def test_one_person_at_once_in_many_sessions_at_one_time_gets_one_seat(pool, settings):
    async with opened(pool, settings) as site:
        house = House(site, await site.edition())
        names = [f"s{n}" for n in range(12)]
        await house.publish(*(workshop(name) for name in names))
        [person] = await house.people(1)

        async def take(name):
            try:
                return await house.take(person, workshop_id(name))
            except SeatsOverlap:
                return None

        got = await asyncio.gather(*(take(name) for name in names))
        assert [one for one in got if one] == [State.SEAT]


async def test_who_cancels_while_signing_up_holds_nothing_in_the_end(pool, settings):
    async with opened(pool, settings) as site:
        house = House(site, await site.edition())
        await house.publish(workshop("a", seats=1))
        people = await house.people(8)

        async def come(person):
            try:
                await house.take(person, A)
            except NoPlaceAtTheForum:
                return

        deeds = [deed(one) for one in people for deed in (come, house.cancel)]
        random.Random(3).shuffle(deeds)  # noqa: S311 -- a seed is the point
        await asyncio.gather(*deeds)
        assert await house.seats() == {"a": (0, 0)}


async def test_a_promotion_happens_once_whenever_the_connection_is_cut(cluster, dsn, tmp_path):
    async with open_pool(dsn, size=4) as pool, opened(pool, site_settings(tmp_path)) as site:
        house = House(site, await site.edition())
        await house.publish(workshop("a", seats=1), workshop("b"))
        first, second = await house.people(2)
        outcomes = []
        for statements in range(40):
            await house.take(first, A)
            await house.take(second, A)
            letters = len(await house.told())
            stored = await cut_after(site, house.edition, first, statements)
            outcomes.append(stored)
            after = (await house.stands(first), await house.stands(second))
            promoted = len(await house.told()) - letters
            if stored:
                assert after == ({"b": ("seat", None)}, {"a": ("seat", None)})
                assert promoted == 1
                break
            assert after == ({"a": ("seat", None)}, {"a": ("waiting", 1)})
            assert promoted == 0
        assert outcomes == [False] * (len(outcomes) - 1) + [True]
        assert len(outcomes) > 10


async def cut_after(site, edition, person, statements):
    """Take another seat instead, on a connection cut after so many statements."""
    from tests.forum.registrations.test_machine import Dying  # noqa: PLC0415

    try:
        async with site.pool.acquire() as db:
            await signing_up.sign_up(
                Dying(db, statements), edition, person.id, B, instead_of=[A],
                at=site.clock.at, ids=site.ids,
            )  # fmt: skip
    except LOST:
        return False
    return True


async def test_publishing_fills_seats_once_while_others_come_and_go(pool, settings):
    async with opened(pool, settings) as site:
        house = House(site, await site.edition())
        await house.publish(workshop("a", seats=2))
        people = await house.people(12)
        for one in people[:8]:
            await house.take(one, A)
        made = workshops(workshop("a", seats=5))
        async with pool.acquire() as db:
            await editing.replace(db, house.edition, made, at=site.clock.at)

        async def publish():
            async with pool.acquire() as db:
                await publishing.publish(
                    db, house.edition, base_url="https://x.example", at=site.clock.at, ids=site.ids
                )

        await asyncio.gather(
            *(publish() for _ in range(3)),
            *(house.take(one, A) for one in people[8:]),
            *(house.give(one, A) for one in people[:2]),
        )
        assert await house.seats() == {"a": (5, 5)}
        seated = [one for one in people if (await house.stands(one)).get("a") == ("seat", None)]
        assert seated == people[2:7]


async def news(house):
    """Return who is told of which sessions by a version, and whether they have to choose."""
    rows = await house.site.rows(
        """select subject_id, recipient, version, data from outbox
            where edition_id = $1 and kind = 'programme_changed' order by recipient""",
        house.edition.id,
    )
    return {
        row[0]: (row[2], row[3]["sessions"], [*row[3]["seats"]], row[3]["clashes"]) for row in rows
    }


async def test_those_who_signed_up_are_told_once_of_what_moved_or_is_cancelled(house):
    await house.publish(workshop("a", seats=1), workshop("b", starts=60), workshop("c", starts=180))
    first, second, third = await house.people(3)
    for one in (first, second):
        await house.take(one, A)
    await house.take(first, B)
    await house.take(third, C)
    await house.publish(
        workshop("a", seats=1),
        workshop("b", starts=30),
        workshop("c", starts=180, abstract={"fr": "Un texte"}),
    )
    assert await news(house) == {first.id: (2, [str(B)], [str(B)], True)}
    await house.publish(workshop("a", seats=1, cancelled=True), workshop("b", starts=30))
    told = await house.site.rows(
        """select subject_id from outbox where edition_id = $1 and kind = 'programme_changed'
            and version = 3""",
        house.edition.id,
    )
    assert {row[0] for row in told} == {first.id, second.id, third.id}


async def test_an_edition_that_is_deleted_takes_its_sign_ups_along(house):
    await house.publish(workshop("a", seats=1))
    first, second = await house.people(2)
    for one in (first, second):
        await house.take(one, A)
    await house.terms(closes_minutes=5)
    async with house.site.pool.acquire() as db:
        await queries.delete_edition_data(db, house.edition.id)
    for table in ("sign_up", "seating", "sign_up_terms"):
        assert (
            await house.site.value(
                f"select count(*) from {table} where edition_id = $1", house.edition.id
            )
            == 0
        )
