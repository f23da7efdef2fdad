"""Badges over HTTP: devices enrol and send scans."""

from datetime import datetime
from typing import Annotated

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from badges.devices import service as devices
from badges.devices.models import Enrolled
from badges.models import Answer, Scan
from badges.scans.batches import read_batch
from badges.scans.clocks import missing_ms
from badges.scans.schema import RecordOperation
from badges.scans.together import Door
from forum.core.db import Db
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.web import AnyRequest, Given


class EnrolForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device sends to enrol."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


class Outcomes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer for each scan, in order; a `revoked` device hands over what it holds, no more."""

    outcomes: list[Answer]
    revoked: bool = False


@post(
    "/api/devices",
    tags=["devices"],
    summary="Enrol a device",
    status_code=201,
    middleware=[limited("enrol", per_minute=10)],
)
async def enrol(
    data: JSONBody[EnrolForm],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Enrolled:
    """Trade an enrolment code, once, for the device's own token, shown this once.

    A device whose answer was lost sends its request again, with the same Idempotency-Key.
    """
    return await once(Enrolled, lambda: devices.enrol(db, data.code, at=now, ids=ids))


@post(
    "/api/device/scans",
    tags=["devices"],
    summary="Record scans",
    operation_class=RecordOperation,
    status_code=200,
)
async def record(request: AnyRequest, delivery_door: Given[Door], now: Given[datetime]) -> Outcomes:
    """Record 1 to 500 scans and answer each, in order; sending again changes nothing.

    A scan that makes no sense is `unknown`, and never holds up the others. There is no
    Idempotency-Key here: the id of each scan does its work. A revoked device hands over what it
    still holds, and is told no names.
    """
    sent = read_batch(await request.body())
    scans = [one for one in sent.scans if isinstance(one, Scan)]
    skew_ms = missing_ms(sent.sent_at, now)
    recorded = iter(await delivery_door.record(scans, skew_ms=skew_ms) if scans else [])
    answers = [one if isinstance(one, Answer) else next(recorded) for one in sent.scans]
    revoked = delivery_door.device.revoked
    if revoked and not sent.waiting:
        await delivery_door.close(at=now)
    return Outcomes(outcomes=answers, revoked=revoked)


router = Router("/", route_handlers=[enrol, record])
