"""Badges over HTTP: devices enrol and send scans; the scanner's page."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from badges import devices
from badges.models import Answer, Scan
from badges.together import Door
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.pages import Page
from forum.core.shell import POLICY
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, limited

MOST_SCANS = 500
SCANNER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


class EnrolForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device sends to enrol."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


class ScanBatch(Struct, frozen=True, kw_only=True):
    """Scans to record, in the order in which they were made."""

    scans: Annotated[list[Scan], Meta(min_length=1, max_length=MOST_SCANS)]


class Outcomes(Struct, frozen=True, kw_only=True):
    """One answer per scan, in order."""

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
    now: Given[datetime],
    ids: Given[Ids],
) -> devices.Enrolled:
    """Trade an enrolment code, once, for the device's own token, shown this once."""
    return await devices.enrol(db, data.code, at=now, ids=ids)


@post("/api/device/scans", tags=["devices"], summary="Record scans", status_code=200)
async def record(data: JSONBody[ScanBatch], door: Given[Door]) -> Outcomes:
    """Record 1 to 500 scans and answer each, in order; sending again changes nothing."""
    return Outcomes(outcomes=await door.record(data.scans))


@get("/scan", include_in_schema=False)
async def scanner(request: AnyRequest, page: Given[Page]) -> AnyResponse:
    """Show the scanner; who may scan is settled by the device's token, not by the page."""
    del request
    headers = {"content-security-policy": SCANNER_POLICY, "cache-control": PRIVATE}
    return page("badges/scan.html", headers=headers)


router = Router("/", route_handlers=[enrol, record, scanner])
