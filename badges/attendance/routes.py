"""Attendance for the organisers' team: by session and half-day, in numbers, by name, as files."""

from datetime import datetime
from typing import Any

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Response

from badges import queries
from badges.attendance import exports as attendance_exports
from badges.attendance import service as attendance
from badges.attendance.sheets import What
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Forbidden, NotFound
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.sheets import MEDIA_TYPES, Format
from forum.core.text import pick
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition

PER_MINUTE = 30
HERE = "/organiser/{slug:str}/doors/attendance"


@get(HERE, include_in_schema=False, opt={"deed": Deed.WATCH_DOORS, "kept_edition": True})
async def attendance_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page], now: Given[datetime]
) -> AnyResponse:
    """Show the attendance of sessions and half-days in numbers."""
    del request
    edition = staff.edition
    found = await attendance.read(db, edition, at=now)
    return page(
        "badges/attendance.html",
        edition,
        staff=staff,
        sessions=found.sessions(),
        halves=[one for one in found.half_days() if one.half.begins <= now],
        categories=await _categories(db, edition, page.language),
    )


@get(
    f"{HERE}/{{session_number:int}}",
    include_in_schema=False,
    opt={"deed": Deed.SEE_PRESENT, "kept_edition": True},
)
async def session_page(
    session_number: FromPath[int],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Show by name who came to a session, and who holds a seat and did not; this is recorded."""
    edition = staff.edition
    found = await attendance.read(db, edition, at=now)
    told, listed = found.session(session_number)
    await _record(db, staff, "saw attendance", {"session": session_number}, at=now, ids=ids)
    return page(
        "badges/session_attendance.html",
        edition,
        staff=staff,
        session=told,
        came=[one for one in listed if one.visit],
        missing=[one for one in listed if not one.visit],
        categories=await _categories(db, edition, page.language),
    )


@get(
    f"{HERE}/file",
    include_in_schema=False,
    opt={"deed": Deed.WATCH_DOORS},
    middleware=[limited("exports", per_minute=PER_MINUTE)],
)
async def attendance_file(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], now: Given[datetime], ids: Given[Ids]
) -> AnyResponse:
    """Send attendance as a file: `of` says what, `format` how; names only to who may see them."""
    what, form, number = _asked(request)
    if what.by_name and not staff.may(Deed.SEE_PRESENT):
        raise Forbidden
    edition = staff.edition
    body, _ = await attendance_exports.take(
        db, edition, what, form, number=number, actor=staff.actor, at=now, ids=ids
    )
    name = _file_name(what, edition, number, now)
    return Response(
        body,
        media_type=MEDIA_TYPES[form],
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{name}.{form.value}"),
        },
    )


def _asked(request: AnyRequest) -> tuple[What, Format, int]:
    """Return what an address asks for.

    Raises:
        NotFound: there is no such file.
    """
    asked = request.query_params
    try:
        what, form = What(asked.get("of", What.SESSIONS)), Format(asked.get("format", Format.XLSX))
        number = int(asked.get("session", "0")) if what is What.SESSION else 0
    except ValueError as error:
        raise NotFound from error
    return what, form, number


def _file_name(what: What, edition: Edition, number: int, at: datetime) -> str:
    parts = [edition.slug, "attendance", at.astimezone(edition.zone).date().isoformat(), what.value]
    return "_".join([*parts, str(number)] if what is What.SESSION else parts)


async def _record(
    db: Db, staff: Staff, action: str, detail: dict[str, Any], *, at: datetime, ids: Ids
) -> None:
    await audit.record(
        db,
        edition_id=staff.edition.id,
        id=ids.uuid(at),
        at=at,
        actor=staff.actor,
        action=action,
        detail=detail,
    )


async def _categories(db: Db, edition: Edition, language: str) -> dict[str, str]:
    """Return the names of the edition's categories by their codes."""
    rows = await queries.list_categories(db, edition.id)
    return {one.code: pick(one.name, language, edition.language) for one in rows}


router = Router("/", route_handlers=[attendance_page, session_page, attendance_file])
