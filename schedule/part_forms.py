"""What editors type into the pages of a part, as values, and back. No I/O.

A text in several languages has a field for each (`title.fr`), a row of people, links, partners or
times its number from 0 (`people.0.person`); a box that is ticked sends `yes`. Times are typed and
shown on the wall of the edition.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from forum.core.context import Edition
from forum.core.i18n import N_
from forum.core.text import fold
from schedule.edits import Part, PartKind
from schedule.models import Draft, Speaker
from schedule.naming import as_uuid
from schedule.part_fields import (
    FIELDS,
    NOBODY,
    Errors,
    Flag,
    Lines,
    Rows,
    Some,
    Texts,
    Whole,
    fields_of,
)
from schedule.rules import at_clock

Sent = Mapping[str, list[str]]
Typed = dict[str, list[str]]
Pair = tuple[UUID, UUID]
"""Two rooms, the smaller id first."""

GROUPS: dict[str, tuple[str, ...]] = {
    "people": ("person", "role"),
    "partners": ("name", "url"),
    "links": ("title", "url"),
    "availability": ("starts", "ends"),
    "markers": ("room", "x", "y"),
}
"""The fields of each row, by group; a row in which nothing was typed is none."""
CHOSEN = frozenset({"role", "room"})
"""The fields of a row that say something in each row, also in one where nothing was typed."""
NAMED_OTHERWISE = {
    "speaker_id": "person",
    "room_id": "room",
    "starts_at": "starts",
    "ends_at": "ends",
}
"""How the fields of a row are called in a form."""
ROW = re.compile(r"(people|partners|links|availability|markers)\.(\d{1,4})\.(\w+)")
CLOCK = re.compile(r"(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?|(\d{2})(\d{2})")
SPARE = 2
"""How many empty rows a page has for more."""
MOST_ROWS = 200
LONGEST_WALK = 600
HIDDEN = frozenset({"edited", "arrange"})
BAD_CLOCK = N_("Give the time as 9:30 or 9h30.")
NO_DAY = N_("Choose the day too, or leave the time empty.")
NO_CLOCK = N_("Give the time too, or choose no day.")


def last(sent: Sent, name: str) -> str:
    """Return what was sent in a field; '' where nothing was."""
    values = sent.get(name)
    return values[-1] if values else ""


# Rows


def rows_of(sent: Sent, group: str) -> list[dict[str, str]]:
    """Return the rows of a group that were sent, in order, those with nothing in them left out."""
    found: dict[int, dict[str, str]] = {}
    for name in sent:
        match = ROW.fullmatch(name)
        if match and match[1] == group and match[3] in GROUPS[group]:
            found.setdefault(int(match[2]), {})[match[3]] = last(sent, name)
    rows = [found[n] for n in sorted(found)[:MOST_ROWS]]
    return [row for row in rows if any(_filled(name, text) for name, text in row.items())]


def _filled(name: str, text: str) -> bool:
    """Say whether something was typed into a field of a row."""
    return bool(text.strip()) and name not in CHOSEN


def tidied(sent: Sent) -> Typed:
    """Return what was sent, its rows numbered from 0 without a gap."""
    found = {name: values for name, values in sent.items() if not ROW.fullmatch(name)}
    for group in GROUPS:
        found.update(_numbered(group, rows_of(sent, group)))
    return found


def _numbered(group: str, rows: Iterable[Mapping[str, str]]) -> Typed:
    return {
        f"{group}.{n}.{name}": [row.get(name, "")]
        for n, row in enumerate(rows)
        for name in GROUPS[group]
    }


def arranged(sent: Sent, how: str) -> Typed:
    """Return what was sent with a row moved: `people.2.up`, `people.0.down`, `people.1.away`."""
    found = tidied(sent)
    match = re.fullmatch(r"(\w+)\.(\d{1,4})\.(up|down|away)", how)
    if match is None or match[1] not in GROUPS:
        return found
    group, n = match[1], int(match[2])
    rows = rows_of(found, group)
    if not n < len(rows):
        return found
    row = rows.pop(n)
    if match[3] != "away":
        rows.insert(max(0, n - 1) if match[3] == "up" else n + 1, row)
    kept = {name: values for name, values in found.items() if not name.startswith(f"{group}.")}
    return {**kept, **_numbered(group, rows)}


# What was typed, as values


def given(
    kind: PartKind, sent: Sent, draft: Draft, edition: Edition, before: Part | None
) -> tuple[dict[str, Any], Errors]:
    """Return what was typed as values for `part_fields.part_from`, and what cannot be any.

    Texts of `before` in languages that the edition has not stay.
    """
    errors: Errors = {}
    there = fields_of(before) if before else {}
    found: dict[str, Any] = {}
    for name, reader in FIELDS[kind].items():
        match reader:
            case Texts():
                others = {
                    language: text
                    for language, text in there.get(name, {}).items()
                    if language not in edition.languages
                }
                typed_in = {one: last(sent, f"{name}.{one}") for one in edition.languages}
                found[name] = {**others, **typed_in}
            case Rows():
                found[name] = _rows(name, sent, draft, edition.zone, errors)
            case Flag():
                found[name] = bool(last(sent, name))
            case Some():
                found[name] = [one for one in sent.get(name, []) if one]
            case Lines():
                found[name] = _lines(name, sent)
            case _:
                found[name] = last(sent, name)
    if kind is PartKind.SESSION:
        found["starts_at"] = _starts_at(sent, edition.zone, errors)
    return found, errors


def _lines(name: str, sent: Sent) -> list[str]:
    """Return guides as they were ticked, tags as they were separated."""
    values = sent.get(name, [])
    if name == "guides":
        return [one for one in values if one]
    return [one for value in values for one in re.split(r"[,;\n]", value) if one.strip()]


def _rows(
    group: str, sent: Sent, draft: Draft, zone: ZoneInfo, errors: Errors
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    known = {label: id_ for id_, label in labels_of(draft.speakers).items()}
    for n, row in enumerate(rows_of(sent, group)):
        if group == "people":
            person = _person(row.get("person", ""), known)
            if person is None:
                errors[f"people.{n}.speaker_id"] = NOBODY
            rows.append({"speaker_id": person and str(person), "role": row.get("role", "")})
        elif group == "availability":
            rows.append(
                {
                    "starts_at": _instant(row.get("starts", ""), zone),
                    "ends_at": _instant(row.get("ends", ""), zone),
                }
            )
        elif group == "markers":
            rows.append({"room_id": row.get("room"), "x": row.get("x"), "y": row.get("y")})
        else:
            rows.append(dict(row))
    return rows


def labels_of(speakers: Sequence[Speaker]) -> dict[UUID, str]:
    """Return what each person is called where one is chosen: their name, and more among namesakes.

    No two are called the same.
    """
    by_name: dict[str, int] = {}
    for one in speakers:
        by_name[fold(one.name)] = by_name.get(fold(one.name), 0) + 1
    found: dict[UUID, str] = {}
    for one in speakers:
        alone = by_name[fold(one.name)] == 1
        found[one.id] = one.name if alone else f"{one.name} ({one.slug})"
    return found


def _person(typed: str, known: Mapping[str, UUID]) -> UUID | None:
    """Return who is meant: by the words of the list, else by a name that one person has alone."""
    exact = [id_ for label, id_ in known.items() if label.split() == typed.split()]
    alike = [id_ for label, id_ in known.items() if fold(label).split() == fold(typed).split()]
    found = exact or alike
    return found[0] if len(found) == 1 else None


def _instant(typed: str, zone: ZoneInfo) -> str:
    """Return an instant typed on the wall of `zone` with its offset; what is none, as it is."""
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=zone).isoformat()
    except ValueError:
        return typed


def _starts_at(sent: Sent, zone: ZoneInfo, errors: Errors) -> str | None:
    """Return when a session begins, by its day and its time on the wall; None while it has none."""
    day, clock = last(sent, "day").strip(), last(sent, "time").strip()
    minutes = minutes_of(clock)
    if clock and minutes is None:
        errors["time"] = BAD_CLOCK
    elif clock and not day:
        errors["day"] = NO_DAY
    elif day and not clock:
        errors["time"] = NO_CLOCK
    if not day or minutes is None:
        return None
    try:
        return at_clock(date.fromisoformat(day), minutes, zone).isoformat()
    except (ValueError, OverflowError):
        errors["day"] = "Choose one of the answers offered."
        return None


def minutes_of(clock: str) -> int | None:
    """Return the minutes since midnight of `9:30`, `9h30`, `9` or `0930`; None for others."""
    match = CLOCK.fullmatch(" ".join(clock.split()))
    if match is None:
        return None
    hours, minutes = int(match[1] or match[3]), int(match[2] or match[4] or 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None  # noqa: PLR2004


def walks(sent: Sent) -> tuple[dict[Pair, int | None], Errors]:
    """Return the minutes between rooms that were typed (`walk.<room>.<room>`), and the mistakes.

    None takes the minutes between two rooms away; what was not sent is not there.
    """
    errors: Errors = {}
    found: dict[Pair, int | None] = {}
    reader = Whole(least=0, most=LONGEST_WALK)
    for name in sent:
        whole = name.split(".")
        ids = [as_uuid(one) for one in whole[1:]]
        if whole[0] != "walk" or len(ids) != 2:  # noqa: PLR2004 -- two rooms
            continue
        one, other = ids
        if one is not None and other is not None and one != other:
            pair = (min(one, other), max(one, other))
            found[pair] = reader.read(last(sent, name), name, errors)
    return found, errors


def place_of(error: str) -> str:
    """Return the form's own name of the field at a place: `people.0.person`."""
    parts = error.split(".")
    if len(parts) == 3 and parts[0] in GROUPS:  # noqa: PLR2004 -- group, row, field
        parts[2] = NAMED_OTHERWISE.get(parts[2], parts[2])
    if parts == ["starts_at"]:
        return "day"
    return ".".join(parts)


# Values, as they are typed


def typed(kind: PartKind, part: Part | None, draft: Draft, edition: Edition) -> Typed:
    """Return a part as its form sends it; without one, what a new one begins with."""
    if part is None:
        return _beginning(kind)
    found: Typed = {}
    labels = labels_of(draft.speakers)
    for name, value in fields_of(part).items():
        if name in GROUPS:
            found.update(_numbered(name, _typed_rows(name, value, labels, edition.zone)))
        elif isinstance(value, dict):
            found.update({f"{name}.{one}": [value.get(one, "")] for one in edition.languages})
        elif name in {"tags", "internal_tags"}:
            found[name] = [", ".join(value)]
        elif isinstance(value, list):
            found[name] = value
        elif isinstance(value, bool):
            found[name] = ["yes"] if value else []
        elif name == "starts_at":
            found.update(_typed_start(value, edition.zone))
        else:
            found[name] = ["" if value is None else str(value)]
    return found


def _beginning(kind: PartKind) -> Typed:
    match kind:
        case PartKind.SESSION:
            return {"minutes": ["60"], "confirmed": ["yes"]}
        case PartKind.SPEAKER:
            return {"state": ["proposed"]}
        case PartKind.TRACK:
            return {"tint": ["1"]}
        case PartKind.ROOM | PartKind.PLAN:
            return {}


def _typed_rows(
    group: str, rows: Iterable[Mapping[str, Any]], labels: Mapping[UUID, str], zone: ZoneInfo
) -> Iterable[dict[str, str]]:
    for row in rows:
        if group == "people":
            yield {"person": labels.get(UUID(row["speaker_id"]), ""), "role": row["role"]}
        elif group == "availability":
            yield {
                "starts": _on_the_wall(row["starts_at"], zone).strftime("%Y-%m-%dT%H:%M"),
                "ends": _on_the_wall(row["ends_at"], zone).strftime("%Y-%m-%dT%H:%M"),
            }
        elif group == "markers":
            yield {"room": row["room_id"], "x": f"{row['x']:g}", "y": f"{row['y']:g}"}
        else:
            yield {name: row[name] or "" for name in GROUPS[group]}


def _on_the_wall(instant: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(instant).astimezone(zone)


def _typed_start(instant: str | None, zone: ZoneInfo) -> Typed:
    if instant is None:
        return {"day": [""], "time": [""]}
    local = _on_the_wall(instant, zone)
    return {"day": [local.date().isoformat()], "time": [local.strftime("%H:%M")]}


def days_of(edition: Edition, chosen: str) -> list[date]:
    """Return the days to choose from: the edition's, and the one a session has already."""
    try:
        own = {date.fromisoformat(chosen)} if chosen else set()
    except ValueError:
        own = set()
    return sorted({*edition.days, *own})


# Two editors at once


def merged(sent: Sent, base: Sent, theirs: Sent) -> tuple[Typed, list[str]]:
    """Return what was typed with what another changed meanwhile, where nothing was typed.

    `base` is the part as it was when it was read, `theirs` as it is now; rows of a group count as
    one. Also returned: the fields and groups that both changed, where what was typed stays.
    """
    found, both = dict(tidied(sent)), []
    mine = found.copy()
    for unit in sorted({_unit(name) for name in (*mine, *base, *theirs)} - HIDDEN):
        ours, was, now = (_of_unit(one, unit) for one in (mine, base, theirs))
        if _said(now) == _said(was) or _said(ours) == _said(now):
            continue
        if _said(ours) == _said(was):
            found = {name: values for name, values in found.items() if _unit(name) != unit}
            found.update(now)
        else:
            both.append(unit)
    return found, both


def _unit(name: str) -> str:
    match = ROW.fullmatch(name)
    return match[1] if match else name


def _of_unit(sent: Sent, unit: str) -> Typed:
    return {name: values for name, values in sent.items() if _unit(name) == unit}


def _said(sent: Sent) -> dict[str, list[str]]:
    """Return what fields say, whatever a browser makes of ends of lines; empty ones say nothing."""
    said = {
        name: [" ".join(text.split()) for text in values if text.strip()]
        for name, values in sent.items()
    }
    return {name: values for name, values in said.items() if values}


def differing(before: Sent, after: Sent) -> list[str]:
    """Return the fields and groups in which two forms differ, in order of name."""
    units = sorted({_unit(name) for name in (*before, *after)} - HIDDEN)
    return [one for one in units if _said(_of_unit(before, one)) != _said(_of_unit(after, one))]
