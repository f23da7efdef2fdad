"""Badges on paper: a card for each badge, whatever is wrong with it, on sheets to be cut."""

from collections.abc import Iterable
from functools import lru_cache, partial
from itertools import islice
from typing import BinaryIO

from msgspec import Struct

from badges.layouts.fitting import Column, Field, Layout, find, fit
from badges.models import Badge, BadgeCategory, BadgeRun
from badges.printing.sheets import SheetDocument, printable, spelled, symbol_path, tint_of
from badges.qr import ticket_modules
from forum.core.i18n import words
from forum.core.pdf import MM, missing_glyphs

NEUTRAL = BadgeCategory(code="", name={}, tint=6)
KNOWN_BY_HEART = 4096
BATCH = 1000
"""Badges whose codes are made in one go: the processor then keeps the tables at hand."""


class RunReport(Struct, frozen=True, kw_only=True):
    """What a print run gave; `problems` holds (reference, what is wrong), in the run's language.

    A badge with a problem is still in the file: as a card that says so, or without the one line
    that could not be printed. `badges` counts every card.
    """

    pages: int
    badges: int
    problems: list[tuple[str, str]]


def render(
    run: BadgeRun, badges: Iterable[Badge], *, layout: str = "a6", out: BinaryIO
) -> RunReport:
    """Write one PDF with a card for each of `badges`, in the order in which they come.

    `badges` may be a generator: memory holds a few hundred bytes a badge.

    Raises:
        UnknownLayout: there is no layout of this name.

    """
    press = Press(run, find(layout), out)
    waiting = iter(badges)
    while batch := list(islice(waiting, BATCH)):
        symbols = [symbol_of(badge.token) for badge in batch]
        for badge, symbol in zip(batch, symbols, strict=True):
            press.add(badge, symbol)
    return press.finish()


def symbol_of(token: str) -> str:
    """Return the path of a token's QR code; '' for what is no token."""
    try:
        return symbol_path(ticket_modules(token))
    except ValueError:
        return ""


class Press:
    """One print run under way: the document, the sheet being filled, and what is known by heart."""

    def __init__(self, run: BadgeRun, layout: Layout, out: BinaryIO) -> None:
        self.run = run
        self.layout = layout
        self.words = words(run.language)
        title = f"{self.words.gettext('Badges')} · {run.title}"
        self.sheets = SheetDocument(run, layout, out, title=title)
        self.corners = layout.corners_mm()
        self.cards: list[str] = []
        self.count = 0
        self.problems: list[tuple[str, str]] = []
        self.fits = {
            part.field: lru_cache(KNOWN_BY_HEART)(
                partial(
                    fit,
                    lettering=part.lettering,
                    width_mm=column.box.width_mm,
                    height_mm=part.height_mm,
                )
            )
            for column in layout.texts
            for part in column.parts
        }
        for text in (run.title, run.dates):
            self.report_missing("", text)

    def add(self, badge: Badge, symbol: str) -> None:
        """Draw one card, whatever is wrong with it; `symbol` is the path of its QR code, or ''."""
        texts: dict[Field, str] = {
            "given_name": printable(badge.given_name),
            "family_name": printable(badge.family_name.upper()),
            "organisation": printable(badge.organisation or ""),
            "job_title": printable(badge.job_title or ""),
        }
        reference = printable(badge.reference)
        reasons = []
        category = self.run.categories.get(badge.category)
        if category is None:
            reasons.append(
                self.words.gettext("There is no category “%(code)s”.") % {"code": badge.category}
            )
        if not symbol:
            reasons.append(self.words.gettext("The ticket has no valid code."))
        reasons += self.missing(texts["given_name"] + texts["family_name"] + reference)
        if reasons:
            self.problems += [(badge.reference, reason) for reason in reasons]
            texts = self.warning(reference, reasons)
        else:
            for field in ("organisation", "job_title"):
                if self.report_missing(badge.reference, texts[field]):
                    texts[field] = ""
        self.place(category or NEUTRAL, texts, spelled(reference), symbol)
        self.count += 1

    def finish(self) -> RunReport:
        """Write the last sheet and the file."""
        if not self.count:
            heading = self.words.gettext("There is no badge to print.")
            self.place(NEUTRAL, {"given_name": heading}, "", "")
        if self.cards:
            self.end_sheet()
        self.sheets.save()
        return RunReport(pages=self.sheets.page_count, badges=self.count, problems=self.problems)

    def warning(self, reference: str, reasons: list[str]) -> dict[Field, str]:
        """Return what stands on a card in the place of what could not be printed."""
        return {
            "given_name": self.words.gettext("Badge to check"),
            "family_name": spelled(reference),
            "organisation": spelled(" ".join(reasons)),
        }

    def missing(self, text: str) -> list[str]:
        """Return one sentence when `text` has characters that the fonts lack."""
        characters = missing_glyphs(text)
        if not characters:
            return []
        sentence = self.words.gettext("These characters cannot be printed: %(characters)s")
        return [sentence % {"characters": " ".join(characters)}]

    def report_missing(self, reference: str, text: str) -> bool:
        """Note the characters of `text` that cannot be drawn; say whether there are any."""
        sentences = self.missing(text)
        self.problems += [(reference, sentence) for sentence in sentences]
        return bool(sentences)

    def place(
        self, category: BadgeCategory, texts: dict[Field, str], reference: str, symbol: str
    ) -> None:
        """Put one card in the next place of the sheet; without `symbol` it has no QR code."""
        layout, sheets = self.layout, self.sheets
        left, top = self.corners[len(self.cards)]
        x = left * MM
        y = (layout.sheet_mm[1] - top - layout.card_mm[1]) * MM
        tint = tint_of(category)
        operators = [
            f"q 1 0 0 1 {x:.2f} {y:.2f} cm {sheets.background(category)} BT",
            *(text for column in layout.texts for text in self.column(column, texts)),
            tint.foreground.fill,
            *sheets.text_box(layout.reference, reference),
            "ET",
        ]
        if symbol:
            operators.append(f"{sheets.symbol_place}\n{symbol}f")
        operators.append("Q")
        self.cards.append(" ".join(operators))
        if len(self.cards) == layout.per_sheet:
            self.end_sheet()

    def column(self, column: Column, texts: dict[Field, str]) -> list[str]:
        """Return the operators of the texts that follow each other in one column."""
        chosen = [
            (part, self.fits[part.field](text))
            for part in column.parts
            if (text := texts.get(part.field))
        ]
        x, y = column.box.x_mm * MM, (self.layout.card_mm[1] - column.box.y_mm) * MM
        if column.anchor == "bottom":
            used = sum(fitted.height_pt + part.gap_mm * MM for part, fitted in chosen)
            y -= column.box.height_mm * MM - used
        operators = []
        for part, fitted in chosen:
            y -= part.gap_mm * MM
            operators.append(self.sheets.colours[part.lettering.colour])
            operators += self.sheets.text_lines(fitted, part.lettering.font, x, y)
            y -= fitted.height_pt
        return operators

    def end_sheet(self) -> None:
        """Close the sheet in hand and begin another."""
        self.sheets.add_sheet(self.cards)
        self.cards = []
