"""Who was there, and when: what the doors read, day by day."""

from uuid import UUID

from badges import rules
from badges.models import Passage, Presence
from badges.scans import queries as scan_queries
from forum.core.context import Edition
from forum.core.db import Db


async def of_person(db: Db, edition: Edition, registration_id: UUID) -> list[Presence]:
    """Return the days of the edition on which one person was there; none for who never came in."""
    passages = await scan_queries.list_passages_of(db, edition.id, [registration_id])
    return rules.presences(passages, edition.zone, edition.days)


async def of_all(db: Db, edition: Edition) -> dict[UUID, list[Presence]]:
    """Return the days of everybody who was there, by registration."""
    passages: dict[UUID, list[Passage]] = {}
    for one in await scan_queries.list_passages(db, edition.id):
        passages.setdefault(one.registration_id, []).append(one)
    zone, days = edition.zone, edition.days
    found = {one: rules.presences(some, zone, days) for one, some in passages.items()}
    return {one: some for one, some in found.items() if some}
