"""Door sheets: one room, one day, in type that reads from three metres.

Seen from three metres, letters of 5 minutes of arc, the least that eyes of normal acuity (6/6)
read, are 4.4 mm high. Capitals of Inter are 0.727 of the type's size, so nothing that visitors look
for is smaller than 18 pt on A4. All of it is as large as it can be without taking more pages.
"""

from functools import partial
from io import BytesIO
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HIGHLIGHT, INK, MM, REGULAR, SEMIBOLD, SOFT, TINTS, WHITE
from forum.core.pdf_qr import qr_path
from forum.core.pdf_tags import Node
from forum.core.pdf_text import Paragraph, Style, ornament, paragraph, runs, typeset
from schedule.days import Day, Placed
from schedule.models import Programme, Room, Session, SpeakerRole
from schedule.papers.book import Book, bar, box, line, rule
from schedule.papers.fitting import Look, fitted
from schedule.papers.orders import Order, chosen
from schedule.papers.posters import Poster, Voices

LEAST_PT = 18.0
TIME_PT, UNTIL_PT, TITLE_PT, OTHER_PT = 29.0, 18.0, 23.0, 18.0
GROWN = (1.6, 1.45, 1.3, 1.2, 1.1, 1.0)
"""How much larger than the least the type may be."""
SHRUNK = (0.85, 0.7, 0.55, 0.4, 0.3, 0.2)
"""How much smaller one session is that alone takes more than a page."""
ROOM_SIZES = (*(float(size) for size in range(66, 23, -3)), 18.0, 12.0)
DAY_SIZES = (26.0, 24.0, 22.0, 20.0, 18.0, 14.0, 10.0)
MARGIN = 16 * MM
BAND = 50 * MM
FOOT = 38 * MM
QR = 24 * MM
TIMES = 44 * MM


class Block(NamedTuple):
    """A session as it is set: `lines` are its texts with their languages, the title first."""

    session: Session
    time: Paragraph
    until: Paragraph
    lines: list[tuple[Paragraph, str]]
    gap: float

    @property
    def height(self) -> float:
        """The height, the space around included."""
        text = sum(one.height for one, _ in self.lines) + self.gap * 0.25 * (len(self.lines) - 1)
        return max(self.time.height + self.until.height, text) + self.gap * 2


class Leaf(NamedTuple):
    """One page: a room, a day, and what of its sessions stands here; pages count from 1."""

    day: Day
    room: Room
    blocks: list[Block]
    number: int
    many: int


def doors(programme: Programme, order: Order) -> bytes:
    """Return the door sheets as a PDF, day by day, in order of rooms.

    The order has been held against the programme (`orders.hold`).
    """
    voices = Voices(programme, order.languages, draft=order.draft)
    out = BytesIO()
    poster = Poster(out, voices, order, lambda book: book.gettext("Door sheets"))
    for day in chosen(programme, order):
        first = True
        for room in programme.rooms:
            inside = [one for one in day.sessions if one.session.room_id == room.id]
            for leaf in leaves(poster, day, room, inside):
                draw(poster, leaf, first=first)
                first = False
    poster.save()
    return out.getvalue()


# Layout


def leaves(poster: Poster, day: Day, room: Room, inside: list[Placed]) -> list[Leaf]:
    """Share the sessions of a room over as few pages as they take, as evenly as they go."""
    if not inside:
        return []
    high = poster.high - (BAND + FOOT) * poster.scale - shift(poster)
    blocks = [bounded(poster, one, high, 1.0) for one in inside]
    pages = filled(blocks, high)
    for grown in GROWN:
        larger = [bounded(poster, one, high, grown) for one in inside]
        found = filled(larger, high)
        if len(found) <= len(pages):
            blocks, pages = larger, found
            break
    least = sum(one.height for one in blocks) / len(pages)
    even = filled(blocks, least)
    while len(even) > len(pages):
        least += 6
        even = filled(blocks, least)
    return [Leaf(day, room, some, n, len(even)) for n, some in enumerate(even, start=1)]


def filled(blocks: list[Block], high: float) -> list[list[Block]]:
    """Fill pages, one after the other."""
    pages: list[list[Block]] = [[]]
    used = 0.0
    for one in blocks:
        if pages[-1] and used + one.height > high:
            pages.append([])
            used = 0.0
        pages[-1].append(one)
        used += one.height
    return pages


def bounded(poster: Poster, placed: Placed, high: float, grown: float) -> Block:
    """Return a session in type `grown` times the usual, or smaller where it overflows a page."""
    found = block(poster, placed, grown)
    for shrunk in SHRUNK:
        if found.height <= high:
            break
        found = block(poster, placed, grown * shrunk)
    return found


def block(poster: Poster, placed: Placed, grown: float) -> Block:
    """Lay out one session in type `grown` times the usual."""
    voices, session = poster.voices, placed.session
    lead, size = voices.lead, poster.scale * grown
    left = (MARGIN + TIMES) * poster.scale
    wide = poster.wide - left - MARGIN * poster.scale - 10 * poster.scale
    lines = []
    for n, said in enumerate(voices.titles(session)):
        style = Style(SEMIBOLD, OTHER_PT * size, SOFT) if n else Style(BOLD, TITLE_PT * size, INK)
        found = runs(said.text, style)
        if session.cancelled and not n:
            told = voices.line(lambda book: book.gettext("Cancelled").upper(), " / ")
            gone = Style(BOLD, TITLE_PT * size, TINTS[3].foreground)
            grey = Style(BOLD, TITLE_PT * size, SOFT)
            found = [*runs(f"{told} · ", gone), *runs(said.text, grey)]
        lines.append((paragraph(found, wide, style.size_pt * 1.18), said.language))
    lines += [(text, "") for text in people(voices, session, wide, LEAST_PT * size)]
    room = (TIMES - 5 * MM) * poster.scale
    time = Style(BOLD, TIME_PT * size, FIR)
    until = Style(SEMIBOLD, UNTIL_PT * size, SOFT)
    return Block(
        session,
        fitted_line(lead.start(session), time, room),
        fitted_line(f"\u2013 {lead.end(session)}", until, room),
        lines,
        11 * size,
    )


def fitted_line(text: str, style: Style, wide: float) -> Paragraph:
    """Return a time on one line; in smaller type where the column is narrower."""
    found = paragraph(runs(text, style), float("inf"), style.size_pt * 1.18)
    if found.width <= wide:
        return found
    size = style.size_pt * wide / found.width
    smaller = style._replace(size_pt=size)
    return paragraph(runs(text, smaller), float("inf"), size * 1.18)


def people(voices: Voices, session: Session, wide: float, size: float) -> list[Paragraph]:
    """Lay out the people of a session, a paragraph for each role, the moderator first."""
    found = []
    for role, some in voices.lead.by_role(session).items():
        text = []
        if role is not SpeakerRole.SPEAKER:
            told = voices.say(partial(Book.role, role=role, people=len(some)))
            label = " / ".join(one.text for one in told)
            text = runs(f"{label} ", Style(REGULAR, size, SOFT))
        names = ", ".join(typeset(one.name, voices.lead.language) for one in some)
        text += runs(names, Style(SEMIBOLD, size, INK))
        found.append(paragraph(text, wide, size * 1.22))
    return found


# Drawing


def shift(poster: Poster) -> float:
    """Return how far all goes down for the stripe of a draft."""
    return 7 * MM if poster.voices.lead.draft else 0


def draw(poster: Poster, leaf: Leaf, *, first: bool) -> None:
    """Draw one page; `first` of its day."""
    document, voices, scale = poster.document, poster.voices, poster.scale
    key = f"door-{leaf.day.date}-{leaf.room.slug}"
    if leaf.number == 1:
        document.target(key, poster.high)
        if first:
            document.bookmark(voices.lead.day(leaf.day.date), key, 0)
        document.bookmark(typeset(leaf.room.name, voices.lead.language), key, 1)
    node = document.root.add("Sect")
    left, right = MARGIN * scale, poster.wide - MARGIN * scale
    y = head(poster, node, leaf)
    for n, one in enumerate(leaf.blocks):
        if n:
            with document.artifact():
                rule(document, y, left=left, right=right, weight=0.8 * scale)
        draw_block(poster, node, one, y)
        y -= one.height
    foot(poster, node)
    poster.end_page(left=left, base=8 * MM * scale)


def head(poster: Poster, node: Node, leaf: Leaf) -> float:
    """Draw the band with the room and the day; return the height below it."""
    document, voices, scale = poster.document, poster.voices, poster.scale
    left, wide = MARGIN * scale, poster.wide - 2 * MARGIN * scale
    top = poster.high - shift(poster)
    bottom = top - BAND * scale
    with document.artifact("Background"):
        box(document, (0, bottom, poster.wide, poster.high - bottom), FIR)
        box(document, (0, bottom, poster.wide, 4 * scale), HIGHLIGHT)
    name = typeset(leaf.room.name, voices.lead.language)
    sizes = tuple(size * scale for size in ROOM_SIZES)
    room = fitted(name, Look(BOLD, WHITE, sizes), wide, 26 * MM * scale)
    day = fitted(
        voices.line(lambda book: book.day(leaf.day.date)),
        Look(SEMIBOLD, WHITE, tuple(size * scale for size in DAY_SIZES)),
        wide - 26 * MM * scale,
        12 * MM * scale,
    )
    with document.tagged(node.add("H1")):
        middle = bottom + BAND * scale - 5 * MM * scale - (26 * MM * scale - room.height) / 2
        ornament(document, room, left, middle)
    with document.tagged(node.add("P")):
        ornament(document, day, left, bottom + 6 * MM * scale + day.height)
        if leaf.many > 1:
            part = f"{leaf.number} / {leaf.many}"
            style = Style(BOLD, 22 * scale, HIGHLIGHT)
            line(document, part, style, (left + wide, bottom + 8.5 * MM * scale), end=True)
    return bottom


def draw_block(poster: Poster, node: Node, one: Block, top: float) -> None:
    """Draw one session from the height of its top."""
    document, scale = poster.document, poster.scale
    left = MARGIN * scale
    text = left + TIMES * scale
    y = top - one.gap
    art = node.add("Art")
    title = art.add("H2", language=one.lines[0][1])
    with document.artifact():
        ink = poster.voices.lead.tint(one.session).foreground
        bar(document, text, top - one.height + one.gap, y, ink, 4 * scale)
    with document.tagged(art.add("P")):
        ornament(document, one.time, left, y)
        ornament(document, one.until, left, y - one.time.height)
    for n, (line_, language) in enumerate(one.lines):
        with document.tagged(art.add("P", language=language) if n else title):
            ornament(document, line_, text + 10 * scale, y)
        y -= line_.height + one.gap * 0.25


def foot(poster: Poster, node: Node) -> None:
    """Draw the code of the programme as it is at any moment, and what it is."""
    document, voices, scale = poster.document, poster.voices, poster.scale
    programme = voices.programme
    url = f"{programme.base_url.rstrip('/')}/{programme.edition}/programme"
    left, base, side = MARGIN * scale, 12 * MM * scale, QR * scale
    area = (left, base, left + side, base + side)
    alt = voices.lead.gettext("QR code: %(address)s", address=url)
    with document.artifact():
        y = base + side + 1.5 * MM * scale
        rule(document, y, left=left, right=poster.wide - left, weight=0.8 * scale)
    with document.tagged(node.add("Figure", alt=alt, box=area)):
        document.literal(qr_path(url, x=left, y=base, size=side))
    told = voices.say(
        lambda book: book.gettext("The programme may change: the latest version is online.")
    )
    y = base + side / 2 + 8 * scale * len(told)
    for said in told:
        with document.tagged(node.add("P", language=said.language)):
            style = Style(REGULAR, 11 * scale, INK)
            line(document, said.text, style, (left + side + 5 * MM * scale, y - 11 * scale))
        y -= 16 * scale
