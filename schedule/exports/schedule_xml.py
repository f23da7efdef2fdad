"""Writes schedule.xml, valid against the community's XSD (voc/schedule), in one language.

It carries sessions with their ids, times, types, language, links and origin, rooms in order,
tracks with slug and tint, and people by name and id; livestream, guides and the partners that have
an address as links whose `type` says which. It cannot carry: a second language, roles, biographies
and organisations, tags, partners without an address, seats and sign-up, what rooms offer and hold,
cancelled sessions (left out); a session over 99 h 59 min is cut to that.
"""

import re
from datetime import timedelta
from uuid import UUID

from lxml import etree

from schedule.exports.shared import (
    COLOURS,
    GENERATOR,
    acronym,
    clock,
    day_start,
    days_of,
    local,
    local_clock,
    origin,
    programme_address,
    public,
    related,
    said,
    session_address,
    session_slug,
    sessions_by_day,
)
from schedule.models import Programme, Room, Session
from schedule.texts import web_address, xml_safe
from schedule.vocabulary import type_name

MAX_MINUTES = 99 * 60 + 59
TRACK_SLUG = re.compile(r"[a-z][a-z0-9-]+")


def schedule_xml(programme: Programme, *, language: str) -> bytes:
    """Return the programme as schedule.xml; texts are in `language` where they exist in it."""
    return _Writer(programme, language).write()


class _Writer:
    def __init__(self, programme: Programme, language: str) -> None:
        self.programme = programme
        self.language = language
        self.zone = programme.zone
        self.sessions = public(programme)
        self.names = {one.id: one.name for one in programme.speakers}
        self.tracks = {t.id: said(t.name, programme, language) for t in programme.tracks}

    def write(self) -> bytes:
        programme = self.programme
        root = etree.Element("schedule")
        etree.SubElement(root, "generator", name=GENERATOR, version="1")
        address = programme_address(programme, f".xml?lang={self.language}")
        _add(root, "url", address)
        _add(root, "version", str(programme.version))
        self._conference(etree.SubElement(root, "conference"))
        by_day = sessions_by_day(programme, self.sessions)
        days = days_of(programme, self.sessions)
        for index, day in enumerate(days, start=1):
            begins = day_start(day, self.zone)
            ends = day_start(day + timedelta(days=1), self.zone)
            element = etree.SubElement(
                root,
                "day",
                index=str(index),
                date=day.isoformat(),
                start=local(begins, self.zone),
                end=local(ends, self.zone),
            )
            self._rooms(element, by_day[day])
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)

    def _conference(self, conference: etree._Element) -> None:
        programme = self.programme
        _add(conference, "title", said(programme.title, programme, self.language))
        _add(conference, "acronym", acronym(programme.edition))
        _add(conference, "start", programme.starts_on.isoformat())
        _add(conference, "end", programme.ends_on.isoformat())
        _add(conference, "days", str(len(days_of(programme, self.sessions))))
        _add(conference, "timeslot_duration", "00:05")
        _add(conference, "base_url", programme.base_url)
        _add(conference, "url", programme_address(programme))
        _add(conference, "time_zone_name", programme.timezone)
        for track in programme.tracks:
            name = xml_safe(self.tracks[track.id])
            element = etree.SubElement(conference, "track", name=name, color=COLOURS[track.tint])
            if TRACK_SLUG.fullmatch(track.slug):
                element.set("slug", track.slug)

    def _rooms(self, day: etree._Element, sessions: list[Session]) -> None:
        by_room: dict[UUID | None, list[Session]] = {}
        for session in sessions:
            by_room.setdefault(session.room_id, []).append(session)
        rooms: list[Room | None] = [*self.programme.rooms]
        if None in by_room:
            rooms.append(None)
        for room in rooms:
            name = xml_safe(room.name) if room else ""
            element = etree.SubElement(day, "room", name=name)
            if room:
                element.set("guid", str(room.id))
            for session in by_room.get(room.id if room else None, []):
                self._event(etree.SubElement(element, "event"), session, name)

    def _event(self, event: etree._Element, session: Session, room: str) -> None:
        programme, language, starts_at = self.programme, self.language, session.starts_at
        if starts_at is None:
            return
        event.set("guid", str(session.id))
        event.set("id", str(session.number))
        _add(event, "room", room)
        _add(event, "title", said(session.title, programme, language))
        _add(event, "subtitle", said(session.subtitle, programme, language))
        _add(event, "type", type_name(session.type, language))
        _add(event, "date", local(starts_at, self.zone))
        _add(event, "start", local_clock(starts_at, self.zone))
        _add(event, "duration", clock(min(session.minutes, MAX_MINUTES)))
        _add(event, "abstract", said(session.abstract, programme, language))
        _add(event, "slug", session_slug(programme, session))
        _add(event, "track", self.tracks.get(session.track_id, "") if session.track_id else "")
        persons = etree.SubElement(event, "persons")
        for person in session.people:
            name = xml_safe(self.names[person.speaker_id])
            etree.SubElement(persons, "person", guid=str(person.speaker_id)).text = name
        _add(event, "language", session.language or "")
        _add(event, "description", said(session.description, programme, language))
        links = etree.SubElement(event, "links")
        for link in session.links:
            if href := web_address(link.url):
                etree.SubElement(links, "link", href=href).text = xml_safe(link.title)
        for one in related(programme, session, language):
            element = etree.SubElement(links, "link", href=one.url, type=one.relation)
            element.text = one.title
        _add(event, "url", session_address(programme, session))
        address = origin(session)
        if address and not address.startswith("mailto:"):
            _add(event, "origin_url", address)


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = xml_safe(text)
