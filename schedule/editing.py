"""The draft: read, changed part by part, taken back, replaced by an import. A verb, a transaction.

Whoever changes a draft holds the lock of its edition, so that conflicts are decided one by one.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace as with_

from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Invalid, Problem
from forum.core.i18n import N_
from schedule import queries, rules, seating_queries
from schedule.conflicts import (
    USUAL,
    Conflict,
    Levels,
    added,
    blocking,
    conflicts,
)
from schedule.edits import (
    DraftChange,
    Edit,
    PartKind,
    PlanPart,
    RoomPart,
    SessionPart,
    SpeakerPart,
    TrackPart,
    Wanted,
    applied,
    difference,
    edits_of,
    hold_together,
    taking_back,
)
from schedule.models import ConflictCode, ConflictSetting, Draft, Level, Travel

IMPORTED = "imported"
TAKEN_BACK = "taken_back"
WENT_BACK = "went_back"
MOST_CHANGES = 200
"""How many changes are told at once."""
TAKEN = N_("Another has this already: choose another.")


class RoomTaken(Problem):
    """Two sessions are in one room at one time: move one of them."""

    code = "room_taken"


class ChangeBlocked(Problem):
    """This would clash, and the edition does not let it."""

    code = "change_blocked"

    def __init__(self, found: Sequence[Conflict], draft: Draft) -> None:
        self.conflicts = [*found]
        self.draft = draft
        super().__init__(fields={str(one.session_id): one.code.value for one in found})


class ChangeNotFound(Problem):
    """The draft has no such change."""

    code = "change_not_found"
    status = 404


class Changed(Struct, frozen=True, kw_only=True):
    """What became of a change: as it is kept, the draft after it, and all that is wrong in it.

    A change that changes nothing is not kept: `change` is None then.
    """

    change: DraftChange | None
    draft: Draft
    conflicts: list[Conflict]


async def read(db: Db, edition: Edition) -> Draft:
    """Return the draft of an edition."""
    rooms = await queries.list_kept_rooms(db, edition.id)
    tracks = await queries.list_kept_tracks(db, edition.id)
    speakers = await queries.list_kept_speakers(db, edition.id)
    sessions = await queries.list_kept_sessions(db, edition.id)
    plans = await queries.list_kept_plans(db, edition.id)
    return Draft(
        rooms=await queries.list_rooms(db, edition.id),
        tracks=await queries.list_tracks(db, edition.id),
        speakers=await queries.list_speakers(db, edition.id),
        sessions=await queries.list_sessions(db, edition.id),
        title=edition.title,
        timezone=edition.timezone,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        languages=edition.languages,
        backstage_of_rooms={one.id: one.backstage for one in rooms},
        backstage_of_speakers={one.id: one.backstage for one in speakers},
        backstage_of_sessions={one.id: one.backstage for one in sessions},
        travel=await queries.list_travel(db, edition.id),
        plans=await queries.list_plans(db, edition.id),
        edited=(
            {one.id: one.edited for one in rooms}
            | {one.id: one.edited for one in tracks}
            | {one.id: one.edited for one in speakers}
            | {one.id: one.edited for one in sessions}
            | {one.id: one.edited for one in plans}
        ),
        number=await queries.latest_change(db, edition.id),
    )


async def levels_of(db: Db, edition: Edition) -> Levels:
    """Return the level of every kind of conflict in an edition."""
    own = {one.code: one.level for one in await queries.list_settings(db, edition.id)}
    return {**USUAL, **own}


async def find_conflicts(db: Db, edition: Edition, draft: Draft) -> list[Conflict]:
    """Return what is wrong in the draft of an edition, by the edition's levels."""
    return conflicts(
        draft,
        zone=edition.zone,
        levels=await levels_of(db, edition),
        taken=await _taken(db, edition),
    )


async def _taken(db: Db, edition: Edition) -> dict[UUID, int]:
    """Return how many have signed up, by session."""
    return {one.session_id: one.taken for one in await seating_queries.list_taken(db, edition.id)}


async def changes_since(db: Db, edition: Edition, number: int) -> list[DraftChange]:
    """Return the changes that follow change `number`, at most `MOST_CHANGES`."""
    return await queries.list_changes(db, edition.id, number, MOST_CHANGES)


async def change(
    db: Db,
    edition: Edition,
    wanted: Sequence[Wanted],
    *,
    kind: str,
    actor: str,
    at: datetime,
    despite_conflicts: bool = False,
) -> Changed:
    """Make parts of the draft as they are wanted, all of them or none.

    What a speaker says of themselves is stored `despite_conflicts`: it is so, whatever it upsets.

    Raises:
        PartNotFound, PartChanged, PartUsed: see `schedule.edits`.
        ChangeBlocked: a conflict that blocks in this edition would be new; it tells which, and the
            draft as it would be.
        Invalid: a number or a slug is another's.
    """
    return await arrange(
        db,
        edition,
        lambda _: wanted,
        kind=kind,
        actor=actor,
        at=at,
        despite_conflicts=despite_conflicts,
    )


@retried
async def arrange(
    db: Db,
    edition: Edition,
    arranged: Callable[[Draft], Sequence[Wanted]],
    *,
    kind: str,
    actor: str,
    at: datetime,
    despite_conflicts: bool = False,
) -> Changed:
    """Make parts of the draft as `arranged` wants them of the draft that nobody else changes now.

    Raises:
        PartNotFound, PartChanged, PartUsed, ChangeBlocked, Invalid: as `change`, or as `arranged`.
    """
    async with _alone(db, edition):
        before = await read(db, edition)
        edits = edits_of(before, arranged(before))
        return await _store(
            db, edition, before, edits, kind=kind, actor=actor, at=at, free=despite_conflicts
        )


@retried
async def take_back(db: Db, edition: Edition, number: int, *, actor: str, at: datetime) -> Changed:
    """Take a change back; a change that took one back is taken back like any other.

    Raises:
        ChangeNotFound: there is none of this number.
        PartChanged: one of its parts is no longer as it left it.
        PartUsed, ChangeBlocked, Invalid: as `change`.
    """
    async with _alone(db, edition):
        before = await read(db, edition)
        kept = await queries.find_change(db, edition.id, number)
        if kept is None:
            raise ChangeNotFound
        edits = edits_of(before, taking_back(before, kept))
        return await _store(
            db, edition, before, edits, kind=TAKEN_BACK, actor=actor, at=at, undoes=number
        )


@retried
async def replace(
    db: Db, edition: Edition, draft: Draft, *, at: datetime, actor: str = "command"
) -> Changed:
    """Make the parts of `draft` those of the edition's draft, whole or not at all.

    What stays with the editors is kept for each part that both hold; versions stay as they are.
    Plans of the venue stay where `draft` has none: no file of a programme carries them.

    Raises:
        RoomTaken: two sessions that do not say `overlaps` share a room and a time.
    """
    async with _alone(db, edition):
        before = await read(db, edition)
        whole = with_(draft, plans=draft.plans or before.plans)
        edits = difference(before, whole)
        return await _store(db, edition, before, edits, kind=IMPORTED, actor=actor, at=at)


@retried
async def restore(
    db: Db, edition: Edition, make: Callable[[Draft], Draft], *, actor: str, at: datetime
) -> Changed:
    """Make the draft what `make` makes of it; its conflicts block nothing, as those of an import.

    Raises:
        RoomTaken: two sessions that do not say `overlaps` share a room and a time.
    """
    async with _alone(db, edition):
        before = await read(db, edition)
        edits = difference(before, make(before))
        return await _store(db, edition, before, edits, kind=WENT_BACK, actor=actor, at=at)


@retried
async def set_levels(db: Db, edition: Edition, settings: Iterable[ConflictSetting]) -> None:
    """Set the level of kinds of conflict."""
    async with db.transaction():
        await queries.lock_draft(db, edition.id)
        for one in settings:
            await queries.put_setting(db, edition.id, one)


@retried
async def set_travel(db: Db, edition: Edition, travel: Sequence[Travel]) -> None:
    """Set the minutes between rooms, all of them."""
    async with db.transaction():
        await queries.lock_draft(db, edition.id)
        await queries.delete_travel(db, edition.id)
        await queries.put_travel(db, edition.id, travel)


async def hold(db: Db, edition: Edition) -> Draft:
    """Return the draft, which nobody else changes until the caller's transaction ends.

    Whoever needs places of registrations as well holds the draft first: nobody who holds places
    asks for the draft.
    """
    await queries.lock_draft(db, edition.id)
    return await read(db, edition)


@asynccontextmanager
async def _alone(db: Db, edition: Edition) -> AsyncIterator[None]:
    """Open a transaction that alone changes the draft; what it may not store is refused by name.

    The deferred constraints are held against it as it ends, not when a transaction around it does,
    where the refusal would have no name.
    """
    with (
        refused("session_room_once", RoomTaken()),
        refused("session_number_key", Invalid(fields={"number": TAKEN})),
        refused("session_slug_key", Invalid(fields={"slug": TAKEN})),
        refused("speaker_slug_key", Invalid(fields={"slug": TAKEN})),
        refused("room_slug_key", Invalid(fields={"slug": TAKEN})),
        refused("track_slug_key", Invalid(fields={"slug": TAKEN})),
    ):
        async with db.transaction():
            await queries.lock_draft(db, edition.id)
            await queries.defer_constraints(db)
            yield
            await queries.check_constraints(db)


async def _store(
    db: Db,
    edition: Edition,
    before: Draft,
    edits: list[Edit],
    *,
    kind: str,
    actor: str,
    at: datetime,
    undoes: int | None = None,
    free: bool = False,
) -> Changed:
    levels = await levels_of(db, edition)
    number = before.number + 1
    after = applied(before, edits, number=number)
    hold_together(after)
    if levels[ConflictCode.ROOM_TAKEN] is not Level.BLOCK:
        edits = _marked(after, edits)
        after = applied(before, edits, number=number)
    taken = await _taken(db, edition)
    found = conflicts(after, zone=edition.zone, levels=levels, taken=taken)
    if not edits:
        return Changed(change=None, draft=before, conflicts=found)
    if not free and kind not in (IMPORTED, WENT_BACK):
        old = conflicts(before, zone=edition.zone, levels=levels, taken=taken)
        clashes = blocking(added(old, found))
        if clashes:
            raise ChangeBlocked(clashes, after)
    await _put(db, edition, edits, number)
    kept = DraftChange(number=number, at=at, actor=actor, kind=kind, edits=edits, undoes=undoes)
    await queries.insert_change(db, edition.id, kept)
    return Changed(change=kept, draft=after, conflicts=found)


def _marked(after: Draft, edits: list[Edit]) -> list[Edit]:
    """Return the edits, their sessions marked where they share a room with another at one time."""
    return [
        with_(
            edit,
            after=with_(
                edit.after, content=rules.marked_as_overlapping(edit.after.content, after.sessions)
            ),
        )
        if isinstance(edit.after, SessionPart)
        else edit
        for edit in edits
    ]


async def _put(db: Db, edition: Edition, edits: Sequence[Edit], number: int) -> None:
    def gone(kind: PartKind) -> list[UUID]:
        return [edit.id for edit in edits if edit.after is None and edit.kind is kind]

    now = [edit.after for edit in edits]
    sessions = [part for part in now if isinstance(part, SessionPart)]
    await queries.delete_sessions(db, edition.id, gone(PartKind.SESSION))
    await queries.delete_participations(db, edition.id, [one.content.id for one in sessions])
    await queries.put_rooms(db, edition.id, [p for p in now if isinstance(p, RoomPart)], number)
    await queries.put_tracks(db, edition.id, [p for p in now if isinstance(p, TrackPart)], number)
    await queries.put_speakers(
        db, edition.id, [p for p in now if isinstance(p, SpeakerPart)], number
    )
    await queries.put_sessions(db, edition.id, sessions, number)
    await queries.insert_participations(db, edition.id, sessions)
    await queries.put_plans(db, edition.id, [p for p in now if isinstance(p, PlanPart)], number)
    await queries.delete_plans(db, edition.id, gone(PartKind.PLAN))
    await queries.delete_speakers(db, edition.id, gone(PartKind.SPEAKER))
    await queries.delete_tracks(db, edition.id, gone(PartKind.TRACK))
    await queries.delete_rooms(db, edition.id, gone(PartKind.ROOM))
