"""Badges on paper: a card for each badge, whatever is wrong with it, on sheets or labels."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import BinaryIO, NamedTuple

from msgspec import Struct

from badges.layouts.fitting import fit
from badges.layouts.models import Box, Code, Column, Corner, Layout, Panel, Part
from badges.layouts.texts import Template, template
from badges.models import Badge, BadgeCategory, BadgeRun
from badges.printing.pictures import frame_of
from badges.printing.sheets import (
    SheetDocument,
    Surface,
    named,
    symbol_path,
    tint_of,
)
from badges.qr import QUIET_ZONE, SIZE, ticket_modules
from forum.core.font_coverage import capitals, missing_glyphs, plain, printable, spelled
from forum.core.i18n import words
from forum.core.pdf import BOLD, MM, REGULAR, SEMIBOLD
from forum.core.pdf_scripts import thickened
from forum.core.text import pick, sort_key

NEUTRAL = BadgeCategory(code="", name={}, tint=6)
KNOWN_BY_HEART = 4096
BATCH = 200
"""Badges whose codes are made in one go: the processor then keeps the tables at hand."""

NO_BREAK = "\u00a0"
WEIGHTS = {"regular": REGULAR, "semibold": SEMIBOLD, "bold": BOLD}
SHARES = {"left": 0.0, "centre": 0.5, "right": 1.0}

Values = dict[str, str]
"""What a badge says, by field."""


class RunReport(Struct, frozen=True, kw_only=True):
    """What a print run gave; `problems` holds (reference, what is wrong), in the run's language.

    A badge with a problem is still in the file: as a card that says so, or without the one line
    that could not be printed. `badges` counts every card.
    """

    pages: int
    badges: int
    problems: list[tuple[str, str]]


def render(
    run: BadgeRun,
    badges: Iterable[Badge],
    *,
    layout: Layout,
    out: BinaryIO,
    offset_mm: tuple[float, float] = (0, 0),
    images: Mapping[str, bytes] | None = None,
) -> RunReport:
    """Write one PDF with a card for each of `badges`, in the order in which they come.

    `badges` may be a generator: memory holds a few hundred bytes a badge. `offset_mm` is how far
    to the right and down a printer needs everything; `images` are PNG or JPEG files by the names
    that the layout's pictures have.
    """
    press = Press(run, layout, out, offset_mm=offset_mm, images=images or {})
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


initial_of = lru_cache(KNOWN_BY_HEART)(sort_key)
"""The letter under which a reader of French looks for a name that begins so."""


class Lines(NamedTuple):
    """A text as it stands in its column: what it takes, and each line as `set_lines` has it.

    `thick` says that its letters are drawn with their outline, in a face that has no bold.
    """

    height: float
    lines: list[tuple[str, float, str]]
    thick: bool


class Inks(dict[str, str]):
    """The operators that make a colour of a layout that of text, on cards of one category."""

    def __init__(self, category: BadgeCategory) -> None:
        super().__init__()
        self.tint = tint_of(category)

    def __missing__(self, name: str) -> str:
        self[name] = named(name, self.tint).fill
        return self[name]


class Text:
    """A part of a column under way: its words in the run's language, and what is known by heart."""

    def __init__(self, part: Part, column: Column, sheets: SheetDocument, language: str) -> None:
        self.part = part
        self.column = column
        self.sheets = sheets
        self.template: Template = template(part.text, language)
        self.gap = part.gap_mm * MM
        self.colour = part.colour
        self.lines = lru_cache(KNOWN_BY_HEART)(self.fitted)

    def fitted(self, text: str) -> Lines | None:
        """Return a text in lines that fit, or None for one without anything to see."""
        if self.part.capitals:
            text = capitals(text)
        usual = plain().issuperset(text) and " ".join(text.split()) == text
        if not usual:
            text = NO_BREAK.join(spelled(printable(part)) for part in text.split(NO_BREAK))
        if not text:
            return None
        box, face = self.column.box, WEIGHTS[self.part.weight]
        fitted = fit(
            text, self.part.sizes, face, width_mm=box.width_mm, height_mm=self.part.height_mm
        )
        lines = self.sheets.set_lines(
            fitted,
            face,
            left=box.x_mm * MM,
            wide=box.width_mm * MM,
            share=SHARES[self.column.align],
        )
        thick = not usual and not plain().issuperset(text) and thickened(text, face)
        return Lines(fitted.height_pt, lines, thick)


class Stack:
    """A column under way: its texts, each below what the last one took."""

    def __init__(self, column: Column, sheets: SheetDocument, language: str) -> None:
        self.texts = [Text(part, column, sheets, language) for part in column.parts]
        self.personal = any(text.template.personal for text in self.texts)
        frame = frame_of(column.box)
        self.top = frame.y + frame.height
        self.height = frame.height
        self.share = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[column.anchor]

    def operators(self, values: Values, inks: Inks) -> list[str]:
        """Return the operators of the texts, for between BT and ET."""
        chosen = [
            (text, lines)
            for text in self.texts
            if (lines := text.lines(text.template.filled(values))) is not None
        ]
        y = self.top
        if self.share and chosen:
            used = sum(text.gap + lines.height for text, lines in chosen)
            if self.share < 1:
                used -= chosen[0][0].gap
                y += chosen[0][0].gap
            y -= self.share * (self.height - used)
        operators = []
        for text, fitted in chosen:
            y -= text.gap
            ink = inks[text.colour]
            operators.append(f"{ink} {ink.upper()}" if fitted.thick else ink)
            operators += [f"{x} {y - down:.2f} {show}" for x, down, show in fitted.lines]
            y -= fitted.height
        return operators


class Side:
    """A face under way: what it always shows is a form for each category, the rest is written."""

    def __init__(self, name: str, sheets: SheetDocument, run: BadgeRun) -> None:
        self.name = name
        self.face = sheets.layout.faces[name]
        self.sheets = sheets
        self.run = run
        stacks = [Stack(column, sheets, run.language) for column in self.face.columns]
        self.fields = {
            field for stack in stacks for text in stack.texts for field in text.template.fields
        }
        self.fixed = [stack for stack in stacks if not stack.personal]
        self.personal = [stack for stack in stacks if stack.personal]
        self.codes = [placed(code) for code in self.face.codes]
        self.alt = words(run.language).gettext("QR code of the ticket")
        self.drawn: dict[str, tuple[Inks, str]] = {}

    def operators(
        self, surface: Surface, category: BadgeCategory, values: Values, symbol: str
    ) -> list[str]:
        """Return the operators of the face for one badge; without `symbol` it has no QR code."""
        inks, form = self.drawn.get(category.code) or self.draw(category)
        shown = [surface.begin("P"), form, "BT"]
        for stack in self.personal:
            shown += stack.operators(values, inks)
        shown.append("ET EMC")
        if symbol:
            for place in self.codes:
                alt = f"{self.alt} {values['reference']}"
                figure = [self.sheets.finders, symbol]
                shown += [surface.begin("Figure", alt), "q", place, *figure, "f Q EMC"]
        return shown

    def draw(self, category: BadgeCategory) -> tuple[Inks, str]:
        """Draw all that a face says to everybody of a category; return its inks and what shows it.

        That is surfaces, pictures, the white of codes, and the texts that are the same for all.
        """
        sheets, inks = self.sheets, Inks(category)
        name = sheets.form_name()
        wide, high = sheets.layout.face_size_mm(self.name)
        size = Box(x_mm=0, y_mm=0, width_mm=wide, height_mm=high)
        values = shared(self.run) | {"category": pick(category.name, self.run.language)}
        with sheets.form(name, frame_of(size)):
            for shape in self.face.shapes:
                sheets.draw_shape(shape, inks.tint)
            for picture in self.face.pictures:
                sheets.draw_picture(picture)
            for code in self.face.codes:
                sheets.draw_white(code)
            texts = [text for stack in self.fixed for text in stack.operators(values, inks)]
            sheets.draw_operators(["BT", *texts, "ET"])
        self.drawn[category.code] = inks, sheets.forms[name]
        return self.drawn[category.code]


def placed(code: Code) -> str:
    """Return the operators after which one unit is a module, and the QR code begins at 0, 0."""
    module = code.side_mm / (SIZE + 2 * QUIET_ZONE) * MM
    x = code.x_mm * MM + QUIET_ZONE * module
    y = -(code.y_mm + code.side_mm) * MM + QUIET_ZONE * module
    return f"0 g {module:.4f} 0 0 {module:.4f} {x:.2f} {y:.2f} cm"


def shared(run: BadgeRun) -> Values:
    """Return the fields that say the same on every badge of a run."""
    return {"event": run.title, "dates": run.dates, "venue": run.venue}


class Press:
    """One print run under way: the document and the sheet being filled."""

    def __init__(
        self,
        run: BadgeRun,
        layout: Layout,
        out: BinaryIO,
        *,
        offset_mm: tuple[float, float],
        images: Mapping[str, bytes],
    ) -> None:
        self.run = run
        self.layout = layout
        self.words = words(run.language)
        self.sheets = SheetDocument(
            layout,
            out,
            title=f"{self.words.gettext('Badges')} · {run.title}",
            language=run.language,
            offset_mm=offset_mm,
            images=images,
        )
        self.shared = shared(run)
        self.sides = {name: Side(name, self.sheets, run) for name in layout.faces}
        self.fronts = [places(layout, corner, layout.panels) for corner in layout.corners()]
        self.backs = (
            [places(layout, at, layout.reverse.panels) for at in layout.reverse_corners()]
            if layout.reverse
            else []
        )
        self.front, self.back = Surface(), Surface()
        self.filled = 0
        self.initial = ""
        self.printable = lru_cache(KNOWN_BY_HEART)(printable)
        self.count = 0
        self.problems: list[tuple[str, str]] = []
        said = {field for side in self.sides.values() for field in side.fields}
        for field, text in self.shared.items():
            if field in said:
                self.report_missing("", text)
        for name in self.sheets.missing_images():
            sentence = self.words.gettext("The image “%(name)s” is missing.")
            self.problems.append(("", sentence % {"name": name}))

    def add(self, badge: Badge, symbol: str) -> None:
        """Draw one card, whatever is wrong with it; `symbol` is the path of its QR code, or ''."""
        printable = self.printable
        given, family = printable(badge.given_name), printable(badge.family_name)
        values = {
            "given_name": given,
            "family_name": family,
            "name": f"{given} {family}".strip(),
            "organisation": printable(badge.organisation or ""),
            "job_title": printable(badge.job_title or ""),
            "reference": printable(badge.reference),
        }
        reasons = []
        category = self.run.categories.get(badge.category)
        if category is None:
            reasons.append(
                self.words.gettext("There is no category “%(code)s”.") % {"code": badge.category}
            )
        if not symbol:
            reasons.append(self.words.gettext("The ticket has no valid code."))
        lacking = self.missing("".join(values.values()))
        if lacking:
            reasons += self.missing(given + family + values["reference"])
        if reasons:
            self.problems += [(badge.reference, reason) for reason in reasons]
            values |= self.warning(badge.reference, reasons)
        elif lacking:
            for field in ("organisation", "job_title"):
                if self.report_missing(badge.reference, values[field]):
                    values[field] = ""
        self.name_page(values)
        self.place(category or NEUTRAL, values, symbol)
        self.count += 1

    def name_page(self, values: Values) -> None:
        """Have the outline name the page by who begins a letter there, the first one if several."""
        initial = initial_of((values["family_name"] or values["name"])[:1])
        if initial != self.initial:
            self.initial = initial
            self.front.title = self.front.title or values["name"] or values["reference"]

    def finish(self) -> RunReport:
        """Write the last sheet and the file."""
        if not self.count:
            heading = self.words.gettext("There is no badge to print.")
            self.place(NEUTRAL, {"given_name": heading, "name": heading}, "")
        if self.filled:
            self.end_sheet()
        self.sheets.save()
        return RunReport(pages=self.sheets.page_count, badges=self.count, problems=self.problems)

    def warning(self, reference: str, reasons: list[str]) -> Values:
        """Return what stands on a card in the place of what could not be printed."""
        heading = self.words.gettext("Badge to check")
        return {
            "given_name": heading,
            "family_name": reference,
            "name": f"{heading} {reference}",
            "organisation": " ".join(reasons),
            "job_title": "",
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

    def place(self, category: BadgeCategory, values: Values, symbol: str) -> None:
        """Put one card in the next place of the sheet; without `symbol` it has no QR code."""
        values |= self.shared
        values["category"] = pick(category.name, self.run.language)
        slot = self.filled
        self.card(self.front, self.fronts[slot], category, values, symbol)
        if self.backs:
            self.card(self.back, self.backs[slot], category, values, symbol)
        self.filled += 1
        if self.filled == len(self.fronts):
            self.end_sheet()

    def card(
        self,
        surface: Surface,
        panels: list[tuple[str, str]],
        category: BadgeCategory,
        values: Values,
        symbol: str,
    ) -> None:
        """Put one side of a card on a surface: each of its faces where it stands."""
        for place, face in panels:
            shown = self.sides[face].operators(surface, category, values, symbol)
            surface.operators += ["q", place, *shown, "Q\n"]

    def end_sheet(self) -> None:
        """Close the sheet in hand, and its other side, and begin another."""
        self.sheets.add_sheet(self.front)
        if self.backs:
            self.sheets.add_sheet(self.back, reverse=True)
        self.front, self.back, self.filled = Surface(), Surface(), 0


def places(layout: Layout, corner: Corner, panels: tuple[Panel, ...]) -> list[tuple[str, str]]:
    """Return where each face of a card at `corner` stands, as an operator, and its name.

    A panel that is turned has its own upper left corner at the lower right of where it stands.
    """
    found = []
    for panel in panels:
        x, y = corner.x_mm + panel.x_mm, layout.sheet.height_mm - corner.y_mm - panel.y_mm
        matrix = "1 0 0 1"
        if panel.turn:
            wide, high = layout.face_size_mm(panel.face)
            x, y, matrix = x + wide, y - high, "-1 0 0 -1"
        found.append((f"{matrix} {x * MM:.2f} {y * MM:.2f} cm", panel.face))
    return found
