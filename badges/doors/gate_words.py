"""What the pages of gates and lists say: labels, when a list is open, why somebody passes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from msgspec import Struct

from badges.doors.deciding import MS, ListRule, Window, day_at
from badges.doors.opening import MORNING
from badges.doors.trying import Tried
from badges.models import (
    CategoryRow,
    CheckInList,
    Counting,
    Direction,
    Directions,
    DoorSession,
    GateKind,
    Outcome,
)
from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.text import pick

LABELS = {
    "name": N_("Name that is shown"),
    "slug": N_("Name for programs"),
    "kind": N_("What it leads to"),
    "directions": N_("Which way people pass"),
    "check_in_list": N_("Check-in list"),
    "position": N_("Place in the order, from 0"),
    "categories": N_("Who may pass"),
    "days": N_("Which days"),
    "hours": N_("Hours"),
    "day": N_("Day"),
    "opens": N_("From, as in 9:30"),
    "closes": N_("To, as in 12:00"),
    "rooms": N_("Rooms"),
    "lead_minutes": N_("Open so many minutes before a session"),
    "seats": N_("A seat is needed, in sessions that take seats"),
    "seats_kept_minutes": N_("Seats are kept until so many minutes after the beginning"),
    "counts": N_("What counts once"),
    "reentry": N_("Who was seen to leave may come in again"),
    "building": N_("Counts who is in the building"),
    "who": N_("Reference"),
    "category": N_("Category"),
    "when": N_("Day and time"),
    "gate": N_("Gate"),
    "direction": N_("Direction"),
    "seat": N_("With a seat in the session"),
}
KINDS = {
    GateKind.DOOR: N_("The building"),
    GateKind.ROOM: N_("A room"),
    GateKind.MEAL: N_("A meal"),
    GateKind.CLOAKROOM: N_("The cloakroom"),
    GateKind.EXIT: N_("The way out"),
}
DIRECTIONS = {
    Directions.BOTH: N_("In and out"),
    Directions.IN: N_("In only"),
    Directions.OUT: N_("Out only"),
}
WAYS = {Direction.IN: N_("Coming in"), Direction.OUT: N_("Going out")}
COUNTS = {
    Counting.FORUM: N_("Once for the whole forum"),
    Counting.DAY: N_("Once a day"),
    Counting.SESSION: N_("Once a session"),
    Counting.NEVER: N_("Nothing: everybody passes each time"),
}
OUTCOMES = {
    Outcome.ADMITTED: N_("May come in"),
    Outcome.ALREADY_IN: N_("In already"),
    Outcome.NOT_YET: N_("Not yet"),
    Outcome.TOO_LATE: N_("Too late"),
    Outcome.WRONG_DAY: N_("Another day"),
    Outcome.NOT_ON_LIST: N_("Not on the list"),
    Outcome.REVOKED: N_("Ticket taken back"),
    Outcome.CANCELLED: N_("Registration cancelled"),
    Outcome.WAITING: N_("No place yet"),
    Outcome.LEFT: N_("Goes out"),
}
ALREADY = {
    Counting.FORUM: N_("Let in already, on %(when)s: the list counts once for the whole forum."),
    Counting.DAY: N_("Let in already, on %(when)s: the list counts once a day."),
    Counting.SESSION: N_("Let in already, on %(when)s: the list counts once a session."),
    Counting.NEVER: N_("Let in already, on %(when)s."),
}

PLAIN = {
    Outcome.LEFT: N_("Whoever holds a ticket may go out."),
    Outcome.CANCELLED: N_("The registration is cancelled."),
    Outcome.WAITING: N_("The registration has no place yet."),
    Outcome.REVOKED: N_("The ticket was taken back."),
}


class DayOpen(Struct, frozen=True, kw_only=True):
    """A day, and what its windows are in words."""

    day: str
    lines: list[str]


def said(labels: Mapping[Any, str], words: Words) -> dict[str, str]:
    """Return labels in a language, by the value that each stands for."""
    return {str(key): words.gettext(text) for key, text in labels.items()}


def instant(at_ms: int) -> datetime:
    """Return an instant of the rules."""
    return datetime.fromtimestamp(at_ms / MS, UTC)


def opened(
    rule: ListRule,
    days: list[int],
    sessions: Mapping[int, DoorSession],
    edition: Edition,
    words: Words,
) -> list[DayOpen]:
    """Return when a list is open, day by day; empty where it is never, or always."""
    windows = sorted(rule.windows or [], key=lambda one: (one.opens, one.closes))
    found = []
    for day, some in groupby(windows, key=lambda one: _day(one, days, edition)):
        lines = [_line(one, sessions, edition, words) for one in some]
        found.append(DayOpen(day=words.day(day), lines=lines))
    return found


def _day(window: Window, days: list[int], edition: Edition) -> date:
    """Return the day as people live it: until four in the morning it is the evening before."""
    number = day_at(days, window.opens)
    if number >= 0:
        return edition.days[number]
    local = instant(window.opens).astimezone(edition.zone)
    return (local - timedelta(hours=MORNING.hour)).date()


def _line(
    window: Window, sessions: Mapping[int, DoorSession], edition: Edition, words: Words
) -> str:
    zone = edition.zone
    times = {
        "opens": words.time(instant(window.opens), zone),
        "closes": words.time(instant(window.closes), zone),
    }
    session = sessions.get(window.session) if window.session is not None else None
    if session is None:
        return words.gettext("%(opens)s to %(closes)s") % times
    values = {**times, "session": _title(session, edition, words)}
    if not window.seat:
        return words.gettext("%(opens)s to %(closes)s: “%(session)s”") % values
    if window.seat_until is None:
        return words.gettext("%(opens)s to %(closes)s: “%(session)s”, with a seat") % values
    until = words.time(instant(window.seat_until), zone)
    sentence = words.gettext(
        "%(opens)s to %(closes)s: “%(session)s”, with a seat until %(until)s, then everybody"
    )
    return sentence % {**values, "until": until}


def _title(session: DoorSession, edition: Edition, words: Words) -> str:
    return pick(session.title, words.language, edition.language)


class Reasons:
    """Says why a gate would answer what it would."""

    def __init__(
        self,
        sessions: Mapping[int, DoorSession],
        categories: Iterable[CategoryRow],
        edition: Edition,
        words: Words,
    ) -> None:
        self._sessions = sessions
        self._categories = {one.number: one for one in categories}
        self._edition = edition
        self._words = words

    def why(self, tried: Tried) -> str:
        """Return the reason of an answer in one sentence."""
        sentence, values = self._reason(tried)
        return self._words.gettext(sentence) % values

    def _reason(self, tried: Tried) -> tuple[str, dict[str, str]]:
        match tried.outcome:
            case Outcome.ADMITTED:
                return self._let_in(tried)
            case Outcome.ALREADY_IN:
                return ALREADY[tried.rule.counts], {"when": self._entered(tried)}
            case Outcome.NOT_YET | Outcome.TOO_LATE | Outcome.WRONG_DAY:
                return self._closed(tried)
            case Outcome.NOT_ON_LIST:
                return self._not_on_list(tried)
            case other:
                return PLAIN[other], {}

    def _let_in(self, tried: Tried) -> tuple[str, dict[str, str]]:
        window = tried.where.window
        if tried.entry is not None and tried.entry.at_ms is not None:
            return N_("In before, on %(when)s, and may come in again."), {
                "when": self._entered(tried)
            }
        session = self._session(window)
        if window is not None and window.seat and session:
            holds = (
                tried.question.holder is not None and window.session in tried.question.holder.seats
            )
            if holds:
                return N_("Holds a seat in “%(session)s”."), {"session": session}
            return (
                N_("Seats in “%(session)s” were kept until %(until)s: now everybody comes in."),
                {"session": session, "until": self._time(window.seat_until or window.closes)},
            )
        if window is None:
            return N_("The list is always open."), {}
        values = {"closes": self._time(window.closes)}
        if session:
            return N_("Open for “%(session)s”, until %(closes)s."), {**values, "session": session}
        return N_("Open until %(closes)s."), values

    def _closed(self, tried: Tried) -> tuple[str, dict[str, str]]:
        where, claim = tried.where, tried.question.claim
        if where.day >= 0 and claim is not None and not claim.days >> where.day & 1:
            day = self._words.day(self._edition.days[where.day])
            return N_("The ticket is not good on %(day)s."), {"day": day}
        windows = tried.rule.windows or []
        if tried.outcome is Outcome.NOT_YET:
            opens = min(one.opens for one in windows if one.opens > tried.question.at)
            return N_("The list opens on %(when)s."), {"when": self._moment(opens)}
        if tried.outcome is Outcome.WRONG_DAY:
            return N_("The list is not open that day."), {}
        ended = [one.closes for one in windows if one.closes <= tried.question.at]
        if not ended:
            return N_("The list is never open."), {}
        return N_("The list closed on %(when)s."), {"when": self._moment(max(ended))}

    def _not_on_list(self, tried: Tried) -> tuple[str, dict[str, str]]:
        if tried.question.direction is Direction.OUT:
            return N_("This gate leads in only."), {}
        if tried.gate.directions is Directions.OUT:
            return N_("This gate leads out only."), {}
        holder, window = tried.question.holder, tried.where.window
        allowed = tried.rule.categories
        if holder is not None and allowed is not None and holder.category not in allowed:
            one = self._categories.get(holder.category)
            name = pick(one.name, self._words.language, self._edition.language) if one else ""
            return N_("The category “%(category)s” is not on the list."), {"category": name}
        values = {"session": self._session(window)}
        if window is None or window.seat_until is None:
            return N_("Has no seat in “%(session)s”."), values
        return (
            N_("Has no seat in “%(session)s”; seats are kept until %(until)s."),
            {**values, "until": self._time(window.seat_until)},
        )

    def _session(self, window: Window | None) -> str:
        session = None
        if window is not None and window.session is not None:
            session = self._sessions.get(window.session)
        return _title(session, self._edition, self._words) if session else ""

    def _entered(self, tried: Tried) -> str:
        at_ms = tried.entry.at_ms if tried.entry is not None else None
        return "" if at_ms is None else self._moment(at_ms)

    def _moment(self, at_ms: int) -> str:
        return self._words.moment(instant(at_ms), self._edition.zone)

    def _time(self, at_ms: int) -> str:
        return self._words.time(instant(at_ms), self._edition.zone)


def summary(
    one: CheckInList, names: Mapping[str, str], words: Words, edition: Edition
) -> list[str]:
    """Return in short phrases what a list restricts, and what it counts."""
    found = [words.gettext(COUNTS[one.counts])]
    if one.categories:
        found.append(", ".join(names.get(code, code) for code in one.categories))
    if one.days is not None:
        found.append(
            ", ".join(words.day(day) for n, day in enumerate(edition.days) if one.days >> n & 1)
        )
    found += [f"{each.opens}–{each.closes}" for each in one.hours]
    if one.rooms:
        count = len(one.rooms)
        found.append(
            words.ngettext("sessions of one room", "sessions of %(n)d rooms", count) % {"n": count}
        )
    if one.seats:
        found.append(words.gettext("with a seat"))
    if one.building:
        found.append(words.gettext("counts who is in the building"))
    return found
