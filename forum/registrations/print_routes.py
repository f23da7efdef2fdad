"""Print runs begun by the organisers' team: of all, or of those whom the table's filter shows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from litestar import Router, get, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromPath
from litestar.response import Redirect, Response

from badges.printers import service as printers
from badges.printing import run_api, run_forms, run_layouts, run_queries, run_routes, runs
from badges.printing.run_api import ToldRun
from badges.printing.run_layouts import Layouts
from badges.printing.run_models import LETTERS, Order, OtherSheet, Sorting
from badges.printing.runs import Counted
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Staff
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, form_fields, json_object
from forum.editions import queries as editions
from forum.registrations import listing, printing

ROWS = 20
Sent = Mapping[str, Sequence[str]]


@get(run_routes.HERE, include_in_schema=False, opt=run_routes.MAY)
async def runs_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse | Redirect:
    """Show whose badges may be printed, how many that would be, and the runs there were."""
    sent = request.query_params.dict()
    if "query" in sent:
        return _from_table(staff, sent)
    order, errors = run_forms.of_page(sent)
    return await _show(request, db, page, staff, order, errors)


def _from_table(staff: Staff, sent: Sent) -> Redirect:
    """Lead from the form around the table to the address that names whom it means."""
    ticked = [] if "all" in sent else listing.references(" ".join(sent.get("reference", [])))
    query = (sent.get("query") or [""])[-1].removeprefix("?")
    asked, _ = listing.read(parse_qs(query), staff.edition)
    query = printing.address(asked.filter)
    if ticked:
        query = f"?{urlencode({'reference': ' '.join(ticked)})}"
    return Redirect(f"/organiser/{staff.edition.slug}/badges{query}", status_code=303)


@post(
    run_routes.HERE,
    include_in_schema=False,
    opt=run_routes.MAY,
    middleware=[limited("organiser", per_minute=run_routes.PER_MINUTE)],
)
async def start(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Ask for a run, and lead to its page."""
    order, errors = run_forms.of_page(await form_fields(request))
    if errors:
        return await _show(request, db, page, staff, order, errors, status=422)

    async def ask() -> str:
        whole = await printing.settled(db, staff.edition, order)
        run = await runs.ask(db, staff.edition, whole, actor=staff.actor, at=now, ids=ids)
        return str(run.id)

    try:
        run_id = await once(str, ask)
    except Problem as problem:
        errors = problem.fields or {"which": problem.message}
        return await _show(request, db, page, staff, order, errors, status=problem.status)
    return Redirect(f"/organiser/{staff.edition.slug}/badges/runs/{run_id}", status_code=303)


async def _show(
    request: AnyRequest,
    db: Db,
    page: Page,
    staff: Staff,
    order: Order,
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> AnyResponse:
    edition, said = staff.edition, page.words
    layouts = await run_layouts.of_edition(db, edition)
    order, counted, more = await _counted(db, edition, order, layouts)
    before = (request.query_params.get("before") or "").strip()
    after = run_api.run_id_of(before) if before else None
    found = await run_queries.list_runs(db, edition.id, after, ROWS + 1)
    wrong = {**more, **errors}
    return page(
        "registrations/runs.html",
        edition,
        status=status,
        staff=staff,
        order=order,
        meant=None if order.found is None else printing.read(order.wanted.filter or "", edition),
        names={one.code: one.name for one in await editions.list_categories(db, edition.id)},
        address=run_forms.address(order),
        fields=run_forms.pairs(order),
        counted=counted,
        errors={name: said.say(message) for name, message in wrong.items()},
        runs=found[:ROWS],
        following=found[ROWS - 1].id if len(found) > ROWS else None,
        layouts=[one.layout for one in layouts.by_name.values()],
        layout_titles=run_routes.titles(layouts, page.language),
        printers=[one.name for one in await printers.sheet_printers(db, edition.id)],
        categories=await run_routes.categories(db, edition, page.language),
        letters=LETTERS,
        sorts=[one.value for one in Sorting],
        sheets=[one.value for one in OtherSheet],
    )


async def _counted(
    db: Db, edition: Edition, order: Order, layouts: Layouts
) -> tuple[Order, Counted, dict[str, str]]:
    """Return an order as far as it can be settled, what it would come to, and all that is wrong."""
    errors: dict[str, str] = {}
    with _told(errors):
        order = await printing.settled(db, edition, order)
    with _told(errors):
        layouts.check(order.layout, order.sheet)
    with _told(errors):
        await runs.settled(db, edition, order)
    with _told(errors):
        await runs.check(db, edition, order.wanted)
    nothing = Counted(layouts=[])
    return order, nothing if errors else await runs.count(db, edition, order, layouts), errors


@contextmanager
def _told(errors: dict[str, str]) -> Iterator[None]:
    """Take down what is wrong with a field, and go on."""
    try:
        yield
    except (Invalid, runs.ReferenceUnknown) as problem:
        errors |= problem.fields


# For programs


@dataclass
class StartOperation(Operation):
    """Describes the body of `start_run`, which tells every mistake at once."""

    def __post_init__(self) -> None:
        """Say what the body holds (`run_forms.NewRun`, and the filter as an object)."""
        text, yes = Schema(type=OpenAPIType.STRING), Schema(type=OpenAPIType.BOOLEAN)
        some = Schema(type=[OpenAPIType.ARRAY, OpenAPIType.NULL], items=text)
        schema = Schema(
            type=OpenAPIType.OBJECT,
            properties={
                "only_unprinted": yes,
                "only_changed": yes,
                "categories": some,
                "letters": Schema(type=OpenAPIType.STRING, examples=["A-F"]),
                "registrations": some,
                "filter": Schema(
                    type=OpenAPIType.OBJECT,
                    properties=dict.fromkeys(printing.FILTERS, text),
                    additional_properties=False,
                ),
                "sort": Schema(type=OpenAPIType.STRING, enum=[one.value for one in Sorting]),
                "layout": text,
                "sheet": Schema(type=OpenAPIType.STRING, enum=[one.value for one in OtherSheet]),
                "printer": text,
            },
            additional_properties=False,
        )
        content = {"application/json": OpenAPIMediaType(schema=schema)}
        self.request_body = RequestBody(required=True, content=content)


@post(
    run_api.PATH,
    tags=["badges"],
    summary="Print badges",
    operation_class=StartOperation,
    status_code=202,
    opt=run_api.MAY,
    middleware=[limited("print runs", per_minute=run_api.PER_MINUTE)],
)
async def start_run(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldRun]:
    """Have badges drawn: of all who are confirmed, or of those that meet every filter sent.

    Who is on the run is settled at once; it is drawn within seconds. `letters` goes by the first
    letter of the family name; `filter` holds filters of the search of registrations, by their
    names; `printer` is the name of one of sheets, by whose offsets badges are put right. The file
    is kept for a day.
    """
    edition = staff.edition
    order = of_program(await json_object(request), edition)

    async def ask() -> ToldRun:
        whole = await printing.settled(db, edition, order)
        run = await runs.ask(db, edition, whole, actor=staff.actor, at=now, ids=ids)
        return run_api.told(run, edition)

    answer = await once(ToldRun, ask)
    place = f"/api/editions/{edition.slug}/badges/{answer.id}"
    headers = {"cache-control": PRIVATE, "location": place}
    return Response(answer, status_code=202, headers=headers)


def of_program(sent: dict[str, Any], edition: Edition) -> Order:
    """Return the order that a program sends.

    Raises:
        Invalid: naming every field at fault.
    """
    errors: dict[str, str] = {}
    values = {name: value for name, value in sent.items() if name != "filter"}
    if sent.get("filter") is not None:
        try:
            values["filter"] = printing.of_program(sent["filter"], edition)
        except Invalid as invalid:
            errors |= invalid.fields
    try:
        order = run_forms.of_program(values)
    except Invalid as invalid:
        raise Invalid(fields={**invalid.fields, **errors}) from invalid
    if errors:
        raise Invalid(fields=errors)
    return order


router = Router("/", route_handlers=[runs_page, start, run_api.list_runs, start_run])
