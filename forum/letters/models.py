"""What a letter may say, and what an organiser's own text of it is."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from forum.core.errors import Problem

LONGEST_SUBJECT = 150
LONGEST_BODY = 10_000
"""In characters; the table's check says so too."""


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of letter that an edition may word by itself.

    `label` and `when` are msgids: its name, and when it leaves. `placeholders` are those it may
    use, see `forum.letters.kinds`; those of `needed` are added where a text leaves them out.
    """

    code: str
    label: str
    when: str
    placeholders: tuple[str, ...]
    needed: tuple[str, ...] = ()


class LetterText(Struct, frozen=True, kw_only=True):
    """Subject and body of a letter in the markup of `forum.letters.markup`."""

    subject: str
    body: str


class StoredText(Struct, frozen=True, kw_only=True):
    """What is stored of a kind in one language; without a text the built-in one was restored.

    `revision` counts every change; `changed_by` is the address of an account, when it still exists.
    """

    kind: str
    language: str
    subject: str | None
    body: str | None
    revision: int
    changed_at: datetime
    changed_by: str | None

    @property
    def text(self) -> LetterText | None:
        """The organiser's own text; None where the built-in one holds."""
        if self.subject is None or self.body is None:
            return None
        return LetterText(subject=self.subject, body=self.body)


class Change(Struct, frozen=True, kw_only=True):
    """A text to store in one language; `revision` is that of the text it was made from (0: none).

    Without a text the built-in one is restored.
    """

    language: str
    text: LetterText | None
    revision: int


class Author(Struct, frozen=True, kw_only=True):
    """Who changes a text: the account, and how the audit names it."""

    account_id: UUID
    actor: str


class TextChanged(Problem):
    """Somebody else has changed this text meanwhile: look at theirs, then save again."""

    code = "letter_text_changed"
    status = 412


class KindUnknown(Problem):
    """There is no such kind of e-mail."""

    code = "letter_kind_unknown"
    status = 404
