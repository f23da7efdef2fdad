"""What the editor of the programme shows: the draft as cards and as a table. No I/O."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import Text, fold
from schedule.conflicts import OF_CONTENT, Conflict, Levels, of_the_grid
from schedule.models import (
    ConflictCode,
    Draft,
    Level,
    Participation,
    RoomBackstage,
    Session,
    SessionBackstage,
    SessionType,
    Span,
    SpeakerBackstage,
)
from schedule.rules import DAY_CHANGE, at_clock, in_order, programme_day
from schedule.saying import Teller, ToldConflict

MINUTES_OF_A_DAY = 24 * 60
DAY_BEGINS = int(DAY_CHANGE.total_seconds()) // 60
"""The first minute of a day of the programme, after midnight."""
MOST_CONFLICTS = 30
"""How many conflicts the page lists."""
MOST_SENT = 300
"""How many conflicts mark sessions of the grid as the page opens."""

WORDS: dict[str, str] = {
    "roomless": N_("No room"),
    "minutes": N_("%(n)s min"),
    "cancelled": N_("Cancelled"),
    "unconfirmed": N_("Not confirmed"),
    "conflict": N_("Conflict"),
    "taken": N_("%(room)s is taken by “%(other)s”"),
    "closed": N_("%(room)s is not available then"),
    "small": N_("%(room)s has %(there)s seats, %(wanted)s are needed"),
    "busy": N_("%(person)s is at “%(other)s” then"),
    "away": N_("%(person)s is not available then"),
    "grabbed": N_(
        "Holding “%(title)s”. Arrows move it, with Shift they change its length;"
        " Space puts it down, Escape leaves it where it was."
    ),
    "at": N_("%(room)s, %(time)s"),
    "placed": N_("“%(title)s” placed: %(place)s."),
    "unplaced": N_("“%(title)s” taken out of the grid."),
    "left": N_("“%(title)s” stays where it was."),
    "stored": N_("Stored."),
    "free": N_("No conflict."),
    "theirs": N_("%(who)s: %(said)s"),
    "undone": N_("Taken back: %(said)s"),
    "redone": N_("Done again: %(said)s"),
    "refused": N_("Not stored, put back as it was: %(why)s"),
    "waiting": N_(
        "No connection. Your changes wait here and are sent as soon as it is back: %(n)s."
    ),
    "signed_out": N_(
        "You are signed out: sign in again in another tab. Your changes wait here: %(n)s."
    ),
    "back": N_("The connection is back: all is stored."),
    "none": N_("No session matches."),
    "all_placed": N_("All sessions are placed."),
    "no_conflicts": N_("There is no conflict."),
    "more": N_("and %(n)s more"),
    "shown": N_("See it"),
}
"""What the script says."""

View = dict[str, Any]


class Card(Struct, frozen=True, kw_only=True):
    """What the grid shows of a session; the names are those of `Session` and its backstage."""

    id: UUID
    type: SessionType
    title: Text
    track_id: UUID | None
    room_id: UUID | None
    starts_at: datetime | None
    minutes: int
    people: list[Participation]
    capacity: int | None
    cancelled: bool
    overlaps: bool
    confirmed: bool
    expected: int | None


class Column(Struct, frozen=True, kw_only=True):
    """A room as the grid shows it."""

    id: UUID
    name: str
    position: int
    capacity: int | None
    availability: list[Span]


class Person(Struct, frozen=True, kw_only=True):
    """A person as the grid knows them."""

    id: UUID
    name: str
    availability: list[Span]


class Tint(Struct, frozen=True, kw_only=True):
    """A track as the grid shows it."""

    id: UUID
    tint: int


class Day(Struct, frozen=True, kw_only=True):
    """A day of the programme: from four in the morning, so that a night belongs to its evening."""

    date: date
    label: str
    begins_at: datetime
    ends_at: datetime


class Board(Struct, frozen=True, kw_only=True):
    """All that the script of the editor begins with; `who` keeps apart what waits to be stored."""

    number: int
    who: str
    day: date
    timezone: str
    language: str
    api: str
    days: list[Day]
    rooms: list[Column]
    tracks: list[Tint]
    speakers: list[Person]
    sessions: list[Card]
    edited: dict[UUID, int]
    levels: dict[ConflictCode, Level]
    of_content: list[ConflictCode]
    conflicts: list[ToldConflict]
    words: dict[str, str]


def days_of(draft: Draft, edition: Edition, words: Words) -> list[Day]:
    """Return the days of the edition, and those on which something is placed beside them."""
    zone = edition.zone
    held = {programme_day(one.starts_at, zone) for one in draft.sessions if one.starts_at}
    return [
        Day(
            date=one,
            label=words.day(one),
            begins_at=at_clock(one, DAY_BEGINS, zone),
            ends_at=at_clock(one, DAY_BEGINS + MINUTES_OF_A_DAY, zone),
        )
        for one in sorted({*edition.days} | held)
    ]


def board(
    draft: Draft,
    edition: Edition,
    *,
    who: str,
    day: date,
    levels: Levels,
    conflicts: Sequence[ToldConflict],
    words: Words,
) -> Board:
    """Return what the script begins with."""
    rooms, people = draft.backstage_of_rooms, draft.backstage_of_speakers
    return Board(
        number=draft.number,
        who=who,
        day=day,
        timezone=edition.timezone,
        language=words.language,
        api=f"/api/editions/{edition.slug}/draft",
        days=days_of(draft, edition, words),
        rooms=[
            Column(
                id=one.id,
                name=one.name,
                position=one.position,
                capacity=one.capacity,
                availability=rooms.get(one.id, RoomBackstage()).availability,
            )
            for one in draft.rooms
        ],
        tracks=[Tint(id=one.id, tint=one.tint) for one in draft.tracks],
        speakers=[
            Person(
                id=one.id,
                name=one.name,
                availability=people.get(one.id, SpeakerBackstage()).availability,
            )
            for one in draft.speakers
        ],
        sessions=[
            _card(one, draft.backstage_of_sessions.get(one.id, SessionBackstage()))
            for one in draft.sessions
        ],
        edited=draft.edited,
        levels={**levels},
        of_content=[*OF_CONTENT],
        conflicts=[*conflicts],
        words={name: words.gettext(sentence) for name, sentence in WORDS.items()},
    )


def _card(session: Session, behind: SessionBackstage) -> Card:
    names = [name for name in Card.__struct_fields__ if name not in ("confirmed", "expected")]
    return Card(
        **{name: getattr(session, name) for name in names},
        confirmed=behind.confirmed,
        expected=behind.expected,
    )


def in_a_page(value: Board) -> str:
    """Return a board as JSON that may stand between the tags of a script: no `<` is in it."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


class Table:
    """The draft as the page shows it without a script, in one language."""

    def __init__(
        self, draft: Draft, edition: Edition, found: Sequence[Conflict], words: Words
    ) -> None:
        self.draft = draft
        self.edition = edition
        self.words = words
        self.teller = Teller(draft, words, edition.zone)
        self.tints = {one.id: one.tint for one in draft.tracks}
        marked = of_the_grid(found)
        self.clashing: set[UUID | None] = {one.session_id for one in marked}
        self.clashing |= {one.other_id for one in marked}

    def card(self, session: Session) -> View:
        """Return a session as the table and the lists show it."""
        return {
            "id": session.id,
            "title": self.teller.title(session),
            "span": self.teller.span(session),
            "until": self.words.time(session.ends_at, self.edition.zone) if session.ends_at else "",
            "minutes": session.minutes,
            "tint": self.tints.get(session.track_id, 0) if session.track_id else 0,
            "cancelled": session.cancelled,
            "confirmed": self.draft.backstage_of_sessions.get(
                session.id, SessionBackstage()
            ).confirmed,
            "clashes": session.id in self.clashing,
        }

    def columns(self, day: date) -> list[tuple[UUID | None, str]]:
        """Return the rooms, and no room where something of the day has none."""
        none = [None] if any(one.room_id is None for one in self._held(day)) else []
        named = [(one.id, one.name) for one in self.draft.rooms]
        return [*named, *((one, self.words.gettext(WORDS["roomless"])) for one in none)]

    def rows(self, day: date) -> list[View]:
        """Return a row for each time at which something of the day begins, a cell a column."""
        columns = self.columns(day)
        cells: dict[tuple[datetime, UUID | None], list[View]] = defaultdict(list)
        for one in self._held(day):
            if one.starts_at:
                cells[one.starts_at, one.room_id].append(self.card(one))
        return [
            {
                "time": self.words.time(start, self.edition.zone),
                "cells": [cells.get((start, column), []) for column, _ in columns],
            }
            for start in sorted({start for start, _ in cells})
        ]

    def _held(self, day: date) -> list[Session]:
        zone = self.edition.zone
        placed = [one for one in self.draft.sessions if one.starts_at]
        return in_order(
            [one for one in placed if one.starts_at and programme_day(one.starts_at, zone) == day],
            self.draft.rooms,
        )

    def unplaced(self, q: str = "") -> list[View]:
        """Return what has no time and has every word of `q` in its title, accents aside."""
        wanted = fold(q).split()
        waiting = [self.card(one) for one in self.draft.sessions if one.starts_at is None]
        return [one for one in waiting if all(word in fold(one["title"]) for word in wanted)]

    def placed(self, without: UUID) -> list[View]:
        """Return every placed session but one: with which it may change places."""
        held = in_order([one for one in self.draft.sessions if one.starts_at], self.draft.rooms)
        return [self.card(one) for one in held if one.id != without]


def clock_of(session: Session, edition: Edition) -> tuple[date | None, str]:
    """Return the programme's day of a session and its time on the wall as `09:30`."""
    if session.starts_at is None:
        return None, ""
    local = session.starts_at.astimezone(edition.zone)
    return programme_day(session.starts_at, edition.zone), local.strftime("%H:%M")


def instant_of(day: date, minutes: int, edition: Edition) -> datetime:
    """Return the instant of a time on the wall of a day of the programme; its night follows it."""
    later = MINUTES_OF_A_DAY if minutes < DAY_BEGINS else 0
    return at_clock(day, minutes + later, edition.zone)


def far_from(edition: Edition, starts_at: datetime) -> bool:
    """Say whether an instant is so far from the days of an edition that it must be a mistake."""
    return not (
        at_clock(edition.starts_on, 0, edition.zone) - MOST_FAR
        <= starts_at
        <= at_clock(edition.ends_on, 0, edition.zone) + MOST_FAR
    )


MOST_FAR = timedelta(days=60)
