"""The editor of the programme: its page, and the forms that do all of it without a script."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Router, get, post
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
from schedule import arranging, board, draft_api, editing, queries
from schedule.board import Table, clock_of, instant_of
from schedule.draft_api import COPIED, PLACED, SHIFTED, SWAPPED, Placement, as_seen, new_ids
from schedule.editing import ChangeBlocked, Changed
from schedule.edits import PartChanged, Wanted
from schedule.models import Draft, Session
from schedule.saying import Teller

MAY = {"deed": Deed.EDIT_PROGRAMME}
PATH = "/organiser/{slug:str}/programme"
PER_MINUTE = 120
LONGEST_QUERY = 100
DAY_WANTED = N_("Choose a day.")
TIME_WANTED = N_("Give a time such as 09:30.")
ROOM_WANTED = N_("Choose one of the rooms.")
OTHER_WANTED = N_("Choose the other session.")
NOTHING_CHANGED = N_("Nothing was to be changed.")
SHIFT_FIELDS = ("since", "minutes", "room")
MOVE_FIELDS = ("day", "room", "start", "minutes", "edited")

Sent = Mapping[str, str]


@get(PATH, include_in_schema=False, opt=MAY)
async def editor_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show a day of the draft, what is not placed, and what is wrong."""
    return await _shown(request, staff, db, page)


async def _shown(
    request: AnyRequest,
    staff: Staff,
    db: Db,
    page: Page,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: Sequence[str] = (),
    status: int = 200,
) -> AnyResponse:
    edition, words = staff.edition, page.words
    draft = await editing.read(db, edition)
    levels = await editing.levels_of(db, edition)
    found = await editing.find_conflicts(db, edition, draft)
    told = Teller(draft, words, edition.zone).conflicts(found)
    days = board.days_of(draft, edition, words)
    asked = (sent or {}).get("day") or request.query_params.get("day", "")
    day = next((one.date for one in days if one.date.isoformat() == asked), days[0].date)
    q = request.query_params.get("q", "")[:LONGEST_QUERY].strip()
    table = Table(draft, edition, found, words)
    return page(
        "schedule/editor.html",
        edition,
        status=status,
        staff=staff,
        days=days,
        day=day,
        columns=table.columns(day),
        rows=table.rows(day),
        unplaced=table.unplaced(q),
        q=q,
        rooms=draft.rooms,
        conflicts=told[: board.MOST_CONFLICTS],
        further=max(0, len(told) - board.MOST_CONFLICTS),
        number=draft.number,
        done=await _done(request, staff, db, page, draft),
        sent={**dict.fromkeys(SHIFT_FIELDS, ""), **(sent or {})},
        errors=errors or {},
        refusal=refusal,
        board=board.in_a_page(
            board.board(
                draft,
                edition,
                who=staff.actor,
                day=day,
                levels=levels,
                conflicts=told[: board.MOST_SENT],
                words=words,
            )
        ),
    )


async def _done(
    request: AnyRequest, staff: Staff, db: Db, page: Page, draft: Draft
) -> dict[str, Any] | None:
    """Return what was just done, in words, and the number by which it is taken back."""
    asked = request.query_params.get("done", "")
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 9:  # noqa: PLR2004
        return None
    change = await queries.find_change(db, staff.edition.id, int(asked))
    if change is None:
        return {"number": 0, "said": page.words.gettext(NOTHING_CHANGED)}
    said = Teller(draft, page.words, staff.edition.zone).edits(change.edits)
    return {"number": change.number, "said": said}


@get(f"{PATH}/move/{{moved:uuid}}", include_in_schema=False, opt=MAY)
async def move_page(
    moved: FromPath[UUID], staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show the form that moves a session, for whoever does not drag."""
    draft = await editing.read(db, staff.edition)
    session = arranging.session_of(draft, moved).content
    day, start = clock_of(session, staff.edition)
    return _move_form(
        staff,
        page,
        draft,
        session,
        sent={
            "day": day.isoformat() if day else "",
            "room": str(session.room_id or ""),
            "start": start,
            "minutes": str(session.minutes),
            "edited": str(draft.edited.get(moved, 0)),
        },
    )


def _move_form(
    staff: Staff,
    page: Page,
    draft: Draft,
    session: Session,
    *,
    sent: Sent,
    errors: Mapping[str, str] | None = None,
    refusal: Sequence[str] = (),
    status: int = 200,
) -> AnyResponse:
    table = Table(draft, staff.edition, [], page.words)
    return page(
        "schedule/move.html",
        staff.edition,
        status=status,
        staff=staff,
        session=table.card(session),
        place=table.teller.place(session) if session.starts_at else "",
        days=board.days_of(draft, staff.edition, page.words),
        rooms=draft.rooms,
        others=table.placed(session.id),
        sent={**dict.fromkeys(MOVE_FIELDS, ""), **sent},
        errors={name: page.words.say(text) for name, text in (errors or {}).items()},
        refusal=refusal,
    )


@post(f"{PATH}/move/{{moved:uuid}}", include_in_schema=False, opt=MAY, status_code=200)
async def move(
    request: AnyRequest,
    moved: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Do with a session what the button says: place, unplace, copy or swap it."""
    sent = {name: values[-1] for name, values in (await form_fields(request)).items() if values}
    edition = staff.edition
    deed = sent.get("deed", "place")
    seen = {moved: number} if (number := _whole(sent.get("edited", ""))) is not None else {}

    def arranged(draft: Draft) -> list[Wanted]:
        if deed == "unplace":
            return arranging.placed(draft, moved, room_id=None, starts_at=None)
        if deed == "copy":
            return arranging.copied(draft, moved, new_ids(ids, now))
        if deed == "swap":
            return arranging.swapped(draft, moved, _other(sent))
        return draft_api.placed(draft, edition, _placement(moved, sent, edition, draft))

    kind = {"copy": COPIED, "swap": SWAPPED}.get(deed, PLACED)
    try:
        made = await editing.arrange(
            db,
            edition,
            lambda draft: as_seen(arranged(draft), seen),
            kind=kind,
            actor=staff.actor,
            at=now,
        )
    except (Invalid, ChangeBlocked, PartChanged) as problem:
        draft = await editing.read(db, edition)
        session = arranging.session_of(draft, moved).content
        changed = isinstance(problem, PartChanged)
        return _move_form(
            staff,
            page,
            draft,
            session,
            sent={**sent, "edited": str(draft.edited.get(moved, 0))} if changed else sent,
            errors=problem.fields if isinstance(problem, Invalid) else None,
            refusal=_refusal(problem, staff, page),
            status=problem.status,
        )
    return _back(staff, made, sent.get("day", ""))


def _refusal(problem: Problem, staff: Staff, page: Page) -> list[str]:
    """Return why something was not stored, as sentences."""
    if isinstance(problem, Invalid):
        return []
    said = [page.words.say(problem.message)]
    if isinstance(problem, ChangeBlocked):
        teller = Teller(problem.draft, page.words, staff.edition.zone)
        said += [one.said for one in teller.conflicts(problem.conflicts)]
    return said


def _back(staff: Staff, made: Changed, day: str) -> Redirect:
    number = made.change.number if made.change else 0
    held = f"&day={parsed.isoformat()}" if (parsed := _day(day)) else ""
    path = f"/organiser/{staff.edition.slug}/programme?done={number}{held}"
    return Redirect(path, status_code=303)


@post(f"{PATH}/shift", include_in_schema=False, opt=MAY, status_code=200)
async def shift(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Move all that begins on a day from a time on by the same minutes."""
    sent = {name: values[-1] for name, values in (await form_fields(request)).items() if values}

    def arranged(draft: Draft) -> list[Wanted]:
        return _shifted(draft, sent, staff.edition)

    return await _from_page(
        request,
        staff,
        db,
        page,
        sent,
        lambda: editing.arrange(
            db, staff.edition, arranged, kind=SHIFTED, actor=staff.actor, at=now
        ),
    )


@post(f"{PATH}/undo", include_in_schema=False, opt=MAY, status_code=200)
async def undo(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Take a change back."""
    sent = {name: values[-1] for name, values in (await form_fields(request)).items() if values}
    number = _whole(sent.get("number", "")) or 0
    return await _from_page(
        request,
        staff,
        db,
        page,
        sent,
        lambda: editing.take_back(db, staff.edition, number, actor=staff.actor, at=now),
    )


async def _from_page(
    request: AnyRequest,
    staff: Staff,
    db: Db,
    page: Page,
    sent: Sent,
    verb: Callable[[], Any],
) -> AnyResponse | Redirect:
    """Do a verb; show the page again where it cannot be done."""
    try:
        made: Changed = await verb()
    except Problem as problem:
        fields = problem.fields if isinstance(problem, Invalid) else {}
        return await _shown(
            request,
            staff,
            db,
            page,
            sent=sent,
            errors={name: page.words.say(text) for name, text in fields.items()},
            refusal=_refusal(problem, staff, page),
            status=problem.status,
        )
    return _back(staff, made, sent.get("day", ""))


def _shifted(draft: Draft, sent: Sent, edition: Edition) -> list[Wanted]:
    """Return what a form wants shifted, of a draft that is as the form was shown it.

    Raises:
        Invalid: naming each field at fault.
        PartChanged: the draft was changed since, perhaps by this very form.
    """
    day, start, minutes = (_day(sent.get("day", "")), _clock(sent.get("since", "")), None)
    minutes = _signed(sent.get("minutes", ""))
    errors = {}
    if day is None:
        errors["day"] = DAY_WANTED
    if start is None:
        errors["since"] = TIME_WANTED
    if minutes is None:
        errors["minutes"] = arranging.BY_MINUTES
    if errors or day is None or start is None or minutes is None:
        raise Invalid(fields=errors)
    if _whole(sent.get("number", "")) not in (None, draft.number):
        raise PartChanged
    room = _id(sent.get("room", ""))
    since = instant_of(day, start, edition)
    return arranging.shifted(
        draft,
        since=since,
        until=instant_of(date.fromordinal(day.toordinal() + 1), board.DAY_BEGINS, edition),
        minutes=minutes,
        rooms=[room] if room else None,
    )


def _placement(moved: UUID, sent: Sent, edition: Edition, draft: Draft) -> Placement:
    """Read where a form wants a session.

    Raises:
        Invalid: naming each field at fault.
    """
    day, start = _day(sent.get("day", "")), _clock(sent.get("start", ""))
    minutes = _whole(sent.get("minutes", "")) or 0
    room = _id(sent.get("room", ""))
    errors = {}
    if day is None:
        errors["day"] = DAY_WANTED
    if start is None:
        errors["start"] = TIME_WANTED
    if not 1 <= minutes <= arranging.MOST_MINUTES:
        errors["minutes"] = arranging.LENGTH
    if sent.get("room") and room not in {one.id for one in draft.rooms}:
        errors["room"] = ROOM_WANTED
    starts_at = instant_of(day, start, edition) if day and start is not None else None
    if starts_at and board.far_from(edition, starts_at):
        errors["day"] = draft_api.TOO_FAR
    if errors or starts_at is None:
        raise Invalid(fields=errors)
    return Placement(session=moved, room=room, starts_at=starts_at, minutes=minutes)


def _other(sent: Sent) -> UUID:
    other = _id(sent.get("other", ""))
    if other is None:
        raise Invalid(fields={"other": OTHER_WANTED})
    return other


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MOST_ANCIENT < day.year < MOST_DISTANT else None


MOST_ANCIENT, MOST_DISTANT = 1900, 3000


def _clock(text: str) -> int | None:
    """Read `09:30` as minutes after midnight."""
    hours, _, minutes = text.partition(":")
    h, m = _whole(hours), _whole(minutes[:2])
    return h * 60 + m if h is not None and m is not None and h < 24 and m < 60 else None  # noqa: PLR2004


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None  # noqa: PLR2004


def _signed(text: str) -> int | None:
    """Read minutes that may go backwards: `-10`, or with the minus sign of typographers."""
    text = text.strip().replace("\u2212", "-")
    number = _whole(text.lstrip("+-"))
    return -number if number is not None and text.startswith("-") else number


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


router = Router(
    "/",
    route_handlers=[editor_page, move_page, move, shift, undo],
    middleware=[limited("editor", per_minute=PER_MINUTE)],
)
