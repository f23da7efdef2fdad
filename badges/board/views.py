"""What the board of the doors says: numbers in, words, rows and pictures of one language out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup
from msgspec import Struct

from badges.board import charts as board_charts
from badges.board.numbers import (
    STRETCH,
    Arrivals,
    Counters,
    DeviceState,
    Level,
    Moment,
    RoomCount,
    Trouble,
)
from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import pick

MOST_ROWS = 24
"""The most lines of the table of arrivals: a page of an organiser has 600 elements."""
STEPS = (1, 2, 3, 6, 12, 24, 48)
"""How many stretches of five minutes a line of that table may hold."""
MINUTE_MS = 60_000
HOUR_MINUTES = 60

LEVELS = {
    Level.NEARLY_FULL: N_("Nearly full"),
    Level.FULL: N_("Full"),
}
TROUBLES = {
    Trouble.SILENT: N_("Silent"),
    Trouble.LOW_BATTERY: N_("Low battery"),
    Trouble.CLOCK_OFF: N_("Clock off"),
    Trouble.WAITING: N_("Scans to send"),
}
MOMENTS = {Moment.NOW: N_("Now"), Moment.NEXT: N_("Coming next")}


class Row(Struct, frozen=True, kw_only=True):
    """A line of the table of arrivals: from when, how many, and how many in the last edition."""

    label: str
    entered: int
    last: int | None


class Room(Struct, frozen=True, kw_only=True):
    """A session that fills: `said` is how full it is, in words and numbers."""

    room: str
    title: str
    moment: str
    when: str
    said: str
    level: Level | None
    word: str
    picture: Markup | None


class Phone(Struct, frozen=True, kw_only=True):
    """A device, in words; `troubles` is what is the matter with it, none of it ''."""

    name: str
    gate: str
    seen: str
    battery: str
    waiting: str
    clock: str
    troubles: str


class Board(Struct, frozen=True, kw_only=True):
    """The board in one language; `picture` None: nobody came yet, in neither edition."""

    picture: Markup | None
    arrivals: list[Row]
    rooms: list[Room]
    devices: list[Phone]
    warnings: list[Room]
    time: str


def board(counters: Counters, edition: Edition, words: Words) -> Board:
    """Return what the board says."""
    rooms = [_room(one, edition, words) for one in counters.rooms]
    gates = {one.slug: pick(one.name, words.language) for one in counters.gates}
    said = words.gettext("People who came in, five minutes by five minutes")
    arrivals = counters.arrivals
    return Board(
        picture=board_charts.flow(arrivals, edition.zone, words, said) if arrivals else None,
        arrivals=rows(arrivals, edition, words),
        rooms=rooms,
        devices=[_phone(one, gates, counters.at, edition, words) for one in counters.devices],
        warnings=[one for one in rooms if one.level in (Level.NEARLY_FULL, Level.FULL)],
        time=words.time(counters.at, edition.zone),
    )


def rows(arrivals: Sequence[Arrivals], edition: Edition, words: Words) -> list[Row]:
    """Return the arrivals in as short steps as have room in a table; they begin on the clock."""
    if not arrivals:
        return []
    for held in STEPS:
        step = held * STRETCH
        starts = sorted({_floor(one.at, step, edition) for one in arrivals})
        if len(starts) <= MOST_ROWS:
            break
    return [
        Row(
            label=words.time(start, edition.zone),
            entered=sum(one.entered for one in some),
            last=None if some[0].last is None else sum(one.last or 0 for one in some),
        )
        for start in starts
        if (some := [one for one in arrivals if _floor(one.at, step, edition) == start])
    ]


def _floor(at: datetime, step: timedelta, edition: Edition) -> datetime:
    local = at.astimezone(edition.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return at - (local - midnight) % step


def _room(one: RoomCount, edition: Edition, words: Words) -> Room:
    values = {"inside": one.inside, "capacity": one.capacity, "entered": one.entered}
    if one.capacity is None:
        said = words.gettext("%(inside)d inside, %(entered)d came in") % values
    else:
        said = words.gettext("%(inside)d of %(capacity)d inside, %(entered)d came in") % values
    return Room(
        room=one.room,
        title=pick(one.title, words.language),
        moment=words.gettext(MOMENTS[one.moment]),
        when=f"{words.time(one.starts_at, edition.zone)}–{words.time(one.ends_at, edition.zone)}",
        said=said,
        level=one.level,
        word=words.gettext(LEVELS[one.level]) if one.level in LEVELS else "",
        picture=None
        if one.capacity is None
        else board_charts.bar(one.inside, one.capacity, one.level),
    )


def _phone(
    one: DeviceState, gates: Mapping[str, str], at: datetime, edition: Edition, words: Words
) -> Phone:
    battery = ""
    if one.battery is not None:
        battery = words.gettext("%(n)d%%") % {"n": one.battery}
        if one.charging:
            battery = words.gettext("%(battery)s, charging") % {"battery": battery}
    return Phone(
        name=one.name,
        gate=gates.get(one.gate, one.gate),
        seen=_seen(one.seen_at, at, edition, words),
        battery=battery,
        waiting="" if one.waiting is None else str(one.waiting),
        clock=_clock(one.clock_offset_ms, words),
        troubles=", ".join(words.gettext(TROUBLES[each]) for each in one.troubles),
    )


def _seen(seen_at: datetime | None, at: datetime, edition: Edition, words: Words) -> str:
    if seen_at is None:
        return words.gettext("Never")
    same_day = seen_at.astimezone(edition.zone).date() == at.astimezone(edition.zone).date()
    return (words.time if same_day else words.moment)(seen_at, edition.zone)


def _clock(offset_ms: int | None, words: Words) -> str:
    """Say how far a device's clock is off, in minutes; the offset is what must be added to it."""
    if offset_ms is None:
        return ""
    minutes = round(abs(offset_ms) / MINUTE_MS)
    if not minutes:
        return words.gettext("On time")
    late = offset_ms > 0
    return words.gettext("%(n)d min slow" if late else "%(n)d min fast") % {"n": minutes}
