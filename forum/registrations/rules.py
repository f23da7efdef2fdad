"""Decisions on registrations: values in, a decision out."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from badges.rules import day_lived
from forum.core.context import Edition, EditionState
from forum.core.errors import Invalid
from forum.core.font_coverage import missing_glyphs
from forum.core.i18n import N_
from forum.editions.models import Consent
from forum.editions.rules import is_open, takes
from forum.invitations.models import Invitation
from forum.invitations.rules import skips_approval
from forum.registrations.models import (
    OVER,
    Agreed,
    OwnConsent,
    Places,
    RegistrationClosed,
    Status,
)

QUIET = timedelta(minutes=5)
BADGE_TO_CHECK = "!badge"
"""Stands among the words of a registration whose badge would lack characters; nobody types it."""


def place(places: Places, *, at: datetime, invitation: Invitation | None = None) -> Status:
    """Say where the next registration stands: to approve, confirmed, or on the waiting list.

    Raises:
        RegistrationClosed: the edition or the category takes no registrations at `at`.
        Invalid: the category wants an invitation.
    """
    if not is_open(places, at) or not takes(places.opening, at):
        raise RegistrationClosed
    if places.invitation_only and invitation is None:
        raise Invalid(fields={"invitation": "This category needs an invitation code: give yours."})
    if places.approval and not skips_approval(invitation):
        return Status.PENDING
    return seat(places, invitation)


def seat(places: Places, invitation: Invitation | None = None) -> Status:
    """Say whether somebody approved, or who needs no approval, gets a place or a turn."""
    opens = invitation is not None and (invitation.reserves or invitation.bypass_limit)
    return Status.CONFIRMED if opens or has_room(places) else Status.WAITING


def lifts(status: Status, invitation: Invitation | None) -> bool:
    """Say whether an invitation moves a registration that waits, or is to be approved, on."""
    if invitation is None:
        return False
    if status is Status.PENDING:
        return skips_approval(invitation)
    return status is Status.WAITING and (invitation.reserves or invitation.bypass_limit)


def is_counted(places: Places, invitation: Invitation | None) -> bool:
    """Say whether a confirmed registration takes one of the places, or comes beyond the limits."""
    return has_room(places) or invitation is None or invitation.reserves


def has_room(places: Places) -> bool:
    """Say whether both the edition and the category have a place that nobody holds or reserves."""
    return _below(places.taken + places.reserved, places.places) and _below(
        places.category_taken + places.category_reserved, places.category_places
    )


def _below(taken: int, limit: int | None) -> bool:
    return limit is None or taken < limit


def days_mask(days: Collection[date], edition: Edition) -> int | None:
    """Return the chosen days as bits, bit n for day n of the edition; None for all of them.

    Days outside of the edition are refused before (`mistakes`).
    """
    every = edition.days
    chosen = sum(1 << every.index(day) for day in {*days})
    return None if chosen in (0, (1 << len(every)) - 1) else chosen


def days_of(mask: int | None, edition: Edition) -> list[date]:
    """Return the days that the bits of a registration name; None names all of them."""
    return [day for n, day in enumerate(edition.days) if mask is None or mask >> n & 1]


def wrong_days(sent: object, edition: Edition) -> str | None:
    """Return what is wrong with days as they were sent (an English msgid), or None."""
    chosen = sent if isinstance(sent, list) else [sent]
    known = [day.isoformat() for day in edition.days]
    if all(str(one) in known for one in chosen if one not in ("", None)):
        return None
    return N_("Choose days of this forum.")


def may_change(closes_at: datetime | None, status: Status, edition: Edition, at: datetime) -> bool:
    """Say whether an attendee may still change, pass on or complete a registration at `at`."""
    if status in OVER or edition.state is EditionState.ARCHIVED:
        return False
    over = at.astimezone(edition.zone).date() > edition.ends_on
    return not over and (closes_at is None or at < closes_at)


def may_agree(status: Status, edition: Edition, at: datetime) -> bool:
    """Say whether an attendee may still give a consent; it may be withdrawn at any time."""
    return may_change(None, status, edition, at)


def consents_of(purposes: Iterable[Consent], agreed: Iterable[Agreed]) -> list[OwnConsent]:
    """Return each purpose as it stands for the person who agreed to `agreed`, in order."""
    history: dict[str, list[Agreed]] = {}
    for one in agreed:
        history.setdefault(one.purpose, []).append(one)
    return [
        OwnConsent(
            purpose=one.purpose,
            wording=one.wording,
            version=one.version,
            in_force=in_force(history.get(one.purpose, [])),
            history=history.get(one.purpose, []),
        )
        for one in purposes
    ]


def in_force(agreed: Iterable[Agreed]) -> Agreed | None:
    """Return what is not withdrawn of what was agreed to for one purpose."""
    return next((one for one in agreed if one.withdrawn_at is None), None)


def is_over(last: date, edition: Edition, at: datetime) -> bool:
    """Say whether a day is over at `at`; its night, until four in the morning, belongs to it."""
    return day_lived(at, edition.zone) > last


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
        found["category"] = N_("Choose one of the categories offered.")
    agreed = consents if isinstance(consents, list) else [consents]
    if not all(one in [*purposes] for one in agreed):
        found["consents"] = N_("Choose one of the answers offered.")
    if language not in [None, *languages]:
        found["language"] = N_("Choose one of the languages offered.")
    return found


def may_mail_again(mailed_at: datetime, at: datetime) -> bool:
    """Say whether an address that registers again gets its e-mail again yet."""
    return at - mailed_at >= QUIET


def unprintable(*texts: str | None) -> str:
    """Return the characters of what stands on a badge that no font of ours has, each once."""
    return missing_glyphs(*filter(None, texts))
