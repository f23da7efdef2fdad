"""Gates: the spots where badges are read, each with its check-in list."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from badges.doors import forms as door_forms
from badges.doors import gate_queries, lists
from badges.doors import queries as door_queries
from badges.doors.forms import GateGiven
from badges.models import CheckInList, Directions, Gate, GateKind
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.text import Filled, Text

DEVICES_STAND_HERE = N_("Devices stand at this gate: move them to another one first (%(devices)s).")
READ_HERE = N_("Badges were read at this gate: it stays, so that attendance keeps its place.")


class GateNotFound(NotFound):
    """There is no such gate."""

    code = "gate_not_found"


class GateChanged(Problem):
    """Somebody else has changed this gate meanwhile: look at it, then store yours again."""

    code = "gate_changed"
    status = 412


class GateUsed(Problem):
    """Devices stand at this gate, or badges were read there: it stays."""

    code = "gate_used"


async def put(
    db: Db,
    edition_id: int,
    slug: str,
    name: Text,
    check_in_list: str | None,
    *,
    position: int,
    kind: GateKind = GateKind.DOOR,
    directions: Directions = Directions.BOTH,
) -> None:
    """Store a gate of an edition that is made; without a check-in list it has one of its own.

    A list that is not there yet is that of its kind, named as the gate; that of the first door
    counts who is in the house.
    """
    of = check_in_list or slug
    usual = lists.usual(kind, of, name, building=position == 0 and kind is GateKind.DOOR)
    await lists.put(db, edition_id, usual)
    await door_queries.insert_gate(
        db, edition_id, slug, name, of, position, kind=kind, directions=directions
    )


async def all_of(db: Db, edition_id: int) -> list[Gate]:
    """Return the edition's gates in order, with how many people each list has let in."""
    return await door_queries.list_gates(db, edition_id)


async def find(db: Db, edition_id: int, slug: str) -> Gate:
    """Return a gate.

    Raises:
        GateNotFound: there is none of this name.
    """
    gate = await gate_queries.find_gate(db, edition_id, slug)
    if gate is None:
        raise GateNotFound
    return gate


@retried
async def add(
    db: Db,
    edition: Edition,
    sent: Mapping[str, Any],
    *,
    own: CheckInList | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Gate:
    """Add a gate, after the others unless told otherwise.

    Without a check-in list it gets `own`, or the usual one of its kind, named as itself.

    Raises:
        Invalid: naming every field at fault.
    """
    given = door_forms.gate_of(sent, edition)
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        there = await all_of(db, edition.id)
        known = await door_queries.list_check_in_lists(db, edition.id)
        names = {one.slug for one in known}
        _hold(given, names)
        slug = door_forms.free_slug(
            given.slug, given.name, {one.slug for one in there}, edition.language
        )
        check_in_list = given.check_in_list
        if check_in_list is None:
            check_in_list = door_forms.free_slug(None, {"": slug}, names, edition.language)
            made = own or lists.usual(
                given.kind,
                check_in_list,
                given.name,
                building=given.kind is GateKind.DOOR and not any(one.building for one in known),
            )
            made = msgspec.structs.replace(made, slug=check_in_list)
            await lists.put(db, edition.id, made)
            await lists.note(db, edition, None, made, actor=actor, at=at, ids=ids)
        position = given.position
        if position is None:
            position = max((one.position for one in there), default=-1) + 1
        await door_queries.insert_gate(
            db,
            edition.id,
            slug,
            given.name,
            check_in_list,
            position,
            kind=given.kind,
            directions=given.directions,
        )
        gate = await find(db, edition.id, slug)
        await _note(db, edition, None, gate, actor=actor, at=at, ids=ids)
    return gate


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
) -> Gate:
    """Change what is sent of a gate, which was seen at one of the revisions `seen` (None: any).

    Raises:
        GateNotFound, GateChanged.
        Invalid: naming every field at fault.
    """
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        before = await _seen(db, edition.id, slug, seen)
        given = door_forms.gate_of(_merged(before, sent), edition)
        known = await door_queries.list_check_in_lists(db, edition.id)
        _hold(given, {one.slug for one in known})
        if given.slug not in (None, slug):
            raise Invalid(fields={"slug": N_("The name for programs never changes.")})
        after = msgspec.structs.replace(
            before,
            name=given.name,
            kind=given.kind,
            directions=given.directions,
            check_in_list=given.check_in_list or before.check_in_list,
            position=before.position if given.position is None else given.position,
        )
        if after == before:
            return before
        await gate_queries.update_gate(
            db,
            edition.id,
            slug,
            after.name,
            after.kind,
            after.directions,
            after.check_in_list,
            after.position,
        )
        await _note(db, edition, before, after, actor=actor, at=at, ids=ids)
    return await find(db, edition.id, slug)


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
    """Remove a gate at which no device stands and nothing was ever read; its list stays.

    Raises:
        GateNotFound, GateChanged.
        GateUsed: saying what keeps it.
    """
    async with db.transaction():
        await gate_queries.lock(db, edition.id)
        before = await _seen(db, edition.id, slug, seen)
        use = await gate_queries.read_gate_use(db, edition.id, slug)
        if use.devices:
            raise GateUsed(Filled(DEVICES_STAND_HERE, devices=", ".join(use.devices)))
        if use.read:
            raise GateUsed(READ_HERE)
        with (
            refused("device_edition_id_gate_fkey", GateUsed()),
            refused("device_gate_edition_id_gate_fkey", GateUsed()),
        ):
            await gate_queries.delete_gate(db, edition.id, slug)
        await _note(db, edition, before, None, actor=actor, at=at, ids=ids)


def _merged(before: Gate, sent: Mapping[str, Any]) -> dict[str, Any]:
    return {**door_forms.gate_values(before), **sent}


def _hold(given: GateGiven, lists_there: Collection[str]) -> None:
    if given.check_in_list is not None and given.check_in_list not in lists_there:
        raise Invalid(fields={"check_in_list": door_forms.NO_LIST})


async def _seen(db: Db, edition_id: int, slug: str, seen: Collection[int] | None) -> Gate:
    gate = await find(db, edition_id, slug)
    if seen is not None and gate.revision not in seen:
        raise GateChanged
    return gate


async def _note(
    db: Db,
    edition: Edition,
    before: Gate | None,
    after: Gate | None,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Keep in the audit who did what to a gate."""
    gate = after or before
    if gate is None:
        return
    action = "changed" if before and after else "added" if after else "removed"
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=f"gate_{action}",
        detail={
            "gate": gate.slug,
            "changes": door_forms.changed(
                door_forms.gate_values(before) if before else {},
                door_forms.gate_values(after) if after else {},
            ),
        },
    )
