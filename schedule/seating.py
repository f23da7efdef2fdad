"""Seats in sessions: what is stored of them, and the decisions on them. No I/O.

A *seat* is held; one that came from the waiting list may have to be answered first: it is kept
until `answer_by`. Two seats of one person *clash* when their sessions overlap.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from forum.core.context import Edition
from forum.core.errors import Problem
from forum.core.text import Text
from schedule.models import Programme, Session
from schedule.rules import programme_day

CONFIRMED = "confirmed"
"""The only status of a registration (view `attendee`) that signs up."""
CLASH_HOURS = 24
"""How long a seat is kept for someone who holds another at the same time, unless the terms say."""
LONGEST_MINUTES = 10_080
LONGEST_ANSWER_HOURS = 720


class State(StrEnum):
    """Where someone stands with a session."""

    SEAT = "seat"
    WAITING = "waiting"
    RELEASED = "released"


class SessionWithoutSeats(Problem):
    """Nobody signs up for this session: just come."""

    code = "session_without_seats"
    status = 404


class NoPlaceAtTheForum(Problem):
    """Only who has a place at the forum signs up for sessions: confirm yours first."""

    code = "not_confirmed"


class NotThatDay(Problem):
    """This session is on a day on which you do not come: add the day to your registration first."""

    code = "not_that_day"


class SignUpNotOpen(Problem):
    """Sign-up has not begun yet."""

    code = "sign_up_not_open"


class SignUpClosed(Problem):
    """Sign-up for this session is closed."""

    code = "sign_up_closed"


class GivingBackClosed(Problem):
    """It is too late to give this seat back here: tell the organisers."""

    code = "giving_back_closed"


class NoSeatHeld(Problem):
    """You hold no seat in this session any more."""

    code = "no_seat_held"


class SeatsOverlap(Problem):
    """You hold a seat in another session at the same time: say which one you keep."""

    code = "seats_overlap"

    def __init__(self, others: Sequence["Seating"]) -> None:
        self.others = [*others]
        super().__init__(fields={str(one.session_id): one.slug for one in others})


class TermsChanged(Problem):
    """Somebody else has changed these terms meanwhile: look at theirs, then save again."""

    code = "sign_up_terms_changed"
    status = 412


Minutes = Annotated[int, Meta(ge=0, le=LONGEST_MINUTES)]


class Terms(Struct, frozen=True, kw_only=True):
    """What an edition lays down for all its sessions.

    Sign-up begins at `opens_at` (None: as soon as the programme is published), and ends, as the
    waiting list does, `closes_minutes` before a session begins; until `give_back_minutes` before,
    a seat may be given back. With `answer_hours` a seat from the waiting list is kept so long for
    whoever it came to, and is theirs once they confirm it. `revision` counts the changes.
    """

    opens_at: datetime | None = None
    closes_minutes: Minutes = 0
    give_back_minutes: Minutes = 0
    answer_hours: Annotated[int, Meta(ge=1, le=LONGEST_ANSWER_HOURS)] | None = None
    revision: int = 0


class Seating(Struct, frozen=True, kw_only=True):
    """A session with seats, as the latest published version has it.

    `day` is the day of the edition from 0, None outside of them; it is `open` while the programme
    has it, not cancelled and with sign-up. Of `capacity` seats so many are `taken`;
    `waiting` is how many wait.
    """

    session_id: UUID
    number: int
    slug: str
    title: Text
    room_id: UUID | None
    room: str | None
    day: int | None
    starts_at: datetime
    ends_at: datetime
    open: bool
    capacity: int
    taken: int = 0
    waiting: int = 0

    @property
    def left(self) -> int:
        """How many seats a newcomer may have: none while others wait."""
        return 0 if self.waiting else max(0, self.capacity - self.taken)


class Held(Struct, frozen=True, kw_only=True):
    """A sign-up as it is stored; `place` is the place in line, from 1, while waiting.

    `changes` counts how often a seat was got and lost.
    """

    session_id: UUID
    state: State
    place: int | None
    answer_by: datetime | None
    changes: int
    at: datetime


class Person(Struct, frozen=True, kw_only=True):
    """Who signs up, as the view `attendee` tells; bit n of `days` is day n, None all of them."""

    id: UUID
    reference: str
    given_name: str
    family_name: str
    email: str
    language: str
    status: str
    days: int | None

    def comes_on(self, day: int | None) -> bool:
        """Say whether the person comes on this day of the edition, from 0; None: a day outside."""
        return self.days is None or day is None or bool(self.days >> day & 1)


class Standing(Struct, frozen=True, kw_only=True):
    """One session with seats, and where one person stands with it.

    `clashes` are the sessions in which the person holds a seat at the same time.
    """

    seating: Seating
    held: Held | None = None
    clashes: list[Seating] = []

    @property
    def state(self) -> State:
        """Where the person stands; who never signed up, or gave up, is released."""
        return State.RELEASED if self.held is None else self.held.state

    @property
    def is_firm(self) -> bool:
        """Whether a seat is theirs, without an answer to give."""
        return self.state is State.SEAT and self.held is not None and self.held.answer_by is None


class Listed(Struct, frozen=True, kw_only=True):
    """One line of a door list; `place` is the place in line of who waits."""

    session_id: UUID
    reference: str
    given_name: str
    family_name: str
    organisation: str | None
    state: State
    place: int | None
    answer_by: datetime | None


class SignedUp(Struct, frozen=True, kw_only=True):
    """Somebody to be told of a session: where and in which language, and how they stand.

    `clashes` says that they hold another seat at the same time; `email` is '' for who gave none;
    `changes` is as in `Held`.
    """

    session_id: UUID
    registration_id: UUID
    given_name: str
    family_name: str
    reference: str
    email: str
    language: str
    state: State
    changes: int
    clashes: bool


class Taken(Struct, frozen=True, kw_only=True):
    """How many seats of a session are taken."""

    session_id: UUID
    taken: int


class Overdue(Struct, frozen=True, kw_only=True):
    """A seat that was kept, and not answered in time."""

    edition_id: int
    session_id: UUID
    registration_id: UUID


def seatings(programme: Programme, edition: Edition) -> list[Seating]:
    """Return the sessions of a version that take sign-ups: placed, held, with a number of seats."""
    rooms = {room.id: room.name for room in programme.rooms}
    return [
        Seating(
            session_id=one.id,
            number=one.number,
            slug=one.slug,
            title=one.title,
            room_id=one.room_id,
            room=rooms.get(one.room_id) if one.room_id else None,
            day=_day(one.starts_at, edition),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            open=True,
            capacity=one.capacity,
        )
        for one in programme.sessions
        if takes_sign_ups(one) and one.starts_at and one.ends_at and one.capacity
    ]


def _day(starts_at: datetime, edition: Edition) -> int | None:
    day = programme_day(starts_at, edition.zone)
    return edition.days.index(day) if day in edition.days else None


def takes_sign_ups(session: Session) -> bool:
    """Say whether seats of a published session are signed up for."""
    return bool(
        session.sign_up and session.capacity and session.starts_at and not session.cancelled
    )


def overlap(one: Seating, other: Seating) -> bool:
    """Say whether two sessions are held at the same time, for a minute at least."""
    return (
        one.session_id != other.session_id
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
    )


def stands(seats: Iterable[Seating], held: Iterable[Held]) -> list[Standing]:
    """Return where a person stands with each session, in the order of `seats`."""
    by_id = {one.session_id: one for one in held}
    all_seats = [*seats]
    mine = [
        one
        for one in all_seats
        if one.open and (got := by_id.get(one.session_id)) and got.state is State.SEAT
    ]
    return [
        Standing(
            seating=one,
            held=by_id.get(one.session_id),
            clashes=[other for other in mine if overlap(one, other)] if one.open else [],
        )
        for one in all_seats
    ]


def own_sessions(programme: Programme, held: Iterable[Held]) -> list[Session]:
    """Return the sessions of a version in which somebody has or had a seat, for their calendar.

    What was given up is cancelled in it; the revision rises with each change of the session, and
    each time a seat was got or lost.
    """
    by_id = {one.session_id: one for one in held if one.changes}
    return [
        replace(
            calendar_session(session, got.changes),
            cancelled=session.cancelled or got.state is not State.SEAT,
            changed_at=max(session.changed_at or got.at, got.at),
        )
        for session in programme.sessions
        if (got := by_id.get(session.id)) is not None
    ]


def calendar_session(session: Session, changes: int) -> Session:
    """Return a session as a person's calendar has it: later with each seat lost or got again.

    `changes` is how often that happened (`Held`), the first seat included.
    """
    return replace(session, revision=session.revision + max(0, changes - 1))


def closes_at(seating: Seating, terms: Terms) -> datetime:
    """Return when sign-up and the waiting list of a session end."""
    return seating.starts_at - timedelta(minutes=terms.closes_minutes)


def is_running(seating: Seating, terms: Terms, at: datetime) -> bool:
    """Say whether seats can be had at `at`."""
    return seating.open and at < closes_at(seating, terms) and has_begun(terms, at)


def has_begun(terms: Terms, at: datetime) -> bool:
    """Say whether sign-up has begun in the edition."""
    return terms.opens_at is None or terms.opens_at <= at


def may_give_back(seating: Seating, terms: Terms, at: datetime) -> bool:
    """Say whether a seat may still be given back by its holder."""
    return at < seating.starts_at - timedelta(minutes=terms.give_back_minutes)


def may_sign_up(person: Person, seating: Seating, terms: Terms, at: datetime) -> None:
    """Hold a person and an instant against what a session asks.

    Raises:
        SessionWithoutSeats, NoPlaceAtTheForum, NotThatDay, SignUpNotOpen, SignUpClosed: as they
            say.
    """
    if not seating.open:
        raise SessionWithoutSeats
    if person.status != CONFIRMED:
        raise NoPlaceAtTheForum
    if not person.comes_on(seating.day):
        raise NotThatDay
    if not has_begun(terms, at):
        raise SignUpNotOpen
    if at >= closes_at(seating, terms):
        raise SignUpClosed


def answer_by(
    seating: Seating, terms: Terms, clashes: Sequence[Seating], at: datetime
) -> datetime | None:
    """Return until when a seat from the waiting list is kept; None where it is theirs at once.

    Who holds a seat at the same time is asked in any case: nobody loses a seat unasked.
    """
    if terms.answer_hours is None and not clashes:
        return None
    hours = terms.answer_hours or CLASH_HOURS
    return min(at + timedelta(hours=hours), closes_at(seating, terms))
