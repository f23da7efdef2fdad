"""What organisers type into the page of a layout, as its values, and back. No I/O.

A field of the form is called by the way to its value: `layout.faces.front.codes.0.side_mm`. The
form carries all other values along, so that nothing is lost that its page does not show.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from badges.layouts.models import Layout
from badges.layouts.reading import SIZES, Mistake
from forum.core import forms
from forum.core.i18n import N_, Words
from forum.core.text import clean

Sent = Mapping[str, list[str]]
Tree = dict[str, Any]

PREFIX = "layout."
FACE = "face."
CARRIED = "tree"
TICKS = "ticks"
REMOVE = "remove"
ADD = "add"
LONGEST_CARRIED = 200_000
MOST_ADDED = 60
WHOLE = {"columns", "rows", "lines", "turn"}
YES_NO = {"capitals"}
NUMBER = re.compile(r"-?\d{1,6}([.,]\d{1,4})?")
SIZE = re.compile(r"\s*(\d{1,3})\s*:\s*(\d{1,3}(?:\.\d+)?)\s*[-–]\s*(\d{1,3}(?:\.\d+)?)\s*")
"""One try at fitting: lines, largest and smallest size, as in `2: 22–14`."""

NEW: dict[str, Any] = {
    "shapes": {
        "box": {"x_mm": 10, "y_mm": 10, "width_mm": 20, "height_mm": 10},
        "colour": "category-surface",
    },
    "pictures": {
        "name": "forest",
        "box": {"x_mm": 10, "y_mm": 10, "width_mm": 30, "height_mm": 15},
    },
    "columns": {
        "box": {"x_mm": 10, "y_mm": 10, "width_mm": 40, "height_mm": 10},
        "parts": [
            {
                "text": "Staff",
                "height_mm": 10,
                "sizes": [{"lines": 1, "largest_pt": 14, "smallest_pt": 8}],
            }
        ],
    },
    "codes": {"x_mm": 10, "y_mm": 10, "side_mm": 32},
    "parts": {
        "text": "Staff",
        "height_mm": 5,
        "sizes": [{"lines": 1, "largest_pt": 12, "smallest_pt": 8}],
    },
}
"""What a new thing is before it is changed, by the list that it joins."""


def values(layout: Layout) -> Tree:
    """Return all values of a layout, as its form carries them."""
    return msgspec.json.decode(msgspec.json.encode(layout), type=Tree)


def carried(tree: Tree) -> str:
    """Return the values that a form carries along."""
    return msgspec.json.encode(tree).decode()


def typed(sent: Sent) -> Tree | None:
    """Return the values of a layout as a form changes them; None where it carries none.

    What cannot be read stays as it was typed: reading says what is wrong with it.
    """
    text = (sent.get(CARRIED) or [""])[-1]
    if not text or len(text) > LONGEST_CARRIED:
        return None
    try:
        tree = msgspec.json.decode(text, type=Tree)
    except (msgspec.DecodeError, RecursionError):
        return None
    for way in (sent.get(TICKS) or [""])[-1].split():
        _put(tree, way.split("."), "")  # a box without a tick is not sent
    for name, answers in sent.items():
        if name.startswith(PREFIX):
            _put(tree, name.removeprefix(PREFIX).split("."), answers[-1] if answers else "")
    for way in sorted(sent.get(REMOVE, []), key=_order, reverse=True):
        _take_out(tree, way.split("."))
    for way in sent.get(ADD, []):
        _add(tree, way.split("."))
    return tree


def _order(way: str) -> list[tuple[int, str]]:
    """Return what sorts places of a list by number."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in way.split(".")]


def _inside(tree: Any, way: Sequence[str]) -> Any:
    """Return the value at the end of a way; None where there is none."""
    for part in way:
        if isinstance(tree, dict):
            tree = tree.get(part)
        elif isinstance(tree, list) and part.isdecimal() and len(part) < 4:  # noqa: PLR2004
            tree = tree[int(part)] if int(part) < len(tree) else None
        else:
            return None
    return tree


def _put(tree: Tree, way: list[str], text: str) -> None:
    """Put what was typed where it belongs; nothing typed makes it the usual value."""
    around, name = _inside(tree, way[:-1]), way[-1]
    if not isinstance(around, dict):
        return
    value = _value(name, text)
    if value is None:
        around.pop(name, None)
    else:
        around[name] = value


def _value(name: str, text: str) -> Any:
    """Return what was typed as a value of the field `name`; as it is where that cannot be."""
    text = forms.line(text) if name != "text" else clean(text)
    if name in YES_NO:
        return bool(text)
    if name == SIZES:
        return read_sizes(text)
    if name in WHOLE or name.endswith(("_mm", "_pt")):
        if not text:
            return None
        if not NUMBER.fullmatch(text):
            return text
        number = float(text.replace(",", "."))
        return int(number) if name in WHOLE and number.is_integer() else number
    return text


def read_sizes(text: str) -> Any:
    """Return the tries at fitting of `1: 40–22, 2: 22–14`; the text where it cannot be read."""
    found = []
    for part in text.replace(";", ",").split(","):
        one = SIZE.fullmatch(part)
        if one is None:
            return text
        found.append(
            {"lines": int(one[1]), "largest_pt": float(one[2]), "smallest_pt": float(one[3])}
        )
    return found


def said_sizes(sizes: Any) -> str:
    """Return the tries at fitting as they are typed."""
    if not isinstance(sizes, list):
        return str(sizes)
    try:
        return ", ".join(
            f"{one['lines']}: {said(one['largest_pt'])}–{said(one['smallest_pt'])}" for one in sizes
        )
    except (KeyError, TypeError):  # somebody made the form up
        return str(sizes)


def said(value: Any) -> str:
    """Return a value as its field shows it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def _take_out(tree: Tree, way: list[str]) -> None:
    around, name = _inside(tree, way[:-1]), way[-1]
    if isinstance(around, list) and name.isdecimal() and len(name) < 4 and int(name) < len(around):  # noqa: PLR2004
        del around[int(name)]
    elif isinstance(around, dict) and (way[:1] == ["faces"] or way == ["reverse"]):
        around.pop(name, None)


def _add(tree: Tree, way: list[str]) -> None:
    """Add something new to a list of the layout, or the other side of the card."""
    if way == ["reverse"]:
        tree["reverse"] = {"panels": [{"face": "back"}]}
        faces = tree.setdefault("faces", {})
        if isinstance(faces, dict):
            faces.setdefault("back", {})
        return
    around = _inside(tree, way[:-1])
    if way[-1] in NEW and isinstance(around, dict):
        there = around.setdefault(way[-1], [])
        if isinstance(there, list) and len(there) < MOST_ADDED:
            there.append(msgspec.json.decode(msgspec.json.encode(NEW[way[-1]])))


# What the page shows

FIELDS = {
    "x_mm": N_("From the left (mm)"),
    "y_mm": N_("From the top (mm)"),
    "width_mm": N_("Width (mm)"),
    "height_mm": N_("Height (mm)"),
    "side_mm": N_("Side (mm)"),
    "corner_mm": N_("Round corners (mm)"),
    "colour": N_("Colour"),
    "name": N_("Image"),
    "fit": N_("Fills its place"),
    "anchor": N_("Texts stand"),
    "align": N_("Aligned"),
    "text": N_("Text"),
    "weight": N_("Weight"),
    "capitals": N_("Capitals"),
    "gap_mm": N_("White above (mm)"),
    "sizes": N_("Lines: sizes (pt)"),
    "title": N_("Title"),
    "card_width_mm": N_("Width of a card (mm)"),
    "card_height_mm": N_("Height of a card (mm)"),
    "columns": N_("Cards side by side"),
    "rows": N_("Cards one below the other"),
    "left_mm": N_("Left margin (mm)"),
    "top_mm": N_("Upper margin (mm)"),
    "gap_x_mm": N_("Between cards, across (mm)"),
    "gap_y_mm": N_("Between cards, down (mm)"),
    "marks": N_("Marks"),
    "device": N_("Printed by"),
    "flip": N_("The printer flips at the"),
}
CHOICES = {
    "top": N_("at the top"),
    "middle": N_("in the middle"),
    "bottom": N_("at the bottom"),
    "left": N_("to the left"),
    "centre": N_("centred"),
    "right": N_("to the right"),
    "regular": N_("regular"),
    "semibold": N_("semibold"),
    "bold": N_("bold"),
    "whole": N_("whole in it"),
    "cover": N_("covering it"),
    "cut": N_("to cut"),
    "fold": N_("to fold"),
    "none": N_("none"),
    "sheets": N_("a usual printer, on sheets"),
    "label": N_("a label printer, one by one"),
    "long edge": N_("long edge"),
    "short edge": N_("short edge"),
}
THINGS = {
    "shapes": N_("Surface %(n)d"),
    "pictures": N_("Image %(n)d"),
    "columns": N_("Place %(n)d"),
    "parts": N_("text %(n)d"),
    "codes": N_("Code %(n)d"),
    "sizes": N_("size %(n)d"),
}
BOX = ("x_mm", "y_mm", "width_mm", "height_mm")
SHEET = ("width_mm", "height_mm", "columns", "rows", "left_mm", "top_mm", "gap_x_mm", "gap_y_mm")


def way_of(field: str) -> str:
    """Return the name in a form of what a mistake names: `codes[0].x_mm` is `codes.0.x_mm`."""
    return re.sub(r"\[(\d+)\]", r".\1", field)


def label(way: str, words: Words) -> str:
    """Return what a field of the form is called: `Texts 2, text 1, Width (mm)`."""
    parts = way.split(".")
    names = []
    for before, part in zip(["", *parts], parts, strict=False):
        if part.isdecimal() and before in THINGS:
            names.append(words.gettext(THINGS[before]) % {"n": int(part) + 1})
    if parts[-1] in FIELDS:
        names.append(words.gettext(FIELDS[parts[-1]]))
    elif len(parts) > 1 and parts[-2] in {"text", "title"}:
        names.append(f"{words.gettext(FIELDS[parts[-2]])} ({parts[-1]})")
    return ", ".join(names) or way


def errors_by_field(
    mistakes: Sequence[Mistake], shown: Sequence[str], words: Words
) -> dict[str, str]:
    """Return what is wrong by the field of the page that is nearest, else by where it is.

    `shown` are the fields of the page, as ways.
    """
    found: dict[str, str] = {}
    for one in mistakes:
        way = way_of(one.field)
        name = _nearest(way, shown)
        text = words.say(one.message)
        found[name] = f"{found[name]} {text}" if name in found else text
    return found


def _nearest(way: str, shown: Sequence[str]) -> str:
    parts = way.split(".")
    while parts:
        here = ".".join(parts)
        for name in shown:
            if name == here or name.startswith(here + "."):
                return name
        if parts[-1].isdecimal() or len(parts) <= 3:  # noqa: PLR2004 -- another thing, or another page
            break
        parts.pop()
    return way


def fields_of(tree: Tree, part: str) -> list[str]:
    """Return the fields of a page of the form, as ways: `sheet`, or those of `face.front`."""
    if part == "sheet":
        title = _ways("title", tree.get("title"))
        rest = ["card_width_mm", "card_height_mm", "device", *(f"sheet.{name}" for name in SHEET)]
        flip = ["reverse.flip"] if tree.get("reverse") else []
        return [*title, *rest, "sheet.marks", *flip]
    face = f"faces.{part.removeprefix(FACE)}"
    found = []
    for way in things(tree, face, "shapes"):
        found += [*(f"{way}.box.{name}" for name in BOX), f"{way}.colour", f"{way}.corner_mm"]
    for way in things(tree, face, "pictures"):
        found += [f"{way}.name", *(f"{way}.box.{name}" for name in BOX), f"{way}.fit"]
    for way in things(tree, face, "columns"):
        found += [*(f"{way}.box.{name}" for name in BOX), f"{way}.anchor", f"{way}.align"]
        for inner in things(tree, way, "parts"):
            found += texts(tree, inner)
            names = ("sizes", "height_mm", "gap_mm", "weight", "colour", "capitals")
            found += [f"{inner}.{name}" for name in names]
    for way in things(tree, face, "codes"):
        found += [f"{way}.{name}" for name in ("x_mm", "y_mm", "side_mm")]
    return found


def _ways(way: str, text: Any) -> list[str]:
    return [f"{way}.{language}" for language in text] if isinstance(text, dict) else [way]


def texts(tree: Tree, part: str) -> list[str]:
    """Return the fields of what a part says: one, or one for each language."""
    return _ways(f"{part}.text", _inside(tree, [*part.split("."), "text"]))


def things(tree: Tree, around: str, kind: str) -> list[str]:
    """Return the ways to the things of a kind: surfaces of a face, parts of a column."""
    there = _inside(tree, [*around.split("."), kind])
    if not isinstance(there, list):
        return []
    return [f"{around}.{kind}.{n}" for n, one in enumerate(there) if isinstance(one, dict)]


def shown(tree: Tree, way: str) -> str:
    """Return what the field at the end of a way shows."""
    value = _inside(tree, way.split("."))
    return said_sizes(value) if way.endswith(f".{SIZES}") else said(value)
