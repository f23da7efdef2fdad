"""The rooms of the booklet: where each is, how many it seats, who gets in, how far it is to others.

Rooms stand floor by floor. Walks are a table where it fits the page's width, else a list.
"""

from itertools import groupby
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HAIR, INK, MM, PAPER, REGULAR, SEMIBOLD, SOFT
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Style, ornament, paragraph, runs, typeset
from schedule.models import Access, Room
from schedule.papers.book import BOTTOM, LEFT, RIGHT, TOP, Book, Sheet, bar, box, line, rule

KEY = "rooms"
WIDE = RIGHT - LEFT
NAME_WIDTH = 62 * MM
ABOUT = LEFT + NAME_WIDTH + 6 * MM
HEADING = 40
FLOOR_HEIGHT = 34
MOST_COLUMNS = 8
"""Rooms of a table of walks: more columns are no longer legible."""
ROW = 19


class Entry(NamedTuple):
    """A floor, or a room, `below` one or not, with what there is to say of it."""

    floor: str
    below: bool
    name: Paragraph
    about: Paragraph
    description: Paragraph

    @property
    def height(self) -> float:
        """The height, the space before included."""
        if self.floor:
            return FLOOR_HEIGHT
        return max(self.name.height, self.about.height + self.description.height) + 13


def sheets(book: Book) -> list[Sheet]:
    """Lay out the rooms, floor by floor, then the walks between them."""
    if not book.programme.rooms:
        return []
    title = book.gettext("Rooms")
    pages: list[list[Entry]] = [[]]
    y = TOP - HEADING
    entries = list(entries_of(book))
    for n, one in enumerate(entries):
        needed = one.height + (entries[n + 1].height if one.floor else 0)
        if y - needed < BOTTOM and pages[-1]:
            pages.append([])
            y = TOP
        pages[-1].append(one)
        y -= one.height
    walks = walk_height(book)
    apart = bool(walks) and y - walks < BOTTOM

    def sheet(number: int, some: list[Entry], *, last: bool) -> Sheet:
        def paint(document: TaggedDocument) -> None:
            node = document.root.add("Sect")
            top = TOP
            if not number:
                document.target(KEY, TOP + 20)
                document.bookmark(title, KEY, 0)
                top = book.heading(document, node, title)
            for one in some:
                top = draw_entry(document, node, one, top)
            if last and walks and not apart:
                draw_walks(book, document, node, top - 10)

        return Sheet(title, paint)

    found = [sheet(n, some, last=n == len(pages) - 1) for n, some in enumerate(pages)]
    return [*found, walks_sheet(book, title)] if apart else found


def walks_sheet(book: Book, title: str) -> Sheet:
    """Lay out the walks on a page of their own."""

    def paint(document: TaggedDocument) -> None:
        draw_walks(book, document, document.root.add("Sect"), TOP + 10)

    return Sheet(title, paint)


def entries_of(book: Book) -> list[Entry]:
    """Return the floors in order of their first room, each with its rooms."""
    order: dict[str, int] = {}
    for room in book.programme.rooms:
        order.setdefault(book.floor(room), len(order))
    rooms = sorted(book.programme.rooms, key=lambda one: order[book.floor(one)])
    found = []
    nothing = Paragraph([], 0)
    for floor, some in groupby(rooms, key=book.floor):
        if floor:
            found.append(Entry(floor[:1].upper() + floor[1:], False, nothing, nothing, nothing))
        found += [entry_of(book, room) for room in some]
    return found


def entry_of(book: Book, room: Room) -> Entry:
    """Lay out one room."""
    name = typeset(room.name, book.language)
    about = " · ".join(facts(book, room))
    wide = RIGHT - ABOUT
    return Entry(
        "",
        bool(book.floor(room)),
        book.set(name, Style(SEMIBOLD, 11.5, INK), NAME_WIDTH - 8, 15),
        book.set(about, Style(REGULAR, 9.5, INK), wide, 13.5),
        book.set(book.text(room.description), Style(REGULAR, 9, SOFT), wide, 12.4, hyphens=True),
    )


def facts(book: Book, room: Room) -> list[str]:
    """Return what there is to say of a room: seats, and access for people with a disability."""
    words = {
        Access.STEP_FREE: book.gettext("step-free access"),
        Access.HEARING_LOOP: book.gettext("hearing loop"),
    }
    found = [book.ngettext("%(n)d seat", "%(n)d seats", room.capacity)] if room.capacity else []
    return found + [words[one] for one in Access if one in room.access]


def draw_entry(document: TaggedDocument, node: Node, one: Entry, top: float) -> float:
    """Draw a floor or a room; return the height below it."""
    bottom = top - one.height
    if one.floor:
        with document.tagged(node.add("H2")):
            line(document, one.floor, Style(BOLD, 13, FIR), (LEFT, bottom + 10))
        return bottom
    with document.artifact():
        rule(document, top)
        bar(document, LEFT + 1.3, bottom + 7.3, top - 7.3, FIR)
    with document.tagged(node.add("H3" if one.below else "H2")):
        ornament(document, one.name, LEFT + 9, top - 5.5)
    for text, y in ((one.about, top - 6), (one.description, top - 6 - one.about.height)):
        if text.lines:
            with document.tagged(node.add("P")):
                ornament(document, text, ABOUT, y)
    return bottom


# Walks


def walkers(book: Book) -> list[Room]:
    """Return the rooms between which a walk was measured."""
    ends = {room for one in book.programme.travel for room in (one.room_a, one.room_b)}
    return [room for room in book.programme.rooms if room.id in ends]


def walk_height(book: Book) -> float:
    """Return how high the walks are, their title included; 0 without any."""
    rooms = walkers(book)
    if not rooms:
        return 0
    if len(rooms) > MOST_COLUMNS:
        return 46 + 13 * -(-len(book.programme.travel) // 2)
    return 46 + 30 + ROW * len(rooms)


def draw_walks(book: Book, document: TaggedDocument, node: Node, top: float) -> None:
    """Draw the walks between rooms, in minutes."""
    with document.tagged(node.add("H2")):
        line(document, book.gettext("From room to room"), Style(BOLD, 13, FIR), (LEFT, top - 20))
    rooms = walkers(book)
    if len(rooms) > MOST_COLUMNS:
        draw_walk_list(book, document, node, top - 40)
    else:
        draw_walk_table(book, document, node, rooms, top - 32)


def minutes(book: Book) -> dict[frozenset[object], str]:
    """Return how long each walk takes, by its two ends."""
    return {
        frozenset((one.room_a, one.room_b)): book.gettext("%(n)s min", n=one.minutes)
        for one in book.programme.travel
    }


def draw_walk_table(
    book: Book, document: TaggedDocument, node: Node, rooms: list[Room], top: float
) -> None:
    """Draw the walks as a table, each room a row and a column."""
    told = minutes(book)
    table = node.add("Table")
    column = (WIDE - NAME_WIDTH) / len(rooms)
    head = Style(SEMIBOLD, 7.6, SOFT)
    row = table.add("TR")
    with document.tagged(row.add("TH", scope="Column")):
        line(document, book.gettext("Room"), head, (LEFT, top - 22))
    for n, room in enumerate(rooms):
        text = book.set(typeset(room.name, book.language), head, column - 6, 9.4)
        text = text._replace(lines=text.lines[:3])
        with document.tagged(row.add("TH", scope="Column")):
            x = LEFT + NAME_WIDTH + n * column
            ornament(document, text, x, top - 28 + text.height)
    y = top - 30
    for n, room in enumerate(rooms):
        with document.artifact():
            if n % 2 == 0:
                box(document, (LEFT, y - ROW, WIDE, ROW), PAPER)
            box(document, (LEFT, y - 0.25, WIDE, 0.5), HAIR)
        row = table.add("TR")
        name = typeset(room.name, book.language)
        with document.tagged(row.add("TH", scope="Row")):
            style = Style(SEMIBOLD, 9, INK)
            line(document, name, style, (LEFT + 4, y - 13), room=NAME_WIDTH - 12)
        for m, other in enumerate(rooms):
            time = told.get(frozenset((room.id, other.id)), "\u2013")
            with document.tagged(row.add("TD")):
                x = LEFT + NAME_WIDTH + m * column
                ink = INK if frozenset((room.id, other.id)) in told else SOFT
                line(document, time, Style(REGULAR, 9, ink), (x, y - 13))
        y -= ROW


def draw_walk_list(book: Book, document: TaggedDocument, node: Node, top: float) -> None:
    """Draw the walks as a list in two columns."""
    told = minutes(book)
    names = {room.id: typeset(room.name, book.language) for room in book.programme.rooms}
    items = node.add("L")
    half = -(-len(book.programme.travel) // 2)
    for n, one in enumerate(book.programme.travel):
        x = LEFT + (n >= half) * (WIDE / 2 + 4)
        y = top - (n % half) * 13
        time = told[frozenset((one.room_a, one.room_b))]
        found = runs(f"{names[one.room_a]} \u2013 {names[one.room_b]}  ", Style(REGULAR, 9, INK))
        text = paragraph([*found, *runs(time, Style(SEMIBOLD, 9, FIR))], WIDE / 2 - 8, 13)
        with document.tagged(items.add("LI").add("LBody")):
            ornament(document, text._replace(lines=text.lines[:1]), x, y)
