"""forum device: phones and scanners announced, listed, revoked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from badges import qr
from badges.devices import rules
from badges.devices import service as devices
from badges.devices.models import DeviceState, NewDevice, StoredDevice
from forum.commands.installation import Installation
from forum.core import forms
from forum.core.context import Edition


class Code(Struct, frozen=True, kw_only=True):
    """A code by which a device enrols, and the link that its QR code holds."""

    id: UUID
    name: str
    code: str
    link: str
    until: datetime


class Listed(Struct, frozen=True, kw_only=True):
    """A device in the list of the command."""

    id: UUID
    name: str
    state: DeviceState
    gate: str
    gates: list[str]
    may_search: bool
    may_desk: bool
    may_evacuate: bool
    seen_at: datetime | None
    waiting: int | None
    code_until: datetime | None


async def announce(
    site: Installation,
    edition: Edition,
    name: str,
    gates: Sequence[str],
    *,
    search: bool = False,
    desk: bool = False,
    evacuation: bool = False,
) -> Code:
    """Announce a device.

    Raises:
        Invalid: the name is empty or too long.
        GateUnknown: the edition has no such gate.
    """
    rights = {"may_search": search, "may_desk": desk, "may_evacuate": evacuation}
    new = forms.parse(NewDevice, {"name": name, "gates": [*gates], **rights})
    [made] = await devices.announce(
        site.db, edition.id, [new], actor=devices.COMMAND, at=site.now(), ids=site.ids
    )
    link = devices.enrolment_link(site.settings.base_url, made.code)
    return Code(id=made.id, name=made.name, code=made.code, link=link, until=made.until)


def picture(made: Code) -> str:
    """Return the QR code of a link, for a terminal."""
    return qr.any_qr(made.link).terminal()


async def listed(site: Installation, edition: Edition) -> list[Listed]:
    """Return the devices of an edition by name, those that were revoked last."""
    found = await devices.all_of(site.db, edition.id)
    return [_listed(one, site.now()) for one in found]


def line(one: Listed) -> str:
    """Return a device in one line."""
    held = [name for name in ("search", "desk") if getattr(one, f"may_{name}")]
    held += ["evacuation"] if one.may_evacuate else []
    seen = f"{one.seen_at:%Y-%m-%d %H:%M} UTC" if one.seen_at else "never"
    rights = f"  may: {', '.join(held)}" if held else ""
    state = one.state.value.replace("_", " ")
    return f"{one.name}  {state}  at {one.gate}  last seen: {seen}{rights}"


async def revoke(site: Installation, edition: Edition, name: str) -> StoredDevice:
    """Revoke the device that is meant by a name or an id.

    Raises:
        DeviceNotFound: none is.
        DeviceNameShared: several have this name.
    """
    found = await devices.named(site.db, edition.id, name)
    return await devices.revoke(
        site.db, edition.id, found.id, actor=devices.COMMAND, at=site.now(), ids=site.ids
    )


def _listed(one: StoredDevice, now: datetime) -> Listed:
    state = rules.device_state(one, now)
    known = {name: getattr(one, name) for name in Listed.__struct_fields__ if name != "state"}
    return Listed(state=state, **known)
