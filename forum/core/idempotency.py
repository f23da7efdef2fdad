"""Idempotency-Key: an answer stored with the change it protects, so that a retry gets the same."""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from forum.core.db import Db, maybe
from forum.core.errors import Problem

LONGEST_KEY = 200
KEPT = timedelta(days=2)


class KeyReused(Problem):
    """This Idempotency-Key was used with another request body: make a new key."""

    code = "idempotency_key_reused"
    status = 422


class BadKey(Problem):
    """An Idempotency-Key has 1 to 200 visible ASCII characters."""

    code = "idempotency_key_invalid"
    status = 422


class Answer(Struct, frozen=True):
    """What was answered: status and body."""

    status: int
    answer: bytes


class RequestKey(Struct, frozen=True):
    """An Idempotency-Key as it came: its scope (one route of one edition), itself, the body."""

    scope: str
    key: str
    body: bytes


class _Stored(Struct, frozen=True):
    status: int
    answer: bytes
    body_digest: bytes


async def recall(db: Db, sent: RequestKey) -> Answer | None:
    """Return what was answered to this key, or None the first time.

    Call it inside the transaction of the change: it holds a lock on the key until the end, so that
    two requests with one key run one after the other.

    Raises:
        BadKey: the key is empty, too long, or not visible ASCII.
        KeyReused: the key came with another body before.
    """
    if not (1 <= len(sent.key) <= LONGEST_KEY and sent.key.isascii() and sent.key.isprintable()):
        raise BadKey
    lock = f"{sent.scope} {sent.key}"
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", lock)
    found = await maybe(
        db,
        _Stored,
        "select status, answer, body_digest from idempotency where scope = $1 and key = $2",
        sent.scope,
        sent.key,
    )
    if found is None:
        return None
    if found.body_digest != sha256(sent.body).digest():
        raise KeyReused
    return Answer(found.status, found.answer)


async def remember(db: Db, sent: RequestKey, answer: Answer, *, at: datetime) -> None:
    """Store the answer to this key, in the transaction of the change."""
    await db.execute(
        """
        insert into idempotency (scope, key, body_digest, status, answer, created_at)
             values ($1, $2, $3, $4, $5, $6)
        """,
        sent.scope,
        sent.key,
        sha256(sent.body).digest(),
        answer.status,
        answer.answer,
        at,
    )


async def sweep(db: Db, *, before: datetime) -> None:
    """Forget the answers given before an instant; doing it again changes nothing."""
    await db.execute("delete from idempotency where created_at < $1", before)
