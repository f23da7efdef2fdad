"""Devices over HTTP: what they tell of themselves, and what programs of the team do with them."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post, put
from litestar.di import Provide
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.params import FromPath
from litestar.response import Response
from msgspec import Struct

from badges.devices import rules
from badges.devices import service as devices
from badges.devices.fullness import Fullness
from badges.devices.models import (
    Announced,
    Counter,
    DeviceChanged,
    DeviceName,
    DeviceState,
    DeviceTerms,
    GateName,
    NewDevice,
    StoredDevice,
    Told,
)
from badges.doors.caller import Caller, calling
from badges.scans.together import Door
from forum.core import forms
from forum.core.bodies import json_body
from forum.core.context import Device
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import Text
from forum.core.web import PRIVATE, AnyRequest, Given, at_revision, json_object

PATH = "/api/editions/{edition_slug:str}/devices"
ONE = f"{PATH}/{{device_id:uuid}}"
WATCH, RUN = {"deed": Deed.WATCH_DOORS}, {"deed": Deed.RUN_DOORS}
TAGS = ["devices of the team"]
LIMITED = [limited("devices", per_minute=120)]


class DeviceEdition(Struct, frozen=True, kw_only=True):
    """What a device must know of its edition."""

    slug: str
    title: Text
    timezone: str
    languages: list[str]
    starts_on: date
    ends_on: date


class Standing(Struct, frozen=True, kw_only=True):
    """What a device is answered: how it stands, and how full the lists of its gates are."""

    now: datetime
    device: Device
    edition: DeviceEdition
    counters: dict[str, Counter]


class TeamDevice(Struct, frozen=True, kw_only=True):
    """A device as programs of the team see it; `revision` stands in the entity tag.

    `moved` while it has not heard where it was put. `code_until` is how long a code waits to be
    used. `clock_offset_ms` is what is missing from its clock; all from `seen_at` on is what it
    told last.
    """

    id: UUID
    name: str
    gate: str
    gates: list[str]
    may_search: bool
    may_desk: bool
    may_evacuate: bool
    state: DeviceState
    moved: bool
    code_until: datetime | None
    created_at: datetime
    enrolled_at: datetime | None
    revoked_at: datetime | None
    handed_over_at: datetime | None
    seen_at: datetime | None
    battery: int | None
    charging: bool | None
    clock_offset_ms: int | None
    waiting: int | None
    version: str | None
    revision: int


class TeamDevices(Struct, frozen=True, kw_only=True):
    """Every device of an edition."""

    items: list[TeamDevice]


class DeviceCode(Struct, frozen=True, kw_only=True):
    """A code by which a device enrols, once, until `until`; `link` is what its QR code holds."""

    id: UUID
    name: str
    gate: str
    code: str
    link: str
    until: datetime


class DevicePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a device; what is not sent stays.

    Where `gate` is not sent and is none of `gates`, it stands at the first of them.
    """

    name: DeviceName | None = None
    gate: GateName | None = None
    gates: list[GateName] | None = None
    may_search: bool | None = None
    may_desk: bool | None = None
    may_evacuate: bool | None = None


class NewTeamDevice(NewDevice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device to announce."""


TEXT, FLAG = Schema(type=OpenAPIType.STRING), Schema(type=OpenAPIType.BOOLEAN)
NAME = Schema(type=OpenAPIType.STRING, min_length=1, max_length=60)
GATES = Schema(type=OpenAPIType.ARRAY, items=TEXT, min_items=1)
RIGHTS = {"may_search": FLAG, "may_desk": FLAG, "may_evacuate": FLAG}


STATE_BODY = json_body(
    {
        "sent_at": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME),
        "gate": TEXT,
        "waiting": Schema(type=OpenAPIType.INTEGER, minimum=0, maximum=10_000_000),
        "version": Schema(type=OpenAPIType.STRING, max_length=40),
        "battery": Schema(type=OpenAPIType.INTEGER, minimum=0, maximum=100),
        "charging": FLAG,
        "clock_offset_ms": Schema(type=OpenAPIType.INTEGER),
    },
    ["sent_at", "gate", "waiting", "version"],
    others=True,
)
NEW_BODY = json_body({"name": NAME, "gates": GATES, **RIGHTS}, ["name", "gates"])
CHANGE_BODY = json_body({"name": NAME, "gate": TEXT, "gates": GATES, **RIGHTS})


@put(
    "/api/device/state",
    tags=["devices"],
    summary="Tell the state of a device",
    operation_class=STATE_BODY,
    status_code=200,
    middleware=[limited("device", per_minute=600)],
)
async def tell_state(
    request: AnyRequest,
    door: Given[Door],
    db: Given[Db],
    fullness: Given[Fullness],
    now: Given[datetime],
) -> Response[Standing]:
    """Tell how the device does and where it stands; hear the same, and how full its lists are.

    It stands at `gate` from now on, if it may. One that an organiser has moved is told where, and
    stays there until it says so. A program asks this every half minute; many devices may share one
    address.
    """
    told = forms.parse(Told, await json_object(request))
    device = await devices.tell(db, door.device, told, at=now)
    known = (await door.rules()).rules
    lists = [known.gates[gate].check_in_list for gate in device.gates if gate in known.gates]
    edition = door.edition
    answer = Standing(
        now=now,
        device=device,
        edition=DeviceEdition(
            slug=edition.slug,
            title=edition.title,
            timezone=edition.timezone,
            languages=edition.languages,
            starts_on=edition.starts_on,
            ends_on=edition.ends_on,
        ),
        counters=await fullness.of(known, lists),
    )
    return Response(answer, headers={"cache-control": PRIVATE})


@get(PATH, tags=TAGS, summary="List the devices", opt=WATCH)
async def list_devices(staff: Given[Staff], caller: Given[Caller]) -> Response[TeamDevices]:
    """List the devices of the edition with their state, by name; those that were revoked last."""
    found = await devices.all_of(caller.db, staff.edition.id)
    answer = TeamDevices(items=[as_told(one, caller.now) for one in found])
    return Response(answer, headers={"cache-control": PRIVATE})


@get(ONE, tags=TAGS, summary="Tell a device", opt=WATCH)
async def tell_device(
    staff: Given[Staff], caller: Given[Caller], device_id: FromPath[UUID]
) -> Response[TeamDevice]:
    """Tell one device; its entity tag is what `If-Match` takes."""
    return at_revision(
        as_told(await devices.find(caller.db, staff.edition.id, device_id), caller.now)
    )


@post(
    PATH,
    tags=TAGS,
    summary="Announce a device",
    operation_class=NEW_BODY,
    status_code=201,
    opt=RUN,
    middleware=LIMITED,
)
async def add_device(
    staff: Given[Staff], caller: Given[Caller], once: Given[Once], settings: Given[Settings]
) -> Response[DeviceCode]:
    """Announce a device, which stands at the first of its gates; its code is told this once."""
    new = forms.parse(NewTeamDevice, await json_object(caller.request))

    async def announce() -> Announced:
        [made] = await devices.announce(caller.db, staff.edition.id, [new], **caller.by(staff))
        return made

    return _code(await once(Announced, announce), settings)


@patch(
    ONE,
    tags=TAGS,
    summary="Change a device",
    operation_class=CHANGE_BODY,
    opt=RUN,
    middleware=LIMITED,
)
async def change_device(
    staff: Given[Staff], caller: Given[Caller], device_id: FromPath[UUID]
) -> Response[TeamDevice]:
    """Rename a device, move it, or change its gates and rights; `If-Match` guards the change."""
    sent = await json_object(caller.request)
    wanted = forms.parse(DevicePatch, sent)
    if sent.get("gates") == []:
        raise Invalid(fields={"gates": forms.NEEDED})
    before = await devices.find(caller.db, staff.edition.id, device_id)
    revision = _matched(caller, before)
    changed = await devices.change(
        caller.db,
        staff.edition.id,
        device_id,
        _patched(before.terms, wanted),
        revision=before.revision if revision is None else revision,
        **caller.by(staff),
    )
    return at_revision(as_told(changed, caller.now))


@post(
    f"{ONE}/code",
    tags=TAGS,
    summary="Make a new code for a device",
    status_code=201,
    opt=RUN,
    middleware=LIMITED,
)
async def make_code(
    staff: Given[Staff],
    caller: Given[Caller],
    device_id: FromPath[UUID],
    once: Given[Once],
    settings: Given[Settings],
) -> Response[DeviceCode]:
    """Make a new code; the token of before ends as it is used, and so does a revocation."""

    async def renew() -> Announced:
        before = await devices.find(caller.db, staff.edition.id, device_id)
        return await devices.renew_code(
            caller.db,
            staff.edition.id,
            device_id,
            revision=_matched(caller, before),
            **caller.by(staff),
        )

    return _code(await once(Announced, renew), settings)


@delete(f"{ONE}/code", tags=TAGS, summary="Withdraw a code", status_code=204, opt=RUN)
async def withdraw_code(
    staff: Given[Staff], caller: Given[Caller], device_id: FromPath[UUID]
) -> None:
    """Withdraw the code that waits for a device; 409 `device_code_gone` where none does."""
    await devices.withdraw_code(caller.db, staff.edition.id, device_id, **caller.by(staff))


@post(f"{ONE}/revocation", tags=TAGS, summary="Revoke a device", status_code=200, opt=RUN)
async def revoke_device(
    staff: Given[Staff], caller: Given[Caller], device_id: FromPath[UUID], once: Given[Once]
) -> Response[TeamDevice]:
    """Revoke a device within a second: it gets nothing more, and only hands over what it holds.

    A new code undoes it, as it is used.
    """

    async def revoke() -> TeamDevice:
        before = await devices.find(caller.db, staff.edition.id, device_id)
        revoked = await devices.revoke(
            caller.db,
            staff.edition.id,
            device_id,
            revision=_matched(caller, before),
            **caller.by(staff),
        )
        return as_told(revoked, caller.now)

    return at_revision(await once(TeamDevice, revoke))


@delete(ONE, tags=TAGS, summary="Remove a device", status_code=204, opt=RUN)
async def remove_device(
    staff: Given[Staff], caller: Given[Caller], device_id: FromPath[UUID]
) -> None:
    """Remove a device that never scanned, and is not enrolled or no longer (409 otherwise)."""
    before = await devices.find(caller.db, staff.edition.id, device_id)
    await devices.remove(
        caller.db,
        staff.edition.id,
        device_id,
        revision=_matched(caller, before),
        **caller.by(staff),
    )


def as_told(one: StoredDevice, now: datetime) -> TeamDevice:
    """Return a device as programs see it."""
    known = {name: getattr(one, name) for name in StoredDevice.__struct_fields__}
    known.update(state=rules.device_state(one, now), handed_over_at=one.drained_at)
    return TeamDevice(**{name: known[name] for name in TeamDevice.__struct_fields__})


def _patched(before: DeviceTerms, wanted: DevicePatch) -> DeviceTerms:
    sent = {
        name: value
        for name in DevicePatch.__struct_fields__
        if (value := getattr(wanted, name)) is not None
    }
    if wanted.gates and wanted.gate is None and before.gate not in wanted.gates:
        sent["gate"] = wanted.gates[0]
    return msgspec.structs.replace(before, **sent)


def _matched(caller: Caller, before: StoredDevice) -> int | None:
    """Return the revision that the request names in `If-Match` (RFC 9110, 13.1.1); None for any.

    Raises:
        DeviceChanged: the device is at another.
    """
    seen = caller.seen()
    if seen is None:
        return None
    if before.revision not in seen:
        raise DeviceChanged
    return before.revision


def _code(made: Announced, settings: Settings) -> Response[DeviceCode]:
    answer = DeviceCode(
        id=made.id,
        name=made.name,
        gate=made.gate,
        code=made.code,
        link=devices.enrolment_link(settings.base_url, made.code),
        until=made.until,
    )
    return Response(answer, status_code=201, headers={"cache-control": PRIVATE})


router = Router(
    "/",
    route_handlers=[
        tell_state,
        list_devices,
        tell_device,
        add_device,
        change_device,
        make_code,
        withdraw_code,
        revoke_device,
        remove_device,
    ],
    dependencies={"caller": Provide(calling)},
)
