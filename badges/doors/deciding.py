"""What a gate answers, and what scans come to: values in, a decision out.

Devices without a network decide by the same rules (`static/decide.js`); one file of cases,
`tests/data/decisions.json`, holds both. So all that is decided on is numbers and short texts:
instants are whole milliseconds since 1970 in UTC, categories and sessions are their numbers.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from badges.models import (
    ConflictKind,
    Counting,
    Direction,
    Directions,
    GateKind,
    Outcome,
    TokenPayload,
)
from forum.core.text import Text

MS = 1000


class Window(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of time in which a list is open, its end not included.

    `session` is the number of the session for which it is open. With `seat` only who holds a seat
    in it passes, until `seat_until` (None: to its end).
    """

    opens: int
    closes: int
    session: int | None = None
    seat: bool = False
    seat_until: int | None = None


class ListRule(Struct, frozen=True, kw_only=True):
    """A check-in list as it is decided by; None for `categories` lets in all of them.

    Without `windows` (None) the list is always open, rehearsals included; with an empty one never.
    """

    slug: str
    categories: list[int] | None = None
    windows: list[Window] | None = None
    counts: Counting = Counting.DAY
    reentry: bool = True


class GateRule(Struct, frozen=True, kw_only=True):
    """A gate as it is decided by, and its name."""

    slug: str
    name: Text
    kind: GateKind = GateKind.DOOR
    directions: Directions = Directions.BOTH
    check_in_list: str


class DoorRules(Struct, frozen=True, kw_only=True):
    """All the rules of an edition's doors.

    `days` are the instants at which each day of the edition begins (four in the morning, where it
    is held), and the one at which the last ends.
    """

    edition: int
    days: list[int]
    gates: dict[str, GateRule]
    lists: dict[str, ListRule]


class Claim(Struct, frozen=True, kw_only=True):
    """What a token says whose signature is good, see `badges.models.TokenPayload`."""

    edition: int
    days: int
    revision: int


class Holder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The ticket as it is now, and whose it is.

    `status` is `confirmed`, `cancelled` or anything else that has no place (yet). `ended_at` is
    when the ticket was taken back, `replaced_at` when its newest issue began to count. `seats` are
    the sessions in which the bearer holds a seat.
    """

    status: str
    category: int
    days: int
    revision: int
    ended_at: int | None = None
    replaced_at: int | None = None
    seats: list[int] = []


class Standing(Struct, frozen=True, kw_only=True):
    """What earlier scans of one person on one list in one period come to."""

    entered: bool = False
    inside: bool = False


NEVER_SEEN = Standing()
WITHIN = Standing(entered=True, inside=True)


class Place(Struct, frozen=True, kw_only=True):
    """Where an instant falls: the edition's day from 0 (-1: outside), the window of the list.

    `refusal` says why the list is not open; `period` is what a scan counts once in.
    """

    day: int
    window: Window | None
    refusal: Outcome | None
    period: str


class Question(Struct, frozen=True, kw_only=True):
    """All that a gate decides on; `claim` is None for what nobody here signed."""

    rules: DoorRules
    gate: str
    at: int
    direction: Direction
    claim: Claim | None
    holder: Holder | None


def milliseconds(instant: datetime) -> int:
    """Return an instant as whole milliseconds since 1970."""
    return int(instant.timestamp() * MS)


def claim_of(payload: TokenPayload) -> Claim:
    """Return what is decided on of a token."""
    return Claim(edition=payload.edition, days=payload.days, revision=payload.revision)


def own_claim(holder: Holder, edition: int) -> Claim:
    """Return the claim of a bearer who is known without a token: by reference or by name."""
    return Claim(edition=edition, days=holder.days, revision=holder.revision)


def day_at(days: Sequence[int], at: int) -> int:
    """Return the edition's day at an instant, from 0; -1 outside of it."""
    number = bisect_right(days, at) - 1
    return number if number < len(days) - 1 else -1


def place(rule: ListRule, days: Sequence[int], at: int) -> Place:
    """Return where an instant falls on a list."""
    day = day_at(days, at)
    window = next((one for one in rule.windows or [] if one.opens <= at < one.closes), None)
    refusal = None if rule.windows is None or window is not None else _closed(rule, days, day, at)
    return Place(day=day, window=window, refusal=refusal, period=_period(rule, window, day, at))


def _closed(rule: ListRule, days: Sequence[int], day: int, at: int) -> Outcome:
    """Say why no window is open: none that day, or those of it are over, or still to come."""
    windows = rule.windows or []
    if day >= 0:
        windows = [one for one in windows if one.opens < days[day + 1] and one.closes > days[day]]
    if not windows:
        return Outcome.WRONG_DAY
    return Outcome.NOT_YET if any(one.opens > at for one in windows) else Outcome.TOO_LATE


def _period(rule: ListRule, window: Window | None, day: int, at: int) -> str:
    if rule.counts is Counting.DAY:
        return str(day) if day >= 0 else datetime.fromtimestamp(at // MS, UTC).date().isoformat()
    if rule.counts is Counting.SESSION and window is not None and window.session is not None:
        return str(window.session)
    return ""


def refusal(question: Question, where: Place) -> Outcome | None:  # noqa: PLR0911 -- a table, read from the top
    """Say why the bearer may not pass, whatever was scanned before; None when nothing forbids it.

    Whoever holds a ticket of this edition may leave.
    """
    claim, holder = question.claim, question.holder
    gate = question.rules.gates[question.gate]
    rule = question.rules.lists[gate.check_in_list]
    if claim is None:
        return Outcome.FORGED
    if claim.edition != question.rules.edition:
        return Outcome.WRONG_EDITION
    if holder is None:
        return Outcome.UNKNOWN
    if question.direction is Direction.OUT:
        return Outcome.NOT_ON_LIST if gate.directions is Directions.IN else None
    ended = ended_as(claim, holder, question.at)
    if ended is not None:
        return ended
    if gate.directions is Directions.OUT:
        return Outcome.NOT_ON_LIST
    if where.day >= 0 and not claim.days >> where.day & 1:
        return Outcome.WRONG_DAY
    if rule.categories is not None and holder.category not in rule.categories:
        return Outcome.NOT_ON_LIST
    if where.refusal is not None:
        return where.refusal
    return None if seated(holder, where.window, question.at) else Outcome.NOT_ON_LIST


def ended_as(claim: Claim, holder: Holder, at: int) -> Outcome | None:
    """Say what a ticket opens no more for at `at`: cancelled, revoked, or no place yet."""
    ended = holder.ended_at is None or holder.ended_at <= at
    if holder.status == "cancelled" and ended:
        return Outcome.CANCELLED
    if holder.ended_at is not None and ended:
        return Outcome.REVOKED
    replaced = holder.replaced_at is None or holder.replaced_at <= at
    if claim.revision != holder.revision and replaced:
        return Outcome.REVOKED
    return None if holder.status in ("confirmed", "cancelled") else Outcome.WAITING


def seated(holder: Holder, window: Window | None, at: int) -> bool:
    """Say whether the bearer holds the seat that the window asks for, if it asks for one."""
    if window is None or not window.seat or window.session in holder.seats:
        return True
    return window.seat_until is not None and at >= window.seat_until


def decide(question: Question, where: Place, standing: Standing) -> Outcome:
    """Say whether the bearer passes; `standing` is of the list and the period of `where`."""
    refused = refusal(question, where)
    if refused is not None:
        return refused
    if question.direction is Direction.OUT:
        return Outcome.LEFT
    gate = question.rules.gates[question.gate]
    rule = question.rules.lists[gate.check_in_list]
    return Outcome.ADMITTED if admits(rule, standing) else Outcome.ALREADY_IN


def admits(rule: ListRule, standing: Standing) -> bool:
    """Say whether a list lets in somebody of this standing, once more or for the first time."""
    if rule.counts is Counting.NEVER or not standing.entered:
        return True
    return rule.reentry and not standing.inside


class Step(Struct, frozen=True, kw_only=True):
    """A scan as it counts: when, by which device's how manieth scan, and what the door did.

    `let_in` says that the bearer was shown green; `refusal` why the rules would not have.
    """

    id: UUID
    at: int
    device: UUID
    seq: int
    direction: Direction
    gate: str
    let_in: bool
    refusal: Outcome | None


class Found(Struct, frozen=True, kw_only=True):
    """A conflict that scans come to; `other` is the scan with which it clashes."""

    scan: UUID
    kind: ConflictKind
    other: UUID | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """What the scans of one person on one list in one period come to; `first` is the entry."""

    first: Step | None
    standing: Standing
    entries: int
    last_at: int | None
    conflicts: list[Found]


def settle(steps: Iterable[Step], rule: ListRule) -> Settled:
    """Return what scans come to, by corrected time, then device, then sequence.

    The same scans give the same answer in whatever order they arrived. An entry is whoever was let
    in, and the first who would have been: who is shown green a moment later is the same entry. A
    conflict is only where somebody was let in: against the rules, or a second time.
    """
    first = before = last_at = None
    standing, unseen = NEVER_SEEN, False
    entries = 0
    conflicts = []
    counted = list(filter(counts, steps))
    if len(counted) > 1:  # mostly it is one, whose turn needs no working out
        counted.sort(key=_turn)
    for step in counted:
        last_at = step.at
        if step.direction is Direction.OUT:
            standing, unseen = Standing(entered=standing.entered, inside=False), False
            before = None if rule.reentry else before
        elif step.let_in:
            conflicts += _conflict(step, before, rule)
            first, before = first or step, step
            entries += not unseen
            standing, unseen = WITHIN, False
        elif admits(rule, standing):
            first = first or step
            entries += 1
            standing, unseen = WITHIN, True
    return Settled(
        first=first, standing=standing, entries=entries, last_at=last_at, conflicts=conflicts
    )


def counts(step: Step) -> bool:
    """Say whether a scan is part of what is settled: nothing was in its way, or it was let in."""
    return step.let_in or step.refusal is None


def _turn(step: Step) -> tuple[int, bytes, int, bool, bytes]:
    """Return what orders scans; devices that count none of theirs may read twice at one instant."""
    return step.at, step.device.bytes, step.seq, not step.let_in, step.id.bytes


def _conflict(step: Step, before: Step | None, rule: ListRule) -> list[Found]:
    """Return the conflict of somebody who was let in, if it is one."""
    if step.refusal in (Outcome.CANCELLED, Outcome.REVOKED):
        return [Found(scan=step.id, kind=ConflictKind.ADMITTED_AFTER_CANCELLATION)]
    if step.refusal is not None:
        return [Found(scan=step.id, kind=ConflictKind.ADMITTED_AGAINST_THE_RULES)]
    if before is not None and rule.counts is not Counting.NEVER:
        return [Found(scan=step.id, kind=ConflictKind.ADMITTED_TWICE, other=before.id)]
    return []
