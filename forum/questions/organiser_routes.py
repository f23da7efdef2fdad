"""What the organiser's team sees of answers: the files that people sent."""

import asyncio
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Response

from forum.core.blobs import Blobs
from forum.core.db import Db
from forum.core.rights import Deed, Staff
from forum.core.web import PRIVATE, Given, disposition
from forum.questions import queries
from forum.questions.models import File, FileNotFound


@get(
    "/organiser/{slug:str}/files/{registration:uuid}/{question:str}",
    include_in_schema=False,
    opt={"deed": Deed.SEE_NEEDS},
)
async def file(
    staff: Given[Staff],
    db: Given[Db],
    blobs: Given[Blobs],
    registration: FromPath[UUID],
    question: FromPath[str],
) -> Response[bytes]:
    """Send a file that somebody answered with, to be saved: it is never shown in the browser."""
    found = await queries.find_answer(db, staff.edition.id, registration, question)
    if found is None or not isinstance(found.value, dict):
        raise FileNotFound
    one = msgspec.convert(found.value, File)
    try:
        content = await asyncio.to_thread(blobs.path(one.digest).read_bytes)
    except FileNotFoundError as error:
        raise FileNotFound from error
    headers = {"cache-control": PRIVATE, "content-disposition": disposition(one.name)}
    return Response(content, media_type=one.media_type, headers=headers)


router = Router("/", route_handlers=[file])
