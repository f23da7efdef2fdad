"""The grid to hang or to hold: a day on one page, A3 or A4; themes by letter and tint.

Rooms stand across and time runs down, or the other way round: whichever lets titles be larger.
Where titles would be too small to read, the rooms of a day go on over more pages.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HAIR, INK, MM, PAPER, REGULAR, SEMIBOLD, SOFT, WHITE
from forum.core.pdf_tags import Node
from forum.core.pdf_text import (
    Paragraph,
    Style,
    Word,
    lines_needed,
    ornament,
    paragraph,
    runs,
    shortened,
    typeset,
)
from schedule.days import Day, Placed
from schedule.models import Programme, Room, Track
from schedule.papers.book import Book, box, line
from schedule.papers.booklet import LANGUAGE_NAMES
from schedule.papers.booklet_grid import Cell, bottom_of, cells, is_band, is_homeless
from schedule.papers.fitting import LEADING, Look, fitted, measured
from schedule.papers.orders import Order, chosen
from schedule.papers.posters import Poster, Voices

TITLE_SIZES = (
    15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.3, 8.6, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5,
)  # fmt: skip
LEGIBLE_PT = 6.5
"""The least size of most titles: below it the rooms of a day are shared out over more pages."""
FEWEST_ROOMS = 4
"""No page has fewer rooms, however small the titles of short sessions are."""
MOST_FIT = 0.8
GAIN = 1.25
"""How much larger titles must become for one page more."""
SMALL = 0.8
"""The size of theme, time and people, of that of the titles."""
MARGIN = 11 * MM
HEAD = 19 * MM
FOOT = 11 * MM
LEGEND_LINE = 11
MOST_LEGEND_LINES = 14
PAD = 2.6
GAP = 0.8
EDGE = 2.4
"""The coloured edge of a cell."""
SPARE = 3.0
"""What of the height of a cell stays without text."""


class Plan(NamedTuple):
    """Where rooms and minutes stand on a page; with `down`, rooms are rows and time runs across.

    `left` to `top` is what cells fill, without the names of rooms and hours.
    """

    rooms: list[Room | None]
    start: int
    end: int
    left: float
    bottom: float
    right: float
    top: float
    down: bool

    @property
    def share(self) -> float:
        """How wide a column is, or how high a row."""
        whole = self.top - self.bottom if self.down else self.right - self.left
        return whole / len(self.rooms)

    def at(self, minute: int) -> float:
        """Return where a minute of the day stands: x where time runs across, else y."""
        part = (min(minute, self.end) - self.start) / (self.end - self.start)
        if self.down:
            return self.left + part * (self.right - self.left)
        return self.top - part * (self.top - self.bottom)

    def area(self, cell: Cell) -> "Area":
        """Return where a cell stands."""
        begins, ends = self.at(cell.placed.start), self.at(bottom_of(cell.placed))
        lane = (self.share - 2) / cell.lanes
        first = cell.column * self.share + 1 + cell.lane * lane
        if self.down:
            top = self.top - first
            return Area(begins + GAP, top - lane + GAP, ends - GAP, top)
        left = self.left + first
        return Area(left, ends + GAP, left + lane - GAP, begins - GAP)

    def band(self, one: Placed) -> "Area":
        """Return where what goes across all rooms stands."""
        begins, ends = self.at(one.start), self.at(bottom_of(one))
        if self.down:
            return Area(begins + GAP, self.bottom + 1, ends - GAP, self.top - 1)
        return Area(self.left + 1, ends + GAP, self.right - 1, begins - GAP)


class Area(NamedTuple):
    """A rectangle by its edges."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def wide(self) -> float:
        """The width."""
        return self.right - self.left

    @property
    def high(self) -> float:
        """The height."""
        return self.top - self.bottom

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """The rectangle as `box` takes it."""
        return self.left, self.bottom, self.wide, self.high


class Page(NamedTuple):
    """One page: plan, cells with their areas, the size of most titles, and how good it is."""

    plan: Plan
    cells: list[tuple[Cell, Area]]
    size: float
    score: float


def grid(programme: Programme, order: Order) -> bytes:
    """Return the grids as a PDF, a page a day; all of them in each language, one after the other.

    The order has been held against the programme (`orders.hold`).
    """
    out = BytesIO()
    voices = Voices(programme, order.languages, draft=order.draft)
    poster = Poster(out, voices, order, lambda book: book.gettext("Grids"), lying=True)
    for language in order.languages:
        poster.voices = Voices(programme, [language], draft=order.draft)
        if len(order.languages) == 1:
            draw_days(poster, order)
            continue
        with poster.document.part(LANGUAGE_NAMES[language], language=language):
            draw_days(poster, order)
    poster.save()
    return out.getvalue()


def draw_days(poster: Poster, order: Order) -> None:
    """Draw the grid of each day that is asked for."""
    for day in chosen(poster.voices.programme, order):
        made = pages(poster, day)
        for n, page in enumerate(made, start=1):
            draw(poster, day, page, f"{n} / {len(made)}" if len(made) > 1 else "")


# Layout


def rooms_of(book: Book, day: Day) -> list[Room | None]:
    """Return the rooms used on a day; None stands for what has no room yet."""
    used = {one.session.room_id for one in day.sessions}
    found: list[Room | None] = [room for room in book.programme.rooms if room.id in used]
    if any(is_homeless(book, one) and not is_band(book, one) for one in day.sessions):
        found.append(None)
    return found or [None]


def pages(poster: Poster, day: Day) -> list[Page]:
    """Lay out a day on as few pages as leave most titles legible."""
    rooms = rooms_of(poster.voices.lead, day)
    best: list[Page] = []
    for many in range(1, max(1, len(rooms) // FEWEST_ROOMS) + 1):
        found = [page(poster, day, some) for some in shared(rooms, many)]
        if not best or least(found) >= GAIN ** (many - len(best)) * least(best):
            best = found
        if least(found) >= LEGIBLE_PT:
            break
    return best


def least(some: list[Page]) -> float:
    """Return how good the worst of some pages is."""
    return min(one.score for one in some)


def shared(rooms: list[Room | None], many: int) -> list[list[Room | None]]:
    """Share rooms out over so many pages, as evenly as they go."""
    found, first = [], 0
    for n in range(many):
        size = len(rooms) // many + (n < len(rooms) % many)
        found.append(rooms[first : first + size])
        first += size
    return found


def page(poster: Poster, day: Day, rooms: list[Room | None]) -> Page:
    """Lay out one page, whichever way lets titles be larger."""
    return max((turned(poster, day, rooms, down=down) for down in (False, True)), key=score_of)


def score_of(page: Page) -> float:
    """Return how good a page is."""
    return page.score


def turned(poster: Poster, day: Day, rooms: list[Room | None], *, down: bool) -> Page:
    """Lay out one page with the rooms across, or `down`."""
    book, scale = poster.voices.lead, poster.scale
    shown = legend(poster, tracks_of(book, day, rooms))
    plan = Plan(
        rooms=rooms,
        start=min(one.start for one in day.sessions) // 60 * 60,
        end=-(-max(bottom_of(one) for one in day.sessions) // 60) * 60,
        left=(MARGIN + (30 * MM if down else 12 * MM)) * scale,
        bottom=(FOOT + 4 * MM + LEGEND_LINE * len(shown)) * scale,
        right=poster.wide - MARGIN * scale,
        top=poster.high - (HEAD + (6 * MM if down else 11 * MM)) * scale - shift(poster),
        down=down,
    )
    found = [(cell, plan.area(cell)) for cell in cells(book, day, rooms)]
    found.sort(key=lambda one: (one[0].placed.start, one[0].column))
    return Page(plan, found, *usual_size(poster, found))


def usual_size(poster: Poster, some: list[tuple[Cell, Area]]) -> tuple[float, float]:
    """Return the largest size in which most titles of a page fit: a page of one size is calmer.

    Where that would not be legible, titles take the place of the line that says theme and time. The
    second number is the size too, or less where even in the smallest size too few titles fit.
    """
    look = Look(SEMIBOLD, INK, sizes_of(poster))
    titles = [
        (measured(poster.voices.lead.title(cell.placed.session), look), area) for cell, area in some
    ]
    usual = largest(look.sizes, share_that_fits(poster, titles, SMALL * 1.22))
    if usual < LEGIBLE_PT:
        usual = largest(look.sizes, share_that_fits(poster, titles, 0.0))
    if usual:
        return usual, usual
    smallest = look.sizes[-1]
    return smallest, smallest * share_that_fits(poster, titles, 0.0)(smallest) / MOST_FIT


def share_that_fits(
    poster: Poster, titles: list[tuple[list[Word], Area]], small: float
) -> Callable[[float], float]:
    """Return a function of the size: the share of titles that fit below a line `small` times it."""

    def share(size: float) -> float:
        good = sum(
            lines_needed(words, text_width(poster, area), scale=size) * size * LEADING
            + size * small
            <= area.high - SPARE
            for words, area in titles
        )
        return good / len(titles) if titles else 1.0

    return share


def largest(sizes: Sequence[float], share: Callable[[float], float]) -> float:
    """Return the largest size at which enough titles fit, by halving; 0 where there is none."""
    at = bisect_left(sizes, True, key=lambda size: share(size) >= MOST_FIT)
    return sizes[at] if at < len(sizes) else 0.0


def text_width(poster: Poster, area: Area) -> float:
    """Return the width for text in a cell."""
    return max(6.0, area.wide - 2 * PAD - EDGE * poster.scale)


def tracks_of(book: Book, day: Day, rooms: list[Room | None]) -> list[Track]:
    """Return the themes of what stands in these rooms on a day."""
    inside = {room.id if room else None for room in rooms}
    used = {
        one.session.track_id
        for one in day.sessions
        if (None if is_homeless(book, one) else one.session.room_id) in inside
    }
    return [track for track in book.programme.tracks if track.id in used]


def legend(poster: Poster, tracks: list[Track]) -> list[list[tuple[Track, Paragraph]]]:
    """Share the themes out over lines at the foot of a page."""
    book, scale = poster.voices.lead, poster.scale
    room = poster.wide - 2 * MARGIN * scale
    style = Style(REGULAR, 8 * scale, INK)
    found: list[list[tuple[Track, Paragraph]]] = [[]] if tracks else []
    x = 0.0
    for track in tracks:
        name = f"{book.letters[track.id]} · {book.text(track.name)}"
        short = shortened(name, style, 64 * MM * scale)
        text = paragraph(runs(short, style), math.inf, LEGEND_LINE * scale)
        if x + text.width + 10 * scale > room:
            if len(found) == MOST_LEGEND_LINES:
                break
            found.append([])
            x = 0.0
        found[-1].append((track, text))
        x += text.width + 24 * scale
    return found


def sizes_of(poster: Poster) -> tuple[float, ...]:
    """Return the sizes that titles may have, the largest first."""
    return tuple(size * (1.2 if poster.scale > 1 else 1) for size in TITLE_SIZES)


def shift(poster: Poster) -> float:
    """Return how far all goes down for the stripe of a draft."""
    return 6 * MM if poster.voices.lead.draft else 0


# Drawing


def draw(poster: Poster, day: Day, page: Page, part: str) -> None:
    """Draw one page."""
    document, book = poster.document, poster.voices.lead
    key = f"day-{day.date}-{part}"
    document.target(key, poster.high)
    name = book.day(day.date)
    document.bookmark(f"{name} ({part})" if part else name, key, 0)
    node = document.root.add("Sect")
    draw_head(poster, node, name, part)
    with document.artifact():
        draw_hours(poster, page.plan)
        draw_rooms(poster, page.plan)
    items = node.add("L")
    order = sorted(
        [*((cell.placed, cell, area) for cell, area in page.cells)]
        + [(one, None, page.plan.band(one)) for one in day.sessions if is_band(book, one)],
        key=lambda one: (one[0].start, one[1].column if one[1] else -1),
    )
    for placed, cell, area in order:
        if cell is None:
            draw_band(poster, items, placed, area, page.plan)
        else:
            draw_cell(poster, items, placed, area, page.size)
    draw_legend(poster, node, legend(poster, tracks_of(book, day, page.plan.rooms)))
    poster.end_page(left=MARGIN * poster.scale, base=6 * MM * poster.scale)


def draw_head(poster: Poster, node: Node, name: str, part: str) -> None:
    """Draw the day in large, the programme and its place beside it."""
    document, scale, book = poster.document, poster.scale, poster.voices.lead
    left, right = MARGIN * scale, poster.wide - MARGIN * scale
    base = poster.high - HEAD * scale + 4 * MM * scale - shift(poster)
    big = Style(BOLD, 25 * scale, FIR)
    found = paragraph(runs(name, big), math.inf, big.size_pt)
    with document.tagged(node.add("H1")):
        line(document, name, big, (left, base))
    about = Style(SEMIBOLD, 11 * scale, INK)
    programme = book.programme
    told = [book.text(programme.title), book.text(programme.venue), part]
    text = shortened(" · ".join(one for one in told if one), about, right - left - found.width - 30)
    with document.tagged(node.add("P")):
        line(document, text, about, (right, base), end=True)


def draw_hours(poster: Poster, plan: Plan) -> None:
    """Draw a line for each hour and half hour, and the hours."""
    document, scale = poster.document, poster.scale
    ink = Style(SEMIBOLD, 8 * scale, SOFT)
    apart = abs(plan.at(plan.start + 60) - plan.at(plan.start))
    for minute in range(plan.start, plan.end + 1, 30):
        whole = minute % 60 == 0
        at = plan.at(minute)
        weight = (0.7 if whole else 0.3) * scale
        if plan.down:
            area = (at - weight / 2, plan.bottom, weight, plan.top - plan.bottom)
        else:
            area = (plan.left, at - weight / 2, plan.right - plan.left, weight)
        box(document, area, HAIR)
        if whole and (apart > 20 * scale or minute // 60 % 2 == 0):
            text = hour(poster.voices.lead, minute // 60 % 24)
            if plan.down:
                found = paragraph(runs(text, ink), math.inf, ink.size_pt)
                x = min(at - found.width / 2, plan.right - found.width)
                line(document, text, ink, (x, plan.top + 4 * scale))
            else:
                place = (plan.left - 4 * scale, at - 2.8 * scale)
                line(document, text, ink, place, end=True)


def hour(book: Book, number: int) -> str:
    """Return an hour as it stands beside its line."""
    return f"{number}\u00a0h" if book.language == "fr" else f"{number:02}:00"


def draw_rooms(poster: Poster, plan: Plan) -> None:
    """Draw the names of the rooms, above their columns or before their rows."""
    document, scale, book = poster.document, poster.scale, poster.voices.lead
    for n, room in enumerate(plan.rooms):
        name = typeset(room.name, book.language) if room else book.gettext("Room to be announced")
        if plan.down:
            top = plan.top - n * plan.share - 1
            high = plan.share - 2
            area = Area(MARGIN * scale, top - high, plan.left - 1.5 * scale, top)
        else:
            left = plan.left + n * plan.share + 1
            bottom = plan.top + 2.5 * scale
            area = Area(left, bottom, left + plan.share - 2.6, bottom + 9 * MM * scale)
        box(document, area.rect, FIR, radius=3 * scale)
        sizes = tuple(size * scale for size in (10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0))
        found = fitted(name, Look(BOLD, WHITE, sizes), area.wide - 8, area.high - 1)
        x = area.left + 5 if plan.down else area.left + max(0, area.wide - found.width) / 2
        ornament(document, found, x, (area.bottom + area.top + found.height) / 2)


def draw_band(poster: Poster, items: Node, one: Placed, area: Area, plan: Plan) -> None:
    """Draw a break across all rooms; its text runs upwards where time runs across."""
    document, book = poster.document, poster.voices.lead
    across, along = (area.wide, area.high) if plan.down else (area.high, area.wide)
    size = min(10 * poster.scale, max(4.5, across * 0.66))
    style = Style(SEMIBOLD, size, SOFT)
    text = shortened(f"{book.title(one.session)} · {book.span(one.session)}", style, along - 8)
    found = paragraph(runs(text, style), math.inf, size * LEADING)
    with document.artifact("Background"):
        box(document, area.rect, PAPER, radius=3)
        x, y, wide, high = area.rect
        hairs = (
            ((x, y, 0.5, high), (x + wide - 0.5, y, 0.5, high))
            if plan.down
            else ((x, y, wide, 0.5), (x, y + high - 0.5, wide, 0.5))
        )
        for hair in hairs:
            box(document, hair, HAIR)
    x, y = (area.left + area.right) / 2, (area.bottom + area.top) / 2
    node = told(poster, items, one)
    with document.tagged(node):
        if plan.down:
            document.literal(f"q 0 1 -1 0 {x:.2f} {y:.2f} cm")
            ornament(document, found, -found.width / 2, found.height / 2)
            document.literal("Q")
        else:
            ornament(document, found, x - found.width / 2, y + found.height / 2)
    link(poster, node, one, area)


def draw_cell(poster: Poster, items: Node, one: Placed, area: Area, most: float) -> None:
    """Draw one session: theme and time, title, people as far as there is room."""
    document, book = poster.document, poster.voices.lead
    tint = book.tint(one.session)
    with document.artifact("Background"):
        box(document, area.rect, tint.background, radius=2.4 * poster.scale, edge=HAIR)
        box(document, (area.left, area.bottom, EDGE * poster.scale, area.high), tint.foreground)
    x = area.left + PAD + EDGE * poster.scale
    wide = text_width(poster, area)
    look = Look(SEMIBOLD, INK, tuple(size for size in sizes_of(poster) if size <= most))
    text = book.title(one.session)
    top = small_line(poster, one, Style(SEMIBOLD, most * SMALL, tint.foreground), wide)
    size = look.sizes[-1]
    whole = lines_needed(measured(text, look), wide, scale=size) * size * LEADING
    if top.height + whole > area.high - SPARE:  # the title before the time, which the axis says
        top = Paragraph([], 0)
    high = area.high - SPARE - top.height
    title = fitted(text, look, wide, high)
    y = area.top - SPARE / 2
    if not title.lines:
        title = only_line(text, wide, min(area.high, most))
        y = (area.top + area.bottom + title.height) / 2
    node = told(poster, items, one)
    with document.tagged(node):
        ornament(document, top, x, y)
        ornament(document, title, x, y - top.height)
        people = names(book, one, Style(REGULAR, most * SMALL, SOFT), wide)
        if people.height + 1.5 <= high - title.height:
            ornament(document, people, x, y - top.height - title.height - 1.5)
    link(poster, node, one, area)


def small_line(poster: Poster, one: Placed, style: Style, wide: float) -> Paragraph:
    """Return theme and time of a session, as much as goes on one line."""
    book = poster.voices.lead
    track = book.track(one.session)
    letter = book.letters[track.id] if track else ""
    for time in (book.span(one.session), book.start(one.session), ""):
        text = " · ".join(part for part in (letter, time) if part)
        found = paragraph(runs(text, style), math.inf, style.size_pt * 1.22)
        if found.width <= wide:
            return found
    return Paragraph([], 0)


def only_line(text: str, wide: float, high: float) -> Paragraph:
    """Return as much of a title as goes on the only line of a very low cell."""
    style = Style(SEMIBOLD, max(3.4, min(6.0, high - 0.5)), INK)
    return paragraph(runs(shortened(text, style, wide), style), math.inf, style.size_pt * LEADING)


def names(book: Book, one: Placed, style: Style, wide: float) -> Paragraph:
    """Return the people of a session, the moderator first."""
    some = [speaker.name for group in book.by_role(one.session).values() for speaker in group]
    text = typeset(", ".join(some), book.language)
    return paragraph(runs(text, style), wide, style.size_pt * LEADING)


def told(poster: Poster, items: Node, one: Placed) -> Node:
    """Add a session to the list that stands for the grid; return its element, all said in words.

    A version links to the page of the session; a draft has none yet.
    """
    book = poster.voices.lead
    track = book.track(one.session)
    people = [speaker.name for group in book.by_role(one.session).values() for speaker in group]
    parts = [
        book.span(one.session),
        book.room(one.session),
        book.title(one.session),
        *people,
        book.text(track.name) if track else "",
    ]
    body = items.add("LI").add("LBody")
    return body.add("Span" if book.draft else "Link", alt=", ".join(part for part in parts if part))


def link(poster: Poster, node: Node, one: Placed, area: Area) -> None:
    """Make a cell open the page of its session."""
    programme = poster.voices.programme
    if not poster.voices.lead.draft:
        url = f"{programme.base_url.rstrip('/')}/{programme.edition}/sessions/{one.session.slug}"
        poster.document.web_link(
            node, (area.left, area.bottom, area.right, area.top), node.alt, url
        )


def draw_legend(poster: Poster, node: Node, shown: list[list[tuple[Track, Paragraph]]]) -> None:
    """Draw the themes with their letters and tints."""
    document, book, scale = poster.document, poster.voices.lead, poster.scale
    items = node.add("L")
    y = (FOOT + 1 * MM + LEGEND_LINE * len(shown)) * scale
    for some in shown:
        x = MARGIN * scale
        for track, text in some:
            with document.artifact():
                tint = book.tint_of(track)
                area = (x, y - 9.2 * scale, 7 * scale, 7 * scale)
                box(document, area, tint.foreground, radius=1.5 * scale)
            with document.tagged(items.add("LI").add("LBody")):
                ornament(document, text, x + 10 * scale, y)
            x += text.width + 24 * scale
        y -= LEGEND_LINE * scale
