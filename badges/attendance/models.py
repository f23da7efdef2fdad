"""What attendance is: of a session, and of a half-day."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from forum.core.text import Text


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who is registered, as lists of attendance name them."""

    id: UUID
    reference: str
    given_name: str
    family_name: str
    organisation: str | None
    category: str
    status: str


class SeatHeld(Struct, frozen=True, kw_only=True):
    """Somebody holds a seat in a session."""

    session_id: UUID
    registration_id: UUID


class Interval(Struct, frozen=True, kw_only=True):
    """When a session was, by its number, or when a break is."""

    number: int
    title: Text
    type: str
    room: str | None
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    sign_up: bool
    session_id: UUID


class Visit(Struct, frozen=True, kw_only=True):
    """One person's attendance at one session: the first entry, and the last passage.

    `inside` says that nobody saw them leave.
    """

    first_at: datetime
    last_at: datetime
    inside: bool


class Attended(Struct, frozen=True, kw_only=True):
    """Who came to a session; `most` were inside at once."""

    visits: Mapping[UUID, Visit]
    most: int


class Half(Struct, frozen=True, kw_only=True):
    """A half-day of the edition; an afternoon goes on until the next day begins, at four."""

    day: date
    afternoon: bool
    begins: datetime
    ends: datetime

    @property
    def name(self) -> str:
        """How tables call it: `2027-03-23_morning`."""
        return f"{self.day.isoformat()}_{'afternoon' if self.afternoon else 'morning'}"


class Stay(Struct, frozen=True, kw_only=True):
    """One person's presence in one half-day, with the first and the last passage in it.

    Without passages (None) the person came in before, and nobody saw them leave.
    """

    first_at: datetime | None
    last_at: datetime | None

    @property
    def read(self) -> bool:
        """Whether a gate read the person in this half-day."""
        return self.first_at is not None


class SessionSum(Struct, frozen=True, kw_only=True):
    """The attendance of one session in numbers.

    `entered` people came in at all, `most` were inside at once; `by_category` are codes. The three
    last are None where the session takes no seats.
    """

    number: int
    title: Text
    room: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    cancelled: bool
    entered: int
    most: int
    first_at: datetime | None
    last_at: datetime | None
    by_category: dict[str, int]
    seats: int | None
    came: int | None
    without_seat: int | None

    @property
    def missing(self) -> int | None:
        """How many hold a seat and did not come."""
        return None if self.seats is None or self.came is None else self.seats - self.came


class HalfSum(Struct, frozen=True, kw_only=True):
    """The attendance of one half-day in numbers; of those `present` a gate `read` so many in it."""

    half: Half
    present: int
    read: int
    by_category: dict[str, int]


class Attendee(Struct, frozen=True, kw_only=True):
    """A person on the list of a session; `seat` None: the session takes no seats."""

    person: Person
    visit: Visit | None
    seat: bool | None


class PersonPresence(Struct, frozen=True, kw_only=True):
    """When one person was there: by half-day, in their order (None: not there), and in sessions."""

    person: Person
    stays: list[Stay | None]
    sessions: dict[int, Visit]
