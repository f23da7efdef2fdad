"""Sets the demonstration's guide: A4 pages of text, tables, charts and pictures, as tagged PDF."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from reportlab.pdfbase.pdfdoc import PDFImageXObject

from forum.core.pdf import (
    BOLD,
    FIR,
    HAIR,
    INK,
    MM,
    REGULAR,
    SEMIBOLD,
    SOFT,
    TINTS,
    WHITE,
    Colour,
)
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import Paragraph, Run, Style, draw, ornament, paragraph, typeset
from forum.demo.pictures import Jpeg

LANGUAGE = "fr"
PAGE_MM = (210.0, 297.0)
MARGIN = 26 * MM
TOP = 268 * MM
BOTTOM = 26 * MM
WIDTH = PAGE_MM[0] * MM - 2 * MARGIN
PICTURE_HEIGHT = WIDTH * 8 / 15

COVER_PIXELS = (1654, 2339)
"""A whole A4 page at 200 pixels an inch."""
PICTURE_PIXELS = (1860, 992)
"""A picture as wide as the text at 300 pixels an inch."""

BODY = Style(REGULAR, 11.5, INK)
SMALL = Style(REGULAR, 8.5, SOFT)
STRONG = Style(SEMIBOLD, 11.5, INK)
CELL = Style(REGULAR, 10, INK)
CELL_HEAD = Style(SEMIBOLD, 10, FIR)
HEADINGS = {"H1": Style(BOLD, 22, FIR), "H2": Style(SEMIBOLD, 13, FIR)}
LEADING = 1.55
CELL_PADDING = 6.0
RULE_GAP = 26.0
BAR_HEIGHT = 15.0


class GuidePages:
    """Writes the guide from top to bottom.

    `page` counts from 1, `y` is how high the next block begins, and `found` holds the page of each
    heading written so far.
    """

    def __init__(self, title: str, *, author: str, subject: str, made_at: datetime) -> None:
        self.out = BytesIO()
        self.title = title
        self.document = TaggedDocument(
            self.out,
            size_mm=PAGE_MM,
            title=title,
            language=LANGUAGE,
            author=author,
            subject=subject,
            made_at=made_at,
        )
        self.part = self.document.root
        self.page = 1
        self.y = TOP
        self.found: dict[str, int] = {}

    def finish(self) -> bytes:
        """End the last page and return the document."""
        self._footer()
        self.document.save()
        return self.out.getvalue()

    # Pages

    def new_page(self) -> None:
        """End the page, with its footer, and begin the next."""
        self._footer()
        self.document.showPage()
        self.page += 1
        self.y = TOP

    def need(self, height: float) -> None:
        """Begin a new page when less than `height` is left on this one."""
        if self.y - height < BOTTOM:
            self.new_page()

    def _footer(self) -> None:
        if self.page == 1:
            return
        with self.document.artifact("Pagination"):
            self._line(BOTTOM - 6 * MM, HAIR)
            ornament(self.document, set_text(self.title, SMALL), MARGIN, BOTTOM - 9 * MM)
            number = set_text(str(self.page), SMALL)
            ornament(self.document, number, MARGIN + WIDTH - number.width, BOTTOM - 9 * MM)

    # Blocks

    def cover(self, picture: Jpeg, *, alt: str, lines: Sequence[str], notice: str) -> None:
        """Fill the first page: a picture, title, subtitle and edition, and a notice below."""
        whole = (0.0, 0.0, PAGE_MM[0] * MM, PAGE_MM[1] * MM)
        self._figure(picture, whole, alt)
        title, subtitle, edition = lines
        y = 262 * MM
        for role, text, style in (
            ("H1", title, Style(BOLD, 30, FIR)),
            ("P", subtitle, Style(REGULAR, 15, INK)),
            ("P", edition, Style(SEMIBOLD, 11, INK)),
        ):
            block = set_heading(text, style)
            draw(self.document, self.part.add(role), block, MARGIN, y)
            y -= block.height + 6 * MM
        block = set_text(notice, Style(REGULAR, 9.5, INK), width=WIDTH - 12 * MM)
        top = 24 * MM + block.height
        with self.document.artifact():
            self._box(MARGIN, 18 * MM, WIDTH, block.height + 12 * MM, WHITE)
        draw(self.document, self.part.add("P"), block, MARGIN + 6 * MM, top)

    def contents(self, title: str, pages: Mapping[str, int]) -> None:
        """Write the list of contents: headings, each a link, and their `pages`."""
        self.heading("H1", title, key="")
        table = self.part.add("TOC")
        for entry, page in pages.items():
            style = Style(REGULAR, 11.5, INK)
            shown = typeset(entry, LANGUAGE)
            run = Run(shown, style, target=entry, contents=f"Aller à : {shown}")
            block = paragraph([run], WIDTH - 40, style.size_pt * 1.9)
            number = paragraph([Run(str(page), style)], 40, style.size_pt * 1.9)
            item = table.add("TOCI")
            draw(self.document, item, block, MARGIN, self.y)
            draw(self.document, item, number, MARGIN + WIDTH - number.width, self.y)
            self.y -= block.height

    def heading(self, role: str, text: str, *, key: str = "") -> None:
        """Write a heading, H1 or H2; `key` makes it a bookmark and a target of links."""
        style = HEADINGS[role]
        block = set_heading(text, style)
        self.need(block.height + 40)
        if key:
            self.found[key] = self.page
            self.document.target(key, self.y)
            self.document.bookmark(typeset(text, LANGUAGE), key, 0)
        draw(self.document, self.part.add(role), block, MARGIN, self.y)
        self.y -= block.height + style.size_pt * 0.6

    def paragraph(self, text: str, style: Style = BODY) -> None:
        """Write a paragraph."""
        block = set_text(text, style)
        self.need(block.height)
        draw(self.document, self.part.add("P"), block, MARGIN, self.y)
        self.y -= block.height + 7

    def bullets(self, items: Sequence[str], labels: Sequence[str] | None = None) -> None:
        """Write a list; `labels` stand before the items in place of dots."""
        found = self.part.add("L")
        for position, text in enumerate(items):
            block = set_text(text, BODY, width=WIDTH - 18)
            self.need(block.height)
            item = found.add("LI")
            label = set_text(labels[position] if labels else "•", STRONG)
            draw(self.document, item.add("Lbl"), label, MARGIN + 3, self.y)
            draw(self.document, item.add("LBody"), block, MARGIN + 18, self.y)
            self.y -= block.height + 3
        self.y -= 6

    def picture(self, content: Jpeg, alt: str) -> None:
        """Place a picture as wide as the text."""
        self.need(PICTURE_HEIGHT + 20)
        box = (MARGIN, self.y - PICTURE_HEIGHT, MARGIN + WIDTH, self.y)
        self._figure(content, box, alt)
        self.y -= PICTURE_HEIGHT + 18

    def table(
        self,
        caption: str,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        shares: Sequence[int],
    ) -> None:
        """Write a table, on one page, whose columns take `shares` hundredths of the width."""
        widths = [WIDTH * share / 100 for share in shares]
        lines = [set_row(head, widths, CELL_HEAD), *(set_row(row, widths, CELL) for row in rows)]
        title = set_text(caption, STRONG) if caption else None
        self.need(sum(map(row_height, lines)) + (title.height + 7 if title else 0))
        if title:
            self.paragraph(caption, STRONG)
        table = self.part.add("Table")
        for number, line in enumerate(lines):
            self._row(table, line, widths, heads=number == 0)
        self.y -= 12

    def ruled(self) -> None:
        """Rule the rest of the page, for notes by hand."""
        with self.document.artifact():
            while self.y - RULE_GAP > BOTTOM:
                self.y -= RULE_GAP
                self._line(self.y, HAIR)

    def chart(self, caption: str, labels: Sequence[str], values: Sequence[int]) -> None:
        """Draw horizontal bars, each with its label and value; the caption tells all of them."""
        height = BAR_HEIGHT * 1.5 * len(labels)
        block = set_text(caption, STRONG)
        self.need(height + block.height + 20)
        draw(self.document, self.part.add("P"), block, MARGIN, self.y)
        self.y -= block.height + 5
        told = ", ".join(f"{label} {value}" for label, value in zip(labels, values, strict=True))
        box = (MARGIN, self.y - height, MARGIN + WIDTH, self.y)
        figure = self.part.add("Figure", alt=f"{typeset(caption, LANGUAGE)} : {told}.", box=box)
        longest = WIDTH - 130
        with self.document.tagged(figure):
            for position, (label, value) in enumerate(zip(labels, values, strict=True)):
                top = self.y - position * BAR_HEIGHT * 1.5
                size = longest * value / max(values)
                self._box(MARGIN + 70, top - BAR_HEIGHT, size, BAR_HEIGHT, TINTS[1].foreground)
                ornament(self.document, set_text(label, CELL), MARGIN, top - 1)
                shown = set_text(f"{value:,}".replace(",", "\u00a0"), CELL_HEAD)
                ornament(self.document, shown, MARGIN + 76 + size, top - 1)
        self.y -= height + 10

    # Drawing

    def _row(
        self, table: Node, line: Sequence[Paragraph], widths: Sequence[float], *, heads: bool
    ) -> None:
        height = row_height(line)
        row = table.add("TR")
        with self.document.artifact():
            if heads:
                self._box(MARGIN, self.y - height, WIDTH, height, TINTS[1].background)
            self._line(self.y - height, HAIR)
        x = MARGIN
        for block, width in zip(line, widths, strict=True):
            cell = row.add("TH", scope="Column") if heads else row.add("TD")
            draw(self.document, cell, block, x + CELL_PADDING, self.y - CELL_PADDING)
            x += width
        self.y -= height

    def _figure(self, content: Jpeg, box: tuple[float, float, float, float], alt: str) -> None:
        left, bottom, right, top = box
        name = f"picture{self.page}"
        self._store(name, content)
        with self.document.tagged(self.part.add("Figure", alt=alt, box=box)):
            self.document.saveState()
            self.document.transform(right - left, 0, 0, top - bottom, left, bottom)
            self.document.doForm(name)
            self.document.restoreState()

    def _store(self, name: str, content: Jpeg) -> None:
        """Put a picture into the file as it is; `drawImage` would make it a quarter longer."""
        image = PDFImageXObject(name)
        image.width, image.height = content.size
        image.bitsPerComponent = 8
        image.colorSpace = "DeviceRGB"
        vars(image).update(_filters=("DCTDecode",), streamContent=content.data)
        store = self.document._doc  # noqa: SLF001 -- reportlab's own way to its objects
        store.Reference(image, store.getXObjectName(name))
        store.addForm(name, image)

    def _box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self.document.literal(f"{colour.fill} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def _line(self, y: float, colour: Colour) -> None:
        self._box(MARGIN, y, WIDTH, 0.7, colour)


def set_text(text: str, style: Style, *, width: float = WIDTH) -> Paragraph:
    """Break French `text` into lines of `width` points, dividing long words."""
    parts = [Run(typeset(text, LANGUAGE), style)]
    return paragraph(parts, width, style.size_pt * LEADING, hyphenate=LANGUAGE)


def set_row(cells: Sequence[str], widths: Sequence[float], style: Style) -> list[Paragraph]:
    """Break the cells of a table's row into lines."""
    return [
        set_text(cell, style, width=width - 2 * CELL_PADDING)
        for cell, width in zip(cells, widths, strict=True)
    ]


def row_height(line: Sequence[Paragraph]) -> float:
    """Return the height of a table's row."""
    return max(block.height for block in line) + 2 * CELL_PADDING


def set_heading(text: str, style: Style) -> Paragraph:
    """Break the French `text` of a heading into closer lines of whole words."""
    return paragraph([Run(typeset(text, LANGUAGE), style)], WIDTH, style.size_pt * 1.25)
