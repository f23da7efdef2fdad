"""An attendee's seats in sessions, by the link in their e-mail, or by the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath
from litestar.response import Redirect, Response
from msgspec import Struct

from forum.core.context import Attendee, Edition
from forum.core.db import Database, Db
from forum.core.errors import Invalid, NotFound, Problem
from forum.core.i18n import N_, Words, words
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.text import Text, pick
from forum.core.web import (
    PRIVATE,
    AnyRequest,
    AnyResponse,
    Given,
    disposition,
    form_fields,
    json_object,
)
from forum.editions import service as edition_service
from forum.registrations import service
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import Status
from schedule import seating_queries, signing_up
from schedule.exports import ics
from schedule.published import Shelves
from schedule.rules import programme_day
from schedule.seating import (
    SeatsOverlap,
    SessionWithoutSeats,
    Standing,
    State,
    Terms,
    has_begun,
    is_running,
    may_give_back,
)

PER_MINUTE = 300
"""Many people of one venue share an address, and sign up at the same moment."""
CALENDAR = "text/calendar"
DONE = {
    "seat": N_("You have a seat: %(session)s."),
    "waiting": N_("You are on the waiting list: %(session)s."),
    "released": N_("Given back: %(session)s."),
}


class OwnSeat(Struct, frozen=True, kw_only=True):
    """Where the bearer of a key stands with one session.

    `state` is `seat`, `waiting` or `released`; `place_in_line` counts from 1 while waiting. A seat
    with `answer_by` is kept until then: PUT confirms it, DELETE declines it. `left` is how many
    seats a newcomer may have. `clashes` are the ids of sessions at the same time in which a seat
    is held.
    """

    session: UUID
    slug: str
    title: Text
    room: str | None
    starts_at: datetime
    ends_at: datetime
    state: State
    place_in_line: int | None
    answer_by: datetime | None
    capacity: int
    left: int
    clashes: list[UUID]


class SignUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What PUT may send: the sessions whose seats are given back for this one, by id."""

    instead_of: list[UUID] = []


@dataclass
class SignUpOperation(Operation):
    """Describes the body of `take`, which may be left away."""

    def __post_init__(self) -> None:
        """Say what the body holds (`SignUp`)."""
        text = Schema(type=OpenAPIType.STRING)
        schema = Schema(
            type=OpenAPIType.OBJECT,
            properties={"instead_of": Schema(type=OpenAPIType.ARRAY, items=text)},
            additional_properties=False,
        )
        self.request_body = RequestBody(
            required=False, content={"application/json": OpenAPIMediaType(schema=schema)}
        )


# The API


@get("/api/me/sign-ups", tags=["sessions"], summary="Tell my seats in sessions")
async def tell(attendee: Given[Attendee], db: Given[Db]) -> Response[list[OwnSeat]]:
    """Tell where the bearer of the key stands with every session that has seats, by start."""
    await service.own(db, attendee.edition_id, attendee.registration_id)
    found = await signing_up.standings(db, attendee.edition_id, attendee.registration_id)
    told = [own_seat(one) for one in found if one.seating.open or one.state is not State.RELEASED]
    return Response(told, headers={"cache-control": PRIVATE})


@put(
    "/api/me/sign-ups/{session_name:str}",
    tags=["sessions"],
    summary="Take a seat, or a turn, in a session",
    operation_class=SignUpOperation,
    middleware=[limited("sign-up", per_minute=PER_MINUTE)],
)
async def take(
    request: AnyRequest,
    session_name: FromPath[str],
    attendee: Given[Attendee],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[OwnSeat]:
    """Take a seat in a session, named by id or slug, or a turn where none is left.

    Sent again it changes nothing. 409 `seats_overlap` names seats at the same time: send their ids
    as `instead_of` to give them back for this one.
    """
    edition = await edition_service.by_id(db, attendee.edition_id)
    wanted = await read_sign_up(request)
    session = await signing_up.find_session(db, edition.id, session_name)
    standing = await signing_up.sign_up(
        db,
        edition,
        attendee.registration_id,
        session.session_id,
        instead_of=wanted.instead_of,
        at=now,
        ids=ids,
    )
    return Response(own_seat(standing), headers={"cache-control": PRIVATE})


@delete(
    "/api/me/sign-ups/{session_name:str}",
    tags=["sessions"],
    summary="Give back a seat, or a turn, in a session",
    status_code=200,
    middleware=[limited("sign-up", per_minute=PER_MINUTE)],
)
async def give(
    session_name: FromPath[str],
    attendee: Given[Attendee],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[OwnSeat]:
    """Give back a seat or a turn; a seat goes to the next in line. Sent again nothing changes."""
    edition = await edition_service.by_id(db, attendee.edition_id)
    session = await signing_up.find_session(db, edition.id, session_name)
    standing = await signing_up.give_back(
        db, edition, attendee.registration_id, session.session_id, at=now, ids=ids
    )
    return Response(own_seat(standing), headers={"cache-control": PRIVATE})


@get("/api/me/agenda.ics", tags=["sessions"], summary="My sessions as a calendar")
async def agenda(
    attendee: Given[Attendee],
    db: Given[Db],
    database: Given[Database],
    shelves: Given[Shelves],
) -> AnyResponse:
    """Send the sessions in which a seat is held; those given up or cancelled say so."""
    own = await service.own(db, attendee.edition_id, attendee.registration_id)
    return await _calendar(db, database, shelves, attendee, own.language)


async def read_sign_up(request: AnyRequest) -> SignUp:
    """Read the body of PUT, which may be left away.

    Raises:
        Invalid: it names something else than sessions.
    """
    if not (await request.body()).strip():
        return SignUp()
    try:
        return msgspec.convert(await json_object(request), SignUp)
    except msgspec.ValidationError as error:
        said = N_("Give the ids of sessions, as a list.")
        raise Invalid(fields={"instead_of": said}) from error


def own_seat(standing: Standing) -> OwnSeat:
    """Return a standing as the API tells it."""
    seating, held = standing.seating, standing.held
    return OwnSeat(
        session=seating.session_id,
        slug=seating.slug,
        title=seating.title,
        room=seating.room,
        starts_at=seating.starts_at,
        ends_at=seating.ends_at,
        state=standing.state,
        place_in_line=held.place if held else None,
        answer_by=held.answer_by if held else None,
        capacity=seating.capacity,
        left=seating.left,
        clashes=[one.session_id for one in standing.clashes],
    )


# The pages


@get("/me/{key:str}/sessions", include_in_schema=False)
async def sessions_page(
    request: AnyRequest,
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Show the sessions with seats of one day by time, and all that the person holds."""
    desk = await SeatsDesk.at(db, keys, key, now)
    asked = request.query_params
    done = DONE.get(asked.get("done", ""))
    of = desk.called(asked.get("of", ""))
    note = None
    if done and of:
        title = pick(of.seating.title, page.language, desk.edition.language)
        note = page.words.gettext(done) % {"session": title}
    return desk.answer(page, day=asked.get("day", ""), note=note)


@post(
    "/me/{key:str}/sessions",
    include_in_schema=False,
    middleware=[limited("sign-up", per_minute=PER_MINUTE)],
)
async def change_sessions(
    request: AnyRequest,
    key: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
) -> AnyResponse | Redirect:
    """Take, keep or give back one seat; where another is held at the same time, ask which."""
    attendee = keys.read(key)
    edition = await edition_service.by_id(db, attendee.edition_id)
    sent = await form_fields(request)
    day = (sent.get("day") or [""])[-1]
    try:
        deed, session_id, instead_of = _deed(sent)
        of: dict[str, Any] = {"at": now, "ids": ids}
        who = attendee.registration_id
        if deed == "take":
            stands = await signing_up.sign_up(
                db, edition, who, session_id, instead_of=instead_of, **of
            )
        elif deed == "keep":
            stands = await signing_up.keep(
                db, edition, who, session_id, instead_of=instead_of, **of
            )
        else:
            stands = await signing_up.give_back(db, edition, who, session_id, **of)
    except SeatsOverlap:
        return Redirect(f"/me/{key}/sessions/{session_id}", status_code=303)
    except Problem as problem:
        desk = await SeatsDesk.at(db, keys, key, now)
        said = page.words.gettext(problem.message)
        return desk.answer(page, day=day, problem=said, status=problem.status)
    shown = programme_day(stands.seating.starts_at, edition.zone).isoformat()
    asked = {"day": shown, "done": stands.state.value, "of": str(session_id)}
    return Redirect(f"/me/{key}/sessions?{urlencode(asked)}", status_code=303)


@get("/me/{key:str}/sessions/{session_name:str}", include_in_schema=False)
async def choose_page(
    key: FromPath[str],
    session_name: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    keys: Given[AttendeeKeys],
) -> AnyResponse | Redirect:
    """Ask which of several sessions at one time is kept; without such go to the list."""
    desk = await SeatsDesk.at(db, keys, key, now)
    session = desk.called(session_name)
    if session is None:
        raise SessionWithoutSeats
    if not session.clashes or session.state is State.WAITING:
        return Redirect(f"/me/{key}/sessions", status_code=303)
    return page(
        "registrations/choose.html",
        desk.edition,
        key=key,
        wanted=desk.row(session, page.words),
        others=[desk.row(desk.by_id[one.session_id], page.words) for one in session.clashes],
    )


@get("/me/{key:str}/agenda.ics", include_in_schema=False)
async def own_agenda(
    key: FromPath[str],
    db: Given[Db],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
    keys: Given[AttendeeKeys],
) -> AnyResponse:
    """Send the sessions of the link's owner to a calendar, which may ask for them again."""
    attendee = keys.read(key)
    own = await service.own(db, attendee.edition_id, attendee.registration_id)
    asked = page.language if page.request.query_params.get("lang") else own.language
    return await _calendar(db, database, shelves, attendee, asked)


async def _calendar(
    db: Db, database: Database, shelves: Shelves, attendee: Attendee, language: str
) -> AnyResponse:
    edition = await edition_service.by_id(db, attendee.edition_id)
    shelved = await shelves.current(database, edition)
    if shelved is None:
        raise NotFound(N_("The programme is not published yet."))
    mine = await signing_up.agenda(db, edition.id, attendee.registration_id, shelved.programme)
    title = pick(edition.title, language)
    name = f"{words(language).gettext('My sessions')} – {title}"
    return Response(
        ics.own_calendar(shelved.programme, mine, name=name, language=language),
        media_type=CALENDAR,
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{edition.slug}-sessions.ics"),
        },
    )


def _deed(sent: dict[str, list[str]]) -> tuple[str, UUID, list[UUID]]:
    """Return what a button says: the deed, the session, the sessions given back for it.

    Raises:
        SessionWithoutSeats: it names none.
    """
    deed = next((name for name in ("take", "keep", "give") if sent.get(name)), None)
    if deed is None:
        raise SessionWithoutSeats
    try:
        return deed, UUID(sent[deed][-1]), [UUID(one) for one in sent.get("instead_of", [])]
    except ValueError as error:
        raise SessionWithoutSeats from error


class SeatsDesk:
    """One attendee before the sessions that have seats."""

    def __init__(
        self,
        key: str,
        edition: Edition,
        status: Status,
        terms: Terms,
        found: Sequence[Standing],
        now: datetime,
    ) -> None:
        self.key, self.edition, self.status = key, edition, status
        self.terms, self.now = terms, now
        self.found = [one for one in found if one.seating.open or one.state is not State.RELEASED]
        self.by_id = {one.seating.session_id: one for one in found}

    @classmethod
    async def at(cls, db: Db, keys: AttendeeKeys, key: str, now: datetime) -> "SeatsDesk":
        """Open the seats of a key.

        Raises:
            RegistrationNotFound: the key is nobody's.
        """
        attendee = keys.read(key)
        edition = await edition_service.by_id(db, attendee.edition_id)
        own = await service.own(db, edition.id, attendee.registration_id)
        terms = await seating_queries.find_terms(db, edition.id)
        found = await signing_up.standings(db, edition.id, attendee.registration_id)
        return cls(key, edition, own.status, terms, found, now)

    def called(self, name: str) -> Standing | None:
        """Return the session of an id or a slug."""
        for one in self.found:
            if name.lower() in {str(one.seating.session_id), one.seating.slug}:
                return one
        return None

    def day_of(self, one: Standing) -> date:
        """Return the day of the programme on which a session is held."""
        return programme_day(one.seating.starts_at, self.edition.zone)

    def row(self, one: Standing, said: Words) -> dict[str, Any]:
        """Return a session as the pages show it."""
        seating, held = one.seating, one.held
        confirmed = self.status is Status.CONFIRMED
        return {
            "id": str(seating.session_id),
            "title": pick(seating.title, said.language, self.edition.language),
            "path": f"/{self.edition.slug}/sessions/{seating.slug}",
            "room": seating.room,
            "day": self.day_of(one),
            "starts_at": seating.starts_at,
            "ends_at": seating.ends_at,
            "open": seating.open,
            "capacity": seating.capacity,
            "left": seating.left,
            "state": one.state.value,
            "place": held.place if held else None,
            "answer_by": held.answer_by if held else None,
            "clashes": [
                pick(other.title, said.language, self.edition.language) for other in one.clashes
            ],
            "may_take": confirmed and is_running(seating, self.terms, self.now),
            "may_give": one.state is State.WAITING
            or not seating.open
            or may_give_back(seating, self.terms, self.now),
        }

    def mine(self, said: Words) -> list[dict[str, Any]]:
        """Return what the person holds, by start."""
        return [self.row(one, said) for one in self.found if one.state is not State.RELEASED]

    def answer(
        self,
        page: Page,
        *,
        day: str,
        note: str | None = None,
        problem: str | None = None,
        status: int = 200,
    ) -> AnyResponse:
        """Answer with the page of sessions: those of one day, today's unless another is asked."""
        days = sorted({self.day_of(one) for one in self.found})
        today = self.now.astimezone(self.edition.zone).date()
        chosen = next((one for one in days if one.isoformat() == day), None)
        if chosen is None:
            chosen = today if today in days else next(iter(days), None)
        slots: dict[datetime, list[dict[str, Any]]] = {}
        for one in self.found:
            if self.day_of(one) == chosen:
                slots.setdefault(one.seating.starts_at, []).append(self.row(one, page.words))
        return page(
            "registrations/sessions.html",
            self.edition,
            status=status,
            key=self.key,
            confirmed=self.status is Status.CONFIRMED,
            opens_at=None if has_begun(self.terms, self.now) else self.terms.opens_at,
            mine=self.mine(page.words),
            days=[{"date": one, "current": one == chosen} for one in days],
            day=chosen.isoformat() if chosen else "",
            slots=[{"starts_at": at, "sessions": rows} for at, rows in slots.items()],
            note=note,
            problem=problem,
        )


HANDLERS: list[HTTPRouteHandler] = [
    tell,
    take,
    give,
    agenda,
    sessions_page,
    change_sessions,
    choose_page,
    own_agenda,
]
"""Served by the router of `routes.py`."""
