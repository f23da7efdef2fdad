"""What a programme is made of: the draft's parts, and `Programme`, the published value.

A draft is edited part by part; publishing freezes it into one `Programme`, from which every page,
export and PDF is a pure function. Instants are UTC; lengths are whole minutes.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from forum.core.text import Text


class SessionType(StrEnum):
    """What kind of item of the programme a session is."""

    PLENARY = "plenary"
    KEYNOTE = "keynote"
    ROUND_TABLE = "round_table"
    WORKSHOP = "workshop"
    TALK = "talk"
    SIDE_EVENT = "side_event"
    BREAK = "break"
    OTHER = "other"


class SpeakerRole(StrEnum):
    """What a person does in one session; listed in the order in which people are shown."""

    MODERATOR = "moderator"
    CHAIR = "chair"
    SPEAKER = "speaker"
    GUEST = "guest"
    CONTRIBUTOR = "contributor"
    HOST = "host"


class Link(Struct, frozen=True, kw_only=True):
    """An address on the web with its wording; `url` is http or https."""

    url: str
    title: str


class Room(Struct, frozen=True, kw_only=True):
    """A place where sessions are held; `position` orders the columns of the grid from 0."""

    id: UUID
    slug: str
    name: str
    position: int
    capacity: int | None = None
    floor: str | None = None
    description: Text = {}


class Track(Struct, frozen=True, kw_only=True):
    """A theme; `tint` picks one of the six track tints, 1 to 6."""

    id: UUID
    slug: str
    name: Text
    position: int
    tint: int = 1


class Speaker(Struct, frozen=True, kw_only=True):
    """A person in the programme, in any role; `sort_key` comes from `forum.core.text.sort_key`."""

    id: UUID
    slug: str
    name: str
    sort_key: str
    organisation: str | None = None
    job_title: str | None = None
    biography: Text = {}
    links: list[Link] = []


class Participation(Struct, frozen=True, kw_only=True):
    """One person's part in one session."""

    speaker_id: UUID
    role: SpeakerRole = SpeakerRole.SPEAKER


class Session(Struct, frozen=True, kw_only=True):
    """One item of the programme.

    `number` is a positive integer, unique in the edition and stable: exports use it as the
    session's integer id. `starts_at` is UTC and None while unplaced, as `room_id` may be.
    `language` is the language spoken (BCP 47). `people` are in the order in which they are shown.
    `overlaps` is true where an import put two sessions in one room at one time on purpose.
    """

    id: UUID
    number: int
    slug: str
    type: SessionType
    title: Text
    subtitle: Text = {}
    abstract: Text = {}
    description: Text = {}
    language: str | None = None
    track_id: UUID | None = None
    room_id: UUID | None = None
    starts_at: datetime | None = None
    minutes: int = 30
    people: list[Participation] = []
    links: list[Link] = []
    url: str | None = None
    cancelled: bool = False
    overlaps: bool = False
    revision: int = 0
    changed_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, in UTC; None while unplaced."""
        return None if self.starts_at is None else self.starts_at + timedelta(minutes=self.minutes)


class GuideLink(Struct, frozen=True, kw_only=True):
    """A guide as the programme names it; `path` is relative to the site's base URL."""

    slug: str
    title: Text
    path: str


class Programme(Struct, frozen=True, kw_only=True):
    """One published version, complete and immutable.

    `rooms` and `tracks` are in order of position, `speakers` in order of `sort_key`, `sessions` in
    order of start, then room, then number. `revision` and `changed_at` of a session say when this
    session last changed from one version to the next (iCalendar SEQUENCE and LAST-MODIFIED).
    """

    edition: str
    title: Text
    subtitle: Text = {}
    timezone: str
    starts_on: date
    ends_on: date
    languages: list[str]
    venue: Text = {}
    base_url: str
    version: int
    note: str = ""
    published_at: datetime
    fictitious: bool = False
    rooms: list[Room] = []
    tracks: list[Track] = []
    speakers: list[Speaker] = []
    sessions: list[Session] = []
    guides: list[GuideLink] = []

    @property
    def zone(self) -> ZoneInfo:
        """The edition's timezone."""
        return ZoneInfo(self.timezone)

    @property
    def language(self) -> str:
        """The main language."""
        return self.languages[0]


class Draft(Struct, frozen=True, kw_only=True):
    """The parts of a programme as they are edited or imported, before a version is made of them."""

    rooms: list[Room] = []
    tracks: list[Track] = []
    speakers: list[Speaker] = []
    sessions: list[Session] = []
    title: Text = {}
    timezone: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class Loss(Struct, frozen=True, kw_only=True):
    """Something an import could not read: where (`line` counts from 1), what, and what was done."""

    line: int | None
    place: str
    what: str


class Imported(Struct, frozen=True, kw_only=True):
    """What an import read: the draft, and a list of all that could not be read."""

    draft: Draft
    losses: list[Loss]
    format: str


class PublishedGuide(Struct, frozen=True, kw_only=True):
    """A guide that a programme names, as it comes from the database."""

    slug: str
    title: Text


class Published(Struct, frozen=True, kw_only=True):
    """A version as it is stored."""

    number: int
    note: str
    published_at: datetime
    content: Programme
