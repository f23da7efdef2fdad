"""What changed from one version to another: told kind by kind, with the values before and after."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from schedule.models import Programme, Session


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
    """One change of one session, from one published version to another.

    `was` and `now` hold the fields of the session that it is about. A new session was nothing; a
    change of details may be one of what the session names: a room that has another name.
    """

    kind: ChangeKind
    session_id: UUID
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}


PLACE = {
    ChangeKind.MOVED: ("starts_at",),
    ChangeKind.LONGER: ("minutes",),
    ChangeKind.SHORTER: ("minutes",),
    ChangeKind.ROOM: ("room_id",),
    ChangeKind.RENAMED: ("title", "subtitle"),
    ChangeKind.PEOPLE: ("people",),
    ChangeKind.ABSTRACT: ("abstract", "description"),
}
"""The fields that a change of each kind is about; all others are details."""
NAMED = {name for names in PLACE.values() for name in names}
KEPT_APART = {"id", "revision", "changed_at", "overlaps"}
"""What says nothing to a reader."""


def changes(old: Programme | None, new: Programme) -> list[Change]:
    """Return what changed from `old` to `new`, in the order of `new`'s sessions.

    Without `old` every session is new. A session that `new` no longer holds is cancelled; one that
    was cancelled in `old` and is absent or still cancelled in `new` has not changed.
    """
    before = {session.id: session for session in old.sessions} if old else {}
    names = Names(new)
    old_names = Names(old) if old else names
    found: list[Change] = []
    for session in new.sessions:
        found += _of(before.pop(session.id, None), session, old_names, names)
    gone = [session for session in before.values() if not session.cancelled]
    return found + [
        Change(
            kind=ChangeKind.CANCELLED,
            session_id=session.id,
            was={"cancelled": False},
            now={"cancelled": True},
        )
        for session in gone
    ]


def _of(was: Session | None, now: Session, old_names: "Names", names: "Names") -> list[Change]:
    if was is None:
        every = {name: getattr(now, name) for name in now.__struct_fields__}
        new = Change(kind=ChangeKind.NEW, session_id=now.id, now=every)
        return [] if now.cancelled else [new]
    differing = {
        name
        for name in now.__struct_fields__
        if name not in KEPT_APART and getattr(was, name) != getattr(now, name)
    }
    if now.cancelled:
        return [] if was.cancelled else [_change(ChangeKind.CANCELLED, was, now, differing)]
    found = [
        _change(kind, was, now, names_of_kind)
        for kind, fields in PLACE.items()
        if (names_of_kind := differing & {*fields}) and _holds(kind, was, now)
    ]
    if was.cancelled:
        found.insert(0, _change(ChangeKind.RESTORED, was, now, {"cancelled"}))
        differing.discard("cancelled")
    rest = differing - NAMED
    if rest or (not found and shown(was, old_names) != shown(now, names)):
        found.append(_change(ChangeKind.DETAILS, was, now, rest))
    return found


def _holds(kind: ChangeKind, was: Session, now: Session) -> bool:
    """Say whether a change of the minutes is this one of the two kinds."""
    if kind is ChangeKind.LONGER:
        return now.minutes > was.minutes
    if kind is ChangeKind.SHORTER:
        return now.minutes < was.minutes
    return True


def _change(kind: ChangeKind, was: Session, now: Session, names: Iterable[str]) -> Change:
    ordered = [name for name in now.__struct_fields__ if name in {*names}]
    return Change(
        kind=kind,
        session_id=now.id,
        was={name: getattr(was, name) for name in ordered},
        now={name: getattr(now, name) for name in ordered},
    )


def applied(sessions: Iterable[Session], told: Iterable[Change]) -> dict[UUID, Session]:
    """Return the sessions of a version after these changes, by id."""
    found = {session.id: session for session in sessions}
    for change in told:
        if change.kind is ChangeKind.NEW:
            found[change.session_id] = Session(**change.now)
        else:
            found[change.session_id] = replace(found[change.session_id], **change.now)
    return found


class Names:
    """What a session's page shows of the parts that it refers to."""

    def __init__(self, programme: Programme) -> None:
        self.rooms = {room.id: room.name for room in programme.rooms}
        self.tracks = {track.id: track.name for track in programme.tracks}
        self.speakers = {one.id: (one.name, one.organisation) for one in programme.speakers}


def shown(session: Session, names: Names) -> tuple[object, ...]:
    """Return all that a reader sees of a session: two equal ones need no new revision."""
    return (
        replace(session, revision=0, changed_at=None, overlaps=False),
        names.rooms.get(session.room_id) if session.room_id else None,
        names.tracks.get(session.track_id) if session.track_id else None,
        tuple(names.speakers.get(person.speaker_id) for person in session.people),
    )
