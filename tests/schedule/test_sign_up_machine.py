"""Signing up as a whole, against a model in plain Python: any sequence of deeds, crashes between.

The model holds what the rules say in words: as many seats as there are, turns by arrival, a freed
seat to the first who waits, nobody seated twice at one time unless a version moved the times or
the person is being asked, one letter for each seat that comes from a list. A crash is a
connection cut for real after some statements.
"""

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from forum.core.db import LOST
from forum.registrations import changing, service
from forum.registrations.models import Successor
from schedule import publishing, signing_up
from schedule.editing import replace as replace_draft
from schedule.seating import NoSeatHeld, SeatsOverlap, SessionWithoutSeats, Terms
from tests.factories import NOON, form
from tests.forum.registrations.test_machine import Dying, machine_site
from tests.schedule.workshops import workshop, workshop_id, workshops

__all__ = ["machine_site"]  # a fixture

EXAMPLES = int(os.environ.get("FORUM_MACHINE_EXAMPLES", "25"))
STEPS = 30
NAMES = ("a", "b", "c")
MOST_PEOPLE = 4
USUAL = {"a": 0, "b": 30, "c": 60}
"""When each session begins, in minutes after the morning; each lasts an hour."""


@dataclass
class Room:
    """One session of the model: its seats, and its line in order of turn."""

    capacity: int = 1
    starts: int = 0
    open: bool = True
    seats: dict = field(default_factory=dict)  # person -> answer by, None: firm
    line: list = field(default_factory=list)


@dataclass
class Model:
    """An edition in plain Python."""

    answer_hours: int | None
    rooms: dict = field(default_factory=lambda: {n: Room(starts=USUAL[n]) for n in NAMES})
    people: list = field(default_factory=list)  # those who are confirmed
    letters: Counter = field(default_factory=Counter)

    def clashes(self, person, name):
        """Return the sessions at the same time in which a person is seated."""
        this = self.rooms[name]
        return {
            other
            for other, room in self.rooms.items()
            if other != name and room.open and this.open and person in room.seats
            and abs(room.starts - this.starts) < 60
        }  # fmt: skip

    def promote(self, name, at):
        room = self.rooms[name]
        while room.open and room.line and len(room.seats) < room.capacity:
            person = room.line.pop(0)
            hours = self.answer_hours or (24 if self.clashes(person, name) else None)
            room.seats[person] = at + timedelta(hours=hours) if hours else None
            self.letters["seat", person] += 1

    def release(self, person, name, at):
        room = self.rooms[name]
        if person in room.line:
            room.line.remove(person)
        if person in room.seats:
            del room.seats[person]
            self.promote(name, at)

    def release_all(self, person, at):
        for name in sorted(NAMES, key=lambda n: (self.rooms[n].starts, n)):
            self.release(person, name, at)


class SigningUp(RuleBasedStateMachine):
    """The machine: each rule is a deed on the real thing and on the model."""

    runner: asyncio.Runner
    site = None

    @initialize(answer_hours=st.sampled_from([None, 12]))
    def begin(self, answer_hours):
        self.numbers = 0
        self.site.clock.at = NOON
        self.model = Model(answer_hours)
        self.edition = self.runner.run(self.site.edition())
        self.runner.run(self.publish_as_modelled(self.model.rooms))
        self.do(None, signing_up.set_terms, Terms(answer_hours=answer_hours), actor="test")
        for _ in range(3):
            self.register()

    # How deeds are done

    @property
    def now(self):
        return self.site.clock.at

    def do(self, dies_after, verb, *arguments, **named):
        """Do a deed; say whether it was stored. Cut in the middle, nothing of it may be."""

        async def deed():
            async with self.site.pool.acquire() as db:
                dying = Dying(db, dies_after if dies_after is not None else 10_000)
                return await verb(
                    dying, self.edition, *arguments, at=self.now, ids=self.site.ids, **named
                )

        try:
            self.result = self.runner.run(deed())
        except LOST:
            return False
        return True

    async def publish_as_modelled(self, rooms, dies=None):
        made = workshops(
            *(
                workshop(
                    name,
                    starts=room.starts,
                    seats=room.capacity,
                    cancelled=not room.open,
                )
                for name, room in rooms.items()
            )
        )
        async with self.site.pool.acquire() as db:
            await replace_draft(db, self.edition, made, at=self.now)
        async with self.site.pool.acquire() as db:
            await publishing.publish(
                Dying(db, 10_000 if dies is None else dies),
                self.edition,
                base_url="https://forum.example",
                at=self.now,
                ids=self.site.ids,
            )

    def person(self, index):
        return self.model.people[index % len(self.model.people)]

    crash = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 20))
    index = st.integers(0, 3)
    name = st.sampled_from(NAMES)

    # Coming and going of people

    @precondition(lambda self: len(self.model.people) < MOST_PEOPLE)
    @rule()
    def register(self):
        self.numbers += 1
        assert self.do(None, service.register, form(email=f"p{self.numbers}@example.org"))
        self.model.people.append(self.result.id)

    @precondition(lambda self: len(self.model.people) > 1)
    @rule(index=index, dies=crash)
    def cancel(self, index, dies):
        person = self.person(index)
        if self.do(dies, service.cancel, person):
            self.model.people.remove(person)
            self.model.release_all(person, self.now)

    @precondition(lambda self: self.model.people)
    @rule(index=index, dies=crash)
    def transfer(self, index, dies):
        person = self.person(index)
        self.numbers += 1
        to = Successor(
            given_name="Ada", family_name="Ferrand", email=f"p{self.numbers}@example.org"
        )
        if self.do(dies, changing.transfer, person, to):
            new = self.result.id
            self.model.people[self.model.people.index(person)] = new
            for room in self.model.rooms.values():
                room.line = [new if one == person else one for one in room.line]
                if person in room.seats:
                    room.seats[new] = room.seats.pop(person)

    # Seats

    @precondition(lambda self: self.model.people)
    @rule(index=index, name=name, instead=st.booleans(), dies=crash)
    def sign_up(self, index, name, instead, dies):
        person, room = self.person(index), self.model.rooms[name]
        clashes = self.model.clashes(person, name)
        given_up = [workshop_id(one) for one in clashes] if instead else []
        until = room.seats.get(person)
        overdue = until is not None and until <= self.now
        stored, refusal = False, None
        try:
            stored = self.do(
                dies, signing_up.sign_up, person, workshop_id(name), instead_of=given_up
            )
        except (SeatsOverlap, SessionWithoutSeats, NoSeatHeld) as problem:
            refusal = problem
        if isinstance(refusal, SeatsOverlap):
            assert not instead
            assert {one.slug for one in refusal.others} == clashes != set()
        elif isinstance(refusal, SessionWithoutSeats):
            assert not room.open
        elif isinstance(refusal, NoSeatHeld):
            assert overdue
        elif stored and person not in room.line:
            self.seated_or_in_line(person, name, given_up, clashes)

    @precondition(lambda self: self.model.people)
    @rule(index=index, names=st.permutations(NAMES))
    def sign_up_for_all(self, index, names):
        for name in names:
            self.sign_up(index, name, instead=False, dies=None)

    def seated_or_in_line(self, person, name, given_up, clashes):
        room = self.model.rooms[name]
        if person in room.seats and room.seats[person] is None and not given_up:
            return
        if person not in room.seats and (room.line or len(room.seats) >= room.capacity):
            room.line.append(person)
            return
        room.seats[person] = None
        assert given_up or not clashes
        for one in sorted(clashes, key=lambda n: (self.model.rooms[n].starts, n)):
            self.model.release(person, one, self.now)

    @precondition(lambda self: self.model.people)
    @rule(index=index, name=name, dies=crash)
    def give_back(self, index, name, dies):
        person = self.person(index)
        if self.do(dies, signing_up.give_back, person, workshop_id(name)):
            self.model.release(person, name, self.now)

    @precondition(lambda self: self.model.people)
    @rule(index=index, name=name, dies=crash)
    def keep(self, index, name, dies):
        person, room = self.person(index), self.model.rooms[name]
        clashes = self.model.clashes(person, name)
        until = room.seats.get(person, self.now)
        try:
            stored = self.do(
                dies,
                signing_up.keep,
                person,
                workshop_id(name),
                instead_of=[workshop_id(one) for one in clashes],
            )
        except NoSeatHeld:
            assert until is not None
            assert until <= self.now
            return
        if stored:
            assert person in room.seats
            room.seats[person] = None
            for one in sorted(clashes, key=lambda n: (self.model.rooms[n].starts, n)):
                self.model.release(person, one, self.now)

    # Versions and time

    @rule(
        name=name,
        capacity=st.integers(1, 4),
        moved=st.sampled_from([0, 30, 60]),
        held=st.sampled_from([True, True, True, False]),
        dies=crash,
    )
    def publish(self, name, capacity, moved, held, dies):
        rooms = {n: Room(one.capacity, one.starts, one.open) for n, one in self.model.rooms.items()}
        rooms[name] = Room(capacity, moved, held)
        try:
            self.runner.run(self.publish_as_modelled(rooms, dies))
        except LOST:
            return
        this = self.model.rooms[name]
        this.capacity, this.starts, this.open = capacity, moved, held
        for one in sorted(NAMES, key=lambda n: (self.model.rooms[n].starts, order(n))):
            self.model.promote(one, self.now)

    @rule(hours=st.sampled_from([1, 12, 24]))
    def time_passes(self, hours):
        self.site.clock.forward(hours=hours)

    @rule()
    def release_overdue(self):
        async def deed():
            async with self.site.pool.acquire() as db:
                await signing_up.release_overdue(db, at=self.now, ids=self.site.ids)

        due = sorted(
            (until, name, person)
            for name, room in self.model.rooms.items()
            for person, until in room.seats.items()
            if until is not None and until <= self.now
        )
        if len({until for until, _, _ in due}) < len(due):
            return  # those of one instant are passed on in no order that the model could know
        self.runner.run(deed())
        for _, name, person in due:
            self.model.letters["seat_lapsed", person] += 1
            self.model.release(person, name, self.now)

    # What must hold after each deed

    @invariant()
    def the_database_is_as_the_model(self):
        if getattr(self, "model", None) is None:
            return
        self.runner.run(self.compare())

    async def compare(self):
        rows = await self.site.rows(
            """select s.slug, u.registration_id, u.state::text, u.answer_by
                 from sign_up u join seating s using (edition_id, session_id)
                where edition_id = $1 and state <> 'released' order by u.turn""",
            self.edition.id,
        )
        for name, room in self.model.rooms.items():
            seats = {row[1]: row[3] for row in rows if row[0] == name and row[2] == "seat"}
            assert seats == room.seats, name
            assert [r[1] for r in rows if r[0] == name and r[2] == "waiting"] == room.line, name
        counted = await self.site.rows(
            "select slug, taken, capacity, open from seating where edition_id = $1", self.edition.id
        )
        assert {row[0]: row[1:] for row in counted if row[3]} == {
            name: (len(room.seats), room.capacity, True)
            for name, room in self.model.rooms.items()
            if room.open
        }
        letters = await self.site.rows(
            """select kind, subject_id, count(*) from outbox
                where edition_id = $1 and kind like 'seat%' group by 1, 2""",
            self.edition.id,
        )
        assert Counter({(kind, who): n for kind, who, n in letters}) == self.model.letters


def order(name):
    """Return by what sessions of one start are told apart: their numbers."""
    return workshop(name).number


def test_any_sequence_of_deeds_and_crashes_agrees_with_the_model(machine_site):
    runner, site = machine_site
    machine = type("Machine", (SigningUp,), {"runner": runner, "site": site})
    run_machine(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
