"""One ticket on paper: an A4 page, tagged (PDF/UA-1), from values alone."""

from io import BytesIO

from badges.models import PaperTicket
from badges.qr import QUIET_ZONE, ticket_qr
from forum.core.font_coverage import printable
from forum.core.i18n import Words, words
from forum.core.pdf import BOLD, FIR, HIGHLIGHT, INK, MM, REGULAR, SEMIBOLD, SOFT, WHITE, Colour
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Style, draw, paragraph, runs, typeset

A4_MM = (210, 297)
LEFT, RIGHT, TOP = 20 * MM, 190 * MM, 297 * MM
BAND = 46 * MM
QR_MM = 74
"""More than twice what phones read at arm's length; the page may be printed smaller."""
GAP = 12 * MM
FAIR, SMALL = 14.0, 11.0
NAME_SIZES = (26.0, 22.0, 18.0, 15.0)
LONGEST_NAME = 3


def render(ticket: PaperTicket) -> bytes:
    """Return the page; equal tickets give equal bytes.

    Raises:
        ValueError: the token is no token.
    """
    return _Page(ticket).drawn()


class _Page:
    """Draws one ticket from the top downwards."""

    def __init__(self, ticket: PaperTicket) -> None:
        self.ticket = ticket
        self.said: Words = words(ticket.language)
        self.out = BytesIO()
        self.document = TaggedDocument(
            self.out,
            size_mm=A4_MM,
            title=f"{self.said.gettext('Ticket')} {ticket.reference}",
            language=ticket.language,
            author=ticket.title,
            made_at=ticket.made_at,
        )
        self.root = self.document.root

    def drawn(self) -> bytes:
        """Return the file."""
        ticket, root = self.ticket, self.root
        self._band()
        top = TOP - BAND - GAP
        self._symbol(top)
        x = LEFT + QR_MM * MM + GAP
        below = self._name(x, top)
        if ticket.organisation:
            below = self._set(root.add("P"), ticket.organisation, (x, below), REGULAR, FAIR)
        below -= 5 * MM
        for label, value in (
            (self.said.gettext("Category"), ticket.category),
            (self.said.gettext("Days"), ticket.days),
            (self.said.gettext("Venue"), ticket.venue),
        ):
            if value:
                below = self._fact(label, value, (x, below))
        self._notes(min(below, top - QR_MM * MM - 14 * MM) - GAP)
        self.document.save()
        return self.out.getvalue()

    def _band(self) -> None:
        with self.document.artifact("Background"):
            self._fill(FIR, 0, TOP - BAND, 210 * MM, BAND)
            self._fill(HIGHLIGHT, 0, TOP - BAND, 210 * MM, 2 * MM)
        top = TOP - 12 * MM
        for size in NAME_SIZES:
            text = self._lines(self.ticket.title, BOLD, size, WHITE, RIGHT - LEFT)
            if text.height <= BAND - 20 * MM:
                break
        draw(self.document, self.root.add("H1"), text, LEFT, top)

    def _symbol(self, top: float) -> None:
        """Draw the QR code, its quiet zone inside the frame, and the reference below."""
        side = QR_MM * MM
        box = (LEFT, top - side, LEFT + side, top)
        figure = self.root.add("Figure", alt=self.said.gettext("QR code of the ticket"), box=box)
        rows = ticket_qr(self.ticket.token).rows()
        module = side / (len(rows) + 2 * QUIET_ZONE)
        code = ["0 0 0 rg"]
        for n, row in enumerate(rows):
            bottom = top - (n + 1 + QUIET_ZONE) * module
            code += [
                f"{LEFT + (QUIET_ZONE + start) * module:.3f} {bottom:.3f}"
                f" {length * module:.3f} {module:.3f} re"
                for start, length in _dark(row)
            ]
        with self.document.tagged(figure):
            self.document.literal("\n".join([*code, "f"]))
        reference = self._lines(self.ticket.reference, BOLD, 18.0, INK, side)
        left = LEFT + (side - reference.width) / 2
        draw(self.document, self.root.add("P"), reference, left, top - side)

    def _name(self, x: float, top: float) -> float:
        """Draw the name as large as three lines allow; return where it ends."""
        name = f"{self.ticket.given_name} {self.ticket.family_name}"
        for size in NAME_SIZES:
            text = self._lines(name, BOLD, size, INK, RIGHT - x)
            if text.whole and len(text.lines) <= LONGEST_NAME:
                break
        draw(self.document, self.root.add("H2"), text, x, top - 2 * MM)
        return top - 2 * MM - text.height - 2 * MM

    def _fact(self, label: str, value: str, at: tuple[float, float]) -> float:
        node = self.root.add("P")
        below = self._set(node, label, at, SEMIBOLD, SMALL, SOFT)
        return self._set(node, value, (at[0], below), REGULAR, FAIR) - 3 * MM

    def _notes(self, top: float) -> None:
        with self.document.artifact():
            self._fill(SOFT, LEFT, top, RIGHT - LEFT, 0.5)
        notes = [
            self.said.gettext("Show this code at the entrance, on paper or on your screen."),
            self.said.gettext("It lets one person in: give a copy to nobody."),
        ]
        if self.ticket.contact:
            said = self.said.gettext("A question? %(contact)s")
            notes.append(said % {"contact": self.ticket.contact})
        below = top - 6 * MM
        for note in notes:
            below = self._set(self.root.add("P"), note, (LEFT, below), REGULAR, FAIR) - 2 * MM

    def _set(
        self,
        node: Node,
        text: str,
        at: tuple[float, float],
        font: str,
        size: float,
        colour: Colour = INK,
    ) -> float:
        """Draw a text from a left end and a top; return where it ends."""
        x, top = at
        lines = self._lines(text, font, size, colour, RIGHT - x)
        draw(self.document, node, lines, x, top)
        return top - lines.height

    def _lines(self, text: str, font: str, size: float, colour: Colour, room: float) -> Paragraph:
        whole = typeset(printable(text), self.ticket.language)
        return paragraph(runs(whole, Style(font, size, colour)), room, size * 1.35)

    def _fill(self, colour: Colour, x: float, y: float, width: float, height: float) -> None:
        self.document.literal(f"{colour.fill} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")


def _dark(row: str) -> list[tuple[int, int]]:
    """Return the runs of dark modules in a row: first module and length."""
    found, start = [], 0
    for part in row.replace("01", "0 1").replace("10", "1 0").split(" "):
        if part[0] == "1":
            found.append((start, len(part)))
        start += len(part)
    return found
