"""At the door: a code of ours that nobody holds, codes that are not ours, a whole batch at once."""

import json
import uuid

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from badges import tokens
from badges.keys import open_keyring
from badges.models import Ticket, TokenPayload
from forum.core import clock
from forum.core.db import prepare_connection
from forum.core.postgres import Cluster
from forum.core.settings import read

HELD_BY_NOBODY = 2**48 - 1


def reading(text, gate="main"):
    now = clock.now().isoformat()
    return {"id": str(uuid.uuid4()), "token": text, "gate": gate, "scanned_at": now}


@pytest.fixture
async def database(demo):
    """A connection to the demonstration's database."""
    connection = await asyncpg.connect(Cluster(demo.var / "postgres").dsn())
    await prepare_connection(connection)
    yield connection
    await connection.close()


@pytest.fixture
def tickets(demo, tmp_path):
    """The tickets of the demonstration."""
    demo.run("export", "tickets", tmp_path / "tickets.json")
    return json.loads((tmp_path / "tickets.json").read_text("utf-8"))


async def test_a_code_that_we_signed_for_nobody_is_unknown(demo, database):
    secret = read(demo.environ, demo.var).secret_key
    keyring = await open_keyring(database, secret, at=clock.now())
    edition = await database.fetchval("select id from edition where slug = 'demo'")
    ticket = Ticket(
        edition_id=edition,
        registration_id=uuid.uuid4(),
        number=HELD_BY_NOBODY,
        key_id=max(keyring.public),
        category_number=1,
        days=0b11,
        revision=0,
        revoked_at=None,
    )
    [outcome] = demo.scan(demo.device("demo", "main"), reading(keyring.token(ticket)))
    assert outcome["outcome"] == "unknown"
    assert sorted(outcome) == ["id", "outcome"]


def test_a_code_of_another_signer_is_forged_whatever_it_says(demo, tickets):
    stranger = Ed25519PrivateKey.generate()
    payload = TokenPayload(key_id=0, edition=1, ticket=1, category=1, days=3, revision=0)
    device = demo.device("demo", "main")
    [outcome] = demo.scan(device, reading(tokens.sign(payload, stranger)))
    assert outcome["outcome"] == "forged"
    genuine = tickets[0]["token"]
    others = {place: "B" if genuine[place] != "B" else "C" for place in range(0, len(genuine), 11)}
    altered = [genuine[:n] + letter + genuine[n + 1 :] for n, letter in others.items()]
    outcomes = demo.scan(device, *map(reading, altered))
    assert [one["outcome"] for one in outcomes] == ["forged"] * len(altered)


def test_a_batch_is_answered_in_its_order_and_sent_again_the_same(demo, tickets):
    device = demo.device("demo", "main")
    some = [one["token"] for one in tickets[100:340]]
    batch = [reading(text) for text in [*some, *some, "https://example.org/", ""]]
    outcomes = demo.scan(device, *batch)
    assert [one["id"] for one in outcomes] == [one["id"] for one in batch]
    said = [one["outcome"] for one in outcomes]
    assert said == ["admitted"] * 240 + ["already_in"] * 240 + ["unknown"] * 2
    again = demo.scan(device, *batch)
    assert [one["outcome"] for one in again] == said


def test_a_phone_asks_goes_offline_clashes_with_another_and_takes_a_scan_back(demo, tickets):
    first, second = (demo.device("demo", "main") for _ in range(2))
    asked, offline, mistaken = (reading(tickets[n]["token"]) for n in (400, 401, 402))
    [answer] = demo.scan(first, asked)
    assert answer["outcome"] == "admitted"
    alone = [{**one, "shown": "admitted"} for one in (offline, mistaken)]
    undo = {**reading(""), "undoes": mistaken["id"]}
    told = demo.scan(first, undo, *alone)
    assert [one["outcome"] for one in told] == ["undone", "admitted", "admitted"]
    assert [one for one in told if "conflict" in one] == []
    elsewhere = [{**reading(one["token"]), "shown": "admitted"} for one in (offline, mistaken)]
    clash, fresh = demo.scan(second, *elsewhere)
    assert (clash["outcome"], clash["conflict"]) == ("admitted", "admitted_twice")
    assert (fresh["outcome"], fresh.get("conflict")) == ("admitted", None)
    again = demo.scan(first, undo, *alone)
    assert [one["outcome"] for one in again] == ["undone", "admitted", "admitted"]
    [late] = demo.scan(first, reading(tickets[400]["token"]))
    assert (late["outcome"], late["gate"]) == ("already_in", "main")
