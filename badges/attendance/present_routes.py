"""Who is in the building, for the organisers' team: a list to print and to tick, and as CSV."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from litestar import Router, get
from litestar.response import Response

from badges import queries
from badges.attendance import present
from badges.attendance.present_models import InBuilding
from forum.core import tables
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import pick
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition

PER_MINUTE = 60
COLUMNS = (
    "family_name", "given_name", "organisation", "category", "reference", "gate", "since", "seen",
)  # fmt: skip
HERE = "/organiser/{slug:str}/doors/present"
GROUPED_FROM = 30
"""So many people are listed by letter; fewer are one list."""


@get(
    HERE,
    include_in_schema=False,
    opt={"deed": Deed.SEE_PRESENT},
    middleware=[limited("present", per_minute=PER_MINUTE)],
)
async def present_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Show who is in the building, by letter, to print and to tick; this is recorded."""
    del request
    edition = staff.edition
    found = await present.look(
        db, edition, action="saw who is in the building", actor=staff.actor, at=now, ids=ids
    )
    rows = await queries.list_categories(db, edition.id)
    return page(
        "badges/present.html",
        edition,
        staff=staff,
        now=now,
        inside=found.inside,
        letters=by_letter(found.inside),
        elsewhere=found.elsewhere,
        categories={one.code: pick(one.name, page.language, edition.language) for one in rows},
    )


def by_letter(people: Sequence[InBuilding]) -> list[tuple[str, list[InBuilding]]]:
    """Return people by the letter of their name; a short list stays whole, under no letter."""
    if len(people) < GROUPED_FROM:
        return [("", [*people])] if people else []
    return [(letter, [*some]) for letter, some in groupby(people, key=lambda one: one.letter)]


@get(
    f"{HERE}.csv",
    include_in_schema=False,
    opt={"deed": Deed.SEE_PRESENT},
    middleware=[limited("present", per_minute=PER_MINUTE)],
)
async def present_csv(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], now: Given[datetime], ids: Given[Ids]
) -> AnyResponse:
    """Send who is in the building as CSV, with times on the wall of the edition."""
    del request
    edition = staff.edition
    found = await present.look(
        db, edition, action="exported who is in the building", actor=staff.actor, at=now, ids=ids
    )
    seen = [("door", found.inside), ("elsewhere", found.elsewhere)]
    rows: list[list[tables.Cell]] = [
        [
            one.family_name, one.given_name, one.organisation, one.category, one.reference,
            one.gate, one.since.astimezone(edition.zone), where,
        ]
        for where, people in seen
        for one in people
    ]  # fmt: skip
    name = f"{edition.slug}_present_{now.astimezone(edition.zone):%Y-%m-%d_%H-%M}.csv"
    return Response(
        tables.write_csv(COLUMNS, rows),
        media_type="text/csv",
        headers={"cache-control": PRIVATE, "content-disposition": disposition(name)},
    )


router = Router("/", route_handlers=[present_page, present_csv])
