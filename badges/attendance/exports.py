"""Taking attendance as a file: read in one snapshot, recorded, written."""

import asyncio
from datetime import datetime

from badges import queries
from badges.attendance import service as attendance
from badges.attendance import sheets as attendance_sheets
from badges.attendance.sheets import What
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.sheets import Format


async def take(
    db: Db,
    edition: Edition,
    what: What,
    form: Format,
    *,
    number: int = 0,
    actor: str,
    at: datetime,
    ids: Ids,
) -> tuple[bytes, int]:
    """Return a file of attendance and how many rows it holds; `number` is the session's.

    Raises:
        NoSuchSession: nothing is known of the session.
    """
    async with db.transaction(isolation="repeatable_read", readonly=True):
        found = await attendance.read(db, edition, at=at)
        codes = [one.code for one in await queries.list_categories(db, edition.id)]
    body, rows = await asyncio.to_thread(
        attendance_sheets.write, what, found, edition, codes, form, number=number
    )
    await record(db, edition, what, form.value, rows, number=number, actor=actor, at=at, ids=ids)
    return body, rows


async def record(
    db: Db,
    edition: Edition,
    what: What,
    form: str,
    count: int,
    *,
    number: int = 0,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Record that attendance was taken as a file of so many rows; `form` is its ending."""
    of_session = {"session": number} if what is What.SESSION else {}
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="exported attendance",
        detail={"of": what.value, "format": form, "count": count, **of_session},
    )
