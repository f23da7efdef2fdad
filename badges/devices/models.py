"""What a device is to those who look after it, what may be asked of it, and what it tells."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from badges.models import DeviceRow
from forum.core.context import Device
from forum.core.errors import Problem, Unauthenticated
from forum.core.i18n import N_
from forum.core.text import Filled

MOST_AT_ONCE = 30
"""How many devices are announced together: one sheet of codes."""
FARTHEST_MS = 2**45

DeviceName = Annotated[str, Meta(min_length=1, max_length=60)]
GateName = Annotated[str, Meta(min_length=1, max_length=100)]


class CodeUnknown(Problem):
    """This code is unknown, used or too old: ask for a new one."""

    code = "device_code_unknown"
    status = 404


class GateUnknown(Problem):
    """There is no gate of this name in this edition."""

    code = "gate_unknown"
    status = 422

    @classmethod
    def among(cls, gate: str, known: list[str]) -> "GateUnknown":
        """Say which gate there is not, and which there are."""
        said = N_("There is no gate %(gate)s: choose one of %(known)s.")
        message = Filled(said, gate=gate, known=", ".join(known))
        return cls(message, fields={"gates": message})


class GateNotAllowed(Problem):
    """This device does not stand at this gate: an organiser says at which it may."""

    code = "gate_not_allowed"
    status = 422


class DeviceNotFound(Problem):
    """There is no such device in this edition."""

    code = "device_not_found"
    status = 404


class DeviceChanged(Problem):
    """Somebody else changed this device meanwhile: look at it, then do it again."""

    code = "device_changed"
    status = 412


class DeviceNameShared(Problem):
    """Several devices have this name: say which by its id."""

    code = "device_name_shared"
    status = 409


class NoCodeWaits(Problem):
    """No code of this device waits any longer: it was used, or withdrawn."""

    code = "device_code_gone"
    status = 409


class DeviceEnrolled(Problem):
    """This device is enrolled and may hold scans that it has not sent: revoke it first."""

    code = "device_enrolled"
    status = 409


class DeviceUsed(Problem):
    """This device has scanned: it stays, so that its scans can be told. Revoke it instead."""

    code = "device_used"
    status = 409


class DeviceRevoked(Unauthenticated):
    """This device was revoked: ask an organiser for a new code."""

    code = "device_revoked"


class DeviceState(StrEnum):
    """How a device does."""

    TO_ENROL = "to_enrol"
    ACTIVE = "active"
    SILENT = "silent"
    """Enrolled, but not heard of for minutes."""
    REVOKED = "revoked"
    HANDED_OVER = "handed_over"
    """Revoked, and what it still held has arrived."""


class NewDevice(Struct, frozen=True, kw_only=True):
    """A device to announce: it stands at the first of `gates`, and may stand at each of them."""

    name: DeviceName
    gates: list[GateName]
    may_search: bool = False
    may_desk: bool = False
    may_evacuate: bool = False


class DeviceTerms(Struct, frozen=True, kw_only=True):
    """All that organisers lay down of a device; it stands at `gate`, which is one of `gates`."""

    name: DeviceName
    gate: GateName
    gates: list[GateName]
    may_search: bool = False
    may_desk: bool = False
    may_evacuate: bool = False


class StoredDevice(Struct, frozen=True, kw_only=True):
    """A device with all that is known of it; `moved` while it has not heard where it stands.

    `token` says that it is enrolled, `code_until` how long a code waits to be used, whether or not
    that is over. What it told last: `battery` in percent, `clock_offset_ms` to be added to its
    clock, `waiting` scans that it had not sent, its `version`.
    """

    id: UUID
    name: str
    gate: str
    gates: list[str]
    may_search: bool
    may_desk: bool
    may_evacuate: bool
    created_at: datetime
    enrolled_at: datetime | None
    seen_at: datetime | None
    revoked_at: datetime | None
    drained_at: datetime | None
    token: bool
    code_until: datetime | None
    moved: bool
    battery: int | None
    charging: bool | None
    clock_offset_ms: int | None
    waiting: int | None
    version: str | None
    revision: int

    @property
    def terms(self) -> DeviceTerms:
        """What organisers laid down."""
        return DeviceTerms(
            name=self.name,
            gate=self.gate,
            gates=self.gates,
            may_search=self.may_search,
            may_desk=self.may_desk,
            may_evacuate=self.may_evacuate,
        )


class Announced(Struct, frozen=True, kw_only=True):
    """A device with the code by which it enrols, once, until `until`. It is told this once."""

    id: UUID
    name: str
    gate: str
    code: str
    until: datetime


class Enrolled(Struct, frozen=True, kw_only=True):
    """What a device gets, once: its token and where it stands."""

    token: str
    device: Device


class Told(Struct, frozen=True, kw_only=True):
    """What a device tells of itself; `sent_at` and `clock_offset_ms` are of its own clock."""

    sent_at: Annotated[datetime, Meta(tz=True)]
    gate: GateName
    waiting: Annotated[int, Meta(ge=0, le=10_000_000)]
    version: Annotated[str, Meta(max_length=40)]
    battery: Annotated[int, Meta(ge=0, le=100)] | None = None
    charging: bool | None = None
    clock_offset_ms: Annotated[int, Meta(ge=-FARTHEST_MS, le=FARTHEST_MS)] | None = None


class SeenDevice(DeviceRow, frozen=True, kw_only=True):
    """A device that told of itself; `moved` while it has not heard where an organiser put it."""

    moved: bool


class CheckedIn(Struct, frozen=True, kw_only=True):
    """How many a list has let in in one period, and how many of them are inside."""

    check_in_list: str
    period: str
    entered: int
    inside: int


class Tickets(Struct, frozen=True, kw_only=True):
    """How many confirmed people of one category hold a ticket for these days."""

    category_number: int
    days: int
    count: int


class Counter(Struct, frozen=True, kw_only=True):
    """How a list stands now: who entered, who of them is inside, and how many it would let in."""

    entered: int
    inside: int
    expected: int
