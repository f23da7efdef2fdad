"""Lists in clear: names on a device that has the right to them, for a day at most, and recorded."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from badges import queries
from badges.devices import in_clear_queries
from badges.devices.in_clear_queries import Person, PresentPerson
from badges.doors import deciding
from badges.doors.deciding import DoorRules, milliseconds
from badges.doors.opening import MORNING
from forum.core import audit
from forum.core.context import Device, Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.core.text import pick

LONGEST = timedelta(hours=12)
SILENCE = timedelta(hours=1)
"""A device that asks again and again is recorded once in so long."""


class DeviceMayNot(Problem):
    """This device does not have that right: an organiser can give it."""

    code = "device_may_not"
    status = 403


class People(Struct, frozen=True, kw_only=True):
    """Everybody, as names are sorted; to be forgotten at `expires_at`."""

    expires_at: datetime
    people: list[Person]


class Present(Struct, frozen=True, kw_only=True):
    """Who was in the house at `at`, as names are sorted; to be forgotten at `expires_at`."""

    expires_at: datetime
    at: datetime
    people: list[PresentPerson]


async def people(db: Db, device: Device, edition: Edition, *, at: datetime, ids: Ids) -> People:
    """Return everybody who registered.

    Raises:
        DeviceMayNot: the device may not search by name.
    """
    async with db.transaction():
        leave = await in_clear_queries.take_people(db, edition.id, device.id, at, SILENCE)
        if not leave.allowed:
            raise DeviceMayNot
        found = in_clear_queries.list_people(db, edition.id, await _categories(db, edition))
        listed = [one async for some in found for one in some]
        if leave.recorded:
            await _record(db, device, "device took people", len(listed), at=at, ids=ids)
    return People(expires_at=expires_at(edition, at), people=listed)


async def present(
    db: Db, device: Device, edition: Edition, rules: DoorRules, *, at: datetime, ids: Ids
) -> Present:
    """Return who is in the house, by the check-in lists that count it.

    Raises:
        DeviceMayNot: the device may not hold the list of an evacuation.
    """
    async with db.transaction():
        leave = await in_clear_queries.take_present(db, edition.id, device.id, at, SILENCE)
        if not leave.allowed:
            raise DeviceMayNot
        categories = await _categories(db, edition)
        found = in_clear_queries.list_present(db, edition.id, periods_at(rules, at), categories)
        listed = [one async for some in found for one in some]
        if leave.recorded:
            await _record(db, device, "device took present", len(listed), at=at, ids=ids)
    return Present(expires_at=expires_at(edition, at), at=at, people=listed)


def expires_at(edition: Edition, at: datetime) -> datetime:
    """Return when a device forgets a list: after twelve hours, and as the edition's day ends."""
    local = at.astimezone(edition.zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    morning = datetime.combine(day, MORNING, tzinfo=edition.zone)
    return min(at + LONGEST, morning.astimezone(UTC))


def periods_at(rules: DoorRules, at: datetime) -> dict[str, str]:
    """Return what each check-in list counts once in at an instant, by its slug."""
    instant = milliseconds(at)
    return {
        slug: deciding.place(rule, rules.days, instant).period for slug, rule in rules.lists.items()
    }


async def _categories(db: Db, edition: Edition) -> dict[str, str]:
    """Return the words for the categories, in the edition's language."""
    listed = await queries.list_categories(db, edition.id)
    return {one.code: pick(one.name, *edition.languages) for one in listed}


async def _record(
    db: Db, device: Device, action: str, count: int, *, at: datetime, ids: Ids
) -> None:
    await audit.record(
        db,
        edition_id=device.edition_id,
        id=ids.uuid(at),
        at=at,
        actor=f"device:{device.id}",
        action=action,
        subject_id=device.id,
        detail={"people": count},
    )
