"""Exports over HTTP: the page where columns are chosen, the file, and the same for programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from litestar import Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream

from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.exports import Exports
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.sheets import MEDIA_TYPES, Format
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition
from forum.editions import queries as editions
from forum.registrations import columns, downloads, exporting, listing
from forum.registrations.columns import BASIC, Column, Group
from forum.registrations.downloads import RegistrationsExport
from forum.registrations.exporting import Labels, Order
from forum.registrations.listing import Asked
from forum.registrations.team_api import PATH

PER_MINUTE = 30
HERE = "/organiser/{slug:str}/registrations/export"
Sent = Mapping[str, Sequence[str]]


@get(
    HERE,
    include_in_schema=False,
    opt={"deed": Deed.EXCHANGE, "kept_edition": True},
)
async def export_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse | Redirect:
    """Show what may be exported, ticked as the address says."""
    sent = request.query_params.dict()
    if "query" in sent:
        return _from_table(staff, sent)
    offered = await _offered(db, staff)
    order, errors = _read(sent, staff, offered, _usual(page))
    return await _show(db, page, staff, offered, order, errors, sent=sent)


def _from_table(staff: Staff, sent: Sent) -> Redirect:
    """Lead from the form around the table to the address that names whom it means."""
    ticked = [] if "all" in sent else sent.get("reference", [])
    query = (sent.get("query") or [""])[-1].removeprefix("?")
    asked, _ = listing.read(parse_qs(query), staff.edition)
    order = Order(filter=asked.filter)
    if ticked:
        order = Order(references=tuple(listing.references(" ".join(ticked))))
    place = f"/organiser/{staff.edition.slug}/registrations/export"
    pairs = exporting.whose(order)
    return Redirect(f"{place}?{urlencode(pairs)}" if pairs else place, status_code=303)


@get(
    f"{HERE}/file",
    include_in_schema=False,
    opt={"deed": Deed.EXCHANGE},
    middleware=[limited("exports", per_minute=PER_MINUTE)],
)
async def export_file(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    exports: Given[Exports],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send the file that the address asks for, or the page again with what is wrong."""
    sent = request.query_params.dict()
    offered = await _offered(db, staff)
    order, errors = _read(sent, staff, offered, _usual(page))
    if errors:
        return await _show(db, page, staff, offered, order, errors, sent=sent)
    return await _send(db, exports, staff, order, offered, at=now, ids=ids)


async def _offered(db: Db, staff: Staff) -> list[Column]:
    return await downloads.offered(db, staff.edition, needs=staff.may(Deed.SEE_NEEDS))


def _usual(page: Page) -> Order:
    return Order(labels=Labels(page.language))


def _read(
    sent: Sent, staff: Staff, offered: Sequence[Column], usual: Order
) -> tuple[Order, dict[str, str]]:
    return exporting.read(sent, staff.edition, {one.name for one in offered}, usual)


async def _send(
    db: Db,
    exports: Exports,
    staff: Staff,
    order: Order,
    offered: Sequence[Column],
    *,
    at: datetime,
    ids: Ids,
) -> AnyResponse:
    """Begin an export, record it, and answer with its bytes as they come."""
    wanted = columns.chosen(offered, order.columns)
    running = await exports.begin(
        RegistrationsExport(edition=staff.edition, order=order, wanted=wanted)
    )
    try:
        await downloads.record(
            db, staff.edition, order, running.number.result(), actor=staff.actor, at=at, ids=ids
        )
    except BaseException:
        running.stop()
        raise
    name = exporting.file_name(order, staff.edition, at)
    return Stream(
        running.read(),
        media_type=MEDIA_TYPES[order.format],
        headers={"cache-control": PRIVATE, "content-disposition": disposition(name)},
    )


async def _show(
    db: Db,
    page: Page,
    staff: Staff,
    offered: Sequence[Column],
    order: Order,
    errors: dict[str, str],
    *,
    sent: Sent,
) -> AnyResponse:
    edition, said = staff.edition, page.words
    labels = columns.headers(offered, said)
    ticked = () if "columns" in errors and "columns" not in sent else order.columns
    boxes = [
        (
            group,
            [
                (one, label)
                for one, label in zip(offered, labels, strict=True)
                if one.group is group
            ],
        )
        for group in Group
    ]
    kept = Asked(filter=order.filter)
    return page(
        "registrations/export.html",
        edition,
        status=422 if errors else 200,
        staff=staff,
        order=order,
        errors={name: said.say(message) for name, message in errors.items()},
        number=await downloads.count(db, edition, order),
        whose=exporting.whose(order),
        categories={one.code: one.name for one in await editions.list_categories(db, edition.id)},
        table=listing.address(kept),
        boxes=[(group.value, those) for group, those in boxes if those],
        ticked=ticked,
        formats=[*Format],
        tongues=[*Labels],
    )


# For programs

Text = FromQuery[str | None]


def for_programs(form: Format, summary: str) -> Any:
    """Return the route that sends the registrations in one format."""

    @get(
        f"{PATH}.{form.value}",
        tags=["registrations of the team"],
        summary=summary,
        opt={"deed": Deed.EXCHANGE},
        middleware=[limited("exports", per_minute=PER_MINUTE)],
    )
    async def export_registrations(
        request: AnyRequest,
        staff: Given[Staff],
        db: Given[Db],
        exports: Given[Exports],
        now: Given[datetime],
        ids: Given[Ids],
        edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
        columns: Text = None,  # noqa: ARG001 -- `exporting.read` reads these as they were sent
        labels: Text = None,  # noqa: ARG001
        reference: Text = None,  # noqa: ARG001
        q: Text = None,  # noqa: ARG001
        status: Text = None,  # noqa: ARG001
        category: Text = None,  # noqa: ARG001
        day: Text = None,  # noqa: ARG001
        group: Text = None,  # noqa: ARG001
        language: Text = None,  # noqa: ARG001
        organisation: Text = None,  # noqa: ARG001
        printed: Text = None,  # noqa: ARG001
        since: Text = None,  # noqa: ARG001
        until: Text = None,  # noqa: ARG001
    ) -> AnyResponse:
        """Send the registrations that a filter lets through, sorted by name, as they come.

        `columns` names those wanted, with commas, such as `reference,email,answers.dinner`;
        `reference` names registrations one by one; the other filters are those of the search.
        `labels` is `fr` or `en` for labels and words, or `names` (the usual one) for the API's
        names and codes. Tables have times on the wall of the edition, JSON in UTC.
        """
        sent = {**request.query_params.dict(), "format": [form.value]}
        offered = await _offered(db, staff)
        order, errors = _read(sent, staff, offered, Order(columns=BASIC))
        if errors:
            raise Invalid(fields=errors)
        return await _send(db, exports, staff, order, offered, at=now, ids=ids)

    return export_registrations


handlers = [
    for_programs(Format.CSV, "Export the registrations as CSV"),
    for_programs(Format.XLSX, "Export the registrations as a spreadsheet"),
    for_programs(Format.JSON, "Export the registrations as JSON"),
]

router = Router("/", route_handlers=[export_page, export_file, *handlers])
