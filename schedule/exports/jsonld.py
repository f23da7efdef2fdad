"""Writes the programme as schema.org events in JSON-LD: the whole, or one session, in one language.

Each session is a `subEvent` of the edition: name, times, place (the room inside the venue), people
as `performer` with their role (schema.org/Role), partners as `contributor`, track and tags as
`keywords`, seats. A cancelled one has `eventStatus` EventCancelled; one with a livestream is
MixedEventAttendanceMode and has a VirtualLocation beside its room. Not carried: unplaced sessions,
biographies, links, a second language.
"""

from typing import Any

import msgspec

from schedule.exports.shared import (
    Parts,
    guide_address,
    http_address,
    local,
    origin,
    partners_of,
    programme_address,
    said,
    session_address,
    tags_of,
)
from schedule.models import Participation, Programme, Session
from schedule.texts import xml_safe
from schedule.vocabulary import role_name, type_name

CONTEXT = "https://schema.org"
Node = dict[str, Any]


def programme_jsonld(programme: Programme, *, language: str) -> bytes:
    """Return the edition as one Event, its placed sessions as its `subEvent`s."""
    parts = Parts(programme)
    placed = [session for session in programme.sessions if session.starts_at]
    whole = _edition(programme, language)
    whole["subEvent"] = [_session(parts, session, language) for session in placed]
    return _written({"@context": CONTEXT, **_filled(whole)})


def edition_jsonld(programme: Programme, *, language: str) -> bytes:
    """Return the edition as one Event, without its sessions: what a page says of itself."""
    return _written({"@context": CONTEXT, **_edition(programme, language)})


def session_jsonld(programme: Programme, session: Session, *, language: str) -> bytes:
    """Return one placed session as an Event that names the edition as its `superEvent`."""
    node = _session(Parts(programme), session, language)
    node["superEvent"] = _filled(
        {
            "@type": "Event",
            "@id": programme_address(programme),
            "name": said(programme.title, programme, language),
            "startDate": programme.starts_on.isoformat(),
            "endDate": programme.ends_on.isoformat(),
            "location": _venue(programme, language),
        }
    )
    return _written({"@context": CONTEXT, **node})


def embedded(data: bytes) -> str:
    """Return JSON as it may stand inside `<script>`: no `<`, so that no text of it ends the tag."""
    safe = data.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
    return safe.decode().replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _written(node: Node) -> bytes:
    return msgspec.json.encode(node)


def _filled(node: Node) -> Node:
    """Return a node without what is empty."""
    return {name: value for name, value in node.items() if value not in (None, "", [], {})}


def _edition(programme: Programme, language: str) -> Node:
    streamed = any(http_address(one.livestream) for one in programme.sessions if one.starts_at)
    return _filled(
        {
            "@type": "Event",
            "@id": programme_address(programme),
            "name": said(programme.title, programme, language),
            "description": said(programme.subtitle, programme, language),
            "url": programme_address(programme),
            "startDate": programme.starts_on.isoformat(),
            "endDate": programme.ends_on.isoformat(),
            "eventStatus": f"{CONTEXT}/EventScheduled",
            "eventAttendanceMode": _mode(streamed=streamed),
            "inLanguage": programme.languages,
            "location": _venue(programme, language),
        }
    )


def _mode(*, streamed: bool) -> str:
    kind = "Mixed" if streamed else "Offline"
    return f"{CONTEXT}/{kind}EventAttendanceMode"


def _venue(programme: Programme, language: str) -> Node:
    """Return the venue; an edition that names none is at a place called as itself."""
    name = said(programme.venue, programme, language)
    title = said(programme.title, programme, language)
    return _filled({"@type": "Place", "name": name or title, "address": name})


def _session(parts: Parts, session: Session, language: str) -> Node:
    programme, track = parts.programme, parts.track(session)
    zone, starts_at, ends_at = programme.zone, session.starts_at, session.ends_at
    livestream = http_address(session.livestream)
    place = _place(parts, session, language)
    status = "EventCancelled" if session.cancelled else "EventScheduled"
    keywords = [type_name(session.type, language)]
    keywords += [said(track.name, programme, language)] if track else []
    text = said(session.abstract, programme, language)
    return _filled(
        {
            "@type": "Event",
            "@id": session_address(programme, session),
            "identifier": str(session.id),
            "name": xml_safe(said(session.title, programme, language)),
            "alternativeHeadline": xml_safe(said(session.subtitle, programme, language)),
            "description": xml_safe(text or said(session.description, programme, language)),
            "url": session_address(programme, session),
            "sameAs": origin(session),
            "startDate": local(starts_at, zone) if starts_at else None,
            "endDate": local(ends_at, zone) if ends_at else None,
            "eventStatus": f"{CONTEXT}/{status}",
            "eventAttendanceMode": _mode(streamed=livestream is not None),
            "inLanguage": session.language,
            "location": [place, {"@type": "VirtualLocation", "url": livestream}]
            if livestream
            else place,
            "performer": [_performer(parts, one, language) for one in session.people],
            "contributor": [
                _filled({"@type": "Organization", "name": one.name, "url": one.url})
                for one in partners_of(session)
            ],
            "subjectOf": [
                {"@type": "CreativeWork", "url": guide_address(programme, guide)}
                for guide in dict.fromkeys(session.guides)
            ],
            "keywords": [*dict.fromkeys([*keywords, *tags_of(session)])],
            "maximumAttendeeCapacity": session.capacity,
        }
    )


def _place(parts: Parts, session: Session, language: str) -> Node:
    venue, room = _venue(parts.programme, language), parts.room(session)
    if room is None:
        return venue
    return _filled(
        {
            "@type": "Place",
            "name": xml_safe(room.name),
            "address": venue.get("address"),
            "maximumAttendeeCapacity": room.capacity,
            "containedInPlace": venue,
        }
    )


def _performer(parts: Parts, person: Participation, language: str) -> Node:
    """Return a Role: schema.org has it stand between, with the same property inside."""
    speaker = parts.speakers[person.speaker_id]
    organisation = {"@type": "Organization", "name": xml_safe(speaker.organisation or "")}
    return {
        "@type": "Role",
        "roleName": role_name(person.role, language),
        "performer": _filled(
            {
                "@type": "Person",
                "identifier": str(speaker.id),
                "name": xml_safe(speaker.name),
                "jobTitle": xml_safe(speaker.job_title or ""),
                "affiliation": organisation if organisation["name"] else None,
            }
        ),
    }
