"""How PostgreSQL looks up what a scan needs."""

import json
from uuid import uuid4

from badges.models import Asked
from badges.scans import queries as scan_queries


class Explaining:
    """A connection that keeps PostgreSQL's plan of what it is asked."""

    def __init__(self, db):
        self.db = db

    async def fetch(self, sql, *arguments):
        (row,) = await self.db.fetch(f"explain (format json) {sql}", *arguments)
        self.plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
        return []


def nodes(plan):
    """Return each node of a plan."""
    below = [node for child in plan.get("Plans", []) for node in nodes(child)]
    return [plan, *below]


async def test_scans_are_looked_up_by_key_though_nothing_is_known_of_the_tables(pool):
    """On the first morning the tables are empty; a plan made then must hold all day."""
    asked = [
        Asked(
            id=uuid4(),
            device_id=uuid4(),
            number=n,
            reference=None,
            check_in_list="main",
            period="0",
            session_id=None,
            undoes=None,
        )
        for n in range(500)
    ]
    async with pool.acquire() as db:
        explaining = Explaining(db)
        await scan_queries.read_scans(explaining, 1, asked)
    by = {
        (node["Relation Name"], node.get("Index Name", node["Node Type"]))
        for node in nodes(explaining.plan[0]["Plan"])
        if "Relation Name" in node
    }
    assert by >= {
        ("scan", "scan_pkey"),
        ("ticket", "ticket_number_key"),
        ("check_in", "check_in_pkey"),
        ("scan", "scan_registration"),
        ("scan", "scan_undoes"),
    }
    assert {name for name, way in by if way == "Seq Scan"} == set()
