"""Arranging a draft: moved, swapped, shifted, copied. A draft in, parts as wanted out; no I/O."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from forum.core.errors import Invalid
from forum.core.i18n import N_
from schedule.edits import PartKind, PartNotFound, SessionPart, Wanted, part_of
from schedule.models import Draft, Session
from schedule.naming import next_slug

MOST_MINUTES = 10_080
"""A week: the longest that a session is."""
LENGTH = N_("Give 1 to 10,080 minutes.")
NOTHING_AFTER = N_("No session begins then or later on this day.")
BY_MINUTES = N_("Give the minutes to move by, such as 10 or -10.")
SAME = N_("Choose two different sessions.")


def session_of(draft: Draft, id_: UUID) -> SessionPart:
    """Return a session of the draft with its backstage.

    Raises:
        PartNotFound: there is none of this id.
    """
    found = part_of(draft, PartKind.SESSION, id_)
    if not isinstance(found, SessionPart):
        raise PartNotFound(fields={str(id_): PartNotFound().message})
    return found


def _as(draft: Draft, part: SessionPart, session: Session) -> Wanted:
    return Wanted(
        kind=PartKind.SESSION,
        id=session.id,
        after=replace(part, content=session),
        edited=draft.edited.get(session.id, 0),
    )


def placed(
    draft: Draft,
    id_: UUID,
    *,
    room_id: UUID | None,
    starts_at: datetime | None,
    minutes: int | None = None,
) -> list[Wanted]:
    """Return a session at another time, in another room, of another length (None: as it is).

    Without `starts_at` it goes back among what is not placed.

    Raises:
        PartNotFound: there is no such session.
        Invalid: the length is none.
    """
    part = session_of(draft, id_)
    length = part.content.minutes if minutes is None else minutes
    if not 1 <= length <= MOST_MINUTES:
        raise Invalid(fields={"minutes": LENGTH})
    moved = replace(
        part.content,
        room_id=room_id,
        starts_at=starts_at,
        minutes=length,
        overlaps=part.content.overlaps
        and (room_id, starts_at, length)
        == (part.content.room_id, part.content.starts_at, part.content.minutes),
    )
    return [_as(draft, part, moved)]


def swapped(draft: Draft, one: UUID, other: UUID) -> list[Wanted]:
    """Return two sessions each at the other's time and in the other's room, lengths as they are.

    Raises:
        PartNotFound: one of them does not exist.
        Invalid: they are the same.
    """
    if one == other:
        raise Invalid(fields={"other": SAME})
    first, second = session_of(draft, one), session_of(draft, other)
    return [
        *placed(draft, one, room_id=second.content.room_id, starts_at=second.content.starts_at),
        *placed(draft, other, room_id=first.content.room_id, starts_at=first.content.starts_at),
    ]


def shifted(
    draft: Draft,
    *,
    since: datetime,
    until: datetime,
    minutes: int,
    rooms: Sequence[UUID] | None = None,
) -> list[Wanted]:
    """Return all sessions that begin from `since` to before `until`, so many minutes later.

    Fewer than none means earlier. `rooms` None means every room, and what is in none.

    Raises:
        Invalid: nothing begins then, or the sessions would not move.
    """
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise Invalid(fields={"minutes": BY_MINUTES})
    meant = [
        one
        for one in draft.sessions
        if one.starts_at
        and since <= one.starts_at < until
        and (rooms is None or one.room_id in rooms)
    ]
    if not meant:
        raise Invalid(fields={"since": NOTHING_AFTER})
    by = timedelta(minutes=minutes)
    return [
        _as(draft, session_of(draft, one.id), replace(one, starts_at=one.starts_at + by))
        for one in meant
        if one.starts_at
    ]


def copied(draft: Draft, id_: UUID, ids: Iterable[UUID]) -> list[Wanted]:
    """Return copies of a session, a break as a rule, for every room that has nothing then.

    Each copy takes one of `ids`, a number and a slug of its own. A room where something is held at
    that time is left out. A session that is in no room goes into the first free one itself.

    Raises:
        PartNotFound: there is no such session.
        Invalid: it has no time, or no room is free for a copy.
    """
    part = session_of(draft, id_)
    origin = part.content
    if origin.starts_at is None or origin.ends_at is None:
        raise Invalid(fields={"session": N_("Place the session first.")})
    starts_at, ends_at = origin.starts_at, origin.ends_at
    busy = {
        one.room_id
        for one in draft.sessions
        if not one.cancelled
        and one.starts_at
        and one.ends_at
        and one.starts_at < ends_at
        and starts_at < one.ends_at
    }
    free = [room for room in draft.rooms if room.id not in busy]
    if not free:
        raise Invalid(fields={"session": N_("No other room is free at that time.")})
    number = max(one.number for one in draft.sessions)
    slugs = {one.slug for one in draft.sessions}
    found: list[Wanted] = []
    if origin.room_id is None:
        found.append(_as(draft, part, replace(origin, room_id=free.pop(0).id)))
    for room, new in zip(free, ids, strict=False):
        number += 1
        slug = next_slug(origin.slug, slugs)
        slugs.add(slug)
        copy = replace(origin, id=new, number=number, slug=slug, room_id=room.id, overlaps=False)
        found.append(
            Wanted(kind=PartKind.SESSION, id=new, after=replace(part, content=copy), edited=0)
        )
    return found
