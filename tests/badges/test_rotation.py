"""Rotating keys: old tickets stay good until their key is retired, at the server and offline."""

import asyncio
from datetime import timedelta

import asyncpg
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from badges import keys, rotation, tickets, tokens
from badges.doors.deciding import (
    DoorRules,
    Holder,
    Question,
    Standing,
    claim_of,
    decide,
    milliseconds,
    place,
)
from badges.keys import KeyNotHere
from badges.models import Direction
from badges.rotation import KeyNeeded, KeyNotFound, KeySigns, KeyState, KeysUsedUp, Which
from badges.tokens import Forged
from forum.commands import keys as commands
from forum.commands.installation import Installation
from forum.registrations import changing
from forum.registrations.models import Change
from tests.badges.scanner.test_manifests import Phone, plain
from tests.factories import DURING, eventually, sent

BY = {"actor": "command"}


@pytest.fixture
def site(lone_site):
    """A site of its own: keys belong to an installation, not to an edition."""
    return lone_site


@pytest.fixture
async def edition(site):
    return await site.edition()


@pytest.fixture
async def client(site):
    async with site.client() as client:
        yield client


@pytest.fixture
def rotate(site):
    """Make a key that signs at once, known to the site."""

    async def made(**given):
        key = await site.do(
            rotation.make_next, site.settings.secret_key, **BY, lead=timedelta(0), **given
        )
        async with site.pool.acquire() as db:
            assert await site.keyring.refresh(db)
        return key.id

    return made


@pytest.fixture
def phone(site, client, edition):
    async def enrolled():
        device, headers = await site.device(edition)
        return await Phone(client, device, headers).sync()

    return enrolled


@pytest.fixture
def door(site, client, edition):
    """Read tokens at the door, online; return the outcomes."""

    async def read(*some):
        _, headers = await site.device(edition)
        site.clock.at = max(site.clock.at, DURING)
        scans = [sent(one, at=site.clock.at) for one in some]
        answer = await client.post("/api/device/scans", json={"scans": scans}, headers=headers)
        return [one["outcome"] for one in answer.json()["outcomes"]]

    return read


def offline(phone, token, at=DURING):
    """Return what a phone decides by its manifest alone."""
    rules = msgspec.convert(phone.held["rules"], DoorRules)
    public = {
        int(number): Ed25519PublicKey.from_public_bytes(plain(key))
        for number, key in phone.held["keys"].items()
    }
    rule = rules.lists[rules.gates["main"].check_in_list]
    where = place(rule, rules.days, milliseconds(at))
    claim = holder = None
    try:
        claim = claim_of(tokens.verify(token, public))
        entry = phone.entry(token) or phone.of_number(token)
    except Forged:
        entry = None
    if entry is not None:
        holder = Holder(
            status=entry["s"],
            category=entry["c"],
            days=entry["d"],
            revision=entry["v"],
            ended_at=entry.get("e"),
            replaced_at=entry.get("p"),
            seats=entry.get("t", []),
        )
    question = Question(
        rules=rules,
        gate="main",
        at=milliseconds(at),
        direction=Direction.IN,
        claim=claim,
        holder=holder,
    )
    return decide(question, where, Standing(entered=False, inside=False)).value


async def shown_of(site):
    async with site.pool.acquire() as db:
        return await rotation.all_keys(db, at=site.clock.at)


async def again(site, edition, person):
    """Return the token that a person's ticket has now."""
    return (await site.registered(edition, person.id)).token


async def test_a_new_key_signs_what_is_issued_and_old_tickets_stay_good(
    site, edition, rotate, phone, door
):
    old = await site.register(edition)
    held = await phone()
    assert await rotate() == 1
    new = await site.register(edition)
    assert [site.keyring.read(one.token).key_id for one in (old, new)] == [0, 1]
    await held.sync()
    assert held.whole == 1
    assert [offline(held, one.token) for one in (old, new)] == ["admitted"] * 2
    assert await door(old.token, new.token) == ["admitted"] * 2


async def test_a_manifest_tells_every_key_that_is_not_retired(site, rotate, phone):
    await rotate()
    await site.do(rotation.retire, 0, **BY)
    await rotate()
    held = await phone()
    public = dict(await site.rows("select id, public from signing_key"))
    assert {int(number): plain(key) for number, key in held.held["keys"].items()} == {
        1: public[1],
        2: public[2],
    }


async def test_a_reissued_ticket_is_signed_by_the_new_key_and_the_old_one_is_revoked(
    site, edition, rotate, phone, door
):
    person = await site.register(edition)
    held = await phone()
    await rotate()
    await site.do(
        changing.change,
        edition,
        person.id,
        Change(category="agent"),
        by_staff=True,
        actor="organiser:test",
    )
    token = await again(site, edition, person)
    said = site.keyring.read(token)
    assert (said.key_id, said.revision) == (1, 1)
    await held.sync()
    assert [offline(held, one) for one in (person.token, token)] == ["revoked", "admitted"]
    assert await door(person.token, token) == ["revoked", "admitted"]


@pytest.mark.parametrize(
    ("which", "keys_then"),
    [(Which.UNPRINTED, {"printed": 0, "fresh": 1}), (Which.ALL, {"printed": 1, "fresh": 1})],
)
async def test_tickets_are_issued_anew_under_the_new_key(
    site, edition, rotate, phone, door, which, keys_then
):
    people = {name: await site.register(edition) for name in ("printed", "fresh", "gone")}
    await site.value(
        "update ticket set printed_at = now() where registration_id = $1", people["printed"].id
    )
    await site.cancel(edition, people["gone"])
    held = await phone()
    await rotate()
    [done] = await site.do(rotation.resign, which, **BY)
    count = sum(keys_then.values())
    assert (done.edition_id, done.tickets, done.printed) == (
        edition.id, count, keys_then["printed"],
    )  # fmt: skip
    await held.sync()
    for name, key_id in keys_then.items():
        token = await again(site, edition, people[name])
        said = site.keyring.read(token)
        assert (said.key_id, said.revision) == (key_id, key_id)
        assert offline(held, token) == "admitted"
        if key_id:
            assert offline(held, people[name].token) == "revoked"
            assert await door(people[name].token, token) == ["revoked", "admitted"]
    assert offline(held, people["gone"].token) == "cancelled"
    kept = await site.rows("select action, detail from audit where action = 'tickets_reissued'")
    assert kept == [
        ("tickets_reissued", {"key": 1, "count": count, "printed": keys_then["printed"]})
    ]
    unprinted = await site.value("select count(*) from ticket where printed_at is not null")
    assert unprinted == (which is Which.UNPRINTED)
    assert await site.do(rotation.resign, which, **BY) == []


@pytest.fixture
def retire(site, rotate):
    """Make another key, and retire the first by the command; return what was done."""

    async def retired(*, tell):
        await rotate()
        async with site.pool.acquire() as db:
            here = Installation(site.settings, db, site.keyring, site.ids)
            here.now = lambda: site.clock.at
            return await commands.retire(here, 0, resign=True, tell=tell)

    return retired


@pytest.mark.parametrize("tell", [True, False])
async def test_people_are_sent_their_new_ticket_unless_the_command_is_told_otherwise(
    site, edition, retire, tell
):
    await site.register(edition)
    done = await retire(tell=tell)
    assert [(one.tickets, one.told) for one in done.reissued] == [(1, int(tell))]
    kinds = [kind for kind, _ in await site.letters(edition)]
    assert kinds == ["confirmed", "reissued"] if tell else kinds == ["confirmed"]
    said = " ".join(commands.told(done))
    assert f"{int(tell)} people are sent theirs by e-mail" in said
    assert ("Tell those who are sent nothing" in said) != tell


async def test_no_ticket_ends_where_its_letter_cannot_be_stored(site, edition, retire):
    await site.register(edition)
    await site.value(
        "alter table outbox add constraint no_room check (kind <> 'reissued') not valid"
    )
    with pytest.raises(asyncpg.CheckViolationError):
        await retire(tell=True)
    assert await site.rows("select key_id, revision from ticket") == [(0, 0)]
    [first, _] = await shown_of(site)
    assert first.state is KeyState.GOOD


async def test_what_a_retired_key_signed_is_forged_everywhere(site, edition, rotate, phone, door):
    person = await site.register(edition)
    held = await phone()
    await rotate()
    await site.do(rotation.resign, Which.ALL, **BY)
    await site.do(rotation.retire, 0, **BY)
    async with site.pool.acquire() as db:
        assert await site.keyring.refresh(db)
    with pytest.raises(Forged, match="key"):
        site.keyring.read(person.token)
    await held.sync()
    token = await again(site, edition, person)
    assert [offline(held, one) for one in (person.token, token)] == ["forged", "admitted"]
    assert await door(person.token, token) == ["forged", "admitted"]


async def test_a_token_signed_by_a_stolen_key_once_it_is_retired_is_forged(
    site, edition, rotate, door
):
    person = await site.register(edition)
    stolen = site.keyring._opened.private[0]
    forged = tokens.sign(site.keyring.read(person.token), stolen)
    await rotate()
    await site.do(rotation.resign, Which.ALL, **BY)
    await site.do(rotation.retire, 0, **BY)
    async with site.pool.acquire() as db:
        await site.keyring.refresh(db)
    said = tokens.unpack(tokens.decode(await again(site, edition, person))[:12])
    under_new_id = tokens.sign(said, stolen)
    assert await door(forged, under_new_id) == ["forged", "forged"]


async def test_a_ticket_of_a_retired_key_is_drawn_and_never_believed(site, edition, rotate):
    person = await site.register(edition)
    site.clock.at = DURING + timedelta(days=30)
    await rotate()
    await site.do(rotation.retire, 0, **BY)
    async with site.pool.acquire() as db:
        await site.keyring.refresh(db)
    assert await again(site, edition, person) == person.token
    with pytest.raises(Forged):
        site.keyring.read(person.token)


async def test_a_key_that_is_needed_or_signs_is_not_retired(site, edition, rotate):
    await site.register(edition)
    with pytest.raises(KeySigns):
        await site.do(rotation.retire, 0, **BY)
    await rotate()
    with pytest.raises(KeyNeeded, match="1 tickets that open doors are signed with key 0"):
        await site.do(rotation.retire, 0, **BY)
    with pytest.raises(KeyNotFound, match="no signing key 7"):
        await site.do(rotation.retire, 7, **BY)
    [first, second] = await shown_of(site)
    assert (first.state, first.tickets, first.printed) == (KeyState.GOOD, 1, 0)
    assert (second.id, second.state, second.tickets) == (1, KeyState.SIGNS, 0)


async def test_retiring_waits_for_a_ticket_that_is_being_issued(site, edition, rotate):
    person = await site.register(edition)
    await rotate()
    await site.do(rotation.resign, Which.ALL, **BY)
    async with site.pool.acquire() as db, db.transaction():
        await db.execute("update ticket set key_id = 0 where registration_id = $1", person.id)
        retiring = asyncio.create_task(site.do(rotation.retire, 0, **BY))

        async def waits():
            return await site.value(
                """select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'"""
            )

        await eventually(waits)
    with pytest.raises(KeyNeeded):
        await retiring


async def test_a_key_signs_once_every_process_had_the_time_to_read_it(site, edition):
    made = await site.do(rotation.make_next, site.settings.secret_key, **BY)
    assert made.signs_from - site.clock.at == rotation.LEAD
    assert timedelta(seconds=keys.LOOK_EVERY_S) * 3 < rotation.LEAD
    early = await site.register(edition)
    site.clock.at = made.signs_from
    with pytest.raises(KeyNotHere):
        await site.register(edition)
    async with site.pool.acquire() as db:
        await site.keyring.refresh(db)
    late = await site.register(edition)
    assert [site.keyring.read(one.token).key_id for one in (early, late)] == [0, 1]
    waits = []

    async def sleep(seconds):
        waits.append(seconds)
        site.clock.forward(seconds=seconds)

    site.clock.at = made.created_at
    await rotation.known_everywhere(made, site.clock, sleep)
    assert waits == [rotation.LEAD.total_seconds()]


async def test_a_keyring_that_follows_learns_of_new_keys_and_of_retired_ones(site, monkeypatch):
    monkeypatch.setattr(keys, "LOOK_EVERY_S", 0.01)
    following = asyncio.create_task(keys.follow(site.keyring, site.pool))
    try:
        await site.do(rotation.make_next, site.settings.secret_key, **BY, lead=timedelta(0))
        await eventually(lambda: as_awaited(set(site.keyring.public) == {0, 1}))
        await site.do(rotation.retire, 0, **BY)
        await eventually(lambda: as_awaited(set(site.keyring.public) == {1}))
    finally:
        following.cancel()


async def as_awaited(value):
    return value


async def test_ids_of_retired_keys_serve_again_and_sixteen_good_ones_are_too_many(
    site, edition, rotate, door
):
    old = await site.register(edition)
    assert [await rotate() for _ in range(15)] == list(range(1, 16))
    with pytest.raises(KeysUsedUp):
        await rotate()
    await site.do(rotation.retire, 3, **BY)
    await site.do(rotation.resign, Which.ALL, **BY)
    site.clock.forward(seconds=1)
    await site.do(rotation.retire, 0, **BY)
    assert await rotate() == 3
    assert await rotate() == 0
    new = await site.register(edition)
    said = site.keyring.read(new.token)
    assert said.key_id == 0
    assert await door(old.token, new.token) == ["forged", "admitted"]
    shown = await shown_of(site)
    assert [one.id for one in shown] == [1, 2, *range(4, 16), 3, 0]
    assert [one.state for one in shown] == [KeyState.GOOD] * 15 + [KeyState.SIGNS]


async def test_what_was_done_to_keys_is_recorded(site, rotate):
    await rotate()
    await site.do(rotation.retire, 0, **BY)
    await site.do(rotation.retire, 0, **BY)
    kept = await site.rows(
        """select edition_id, actor, action, detail from audit
            where action like 'signing%' order by action"""
    )
    assert kept == [
        (0, "command", "signing_key_made", {"key": 1}),
        (0, "command", "signing_key_retired", {"key": 0}),
    ]


async def test_an_edition_that_is_over_keeps_its_tickets_as_they_are(site, edition, rotate):
    person = await site.register(edition)
    await rotate()
    site.clock.at = DURING + timedelta(days=3)
    assert await site.do(rotation.resign, Which.ALL, **BY) == []
    async with site.pool.acquire() as db:
        ticket = await tickets.find(db, edition.id, person.id)
    assert (ticket.key_id, ticket.revision) == (0, 0)
