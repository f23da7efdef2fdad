"""One deed on many registrations, each in a transaction of its own: none is done by half."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.registrations import changing, deciding, listing_queries, service
from forum.registrations.listing import Row
from forum.registrations.models import (
    OVER,
    Change,
    NotPossible,
    Registration,
    Status,
)

AT_ONCE = 100
"""How many are done in one request: the page that tells of them offers to go on."""
MOST = 5000
"""How many may be chosen for one deed."""
LONGEST_REASON = 1000


class TooManyChosen(Problem):
    """That is too many at once: choose fewer, by a filter."""

    code = "too_many_chosen"
    status = 422


class ManyDeed(StrEnum):
    """What can be done with many registrations at once."""

    APPROVE = "approve"
    REFUSE = "refuse"
    CANCEL = "cancel"
    MOVE = "move"
    """Change the category."""


class Order(Struct, frozen=True, kw_only=True):
    """A deed and what it needs to know: the category to move to, the reason told, the limits."""

    deed: ManyDeed
    category: str | None = None
    reason: str = ""
    beyond: bool = False


class Done(Struct, frozen=True, kw_only=True):
    """What became of one registration: done, the same already, or why not (an English msgid)."""

    reference: str
    name: str
    status: Status | None
    changed: bool
    why: str | None = None


def applies(order: Order, row: Row) -> bool:
    """Say whether a deed would change a registration as it stands; the verb has the last word."""
    return {
        ManyDeed.APPROVE: row.status is Status.PENDING
        or (order.beyond and row.status is Status.WAITING),
        ManyDeed.REFUSE: row.status is Status.PENDING,
        ManyDeed.CANCEL: row.status not in OVER,
        ManyDeed.MOVE: row.status not in OVER and row.category != order.category,
    }[order.deed]


async def chosen(db: Db, edition: Edition, references: Sequence[str]) -> list[Row]:
    """Return the registrations of these references, those that exist, sorted by name.

    Raises:
        TooManyChosen: they are more than `MOST`.
    """
    if len(references) > MOST:
        raise TooManyChosen
    return await listing_queries.list_named(db, edition.id, [*references])


async def do(
    db: Db,
    edition: Edition,
    order: Order,
    rows: Sequence[Row],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> list[Done]:
    """Do a deed on each, in order; what was done before stays as it is, so it may be sent again.

    Many are chosen by where they stand, so each verb looks at that again, and at no revision.
    """
    return [await _one(db, edition, order, row, actor=actor, at=at, ids=ids) for row in rows]


async def _one(
    db: Db, edition: Edition, order: Order, row: Row, *, actor: str, at: datetime, ids: Ids
) -> Done:
    try:
        after = await decide(db, edition, order, row.id, actor=actor, at=at, ids=ids)
    except Problem as problem:
        return Done(
            reference=row.reference,
            name=row.name,
            status=row.status,
            changed=False,
            why=why_not(problem),
        )
    changed = after.revision != row.revision
    return Done(reference=row.reference, name=row.name, status=after.status, changed=changed)


def why_not(problem: Problem) -> str:
    """Return why a deed was refused, as an English msgid."""
    return next(iter(problem.fields.values()), problem.message)


async def decide(
    db: Db,
    edition: Edition,
    order: Order,
    registration_id: UUID,
    *,
    revision: int | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Registration:
    """Do a deed on one registration, as long as it is still at `revision`, where one is given.

    Raises:
        ChangedMeanwhile: it is at another.
        Problem: what the deed's verb raises (`deciding`, `service.cancel`, `changing.change`).
    """
    match order.deed:
        case ManyDeed.APPROVE:
            return await deciding.approve(
                db, edition, registration_id, revision=revision, beyond=order.beyond,
                actor=actor, at=at, ids=ids,
            )  # fmt: skip
        case ManyDeed.REFUSE:
            return await deciding.refuse(
                db, edition, registration_id, revision=revision, reason=order.reason,
                actor=actor, at=at, ids=ids,
            )  # fmt: skip
        case ManyDeed.CANCEL:
            return await service.cancel(
                db, edition, registration_id, revision=revision, reason=order.reason,
                actor=actor, at=at, ids=ids,
            )  # fmt: skip
        case ManyDeed.MOVE:
            if order.category is None:
                raise NotPossible
            return await changing.change(
                db, edition, registration_id, Change(category=order.category),
                revision=revision, by_staff=True, beyond=order.beyond,
                actor=actor, at=at, ids=ids,
            )  # fmt: skip
