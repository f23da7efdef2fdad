"""Scans as organisers read them: what an address asks, each with its explanation. No I/O."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct

from badges.models import ConflictKind, Direction, Outcome
from forum.core.context import Edition
from forum.core.errors import Problem
from forum.core.i18n import N_, Words
from forum.core.text import Text, pick, sort_key

LONGEST = 200
MOST_WORDS = 8
LENGTH_OF_REFERENCE = 8
MORNING = time(4)
"""A day begins at four in the morning: until then it is still the evening before."""
NOTICEABLE = timedelta(seconds=2)
LATE = timedelta(minutes=1)
"""A scan that arrives so long after it was made is said to."""

OUTCOMES = {
    Outcome.ADMITTED: N_("Admitted"),
    Outcome.ALREADY_IN: N_("Already in"),
    Outcome.LEFT: N_("Left"),
    Outcome.NOT_YET: N_("Too early"),
    Outcome.TOO_LATE: N_("Too late"),
    Outcome.WRONG_DAY: N_("Wrong day"),
    Outcome.NOT_ON_LIST: N_("Not on the list"),
    Outcome.REVOKED: N_("Ticket replaced"),
    Outcome.CANCELLED: N_("Registration cancelled"),
    Outcome.WAITING: N_("On the waiting list"),
    Outcome.FORGED: N_("Forged"),
    Outcome.UNKNOWN: N_("Unknown"),
    Outcome.WRONG_EDITION: N_("Another edition"),
    Outcome.UNDONE: N_("Scan taken back"),
}
WHY = {
    Outcome.ADMITTED: N_("Nothing was in the way."),
    Outcome.ALREADY_IN: N_("An earlier scan had let the person in already."),
    Outcome.LEFT: N_("The person went out."),
    Outcome.NOT_YET: N_("The check-in list was not open yet."),
    Outcome.TOO_LATE: N_("The check-in list was closed already."),
    Outcome.WRONG_DAY: N_("The ticket is for another day, or the list is not open on this one."),
    Outcome.NOT_ON_LIST: N_(
        "The category is not on the list, no seat is held in the session, or this gate is not"
        " passed that way."
    ),
    Outcome.REVOKED: N_("The ticket was taken back, or a newer one had replaced it."),
    Outcome.CANCELLED: N_("The registration had been cancelled."),
    Outcome.WAITING: N_("The registration has no place yet."),
    Outcome.FORGED: N_("The code was not signed by this forum."),
    Outcome.UNKNOWN: N_("No ticket of this edition has this code or reference."),
    Outcome.WRONG_EDITION: N_("The ticket is for another edition."),
    Outcome.UNDONE: N_("The device took back an earlier scan of its own."),
}
CONFLICTS = {
    ConflictKind.ADMITTED_TWICE: N_("Conflict: let in a second time."),
    ConflictKind.ADMITTED_AFTER_CANCELLATION: N_("Conflict: let in with a ticket that had ended."),
    ConflictKind.ADMITTED_AGAINST_THE_RULES: N_("Conflict: let in against the rules."),
    ConflictKind.CLOCK_OFF: N_("Conflict: the clock of the device was off."),
    ConflictKind.DEVICE_REVOKED: N_("Conflict: the device had been revoked."),
}
ALONE = N_("The device decided alone.")
BY_THE_RULES = N_("By the rules: %(why)s")
TAKEN_BACK = N_("Taken back at %(time)s: it does not count.")
CLOCK = N_("The device’s clock said %(time)s.")
ARRIVED = N_("It arrived on %(moment)s.")
NO_DATE = N_("Give a date such as 2027-03-23.")
NO_OUTCOME = N_("There is no such outcome.")
NO_DEVICE = N_("Give the id of a device.")


class ScanCursorInvalid(Problem):
    """This page of scans cannot be found: take `next` of an answer as it is."""

    code = "cursor_invalid"
    status = 422


class ListedScan(Struct, frozen=True, kw_only=True):
    """A scan with whose it is, where and by what it was read; None: nobody's, or gone since."""

    id: UUID
    at: datetime
    scanned_at: datetime
    received_at: datetime
    gate: str
    gate_name: Text | None
    device_id: UUID
    device: str | None
    direction: Direction
    outcome: Outcome
    refusal: Outcome | None
    offline: bool
    check_in_list: str | None
    period: str | None
    session: int | None
    reference: str | None
    family_name: str | None
    given_name: str | None
    organisation: str | None
    category: str | None
    seq: int | None
    clock_offset_ms: int | None
    undoes: UUID | None
    undone_at: datetime | None
    conflicts: list[ConflictKind] | None


class ScanTold(Struct, frozen=True, kw_only=True):
    """A scan as files and programs have it: `at` is its time put right, `scanned_at` as told.

    `outcome` is what the door did, `refusal` why the rules would not have let in. A scan is
    `decided_by` the `device` alone or the `server`. `undone_at` is when it was taken back.
    """

    at: datetime
    gate: str
    gate_name: str
    device: str | None
    direction: Direction
    outcome: Outcome
    explanation: str
    reference: str | None
    family_name: str | None
    given_name: str | None
    organisation: str | None
    category: str | None
    check_in_list: str | None
    period: str | None
    session: int | None
    session_title: str | None
    refusal: Outcome | None
    decided_by: str
    undone_at: datetime | None
    undoes: UUID | None
    conflicts: list[ConflictKind]
    scanned_at: datetime
    received_at: datetime
    clock_offset_ms: int | None
    seq: int | None
    device_id: UUID
    id: UUID


class NamedDevice(Struct, frozen=True, kw_only=True):
    """A device as the filter offers it."""

    id: UUID
    name: str


class ScanFilter(Struct, frozen=True, kw_only=True):
    """Which scans are meant; what is empty or None lets all through. `person` is as typed."""

    gate: str = ""
    device: UUID | None = None
    outcome: Outcome | None = None
    person: str = ""
    day: date | None = None


class ScanCursor(Struct, frozen=True, kw_only=True):
    """A scan's place: its time, and its id."""

    at: datetime
    id: UUID


def read(sent: Mapping[str, Sequence[str]]) -> tuple[ScanFilter, dict[str, str]]:
    """Read what an address asks; return it, and what could not be read (msgids), by field."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {"gate": _last(sent, "gate"), "person": _last(sent, "person")}
    kinds: dict[str, tuple[Any, str]] = {
        "device": (UUID, NO_DEVICE),
        "outcome": (Outcome, NO_OUTCOME),
        "day": (date.fromisoformat, NO_DATE),
    }
    for name, (kind, mend) in kinds.items():
        text = _last(sent, name)
        try:
            values[name] = kind(text) if text else None
        except ValueError:
            errors[name] = mend
    return ScanFilter(**values), errors


def _last(sent: Mapping[str, Sequence[str]], name: str) -> str:
    return (sent.get(name) or [""])[-1].strip().replace("\0", "")[:LONGEST]


def parameters(wanted: ScanFilter, edition: Edition) -> tuple[Any, ...]:
    """Return what the statements of `scan_list_queries` take first, in their order."""
    since = until = None
    if wanted.day is not None:
        since = datetime.combine(wanted.day, MORNING, edition.zone)
        until = since + timedelta(days=1)
    reference, surely = _reference(wanted.person)
    words = [] if surely else sort_key(wanted.person).split()[:MOST_WORDS]
    patterns = [f"%{word}%" for word in words]
    return (
        edition.id,
        wanted.gate or None,
        wanted.device,
        wanted.outcome,
        reference,
        patterns or None,
        since,
        until,
    )


def _reference(typed: str) -> tuple[str | None, bool]:
    """Return a reference as it is stored, or None, and whether it can be no name.

    Eight letters may be either: one reference in twenty has no digit.
    """
    plain = typed.replace("-", "").replace(" ", "").upper()
    if len(plain) != LENGTH_OF_REFERENCE or not plain.isalnum():
        return None, False
    surely = "-" in typed or any(one.isdigit() for one in plain)
    return f"{plain[:4]}-{plain[4:]}", surely


def pairs(wanted: ScanFilter) -> list[tuple[str, str]]:
    """Return the filter as it stands in an address."""
    found = [
        ("gate", wanted.gate),
        ("device", str(wanted.device or "")),
        ("outcome", wanted.outcome.value if wanted.outcome else ""),
        ("person", wanted.person),
        ("day", wanted.day.isoformat() if wanted.day else ""),
    ]
    return [(name, text) for name, text in found if text]


def address(wanted: ScanFilter, after: ScanCursor | None = None, **more: str) -> str:
    """Return the query of an address that asks for the same."""
    said = [*pairs(wanted), *more.items()]
    if after is not None:
        said.append(("after", written(after)))
    return f"?{urlencode(said)}" if said else ""


def recorded(wanted: ScanFilter) -> dict[str, Any]:
    """Return what the audit keeps: all but what was typed of a person, which may be a name."""
    kept = {name: text for name, text in pairs(wanted) if name != "person"}
    return kept | ({"searched": True} if wanted.person else {})


def written(cursor: ScanCursor) -> str:
    """Return a cursor as one word of an address."""
    text = f"{cursor.at.astimezone(UTC).isoformat()} {cursor.id}"
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(text: str) -> ScanCursor | None:
    """Read a cursor; None for none.

    Raises:
        ScanCursorInvalid: it is not one of ours.
    """
    if not text:
        return None
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
        at, _, id_ = raw.partition(" ")
        cursor = ScanCursor(at=datetime.fromisoformat(at), id=UUID(id_))
        if cursor.at.tzinfo is None:
            raise ScanCursorInvalid
    except ValueError as error:
        raise ScanCursorInvalid from error
    return cursor


def explained(one: ListedScan, said: Words, edition: Edition) -> list[str]:
    """Return in sentences why a scan was answered as it was, and what became of it."""
    zone, say = edition.zone, said.gettext
    against_the_rules = one.outcome is Outcome.ADMITTED and one.refusal is not None
    found = [] if against_the_rules else [say(WHY[one.outcome])]
    if one.offline:
        found.append(say(ALONE))
    if one.refusal is not None and one.refusal is not one.outcome:
        found.append(say(BY_THE_RULES) % {"why": _small(say(WHY[one.refusal]))})
    if one.undone_at is not None:
        found.append(say(TAKEN_BACK) % {"time": said.time(one.undone_at, zone)})
    found += [say(CONFLICTS[kind]) for kind in one.conflicts or []]
    if abs(one.scanned_at - one.at) > NOTICEABLE:
        found.append(say(CLOCK) % {"time": f"{one.scanned_at.astimezone(zone):%H:%M:%S}"})
    if one.received_at - one.at > LATE:
        found.append(say(ARRIVED) % {"moment": said.moment(one.received_at, zone)})
    return found


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def told(one: ListedScan, said: Words, edition: Edition, titles: Mapping[int, Text]) -> ScanTold:
    """Return a scan as files and programs have it, in words of one language."""
    title = titles.get(one.session) if one.session is not None else None
    return ScanTold(
        at=one.at,
        gate=one.gate,
        gate_name=pick(one.gate_name or {}, said.language, edition.language) or one.gate,
        device=one.device,
        direction=one.direction,
        outcome=one.outcome,
        explanation=" ".join(explained(one, said, edition)),
        reference=one.reference,
        family_name=one.family_name,
        given_name=one.given_name,
        organisation=one.organisation,
        category=one.category,
        check_in_list=one.check_in_list,
        period=one.period,
        session=one.session,
        session_title=pick(title, said.language, edition.language) if title else None,
        refusal=one.refusal,
        decided_by="device" if one.offline else "server",
        undone_at=one.undone_at,
        undoes=one.undoes,
        conflicts=one.conflicts or [],
        scanned_at=one.scanned_at,
        received_at=one.received_at,
        clock_offset_ms=one.clock_offset_ms,
        seq=one.seq,
        device_id=one.device_id,
        id=one.id,
    )
