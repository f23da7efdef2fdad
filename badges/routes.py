"""Badges over HTTP: devices enrol and send scans; the scanner's page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from litestar import Router, get, post
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import JSONBody
from msgspec import Meta, Struct

from badges import devices
from badges.batches import MOST_SCANS, read_batch
from badges.device_models import Enrolled
from badges.models import Answer, Direction, Scan
from badges.together import Door
from forum.core.db import Db
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.shell import POLICY
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given

SCANNER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


class EnrolForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device sends to enrol."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


class Outcomes(Struct, frozen=True, kw_only=True):
    """One answer for each scan, in order."""

    outcomes: list[Answer]


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


@dataclass
class RecordOperation(Operation):
    """Describes the body of `record`, which reads it by itself so as to refuse no scan for another.

    The description says what a scan should be; what is not so gets its outcome all the same.
    """

    def __post_init__(self) -> None:
        """Say what a batch holds (`badges.batches.read_batch`)."""
        text = OpenAPIType.STRING
        told = {
            "id": Schema(
                type=text,
                format=OpenAPIFormat.UUID,
                description="Minted by the device. Sent again, it gets the same outcome and counts"
                " once. Without one, or with none that is a UUID, a scan is `unknown`, its answer"
                " has `id: null`, and it is not recorded.",
            ),
            "token": Schema(
                type=text,
                description="What was read, whatever it is. What is no text makes the scan"
                " `unknown`.",
            ),
            "gate": Schema(
                type=text,
                description="Where it was read; the device's own gate counts when there is no such"
                " gate.",
            ),
            "scanned_at": Schema(
                type=text,
                format=OpenAPIFormat.DATE_TIME,
                description="RFC 3339, with an offset. Without one, as no date at all or more than"
                " a year off, it is not believed: the scan counts when it arrives.",
            ),
            "direction": Schema(
                type=text,
                enum=[one.value for one in Direction],
                default=Direction.IN.value,
                description="Anything else makes the scan `unknown`.",
            ),
        }
        scan = Schema(
            type=OpenAPIType.OBJECT,
            properties=dict(told),
            required=["id", "token", "gate", "scanned_at"],
            description="What of it cannot be read is told in the `detail` of its own answer; the"
            " other scans of the batch are recorded as ever.",
        )
        scans = Schema(type=OpenAPIType.ARRAY, items=scan, min_items=1, max_items=MOST_SCANS)
        batch = Schema(type=OpenAPIType.OBJECT, properties={"scans": scans}, required=["scans"])
        self.request_body = RequestBody(
            required=True, content={"application/json": OpenAPIMediaType(schema=batch)}
        )


@post(
    "/api/device/scans",
    tags=["devices"],
    summary="Record scans",
    operation_class=RecordOperation,
    status_code=200,
)
async def record(request: AnyRequest, door: Given[Door]) -> Outcomes:
    """Record 1 to 500 scans and answer each, in order; sending again changes nothing.

    A scan that makes no sense is `unknown`, and never holds up the others. There is no
    Idempotency-Key here: the id of each scan does its work.
    """
    sent = read_batch(await request.body())
    scans = [one for one in sent if isinstance(one, Scan)]
    answers = iter(await door.record(scans) if scans else [])
    return Outcomes(outcomes=[one if isinstance(one, Answer) else next(answers) for one in sent])


@get("/scan", include_in_schema=False)
async def scanner(request: AnyRequest, page: Given[Page]) -> AnyResponse:
    """Show the scanner; who may scan is settled by the device's token, not by the page."""
    del request
    headers = {"content-security-policy": SCANNER_POLICY, "cache-control": PRIVATE}
    return page("badges/scan.html", headers=headers)


router = Router("/", route_handlers=[enrol, record, scanner])
