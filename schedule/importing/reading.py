"""What all readers share: texts in a language, links, types, lengths, names with a role."""

import re

from forum.core.text import Text, slug
from schedule.exports.shared import COLOURS, GENERATOR
from schedule.importing.found import Losses
from schedule.importing.values import length_minutes
from schedule.models import Link, SessionType, SpeakerRole
from schedule.texts import line, paragraphs, plain, web_address
from schedule.vocabulary import session_type, speaker_role

OWN_GENERATOR = GENERATOR
DEFAULT_MINUTES = 30
LONGEST_NAME = 1_000


class Texts:
    """Makes texts in one language: that given, else the file's; in our own files always the file's.

    Our own files hold plain text; HTML in others' long texts becomes plain text with paragraphs.
    """

    def __init__(self, language: str, *, own: bool) -> None:
        self.language = language
        self.own = own

    def _tag(self, spoken: str | None) -> str:
        return self.language if self.own or not spoken else spoken

    def one(self, text: str, spoken: str | None = None) -> Text:
        """Return a text of one line, {} when empty."""
        found = line(text)
        return {self._tag(spoken): found} if found else {}

    def many(self, text: str, spoken: str | None = None) -> Text:
        """Return a text of paragraphs, {} when empty."""
        found = self.long(text)
        return {self._tag(spoken): found} if found else {}

    def long(self, text: str) -> str:
        """Return paragraphs of plain text."""
        return paragraphs(text) if self.own else plain(text)


def link_of(
    address: str, title: str, *, base: str, at: int | None, place: str, losses: Losses
) -> Link | None:
    """Return a link, or None and a loss for an address that is not of the web."""
    url = web_address(address, base)
    if url is None:
        if address.strip() or title.strip():
            losses.add(at, place, f"links to “{line(address)[:80]}”, no web address: left out")
        return None
    return Link(url=url, title=line(title) or url)


def type_of(text: str, at: int | None, losses: Losses) -> SessionType:
    """Return the session type that `text` means; an unknown word is `other`, and listed."""
    word = line(text)
    if not word:
        return SessionType.TALK
    if found := session_type(word):
        return found
    losses.count(at, "type", f"“{word[:80]}” is none of our types: read as “other”")
    return SessionType.OTHER


def minutes_of(text: str, at: int | None, place: str, losses: Losses) -> int:
    """Return a length in minutes; without one that can be read, 30 and a loss."""
    if found := length_minutes(text):
        return found
    what = (
        f"has no length that can be read (“{line(text)[:40]}”): taken as {DEFAULT_MINUTES} minutes"
    )
    losses.add(at, place, what)
    return DEFAULT_MINUTES


def split_role(name: str) -> tuple[str, SpeakerRole | None]:
    """Return (`Anna Muster`, moderator) of `Anna Muster (Moderation)`; other brackets stay."""
    if len(name) > LONGEST_NAME:
        return name, None
    found = re.fullmatch(r"(.+?)\s*[(\[]([^()\[\]]+)[)\]]", name)
    role = speaker_role(found.group(2)) if found else None
    return (found.group(1), role) if found and role else (name, None)


def own_slug(text: str, acronym: str) -> str:
    """Return what follows `acronym-number-` in an exported slug, '' for another form."""
    found = re.fullmatch(re.escape(acronym) + r"-\d+-([a-z0-9-]+)", text.strip())
    return found.group(1) if found and found.group(1) == slug(found.group(1), longest=200) else ""


def tint_of(colour: str) -> int | None:
    """Return the tint whose colour we export as `colour` (`#rrggbb`), or None for another's."""
    return next((n for n, one in COLOURS.items() if one == colour.strip().lower()), None)
