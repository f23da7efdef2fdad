"""The parts of a draft over HTTP for programs: rooms, tracks, people, sessions, with `If-Match`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response
from msgspec import Struct

from forum.core.db import Db
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.text import Text
from forum.core.web import PRIVATE, AnyRequest, Given, json_object, matched
from schedule import editing, part_fields, parts, queries
from schedule.editing import ChangeBlocked
from schedule.edits import Part, PartChanged, PartKind, PartNotFound, part_of
from schedule.models import (
    Access,
    Draft,
    Link,
    Marker,
    Participation,
    Partner,
    PlanPicture,
    SessionType,
    Span,
    SpeakerState,
)
from schedule.part_fields import KIND_PLACES

MAY = {"deed": Deed.EDIT_PROGRAMME}
PER_MINUTE = 300
MOST = 500
PATH = "/api/editions/{edition_slug:str}"


class ToldRoom(Struct, frozen=True, kw_only=True):
    """A room of the draft; `edited` is its latest change, which stands in the entity tag."""

    id: UUID
    slug: str
    edited: int
    name: str
    position: int
    capacity: int | None
    floor: str | None
    description: Text
    access: list[Access]
    availability: list[Span]


class ToldTrack(Struct, frozen=True, kw_only=True):
    """A track of the draft."""

    id: UUID
    slug: str
    edited: int
    name: Text
    position: int
    tint: int


class ToldSpeaker(Struct, frozen=True, kw_only=True):
    """A person of the draft, with what stays with the editors."""

    id: UUID
    slug: str
    edited: int
    name: str
    organisation: str | None
    job_title: str | None
    biography: Text
    links: list[Link]
    email: str
    language: str | None
    state: SpeakerState
    availability: list[Span]
    note: str
    photo: str | None
    photo_agreed_at: datetime | None
    registration_id: UUID | None


class ToldSession(Struct, frozen=True, kw_only=True):
    """A session of the draft, with what stays with the editors."""

    id: UUID
    number: int
    slug: str
    edited: int
    type: SessionType
    title: Text
    subtitle: Text
    abstract: Text
    description: Text
    language: str | None
    track_id: UUID | None
    room_id: UUID | None
    starts_at: datetime | None
    minutes: int
    people: list[Participation]
    tags: list[str]
    internal_tags: list[str]
    partners: list[Partner]
    guides: list[str]
    links: list[Link]
    url: str | None
    livestream: str | None
    capacity: int | None
    sign_up: bool
    expected: int | None
    confirmed: bool
    cancelled: bool
    note: str


class ToldPlan(Struct, frozen=True, kw_only=True):
    """A plan of the venue of the draft; without a picture it is not published."""

    id: UUID
    edited: int
    title: Text
    alt: Text
    position: int
    picture: PlanPicture | None
    markers: list[Marker]


class Parts(Struct, frozen=True, kw_only=True):
    """Some parts; `next` is what `after` takes to go on, None at the end."""

    items: list[Any]
    next: UUID | None


TOLD: dict[PartKind, type[Struct]] = {
    PartKind.ROOM: ToldRoom,
    PartKind.TRACK: ToldTrack,
    PartKind.SPEAKER: ToldSpeaker,
    PartKind.SESSION: ToldSession,
    PartKind.PLAN: ToldPlan,
}
NOUNS = {
    PartKind.ROOM: ("room", "rooms"),
    PartKind.TRACK: ("track", "tracks"),
    PartKind.SPEAKER: ("person", "people"),
    PartKind.SESSION: ("session", "sessions"),
    PartKind.PLAN: ("plan", "plans"),
}
NEEDED = {
    PartKind.ROOM: ["name"],
    PartKind.TRACK: ["name"],
    PartKind.SPEAKER: ["name"],
    PartKind.SESSION: ["type", "title"],
    PartKind.PLAN: ["title", "alt"],
}


def told(kind: PartKind, draft: Draft, id_: UUID) -> Any:
    """Return a part as programs see it.

    Raises:
        PartNotFound: the draft has none of this id.
    """
    part = part_of(draft, kind, id_)
    if part is None:
        raise PartNotFound(fields={str(id_): PartNotFound().message})
    behind = msgspec.structs.asdict(part.backstage)
    values = {
        **{name: getattr(part.content, name) for name in part.content.__struct_fields__},
        **behind,  # a photo is told whether it is public or not
        "edited": draft.edited.get(id_, 0),
    }
    into = TOLD[kind]
    return into(**{name: values[name] for name in into.__struct_fields__})


def listed(kind: PartKind, draft: Draft) -> list[UUID]:
    """Return the ids of a draft's parts of one kind, in their order."""
    contents: Mapping[PartKind, Any] = {
        PartKind.ROOM: draft.rooms,
        PartKind.TRACK: draft.tracks,
        PartKind.SPEAKER: draft.speakers,
        PartKind.SESSION: draft.sessions,
        PartKind.PLAN: draft.plans,
    }
    return [one.id for one in contents[kind]]


def body_of(kind: PartKind, needed: list[str]) -> type[Operation]:
    """Return what describes the body of a route, which reads it itself to tell every mistake."""
    schema = as_schema(part_fields.object_schema(part_fields.FIELDS[kind]))
    schema.required = needed or None

    @dataclass
    class Described(Operation):
        """Describes a body that holds what may be set of a part."""

        def __post_init__(self) -> None:
            """Say what the body holds."""
            content = {"application/json": OpenAPIMediaType(schema=schema)}
            self.request_body = RequestBody(required=True, content=content)

    return Described


def as_schema(described: Mapping[str, Any]) -> Schema:
    """Return a JSON Schema as the OpenAPI document holds it."""
    types = described["type"]
    more = described.get("additionalProperties")
    properties = described.get("properties")
    return Schema(
        type=[OpenAPIType(one) for one in types] if isinstance(types, list) else OpenAPIType(types),
        properties={name: as_schema(one) for name, one in properties.items()}
        if properties
        else None,
        additional_properties=as_schema(more) if isinstance(more, dict) else more,
        items=as_schema(described["items"]) if "items" in described else None,
        enum=described.get("enum"),
        format=described.get("format"),
        pattern=described.get("pattern"),
        max_length=described.get("maxLength"),
        minimum=described.get("minimum"),
        maximum=described.get("maximum"),
    )


class Asker:
    """Somebody's program at work on the parts of one kind: one request, and what it needs."""

    def __init__(self, request: AnyRequest, db: Db, staff: Staff, kind: PartKind) -> None:
        self.request = request
        self.db = db
        self.staff = staff
        self.kind = kind

    async def draft(self) -> Draft:
        """Read the draft."""
        return await editing.read(self.db, self.staff.edition)

    async def matched(self, id_: UUID) -> int | None:
        """Return the change that the request names in `If-Match` (RFC 9110, 13.1.1); None for any.

        Raises:
            PartNotFound: there is no such part.
            PartChanged: it is at another; `more` tells what changed since, by whom.
        """
        seen = matched(self.request)
        if seen is None:
            return None
        draft = await self.draft()
        if part_of(draft, self.kind, id_) is None:
            raise PartNotFound(fields={str(id_): PartNotFound().message})
        if draft.edited.get(id_, 0) not in seen:
            raise await self._changed(id_, max(seen, default=0))
        return draft.edited.get(id_, 0)

    async def _changed(self, id_: UUID, since: int) -> PartChanged:
        problem = PartChanged(fields={str(id_): PartChanged().message})
        edition = self.staff.edition
        colleagues = await queries.list_colleagues(self.db, edition.id)
        who = {f"organiser:{one.id}": one.email for one in colleagues}
        problem.more["changes"] = [
            {
                "number": change.number,
                "at": change.at,
                "who": who.get(change.actor, change.actor.partition(":")[0]),
                "kind": change.kind,
                "before": edit.before and part_fields.fields_of(edit.before),
                "after": edit.after and part_fields.fields_of(edit.after),
            }
            for change, edit in await parts.since(self.db, edition, id_, since)
        ]
        return problem

    async def store(
        self,
        id_: UUID,
        sent: Mapping[str, Any],
        *,
        new: bool,
        whole: bool,
        edited: int | None,
        at: datetime,
    ) -> Any:
        """Store what was sent of a part: all of it, or some where it is not `whole`."""
        edition, actor = self.staff.edition, self.staff.actor
        guides = [one.slug for one in await queries.list_published_guides(self.db, edition.id)]

        def build(draft: Draft, before: Part | None) -> Part:
            given = sent if whole or before is None else part_fields.changed(before, sent)
            return part_fields.part_from(
                self.kind, given, draft, id_=id_, before=before, guides=guides
            )

        try:
            if new:
                done = await parts.add(self.db, edition, self.kind, id_, build, actor=actor, at=at)
            else:
                done = await parts.change(
                    self.db, edition, self.kind, id_, build, edited=edited, actor=actor, at=at
                )
        except ChangeBlocked as blocked:
            blocked.more["conflicts"] = msgspec.to_builtins(blocked.conflicts)
            raise
        except PartChanged as problem:  # between the look at `If-Match` and the lock
            raise (await self._changed(id_, edited or 0)) from problem
        return told(self.kind, done.draft, id_)


def _answer(one: Any, *, status: int = 200) -> Response[Any]:
    headers = {"etag": f'"{one.edited}"', "cache-control": PRIVATE}
    return Response(one, status_code=status, headers=headers)


def routes_of(kind: PartKind) -> list[HTTPRouteHandler]:
    """Return the routes of one kind."""
    path = f"{PATH}/{KIND_PLACES[kind]}"
    noun, nouns = NOUNS[kind]
    into = TOLD[kind]
    each: dict[str, Any] = {"tags": ["draft of the programme"], "opt": MAY}
    many = [limited("organiser", per_minute=PER_MINUTE)]

    @get(
        path,
        summary=f"List the {nouns} of the draft",
        description=f"List the {nouns} in their order; `after` is the id of the last one seen.",
        **each,
    )
    async def list_parts(
        request: AnyRequest,
        edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
        staff: Given[Staff],
        db: Given[Db],
        after: FromQuery[UUID | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = MOST,
    ) -> Response[Parts]:
        draft = await Asker(request, db, staff, kind).draft()
        found = listed(kind, draft)
        rest = found[found.index(after) + 1 :] if after in found else found if not after else []
        answer = Parts(
            items=[told(kind, draft, id_) for id_ in rest[:limit]],
            next=rest[limit - 1] if len(rest) > limit else None,
        )
        return Response(answer, headers={"cache-control": PRIVATE})

    @get(
        f"{path}/{{part:uuid}}",
        summary=f"Tell a {noun} of the draft",
        description=f"Tell one {noun}; its entity tag is what `If-Match` takes.",
        **each,
    )
    async def tell_part(
        request: AnyRequest,
        edition_slug: FromPath[str],  # noqa: ARG001
        part: FromPath[UUID],
        staff: Given[Staff],
        db: Given[Db],
    ) -> Response[into]:  # type: ignore[valid-type]
        return _answer(told(kind, await Asker(request, db, staff, kind).draft(), part))

    @post(
        path,
        summary=f"Add a {noun} to the draft",
        description=f"Add a {noun}; its id, slug and number are given here.",
        operation_class=body_of(kind, NEEDED[kind]),
        status_code=201,
        middleware=many,
        **each,
    )
    async def add_part(
        request: AnyRequest,
        edition_slug: FromPath[str],
        staff: Given[Staff],
        db: Given[Db],
        once: Given[Once],
        now: Given[datetime],
        ids: Given[Ids],
    ) -> Response[into]:  # type: ignore[valid-type]
        sent = await json_object(request)
        asker = Asker(request, db, staff, kind)

        async def add() -> Any:
            new = ids.uuid(now)
            return await asker.store(new, sent, new=True, whole=True, edited=None, at=now)

        one = await once(into, add)
        answer = _answer(one, status=201)
        answer.headers["location"] = (
            f"/api/editions/{edition_slug}/{KIND_PLACES[kind]}/{getattr(one, 'id')}"  # noqa: B009
        )
        return answer

    @patch(
        f"{path}/{{part:uuid}}",
        summary=f"Change some of a {noun} of the draft",
        description=f"Change what is sent of a {noun}; null takes away."
        " `If-Match` guards against another's change.",
        operation_class=body_of(kind, []),
        middleware=many,
        **each,
    )
    async def change_part(
        request: AnyRequest,
        edition_slug: FromPath[str],  # noqa: ARG001
        part: FromPath[UUID],
        staff: Given[Staff],
        db: Given[Db],
        now: Given[datetime],
    ) -> Response[into]:  # type: ignore[valid-type]
        sent = await json_object(request)
        asker = Asker(request, db, staff, kind)
        edited = await asker.matched(part)
        return _answer(await asker.store(part, sent, new=False, whole=False, edited=edited, at=now))

    @put(
        f"{path}/{{part:uuid}}",
        summary=f"Replace a {noun} of the draft",
        description=f"Set all that may be set of a {noun}; what is not sent is taken away."
        " `If-Match` guards against another's change.",
        operation_class=body_of(kind, NEEDED[kind]),
        middleware=many,
        **each,
    )
    async def replace_part(
        request: AnyRequest,
        edition_slug: FromPath[str],  # noqa: ARG001
        part: FromPath[UUID],
        staff: Given[Staff],
        db: Given[Db],
        now: Given[datetime],
    ) -> Response[into]:  # type: ignore[valid-type]
        sent = await json_object(request)
        asker = Asker(request, db, staff, kind)
        edited = await asker.matched(part)
        return _answer(await asker.store(part, sent, new=False, whole=True, edited=edited, at=now))

    @delete(
        f"{path}/{{part:uuid}}",
        summary=f"Remove a {noun} from the draft",
        description=f"Remove a {noun}; 409 `part_used` tells the sessions that name it.",
        status_code=204,
        middleware=many,
        **each,
    )
    async def remove_part(
        request: AnyRequest,
        edition_slug: FromPath[str],  # noqa: ARG001
        part: FromPath[UUID],
        staff: Given[Staff],
        db: Given[Db],
        now: Given[datetime],
    ) -> None:
        edited = await Asker(request, db, staff, kind).matched(part)
        await parts.remove(db, staff.edition, kind, part, edited=edited, actor=staff.actor, at=now)

    return [list_parts, tell_part, add_part, change_part, replace_part, remove_part]


router = Router("/", route_handlers=[route for kind in KIND_PLACES for route in routes_of(kind)])
