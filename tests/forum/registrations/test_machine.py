"""Registering as a whole, against a model in plain Python: any sequence of deeds, crashes between.

The model holds what the rules say in words: places are never overbooked, turns follow arrival, a
freed place goes to the first who may have it, each event is one letter, and the confirmed alone
hold a ticket that opens. A crash is a connection cut for real after some statements.
"""

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from forum.core.db import LOST, open_pool
from forum.core.errors import Invalid
from forum.editions.models import NewCategory
from forum.invitations import service as invitations
from forum.invitations.models import NewInvitation, NoPlacesToReserve
from forum.pages import form_changes
from forum.registrations import changing, deciding, groups, offers, places, service
from forum.registrations.models import (
    CategoryFull,
    Change,
    Group,
    NotPossible,
    OfferOver,
    Successor,
)
from tests.conftest import cloned, site_settings
from tests.factories import FORM, NOON, form, opened, setting_places

TEAM = {"actor": "organiser:test"}
EXAMPLES = int(os.environ.get("FORUM_MACHINE_EXAMPLES", "25"))
STEPS = 30
OVER = {"cancelled", "refused"}
HOLDING = {"confirmed", "offered"}
STANDING = {
    "pending": "received", "confirmed": "confirmed", "waiting": "waiting", "offered": "offer",
}  # fmt: skip
OPEN_CATEGORIES = ("agent", "press")
CATEGORIES = (*OPEN_CATEGORIES, "partner", "speaker")


@dataclass
class Person:
    """One registration of the model."""

    address: str
    category: str
    status: str
    turn: int | None = None
    counted: bool = True
    offer_until: object = None
    letters: Counter = field(default_factory=Counter)
    mailed_at: object = None

    def tell(self, kind, at):
        self.letters[kind] += 1
        self.mailed_at = at


@dataclass
class Code:
    """One invitation of the model."""

    id: object
    code: str
    category: str
    left: int
    reserves: bool
    bypass_limit: bool
    revoked: bool = False


@dataclass
class Model:
    """An edition in plain Python."""

    places: int
    limits: dict
    offer_hours: int | None
    people: dict = field(default_factory=dict)
    codes: list = field(default_factory=list)
    turns: int = 0
    groups: int = 0

    def taken(self, category=None):
        return sum(
            one.status in HOLDING and one.counted and category in (None, one.category)
            for one in self.people.values()
        )

    def reserved(self, category=None):
        return sum(
            one.left
            for one in self.codes
            if one.reserves and not one.revoked and category in (None, one.category)
        )

    def room(self, category):
        limit = self.limits[category]
        return self.taken() + self.reserved() < self.places and (
            limit is None or self.taken(category) + self.reserved(category) < limit
        )

    def stand(self, person, kind, at, *, counted=None):
        """Give a place where there is one, else a turn; `kind` tells the confirmed."""
        if self.room(person.category) or counted is not None:
            person.status = "confirmed"
            person.counted = self.room(person.category) if counted is None else counted
            person.tell(kind, at)
        else:
            self.turns += 1
            person.status, person.turn = "waiting", self.turns
            person.tell("waiting", at)

    def promote(self, at):
        waiting = sorted(
            (one for one in self.people.values() if one.status == "waiting"), key=lambda o: o.turn
        )
        for one in waiting:
            if not self.room(one.category):
                continue
            one.turn = None
            if self.offer_hours is None:
                one.status = "confirmed"
                one.tell("promoted", at)
            else:
                one.status, one.offer_until = "offered", at + timedelta(hours=self.offer_hours)
                one.tell("offer", at)

    def end(self, person, status, kind, at):
        person.status, person.turn, person.offer_until = status, None, None
        person.tell(kind, at)
        self.promote(at)


class Dying:
    """A connection that is cut after so many statements, as a crash would."""

    def __init__(self, connection, statements):
        self.connection = connection
        self.left = statements

    def __getattr__(self, name):
        found = getattr(self.connection, name)
        if name not in {"execute", "fetch", "fetchrow", "fetchval"}:
            return found

        async def counted(*arguments):
            if self.left == 0:
                self.connection.terminate()
                raise ConnectionResetError
            self.left -= 1
            return await found(*arguments)

        return counted


class Registering(RuleBasedStateMachine):
    """The machine: each rule is a deed on the real thing and on the model."""

    runner: asyncio.Runner
    site = None

    @initialize(
        total=st.integers(1, 5),
        press=st.integers(1, 2),
        offer_hours=st.sampled_from([None, 24]),
    )
    def begin(self, total, press, offer_hours):
        self.numbers = 0
        self.site.clock.at = NOON
        self.model = Model(
            places=total,
            limits={"agent": None, "press": press, "partner": None, "speaker": None},
            offer_hours=offer_hours,
        )
        self.edition = self.runner.run(
            self.site.edition(
                places=total,
                offer_hours=offer_hours,
                categories=[
                    NewCategory(code="agent", name={"fr": "Agent"}, self_change=True),
                    NewCategory(
                        code="press", name={"fr": "Presse"}, places=press, self_change=True
                    ),
                    NewCategory(code="partner", name={"fr": "Partenaire"}, approval=True),
                    NewCategory(code="speaker", name={"fr": "Orateur"}, invitation_only=True),
                ],
            )
        )

    # How deeds are done

    @property
    def now(self):
        return self.site.clock.at

    def fresh(self):
        self.numbers += 1
        return f"p{self.numbers}@example.org"

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

    def pick(self, index, *statuses):
        """Return the id of somebody who stands at one of these, in a stable order."""
        found = [i for i, one in self.model.people.items() if one.status in statuses]
        return found[index % len(found)] if found else None

    crash = st.one_of(st.none(), st.none(), st.integers(0, 14))
    index = st.integers(0, 40)

    # Coming

    def joined(self, registration, address, category, code=None):
        person = Person(address, category, "")
        if category == "partner" and not (code and code.reserves):
            person.status = "pending"
            person.tell("received", self.now)
        elif code and code.reserves:
            self.model.stand(person, "confirmed", self.now, counted=True)
        elif code and code.bypass_limit:
            self.model.stand(person, "confirmed", self.now, counted=self.model.room(category))
        else:
            self.model.stand(person, "confirmed", self.now)
        self.model.people[registration.id] = person

    @rule(category=st.sampled_from(["agent", "press", "partner"]), dies=crash)
    def register(self, category, dies):
        address = self.fresh()
        if self.do(dies, service.register, form(email=address, category=category)):
            self.joined(self.result, address, category)

    @rule(category=st.sampled_from(OPEN_CATEGORIES), count=st.integers(2, 3), dies=crash)
    def register_a_group(self, category, count, dies):
        addresses = [self.fresh() for _ in range(count)]
        people = [form(email=address, category=category) for address in addresses]
        group = Group(coordinator_name="Jeanne Blanc", coordinator_email="jeanne@example.org")
        if self.do(dies, groups.register_group, group, people):
            self.model.groups += 1
            for registration, address in zip(self.result, addresses, strict=True):
                self.joined(registration, address, category)

    @precondition(lambda self: self.model.people)
    @rule(index=index, dies=crash)
    def register_again(self, index, dies):
        registration_id = self.pick(index, "pending", "confirmed", "waiting", "offered")
        if registration_id is None:
            return
        person = self.model.people[registration_id]
        if person.category == "speaker":
            return
        again = form(email=person.address.upper(), category=person.category)
        if self.do(dies, service.register, again):
            assert self.result.id == registration_id
            if self.now - person.mailed_at >= timedelta(minutes=5):
                person.tell(STANDING[person.status], self.now)

    # Invitations

    @rule(
        category=st.sampled_from(CATEGORIES),
        uses=st.integers(1, 2),
        power=st.sampled_from(["reserves", "bypass_limit", "none"]),
        dies=crash,
    )
    def invite(self, category, uses, power, dies):
        new = NewInvitation(
            category=category,
            uses=uses,
            reserves=power == "reserves",
            bypass_limit=power == "bypass_limit",
        )
        limit = self.model.limits[category]
        fits = self.model.taken() + self.model.reserved() + uses <= self.model.places and (
            limit is None
            or self.model.taken(category) + self.model.reserved(category) + uses <= limit
        )
        try:
            stored = self.do(dies, invitations.create, [new], **TEAM)
        except NoPlacesToReserve:
            assert new.reserves
            assert not fits
            return
        if stored:
            assert fits or not new.reserves
            made = self.result[0]
            code = Code(made.id, made.code, category, uses, new.reserves, new.bypass_limit)
            self.model.codes.append(code)

    @precondition(lambda self: self.model.codes)
    @rule(index=index, dies=crash)
    def register_by_code(self, index, dies):
        code = self.model.codes[index % len(self.model.codes)]
        address = self.fresh()
        given = form(email=address, category=code.category, invitation=code.code.lower())
        try:
            stored = self.do(dies, service.register, given)
        except Invalid as invalid:
            why = invalid.fields
        else:
            why = {}
        assert why.keys() == ({"invitation"} if code.revoked or not code.left else set())
        if why:
            return
        if stored:
            assert not code.revoked
            code.left -= 1
            self.joined(self.result, address, code.category, code)

    @precondition(lambda self: self.model.codes)
    @rule(index=index, dies=crash)
    def revoke(self, index, dies):
        code = self.model.codes[index % len(self.model.codes)]
        if self.do(dies, places.end_invitation, code.id, **TEAM):
            code.revoked = True
            self.model.promote(self.now)

    # Deciding

    @precondition(lambda self: self.model.people)
    @rule(index=index, beyond=st.booleans(), dies=crash)
    def approve(self, index, beyond, dies):
        registration_id = self.pick(index, "pending", "waiting", "confirmed", "refused")
        if registration_id is None:
            return
        person = self.model.people[registration_id]
        try:
            stored = self.do(dies, deciding.approve, registration_id, beyond=beyond, **TEAM)
        except NotPossible:
            assert person.status == "refused"
            return
        changes = person.status == "pending" or (person.status == "waiting" and beyond)
        if stored and changes:
            counted = self.model.room(person.category) if beyond else None
            person.turn = None
            self.model.stand(person, "approved", self.now, counted=counted)

    @precondition(lambda self: self.model.people)
    @rule(index=index, dies=crash)
    def refuse(self, index, dies):
        registration_id = self.pick(index, "pending", "confirmed", "refused")
        if registration_id is None:
            return
        person = self.model.people[registration_id]
        try:
            stored = self.do(dies, deciding.refuse, registration_id, **TEAM)
        except NotPossible:
            assert person.status == "confirmed"
            return
        if stored and person.status == "pending":
            self.model.end(person, "refused", "refused", self.now)

    # Leaving, moving, accepting

    @precondition(lambda self: self.model.people)
    @rule(index=index, dies=crash)
    def cancel(self, index, dies):
        registration_id = self.pick(
            index, "pending", "confirmed", "waiting", "offered", "cancelled", "refused"
        )
        person = self.model.people[registration_id]
        if self.do(dies, service.cancel, registration_id) and person.status not in OVER:
            self.model.end(person, "cancelled", "cancelled", self.now)

    @precondition(lambda self: self.model.people)
    @rule(index=index, category=st.sampled_from(OPEN_CATEGORIES), dies=crash)
    def move(self, index, category, dies):
        registration_id = self.pick(index, "pending", "confirmed", "waiting", "offered")
        if registration_id is None:
            return
        person = self.model.people[registration_id]
        holds = person.status in HOLDING
        before, person.category = person.category, "nowhere"  # its own place is free meanwhile
        was_counted, person.counted = person.counted, False
        room = self.model.room(category)
        person.category, person.counted = before, was_counted
        try:
            stored = self.do(dies, changing.change, registration_id, Change(category=category))
        except CategoryFull:
            assert holds
            assert not room
            return
        if stored and before != category:
            person.category = category
            if holds:
                person.counted = True
            person.tell("changed", self.now)
            self.model.promote(self.now)

    @precondition(lambda self: self.model.people)
    @rule(index=index, dies=crash)
    def transfer(self, index, dies):
        registration_id = self.pick(index, "confirmed")
        if registration_id is None:
            return
        person = self.model.people[registration_id]
        address = self.fresh()
        to = Successor(given_name="Ada", family_name="Ferrand", email=address)
        if self.do(dies, changing.transfer, registration_id, to):
            person.status = "cancelled"
            person.tell("transferred", self.now)
            new = Person(address, person.category, "confirmed", counted=person.counted)
            new.tell("confirmed", self.now)
            self.model.people[self.result.id] = new

    @precondition(lambda self: self.model.people)
    @rule(index=index, dies=crash)
    def accept(self, index, dies):
        registration_id = self.pick(index, "offered", "waiting", "confirmed", "cancelled")
        if registration_id is None:
            return
        person = self.model.people[registration_id]
        over = person.status == "offered" and person.offer_until <= self.now
        try:
            stored = self.do(dies, offers.accept, registration_id)
        except OfferOver:
            assert over or person.status == "cancelled"
            return
        except NotPossible:
            assert person.status == "waiting"
            return
        if stored and person.status == "offered":
            assert not over
            person.status, person.offer_until = "confirmed", None
            person.tell("confirmed", self.now)

    # Time and places

    @rule(hours=st.sampled_from([1, 24]))
    def time_passes(self, hours):
        self.site.clock.forward(hours=hours)

    @rule(dies=crash)
    def end_overdue(self, dies):
        async def deed():
            async with self.site.pool.acquire() as db:
                dying = Dying(db, dies if dies is not None else 10_000)
                await offers.end_overdue(dying, at=self.now, ids=self.site.ids)

        try:
            self.runner.run(deed())
        except LOST:
            # Each offer is a transaction of its own: whatever was done is done; finish it.
            async def again():
                async with self.site.pool.acquire() as db:
                    await offers.end_overdue(db, at=self.now, ids=self.site.ids)

            self.runner.run(again())
        lapsed = [o for o in self.model.people.values() if o.status == "offered"]
        for person in sorted(lapsed, key=lambda one: one.offer_until):
            if person.offer_until <= self.now:
                self.model.end(person, "cancelled", "lapsed", self.now)

    @rule(change=st.integers(-2, 3), category=st.sampled_from([None, "press"]), dies=crash)
    def set_places(self, change, category, dies):
        held = self.model.taken(category) + self.model.reserved(category)
        before = self.model.places if category is None else self.model.limits[category]
        wanted = max(1, before + change)
        waiting = {i for i, one in self.model.people.items() if one.status == "waiting"}
        work, refused, stored = setting_places(self.edition, category, wanted), set(), False
        try:
            stored = self.do(dies, form_changes.change, work, **FORM)
        except Invalid as invalid:
            refused = {*invalid.fields}
        if refused:
            assert (refused, wanted < held) == ({"places"}, True)
        if stored:
            assert wanted >= held
            if category is None:
                self.model.places = wanted
            else:
                self.model.limits[category] = wanted
            self.model.promote(self.now)
            left = {i for i, one in self.model.people.items() if one.status == "waiting"}
            assert self.result == len(waiting - left)

    # What must hold after each deed

    @invariant()
    def the_database_is_as_the_model(self):
        if getattr(self, "model", None) is None:
            return
        self.runner.run(self.compare())

    async def compare(self):
        rows = await self.site.rows(
            """select id, category, status::text, turn, counted, offer_until
                 from registration where edition_id = $1""",
            self.edition.id,
        )
        seen = {row[0]: row[1:4] for row in rows}
        wanted = {i: (o.category, o.status, o.turn) for i, o in self.model.people.items()}
        assert seen == wanted
        counted = {row[0]: row[4] for row in rows if row[2] in HOLDING}
        people = self.model.people
        assert counted == {i: o.counted for i, o in people.items() if o.status in HOLDING}
        until = {row[0]: row[5] for row in rows if row[2] == "offered"}
        assert until == {i: o.offer_until for i, o in people.items() if o.status == "offered"}
        total, by_category = await self.site.counts(self.edition)
        assert total == (self.model.taken(), self.model.reserved())
        assert total[0] + total[1] <= self.model.places
        model_counts = {c: (self.model.taken(c), self.model.reserved(c)) for c in CATEGORIES}
        assert by_category == {c: n for c, n in model_counts.items() if n != (0, 0)}
        live = await self.site.rows(
            "select registration_id from ticket where edition_id = $1 and revoked_at is null",
            self.edition.id,
        )
        assert {row[0] for row in live} == {i for i, o in people.items() if o.status == "confirmed"}
        letters = await self.site.letters(self.edition)
        sent = Counter((kind, to) for kind, to in letters)
        expected = Counter(
            {(kind, o.address): n for o in people.values() for kind, n in o.letters.items()}
        )
        if self.model.groups:
            expected["group", "jeanne@example.org"] = self.model.groups
        assert sent == expected


@pytest.fixture
def machine_site(cluster, template, tmp_path):
    """A site in a loop of its own: a machine runs outside of the tests' loop."""
    with asyncio.Runner() as runner:
        database, pool = cloned(cluster, template), None

        async def begin():
            nonlocal pool
            name = await database.__aenter__()
            pool = open_pool(cluster.dsn(name), size=4)
            inside = opened(await pool.__aenter__(), site_settings(tmp_path))
            return await inside.__aenter__()

        yield runner, runner.run(begin())

        async def end():
            await pool.__aexit__(None, None, None)
            await database.__aexit__(None, None, None)

        runner.run(end())


def test_any_sequence_of_deeds_and_crashes_agrees_with_the_model(machine_site):
    runner, site = machine_site
    machine = type("Machine", (Registering,), {"runner": runner, "site": site})
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
