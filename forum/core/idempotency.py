"""Idempotency-Key: an answer stored with the change it protects, so that a retry gets the same.

A route that changes something asks for `once` and does its deed through it:
`return await once(Enrolled, lambda: devices.enrol(db, …))`.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from forum.core.db import Db, maybe, retried
from forum.core.errors import Problem

T = TypeVar("T")

LONGEST_KEY = 200
KEPT = timedelta(days=2)
NONCE_BYTES = 12


class KeyReused(Problem):
    """This Idempotency-Key was used with another request body: make a new key."""

    code = "idempotency_key_reused"
    status = 422


class BadKey(Problem):
    """An Idempotency-Key has 1 to 200 visible ASCII characters."""

    code = "idempotency_key_invalid"
    status = 422


class RequestKey(Struct, frozen=True, kw_only=True):
    """An Idempotency-Key as it came: `scope` is the method and the address, `who` the credentials.

    `status` is what the route answers when all is well.
    """

    scope: str
    key: str
    body: bytes
    who: str = ""
    status: int = 200


class Once:
    """Does the deed of one request; a second time, with the same key, it answers the same."""

    def __init__(self, db: Db, sent: RequestKey | None, secret: bytes, at: datetime) -> None:
        self._db = db
        self._sent = sent
        self._secret = secret
        self._at = at

    async def __call__(self, into: type[T], deed: Callable[[], Awaitable[T]]) -> T:
        """Return what `deed` returns, an `into`, which travels as JSON.

        With a key, all that the deed changes and its answer are stored together or not at all; a
        refusal is not kept.

        Raises:
            BadKey: the key is empty, too long, or not visible ASCII.
            KeyReused: the key came with another body before.
        """
        if self._sent is None:
            return await deed()
        slot = Slot(self._sent, self._secret)
        return await _once(self._db, slot, into, deed, at=self._at)


@retried
async def _once(
    db: Db, slot: "Slot", into: type[T], deed: Callable[[], Awaitable[T]], *, at: datetime
) -> T:
    async with db.transaction():
        answer = await recall(db, slot)
        if answer is not None:
            return msgspec.json.decode(answer, type=into)
        made = await deed()
        await remember(db, slot, msgspec.json.encode(made), at=at)
    return made


class Slot:
    """Where the answer to a key is kept: under a name, sealed, and both can be had by the key only.

    An answer may hold a secret (a device's token), a body what is personal. The table holds
    neither, nor the key: name, seal and the body's digest come from the key and the secret of the
    installation (HKDF, RFC 5869), so that it says nothing to who reads the database.
    """

    def __init__(self, sent: RequestKey, secret: bytes) -> None:
        if not (
            1 <= len(sent.key) <= LONGEST_KEY and sent.key.isascii() and sent.key.isprintable()
        ):
            raise BadKey
        self.scope = sent.scope
        self.status = sent.status
        told = sha256(msgspec.json.encode([sent.scope, sent.who, sent.key])).digest()
        derived = HKDF(SHA256(), 64, salt=None, info=b"forum idempotency " + told).derive(secret)
        self.name, self._seal = derived[:32].hex(), derived[32:]
        self.body_digest = hmac.digest(self._seal, sent.body, "sha256")

    def sealed(self, answer: bytes) -> bytes:
        """Return an answer as it is stored."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._seal).encrypt(nonce, answer, self.body_digest)

    def opened(self, stored: bytes) -> bytes:
        """Return a stored answer as it was."""
        nonce, sealed = stored[:NONCE_BYTES], stored[NONCE_BYTES:]
        return AESGCM(self._seal).decrypt(nonce, sealed, self.body_digest)


class _Stored(Struct, frozen=True):
    answer: bytes
    body_digest: bytes


async def recall(db: Db, slot: Slot) -> bytes | None:
    """Return what was answered to this key, or None the first time.

    Call it inside the transaction of the change: it holds a lock on the key until the end, so that
    two requests with one key run one after the other.

    Raises:
        KeyReused: the key came with another body before.
    """
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", slot.name)
    found = await maybe(
        db,
        _Stored,
        "select answer, body_digest from idempotency where scope = $1 and key = $2",
        slot.scope,
        slot.name,
    )
    if found is None:
        return None
    if not hmac.compare_digest(found.body_digest, slot.body_digest):
        raise KeyReused
    return slot.opened(found.answer)


async def remember(db: Db, slot: Slot, answer: bytes, *, at: datetime) -> None:
    """Store the answer to this key, in the transaction of the change."""
    await db.execute(
        """
        insert into idempotency (scope, key, body_digest, status, answer, created_at)
             values ($1, $2, $3, $4, $5, $6)
        """,
        slot.scope,
        slot.name,
        slot.body_digest,
        slot.status,
        slot.sealed(answer),
        at,
    )


async def sweep(db: Db, *, before: datetime) -> None:
    """Forget the answers given before an instant; doing it again changes nothing."""
    await db.execute("delete from idempotency where created_at < $1", before)
