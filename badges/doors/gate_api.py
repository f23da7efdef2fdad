"""Gates over HTTP for programs of the organisers' team, with `If-Match`."""

from collections.abc import Mapping

from litestar import Router, delete, get, patch, post
from litestar.di import Provide
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath
from litestar.response import Response
from msgspec import Struct

from badges.doors import gates
from badges.doors.caller import (
    LIMITED,
    MAY,
    NAME,
    PATH,
    SLUG,
    Caller,
    calling,
    one_of,
    whole,
)
from badges.models import Directions, Gate, GateKind
from forum.core.bodies import json_body
from forum.core.idempotency import Once
from forum.core.rights import Staff
from forum.core.text import Text
from forum.core.web import PRIVATE, Given, at_revision, json_object

GATES = f"{PATH}/gates"
ONE = f"{GATES}/{{gate:str}}"


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


class Gates(Struct, frozen=True, kw_only=True):
    """The gates of an edition, in order."""

    items: list[ToldGate]


BODY: Mapping[str, Schema] = {
    "name": NAME,
    "slug": SLUG,
    "kind": one_of(GateKind),
    "directions": one_of(Directions),
    "check_in_list": Schema(
        type=[OpenAPIType.STRING, OpenAPIType.NULL],
        description="A gate that is added without one gets the usual list of its kind.",
    ),
    "position": whole(0, 999, null=True),
}


def told_gate(gate: Gate) -> ToldGate:
    """Return a gate as programs see it."""
    return ToldGate(**{name: getattr(gate, name) for name in ToldGate.__struct_fields__})


@get(GATES, tags=["doors"], summary="List the gates", opt=MAY)
async def list_gates(staff: Given[Staff], caller: Given[Caller]) -> Response[Gates]:
    """List the gates in order."""
    found = [told_gate(one) for one in await gates.all_of(caller.db, staff.edition.id)]
    return Response(Gates(items=found), headers={"cache-control": PRIVATE})


@get(ONE, tags=["doors"], summary="Tell a gate", opt=MAY)
async def tell_gate(
    staff: Given[Staff], caller: Given[Caller], gate: FromPath[str]
) -> Response[ToldGate]:
    """Tell one gate; its entity tag is what `If-Match` takes."""
    return at_revision(told_gate(await gates.find(caller.db, staff.edition.id, gate)))


@post(
    GATES,
    tags=["doors"],
    summary="Add a gate",
    operation_class=json_body(BODY, ["name"], others=True),
    status_code=201,
    middleware=LIMITED,
    opt=MAY,
)
async def add_gate(
    staff: Given[Staff], caller: Given[Caller], once: Given[Once]
) -> Response[ToldGate]:
    """Add a gate; without `check_in_list` it gets a list of its own, the usual one of its kind."""
    sent = await json_object(caller.request)

    async def add() -> ToldGate:
        return told_gate(await gates.add(caller.db, staff.edition, sent, **caller.by(staff)))

    answer = at_revision(await once(ToldGate, add))
    answer.headers["location"] = f"/api/editions/{staff.edition.slug}/gates/{answer.content.slug}"
    return answer


@patch(
    ONE,
    tags=["doors"],
    summary="Change some of a gate",
    operation_class=json_body(BODY, others=True),
    middleware=LIMITED,
    opt=MAY,
)
async def change_gate(
    staff: Given[Staff], caller: Given[Caller], gate: FromPath[str]
) -> Response[ToldGate]:
    """Change what is sent of a gate. `If-Match` guards against another's change."""
    sent = await json_object(caller.request)
    changed = await gates.change(
        caller.db, staff.edition, gate, sent, seen=caller.seen(), **caller.by(staff)
    )
    return at_revision(told_gate(changed))


@delete(
    ONE,
    tags=["doors"],
    summary="Remove a gate",
    status_code=204,
    middleware=LIMITED,
    opt=MAY,
)
async def remove_gate(staff: Given[Staff], caller: Given[Caller], gate: FromPath[str]) -> None:
    """Remove a gate; 409 `gate_used` while devices stand there, or once badges were read there."""
    await gates.remove(caller.db, staff.edition, gate, seen=caller.seen(), **caller.by(staff))


router = Router(
    "/",
    route_handlers=[list_gates, tell_gate, add_gate, change_gate, remove_gate],
    dependencies={"caller": Provide(calling)},
)
