"""What a cell of a table answers: a text in, an answer as `rules.read_answers` takes it. No I/O."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from babel.dates import get_month_names

from forum.core.i18n import LANGUAGES
from forum.core.text import Text, fold
from forum.questions.models import NO, YES, Kind, Question

T = TypeVar("T")

YES_WORDS = frozenset("yes y oui o true vrai 1 x ok ✓ ✔".split())
NO_WORDS = frozenset("no n non false faux 0".split())
SEPARATOR = re.compile(r"[;,|\n]")
MOST_PIECES = 200
MOST_SEPARATORS_IN_A_LABEL = 12
LONGEST_LIST = 20_000
WHOLE = re.compile(r"([+\-−]?\d+)[.,]0*")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+Z?)?")
FRENCH_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: [\d:]+)?")
DAY_FIRST = re.compile(r"(?:[a-z]+\.? )?(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+)\.?,?(?: (\d{4}))?")
MONTH_FIRST = re.compile(r"(?:[a-z]+,? )?([a-z]+) (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?")
SERIAL = re.compile(r"\d{5}(?:\.0*)?")
SERIAL_ZERO = date(1899, 12, 30)
"""The day from which spreadsheets count, for all dates since March 1900."""


def answer(question: Question, text: str) -> Any:
    """Return what a cell answers, as `rules.read_answers` reads it; '' for an empty cell.

    A choice is known by its text in any language, or its code; several stand apart by semicolons
    or commas; yes and no are French or English, `x`, or 1 and 0; a number may end with `,0`; a
    date is ISO, French (day first) or what a spreadsheet counts. What cannot be read stays as it
    is, and is refused there.
    """
    cell = text.strip()
    if question.kind in (Kind.TEXT, Kind.LONG_TEXT) or not cell:
        return cell
    return _READERS[question.kind](question, cell)


def _choice(question: Question, cell: str) -> str:
    return _by_option(question)(cell) or cell


def _choices(question: Question, cell: str) -> list[str]:
    chosen, unknown = several(cell, _by_option(question))
    return [*chosen, *unknown]


def _number(_: Question, cell: str) -> str:
    whole = WHOLE.fullmatch("".join(cell.split()))
    return whole[1] if whole else cell


def _day(_: Question, cell: str) -> str:
    day = read_date(cell)
    return day.isoformat() if day else cell


def _yes_no(_: Question, cell: str) -> str:
    said = yes_or_no(cell)
    return cell if said is None else YES if said else NO


_READERS: dict[Kind, Callable[[Question, str], Any]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _yes_no,
    Kind.NUMBER: _number,
    Kind.DATE: _day,
}


def yes_or_no(text: str) -> bool | None:
    """Return what a cell says in French or English; None when it says neither."""
    word = fold(text.strip()).rstrip(".!")
    return True if word in YES_WORDS else False if word in NO_WORDS else None


def _by_option(question: Question) -> Callable[[str], str | None]:
    return by_name({option.code: option.label for option in question.options})


def by_name(names: Mapping[str, Text]) -> Callable[[str], str | None]:
    """Return what finds a code by its text in any language, accents and case aside, or by itself.

    A text that two share when accents are put aside counts only as it is written.
    """
    exact: dict[str, str] = {}
    folded: dict[str, set[str]] = {}
    for code in names:
        exact.setdefault(_squashed(code), code)
    for code, texts in names.items():
        for text in texts.values():
            exact[_squashed(text)] = code
    for text, code in exact.items():
        folded.setdefault(fold(text), set()).add(code)

    def find(text: str) -> str | None:
        wanted = _squashed(text)
        alike = folded.get(fold(wanted), set())
        return exact.get(wanted) or (next(iter(alike)) if len(alike) == 1 else None)

    return find


def _squashed(text: str) -> str:
    return " ".join(text.split())


def several(text: str, known: Callable[[str], T | None]) -> tuple[list[T], list[str]]:
    """Return what is known among texts apart by semicolons, commas, bars or lines, and the rest.

    A text that is known may hold such signs itself: the longest that is known counts.
    """
    if len(text) > LONGEST_LIST:
        return [], [text]
    edges = [0, *(found.end() for found in SEPARATOR.finditer(text)), len(text) + 1]
    if len(edges) > MOST_PIECES:
        return [], [text]
    found: list[T] = []
    unknown: list[str] = []
    here, last = 0, len(edges) - 1
    while here < last:
        for there in range(min(last, here + MOST_SEPARATORS_IN_A_LABEL), here, -1):
            piece = text[edges[here] : edges[there] - 1].strip()
            one = known(piece) if piece else None
            if one is not None:
                found.append(one)
                break
        else:
            there = here + 1
            if piece := text[edges[here] : edges[there] - 1].strip():
                unknown.append(piece)
        here = there
    return found, unknown


def read_date(text: str, among: Sequence[date] = ()) -> date | None:
    """Return the day that a cell names; without a year the only one of that day `among` some.

    Days come first (`23/03/2027`, `23 mars 2027`), or as ISO 8601, or as the number of days that a
    spreadsheet counts. Years have four digits: nobody can tell 1955 from 2055 by two.
    """
    cell = " ".join(text.split())
    if iso := ISO_DATE.fullmatch(cell):
        return _date(iso[1], iso[2], iso[3])
    if french := FRENCH_DATE.fullmatch(cell):
        return _date(french[3], french[2], french[1])
    if SERIAL.fullmatch(cell):
        return SERIAL_ZERO + timedelta(days=int(float(cell)))
    if short := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})", cell):
        return _among(int(short[2]), int(short[1]), among)
    return _in_words(fold(cell), among)


def _in_words(cell: str, among: Sequence[date]) -> date | None:
    if found := DAY_FIRST.fullmatch(cell):
        day, name, year = found.groups()
    elif found := MONTH_FIRST.fullmatch(cell):
        name, day, year = found.groups()
    else:
        return None
    month = _months().get(name)
    if month is None:
        return None
    return _date(year, str(month), day) if year else _among(month, int(day), among)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _among(month: int, day: int, among: Sequence[date]) -> date | None:
    found = [one for one in among if (one.month, one.day) == (month, day)]
    return found[0] if len(found) == 1 else None


@cache
def _months() -> dict[str, int]:
    """Return the number of each month by its name and its short name, folded."""
    return {
        fold(name).rstrip("."): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }
