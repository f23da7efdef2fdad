"""What pages say of a draft's parts: labels, answers, what is missing, what clashes, what changed.

Values in, words out; no I/O.
"""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

from babel import Locale, UnknownLocaleError

from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import Text, pick
from schedule.conflicts import Conflict
from schedule.edits import Part, PartKind, PlanPart, RoomPart, SessionPart, SpeakerPart, TrackPart
from schedule.models import (
    Access,
    ConflictCode,
    Draft,
    FloorPlan,
    Level,
    Room,
    Session,
    SpeakerRole,
    SpeakerState,
)
from schedule.vocabulary import role_name

LABELS: dict[str, str] = {
    "type": N_("Type of session"),
    "title": N_("Title"),
    "subtitle": N_("Subtitle"),
    "abstract": N_("Abstract"),
    "description": N_("Description"),
    "language": N_("Language"),
    "track_id": N_("Track"),
    "room_id": N_("Room"),
    "day": N_("Day"),
    "time": N_("Begins at (as in 9:30)"),
    "starts_at": N_("Day"),
    "minutes": N_("Minutes"),
    "people": N_("People"),
    "person": N_("Person"),
    "speaker_id": N_("Person"),
    "role": N_("Role"),
    "tags": N_("Public tags"),
    "internal_tags": N_("Internal tags"),
    "partners": N_("Partners"),
    "guides": N_("Guides"),
    "links": N_("Links"),
    "url": N_("Web address"),
    "livestream": N_("Livestream"),
    "capacity": N_("Seats"),
    "sign_up": N_("A seat is signed up for"),
    "expected": N_("People expected"),
    "confirmed": N_("Confirmed: it is published once it has a time"),
    "cancelled": N_("Cancelled"),
    "note": N_("Internal note"),
    "name": N_("Name"),
    "floor": N_("Floor"),
    "access": N_("Access"),
    "position": N_("Order"),
    "availability": N_("Available"),
    "starts": N_("From"),
    "ends": N_("Until"),
    "ends_at": N_("Until"),
    "tint": N_("Colour"),
    "organisation": N_("Organisation"),
    "job_title": N_("Job title"),
    "biography": N_("Biography"),
    "email": N_("E-mail"),
    "state": N_("State"),
    "photo": N_("Photo"),
    "alt": N_("What the plan shows, in words"),
    "picture": N_("Picture"),
    "markers": N_("Where the rooms are"),
    "room": N_("Room"),
    "x": N_("From the left, in %"),
    "y": N_("From the top, in %"),
    "agreed": N_("This person agreed that the photo is shown"),
}
"""How a field is called, by its name."""
NAMES: dict[PartKind, str] = {PartKind.ROOM: N_("Room name"), PartKind.TRACK: N_("Track name")}
"""How the name of a part is called, where it is not a person's."""
STATES: dict[SpeakerState, str] = {
    SpeakerState.PROPOSED: N_("Proposed"),
    SpeakerState.INVITED: N_("Invited"),
    SpeakerState.CONFIRMED: N_("Has confirmed"),
    SpeakerState.DECLINED: N_("Has declined"),
}
ACCESS: dict[Access, str] = {
    Access.STEP_FREE: N_("Without a step"),
    Access.HEARING_LOOP: N_("Hearing loop"),
}
TINTS: dict[int, str] = {
    1: N_("Fir green"),
    2: N_("Violet"),
    3: N_("Brick red"),
    4: N_("Ochre"),
    5: N_("Blue"),
    6: N_("Slate"),
}
LEVELS: dict[Level, str] = {
    Level.BLOCK: N_("Block"),
    Level.WARN: N_("Warn"),
    Level.IGNORE: N_("Ignore"),
}
MEANINGS: dict[ConflictCode, tuple[str, str]] = {
    ConflictCode.ROOM_TAKEN: (
        N_("Room taken"),
        N_("Two sessions are in one room at one time."),
    ),
    ConflictCode.ROOM_UNAVAILABLE: (
        N_("Room not available"),
        N_("A session is in a room when the room is not to be had."),
    ),
    ConflictCode.ROOM_TOO_SMALL: (
        N_("Room too small"),
        N_("More people are expected, or more seats offered, than the room has."),
    ),
    ConflictCode.PERSON_IN_TWO_PLACES: (
        N_("Person in two places"),
        N_("Somebody takes part in two sessions at one time."),
    ),
    ConflictCode.PERSON_UNAVAILABLE: (
        N_("Person not available"),
        N_("Somebody takes part at a time when they said that they cannot."),
    ),
    ConflictCode.PERSON_UNCONFIRMED: (
        N_("Person not confirmed"),
        N_("Somebody in a session with a time has not confirmed so far, or has declined."),
    ),
    ConflictCode.WALK_TOO_SHORT: (
        N_("Too short to walk"),
        N_("Somebody cannot walk from one session to their next in the minutes between."),
    ),
    ConflictCode.WITHOUT_MODERATOR: (
        N_("Nobody moderates"),
        N_("A round table has nobody to moderate or chair it."),
    ),
    ConflictCode.WITHOUT_ROOM: (
        N_("No room"),
        N_("A session has a time and no room; breaks need none."),
    ),
    ConflictCode.BREAK_OVERLAPPED: (
        N_("During a break"),
        N_("A session is held during a break that is for everybody."),
    ),
    ConflictCode.OUTSIDE_THE_DAYS: (
        N_("Outside the days"),
        N_("A session is held on a day that is none of the forum’s."),
    ),
    ConflictCode.TRACK_MISSING: (
        N_("No track"),
        N_(
            "A session has no track, though the forum has some; plenaries, breaks and side events"
            " need none."
        ),
    ),
    ConflictCode.TEXT_MISSING: (
        N_("Text missing"),
        N_("A title, or an abstract that there is, lacks one of the forum’s languages."),
    ),
    ConflictCode.OVER_CAPACITY: (
        N_("More people than seats"),
        N_("More people signed up than there are seats."),
    ),
}
"""What each kind of conflict is called, and what it means."""
SAID: dict[ConflictCode, str] = {
    ConflictCode.ROOM_TAKEN: N_("%(room)s is taken by “%(other)s”, %(when)s"),
    ConflictCode.ROOM_UNAVAILABLE: N_("%(room)s is not to be had then"),
    ConflictCode.ROOM_TOO_SMALL: N_("%(room)s has %(there)s seats, and %(wanted)s are wanted"),
    ConflictCode.PERSON_IN_TWO_PLACES: N_("%(person)s takes part in “%(other)s” too, %(when)s"),
    ConflictCode.PERSON_UNAVAILABLE: N_("%(person)s cannot come then"),
    ConflictCode.PERSON_UNCONFIRMED: N_("%(person)s has not confirmed"),
    ConflictCode.WALK_TOO_SHORT: N_(
        "%(person)s has %(there)s minutes between this and “%(other)s”, and walks %(wanted)s"
    ),
    ConflictCode.WITHOUT_MODERATOR: N_("nobody moderates or chairs"),
    ConflictCode.WITHOUT_ROOM: N_("it has a time and no room"),
    ConflictCode.BREAK_OVERLAPPED: N_("“%(other)s” is at the same time, %(when)s"),
    ConflictCode.OUTSIDE_THE_DAYS: N_("it is outside the days of the forum"),
    ConflictCode.TRACK_MISSING: N_("it has no track"),
    ConflictCode.TEXT_MISSING: N_("title or abstract lack: %(languages)s"),
    ConflictCode.OVER_CAPACITY: N_("%(wanted)s people have signed up for %(there)s seats"),
}
"""What is wrong with a session, said on its own page or in its row."""
SIGNED = "fsl"
"""The language that Babel has no name for."""
UNPLACED = N_("without a time")


class Sayer:
    """Says what is wrong with the sessions of a draft, in one language."""

    def __init__(self, draft: Draft, words: Words, zone: tzinfo) -> None:
        self.draft = draft
        self.words = words
        self.zone = zone
        self.sessions = {one.id: one for one in draft.sessions}
        self.rooms = {one.id: one.name for one in draft.rooms}
        self.people = {one.id: one.name for one in draft.speakers}

    def by_session(self, found: Iterable[Conflict]) -> dict[UUID, list[dict[str, Any]]]:
        """Return what is wrong by session: of two that clash, each is told of the other."""
        told: dict[UUID, list[dict[str, Any]]] = {}
        for one in found:
            for session_id in filter(None, (one.session_id, one.other_id)):
                line = {"said": self.say(one, session_id), "blocks": one.level is Level.BLOCK}
                told.setdefault(session_id, []).append(line)
        return told

    def say(self, one: Conflict, session_id: UUID) -> str:
        """Return what a conflict means to one of its sessions."""
        other = one.other_id if session_id == one.session_id else one.session_id
        values = {
            "room": self.rooms.get(one.room_id, "") if one.room_id else "",
            "person": self.people.get(one.speaker_id, "") if one.speaker_id else "",
            "other": self.title(self.sessions.get(other)) if other else "",
            "when": self.when(self.sessions.get(other)) if other else "",
            "there": one.there,
            "wanted": one.wanted,
            "languages": ", ".join(language_name(tag, self.words) for tag in one.languages),
        }
        return self.words.gettext(SAID[one.code]) % values

    def clashes(self, found: Iterable[Conflict]) -> list[str]:
        """Return conflicts as sentences that name their session."""
        return [
            self.words.gettext("%(session)s: %(what)s")
            % {
                "session": self.title(self.sessions.get(one.session_id)),
                "what": self.say(one, one.session_id),
            }
            for one in found
        ]

    def title(self, session: Session | None) -> str:
        """Return a session's title, or its number where it has none."""
        if session is None:
            return ""
        return pick(session.title, self.words.language) or f"#{session.number}"

    def when(self, session: Session | None) -> str:
        """Return when a session is held."""
        if session is None or session.starts_at is None:
            return self.words.gettext(UNPLACED)
        return self.words.moment(session.starts_at, self.zone)

    def place(self, session: Session) -> str:
        """Return when and where a session is held."""
        room = self.rooms.get(session.room_id) if session.room_id else None
        return ", ".join(filter(None, [self.when(session), room]))


def language_name(tag: str, words: Words) -> str:
    """Return what a language is called, else its tag."""
    if tag == SIGNED:
        return words.gettext("French Sign Language")
    try:
        return Locale.parse(tag, sep="-").get_display_name(words.language) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def lacking(part: Part, draft: Draft, edition: Edition, words: Words) -> list[str]:
    """Return what a room, a track, a person or a plan lacks; sessions have conflicts."""
    match part:
        case RoomPart(content=room):
            return _lacking_room(room, draft, words)
        case TrackPart(content=track):
            return _untold(track.name, edition, words, N_("no name in %(language)s"))
        case SpeakerPart():
            return _lacking_person(part, edition, words)
        case SessionPart():
            return []
        case PlanPart(content=plan):
            return lacking_plan(plan, draft, edition, words)


def _lacking_room(room: Room, draft: Draft, words: Words) -> list[str]:
    walks = any(room.id in (one.room_a, one.room_b) for one in draft.travel)
    lacks = {
        N_("seats unknown"): room.capacity is None,
        N_("no walks to other rooms"): len(draft.rooms) > 1 and not walks,
    }
    return [words.gettext(text) for text, true in lacks.items() if true]


def _lacking_person(part: SpeakerPart, edition: Edition, words: Words) -> list[str]:
    speaker, behind = part.content, part.backstage
    untold = _untold(speaker.biography, edition, words, N_("no biography in %(language)s"))
    lacks = {
        N_("no organisation"): not speaker.organisation,
        N_("no e-mail address"): not behind.email,
        N_("no photo"): not behind.photo,
        N_("photo without consent"): bool(behind.photo) and not behind.photo_agreed_at,
    }
    return [*untold, *(words.gettext(text) for text, true in lacks.items() if true)]


def lacking_plan(plan: FloorPlan, draft: Draft, edition: Edition, words: Words) -> list[str]:
    """Return what a plan lacks: its picture, its words, the rooms that its markers stand for."""
    rooms = {one.id for one in draft.rooms}
    gone = sum(one.room_id not in rooms for one in plan.markers)
    found = [] if plan.picture else [words.gettext("no picture: it is not published")]
    if gone:
        sentence = words.ngettext(
            "the room of one marker is gone", "the rooms of %(n)d markers are gone", gone
        )
        found.append(sentence % {"n": gone})
    found += _untold(plan.title, edition, words, N_("no title in %(language)s"))
    return found + _untold(plan.alt, edition, words, N_("no description in %(language)s"))


def on_plans(draft: Draft, edition: Edition, words: Words) -> list[str]:
    """Return what the plans of a draft lack, as sentences that name the plan."""
    return [
        words.gettext("Plan “%(plan)s”: %(what)s")
        % {"plan": pick(plan.title, words.language), "what": ", ".join(lacks)}
        for plan in draft.plans
        if (lacks := lacking_plan(plan, draft, edition, words))
    ]


def _untold(text: Text, edition: Edition, words: Words, sentence: str) -> list[str]:
    missing = [one for one in edition.languages if not text.get(one)]
    return [words.gettext(sentence) % {"language": language_name(one, words)} for one in missing]


def name_of(part: Part, words: Words) -> str:
    """Return what a part is called."""
    match part:
        case RoomPart(content=room):
            return room.name
        case TrackPart(content=track):
            return pick(track.name, words.language)
        case SpeakerPart(content=speaker):
            return speaker.name
        case SessionPart(content=session):
            return pick(session.title, words.language)
        case PlanPart(content=plan):
            return pick(plan.title, words.language)


def labels(kind: PartKind | None, words: Words) -> dict[str, str]:
    """Return how each field of a kind is called."""
    own = {"name": NAMES[kind]} if kind in NAMES else {}
    return said_of({**LABELS, **own}, words)


def label(name: str, kind: PartKind, words: Words) -> str:
    """Return how the field at a place is called: `people.0.role` is the role of the first."""
    whole = name.split(".")
    said = labels(kind, words)
    if whole[0] == "partners":
        said["name"] = said["organisation"]
    if len(whole) == 3 and whole[1].isdigit():  # noqa: PLR2004 -- group, row, field
        values = {
            "group": said.get(whole[0], whole[0]),
            "n": int(whole[1]) + 1,
            "field": said.get(whole[2], whole[2]),
        }
        return words.gettext("%(group)s, line %(n)d, %(field)s") % values
    first = said.get(whole[0], whole[0])
    if len(whole) == 2 and not whole[1].isdigit():  # noqa: PLR2004 -- field, language
        return f"{first} – {language_name(whole[1], words)}"
    return first


def roles(words: Words) -> dict[str, str]:
    """Return what each role is called, in the order in which people are shown."""
    return {one.value: role_name(one, words.language) for one in SpeakerRole}


def said_of(table: Mapping[Any, str], words: Words) -> dict[str, str]:
    """Return a table of answers in the words of a language."""
    return {str(getattr(key, "value", key)): words.gettext(text) for key, text in table.items()}
