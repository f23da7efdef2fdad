"""How a device does, by what is known of it: values in, a decision out."""

from datetime import datetime, timedelta

from badges.devices.models import DeviceState, StoredDevice

SILENT_AFTER = timedelta(minutes=5)
"""So long after a device told of itself, as it does twice a minute, it counts as silent."""


def device_state(one: StoredDevice, now: datetime) -> DeviceState:
    """Say how a device does."""
    if one.revoked_at is not None:
        return DeviceState.REVOKED if one.drained_at is None else DeviceState.HANDED_OVER
    if not one.token:
        return DeviceState.TO_ENROL
    heard_at = one.seen_at or one.enrolled_at
    silent = heard_at is None or now - heard_at >= SILENT_AFTER
    return DeviceState.SILENT if silent else DeviceState.ACTIVE
