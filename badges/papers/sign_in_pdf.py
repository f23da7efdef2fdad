"""Sign-in sheets on paper: half-days or sessions, a box to sign in a row, tagged (PDF/UA-1)."""

from collections.abc import Sequence
from typing import NamedTuple

from badges.papers.frame import BOTTOM, LEFT, RIGHT, TOP, Ink, Pages, Paper
from badges.papers.models import Listed, Row, SignInPaper, SignInSheet
from forum.core.i18n import Words, words
from forum.core.pdf import BOLD, FIR, INK, MM, PAPER, SEMIBOLD, SOFT
from forum.core.pdf_tags import Node
from forum.core.pdf_text import NBSP, Paragraph

ROW = 10.5 * MM
"""The least height of a row: a signature needs it."""
PAD = 1.6 * MM
NUMBER = 9 * MM
NARROWEST_BOX = 42 * MM
WIDEST_BOX = 62 * MM
TOTALS = 40 * MM
NAME = Ink(SEMIBOLD, 9.5)
ORGANISATION = Ink(size=8.2)
SMALL = Ink(size=8.2, colour=SOFT)
HEAD = Ink(SEMIBOLD, 8.5, FIR)
NOBODY = Listed(
    reference="", given_name="", family_name="", organisation="", category="", sort_key=""
)
"""Who stands in a blank row."""


def render(paper: SignInPaper) -> bytes:
    """Return the sheets in order; equal values give equal bytes."""
    title = words(paper.language).gettext("Sign-in sheets")
    document = Paper(
        title=f"{title}, {paper.title}",
        author=paper.terms.organiser or paper.title,
        language=paper.language,
        made_at=paper.made_at,
    )
    for number, sheet in enumerate(paper.sheets):
        _Drawn(document, paper, sheet).draw(f"s{number}" if len(paper.sheets) > 1 else "")
    return document.finished()


class Columns(NamedTuple):
    """Where each column begins, and the right end of the last one; in points."""

    number: float
    name: float
    organisation: float
    boxes: list[float]
    end: float


class _Set(NamedTuple):
    """A row whose texts are set: number, name, organisation, and what each box says."""

    texts: list[Paragraph]
    height: float


class _Drawn:
    """Draws one sheet on as many pages as it takes."""

    def __init__(self, document: Paper, paper: SignInPaper, sheet: SignInSheet) -> None:
        self.document, self.paper, self.sheet = document, paper, sheet
        self.said: Words = words(paper.language)
        self.columns = _columns(len(sheet.boxes))
        self.root = document.root.add("Sect")

    def draw(self, key: str) -> None:
        """Draw the sheet; `key` names it for bookmarks, '' where it is the only one."""
        sheet = self.sheet
        rows = [self._row(number, row) for number, row in enumerate(sheet.rows, start=1)]
        rows += [self._blank(len(rows) + n) for n in range(1, sheet.blank + 1)]
        head, column_heads = self._head(), self._column_heads()
        room = TOP - BOTTOM - _height(head) - column_heads.height - 3 * MM
        pages = [*Pages(room, room, TOTALS).cut([row.height for row in rows])]
        table = Node("Table", self.root)
        for number, some in enumerate(pages, start=1):
            self._begin(number, len(pages))
            if number == 1 and key:
                self.document.target(key, TOP)
                self.document.bookmark(_entry(sheet), key, 0)
            top = self._draw_head(head, first=number == 1)
            if number == 1:
                self.root.kids.append(table)
            if some:
                self._draw_row(table if number == 1 else None, column_heads, top, role="TH")
                top -= column_heads.height
            for row in some:
                self._draw_row(table, rows[row], top, role="TD")
                top -= rows[row].height
        self._draw_totals(top)

    def _begin(self, number: int, count: int) -> None:
        said = self.said
        left = said.gettext("%(reference)s · printed on %(when)s") % {
            "reference": self.sheet.reference,
            "when": self.paper.printed,
        }
        self.document.begin(
            left, said.gettext("Page %(number)d of %(count)d") % {"number": number, "count": count}
        )

    # The head

    def _head(self) -> list[tuple[str, Paragraph, float]]:
        """Return the lines of the head: role, text, and the white above it."""
        paper, sheet, said = self.paper, self.sheet, self.said
        wide = RIGHT - LEFT
        label = said.gettext("%(label)s: %(value)s")
        name = said.gettext("Sign-in sheet")
        if sheet.filled:
            name = said.gettext("Attendance by badges read at the doors")
        reference = label % {"label": said.gettext("Reference"), "value": sheet.reference}
        facts = [(said.gettext("Held by"), paper.terms.organiser), *sheet.facts]
        lines = [
            ("P", self.document.set(paper.title, Ink(SEMIBOLD, 10.5, FIR), wide), 0.0),
            ("H1", self.document.set(name, Ink(BOLD, 19), wide), 2.0),
            ("P", self.document.set(sheet.heading, Ink(SEMIBOLD, 12.5), wide), 1.0),
        ]
        if paper.terms.legal:
            facts.insert(1, ("", paper.terms.legal))
        for what, value in facts:
            if value:
                text = label % {"label": what, "value": value} if what else value
                lines.append(("P", self.document.set(text, Ink(size=9.5), wide), 0.8))
        lines.append(("P", self.document.set(reference, Ink(SEMIBOLD, 9.5), wide), 0.8))
        return lines

    def _draw_head(self, lines: list[tuple[str, Paragraph, float]], *, first: bool) -> float:
        top = TOP
        for role, text, above in lines:
            top -= above
            self.document.written_at(self.root.add(role) if first else None, text, LEFT, top)
            top -= text.height
        return top - 3 * MM

    # The table

    def _column_heads(self) -> _Set:
        said, columns = self.said, self.columns
        texts = [
            self._cell(said.gettext("No."), HEAD, columns.number, columns.name),
            self._cell(
                said.gettext("Family name, given name"), HEAD, columns.name, columns.organisation
            ),
            self._cell(said.gettext("Organisation"), HEAD, columns.organisation, columns.boxes[0]),
        ]
        ends = [*columns.boxes[1:], columns.end]
        for box, start, end in zip(self.sheet.boxes, columns.boxes, ends, strict=True):
            hours = box.hours.replace(" ", NBSP)
            texts.append(self._cell(f"{box.label} {hours}", HEAD, start, end))
        return _Set(texts, max(one.height for one in texts) + 2 * PAD)

    def _row(self, number: int, row: Row) -> _Set:
        columns, person = self.columns, row.person
        texts = [
            self._cell(str(number), SMALL, columns.number, columns.name),
            self._cell(
                f"{person.family_name} {person.given_name}",
                NAME,
                columns.name,
                columns.organisation,
                whole=True,
            ),
            self._cell(
                person.organisation,
                ORGANISATION,
                columns.organisation,
                columns.boxes[0],
                whole=True,
            ),
        ]
        ends = [*columns.boxes[1:], columns.end]
        for said, start, end in zip(row.filled, columns.boxes, ends, strict=True):
            texts.append(self._cell(said, Ink(size=8.8), start, end))
        return _Set(texts, max(ROW, max(one.height for one in texts) + 2 * PAD))

    def _blank(self, number: int) -> _Set:
        nothing = Row(person=NOBODY, filled=["" for _ in self.sheet.boxes])
        return self._row(number, nothing)

    def _cell(
        self, text: str, ink: Ink, start: float, end: float, *, whole: bool = False
    ) -> Paragraph:
        return self.document.set(text, ink, end - start - 2 * PAD, whole=whole)

    def _draw_row(self, table: Node | None, row: _Set, top: float, *, role: str) -> None:
        """Draw a row and its lines; without a table it repeats the head of the first page."""
        columns, document = self.columns, self.document
        line = table.add("TR") if table else None
        starts = [columns.number, columns.name, columns.organisation, *columns.boxes]
        ends = [*starts[1:], columns.end]
        if role == "TH":
            with document.artifact("Background"):
                document.fill(PAPER, LEFT, top - row.height, RIGHT - LEFT, row.height)
        for text, start, end in zip(row.texts, starts, ends, strict=True):
            cell = None
            if line is not None:
                cell = line.add(role, scope="Column" if role == "TH" else "")
            place = (start, top - row.height, end - start, row.height)
            if cell is None:
                with document.artifact("Pagination"):
                    document.box(*place)
            else:
                with document.tagged(cell):
                    document.box(*place)
            document.written_at(cell, text, start + PAD, top - (row.height - text.height) / 2)

    # The end

    def _draw_totals(self, top: float) -> None:
        said, sheet, document = self.said, self.sheet, self.document
        wide = RIGHT - LEFT
        top -= 4 * MM
        listed = said.ngettext(
            "%(count)d person listed", "%(count)d people listed", len(sheet.rows)
        ) % {"count": len(sheet.rows)}
        counts = [listed]
        for number, box in enumerate(sheet.boxes):
            count = str(sheet.present[number]) if sheet.filled else "\u2026" * 6
            counts.append(
                said.gettext("%(label)s: %(value)s")
                % {
                    "label": said.gettext("Present, %(half)s") % {"half": box.label.lower()}
                    if len(sheet.boxes) > 1
                    else said.gettext("Present"),
                    "value": count,
                }
            )
        text = document.set(" · ".join(counts), Ink(SEMIBOLD, 10.5), wide)
        document.written_at(self.root.add("P"), text, LEFT, top)
        top -= text.height + 2 * MM
        if sheet.filled:
            note = said.gettext(
                "Hours of the first entry and the last departure read at the doors, in local time."
                " “In before”: the person was in the building already. “Out not read”: nobody was"
                " seen leaving before the half-day ended. “—”: the badge was not read."
            )
            text = document.set(note, SMALL, wide)
            document.written_at(self.root.add("P"), text, LEFT, top)
            top -= text.height + 2 * MM
        certified = said.gettext("Certified true by the organiser: name, date and signature")
        text = document.set(certified, Ink(size=9, colour=INK), wide - 2 * PAD)
        height = 18 * MM
        with document.artifact():
            document.box(LEFT, top - height, wide, height)
        document.written_at(self.root.add("P"), text, LEFT + PAD, top - PAD)


def _columns(boxes: int) -> Columns:
    wide = RIGHT - LEFT
    each = min(WIDEST_BOX, max(NARROWEST_BOX, (wide - NUMBER) / (boxes + 2)))
    rest = wide - NUMBER - boxes * each
    name = LEFT + NUMBER
    organisation = name + rest * 0.5
    first = name + rest
    return Columns(LEFT, name, organisation, [first + n * each for n in range(boxes)], RIGHT)


def _height(lines: Sequence[tuple[str, Paragraph, float]]) -> float:
    return sum(text.height + above for _, text, above in lines) + 3 * MM


def _entry(sheet: SignInSheet) -> str:
    """Return how the outline calls a sheet."""
    return ", ".join([sheet.heading, *(value for _, value in sheet.facts[-1:])])
