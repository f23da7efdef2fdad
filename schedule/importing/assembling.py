"""Makes a draft of what a file holds: ids that stay, numbers and slugs that are unique."""

from datetime import date, tzinfo
from uuid import UUID

from msgspec.structs import replace

from forum.core.text import fold, pick
from schedule.importing.found import Found, FoundPerson, FoundSession, Losses
from schedule.models import (
    Draft,
    Participation,
    Room,
    Session,
    SessionType,
    Speaker,
    Track,
)
from schedule.naming import Unique, as_uuid, identity, name_key, slugs
from schedule.rules import in_order, overlapping, programme_day
from schedule.vocabulary import type_name

MAX_NUMBER = 2**31 - 1
TINTS = 6


def assemble(found: Found, losses: Losses, *, language: str, zone: tzinfo) -> Draft:
    """Make a draft of `found`; `language` names what has no title, `zone` says which day it is."""
    titled = [_titled(session, losses, language) for session in found.sessions]
    found = replace(found, sessions=titled)
    rooms = _rooms(found, losses)
    tracks = _tracks(found)
    cast = _Cast(found, losses)
    sessions = _sessions(found, losses, rooms, tracks, cast)
    room_list = list(rooms.values())
    marked = overlapping(sessions)
    starts_on, ends_on = _span(found, sessions, zone)
    for session, one in zip(sessions, found.sessions, strict=True):
        if session.id in marked:
            other = pick(marked[session.id].title)
            what = f"starts before “{other}” ends in the same room: kept, marked as overlapping"
            losses.add(one.line, place_of(one), what)
        if session.starts_at and starts_on and ends_on:
            day = programme_day(session.starts_at, zone)
            if not starts_on <= day <= ends_on:
                what = f"is on {day}, outside the days {starts_on} to {ends_on}: kept"
                losses.add(one.line, place_of(one), what)
    sessions = [replace(s, overlaps=s.id in marked) for s in sessions]
    return Draft(
        rooms=room_list,
        tracks=list(tracks.values()),
        speakers=cast.speakers(),
        sessions=in_order(sessions, room_list),
        title=found.title,
        timezone=found.timezone,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def place_of(session: FoundSession) -> str:
    """Return how a loss names a session."""
    title = pick(session.title)
    return f"session “{title if len(title) <= 80 else title[:79] + '…'}”"  # noqa: PLR2004


def _rooms(found: Found, losses: Losses) -> dict[str, Room]:
    listed = {room.key: room for room in reversed(found.rooms)}
    ordered = list({room.key: listed[room.key] for room in found.rooms}.values())
    ids: set[UUID] = set()
    rooms: dict[str, Room] = {}
    names = slugs((room.slug, room.name) for room in ordered)
    for position, (room, name) in enumerate(zip(ordered, names, strict=True)):
        id_ = as_uuid(room.guid) or identity(found.acronym, "room", room.key)
        if id_ in ids:
            what = f"has the guid of another room ({room.guid}): kept under a new one"
            losses.add(room.line, f"room “{room.name}”", what)
            id_ = identity(found.acronym, "room", f"{room.guid}\n{room.name}")
        ids.add(id_)
        rooms[room.key] = Room(
            id=id_,
            slug=name,
            name=room.name,
            position=position,
            capacity=room.capacity,
            floor=room.floor,
            description=room.description,
            access=room.access,
        )
    return rooms


def _tracks(found: Found) -> dict[str, Track]:
    listed = {track.key: track for track in reversed(found.tracks)}
    ordered = list({track.key: listed[track.key] for track in found.tracks}.values())
    names = slugs((track.slug, pick(track.name)) for track in ordered)
    unique = Unique()
    tracks = {}
    for position, (track, name) in enumerate(zip(ordered, names, strict=True)):
        id_ = identity(found.acronym, "track", unique.take(track.guid or name))
        tint = track.tint or position % TINTS + 1
        tracks[track.key] = Track(id=id_, slug=name, name=track.name, position=position, tint=tint)
    return tracks


class _Cast:
    """The people of a file: one id is one person, and so is one name where there are no ids."""

    def __init__(self, found: Found, losses: Losses) -> None:
        self._acronym = found.acronym
        self._losses = losses
        mentions = [*found.people, *(person for s in found.sessions for person in s.people)]
        keys_by_name: dict[str, set[str]] = {}
        for person in mentions:
            if person.key:
                keys_by_name.setdefault(person.name, set()).add(person.key)
        self._key_of_name = {n: min(keys) for n, keys in keys_by_name.items() if len(keys) == 1}
        self._by_id: dict[UUID, FoundPerson] = {}
        for person in mentions:
            self._meet(person)

    def id_of(self, person: FoundPerson) -> UUID:
        """Return the id of the person meant."""
        key = person.key or self._key_of_name.get(person.name) or f"name:{person.name}"
        return identity(self._acronym, "speaker", key)

    def _meet(self, person: FoundPerson) -> None:
        id_ = self.id_of(person)
        known = self._by_id.setdefault(id_, person)
        if known is person:
            return
        if known.name.casefold() != person.name.casefold():
            what = f"has the id of “{known.name}”: taken as one person under that name"
            self._losses.count(person.line, f"person “{person.name}”", what)
        both = (known.organisation, person.organisation)
        if all(both) and fold(both[0] or "") != fold(both[1] or ""):
            what = f"is of “{both[0]}” and of “{both[1]}”: taken as one person, of the first"
            self._losses.count(person.line, f"person “{person.name}”", what)
        self._by_id[id_] = replace(
            known,
            slug=known.slug or person.slug,
            sort_key=known.sort_key or person.sort_key,
            organisation=known.organisation or person.organisation,
            job_title=known.job_title or person.job_title,
            biography=known.biography or person.biography,
            links=known.links or person.links,
        )

    def speakers(self) -> list[Speaker]:
        """Return everyone, in order of sort key."""
        keyed = [(p.sort_key or name_key(p.name), id_, p) for id_, p in self._by_id.items()]
        ordered = sorted(keyed, key=lambda one: (one[0], str(one[1])))
        names = slugs((person.slug, person.name) for _, _, person in ordered)
        return [
            Speaker(
                id=id_,
                slug=name,
                name=person.name,
                sort_key=key,
                organisation=person.organisation,
                job_title=person.job_title,
                biography=person.biography,
                links=person.links,
            )
            for (key, id_, person), name in zip(ordered, names, strict=True)
        ]


def _numbers(sessions: list[FoundSession], losses: Losses) -> list[int]:
    taken: set[int] = set()
    wanted: list[int | None] = []
    for session in sessions:
        number = session.number
        if number is not None and not (0 < number <= MAX_NUMBER and number not in taken):
            losses.add(
                session.line,
                place_of(session),
                f"its number {number} is taken or out of bounds: the next free one is given",
            )
            number = None
        wanted.append(number)
        taken |= {number} if number else set()
    free = (n for n in range(1, MAX_NUMBER) if n not in taken)
    return [number or next(free) for number in wanted]


def _keys(sessions: list[FoundSession], losses: Losses) -> list[str]:
    unique = Unique()
    keys = []
    for session in sessions:
        wanted = session.key.lower() if as_uuid(session.key) else session.key
        if wanted and not unique.free(wanted):
            what = f"has the id of an earlier session ({session.key}): kept under a new one"
            losses.add(session.line, place_of(session), what)
        keys.append(unique.take(wanted or f"title:{pick(session.title).casefold()}"))
    return keys


def _sessions(
    found: Found,
    losses: Losses,
    rooms: dict[str, Room],
    tracks: dict[str, Track],
    cast: _Cast,
) -> list[Session]:
    given = found.sessions
    keys = _keys(given, losses)
    numbers = _numbers(given, losses)
    names = slugs((one.slug, pick(one.title)) for one in given)
    return [
        Session(
            id=identity(found.acronym, "session", key),
            number=number,
            slug=name,
            type=one.type,
            title=one.title,
            subtitle=one.subtitle,
            abstract=one.abstract,
            description=one.description,
            language=one.language,
            track_id=tracks[one.track].id if one.track else None,
            room_id=rooms[one.room].id if one.room else None,
            starts_at=one.starts_at,
            minutes=one.minutes,
            people=_people(one, cast, losses),
            links=list(dict.fromkeys(one.links)),
            url=one.url,
            tags=list(dict.fromkeys(one.tags)),
            partners=list(dict.fromkeys(one.partners)),
            guides=list(dict.fromkeys(one.guides)),
            capacity=one.capacity,
            sign_up=one.sign_up,
            livestream=one.livestream,
            cancelled=one.cancelled,
        )
        for one, key, number, name in zip(given, keys, numbers, names, strict=True)
    ]


def _titled(session: FoundSession, losses: Losses, language: str) -> FoundSession:
    """Return `session` with a title: that of its type where it has none."""
    if pick(session.title):
        return session
    name = type_name(session.type, language)
    if session.type is not SessionType.BREAK:
        losses.add(session.line, "session", f"has no title: called “{name}”")
    return replace(session, title={language: name})


def _people(session: FoundSession, cast: _Cast, losses: Losses) -> list[Participation]:
    people: dict[UUID, Participation] = {}
    for person in session.people:
        id_ = cast.id_of(person)
        if id_ in people:
            what = f"names “{person.name}” twice: kept once, as {people[id_].role}"
            losses.add(person.line or session.line, place_of(session), what)
            continue
        people[id_] = Participation(speaker_id=id_, role=person.role)
    return list(people.values())


def _span(found: Found, sessions: list[Session], zone: tzinfo) -> tuple[date | None, date | None]:
    """Return the first and the last day: those that the file lists, cut to what it announces."""
    days = found.days or [programme_day(s.starts_at, zone) for s in sessions if s.starts_at]
    first, last = found.starts_on, found.ends_on
    if not days:
        return first, max(filter(None, (first, last)), default=None)
    if first and last and first <= max(days) and last >= min(days) and first <= last:
        return max(first, min(days)), min(last, max(days))
    return min(days), max(days)
