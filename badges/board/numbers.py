"""The numbers of the doors as they are watched: values in, values out. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from badges.doors import deciding, opening
from badges.doors.deciding import MS, ListRule
from badges.models import CheckInList, Counting, DoorSession, GateKind
from forum.core.context import Edition
from forum.core.text import Text

STRETCH = timedelta(minutes=5)
NEARLY_FULL = 90
"""A room is nearly full from so many hundredths of what it holds, and full at all of it."""
SILENT = timedelta(minutes=5)
"""A device that told nothing for longer is silent."""
LOW_BATTERY = 20
"""In hundredths: a battery at or below it, and not charging, needs a charger."""
CLOCK_OFF_MS = 120_000
"""A clock that is off by more may turn entries around (`badges.scanning.OFF`)."""


# What the database tells


class PeopleRow(Struct, frozen=True, kw_only=True):
    """The people of a category, as they are counted."""

    code: str
    name: Text
    expected: int
    inside: int
    entered_today: int
    entered: int


class Entries(Struct, frozen=True, kw_only=True):
    """How many came in a stretch of time; `place` counts stretches from the day's beginning."""

    place: int
    count: int


class GateRow(Struct, frozen=True, kw_only=True):
    """What a gate did today."""

    slug: str
    name: Text
    kind: GateKind
    entries: int
    exits: int
    refused: int


class RoomName(Struct, frozen=True, kw_only=True):
    """A room of the published programme."""

    room_id: UUID
    name: str


class RoomPeople(Struct, frozen=True, kw_only=True):
    """Who was let in by a list in a period, and who of them is inside."""

    check_in_list: str
    period: str
    entered: int
    inside: int


class DeviceRow(Struct, frozen=True, kw_only=True):
    """What a device last told of itself."""

    id: UUID
    name: str
    gate: str
    seen_at: datetime | None
    battery: int | None
    charging: bool | None
    waiting: int | None
    clock_offset_ms: int | None


class EditionBefore(Struct, frozen=True, kw_only=True):
    """The edition before, as far as its days are compared."""

    edition_id: int
    title: Text
    timezone: str
    starts_on: date
    ends_on: date


# What the board shows


class Level(StrEnum):
    """How full a room is."""

    FREE = "free"
    NEARLY_FULL = "nearly_full"
    FULL = "full"


class Moment(StrEnum):
    """When a session is: under way, or the next one of its room today."""

    NOW = "now"
    NEXT = "next"


class Trouble(StrEnum):
    """What is the matter with a device."""

    SILENT = "silent"
    LOW_BATTERY = "low_battery"
    CLOCK_OFF = "clock_off"
    WAITING = "waiting"


class CategoryCount(Struct, frozen=True, kw_only=True):
    """The people of a category, as in `Counters`."""

    code: str
    name: Text
    inside: int
    entered_today: int
    entered: int
    expected: int


class GateCount(Struct, frozen=True, kw_only=True):
    """What a gate did today, whoever came: let in, let out, and turned away for any reason."""

    slug: str
    name: Text
    kind: GateKind
    entries: int
    exits: int
    refused: int


class Arrivals(Struct, frozen=True, kw_only=True):
    """How many came into the house for the first time today in five minutes from `at`.

    `last` is the same of the last edition: the same day of the forum, the same time on the wall;
    null where there is none to compare with.
    """

    at: datetime
    entered: int
    last: int | None


class LastEdition(Struct, frozen=True, kw_only=True):
    """The edition before; `entered` is how many had come in by the same time of the same day."""

    title: Text
    entered: int


class RoomCount(Struct, frozen=True, kw_only=True):
    """How a session fills, by its check-in list: `capacity` null, and no `level`, without a limit.

    A list that does not count by session tells its people of today, whatever room they are in.
    """

    check_in_list: str
    room: str
    session: int
    title: Text
    moment: Moment
    starts_at: datetime
    ends_at: datetime
    entered: int
    inside: int
    capacity: int | None
    level: Level | None


class DeviceState(Struct, frozen=True, kw_only=True):
    """What a device last told of itself; `troubles` is what to look after.

    It is silent when it told nothing for more than five minutes.
    """

    id: UUID
    name: str
    gate: str
    seen_at: datetime | None
    battery: int | None
    charging: bool | None
    waiting: int | None
    clock_offset_ms: int | None
    troubles: list[Trouble]


class Counters(Struct, frozen=True, kw_only=True):
    """All numbers of an edition's doors at one instant: they agree with each other.

    `inside`, `entered_today` and `entered` count people by the check-in lists that count who is in
    the house; a scan that a device took back counts for nothing. `expected` are the confirmed
    whose ticket is valid today. `day` is the day of the edition, from 0, null outside of it; days
    begin at four in the morning. `conflicts` is how many nobody has settled.
    """

    at: datetime
    day: Annotated[int, Meta(ge=0)] | None
    inside: int
    entered_today: int
    entered: int
    expected: int
    last: LastEdition | None
    categories: list[CategoryCount]
    gates: list[GateCount]
    arrivals: list[Arrivals]
    rooms: list[RoomCount]
    devices: list[DeviceState]
    conflicts: int


class Today(Struct, frozen=True, kw_only=True):
    """The day that is counted: its number (None: outside the edition), what lists call it, when."""

    day: int | None
    period: str
    since: datetime
    until: datetime


def today(edition: Edition, at: datetime) -> Today:
    """Return the day of an instant; outside the edition it is that of the calendar, in UTC."""
    days = opening.day_starts(edition)
    now = deciding.milliseconds(at)
    number = deciding.day_at(days, now)
    period = deciding.place(ListRule(slug="", counts=Counting.DAY), days, now).period
    if number >= 0:
        since, until = _instant(days[number]), _instant(days[number + 1])
        return Today(day=number, period=period, since=since, until=until)
    since = datetime.combine(date.fromisoformat(period), time(), UTC)
    return Today(day=None, period=period, since=since, until=since + timedelta(days=1))


def same_day(before: EditionBefore, number: int) -> tuple[datetime, datetime] | None:
    """Return when the day of this number of the edition before began and ended, if it had one."""
    day = before.starts_on + timedelta(days=number)
    if day > before.ends_on:
        return None
    zone = ZoneInfo(before.timezone)
    return (
        datetime.combine(day, opening.MORNING, zone).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), opening.MORNING, zone).astimezone(UTC),
    )


def arrivals(
    now: Iterable[Entries], before: Iterable[Entries] | None, one: Today, at: datetime
) -> list[Arrivals]:
    """Return how many came in each stretch, without a gap, from the first to the last that counts.

    `before` are those of the edition before, None without. What is still to come of today is left
    out, unless the edition before had somebody there.
    """
    came = {row.place: row.count for row in now}
    then = None if before is None else {row.place: row.count for row in before}
    places = {*came, *(then or {})}
    if not places:
        return []
    last = max(*places, min(_place(one, at), max(places)))
    return [
        Arrivals(
            at=one.since + place * STRETCH,
            entered=came.get(place, 0),
            last=None if then is None else then.get(place, 0),
        )
        for place in range(min(places), last + 1)
    ]


def entered_by(entries: Iterable[Entries], one: Today, at: datetime) -> int:
    """Return how many had come in by the end of the stretch of an instant."""
    place = _place(one, at)
    return sum(row.count for row in entries if row.place <= place)


def _place(one: Today, at: datetime) -> int:
    return (at - one.since) // STRETCH


def in_sight(
    one: CheckInList, sessions: Iterable[DoorSession], at: datetime, until: datetime
) -> list[tuple[DoorSession, Moment]]:
    """Return the sessions of a list's rooms that are under way, and the next of each room today."""
    held = [each for each in sessions if each.room_id in (one.rooms or []) and not each.cancelled]
    found = [(each, Moment.NOW) for each in held if each.starts_at <= at < each.ends_at]
    coming = sorted(
        (each for each in held if at < each.starts_at < until),
        key=attrgetter("room_id", "starts_at", "number"),
    )
    nexts = [next(some) for _, some in groupby(coming, key=attrgetter("room_id"))]
    return found + [(each, Moment.NEXT) for each in nexts]


def period_of(one: CheckInList, session: DoorSession, here: Today) -> str:
    """Return the period of a list in which the people of a session are counted."""
    if one.counts is Counting.SESSION:
        return str(session.number)
    return here.period if one.counts is Counting.DAY else ""


def rooms(
    seen: Sequence[tuple[CheckInList, DoorSession, Moment]],
    names: Sequence[RoomName],
    people: Iterable[RoomPeople],
    here: Today,
) -> list[RoomCount]:
    """Return how the sessions in sight fill, by room, each with what is under way first."""
    counted = {(row.check_in_list, row.period): row for row in people}
    order = {row.room_id: number for number, row in enumerate(names)}
    named = {row.room_id: row.name for row in names}
    in_order = sorted(
        seen, key=lambda each: (order.get(each[1].room_id, -1), each[1].starts_at, each[0].slug)
    )
    return [
        _room(one, session, moment, named, counted.get((one.slug, period_of(one, session, here))))
        for one, session, moment in in_order
    ]


def _room(
    one: CheckInList,
    session: DoorSession,
    moment: Moment,
    named: Mapping[UUID, str],
    people: RoomPeople | None,
) -> RoomCount:
    inside = people.inside if people is not None else 0
    return RoomCount(
        check_in_list=one.slug,
        room=named.get(session.room_id, ""),
        session=session.number,
        title=session.title,
        moment=moment,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        entered=people.entered if people is not None else 0,
        inside=inside,
        capacity=session.capacity,
        level=level(inside, session.capacity),
    )


def level(inside: int, capacity: int | None) -> Level | None:
    """Say how full a room is: nearly from `NEARLY_FULL` hundredths on; None without a limit."""
    if capacity is None:
        return None
    if inside >= capacity:
        return Level.FULL
    return Level.NEARLY_FULL if inside * 100 >= capacity * NEARLY_FULL else Level.FREE


def device(row: DeviceRow, at: datetime) -> DeviceState:
    """Return a device with what is the matter with it at an instant."""
    return DeviceState(
        id=row.id,
        name=row.name,
        gate=row.gate,
        seen_at=row.seen_at,
        battery=row.battery,
        charging=row.charging,
        waiting=row.waiting,
        clock_offset_ms=row.clock_offset_ms,
        troubles=list(_troubles(row, at)),
    )


def _troubles(row: DeviceRow, at: datetime) -> Iterable[Trouble]:
    if row.seen_at is None or at - row.seen_at > SILENT:
        yield Trouble.SILENT
    if row.battery is not None and row.battery <= LOW_BATTERY and not row.charging:
        yield Trouble.LOW_BATTERY
    if abs(row.clock_offset_ms or 0) > CLOCK_OFF_MS:
        yield Trouble.CLOCK_OFF
    if row.waiting:
        yield Trouble.WAITING


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / MS, UTC)
