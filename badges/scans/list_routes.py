"""Scans for the organisers' team: listed with their explanations, as a file, and for programs."""

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qs

from litestar import Router, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response, Stream
from msgspec import Struct

from badges.doors import queries as door_queries
from badges.scans import exports as scan_exports
from badges.scans import list_queries as scan_list_queries
from badges.scans import listing as scan_list
from badges.scans.exports import ScansExport
from badges.scans.listing import ScanCursor, ScanTold
from forum.core.db import Db
from forum.core.errors import Invalid, NotFound
from forum.core.exports import Exports
from forum.core.i18n import words
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.sheets import MEDIA_TYPES, Format
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition

ROWS = 40
MOST = 500
USUAL = 100
PER_MINUTE = 30
API_PER_MINUTE = 300
SETTLING = timedelta(seconds=5)
"""Scans younger than this may still be overtaken by others: programs get them afterwards."""
HERE = "/organiser/{slug:str}/doors/scans"


class Scans(Struct, frozen=True, kw_only=True):
    """Some scans as they arrived; `next` is what `after` takes to go on, None at the end.

    `cursor` is where this answer ends: sent as `after` later, it brings what arrived since.
    """

    items: list[ScanTold]
    next: str | None
    cursor: str | None


@get(HERE, include_in_schema=False, opt={"deed": Deed.SEE_PRESENT, "kept_edition": True})
async def scans_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show the scans that a filter lets through, the latest first, each with its explanation."""
    edition = staff.edition
    sent = request.query_params.dict()
    wanted, errors = scan_list.read(sent)
    after = scan_list.read_cursor((sent.get("after") or [""])[-1])
    filter_ = scan_list.parameters(wanted, edition)
    rows = await scan_list_queries.list_latest(db, filter_, after, ROWS + 1)
    shown, said = rows[:ROWS], page.words
    last = ScanCursor(at=shown[-1].at, id=shown[-1].id) if len(rows) > ROWS else None
    titles = await scan_exports.titles(db, edition)
    return page(
        "badges/scans.html",
        edition,
        staff=staff,
        wanted=wanted,
        errors={name: said.gettext(message) for name, message in errors.items()},
        rows=[(one, scan_list.explained(one, said, edition)) for one in shown],
        titles=titles,
        first=None if after is None else scan_list.address(wanted),
        following=None if last is None else scan_list.address(wanted, last),
        files={form: scan_list.address(wanted, format=form.value) for form in Format},
        gates=await door_queries.list_gates(db, edition.id),
        devices=await scan_list_queries.list_devices(db, edition.id),
        outcomes={one: said.gettext(label) for one, label in scan_list.OUTCOMES.items()},
    )


@get(
    f"{HERE}/file",
    include_in_schema=False,
    opt={"deed": Deed.SEE_PRESENT},
    middleware=[limited("exports", per_minute=PER_MINUTE)],
)
async def scans_file(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    exports: Given[Exports],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send the scans that a filter lets through as a file, of one snapshot; this is recorded."""
    edition = staff.edition
    wanted, _ = scan_list.read(request.query_params.dict())
    try:
        form = Format(request.query_params.get("format", Format.XLSX))
    except ValueError as error:
        raise NotFound from error
    export = ScansExport(
        edition=edition,
        wanted=wanted,
        format=form,
        language=page.language,
        titles=await scan_exports.titles(db, edition),
    )
    running = await exports.begin(export)
    try:
        number = running.number.result()
        await scan_exports.record(
            db, edition, wanted, form, number, actor=staff.actor, at=now, ids=ids
        )
    except BaseException:
        running.stop()
        raise
    day = now.astimezone(edition.zone).date().isoformat()
    name = f"{edition.slug}_scans_{day}.{form.value}"
    return Stream(
        running.read(),
        media_type=MEDIA_TYPES[form],
        headers={"cache-control": PRIVATE, "content-disposition": disposition(name)},
    )


Text = FromQuery[str | None]


@get(
    "/api/editions/{edition_slug:str}/scans",
    tags=["doors"],
    summary="Read the scans",
    opt={"deed": Deed.SEE_PRESENT, "kept_edition": True},
    middleware=[limited("scans of the team", per_minute=API_PER_MINUTE)],
)
async def list_scans(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    gate: Text = None,  # noqa: ARG001 -- `scan_list.read` reads these as they were sent
    of_device: Annotated[str | None, QueryParameter(name="device")] = None,  # noqa: ARG001
    outcome: Text = None,  # noqa: ARG001
    person: Text = None,  # noqa: ARG001
    day: Text = None,  # noqa: ARG001
    after: Text = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = USUAL,
) -> Response[Scans]:
    """Read scans in the order in which they arrived, those of the last five seconds left out.

    `person` is a reference, or words of a name; `day` a date, `device` an id, `outcome` one of the
    outcomes of a scan. To follow the doors, ask again with the last `cursor` as `after`.
    """
    edition = staff.edition
    wanted, errors = scan_list.read(parse_qs(request.url.query))
    if errors:
        raise Invalid(fields=errors)
    rows = await scan_list_queries.list_arrived(
        db,
        scan_list.parameters(wanted, edition),
        scan_list.read_cursor(after or ""),
        now - SETTLING,
        limit + 1,
    )
    shown, said = rows[:limit], words(edition.language)
    ends = after
    if shown:
        ends = scan_list.written(ScanCursor(at=shown[-1].received_at, id=shown[-1].id))
    titles = await scan_exports.titles(db, edition)
    answer = Scans(
        items=[scan_list.told(one, said, edition, titles) for one in shown],
        next=ends if len(rows) > limit else None,
        cursor=ends,
    )
    return Response(answer, headers={"cache-control": PRIVATE})


router = Router("/", route_handlers=[scans_page, scans_file, list_scans])
