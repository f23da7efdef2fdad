"""Print runs over HTTP for programs of the organisers' team: listed, watched, taken, cancelled."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import anyio
from litestar import Router, delete, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response, Stream
from msgspec import Struct

from badges.printing import run_queries, runs
from badges.printing.run_models import (
    FileGone,
    NotDrawnYet,
    OtherSheet,
    PrintRun,
    RunNotFound,
    RunState,
)
from badges.printing.run_worker import folder_of
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition

PER_MINUTE = 60
READ_PER_MINUTE = 300
MOST = 100
USUAL = 50
CHUNK = 256 * 1024
PDF = "application/pdf"
PATH = "/api/editions/{edition_slug:str}/badges"
MAY = {"deed": Deed.PRINT_BADGES}


class RunProblem(Struct, frozen=True, kw_only=True):
    """Something to look at on a badge, in the language of the edition."""

    reference: str
    what: str


class ToldRun(Struct, frozen=True, kw_only=True):
    """A print run: `done` of `total` badges are drawn; `file` is its address while there is one.

    `filter` is as an address of the table of registrations has it; `without_badge` counts those
    whom it let through who have no badge, by the status of their registration.
    """

    id: UUID
    state: RunState
    done: int
    total: int
    pages: int | None
    problems: list[RunProblem]
    why: str | None
    layout: str | None
    sheet: OtherSheet
    printer: str | None
    filter: str | None
    without_badge: dict[str, int]
    asked_at: datetime
    ended_at: datetime | None
    file: str | None
    file_bytes: int | None
    file_until: datetime | None


class ToldRuns(Struct, frozen=True, kw_only=True):
    """Some print runs, the latest first; `next` is what `after` takes to go on, None at the end."""

    items: list[ToldRun]
    next: UUID | None


def told(run: PrintRun, edition: Edition) -> ToldRun:
    """Return a run as programs see it."""
    place = f"/api/editions/{edition.slug}/badges/{run.id}/file"
    return ToldRun(
        id=run.id,
        state=run.state,
        done=run.done,
        total=run.total,
        pages=run.pages,
        problems=[RunProblem(reference=who, what=what) for who, what in run.problems],
        why=run.why,
        layout=run.layout,
        sheet=run.sheet,
        printer=run.printer,
        filter=run.wanted.filter,
        without_badge=run.wanted.without_badge,
        asked_at=run.asked_at,
        ended_at=run.ended_at,
        file=place if run.file else None,
        file_bytes=run.file_bytes,
        file_until=run.file_until,
    )


def run_id_of(text: str) -> UUID:
    """Return the id that an address names.

    Raises:
        RunNotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise RunNotFound from error


async def file_of(run: PrintRun, edition: Edition, settings: Settings, at: datetime) -> AnyResponse:
    """Answer the file of a run.

    Raises:
        NotDrawnYet: it is under way.
        FileGone: it was deleted, or there never was one.
    """
    if run.under_way:
        raise NotDrawnYet
    if run.file is None or run.file_until is None or run.file_until <= at:
        raise FileGone
    path = anyio.Path(folder_of(settings.storage) / run.file)
    try:
        file = await path.open("rb")
    except FileNotFoundError as error:
        raise FileGone from error
    name = f"badges-{edition.slug}.pdf"
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": disposition(name),
        "content-length": str(run.file_bytes),
    }
    return Stream(_read(file), media_type=PDF, headers=headers)


async def _read(file: anyio.AsyncFile[bytes]) -> AsyncIterator[bytes]:
    async with file:
        while chunk := await file.read(CHUNK):
            yield chunk


@get(
    PATH,
    tags=["badges"],
    summary="List the print runs",
    opt=MAY,
    middleware=[limited("badges", per_minute=READ_PER_MINUTE)],
)
async def list_runs(
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    staff: Given[Staff],
    db: Given[Db],
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = USUAL,
) -> Response[ToldRuns]:
    """List the print runs, the latest first."""
    found = await run_queries.list_runs(db, staff.edition.id, after, limit + 1)
    items = [told(one, staff.edition) for one in found[:limit]]
    answer = ToldRuns(items=items, next=items[-1].id if len(found) > limit else None)
    return Response(answer, headers={"cache-control": PRIVATE})


@get(
    f"{PATH}/{{job:str}}",
    tags=["badges"],
    summary="Tell a print run, or take its PDF",
    opt=MAY,
    middleware=[limited("badges", per_minute=READ_PER_MINUTE)],
)
async def tell(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    job: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Tell how far a run is; with `Accept: application/pdf`, send its file."""
    run = await runs.find(db, staff.edition.id, run_id_of(job))
    if request.headers.get("accept", "").partition(";")[0].strip() == PDF:
        return await file_of(run, staff.edition, settings, now)
    headers = {"cache-control": PRIVATE, "vary": "Accept"}
    return Response(told(run, staff.edition), headers=headers)


@get(
    f"{PATH}/{{job:str}}/file",
    tags=["badges"],
    summary="Take the PDF of a print run",
    opt=MAY,
    middleware=[limited("badges", per_minute=READ_PER_MINUTE)],
)
async def take(
    edition_slug: FromPath[str],  # noqa: ARG001
    job: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Send the file of a run, which is kept for a day."""
    run = await runs.find(db, staff.edition.id, run_id_of(job))
    return await file_of(run, staff.edition, settings, now)


@delete(
    f"{PATH}/{{job:str}}",
    tags=["badges"],
    summary="Cancel a print run",
    status_code=200,
    opt=MAY,
    middleware=[limited("print runs", per_minute=PER_MINUTE)],
)
async def cancel(
    edition_slug: FromPath[str],  # noqa: ARG001
    job: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[ToldRun]:
    """Cancel a run that is under way; of one that is done, delete the file."""
    run = await runs.cancel(db, staff.edition, run_id_of(job), actor=staff.actor, at=now, ids=ids)
    return Response(told(run, staff.edition), headers={"cache-control": PRIVATE})


router = Router("/", route_handlers=[tell, take, cancel])
"""All but `list_runs`: runs begin at its path, which `forum.registrations.print_routes` serves."""
