"""Check-in lists: who may pass at gates, when, and what counts once."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from badges import queries
from badges.doors import forms as door_forms
from badges.doors import gate_queries
from badges.doors import queries as door_queries
from badges.models import CheckInList, Counting, GateKind, Hours
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.text import Filled, Text

LUNCH = Hours(opens="11:45", closes="14:30")
SEATS_KEPT_MINUTES = 5
COUNTED = N_(
    "People were counted for this list already: what counts once stays. Add another list, and have"
    " the gates use that."
)
GATES_USE_IT = N_("Gates use this list: give them another one first (%(gates)s).")
READ_FOR_IT = N_("Badges were read for this list: it stays, so that attendance keeps its place.")


class ListNotFound(NotFound):
    """There is no such check-in list."""

    code = "check_in_list_not_found"


class ListChanged(Problem):
    """Somebody else has changed this list meanwhile: look at it, then store yours again."""

    code = "check_in_list_changed"
    status = 412


class ListUsed(Problem):
    """Gates use this list, or badges were read for it: it stays."""

    code = "check_in_list_used"


def usual(kind: GateKind, slug: str, name: Text, *, building: bool = False) -> CheckInList:
    """Return the list that a gate of a kind has unless told otherwise.

    A door lets in once a day, and again who was seen to leave; a meal is had once a day; a
    cloakroom and a way out count nothing.
    """
    made = CheckInList(slug=slug, name=name, building=building)
    if kind is GateKind.MEAL:
        return msgspec.structs.replace(made, hours=[LUNCH], reentry=False, building=False)
    if kind in (GateKind.CLOAKROOM, GateKind.EXIT):
        return msgspec.structs.replace(made, counts=Counting.NEVER, building=False)
    return made


def of_room(room: UUID, name: Text) -> CheckInList:
    """Return the list of a room: its sessions, each once, with the seats of those that take any."""
    return CheckInList(
        slug="",
        name=name,
        rooms=[room],
        counts=Counting.SESSION,
        seats=True,
        seats_kept_minutes=SEATS_KEPT_MINUTES,
    )


async def put(db: Db, edition_id: int, new: CheckInList) -> None:
    """Store a check-in list; one of this name that is there already stays as it is."""
    await door_queries.insert_check_in_list(db, edition_id, new)


async def all_of(db: Db, edition_id: int) -> list[CheckInList]:
    """Return the check-in lists of an edition."""
    return await door_queries.list_check_in_lists(db, edition_id)


async def find(db: Db, edition_id: int, slug: str) -> CheckInList:
    """Return a check-in list.

    Raises:
        ListNotFound: there is none of this name.
    """
    found = await gate_queries.find_list(db, edition_id, slug)
    if found is None:
        raise ListNotFound
    return found


@retried
async def add(
    db: Db, edition: Edition, sent: Mapping[str, Any], *, actor: str, at: datetime, ids: Ids
) -> CheckInList:
    """Add a check-in list.

    Raises:
        Invalid: naming every field at fault.
    """
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        new = await _read(db, edition, sent, None)
        taken = {one.slug for one in await all_of(db, edition.id)}
        slug = door_forms.free_slug(new.slug or None, new.name, taken, edition.language)
        new = msgspec.structs.replace(new, slug=slug)
        await put(db, edition.id, new)
        await note(db, edition, None, new, actor=actor, at=at, ids=ids)
    return new


@retried
async def change(
    db: Db,
    edition: Edition,
    slug: str,
    sent: Mapping[str, Any],
    *,
    seen: Collection[int] | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> CheckInList:
    """Change what is sent of a list, which was seen at one of the revisions `seen` (None: any).

    Raises:
        ListNotFound, ListChanged.
        Invalid: naming every field at fault; what counts once stays as soon as anybody was counted.
    """
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        before = await _seen(db, edition.id, slug, seen)
        given = {**door_forms.list_values(before, edition), **sent}
        if given.pop("slug", slug) not in (None, slug):
            raise Invalid(fields={"slug": N_("The name for programs never changes.")})
        after = await _read(db, edition, given, before)
        after = msgspec.structs.replace(after, revision=before.revision)
        if after == before:
            return before
        if after.counts is not before.counts:
            use = await gate_queries.read_list_use(db, edition.id, slug)
            if use.counted:
                raise Invalid(fields={"counts": COUNTED})
        await gate_queries.update_list(db, edition.id, after)
        await note(db, edition, before, after, actor=actor, at=at, ids=ids)
    return msgspec.structs.replace(after, revision=before.revision + 1)


@retried
async def remove(
    db: Db,
    edition: Edition,
    slug: str,
    *,
    seen: Collection[int] | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Remove a list that no gate uses and for which nothing was ever read.

    Raises:
        ListNotFound, ListChanged.
        ListUsed: saying what keeps it.
    """
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        before = await _seen(db, edition.id, slug, seen)
        use = await gate_queries.read_list_use(db, edition.id, slug)
        if use.gates:
            raise ListUsed(Filled(GATES_USE_IT, gates=", ".join(use.gates)))
        if use.read or use.counted:
            raise ListUsed(READ_FOR_IT)
        with refused("gate_list_known", ListUsed()):
            await gate_queries.delete_list(db, edition.id, slug)
        await note(db, edition, before, None, actor=actor, at=at, ids=ids)


async def _read(
    db: Db, edition: Edition, sent: Mapping[str, Any], before: CheckInList | None
) -> CheckInList:
    categories = [one.code for one in await queries.list_categories(db, edition.id)]
    rooms = {one.room_id for one in await gate_queries.list_rooms(db, edition.id)}
    return door_forms.list_of(
        sent,
        edition,
        categories=categories,
        rooms=rooms | {*((before and before.rooms) or [])},
        slug_=before.slug if before else None,
    )


async def _seen(db: Db, edition_id: int, slug: str, seen: Collection[int] | None) -> CheckInList:
    found = await find(db, edition_id, slug)
    if seen is not None and found.revision not in seen:
        raise ListChanged
    return found


async def note(
    db: Db,
    edition: Edition,
    before: CheckInList | None,
    after: CheckInList | None,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Keep in the audit who did what to a list; inside the transaction of the deed."""
    one = after or before
    if one is None:
        return
    action = "changed" if before and after else "added" if after else "removed"
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=f"check_in_list_{action}",
        detail={
            "list": one.slug,
            "changes": door_forms.changed(
                door_forms.list_values(before, edition) if before else {},
                door_forms.list_values(after, edition) if after else {},
            ),
        },
    )
