"""Who is in the building at this moment, by what the doors read."""

from datetime import datetime, time

from badges import rules
from badges.attendance import present_queries
from badges.attendance.present_models import Present
from badges.doors import deciding, opening
from badges.models import Counting
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids

MORNING = time(4)
"""A day begins at four in the morning: until then it is still the evening before."""


async def look(
    db: Db, edition: Edition, *, action: str, actor: str, at: datetime, ids: Ids
) -> Present:
    """Return who is in the building; who looks is recorded, with how many names they saw."""
    period = period_at(edition, at)
    day = rules.day_lived(at, edition.zone)
    since = datetime.combine(day, MORNING, edition.zone)
    async with db.transaction():
        inside = await present_queries.list_inside(db, edition.id, period)
        elsewhere = await present_queries.list_seen_elsewhere(db, edition.id, period, since)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action=action,
            detail={"inside": len(inside), "elsewhere": len(elsewhere)},
        )
    return Present(inside=inside, elsewhere=elsewhere)


def period_at(edition: Edition, at: datetime) -> str:
    """Return the period of lists that count once a day, at an instant."""
    daily = deciding.ListRule(slug="", counts=Counting.DAY)
    return deciding.place(daily, opening.day_starts(edition), deciding.milliseconds(at)).period
