"""What of a programme each format carries: the draft that reading an export gives back, exactly.

The docstring of each writer says the same in words. `read(export(p)).draft == carried(p)` holds
for every programme whose texts are clean, whatever the format.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace

from forum.core.tables import cut
from forum.core.text import Text
from schedule.exports.ics import description_of
from schedule.exports.schedule_json import SLUG, ZONE_NAME, exported_track_slug, two_lettered
from schedule.exports.schedule_xml import MAX_MINUTES, TRACK_SLUG
from schedule.exports.shared import (
    Parts,
    acronym,
    http_address,
    origin,
    partners_of,
    public,
    said,
    tags_of,
)
from schedule.exports.tables import bracketed, partner_cells, tag_cells
from schedule.models import (
    Draft,
    Link,
    Participation,
    Programme,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    Track,
)
from schedule.naming import Unique, identity, name_key, slugs
from schedule.rules import in_order, overlapping, programme_day
from schedule.texts import paragraphs, web_address

TINTS = 6
Part = TypeVar("Part", Room, Track)


class Format(StrEnum):
    """A format in which a programme is published."""

    XML = "xml"
    JSON = "json"
    JSON_V1 = "json-v1"
    ICS = "ics"
    CSV = "csv"
    XLSX = "xlsx"


LISTING = (Format.XML, Format.JSON, Format.JSON_V1)
"""Formats that list rooms, tracks and days of their own; in the others sessions name them."""


def carried(programme: Programme, form: Format, *, language: str) -> Draft:
    """Return what an export of `programme` in `language` says, read in the same language.

    Tables are to be read in the programme's timezone, which they do not name.
    """
    return _Carried(programme, form, language).draft()


class _Carried:
    def __init__(self, programme: Programme, form: Format, language: str) -> None:
        self.programme = programme
        self.form = form
        self.language = language
        self.parts = Parts(programme)
        cancelled_too = form not in (Format.XML, Format.JSON_V1)
        placed = [session for session in programme.sessions if session.starts_at]
        self.kept = placed if cancelled_too else public(programme)
        prefixed = form in LISTING
        self.acronym = acronym(programme.edition) if prefixed else ""
        self.rooms = self._rooms()
        self.tracks = self._tracks()

    def draft(self) -> Draft:
        programme, form = self.programme, self.form
        sessions = self._sessions()
        rooms = list({room.id: room for room in self.rooms.values()}.values())
        days = [programme_day(s.starts_at, programme.zone) for s in sessions if s.starts_at]
        listing = form in LISTING
        named = form not in (Format.CSV, Format.XLSX) and (
            form is not Format.JSON_V1 or bool(ZONE_NAME.match(programme.timezone))
        )
        return Draft(
            rooms=rooms,
            tracks=list({track.id: track for track in self.tracks.values()}.values()),
            speakers=self._speakers(),
            sessions=in_order(sessions, rooms),
            title=self._title(),
            timezone=programme.timezone if named else None,
            starts_on=programme.starts_on if listing else min(days, default=None),
            ends_on=programme.ends_on if listing else max(days, default=None),
        )

    def _title(self) -> Text:
        match self.form:
            case Format.CSV | Format.XLSX:
                return {}
            case Format.JSON:
                return two_lettered(self.programme.title) or self._one(
                    self.programme.title, self.programme.language
                )
            case _:
                return self._one(self.programme.title)

    def _one(self, text: Text, language: str = "") -> Text:
        """Return the one language that is said."""
        language = language or self.language
        found = said(text, self.programme, language)
        return {language: found} if found else {}

    def _short(self, text: Text) -> Text:
        """Return a title or subtitle as it is carried."""
        main = self.programme.language
        match self.form:
            case Format.JSON:
                several = two_lettered(text) if set(text) - {main} else {}
                return several or self._one(text, main)
            case Format.CSV:
                return text
            case Format.XLSX:
                return {tag: cut(one) for tag, one in text.items()}
            case _:
                return self._one(text)

    def _long(self, text: Text) -> Text:
        """Return an abstract or description as it is carried."""
        if self.form is Format.JSON:
            return two_lettered(text)
        return {} if self.form is Format.ICS else self._short(text)

    def _rooms(self) -> dict[UUID, Room]:
        """Return the room as carried by the room's id; rooms of one name are one, but in v2."""
        rooms = self.programme.rooms
        if self.form not in LISTING:
            rooms = _in_use(self.kept, self.parts.room)
        firsts: dict[str, Room] = {}
        for room in rooms:
            firsts.setdefault(str(room.id) if self.form is Format.JSON else room.name, room)
        keeps_slug = self.form in (Format.JSON, Format.JSON_V1)
        names = slugs(
            (room.slug if keeps_slug and SLUG.fullmatch(room.slug) else "", room.name)
            for room in firsts.values()
        )
        made = {
            key: self._room(room, name, position)
            for position, ((key, room), name) in enumerate(zip(firsts.items(), names, strict=True))
        }
        return {
            room.id: made[str(room.id) if self.form is Format.JSON else room.name] for room in rooms
        }

    def _room(self, room: Room, name: str, position: int) -> Room:
        match self.form:
            case Format.JSON:
                described = two_lettered(room.description)
                access = list(dict.fromkeys(room.access))
                return replace(
                    room, slug=name, position=position, description=described, access=access
                )
            case Format.JSON_V1:
                return Room(
                    id=room.id,
                    slug=name,
                    name=room.name,
                    position=position,
                    capacity=room.capacity,
                    description=self._one(room.description),
                    access=list(dict.fromkeys(room.access)),
                )
            case Format.XML:
                return Room(id=room.id, slug=name, name=room.name, position=position)
            case _:
                id_ = identity(self.acronym, "room", room.name)
                return Room(id=id_, slug=name, name=room.name, position=position)

    def _tracks(self) -> dict[UUID, Track]:
        """Return the track as carried by the track's id; tracks of one name are one, but in v2."""
        tracks = self.programme.tracks
        if self.form not in LISTING:
            tracks = _in_use(self.kept, self.parts.track)
        firsts: dict[str, Track] = {}
        for track in tracks:
            firsts.setdefault(self._track_name(track), track)
        names = slugs(
            (self._track_slug(track), said(track.name, self.programme, self.language))
            for track in firsts.values()
        )
        unique = Unique()
        made = {}
        for position, ((key, track), name) in enumerate(zip(firsts.items(), names, strict=True)):
            has_guid = self.form in (Format.JSON, Format.JSON_V1)
            id_ = track.id if has_guid else identity(self.acronym, "track", unique.take(name))
            tint = track.tint if self.form in LISTING else position % TINTS + 1
            text = self._one(track.name)
            if self.form is Format.JSON:
                text = two_lettered(track.name) or self._one(track.name, self.programme.language)
            made[key] = Track(id=id_, slug=name, name=text, position=position, tint=tint)
        return {track.id: made[self._track_name(track)] for track in tracks}

    def _track_name(self, track: Track) -> str:
        if self.form is Format.JSON:
            return str(track.id)
        return said(track.name, self.programme, self.language)

    def _track_slug(self, track: Track) -> str:
        match self.form:
            case Format.JSON:
                return exported_track_slug(track.slug)
            case Format.JSON_V1:
                return track.slug if SLUG.fullmatch(track.slug) else ""
            case Format.XML:
                return track.slug if TRACK_SLUG.fullmatch(track.slug) else ""
            case _:
                return ""

    def _person_id(self, person: UUID) -> UUID:
        if self.form in (Format.CSV, Format.XLSX):
            name = bracketed(self.parts.speakers[person].name)
            return identity("", "speaker", f"name:{name}")
        return person

    def _speakers(self) -> list[Speaker]:
        speakers = self.programme.speakers
        if self.form is not Format.JSON:
            ids = dict.fromkeys(p.speaker_id for session in self.kept for p in session.people)
            speakers = [self.parts.speakers[id_] for id_ in ids]
        made: dict[UUID, Speaker] = {}
        for one in map(self._speaker, speakers):
            known = made.setdefault(one.id, one)
            made[one.id] = replace(known, organisation=known.organisation or one.organisation)
        ordered = sorted(made.values(), key=lambda one: (one.sort_key, str(one.id)))
        names = slugs((one.slug, one.name) for one in ordered)
        return [replace(one, slug=name) for one, name in zip(ordered, names, strict=True)]

    def _speaker(self, one: Speaker) -> Speaker:
        name = bracketed(one.name) if self.form in (Format.CSV, Format.XLSX) else one.name
        bare = Speaker(id=self._person_id(one.id), slug="", name=name, sort_key=name_key(name))
        match self.form:
            case Format.JSON:
                biography = two_lettered(one.biography)
                return replace(
                    one,
                    sort_key=one.sort_key or name_key(name),
                    biography=biography,
                    links=_links(one.links),
                    organisation=one.organisation or None,
                    job_title=one.job_title or None,
                    photo=None,
                )
            case Format.JSON_V1:
                return replace(
                    bare,
                    organisation=one.organisation or None,
                    job_title=one.job_title or None,
                    biography=self._one(one.biography),
                    links=_links(one.links),
                )
            case Format.CSV | Format.XLSX:
                return replace(bare, organisation=bracketed(one.organisation or "") or None)
            case _:
                return bare

    def _sessions(self) -> list[Session]:
        keeps_slug = self.form is not Format.ICS
        names = slugs(
            (one.slug if keeps_slug else "", said(one.title, self.programme, self.language))
            for one in self.kept
        )
        sessions = [self._session(one, name) for one, name in zip(self.kept, names, strict=True)]
        marked = overlapping(sessions)
        return [replace(session, overlaps=session.id in marked) for session in sessions]

    def _session(self, one: Session, name: str) -> Session:
        calendar, xml = self.form is Format.ICS, self.form is Format.XML
        description = self._long(one.description)
        if calendar:
            text = paragraphs(description_of(self.parts, one, self.language))
            description = {self.language: text} if text else {}
        address = origin(one)
        has_roles = self.form not in (Format.XML, Format.JSON_V1)
        people = [
            Participation(
                speaker_id=self._person_id(person.speaker_id),
                role=person.role if has_roles else SpeakerRole.SPEAKER,
            )
            for person in one.people
        ]
        once: dict[UUID, Participation] = {}
        for person in people:
            once.setdefault(person.speaker_id, person)
        partners = partners_of(one)
        if xml:
            partners = [partner for partner in partners if partner.url]
        if self.form in (Format.CSV, Format.XLSX):
            partners = partner_cells(one)
        return Session(
            id=one.id,
            number=one.number,
            slug=name,
            type=one.type,
            title=self._short(one.title),
            subtitle={} if calendar else self._short(one.subtitle),
            abstract=self._long(one.abstract),
            description=description,
            language=None if calendar else one.language,
            track_id=self.tracks[one.track_id].id if one.track_id else None,
            room_id=self.rooms[one.room_id].id if one.room_id else None,
            starts_at=one.starts_at,
            minutes=min(one.minutes, MAX_MINUTES) if xml else one.minutes,
            people=list(once.values()),
            links=[] if calendar else _links(one.links),
            url=None if xml and address and address.startswith("mailto:") else address,
            tags=self._tags(one),
            partners=partners,
            guides=list(dict.fromkeys(one.guides)),
            capacity=None if xml else one.capacity,
            sign_up=one.sign_up and not xml,
            livestream=http_address(one.livestream),
            cancelled=one.cancelled,
        )

    def _tags(self, one: Session) -> list[str]:
        match self.form:
            case Format.XML:
                return []
            case Format.CSV | Format.XLSX:
                return tag_cells(one)
            case _:
                return tags_of(one)


def _in_use(sessions: Iterable[Session], part: Callable[[Session], Part | None]) -> list[Part]:
    """Return the rooms or the tracks of `sessions`, each once, in the order in which they come."""
    found = (one for session in sessions if (one := part(session)))
    return list({one.id: one for one in found}.values())


def _links(links: list[Link]) -> list[Link]:
    found = [(web_address(link.url), link.title) for link in links]
    return list(dict.fromkeys(Link(url=url, title=title or url) for url, title in found if url))
