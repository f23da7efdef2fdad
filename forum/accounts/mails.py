"""What the team is told by e-mail: the letter that is stored, and the message made of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from forum.accounts.keys import LinkKeys
from forum.accounts.words import role_words
from forum.core.context import Edition, Role
from forum.core.i18n import words
from forum.core.mail import Mail
from forum.core.outbox import Letter
from forum.core.pages import Templates

SIGN_IN, TEAM = "sign_in", "team"
KINDS = (SIGN_IN, TEAM)


def asked(edition_id: int, letter_id: UUID, recipient: str, language: str, minutes: int) -> Letter:
    """Return the letter with a link that somebody asked for, good for so many `minutes`."""
    return _letter(SIGN_IN, edition_id, letter_id, recipient, language, {"minutes": minutes})


def welcome(
    edition: Edition, letter_id: UUID, recipient: str, by: str, roles: Sequence[Role]
) -> Letter:
    """Return the letter to a new member of the team; `by` is the address of who took them in."""
    data = {"by": by, "roles": list(roles)}
    return _letter(TEAM, edition.id, letter_id, recipient, edition.language, data)


def _letter(
    kind: str,
    edition_id: int,
    letter_id: UUID,
    recipient: str,
    language: str,
    data: dict[str, Any],
) -> Letter:
    return Letter(
        edition_id=edition_id,
        id=letter_id,
        kind=kind,
        subject_id=letter_id,
        version=1,
        recipient=recipient,
        language=language,
        data=data,
    )


def render(
    stored: Letter,
    edition: Edition,
    *,
    templates: Templates,
    keys: LinkKeys,
    base_url: str,
    at: datetime,
) -> Mail:
    """Make the message of a stored letter; its link is made now, of the letter's id."""
    roles = [Role(role) for role in stored.data.get("roles", [])]
    context = {
        **stored.data,
        "edition": edition,
        "roles": role_words(words(stored.language), roles),
        "sign_in_url": f"{base_url}/organiser/sign-in/{keys.token(stored.subject_id)}",
        "ask_url": f"{base_url}/organiser/sign-in",
    }
    return templates.mail(stored, context, base_url=base_url, at=at)
