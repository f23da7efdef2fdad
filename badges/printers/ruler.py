"""The test page of a sheet: rulers, a cross at each card's corners, and how to measure. Tagged.

Two lines stand `LINE_MM` from the sheet's left and upper edges; what a ruler on the printed page
says instead is how far the printer is off. No I/O.
"""

from datetime import datetime
from io import BytesIO

from badges.layouts.models import Layout
from forum.core.i18n import Words, words
from forum.core.pdf import BOLD, HAIR, INK, LINE, MM, REGULAR, SEMIBOLD, SOFT, Colour
from forum.core.pdf_qr import qr_path
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Style, draw, paragraph, runs, typeset

LINE_MM = 20
CROSS_MM = 3
TICK_MM, FIVE_MM, TEN_MM = 1.6, 2.6, 4.2
LEADING = 1.3
INSET_MM = 10
QR_MM = 24
SMALLEST = 5.0


def page(
    layout: Layout,
    *,
    title: str,
    printer: str,
    code: str,
    language: str,
    made_at: datetime,
    offset_mm: tuple[float, float] = (0, 0),
) -> bytes:
    """Return the test page of a layout's sheet, for a printer of this name, already off by so much.

    `code` is what the QR code holds. Equal arguments give equal bytes.
    """
    said = words(language)
    out = BytesIO()
    sheet = layout.sheet
    document = TaggedDocument(
        out,
        size_mm=(sheet.width_mm, sheet.height_mm),
        title=title,
        language=language,
        made_at=made_at,
    )
    _Page(document, layout, said, offset_mm).draw(title, printer, code)
    document.save()
    return out.getvalue()


class _Page:
    """One page under way; places are millimetres from the sheet's upper left corner."""

    def __init__(
        self, document: TaggedDocument, layout: Layout, said: Words, offset_mm: tuple[float, float]
    ) -> None:
        self.document = document
        self.layout = layout
        self.said = said
        self.offset_mm = offset_mm
        self.wide, self.high = layout.sheet.width_mm, layout.sheet.height_mm

    def draw(self, title: str, printer: str, code: str) -> None:
        """Draw the page."""
        with self.document.artifact():
            self.crosses()
            self.rulers()
        self.words(title, printer, code)

    def stroke(
        self, colour: Colour, width_pt: float, *lines: tuple[float, float, float, float]
    ) -> None:
        """Draw lines, moved by the printer's offset."""
        right, down = self.offset_mm
        code = [f"q {colour.red:.3g} {colour.green:.3g} {colour.blue:.3g} RG {width_pt} w"]
        for x0, y0, x1, y1 in lines:
            code.append(
                f"{(x0 + right) * MM:.3f} {(self.high - y0 - down) * MM:.3f} m"
                f" {(x1 + right) * MM:.3f} {(self.high - y1 - down) * MM:.3f} l"
            )
        self.document.literal(" ".join([*code, "S Q"]))

    def crosses(self) -> None:
        """Draw each card's edges faintly, and a cross at each of its corners."""
        wide, high = self.layout.card_width_mm, self.layout.card_height_mm
        places = dict.fromkeys(
            (x + dx, y + dy)
            for x, y in self.layout.corners()
            for dx in (0, wide)
            for dy in (0, high)
        )
        edges = [
            edge
            for x, y in self.layout.corners()
            for edge in (
                (x, y, x + wide, y),
                (x, y + high, x + wide, y + high),
                (x, y, x, y + high),
                (x + wide, y, x + wide, y + high),
            )
        ]
        self.stroke(HAIR, 0.4, *edges)
        for x, y in places:
            self.stroke(
                INK, 0.5, (x - CROSS_MM, y, x + CROSS_MM, y), (x, y - CROSS_MM, x, y + CROSS_MM)
            )

    def rulers(self) -> None:
        """Draw the two lines that are measured, with a tick for each millimetre."""
        x, y = self.line_mm
        self.stroke(INK, 0.7, (x, 0, x, self.high), (0, y, self.wide, y))
        across = [(float(n), y, float(n), y + tick_mm(n)) for n in range(int(self.wide) + 1)]
        down = [(x, float(n), x + tick_mm(n), float(n)) for n in range(int(self.high) + 1)]
        self.stroke(LINE, 0.35, *across, *down)

    @property
    def line_mm(self) -> tuple[float, float]:
        """Where the two lines stand."""
        return min(LINE_MM, self.wide / 4), min(LINE_MM, self.high / 4)

    def words(self, title: str, printer: str, code: str) -> None:
        """Draw what is to be done, as large as the room beside the rulers lets it be."""
        x, y = (place + INSET_MM for place in self.line_mm)
        room = self.wide - x - INSET_MM
        paragraphs = self.paragraphs(title, printer)
        size = 11.0
        while True:
            texts = [
                paragraph(
                    runs(typeset(text, self.said.language), Style(font, size * scale, ink)),
                    room * MM,
                    size * scale * LEADING,
                )
                for _, text, font, scale, ink in paragraphs
            ]
            used = sum(text.height + size * 0.6 for text in texts) / MM
            if used + QR_MM <= self.high - y - INSET_MM or size <= SMALLEST:
                break
            size -= 0.5
        top = (self.high - y) * MM
        for (role, *_), text in zip(paragraphs, texts, strict=True):
            draw(self.document, self.document.root.add(role), text, x * MM, top)
            top -= text.height + size * 0.6
        self.code(code, x * MM, top)

    def code(self, code: str, left: float, top: float) -> None:
        """Draw the code that a phone or a scanner is tried with."""
        side = QR_MM * MM
        box = (left, top - side, left + side, top)
        alt = self.said.gettext("QR code to try phones and scanners with")
        figure: Node = self.document.root.add("Figure", alt=alt, box=box)
        with self.document.tagged(figure):
            self.document.literal(qr_path(code, x=left, y=top - side, size=side))

    def paragraphs(self, title: str, printer: str) -> list[tuple[str, str, str, float, Colour]]:
        """Return what is said: role, text, face, size over the usual one, and colour."""
        gettext = self.said.gettext
        x, y = self.line_mm
        right, down = self.offset_mm
        present = gettext(
            "Printer: %(printer)s. Its offsets, which this page has already: %(right)s mm to the"
            " right, %(down)s mm down."
        ) % {"printer": printer, "right": self.mm(right), "down": self.mm(down)}
        steps = [
            gettext("Print this page at 100 %, without “fit to page”, on the paper of the badges."),
            gettext(
                "Measure with a ruler from the paper’s left edge to the long upright line. It is"
                " to be %(mm)s mm."
            )
            % {"mm": self.mm(x)},
            gettext(
                "Measure from the paper’s upper edge to the long level line. It is to be %(mm)s mm."
            )
            % {"mm": self.mm(y)},
            gettext("Enter both measures on the printer’s page, and print this page again."),
            gettext("The crosses then stand on the corners of the cards."),
        ]
        return [
            ("H1", title, BOLD, 1.6, INK),
            ("P", present, SEMIBOLD, 1, INK),
            *(("P", f"{n}. {step}", REGULAR, 1, INK) for n, step in enumerate(steps, 1)),
            ("P", gettext("Scan the code to try phones and scanners:"), REGULAR, 0.9, SOFT),
        ]

    def mm(self, length: float) -> str:
        """Return a length in millimetres as the language writes it."""
        return f"{length:g}".replace(".", "," if self.said.language == "fr" else ".")


def tick_mm(n: int) -> float:
    """Return how long the tick of the n-th millimetre is."""
    return TEN_MM if n % 10 == 0 else FIVE_MM if n % 5 == 0 else TICK_MM
