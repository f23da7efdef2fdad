"""What may be asked of the programme on paper: a form, languages, an issue, paper, days, rooms."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from forum.core.errors import Invalid, NotFound
from forum.core.i18n import N_
from schedule.days import Day, days
from schedule.models import Programme, Session

DAY_UNKNOWN = N_("The programme has no session on this day.")
ROOM_UNKNOWN = N_("The programme has no such room.")
PAPER_UNFIT = N_("This form is printed on A4.")


class Form(StrEnum):
    """The documents that are made of a programme."""

    BOOKLET = "booklet"
    GRID = "grid"
    DOORS = "doors"
    TENTS = "tents"
    SIGNS = "signs"


class Paper(StrEnum):
    """A size of paper (ISO 216)."""

    A4 = "a4"
    A3 = "a3"


SIZE_MM = {Paper.A4: (210.0, 297.0), Paper.A3: (297.0, 420.0)}
"""Width and height of a sheet that stands upright."""
PAPERS = {
    Form.BOOKLET: (Paper.A4,),
    Form.GRID: (Paper.A3, Paper.A4),
    Form.DOORS: (Paper.A4, Paper.A3),
    Form.TENTS: (Paper.A4,),
    Form.SIGNS: (Paper.A4, Paper.A3),
}
"""The papers of each form, the usual one first."""


class Order(Struct, frozen=True, kw_only=True):
    """One document that is asked for.

    `languages` are `fr` and `en`, the first leads. `days` and `rooms` (by slug) choose what is on
    the sheets, none of them choose all; a booklet holds the whole programme. A `draft` is marked.
    """

    form: Form = Form.BOOKLET
    languages: tuple[str, ...] = ("fr",)
    paper: Paper = Paper.A4
    days: tuple[date, ...] = ()
    rooms: tuple[str, ...] = ()
    draft: bool = False


class NothingToPrint(NotFound):
    """There is nothing to print: no session fits what is asked. Choose other days, or rooms."""

    code = "nothing_to_print"


def hold(programme: Programme, order: Order) -> None:
    """Hold an order against the programme it is for.

    Raises:
        Invalid: naming `paper`, `day` or `room`, with what is wrong.
        NothingToPrint: no session of the programme is for these sheets.
    """
    errors = {}
    if order.paper not in PAPERS[order.form]:
        errors["paper"] = PAPER_UNFIT
    if {*order.days} - {day.date for day in days(programme)}:
        errors["day"] = DAY_UNKNOWN
    if {*order.rooms} - {room.slug for room in programme.rooms}:
        errors["room"] = ROOM_UNKNOWN
    if errors:
        raise Invalid(fields=errors)
    if order.form is not Form.BOOKLET and not any(day.sessions for day in chosen(programme, order)):
        raise NothingToPrint


def chosen(programme: Programme, order: Order) -> list[Day]:
    """Return the days that are asked for, each with the sessions that are for these sheets."""
    wanted = {room.id for room in programme.rooms if room.slug in order.rooms}
    found = []
    for day in days(programme):
        if order.days and day.date not in order.days:
            continue
        some = [
            one
            for one in day.sessions
            if (not wanted or one.session.room_id in wanted) and printed(one.session, order.form)
        ]
        if some:
            found.append(Day(day.date, some))
    return found


def printed(session: Session, form: Form) -> bool:
    """Say whether a session with a time is for the sheets of a form."""
    if form is Form.DOORS:
        return session.room_id is not None  # a cancelled one too: it is looked for at the door
    if session.cancelled:
        return False
    if form is Form.TENTS:
        return bool(session.people)
    return session.sign_up if form is Form.SIGNS else True


def languages_of(asked: str, usual: Sequence[str]) -> tuple[str, ...]:
    """Return the languages that `fr`, `en` or `both` asks for; of both the usual one leads."""
    if asked != "both":
        return (asked,)
    return ("en", "fr") if usual[:1] == ["en"] else ("fr", "en")
