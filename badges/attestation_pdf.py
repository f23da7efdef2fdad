"""Attestations, of presence and of speaking, on paper: an A4 page each, tagged (PDF/UA-1)."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, NamedTuple

from badges.models import Attestation, Certificate, Signed
from forum.core.i18n import Words, words
from forum.core.pdf import BOLD, FIR, HIGHLIGHT, INK, LINE, MM, REGULAR, SEMIBOLD, SOFT, Colour
from forum.core.pdf_flow import FlowingDocument
from forum.core.pdf_qr import qr_path
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Style, draw, one_line, paragraph, runs, typeset

A4_MM = (210, 297)
LEFT, RIGHT, TOP, BOTTOM = 25 * MM, 185 * MM, 297 * MM, 16 * MM
BAND = 6 * MM
QR = 40 * MM
GAP = 7 * MM
BULLET = "• "
SCALES = (1.0, 0.93, 0.86, 0.79, 0.72, 0.65, 0.58, 0.5, 0.4, 0.3)
"""Tried in this order: what does not fit on the page is set smaller, and nothing is left out."""
SMALLER = (1.0, 0.85, 0.7, 0.55)
LEADING = 1.35
CELL = 3.2
"""The white above and below a text in a table, in points."""
PRESENT = (0.52, 0.16, 0.16, 0.16)
SPOKEN = (0.42, 0.14, 0.28, 0.16)
"""The columns of the tables, as parts of the page."""


class Line(NamedTuple):
    """A paragraph of the page: its role, its look, and the white above it, in points.

    A row of a table (`TR`) has its texts in `cells`, and in `widths` their parts of the page;
    `head` says that it names the columns.
    """

    role: str
    text: str
    font: str = REGULAR
    size: float = 11.5
    colour: Colour = INK
    above: float = 3.0
    cells: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    head: bool = False


class Set(NamedTuple):
    """A line that is set: its paragraphs, one unless it is a row of a table, and its height."""

    texts: list[Paragraph]
    height: float


class Papers:
    """A document of papers, a page each, which are in `out` as soon as there are some more.

    `title` and `language` are the document's; a page in another language says so.
    """

    def __init__(
        self, out: BinaryIO, *, title: str, author: str, language: str, made_at: datetime
    ) -> None:
        self.language = language
        self.count = 0
        self.document = FlowingDocument(
            out, size_mm=A4_MM, title=title, language=language, author=author, made_at=made_at
        )

    def add(self, one: Signed, *, named: bool = True) -> None:
        """Draw a paper on the next page; `named`: it has a bookmark."""
        document = self.document
        if named:
            document.target(f"p{self.count}", TOP)
            document.bookmark(_name(one), f"p{self.count}", 0)
        self.count += 1
        other = one.language if one.language != self.language else ""
        root = document.root.add("Sect", language=other)
        page = _Spoken if isinstance(one, Certificate) else _Present
        page(document, root, one).draw()
        document.finish_part()

    def end(self) -> None:
        """Write what all papers share."""
        self.document.save()


def render(
    papers: Sequence[Signed],
    *,
    title: str,
    author: str,
    language: str,
    made_at: datetime,
) -> bytes:
    """Return the pages in order; equal values give equal bytes.

    Several pages have bookmarks by name.
    """
    out = BytesIO()
    drawn = Papers(out, title=title, author=author, language=language, made_at=made_at)
    for one in papers:
        drawn.add(one, named=len(papers) > 1)
    drawn.end()
    return out.getvalue()


def _name(one: Signed) -> str:
    if isinstance(one, Certificate):
        return one.name
    return f"{one.given_name} {one.family_name}"


class _Page:
    """Draws one page from the top downwards, the way to check it at the foot."""

    def __init__(self, document: TaggedDocument, root: Node, one: Signed) -> None:
        self.document, self.root, self.issued = document, root, one
        self.said: Words = words(one.language)

    def draw(self) -> None:
        """Draw the page."""
        with self.document.artifact("Background"):
            self._fill(FIR, 0, TOP - BAND, 210 * MM, BAND)
            self._fill(HIGHLIGHT, 0, TOP - BAND - 0.8 * MM, 210 * MM, 0.8 * MM)
        top = TOP - BAND - 12 * MM
        lines, foot = [line for line in self._lines() if line.text], self._foot()
        for scale in SCALES:
            set_lines = [self._set(line, RIGHT - LEFT, scale) for line in lines]
            set_foot = [self._set(line, RIGHT - LEFT - QR - GAP, scale) for line in foot]
            low = max(QR, _height(foot, set_foot, scale)) + BOTTOM + GAP
            if top - _height(lines, set_lines, scale) >= low + GAP:
                break
        self._draw_lines(lines, set_lines, scale, top)
        self._draw_foot(foot, set_foot, scale, low)

    # What it says

    def _lines(self) -> list[Line]:
        raise NotImplementedError

    def _certify(self) -> list[Line]:
        """Return the lines that say who certifies."""
        one, said = self.issued, self.said
        certify = said.gettext("The organisers of “%(title)s” certify that") % {"title": one.title}
        if one.organiser:
            certify = said.gettext("%(organiser)s, organiser of “%(title)s”, certifies that") % {
                "organiser": one.organiser,
                "title": one.title,
            }
        return [
            Line("P", one.organiser, SEMIBOLD, 11.5, INK, 3),
            Line("P", one.legal, REGULAR, 9.5, SOFT, 1),
            Line("P", certify, above=18),
        ]

    def _person(self) -> list[Line]:
        one = self.issued
        return [
            Line("P", _name(one), BOLD, 21, INK, 8),
            Line("P", one.job_title, REGULAR, 12.5, INK, 4),
            Line("P", one.organisation, REGULAR, 12.5, INK, 2),
        ]

    def _facts(self, *more: tuple[str, str]) -> list[Line]:
        one, said = self.issued, self.said
        facts = [
            (said.gettext("Dates"), one.dates),
            (said.gettext("Venue"), one.venue),
            *more,
        ]
        label = said.gettext("%(label)s: %(value)s")
        return [
            Line("P", label % {"label": name, "value": value}, above=5 if number else 14)
            for number, (name, value) in enumerate(facts)
            if value
        ]

    def _issued(self) -> list[Line]:
        one, said = self.issued, self.said
        text = said.gettext("Issued on %(date)s, to serve where it is needed.")
        if one.place:
            text = said.gettext("Issued at %(place)s on %(date)s, to serve where it is needed.")
        return [
            Line("P", text % {"date": one.issued_on, "place": one.place}, above=18),
            Line("P", one.signatory, SEMIBOLD, 11.5, INK, 6),
        ]

    def _foot(self) -> list[Line]:
        one, said = self.issued, self.said
        lines = [
            Line("H2", said.gettext("Check this attestation"), BOLD, 12, FIR, 0),
            Line("P", said.gettext("Scan this code, or type it at this address:"), size=10),
            Line("Link", one.address, SEMIBOLD, 10, FIR, 2),
            Line("P", one.code, BOLD, 12, INK, 6),
        ]
        if one.contact:
            asked = said.gettext("A question? %(contact)s") % {"contact": one.contact}
            lines.append(Line("P", asked, REGULAR, 10, SOFT, 6))
        return lines

    # Drawing

    def _draw_lines(self, lines: list[Line], texts: list[Set], scale: float, top: float) -> None:
        listed: Node | None = None
        before = ""
        for line, text in zip(lines, texts, strict=True):
            top -= line.above * scale
            if line.role in ("LBody", "TR"):
                if line.role != before or listed is None:
                    listed = self.root.add("L" if line.role == "LBody" else "Table")
                if line.role == "TR":
                    self._draw_row(listed.add("TR"), line, text, top, scale)
                else:
                    node = listed.add("LI").add("LBody")
                    draw(self.document, node, text.texts[0], LEFT, top)
            else:
                draw(self.document, self.root.add(line.role), text.texts[0], LEFT, top)
            top -= text.height
            before = line.role

    def _draw_row(self, row: Node, line: Line, text: Set, top: float, scale: float) -> None:
        left = LEFT
        for cell, part in zip(text.texts, line.widths, strict=True):
            node = row.add("TH", scope="Column") if line.head else row.add("TD")
            draw(self.document, node, cell, left, top - CELL * scale)
            left += part * (RIGHT - LEFT)
        with self.document.artifact():
            self._fill(FIR if line.head else LINE, LEFT, top - text.height, RIGHT - LEFT, 0.5)

    def _draw_foot(self, lines: list[Line], texts: list[Set], scale: float, top: float) -> None:
        with self.document.artifact():
            self._fill(LINE, LEFT, top, RIGHT - LEFT, 0.7)
        top -= GAP
        box = (LEFT, top - QR, LEFT + QR, top)
        alt = self.said.gettext("QR code that opens the page which checks this attestation")
        figure = self.root.add("Figure", alt=alt, box=box)
        with self.document.tagged(figure):
            self.document.literal(qr_path(self.issued.link, x=LEFT, y=top - QR, size=QR))
        left = LEFT + QR + GAP
        for line, (some, height) in zip(lines, texts, strict=True):
            text = some[0]
            top -= line.above * scale
            node = self.root.add("P")
            if line.role != "Link":
                node.role = line.role
                draw(self.document, node, text, left, top)
            else:
                link = node.add("Link")
                draw(self.document, link, text, left, top)
                rect = (left, top - height, left + text.width, top)
                self.document.web_link(link, rect, line.text, self.issued.address)
            top -= height

    def _set(self, line: Line, room: float, scale: float) -> Set:
        """Set a line: one paragraph, or those of a table's row."""
        if not line.cells:
            text = self._paragraph(line.text, line, room, scale)
            return Set([text], text.height)
        texts = [
            self._paragraph(cell, line, part * room - CELL, scale)
            for cell, part in zip(line.cells, line.widths, strict=True)
        ]
        return Set(texts, max(one.height for one in texts) + 2 * CELL * scale)

    def _paragraph(self, said: str, line: Line, room: float, scale: float) -> Paragraph:
        language = self.issued.language
        return _set_text(said, line.font, line.size * scale, line.colour, room, language)

    def _fill(self, colour: Colour, x: float, y: float, width: float, height: float) -> None:
        self.document.literal(f"{colour.fill} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")


class _Present(_Page):
    """The attestation of somebody who was there."""

    issued: Attestation

    def _lines(self) -> list[Line]:
        one, said = self.issued, self.said
        return [
            Line("P", one.title, SEMIBOLD, 13, FIR, 0),
            Line("H1", said.gettext("Attestation of presence"), BOLD, 27, INK, 16),
            *self._certify(),
            *self._person(),
            Line("P", said.gettext("took part in this event."), above=12),
            *self._facts((said.gettext("Registration"), one.reference)),
            *(self._times() if one.times else self._days()),
            *self._sessions(),
            *self._issued(),
        ]

    def _days(self) -> list[Line]:
        return [
            Line("H2", self.said.gettext("Days present"), BOLD, 14, FIR, 18),
            *(Line("LBody", BULLET + day, REGULAR, 12, INK, 5) for day in self.issued.presences),
            Line("P", self._hours_of_days(), REGULAR, 9.5, SOFT, 8),
        ]

    def _hours_of_days(self) -> str:
        return self.said.gettext(
            "Hours at which the badge was read at the doors, in local time."
            " Without an hour of departure, none was read."
        )

    def _times(self) -> list[Line]:
        one, said = self.issued, self.said
        heads = (
            said.gettext("Half-day"),
            said.gettext("Entry"),
            said.gettext("Departure"),
            said.gettext("Duration"),
        )
        rows = [(time.when, time.since, time.until, time.length) for time in one.times]
        return [
            Line("H2", said.gettext("Hours of presence"), BOLD, 14, FIR, 16),
            _row(heads, SEMIBOLD, 10, head=True),
            *(_row(cells, REGULAR, 10.5) for cells in rows),
            Line("P", one.total, BOLD, 12, INK, 6),
            Line("P", self._meaning(), REGULAR, 9, SOFT, 5),
        ]

    def _meaning(self) -> str:
        """Return how the hours were found, as a training office needs to know."""
        return self.said.gettext(
            "Durations run, for each half-day, from the first entry to the last departure of the"
            " badge read at the doors, in local time. * Hour of the half-day in the programme, used"
            " where none was read: the person was in the building already, or no departure was"
            " read before the half-day ended."
        )

    def _sessions(self) -> list[Line]:
        one, said = self.issued, self.said
        if not one.sessions:
            return []
        return [
            Line("H2", said.gettext("Sessions attended"), BOLD, 12, FIR, 12),
            *(Line("LBody", BULLET + text, REGULAR, 10, INK, 3) for text in one.sessions),
        ]


class _Spoken(_Page):
    """The certificate of somebody who spoke."""

    issued: Certificate

    def _lines(self) -> list[Line]:
        one, said = self.issued, self.said
        heads = (
            said.gettext("Session"),
            said.gettext("Role"),
            said.gettext("When"),
            said.gettext("Where"),
        )
        return [
            Line("P", one.title, SEMIBOLD, 13, FIR, 0),
            Line("H1", said.gettext("Certificate of speaking"), BOLD, 27, INK, 16),
            *self._certify(),
            *self._person(),
            Line("P", said.gettext("spoke, or had a part, in the sessions below."), above=12),
            *self._facts(),
            Line("H2", said.gettext("Sessions"), BOLD, 14, FIR, 16),
            _row(heads, SEMIBOLD, 10, head=True, widths=SPOKEN),
            *(_row(cells, REGULAR, 10.5, widths=SPOKEN) for cells in one.parts),
            *self._issued(),
        ]


@lru_cache(1_000)
def _set_text(
    said: str, face: str, size: float, colour: Colour, room: float, language: str
) -> Paragraph:
    """Set a text; one with a word too wide for the page is smaller, at last broken in it.

    Most of what a page says stands on all others too.
    """
    whole = typeset(one_line(said), language)
    for smaller in SMALLER:
        style = Style(face, size * smaller, colour)
        text = paragraph(runs(whole, style), room, size * smaller * LEADING)
        if text.whole:
            break
    return text


def _row(
    cells: tuple[str, ...],
    font: str,
    size: float,
    *,
    head: bool = False,
    widths: tuple[float, ...] = PRESENT,
) -> Line:
    colour = FIR if head else INK
    return Line("TR", " ".join(cells), font, size, colour, 0, cells, widths, head)


def _height(lines: list[Line], texts: list[Set], scale: float) -> float:
    """Return what lines take with the white above them."""
    above = sum(line.above for line in lines) * scale
    return above + sum(text.height for text in texts)
