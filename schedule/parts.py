"""The parts of a draft, one by one: added, changed, removed. A verb, a transaction.

What a part is to be is decided while nobody else changes the draft, so that numbers and slugs are
free, and what a session names is there.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec.structs import replace

from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.core.text import pick
from schedule import editing, queries
from schedule.conflicts import Levels
from schedule.editing import Changed
from schedule.edits import (
    DraftChange,
    Edit,
    Part,
    PartChanged,
    PartKind,
    PartNotFound,
    PartUsed,
    PlanPart,
    SpeakerPart,
    Wanted,
    part_of,
    shown_photo,
)
from schedule.models import (
    ConflictCode,
    ConflictSetting,
    Draft,
    Level,
    PlanPicture,
    Session,
    SpeakerBackstage,
    Travel,
)

ADDED = "added"
EDITED = "edited"
REMOVED = "removed"
Build = Callable[[Draft, Part | None], Part]
"""Makes a part of the draft as it is, and of what the part was; it may raise Invalid."""


class SettingsChanged(Problem):
    """Somebody else changed these settings meanwhile: look at them, then do it again."""

    code = "settings_changed"
    status = 412


@retried
async def add(
    db: Db, edition: Edition, kind: PartKind, id_: UUID, build: Build, *, actor: str, at: datetime
) -> Changed:
    """Add a part of this id.

    Raises:
        Invalid: as `build` says.
        ChangeBlocked: it would clash with what is there.
    """
    async with db.transaction():
        draft = await _alone(db, edition)
        wanted = Wanted(kind=kind, id=id_, after=build(draft, None), edited=0)
        return await editing.change(db, edition, [wanted], kind=ADDED, actor=actor, at=at)


@retried
async def change(
    db: Db,
    edition: Edition,
    kind: PartKind,
    id_: UUID,
    build: Build,
    *,
    edited: int | None = None,
    actor: str,
    at: datetime,
) -> Changed:
    """Change a part that was read as change `edited` left it (None: whatever it is at).

    Raises:
        PartNotFound: there is none of this id.
        PartChanged: it is no longer as it was read.
        Invalid: as `build` says.
        ChangeBlocked: a clash that the edition does not let in would be new.
    """
    async with db.transaction():
        draft = await _alone(db, edition)
        before = _held(draft, kind, id_, edited)
        wanted = Wanted(kind=kind, id=id_, after=build(draft, before), edited=edited)
        return await editing.change(db, edition, [wanted], kind=EDITED, actor=actor, at=at)


@retried
async def remove(
    db: Db,
    edition: Edition,
    kind: PartKind,
    id_: UUID,
    *,
    edited: int | None = None,
    actor: str,
    at: datetime,
) -> Changed:
    """Remove a part that no session names.

    Raises:
        PartNotFound: there is none of this id.
        PartChanged: it is no longer as it was read.
        PartUsed: sessions name it; `more` tells them by id, number and title.
    """
    async with db.transaction():
        draft = await _alone(db, edition)
        _held(draft, kind, id_, edited)
        naming = used_by(draft, id_)
        if naming:
            used = PartUsed(fields={str(one.id): pick(one.title) for one in naming})
            used.more["sessions"] = [
                {"id": str(one.id), "number": one.number, "title": one.title} for one in naming
            ]
            raise used
        wanted = Wanted(kind=kind, id=id_, after=None, edited=edited)
        return await editing.change(db, edition, [wanted], kind=REMOVED, actor=actor, at=at)


async def _alone(db: Db, edition: Edition) -> Draft:
    """Read the draft; nobody else changes it until the transaction ends."""
    await queries.lock_draft(db, edition.id)
    return await editing.read(db, edition)


def _held(draft: Draft, kind: PartKind, id_: UUID, edited: int | None) -> Part:
    before = part_of(draft, kind, id_)
    if before is None:
        raise PartNotFound(fields={str(id_): PartNotFound().message})
    if edited is not None and draft.edited.get(id_, 0) != edited:
        raise PartChanged(fields={str(id_): PartChanged().message})
    return before


def used_by(draft: Draft, id_: UUID) -> list[Session]:
    """Return the sessions that name a room, a track or a person, in order of number."""
    return [
        one
        for one in draft.sessions
        if id_ in (one.room_id, one.track_id)
        or any(person.speaker_id == id_ for person in one.people)
    ]


def with_photo(part: Part | None, photo: str | None, agreed_at: datetime | None) -> Part:
    """Return a person with another photo; it is public from when they agreed.

    Raises:
        PartNotFound: the part is no person.
    """
    if not isinstance(part, SpeakerPart):
        raise PartNotFound
    backstage: SpeakerBackstage = replace(
        part.backstage, photo=photo, photo_agreed_at=agreed_at if photo else None
    )
    content = replace(part.content, photo=shown_photo(backstage))
    return SpeakerPart(content=content, backstage=backstage)


def with_picture(part: Part | None, picture: PlanPicture) -> Part:
    """Return a plan with another picture; its markers stay where they are.

    Raises:
        PartNotFound: the part is no plan.
    """
    if not isinstance(part, PlanPart):
        raise PartNotFound
    return PlanPart(content=replace(part.content, picture=picture))


async def since(db: Db, edition: Edition, id_: UUID, number: int) -> list[tuple[DraftChange, Edit]]:
    """Return each change of one part that followed change `number`, with what it did to it."""
    found: list[tuple[DraftChange, Edit]] = []
    while changes := await editing.changes_since(db, edition, number):
        found += [(one, edit) for one in changes for edit in one.edits if edit.id == id_]
        number = changes[-1].number
    return found


@retried
async def set_levels(
    db: Db,
    edition: Edition,
    levels: Levels,
    *,
    seen: str | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Set the level of kinds of conflict; `seen` stands for all of them as a page showed them.

    Raises:
        SettingsChanged: they are no longer as they were seen.
    """
    async with db.transaction():
        await queries.lock_draft(db, edition.id)
        before = await editing.levels_of(db, edition)
        _hold_seen(seen, stamp_of_levels(before))
        changed = {code: level for code, level in levels.items() if before[code] is not level}
        if not changed:
            return
        settings = [ConflictSetting(code=code, level=level) for code, level in changed.items()]
        await editing.set_levels(db, edition, settings)
        told: dict[ConflictCode, list[Level]] = {
            code: [before[code], level] for code, level in changed.items()
        }
        await _record(db, edition, "conflict_levels", told, actor=actor, at=at, ids=ids)


@retried
async def set_travel(
    db: Db,
    edition: Edition,
    walks: Mapping[tuple[UUID, UUID], int | None],
    *,
    seen: str | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Set the minutes between pairs of rooms (None takes them away); the others stay.

    `seen` stands for all of them as a page showed them.

    Raises:
        SettingsChanged: they are no longer as they were seen.
        PartNotFound: a room is gone.
    """
    async with db.transaction():
        draft = await _alone(db, edition)
        before = _by_rooms(draft.travel)
        _hold_seen(seen, stamp_of_travel(draft.travel))
        after = {pair: n for pair, n in {**before, **walks}.items() if n is not None}
        if {room for pair in after for room in pair} - {one.id for one in draft.rooms}:
            raise PartNotFound
        if after == before:
            return
        travel = [Travel(room_a=a, room_b=b, minutes=n) for (a, b), n in after.items()]
        await editing.set_travel(db, edition, travel)
        told = {
            f"{pair[0]} {pair[1]}": [before.get(pair), after.get(pair)]
            for pair in sorted({*before, *after})
            if before.get(pair) != after.get(pair)
        }
        await _record(db, edition, "room_travel", told, actor=actor, at=at, ids=ids)


def stamp_of_levels(levels: Levels) -> str:
    """Return what stands for levels as they are."""
    return _stamp({code.value: level.value for code, level in levels.items()})


def stamp_of_travel(travel: Sequence[Travel]) -> str:
    """Return what stands for the minutes between rooms as they are."""
    return _stamp(travel)


def _stamp(value: object) -> str:
    return sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:16]


def _hold_seen(seen: str | None, now: str) -> None:
    if seen is not None and seen != now:
        raise SettingsChanged


def _by_rooms(travel: Sequence[Travel]) -> dict[tuple[UUID, UUID], int]:
    return {(one.room_a, one.room_b): one.minutes for one in travel}


async def _record(
    db: Db,
    edition: Edition,
    action: str,
    changed: object,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        detail={"changed": changed},
    )
