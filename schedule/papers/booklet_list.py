"""The detailed list of the booklet: every session with its text and its people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HAIR, INK, MM, PAPER, REGULAR, SEMIBOLD, SOFT, TINTS
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Run, Style, ornament, paragraph, runs, typeset
from schedule.days import Day
from schedule.models import Session, SessionType, Speaker
from schedule.papers.book import BOTTOM, LEFT, RIGHT, TOP, Book, Sheet, bar, box, rule

GUTTER = 32 * MM
BODY = LEFT + GUTTER
BODY_WIDTH = RIGHT - BODY
ROLE_WIDTH = 25 * MM

ABSTRACT_LONGEST = 560
ABSTRACT_LONGEST_OF_MANY = 320
MANY_SESSIONS = 300
"""Beyond so many sessions abstracts are shortened more: a booklet of 200 pages is not carried."""

KEPT_TOGETHER = 0.45 * (TOP - BOTTOM)
"""A session up to this height stands on one page."""
LEAST_LINES = 3
"""A taller one is divided, with at least so many lines before the division."""

SLOT = Style(BOLD, 14, FIR)
SPAN = Style(SEMIBOLD, 8.5, INK)
ROOM = Style(SEMIBOLD, 8.5, FIR)
SMALL = Style(REGULAR, 8, SOFT)
TITLE = Style(BOLD, 11.5, INK)
SUBTITLE = Style(SEMIBOLD, 9.2, SOFT)
ABSTRACT = Style(REGULAR, 9, INK)
ROLE = Style(REGULAR, 8.5, SOFT)
NAME = Style(SEMIBOLD, 8.8, INK)
DUTY = Style(REGULAR, 8.8, SOFT)
PAUSE = Style(SEMIBOLD, 9.2, SOFT)


class Tag:
    """An element of the structure, made when first drawn: it may go on over the page."""

    def __init__(self, role: str, parent: "Tag | None" = None, language: str = "") -> None:
        self.role = role
        self.parent = parent
        self.language = language
        self.node: Node | None = None

    def on(self, section: Node) -> Node:
        """Return the element, below its parent or else below `section`."""
        if self.node is None:
            above = self.parent.on(section) if self.parent else section
            self.node = above.add(self.role, language=self.language)
        return self.node


class Row(NamedTuple):
    """Lines of a session's text; `label` stands to their left, on the first."""

    text: Paragraph
    tag: Tag
    before: float = 0
    label: Paragraph | None = None
    label_tag: Tag | None = None
    pill: bool = False

    @property
    def height(self) -> float:
        """The height, the space before included."""
        return self.before + self.text.height


@dataclass
class Block:
    """One session, or what is left of it on the next page."""

    session: Session
    rows: list[Row]
    art: Tag
    gutter: list[tuple[Paragraph, Tag]] = field(default_factory=list)
    opens_slot: str = ""
    begins: bool = True
    pause: bool = False

    @property
    def height(self) -> float:
        """The height from the top of the block to the top of the next."""
        side = sum(text.height for text, _ in self.gutter)
        return 8 + max(sum(row.height for row in self.rows), side) + 9

    @property
    def key(self) -> str:
        """The name of the place, for links."""
        return f"session-{self.session.id}"


def blocks(book: Book, day: Day) -> Iterable[Block]:
    """Yield the sessions of a day, the first of each start with the time in large."""
    for start, some in day.slots:
        for n, placed in enumerate(some):
            yield block(book, placed.session, opens_slot="" if n else slot_key(day, start))


def slot_key(day: Day, start: int) -> str:
    """Return the name of the place where the sessions of one start begin."""
    return f"slot-{day.date}-{start}"


def block(book: Book, session: Session, *, opens_slot: str, level: int = 3) -> Block:
    """Lay out one session; `level` is that of its title among the headings."""
    art = Tag("Art")
    title = Tag(f"H{level}", art, book.foreign(session.title))
    pause = session.type is SessionType.BREAK
    rows = pause_rows(book, session, title) if pause else session_rows(book, session, art, title)
    return Block(
        session, rows, art, gutter(book, session, art, opens_slot), opens_slot, pause=pause
    )


def gutter(book: Book, session: Session, art: Tag, opens_slot: str) -> list[tuple[Paragraph, Tag]]:
    """Lay out what stands left of a session: its start in large, from when to when, the room."""
    wide = GUTTER - 6 * MM
    found = []
    if opens_slot and session.starts_at is not None:
        text = book.set(book.time(session.starts_at), SLOT, wide, 18)
        found.append((text, Tag("H2")))
        until = book.gettext("until %(time)s", time=book.end(session))
        found.append((book.set(until, SPAN, wide, 12), Tag("P", art)))
    elif session.starts_at is not None:
        found.append((book.set(book.span(session), SPAN, wide, 12), Tag("P", art)))
    room = book.room(session)
    if room:
        found.append((book.set(room, ROOM, wide, 11.5), Tag("P", art)))
        floor = book.floor(book.rooms[session.room_id]) if session.room_id else ""
        if floor:
            found.append((book.set(floor, SMALL, wide, 11), Tag("P", art)))
    elif session.type is not SessionType.BREAK:
        missing = book.gettext("Room to be announced")
        found.append((book.set(missing, SMALL, wide, 11), Tag("P", art)))
    return found


def pause_rows(book: Book, session: Session, title: Tag) -> list[Row]:
    """Lay out a break: its name alone."""
    return [Row(book.set(book.title(session), PAUSE, BODY_WIDTH - 18, 13), title, before=1)]


def session_rows(book: Book, session: Session, art: Tag, title: Tag) -> list[Row]:
    """Lay out a session: title whole, theme and kind, subtitle, abstract, people by role."""
    wide = BODY_WIDTH - 10
    rows = [Row(book.set(book.title(session), TITLE, wide, 14.5), title)]
    if book.text(session.subtitle):
        text = book.set(book.text(session.subtitle), SUBTITLE, wide, 12.5)
        rows.append(Row(text, Tag("P", art, book.foreign(session.subtitle)), before=1.5))
    about = about_runs(book, session)
    if about:
        pill = book.track(session) is not None and not session.cancelled
        rows.append(Row(paragraph(about, wide - 4, 13), Tag("P", art), before=3, pill=pill))
    abstract = book.abstract(session, longest(book))
    if abstract:
        told = book.about(session)
        text = paragraph(runs(abstract, ABSTRACT), wide, 12.6, hyphenate=book.told(told)[1])
        rows.append(Row(text, Tag("P", art, book.foreign(told)), before=4))
    rows += people_rows(book, session, art, wide)
    return rows


def longest(book: Book) -> int:
    """Return how many letters of an abstract are printed."""
    many = len(book.programme.sessions) > MANY_SESSIONS
    return ABSTRACT_LONGEST_OF_MANY if many else ABSTRACT_LONGEST


def about_runs(book: Book, session: Session) -> list[Run]:
    """Return the line that says theme, kind, language, and that a session is cancelled."""
    track, ink = book.track(session), book.tint(session).foreground
    found = []
    if session.cancelled:
        found += runs(
            book.gettext("Cancelled").upper() + "\u00a0" * 3, Style(BOLD, 8.5, TINTS[3].foreground)
        )
    if track is not None:
        letter = book.letters[track.id]
        name = book.text(track.name).replace(" ", "\u00a0")
        found += runs(f"{letter}\u00a0·\u00a0{name}", Style(SEMIBOLD, 8.2, ink))
    rest = [one for one in (book.kind(session), book.spoken(session)) if one]
    if rest:
        lead = "     " if track is not None else ""
        found += runs(lead.replace(" ", "\u00a0") + " · ".join(rest), Style(REGULAR, 8.2, SOFT))
    return found


def people_rows(book: Book, session: Session, art: Tag, wide: float) -> list[Row]:
    """Lay out the people of a session, each on a line of their own, after the name of the role."""
    found: list[Row] = []
    items = Tag("L", art)
    for role, speakers in book.panel(session):
        for n, speaker in enumerate(speakers):
            item = Tag("LI", items)
            text = paragraph(person(book, speaker), wide - ROLE_WIDTH, 12.2)
            label = book.set(role, ROLE, ROLE_WIDTH - 6, 12.2) if not n else None
            before = (5 if not found else 2.5) if not n else 0.5
            found.append(Row(text, Tag("LBody", item), before, label, Tag("Lbl", item)))
    return found


def person(book: Book, speaker: Speaker) -> list[Run]:
    """Return a name, and what the person does where."""
    duty = ", ".join(part for part in (speaker.job_title, speaker.organisation) if part)
    found = runs(typeset(speaker.name, book.language), NAME)
    return [*found, *runs(", " + typeset(duty, book.language), DUTY)] if duty else found


# Pages


class Placement(NamedTuple):
    """A block on a page, and the height of its top."""

    block: Block
    top: float


def flow(some: Iterable[Block], first_top: float) -> list[list[Placement]]:
    """Share blocks out over pages; the first page has room from `first_top`, others from TOP."""
    pages: list[list[Placement]] = [[]]
    y = first_top
    for whole in some:
        left: Block | None = whole
        while left is not None:
            now, left = fitting(left, y - BOTTOM, fresh=not pages[-1])
            if now is not None:
                pages[-1].append(Placement(now, y))
                y -= now.height
            if left is not None:
                pages.append([])
                y = TOP
    return pages


def fitting(one: Block, room: float, *, fresh: bool) -> tuple[Block | None, Block | None]:
    """Return what of a block stands in `room`, and what goes to the next page."""
    if one.height <= room:
        return one, None
    if one.height <= KEPT_TOGETHER and not fresh:
        return None, one
    room -= 17
    head: list[Row] = []
    tail = list(one.rows)
    while tail and tail[0].height <= room:
        room -= tail[0].height
        head.append(tail.pop(0))
    if tail:
        row = tail[0]
        lines = max(0, int((room - row.before) / row.text.leading))
        if lines and row.label is None:
            head.append(row._replace(text=row.text._replace(lines=row.text.lines[:lines])))
            tail[0] = row._replace(text=row.text._replace(lines=row.text.lines[lines:]), before=0)
    if sum(len(row.text.lines) for row in head) < LEAST_LINES and not fresh:
        return None, one
    if not head:  # not even one line in an empty page: it stands there all the same
        head, tail = tail[:1], tail[1:]
    first = Block(one.session, head, one.art, one.gutter, one.opens_slot, one.begins, one.pause)
    if not tail:
        return first, None
    return first, Block(one.session, tail, one.art, begins=False, pause=one.pause)


def sheets(
    book: Book, title: str, key: str, some: Iterable[Block], *, note: str = "", inside: bool = False
) -> tuple[list[Sheet], dict[str, int]]:
    """Lay out a list of sessions; return its pages, and on which of them, from 1, each place is.

    `inside` says that the outline has an entry for the day already, below which this one goes.
    """
    pages = flow(some, TOP - book.heading_height(title, note=bool(note)))
    places = {key: 1}
    for number, placements in enumerate(pages, start=1):
        for one in (placement.block for placement in placements):
            if one.begins:
                places[one.key] = number
            if one.opens_slot:
                places[one.opens_slot] = number
    section = Tag("Sect")
    label, level = (book.gettext("Sessions"), 1) if inside else (title, 0)

    def sheet(number: int, placements: list[Placement]) -> Sheet:
        def paint(document: TaggedDocument) -> None:
            node = section.on(document.root)
            if number == 0:
                document.target(key, TOP + 20)
                document.bookmark(label, key, level)
                book.heading(document, node, title, note)
            for placement in placements:
                draw_block(book, document, node, placement, level=level)

        return Sheet(title, paint)

    return [sheet(number, placements) for number, placements in enumerate(pages)], places


def draw_block(
    book: Book, document: TaggedDocument, section: Node, placement: Placement, *, level: int
) -> None:
    """Draw one session, or a part of it; `level` is that of its list in the outline."""
    one, top = placement
    bottom = top - one.height
    inner = top - 8
    tint = book.tint(one.session)
    with document.artifact():
        if one.opens_slot:
            rule(document, top - 2, weight=0.8)
        if one.pause:
            box(document, (BODY, bottom + 5, BODY_WIDTH, inner - bottom - 2), PAPER, radius=3)
            box(document, (BODY, bottom + 5, BODY_WIDTH, 0.6), HAIR)
        else:
            bar(document, BODY + 1.3, bottom + 9.3, inner - 2.3, tint.foreground)
        y = inner
        for row in one.rows:
            y -= row.before
            if row.pill:
                found = row.text.lines[0][0]
                pill = (BODY + 8, y - 12.4, found.width + 10, 12.6)
                box(document, pill, tint.background, radius=6)
            y -= row.text.height
    if one.begins:
        document.target(one.key, top)
    if one.opens_slot:
        document.target(one.opens_slot, top)
        document.bookmark(book.start(one.session), one.opens_slot, level + 1)
    for _, tag in one.gutter:
        if tag.role == "H2":
            tag.on(section)
    if one.begins and one.rows:
        one.rows[0].tag.on(one.art.on(section))  # the title is read before time and room
    draw_gutter(document, section, one, inner + 3)
    draw_rows(document, section, one, inner)


def draw_gutter(document: TaggedDocument, section: Node, one: Block, top: float) -> None:
    """Draw the time and the room of a session."""
    headings = [(text, tag) for text, tag in one.gutter if tag.role == "H2"]
    y = top
    for text, tag in headings:
        with document.tagged(tag.on(section)):
            ornament(document, text, LEFT, y)
        y -= text.height
    if not headings:
        y = top - 3
    for text, tag in one.gutter:
        if tag.role != "H2":
            with document.tagged(tag.on(section)):
                ornament(document, text, LEFT, y)
            y -= text.height


def draw_rows(document: TaggedDocument, section: Node, one: Block, top: float) -> None:
    """Draw the text of a session."""
    y = top
    for row in one.rows:
        y -= row.before
        x = BODY + (13 if row.pill else 9)
        if row.label_tag is not None:
            if row.label is not None:
                with document.tagged(row.label_tag.on(section)):
                    ornament(document, row.label, x, y)
            x += ROLE_WIDTH
        with document.tagged(row.tag.on(section)):
            ornament(document, row.text, x, y)
        y -= row.text.height
