"""The team's pages of devices: how each does, new ones with their codes, changes, the end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta, Struct

from badges.devices import service as devices
from badges.devices import views as device_views
from badges.devices.models import (
    MOST_AT_ONCE,
    Announced,
    DeviceChanged,
    DeviceEnrolled,
    DeviceName,
    DeviceNotFound,
    DeviceTerms,
    DeviceUsed,
    GateName,
    GateNotAllowed,
    GateUnknown,
    NewDevice,
    NoCodeWaits,
    StoredDevice,
)
from badges.doors import gates
from forum.core import forms
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields

PATH = "/organiser/{slug:str}/doors/devices"
ONE = f"{PATH}/{{device_id:str}}"
WATCH, RUN = {"deed": Deed.WATCH_DOORS, "kept_edition": True}, {"deed": Deed.RUN_DOORS}
PER_MINUTE = 60
REFUSALS = (
    Invalid,
    DeviceChanged,
    DeviceEnrolled,
    DeviceUsed,
    GateNotAllowed,
    GateUnknown,
    NoCodeWaits,
)
"""What the page of a device can say of itself."""

Revision = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class AddForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends to announce devices; they stand at `gate` and may stand at `gates`."""

    name: DeviceName
    gate: GateName
    gates: list[GateName] = []
    count: Annotated[int, Meta(ge=1, le=MOST_AT_ONCE)] = 1
    may_search: bool = False
    may_desk: bool = False
    may_evacuate: bool = False


class TermsForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends to change a device."""

    revision: Revision
    name: DeviceName
    gates: list[GateName]
    may_search: bool = False
    may_desk: bool = False
    may_evacuate: bool = False


class MoveForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends to put a device at another gate."""

    revision: Revision
    gate: GateName


class Desk:
    """Where an organiser looks after devices: one request, and what it needs."""

    def __init__(
        self,
        request: AnyRequest,
        db: Db,
        once: Once,
        page: Page,
        settings: Settings,
        now: datetime,
        ids: Ids,
    ) -> None:
        self.request = request
        self.db = db
        self.once = once
        self.page = page
        self.settings = settings
        self.now = now
        self.ids = ids

    async def listed(
        self,
        staff: Staff,
        *,
        sent: Mapping[str, list[str]] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> AnyResponse:
        """Answer with the table, and the form for new devices."""
        edition, words = staff.edition, self.page.words
        standing = await gates.all_of(self.db, edition.id)
        found = await devices.all_of(self.db, edition.id)
        asked = self.request.query_params
        about = next((one for one in found if str(one.id) == asked.get("who")), None)
        return self.page(
            "badges/devices.html",
            edition,
            status=422 if errors else 200,
            staff=staff,
            rows=device_views.rows(found, standing, edition, words, self.now),
            gates=standing,
            rights=device_views.RIGHTS,
            most=MOST_AT_ONCE,
            done=asked.get("done"),
            about=about,
            sent=_last(sent),
            ticked=(sent or {}).get("gates", []),
            errors=self._said(errors),
        )

    async def shown(
        self,
        staff: Staff,
        found: StoredDevice,
        *,
        sent: Mapping[str, list[str]] | None = None,
        problem: Problem | None = None,
    ) -> AnyResponse:
        """Answer with the page of one device, and what is wrong with what was sent."""
        edition = staff.edition
        standing = await gates.all_of(self.db, edition.id)
        return self.page(
            "badges/device.html",
            edition,
            status=problem.status if problem else 200,
            staff=staff,
            device=found,
            row=device_views.rows([found], standing, edition, self.page.words, self.now)[0],
            gates=standing,
            rights=device_views.RIGHTS,
            stays=await self._stays(edition.id, found),
            sent=_last(sent),
            ticked=found.gates if sent is None else sent.get("gates", []),
            errors=self._said(problem.fields if problem else {}),
            why=self.page.words.say(problem.message) if problem and not problem.fields else "",
        )

    async def sheet(self, staff: Staff, made: list[Announced]) -> AnyResponse:
        """Answer with codes, which are shown this once."""
        standing = await gates.all_of(self.db, staff.edition.id)
        shown = await asyncio.to_thread(  # thirty codes would hold up the doors meanwhile
            device_views.codes, made, standing, self.settings.base_url, self.page.words
        )
        return self.page("badges/device_codes.html", staff.edition, staff=staff, codes=shown)

    async def _stays(self, edition_id: int, found: StoredDevice) -> str:
        problem = await devices.stays(self.db, edition_id, found)
        return "" if problem is None else self.page.words.say(problem.message)

    def _said(self, errors: Mapping[str, str] | None) -> dict[str, str]:
        return {name: self.page.words.say(message) for name, message in (errors or {}).items()}

    async def do(
        self,
        staff: Staff,
        name: str,
        deed: Callable[[UUID, Mapping[str, list[str]]], Awaitable[Any]],
        done: str,
    ) -> AnyResponse | Redirect:
        """Do something with a device and go back to the table; or say why it cannot be done."""
        device_id = _id(name)
        sent = await form_fields(self.request)

        async def work() -> None:
            await deed(device_id, sent)

        try:
            await self.once(type(None), work)
        except REFUSALS as problem:
            found = await devices.find(self.db, staff.edition.id, device_id)
            typed = sent if "gates" in sent or "name" in sent else None
            return await self.shown(staff, found, sent=typed, problem=problem)
        return Redirect(
            f"/organiser/{staff.edition.slug}/doors/devices",
            status_code=303,
            query_params={"done": done, "who": str(device_id)},
        )


async def at_desk(
    request: AnyRequest,
    db: Given[Db],
    once: Given[Once],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> Desk:
    """Give a route its desk."""
    return Desk(request, db, once, page, settings, now, ids)


@get(PATH, include_in_schema=False, opt=WATCH)
async def devices_page(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show the devices and how each does; for those who run the doors, the form for new ones."""
    return await desk.listed(staff)


@post(
    PATH,
    include_in_schema=False,
    opt=RUN,
    status_code=200,
    middleware=[limited("devices", per_minute=PER_MINUTE)],
)
async def announce(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Announce devices, and show their codes."""
    sent = await form_fields(desk.request)
    edition = staff.edition

    async def make() -> list[Announced]:
        known = await devices.all_of(desk.db, edition.id)
        news = new_devices(forms.parse(AddForm, sent), [one.name for one in known])
        return await devices.announce(
            desk.db, edition.id, news, actor=staff.actor, at=desk.now, ids=desk.ids
        )

    try:
        made = await desk.once(list[Announced], make)
    except (Invalid, GateUnknown) as problem:
        return await desk.listed(staff, sent=sent, errors=problem.fields)
    return await desk.sheet(staff, made)


@get(ONE, include_in_schema=False, opt=RUN)
async def device_page(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse:
    """Show one device, with all that can be done with it."""
    found = await devices.find(desk.db, staff.edition.id, _id(device_id))
    return await desk.shown(staff, found)


@post(ONE, include_in_schema=False, opt=RUN, status_code=200)
async def change(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Change the name, the gates and the rights of a device."""

    async def deed(own: UUID, sent: Mapping[str, list[str]]) -> None:
        form = forms.parse(TermsForm, sent)
        before = await devices.find(desk.db, staff.edition.id, own)
        terms = DeviceTerms(
            name=form.name,
            gate=before.gate,
            gates=form.gates,
            may_search=form.may_search,
            may_desk=form.may_desk,
            may_evacuate=form.may_evacuate,
        )
        await devices.change(
            desk.db,
            staff.edition.id,
            own,
            terms,
            revision=form.revision,
            actor=staff.actor,
            at=desk.now,
            ids=desk.ids,
        )

    return await desk.do(staff, device_id, deed, "changed")


@post(f"{ONE}/gate", include_in_schema=False, opt=RUN, status_code=200)
async def move(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Put a device at another gate."""

    async def deed(own: UUID, sent: Mapping[str, list[str]]) -> None:
        form = forms.parse(MoveForm, sent)
        await devices.move(
            desk.db,
            staff.edition.id,
            own,
            form.gate,
            revision=form.revision,
            actor=staff.actor,
            at=desk.now,
            ids=desk.ids,
        )

    return await desk.do(staff, device_id, deed, "moved")


@post(
    f"{ONE}/code",
    include_in_schema=False,
    opt=RUN,
    status_code=200,
    middleware=[limited("devices", per_minute=PER_MINUTE)],
)
async def renew_code(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse:
    """Make a new code for a device, and show it."""
    edition, own = staff.edition, _id(device_id)

    async def make() -> Announced:
        return await devices.renew_code(
            desk.db, edition.id, own, actor=staff.actor, at=desk.now, ids=desk.ids
        )

    made = await desk.once(Announced, make)
    return await desk.sheet(staff, [made])


@post(f"{ONE}/code/withdrawal", include_in_schema=False, opt=RUN, status_code=200)
async def withdraw_code(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Take back a code that nobody used."""

    async def deed(own: UUID, _: Mapping[str, list[str]]) -> None:
        await devices.withdraw_code(
            desk.db, staff.edition.id, own, actor=staff.actor, at=desk.now, ids=desk.ids
        )

    return await desk.do(staff, device_id, deed, "withdrawn")


@post(f"{ONE}/revocation", include_in_schema=False, opt=RUN, status_code=200)
async def revoke(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Revoke a device; the page then offers a new code, which undoes it."""

    async def deed(own: UUID, _: Mapping[str, list[str]]) -> None:
        await devices.revoke(
            desk.db, staff.edition.id, own, actor=staff.actor, at=desk.now, ids=desk.ids
        )

    return await desk.do(staff, device_id, deed, "revoked")


@post(f"{ONE}/delete", include_in_schema=False, opt=RUN, status_code=200)
async def remove(
    device_id: FromPath[str], staff: Given[Staff], desk: Given[Desk]
) -> AnyResponse | Redirect:
    """Remove a device that never scanned."""

    async def deed(own: UUID, _: Mapping[str, list[str]]) -> None:
        await devices.remove(
            desk.db, staff.edition.id, own, actor=staff.actor, at=desk.now, ids=desk.ids
        )

    return await desk.do(staff, device_id, deed, "removed")


def new_devices(form: AddForm, taken: Iterable[str]) -> list[NewDevice]:
    """Return the devices that a form asks for, numbered where they are several."""
    others = [gate for gate in form.gates if gate != form.gate]
    return [
        NewDevice(
            name=name,
            gates=[form.gate, *others],
            may_search=form.may_search,
            may_desk=form.may_desk,
            may_evacuate=form.may_evacuate,
        )
        for name in devices.numbered(form.name, form.count, taken)
    ]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise DeviceNotFound from error


def _last(sent: Mapping[str, list[str]] | None) -> dict[str, str] | None:
    """Return what was typed, by field; None where nothing was."""
    return None if sent is None else {name: texts[-1] for name, texts in sent.items() if texts}


router = Router(
    "/",
    route_handlers=[
        devices_page,
        announce,
        device_page,
        change,
        move,
        renew_code,
        withdraw_code,
        revoke,
        remove,
    ],
    dependencies={"desk": Provide(at_desk)},
)
