"""The organisers' table: what an address asks of it, and where its pages begin. No I/O."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Struct

from forum.core.context import Edition
from forum.core.errors import Problem
from forum.core.forms import line
from forum.core.text import Text, search_key, sort_key
from forum.registrations import rules
from forum.registrations.models import Status

ROWS = 50
CELLS = 400
"""About how many elements the rows of one page may be: with many columns it shows fewer rows."""
ELEMENTS_OF_A_ROW = 4
COUNTED = 10_000
"""How far the registrations that a filter lets through are counted."""
LONGEST = 200
MOST_WORDS = 8
REFERENCE_LETTERS = str.maketrans("oil", "011")
"""What is misread in a reference, which has none of these letters (`forum.core.ids`)."""
LENGTH_OF_REFERENCE = 8
UNREADABLE_DATE = "Give a date such as 2027-03-23."
UNREADABLE_CURSOR = "Take `next` of an answer as it is, for the same sort."


class Sort(StrEnum):
    """What the table may be sorted by; what is alike is sorted by name."""

    NAME = "name"
    DATE = "date"
    ORGANISATION = "organisation"
    CATEGORY = "category"
    STATUS = "status"


class Column(StrEnum):
    """What the table may show beside the name."""

    STATUS = "status"
    CATEGORY = "category"
    ORGANISATION = "organisation"
    DATE = "date"
    REFERENCE = "reference"
    EMAIL = "email"
    JOB_TITLE = "job_title"
    LANGUAGE = "language"
    DAYS = "days"
    GROUP = "group"
    PRINTED = "printed"


SHOWN = (Column.STATUS, Column.CATEGORY, Column.ORGANISATION, Column.DATE)
"""The columns shown unless others are chosen."""


class NoSuchRegistration(Problem):
    """This edition has no registration of this reference."""

    code = "registration_not_found"
    status = 404


class CursorInvalid(Problem):
    """This page of the table cannot be found: begin again."""

    code = "cursor_invalid"
    status = 422


class Filter(Struct, frozen=True, kw_only=True):
    """Which registrations are meant; what is empty or None lets all through.

    `day` is one that they attend; `since` and `until` are the first and the last day on which they
    registered, in the edition's timezone; `printed` asks for badges, printed or still to print;
    `to_check` for those whose badge would lack characters.
    """

    q: str = ""
    status: tuple[Status, ...] = ()
    category: str | None = None
    day: date | None = None
    group: UUID | None = None
    language: str | None = None
    organisation: str = ""
    printed: bool | None = None
    to_check: bool = False
    since: date | None = None
    until: date | None = None


class Cursor(Struct, frozen=True, array_like=True):
    """A row's place in one sort: its keys and its id, less the id's own where that is the key."""

    sort: Sort
    keys: tuple[str, ...]
    id: UUID


class Asked(Struct, frozen=True, kw_only=True):
    """One page of the table: which registrations, in which order, from where, in which columns.

    The page comes after `after`, or else ends before `before`.
    """

    filter: Filter = Filter()
    sort: Sort = Sort.NAME
    descending: bool = False
    columns: tuple[Column, ...] = SHOWN
    after: Cursor | None = None
    before: Cursor | None = None

    @property
    def size(self) -> int:
        """How many rows the page shows at most."""
        return min(ROWS, CELLS // (ELEMENTS_OF_A_ROW + len(self.columns)))


class Row(Struct, frozen=True, kw_only=True):
    """One registration in the table; the two keys at the end are what it is sorted by."""

    edition_id: int
    id: UUID
    reference: str
    given_name: str
    family_name: str
    email: str
    organisation: str | None
    job_title: str | None
    category: str
    language: str
    status: Status
    days: int | None
    turn: int | None
    offer_until: datetime | None
    counted: bool
    group_id: UUID | None
    group_name: str | None
    printed_at: datetime | None
    revision: int
    created_at: datetime
    changed_at: datetime
    sort_key: str
    organisation_key: str

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def unprintable(self) -> str:
        """The characters that the badge would lack."""
        return rules.unprintable(
            self.given_name, self.family_name, self.organisation, self.job_title
        )


class Recorded(Struct, frozen=True, kw_only=True):
    """A deed on a registration, as the audit holds it; of organisers it tells the address."""

    at: datetime
    actor: str
    actor_email: str | None
    action: str
    detail: dict[str, Any]

    @property
    def fields(self) -> list[str]:
        """What the deed changed: the fields that were corrected, else the status."""
        return [str(one) for one in self.detail.get("fields", ["status"])]


def since(deeds: Sequence[Recorded], revision: int) -> list[Recorded]:
    """Return the deeds that led a registration past the revision that somebody saw."""
    return [one for one in deeds if one.detail.get("revision", 0) > revision]


class Choice(Struct, frozen=True, kw_only=True):
    """A category that the filter offers."""

    code: str
    name: Text


class Standing(Struct, frozen=True, kw_only=True):
    """How many of those that a filter lets through stand at one status."""

    status: Status
    people: int


class Page(Struct, frozen=True, kw_only=True):
    """One page of the table; `total` counts all pages, no further than `COUNTED` + 1."""

    total: int
    categories: list[Choice]
    asks_days: bool
    rows: list[Row]


def read(sent: Mapping[str, Sequence[str]], edition: Edition) -> tuple[Asked, dict[str, str]]:
    """Read what an address asks; return it, and what could not be read, by field.

    What cannot be read, or names nothing of this edition, is left out.
    """
    errors: dict[str, str] = {}
    filter_ = _filter(sent, edition, errors)
    word = _last(sent, "sort")
    sort, descending = _one_of(Sort, word.removeprefix("-")), word.startswith("-")
    sort = Sort.NAME if sort is None else sort
    names = [name for text in sent.get("column", ()) for name in text.split(",")]
    columns = tuple(one for one in Column if one in names)
    places: dict[str, Cursor | None] = {"after": None, "before": None}
    for field in places:
        if _last(sent, field):
            try:
                places[field] = read_cursor(_last(sent, field), sort)
            except CursorInvalid:
                errors[field] = UNREADABLE_CURSOR
    asked = Asked(
        filter=filter_,
        sort=sort,
        descending=descending,
        columns=columns or SHOWN,
        after=places["after"],
        before=None if places["after"] else places["before"],
    )
    return asked, errors


def _filter(sent: Mapping[str, Sequence[str]], edition: Edition, errors: dict[str, str]) -> Filter:
    statuses = {name for text in sent.get("status", ()) for name in text.split(",")}
    day = _date(sent, "day", errors)
    group = _last(sent, "group")
    printed = {"yes": True, "no": False}.get(_last(sent, "printed"))
    language = _last(sent, "language")
    try:
        group_id = UUID(group) if group else None
    except ValueError:
        group_id = None
    return Filter(
        q=_last(sent, "q")[:LONGEST],
        status=tuple(one for one in Status if one in statuses),
        category=_last(sent, "category") or None,
        day=day if day in edition.days else None,
        group=group_id,
        language=language if language in edition.languages else None,
        organisation=_last(sent, "organisation")[:LONGEST],
        printed=printed,
        to_check=_last(sent, "printed") == "check",
        since=_date(sent, "since", errors),
        until=_date(sent, "until", errors),
    )


def _last(sent: Mapping[str, Sequence[str]], name: str) -> str:
    values = sent.get(name) or [""]
    return line(values[-1])


def _date(sent: Mapping[str, Sequence[str]], name: str, errors: dict[str, str]) -> date | None:
    text = _last(sent, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors[name] = UNREADABLE_DATE
        return None


def _one_of(among: type[Sort], name: str) -> Sort | None:
    return next((one for one in among if one == name), None)


def words(typed: str) -> str | None:
    """Return the query (a tsquery) for what was typed; None when it holds no word.

    Each word begins a word of the registration, in any order. An address is one word, else its
    parts are words. Eight letters and digits may be a reference, with its hyphen or without, even
    misread (O for 0, I or L for 1).
    """
    found: list[str] = []
    for word in search_key([typed]).split()[:MOST_WORDS]:
        whole = word.strip("@.")
        parts = [whole] if "@" in whole else [part for part in whole.split(".") if part]
        found += [f"'{part}':*" for part in parts]
    if not found:
        return None
    together = " & ".join(found)
    joined = "".join(search_key([typed]).split())
    if len(joined) == LENGTH_OF_REFERENCE and joined.isalnum():
        return f"({together} | '{joined.translate(REFERENCE_LETTERS)}')"
    return together


def first_id(at: datetime) -> UUID:
    """Return the id before which stand all that were made before `at`: ids begin with their time.

    See `forum.core.ids` (UUID version 7, RFC 9562).
    """
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def parameters(filter_: Filter, edition: Edition) -> tuple[Any, ...]:
    """Return what `registrations_found` (migration 0009) takes, in its order."""
    wanted = [words(filter_.q)]
    if filter_.language:
        wanted.append(f"'in:{filter_.language}'")
    if filter_.to_check:
        wanted.append(f"'{rules.BADGE_TO_CHECK}'")
    return (
        edition.id,
        " & ".join(one for one in wanted if one) or None,
        [*filter_.status] or None,
        filter_.category,
        None if filter_.day is None else edition.days.index(filter_.day),
        filter_.group,
        sort_key(filter_.organisation) or None,
        filter_.printed,
        _midnight(filter_.since, edition, days=0),
        _midnight(filter_.until, edition, days=1),
    )


def _midnight(day: date | None, edition: Edition, *, days: int) -> UUID | None:
    """Return the id that begins a day, or the one `days` after; None beyond all calendars."""
    if day is None:
        return None
    try:
        begins = datetime.combine(day + timedelta(days=days), time.min, edition.zone)
        return first_id(begins)
    except OverflowError:
        return None


def place_of(row: Row, sort: Sort) -> Cursor:
    """Return the cursor of a row in one sort."""
    keys = {
        Sort.NAME: (row.sort_key,),
        Sort.DATE: (),
        Sort.ORGANISATION: (row.organisation_key, row.sort_key),
        Sort.CATEGORY: (row.category, row.sort_key),
        Sort.STATUS: (row.status.value, row.sort_key),
    }[sort]
    return Cursor(sort, keys, row.id)


LENGTHS = {Sort.NAME: 1, Sort.DATE: 0, Sort.ORGANISATION: 2, Sort.CATEGORY: 2, Sort.STATUS: 2}


def written(cursor: Cursor) -> str:
    """Return a cursor as one word of an address."""
    return urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def read_cursor(text: str, sort: Sort) -> Cursor:
    """Read a cursor of `sort`.

    Raises:
        CursorInvalid: it is none, or one of another sort.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise CursorInvalid from error
    whole = cursor.sort is sort and len(cursor.keys) == LENGTHS[sort]
    if not whole or any("\0" in key for key in cursor.keys):
        raise CursorInvalid
    if sort is Sort.STATUS and cursor.keys[0] not in {*Status}:
        raise CursorInvalid
    return cursor


def pairs(asked: Asked) -> list[tuple[str, str]]:
    """Return the filter, the sort and the columns as they stand in an address; not the page."""
    meant = asked.filter
    found = [("q", meant.q)]
    found += [("status", one.value) for one in meant.status]
    found += [
        ("category", meant.category or ""),
        ("day", meant.day.isoformat() if meant.day else ""),
        ("group", str(meant.group or "")),
        ("language", meant.language or ""),
        ("organisation", meant.organisation),
        ("printed", printed_of(meant)),
        ("since", meant.since.isoformat() if meant.since else ""),
        ("until", meant.until.isoformat() if meant.until else ""),
    ]
    if asked.descending or asked.sort is not Sort.NAME:
        found.append(("sort", f"{'-' if asked.descending else ''}{asked.sort.value}"))
    if asked.columns != SHOWN:
        found += [("column", one.value) for one in asked.columns]
    return [(name, text) for name, text in found if text]


def printed_of(meant: Filter) -> str:
    """Return what a filter asks of badges, as it stands in an address."""
    return "check" if meant.to_check else {None: "", True: "yes", False: "no"}[meant.printed]


def address(asked: Asked) -> str:
    """Return the query of an address that asks the same, its page included; '' for the whole."""
    found = pairs(asked)
    if asked.after is not None:
        found.append(("after", written(asked.after)))
    if asked.before is not None:
        found.append(("before", written(asked.before)))
    return f"?{urlencode(found)}" if found else ""


def sorted_by(asked: Asked, sort: Sort) -> Asked:
    """Return the first page in this order; the same again turns it round."""
    again = asked.sort is sort and not asked.descending
    return msgspec.structs.replace(asked, sort=sort, descending=again, after=None, before=None)


def neighbours(asked: Asked, rows: Sequence[Row], *, more: bool) -> tuple[str | None, str | None]:
    """Return the addresses of the pages before and after these rows; None where there is none.

    `more` says that the statement found a row beyond them, in the direction in which it went.
    """
    here = msgspec.structs.replace(asked, after=None, before=None)
    if not rows:
        return (address(here) if asked.after or asked.before else None), None
    backwards = asked.before is not None
    before = after = None
    if asked.after is not None or (backwards and more):
        first = place_of(rows[0], asked.sort)
        before = address(msgspec.structs.replace(here, before=first))
    if more or backwards:
        last = place_of(rows[-1], asked.sort)
        after = address(msgspec.structs.replace(here, after=last))
    return before, after


def references(text: str) -> list[str]:
    """Return the references in a text of many, each once, in order."""
    found = re.findall(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", text)
    return [*dict.fromkeys(found)]
