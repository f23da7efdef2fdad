"""E-mails stored with the change that they announce; the worker renders and sends them later.

A row holds the kind and the values, not the finished message: the request stays light, and the
text comes from the templates at the moment of sending. `UNIQUE (kind, subject, version)` makes
each business event one e-mail; the Message-ID is derived from the row's id, so a message sent
twice after a crash is recognised as one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from forum.core.db import Db, many

LEASE = timedelta(minutes=1)
MAX_ATTEMPTS = 130
"""Five days of them, as mail servers are patient with each other (RFC 5321, 4.5.4.1)."""


class Letter(Struct, frozen=True, kw_only=True):
    """An e-mail to come: `kind` names its template folder, `data` the values it shows."""

    edition_id: int
    id: UUID
    kind: str
    subject_id: UUID
    version: int
    recipient: str
    language: str
    data: dict[str, Any]


class Claimed(Letter, frozen=True, kw_only=True):
    """A letter that this worker holds until its lease ends; `attempts` counts this one too."""

    attempts: int
    created_at: datetime


class Posted(Struct, frozen=True, kw_only=True):
    """What became of a letter: sent, given up, or still to leave at `run_at`."""

    kind: str
    recipient: str
    created_at: datetime
    run_at: datetime
    attempts: int
    sent_at: datetime | None
    failed_at: datetime | None


PUT = """
    insert into outbox (edition_id, id, kind, subject_id, version, recipient, language, data,
                        created_at, run_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    on conflict on constraint outbox_once_key do nothing
"""


async def put(db: Db, letter: Letter, *, at: datetime) -> None:
    """Store a letter; it leaves only if the caller's transaction commits, and only once.

    A letter to nobody, who gave no address, is not stored.
    """
    if letter.recipient:
        await db.execute(PUT, *_row(letter, at))


async def put_all(db: Db, letters: Iterable[Letter], *, at: datetime) -> None:
    """Store many letters, each as `put` does, with as few answers to wait for as the driver can."""
    await db.executemany(PUT, [_row(letter, at) for letter in letters if letter.recipient])


def _row(letter: Letter, at: datetime) -> tuple[object, ...]:
    return (
        letter.edition_id,
        letter.id,
        letter.kind,
        letter.subject_id,
        letter.version,
        letter.recipient,
        letter.language,
        letter.data,
        at,
    )


async def of_subject(db: Db, edition_id: int, subject_id: UUID) -> list[Posted]:
    """Return the letters on one subject, the latest first, at most a hundred."""
    return await many(
        db,
        Posted,
        """
        select kind, recipient, created_at, run_at, attempts, sent_at, failed_at
          from outbox
         where edition_id = $1 and subject_id = $2
         order by created_at desc, version desc
         limit 100
        """,
        edition_id,
        subject_id,
    )


async def claim(db: Db, *, at: datetime, limit: int) -> list[Claimed]:
    """Take up to `limit` letters that are due, in order of age; others skip them for `LEASE`."""
    return await many(
        db,
        Claimed,
        """
        update outbox o
           set attempts = o.attempts + 1, lease_until = $1::timestamptz + $2::interval
          from (select edition_id, id
                  from outbox
                 where sent_at is null and failed_at is null and run_at <= $1
                   and (lease_until is null or lease_until <= $1)
                 order by run_at, id
                 limit $3
                   for update skip locked) due
         where o.edition_id = due.edition_id and o.id = due.id
     returning o.edition_id, o.id, o.kind, o.subject_id, o.version, o.recipient, o.language, o.data,
               o.attempts, o.created_at
        """,
        at,
        LEASE,
        limit,
    )


async def sent(db: Db, letter: Claimed, *, at: datetime) -> None:
    """Record that the letter left."""
    await db.execute(
        "update outbox set sent_at = $3, lease_until = null where edition_id = $1 and id = $2",
        letter.edition_id,
        letter.id,
        at,
    )


async def failed(db: Db, letter: Claimed, why: str, *, at: datetime) -> None:
    """Put the letter back, later each time up to an hour, and give up after `MAX_ATTEMPTS`.

    A letter that another worker has sent meanwhile, the lease of this one being over, stays sent.
    """
    delay = timedelta(seconds=min(3600, 2**letter.attempts))
    await db.execute(
        """
        update outbox
           set lease_until = null, last_error = $3, run_at = $4::timestamptz + $5::interval,
               failed_at = case when $6 then $4::timestamptz end
         where edition_id = $1 and id = $2 and sent_at is null
        """,
        letter.edition_id,
        letter.id,
        why[:500],
        at,
        delay,
        letter.attempts >= MAX_ATTEMPTS,
    )
