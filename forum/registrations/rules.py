"""Decisions on registrations: values in, a decision out."""

from collections.abc import Collection
from datetime import datetime, timedelta

from forum.editions.rules import is_open
from forum.registrations.models import Places, RegistrationClosed, Status

QUIET = timedelta(minutes=5)


def place(places: Places, *, at: datetime) -> Status:
    """Say whether the next registration gets a place or a turn on the waiting list.

    Raises:
        RegistrationClosed: the edition or the category takes no registrations at `at`.
    """
    if not is_open(places, at) or not places.category_open:
        raise RegistrationClosed
    return Status.CONFIRMED if has_room(places) else Status.WAITING


def has_room(places: Places) -> bool:
    """Say whether both the edition and the category have a place left."""
    return _below(places.taken, places.places) and _below(
        places.category_taken, places.category_places
    )


def _below(taken: int, limit: int | None) -> bool:
    return limit is None or taken < limit


def mistakes(
    *,
    category: object,
    consents: object,
    language: object,
    categories: Collection[str],
    purposes: Collection[str],
    languages: Collection[str],
) -> dict[str, str]:
    """Return what is wrong with the choices of a form in this edition, by field.

    Choices come as they were sent, read or not, so that a form with other mistakes is told of
    these too; they are looked for in lists, since what was sent may have no hash.
    """
    found: dict[str, str] = {}
    if category not in [*categories]:
        found["category"] = "Choose one of the categories offered."
    agreed = consents if isinstance(consents, list) else [consents]
    if not all(one in [*purposes] for one in agreed):
        found["consents"] = "Choose one of the answers offered."
    if language not in [None, *languages]:
        found["language"] = "Choose one of the languages offered."
    return found


def may_mail_again(mailed_at: datetime, at: datetime) -> bool:
    """Say whether an address that registers again gets its e-mail again yet."""
    return at - mailed_at >= QUIET
