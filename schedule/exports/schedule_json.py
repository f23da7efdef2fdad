"""Writes schedule.json, v2 (with roles and both languages) and v1, valid against the schemas.

v2 is a draft of c3voc (alpha 3). It carries the whole programme, where the schema has no word for
something in a field of our own, in the objects that the schema leaves open:

- session: the schema closes it, so what it has no word for stands in `conference.meta.sessions`
  under its guid: `number`, `session_type`, `titles` and `subtitles` by language where more than the
  main one is there, `spoken_language` where `language` (always two letters) cannot say it,
  `origin_url`, `tags`, `partners`, `guides` (slugs), `capacity`, `sign_up`, `livestream`; of a
  break, which is a MetaEvent, also all that a MetaEvent lacks;
- links: those of the session, then, for programs that know no more, livestream, partners that have
  an address and guides: `link_count` of `conference.meta.sessions` says where these begin;
- room: `features.access`, what it offers to people with a disability;
- participant: `session_role` where the schema has no such role (chair);
- person: `biography` by language, `organisation`, `job_title`, `slug`, `sort_key`;
- track: `guid`, `names`, `tint`; a session without a track refers to the slug `no-track` and the
  guid null, one without a room to the nil UUID, since both references are required.

Not carried by v2: texts in a language whose tag is not two letters, photos (no address serves
them), plans of the venue. v1 carries one language, no roles, no cancelled session; a person's
organisation and job title in fields of our own, the six fields of a session above in its
`conference.meta.sessions`.
"""

import re
from datetime import datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from forum.core.text import Text, slug
from schedule.exports.shared import (
    COLOURS,
    GENERATOR,
    Parts,
    acronym,
    clock,
    day_start,
    days_of,
    http_address,
    local,
    local_clock,
    origin,
    partners_of,
    programme_address,
    public,
    related,
    said,
    session_address,
    session_slug,
    sessions_by_day,
    tags_of,
)
from schedule.models import (
    Link,
    Programme,
    Room,
    Session,
    SessionType,
    Speaker,
    SpeakerRole,
    Track,
)
from schedule.texts import web_address, xml_safe
from schedule.vocabulary import type_name

V1 = "https://c3voc.de/schedule/schema.json"
V2 = "https://c3voc.de/schema/schedule2"
NIL = UUID(int=0)
NO_TRACK = "no-track"
TYPES = {
    SessionType.PLENARY: "TALK",
    SessionType.KEYNOTE: "TALK",
    SessionType.ROUND_TABLE: "DISCUSSION",
    SessionType.WORKSHOP: "WORKSHOP",
    SessionType.TALK: "TALK",
    SessionType.SIDE_EVENT: "MEETING",
    SessionType.BREAK: "OTHER",
    SessionType.OTHER: "OTHER",
}
ROLES = {role: role.name for role in SpeakerRole} | {SpeakerRole.CHAIR: "MODERATOR"}
META_EVENT = frozenset({"type", "title", "subtitle", "guid", "start", "end", "room"})
EVENT = META_EVENT | {
    "slug", "url", "track", "language", "abstract", "description", "participants", "links", "state",
}  # fmt: skip
ZONE_NAME = re.compile(r"([A-Z][a-z]+/[A-Z][a-z]+)|UTC$")
SLUG = re.compile(r"[a-z0-9_-]+[a-z0-9]")
TWO_LETTERS = re.compile(r"[a-z]{2}")


def schedule_v2(programme: Programme) -> bytes:
    """Return the programme as schedule.json v2, in all its languages; what `.json` serves."""
    zone, parts = programme.zone, Parts(programme)
    sessions = [session for session in programme.sessions if session.starts_at]
    events, more = [], {}
    for session in sessions:
        whole = _event_v2(parts, session)
        is_break = session.type is SessionType.BREAK and not session.cancelled
        known = META_EVENT if is_break else EVENT
        event = {name: value for name, value in whole.items() if name in known}
        if is_break:
            event |= {"type": "BREAK", "subtitle": event["subtitle"] or ""}
            if session.room_id is None:
                del event["room"]
        events.append(event)
        more[str(session.id)] = {name: whole[name] for name in whole if name not in known}
    first, last = days_of(programme, [])[0], days_of(programme, [])[-1]
    meta = {"titles": two_lettered(programme.title), "sessions": more}
    conference: dict[str, Any] = {
        "acronym": acronym(programme.edition),
        "title": said(programme.title, programme, programme.language),
        "start": local(day_start(first, zone), zone),
        "end": local(datetime.combine(last, time(23, 59, 59), zone), zone),
        "timeslot_duration": "PT5M",
        "url": programme_address(programme),
        "languages": [one for one in programme.languages if TWO_LETTERS.fullmatch(one)],
        "defaults": {"language": programme.language[:2]},
        "tracks": [_track_v2(programme, track) for track in programme.tracks],
        "rooms": [_room(programme, room) for room in programme.rooms],
        "days": [
            {
                "index": index,
                "date": day.isoformat(),
                "start": local(day_start(day, zone), zone),
                "end": local(day_start(day, zone) + timedelta(days=1), zone),
            }
            for index, day in enumerate(days_of(programme, sessions), start=1)
        ],
        "meta": meta | {"timezone": programme.timezone},
    }
    if ZONE_NAME.match(programme.timezone):
        conference["time_zone_name"] = programme.timezone
    schedule = {
        "version": str(programme.version),
        "base_url": programme.base_url,
        "conference": conference,
        "events": events,
        "persons": [_person_v2(person) for person in programme.speakers],
    }
    return _written({"$schema": V2, "generator": _generator(programme), "schedule": schedule})


def two_lettered(text: Text) -> Text:
    """Return the languages of a text that v2 can name."""
    return {tag: xml_safe(one) for tag, one in text.items() if TWO_LETTERS.fullmatch(tag) and one}


def exported_track_slug(track: str) -> str:
    """Return a track's slug as v2 wants it: two characters at least."""
    return track if SLUG.fullmatch(track) else f"track-{track}".rstrip("-")


def _generator(programme: Programme) -> dict[str, str]:
    return {"name": GENERATOR, "version": "1", "url": programme.base_url}


def _written(whole: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(whole), indent=1)


def _event_v2(parts: Parts, session: Session) -> dict[str, Any]:
    programme = parts.programme
    zone, main = programme.zone, programme.language
    starts_at, ends_at = session.starts_at, session.ends_at
    if starts_at is None or ends_at is None:
        return {}
    spoken = session.language or ""
    event: dict[str, Any] = {
        "guid": str(session.id),
        "number": session.number,
        "slug": session_slug(programme, session),
        "type": TYPES[session.type],
        "session_type": session.type,
        "state": "CANCELED" if session.cancelled else "CONFIRMED",
        "start": local(starts_at, zone),
        "end": local(ends_at, zone),
        "title": xml_safe(said(session.title, programme, main)),
        "subtitle": xml_safe(said(session.subtitle, programme, main)) or None,
        "language": spoken if TWO_LETTERS.fullmatch(spoken) else main[:2],
        "room": _room_reference(parts.room(session)),
        "track": _track_reference(parts.track(session)),
        "abstract": two_lettered(session.abstract),
        "description": two_lettered(session.description),
        "participants": _participants(parts, session),
        "links": _links(session.links) + _related(programme, session, main),
        "url": session_address(programme, session),
    }
    event |= _more(session)
    if not TWO_LETTERS.fullmatch(spoken):
        event["spoken_language"] = session.language
    for name, text in (("titles", session.title), ("subtitles", session.subtitle)):
        if set(text) - {main}:
            event[name] = two_lettered(text)
    if address := origin(session):
        event["origin_url"] = address
    return event


def _room_reference(room: Room | None) -> dict[str, str]:
    return {"guid": str(room.id), "name": room.name} if room else {"guid": str(NIL)}


def _track_reference(track: Track | None) -> dict[str, str | None]:
    if track is None:
        return {"slug": NO_TRACK, "guid": None}
    return {"slug": exported_track_slug(track.slug), "guid": str(track.id)}


def _participants(parts: Parts, session: Session) -> list[dict[str, str]]:
    people = []
    for person in session.people:
        name = parts.speakers[person.speaker_id].name
        one = {"guid": str(person.speaker_id), "name": name, "role": ROLES[person.role]}
        if person.role is SpeakerRole.CHAIR:
            one["session_role"] = person.role
        people.append(one)
    return people


def _links(links: list[Link]) -> list[dict[str, str]]:
    found = [(web_address(link.url), xml_safe(link.title)) for link in links]
    return [{"url": url, "title": title} for url, title in found if url]


def _related(programme: Programme, session: Session, language: str) -> list[dict[str, str]]:
    return [{"url": one.url, "title": one.title} for one in related(programme, session, language)]


def _more(session: Session) -> dict[str, Any]:
    """Return what no schema has a word for, less what is empty; readers of ours know the names."""
    partners = [
        {"name": one.name, **({"url": one.url} if one.url else {})} for one in partners_of(session)
    ]
    livestream = http_address(session.livestream)
    found: dict[str, Any] = {
        "tags": tags_of(session),
        "partners": partners,
        "guides": list(dict.fromkeys(session.guides)),
        "capacity": session.capacity,
        "sign_up": session.sign_up,
        "livestream": livestream,
        "link_count": len(_links(session.links))
        if livestream or session.guides or any("url" in one for one in partners)
        else None,
    }
    return {
        name: value for name, value in found.items() if value or (value == 0 and value is not False)
    }


def _track_v2(programme: Programme, track: Track) -> dict[str, Any]:
    return {
        "guid": str(track.id),
        "slug": exported_track_slug(track.slug),
        "name": said(track.name, programme, programme.language),
        "names": two_lettered(track.name),
        "color": COLOURS[track.tint],
        "tint": track.tint,
    }


def _room(programme: Programme, room: Room, language: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"name": room.name, "guid": str(room.id)}
    if SLUG.fullmatch(room.slug):
        found["slug"] = room.slug
    if language:
        found["description"] = said(room.description, programme, language) or None
    else:
        found["description"] = two_lettered(room.description)
        if room.floor:
            found["parent"] = _floor(room.floor)
    found["capacity"] = room.capacity
    if room.access:
        found["features"] = {"access": room.access}
    return found


def _floor(name: str) -> dict[str, str]:
    guid = str(uuid5(NAMESPACE_URL, f"urn:forum:floor:{name}"))
    return {"type": "Floor", "name": name, "slug": f"floor-{slug(name) or 0}", "guid": guid}


def _person_v2(person: Speaker) -> dict[str, Any]:
    found: dict[str, Any] = {
        "guid": str(person.id),
        "name": person.name,
        "slug": person.slug,
        "sort_key": person.sort_key,
        "biography": two_lettered(person.biography),
        "links": _links(person.links),
    }
    if person.organisation:
        found["organisation"] = person.organisation
    if person.job_title:
        found["job_title"] = person.job_title
    return found


def schedule_v1(programme: Programme, *, language: str) -> bytes:
    """Return the programme as schedule.json v1, in one language."""
    zone, sessions, parts = programme.zone, public(programme), Parts(programme)
    days = days_of(programme, sessions)
    by_day = sessions_by_day(programme, sessions)
    conference: dict[str, Any] = {
        "acronym": acronym(programme.edition),
        "title": said(programme.title, programme, language),
        "start": programme.starts_on.isoformat(),
        "end": programme.ends_on.isoformat(),
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "url": programme_address(programme),
        "tracks": [
            {
                "name": said(track.name, programme, language),
                "guid": str(track.id),
                "color": COLOURS[track.tint],
            }
            | ({"slug": track.slug} if SLUG.fullmatch(track.slug) else {})
            for track in programme.tracks
        ],
        "rooms": [_room(programme, room, language) for room in programme.rooms],
        "days": [
            {
                "index": index,
                "date": day.isoformat(),
                "day_start": local(day_start(day, zone), zone),
                "day_end": local(day_start(day, zone) + timedelta(days=1), zone),
                "rooms": _rooms_v1(parts, by_day[day], language),
            }
            for index, day in enumerate(days, start=1)
        ],
        "meta": {
            "language": language,
            "sessions": {str(one.id): more for one in sessions if (more := _more(one))},
        },
    }
    if ZONE_NAME.match(programme.timezone):
        conference["time_zone_name"] = programme.timezone
    schedule = {
        "version": str(programme.version),
        "base_url": programme.base_url,
        "conference": conference,
    }
    return _written({"$schema": V1, "generator": _generator(programme), "schedule": schedule})


def _rooms_v1(
    parts: Parts, sessions: list[Session], language: str
) -> dict[str, list[dict[str, Any]]]:
    rooms: dict[str, list[dict[str, Any]]] = {one.name: [] for one in parts.programme.rooms}
    for session in sessions:
        room = parts.room(session)
        name = room.name if room else ""
        rooms.setdefault(name, []).append(_event_v1(parts, session, name, language))
    return rooms


def _event_v1(parts: Parts, session: Session, room: str, language: str) -> dict[str, Any]:
    programme, track = parts.programme, parts.track(session)
    zone, starts_at, ends_at = programme.zone, session.starts_at, session.ends_at
    if starts_at is None or ends_at is None:
        return {}
    event: dict[str, Any] = {
        "guid": str(session.id),
        "id": session.number,
        "date": local(starts_at, zone),
        "start": local_clock(starts_at, zone),
        "end": local(ends_at, zone),
        "duration": clock(session.minutes),
        "room": room,
        "slug": session_slug(programme, session),
        "url": session_address(programme, session),
        "title": said(session.title, programme, language),
        "subtitle": said(session.subtitle, programme, language),
        "track": said(track.name, programme, language) if track else None,
        "type": type_name(session.type, language),
        "language": session.language,
        "abstract": said(session.abstract, programme, language),
        "description": said(session.description, programme, language),
        "persons": [
            _person_v1(programme, parts.speakers[person.speaker_id], language)
            for person in session.people
        ],
        "links": _links(session.links) + _related(programme, session, language),
    }
    if address := origin(session):
        event["origin_url"] = address
    return event


def _person_v1(programme: Programme, person: Speaker, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "guid": str(person.id),
        "name": person.name,
        "biography": said(person.biography, programme, language),
        "links": _links(person.links),
    }
    if person.organisation:
        found["organisation"] = person.organisation
    if person.job_title:
        found["job_title"] = person.job_title
    return found
