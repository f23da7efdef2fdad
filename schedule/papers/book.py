"""What every page of the printed programme shares: words, look-ups, sizes, colours, frames."""

import html
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from string import ascii_uppercase
from typing import NamedTuple

from forum.core.i18n import Words
from forum.core.pdf import (
    BOLD,
    FIR,
    HAIR,
    HIGHLIGHT,
    INK,
    MM,
    REGULAR,
    SEMIBOLD,
    SOFT,
    TINTS,
    WHITE,
    Colour,
    Tint,
    width,
)
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import (
    Paragraph,
    Style,
    cut,
    ornament,
    paragraph,
    rise,
    runs,
    shortened,
    typeset,
)
from forum.core.text import Text, pick
from schedule.days import Day, days
from schedule.models import Programme, Room, Session, SessionType, Speaker, SpeakerRole, Track
from schedule.vocabulary import ROLE_NAMES, ROLE_NAMES_OF_MANY, TYPE_NAMES

PAGE_MM = (210.0, 297.0)
WIDTH, HEIGHT = PAGE_MM[0] * MM, PAGE_MM[1] * MM
LEFT, RIGHT = 18 * MM, WIDTH - 18 * MM
TOP, BOTTOM = HEIGHT - 26 * MM, 21 * MM

STRIPE = 9 * MM
"""How high the stripe of a draft is: office printers leave some 4 mm of the edge white."""

H1 = Style(BOLD, 25, FIR)
BAR = 2.6
KAPPA = 0.5523
"""Where the control points of a quarter circle stand (Bézier), of its radius."""
NO_TRACK = Tint(WHITE, SOFT)

TAGS = re.compile(
    r"</?(?:p|br|a|ul|ol|li|em|strong|[biu]|code|pre|h[1-6]|div|span|blockquote)\b[^<>]*>"
)
"""The HTML that exporters leave in abstracts."""


def plain(text: str) -> str:
    """Return `text` without the HTML that some exporters leave in it."""
    if "<" not in text and "&" not in text:
        return text
    return html.unescape(TAGS.sub(" ", text))


class Sheet(NamedTuple):
    """One page: what its head says, and how it is drawn; the cover has no head and no foot."""

    head: str
    draw: Callable[[TaggedDocument], None]
    bare: bool = False


class Book:
    """One programme in one language, with all that its pages look up.

    `pages` holds the page of each place among the book's own, from 1, by the key that links use; it
    is filled while the pages are laid out, before any is drawn. `before` is how many pages of
    another book stand before. A `draft` is no version yet; its `published_at` is when it changed
    last. `pictures` are those of the plans, by name.
    """

    def __init__(
        self,
        programme: Programme,
        say: Words,
        *,
        draft: bool = False,
        pictures: Mapping[str, bytes] | None = None,
    ) -> None:
        self.programme = programme
        self.pictures = pictures or {}
        self.say = say
        self.draft = draft
        self.before = 0
        self.language = say.language
        self.days: list[Day] = days(programme)
        self.rooms = {room.id: room for room in programme.rooms}
        self.tracks = {track.id: track for track in programme.tracks}
        self.people = {speaker.id: speaker for speaker in programme.speakers}
        self.letters = {
            track.id: ascii_uppercase[n] if n < len(ascii_uppercase) else str(n + 1)
            for n, track in enumerate(programme.tracks)
        }
        self.pages: dict[str, int] = {}
        self.time = lru_cache(None)(self._time)

    def text(self, text: Text) -> str:
        """Return a text of the programme in the book's language, or else in one it has."""
        return typeset(*self.told(text))

    def told(self, text: Text) -> tuple[str, str]:
        """Return a text and the language it is in."""
        wanted = (self.language, self.programme.language, *text)
        language = next((one for one in wanted if text.get(one)), self.language)
        return text.get(language, ""), language

    def gettext(self, message: str, **values: object) -> str:
        """Return a translated message, typeset."""
        return typeset(self.say.gettext(message) % values, self.language)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return a translated count, typeset."""
        return typeset(self.say.ngettext(one, many, n) % {"n": n}, self.language)

    def _time(self, instant: datetime) -> str:
        return self.say.time(instant, self.programme.zone)

    def day(self, on: date) -> str:
        """Return a day in words, with a capital: it is a title."""
        words = self.say.day(on)
        return typeset(words[:1].upper() + words[1:], self.language)

    def span(self, session: Session) -> str:
        """Return from when to when a session lasts; '' without a time."""
        if session.starts_at is None or session.ends_at is None:
            return ""
        return f"{self.time(session.starts_at)} \u2013 {self.time(session.ends_at)}"

    def track(self, session: Session) -> Track | None:
        """Return the track of a session."""
        return self.tracks.get(session.track_id) if session.track_id else None

    def tint(self, session: Session) -> Tint:
        """Return the tint of a session's track."""
        track = self.track(session)
        return self.tint_of(track) if track else NO_TRACK

    def tint_of(self, track: Track) -> Tint:
        """Return the tint of a track."""
        return TINTS.get(track.tint, NO_TRACK)

    def start(self, session: Session) -> str:
        """Return when a session starts; '' without a time."""
        return self.time(session.starts_at) if session.starts_at else ""

    def room(self, session: Session) -> str:
        """Return the name of a session's room; '' without one."""
        room = self.rooms.get(session.room_id) if session.room_id else None
        return typeset(room.name, self.language) if room else ""

    def floor(self, room: Room) -> str:
        """Return where a room is: `level 1` for a bare number, else the organiser's own words."""
        if room.floor and re.fullmatch(r"[+-]?\d+", room.floor):
            return self.gettext("level %(number)s", number=room.floor)
        return typeset(room.floor, self.language) if room.floor else ""

    def title(self, session: Session) -> str:
        """Return the title of a session; a session without one goes by its number."""
        return self.text(session.title) or self.gettext("Session %(number)s", number=session.number)

    def end(self, session: Session) -> str:
        """Return when a session ends; '' without a time."""
        return self.time(session.ends_at) if session.ends_at else ""

    def kind(self, session: Session) -> str:
        """Return what kind of session it is, in a word; '' for one of no special kind."""
        if session.type is SessionType.OTHER:
            return ""
        return typeset(pick(TYPE_NAMES[session.type], self.language), self.language)

    def spoken(self, session: Session) -> str:
        """Return the language spoken in a session, where it is not the programme's own."""
        named = {
            "fr": self.gettext("in French"),
            "en": self.gettext("in English"),
            "de": self.gettext("in German"),
            "es": self.gettext("in Spanish"),
        }
        spoken = (session.language or "").split("-")[0].lower()
        if spoken in {"", self.programme.language}:
            return ""
        return named.get(spoken, spoken.upper())

    def by_role(self, session: Session) -> dict[SpeakerRole, list[Speaker]]:
        """Return the people of a session by role, the moderator first, in order inside a role."""
        found: dict[SpeakerRole, list[Speaker]] = {}
        for role in SpeakerRole:
            some = [self.people.get(p.speaker_id) for p in session.people if p.role is role]
            if any(some):
                found[role] = [one for one in some if one]
        return found

    def panel(self, session: Session) -> list[tuple[str, list[Speaker]]]:
        """Return the people of a session by role, the moderator first, each role named."""
        return [(self.role(role, len(some)), some) for role, some in self.by_role(session).items()]

    def role(self, role: SpeakerRole, people: int) -> str:
        """Return what stands before so many people of a role."""
        if role is SpeakerRole.SPEAKER:
            return self.gettext("With")
        names = ROLE_NAMES if people == 1 else ROLE_NAMES_OF_MANY
        name = typeset(pick(names[role], self.language), self.language)
        return name[:1].upper() + name[1:]

    def about(self, session: Session) -> Text:
        """Return the text that says what a session is about: its abstract, else its description."""
        return session.abstract if any(session.abstract.values()) else session.description

    def abstract(self, session: Session, longest: int) -> str:
        """Return what a session is about, shortened at a sentence or a word; '' without a text."""
        words, language = self.told(self.about(session))
        return cut(typeset(plain(words), language), longest)

    def foreign(self, text: Text) -> str:
        """Return the language of a text that is not in the book's own; else ''."""
        language = self.told(text)[1]
        return "" if language == self.language else language

    def page(self, key: str) -> int:
        """Return the page on which the place `key` stands."""
        return self.before + self.pages[key]

    @property
    def issue(self) -> str:
        """Say which issue of the programme this is: its version and date, or a draft of a time."""
        zone, at = self.programme.zone, self.programme.published_at
        if self.draft:
            return self.gettext("Draft of %(moment)s", moment=self.say.moment(at, zone))
        return self.gettext(
            "Version %(version)s, %(date)s",
            version=self.programme.version,
            date=self.say.date(at.astimezone(zone).date()),
        )

    def named(self, what: str) -> str:
        """Return the title of a document: the programme's, what it is, and that it is a draft."""
        parts = [self.text(self.programme.title), what]
        if self.draft:
            parts.append(self.gettext("DRAFT"))
        return " \u2013 ".join(part for part in parts if part)

    def set(
        self, text: str, style: Style, width_pt: float, leading: float, *, hyphens: bool = False
    ) -> Paragraph:
        """Break a text into lines."""
        return paragraph(
            runs(text, style), width_pt, leading, hyphenate=self.language if hyphens else ""
        )

    def frame(self, document: TaggedDocument, sheet: Sheet, number: int) -> None:
        """Draw head and foot of a page: what it is part of, its number, the version."""
        if self.draft:
            draw_mark(document, self.gettext("DRAFT"), WIDTH, HEIGHT)
        if sheet.bare:
            return
        small = Style(REGULAR, 8, SOFT)
        title = self.text(self.programme.title)
        with document.artifact("Pagination"):
            line(document, title, small, (LEFT, HEIGHT - 15 * MM), room=110 * MM)
            head = Style(SEMIBOLD, 8, SOFT)
            line(document, sheet.head, head, (RIGHT, HEIGHT - 15 * MM), room=60 * MM, end=True)
            line(document, self.issue, small, (LEFT, 12 * MM), room=70 * MM)
            if self.programme.fictitious:
                self.fictitious(document, WIDTH / 2, 12 * MM)
            line(document, str(number), Style(BOLD, 10, FIR), (RIGHT, 12 * MM), end=True)

    def fictitious(self, document: TaggedDocument, middle: float, base: float) -> None:
        """Draw the mark of a made-up programme, centred on `middle`."""
        style = Style(SEMIBOLD, 7.5, INK)
        words = self.gettext("Fictitious programme")
        wide = width(words, style.font, style.size_pt)
        box(document, (middle - wide / 2 - 6, base - 4, wide + 12, 14), HIGHLIGHT, radius=7)
        line(document, words, style, (middle - wide / 2, base))

    def heading_height(self, text: str, *, note: bool) -> float:
        """Return how far below TOP content begins under a heading."""
        return self.set(text, H1, RIGHT - LEFT, 30).height + (24 if note else 12)

    def heading(self, document: TaggedDocument, node: Node, text: str, note: str = "") -> float:
        """Draw the title of a page; return the height below which its content begins."""
        whole = self.set(text, H1, RIGHT - LEFT, 30)
        with document.tagged(node.add("H1")):
            ornament(document, whole, LEFT, TOP + 8)
        y = TOP + 8 - whole.height
        with document.artifact():
            box(document, (LEFT, y - 6, 16 * MM, 3.2), HIGHLIGHT)
        if note:
            small = self.set(note, Style(REGULAR, 9, SOFT), RIGHT - LEFT, 12)
            with document.tagged(node.add("P")):
                ornament(document, small, LEFT, y - 13)
        return TOP - self.heading_height(text, note=bool(note))


def draw_mark(document: TaggedDocument, word: str, wide: float, high: float) -> None:
    """Draw the stripe along the upper edge that says of a page that it is a draft."""
    style = Style(BOLD, 9, INK)
    size = width(word, style.font, style.size_pt)
    with document.artifact("Pagination"):
        box(document, (0, high - STRIPE, wide, STRIPE), HIGHLIGHT)
        for share in (1, 3, 5):
            line(document, word, style, (wide * share / 6 - size / 2, high - STRIPE + 4.4))


def line(
    document: TaggedDocument,
    text: str,
    style: Style,
    at: tuple[float, float],
    *,
    room: float = math.inf,
    end: bool = False,
) -> None:
    """Draw one line of text from (or, with `end`, up to) a point of its base line.

    What is longer than `room` is shortened with an ellipsis.
    """
    x, base = at
    whole = paragraph(runs(text, style), math.inf, style.size_pt)
    if whole.width > room:
        whole = paragraph(runs(shortened(text, style, room), style), math.inf, style.size_pt)
    left = x - whole.width if end else x
    ornament(document, whole, left, base + rise(style.size_pt, style.size_pt))


def box(
    document: TaggedDocument,
    area: tuple[float, float, float, float],
    colour: Colour,
    *,
    radius: float = 0,
    edge: Colour | None = None,
) -> None:
    """Fill an area, (left, bottom, width, height), its corners rounded by `radius`.

    `edge` draws a hair line around it, where the corners are round.
    """
    x, y, wide, high = area
    if not radius:
        document.literal(f"{colour.fill} {x:.2f} {y:.2f} {wide:.2f} {high:.2f} re f")
        return
    r = min(radius, wide / 2, high / 2)
    k = r * (1 - KAPPA)
    x1, y1 = x + wide, y + high
    path = [
        ("m", x + r, y),
        ("l", x1 - r, y),
        ("c", x1 - k, y, x1, y + k, x1, y + r),
        ("l", x1, y1 - r),
        ("c", x1, y1 - k, x1 - k, y1, x1 - r, y1),
        ("l", x + r, y1),
        ("c", x + k, y1, x, y1 - k, x, y1 - r),
        ("l", x, y + r),
        ("c", x, y + k, x + k, y, x + r, y),
    ]
    steps = [f"{' '.join(f'{value:.1f}' for value in points)} {step}" for step, *points in path]
    paint = f"{edge.fill.upper()} 0.5 w" if edge else ""
    document.literal(f"{colour.fill} {paint} {' '.join(steps)} {'b' if edge else 'f'}")


def bar(
    document: TaggedDocument, x: float, bottom: float, top: float, ink: Colour, wide: float = BAR
) -> None:
    """Draw an upright bar with round ends."""
    document.literal(
        f"q {ink.fill.upper()} {wide:g} w 1 J {x:.1f} {bottom:.1f} m {x:.1f} {top:.1f} l S Q"
    )


def rule(
    document: TaggedDocument,
    y: float,
    *,
    left: float = LEFT,
    right: float = RIGHT,
    weight: float = 0.5,
) -> None:
    """Draw a thin horizontal line, from margin to margin unless told otherwise."""
    box(document, (left, y - weight / 2, right - left, weight), HAIR)
