"""Reads schedule.json v1, as frab, pretalx and we write it: days, their rooms, their sessions."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from forum.core.text import slug
from schedule.exports.shared import http_address
from schedule.importing.found import (
    Found,
    FoundPerson,
    FoundRoom,
    FoundSession,
    FoundTrack,
    Losses,
    Unreadable,
)
from schedule.importing.json_objects import JsonObject, objects_of
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
from schedule.models import Access, Link, Partner, SpeakerRole
from schedule.rules import at_clock
from schedule.texts import line, web_address
from schedule.vocabulary import speaker_role

READ = frozenset(
    {
        "id", "guid", "code", "date", "start", "end", "duration", "room", "slug", "url", "title",
        "subtitle", "track", "type", "language", "abstract", "description", "persons", "links",
        "attachments", "origin_url", "do_not_record",
    }
)  # fmt: skip
READ_OF_PERSON = frozenset(
    {
        "id", "guid", "code", "name", "public_name", "full_public_name", "biography",
        "description", "url", "links", "organisation", "job_title", "role", "event_role",
    }
)  # fmt: skip


def read_schedule_v1(whole: JsonObject, losses: Losses, *, language: str, zone: tzinfo) -> Found:
    """Read a schedule.json v1; `language` and `zone` serve where the file names none.

    Raises `Unreadable` for what is no schedule.
    """
    schedule = whole.object("schedule")
    conference = schedule.object("conference")
    if not isinstance(conference.get("days"), list):
        raise Unreadable(
            "there is no schedule → conference → days: is it a schedule.json?", line=schedule.line
        )
    return _Schedule(whole, conference, losses, language, zone).read()


class _Schedule:
    """One schedule.json v1 while it is read."""

    def __init__(
        self,
        whole: JsonObject,
        conference: JsonObject,
        losses: Losses,
        language: str,
        zone: tzinfo,
    ) -> None:
        self.conference = conference
        self.losses = losses
        self.own = whole.object("generator").text("name") == OWN_GENERATOR
        self.acronym = line(conference.text("acronym"))
        self.base = whole.object("schedule").text("base_url")
        self.timezone = line(conference.text("time_zone_name"))
        self.zone = zone_of(self.timezone) or zone
        self.texts = Texts(self._language(language), own=self.own)
        self.more = conference.object("meta").object("sessions") if self.own else JsonObject()
        if self.timezone and not zone_of(self.timezone):
            what = f"timezone “{self.timezone}” is unknown: {self.zone} is used for local times"
            losses.add(conference.line, "conference", what)
            self.timezone = ""

    def _language(self, language: str) -> str:
        if self.own:
            return self.conference.object("meta").text("language") or language
        quiet = Losses()
        spoken = Counter(
            tag
            for day in self.conference.objects("days", quiet)
            for _, events in _by_room(day)
            for event in objects_of(events, day.line, "events", quiet)
            if (tag := language_tag(event.text("language")))
        )
        return spoken.most_common(1)[0][0] if spoken else language

    def read(self) -> Found:
        rooms = {room.key: room for room in self._listed_rooms()}
        sessions: list[FoundSession] = []
        dates = []
        for day in self.conference.objects("days", self.losses):
            on = day_of(day.text("date")) or day_of(day.text("day_start"))
            if on is None:
                self.losses.add(day.line, "day", "has no date that can be read")
            else:
                dates.append(on)
            if day.get("rooms") is not None and not isinstance(day["rooms"], dict):
                self.losses.add(day.line, "day", "has rooms in a form that cannot be read")
            for name, events in _by_room(day):
                if name:
                    rooms.setdefault(name, FoundRoom(key=name, name=name, line=day.line))
                listed = objects_of(events, day.line, f"room “{name}”", self.losses)
                sessions += [self._session(event, name, day, on) for event in listed]
        for session in sessions:
            if session.room:
                new = FoundRoom(key=session.room, name=session.room, line=session.line)
                rooms.setdefault(session.room, new)
        return Found(
            format="schedule.json v1",
            acronym=self.acronym,
            title=self.texts.one(self.conference.text("title")),
            timezone=self.timezone or None,
            starts_on=day_of(self.conference.text("start")),
            ends_on=day_of(self.conference.text("end")),
            days=dates,
            rooms=list(rooms.values()),
            tracks=self._tracks(sessions),
            sessions=sessions,
        )

    def _listed_rooms(self) -> Iterator[FoundRoom]:
        for room in self.conference.objects("rooms", self.losses):
            name = line(room.text("name"))
            capacity = room.whole("capacity")
            if not name:
                self.losses.add(room.line, "room", "has no name: left out")
                continue
            described = room.texts("description", self.texts.language)
            yield FoundRoom(
                key=name,
                name=name,
                line=room.line,
                guid=room.text("guid"),
                slug=room.text("slug") if self.own else "",
                capacity=capacity if capacity and 0 < capacity < 2**31 else None,
                description=long_texts(described, self.texts),
                floor=floor_of(room),
                access=access_of(room),
            )

    def _tracks(self, sessions: list[FoundSession]) -> list[FoundTrack]:
        tracks: dict[str, FoundTrack] = {}
        for track in self.conference.objects("tracks", self.losses):
            name = line(track.text("name"))
            if name:
                found = FoundTrack(
                    key=name,
                    name=self.texts.one(name),
                    guid=track.text("guid"),
                    slug=track.text("slug"),
                    tint=tint_of(track.text("color")),
                )
                tracks.setdefault(name, found)
        for session in sessions:
            if session.track:
                new = FoundTrack(key=session.track, name=self.texts.one(session.track))
                tracks.setdefault(session.track, new)
        return list(tracks.values())

    def _session(
        self, event: JsonObject, room: str, day: JsonObject, on: date | None
    ) -> FoundSession:
        spoken = language_tag(event.text("language"))
        tag = self.texts.language if self.own or not spoken else spoken
        place = f"session “{line(event.text('title'))[:80]}”"
        if event.text("language") and not spoken:
            self.losses.count(event.line, "language", f"“{event.text('language')}” is unknown")
        list_unread(event, READ, self.losses)
        beside = self.more.object(event.text("guid"))
        return FoundSession(
            line=event.line,
            key=event.text("guid", "id", "code").strip(),
            number=event.whole("id"),
            title=line_texts(event.texts("title", tag)),
            slug=own_slug(event.text("slug"), self.acronym),
            type=type_of(event.text("type"), event.line, self.losses),
            subtitle=line_texts(event.texts("subtitle", tag)),
            abstract=long_texts(event.texts("abstract", tag), self.texts),
            description=long_texts(event.texts("description", tag), self.texts),
            language=spoken,
            track=line(event.text("track")),
            room=line(room) or line(event.text("room")),
            starts_at=self._starts_at(event, day, on, place),
            minutes=self._minutes(event, place),
            people=self._people(event, tag, place),
            links=links_of(event, self.base, place, self.losses)[: beside.whole("link_count")],
            url=self._url(event),
            tags=tags_in(beside),
            partners=partners_in(beside, self.losses),
            guides=guides_in(beside),
            capacity=seats_in(beside),
            sign_up=beside.get("sign_up") is True,
            livestream=http_address(beside.text("livestream")),
        )

    def _minutes(self, event: JsonObject, place: str) -> int:
        starts, ends = (instant(event.text(name), self.zone) for name in ("date", "end"))
        if not event.text("duration") and starts and ends and ends > starts:
            return minutes_of(
                f"PT{int((ends - starts).total_seconds())}S", None, place, self.losses
            )
        return minutes_of(event.text("duration"), event.line, place, self.losses)

    def _starts_at(
        self, event: JsonObject, day: JsonObject, on: date | None, place: str
    ) -> datetime | None:
        if found := instant(event.text("date"), self.zone):
            return found
        own_day, clock = day_of(event.text("date")), clock_minutes(event.text("start"))
        base = own_day or on
        if base and clock is not None:
            opens = instant(day.text("day_start"), self.zone)
            opens_at = opens.astimezone(self.zone) if opens else None
            early = opens_at and clock < opens_at.hour * 60 + opens_at.minute and clock < 12 * 60
            return at_clock(base, clock + (24 * 60 if early and not own_day else 0), self.zone)
        self.losses.add(event.line, place, "has no time that can be read: left unplaced")
        return None

    def _people(self, event: JsonObject, tag: str, place: str) -> list[FoundPerson]:
        people = []
        for person in event.objects("persons", self.losses):
            name = line(person.text("public_name", "name", "full_public_name"))
            role = speaker_role(person.text("role", "event_role"))
            if not self.own and role is None:
                name, role = split_role(name)
            if not name:
                self.losses.add(person.line, place, "names a person without a name: left out")
                continue
            list_unread(person, READ_OF_PERSON, self.losses, "person: ")
            people.append(
                FoundPerson(
                    name=name,
                    key=person.text("guid", "id", "code").strip(),
                    line=person.line,
                    role=role or SpeakerRole.SPEAKER,
                    organisation=line(person.text("organisation")) or None,
                    job_title=line(person.text("job_title")) or None,
                    biography=long_texts(person.texts("biography", tag), self.texts),
                    links=links_of(person, self.base, place, self.losses),
                )
            )
        return people

    def _url(self, event: JsonObject) -> str | None:
        origin = web_address(event.text("origin_url"), self.base)
        return origin if self.own else web_address(event.text("url"), self.base) or origin


def _by_room(day: JsonObject) -> list[tuple[str, object]]:
    return [(line(name), events) for name, events in day.object("rooms").items()]


def line_texts(texts: dict[str, str]) -> dict[str, str]:
    """Return texts of one line, without empty ones."""
    return {tag: found for tag, text in texts.items() if (found := line(text))}


def long_texts(texts: dict[str, str], how: Texts) -> dict[str, str]:
    """Return texts of paragraphs, without empty ones."""
    return {tag: found for tag, text in texts.items() if (found := how.long(text))}


def floor_of(room: JsonObject) -> str | None:
    """Return the floor, where the room's parent is one."""
    parent = room.object("parent")
    return line(parent.text("name")) or None if parent.text("type") == "Floor" else None


def links_of(one: JsonObject, base: str, place: str, losses: Losses) -> list[Link]:
    """Return the links and attachments of a session or a person; other addresses are listed."""
    found = [
        link_of(
            link.text("url"),
            link.text("title"),
            base=base,
            at=link.line,
            place=place,
            losses=losses,
        )
        for name in ("links", "attachments")
        for link in one.objects(name, losses)
    ]
    return [link for link in found if link]


def access_of(room: JsonObject) -> list[Access]:
    """Return what a room offers to people with a disability, as files of ours say it."""
    told = room.object("features").get("access")
    found = [one for one in told if one in [*Access]] if isinstance(told, list) else []
    return [Access(one) for one in dict.fromkeys(found)]


def tags_in(more: JsonObject) -> list[str]:
    """Return the tags in what a file of ours says more."""
    return [tag for one in _listed(more, "tags") if (tag := line(one))]


def guides_in(more: JsonObject) -> list[str]:
    """Return the slugs of guides in what a file of ours says more."""
    return [one for one in _listed(more, "guides") if slug(one) == one]


def partners_in(more: JsonObject, losses: Losses) -> list[Partner]:
    """Return the partners in what a file of ours says more."""
    return [
        Partner(name=name, url=http_address(one.text("url")))
        for one in more.objects("partners", losses)
        if (name := line(one.text("name")))
    ]


def seats_in(more: JsonObject) -> int | None:
    """Return how many seats there are, in what a file of ours says more."""
    seats = more.whole("capacity")
    return seats if seats and 0 < seats < 2**31 else None


def _listed(one: JsonObject, name: str) -> list[str]:
    told = one.get(name)
    return [text for text in told if isinstance(text, str)] if isinstance(told, list) else []


def list_unread(one: JsonObject, read: frozenset[str], losses: Losses, prefix: str = "") -> None:
    """List the filled fields of an object for which our programme has no place."""
    for name, value in one.items():
        if name not in read and value not in (None, "", [], {}, False):
            losses.count(one.line, f"{prefix}“{name}”", "has no place in our programme")
