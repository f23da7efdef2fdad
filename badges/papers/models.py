"""What the papers of presence say: values alone, ready to be drawn in another process."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from badges.attendance.models import Half
from badges.models import Presence
from forum.core.text import Text

Said = Annotated[str, Meta(max_length=200)]


class PaperTerms(Struct, frozen=True, kw_only=True):
    """What an organiser prints on every paper of presence; '' leaves a line out.

    `organiser` is the body that holds the forum, `legal` its numbers (SIRET, training body),
    `place` where papers are signed, `signatory` name and function of who signs.
    """

    organiser: Said = ""
    legal: Said = ""
    place: Said = ""
    signatory: Said = ""


class ProgrammeHours(Struct, frozen=True, kw_only=True):
    """A half-day with its hours in the programme: from its first session to the end of its last."""

    half: Half
    starts_at: datetime
    ends_at: datetime


class HalfHours(Struct, frozen=True, kw_only=True):
    """The time for which one person was there in one half-day, to the minute.

    Without `entry_read` the person was in the house before it began, without `exit_read` nobody
    saw them leave before it ended: then the hour is that of the half-day in the programme.
    """

    day: date
    afternoon: bool
    since: datetime
    until: datetime
    entry_read: bool = True
    exit_read: bool = True

    @property
    def minutes(self) -> int:
        """How many whole minutes lie between the two hours as paper tells them."""
        seconds = (self.until - self.since).total_seconds()
        return max(0, round(seconds) // 60)


class SessionSeen(Struct, frozen=True, kw_only=True):
    """A session at whose room the badge of a person was read, with its times in the programme."""

    number: int
    title: Text
    starts_at: datetime
    ends_at: datetime


class Attended(Struct, frozen=True, kw_only=True):
    """All that the doors tell of one person: the days, the hours of half-days, the sessions."""

    presences: list[Presence]
    halves: list[HalfHours]
    sessions: list[SessionSeen]


class Listed(Struct, frozen=True, kw_only=True):
    """Somebody who is confirmed, as the papers name them; `printed`: their badge was printed."""

    reference: str
    given_name: str
    family_name: str
    organisation: str
    category: str
    sort_key: str
    printed: bool = False
    note: str = ""

    @property
    def letter(self) -> str:
        """The letter under which a list has the person; '#' for none of ours."""
        first = self.sort_key[:1].upper()
        return first if first.isalpha() else "#"


class StoredPerson(Struct, frozen=True, kw_only=True):
    """Somebody who is confirmed, as stored; `category` is a code, bit n of `days` is day n."""

    id: UUID
    reference: str
    given_name: str
    family_name: str
    organisation: str
    category: str
    sort_key: str
    days: int | None
    printed: bool


class PrintedSheet(Struct, frozen=True, kw_only=True):
    """A sign-in sheet as it is known again: what it was of, and how many were listed."""

    reference: str
    heading: str
    scope: str
    people: int
    filled: bool
    printed_at: datetime | None = None


class Box(Struct, frozen=True, kw_only=True):
    """A column to sign in: `Morning`, `9 h to 12 h 30`."""

    label: str
    hours: str


class Row(Struct, frozen=True, kw_only=True):
    """A line of a sign-in sheet; `filled` has, for each box, what the doors read: '' nothing."""

    person: Listed
    filled: list[str]


class SignInSheet(Struct, frozen=True, kw_only=True):
    """One sheet to file: a day or a session, and those who sign; texts are in its language.

    `facts` are lines under the heading (name, value). `scope` tells
    in a line whose sheet it is. `blank` rows are for who comes without being
    listed. `present` has, in a filled sheet, how many were there for each box.
    """

    heading: str
    facts: list[tuple[str, str]]
    scope: str = ""
    boxes: list[Box]
    rows: list[Row]
    blank: int
    reference: str
    filled: bool = False
    present: list[int] = []


class SignInPaper(Struct, frozen=True, kw_only=True):
    """A document of sign-in sheets, each numbered by itself."""

    title: str
    language: str
    terms: PaperTerms
    printed: str
    sheets: list[SignInSheet]
    made_at: datetime

    @property
    def count(self) -> int:
        """How many rows with a name all sheets have."""
        return sum(len(one.rows) for one in self.sheets)


class Queue(Struct, frozen=True, kw_only=True):
    """The part of a list that one queue at the desk shares, or the whole: `label` is '' then."""

    label: str
    people: list[Listed]


class PeopleList(Struct, frozen=True, kw_only=True):
    """A list of people by letter, to tick.

    `lines` say under the heading what it is and how many they are; `breaks` says where a letter
    begins: `page`, `column`, or wherever the one before ends (`line`). `more` has, under a heading
    of its own, people who belong to no letter.
    """

    title: str
    heading: str
    language: str
    lines: list[str]
    queues: list[Queue]
    breaks: str
    printed: str
    with_badges: bool
    more_heading: str = ""
    more: list[Listed] = []
    foot: str = ""
    made_at: datetime

    @property
    def count(self) -> int:
        """How many people are on the list."""
        return sum(len(one.people) for one in self.queues) + len(self.more)
