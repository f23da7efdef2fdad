"""Edits of a draft: its parts before and after, applied and undone. Values in, values out."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from forum.core.errors import Problem
from schedule.models import (
    Draft,
    FloorPlan,
    PlanBackstage,
    Room,
    RoomBackstage,
    Session,
    SessionBackstage,
    Speaker,
    SpeakerBackstage,
    Track,
    TrackBackstage,
)


class PartKind(StrEnum):
    """What a part of a draft is."""

    ROOM = "room"
    TRACK = "track"
    SPEAKER = "speaker"
    SESSION = "session"
    PLAN = "plan"


class RoomPart(Struct, frozen=True, kw_only=True, tag_field="part", tag=PartKind.ROOM.value):
    """A room with what stays with the editors."""

    content: Room
    backstage: RoomBackstage = RoomBackstage()


class TrackPart(Struct, frozen=True, kw_only=True, tag_field="part", tag=PartKind.TRACK.value):
    """A track with what stays with the editors."""

    content: Track
    backstage: TrackBackstage = TrackBackstage()


class SpeakerPart(Struct, frozen=True, kw_only=True, tag_field="part", tag=PartKind.SPEAKER.value):
    """A person with what stays with the editors."""

    content: Speaker
    backstage: SpeakerBackstage = SpeakerBackstage()


class SessionPart(Struct, frozen=True, kw_only=True, tag_field="part", tag=PartKind.SESSION.value):
    """A session with what stays with the editors."""

    content: Session
    backstage: SessionBackstage = SessionBackstage()


class PlanPart(Struct, frozen=True, kw_only=True, tag_field="part", tag=PartKind.PLAN.value):
    """A plan of the venue with what stays with the editors."""

    content: FloorPlan
    backstage: PlanBackstage = PlanBackstage()


Part = RoomPart | TrackPart | SpeakerPart | SessionPart | PlanPart
AnyContent = Room | Track | Speaker | Session | FloorPlan
KINDS: dict[type, PartKind] = {
    RoomPart: PartKind.ROOM,
    TrackPart: PartKind.TRACK,
    SpeakerPart: PartKind.SPEAKER,
    SessionPart: PartKind.SESSION,
    PlanPart: PartKind.PLAN,
}


class Wanted(Struct, frozen=True, kw_only=True):
    """A part as somebody wants it; `after` None removes it.

    `edited` is the number of the change that had touched the part last when it was read
    (`Draft.edited`); 0 for a new one, None for whatever it is at.
    """

    kind: PartKind
    id: UUID
    after: Part | None
    edited: int | None = None


class Edit(Struct, frozen=True, kw_only=True):
    """One part before and after; without `before` it is new, without `after` it is gone."""

    before: Part | None = None
    after: Part | None = None

    @property
    def part(self) -> Part:
        """The part as it is, or was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("an edit has a part before or after")
        return found

    @property
    def kind(self) -> PartKind:
        """What the part is."""
        return KINDS[type(self.part)]

    @property
    def id(self) -> UUID:
        """The part's id."""
        return self.part.content.id


class DraftChange(Struct, frozen=True, kw_only=True):
    """A change of a draft as it is kept; `undoes` is the number of the one that it takes back."""

    number: int
    at: datetime
    actor: str
    kind: str
    edits: list[Edit]
    undoes: int | None


class PartNotFound(Problem):
    """The draft has no such room, track, person, session or plan: it was removed meanwhile."""

    code = "part_not_found"
    status = 404


class PartChanged(Problem):
    """Somebody else changed this meanwhile: look at what changed, then do it again."""

    code = "part_changed"
    status = 412


class PartUsed(Problem):
    """Sessions name this still: change them first."""

    code = "part_used"
    status = 409


def part_of(draft: Draft, kind: PartKind, id_: UUID) -> Part | None:
    """Return a part of the draft with its backstage; None when there is none."""
    parts: dict[PartKind, Sequence[AnyContent]] = {
        PartKind.ROOM: draft.rooms,
        PartKind.TRACK: draft.tracks,
        PartKind.SPEAKER: draft.speakers,
        PartKind.SESSION: draft.sessions,
        PartKind.PLAN: draft.plans,
    }
    content = next((one for one in parts[kind] if one.id == id_), None)
    return None if content is None else part_of_content(draft, content)


def edits_of(draft: Draft, wanted: Sequence[Wanted]) -> list[Edit]:
    """Return the edits that make `draft` as wanted, less those that change nothing.

    Raises:
        PartNotFound: a part to change or to remove is not there.
        PartChanged: a part is no longer as it was read; `fields` names each by its id.
    """
    changed: dict[str, str] = {}
    found: list[Edit] = []
    for one in wanted:
        before = part_of(draft, one.kind, one.id)
        if one.edited is not None and one.edited != draft.edited.get(one.id, 0):
            changed[str(one.id)] = PartChanged().message
            continue
        if before is None and one.after is None:
            raise PartNotFound(fields={str(one.id): PartNotFound().message})
        if before != one.after:
            found.append(Edit(before=before, after=one.after))
    if changed:
        raise PartChanged(fields=changed)
    return found


def taking_back(draft: Draft, change: DraftChange) -> list[Wanted]:
    """Return what takes a change back.

    Raises:
        PartChanged: a part is no longer as the change left it; `fields` names each by its id.
    """
    changed = {
        str(edit.id): PartChanged().message
        for edit in change.edits
        if part_of(draft, edit.kind, edit.id) != edit.after
    }
    if changed:
        raise PartChanged(fields=changed)
    return [Wanted(kind=edit.kind, id=edit.id, after=edit.before) for edit in change.edits]


def difference(before: Draft, after: Draft) -> list[Edit]:
    """Return the edits that turn the parts of one draft into those of another.

    What stays with the editors is kept for each part that both hold, unless `after` tells it.
    """
    found: list[Edit] = []
    for old, new in (
        (before.rooms, after.rooms),
        (before.tracks, after.tracks),
        (before.speakers, after.speakers),
        (before.sessions, after.sessions),
        (before.plans, after.plans),
    ):
        olds = {part.id: part_of_content(before, part) for part in old}
        told = [_told(part, before, after) for part in new]
        news = {part.content.id: part for part in told}
        found += [
            Edit(before=olds.get(id_), after=part)
            for id_, part in news.items()
            if olds.get(id_) != part
        ]
        found += [Edit(before=part) for id_, part in olds.items() if id_ not in news]
    return found


def _told(content: AnyContent, before: Draft, after: Draft) -> Part:
    """Return a part of `after`, with the backstage of `before` where `after` has none."""
    known = (
        after.backstage_of_rooms.keys()
        | after.backstage_of_speakers.keys()
        | after.backstage_of_sessions.keys()
    )
    part = part_of_content(after if content.id in known else before, content)
    if isinstance(part, SpeakerPart):
        return replace(part, content=replace(part.content, photo=shown_photo(part.backstage)))
    return part


def shown_photo(speaker: SpeakerBackstage) -> str | None:
    """Return the photo that the public sees: none without the person's consent."""
    return speaker.photo if speaker.photo_agreed_at else None


def part_of_content(draft: Draft, content: AnyContent) -> Part:
    """Return a part of this content, with the backstage that the draft has for its id."""
    match content:
        case Room():
            behind = draft.backstage_of_rooms.get(content.id, RoomBackstage())
            return RoomPart(content=content, backstage=behind)
        case Track():
            return TrackPart(content=content)
        case Speaker():
            about = draft.backstage_of_speakers.get(content.id, SpeakerBackstage())
            return SpeakerPart(content=content, backstage=about)
        case Session():
            around = draft.backstage_of_sessions.get(content.id, SessionBackstage())
            return SessionPart(content=content, backstage=around)
        case FloorPlan():
            return PlanPart(content=content)


def applied(draft: Draft, edits: Sequence[Edit], *, number: int) -> Draft:
    """Return the draft after these edits, made as change `number`."""
    rooms = {one.id: one for one in draft.rooms}
    tracks = {one.id: one for one in draft.tracks}
    speakers = {one.id: one for one in draft.speakers}
    sessions = {one.id: one for one in draft.sessions}
    plans = {one.id: one for one in draft.plans}
    behind_rooms = {**draft.backstage_of_rooms}
    behind_speakers = {**draft.backstage_of_speakers}
    behind_sessions = {**draft.backstage_of_sessions}
    edited = {**draft.edited}
    for edit in edits:
        edited[edit.id] = number
        match edit.after:
            case None:
                for parts in (rooms, tracks, speakers, sessions, plans):
                    parts.pop(edit.id, None)
                edited.pop(edit.id)
            case RoomPart(content=room, backstage=of_room):
                rooms[edit.id], behind_rooms[edit.id] = room, of_room
            case TrackPart(content=track):
                tracks[edit.id] = track
            case SpeakerPart(content=speaker, backstage=of_speaker):
                speakers[edit.id], behind_speakers[edit.id] = speaker, of_speaker
            case SessionPart(content=session, backstage=of_session):
                sessions[edit.id], behind_sessions[edit.id] = session, of_session
            case PlanPart(content=plan):
                plans[edit.id] = plan
    return replace(
        draft,
        rooms=sorted(rooms.values(), key=lambda one: (one.position, one.slug)),
        tracks=sorted(tracks.values(), key=lambda one: (one.position, one.slug)),
        speakers=sorted(speakers.values(), key=lambda one: (one.sort_key, str(one.id))),
        sessions=sorted(sessions.values(), key=lambda one: one.number),
        plans=sorted(plans.values(), key=lambda one: (one.position, str(one.id))),
        backstage_of_rooms={k: v for k, v in behind_rooms.items() if k in rooms},
        backstage_of_speakers={k: v for k, v in behind_speakers.items() if k in speakers},
        backstage_of_sessions={k: v for k, v in behind_sessions.items() if k in sessions},
        edited=edited,
        number=number,
    )


def hold_together(draft: Draft) -> None:
    """Hold a draft against itself: what its sessions name must be there.

    Raises:
        PartUsed: a session names a room, a track or a person that is gone; `fields` tells which.
    """
    rooms = {one.id for one in draft.rooms}
    tracks = {one.id for one in draft.tracks}
    people = {one.id for one in draft.speakers}
    lost: dict[str, str] = {}
    for session in draft.sessions:
        named = {session.room_id} - rooms | {session.track_id} - tracks
        named |= {one.speaker_id for one in session.people} - people
        for id_ in named - {None}:
            lost[str(id_)] = PartUsed().message
    if lost:
        raise PartUsed(fields=lost)
