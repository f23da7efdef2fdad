"""Devices as the team's pages show them: how each does, in words, and codes to be read."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from badges import qr
from badges.devices import rules
from badges.devices import service as devices
from badges.devices.models import Announced, DeviceState, StoredDevice
from badges.models import Gate
from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import pick

NOTICEABLE = timedelta(seconds=5)
"""A clock that is less off than this is right."""
STATES: Mapping[DeviceState, tuple[str, str]] = {
    DeviceState.TO_ENROL: ("warn", N_("To enrol")),
    DeviceState.ACTIVE: ("", N_("Active")),
    DeviceState.SILENT: ("bad", N_("Silent for five minutes")),
    DeviceState.REVOKED: ("bad", N_("Revoked")),
    DeviceState.HANDED_OVER: ("bad", N_("Revoked, all handed over")),
}
"""The kind of tag and the words of each state."""
RIGHTS = {
    "may_search": (
        N_("Find people by name"),
        N_("The list of all registered people is on the device, for half a day at most."),
    ),
    "may_desk": (
        N_("Help desk"),
        N_("Registers who comes unannounced, corrects names, prints badges again."),
    ),
    "may_evacuate": (
        N_("Evacuation list"),
        N_("The list of who is in the building is on the device, for half a day at most."),
    ),
}
"""What each right is called, and what it means if the phone is lost."""


def rows(
    found: Iterable[StoredDevice],
    gates: Iterable[Gate],
    edition: Edition,
    words: Words,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return what the table shows."""
    names = {gate.slug: pick(gate.name, words.language) for gate in gates}
    return [row(one, names, edition, words, now) for one in found]


def row(
    one: StoredDevice, names: Mapping[str, str], edition: Edition, words: Words, now: datetime
) -> dict[str, Any]:
    """Return one device in words; '' is what there is nothing to say of."""
    state = rules.device_state(one, now)
    kind, said = STATES[state]
    return {
        "id": str(one.id),
        "path": f"/organiser/{edition.slug}/doors/devices/{one.id}",
        "name": one.name,
        "gate": names.get(one.gate, one.gate),
        "gates": [names.get(gate, gate) for gate in one.gates],
        "rights": [words.gettext(RIGHTS[name][0]) for name in RIGHTS if getattr(one, name)],
        "moved": one.moved,
        "state": state.value,
        "kind": kind,
        "said": words.gettext(said),
        "code": code_words(one, edition, words, now),
        "seen": words.ago(now - one.seen_at) if one.seen_at else "",
        "battery": battery(one, words),
        "clock": clock(one, words),
        "waiting": "" if one.waiting is None else str(one.waiting),
        "version": one.version or "",
    }


def code_words(one: StoredDevice, edition: Edition, words: Words, now: datetime) -> str:
    """Say until when a code may be used."""
    if one.code_until is None:
        return "" if one.token else words.gettext("no code waits")
    if one.code_until <= now:
        return words.gettext("its code is over")
    until = words.moment(one.code_until, edition.zone)
    return words.gettext("code good until %(until)s") % {"until": until}


def battery(one: StoredDevice, words: Words) -> str:
    """Say how full the battery is."""
    if one.battery is None:
        return ""
    space = "\u00a0" if words.language == "fr" else ""
    level = f"{one.battery}{space}%"
    return words.gettext("%(level)s, charging") % {"level": level} if one.charging else level


def clock(one: StoredDevice, words: Words) -> str:
    """Say how far the clock is off; what must be added to it is missing from it."""
    offset = timedelta(milliseconds=one.clock_offset_ms or 0)
    if one.clock_offset_ms is None:
        return ""
    if abs(offset) < NOTICEABLE:
        return words.gettext("right")
    span = {"span": words.span(abs(offset))}
    if offset > timedelta():
        return words.gettext("%(span)s slow") % span
    return words.gettext("%(span)s fast") % span


def codes(
    made: Iterable[Announced], gates: Iterable[Gate], base_url: str, words: Words
) -> list[dict[str, Any]]:
    """Return codes as a sheet shows them, each with its QR code, which takes 25 ms."""
    names = {gate.slug: pick(gate.name, words.language) for gate in gates}
    return [_code(one, names.get(one.gate, one.gate), base_url, words) for one in made]


def _code(one: Announced, gate: str, base_url: str, words: Words) -> dict[str, Any]:
    link = devices.enrolment_link(base_url, one.code)
    title = words.gettext("QR code that enrols %(name)s") % {"name": one.name}
    return {
        "name": one.name,
        "gate": gate,
        "code": one.code,
        "link": link,
        "until": one.until,
        "qr": Markup(qr.any_qr(link).svg(title=title)),  # noqa: S704 -- its title is escaped
    }
