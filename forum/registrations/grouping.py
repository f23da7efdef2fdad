"""People of a group as a coordinator pastes them: lines in, people and mistakes out. No I/O."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from forum.core import forms
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.text import fold
from forum.registrations.importing import field_of
from forum.registrations.models import Successor

MOST_PEOPLE = 50
BY_PLACE = ("given_name", "family_name", "job_title")
FIELDS = ("given_name", "family_name", "email", "organisation", "job_title")
NUMBERED = re.compile(r"^people\.(\d+)$")
"""The name of a mistake in one line of a list."""
MAILBOX = re.compile(r"^\s*(?P<name>[^<>]+?)\s*<(?P<email>[^<>@\s]+@[^<>@\s]+)>\s*$")

NOBODY = N_("Write one person on each line.")
TOO_MANY = N_("A group has at most 50 people: send the others afterwards.")
TOO_MANY_GUESTS = N_("A list has at most 1000 people: send the others afterwards.")
TWICE = N_("This address stands on two lines: each person needs their own.")
NAMESAKE = N_("This name stands on two lines: tick the box below if they are two people.")


class Person(Struct, frozen=True, kw_only=True):
    """One line that could be read: where it stands (from 1), and who it names."""

    line: int
    who: Successor


def read_people(
    text: str, *, organisation: str | None, namesakes: bool, most: int = MOST_PEOPLE
) -> tuple[list[Person], dict[str, str]]:
    """Read one person a line: given name, family name, e-mail, and perhaps a job title.

    Cells are apart by tabs, semicolons or commas, as tables are pasted; a first line of headers
    says another order; `Ada Ferrand <ada@example.org>` is read too. `organisation` is that of
    whoever has none. Return the people, and what is wrong by `people.LINE` (English msgids).
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    columns: Sequence[str | None] | None = None
    if lines and (named := _headers(lines[0][1])):
        columns, lines = named, lines[1:]
    if not lines:
        return [], {"people": NOBODY}
    if len(lines) > most:
        return [], {"people": TOO_MANY if most == MOST_PEOPLE else TOO_MANY_GUESTS}
    people: list[Person] = []
    errors: dict[str, str] = {}
    for number, line in lines:
        sent = _cells(line, columns)
        sent["organisation"] = sent.get("organisation") or organisation or ""
        try:
            people.append(Person(line=number, who=forms.parse(Successor, sent)))
        except Invalid as invalid:
            errors[f"people.{number}"] = next(iter(invalid.fields.values()))
    return people, {**_doubles(people, namesakes=namesakes), **errors}


def by_line(errors: Mapping[str, str]) -> dict[int, str]:
    """Return the mistakes of a list by the number of their line, in order."""
    found = {int(at[1]): said for name, said in errors.items() if (at := NUMBERED.match(name))}
    return dict(sorted(found.items()))


def _doubles(people: Sequence[Person], *, namesakes: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    addresses: set[str] = set()
    names: set[str] = set()
    for person in people:
        who = person.who
        name = fold(f"{who.given_name} {who.family_name} {who.organisation or ''}")
        if who.email.casefold() in addresses:
            errors[f"people.{person.line}"] = TWICE
        elif name in names and not namesakes:
            errors[f"people.{person.line}"] = NAMESAKE
        addresses.add(who.email.casefold())
        names.add(name)
    return errors


def _headers(line: str) -> list[str | None] | None:
    """Return the field of each column when a line is one of headers."""
    fields = [field_of(cell) for cell in _split(line)]
    known = [field for field in fields if field in FIELDS]
    return [f if f in FIELDS else None for f in fields] if len(known) > 1 else None


def _cells(line: str, columns: Sequence[str | None] | None) -> dict[str, str]:
    if mailbox := MAILBOX.match(line):
        given, _, family = mailbox["name"].strip(" \"'").partition(" ")
        return {"given_name": given, "family_name": family, "email": mailbox["email"]}
    cells = _split(line)
    if columns is not None:
        return {
            field: cell for field, cell in zip(columns, cells, strict=False) if field is not None
        }
    address = next((n for n, cell in enumerate(cells) if "@" in cell), None)
    found = {} if address is None else {"email": cells[address]}
    others = [cell for n, cell in enumerate(cells) if n != address]
    return {**dict(zip(BY_PLACE, others, strict=False)), **found}


def _split(line: str) -> list[str]:
    """Return the cells of a pasted line, by the first sign that it holds."""
    sign = next((s for s in "\t;," if s in line), "\t")
    return [cell.strip().strip('"').strip() for cell in line.split(sign)]
