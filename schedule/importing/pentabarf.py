"""Reads schedule.xml, as Pentabarf, frab, pretalx and we write it.

Texts are in one language: of a file of ours the one in its address (`?lang=`), of another's file
that in which each session is held. Roles are read where a person has an attribute `role` or a
name that ends with a role in brackets, as in `Anna Muster (Moderation)`.
"""

import re
from collections import Counter
from datetime import date, datetime, tzinfo
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from schedule.exports.shared import Relation, guide_in, http_address
from schedule.importing.found import (
    Found,
    FoundPerson,
    FoundRoom,
    FoundSession,
    FoundTrack,
    Losses,
    Unreadable,
)
from schedule.importing.reading import (
    OWN_GENERATOR,
    Texts,
    link_of,
    minutes_of,
    own_slug,
    split_role,
    tint_of,
    type_of,
)
from schedule.importing.values import (
    clock_minutes,
    day_of,
    instant,
    language_tag,
    zone_of,
)
from schedule.importing.xml import children, line_of, local, text_of
from schedule.models import Link, Partner, SpeakerRole
from schedule.rules import at_clock
from schedule.texts import line, web_address
from schedule.vocabulary import speaker_role

READ = frozenset(
    {
        "room", "title", "subtitle", "type", "date", "start", "duration", "abstract", "slug",
        "track", "persons", "language", "description", "links", "attachments", "url",
        "origin_url",
    }
)  # fmt: skip


def read_schedule(root: etree._Element, losses: Losses, *, language: str, zone: tzinfo) -> Found:
    """Read a schedule.xml from its root; `language` and `zone` serve where it names none.

    Raises `Unreadable` for what is no schedule.
    """
    if local(root) != "schedule":
        raise Unreadable(
            f"the first element is <{local(root)}>, a schedule.xml begins with <schedule>.",
            line=line_of(root),
        )
    return _Schedule(root, losses, language, zone).read()


class _Schedule:
    """One schedule.xml while it is read."""

    def __init__(self, root: etree._Element, losses: Losses, language: str, zone: tzinfo) -> None:
        self.root = root
        self.losses = losses
        self.conference = next(iter(children(root, "conference")), root)
        generator = next(iter(children(root, "generator")), None)
        self.own = generator is not None and generator.get("name") == OWN_GENERATOR
        self.acronym = line(self._conference("acronym"))
        self.base = line(self._conference("base_url"))
        self.timezone = line(self._conference("time_zone_name"))
        self.zone = zone_of(self.timezone) or zone
        self.texts = Texts(self._language(language), own=self.own)
        if self.timezone and not zone_of(self.timezone):
            what = f"timezone “{self.timezone}” is unknown: {self.zone} is used for local times"
            losses.add(line_of(self.conference), "conference", what)
            self.timezone = ""

    def _conference(self, name: str) -> str:
        return text_of(next(iter(children(self.conference, name)), None))

    def _language(self, language: str) -> str:
        if self.own:
            address = text_of(next(iter(children(self.root, "url")), None))
            return parse_qs(urlsplit(address).query).get("lang", [language])[0]
        spoken = Counter(
            tag
            for event in self.root.iter("{*}event")
            if (tag := language_tag(text_of(next(iter(children(event, "language")), None))))
        )
        return spoken.most_common(1)[0][0] if spoken else language

    def read(self) -> Found:
        days = children(self.root, "day")
        if not days and self.conference is self.root:
            raise Unreadable("there is neither <conference> nor <day>: is it a schedule?", line=1)
        rooms: dict[str, FoundRoom] = {}
        sessions: list[FoundSession] = []
        dates = []
        for day in days:
            on = day_of(day.get("date") or "") or day_of(day.get("start") or "")
            if on is None:
                self.losses.add(line_of(day), "day", "has no date that can be read")
            else:
                dates.append(on)
            for child in day:
                if local(child) == "room":
                    name = self._room(child, rooms)
                    sessions += [
                        self._session(event, name, day, on) for event in children(child, "event")
                    ]
                elif local(child) == "event":
                    sessions.append(self._session(child, "", day, on))
        found_rooms = self._rooms_of(sessions, rooms)
        tracks = self._tracks(sessions)
        return Found(
            format="schedule.xml",
            acronym=self.acronym,
            title=self.texts.one(self._conference("title")),
            timezone=self.timezone or None,
            starts_on=day_of(self._conference("start")),
            ends_on=day_of(self._conference("end")),
            days=dates,
            rooms=found_rooms,
            tracks=tracks,
            sessions=sessions,
        )

    def _room(self, element: etree._Element, rooms: dict[str, FoundRoom]) -> str:
        name = line(element.get("name") or "")
        if name and name not in rooms:
            rooms[name] = FoundRoom(
                key=name,
                name=name,
                line=line_of(element),
                guid=element.get("guid") or "",
                slug=element.get("slug") or "",
            )
        return name

    def _rooms_of(
        self, sessions: list[FoundSession], rooms: dict[str, FoundRoom]
    ) -> list[FoundRoom]:
        for session in sessions:
            if session.room and session.room not in rooms:
                rooms[session.room] = FoundRoom(
                    key=session.room, name=session.room, line=session.line
                )
        return list(rooms.values())

    def _tracks(self, sessions: list[FoundSession]) -> list[FoundTrack]:
        listed = [
            *children(self.conference, "track"),
            *(track for all_ in self.root.iter("{*}tracks") for track in children(all_, "track")),
        ]
        tracks: dict[str, FoundTrack] = {}
        for element in listed:
            name = line(element.get("name") or text_of(element))
            if name:
                tracks.setdefault(
                    name,
                    FoundTrack(
                        key=name,
                        name=self.texts.one(name),
                        slug=element.get("slug") or "",
                        tint=tint_of(element.get("color") or ""),
                    ),
                )
        for session in sessions:
            if session.track:
                new = FoundTrack(key=session.track, name=self.texts.one(session.track))
                tracks.setdefault(session.track, new)
        return list(tracks.values())

    def _session(
        self, event: etree._Element, room: str, day: etree._Element, on: date | None
    ) -> FoundSession:
        parts = {local(child): child for child in reversed(event) if local(child)}
        fields = {name: text_of(parts[name]) for name in READ & parts.keys()}
        spoken = language_tag(fields.get("language", "")) if fields.get("language") else None
        title = self.texts.one(fields.get("title", ""), spoken)
        place = f"session “{line(fields.get('title', ''))[:80]}”"
        if fields.get("language", "").strip() and not spoken:
            self.losses.count(
                line_of(event), "language", f"“{line(fields['language'])}” is unknown"
            )
        self._list_unread(event)
        inside = line(fields.get("room", ""))
        number = event.get("id") or ""
        return FoundSession(
            line=line_of(event),
            key=(event.get("guid") or number or event.get("code") or "").strip(),
            number=int(number) if re.fullmatch(r"\d{1,12}", number) else None,
            title=title,
            slug=own_slug(fields.get("slug", ""), self.acronym),
            type=type_of(fields.get("type", ""), line_of(event), self.losses),
            subtitle=self.texts.one(fields.get("subtitle", ""), spoken),
            abstract=self.texts.many(fields.get("abstract", ""), spoken),
            description=self.texts.many(fields.get("description", ""), spoken),
            language=spoken,
            track=line(fields.get("track", "")),
            room=room or inside,
            starts_at=self._starts_at(event, fields, day, on, place),
            minutes=minutes_of(fields.get("duration", ""), line_of(event), place, self.losses),
            people=self._people(parts.get("persons"), place),
            links=self._links(parts, place),
            url=self._url(fields),
            livestream=next((url for url, _ in self._related(parts, Relation.LIVESTREAM)), None),
            partners=[
                Partner(name=name, url=url)
                for url, name in self._related(parts, Relation.PARTNER)
                if name
            ],
            guides=[
                guide for url, _ in self._related(parts, Relation.GUIDE) if (guide := guide_in(url))
            ],
        )

    def _starts_at(
        self,
        event: etree._Element,
        fields: dict[str, str],
        day: etree._Element,
        on: date | None,
        place: str,
    ) -> datetime | None:
        moment, clock = fields.get("date", "").strip(), clock_minutes(fields.get("start", ""))
        if found := instant(moment, self.zone):
            return found
        own_day = day_of(moment)
        if clock is not None and (own_day or on):
            opens = instant(day.get("start") or "", self.zone)
            after_midnight = (
                not own_day and opens and clock < _clock_of(opens, self.zone) and clock < 12 * 60
            )
            if base := own_day or on:
                return at_clock(base, clock + (24 * 60 if after_midnight else 0), self.zone)
        self.losses.add(line_of(event), place, "has no time that can be read: left unplaced")
        return None

    def _people(self, persons: etree._Element | None, place: str) -> list[FoundPerson]:
        if persons is None:
            return []
        people = []
        for element in children(persons, "person"):
            name, role = line(text_of(element)), speaker_role(element.get("role") or "")
            if not self.own and role is None:
                name, role = split_role(name)
            if not name:
                self.losses.add(line_of(element), place, "names a person without a name: left out")
                continue
            key = element.get("guid") or element.get("id") or element.get("code") or ""
            people.append(
                FoundPerson(
                    name=name,
                    key=key.strip(),
                    line=line_of(element),
                    role=role or SpeakerRole.SPEAKER,
                )
            )
        return people

    def _links(self, parts: dict[str, etree._Element], place: str) -> list[Link]:
        links = []
        for name in ("links", "attachments"):
            for element in parts.get(name, ()):
                if not local(element) or (self.own and element.get("type") in [*Relation]):
                    continue
                found = link_of(
                    element.get("href") or text_of(element),
                    text_of(element),
                    base=self.base,
                    at=line_of(element),
                    place=place,
                    losses=self.losses,
                )
                links += [found] if found else []
        return links

    def _related(
        self, parts: dict[str, etree._Element], relation: Relation
    ) -> list[tuple[str, str]]:
        """Return address and wording of the links that a file of ours marks as `relation`."""
        if not self.own:
            return []
        marked = [one for one in parts.get("links", ()) if one.get("type") == relation]
        found = [(http_address(one.get("href")), line(text_of(one))) for one in marked]
        return [(url, name) for url, name in found if url]

    def _url(self, fields: dict[str, str]) -> str | None:
        origin = web_address(fields.get("origin_url", ""), self.base)
        return origin if self.own else web_address(fields.get("url", ""), self.base) or origin

    def _list_unread(self, event: etree._Element) -> None:
        for child in event:
            name = local(child)
            if name and name not in READ and text_of(child).strip() not in ("", "false"):
                self.losses.count(line_of(child), f"<{name}>", "has no place in our programme")


def _clock_of(moment: datetime, zone: tzinfo) -> int:
    local_time = moment.astimezone(zone)
    return local_time.hour * 60 + local_time.minute
