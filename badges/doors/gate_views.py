"""What organisers type into the pages of gates and lists, as values, and back. No I/O."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from badges.doors import forms as door_forms
from badges.doors import gate_words
from badges.doors.gate_queries import RoomRow
from badges.models import CategoryRow, CheckInList, Gate, Hours
from forum.core import forms
from forum.core.context import Edition
from forum.core.i18n import Words
from forum.core.text import pick

Sent = Mapping[str, list[str]]
ROW = re.compile(r"hours\.(\d{1,3})\.(day|opens|closes)")
SPARE_ROWS = 3
"""How many empty lines a page has for more hours."""
BOXES = ("seats", "reentry", "building")


def last(sent: Sent, name: str) -> str:
    """Return the last value of a field, '' without any."""
    values = sent.get(name) or [""]
    return values[-1].strip()


def whole(sent: Sent, name: str) -> int | None:
    """Return a whole number that was sent; None where there is none."""
    text = last(sent, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def seen(sent: Sent) -> frozenset[int] | None:
    """Return the revisions at which a form was shown what it changes; None for any."""
    revision = whole(sent, "revision")
    return None if revision is None else frozenset({revision})


# What was typed, as values


def gate_given(sent: Sent, edition: Edition, *, new: bool) -> dict[str, Any]:
    """Return a gate that was typed, as a program would send it."""
    given: dict[str, Any] = {
        "name": _name(sent, edition),
        "kind": last(sent, "kind"),
        "directions": last(sent, "directions"),
        "check_in_list": last(sent, "check_in_list") or None,
        "position": last(sent, "position") or None,
    }
    return {**given, "slug": last(sent, "slug") or None} if new else given


def list_given(sent: Sent, edition: Edition, *, new: bool) -> dict[str, Any]:
    """Return a list that was typed, as a program would send it; all of its fields."""
    given: dict[str, Any] = {
        "name": _name(sent, edition),
        "categories": sent.get("categories", []),
        "days": sent.get("days", []),
        "hours": [
            {
                "opens": row.get("opens", ""),
                "closes": row.get("closes", ""),
                "days": [row["day"]] if row.get("day") else None,
            }
            for row in rows(sent)
        ],
        "rooms": sent.get("rooms", []),
        "lead_minutes": last(sent, "lead_minutes") or None,
        "seats_kept_minutes": last(sent, "seats_kept_minutes") or None,
        "counts": last(sent, "counts"),
        **{name: bool(last(sent, name)) for name in BOXES},
    }
    return {**given, "slug": last(sent, "slug") or None} if new else given


def _name(sent: Sent, edition: Edition) -> dict[str, str]:
    return {one: forms.line(last(sent, f"name.{one}")) for one in edition.languages}


def rows(sent: Sent) -> list[dict[str, str]]:
    """Return the lines of hours that hold anything, in the order of their numbers."""
    found: dict[int, dict[str, str]] = {}
    for name in sent:
        if (place := ROW.fullmatch(name)) and (typed := last(sent, name)):
            found.setdefault(int(place[1]), {})[place[2]] = typed
    return [row for _, row in sorted(found.items()) if row.keys() & {"opens", "closes"}]


def tidied(sent: Sent) -> dict[str, list[str]]:
    """Return what was typed with its lines of hours numbered from 0."""
    kept = {name: values for name, values in sent.items() if not ROW.fullmatch(name)}
    for n, row in enumerate(rows(sent)):
        kept |= {f"hours.{n}.{name}": [text] for name, text in row.items()}
    return kept


# Values, as they are typed


def typed_gate(gate: Gate) -> dict[str, list[str]]:
    """Return what a page shows of a gate in its fields."""
    return {
        **{f"name.{language}": [text] for language, text in gate.name.items()},
        "kind": [gate.kind.value],
        "directions": [gate.directions.value],
        "check_in_list": [gate.check_in_list],
        "position": [str(gate.position)],
    }


def typed_list(one: CheckInList, edition: Edition) -> dict[str, list[str]]:
    """Return what a page shows of a list in its fields."""
    told = door_forms.list_values(one, edition)
    typed = {
        **{f"name.{language}": [text] for language, text in one.name.items()},
        "categories": told["categories"] or [],
        "days": told["days"] or [],
        "rooms": told["rooms"] or [],
        "lead_minutes": [str(one.lead_minutes)],
        "seats_kept_minutes": [
            "" if one.seats_kept_minutes is None else str(one.seats_kept_minutes)
        ],
        "counts": [one.counts.value],
        **{name: ["yes"] for name in BOXES if getattr(one, name)},
    }
    for n, (day, hours) in enumerate(_lines(one.hours, edition)):
        typed |= {
            f"hours.{n}.day": [day],
            f"hours.{n}.opens": [hours.opens],
            f"hours.{n}.closes": [hours.closes],
        }
    return typed


def _lines(hours: Sequence[Hours], edition: Edition) -> list[tuple[str, Hours]]:
    """Return one line for each day of each hours; '' stands for every day."""
    days = edition.days
    return [
        (day, one)
        for one in hours
        for day in (
            [""] if one.days is None else [days[n].isoformat() for n in one.days if n < len(days)]
        )
    ]


# What the pages show


def form_rows(sent: Sent) -> list[dict[str, str]]:
    """Return the lines of hours as the form shows them, with some to spare."""
    return [*rows(sent), *({} for _ in range(SPARE_ROWS))]


def room_choices(found: Sequence[RoomRow], one: CheckInList | None, words: Words) -> dict[str, str]:
    """Return the rooms that may be chosen, by id; one that is published no more is kept."""
    choices = {str(room.room_id): room.name for room in found}
    gone = words.gettext("A room that is not in the published programme")
    for room in (one.rooms or []) if one else []:
        choices.setdefault(str(room), gone)
    return choices


def category_names(categories: Sequence[CategoryRow], language: str) -> dict[str, str]:
    """Return the name of each category by its code."""
    return {one.code: pick(one.name, language) for one in categories}


def places(errors: Mapping[str, str], words: Words) -> dict[str, tuple[str, str]]:
    """Return for each mistake the label of its field, and the id of what its link focuses."""
    return {name: (_label(name, words), name) for name in errors}


def _label(field: str, words: Words) -> str:
    parts = field.split(".")
    label = words.gettext(gate_words.LABELS.get(parts[0], field))
    if parts[0] == "hours" and len(parts) == 3:  # noqa: PLR2004
        end = "day" if parts[2] == "days" else parts[2]
        line = words.gettext("line %(n)d") % {"n": int(parts[1]) + 1}
        return f"{label}, {line}, {words.gettext(gate_words.LABELS[end])}"
    return label


def differing(typed: Sent, stored: Sent, words: Words, shown: Mapping[str, str]) -> list[str]:
    """Say what another stored of each field that differs from what was typed."""
    lines = []
    for name in sorted({*typed, *stored} - {"revision", "once", "slug"}):
        theirs = [one for one in stored.get(name, []) if one]
        if theirs == [one for one in typed.get(name, []) if one]:
            continue
        values = ", ".join(shown.get(one, one) for one in theirs) or words.gettext("nothing")
        label = _label(name.replace(".day", ".days") if name.startswith("hours") else name, words)
        lines.append(words.gettext("%(label)s: %(message)s") % {"label": label, "message": values})
    return lines


def moment(text: str, edition: Edition) -> datetime | None:
    """Return an instant that was typed on the wall of the edition."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=edition.zone)
    except ValueError:
        return None
