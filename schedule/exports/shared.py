"""What all exports share: names that the schemas accept, addresses, and the days."""

import re
from collections import defaultdict
from datetime import date, datetime, time, tzinfo

from forum.core.text import Text, pick
from schedule.models import Programme, Room, Session, Track
from schedule.rules import DAY_CHANGE, programme_day
from schedule.texts import web_address

GENERATOR = "Forum"
PRODUCT = "-//Forum//Programme//"
"""By these our own files are known: `PRODUCT` is followed by the language."""

COLOURS = {
    1: "#0a4a3c",
    2: "#3c2f7a",
    3: "#8a1c16",
    4: "#5e4300",
    5: "#0d4468",
    6: "#2f3e46",
}
"""The dark colour of each track tint, as the site and the booklet print it."""


class Parts:
    """The parts of a programme by their ids."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.rooms = {room.id: room for room in programme.rooms}
        self.tracks = {track.id: track for track in programme.tracks}
        self.speakers = {one.id: one for one in programme.speakers}

    def room(self, session: Session) -> Room | None:
        """Return the room of a session."""
        return self.rooms.get(session.room_id) if session.room_id else None

    def track(self, session: Session) -> Track | None:
        """Return the track of a session."""
        return self.tracks.get(session.track_id) if session.track_id else None


def acronym(edition: str) -> str:
    """Return an edition's slug as the schemas want an acronym: `[a-z0-9_]`, four at least."""
    return re.sub(r"[^a-z0-9_]", "_", edition).ljust(4, "_")


def session_slug(programme: Programme, session: Session) -> str:
    """Return a session's slug as the schemas want it: `acronym-number-slug`."""
    return f"{acronym(programme.edition)}-{session.number:02}-{session.slug}"


def session_address(programme: Programme, session: Session) -> str:
    """Return the address of a session's page."""
    return f"{programme.base_url}/{programme.edition}/sessions/{session.slug}"


def programme_address(programme: Programme, ending: str = "") -> str:
    """Return the address of the programme's page, or of an export by its ending (`.xml`)."""
    return f"{programme.base_url}/{programme.edition}/programme{ending}"


def origin(session: Session) -> str | None:
    """Return the session's own address elsewhere, where it is one."""
    return web_address(session.url) if session.url else None


def days_of(programme: Programme, sessions: list[Session]) -> list[date]:
    """Return the days of the edition, and any other on which a session is held, in order."""
    first = programme.starts_on.toordinal()
    days = {date.fromordinal(n) for n in range(first, programme.ends_on.toordinal() + 1)}
    zone = programme.zone
    days |= {programme_day(s.starts_at, zone) for s in sessions if s.starts_at}
    return sorted(days)


def sessions_by_day(
    programme: Programme, sessions: list[Session]
) -> defaultdict[date, list[Session]]:
    """Return the placed sessions of each day of the programme, in order."""
    by_day: defaultdict[date, list[Session]] = defaultdict(list)
    zone = programme.zone
    for session in sessions:
        if session.starts_at:
            by_day[programme_day(session.starts_at, zone)].append(session)
    return by_day


def day_start(day: date, zone: tzinfo) -> datetime:
    """Return when a day of the programme begins, in local time."""
    return datetime.combine(day, time(), zone) + DAY_CHANGE


def local(moment: datetime, zone: tzinfo) -> str:
    """Return an instant as ISO 8601 with the offset of `zone`."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def clock(minutes: int) -> str:
    """Return a length as `01:30`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def local_clock(moment: datetime, zone: tzinfo) -> str:
    """Return the time on the wall as `09:30`."""
    return f"{moment.astimezone(zone):%H:%M}"


def said(text: Text, programme: Programme, language: str) -> str:
    """Return `text` in `language`, else in the programme's main language, else in any."""
    return pick(text, language, programme.language)


def public(programme: Programme) -> list[Session]:
    """Return the placed sessions that are held, in order."""
    return [s for s in programme.sessions if s.starts_at and not s.cancelled]
