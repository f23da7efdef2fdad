"""Signing keys: made once, sealed at rest, useless without the site's secret."""

import asyncio
import base64
import subprocess

import asyncpg
import msgspec
import pytest

from badges import keys, rotation
from badges.keys import KeysSealed, open_keyring
from badges.models import Ticket, TokenPayload
from badges.tokens import Forged
from forum.core.db import prepare_connection
from forum.core.ids import Ids
from tests.factories import NOON

SECRET = b"a secret of at least 32 bytes...."
TICKET = Ticket(
    edition_id=3,
    registration_id=None,
    number=2**47,
    key_id=0,
    category_number=4,
    days=3,
    revision=1,
    revoked_at=None,
)


async def test_the_first_start_makes_a_key_and_the_next_opens_it(db):
    first = await open_keyring(db, SECRET, at=NOON)
    again = await open_keyring(db, SECRET, at=NOON)
    assert first.token(TICKET) == again.token(TICKET)
    assert await db.fetchval("select count(*) from signing_key") == 1


async def test_two_starts_at_once_make_one_key(pool):
    async def start():
        async with pool.acquire() as db:
            return await open_keyring(db, SECRET, at=NOON)

    rings = await asyncio.gather(*(start() for _ in range(5)))
    assert len({ring.token(TICKET) for ring in rings}) == 1


async def test_the_private_half_is_sealed(db):
    ring = await open_keyring(db, SECRET, at=NOON)
    row = await db.fetchrow("select public, sealed from signing_key")
    assert row["public"] == ring.public[0].public_bytes_raw()
    assert ring._opened.private[0].private_bytes_raw() not in row["sealed"]


async def test_a_dump_of_the_database_tells_no_private_key(cluster, dsn):
    connection = await asyncpg.connect(dsn)
    try:
        await prepare_connection(connection)
        ring = await open_keyring(connection, SECRET, at=NOON)
        await rotation.make_next(connection, SECRET, actor="command", at=NOON, ids=Ids())
        await ring.refresh(connection)
    finally:
        await connection.close()
    dumped = await asyncio.to_thread(
        subprocess.run,
        [cluster.programs / "pg_dump", "--inserts", dsn],
        capture_output=True,
        check=True,
    )
    plain = dumped.stdout.decode()
    stored = plain[plain.index("signing_key VALUES") :]
    assert len(ring._opened.private) == 2
    for number, key in ring._opened.private.items():
        public, private = ring.public[number].public_bytes_raw(), key.private_bytes_raw()
        assert public.hex() in stored.lower()
        for secret in (private, SECRET):
            for spelt in (secret.hex(), secret.hex().upper(), *in_base64(secret)):
                assert spelt not in plain


def in_base64(content):
    """Spell bytes in base64 as they would look at any offset in a longer text, ends left out."""
    for ahead in range(3):
        for spell in (base64.b64encode, base64.urlsafe_b64encode):
            yield spell(b"x" * ahead + content).decode()[4:-8]


async def test_another_secret_is_refused(db):
    await open_keyring(db, SECRET, at=NOON)
    with pytest.raises(KeysSealed, match="FORUM_SECRET_KEY"):
        await open_keyring(db, b"another secret of 32 bytes.......", at=NOON)


async def test_a_sealed_key_that_was_changed_is_refused(db):
    await open_keyring(db, SECRET, at=NOON)
    await db.execute(
        "update signing_key set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)"
    )
    with pytest.raises(KeysSealed):
        await open_keyring(db, SECRET, at=NOON)


async def test_a_token_says_what_its_ticket_says(db):
    ring = await open_keyring(db, SECRET, at=NOON)
    assert ring.read(ring.token(TICKET)) == TokenPayload(
        key_id=0, edition=3, ticket=2**47, category=4, days=3, revision=1
    )


async def test_a_token_of_another_installation_is_forged(db):
    ring = await open_keyring(db, SECRET, at=NOON)
    await db.execute("delete from signing_key")
    other = await open_keyring(db, SECRET, at=NOON)
    with pytest.raises(Forged):
        other.read(ring.token(TICKET))


async def test_what_was_read_once_is_read_alike_again_and_a_forgery_never(db):
    ring = await open_keyring(db, SECRET, at=NOON)
    token = ring.token(TICKET)
    forged = token[:-2] + ("AA" if token[-2] != "A" else "BA")
    for _ in range(2):
        assert ring.read(token.lower()).ticket == TICKET.number
        with pytest.raises(Forged):
            ring.read(forged)


async def test_no_more_tokens_are_kept_than_fit(db, monkeypatch):
    monkeypatch.setattr(keys, "KEPT", 3)
    ring = await open_keyring(db, SECRET, at=NOON)
    tickets = [msgspec.structs.replace(TICKET, number=n) for n in range(8)]
    signed = [ring.token(one) for one in tickets]
    assert [ring.read(token).ticket for token in signed] == list(range(8))
    assert len(ring._known) <= 3
