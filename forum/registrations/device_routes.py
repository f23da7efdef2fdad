"""The help desk on a device: somebody is found, registered, corrected, given a badge."""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from litestar import Router, get, patch, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response
from msgspec import UNSET, Struct, UnsetType

from badges import tickets
from badges.devices import rights as device_rights
from badges.devices.in_clear import DeviceMayNot
from badges.devices.rights import Right
from badges.keys import Keyring
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
) -> AnyResponse:
    """Send one badge as PDF; it counts as printed then, and is recorded."""
    await device_rights.require(db, door.device, Right.DESK)
    edition = door.edition
    row = await found(db, edition, reference)
    content = await badge_desk.reprint(
        db, edition, keyring, desk_drawer, blobs, row.id, actor=_actor(door), at=now, ids=ids
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


router = Router("/", route_handlers=[find, walk_in, correct, badge, categories])
