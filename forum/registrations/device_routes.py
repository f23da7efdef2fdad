"""The help desk on a device: somebody is found, registered, corrected, given a badge."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from litestar import Router, get, patch, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response
from msgspec import UNSET, Struct, UnsetType

from badges import tickets
from badges.devices import rights as device_rights
from badges.devices.in_clear import DeviceMayNot
from badges.devices.rights import Right
from badges.keys import Keyring
from badges.printers import service as printers
from badges.printers import words as printer_words
from badges.printers.models import LabelState, PrinterKind
from badges.printers.queries import PersonLabel
from badges.printing import desk as badge_desk
from badges.printing.drawer import DeskDrawer
from badges.scans.together import Door
from forum.core import audit, forms
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.text import sort_key
from forum.core.web import (
    PRIVATE,
    AnyRequest,
    AnyResponse,
    Given,
    disposition,
    json_object,
    matched,
)
from forum.editions import queries as editions
from forum.registrations import changing, desk, listing, listing_queries, team_api
from forum.registrations.listing import Filter, Row, Sort
from forum.registrations.models import Change, ChangedMeanwhile, Line, Name, Status
from forum.registrations.person_routes import found

T = TypeVar("T")

PER_MINUTE = 300
"""Of all devices behind one address, as those of a venue are."""
FOUND = 20
LOOKED_AT = 100
LOOKS_PER_MINUTE = 1200
"""What becomes of a label is asked each second, by all devices behind one address."""
PATH = "/api/device/registrations"
NAMES = ("given_name", "family_name", "organisation", "job_title")
EMPTIED = ("organisation", "job_title")


class AtDesk(Struct, frozen=True, kw_only=True):
    """Somebody who is registered, as the desk sees them; `printed` says that a badge was."""

    reference: str
    given_name: str
    family_name: str
    organisation: str | None
    job_title: str | None
    category: str
    status: Status
    printed: bool
    revision: int


class FoundAtDesk(Struct, frozen=True, kw_only=True):
    """Those who may be meant, at most 20; `more` says that others were left out."""

    items: list[AtDesk]
    more: bool


class WalkedIn(AtDesk, frozen=True, kw_only=True):
    """Somebody who was registered at the desk; `token` admits them at once."""

    token: str


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device may correct; an empty text takes an organisation or a job title away."""

    given_name: Name | UnsetType = UNSET
    family_name: Name | UnsetType = UNSET
    organisation: Line | UnsetType = UNSET
    job_title: Line | UnsetType = UNSET


class NewLabel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which printer is to print a label, by its id."""

    printer: UUID


class DeskPrinter(Struct, frozen=True, kw_only=True):
    """A printer that a desk may use; `wrong` and `mend` are '' while all is well."""

    id: UUID
    name: str
    kind: PrinterKind
    wrong: str
    mend: str


class DeskPrinters(Struct, frozen=True, kw_only=True):
    """The printers of the edition: those of labels first, each kind by name."""

    items: list[DeskPrinter]


class ToldLabel(Struct, frozen=True, kw_only=True):
    """A label in a queue; `said`, `wrong` and `mend` are in the language of who asks.

    `under_way`: it is still to leave, or to arrive.
    """

    id: UUID
    printer: str
    reference: str
    state: LabelState
    under_way: bool
    said: str
    wrong: str
    mend: str


def shown(row: Row) -> AtDesk:
    """Return a row as the desk sees it."""
    return AtDesk(
        reference=row.reference,
        given_name=row.given_name,
        family_name=row.family_name,
        organisation=row.organisation,
        job_title=row.job_title,
        category=row.category,
        status=row.status,
        printed=row.printed_at is not None,
        revision=row.revision,
    )


@dataclass
class LabelOperation(Operation):
    """Describes the body of `print_label`."""

    def __post_init__(self) -> None:
        """Say what the body holds (`NewLabel`)."""
        schema = Schema(
            type=OpenAPIType.OBJECT,
            properties={"printer": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID)},
            required=["printer"],
            additional_properties=False,
        )
        content = {"application/json": OpenAPIMediaType(schema=schema)}
        self.request_body = RequestBody(required=True, content=content)


@get(
    PATH,
    tags=["devices"],
    summary="Find somebody by name",
    middleware=[limited("device desk", per_minute=PER_MINUTE)],
)
async def find(
    door: Given[Door], db: Given[Db], q: Annotated[str, QueryParameter(max_length=200)] = ""
) -> Response[FoundAtDesk]:
    """Search by words of a name or an organisation, in any order, or by a reference.

    Those come first whose family name begins with what was typed.
    """
    await device_rights.require(db, door.device, Right.SEARCH)
    if not listing.words(q):
        return _told(FoundAtDesk(items=[], more=False))
    statement = listing_queries.ORDERS[Sort.NAME, False]
    wanted = listing.parameters(Filter(q=q[: listing.LONGEST]), door.edition)
    rows = (await statement(db, wanted, None, LOOKED_AT)).rows
    first = sort_key(q)
    rows = sorted(rows, key=lambda row: not row.sort_key.startswith(first))
    return _told(FoundAtDesk(items=[shown(one) for one in rows[:FOUND]], more=len(rows) > FOUND))


@post(
    PATH,
    tags=["devices"],
    summary="Register somebody at a desk",
    operation_class=team_api.WALK_IN_BODY,
    status_code=201,
    middleware=[limited("device desk", per_minute=PER_MINUTE)],
)
async def walk_in(
    request: AnyRequest,
    door: Given[Door],
    db: Given[Db],
    keyring: Given[Keyring],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[WalkedIn]:
    """Register somebody who stands there: confirmed at once, but never past the limits."""
    await device_rights.require(db, door.device, Right.DESK)
    edition, actor = door.edition, _actor(door)
    form = await desk.read_form(db, edition, await json_object(request))
    if form.beyond:
        raise DeviceMayNot

    async def register() -> WalkedIn:
        new = await desk.walk_in(db, edition, form, actor=actor, at=now, ids=ids)
        ticket = await tickets.find(db, edition.id, new.id)
        if ticket is None:
            raise AssertionError("whoever is confirmed has a ticket")
        row = shown(await found(db, edition, new.reference))
        return WalkedIn(**msgspec.structs.asdict(row), token=keyring.token(ticket))

    return _told(await once(WalkedIn, register), status=201)


@patch(
    f"{PATH}/{{reference:str}}",
    tags=["devices"],
    summary="Correct somebody's name at a desk",
    middleware=[limited("device desk", per_minute=PER_MINUTE)],
)
async def correct(
    request: AnyRequest,
    reference: FromPath[str],
    door: Given[Door],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[AtDesk]:
    """Correct what stands on a badge; `If-Match` names the revision that was seen.

    The badge has to be printed again then.
    """
    await device_rights.require(db, door.device, Right.DESK)
    edition = door.edition
    row = await found(db, edition, reference)
    wanted = _correction(await json_object(request))
    seen = matched(request)
    try:
        await changing.change(
            db,
            edition,
            row.id,
            wanted,
            revision=team_api.revision_of(seen, row),
            by_staff=True,
            actor=_actor(door),
            at=now,
            ids=ids,
        )
    except ChangedMeanwhile as problem:
        raise await team_api.what_changed(db, edition, reference, seen) from problem
    return _told(shown(await found(db, edition, reference)))


def _correction(sent: dict[str, object]) -> Change:
    """Read what is to be corrected.

    Raises:
        Invalid: naming every field at fault.
    """
    empty = {name for name, value in sent.items() if value is None or not str(value).strip()}
    read = forms.parse(Correction, {k: v for k, v in sent.items() if k not in empty & {*NAMES}})
    needed = sorted(empty & {*NAMES} - {*EMPTIED})
    if needed:
        raise Invalid(fields=dict.fromkeys(needed, forms.NEEDED))
    values = {name: getattr(read, name) for name in NAMES}
    return Change(**values | dict.fromkeys(empty & {*EMPTIED}))


@get(
    f"{PATH}/{{reference:str}}/badge.pdf",
    tags=["devices"],
    summary="Print somebody's badge at a desk",
    middleware=[limited("device desk", per_minute=PER_MINUTE)],
)
async def badge(
    reference: FromPath[str],
    door: Given[Door],
    db: Given[Db],
    keyring: Given[Keyring],
    desk_drawer: Given[DeskDrawer],
    blobs: Given[Blobs],
    now: Given[datetime],
    ids: Given[Ids],
    printer: FromQuery[UUID | None] = None,
) -> AnyResponse:
    """Send one badge as PDF; it counts as printed then, and is recorded.

    `printer` names one of sheets, by whose offsets it is put right.
    """
    await device_rights.require(db, door.device, Right.DESK)
    edition = door.edition
    row = await found(db, edition, reference)
    content = await badge_desk.reprint(
        db,
        edition,
        keyring,
        desk_drawer,
        blobs,
        row.id,
        printer_id=printer,
        actor=_actor(door),
        at=now,
        ids=ids,
    )
    await _record(db, door, edition, row, at=now, ids=ids)
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": disposition(f"badge-{row.reference}.pdf", kind="inline"),
    }
    return Response(content, media_type="application/pdf", headers=headers)


async def _record(
    db: Db, door: Door, edition: Edition, row: Row, *, at: datetime, ids: Ids
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=_actor(door),
        action="badge printed",
        subject_id=row.id,
    )


@get("/api/device/printers", tags=["devices"], summary="Read the printers for a desk")
async def list_printers(
    door: Given[Door], db: Given[Db], page: Given[Page]
) -> Response[DeskPrinters]:
    """Tell the printers, of which a desk chooses the one that stands there."""
    await device_rights.require(db, door.device, Right.DESK)
    items = []
    for one in await printers.list_printers(db, door.edition.id):
        wrong, mend = printer_words.fault(one.failure, page.words) or ("", "")
        items.append(DeskPrinter(id=one.id, name=one.name, kind=one.kind, wrong=wrong, mend=mend))
    return _told(DeskPrinters(items=items))


@post(
    f"{PATH}/{{reference:str}}/labels",
    tags=["devices"],
    summary="Print somebody's label at a desk",
    operation_class=LabelOperation,
    status_code=202,
    middleware=[limited("device desk", per_minute=PER_MINUTE)],
)
async def print_label(
    request: AnyRequest,
    reference: FromPath[str],
    door: Given[Door],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldLabel]:
    """Put somebody's label into the queue of a printer; it is logged as printed once it is."""
    await device_rights.require(db, door.device, Right.DESK)
    edition = door.edition
    asked = forms.parse(NewLabel, await json_object(request))

    async def ask() -> ToldLabel:
        [made] = await printers.enqueue(
            db, edition, asked.printer, [reference.upper()], actor=_actor(door), at=now, ids=ids
        )
        return _label(await printers.find_label(db, edition.id, made), page)

    return _told(await once(ToldLabel, ask), status=202)


@get(
    "/api/device/labels/{label:uuid}",
    tags=["devices"],
    summary="Tell what became of a label",
    middleware=[limited("device labels", per_minute=LOOKS_PER_MINUTE)],
)
async def tell_label(
    label: FromPath[UUID], door: Given[Door], db: Given[Db], page: Given[Page]
) -> Response[ToldLabel]:
    """Tell where a label stands, what is wrong with it or its printer, and the mend."""
    await device_rights.require(db, door.device, Right.DESK)
    return _told(_label(await printers.find_label(db, door.edition.id, label), page))


def _label(one: PersonLabel, page: Page) -> ToldLabel:
    said = printer_words.label(one, page.words)
    return ToldLabel(
        id=one.id,
        printer=one.printer,
        reference=one.reference,
        state=one.state,
        under_way=one.under_way,
        said=said.state,
        wrong=said.wrong,
        mend=said.mend,
    )


def _actor(door: Door) -> str:
    return f"device:{door.device.id}"


def _told(answer: T, *, status: int = 200) -> Response[T]:
    headers = {"cache-control": PRIVATE}
    if isinstance(answer, AtDesk):
        headers["etag"] = f'"{answer.revision}"'
    return Response(answer, status_code=status, headers=headers)


@get("/api/device/categories", tags=["devices"], summary="Read the categories for a desk")
async def categories(door: Given[Door], db: Given[Db]) -> Response[dict[str, dict[str, str]]]:
    """Send the names of the categories by their codes, in their order."""
    await device_rights.require(db, door.device, Right.DESK)
    listed = await editions.list_categories(db, door.edition.id)
    return _told({one.code: one.name for one in listed})


router = Router(
    "/",
    route_handlers=[
        find, walk_in, correct, badge, categories, list_printers, print_label, tell_label,
    ],
)  # fmt: skip
