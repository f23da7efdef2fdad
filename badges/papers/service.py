"""The papers of presence: what is on them, read in one go; what organisers print on all of them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from uuid import UUID

import msgspec
from msgspec import Struct

from badges import queries as badge_queries
from badges.attendance import present
from badges.attendance import queries as attendance_queries
from badges.attendance import rules as attendance_rules
from badges.attendance import service as attendance
from badges.attendance.models import Interval, Visit
from badges.attendance.present_models import InBuilding
from badges.models import Passage
from badges.papers import hours, queries
from badges.papers.asking import ALL, EACH, ListAsked, SignInAsked, Who
from badges.papers.models import (
    Attended,
    Box,
    HalfHours,
    Listed,
    PaperTerms,
    PeopleList,
    PrintedSheet,
    ProgrammeHours,
    Queue,
    Row,
    SignInPaper,
    SignInSheet,
    StoredPerson,
)
from badges.papers.wording import half_in_words, span_in_words
from badges.scans import queries as scan_queries
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.i18n import Words, words
from forum.core.ids import READABLE, Ids
from forum.core.text import pick

SHEETS_SHOWN = 12
AT_ONCE = 20
"""People whose hours are counted before others have their turn: some milliseconds."""
NOT_READ = "\u2014"


class NobodyListed(Problem):
    """Nobody is to be listed by these choices: nothing to print."""

    code = "nobody_listed"
    status = 404


class Offered(Struct, frozen=True, kw_only=True):
    """What an edition's papers can be of: half-days, categories with their names, sessions."""

    hours: list[ProgrammeHours]
    categories: dict[str, str]
    sessions: list[Interval]


# What is attested


class Doors(Struct, frozen=True, kw_only=True):
    """What an edition's hours are counted by."""

    edition: Edition
    programme: list[Interval]
    hours: list[ProgrammeHours]

    def attended(self, passages: Sequence[Passage], *, at: datetime) -> Attended:
        """Return what the doors tell of one person until `at`."""
        return hours.attended(self.edition, self.hours, self.programme, passages, at=at)


async def doors(db: Db, edition: Edition) -> Doors:
    """Read what the hours of an edition are counted by."""
    programme = await attendance_queries.list_programme(db, edition.id)
    return Doors(
        edition=edition, programme=programme, hours=hours.programme_hours(edition, programme)
    )


async def attended_by(
    db: Db, edition: Edition, registration_id: UUID, *, at: datetime
) -> Attended | None:
    """Return what the doors tell of one person; None of who never came in."""
    by = await doors(db, edition)
    return (await attended_by_some(db, by, [registration_id], at=at)).get(registration_id)


async def attended_by_some(
    db: Db, by: Doors, registration_ids: Collection[UUID], *, at: datetime
) -> dict[UUID, Attended]:
    """Return what the doors tell of those of some people who were there, by registration."""
    passages = await scan_queries.list_passages_of(db, by.edition.id, registration_ids)
    return await _attended(by, passages, at=at)


async def attended_by_all(db: Db, edition: Edition, *, at: datetime) -> dict[UUID, Attended]:
    """Return what the doors tell of everybody who was there, by registration."""
    by = await doors(db, edition)
    return await _attended(by, await scan_queries.list_passages(db, edition.id), at=at)


async def _attended(
    by: Doors, passages: Sequence[Passage], *, at: datetime
) -> dict[UUID, Attended]:
    """Return what the doors tell of each; a few at a time, so that others have their turn."""
    found = {}
    for number, (one, some) in enumerate(attendance_rules.by_person(passages).items()):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        attended = by.attended(some, at=at)
        if attended.presences:
            found[one] = attended
    return found


# What organisers print on all papers


async def terms_of(db: Db, edition: Edition) -> PaperTerms:
    """Return what papers say of the organiser."""
    return await queries.find_terms(db, edition.id) or PaperTerms()


async def set_terms(
    db: Db, edition: Edition, terms: PaperTerms, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Store what papers say of the organiser."""
    async with db.transaction():
        await queries.put_terms(db, edition.id, terms, at)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action="paper_terms_changed",
        )


async def offered(db: Db, edition: Edition, language: str) -> Offered:
    """Return what papers of an edition can be of, categories named in a language."""
    by = await doors(db, edition)
    rows = await badge_queries.list_categories(db, edition.id)
    return Offered(
        hours=by.hours,
        categories={one.code: pick(one.name, language, edition.language) for one in rows},
        sessions=[
            one for one in by.programme if one.type != attendance_rules.BREAK and not one.cancelled
        ],
    )


# Sign-in sheets


async def sign_in(db: Db, edition: Edition, asked: SignInAsked, *, at: datetime) -> SignInPaper:
    """Return the sheets that are asked for, of the confirmed who come that day.

    Raises:
        NobodyListed: no sheet would have a name, nor a blank row.
    """
    async with db.transaction(isolation="repeatable_read", readonly=True):
        people = await queries.list_people(db, edition.id)
        found = await attendance.read(db, edition, at=at)
        there = await attended_by_all(db, edition, at=at) if asked.filled else {}
        known = await offered(db, edition, asked.language)
        terms = await terms_of(db, edition)
    making = _SignIn(edition, asked, known, people, there, at)
    sheets = making.of_session(found) if asked.session else making.of_days()
    if not sheets:
        raise NobodyListed
    said = words(asked.language)
    return SignInPaper(
        title=pick(edition.title, asked.language, edition.language),
        language=asked.language,
        terms=terms,
        printed=said.moment(at, edition.zone),
        sheets=sheets,
        made_at=at,
    )


async def keep_sheets(
    db: Db, edition: Edition, paper: SignInPaper, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Remember the sheets of a document that leaves, so that each is known again."""
    kept = [
        PrintedSheet(
            reference=one.reference,
            heading=one.heading,
            scope=one.scope,
            people=len(one.rows),
            filled=one.filled,
        )
        for one in paper.sheets
    ]
    async with db.transaction():
        await queries.insert_sheets(db, edition.id, kept, at)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action="sign_in_sheets_printed",
            detail={"sheets": [one.reference for one in kept], "count": paper.count},
        )


async def sheets_kept(db: Db, edition: Edition, reference: str | None = None) -> list[PrintedSheet]:
    """Return the sheets printed lately, or the one of a reference, however it was typed."""
    wanted = None if reference is None else normal(reference)
    return await queries.list_sheets(db, edition.id, wanted, SHEETS_SHOWN)


def normal(reference: str) -> str:
    """Return a sheet's reference as it is stored: capitals, groups of four."""
    plain = "".join(one for one in reference.upper() if one.isalnum())
    plain = plain.translate(str.maketrans("OIL", "011"))
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}" if plain else ""


class _SignIn:
    """Makes the sheets of one document."""

    def __init__(
        self,
        edition: Edition,
        asked: SignInAsked,
        known: Offered,
        people: Sequence[StoredPerson],
        there: Mapping[UUID, Attended],
        at: datetime,
    ) -> None:
        self.edition, self.asked, self.known = edition, asked, known
        self.people, self.there, self.at = people, there, at
        self.said: Words = words(asked.language)

    def of_days(self) -> list[SignInSheet]:
        """Return a sheet for each day and, where that was asked, each category."""
        chosen = [one for one in self.known.hours if self._is_asked(one)]
        sheets = []
        for day, some in groupby(chosen, key=lambda one: one.half.day):
            halves = list(some)
            number = self.edition.days.index(day)
            coming = [
                one
                for one in self.people
                if one.days is None or one.days >> number & 1 or self._was_there(one, halves)
            ]
            for name, listed in self._by_category(coming):
                boxes = [self._box(one) for one in halves]
                rows = [
                    Row(
                        person=self._listed(one),
                        filled=[self._read(one, half) for half in halves],
                    )
                    for one in listed
                ]
                sheets.append(
                    self._sheet(
                        self.said.date(day),
                        name,
                        boxes,
                        rows,
                        [self._present(rows, n) for n in range(len(boxes))],
                    )
                )
        return [one for one in sheets if one.rows or one.blank]

    def _is_asked(self, one: ProgrammeHours) -> bool:
        return self.asked.half in (ALL, one.half.name, one.half.day.isoformat())

    def _was_there(self, one: StoredPerson, halves: Sequence[ProgrammeHours]) -> bool:
        return any(self._hours(one, half) for half in halves)

    def _hours(self, one: StoredPerson, half: ProgrammeHours) -> HalfHours | None:
        attended = self.there.get(one.id)
        if attended is None:
            return None
        wanted = (half.half.day, half.half.afternoon)
        return next((h for h in attended.halves if (h.day, h.afternoon) == wanted), None)

    def _by_category(self, people: Sequence[StoredPerson]) -> list[tuple[str, list[StoredPerson]]]:
        """Return the groups of people that have a sheet of their own, with its name."""
        match self.asked.category:
            case code if code == ALL:
                return [("", [*people])]
            case code if code == EACH:
                groups = [
                    (name, [one for one in people if one.category == code])
                    for code, name in self.known.categories.items()
                ]
                return [(name, some) for name, some in groups if some]
            case code:
                some = [one for one in people if one.category == code]
                return [(self.known.categories[code], some)]

    def of_session(self, found: attendance.Attendance) -> list[SignInSheet]:
        """Return the sheet of a session: of those who hold a seat, or of all."""
        session = found.programme[self.asked.session]
        day = next(
            (one.half.day for one in self.known.hours
             if one.half.begins <= session.starts_at < one.half.ends),
            session.starts_at.astimezone(self.edition.zone).date(),
        )  # fmt: skip
        seated = found.seats.get(session.session_id, frozenset())
        attended = found.attended.get(session.number)
        visits = attended.visits if attended else {}
        wanted = [
            one
            for one in self.people
            if self.asked.who is Who.ALL
            or one.id in seated
            or (self.asked.filled and one.id in visits)
        ]
        title = pick(session.title, self.asked.language, self.edition.language)
        times = self._span(session.starts_at, session.ends_at)
        sheets = []
        for name, listed in self._by_category(wanted):
            rows = [
                Row(person=self._listed(one), filled=[self._visit(visits.get(one.id))])
                for one in listed
            ]
            where = [(self.said.gettext("Room"), session.room or "")]
            sheets.append(
                self._sheet(
                    f"{self.said.date(day)}, {times}",
                    name,
                    [Box(label=self.said.gettext("Signature"), hours="")],
                    rows,
                    [self._present(rows, 0)],
                    [(self.said.gettext("Session"), title), *where],
                )
            )
        return [one for one in sheets if one.rows or one.blank]

    def _sheet(
        self,
        heading: str,
        category: str,
        boxes: list[Box],
        rows: list[Row],
        present_: list[int],
        facts: Sequence[tuple[str, str]] = (),
    ) -> SignInSheet:
        said = self.said
        edition = self.edition
        name = category or said.gettext("all categories together")
        halves = " · ".join(f"{one.label}: {one.hours}" for one in boxes if one.hours)
        told = [
            (said.gettext("Event"), said.dates(edition.starts_on, edition.ends_on)),
            (said.gettext("Venue"), pick(edition.venue, self.asked.language, edition.language)),
            *((said.gettext("Hours of the half-days"), text) for text in [halves] if text),
            *facts,
            (said.gettext("Category"), name),
        ]
        scope = ", ".join([*(value for _, value in facts if value), name])
        return SignInSheet(
            heading=heading,
            facts=[(what, value) for what, value in told if value],
            scope=scope,
            boxes=boxes,
            rows=rows,
            blank=0 if self.asked.filled else self.asked.blank,
            reference=self._reference(heading, scope, rows),
            filled=self.asked.filled,
            present=present_ if self.asked.filled else [],
        )

    def _reference(self, heading: str, scope: str, rows: Sequence[Row]) -> str:
        """Return by what a sheet is known again: the same only for the same sheet, that minute."""
        told = [
            self.edition.id,
            msgspec.to_builtins(self.asked),
            heading,
            scope,
            [[one.person.reference, one.filled] for one in rows],
            self.at.strftime("%Y-%m-%dT%H:%M"),
        ]
        number = int.from_bytes(sha256(msgspec.json.encode(told)).digest()[:8])
        symbols = "".join(READABLE[number >> 5 * n & 31] for n in range(10))
        return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"

    # Words

    def _box(self, one: ProgrammeHours) -> Box:
        return Box(
            label=half_in_words(self.said, afternoon=one.half.afternoon),
            hours=self._span(one.starts_at, one.ends_at),
        )

    def _span(self, starts_at: datetime, ends_at: datetime) -> str:
        return span_in_words(starts_at, ends_at, self.edition, self.said)

    def _listed(self, one: StoredPerson) -> Listed:
        return listed(one, self.known.categories)

    def _read(self, one: StoredPerson, half: ProgrammeHours) -> str:
        """Return what a filled box says of a half-day; '' in a sheet to be signed."""
        if not self.asked.filled:
            return ""
        found = self._hours(one, half)
        if found is None:
            return NOT_READ
        since = self.said.time(found.since, self.edition.zone) if found.entry_read else None
        until = self.said.time(found.until, self.edition.zone) if found.exit_read else None
        return self._in_and_out(since, until)

    def _visit(self, visit: Visit | None) -> str:
        if not self.asked.filled:
            return ""
        if visit is None:
            return NOT_READ
        zone = self.edition.zone
        out = None if visit.inside else self.said.time(visit.last_at, zone)
        return self._in_and_out(self.said.time(visit.first_at, zone), out)

    def _in_and_out(self, since: str | None, until: str | None) -> str:
        said = self.said
        entry = (
            said.gettext("in at %(time)s") % {"time": since} if since else said.gettext("in before")
        )
        leave = (
            said.gettext("out at %(time)s") % {"time": until}
            if until
            else said.gettext("out not read")
        )
        return f"{entry} · {leave}"

    def _present(self, rows: Sequence[Row], box: int) -> int:
        return sum(one.filled[box] not in ("", NOT_READ) for one in rows)


def listed(one: StoredPerson, categories: Mapping[str, str]) -> Listed:
    """Return somebody as papers name them."""
    return Listed(
        reference=one.reference,
        given_name=one.given_name,
        family_name=one.family_name,
        organisation=one.organisation,
        category=categories.get(one.category, one.category),
        sort_key=one.sort_key,
        printed=one.printed,
    )


# Lists


async def desk_list(db: Db, edition: Edition, asked: ListAsked, *, at: datetime) -> PeopleList:
    """Return the list of attendees for the desk.

    Raises:
        NobodyListed: nobody is confirmed, or nobody of this category.
    """
    known = await offered(db, edition, asked.language)
    people = [
        listed(one, known.categories)
        for one in await queries.list_people(db, edition.id)
        if asked.category in (ALL, one.category)
    ]
    if not people:
        raise NobodyListed
    said = words(asked.language)
    count = len(people)
    printed = sum(one.printed for one in people)
    lines = [
        said.ngettext("%(count)d person expected", "%(count)d people expected", count)
        % {"count": count}
        + " · "
        + said.ngettext("%(count)d badge printed", "%(count)d badges printed", printed)
        % {"count": printed}
    ]
    if asked.category != ALL:
        lines.insert(0, known.categories[asked.category])
    return PeopleList(
        title=pick(edition.title, asked.language, edition.language),
        heading=said.gettext("List of attendees"),
        language=asked.language,
        lines=lines,
        queues=queues_of(people, asked.queues, said),
        breaks=asked.breaks,
        printed=said.moment(at, edition.zone),
        with_badges=True,
        made_at=at,
    )


def queues_of(people: Sequence[Listed], count: int, said: Words) -> list[Queue]:
    """Return people as so many queues share them, whole letters each, as evenly as letters allow.

    There are no more queues than letters.
    """
    letters = [(letter, [*some]) for letter, some in groupby(people, key=lambda one: one.letter)]
    count = min(count, len(letters))
    if count == 1:
        return [Queue(label="", people=[*people])]
    shares: list[list[tuple[str, list[Listed]]]] = []
    left, rest = len(people), letters
    for queue in range(count):
        share: list[tuple[str, list[Listed]]] = []
        wanted = left / (count - queue)
        size = 0
        while rest:
            more = len(rest[0][1])
            must_leave = len(rest) <= count - queue - 1
            if share and (must_leave or abs(size + more - wanted) > abs(size - wanted)):
                break
            share.append(rest[0])
            size, rest = size + more, rest[1:]
        shares.append(share)
        left -= size
    return [
        Queue(
            label=said.gettext("Queue %(number)d: %(first)s to %(last)s")
            % {"number": number, "first": share[0][0], "last": share[-1][0]},
            people=[one for _, some in share for one in some],
        )
        for number, share in enumerate(shares, start=1)
    ]


async def present_list(
    db: Db, edition: Edition, *, language: str, actor: str, at: datetime, ids: Ids
) -> PeopleList:
    """Return who is in the building, to print; who asks is recorded, as for the page."""
    found = await present.look(
        db, edition, action="printed who is in the building", actor=actor, at=at, ids=ids
    )
    rows = await badge_queries.list_categories(db, edition.id)
    categories = {one.code: pick(one.name, language, edition.language) for one in rows}
    said = words(language)

    def named(one: InBuilding) -> Listed:
        since = said.time(one.since, edition.zone)
        gate = pick(one.gate_name or {}, language, edition.language) or one.gate or ""
        return Listed(
            reference=one.reference,
            given_name=one.given_name,
            family_name=one.family_name,
            organisation=one.organisation or "",
            category=categories.get(one.category, one.category),
            sort_key=one.sort_key,
            note=f"{since}, {gate}" if gate else since,
        )

    count = len(found.inside)
    lines = [
        said.gettext("As of %(when)s") % {"when": said.moment(at, edition.zone)},
        said.ngettext("%(count)d person in the building", "%(count)d people in the building", count)
        % {"count": count},
    ]
    return PeopleList(
        title=pick(edition.title, language, edition.language),
        heading=said.gettext("In the building"),
        language=language,
        lines=lines,
        queues=[Queue(label="", people=[named(one) for one in found.inside])],
        breaks="line",
        printed=said.moment(at, edition.zone),
        with_badges=False,
        more_heading=said.gettext("Seen at another gate only"),
        more=[named(one) for one in found.elsewhere],
        foot=said.gettext("Keep this list only as long as it is needed."),
        made_at=at,
    )
