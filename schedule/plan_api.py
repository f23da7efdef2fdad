"""Pictures of plans over HTTP for programs of the organisers' team."""

from datetime import datetime
from uuid import UUID

from litestar import Router, put
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

from forum.core.blobs import Blobs
from forum.core.db import Db
from forum.core.limits import limited
from forum.core.rights import Staff
from forum.core.web import PRIVATE, AnyRequest, Given
from schedule import parts, photos, plan_storing
from schedule.edits import Part, PartKind
from schedule.models import Draft
from schedule.parts_routes import MAY, PATH, PER_MINUTE, Asker, ToldPlan, told


class PictureBody(Operation):
    """Describes a body that is a picture."""

    def __post_init__(self) -> None:
        """Say what the body holds."""
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        kinds = ("image/png", "image/jpeg", "image/webp")
        content = {kind: OpenAPIMediaType(schema=schema) for kind in kinds}
        self.request_body = RequestBody(required=True, content=content)


@put(
    f"{PATH}/plans/{{part:uuid}}/picture",
    tags=["draft of the programme"],
    summary="Give a plan its picture",
    description="Give a plan of the draft its picture: a PNG, JPEG or WebP of 5 MB and 50 million"
    " pixels at most, as the body. `If-Match` guards against another's change.",
    operation_class=PictureBody,
    opt=MAY,
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
    request_max_body_size=photos.LARGEST_FORM,
)
async def set_picture(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    part: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    blobs: Given[Blobs],
    now: Given[datetime],
) -> Response[ToldPlan]:
    """Keep a picture, and show it on a plan from now on."""
    edited = await Asker(request, db, staff, PartKind.PLAN).matched(part)
    picture = await plan_storing.keep(blobs, await request.body())

    def build(_: Draft, before: Part | None) -> Part:
        return parts.with_picture(before, picture)

    done = await parts.change(
        db, staff.edition, PartKind.PLAN, part, build, edited=edited, actor=staff.actor, at=now
    )
    one: ToldPlan = told(PartKind.PLAN, done.draft, part)
    return Response(one, headers={"etag": f'"{one.edited}"', "cache-control": PRIVATE})


router = Router("/", route_handlers=[set_picture])
