"""Attestations of presence on paper: an A4 page for each, tagged (PDF/UA-1), from values alone."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import NamedTuple

from badges.models import Attestation
from badges.printing.sheets import printable
from forum.core.i18n import Words, words
from forum.core.pdf import BOLD, FIR, HIGHLIGHT, INK, LINE, MM, REGULAR, SEMIBOLD, SOFT, Colour
from forum.core.pdf_qr import qr_path
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Style, draw, paragraph, runs, typeset

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


class Line(NamedTuple):
    """A paragraph of the page: its role, its look, and the white above it, in points."""

    role: str
    text: str
    font: str = REGULAR
    size: float = 11.5
    colour: Colour = INK
    above: float = 3.0


def render(
    attestations: Sequence[Attestation],
    *,
    title: str,
    author: str,
    language: str,
    made_at: datetime,
) -> bytes:
    """Return the pages in order; equal attestations give equal bytes.

    `title` and `language` are the document's; a page in another language says so. Several pages
    have bookmarks by name.
    """
    out = BytesIO()
    document = TaggedDocument(
        out, size_mm=A4_MM, title=title, language=language, author=author, made_at=made_at
    )
    for number, one in enumerate(attestations):
        if number:
            document.showPage()
        if len(attestations) > 1:
            document.target(f"p{number}", TOP)
            document.bookmark(f"{one.given_name} {one.family_name}", f"p{number}", 0)
        other = one.language if one.language != language else ""
        _Page(document, document.root.add("Sect", language=other), one).draw()
    document.save()
    return out.getvalue()


class _Page:
    """Draws one attestation from the top downwards, the way to check it at the foot."""

    def __init__(self, document: TaggedDocument, root: Node, one: Attestation) -> None:
        self.document, self.root, self.one = document, root, one
        self.said: Words = words(one.language)

    def draw(self) -> None:
        """Draw the page."""
        with self.document.artifact("Background"):
            self._fill(FIR, 0, TOP - BAND, 210 * MM, BAND)
            self._fill(HIGHLIGHT, 0, TOP - BAND - 0.8 * MM, 210 * MM, 0.8 * MM)
        top = TOP - BAND - 12 * MM
        lines, foot = self._lines(), self._foot()
        for scale in SCALES:
            set_lines = [self._set(line, RIGHT - LEFT, scale) for line in lines]
            set_foot = [self._set(line, RIGHT - LEFT - QR - GAP, scale) for line in foot]
            low = max(QR, _height(foot, set_foot, scale)) + BOTTOM + GAP
            if top - _height(lines, set_lines, scale) >= low + GAP:
                break
        self._draw_lines(lines, set_lines, scale, top)
        self._draw_foot(foot, set_foot, scale, low)

    def _lines(self) -> list[Line]:
        one, said = self.one, self.said
        certify = said.gettext("The organisers of “%(title)s” certify that") % {"title": one.title}
        lines = [
            Line("P", one.title, SEMIBOLD, 13, FIR, 0),
            Line("H1", said.gettext("Attestation of presence"), BOLD, 27, INK, 22),
            Line("P", certify, above=24),
            Line("P", f"{one.given_name} {one.family_name}", BOLD, 21, INK, 8),
            Line("P", one.job_title, REGULAR, 12.5, INK, 4),
            Line("P", one.organisation, REGULAR, 12.5, INK, 2),
            Line("P", said.gettext("took part in this event."), above=12),
            *self._facts(),
            Line("H2", said.gettext("Days present"), BOLD, 14, FIR, 18),
            *(Line("LBody", BULLET + day, REGULAR, 12, INK, 5) for day in one.presences),
            Line("P", self._hours(), REGULAR, 9.5, SOFT, 8),
            Line("P", self._issued(), above=20),
        ]
        return [line for line in lines if line.text]

    def _facts(self) -> list[Line]:
        one, said = self.one, self.said
        facts = [
            (said.gettext("Dates"), one.dates),
            (said.gettext("Venue"), one.venue),
            (said.gettext("Registration"), one.reference),
        ]
        label = said.gettext("%(label)s: %(value)s")
        return [
            Line("P", label % {"label": name, "value": value}, above=5 if number else 14)
            for number, (name, value) in enumerate(facts)
            if value
        ]

    def _hours(self) -> str:
        return self.said.gettext(
            "Hours at which the badge was read at the doors, in local time."
            " Without an hour of departure, none was read."
        )

    def _issued(self) -> str:
        said = self.said.gettext("Issued on %(date)s, to serve where it is needed.")
        return said % {"date": self.one.issued_on}

    def _foot(self) -> list[Line]:
        one, said = self.one, self.said
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

    def _draw_lines(
        self, lines: list[Line], texts: list[Paragraph], scale: float, top: float
    ) -> None:
        days: Node | None = None
        for line, text in zip(lines, texts, strict=True):
            top -= line.above * scale
            if line.role == "LBody":
                days = days or self.root.add("L")
                node = days.add("LI").add("LBody")
            else:
                node = self.root.add(line.role)
            draw(self.document, node, text, LEFT, top)
            top -= text.height

    def _draw_foot(
        self, lines: list[Line], texts: list[Paragraph], scale: float, top: float
    ) -> None:
        with self.document.artifact():
            self._fill(LINE, LEFT, top, RIGHT - LEFT, 0.7)
        top -= GAP
        box = (LEFT, top - QR, LEFT + QR, top)
        alt = self.said.gettext("QR code that opens the page which checks this attestation")
        figure = self.root.add("Figure", alt=alt, box=box)
        with self.document.tagged(figure):
            self.document.literal(qr_path(self.one.link, x=LEFT, y=top - QR, size=QR))
        left = LEFT + QR + GAP
        for line, text in zip(lines, texts, strict=True):
            top -= line.above * scale
            node = self.root.add("P")
            if line.role != "Link":
                node.role = line.role
                draw(self.document, node, text, left, top)
            else:
                link = node.add("Link")
                draw(self.document, link, text, left, top)
                rect = (left, top - text.height, left + text.width, top)
                self.document.web_link(link, rect, line.text, self.one.address)
            top -= text.height

    def _set(self, line: Line, room: float, scale: float) -> Paragraph:
        """Set a line; one with a word too wide for the page is smaller, at last broken in it."""
        whole = typeset(printable(line.text), self.one.language)
        for smaller in SMALLER:
            size = line.size * scale * smaller
            style = Style(line.font, size, line.colour)
            text = paragraph(runs(whole, style), room, size * LEADING)
            if text.whole:
                break
        return text

    def _fill(self, colour: Colour, x: float, y: float, width: float, height: float) -> None:
        self.document.literal(f"{colour.fill} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")


def _height(lines: list[Line], texts: list[Paragraph], scale: float) -> float:
    """Return what lines take with the white above them."""
    above = sum(line.above for line in lines) * scale
    return above + sum(text.height for text in texts)
