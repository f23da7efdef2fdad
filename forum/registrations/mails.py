"""What attendees are told by e-mail: the letter that is stored, and the message made of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from badges import qr
from badges.keys import Keyring
from badges.models import Ticket
from forum.core.context import Edition
from forum.core.mail import Mail, Part
from forum.core.outbox import Letter
from forum.core.pages import Templates
from forum.core.text import Text, pick
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import Registration, StoredGroup

KINDS = ("confirmed", "waiting", "promoted", "cancelled")
TICKET_SCALE = 8
TICKET_CID = "ticket"


def letter(
    kind: str,
    registration: Registration,
    category_name: Text,
    ticket: Ticket | None,
    letter_id: UUID,
    *,
    line: int | None = None,
    reason: str = "",
) -> Letter:
    """Return the letter of one event in a registration's life; `kind` is one of `KINDS`.

    `reason` is what the organisers say of a refusal or a cancellation.

    It holds no secret: link and token are made of its values and the site's keys when it leaves.
    """
    return Letter(
        edition_id=registration.edition_id,
        id=letter_id,
        kind=kind,
        subject_id=registration.id,
        version=registration.mail_version,
        recipient=registration.email,
        language=registration.language,
        data={
            "given_name": registration.given_name,
            "family_name": registration.family_name,
            "reference": registration.reference,
            "category_name": category_name,
            "turn": line,
            "reason": reason,
            "offer_until": _instant(registration.offer_until),
            "days": registration.days,
            "revision": registration.revision,
            "ticket": None if ticket is None else msgspec.to_builtins(ticket),
        },
    )


def group_letter(group: StoredGroup, names: Sequence[str], letter_id: UUID) -> Letter:
    """Return the letter that tells a coordinator whom the group names."""
    return Letter(
        edition_id=group.edition_id,
        id=letter_id,
        kind="group",
        subject_id=group.id,
        version=1,
        recipient=group.coordinator_email,
        language=group.language,
        data={"coordinator_name": group.coordinator_name, "names": list(names), "ticket": None},
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def render(
    stored: Letter,
    edition: Edition,
    *,
    templates: Templates,
    keyring: Keyring,
    keys: AttendeeKeys,
    base_url: str,
    at: datetime,
) -> Mail:
    """Make the message of a stored letter, its ticket as a picture inside the text."""
    key = keys.key(stored.edition_id, stored.subject_id)
    parts: tuple[Part, ...] = ()
    if stored.data["ticket"] is not None:
        token = keyring.token(msgspec.convert(stored.data["ticket"], Ticket))
        picture = qr.png(token, scale=TICKET_SCALE)
        name = f"{stored.data['reference']}.png"
        parts = (Part(name=name, media_type="image/png", content=picture, cid=TICKET_CID),)
    context: dict[str, Any] = {
        **stored.data,
        "edition": edition,
        "category_name": pick(stored.data["category_name"], stored.language),
        "manage_url": f"{base_url}/me/{key}",
        "programme_url": f"{base_url}/{edition.slug}/programme",
        "ticket_cid": f"cid:{TICKET_CID}" if parts else None,
    }
    return templates.mail(stored, context, parts=parts, base_url=base_url, at=at)
