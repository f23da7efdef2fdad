"""Speakers' table tents: A4, folded once along the middle, the name on both faces.

In order of session, and inside a session in order of seats: the moderator first. The face towards
the speaker says for which session, room and seat the tent is, so that a table is laid quickly.
"""

from io import BytesIO
from typing import NamedTuple

from forum.core.pdf import BOLD, FIR, HIGHLIGHT, INK, LINE, MM, REGULAR, SEMIBOLD, WHITE, width
from forum.core.pdf_text import Paragraph, Style, ornament, typeset
from schedule.models import Programme, Session, Speaker, SpeakerRole
from schedule.papers.book import Book, box, line
from schedule.papers.fitting import Look, fitted
from schedule.papers.orders import Order, chosen
from schedule.papers.posters import Poster, Voices
from schedule.rules import programme_day

NAME_SIZES = (*(float(size) for size in range(92, 19, -2)), 16.0, 12.0, 9.0)
ABOUT_SIZES = (30.0, 27.0, 24.0, 21.0, 18.0, 15.0, 12.0, 9.0)
MARGIN = 16 * MM
STRIP = 13 * MM
NAME_HEIGHT = 56 * MM
ABOUT_HEIGHT = 24 * MM
GAP = 5 * MM


class Seat(NamedTuple):
    """A person at the table of a session; `number` of `many`, from 1."""

    session: Session
    speaker: Speaker
    role: SpeakerRole
    number: int
    many: int


def tents(programme: Programme, order: Order) -> bytes:
    """Return the table tents as a PDF, a sheet for each seat.

    The order has been held against the programme (`orders.hold`).
    """
    voices = Voices(programme, order.languages, draft=order.draft)
    out = BytesIO()
    poster = Poster(out, voices, order, lambda book: book.gettext("Table tents"), lying=True)
    for day in chosen(programme, order):
        for placed in day.sessions:
            for seat in seats(voices, placed.session):
                draw(poster, seat)
    poster.save()
    return out.getvalue()


def seats(voices: Voices, session: Session) -> list[Seat]:
    """Return the people of a session in order of seats: by role, the moderator first."""
    found = [
        (speaker, role) for role, some in voices.lead.by_role(session).items() for speaker in some
    ]
    return [
        Seat(session, speaker, role, n, len(found))
        for n, (speaker, role) in enumerate(found, start=1)
    ]


def draw(poster: Poster, seat: Seat) -> None:
    """Draw one tent: the face towards the room below the fold, the speaker's above, turned."""
    document, voices = poster.document, poster.voices
    key = f"seat-{seat.session.id}-{seat.number}"
    document.target(key, poster.high)
    if seat.number == 1:
        title = f"{voices.lead.start(seat.session)} \u2013 {voices.lead.title(seat.session)}"
        document.bookmark(title, key, 0, opened=False)
    document.bookmark(seat.speaker.name, key, 1)
    node = document.root.add("Sect")
    face = laid(poster, seat)
    with document.artifact():
        fold(poster)
        surface(poster, face)
    with document.tagged(node.add("H1")):
        ornament(document, face.name, MARGIN, face.top)
    with document.tagged(node.add("P")):
        ornament(document, face.about, MARGIN, face.top - face.name.height - GAP)
    with document.tagged(node.add("P")):
        roles = voices.line(lambda book: role_name(book, seat))
        strip(poster, voices.lead.text(voices.programme.title), roles)
    turn = f"q -1 0 0 -1 {poster.wide:.2f} {poster.high:.2f} cm"
    with document.artifact():  # the name a second time: it is read once
        document.literal(turn)
        surface(poster, face)
        ornament(document, face.name, MARGIN, face.top)
        ornament(document, face.about, MARGIN, face.top - face.name.height - GAP)
        document.literal("Q")
    with document.tagged(node.add("P")):
        document.literal(turn)
        strip(poster, place_line(voices, seat), issue(voices))
        document.literal("Q")
    poster.turn_page()


class Face(NamedTuple):
    """What stands on both faces, and the height of its top on the lower one."""

    name: Paragraph
    about: Paragraph
    top: float


def laid(poster: Poster, seat: Seat) -> Face:
    """Lay out name and organisation, in the middle of a face."""
    language = poster.voices.lead.language
    wide = poster.wide - 2 * MARGIN
    name = fitted(
        typeset(seat.speaker.name, language), Look(BOLD, INK, NAME_SIZES), wide, NAME_HEIGHT
    )
    told = seat.speaker.organisation or seat.speaker.job_title or ""
    look = Look(SEMIBOLD, FIR, ABOUT_SIZES)
    about = fitted(typeset(told, language), look, wide, ABOUT_HEIGHT)
    whole = name.height + (GAP + about.height if about.lines else 0)
    return Face(name, about, STRIP + (poster.high / 2 - STRIP + whole) / 2 - 3 * MM)


def fold(poster: Poster) -> None:
    """Draw where the sheet is folded."""
    half = poster.high / 2
    poster.document.literal(
        f"q {LINE.fill.upper()} 0.5 w [3 4] 0 d 0 {half:.1f} m {poster.wide:.1f} {half:.1f} l S Q"
    )


def surface(poster: Poster, face: Face) -> None:
    """Draw what is behind the text of a face, and the mark of a draft."""
    document, voices = poster.document, poster.voices
    box(document, (0, 0, poster.wide, STRIP), FIR)
    box(document, (MARGIN, face.top + 5 * MM, 22 * MM, 4), HIGHLIGHT)
    if voices.lead.draft:
        word = voices.line(lambda book: book.gettext("DRAFT"))
        style = Style(BOLD, 13, INK)
        wide = width(word, style.font, style.size_pt)
        right, base = poster.wide - MARGIN, poster.high / 2 - 14 * MM
        box(document, (right - wide - 20, base - 8, wide + 20, 25), HIGHLIGHT, radius=12.5)
        line(document, word, style, (right - 10, base), end=True)


def strip(poster: Poster, left: str, right: str) -> None:
    """Draw what stands on the strip along the lower edge of a face."""
    base, end = STRIP / 2 - 4, poster.wide - MARGIN
    style, bold = Style(REGULAR, 12, WHITE), Style(SEMIBOLD, 12, WHITE)
    room = end - MARGIN - width(right, bold.font, bold.size_pt) - 20
    line(poster.document, left, style, (MARGIN, base), room=room)
    if right:
        line(poster.document, right, bold, (end, base), end=True)


def role_name(book: Book, seat: Seat) -> str:
    """Return the role of a person where it is one of its own; '' for a speaker among others."""
    return "" if seat.role is SpeakerRole.SPEAKER else book.role(seat.role, 1)


def place_line(voices: Voices, seat: Seat) -> str:
    """Say where a tent stands: day, time, room, seat, session."""
    book = voices.lead
    zone = book.programme.zone
    assert seat.session.starts_at is not None  # noqa: S101  # for the type checker
    day = programme_day(seat.session.starts_at, zone)
    chair = book.gettext("seat %(n)s of %(many)s", n=seat.number, many=seat.many)
    told = [book.day(day), book.span(seat.session), book.room(seat.session), chair]
    return " · ".join(one for one in [*told, book.title(seat.session)] if one)


def issue(voices: Voices) -> str:
    """Return the version and its date; '' for a draft, which says so itself."""
    return "" if voices.lead.draft else voices.lead.issue
