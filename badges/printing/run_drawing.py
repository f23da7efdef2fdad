"""A print run as it is drawn: badges read and signed part by part, and handed to the process."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from badges import queries
from badges.keys import Keyring
from badges.layouts.service import USUAL
from badges.models import Badge, BadgeCategory, BadgeRun, Ticket
from badges.printing import run_layouts, run_queries
from badges.printing.drawer import Drawer
from badges.printing.drawing import UNFINISHED
from badges.printing.frames import Answer, Begin, Drawn, End, Failed, More, Section, Some
from badges.printing.run_models import Drawable, NoDrawing, OtherSheet, PrintedBadge
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Database, Db
from forum.core.i18n import N_, words
from forum.core.text import pick

T = TypeVar("T")

PART = 200
"""Badges that are read, signed and handed over at a time."""
TELL_EVERY_S = 5.0
SIGNED_AT_ONCE = 25
"""Badges that are signed before others have their turn: a millisecond."""
CHANGED = N_("Something on this badge changed while it was printed: print it again.")
NO_MORE = N_("The registration is no longer confirmed: its badge is left out.")


class CannotFinish(Exception):  # noqa: N818 -- told as the end of a run, not as a refusal
    """The process says why it cannot draw a run; `full`: the file cannot be written."""

    def __init__(self, why: str, *, full: bool) -> None:
        self.full = full
        super().__init__(why)


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be drawn: whose badges, section by section, and what they all say."""

    run: BadgeRun
    sections: list[tuple[Section, list[UUID]]]
    offset_mm: tuple[float, float]


class Finished(Struct, frozen=True, kw_only=True):
    """A run whose file is complete: what is on it, its pages and bytes, and what is wrong."""

    printed: list[PrintedBadge]
    pages: int
    size: int
    problems: list[tuple[str, str]]


Told = Callable[[int], Awaitable[None]]
"""What is told how many badges are drawn; whatever it raises ends the run without a file."""


async def describe(db: Db, edition: Edition) -> BadgeRun:
    """Return what all badges of an edition say."""
    language = edition.language
    categories = await queries.list_categories(db, edition.id)
    return BadgeRun(
        title=pick(edition.title, language),
        dates=words(language).dates(edition.starts_on, edition.ends_on),
        venue=pick(edition.venue, language),
        language=language,
        categories={
            one.code: BadgeCategory(code=one.code, name=one.name, tint=one.tint)
            for one in categories
        },
    )


async def plan(
    db: Db,
    edition: Edition,
    registrations: Sequence[UUID],
    *,
    layout: str | None,
    sheet: OtherSheet,
    offset_mm: tuple[float, float],
    blobs: Blobs,
) -> Plan:
    """Return how a run is drawn: those of one layout follow each other, in their order.

    Raises:
        UnknownLayout: there is no longer a layout of this name.
    """
    layouts = await run_layouts.of_edition(db, edition)
    sections: dict[str, tuple[Section, list[UUID]]] = {}
    for some in parts(registrations, 5 * PART):
        for one in await run_queries.list_categories_of(db, edition.id, some):
            name = layout or layouts.name_of(one.category)
            if name not in sections:
                found = layouts.named(name)
                sections[name] = (await run_layouts.section(found, sheet, blobs), [])
            sections[name][1].append(one.registration_id)
    if not sections:  # all are gone meanwhile: one page says so
        found = layouts.named(layout or USUAL)
        sections[""] = (await run_layouts.section(found, sheet, blobs), [])
    return Plan(run=await describe(db, edition), sections=[*sections.values()], offset_mm=offset_mm)


async def draw(
    database: Database,
    edition: Edition,
    keyring: Keyring,
    plan: Plan,
    *,
    out: Path,
    mode: int,
    told: Told,
) -> Finished:
    """Draw a run in a process of its own; the file is at `out` whole, or not at all.

    Raises:
        CannotFinish: the process says why.
        NoDrawing: the process ended by itself.
    """
    drawer = Drawer(patient=True)
    drawing = Drawing(database, edition, keyring, drawer, told)
    try:
        await drawer.start()
        return await drawing.draw(plan, out, mode)
    except BaseException:
        await drawer.end()
        await asyncio.to_thread(sweep_unfinished, out)
        raise
    finally:
        await drawer.end()


def sweep_unfinished(out: Path) -> None:
    """Delete what a process that was ended has left of a file."""
    for one in out.parent.glob(f"{UNFINISHED}{out.name}-*"):
        with suppress(OSError):
            one.unlink(missing_ok=True)


class Ready(Struct, frozen=True, kw_only=True):
    """Badges that are read and signed, and what of them is to be logged once they are drawn."""

    badges: list[Badge]
    printed: list[PrintedBadge]


NOTHING = Ready(badges=[], printed=[])


class Drawing:
    """A run under way: what was handed over, and what is wrong."""

    def __init__(
        self, database: Database, edition: Edition, keyring: Keyring, drawer: Drawer, told: Told
    ) -> None:
        self.database = database
        self.edition = edition
        self.keyring = keyring
        self.drawer = drawer
        self.told = told
        self.printed: list[PrintedBadge] = []
        self.problems: list[tuple[str, str]] = []

    async def draw(self, plan: Plan, out: Path, mode: int) -> Finished:
        """Hand over section after section, and wait for the file.

        Raises:
            CannotFinish: the process says why.
            NoDrawing: the process ended by itself.
        """
        begin = Begin(run=plan.run, out=str(out), mode=mode, offset_mm=plan.offset_mm)
        expect_more(await self.drawer.ask(begin))
        for section, registrations in plan.sections:
            expect_more(await self.drawer.ask(section))
            await self.hand_over(section, registrations)
        answer = await self.end()
        if not isinstance(answer, Drawn):
            expect_more(answer)
            raise NoDrawing
        return Finished(
            printed=self.printed,
            pages=answer.pages,
            size=answer.size,
            problems=[*self.problems, *answer.problems],
        )

    async def hand_over(self, section: Section, registrations: Sequence[UUID]) -> None:
        """Hand over the badges of a section: the next ones are read while some are drawn."""
        ready = NOTHING
        for following in [*parts(registrations, PART), []]:
            _, next_ready = await asyncio.gather(self.give(ready), self.read(section, following))
            ready = next_ready

    async def give(self, ready: Ready) -> None:
        """Have some badges drawn, and tell how many are."""
        if ready.badges:
            expect_more(await self.drawer.ask(Some(badges=ready.badges)))
            self.printed += ready.printed
            await self.told(len(self.printed))

    async def read(self, section: Section, registrations: Sequence[UUID]) -> Ready:
        """Read and sign some badges; those whose registration is over meanwhile are named."""
        if not registrations:
            return NOTHING
        async with self.database.acquire() as db:
            rows = await run_queries.list_drawable(db, self.edition.id, registrations)
        said = words(self.edition.language)
        self.problems += [(one.reference, said.gettext(NO_MORE)) for one in rows if not one.good]
        good = [one for one in rows if one.good]
        badges: list[Badge] = []
        for some in parts(good, SIGNED_AT_ONCE):
            badges += [badge_of(one, self.keyring) for one in some]
            await asyncio.sleep(0)
        return Ready(badges=badges, printed=[printed(one, section.layout.name) for one in good])

    async def end(self) -> Answer:
        """Wait for the file, and tell meanwhile that the run goes on."""
        ending = asyncio.ensure_future(self.drawer.ask(End()))
        try:
            while not (await asyncio.wait({ending}, timeout=TELL_EVERY_S))[0]:
                await self.told(len(self.printed))
            return await ending
        finally:
            ending.cancel()


def expect_more(answer: Answer) -> None:
    """Go on when the process is ready for more.

    Raises:
        CannotFinish: it says why it is not.
        NoDrawing: it says something else.
    """
    if isinstance(answer, Failed):
        raise CannotFinish(answer.why, full=answer.full)
    if not isinstance(answer, More):
        raise NoDrawing


def badge_of(row: Drawable, keyring: Keyring) -> Badge:
    """Return what is drawn of a ticket, signed."""
    ticket = Ticket(
        edition_id=row.edition_id,
        registration_id=row.registration_id,
        number=row.number,
        key_id=row.key_id,
        category_number=row.category_number,
        days=row.days,
        revision=row.revision,
        revoked_at=None,
    )
    return Badge(
        reference=row.reference,
        given_name=row.given_name,
        family_name=row.family_name,
        category=row.category,
        token=keyring.token(ticket),
        organisation=row.organisation,
        job_title=row.job_title,
    )


def printed(row: Drawable, layout: str) -> PrintedBadge:
    """Return what is logged of a badge."""
    return PrintedBadge(
        registration_id=row.registration_id, revision=row.revision, stamp=row.stamp, layout=layout
    )


def parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield `whole` in parts of at most `size`."""
    for first in range(0, len(whole), size):
        yield whole[first : first + size]


def with_changed(finished: Finished, changed: list[str], language: str) -> list[tuple[str, str]]:
    """Return what is wrong with a run, those whose badge changed meanwhile among it."""
    said = words(language).gettext(CHANGED)
    return [*finished.problems, *((reference, said) for reference in changed)]
