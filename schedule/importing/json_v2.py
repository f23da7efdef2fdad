"""Reads schedule.json v2, as c3voc's hub and we write it: sessions in one list, people with roles.

Our own files say more than the schema names, in the places it leaves open: see
`schedule.exports.schedule_json`.
"""

from datetime import tzinfo

from forum.core.text import Text
from schedule.exports.shared import GENERATOR, http_address
from schedule.importing.found import (
    Found,
    FoundPerson,
    FoundRoom,
    FoundSession,
    FoundTrack,
    Losses,
)
from schedule.importing.json_objects import JsonObject
from schedule.importing.json_v1 import (
    access_of,
    floor_of,
    guides_in,
    line_texts,
    links_of,
    list_unread,
    long_texts,
    partners_in,
    seats_in,
    tags_in,
)
from schedule.importing.reading import (
    Texts,
    minutes_of,
    own_slug,
    split_role,
    tint_of,
    type_of,
)
from schedule.importing.values import day_of, instant, language_tag, zone_of
from schedule.models import SessionType, SpeakerRole
from schedule.texts import line, web_address
from schedule.vocabulary import speaker_role

MORE = ("tags", "partners", "guides", "capacity", "sign_up", "livestream", "link_count")
"""What our own files say beside a session."""
READ = frozenset(
    {
        "type", "guid", "code", "start", "end", "room", "url", "slug", "title", "subtitle",
        "language", "track", "abstract", "description", "participants", "links", "attachments",
        "state", "duration", "number", "session_type", "titles", "subtitles", "spoken_language",
        "origin_url", *MORE,
    }
)  # fmt: skip
READ_OF_PERSON = frozenset(
    "guid name biography links url slug sort_key organisation job_title".split()
)
GONE = frozenset({"CANCELED", "CANCELLED", "WITHDRAWN", "REJECTED", "DELETED"})


def read_schedule_v2(whole: JsonObject, losses: Losses, *, language: str, zone: tzinfo) -> Found:
    """Read a schedule.json v2; `language` and `zone` serve where the file names none."""
    return _Schedule(whole, losses, language, zone).read()


class _Schedule:
    """One schedule.json v2 while it is read."""

    def __init__(self, whole: JsonObject, losses: Losses, language: str, zone: tzinfo) -> None:
        self.schedule = whole.object("schedule")
        self.conference = self.schedule.object("conference")
        self.losses = losses
        self.own = whole.object("generator").text("name") == GENERATOR
        self.acronym = line(self.conference.text("acronym"))
        self.base = self.schedule.text("base_url")
        meta = self.conference.object("meta")
        self.more = meta.object("sessions")
        self.titles = meta.texts("titles", language)
        self.timezone = line(meta.text("timezone") or self.conference.text("time_zone_name"))
        self.zone = zone_of(self.timezone) or zone
        main = self.conference.object("defaults").text("language") or language
        self.texts = Texts(main, own=self.own)

    def read(self) -> Found:
        conference = self.conference
        rooms = {room.key: room for room in self._rooms()}
        tracks = {track.key: track for track in self._tracks()}
        sessions = [
            self._session(event, rooms, tracks)
            for event in self.schedule.objects("events", self.losses)
        ]
        days = [(day, day_of(day.text("date"))) for day in conference.objects("days", self.losses)]
        for day, on in days:
            if on is None:
                self.losses.add(day.line, "day", "has no date that can be read")
        return Found(
            format="schedule.json v2",
            acronym=self.acronym,
            title=line_texts(self.titles) or self.texts.one(conference.text("title")),
            timezone=self.timezone or None,
            starts_on=day_of(conference.text("start")),
            ends_on=day_of(conference.text("end")),
            days=[on for _, on in days if on],
            rooms=list(rooms.values()),
            tracks=list(tracks.values()),
            people=[
                self._person(person, SpeakerRole.SPEAKER)
                for person in self.schedule.objects("persons", self.losses)
                if line(person.text("name"))
            ],
            sessions=sessions,
        )

    def _rooms(self) -> list[FoundRoom]:
        found = []
        for room in self.conference.objects("rooms", self.losses):
            name = line(room.text("name"))
            capacity = room.whole("capacity")
            if not name:
                self.losses.add(room.line, "room", "has no name: left out")
                continue
            described = room.texts("description", self.texts.language)
            found.append(
                FoundRoom(
                    key=room.text("guid") or name,
                    name=name,
                    line=room.line,
                    guid=room.text("guid"),
                    slug=room.text("slug"),
                    capacity=capacity if capacity and 0 < capacity < 2**31 else None,
                    floor=floor_of(room),
                    description=long_texts(described, self.texts),
                    access=access_of(room),
                )
            )
        return found

    def _tracks(self) -> list[FoundTrack]:
        found = []
        for track in self.conference.objects("tracks", self.losses):
            names = line_texts(track.texts("names", self.texts.language))
            name = names or line_texts(track.texts("name", self.texts.language))
            tint = track.whole("tint") if self.own else None
            if not name:
                self.losses.add(track.line, "track", "has no name: left out")
                continue
            found.append(
                FoundTrack(
                    key=track.text("guid") if self.own else track.text("slug", "guid"),
                    name=name,
                    guid=track.text("guid"),
                    slug=track.text("slug"),
                    tint=tint or tint_of(track.text("color")),
                )
            )
        return found

    def _room_key(self, event: JsonObject, rooms: dict[str, FoundRoom]) -> str:
        reference = event.object("room")
        guid, name = reference.text("guid"), line(reference.text("name") or event.text("room"))
        if guid in rooms or name in rooms:
            return guid if guid in rooms else name
        known = next((key for key, room in rooms.items() if name and room.name == name), "")
        if known or not name:
            return known
        key = guid or name
        rooms[key] = FoundRoom(key=key, name=name, line=event.line, guid=guid)
        return key

    def _track_key(self, event: JsonObject, tracks: dict[str, FoundTrack]) -> str:
        reference = event.object("track")
        if self.own:
            return reference.text("guid") if reference.text("guid") in tracks else ""
        wanted = reference.text("slug") or line(event.text("track"))
        if not wanted:
            return ""
        if wanted not in tracks:
            name = line(reference.text("name")) or wanted
            tracks[wanted] = FoundTrack(key=wanted, name=self.texts.one(name), slug=wanted)
        return wanted

    def _session(
        self, event: JsonObject, rooms: dict[str, FoundRoom], tracks: dict[str, FoundTrack]
    ) -> FoundSession:
        if self.own:
            event = _merged(event, self.more.object(event.text("guid")))
        place = f"session “{line(event.text('title'))[:80]}”"
        spoken = language_tag(event.text("language"))
        if self.own and "spoken_language" in event:
            spoken = language_tag(event.text("spoken_language"))
        tag = spoken if spoken and not self.own else self.texts.language
        starts_at = instant(event.text("start"), self.zone)
        if starts_at is None:
            self.losses.add(event.line, place, "has no time that can be read: left unplaced")
        list_unread(event, READ if self.own else READ - {*MORE}, self.losses)
        beside = event if self.own else JsonObject()
        url = web_address(event.text("origin_url" if self.own else "url"), self.base)
        return FoundSession(
            line=event.line,
            key=event.text("guid", "id", "code").strip(),
            number=event.whole("number") if "number" in event else event.whole("id"),
            slug=own_slug(event.text("slug"), self.acronym),
            type=self._type(event),
            title=line_texts(event.texts("titles", tag) or event.texts("title", tag)),
            subtitle=line_texts(event.texts("subtitles", tag) or event.texts("subtitle", tag)),
            abstract=long_texts(event.texts("abstract", tag), self.texts),
            description=long_texts(event.texts("description", tag), self.texts),
            language=spoken,
            track=self._track_key(event, tracks),
            room=self._room_key(event, rooms),
            starts_at=starts_at,
            minutes=self._minutes(event, place),
            people=self._people(event, place),
            links=links_of(event, self.base, place, self.losses)[: beside.whole("link_count")],
            url=url,
            tags=tags_in(beside),
            partners=partners_in(beside, self.losses),
            guides=guides_in(beside),
            capacity=seats_in(beside),
            sign_up=beside.get("sign_up") is True,
            livestream=http_address(beside.text("livestream")),
            cancelled=event.text("state").upper() in GONE,
        )

    def _type(self, event: JsonObject) -> SessionType:
        own = event.text("session_type")
        if own in [*SessionType]:
            return SessionType(own)
        return type_of(event.text("type").replace("_", " "), event.line, self.losses)

    def _minutes(self, event: JsonObject, place: str) -> int:
        starts, ends = (instant(event.text(name), self.zone) for name in ("start", "end"))
        if starts and ends and ends > starts:
            seconds = int((ends - starts).total_seconds())
            return minutes_of(f"PT{seconds}S", event.line, place, self.losses)
        return minutes_of(event.text("duration"), event.line, place, self.losses)

    def _people(self, event: JsonObject, place: str) -> list[FoundPerson]:
        people = []
        for person in event.objects("participants", self.losses):
            role = speaker_role(person.text("session_role") or person.text("role"))
            if role is None and person.text("role"):
                what = f"has an unknown role “{person.text('role')}”: read as speaker"
                self.losses.add(person.line, f"person “{person.text('name')}”", what)
            if not line(person.text("name")):
                self.losses.add(person.line, place, "names a person without a name: left out")
                continue
            people.append(self._person(person, role or SpeakerRole.SPEAKER))
        return people

    def _person(self, person: JsonObject, role: SpeakerRole) -> FoundPerson:
        name = line(person.text("name"))
        if not self.own:
            name = split_role(name)[0]
            list_unread(person, READ_OF_PERSON | {"role"}, self.losses, "person: ")
        biography: Text = person.texts("biography", self.texts.language)
        return FoundPerson(
            name=name,
            key=person.text("guid", "id").strip(),
            line=person.line,
            role=role,
            slug=person.text("slug") if self.own else "",
            sort_key=person.text("sort_key") if self.own else "",
            organisation=line(person.text("organisation")) or None,
            job_title=line(person.text("job_title")) or None,
            biography=long_texts(biography, self.texts),
            links=links_of(person, self.base, f"person “{name}”", self.losses),
        )


def _merged(event: JsonObject, more: JsonObject) -> JsonObject:
    whole = JsonObject({**event, **more})
    whole.line = event.line
    return whole
