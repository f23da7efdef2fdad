"""The draft: read whole, and replaced whole by an import. Each verb is one transaction."""

from forum.core.context import Edition
from forum.core.db import Db, refused, retried
from forum.core.errors import Problem
from schedule import queries
from schedule.models import Draft


class RoomTaken(Problem):
    """Two sessions are in one room at one time: move one of them."""

    code = "room_taken"


async def read(db: Db, edition: Edition) -> Draft:
    """Return the draft of an edition."""
    return Draft(
        rooms=await queries.list_rooms(db, edition.id),
        tracks=await queries.list_tracks(db, edition.id),
        speakers=await queries.list_speakers(db, edition.id),
        sessions=await queries.list_sessions(db, edition.id),
        title=edition.title,
        timezone=edition.timezone,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
    )


@retried
async def replace(db: Db, edition: Edition, draft: Draft) -> None:
    """Make `draft` the draft of the edition, whole or not at all; versions stay as they are.

    Raises:
        RoomTaken: two sessions that do not say `overlaps` share a room and a time.
    """
    with refused("session_room_once", RoomTaken()):
        async with db.transaction():
            await queries.lock_draft(db, edition.id)
            await queries.delete_sessions(db, edition.id)
            await queries.delete_speakers(db, edition.id)
            await queries.delete_tracks(db, edition.id)
            await queries.delete_rooms(db, edition.id)
            await queries.insert_rooms(db, edition.id, draft.rooms)
            await queries.insert_tracks(db, edition.id, draft.tracks)
            await queries.insert_speakers(db, edition.id, draft.speakers)
            await queries.insert_sessions(db, edition.id, draft.sessions)
            await queries.insert_participations(db, edition.id, draft.sessions)
