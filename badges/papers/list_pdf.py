"""Lists of people by letter on paper, to tick: for the desk, and of who is in the building."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from badges.papers.frame import BOTTOM, LEFT, RIGHT, TOP, Ink, Paper
from badges.papers.models import Listed, PeopleList, Queue
from forum.core.i18n import Words, words
from forum.core.pdf import BOLD, FIR, HAIR, INK, MM, SEMIBOLD, SOFT
from forum.core.pdf_tags import Node
from forum.core.pdf_text import NBSP, Paragraph

COLUMNS = 2
BETWEEN = 8 * MM
WIDTH = (RIGHT - LEFT - BETWEEN) / COLUMNS
TICK = 3.6 * MM
INDENT = TICK + 2.4 * MM
PAD = 0.8 * MM
INITIAL = Ink(BOLD, 15, FIR)
INITIAL_HEIGHT = 8.4 * MM
NAME = Ink(SEMIBOLD, 10.5)
REFERENCE = 20 * MM
"""What the reference takes at the right of the name."""
SMALL = Ink(size=8, colour=SOFT)
LABEL = 8 * MM
LEAST_ROWS = 2
"""So many rows at least follow a letter in its column."""
FROM_LETTERS = 30
"""So many people are listed under big letters; a shorter list stays whole."""


class _Row(NamedTuple):
    """A person, set: the name with the reference beside it, and what stands under it."""

    name: Paragraph
    reference: Paragraph
    under: Paragraph
    height: float


class _Section(NamedTuple):
    """The rows under one letter; '' has none above it."""

    letter: str
    rows: list[_Row]


class _Piece(NamedTuple):
    """A part of a section in a column: `again` says that it goes on from the column before."""

    letter: str
    rows: Sequence[_Row]
    again: bool


Column = list[_Piece]


class _Page(NamedTuple):
    """A page: its columns, and what queue or part of the list it belongs to."""

    label: str
    columns: list[Column]


def render(one: PeopleList) -> bytes:
    """Return the list; equal values give equal bytes."""
    return _Drawn(one).draw()


class _Drawn:
    """Sets a list into columns and draws it."""

    def __init__(self, one: PeopleList) -> None:
        self.one = one
        self.said: Words = words(one.language)
        self.document = Paper(
            title=f"{one.heading}, {one.title}",
            author=one.title,
            language=one.language,
            made_at=one.made_at,
        )
        self._label = ""
        self._list: Node | None = None

    def draw(self) -> bytes:
        """Draw every page."""
        head = self._head()
        first = TOP - BOTTOM - _height(head) - 4 * MM
        others = TOP - BOTTOM - 10 * MM
        parts = [*self.one.queues]
        if self.one.more:
            parts.append(Queue(label=self.one.more_heading, people=self.one.more))
        pages: list[_Page] = []
        for part in parts:
            sections = self._sections(part.people, lettered=part.people is not self.one.more)
            label = LABEL if part.label else 0
            rooms = _rooms(others if pages else first - label, others)
            pages += [_Page(part.label, some) for some in _paged(sections, rooms, self.one.breaks)]
        pages = pages or [_Page("", [])]
        for number, page in enumerate(pages, start=1):
            self._begin(number, len(pages))
            top = self._draw_head(head) if number == 1 else TOP
            top = self._draw_label(page.label, top, number)
            self._draw_columns(page, top)
        if self.one.foot:
            self._draw_foot()
        return self.document.finished()

    def _begin(self, number: int, count: int) -> None:
        said = self.said
        left = said.gettext("%(title)s · %(heading)s · %(when)s") % {
            "title": self.one.title,
            "heading": self.one.heading,
            "when": self.one.printed,
        }
        self.document.begin(
            left, said.gettext("Page %(number)d of %(count)d") % {"number": number, "count": count}
        )

    # The head

    def _head(self) -> list[tuple[str, Paragraph, float]]:
        wide, set_ = RIGHT - LEFT, self.document.set
        return [
            ("P", set_(self.one.title, Ink(SEMIBOLD, 10.5, FIR), wide), 0.0),
            ("H1", set_(self.one.heading, Ink(BOLD, 21), wide), 2.0),
            *(("P", set_(line, Ink(size=10.5), wide), 1.0) for line in self.one.lines),
        ]

    def _draw_head(self, lines: list[tuple[str, Paragraph, float]]) -> float:
        top = TOP
        for role, text, above in lines:
            top -= above
            self.document.written_at(self.document.root.add(role), text, LEFT, top)
            top -= text.height
        return top - 4 * MM

    def _draw_label(self, label: str, top: float, number: int) -> float:
        """Draw which part of the list a page has."""
        before, self._label = self._label, label
        if not label:
            return top - (0 if number == 1 else 2 * MM)
        text = self.document.set(label, Ink(SEMIBOLD, 12, INK), RIGHT - LEFT)
        new = label != before
        node = self.document.root.add("H2") if new else None
        self.document.written_at(node, text, LEFT, top)
        if new:
            key = f"q{number}"
            self.document.target(key, top)
            self.document.bookmark(label, key, 0)
        return top - text.height - 1.5 * MM

    def _draw_foot(self) -> None:
        text = self.document.set(self.one.foot, Ink(size=8, colour=SOFT), RIGHT - LEFT)
        self.document.written_at(self.document.root.add("P"), text, LEFT, BOTTOM - 0.5 * MM)

    # Setting

    def _sections(self, people: Sequence[Listed], *, lettered: bool) -> list[_Section]:
        if not lettered or (len(people) < FROM_LETTERS and self.one.breaks == "line"):
            return [_Section("", [self._row(one) for one in people])] if people else []
        return [
            _Section(letter, [self._row(one) for one in some])
            for letter, some in groupby(people, key=lambda one: one.letter)
        ]

    def _row(self, one: Listed) -> _Row:
        room, set_ = WIDTH - INDENT, self.document.set
        who = f"{one.family_name} {one.given_name}"
        name = set_(who, NAME, room - REFERENCE, whole=True)
        reference = set_(one.reference, SMALL, REFERENCE, whole=True)
        under = set_(f"{NBSP}· ".join(self._under(one)), SMALL, room, whole=True)
        return _Row(name, reference, under, name.height + under.height + 2 * PAD)

    def _under(self, one: Listed) -> list[str]:
        said = [one.organisation, one.category, one.note]
        if self.one.with_badges and not one.printed:
            said.append(self.said.gettext("badge to print").replace(" ", NBSP))
        return [text for text in said if text]

    # Drawing

    def _draw_columns(self, page: _Page, top: float) -> None:
        for number, column in enumerate(page.columns):
            left = LEFT + number * (WIDTH + BETWEEN)
            height = top
            for piece in column:
                height = self._draw_piece(piece, left, height)

    def _draw_piece(self, piece: _Piece, left: float, top: float) -> float:
        document = self.document
        if piece.letter:
            text = document.set(piece.letter, INITIAL, WIDTH, whole=True)
            node = None if piece.again else document.root.add("H2" if not self._label else "H3")
            document.written_at(node, text, left, top)
            if not piece.again:
                self._bookmark(piece.letter, top)
            document.rule(left, top - INITIAL_HEIGHT + 0.9 * MM, WIDTH, FIR)
            top -= INITIAL_HEIGHT
        if not piece.again or self._list is None:
            self._list = document.root.add("L")
        for row in piece.rows:
            self._draw_row(self._list, row, left, top)
            top -= row.height
        return top

    def _bookmark(self, letter: str, top: float) -> None:
        key = f"l{self._label}{letter}"
        self.document.target(key, top)
        self.document.bookmark(letter, key, 1 if self._label else 0)

    def _draw_row(self, listed: Node, row: _Row, left: float, top: float) -> None:
        document = self.document
        body = listed.add("LI").add("LBody")
        with document.artifact():
            document.box(left + 0.4, top - PAD - 0.8 * MM - TICK, TICK, TICK, thick=0.9)
        top -= PAD
        document.written_at(body, row.name, left + INDENT, top)
        beside = left + WIDTH - row.reference.width
        document.written_at(body, row.reference, beside, top - NAME.size + SMALL.size)
        document.written_at(body, row.under, left + INDENT, top - row.name.height)
        bottom = top - row.name.height - row.under.height - PAD
        document.rule(left, bottom, WIDTH, HAIR)


def _rooms(first: float, others: float) -> Iterator[float]:
    """Yield the room of each column: those of the first page, then those of all others."""
    for _ in range(COLUMNS):
        yield first
    while True:
        yield others


def _paged(
    sections: Sequence[_Section], rooms: Iterator[float], breaks: str
) -> Iterator[list[Column]]:
    """Yield the columns of each page; a letter begins where `breaks` says."""
    columns: list[Column] = []
    column: Column = []
    room = next(rooms)
    for section in sections:
        needed = _head_of(section) + sum(row.height for row in section.rows[:LEAST_ROWS])
        if column and (breaks == "page" or room < needed):
            columns.append(column)
            column, room = [], next(rooms)
        if breaks == "page" and len(columns) % COLUMNS:
            columns.append([])
            room = next(rooms)
        start, again = 0, False
        room -= _head_of(section)
        for number, row in enumerate(section.rows):
            if room < row.height and number > start:
                column.append(_Piece(section.letter, section.rows[start:number], again))
                columns.append(column)
                column, room = [], next(rooms) - _head_of(section)
                start, again = number, True
            room -= row.height
        column.append(_Piece(section.letter, section.rows[start:], again))
    if column:
        columns.append(column)
    for start in range(0, len(columns), COLUMNS):
        yield columns[start : start + COLUMNS]


def _head_of(section: _Section) -> float:
    return INITIAL_HEIGHT if section.letter else 0


def _height(lines: Sequence[tuple[str, Paragraph, float]]) -> float:
    return sum(text.height + above for _, text, above in lines)
