"""The decisions of the programme: its order, what is in the way, what changed, how it is frozen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from forum.core.context import Edition
from schedule.models import (
    Draft,
    GuideLink,
    Programme,
    Room,
    Session,
    SessionBackstage,
    Speaker,
)

DAY_CHANGE = timedelta(hours=4)
"""A session that starts before four in the morning belongs to the evening before."""

NEVER = datetime.max.replace(tzinfo=UTC)


class ChangeKind(StrEnum):
    """What a reader of the programme would notice about a session."""

    NEW = "new"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    MOVED = "moved"
    LONGER = "longer"
    SHORTER = "shorter"
    ROOM = "room"
    RENAMED = "renamed"
    PEOPLE = "people"
    ABSTRACT = "abstract"
    DETAILS = "details"


class Change(Struct, frozen=True, kw_only=True):
    """One change of one session, from one published version to another."""

    kind: ChangeKind
    session_id: UUID


def programme_day(starts_at: datetime, zone: tzinfo) -> date:
    """Return the day of the programme to which an instant belongs (see `DAY_CHANGE`)."""
    return (starts_at.astimezone(zone) - DAY_CHANGE).date()


def at_clock(day: date, minutes: int, zone: tzinfo) -> datetime:
    """Return the instant of a time on the wall, `minutes` after midnight of `day`, in UTC."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- placed in its zone below
    return (midnight + timedelta(minutes=minutes)).replace(tzinfo=zone).astimezone(UTC)


def in_order(sessions: Iterable[Session], rooms: Iterable[Room]) -> list[Session]:
    """Return `sessions` by start, then room, then number; unplaced ones last, by number."""
    position = {room.id: room.position for room in rooms}
    return sorted(
        sessions,
        key=lambda s: (
            s.starts_at or NEVER,
            position.get(s.room_id, -1) if s.room_id else -1,
            s.number,
        ),
    )


def in_the_way(sessions: Iterable[Session]) -> list[tuple[Session, Session]]:
    """Return each session that starts before an earlier one ends, with the one that ends last.

    The given sessions compete for one thing, a room or a person. Order is by start, then number;
    unplaced and cancelled sessions are in nobody's way. Cost: that of sorting.
    """
    found = []
    last: Session | None = None
    last_end = datetime.min.replace(tzinfo=UTC)
    placed = [s for s in sessions if s.starts_at and not s.cancelled]
    for session in sorted(placed, key=lambda s: (s.starts_at or NEVER, s.number)):
        starts_at, ends_at = session.starts_at or NEVER, session.ends_at or NEVER
        if last and starts_at < last_end:
            found.append((session, last))
        if ends_at > last_end:
            last, last_end = session, ends_at
    return found


def overlapping(sessions: Iterable[Session]) -> dict[UUID, Session]:
    """Return the sessions to mark as overlapping, with the one that each overlaps in its room.

    They are the fewest later ones without which no two sessions share a room at one time.
    """
    by_room: dict[UUID, list[Session]] = defaultdict(list)
    for session in sessions:
        if session.room_id and session.starts_at and not session.cancelled:
            by_room[session.room_id].append(session)
    marked: dict[UUID, Session] = {}
    for competing in by_room.values():
        last: Session | None = None
        for session in sorted(competing, key=lambda s: (s.starts_at or NEVER, s.number)):
            if last and last.ends_at and session.starts_at and session.starts_at < last.ends_at:
                marked[session.id] = last
            else:
                last = session
    return marked


def marked_as_overlapping(session: Session, sessions: Iterable[Session]) -> Session:
    """Return `session`, marked where another is held in its room at its time, else unmarked."""
    starts_at, ends_at = session.starts_at, session.ends_at
    shared = (
        starts_at is not None
        and ends_at is not None
        and session.room_id is not None
        and any(
            other.id != session.id
            and other.room_id == session.room_id
            and not other.cancelled
            and other.starts_at is not None
            and other.ends_at is not None
            and other.starts_at < ends_at
            and starts_at < other.ends_at
            for other in sessions
        )
    )
    return replace(session, overlaps=shared)


def changes(old: Programme | None, new: Programme) -> list[Change]:
    """Return what changed from `old` to `new`, in the order of `new`'s sessions.

    Without `old` every session is new. A session that `new` no longer holds is cancelled; one that
    was cancelled in `old` and is absent or still cancelled in `new` has not changed.
    """
    before = {session.id: session for session in old.sessions} if old else {}
    names = _Names(new)
    old_names = _Names(old) if old else names
    found = []
    for session in new.sessions:
        found += [
            Change(kind=kind, session_id=session.id)
            for kind in _kinds(before.pop(session.id, None), session, old_names, names)
        ]
    gone = [session for session in before.values() if not session.cancelled]
    return found + [Change(kind=ChangeKind.CANCELLED, session_id=session.id) for session in gone]


def _kinds(
    was: Session | None, now: Session, old_names: "_Names", names: "_Names"
) -> list[ChangeKind]:
    if was is None:
        return [] if now.cancelled else [ChangeKind.NEW]
    if now.cancelled:
        return [] if was.cancelled else [ChangeKind.CANCELLED]
    noticed = {
        ChangeKind.RESTORED: was.cancelled,
        ChangeKind.MOVED: was.starts_at != now.starts_at,
        ChangeKind.LONGER: now.minutes > was.minutes,
        ChangeKind.SHORTER: now.minutes < was.minutes,
        ChangeKind.ROOM: was.room_id != now.room_id,
        ChangeKind.RENAMED: (was.title, was.subtitle) != (now.title, now.subtitle),
        ChangeKind.PEOPLE: was.people != now.people,
        ChangeKind.ABSTRACT: (was.abstract, was.description) != (now.abstract, now.description),
    }
    kinds = [kind for kind, true in noticed.items() if true]
    if not kinds and _shown(was, old_names) != _shown(now, names):
        return [ChangeKind.DETAILS]
    return kinds


class _Names:
    """What a session's page shows of the parts that it refers to."""

    def __init__(self, programme: Programme) -> None:
        self.rooms = {room.id: room.name for room in programme.rooms}
        self.tracks = {track.id: track.name for track in programme.tracks}
        self.speakers = {one.id: (one.name, one.organisation) for one in programme.speakers}


def _shown(session: Session, names: _Names) -> tuple[object, ...]:
    """Return all that a reader sees of a session: two equal ones need no new revision."""
    return (
        replace(session, revision=0, changed_at=None, overlaps=False),
        names.rooms.get(session.room_id) if session.room_id else None,
        names.tracks.get(session.track_id) if session.track_id else None,
        tuple(names.speakers.get(person.speaker_id) for person in session.people),
    )


def publish(
    draft: Draft,
    edition: Edition,
    *,
    base_url: str,
    at: datetime,
    previous: Programme | None = None,
    note: str = "",
    guides: Sequence[GuideLink] = (),
) -> Programme:
    """Freeze `draft` as the version after `previous`, published at the instant `at` (UTC).

    Unplaced sessions, those not confirmed, and people without a session are left out, as is all
    that stays with the editors. A session whose content differs from the previous version has the
    next revision and `changed_at = at`. One that was published
    and is no longer placed stays, cancelled, so that calendars hear of it; its number or slug is
    changed where another session has it now.
    """
    placed = [one for one in draft.sessions if one.starts_at and _confirmed(draft, one)]
    removed = _removed(placed, previous)
    sessions = in_order([*placed, *_without_lost_parts(removed, draft)], draft.rooms)
    wanted = {person.speaker_id for session in sessions for person in session.people}
    known = {one.id: one for one in (previous.speakers if previous else [])}
    known |= {one.id: one for one in draft.speakers}
    speakers = _unique_slugs([known[id_] for id_ in wanted], {one.id for one in draft.speakers})
    programme = Programme(
        edition=edition.slug,
        title=edition.title,
        subtitle=edition.subtitle,
        timezone=edition.timezone,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        languages=edition.languages,
        venue=edition.venue,
        base_url=base_url.rstrip("/"),
        version=previous.version + 1 if previous else 1,
        note=note,
        published_at=at,
        fictitious=edition.fictitious,
        rooms=sorted(draft.rooms, key=lambda room: room.position),
        tracks=sorted(draft.tracks, key=lambda track: track.position),
        speakers=sorted(speakers, key=lambda one: (one.sort_key, str(one.id))),
        sessions=sessions,
        guides=list(guides),
    )
    return replace(programme, sessions=_revised(programme, previous, at))


def _confirmed(draft: Draft, session: Session) -> bool:
    return draft.backstage_of_sessions.get(session.id, SessionBackstage()).confirmed


def _removed(placed: list[Session], previous: Programme | None) -> list[Session]:
    """Return the sessions of `previous` that are gone, cancelled, under free numbers and slugs."""
    kept = {session.id for session in placed}
    numbers = {session.number for session in placed}
    slugs = {session.slug for session in placed}
    gone = [one for one in (previous.sessions if previous else []) if one.id not in kept]
    removed = []
    for session in gone:
        number, slug, turn = session.number, session.slug, 1
        while number in numbers:
            number += 1
        while slug in slugs:
            turn += 1
            slug = f"{session.slug}-{turn}"
        numbers.add(number)
        slugs.add(slug)
        removed.append(replace(session, cancelled=True, overlaps=False, number=number, slug=slug))
    return removed


def _without_lost_parts(removed: list[Session], draft: Draft) -> list[Session]:
    """Return `removed` without the rooms and tracks that the draft no longer has."""
    rooms = {room.id for room in draft.rooms}
    tracks = {track.id for track in draft.tracks}
    return [
        replace(
            session,
            room_id=session.room_id if session.room_id in rooms else None,
            track_id=session.track_id if session.track_id in tracks else None,
        )
        for session in removed
    ]


def _unique_slugs(speakers: list[Speaker], current: set[UUID]) -> list[Speaker]:
    """Return `speakers`, those of an earlier version under another slug where theirs is taken."""
    taken = {one.slug for one in speakers if one.id in current}
    found = []
    for one in sorted(speakers, key=lambda one: (one.id not in current, str(one.id))):
        slug, turn = one.slug, 1
        while one.id not in current and slug in taken:
            turn += 1
            slug = f"{one.slug}-{turn}"
        taken.add(slug)
        found.append(replace(one, slug=slug))
    return found


def _revised(programme: Programme, previous: Programme | None, at: datetime) -> list[Session]:
    """Return the sessions with the revision and the instant at which each last changed."""
    before = {session.id: session for session in previous.sessions} if previous else {}
    names, old_names = _Names(programme), _Names(previous) if previous else None
    revised = []
    for session in programme.sessions:
        was = before.get(session.id)
        if was is None or old_names is None:
            revised.append(replace(session, revision=0, changed_at=at))
        elif _shown(was, old_names) == _shown(session, names):
            revised.append(replace(session, revision=was.revision, changed_at=was.changed_at))
        else:
            revised.append(replace(session, revision=was.revision + 1, changed_at=at))
    return revised
