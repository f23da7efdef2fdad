"""The plans of the booklet: a page each, with numbers on the picture, and whose number it is."""

from collections.abc import Sequence
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HAIR, INK, MM, REGULAR, SEMIBOLD, SOFT, WHITE, width
from forum.core.pdf_images import draw_picture
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Style, draw, ornament, paragraph, runs, typeset
from schedule.models import FloorPlan, PlanPicture
from schedule.papers.book import BOTTOM, LEFT, RIGHT, TOP, Book, Sheet, box, line
from schedule.papers.booklet_list import Tag
from schedule.plans import Dot, dots

DPI = 200
DASH = " \u2013 "
WIDE = RIGHT - LEFT
COLUMNS = 2
COLUMN_GAP = 6 * MM
COLUMN = (WIDE - (COLUMNS - 1) * COLUMN_GAP) / COLUMNS
RADIUS = 7.2
WORDS = 2 * RADIUS + 6
"""From the left edge of a disc in the key to the words beside it."""
ABOVE_KEY = 14
LEAST_HIGH = 60 * MM
"""For the sake of its key no picture is lower than this: a long key goes on over the page."""


class Entry(NamedTuple):
    """A room in the key of a plan."""

    number: int
    text: Paragraph

    @property
    def height(self) -> float:
        """The height, the space below included."""
        return max(self.text.height, 2 * RADIUS) + 5


class Place(NamedTuple):
    """Where a picture stands on its page: lower left corner, width and height in points."""

    left: float
    bottom: float
    wide: float
    high: float


def key(number: int) -> str:
    """Return the name of the place where plan `number` stands, from 0."""
    return f"plan-{number}"


def sheets(book: Book) -> tuple[list[Sheet], dict[str, int]]:
    """Lay out a page for each plan, and more where its key is long; say on which each stands."""
    found: list[Sheet] = []
    places: dict[str, int] = {}
    for number, plan in enumerate(book.programme.plans):
        if plan.picture:
            places[key(number)] = len(found) + 1
            found += plan_sheets(book, number, plan, plan.picture)
    return found, places


def plan_sheets(book: Book, number: int, plan: FloorPlan, picture: PlanPicture) -> list[Sheet]:
    """Lay out one plan: its title, its picture, the key below it."""
    title = book.text(plan.title)
    head = book.gettext("Plan")
    shown = dots(plan.markers, book.programme.rooms)
    entries = [entry(book, one) for one in shown]
    top = TOP - book.heading_height(title, note=False)
    place = placed(picture, top, key_height(entries))
    columns, rest = shared(entries, place.bottom - ABOVE_KEY - BOTTOM)
    section = Tag("Sect")
    items = Tag("L", section)

    def paint(document: TaggedDocument) -> None:
        node = section.on(document.root)
        document.target(key(number), TOP + 20)
        document.bookmark(f"{head}{DASH}{title}", key(number), depth(book))
        book.heading(document, node, title)
        draw_plan(book, document, node, plan, place, shown)
        draw_key(document, items, columns, place.bottom - ABOVE_KEY)

    def go_on(some: list[list[Entry]]) -> Sheet:
        return Sheet(head, lambda document: draw_key(document, items, some, TOP))

    found = [Sheet(head, paint)]
    while rest:
        more, rest = shared(rest, TOP - BOTTOM)
        found.append(go_on(more))
    return found


def depth(book: Book) -> int:
    """Return how deep plans stand in contents and bookmarks: below the rooms, if there are any."""
    return 1 if book.programme.rooms else 0


def placed(picture: PlanPicture, top: float, key_high: float) -> Place:
    """Return where a picture stands below `top`: as large as page and key let it, in the middle."""
    room = top - BOTTOM - (key_high + ABOVE_KEY if key_high else 0)
    room = max(room, LEAST_HIGH)
    scale = min(WIDE / picture.width_px, room / picture.height_px)
    wide, high = picture.width_px * scale, picture.height_px * scale
    return Place(LEFT + (WIDE - wide) / 2, top - high, wide, high)


def point(place: Place, dot: Dot) -> tuple[float, float]:
    """Return where the middle of a number stands on its page."""
    return place.left + place.wide * dot.x / 100, place.bottom + place.high * (1 - dot.y / 100)


def draw_plan(
    book: Book,
    document: TaggedDocument,
    node: Node,
    plan: FloorPlan,
    place: Place,
    shown: Sequence[Dot],
) -> None:
    """Draw the picture with its numbers; its words instead where its file was lost."""
    alt = book.text(plan.alt)
    content = book.pictures.get(plan.picture.full) if plan.picture else None
    if plan.picture is None or content is None:
        told = book.set(alt, Style(REGULAR, 10.5, INK), WIDE, 15)
        draw(document, node.add("P"), told, LEFT, place.bottom + place.high)
        return
    left, bottom, wide, high = place
    area = (left, bottom, left + wide, bottom + high)
    figure = node.add("Figure", alt=alt, language=book.foreign(plan.alt), box=area)
    with document.tagged(figure):
        draw_picture(document, plan.picture.full, content, place, most_dpi=DPI)
        document.literal(
            f"{HAIR.fill.upper()} 0.5 w {left:.2f} {bottom:.2f} {wide:.2f} {high:.2f} re S"
        )
        for dot in shown:
            disc(document, dot.number, *point(place, dot), ring=1.4)


def disc(document: TaggedDocument, number: int, x: float, y: float, *, ring: float = 0) -> None:
    """Draw a number in a disc around a point."""
    if ring:
        r = RADIUS + ring
        box(document, (x - r, y - r, 2 * r, 2 * r), WHITE, radius=r)
    box(document, (x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS), FIR, radius=RADIUS)
    text = str(number)
    style = Style(BOLD, 8.4 if number < 100 else 6.4, WHITE)  # noqa: PLR2004 -- three digits
    wide = width(text, style.font, style.size_pt)
    line(document, text, style, (x - wide / 2, y - style.size_pt * 0.36))


# Key


def entry(book: Book, dot: Dot) -> Entry:
    """Lay out a room in the key: its name, then how many it seats."""
    found = runs(typeset(dot.room.name, book.language), Style(SEMIBOLD, 10, INK))
    if dot.room.capacity:
        seats = book.ngettext("%(n)d seat", "%(n)d seats", dot.room.capacity)
        found += runs(f", {seats}", Style(REGULAR, 10, SOFT))
    return Entry(dot.number, paragraph(found, COLUMN - WORDS, 13.5))


def key_height(entries: list[Entry]) -> float:
    """Return how high a key is in level columns; 0 without any."""
    columns, _ = shared(entries, TOP - BOTTOM)
    return max((sum(one.height for one in some) for some in columns), default=0)


def filled(entries: list[Entry], high: float) -> tuple[list[list[Entry]], list[Entry]]:
    """Fill columns of a height one after the other; return them, and what is left."""
    columns: list[list[Entry]] = [[]]
    used = 0.0
    for n, one in enumerate(entries):
        if used + one.height > high and columns[-1]:
            if len(columns) == COLUMNS:
                return columns, entries[n:]
            columns.append([])
            used = 0
        columns[-1].append(one)
        used += one.height
    return columns, []


def shared(entries: list[Entry], high: float) -> tuple[list[list[Entry]], list[Entry]]:
    """Share a key out over the columns of a page, level where all of it fits; else some is left."""
    columns, rest = filled(entries, high)
    least = sum(one.height for one in entries) / COLUMNS
    while not rest and least < high:
        levelled, left = filled(entries, least)
        if not left:
            return levelled, []
        least += 2
    return columns, rest


def draw_key(document: TaggedDocument, items: Tag, columns: list[list[Entry]], top: float) -> None:
    """Draw the rooms of a plan with their numbers, in columns."""
    for n, some in enumerate(columns):
        x, y = LEFT + n * (COLUMN + COLUMN_GAP), top
        for one in some:
            item = items.on(document.root).add("LI")
            with document.tagged(item.add("Lbl")):
                disc(document, one.number, x + RADIUS, y - RADIUS)
            with document.tagged(item.add("LBody")):
                ornament(document, one.text, x + WORDS, y - 0.4)
            y -= one.height
