"""Signs for sessions with sign-up: "seats left" and "full", a page each, printed on two faces.

Whoever stands at the door turns the sign. The word, its symbol and its colour say the same.
"""

from io import BytesIO
from typing import NamedTuple

from forum.core.i18n import N_
from forum.core.pdf import BOLD, FIR, HIGHLIGHT, INK, MM, SEMIBOLD, SOFT, TINTS, WHITE, Colour
from forum.core.pdf_tags import Node
from forum.core.pdf_text import Style, ornament, typeset
from schedule.models import Programme, Session
from schedule.papers.book import box, line
from schedule.papers.fitting import Look, fitted
from schedule.papers.orders import Order, chosen
from schedule.papers.posters import Poster, Said, Voices
from schedule.rules import programme_day

WORD_SIZES = tuple(float(size) for size in range(110, 29, -4))
SECOND_SIZES = tuple(float(size) for size in range(46, 17, -2))
TITLE_SIZES = (*(float(size) for size in range(40, 15, -1)), 13.0, 11.0, 9.0)
OTHER_SIZES = (*(float(size) for size in range(24, 11, -1)), 9.0)
PLACE_SIZES = (40.0, 36.0, 32.0, 28.0, 24.0, 20.0, 16.0, 12.0)
MARGIN = 18 * MM
BAND = 84 * MM
SYMBOL = 27 * MM
"""The radius of the circle that holds the symbol."""


class Face(NamedTuple):
    """One side of a sign: its word, its colour, and the strokes of its symbol in a circle of 1."""

    word: str
    ink: Colour
    strokes: str


FACES = (
    Face(N_("Seats left"), FIR, "-0.45 -0.02 m -0.12 -0.36 l 0.48 0.36 l"),
    Face(N_("Full"), TINTS[3].foreground, "-0.5 0 m 0.5 0 l"),
)


def signs(programme: Programme, order: Order) -> bytes:
    """Return the signs as a PDF, two pages for each session with sign-up.

    The order has been held against the programme (`orders.hold`).
    """
    voices = Voices(programme, order.languages, draft=order.draft)
    out = BytesIO()
    poster = Poster(out, voices, order, lambda book: book.gettext("Session signs"), lying=True)
    for day in chosen(programme, order):
        for placed in day.sessions:
            for face in FACES:
                draw(poster, placed.session, face)
    poster.save()
    return out.getvalue()


def draw(poster: Poster, session: Session, face: Face) -> None:
    """Draw one side of the sign of a session."""
    document, voices, scale = poster.document, poster.voices, poster.scale
    left, right = MARGIN * scale, poster.wide - MARGIN * scale
    words = voices.say(lambda book: book.gettext(face.word))
    key = f"sign-{session.id}-{FACES.index(face)}"
    document.target(key, poster.high)
    if face is FACES[0]:
        title = f"{voices.lead.start(session)} \u2013 {voices.lead.title(session)}"
        document.bookmark(title, key, 0, opened=False)
    document.bookmark(words[0].text, key, 1)
    node = document.root.add("Sect")
    foot = poster.high - BAND * scale
    with document.artifact("Background"):
        box(document, (0, foot, poster.wide, BAND * scale), face.ink)
        box(document, (0, foot - 5 * scale, poster.wide, 5 * scale), HIGHLIGHT)
        draw_symbol(poster, face)
    draw_words(poster, node, words, left + (2 * SYMBOL + 14 * MM) * scale)
    y = draw_titles(poster, node, voices.titles(session), foot - 17 * MM * scale)
    draw_place(poster, node, session, (left, right), y)
    poster.end_page(left=left, base=9 * MM * scale)


def draw_symbol(poster: Poster, face: Face) -> None:
    """Draw the circle at the left of the band, and the symbol in it."""
    radius = SYMBOL * poster.scale
    x = MARGIN * poster.scale + radius
    y = poster.high - BAND * poster.scale / 2 - stripe_shift(poster)
    box(poster.document, (x - radius, y - radius, 2 * radius, 2 * radius), WHITE, radius=radius)
    poster.document.literal(
        f"q {radius:.2f} 0 0 {radius:.2f} {x:.2f} {y:.2f} cm {face.ink.fill.upper()} 0.2 w 1 J 1 j"
        f" {face.strokes} S Q"
    )


def stripe_shift(poster: Poster) -> float:
    """Return how far what stands in the band goes down for the stripe of a draft."""
    return 4.5 * MM if poster.voices.lead.draft else 0


def draw_words(poster: Poster, node: Node, words: list[Said], left: float) -> None:
    """Draw the word of a side, the second language below in smaller type."""
    scale = poster.scale
    wide = poster.wide - MARGIN * scale - left
    found = []
    for n, said in enumerate(words):
        sizes = tuple(size * scale for size in (SECOND_SIZES if n else WORD_SIZES))
        most = (18 if n else 46 if len(words) > 1 else 66) * MM * scale
        look = Look(SEMIBOLD if n else BOLD, WHITE, sizes)
        found.append((said, fitted(said.text, look, wide, most)))
    whole = sum(text.height for _, text in found)
    y = poster.high - BAND * scale / 2 - stripe_shift(poster) + whole / 2
    for n, (said, text) in enumerate(found):
        with poster.document.tagged(node.add("P" if n else "H1", language=said.language)):
            ornament(poster.document, text, left, y)
        y -= text.height


def draw_titles(poster: Poster, node: Node, titles: list[Said], top: float) -> float:
    """Draw the title of the session; return the height below it."""
    scale = poster.scale
    left = MARGIN * scale
    wide = poster.wide - 2 * left
    y = top
    for n, said in enumerate(titles):
        sizes = tuple(size * scale for size in (OTHER_SIZES if n else TITLE_SIZES))
        look = Look(SEMIBOLD if n else BOLD, SOFT if n else INK, sizes)
        most = (17 if n else 36 if len(titles) > 1 else 48) * MM * scale
        text = fitted(said.text, look, wide, most)
        with poster.document.tagged(node.add("P" if n else "H2", language=said.language)):
            ornament(poster.document, text, left, y)
        y -= text.height + 3 * MM * scale
    return y


def draw_place(
    poster: Poster, node: Node, session: Session, ends: tuple[float, float], below: float
) -> None:
    """Draw when and where, along the foot of the sheet."""
    scale, voices = poster.scale, poster.voices
    base = min(below - 16 * MM * scale, 26 * MM * scale)
    assert session.starts_at is not None  # noqa: S101  # for the type checker
    day = programme_day(session.starts_at, voices.programme.zone)
    days = voices.line(lambda book: book.day(day))
    room = typeset(voices.lead.room(session), voices.lead.language)
    half = (ends[1] - ends[0]) / 2 - 6 * scale
    sizes = tuple(size * scale for size in PLACE_SIZES)
    time = fitted(voices.lead.span(session), Look(BOLD, FIR, sizes), half, 18 * MM * scale)
    place = fitted(room, Look(BOLD, INK, sizes), half, 18 * MM * scale)
    with poster.document.tagged(node.add("P")):
        ornament(poster.document, time, ends[0], base + time.height)
        style = Style(SEMIBOLD, 14 * scale, SOFT)
        line(poster.document, days, style, (ends[0], base - 10 * scale))
    if place.lines:
        with poster.document.tagged(node.add("P")):
            ornament(poster.document, place, ends[1] - place.width, base + place.height)
