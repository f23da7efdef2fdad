"""Where the letters of a badge are, as pdfium measures them, and where its layout wants them."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2

from badges.layouts.models import Column, Corner, Layout, Panel
from badges.layouts.texts import template
from badges.models import Badge, BadgeRun
from forum.core.font_coverage import printable
from forum.core.pdf import MM
from forum.core.text import pick

SLACK_MM = 0.35
"""How far the ink of a letter may leave its box: the tail of a j, an accent on an accent."""

TOUCH = 0.1

HYPHEN_AT_END = "\ufffe"
"""What pdfium says of a hyphen at the end of a line."""


class Place(NamedTuple):
    """A rectangle of a page, in millimetres from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def has(self, other: "Place", slack: float = 0) -> bool:
        """Say whether `other` is inside, or out of it by `slack` millimetres at most."""
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def shared(self, other: "Place") -> float:
        """Return the surface that two rectangles share, in square millimetres."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0

    def centre(self) -> tuple[float, float]:
        """Return the middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Letter(NamedTuple):
    """A letter of a page: the rectangle of its ink."""

    place: Place
    char: str


class Wanted(NamedTuple):
    """What a column of one badge should say, and where it is on the page."""

    place: Place
    text: str
    column: Column
    turned: bool


def letters(pdf: bytes) -> list[list[Letter]]:
    """Return the letters of each page, spaces left out."""
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        high, text = page.get_height(), page.get_textpage()
        found = []
        for n in range(text.count_chars()):
            char = text.get_text_range(n, 1).replace(HYPHEN_AT_END, "-")
            if char.strip():
                left, bottom, right, top = text.get_charbox(n)
                place = Place(left / MM, (high - top) / MM, right / MM, (high - bottom) / MM)
                found.append(Letter(place, char))
        pages.append(found)
    return pages


def wanted(layout: Layout, run: BadgeRun, badges: list[Badge]) -> list[list[Wanted]]:
    """Return what each page of a run should say, column by column."""
    pages = []
    for first in range(0, len(badges), layout.sheet.cards):
        on_sheet = badges[first : first + layout.sheet.cards]
        sides = [(layout.corners(), layout.panels)]
        if layout.reverse:
            sides.append((layout.reverse_corners(), layout.reverse.panels))
        for corners, panels in sides:
            pages.append(
                [
                    one
                    for corner, badge in zip(corners, on_sheet, strict=False)
                    for panel in panels
                    for one in columns(layout, run, badge, corner, panel)
                ]
            )
    return pages


def columns(
    layout: Layout, run: BadgeRun, badge: Badge, corner: Corner, panel: Panel
) -> Iterator[Wanted]:
    """Yield the columns of one face of one badge."""
    wide, high = layout.face_size_mm(panel.face)
    left, top = corner.x_mm + panel.x_mm, corner.y_mm + panel.y_mm
    for column in layout.faces[panel.face].columns:
        box = column.box
        x, y = box.x_mm, box.y_mm
        if panel.turn:
            x, y = wide - x - box.width_mm, high - y - box.height_mm
        place = Place(left + x, top + y, left + x + box.width_mm, top + y + box.height_mm)
        yield Wanted(place, said(column, run, badge), column, bool(panel.turn))


def said(column: Column, run: BadgeRun, badge: Badge) -> str:
    """Return all that a column says of a badge, without spaces."""
    values = {
        "given_name": badge.given_name,
        "family_name": badge.family_name,
        "name": f"{badge.given_name} {badge.family_name}",
        "organisation": badge.organisation or "",
        "job_title": badge.job_title or "",
        "reference": badge.reference,
        "category": pick(run.categories[badge.category].name, run.language),
        "event": run.title,
        "dates": run.dates,
        "venue": run.venue,
    }
    texts = []
    for part in column.parts:
        text = template(part.text, run.language).filled(values)
        texts.append(printable(text.upper() if part.capitals else text))
    return "".join("".join(texts).split())


def mistakes(layout: Layout, run: BadgeRun, badges: list[Badge], pdf: bytes) -> list[str]:
    """Return where a printed run differs from what its layout wants, in words.

    Each letter must be in the box of a column, each column must have the letters of its text and
    no other, and no two letters may share ink: a rectangle of ink may touch another by a tenth.
    """
    wrong = []
    pages = letters(pdf)
    expected = wanted(layout, run, badges)
    assert len(pages) == len(expected)
    for number, (found, columns_) in enumerate(zip(pages, expected, strict=True), start=1):
        inside: list[list[Letter]] = [[] for _ in columns_]
        for letter in found:
            middle = Place(*letter.place.centre(), *letter.place.centre())
            at = [n for n, one in enumerate(columns_) if one.place.has(middle)]
            if len(at) != 1:
                wrong.append(f"page {number}: {letter} is in {len(at)} columns")
                continue
            inside[at[0]].append(letter)
        for one, there in zip(columns_, inside, strict=True):
            text = "".join(letter.char for letter in there)
            if Counter(text) != Counter(one.text):
                wrong.append(f"page {number}: {one.text!r} is {text!r}")
            wrong += [
                f"page {number}: {letter} of {one.text!r} is not in {one.place}"
                for letter in there
                if not one.place.has(letter.place, SLACK_MM)
            ]
            wrong += [f"page {number}: {pair} of {one.text!r}" for pair in overlaps(there)]
    return wrong


def overlaps(there: list[Letter]) -> Iterator[tuple[Letter, Letter]]:
    """Yield the pairs of letters of which one covers more than a tenth of the smaller."""
    ordered = sorted(there, key=lambda letter: letter.place.left)
    for n, one in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if other.place.left >= one.place.right:
                break
            least = min(one.place.shared(one.place), other.place.shared(other.place))
            if one.place.shared(other.place) > TOUCH * least:
                yield one, other
