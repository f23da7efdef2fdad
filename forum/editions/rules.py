"""Decisions on editions: values in, a decision out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import msgspec

from badges.doors import forms as door_forms
from badges.models import CheckInList
from forum.core.context import Edition, EditionState
from forum.core.errors import Invalid
from forum.core.i18n import LANGUAGES, N_
from forum.core.text import Filled
from forum.editions.models import (
    RESERVED,
    Category,
    NewCategory,
    NewCheckInList,
    NewEdition,
    NewTerms,
    Opening,
    Window,
)

MOST_DAYS = 8
MOST_CATEGORIES = 256
TOO_FEW = N_("More places are taken than that: give more.")
TOO_FEW_FOR = N_("%(taken)d places are taken and %(reserved)d reserved: give as many or more.")
CLOSES_FIRST = N_("This comes before the opening: put it after.")


def is_open(window: Window, at: datetime) -> bool:
    """Say whether people may register at the instant `at`."""
    opens, closes = window.registration_opens_at, window.registration_closes_at
    return (
        window.state is EditionState.OPEN
        and (opens is None or opens <= at)
        and (closes is None or at < closes)
    )


def takes(category: Opening, at: datetime) -> bool:
    """Say whether a category takes registrations at `at`, while the edition does."""
    opens, closes = category.opens_at, category.closes_at
    return category.open and (opens is None or opens <= at) and (closes is None or at < closes)


def places_left(window: Window, category: Category) -> int | None:
    """Return how many places the category has left, the edition's own limit included."""
    limits = [
        one.places - one.taken - one.reserved
        for one in (window, category)
        if one.places is not None
    ]
    return max(0, min(limits)) if limits else None


def mistaken_terms(new: NewTerms, before: Window) -> dict[str, str]:
    """Return what is wrong with new terms of an edition, by field."""
    found = _too_few(new.places, before)
    if _swapped(new.registration_opens_at, new.registration_closes_at):
        found["registration_closes_at"] = CLOSES_FIRST
    return found


def mistaken_category(new: NewCategory, before: Category | None) -> dict[str, str]:
    """Return what is wrong with a category that is new (`before` None) or changes, by field."""
    found = _too_few(new.places, before) if before else {}
    if _swapped(new.opens_at, new.closes_at):
        found["closes_at"] = CLOSES_FIRST
    return found


def _too_few(places: int | None, before: Window | Category) -> dict[str, str]:
    if places is None or places >= before.taken + before.reserved:
        return {}
    return {"places": Filled(TOO_FEW_FOR, taken=before.taken, reserved=before.reserved)}


def _swapped(opens: datetime | None, closes: datetime | None) -> bool:
    return opens is not None and closes is not None and closes <= opens


def mistakes(new: NewEdition) -> dict[str, str]:
    """Return what is wrong with a new edition, by field; empty when nothing is."""
    found: dict[str, str] = {}
    days = (new.ends_on - new.starts_on).days + 1
    if days < 1:
        found["ends_on"] = "The last day comes before the first: swap them."
    elif days > MOST_DAYS:
        found["ends_on"] = "An edition has at most eight days."
    if new.timezone not in available_timezones():
        found["timezone"] = "This timezone is unknown: give an IANA name such as Europe/Paris."
    if not new.languages or not set(new.languages) <= set(LANGUAGES):
        found["languages"] = "Languages are fr and en, the main one first."
    if new.slug in RESERVED:
        found["slug"] = "This name is taken by a page of the site: choose another."
    if len(new.categories) > MOST_CATEGORIES:
        found["categories"] = "An edition has at most 256 categories."
    for field, names in (
        ("categories", [category.code for category in new.categories]),
        ("gates", [gate.slug for gate in new.gates]),
        ("lists", [one.slug for one in new.lists]),
        ("consents", [consent.purpose for consent in new.consents]),
    ):
        if len(set(names)) < len(names):
            found[field] = "The same name stands twice: each must differ."
    return found or _mistaken_doors(new)


def _mistaken_doors(new: NewEdition) -> dict[str, str]:
    """Return what is wrong with the gates and the check-in lists of a new edition."""
    found: dict[str, str] = {}
    for one in new.lists:
        try:
            check_in_list(one, new, room=lambda _name: str(UUID(int=1)))
        except Invalid as invalid:
            found |= {f"lists.{one.slug}.{field}": said for field, said in invalid.fields.items()}
    known = {one.slug for one in new.lists} | {gate.slug for gate in new.gates}
    for gate in new.gates:
        if new.lists and gate.check_in_list not in known | {None}:
            found[f"gates.{gate.slug}.check_in_list"] = door_forms.NO_LIST
        if gate.slug in door_forms.RESERVED:
            found[f"gates.{gate.slug}.slug"] = door_forms.TAKEN
    return found


def check_in_list(
    one: NewCheckInList, new: NewEdition, *, room: Callable[[str], str]
) -> CheckInList:
    """Return a list of a new edition as doors know it; `room` gives the id of a room by its name.

    Raises:
        Invalid: naming every field at fault.
    """
    sent: Mapping[str, Any] = {
        **msgspec.structs.asdict(one),
        "hours": [msgspec.structs.asdict(hours) for hours in one.hours],
        "rooms": [room(name) for name in one.rooms or []],
    }
    edition = Edition(
        id=0,
        slug=new.slug,
        title=new.title,
        timezone=new.timezone,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        languages=new.languages,
        state=new.state,
    )
    codes = [category.code for category in new.categories] or ["attendee"]
    return door_forms.list_of(sent, edition, categories=codes, rooms=None)
