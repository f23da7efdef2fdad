"""What all exports share: names that the schemas accept, addresses, and the days."""

import re
from collections import defaultdict
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from msgspec import Struct

from forum.core.text import Text, pick
from schedule.models import Partner, Programme, Room, Session, Track
from schedule.rules import DAY_CHANGE, programme_day
from schedule.texts import web_address, xml_safe

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


class Relation(StrEnum):
    """Why an address stands beside a session, other than as one of its links."""

    LIVESTREAM = "livestream"
    PARTNER = "partner"
    GUIDE = "guide"


class Related(Struct, frozen=True, kw_only=True):
    """An address that belongs to a session: where it is streamed, a partner's, a guide's."""

    relation: Relation
    url: str
    title: str


LIVESTREAM = {"fr": "Diffusion en direct", "en": "Livestream"}


def livestream_name(language: str) -> str:
    """Return how a livestream is called."""
    return LIVESTREAM["fr" if language.startswith("fr") else "en"]


def http_address(text: str | None) -> str | None:
    """Return an http or https address as `web_address` writes it, or None."""
    found = web_address(text or "")
    return found if found and found.startswith("http") else None


def partners_of(session: Session) -> list[Partner]:
    """Return the partners of a session as formats can hold them; an address that is none goes."""
    found = (
        Partner(name=xml_safe(one.name), url=http_address(one.url)) for one in session.partners
    )
    return list(dict.fromkeys(one for one in found if one.name))


def tags_of(session: Session) -> list[str]:
    """Return the tags of a session as formats can hold them, each once."""
    return list(dict.fromkeys(tag for one in session.tags if (tag := xml_safe(one))))


def guide_address(programme: Programme, guide: str) -> str:
    """Return the address of a guide by its slug."""
    known = (one.path for one in programme.guides if one.slug == guide)
    path = next(known, f"/{programme.edition}/guides/{guide}/download")
    return programme.base_url + path


def guide_in(address: str) -> str:
    """Return the slug of the guide at an address of ours, '' for another address."""
    found = re.search(r"/guides/([a-z0-9-]+)(?:/download)?$", address)
    return found.group(1) if found else ""


def related(programme: Programme, session: Session, language: str) -> list[Related]:
    """Return the livestream, the partners that have an address and the guides of a session."""
    titles = {one.slug: said(one.title, programme, language) for one in programme.guides}
    found = []
    if livestream := http_address(session.livestream):
        title = livestream_name(language)
        found.append(Related(relation=Relation.LIVESTREAM, url=livestream, title=title))
    found += [
        Related(relation=Relation.PARTNER, url=one.url, title=one.name)
        for one in partners_of(session)
        if one.url
    ]
    found += [
        Related(
            relation=Relation.GUIDE,
            url=guide_address(programme, guide),
            title=xml_safe(titles.get(guide, "")) or guide,
        )
        for guide in dict.fromkeys(session.guides)
    ]
    return found


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
