"""Decisions on invitations: values in, a decision out."""

import re
from datetime import datetime

from forum.core.i18n import N_
from forum.invitations.models import Invitation, NewInvitation

UNKNOWN = N_("This code opens nothing here: check it, or ask who gave it to you.")
USED = N_("This code has been used as often as it may be.")
OVER = N_("This code is no longer valid: ask who gave it to you for a new one.")
ELSEWHERE = N_("This code is for another category.")


def spelled(code: str) -> str:
    """Return a code as it is stored: capitals, with hyphens where people write spaces."""
    return re.sub(r"[\s-]+", "-", code.strip()).upper()


def mistake(invitation: Invitation | None, *, category: object, at: datetime) -> str | None:
    """Return why a code cannot be used in `category` at `at` (an English msgid), or None."""
    if invitation is None:
        return UNKNOWN
    if ended(invitation, at):
        return OVER
    if invitation.left < 1:
        return USED
    if invitation.category is not None and invitation.category != category:
        return ELSEWHERE
    return None


def ended(invitation: Invitation, at: datetime) -> bool:
    """Say whether an invitation is revoked or too old at `at`."""
    return invitation.revoked_at is not None or (
        invitation.expires_at is not None and invitation.expires_at <= at
    )


def skips_approval(invitation: Invitation | None) -> bool:
    """Say whether nobody approves a registration that comes with this invitation."""
    return invitation is not None and (invitation.bypass_approval or invitation.reserves)


def mistakes(new: NewInvitation, *, categories: list[str], at: datetime) -> dict[str, str]:
    """Return what is wrong with a new invitation, by field; empty when nothing is."""
    found: dict[str, str] = {}
    if new.category is not None and new.category not in categories:
        found["category"] = N_("Choose one of the categories offered.")
    elif new.reserves and new.category is None:
        found["category"] = N_("Places are kept in one category: choose it.")
    if new.expires_at is not None and new.expires_at <= at:
        found["expires_at"] = N_("This instant is past: give a later one.")
    if new.email is not None and new.uses != 1:
        found["uses"] = N_("A personal invitation is good for one registration.")
    return found
