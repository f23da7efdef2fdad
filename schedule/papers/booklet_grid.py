"""The grid of the booklet: one day, rooms across, time down, each cell a link."""

import math
from itertools import count
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HAIR, INK, MM, PAPER, REGULAR, SEMIBOLD, SOFT, WHITE
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import (
    Paragraph,
    Style,
    lines_needed,
    ornament,
    paragraph,
    runs,
    shortened,
    typeset,
)
from schedule.days import MINUTES_A_DAY, Day, Placed
from schedule.models import Room, SessionType, Track
from schedule.papers.book import BOTTOM, LEFT, RIGHT, TOP, Book, Sheet, box, line, rule
from schedule.papers.fitting import LEADING, Look, fitted, measured
from schedule.rules import DAY_CHANGE

MOST_ROOMS = 7
"""Columns that stay legible on an A4 page; more rooms go on over several pages."""
LAST_MINUTE = MINUTES_A_DAY + int(DAY_CHANGE.total_seconds()) // 60
SHORTEST = 5
"""A session is drawn at least so many minutes high."""
TIMES = 13 * MM
HEAD = 30
LEGEND = 26
TITLE_SIZES = (10.0, 9.3, 8.6, 8.0, 7.4, 6.8, 6.2, 5.6, 5.0)
ROOM_SIZES = (8.4, 7.6, 6.8, 6.0, 5.2)
LEAST_SIZE = 3.6
MOST_FIT = 0.7
ROOM_FOR_FOOT = 24
SMALL = Style(REGULAR, 6.2, SOFT)


class Cell(NamedTuple):
    """A session in the grid: its column, and its lane among those that overlap it there."""

    placed: Placed
    column: int
    lane: int
    lanes: int


class Group(NamedTuple):
    """The rooms of one page; None is the column of sessions that have no room yet."""

    rooms: list[Room | None]
    first: int


def groups(book: Book, day: Day) -> list[Group]:
    """Share the rooms used on a day out over pages, as evenly as they go."""
    used = {one.session.room_id for one in day.held}
    rooms: list[Room | None] = [room for room in book.programme.rooms if room.id in used]
    if any(is_homeless(book, one) and not is_band(book, one) for one in day.held):
        rooms.append(None)
    if not rooms:
        return [Group([None], 0)]
    pages = -(-len(rooms) // MOST_ROOMS)
    found, first = [], 0
    for n in range(pages):
        many = len(rooms) // pages + (n < len(rooms) % pages)
        found.append(Group(rooms[first : first + many], first))
        first += many
    return found


def is_homeless(book: Book, one: Placed) -> bool:
    """Say whether a session has no room that the programme knows."""
    return one.session.room_id not in book.rooms


def is_band(book: Book, one: Placed) -> bool:
    """Say whether a session goes across all rooms: a break without a room of its own."""
    return one.session.type is SessionType.BREAK and is_homeless(book, one)


def cells(book: Book, day: Day, rooms: list[Room | None]) -> list[Cell]:
    """Place the sessions of these rooms; those that overlap in one room share its width."""
    found = []
    for column, room in enumerate(rooms):
        inside = [
            one
            for one in day.held
            if (is_homeless(book, one) if room is None else one.session.room_id == room.id)
            and not is_band(book, one)
        ]
        for cluster in clusters(inside):
            lanes = shared(cluster)
            most = max(lanes) + 1
            found += [
                Cell(one, column, lane, most) for one, lane in zip(cluster, lanes, strict=True)
            ]
    return found


def clusters(some: list[Placed]) -> list[list[Placed]]:
    """Return groups of sessions, each overlapping another of its group."""
    found: list[list[Placed]] = []
    until = -1
    for one in some:
        if one.start < until:
            found[-1].append(one)
        else:
            found.append([one])
        until = max(until, bottom_of(one)) if len(found[-1]) > 1 else bottom_of(one)
    return found


def shared(cluster: list[Placed]) -> list[int]:
    """Return a lane for each session, so that none overlaps another in its lane."""
    ends: list[int] = []
    lanes = []
    for one in cluster:
        lane = next(n for n in count() if n >= len(ends) or ends[n] <= one.start)
        ends[lane : lane + 1] = [bottom_of(one)]
        lanes.append(lane)
    return lanes


def bottom_of(one: Placed) -> int:
    """Return the minute at which a session's cell ends: within the day, and tall enough to see."""
    return max(min(one.end, LAST_MINUTE), one.start + SHORTEST)


def sheets(book: Book, day: Day, key: str) -> list[Sheet]:
    """Lay out the grid of a day, on as many pages as its rooms need; cancelled sessions are out."""
    found = groups(book, day) if day.held else []
    section_of: dict[str, Node] = {}

    def sheet(number: int, group: Group) -> Sheet:
        def paint(document: TaggedDocument) -> None:
            if not number:
                section_of[key] = document.root.add("Sect")
                document.target(key, TOP + 20)
                document.bookmark(book.day(day.date), key, 0, opened=False)
                document.bookmark(book.gettext("Grid"), key, 1)
            draw(book, document, section_of[key], day, group=group, pages=len(found))

        return Sheet(book.day(day.date), paint)

    return [sheet(number, group) for number, group in enumerate(found)]


class Scale(NamedTuple):
    """Where minutes and columns stand on the page."""

    start: int
    end: int
    top: float
    bottom: float
    column: float

    def y(self, minute: int) -> float:
        """Return the height of a minute of the day."""
        return self.top - (minute - self.start) / (self.end - self.start) * (self.top - self.bottom)

    def x(self, column: float) -> float:
        """Return the left end of a column."""
        return LEFT + TIMES + column * self.column


def draw(
    book: Book, document: TaggedDocument, section: Node, day: Day, *, group: Group, pages: int
) -> None:
    """Draw one page of the grid."""
    last = group.first + len(group.rooms)
    note = book.gettext("All rooms at a glance; the letter says the theme, the number the page.")
    if pages > 1:
        note = book.gettext("Rooms %(first)s to %(last)s", first=group.first + 1, last=last)
    top = book.heading(document, section, book.day(day.date), note)
    scale = Scale(
        start=min(one.start for one in day.held) // 60 * 60,
        end=-(-max(bottom_of(one) for one in day.held) // 60) * 60,
        top=top - HEAD,
        bottom=BOTTOM + LEGEND,
        column=(RIGHT - LEFT - TIMES) / len(group.rooms),
    )
    with document.artifact():
        draw_hours(book, document, scale)
        draw_rooms(book, document, scale, group.rooms)
    items = section.add("L")
    for band in (one for one in day.held if is_band(book, one)):
        draw_band(book, document, items, scale, band)
    some = sorted(cells(book, day, group.rooms), key=lambda one: (one.placed.start, one.column))
    most = usual_size(book, scale, some)
    for cell in some:
        draw_cell(book, document, items, face_of(book, scale, cell), most=most)
    shown = {cell.placed.session.track_id for cell in some}
    draw_legend(book, document, section, [one for one in book.programme.tracks if one.id in shown])


def draw_hours(book: Book, document: TaggedDocument, scale: Scale) -> None:
    """Draw a line for each hour and half hour, and the hours."""
    ink = Style(SEMIBOLD, 7.5, SOFT)
    for minute in range(scale.start, scale.end + 1, 30):
        whole = minute % 60 == 0
        y = scale.y(minute)
        rule(document, y, left=LEFT + TIMES, weight=0.6 if whole else 0.25)
        if whole:
            hour = minute // 60 % 24
            text = f"{hour}\u00a0h" if book.language == "fr" else f"{hour:02}:00"
            line(document, text, ink, (LEFT + TIMES - 5, y - 2.6), end=True)


def draw_rooms(
    book: Book, document: TaggedDocument, scale: Scale, rooms: list[Room | None]
) -> None:
    """Draw the heads of the columns."""
    high = HEAD - 8
    for column, room in enumerate(rooms):
        x, wide = scale.x(column) + 1.2, scale.column - 2.4
        box(document, (x, scale.top + 4, wide, high), FIR, radius=3)
        name = typeset(room.name, book.language) if room else book.gettext("Room to be announced")
        found = fitted(name, Look(BOLD, WHITE, ROOM_SIZES), wide - 6, high - 2)
        middle = scale.top + 4 + (high + found.height) / 2
        ornament(document, found, x + max(0, wide - found.width) / 2, middle)


class Face(NamedTuple):
    """Where a cell stands on the page, and what it says."""

    placed: Placed
    left: float
    bottom: float
    right: float
    top: float
    title: str
    foot: Paragraph | None

    @property
    def wide(self) -> float:
        """The width for text."""
        return max(6.0, self.right - self.left - 8)

    @property
    def high(self) -> float:
        """The height for the title."""
        return self.top - self.bottom - 3.5 - (self.foot.height if self.foot else 0)


def face_of(book: Book, scale: Scale, cell: Cell) -> Face:
    """Return where a cell stands, its title, and the small print when there is room for it."""
    one = cell.placed
    lane = (scale.column - 2.4) / cell.lanes
    left = scale.x(cell.column) + 1.2 + cell.lane * lane
    right = left + lane - (0 if cell.lane == cell.lanes - 1 else 1)
    bottom, top = scale.y(min(bottom_of(one), scale.end)) + 0.7, scale.y(one.start) - 0.7
    title = book.title(one.session)
    if one.session.cancelled:
        title = f"{book.gettext('Cancelled').upper()} · {title}"
    foot = small_print(book, one, right - left - 8) if top - bottom > ROOM_FOR_FOOT else None
    return Face(one, left, bottom, right, top, title, foot)


def usual_size(book: Book, scale: Scale, some: list[Cell]) -> float:
    """Return the largest size in which most titles of a page fit: a page of one size is calmer."""
    look = Look(SEMIBOLD, INK, TITLE_SIZES)
    faces = [face_of(book, scale, cell) for cell in some]
    titles = [measured(face.title, look) for face in faces]
    for size in TITLE_SIZES:
        line_pt = size * LEADING
        good = sum(
            lines_needed(title, face.wide, scale=size) * line_pt <= face.high
            for title, face in zip(titles, faces, strict=True)
        )
        if good >= MOST_FIT * len(faces):
            return size
    return TITLE_SIZES[-1]


# Cells


def draw_band(book: Book, document: TaggedDocument, items: Node, scale: Scale, one: Placed) -> None:
    """Draw a break across all rooms."""
    bottom, top = scale.y(min(bottom_of(one), scale.end)) + 0.6, scale.y(one.start) - 0.6
    left, right = LEFT + TIMES + 1.2, RIGHT - 1.2
    size = min(8.0, max(4.5, (top - bottom) * 0.72))
    text = f"{book.title(one.session)} · {book.span(one.session)}"
    style = Style(SEMIBOLD, size, SOFT)
    found = paragraph(runs(shortened(text, style, right - left), style), math.inf, size * LEADING)
    with document.artifact("Background"):
        box(document, (left, bottom, right - left, top - bottom), PAPER, radius=3)
        box(document, (left, top - 0.5, right - left, 0.5), HAIR)
        box(document, (left, bottom, right - left, 0.5), HAIR)
    link = link_node(book, items, one, "")
    with document.tagged(link):
        ornament(
            document, found, (left + right - found.width) / 2, (bottom + top + found.height) / 2
        )
    document.link(link, (left, bottom, right, top), link.alt, f"session-{one.session.id}")


def draw_cell(
    book: Book, document: TaggedDocument, items: Node, face: Face, *, most: float
) -> None:
    """Draw one session, its title in type of at most `most` points."""
    left, bottom, wide, high = (
        face.left,
        face.bottom,
        face.right - face.left,
        face.top - face.bottom,
    )
    tint = book.tint(face.placed.session)
    with document.artifact("Background"):
        box(document, (left, bottom, wide, high), tint.background, radius=2.4, edge=HAIR)
        box(document, (left, bottom, 2.2, high), tint.foreground)
    sizes = tuple(size for size in TITLE_SIZES if size <= most)
    title = fitted(face.title, Look(SEMIBOLD, INK, sizes), face.wide, face.high)
    if not title.lines:
        title = one_line(face.title, face.wide, high)
    centred = (bottom + face.top + title.height) / 2
    link = link_node(book, items, face.placed, book.room(face.placed.session))
    with document.tagged(link):
        ornament(document, title, left + 5, centred if face.foot is None else face.top - 2)
        if face.foot:
            ornament(document, face.foot, left + 5, bottom + 1.5 + face.foot.height)
    area = (left, bottom, face.right, face.top)
    document.link(link, area, link.alt, f"session-{face.placed.session.id}")


def one_line(text: str, wide: float, high: float) -> Paragraph:
    """Return as much of a title as goes on the only line of a very low cell."""
    size = min(TITLE_SIZES[-1], max(LEAST_SIZE, high - 1))
    style = Style(SEMIBOLD, size, INK)
    return paragraph(runs(shortened(text, style, wide), style), math.inf, size * LEADING)


def small_print(book: Book, one: Placed, wide: float) -> Paragraph | None:
    """Return theme, time and page of a session, as much as goes on one line."""
    page = book.gettext("p. %(page)s", page=book.page(f"session-{one.session.id}"))
    track = book.track(one.session)
    letter = f"{book.letters[track.id]} · " if track else ""
    for text in (f"{letter}{book.span(one.session)} · {page}", f"{letter}{page}", page):
        found = paragraph(runs(text, SMALL), math.inf, SMALL.size_pt * 1.25)
        if found.width <= wide:
            return found
    return None


def link_node(book: Book, items: Node, one: Placed, room: str) -> Node:
    """Add one session to the list that stands for the grid; return its link."""
    words = [book.span(one.session), room, book.title(one.session)]
    if one.session.cancelled:
        words.append(book.gettext("Cancelled"))
    body = items.add("LI").add("LBody")
    return body.add("Link", alt=", ".join(word for word in words if word))


def draw_legend(book: Book, document: TaggedDocument, section: Node, tracks: list[Track]) -> None:
    """Draw the themes with their letters and tints, in as many lines as there is room for."""
    items = section.add("L")
    x, y = LEFT + TIMES, BOTTOM + LEGEND - 12
    style = Style(REGULAR, 7.2, INK)
    for track in tracks:
        name = f"{book.letters[track.id]} · {book.text(track.name)}"
        found = paragraph(runs(shortened(name, style, 70 * MM), style), math.inf, 9)
        if x + found.width + 12 > RIGHT:
            x, y = LEFT + TIMES, y - 10.5
        if y < BOTTOM - 8:
            break
        with document.artifact():
            box(document, (x, y - 7.6, 6, 6), book.tint_of(track).foreground, radius=1.5)
        with document.tagged(items.add("LI").add("LBody")):
            ornament(document, found, x + 9, y)
        x += found.width + 20
