"""What a reader of one dialect hands on: the parts as the file names them, and what was lost."""

from datetime import date, datetime

from msgspec import Struct

from forum.core.errors import Problem
from forum.core.text import Text
from schedule.models import Access, Link, Loss, Partner, SessionType, SpeakerRole

MAX_LOSSES = 5_000


class Unreadable(Problem):
    """This file is not a programme that can be read."""

    code = "unreadable_programme"
    status = 422

    def __init__(self, message: str, *, line: int | None = None) -> None:
        self.line = line
        super().__init__(f"Line {line}: {message}" if line else message)


class FoundPerson(Struct, frozen=True, kw_only=True):
    """A person as one place of the file names them; `key` is the file's id, '' without one."""

    name: str
    key: str = ""
    line: int | None = None
    role: SpeakerRole = SpeakerRole.SPEAKER
    slug: str = ""
    sort_key: str = ""
    organisation: str | None = None
    job_title: str | None = None
    biography: Text = {}
    links: list[Link] = []


class FoundRoom(Struct, frozen=True, kw_only=True):
    """A room; sessions name it by `key`."""

    key: str
    name: str
    line: int | None = None
    guid: str = ""
    slug: str = ""
    capacity: int | None = None
    floor: str | None = None
    description: Text = {}
    access: list[Access] = []


class FoundTrack(Struct, frozen=True, kw_only=True):
    """A track; sessions name it by `key`."""

    key: str
    name: Text
    guid: str = ""
    slug: str = ""
    tint: int | None = None


class FoundSession(Struct, frozen=True, kw_only=True):
    """A session; `key` is the file's own id of it, '' without one, `starts_at` is UTC."""

    title: Text
    line: int | None = None
    key: str = ""
    number: int | None = None
    slug: str = ""
    type: SessionType = SessionType.TALK
    subtitle: Text = {}
    abstract: Text = {}
    description: Text = {}
    language: str | None = None
    track: str = ""
    room: str = ""
    starts_at: datetime | None = None
    minutes: int = 30
    people: list[FoundPerson] = []
    links: list[Link] = []
    url: str | None = None
    tags: list[str] = []
    partners: list[Partner] = []
    guides: list[str] = []
    capacity: int | None = None
    sign_up: bool = False
    livestream: str | None = None
    cancelled: bool = False


class Found(Struct, frozen=True, kw_only=True):
    """The whole of a file. `days` are the dates it lists; `acronym` tells its ids from others'."""

    format: str
    acronym: str = ""
    title: Text = {}
    timezone: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    days: list[date] = []
    rooms: list[FoundRoom] = []
    tracks: list[FoundTrack] = []
    people: list[FoundPerson] = []
    sessions: list[FoundSession] = []


class Losses:
    """Gathers what could not be read; what recurs is counted and listed where it came first."""

    def __init__(self) -> None:
        self._single: list[Loss] = []
        self._unlisted = 0
        self._counted: dict[tuple[str, str], tuple[int | None, int]] = {}

    def add(self, line: int | None, place: str, what: str) -> None:
        """List one loss; over `MAX_LOSSES` they are only counted."""
        if len(self._single) >= MAX_LOSSES:
            self._unlisted += 1
            return
        self._single.append(Loss(line=line, place=place, what=what))

    def count(self, line: int | None, place: str, what: str) -> None:
        """List a loss that recurs, once, with how many times it did."""
        first, times = self._counted.get((place, what), (line, 0))
        self._counted[place, what] = (first, times + 1)

    def all(self) -> list[Loss]:
        """Return every loss in order of line, those without a line first."""
        counted = [
            Loss(
                line=line,
                place=place,
                what=what if times == 1 else f"{what} ({times} times, first here)",
            )
            for (place, what), (line, times) in self._counted.items()
        ]
        if self._unlisted:
            what = f"{self._unlisted:,} more could not be read: look at the file as a whole"
            counted.append(Loss(line=None, place="file", what=what))
        return sorted([*self._single, *counted], key=lambda loss: loss.line or 0)
