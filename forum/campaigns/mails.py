"""A campaign's e-mails: the letter that is stored in its turn, and the message made of it."""

from datetime import datetime
from uuid import UUID

import msgspec

from forum.campaigns.models import Due, Recipient, Wording
from forum.campaigns.rules import language_for
from forum.core.context import Edition
from forum.core.i18n import N_, words
from forum.core.mail import Mail
from forum.core.outbox import Letter
from forum.core.pages import Templates
from forum.letters.kinds import CAMPAIGN
from forum.letters.models import LetterText
from forum.registrations import mails, sending
from forum.registrations.keys import AttendeeKeys
from forum.registrations.mails import Values

CLOSING = N_(
    "You get this e-mail because you agreed to it when you registered."
    " [Change your mind]({manage_link})."
)
"""How an e-mail ends that is sent by a consent, in the markup of letters."""


def letter(due: Due, person: Recipient, letter_id: UUID) -> Letter:
    """Return the letter of one recipient; `UNIQUE (kind, subject, version)` makes it the only one.

    It holds the values of its moment; the words are read from the campaign when it leaves.
    """
    return Letter(
        edition_id=due.edition_id,
        id=letter_id,
        kind=CAMPAIGN.code,
        subject_id=person.id,
        version=due.number,
        recipient=person.email,
        language=language_for(person.language, due.languages),
        data=mails.stored(sending.values_of(person)),
    )


def closed(text: LetterText, consent: str | None, language: str) -> LetterText:
    """Return a text with its closing, where it is sent by a consent."""
    if consent is None:
        return text
    closing = words(language).gettext(CLOSING)
    return msgspec.structs.replace(text, body=f"{text.body}\n\n{closing}")


def render(
    stored: Letter,
    edition: Edition,
    wording: Wording,
    *,
    templates: Templates,
    keys: AttendeeKeys,
    base_url: str,
    at: datetime,
) -> Mail:
    """Make the message of a stored letter.

    Sent by a consent, it says where that is withdrawn, to people and to their mail program.
    """
    context = mails.context_of(
        msgspec.convert(stored.data, Values),
        edition,
        stored.language,
        key=keys.key(stored.edition_id, stored.subject_id),
        base_url=base_url,
    )
    text = closed(wording.text, wording.consent, stored.language)
    written = mails.write(CAMPAIGN, text, context, edition, stored.language, templates=templates)
    unsubscribe = "" if wording.consent is None else context.manage_link
    return mails.message(stored, written, base_url=base_url, at=at, unsubscribe=unsubscribe)
