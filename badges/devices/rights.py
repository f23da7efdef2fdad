"""What a device may do beside scanning, as its rights are at this moment."""

from enum import StrEnum

from badges.devices import rights_queries as device_rights_queries
from badges.devices.in_clear import DeviceMayNot
from forum.core.context import Device
from forum.core.db import Db


class Right(StrEnum):
    """What an organiser allows a device."""

    SEARCH = "may_search"
    DESK = "may_desk"
    EVACUATE = "may_evacuate"


async def require(db: Db, device: Device, right: Right) -> None:
    """Hold a device against a right; one that was given or taken a moment ago counts.

    Raises:
        DeviceMayNot: it does not have it, or was revoked.
    """
    held = await device_rights_queries.find(db, device.edition_id, device.id)
    if held is None or not getattr(held, right.value):
        raise DeviceMayNot
