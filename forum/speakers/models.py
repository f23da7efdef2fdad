"""What is known of speakers beside the draft: who was asked, who answered, what they may send."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.errors import Problem
from forum.core.text import Text
from forum.registrations.models import Code, Line, Name, Status
from schedule.edits import SpeakerPart
from schedule.models import Link, Span, SpeakerRole

CATEGORY = "speaker"
"""The code of the category in which speakers are registered, where the edition has it."""
MOST_LINKS = 10
MOST_SPANS = 30
LONGEST_BIOGRAPHY = 4000
LONGEST_WHY = 1000


class SpeakerNotFound(Problem):
    """This link opens no speaker’s page: ask the organisers for a new one."""

    code = "speaker_not_found"
    status = 404


class SpeakersClosed(Problem):
    """The forum is over: nothing can be changed here any longer."""

    code = "speakers_closed"


class NothingPublished(Problem):
    """No session of yours is published yet: your calendar comes with the programme."""

    code = "nothing_published"
    status = 404


class PhotoMissing(Problem):
    """Choose a photo first."""

    code = "photo_missing"
    status = 422


class Deed(StrEnum):
    """What a change of the draft, and the audit, call what is done with a speaker."""

    INVITED = "speakers_invited"
    REMINDED = "speakers_reminded"
    CONFIRMED = "speaker_confirmed"
    DECLINED = "speaker_declined"
    PROFILE = "speaker_profile"
    PHOTO = "speaker_photo"
    EXPORTED = "speakers_exported"


class Guest(Struct, frozen=True, kw_only=True):
    """A speaker, known by the key in the link of their e-mail."""

    edition_id: int
    speaker_id: UUID

    @property
    def actor(self) -> str:
        """How the audit and the changes of the draft name the person."""
        return f"speaker:{self.speaker_id}"


class OwnSession(Struct, frozen=True, kw_only=True):
    """A session as the draft has it, for one of its people; instants are UTC.

    `others` are the names of the other people, `track` is for nobody but the page.
    """

    title: Text
    role: SpeakerRole
    starts_at: datetime | None
    ends_at: datetime | None
    room: str | None
    others: list[str]
    cancelled: bool


class Lines(Struct, frozen=True, kw_only=True):
    """What of a profile fits on one line each."""

    name: Name
    organisation: Line | None = None
    job_title: Line | None = None
    language: Code | None = None


class Profile(Struct, frozen=True, kw_only=True):
    """A profile as its person wants it; `biography` holds the languages of the edition alone."""

    lines: Lines
    biography: Text
    links: list[Link]
    availability: list[Span]


class BadgeName(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name on the badge, in its two parts."""

    given_name: Name
    family_name: Name


class Refusal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says who does not come: why, and what becomes of their registration.

    `registration` is needed where they hold one: `keep` or `cancel`.
    """

    why: Annotated[str, Meta(max_length=LONGEST_WHY)] = ""
    registration: Code | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """The latest answer, or other deed, of a speaker; `detail` is what the audit keeps of it."""

    speaker_id: UUID
    action: str
    at: datetime
    detail: dict[str, Any]


class Written(Struct, frozen=True, kw_only=True):
    """How often a speaker got one kind of e-mail, and when the last one was stored."""

    speaker_id: UUID
    kind: str
    count: int
    last_at: datetime


class Held(Struct, frozen=True, kw_only=True):
    """A registration, as far as a speaker's answer needs it."""

    id: UUID
    reference: str
    category: str
    category_name: Text
    status: Status


class Lack(StrEnum):
    """What is missing of a speaker."""

    ANSWER = "answer"
    EMAIL = "email"
    BIOGRAPHY = "biography"
    PHOTO = "photo"
    CONSENT = "consent"
    REGISTRATION = "registration"


class Standing(Struct, frozen=True, kw_only=True):
    """Where a speaker stands, as organisers see it.

    `asked_at` is when the last invitation or reminder was stored, `asked` how many were.
    `answer` is None where the state was set by an editor, or nobody answered. `own_change` is the
    latest change of profile or photo that the person made.
    """

    part: SpeakerPart
    sessions: list[OwnSession]
    asked: int
    asked_at: datetime | None
    answer: Answer | None
    own_change: Answer | None
    held: Held | None
    lacks: list[Lack]
