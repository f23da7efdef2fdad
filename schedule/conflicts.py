"""What is wrong in a draft: each kind of conflict with its code, and the level an edition gives it.

Every search costs about as much as sorting the sessions.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from schedule.models import (
    ConflictCode,
    Draft,
    Level,
    Room,
    RoomBackstage,
    Session,
    SessionBackstage,
    SessionType,
    Span,
    SpeakerBackstage,
    SpeakerRole,
    SpeakerState,
)
from schedule.rules import NEVER, in_order, in_the_way, programme_day

Levels = Mapping[ConflictCode, Level]
USUAL: Levels = {
    code: Level.BLOCK
    if code in (ConflictCode.ROOM_TAKEN, ConflictCode.PERSON_IN_TWO_PLACES)
    else Level.WARN
    for code in ConflictCode
}
"""The levels of an edition that sets none."""
DEBATES = (SessionType.ROUND_TABLE,)
"""The types of session that somebody has to moderate."""
OF_CONTENT = (
    ConflictCode.PERSON_UNCONFIRMED,
    ConflictCode.WITHOUT_MODERATOR,
    ConflictCode.TRACK_MISSING,
    ConflictCode.TEXT_MISSING,
)
"""What is wrong with a session wherever it is: moving it mends nothing."""
FOR_ALL = (SessionType.BREAK, SessionType.PLENARY, SessionType.SIDE_EVENT)
"""The types of session that belong to no track: they are for everybody."""


class Conflict(Struct, frozen=True, kw_only=True):
    """One conflict: `session_id` is the later session, `other_id` the one in its way.

    `languages` are those in which a text is missing; `wanted` and `there` are the numbers that do
    not agree: seats, or minutes.
    """

    code: ConflictCode
    session_id: UUID
    other_id: UUID | None = None
    room_id: UUID | None = None
    speaker_id: UUID | None = None
    languages: tuple[str, ...] = ()
    wanted: int | None = None
    there: int | None = None
    level: Level = Level.WARN


def conflicts(
    draft: Draft,
    *,
    zone: tzinfo | None = None,
    levels: Levels = USUAL,
    taken: Mapping[UUID, int] | None = None,
) -> list[Conflict]:
    """Return what is wrong in `draft`, in order of session; what the edition ignores is left out.

    A room is taken, or a person is elsewhere, when a session starts before an earlier one of that
    room or person ends; of sessions marked as overlapping the room only warns. Days are those of
    the draft, in its timezone (else `zone`, else UTC); without days none is outside. `taken` is
    how many have signed up, by session.
    """
    found = [
        *_in_rooms(draft),
        *_of_people(draft),
        *_of_sessions(draft, ZoneInfo(draft.timezone) if draft.timezone else zone or UTC),
        *_seats(draft, taken or {}),
        *_breaks(draft),
    ]
    place = {one.id: n for n, one in enumerate(in_order(draft.sessions, draft.rooms))}
    marked = {one.id for one in draft.sessions if one.overlaps}
    told = [_levelled(one, levels, marked) for one in found]
    return sorted(
        (one for one in told if one.level is not Level.IGNORE),
        key=lambda one: (place[one.session_id], one.code, str(one.speaker_id)),
    )


def blocking(found: Iterable[Conflict]) -> list[Conflict]:
    """Return those that keep a draft from being published."""
    return [one for one in found if one.level is Level.BLOCK]


def of_the_grid(found: Iterable[Conflict]) -> list[Conflict]:
    """Return those that the grid marks: what comes of a session's place, and what blocks."""
    return [one for one in found if one.code not in OF_CONTENT or one.level is Level.BLOCK]


def added(before: Iterable[Conflict], after: Iterable[Conflict]) -> list[Conflict]:
    """Return the conflicts of `after` that `before` had not."""
    known = {*before}
    return [one for one in after if one not in known]


def _levelled(one: Conflict, levels: Levels, marked: set[UUID]) -> Conflict:
    level = levels.get(one.code, USUAL[one.code])
    on_purpose = one.session_id in marked or one.other_id in marked
    if one.code is ConflictCode.ROOM_TAKEN and on_purpose and level is Level.BLOCK:
        level = Level.WARN
    return Conflict(**{name: getattr(one, name) for name in FIELDS}, level=level)


FIELDS = tuple(name for name in Conflict.__struct_fields__ if name != "level")


def _placed(draft: Draft) -> list[Session]:
    """Return the sessions that have a time and are held."""
    return [one for one in draft.sessions if one.starts_at and not one.cancelled]


def _in_rooms(draft: Draft) -> Iterator[Conflict]:
    by_room: dict[UUID, list[Session]] = defaultdict(list)
    for session in _placed(draft):
        if session.room_id:
            by_room[session.room_id].append(session)
    for room_id, competing in by_room.items():
        for late, early in in_the_way(competing):
            yield Conflict(
                code=ConflictCode.ROOM_TAKEN, session_id=late.id, other_id=early.id, room_id=room_id
            )
        spans = draft.backstage_of_rooms.get(room_id, RoomBackstage()).availability
        for session in competing:
            if not _within(session, spans):
                yield Conflict(
                    code=ConflictCode.ROOM_UNAVAILABLE, session_id=session.id, room_id=room_id
                )


def _of_people(draft: Draft) -> Iterator[Conflict]:
    of_people: dict[UUID, list[Session]] = defaultdict(list)
    for session in _placed(draft):
        for person in session.people:
            of_people[person.speaker_id].append(session)
    walks = {(one.room_a, one.room_b): one.minutes for one in draft.travel}
    for speaker_id, theirs in of_people.items():
        for late, early in in_the_way(theirs):
            yield Conflict(
                code=ConflictCode.PERSON_IN_TWO_PLACES,
                session_id=late.id,
                other_id=early.id,
                speaker_id=speaker_id,
            )
        yield from _walks(theirs, walks, speaker_id)
        behind = draft.backstage_of_speakers.get(speaker_id, SpeakerBackstage())
        for session in theirs:
            if not _within(session, behind.availability):
                yield Conflict(
                    code=ConflictCode.PERSON_UNAVAILABLE,
                    session_id=session.id,
                    speaker_id=speaker_id,
                )
            if behind.state is not SpeakerState.CONFIRMED:
                yield Conflict(
                    code=ConflictCode.PERSON_UNCONFIRMED,
                    session_id=session.id,
                    speaker_id=speaker_id,
                )


def _walks(
    theirs: Sequence[Session], walks: Mapping[tuple[UUID, UUID], int], speaker_id: UUID
) -> Iterator[Conflict]:
    """Yield each session that begins too soon after the one before it, in another room, ended."""
    last: Session | None = None
    for session in sorted(theirs, key=lambda one: (one.starts_at or NEVER, one.number)):
        if last and last.ends_at and session.starts_at and last.ends_at <= session.starts_at:
            there = int((session.starts_at - last.ends_at).total_seconds()) // 60
            wanted = _walk(walks, last.room_id, session.room_id)
            if there < wanted:
                yield Conflict(
                    code=ConflictCode.WALK_TOO_SHORT,
                    session_id=session.id,
                    other_id=last.id,
                    speaker_id=speaker_id,
                    wanted=wanted,
                    there=there,
                )
        if last is None or (session.ends_at or NEVER) > (last.ends_at or NEVER):
            last = session


def _walk(walks: Mapping[tuple[UUID, UUID], int], one: UUID | None, other: UUID | None) -> int:
    if one is None or other is None or one == other:
        return 0
    return walks.get((min(one, other), max(one, other)), 0)


def _within(session: Session, spans: Sequence[Span]) -> bool:
    """Say whether a session is held while somebody or something is available."""
    starts_at, ends_at = session.starts_at, session.ends_at
    if not spans or starts_at is None or ends_at is None:
        return True
    return any(span.starts_at <= starts_at and ends_at <= span.ends_at for span in spans)


def _of_sessions(draft: Draft, zone: tzinfo) -> Iterator[Conflict]:
    for session in draft.sessions:
        if session.cancelled:
            continue
        if _outside(session, draft, zone):
            yield Conflict(code=ConflictCode.OUTSIDE_THE_DAYS, session_id=session.id)
        if session.type is SessionType.BREAK:
            continue
        if session.starts_at and not session.room_id:
            yield Conflict(code=ConflictCode.WITHOUT_ROOM, session_id=session.id)
        roles = {one.role for one in session.people}
        if session.type in DEBATES and not roles & {SpeakerRole.MODERATOR, SpeakerRole.CHAIR}:
            yield Conflict(code=ConflictCode.WITHOUT_MODERATOR, session_id=session.id)
        if draft.tracks and session.track_id is None and session.type not in FOR_ALL:
            yield Conflict(code=ConflictCode.TRACK_MISSING, session_id=session.id)
        missing = _missing(session, draft.languages)
        if missing:
            yield Conflict(code=ConflictCode.TEXT_MISSING, session_id=session.id, languages=missing)


def _outside(session: Session, draft: Draft, zone: tzinfo) -> bool:
    if not (session.starts_at and draft.starts_on and draft.ends_on):
        return False
    return not draft.starts_on <= programme_day(session.starts_at, zone) <= draft.ends_on


def _missing(session: Session, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages in which a session has no title, or no abstract though it has one."""
    texts = [session.title] + ([session.abstract] if any(session.abstract.values()) else [])
    return tuple(one for one in languages if not all(text.get(one) for text in texts))


def _seats(draft: Draft, taken: Mapping[UUID, int]) -> Iterator[Conflict]:
    rooms: dict[UUID, Room] = {one.id: one for one in draft.rooms}
    for session in draft.sessions:
        if session.cancelled:
            continue
        signed_up = taken.get(session.id, 0)
        if session.capacity is not None and signed_up > session.capacity:
            yield Conflict(
                code=ConflictCode.OVER_CAPACITY,
                session_id=session.id,
                wanted=signed_up,
                there=session.capacity,
            )
        behind = draft.backstage_of_sessions.get(session.id, SessionBackstage())
        wanted = max(behind.expected or 0, signed_up, session.capacity or 0)
        room = rooms.get(session.room_id) if session.room_id else None
        if room and room.capacity is not None and wanted > room.capacity:
            yield Conflict(
                code=ConflictCode.ROOM_TOO_SMALL,
                session_id=session.id,
                room_id=room.id,
                wanted=wanted,
                there=room.capacity,
            )


def _breaks(draft: Draft) -> Iterator[Conflict]:
    """Yield each session held during a break that names no room, as it is for everybody.

    It is told with the break that ends last of those that begin before the session ends.
    """
    placed = _placed(draft)
    common = [one for one in placed if one.type is SessionType.BREAK and not one.room_id]
    common.sort(key=lambda one: (one.starts_at or NEVER, one.number))
    starts = [one.starts_at or NEVER for one in common]
    last: list[Session] = []
    for one in common:
        later = not last or (one.ends_at or NEVER) > (last[-1].ends_at or NEVER)
        last.append(one if later else last[-1])
    for session in placed:
        before = bisect_left(starts, session.ends_at or NEVER)
        if session.type is SessionType.BREAK or not before:
            continue
        pause = last[before - 1]
        if _ends(pause) > (session.starts_at or NEVER):
            yield Conflict(
                code=ConflictCode.BREAK_OVERLAPPED, session_id=session.id, other_id=pause.id
            )


def _ends(session: Session) -> datetime:
    return session.ends_at or NEVER
