"""Gates and check-in lists over HTTP for programs of the organisers' team, with `If-Match`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath
from litestar.response import Response
from msgspec import Struct

from badges.doors import forms as door_forms
from badges.doors import gates, lists
from badges.models import CheckInList, Counting, Directions, Gate, GateKind
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.text import Text
from forum.core.web import PRIVATE, AnyRequest, Given, json_object

MAY = {"deed": Deed.RUN_DOORS}
PER_MINUTE = 300
PATH = "/api/editions/{edition_slug:str}"
T = TypeVar("T", "ToldGate", "ToldList")
TAG = re.compile(r'"(\d{1,9})"')


class ToldGate(Struct, frozen=True, kw_only=True):
    """A gate; `revision` stands in the entity tag, `checked_in` is how many its list let in."""

    slug: str
    revision: int
    name: Text
    kind: GateKind
    directions: Directions
    check_in_list: str
    position: int
    checked_in: int


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


class Gates(Struct, frozen=True, kw_only=True):
    """The gates of an edition, in order."""

    items: list[ToldGate]


class Lists(Struct, frozen=True, kw_only=True):
    """The check-in lists of an edition."""

    items: list[ToldList]


def told_gate(gate: Gate) -> ToldGate:
    """Return a gate as programs see it."""
    return ToldGate(**{name: getattr(gate, name) for name in ToldGate.__struct_fields__})


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


def seen(request: AnyRequest) -> frozenset[int] | None:
    """Return the revisions that `If-Match` names (RFC 9110, 13.1.1); None for any."""
    sent = request.headers.get("if-match")
    if sent is None or sent.strip() == "*":
        return None
    return frozenset(int(tag[1]) for one in sent.split(",") if (tag := TAG.fullmatch(one.strip())))


TEXT = OpenAPIType.STRING
NAMED = Schema(
    type=OpenAPIType.OBJECT,
    additional_properties=Schema(type=TEXT, max_length=door_forms.LONGEST_NAME),
    description="By language; needed in the main one of the edition.",
)
SLUG = Schema(
    type=TEXT,
    pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
    max_length=door_forms.LONGEST_SLUG,
    description="When it is added only; made of the name where it is not given.",
)
DAYS = Schema(
    type=[OpenAPIType.ARRAY, OpenAPIType.NULL],
    items=Schema(type=TEXT, format=OpenAPIFormat.DATE),
)


def _whole(least: int, most: int, *, null: bool = False) -> Schema:
    types = [OpenAPIType.INTEGER, OpenAPIType.NULL]
    return Schema(type=types if null else OpenAPIType.INTEGER, minimum=least, maximum=most)


def _one_of(values: type[GateKind] | type[Directions] | type[Counting]) -> Schema:
    return Schema(type=TEXT, enum=[one.value for one in values])


GATE_BODY: Mapping[str, Schema] = {
    "name": NAMED,
    "slug": SLUG,
    "kind": _one_of(GateKind),
    "directions": _one_of(Directions),
    "check_in_list": Schema(
        type=[TEXT, OpenAPIType.NULL],
        description="A gate that is added without one gets the usual list of its kind.",
    ),
    "position": _whole(0, 999, null=True),
}
LIST_BODY: Mapping[str, Schema] = {
    "name": NAMED,
    "slug": SLUG,
    "categories": Schema(type=[OpenAPIType.ARRAY, OpenAPIType.NULL], items=Schema(type=TEXT)),
    "days": DAYS,
    "hours": Schema(
        type=[OpenAPIType.ARRAY, OpenAPIType.NULL],
        items=Schema(
            type=OpenAPIType.OBJECT,
            properties={"opens": Schema(type=TEXT), "closes": Schema(type=TEXT), "days": DAYS},
            required=["opens", "closes"],
        ),
    ),
    "rooms": Schema(
        type=[OpenAPIType.ARRAY, OpenAPIType.NULL],
        items=Schema(type=TEXT, format=OpenAPIFormat.UUID),
    ),
    "lead_minutes": _whole(0, 240),
    "seats": Schema(type=OpenAPIType.BOOLEAN),
    "seats_kept_minutes": _whole(-60, 240, null=True),
    "counts": _one_of(Counting),
    "reentry": Schema(type=OpenAPIType.BOOLEAN),
    "building": Schema(type=OpenAPIType.BOOLEAN),
}


def body_of(properties: Mapping[str, Schema], needed: list[str] | None) -> type[Operation]:
    """Return what describes the body of a route, which reads it itself to tell every mistake."""
    schema = Schema(type=OpenAPIType.OBJECT, properties=dict(properties), required=needed)

    @dataclass
    class Described(Operation):
        """Describes a body that holds what may be set."""

        def __post_init__(self) -> None:
            """Say what the body holds."""
            content = {"application/json": OpenAPIMediaType(schema=schema)}
            self.request_body = RequestBody(required=True, content=content)

    return Described


def _answer(one: T, *, status: int = 200) -> Response[T]:
    headers = {"etag": f'"{one.revision}"', "cache-control": PRIVATE}
    return Response(one, status_code=status, headers=headers)


# Gates


@get(f"{PATH}/gates", tags=["doors"], summary="List the gates", opt=MAY)
async def list_gates(
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    staff: Given[Staff],
    db: Given[Db],
) -> Response[Gates]:
    """List the gates in order."""
    found = [told_gate(one) for one in await gates.all_of(db, staff.edition.id)]
    return Response(Gates(items=found), headers={"cache-control": PRIVATE})


@get(f"{PATH}/gates/{{gate:str}}", tags=["doors"], summary="Tell a gate", opt=MAY)
async def tell_gate(
    edition_slug: FromPath[str],  # noqa: ARG001
    gate: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
) -> Response[ToldGate]:
    """Tell one gate; its entity tag is what `If-Match` takes."""
    return _answer(told_gate(await gates.find(db, staff.edition.id, gate)))


@post(
    f"{PATH}/gates",
    tags=["doors"],
    summary="Add a gate",
    operation_class=body_of(GATE_BODY, ["name"]),
    status_code=201,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=MAY,
)
async def add_gate(
    request: AnyRequest,
    edition_slug: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldGate]:
    """Add a gate; without `check_in_list` it gets a list of its own, the usual one of its kind."""
    sent = await json_object(request)

    async def add() -> ToldGate:
        made = await gates.add(db, staff.edition, sent, actor=staff.actor, at=now, ids=ids)
        return told_gate(made)

    answer = _answer(await once(ToldGate, add), status=201)
    slug = answer.content.slug
    answer.headers["location"] = f"/api/editions/{edition_slug}/gates/{slug}"
    return answer


@patch(
    f"{PATH}/gates/{{gate:str}}",
    tags=["doors"],
    summary="Change some of a gate",
    operation_class=body_of(GATE_BODY, None),
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=MAY,
)
async def change_gate(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    gate: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldGate]:
    """Change what is sent of a gate. `If-Match` guards against another's change."""
    changed = await gates.change(
        db,
        staff.edition,
        gate,
        await json_object(request),
        seen=seen(request),
        actor=staff.actor,
        at=now,
        ids=ids,
    )
    return _answer(told_gate(changed))


@delete(
    f"{PATH}/gates/{{gate:str}}",
    tags=["doors"],
    summary="Remove a gate",
    status_code=204,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=MAY,
)
async def remove_gate(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    gate: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> None:
    """Remove a gate; 409 `gate_used` while devices stand there, or once badges were read there."""
    await gates.remove(
        db, staff.edition, gate, seen=seen(request), actor=staff.actor, at=now, ids=ids
    )


# Check-in lists


@get(f"{PATH}/lists", tags=["doors"], summary="List the check-in lists", opt=MAY)
async def list_lists(
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
) -> Response[Lists]:
    """List the check-in lists by their names."""
    edition = staff.edition
    found = [told_list(one, edition) for one in await lists.all_of(db, edition.id)]
    return Response(Lists(items=found), headers={"cache-control": PRIVATE})


@get(f"{PATH}/lists/{{check_in_list:str}}", tags=["doors"], summary="Tell a list", opt=MAY)
async def tell_list(
    edition_slug: FromPath[str],  # noqa: ARG001
    check_in_list: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
) -> Response[ToldList]:
    """Tell one check-in list; its entity tag is what `If-Match` takes."""
    found = await lists.find(db, staff.edition.id, check_in_list)
    return _answer(told_list(found, staff.edition))


@post(
    f"{PATH}/lists",
    tags=["doors"],
    summary="Add a check-in list",
    operation_class=body_of(LIST_BODY, ["name"]),
    status_code=201,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=MAY,
)
async def add_list(
    request: AnyRequest,
    edition_slug: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldList]:
    """Add a check-in list; every mistake is told by its field, as `hours.1.opens`."""
    sent = await json_object(request)

    async def add() -> ToldList:
        made = await lists.add(db, staff.edition, sent, actor=staff.actor, at=now, ids=ids)
        return told_list(made, staff.edition)

    answer = _answer(await once(ToldList, add), status=201)
    slug = answer.content.slug
    answer.headers["location"] = f"/api/editions/{edition_slug}/lists/{slug}"
    return answer


@patch(
    f"{PATH}/lists/{{check_in_list:str}}",
    tags=["doors"],
    summary="Change some of a check-in list",
    operation_class=body_of(LIST_BODY, None),
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=MAY,
)
async def change_list(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    check_in_list: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldList]:
    """Change what is sent of a list; `counts` stays once people were counted."""
    changed = await lists.change(
        db,
        staff.edition,
        check_in_list,
        await json_object(request),
        seen=seen(request),
        actor=staff.actor,
        at=now,
        ids=ids,
    )
    return _answer(told_list(changed, staff.edition))


@delete(
    f"{PATH}/lists/{{check_in_list:str}}",
    tags=["doors"],
    summary="Remove a check-in list",
    status_code=204,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    opt=MAY,
)
async def remove_list(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    check_in_list: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> None:
    """Remove a list; 409 `check_in_list_used` while gates use it, or once badges were read."""
    await lists.remove(
        db, staff.edition, check_in_list, seen=seen(request), actor=staff.actor, at=now, ids=ids
    )


router = Router(
    "/",
    route_handlers=[
        list_gates,
        tell_gate,
        add_gate,
        change_gate,
        remove_gate,
        list_lists,
        tell_list,
        add_list,
        change_list,
        remove_list,
    ],
)
