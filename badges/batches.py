"""Batches of scans as devices send them: one strange scan never holds up those around it."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from badges.models import Answer, Direction, Outcome, Scan, UnreadScan
from forum.core.errors import Problem
from forum.core.web import NotJson

MOST_SCANS = 500
NO_CLOCK = datetime.min.replace(tzinfo=UTC)
"""The time of a scan that tells none: nobody believes it, so the scan counts when it arrives."""


class BatchInvalid(Problem):
    """A batch is an object whose `scans` is a list of 1 to 500 scans."""

    code = "batch_invalid"
    status = 400


class _Batch(Struct):
    scans: Annotated[list[Scan], Meta(min_length=1, max_length=MOST_SCANS)]


_decoder = msgspec.json.Decoder(_Batch)


def read_batch(body: bytes) -> list[Scan | Answer]:
    """Read what a device sent: for each of 1 to 500 objects the scan that it says.

    What has an id and no more that makes sense is an `UnreadScan`. What has no id cannot be told
    from another when it is sent again: it is never recorded, and its answer stands in its place.

    Raises:
        NotJson: the body is no JSON object.
        BatchInvalid: the object holds no list of scans, none in it, or too many.
    """
    try:
        return [*_decoder.decode(body).scans]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [_read(one) for one in _objects(body)]


def _objects(body: bytes) -> list[Any]:
    r"""Return the list of a batch, by a reader that takes what msgspec refuses: half characters.

    A barcode may hold any bytes; a browser sends what is no text as `\ud800`.
    """
    try:
        batch = json.loads(body, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    if not isinstance(batch, dict):
        raise NotJson
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
        token=one["token"],
        gate=_gate(one),
        scanned_at=_time(one),
        direction=Direction(one.get("direction", Direction.IN)),
    )


def _flaw(one: dict[str, Any]) -> str | None:
    """Say what keeps a scan from being judged: no code, or a way that is neither in nor out."""
    if not isinstance(one.get("token"), str):
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
    return _as(Annotated[datetime, Meta(tz=True)], one.get("scanned_at")) or NO_CLOCK


def _as(kind: Any, value: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None
