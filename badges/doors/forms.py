"""What organisers lay down at the doors: gates and check-in lists, each mistake by its field.

What is read here came from a page, a program or a file of an edition. No I/O.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from badges.models import CheckInList, Counting, Directions, GateKind, Hours
from forum.core import forms
from forum.core.context import Edition
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.text import Filled, Text, pick, slug

S = TypeVar("S", bound=Struct)

LONGEST_NAME = 100
LONGEST_SLUG = 40
MOST_HOURS = 40
RESERVED = {"new", "presets"}
"""Names of pages, which no gate and no list may have."""
CLOCK = re.compile(r"(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?")

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?!\n)$", max_length=LONGEST_SLUG)]

MENDS = {
    "slug": N_("Give small letters without accents, digits and hyphens, as in “main-door”."),
    "position": N_("Give a whole number from 0 to 999."),
    "lead_minutes": N_("Give whole minutes, from 0 to 240."),
    "seats_kept_minutes": N_("Give whole minutes, from -60 to 240."),
    "days": N_("Give days of the edition, as in 2027-03-23."),
    "rooms": N_("Choose rooms of the programme."),
    "kind": N_("Choose one of the answers offered."),
    "directions": N_("Choose one of the answers offered."),
    "counts": N_("Choose one of the answers offered."),
}
NO_CATEGORY = N_("There is no category “%(code)s”: choose among those of the edition.")
NO_DAY = N_("This is no day of the edition: %(day)s.")
NO_ROOM = N_("A room that was chosen is not in the published programme.")
NO_TIME = N_("Give a time such as 9:30.")
NO_LENGTH = N_("The end is the beginning: give another.")
NEEDS_ROOMS = N_("Only sessions are counted so, or take seats: choose rooms of the programme.")
NO_BUILDING = N_(
    "Who is in the building is counted by the day or for the whole forum, and not in rooms:"
    " change what counts once, or take this tick away."
)
TOO_MANY_HOURS = N_("There are too many lines: 40 at most.")
TAKEN = N_("This name is taken: choose another.")
NO_LIST = N_("There is no such check-in list: choose one that is there.")


class GateForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate as it is asked for; without a `check_in_list` it gets one of its own."""

    name: dict[str, str]
    slug: Slug | None = None
    kind: GateKind = GateKind.DOOR
    directions: Directions = Directions.BOTH
    check_in_list: str | None = None
    position: Annotated[int, Meta(ge=0, le=999)] | None = None


class ListForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check-in list as it is asked for, see `badges.models.CheckInList`.

    `days` are dates, as are those of each of the `hours`; an empty list restricts nothing.
    """

    name: dict[str, str]
    slug: Slug | None = None
    categories: list[str] | None = None
    days: list[date] | None = None
    hours: list[dict[str, Any]] | None = None
    rooms: list[UUID] | None = None
    lead_minutes: Annotated[int, Meta(ge=0, le=240)] = 30
    seats: bool = False
    seats_kept_minutes: Annotated[int, Meta(ge=-60, le=240)] | None = None
    counts: Counting = Counting.DAY
    reentry: bool = True
    building: bool = False


GATE_FIELDS = tuple(GateForm.__struct_fields__)
LIST_FIELDS = tuple(ListForm.__struct_fields__)


class GateGiven(Struct, frozen=True, kw_only=True):
    """A gate whose every field was read; None where nothing was said."""

    name: Text
    slug: str | None
    kind: GateKind
    directions: Directions
    check_in_list: str | None
    position: int | None


def gate_of(sent: Mapping[str, Any], edition: Edition) -> GateGiven:
    """Read a gate.

    Raises:
        Invalid: naming every field at fault.
    """
    form, mistakes = _parsed(GateForm, sent)
    name, wrong = _name(sent.get("name"), edition)
    mistakes = {**wrong, **mistakes}
    if mistakes or form is None:
        raise Invalid(fields=mistakes)
    return GateGiven(
        name=name,
        slug=form.slug,
        kind=form.kind,
        directions=form.directions,
        check_in_list=form.check_in_list,
        position=form.position,
    )


def list_of(
    sent: Mapping[str, Any],
    edition: Edition,
    *,
    categories: Collection[str],
    rooms: Collection[UUID] | None,
    slug_: str | None = None,
) -> CheckInList:
    """Read a check-in list; its name here is `slug_`, or what was given, or ''.

    `categories` are the codes that there are, `rooms` the rooms that may be chosen (None: any).

    Raises:
        Invalid: naming every field at fault, a line of the hours as `hours.1.opens`.
    """
    form, mistakes = _parsed(ListForm, sent)
    name, wrong = _name(sent.get("name"), edition)
    mistakes = {**wrong, **mistakes}
    hours, wrong = hours_of(sent.get("hours"), edition)
    mistakes = {**mistakes, **wrong}
    if form is None:
        raise Invalid(fields=mistakes)
    made = CheckInList(
        slug=slug_ or form.slug or "",
        name=name,
        categories=form.categories or None,
        days=None if not form.days else bits(form.days, edition),
        hours=hours,
        rooms=form.rooms or None,
        lead_minutes=form.lead_minutes,
        seats=form.seats,
        seats_kept_minutes=form.seats_kept_minutes,
        counts=form.counts,
        reentry=form.reentry,
        building=form.building,
    )
    mistakes = {**_unknown(form, edition, categories, rooms), **_at_odds(made), **mistakes}
    if mistakes:
        ranked = sorted(mistakes.items(), key=lambda one: _rank(one[0]))
        raise Invalid(fields=dict(ranked))
    return made


def _rank(field: str) -> int:
    """Return the place of a field on the page; what is none comes last."""
    first = field.partition(".")[0]
    return LIST_FIELDS.index(first) if first in LIST_FIELDS else len(LIST_FIELDS)


def _parsed(into: type[S], sent: Mapping[str, Any]) -> tuple[S | None, dict[str, str]]:
    """Read what was sent without its name; what is wrong gets the mend of its field."""
    try:
        return forms.parse(into, {**sent, "name": {"": ""}}), {}
    except Invalid as invalid:
        mistakes = {
            name: MENDS.get(name, said) if said != forms.UNKNOWN else said
            for name, said in invalid.fields.items()
        }
        kept = {name: value for name, value in sent.items() if name not in mistakes}
        return forms.parse(into, {**kept, "name": {"": ""}}), mistakes


def _name(given: Any, edition: Edition) -> tuple[Text, dict[str, str]]:
    """Read a name, needed in the main language; a text alone is in that."""
    main = edition.language
    texts = {main: given} if isinstance(given, str) else given
    if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
        return {}, {f"name.{main}": forms.NEEDED}
    name = {language: forms.line(text) for language, text in texts.items()}
    mistakes = {
        f"name.{language}": "This answer is too long: shorten it."
        for language, text in name.items()
        if len(text) > LONGEST_NAME
    }
    mistakes |= {f"name.{one}": forms.UNKNOWN for one in name if one not in edition.languages}
    if not name.get(main):
        mistakes[f"name.{main}"] = forms.NEEDED
    return {language: text for language, text in name.items() if text}, mistakes


def _unknown(
    form: ListForm, edition: Edition, categories: Collection[str], rooms: Collection[UUID] | None
) -> dict[str, str]:
    """Return what a list names that is not there."""
    found: dict[str, str] = {}
    strangers = [code for code in form.categories or [] if code not in categories]
    if strangers:
        found["categories"] = Filled(NO_CATEGORY, code=strangers[0])
    outside = [day for day in form.days or [] if day not in edition.days]
    if outside:
        found["days"] = Filled(NO_DAY, day=outside[0].isoformat())
    if rooms is not None and not set(form.rooms or []) <= set(rooms):
        found["rooms"] = NO_ROOM
    return found


def _at_odds(made: CheckInList) -> dict[str, str]:
    """Return what does not go together in a list."""
    found: dict[str, str] = {}
    if made.rooms is None and made.counts is Counting.SESSION:
        found["counts"] = NEEDS_ROOMS
    if made.rooms is None and made.seats:
        found["seats"] = NEEDS_ROOMS
    by_house = made.counts in (Counting.DAY, Counting.FORUM) and made.rooms is None
    if made.building and not by_house:
        found["building"] = NO_BUILDING
    return found


def hours_of(given: Any, edition: Edition) -> tuple[list[Hours], dict[str, str]]:
    """Read lines of hours, each with `opens`, `closes` and the dates of its `days`."""
    if given is None:
        return [], {}
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        return [], {"hours": forms.mend("")}
    if len(given) > MOST_HOURS:
        return [], {"hours": TOO_MANY_HOURS}
    found = [_stretch(row, n, edition) for n, row in enumerate(given)]
    mistakes = {name: said for _, wrong in found for name, said in wrong.items()}
    return [one for one, _ in found if one is not None], mistakes


def _stretch(
    row: Mapping[str, Any], n: int, edition: Edition
) -> tuple[Hours | None, dict[str, str]]:
    mistakes = {f"hours.{n}.{name}": forms.UNKNOWN for name in {*row} - {"opens", "closes", "days"}}
    times = {}
    for end in ("opens", "closes"):
        typed = row.get(end)
        times[end] = clock(typed) if isinstance(typed, str) else None
        if times[end] is None:
            mistakes[f"hours.{n}.{end}"] = NO_TIME if typed else forms.NEEDED
    if times["opens"] is not None and times["opens"] == times["closes"]:
        mistakes[f"hours.{n}.closes"] = NO_LENGTH
    days: list[date] = []
    try:
        days = msgspec.convert(row.get("days") or [], list[date])
    except msgspec.ValidationError:
        mistakes[f"hours.{n}.days"] = MENDS["days"]
    outside = [day for day in days if day not in edition.days]
    if outside:
        mistakes[f"hours.{n}.days"] = Filled(NO_DAY, day=outside[0].isoformat())
    if mistakes:
        return None, mistakes
    numbers = sorted({edition.days.index(day) for day in days}) or None
    return Hours(opens=times["opens"] or "", closes=times["closes"] or "", days=numbers), {}


def clock(typed: str) -> str | None:
    """Return a time as it is stored (`09:30`) of `9:30`, `9h30`, `9 h`; 24:00 is midnight."""
    found = CLOCK.fullmatch(typed.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if (hour, minute) == (24, 0):
        return "00:00"
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None  # noqa: PLR2004


def bits(days: Collection[date], edition: Edition) -> int:
    """Return days of the edition as bits; others are left out."""
    return sum(1 << n for n, day in enumerate(edition.days) if day in days)


def dates(bits_: int | None, edition: Edition) -> list[date] | None:
    """Return days that are kept as bits."""
    if bits_ is None:
        return None
    return [day for n, day in enumerate(edition.days) if bits_ >> n & 1]


def gate_values(gate: Any) -> dict[str, Any]:
    """Return a gate as programs send it."""
    return {
        "name": dict(gate.name),
        "kind": str(gate.kind),
        "directions": str(gate.directions),
        "check_in_list": gate.check_in_list,
        "position": gate.position,
    }


def list_values(one: CheckInList, edition: Edition) -> dict[str, Any]:
    """Return a check-in list as programs send it: nothing but what JSON has."""
    days = dates(one.days, edition)
    return {
        "name": dict(one.name),
        "categories": one.categories,
        "days": None if days is None else [day.isoformat() for day in days],
        "hours": [
            {
                "opens": each.opens,
                "closes": each.closes,
                "days": None
                if each.days is None
                else [edition.days[n].isoformat() for n in each.days if n < len(edition.days)],
            }
            for each in one.hours
        ],
        "rooms": None if one.rooms is None else [str(room) for room in one.rooms],
        "lead_minutes": one.lead_minutes,
        "seats": one.seats,
        "seats_kept_minutes": one.seats_kept_minutes,
        "counts": str(one.counts),
        "reentry": one.reentry,
        "building": one.building,
    }


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what changed, by field: what was, and what is."""
    return {
        name: [before.get(name), after.get(name)]
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    }


def free_slug(wanted: str | None, name: Text, taken: Collection[str], language: str) -> str:
    """Return the slug that was wanted, or one that is made of the name and that nobody has.

    Raises:
        Invalid: what was wanted is taken.
    """
    if wanted is not None:
        if wanted in taken or wanted in RESERVED:
            raise Invalid(fields={"slug": TAKEN})
        return wanted
    base = slug(pick(name, language), longest=LONGEST_SLUG - 4) or "gate"
    found, turn = base, 1
    while found in taken or found in RESERVED:
        turn += 1
        found = f"{base}-{turn}"
    return found
