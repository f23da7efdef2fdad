"""Check-in lists over HTTP for programs of the organisers' team, with `If-Match`."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import Provide
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.params import FromPath
from litestar.response import Response
from msgspec import Struct

from badges.doors import forms as door_forms
from badges.doors import lists
from badges.doors.caller import (
    LIMITED,
    MAY,
    NAME,
    PATH,
    SLUG,
    TEXT,
    Caller,
    calling,
    one_of,
    whole,
)
from badges.models import CheckInList, Counting
from forum.core.bodies import json_body
from forum.core.context import Edition
from forum.core.idempotency import Once
from forum.core.rights import Staff
from forum.core.text import Text
from forum.core.web import PRIVATE, Given, at_revision, json_object

LISTS = f"{PATH}/lists"
ONE = f"{LISTS}/{{check_in_list:str}}"


class ToldHours(Struct, frozen=True, kw_only=True):
    """When a list is open, where the edition is held; without `days` on all of them."""

    opens: str
    closes: str
    days: list[date] | None


class ToldList(Struct, frozen=True, kw_only=True):
    """A check-in list; null for `categories`, `days` and `rooms` restricts nothing."""

    slug: str
    revision: int
    name: Text
    categories: list[str] | None
    days: list[date] | None
    hours: list[ToldHours]
    rooms: list[UUID] | None
    lead_minutes: int
    seats: bool
    seats_kept_minutes: int | None
    counts: Counting
    reentry: bool
    building: bool


class Lists(Struct, frozen=True, kw_only=True):
    """The check-in lists of an edition."""

    items: list[ToldList]


FLAG = Schema(type=OpenAPIType.BOOLEAN)


def _some(each: Schema) -> Schema:
    return Schema(type=[OpenAPIType.ARRAY, OpenAPIType.NULL], items=each)


DAYS = _some(Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE))
HOURS = Schema(
    type=OpenAPIType.OBJECT,
    properties={"opens": TEXT, "closes": TEXT, "days": DAYS},
    required=["opens", "closes"],
)
BODY: Mapping[str, Schema] = {
    "name": NAME,
    "slug": SLUG,
    "categories": _some(TEXT),
    "days": DAYS,
    "hours": _some(HOURS),
    "rooms": _some(Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID)),
    "lead_minutes": whole(0, 240),
    "seats": FLAG,
    "seats_kept_minutes": whole(-60, 240, null=True),
    "counts": one_of(Counting),
    "reentry": FLAG,
    "building": FLAG,
}


def told_list(one: CheckInList, edition: Edition) -> ToldList:
    """Return a list as programs see it: days are dates."""
    days = edition.days
    plain = {name: getattr(one, name) for name in ToldList.__struct_fields__}
    plain["days"] = door_forms.dates(one.days, edition)
    plain["hours"] = [
        ToldHours(
            opens=each.opens,
            closes=each.closes,
            days=None if each.days is None else [days[n] for n in each.days if n < len(days)],
        )
        for each in one.hours
    ]
    return ToldList(**plain)


@get(LISTS, tags=["doors"], summary="List the check-in lists", opt=MAY)
async def list_lists(staff: Given[Staff], caller: Given[Caller]) -> Response[Lists]:
    """List the check-in lists by their names."""
    edition = staff.edition
    found = [told_list(one, edition) for one in await lists.all_of(caller.db, edition.id)]
    return Response(Lists(items=found), headers={"cache-control": PRIVATE})


@get(ONE, tags=["doors"], summary="Tell a list", opt=MAY)
async def tell_list(
    staff: Given[Staff], caller: Given[Caller], check_in_list: FromPath[str]
) -> Response[ToldList]:
    """Tell one check-in list; its entity tag is what `If-Match` takes."""
    found = await lists.find(caller.db, staff.edition.id, check_in_list)
    return at_revision(told_list(found, staff.edition))


@post(
    LISTS,
    tags=["doors"],
    summary="Add a check-in list",
    operation_class=json_body(BODY, ["name"], others=True),
    status_code=201,
    middleware=LIMITED,
    opt=MAY,
)
async def add_list(
    staff: Given[Staff], caller: Given[Caller], once: Given[Once]
) -> Response[ToldList]:
    """Add a check-in list; every mistake is told by its field, as `hours.1.opens`."""
    edition = staff.edition
    sent = await json_object(caller.request)

    async def add() -> ToldList:
        return told_list(await lists.add(caller.db, edition, sent, **caller.by(staff)), edition)

    answer = at_revision(await once(ToldList, add))
    answer.headers["location"] = f"/api/editions/{edition.slug}/lists/{answer.content.slug}"
    return answer


@patch(
    ONE,
    tags=["doors"],
    summary="Change some of a check-in list",
    operation_class=json_body(BODY, others=True),
    middleware=LIMITED,
    opt=MAY,
)
async def change_list(
    staff: Given[Staff], caller: Given[Caller], check_in_list: FromPath[str]
) -> Response[ToldList]:
    """Change what is sent of a list; `counts` stays once people were counted."""
    sent = await json_object(caller.request)
    changed = await lists.change(
        caller.db, staff.edition, check_in_list, sent, seen=caller.seen(), **caller.by(staff)
    )
    return at_revision(told_list(changed, staff.edition))


@delete(
    ONE,
    tags=["doors"],
    summary="Remove a check-in list",
    status_code=204,
    middleware=LIMITED,
    opt=MAY,
)
async def remove_list(
    staff: Given[Staff], caller: Given[Caller], check_in_list: FromPath[str]
) -> None:
    """Remove a list; 409 `check_in_list_used` while gates use it, or once badges were read."""
    await lists.remove(
        caller.db, staff.edition, check_in_list, seen=caller.seen(), **caller.by(staff)
    )


router = Router(
    "/",
    route_handlers=[list_lists, tell_list, add_list, change_list, remove_list],
    dependencies={"caller": Provide(calling)},
)
