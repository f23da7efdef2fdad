"""The organisers' page that makes a file the draft: looked at first, its columns put right."""

import asyncio
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from schedule import editing, queries, resting
from schedule.editing import ChangeBlocked, ChangeNotFound
from schedule.edits import PartChanged, PartUsed
from schedule.importing.sheet import Guess
from schedule.importing.words import said
from schedule.models import Imported, Loss, Resting

PATH = "/organiser/{slug:str}/programme/import"
OPTIONS: dict[str, Any] = {"include_in_schema": False, "opt": {"deed": Deed.EDIT_PROGRAMME}}
PER_MINUTE = 20
LARGEST_BODY = resting.MAX_FILE + 100_000
COLUMN = re.compile(r"c(\d{1,3})")
NUMBER = re.compile(r"\d{1,9}")
MOST_LOSSES = 100
NOT_UNDONE = N_("This cannot be taken back any more: the draft was changed since.")


@get(PATH, **OPTIONS)
async def import_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show where a file is chosen; after an import, what became of it and the way back."""
    asked = request.query_params.get("done", "")
    done = int(asked) if NUMBER.fullmatch(asked) else None
    change = await queries.find_change(db, staff.edition.id, done) if done else None
    return page(
        "schedule/import.html",
        staff.edition,
        staff=staff,
        done=change,
        unchanged=asked == "0",
        error=page.words.gettext(NOT_UNDONE) if "undone" in request.query_params else None,
    )


@post(
    PATH,
    middleware=[limited("programme-import", per_minute=PER_MINUTE)],
    request_max_body_size=LARGEST_BODY,
    **OPTIONS,
)
async def take(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    ids: Given[Ids],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Look at the file that was sent, keep it for a day, and lead to what it holds."""
    sent = (await request.form()).get("file")
    name, content = "", b""
    if isinstance(sent, UploadFile):
        name, content = sent.filename, await sent.read()
    try:
        if content and len(content) <= resting.MAX_FILE:
            await asyncio.to_thread(_try, Resting(name=name, content=content), staff.edition)
        id_ = await resting.rest(
            db, staff.edition, name, content, actor=staff.actor, at=now, ids=ids
        )
    except Problem as problem:
        return page(
            "schedule/import.html",
            staff.edition,
            status=problem.status,
            staff=staff,
            done=None,
            unchanged=False,
            error=said(problem.message, page.words),
        )
    return Redirect(f"/organiser/{staff.edition.slug}/programme/import/{id_}", status_code=303)


@get(f"{PATH}/{{file_id:uuid}}", **OPTIONS)
async def look_page(
    request: AnyRequest,
    file_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show what a file holds and what it would change; columns may be told otherwise."""
    told = _told(request.query_params.dict())
    return await _look(staff, db, page, file_id, told, now=now)


@post(
    f"{PATH}/{{file_id:uuid}}",
    middleware=[limited("programme-import", per_minute=PER_MINUTE)],
    **OPTIONS,
)
async def import_file(
    request: AnyRequest,
    file_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Make a file the draft, as the page showed it."""
    edition = staff.edition
    told = _told(await form_fields(request))
    file = await resting.find(db, edition, file_id, at=now)
    try:
        imported = await asyncio.to_thread(_read, file, edition, told)
        changed = await editing.replace(db, edition, imported.draft, at=now, actor=staff.actor)
    except Problem as problem:
        return await _look(staff, db, page, file_id, told, now=now, problem=problem)
    number = changed.change.number if changed.change else 0
    path = f"/organiser/{edition.slug}/programme/import?done={number}"
    return Redirect(path, status_code=303)


@post("/organiser/{slug:str}/programme/import-undone", **OPTIONS)
async def undo(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
) -> Redirect:
    """Take an import back; a change that took one back can be taken back as well."""
    asked = (await form_fields(request)).get("number", [""])[-1]
    path = f"/organiser/{staff.edition.slug}/programme/import"
    number = int(asked) if NUMBER.fullmatch(asked) else 0
    try:
        changed = await editing.take_back(db, staff.edition, number, actor=staff.actor, at=now)
    except (ChangeNotFound, ChangeBlocked, PartChanged, PartUsed, Invalid):
        return Redirect(f"{path}?undone=no", status_code=303)
    new = changed.change.number if changed.change else 0
    return Redirect(f"{path}?done={new}", status_code=303)


async def _look(
    staff: Staff,
    db: Db,
    page: Page,
    id_: UUID,
    told: dict[int, str] | None,
    *,
    now: datetime,
    problem: Problem | None = None,
) -> AnyResponse:
    edition = staff.edition
    file = await resting.find(db, edition, id_, at=now)
    columns = await asyncio.to_thread(resting.columns, file, edition, told)
    imported: Imported | None = None
    status = problem.status if problem else 200
    try:
        imported = await asyncio.to_thread(resting.look, file, edition, columns)
    except Problem as found:
        problem = problem or found
    before = await editing.read(db, edition)
    losses = imported.losses if imported else []
    return page(
        "schedule/import_look.html",
        edition,
        status=status,
        staff=staff,
        file_name=file.name,
        here=f"/organiser/{edition.slug}/programme/import",
        id=id_,
        imported=imported,
        summary=resting.summary(before, imported.draft) if imported else None,
        columns=columns,
        choices=_choices(edition.languages, columns),
        held=len(before.sessions),
        losses=[_loss(one, page) for one in losses[:MOST_LOSSES]],
        more_losses=max(0, len(losses) - MOST_LOSSES),
        error=said(problem.message, page.words) if problem else None,
    )


def _try(file: Resting, edition: Edition) -> None:
    """Refuse what cannot be read; a table needs rows alone, its columns are put right later."""
    if not resting.columns(file, edition):
        resting.look(file, edition, [])


def _read(file: Resting, edition: Edition, told: dict[int, str] | None) -> Imported:
    return resting.look(file, edition, resting.columns(file, edition, told))


def _choices(languages: list[str], columns: list[Guess]) -> list[str]:
    """Return the meanings offered, with those that the file's own languages add."""
    found = resting.choices(languages)
    return [*found, *dict.fromkeys(c.meaning for c in columns if c.meaning not in ["", *found])]


def _loss(loss: Loss, page: Page) -> dict[str, Any]:
    return {
        "line": loss.line,
        "place": said(loss.place, page.words),
        "what": said(loss.what, page.words),
    }


def _told(fields: dict[str, list[str]]) -> dict[int, str] | None:
    """Return what the form says of the columns, by their place; None where it says nothing."""
    found = {
        int(match.group(1)): values[-1]
        for name, values in fields.items()
        if (match := COLUMN.fullmatch(name)) and values
    }
    return found or None


router = Router("/", route_handlers=[import_page, take, look_page, import_file, undo])
