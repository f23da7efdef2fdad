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


class Access(StrEnum):
    """What a room offers to people with a disability."""

    STEP_FREE = "step_free"
    HEARING_LOOP = "hearing_loop"


class SpeakerState(StrEnum):
    """How far it is settled that a person comes."""

    PROPOSED = "proposed"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of time in UTC, its end not included."""

    starts_at: datetime
    ends_at: datetime


class Link(Struct, frozen=True, kw_only=True):
    """An address on the web with its wording; `url` is http or https."""

    url: str
    title: str


class Partner(Struct, frozen=True, kw_only=True):
    """An organisation that helps to hold a session; `url` is http or https."""

    name: str
    url: str | None = None


class Room(Struct, frozen=True, kw_only=True):
    """A place where sessions are held; `position` orders the columns of the grid from 0."""

    id: UUID
    slug: str
    name: str
    position: int
    capacity: int | None = None
    floor: str | None = None
    description: Text = {}
    access: list[Access] = []


class Track(Struct, frozen=True, kw_only=True):
    """A theme; `tint` picks one of the six track tints, 1 to 6."""

    id: UUID
    slug: str
    name: Text
    position: int
    tint: int = 1


class Speaker(Struct, frozen=True, kw_only=True):
    """A person in the programme, in any role; `sort_key` comes from `forum.core.text.sort_key`.

    `photo` is the name of a stored picture (`forum.core.blobs`), None without the person's consent.
    """

    id: UUID
    slug: str
    name: str
    sort_key: str
    organisation: str | None = None
    job_title: str | None = None
    biography: Text = {}
    links: list[Link] = []
    photo: str | None = None


class Participation(Struct, frozen=True, kw_only=True):
    """One person's part in one session."""

    speaker_id: UUID
    role: SpeakerRole = SpeakerRole.SPEAKER


class Session(Struct, frozen=True, kw_only=True):
    """One item of the programme.

    `number` is a positive integer, unique in the edition and stable: exports use it as the
    session's integer id. `starts_at` is UTC and None while unplaced, as `room_id` may be.
    `language` is the language spoken (BCP 47). `people` are in the order in which they are shown.
    `overlaps` is true where two sessions may share one room at one time: an import found them so,
    or the edition only warns of it. `tags` are public. `guides` are the slugs of guides. `capacity`
    is how many seats there are (None: as many as come); with `sign_up` a seat is signed up for.
    `livestream` is an address on the web.
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
    tags: list[str] = []
    partners: list[Partner] = []
    guides: list[str] = []
    capacity: int | None = None
    sign_up: bool = False
    livestream: str | None = None
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


class Travel(Struct, frozen=True, kw_only=True):
    """How many minutes it takes to walk between two rooms, either way; `room_a` < `room_b`."""

    room_a: UUID
    room_b: UUID
    minutes: int


class PlanPicture(Struct, frozen=True, kw_only=True):
    """The picture of a plan: the names of its files (`forum.core.blobs`), and its size in pixels.

    `full` is the picture as it is kept, `small` a light one for pages, of the same shape.
    """

    full: str
    small: str
    width_px: int
    height_px: int


class Marker(Struct, frozen=True, kw_only=True):
    """Where a room is on a plan: `x` percent of the picture from its left, `y` from its top."""

    room_id: UUID
    x: float
    y: float


class FloorPlan(Struct, frozen=True, kw_only=True):
    """A plan of the venue, or of a floor of it; `alt` says in words what the picture shows.

    A draft may hold one that has no picture so far, or a marker whose room is gone; a published
    version holds neither. No room has two markers on one plan.
    """

    id: UUID
    position: int
    title: Text
    alt: Text
    picture: PlanPicture | None = None
    markers: list[Marker] = []


class Programme(Struct, frozen=True, kw_only=True):
    """One published version, complete and immutable.

    `rooms`, `tracks` and `plans` are in order of position, `speakers` in order of `sort_key`,
    `sessions` in order of start, then room, then number. `revision` and `changed_at` of a session
    say when this session last changed from one version to the next (iCalendar SEQUENCE and
    LAST-MODIFIED). `travel` tells the walks between rooms that were measured.
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
    travel: list[Travel] = []
    plans: list[FloorPlan] = []

    @property
    def zone(self) -> ZoneInfo:
        """The edition's timezone."""
        return ZoneInfo(self.timezone)

    @property
    def language(self) -> str:
        """The main language."""
        return self.languages[0]


class RoomBackstage(Struct, frozen=True, kw_only=True):
    """What of a room stays with the editors; without a span of availability it always is."""

    availability: list[Span] = []


class TrackBackstage(Struct, frozen=True, kw_only=True):
    """What of a track stays with the editors: nothing so far."""


class PlanBackstage(Struct, frozen=True, kw_only=True):
    """What of a plan stays with the editors: nothing so far."""


class SpeakerBackstage(Struct, frozen=True, kw_only=True):
    """What of a person stays with the editors; without a span of availability they always are.

    `language` is the one in which the person is written to. `photo_agreed_at` is when they agreed
    that their photo is shown, `registration_id` their registration once they confirmed.
    """

    email: str = ""
    language: str | None = None
    state: SpeakerState = SpeakerState.CONFIRMED
    availability: list[Span] = []
    note: str = ""
    photo: str | None = None
    photo_agreed_at: datetime | None = None
    registration_id: UUID | None = None


class SessionBackstage(Struct, frozen=True, kw_only=True):
    """What of a session stays with the editors.

    One that is not `confirmed` is not published, placed or not. `expected` is how many people are
    expected to come.
    """

    confirmed: bool = True
    internal_tags: list[str] = []
    note: str = ""
    expected: int | None = None


class Draft(Struct, frozen=True, kw_only=True):
    """The parts of a programme as they are edited or imported, before a version is made of them.

    What stays with the editors is apart, by the part's id, so that it cannot be published.
    `edited` tells for each part the number of the change that touched it last, `number` is that of
    the latest change of all.
    """

    rooms: list[Room] = []
    tracks: list[Track] = []
    speakers: list[Speaker] = []
    sessions: list[Session] = []
    title: Text = {}
    timezone: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    languages: list[str] = []
    backstage_of_rooms: dict[UUID, RoomBackstage] = {}
    backstage_of_speakers: dict[UUID, SpeakerBackstage] = {}
    backstage_of_sessions: dict[UUID, SessionBackstage] = {}
    travel: list[Travel] = []
    plans: list[FloorPlan] = []
    edited: dict[UUID, int] = {}
    number: int = 0


class KeptRoom(Struct, frozen=True, kw_only=True):
    """What is stored of a room beside what the public reads; `edited` is its latest change."""

    id: UUID
    backstage: RoomBackstage
    edited: int


class KeptTrack(Struct, frozen=True, kw_only=True):
    """What is stored of a track beside what the public reads."""

    id: UUID
    edited: int


class KeptPlan(Struct, frozen=True, kw_only=True):
    """What is stored of a plan beside what the public reads."""

    id: UUID
    edited: int


class KeptSpeaker(Struct, frozen=True, kw_only=True):
    """What is stored of a person beside what the public reads."""

    id: UUID
    backstage: SpeakerBackstage
    edited: int


class KeptSession(Struct, frozen=True, kw_only=True):
    """What is stored of a session beside what the public reads."""

    id: UUID
    backstage: SessionBackstage
    edited: int


class Colleague(Struct, frozen=True, kw_only=True):
    """A member of the team, as the view of the accounts shows them."""

    id: UUID
    email: str


class ConflictCode(StrEnum):
    """What is wrong between two sessions, or with one."""

    ROOM_TAKEN = "room_taken"
    ROOM_UNAVAILABLE = "room_unavailable"
    ROOM_TOO_SMALL = "room_too_small"
    PERSON_IN_TWO_PLACES = "person_in_two_places"
    PERSON_UNAVAILABLE = "person_unavailable"
    PERSON_UNCONFIRMED = "person_unconfirmed"
    WALK_TOO_SHORT = "walk_too_short"
    WITHOUT_MODERATOR = "without_moderator"
    WITHOUT_ROOM = "without_room"
    BREAK_OVERLAPPED = "break_overlapped"
    OUTSIDE_THE_DAYS = "outside_the_days"
    TRACK_MISSING = "track_missing"
    TEXT_MISSING = "text_missing"
    OVER_CAPACITY = "over_capacity"


class Level(StrEnum):
    """What a conflict does: keep a change and a publication from being stored, be told, nothing."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


class ConflictSetting(Struct, frozen=True, kw_only=True):
    """The level that an edition gives to one kind of conflict."""

    code: ConflictCode
    level: Level


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


class Resting(Struct, frozen=True, kw_only=True):
    """A file of a programme as it rests until it becomes the draft, or a day is over."""

    name: str
    content: bytes


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


class Publication(Struct, frozen=True, kw_only=True):
    """A publication at a time that was set; once made it has a version, else why it was refused."""

    edition_id: int
    id: UUID
    due_at: datetime
    note: str
    tell: bool
    base_url: str
    actor: str
    made_at: datetime
    version: int | None = None
    refused: str | None = None
    withdrawn_at: datetime | None = None


class Listed(Struct, frozen=True, kw_only=True):
    """A version in the list of versions."""

    number: int
    note: str
    published_at: datetime
    published_by: str
