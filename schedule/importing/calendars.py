"""Reads calendars: iCalendar (.ics, RFC 5545) and xCal, as pretalx, frab and we write them.

pretalx names the people at the end of the summary, `Title - Anna, Ben`; xCal and others as
attendees; we with X-FORUM-PERSON. A title such as `Table ronde : …` tells the type where no
category does. Of a repeated event the first time is read, an event of whole days is unplaced.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from icalendar import Calendar, Component, vText
from lxml import etree

from forum.core.text import Text
from schedule.exports.shared import PRODUCT, http_address
from schedule.importing.found import (
    Found,
    FoundPerson,
    FoundRoom,
    FoundSession,
    FoundTrack,
    Losses,
    Unreadable,
)
from schedule.importing.reading import Texts, minutes_of, split_role, type_of
from schedule.importing.values import in_utc, instant, language_tag, zone_of
from schedule.importing.xml import children, line_of, local, text_of
from schedule.models import Partner, SessionType, SpeakerRole
from schedule.texts import line, web_address
from schedule.vocabulary import session_type, speaker_role

NO_ZONE = "names no timezone: times are taken as local in {zone}"


def read_ics(data: bytes, losses: Losses, *, language: str, zone: tzinfo) -> Found:
    """Read an iCalendar file; `language` and `zone` serve where the file names none.

    Raises `Unreadable` with the line for what is cut short or no calendar.
    """
    text = _decoded(data, losses)
    rows = text.splitlines()
    last = max((n for n, row in enumerate(rows, start=1) if row.strip()), default=1)
    if rows[last - 1].strip().upper() != "END:VCALENDAR":
        raise Unreadable("the calendar breaks off here: download it again.", line=last)
    try:
        whole = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        first = str(error).splitlines()[0][:120] if str(error) else "broken"
        raise Unreadable(f"this is not a calendar that can be read ({first}).") from None
    return _Calendar(whole, rows, losses, language, zone).read()


def _decoded(data: bytes, losses: Losses) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_number = data.count(b"\n", 0, error.start) + 1
        losses.add(line_number, "file", "is not in UTF-8: read as Windows-1252")
        return data.decode("cp1252", "replace")


class _Calendar:
    """One iCalendar file while it is read."""

    def __init__(
        self, whole: Component, rows: list[str], losses: Losses, language: str, zone: tzinfo
    ) -> None:
        self.whole = whole
        self.losses = losses
        product = str(whole.get("PRODID", ""))
        self.own = product.startswith(PRODUCT)
        self.pretalx = "pretalx" in product.lower()
        if self.own:
            language = product.removeprefix(PRODUCT).lower() or language
        self.texts = Texts(language, own=self.own)
        self.timezone = line(str(whole.get("X-WR-TIMEZONE", "")))
        self.zone = zone_of(self.timezone) or zone
        self.lines = [
            n for n, row in enumerate(rows, start=1) if row.strip().upper() == "BEGIN:VEVENT"
        ]

    def read(self) -> Found:
        events = self.whole.walk("VEVENT")
        sessions = [
            self._session(event, at)
            for event, at in zip(events, [*self.lines, *([None] * len(events))], strict=False)
        ]
        return Found(
            format="iCalendar",
            title=self.texts.one(_plain(self.whole.get("X-WR-CALNAME", self.whole.get("NAME")))),
            timezone=self.timezone if zone_of(self.timezone) else self._zone_of_times(events),
            rooms=_named_rooms(sessions),
            tracks=_named_tracks(sessions, self.texts),
            sessions=sessions,
        )

    def _zone_of_times(self, events: Iterable[Component]) -> str | None:
        """Return the one IANA name under which all times stand."""
        names = {
            str((_part(event.get("DTSTART"), "params") or {}).get("TZID", "")) for event in events
        }
        name = names.pop() if len(names) == 1 else ""
        return name if "/" in name and zone_of(name) else None

    def _session(self, event: Component, at: int | None) -> FoundSession:
        for name, problem in event.errors:
            self.losses.add(at, "event", f"{name} cannot be read ({problem}): left out")
        summary, people = line(_text(event, "SUMMARY")), self._people(event, at)
        if self.pretalx and not people:
            summary, people = _names_at_the_end(summary, at)
        categories = _categories(event)
        told = _text(event, "X-FORUM-TAGS")
        count = min(int(told), len(categories)) if self.own and told.isdecimal() else 0
        tags = categories[len(categories) - count :]
        categories = categories[: len(categories) - count]
        seats = _text(event, "X-FORUM-SEATS")
        place = f"session “{summary[:80]}”"
        if event.get("RRULE") is not None or event.get("RDATE") is not None:
            self.losses.add(at, place, "is repeated: only its first time is read")
        number = _text(event, "X-FORUM-NUMBER")
        starts_at = self._moment(event, "DTSTART", at, place)
        url = web_address(_text(event, "X-FORUM-ORIGIN" if self.own else "URL"))
        return FoundSession(
            line=at,
            key=_key(event),
            number=int(number) if number.isdecimal() and len(number) < 12 else None,  # noqa: PLR2004
            title=self.texts.one(summary),
            type=_type(categories, summary, at, self.losses),
            description=self.texts.many(_text(event, "DESCRIPTION")),
            track=categories[1] if self.own and len(categories) > 1 else "",
            room=line(_text(event, "LOCATION")),
            starts_at=starts_at,
            minutes=self._minutes(event, starts_at, at, place),
            people=people,
            url=url,
            tags=tags,
            partners=self._partners(event),
            guides=[line(_plain(one)) for one in _listed(event.get("X-FORUM-GUIDE"))],
            capacity=int(seats) if re.fullmatch(r"[1-9][0-9]{0,8}", seats) else None,
            sign_up=_text(event, "X-FORUM-SIGN-UP") == "TRUE",
            livestream=self._livestream(event),
            cancelled=_text(event, "STATUS").upper() == "CANCELLED",
        )

    def _moment(self, event: Component, name: str, at: int | None, place: str) -> datetime | None:
        value = _part(event.get(name), "dt")
        if isinstance(value, datetime):
            if value.tzinfo is None and not zone_of(self.timezone):
                self.losses.count(at, "times", NO_ZONE.format(zone=self.zone))
            return in_utc(value, self.zone)
        if name == "DTSTART":
            what = "lasts whole days" if value else "has no time that can be read"
            self.losses.add(at, place, f"{what}: left unplaced")
        return None

    def _minutes(
        self, event: Component, starts_at: datetime | None, at: int | None, place: str
    ) -> int:
        ends_at = self._moment(event, "DTEND", at, place)
        length = _part(event.get("DURATION"), "dt")
        if starts_at and ends_at and ends_at > starts_at:
            length = ends_at - starts_at
        seconds = int(length.total_seconds()) if isinstance(length, timedelta) else 0
        if starts_at is None and seconds == 0:
            return 30
        return minutes_of(f"PT{seconds}S" if seconds > 0 else "", at, place, self.losses)

    def _partners(self, event: Component) -> list[Partner]:
        return [
            Partner(name=name, url=http_address((_part(value, "params") or {}).get("X-URL", "")))
            for value in _listed(event.get("X-FORUM-PARTNER"))
            if (name := line(_plain(value)))
        ]

    def _livestream(self, event: Component) -> str | None:
        """Return the first address of CONFERENCE (RFC 7986, 5.11) that a browser opens."""
        found = (http_address(str(one)) for one in _listed(event.get("CONFERENCE")))
        return next((one for one in found if one), None)

    def _people(self, event: Component, at: int | None) -> list[FoundPerson]:
        people = [
            FoundPerson(
                name=line(_plain(value)),
                key=(_part(value, "params") or {}).get("X-ID", ""),
                line=at,
                role=speaker_role((_part(value, "params") or {}).get("X-ROLE", ""))
                or SpeakerRole.SPEAKER,
            )
            for value in _listed(event.get("X-FORUM-PERSON"))
        ]
        for value in _listed(event.get("ATTENDEE")):
            name, role = split_role(line((_part(value, "params") or {}).get("CN", "")))
            if not name or "@" in name:
                self.losses.count(at, "attendee", "has an address but no name: left out")
                continue
            key, found = str(value).strip().lower(), role or SpeakerRole.SPEAKER
            people.append(FoundPerson(name=name, key=key, line=at, role=found))
        return [person for person in people if person.name]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _part(value: Any, name: str) -> Any:
    """Return a part of a property, None where it has none or is broken."""
    try:
        return getattr(value, name, None)
    except ValueError:
        return None


def _plain(value: Any) -> str:
    """Return a text; the library leaves the escapes of RFC 5545 in properties it does not know."""
    if value is None or isinstance(value, vText):
        return str(value or "")
    return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], str(value))


def _text(event: Component, name: str) -> str:
    value = event.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return "" if first is None or isinstance(first, list) else str(first)


def _key(event: Component) -> str:
    """Return the UID; of one time of a repeated event, with that time."""
    again = _part(event.get("RECURRENCE-ID"), "dt")
    uid = _text(event, "UID").strip()
    return f"{uid} {again}" if again else uid


def _categories(event: Component) -> list[str]:
    found = []
    for value in _listed(event.get("CATEGORIES")):
        names = _part(value, "cats") or [value]
        found += [line(str(name)) for name in names]
    return [name for name in found if name]


def _type(categories: list[str], title: str, at: int | None, losses: Losses) -> SessionType:
    known = [found for name in categories if (found := session_type(name))]
    if known:
        return known[0]
    before = re.split(r"\s*[:\u2013\u2014]\s", title[:200], maxsplit=1)
    guessed = session_type(before[0]) or session_type(title)
    if guessed:
        return guessed
    return type_of(categories[0], at, losses) if len(categories) == 1 else SessionType.TALK


def _names_at_the_end(summary: str, at: int | None) -> tuple[str, list[FoundPerson]]:
    title, dash, names = summary.rpartition(" - ")
    if not dash:
        return summary.removesuffix(" -"), []
    people = [FoundPerson(name=name, line=at) for one in names.split(",") if (name := line(one))]
    return title, people


def _named_rooms(sessions: list[FoundSession]) -> list[FoundRoom]:
    names = dict.fromkeys(session.room for session in sessions if session.room)
    return [FoundRoom(key=name, name=name) for name in names]


def _named_tracks(sessions: list[FoundSession], texts: Texts) -> list[FoundTrack]:
    names = dict.fromkeys(session.track for session in sessions if session.track)
    return [FoundTrack(key=name, name=texts.one(name)) for name in names]


def read_xcal(root: etree._Element, losses: Losses, *, language: str, zone: tzinfo) -> Found:
    """Read an xCal file, of Pentabarf's form or of RFC 6321, from its root element."""
    calendars = [element for element in root.iter() if local(element) == "vcalendar"]
    if not calendars:
        raise Unreadable("there is no <vcalendar>: is it xCal?", line=line_of(root))
    whole = _properties(calendars[0])
    named = line(whole.get("x-wr-timezone", ""))
    texts = Texts(language, own=False)
    sessions = [
        _xcal_session(element, losses, texts, zone_of(named) or zone, named=bool(zone_of(named)))
        for element in root.iter()
        if local(element) == "vevent"
    ]
    title: Text = texts.one(whole.get("x-wr-calname", ""))
    return Found(
        format="xCal",
        title=title,
        timezone=named if zone_of(named) else None,
        rooms=_named_rooms(sessions),
        sessions=sessions,
    )


def _properties(element: etree._Element) -> dict[str, str]:
    """Return the properties by name; the value of RFC 6321 is in an element inside."""
    inside = children(element, "properties")
    found: dict[str, str] = {}
    for one in inside[0] if inside else element:
        values = [child for child in one if local(child) not in ("", "parameters")]
        text = text_of(values[0]) if inside and values else text_of(one)
        if local(one) and local(one) not in ("vevent", "components", "vtimezone"):
            found.setdefault(local(one), text.strip())
    return found


def _xcal_session(
    element: etree._Element, losses: Losses, texts: Texts, zone: tzinfo, *, named: bool
) -> FoundSession:
    found, at = _properties(element), line_of(element)
    spoken = language_tag(found.get("language-code", "") or found.get("language", ""))
    title = found.get("title") or found.get("summary", "")
    place = f"session “{line(title)[:80]}”"
    starts_at = instant(found.get("dtstart", ""), zone)
    ends_at = instant(found.get("dtend", ""), zone)
    if starts_at is None:
        losses.add(at, place, "has no time that can be read: left unplaced")
    elif not named and not re.search(r"(Z|[+-]\d\d:?\d\d)$", found["dtstart"]):
        losses.count(at, "times", NO_ZONE.format(zone=zone))
    if starts_at and ends_at and ends_at > starts_at:
        length = f"PT{int((ends_at - starts_at).total_seconds())}S"
    else:
        length = found.get("duration", "")
    categories = [name for name in (found.get("category", ""), found.get("categories", "")) if name]
    return FoundSession(
        line=at,
        key=found.get("uid", ""),
        title=texts.one(title, spoken),
        subtitle=texts.one(found.get("subtitle", ""), spoken),
        type=_type([line(name) for name in categories], line(title), at, losses),
        description=texts.many(found.get("description", ""), spoken),
        language=spoken,
        room=line(found.get("location", "")),
        starts_at=starts_at,
        minutes=minutes_of(length, at, place, losses),
        people=_xcal_people(element, at),
        url=web_address(found.get("url", "")),
        cancelled=found.get("status", "").upper() == "CANCELLED",
    )


def _xcal_people(element: etree._Element, at: int | None) -> list[FoundPerson]:
    people = []
    for one in element.iter():
        if local(one) == "attendee":
            name, role = split_role(line(text_of(one)))
            if name:
                found = role or SpeakerRole.SPEAKER
                people.append(FoundPerson(name=name, line=at, role=found))
    return people
