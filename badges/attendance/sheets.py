"""Attendance as files for people and for other programs: CSV, XLSX, JSON. Values in, bytes out."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from badges.attendance.models import Attendee, HalfSum, Person, PersonPresence, SessionSum
from badges.attendance.service import Attendance
from forum.core.context import Edition
from forum.core.sheets import Format, JsonSheet, Sheet, TableSheet
from forum.core.tables import Cell
from forum.core.text import pick

T = TypeVar("T")
Fields = Mapping[str, Any]


class What(StrEnum):
    """What a file of attendance holds: sums, or people by name."""

    SESSIONS = "sessions"
    HALVES = "half-days"
    PEOPLE = "people"
    SESSION = "session"

    @property
    def by_name(self) -> bool:
        """Whether it names people."""
        return self in (What.PEOPLE, What.SESSION)


def write(
    what: What,
    attendance: Attendance,
    edition: Edition,
    categories: Sequence[str],
    form: Format,
    *,
    number: int = 0,
) -> tuple[bytes, int]:
    """Return a file, and how many rows it holds; `number` is the session's for `What.SESSION`.

    A table has a column for each of the categories (their codes) and each half-day, and times on
    the wall of the edition; JSON has objects, and instants in UTC.
    """
    match what:
        case What.SESSIONS:
            return _file(
                attendance.sessions(), lambda one: _session(one, edition, categories), form, edition
            )
        case What.HALVES:
            return _file(attendance.half_days(), lambda one: _half(one, categories), form, edition)
        case What.PEOPLE:
            return _file(
                attendance.by_person(), lambda one: _presence(one, attendance), form, edition
            )
        case What.SESSION:
            return _file(attendance.session(number)[1], _attendee, form, edition)


def _file(
    rows: Sequence[T], made: Callable[[T], Fields], form: Format, edition: Edition
) -> tuple[bytes, int]:
    out = io.BytesIO()
    objects = [made(one) for one in rows]
    sheet: Sheet[Fields]
    if form is Format.JSON:
        sheet = JsonSheet(out, lambda one: one)
    else:
        flat = [_flat(one) for one in objects]
        headers = list(dict.fromkeys(name for one in flat for name in one))
        sheet = TableSheet(
            form,
            out,
            headers,
            lambda one: [_cell(value, edition) for value in _flat(one).values()],
            name="attendance",
        )
    sheet.add(objects)
    sheet.close()
    return out.getvalue(), len(objects)


def _flat(fields: Fields) -> dict[str, Any]:
    """Return an object's fields as columns: one for each field of the objects in it."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            found[name] = value
    return found


def _cell(value: Any, edition: Edition) -> Cell:
    """Return a value as a cell: lists as their parts in a line, truth as a word."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(edition.zone)
        case list():
            return " ".join(str(one["number"]) for one in value)
        case dict():
            raise TypeError(value)
        case _:
            return value  # type: ignore[no-any-return]


def _session(one: SessionSum, edition: Edition, categories: Sequence[str]) -> Fields:
    return {
        "number": one.number,
        "title": pick(one.title, edition.language),
        "room": one.room,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "entered": one.entered,
        "most_inside": one.most,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "seats": one.seats,
        "came": one.came,
        "not_come": one.missing,
        "without_seat": one.without_seat,
        "category": {code: one.by_category.get(code, 0) for code in categories},
    }


def _half(one: HalfSum, categories: Sequence[str]) -> Fields:
    return {
        "day": one.half.day,
        "half": "afternoon" if one.half.afternoon else "morning",
        "begins": one.half.begins,
        "ends": one.half.ends,
        "present": one.present,
        "read": one.read,
        "category": {code: one.by_category.get(code, 0) for code in categories},
    }


def _named(person: Person) -> dict[str, Any]:
    return {
        "reference": person.reference,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "organisation": person.organisation,
        "category": person.category,
    }


def _presence(one: PersonPresence, attendance: Attendance) -> Fields:
    named = zip(attendance.halves, one.stays, strict=True)
    return {
        **_named(one.person),
        "half_days": {
            half.name: None if stay is None else ("read" if stay.read else "deduced")
            for half, stay in named
        },
        "sessions": [
            {"number": number, "first_at": visit.first_at, "last_at": visit.last_at}
            for number, visit in sorted(one.sessions.items())
        ],
    }


def _attendee(one: Attendee) -> Fields:
    return {
        **_named(one.person),
        "seat": one.seat,
        "came": one.visit is not None,
        "first_at": one.visit.first_at if one.visit else None,
        "last_at": one.visit.last_at if one.visit else None,
    }
