"""Batches of scans as devices send them: one strange scan never holds up those around it."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from badges.models import (
    Answer,
    Direction,
    OffsetMs,
    Outcome,
    Scan,
    Seq,
    Time,
    UnreadScan,
)
from forum.core.errors import Problem
from forum.core.web import NotJson

MOST_SCANS = 500
NO_CLOCK = datetime.min.replace(tzinfo=UTC)
"""The time of a scan that tells none: nobody believes it, so the scan counts when it arrives."""
Count = Annotated[int, Meta(ge=0)]
LONG = 20


class BatchInvalid(Problem):
    """A batch is an object whose `scans` is a list of 1 to 500 scans."""

    code = "batch_invalid"
    status = 400


class Batch(Struct, frozen=True, kw_only=True):
    """What a device sent: for each of 1 to 500 objects the scan that it says, or its answer.

    `sent_at` is what its clock showed as it sent, `waiting` how many scans it still holds.
    """

    scans: list[Scan | Answer]
    sent_at: datetime | None = None
    waiting: int = 0


class _Batch(Struct):
    scans: Annotated[list[Scan], Meta(min_length=1, max_length=MOST_SCANS)]
    sent_at: Time | None = None
    waiting: Count = 0


_decoder = msgspec.json.Decoder(_Batch)


def read_batch(body: bytes) -> Batch:
    """Read what a device sent; what makes no sense is left out, where that is safe.

    What has an id and no more that makes sense is an `UnreadScan`. What has no id cannot be told
    from another when it is sent again: it is never recorded, and its answer stands in its place.

    Raises:
        NotJson: the body is no JSON object.
        BatchInvalid: the object holds no list of scans, none in it, or too many.
    """
    try:
        sent = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        batch = _object(body)
        return Batch(
            scans=[_read(one) for one in _scans(batch)],
            sent_at=_as(Time, batch.get("sent_at")),
            waiting=_as(Count, batch.get("waiting")) or 0,
        )
    return Batch(scans=[*sent.scans], sent_at=sent.sent_at, waiting=sent.waiting)


def _object(body: bytes) -> dict[str, Any]:
    r"""Return a batch, by a reader that takes what msgspec refuses: half characters.

    A barcode may hold any bytes; a browser sends what is no text as `\ud800`.
    """
    try:
        batch = json.loads(body, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    if not isinstance(batch, dict):
        raise NotJson
    return batch


def _number(digits: str) -> float:
    """Return a whole number; one so long that no field holds it is told roughly."""
    return int(digits) if len(digits) < LONG else float(digits)


def _scans(batch: dict[str, Any]) -> list[Any]:
    scans = batch.get("scans")
    if not isinstance(scans, list) or not 1 <= len(scans) <= MOST_SCANS:
        raise BatchInvalid
    return scans


def _read(one: Any) -> Scan | Answer:
    if not isinstance(one, dict):
        return Answer(id=None, outcome=Outcome.UNKNOWN, detail="A scan is an object.")
    scan_id = _as(UUID, one.get("id"))
    if scan_id is None:
        return Answer(id=None, outcome=Outcome.UNKNOWN, detail="id: a scan needs a UUID.")
    flaw = _flaw(one)
    if flaw is not None:
        return UnreadScan(id=scan_id, token="", gate=_gate(one), scanned_at=_time(one), flaw=flaw)
    return Scan(
        id=scan_id,
        token=one["token"] if one.get("undoes") is None else "",
        gate=_gate(one),
        scanned_at=_time(one),
        direction=Direction(one.get("direction", Direction.IN)),
        seq=_as(Seq, one.get("seq")) or 0,
        clock_offset_ms=_as(OffsetMs, one.get("clock_offset_ms")),
        shown=_as(Outcome, one.get("shown")),
        undoes=_as(UUID, one.get("undoes")),
    )


def _flaw(one: dict[str, Any]) -> str | None:
    """Say what keeps a scan from being judged: no code, neither in nor out, nothing to undo."""
    undoes = one.get("undoes")
    if undoes is not None and _as(UUID, undoes) is None:
        return "undoes: the id of a scan."
    if undoes is None and not isinstance(one.get("token"), str):
        return "token: send the text of the code."
    if _as(Direction, one.get("direction", Direction.IN)) is None:
        return "direction: in or out."
    return None


def _gate(one: dict[str, Any]) -> str:
    """Return the gate; '' for what no gate is called, so that the device's own counts."""
    gate = one.get("gate")
    return gate if isinstance(gate, str) and gate.isprintable() else ""


def _time(one: dict[str, Any]) -> datetime:
    """Return when the device says that it read the code; without date or offset, `NO_CLOCK`."""
    return _as(Time, one.get("scanned_at")) or NO_CLOCK


def _as(kind: Any, value: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None
