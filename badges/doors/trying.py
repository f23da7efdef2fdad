"""What a gate would answer to somebody at a time, and on what grounds, without any scan."""

from datetime import datetime

import msgspec
from msgspec import Struct

from badges.doors import deciding, gate_queries
from badges.doors.deciding import (
    NEVER_SEEN,
    Claim,
    GateRule,
    Holder,
    ListRule,
    Place,
    Question,
    Standing,
    milliseconds,
    own_claim,
)
from badges.doors.doors import Doors
from badges.doors.gate_queries import Bearer, Entry
from badges.models import Direction, Outcome
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.text import Text

EVERY_DAY = 0xFF
NOBODY = N_("Nobody has this reference, or no ticket was ever issued: check it.")


class Asked(Struct, frozen=True, kw_only=True):
    """Who is imagined at which gate of a list: a reference, or anybody of a category.

    With `seat` anybody holds a seat in whatever session is on.
    """

    check_in_list: str
    gate: str | None
    reference: str
    category: int
    seat: bool
    at: datetime
    direction: Direction = Direction.IN


class Tried(Struct, frozen=True, kw_only=True):
    """What would be answered, and all that it was decided on."""

    outcome: Outcome
    question: Question
    where: Place
    rule: ListRule
    gate: GateRule
    bearer: Bearer | None
    entry: Entry | None


async def ask(db: Db, edition: Edition, known: Doors, asked: Asked) -> Tried:
    """Decide as a gate of the list would; without a gate, as at a door of both ways.

    Raises:
        Invalid: the reference is nobody's.
    """
    rule = known.rules.lists[asked.check_in_list]
    gate = _gate(known, asked)
    rules = msgspec.structs.replace(known.rules, gates={gate.slug: gate}, lists={rule.slug: rule})
    where = deciding.place(rule, known.rules.days, milliseconds(asked.at))
    bearer = await _bearer(db, edition, asked)
    entry = None
    if bearer is not None:
        entry = await gate_queries.find_entry(db, edition.id, rule.slug, bearer.id, where.period)
    holder = _holder(bearer, asked, where)
    claim = (
        Claim(edition=edition.id, days=EVERY_DAY, revision=0)
        if bearer is None
        else own_claim(holder, edition.id)
    )
    question = Question(
        rules=rules,
        gate=gate.slug,
        at=milliseconds(asked.at),
        direction=asked.direction,
        claim=claim,
        holder=holder,
    )
    standing = NEVER_SEEN
    if entry is not None:
        standing = Standing(entered=entry.at_ms is not None, inside=entry.inside)
    return Tried(
        outcome=deciding.decide(question, where, standing),
        question=question,
        where=where,
        rule=rule,
        gate=gate,
        bearer=bearer,
        entry=entry,
    )


def _gate(known: Doors, asked: Asked) -> GateRule:
    """Return the gate that is asked about, or the first of the list, or one that is imagined."""
    of_list = [
        one for one in known.rules.gates.values() if one.check_in_list == asked.check_in_list
    ]
    name: Text = {}
    return next(
        (one for one in of_list if one.slug == asked.gate),
        of_list[0] if of_list else GateRule(slug="", name=name, check_in_list=asked.check_in_list),
    )


async def _bearer(db: Db, edition: Edition, asked: Asked) -> Bearer | None:
    if not asked.reference:
        return None
    found = await gate_queries.find_bearer(db, edition.id, asked.reference)
    if found is None:
        raise Invalid(fields={"who": NOBODY})
    return found


def _holder(bearer: Bearer | None, asked: Asked, where: Place) -> Holder:
    if bearer is None:
        session = where.window.session if where.window is not None else None
        return Holder(
            status="confirmed",
            category=asked.category,
            days=EVERY_DAY,
            revision=0,
            seats=[session] if asked.seat and session is not None else [],
        )
    return Holder(
        status="cancelled" if bearer.status == "refused" else bearer.status,
        category=bearer.category_number,
        days=bearer.days,
        revision=bearer.revision,
        ended_at=bearer.revoked_at_ms,
        replaced_at=bearer.reissued_at_ms,
        seats=bearer.seats,
    )
