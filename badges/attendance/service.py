"""Attendance: who came to each session and was there each half-day, by what the doors read.

Sign-in sheets, attestations, pages and exports draw on it, and on the same passages as
`badges.attendance.presence`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from badges.attendance import queries as attendance_queries
from badges.attendance import rules as attendance_rules
from badges.attendance.models import (
    Attended,
    Attendee,
    Half,
    HalfSum,
    Interval,
    Person,
    PersonPresence,
    SessionSum,
    Stay,
)
from badges.models import Passage
from badges.scans import queries as scan_queries
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem


class NoSuchSession(Problem):
    """No session of the published programme has this number, and no door read anybody for one."""

    code = "session_not_found"
    status = 404


class Attendance(Struct, frozen=True, kw_only=True):
    """All that the doors tell of an edition's attendance, as of `at`.

    `people` are all who are registered, sorted by name; `stays` has those whom a door read.
    """

    halves: Sequence[Half]
    programme: Mapping[int, Interval]
    people: Mapping[UUID, Person]
    attended: Mapping[int, Attended]
    stays: Mapping[UUID, Sequence[Stay | None]]
    seats: Mapping[UUID, frozenset[UUID]]

    def sessions(self) -> list[SessionSum]:
        """Return each session in numbers, as they begin: those that take seats or were read at.

        One that has left the programme since comes last.
        """
        known = [
            one.number
            for one in self.programme.values()
            if one.number in self.attended or (one.sign_up and not one.cancelled)
        ]
        gone = sorted(self.attended.keys() - self.programme.keys())
        return [self._session(number) for number in [*known, *gone]]

    def _session(self, number: int) -> SessionSum:
        session = self.programme.get(number)
        attended = self.attended.get(number)
        visits = attended.visits if attended else {}
        seated = self._seated(session)
        return SessionSum(
            number=number,
            title=session.title if session else {},
            room=session.room if session else None,
            starts_at=session.starts_at if session else None,
            ends_at=session.ends_at if session else None,
            cancelled=session.cancelled if session else False,
            entered=len(visits),
            most=attended.most if attended else 0,
            first_at=min((one.first_at for one in visits.values()), default=None),
            last_at=max((one.last_at for one in visits.values()), default=None),
            by_category=attendance_rules.counted(visits, self._categories()),
            seats=None if seated is None else len(seated),
            came=None if seated is None else len(seated & visits.keys()),
            without_seat=None if seated is None else len(visits.keys() - seated),
        )

    def _seated(self, session: Interval | None) -> frozenset[UUID] | None:
        """Return who holds a seat in a session; None where it takes none."""
        if session is None or not session.sign_up:
            return None
        return self.seats.get(session.session_id, frozenset())

    def _categories(self) -> dict[UUID, str]:
        return {one.id: one.category for one in self.people.values()}

    def session(self, number: int) -> tuple[SessionSum, list[Attendee]]:
        """Return one session in numbers, and by name who came, or holds a seat.

        Raises:
            NoSuchSession: nothing is known of it.
        """
        if number not in self.programme and number not in self.attended:
            raise NoSuchSession
        attended = self.attended.get(number)
        visits = attended.visits if attended else {}
        seated = self._seated(self.programme.get(number))
        listed = [
            Attendee(
                person=person,
                visit=visits.get(person.id),
                seat=None if seated is None else person.id in seated,
            )
            for person in self.people.values()
            if person.id in visits or (seated is not None and person.id in seated)
        ]
        return self._session(number), listed

    def half_days(self) -> list[HalfSum]:
        """Return each half-day in numbers."""
        categories = self._categories()
        found = []
        for place, half in enumerate(self.halves):
            there = {
                person: stay
                for person, some in self.stays.items()
                if (stay := some[place]) is not None
            }
            found.append(
                HalfSum(
                    half=half,
                    present=len(there),
                    read=sum(stay.read for stay in there.values()),
                    by_category=attendance_rules.counted(there, categories),
                )
            )
        return found

    def by_person(self) -> list[PersonPresence]:
        """Return everybody who was there in a half-day or came to a session, sorted by name."""
        came = {
            person: {
                number: one.visits[person]
                for number, one in self.attended.items()
                if person in one.visits
            }
            for person in self.stays
        }
        return [
            PersonPresence(person=person, stays=[*self.stays[person.id]], sessions=came[person.id])
            for person in self.people.values()
            if person.id in self.stays and (any(self.stays[person.id]) or came[person.id])
        ]


async def read(db: Db, edition: Edition, *, at: datetime) -> Attendance:
    """Read the attendance of an edition: of one instant, where the transaction is a snapshot."""
    programme = await attendance_queries.list_programme(db, edition.id)
    passages = await scan_queries.list_passages(db, edition.id)
    people = await attendance_queries.list_people(db, edition.id)
    seats = await attendance_queries.list_seats(db, edition.id)
    seated: dict[UUID, set[UUID]] = {}
    for one in seats:
        seated.setdefault(one.session_id, set()).add(one.registration_id)
    return made(
        edition,
        programme,
        passages,
        people,
        {session: frozenset(some) for session, some in seated.items()},
        at=at,
    )


def made(
    edition: Edition,
    programme: Sequence[Interval],
    passages: Sequence[Passage],
    people: Sequence[Person],
    seats: Mapping[UUID, frozenset[UUID]],
    *,
    at: datetime,
) -> Attendance:
    """Return the attendance that passages come to."""
    halves = attendance_rules.halves(edition, programme)
    return Attendance(
        halves=halves,
        programme={one.number: one for one in programme},
        people={one.id: one for one in people},
        attended=attendance_rules.sessions(passages),
        stays={
            person: attendance_rules.stays(some, halves, until=at)
            for person, some in attendance_rules.by_person(passages).items()
        },
        seats=seats,
    )
