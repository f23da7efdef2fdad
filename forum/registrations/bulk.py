"""One deed on many registrations, each in a transaction of its own: none is done by half."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum

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
    """Do a deed on each, in order; what was done before stays as it is, so it may be sent again."""
    verb = VERBS[order.deed]
    return [await _one(verb, db, edition, order, row, actor=actor, at=at, ids=ids) for row in rows]


Verb = Callable[..., Awaitable[Registration]]


async def _one(
    verb: Verb,
    db: Db,
    edition: Edition,
    order: Order,
    row: Row,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Done:
    try:
        after = await verb(db, edition, order, row, actor=actor, at=at, ids=ids)
    except Problem as problem:
        why = next(iter(problem.fields.values()), problem.message)
        return Done(
            reference=row.reference, name=row.name, status=row.status, changed=False, why=why
        )
    changed = after.revision != row.revision
    return Done(reference=row.reference, name=row.name, status=after.status, changed=changed)


async def _approve(
    db: Db, edition: Edition, order: Order, row: Row, *, actor: str, at: datetime, ids: Ids
) -> Registration:
    return await deciding.approve(
        db, edition, row.id, beyond=order.beyond, actor=actor, at=at, ids=ids
    )


async def _refuse(
    db: Db, edition: Edition, order: Order, row: Row, *, actor: str, at: datetime, ids: Ids
) -> Registration:
    return await deciding.refuse(
        db, edition, row.id, reason=order.reason, actor=actor, at=at, ids=ids
    )


async def _cancel(
    db: Db, edition: Edition, order: Order, row: Row, *, actor: str, at: datetime, ids: Ids
) -> Registration:
    return await service.cancel(
        db, edition, row.id, reason=order.reason, actor=actor, at=at, ids=ids
    )


async def _move(
    db: Db, edition: Edition, order: Order, row: Row, *, actor: str, at: datetime, ids: Ids
) -> Registration:
    if order.category is None:
        raise NotPossible
    return await changing.change(
        db,
        edition,
        row.id,
        Change(category=order.category),
        by_staff=True,
        beyond=order.beyond,
        actor=actor,
        at=at,
        ids=ids,
    )


VERBS: dict[ManyDeed, Verb] = {
    ManyDeed.APPROVE: _approve,
    ManyDeed.REFUSE: _refuse,
    ManyDeed.CANCEL: _cancel,
    ManyDeed.MOVE: _move,
}
