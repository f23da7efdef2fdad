"""Seats in sessions for the organisers' team: how full each is, the terms, lists for the doors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.response import Redirect, Response

from forum.core import tables
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_, Words
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import pick
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from schedule import seating_queries, signing_up
from schedule.rules import programme_day
from schedule.seating import (
    LONGEST_ANSWER_HOURS,
    LONGEST_MINUTES,
    Listed,
    Seating,
    SessionWithoutSeats,
    State,
    Terms,
    TermsChanged,
)

PER_MINUTE = 60
LONGEST_DIGITS = 10
NUMBERS = {
    "closes_minutes": (0, LONGEST_MINUTES),
    "give_back_minutes": (0, LONGEST_MINUTES),
    "answer_hours": (1, LONGEST_ANSWER_HOURS),
}
"""The bounds of the terms that are numbers."""
COLUMNS = (
    "session", "starts_at", "room", "reference", "family_name", "given_name", "organisation",
    "state", "place_in_line",
)  # fmt: skip


@get("/organiser/{slug:str}/sign-ups", include_in_schema=False, opt={"deed": Deed.SEE_EDITION})
async def sign_ups_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show how full each session is, and under which terms people sign up."""
    terms = await seating_queries.find_terms(db, staff.edition.id)
    return await _page(
        db,
        page,
        staff,
        terms,
        sent=_filled(terms, staff.edition),
        saved="saved" in request.query_params,
    )


@post(
    "/organiser/{slug:str}/sign-ups",
    include_in_schema=False,
    opt={"deed": Deed.EDIT_PROGRAMME},
    middleware=[limited("sign-up terms", per_minute=PER_MINUTE)],
)
async def set_terms(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Lay down the terms; show the page again, with every mistake marked, when there is any."""
    sent = {name: values[-1] for name, values in (await form_fields(request)).items() if values}
    terms = await seating_queries.find_terms(db, staff.edition.id)
    try:
        await signing_up.set_terms(
            db,
            staff.edition,
            read_terms(sent, staff.edition),
            revision=_whole(sent.get("revision", "")),
            actor=staff.actor,
            at=now,
            ids=ids,
        )
    except Invalid as invalid:
        return await _page(db, page, staff, terms, sent=sent, errors=invalid.fields, status=422)
    except TermsChanged as problem:
        return await _page(db, page, staff, terms, sent=sent, meanwhile=True, status=problem.status)
    return Redirect(f"/organiser/{staff.edition.slug}/sign-ups?saved=1", status_code=303)


@get(
    "/organiser/{slug:str}/door-list", include_in_schema=False, opt={"deed": Deed.SEE_REGISTRATIONS}
)
async def door_list_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show who holds a seat or waits, to print: for a session or a room, as asked, or for all."""
    seatings, listed = await _door_list(db, staff.edition, request)
    by_session: dict[UUID, list[Listed]] = {one.session_id: [] for one in seatings}
    for line in listed:
        by_session[line.session_id].append(line)
    return page(
        "schedule/door_list.html",
        staff.edition,
        staff=staff,
        query=request.url.query,
        sessions=[
            {
                **_row(one, staff.edition, page.words),
                "seats": [x for x in by_session[one.session_id] if x.state is State.SEAT],
                "turns": [x for x in by_session[one.session_id] if x.state is State.WAITING],
            }
            for one in seatings
        ],
    )


@get(
    "/organiser/{slug:str}/door-list.csv",
    include_in_schema=False,
    opt={"deed": Deed.SEE_REGISTRATIONS},
)
async def door_list_csv(request: AnyRequest, staff: Given[Staff], db: Given[Db]) -> Response[bytes]:
    """Send a door list as CSV, formula-safe, with times on the wall of the edition."""
    edition = staff.edition
    seatings, listed = await _door_list(db, edition, request)
    by_id = {one.session_id: one for one in seatings}
    rows = [_csv_row(by_id[one.session_id], one, edition) for one in listed]
    return Response(
        tables.write_csv(COLUMNS, rows),
        media_type="text/csv",
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{edition.slug}-door-list.csv"),
        },
    )


def read_terms(sent: dict[str, str], edition: Edition) -> Terms:
    """Read the terms as they are typed: instants on the wall of the edition, numbers whole.

    Raises:
        Invalid: naming every field at fault.
    """
    mistakes: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, (least, most) in NUMBERS.items():
        typed = sent.get(name, "").strip()
        if not typed:
            continue
        number = _whole(typed)
        if number is not None and least <= number <= most:
            values[name] = number
        else:
            mistakes[name] = N_("Give a whole number within the bounds that the hint says.")
    typed = sent.get("opens_at", "").strip()
    if typed:
        try:
            values["opens_at"] = datetime.fromisoformat(typed).replace(tzinfo=edition.zone)
        except ValueError:
            mistakes["opens_at"] = N_("Give a day and a time, such as 2027-03-15T18:00.")
    if mistakes:
        order = ("opens_at", *NUMBERS)
        raise Invalid(fields={name: mistakes[name] for name in order if name in mistakes})
    return Terms(**values)


def _whole(typed: str) -> int | None:
    """Return a whole number as it was typed; None for anything else."""
    typed = typed.strip()
    return (
        int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_DIGITS else None
    )


def _filled(terms: Terms, edition: Edition) -> dict[str, str]:
    """Return the terms as the form would send them."""
    opens_at = terms.opens_at.astimezone(edition.zone) if terms.opens_at else None
    return {
        "opens_at": f"{opens_at:%Y-%m-%dT%H:%M}" if opens_at else "",
        "closes_minutes": str(terms.closes_minutes),
        "give_back_minutes": str(terms.give_back_minutes),
        "answer_hours": str(terms.answer_hours or ""),
    }


async def _page(
    db: Db,
    page: Page,
    staff: Staff,
    terms: Terms,
    *,
    sent: dict[str, str],
    errors: dict[str, str] | None = None,
    saved: bool = False,
    meanwhile: bool = False,
    status: int = 200,
) -> AnyResponse:
    found = [one for one in await seating_queries.list_seatings(db, staff.edition.id) if one.open]
    rooms = {one.room_id: one.room for one in found if one.room_id}
    return page(
        "schedule/sign_ups.html",
        staff.edition,
        status=status,
        staff=staff,
        sessions=[_row(one, staff.edition, page.words) for one in found],
        rooms=[{"id": str(id_), "name": name} for id_, name in rooms.items()],
        sent=sent,
        now_says=_filled(terms, staff.edition),
        revision=terms.revision,
        errors={name: page.words.gettext(said) for name, said in (errors or {}).items()},
        saved=saved,
        meanwhile=meanwhile,
    )


def _row(one: Seating, edition: Edition, said: Words) -> dict[str, Any]:
    return {
        "id": str(one.session_id),
        "slug": one.slug,
        "title": pick(one.title, said.language, edition.language),
        "room": one.room,
        "day": programme_day(one.starts_at, edition.zone),
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "capacity": one.capacity,
        "taken": one.taken,
        "waiting": one.waiting,
    }


async def _door_list(
    db: Db, edition: Edition, request: AnyRequest
) -> tuple[Sequence[Seating], Sequence[Listed]]:
    """Return the sessions that the address asks for, and who is signed up for them.

    Raises:
        SessionWithoutSeats: it asks for a session or a room that has none.
    """
    asked = request.query_params
    found = [one for one in await seating_queries.list_seatings(db, edition.id) if one.open]
    session, room = asked.get("session", ""), asked.get("room", "")
    if session:
        found = [one for one in found if session in {str(one.session_id), one.slug}]
    if room:
        found = [one for one in found if room == str(one.room_id)]
    if (session or room) and not found:
        raise SessionWithoutSeats
    listed = await seating_queries.list_door(
        db,
        edition.id,
        found[0].session_id if session else None,
        found[0].room_id if room else None,
    )
    return found, listed


def _csv_row(seating: Seating, one: Listed, edition: Edition) -> list[tables.Cell]:
    values: dict[str, tables.Cell] = {
        "session": pick(seating.title, edition.language),
        "starts_at": seating.starts_at.astimezone(edition.zone),
        "room": seating.room,
        "state": "kept" if one.answer_by else one.state.value,
        "place_in_line": one.place,
    }
    return [values[name] if name in values else getattr(one, name) for name in COLUMNS]


router = Router("/", route_handlers=[sign_ups_page, set_terms, door_list_page, door_list_csv])
