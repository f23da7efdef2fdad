"""The doors of an edition as they are decided by: gates, lists and the programme, read together."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from badges import queries
from badges.doors import opening
from badges.doors import queries as door_queries
from badges.doors.deciding import DoorRules, GateRule
from badges.models import DoorSession
from forum.core.context import Edition
from forum.core.db import Db


class Doors(Struct, frozen=True, kw_only=True):
    """The rules of an edition's doors, and the published sessions of their rooms by number."""

    rules: DoorRules
    sessions: Mapping[int, DoorSession]

    def session_id(self, number: int | None) -> UUID | None:
        """Return the id of a session."""
        session = self.sessions.get(number) if number is not None else None
        return session.session_id if session is not None else None


async def read(db: Db, edition: Edition) -> Doors:
    """Read the rules as they are now."""
    gates = await door_queries.list_gates(db, edition.id)
    lists = await door_queries.list_check_in_lists(db, edition.id)
    categories = {one.code: one.number for one in await queries.list_categories(db, edition.id)}
    rooms = sorted({room for one in lists for room in one.rooms or []})
    sessions = await door_queries.list_door_sessions(db, edition.id, rooms) if rooms else []
    rules = DoorRules(
        edition=edition.id,
        days=opening.day_starts(edition),
        gates={
            one.slug: GateRule(
                slug=one.slug,
                name=one.name,
                kind=one.kind,
                directions=one.directions,
                check_in_list=one.check_in_list,
            )
            for one in gates
        },
        lists={one.slug: opening.rule(one, edition, categories, sessions) for one in lists},
    )
    return Doors(rules=rules, sessions={one.number: one for one in sessions})
