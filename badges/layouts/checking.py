"""What cannot be printed of a layout, and what would be hard to read. Values in, mistakes out."""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from msgspec import Struct

from badges.layouts.lines import Path
from badges.layouts.models import (
    DRAWINGS,
    FIELDS,
    LEAST_CODE_MM,
    PALETTE,
    Box,
    Code,
    Column,
    Face,
    Layout,
    LocalText,
    Panel,
    Part,
    Picture,
    Shape,
    Sheet,
    Size,
)
from badges.layouts.reading import MOST_MISTAKES, LayoutMistaken, Mistake, Text, of_values, read
from forum.core.i18n import N_
from forum.core.text import Filled

TOLERANCE_MM = 0.05
USUAL_CODE_MM = 30
LEAST_CONTRAST = 3.0
USUAL_CONTRAST = 4.5
"""For text that is not large (WCAG 2.2, 1.4.3); for large text `LEAST_CONTRAST` is enough."""
LARGE_PT = 18
LARGE_BOLD_PT = 14
READABLE_PT = 5
LONGEST_NAME = 40
LONGEST_TITLE = 80
LONGEST_TEXT = 300
MOST_CARDS = 200
STEPS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where in an area its contrast is looked at, as parts of its width and height."""

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}")
HEX = re.compile(r"#[0-9A-Fa-f]{6}")
BRACES = re.compile(r"\{([^{}]*)\}")

INKS = {
    "ink": "#1b2a2f",
    "soft": "#4c5b60",
    "fir": "#0a5c4a",
    "white": "#ffffff",
    "black": "#000000",
    "line": "#7b8a8e",
    "highlight": "#ffd166",
}
"""The named colours, as `forum.core.pdf` has them; here without what draws."""
CATEGORY_INKS = ("#0a4a3c", "#3c2f7a", "#8a1c16", "#5e4300", "#0d4468", "#2f3e46")
CATEGORY_SURFACES = ("#dcefe8", "#e7e3f6", "#fbe4e1", "#fff1cc", "#ddedf8", "#e6eaec")
DRAWN = {"forest": "#0a5c4a", "folds": "#ffffff"}
"""The ground of each drawing, for the contrast of what stands on it."""

LIMITS: dict[tuple[type[Struct], str], tuple[float, float]] = {
    (Layout, "card_width_mm"): (15, 450),
    (Layout, "card_height_mm"): (10, 450),
    (Sheet, "width_mm"): (15, 450),
    (Sheet, "height_mm"): (10, 1200),
    (Sheet, "columns"): (1, 20),
    (Sheet, "rows"): (1, 40),
    (Sheet, "left_mm"): (0, 200),
    (Sheet, "top_mm"): (0, 200),
    (Sheet, "gap_x_mm"): (0, 100),
    (Sheet, "gap_y_mm"): (0, 100),
    (Box, "x_mm"): (0, 450),
    (Box, "y_mm"): (0, 450),
    (Box, "width_mm"): (0.1, 450),
    (Box, "height_mm"): (0.1, 450),
    (Face, "width_mm"): (0, 450),
    (Face, "height_mm"): (0, 450),
    (Shape, "corner_mm"): (0, 50),
    (Picture, "corner_mm"): (0, 50),
    (Size, "lines"): (1, 20),
    (Size, "largest_pt"): (3, 200),
    (Size, "smallest_pt"): (3, 200),
    (Part, "height_mm"): (1, 450),
    (Part, "gap_mm"): (0, 100),
    (Code, "x_mm"): (0, 450),
    (Code, "y_mm"): (0, 450),
    (Code, "side_mm"): (LEAST_CODE_MM, 200),
    (Panel, "x_mm"): (0, 450),
    (Panel, "y_mm"): (0, 450),
}
COUNTS: dict[tuple[type[Struct], str], tuple[int, int]] = {
    (Layout, "faces"): (1, 8),
    (Layout, "panels"): (1, 8),
    (Face, "shapes"): (0, 40),
    (Face, "pictures"): (0, 10),
    (Face, "columns"): (0, 24),
    (Face, "codes"): (0, 4),
    (Column, "parts"): (1, 12),
    (Part, "sizes"): (1, 6),
}


class Remarks(Struct, frozen=True, kw_only=True):
    """A layout that was looked at: what must be put right, and what had better be."""

    mistakes: list[Mistake]
    warnings: list[Mistake]


class Area(NamedTuple):
    """A rectangle of a face, in millimetres."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Area") -> bool:
        """Say whether two areas share more than an edge."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > TOLERANCE_MM
            and min(self.bottom, other.bottom) - max(self.top, other.top) > TOLERANCE_MM
        )

    def holds(self, x: float, y: float) -> bool:
        """Say whether a point is inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


def accepted(source: str, images: Collection[str] = ()) -> tuple[Layout, Remarks]:
    """Return the layout of a TOML text that can be printed; `images` are those kept beside it.

    Raises:
        LayoutMistaken: with everything that is wrong.

    """
    return _accepted(*read(source), images)


def accepted_values(tree: dict[str, Any], images: Collection[str] = ()) -> tuple[Layout, Remarks]:
    """Return the layout of values that came from a form, as `accepted` does of a text.

    Raises:
        LayoutMistaken: with everything that is wrong.

    """
    return _accepted(*of_values(tree), images)


def _accepted(layout: Layout, text: Text, images: Collection[str]) -> tuple[Layout, Remarks]:
    remarks = check(layout, text, images)
    if remarks.mistakes:
        raise LayoutMistaken(remarks.mistakes)
    return layout, remarks


def check(layout: Layout, text: Text, images: Collection[str] = ()) -> Remarks:
    """Return what is wrong with a layout, `MOST_MISTAKES` at most, each with its line in `text`."""
    look = Look(layout, text, images)
    look.at_limits(layout, ())
    if not look.mistakes:  # what follows takes numbers and counts to be sane
        look.at_words()
        look.at_sheet()
        look.at_panels()
        for name, face in layout.faces.items():
            FaceLook(look, name, face).at_all()
        look.at_use()
    return Remarks(mistakes=look.mistakes[:MOST_MISTAKES], warnings=look.warnings[:MOST_MISTAKES])


class Look:
    """One look at a layout, and what was found so far."""

    def __init__(self, layout: Layout, text: Text, images: Collection[str]) -> None:
        self.layout = layout
        self.text = text
        self.images = images
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []

    def wrong(self, path: Path, sentence: str, **values: object) -> None:
        """Note what must be put right."""
        self.mistakes.append(self.text.placed(path, _said(sentence, values)))

    def odd(self, path: Path, sentence: str, **values: object) -> None:
        """Note what had better be put right."""
        self.warnings.append(self.text.placed(path, _said(sentence, values)))

    def at_limits(self, value: object, path: Path) -> None:
        """Look at every number and every count, whatever it is for."""
        if isinstance(value, tuple):
            for n, one in enumerate(value):
                self.at_limits(one, (*path, n))
        elif isinstance(value, dict):
            for name, one in value.items():
                self.at_limits(one, (*path, name))
        elif isinstance(value, Struct):
            for name in value.__struct_fields__:
                self.at_limit(type(value), name, getattr(value, name), (*path, name))
                self.at_limits(getattr(value, name), (*path, name))

    def at_limit(self, kind: type[Struct], name: str, value: Any, path: Path) -> None:
        """Look at one field."""
        if (kind, name) in COUNTS:
            least, most = COUNTS[kind, name]
            if not least <= len(value) <= most:
                said = N_("There may be %(least)d to %(most)d of them: here are %(n)d.")
                self.wrong(path, said, least=least, most=most, n=len(value))
        elif (kind, name) == (Code, "side_mm") and value < LEAST_CODE_MM:
            said = N_("Phones read no code smaller than %(least)d mm: make it larger.")
            self.wrong(path, said, least=LEAST_CODE_MM)
        elif (kind, name) in LIMITS:
            low, high = LIMITS[kind, name]
            if not low <= value <= high:
                said = N_("Give a number from %(low)s to %(high)s.")
                self.wrong(path, said, low=_plain(low), high=_plain(high))

    def at_words(self) -> None:
        """Look at the layout's name and title, and the names of its faces."""
        layout = self.layout
        if not NAME.fullmatch(layout.name) or len(layout.name) > LONGEST_NAME:
            said = N_(
                "Write small letters, digits and hyphens, as in “a6-staff” (%(most)d at most)."
            )
            self.wrong(("name",), said, most=LONGEST_NAME)
        self.at_local(layout.title, ("title",), LONGEST_TITLE)
        if not any(_texts(layout.title)):
            self.wrong(("title",), N_("Give the layout a title."))
        for name in layout.faces:
            if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
                said = N_("Call a face by small letters, digits and hyphens, as in “front”.")
                self.wrong(("faces", name), said)

    def at_local(self, text: LocalText, path: Path, longest: int) -> None:
        """Look at a text that may be in several languages."""
        if isinstance(text, dict):
            for language in text:
                if not LANGUAGE.fullmatch(language):
                    said = N_("Name a language by its code, such as fr or en.")
                    self.wrong((*path, language), said)
        if any(len(one) > longest for one in _texts(text)):
            self.wrong(path, N_("This text is longer than %(most)d characters."), most=longest)

    def at_sheet(self) -> None:
        """Look whether the cards fit their sheet."""
        layout, sheet = self.layout, self.layout.sheet
        if sheet.cards > MOST_CARDS:
            said = N_("A sheet holds %(most)d cards at most: here are %(n)d.")
            self.wrong(("sheet",), said, most=MOST_CARDS, n=sheet.cards)
        across = sheet.left_mm + _run(sheet.columns, layout.card_width_mm, sheet.gap_x_mm)
        down = sheet.top_mm + _run(sheet.rows, layout.card_height_mm, sheet.gap_y_mm)
        if across > sheet.width_mm + TOLERANCE_MM:
            said = N_("The cards need a width of %(need)s mm, the sheet has %(has)s mm.")
            self.wrong(("sheet", "width_mm"), said, need=_plain(across), has=_plain(sheet.width_mm))
        if down > sheet.height_mm + TOLERANCE_MM:
            said = N_("The cards need a height of %(need)s mm, the sheet has %(has)s mm.")
            self.wrong(("sheet", "height_mm"), said, need=_plain(down), has=_plain(sheet.height_mm))
        if layout.device == "label":
            if sheet.cards != 1:
                said = N_("A label printer prints one card at a time: one column and one row.")
                self.wrong(("sheet", "columns"), said)
            if layout.reverse:
                self.wrong(("reverse",), N_("A label printer prints one side: take this away."))

    def panels(self) -> Iterator[tuple[Path, Panel]]:
        """Yield every panel of both sides, with its place."""
        for n, panel in enumerate(self.layout.panels):
            yield ("panels", n), panel
        reverse = self.layout.reverse
        for n, panel in enumerate(reverse.panels if reverse else ()):
            yield ("reverse", "panels", n), panel

    def at_panels(self) -> None:
        """Look whether panels and faces know each other."""
        layout = self.layout
        if layout.reverse and not 1 <= len(layout.reverse.panels) <= COUNTS[Layout, "panels"][1]:
            said = N_("The other side has one panel at least, and %(most)d at most.")
            self.wrong(("reverse", "panels"), said, most=COUNTS[Layout, "panels"][1])
        used = set()
        for path, panel in self.panels():
            used.add(panel.face)
            if panel.face not in layout.faces:
                said = N_("There is no face “%(name)s”: here are %(names)s.")
                names = ", ".join(layout.faces)
                self.wrong((*path, "face"), said, name=panel.face[:LONGEST_NAME], names=names)
                continue
            wide, high = layout.face_size_mm(panel.face)
            over_right = panel.x_mm + wide - layout.card_width_mm
            over_bottom = panel.y_mm + high - layout.card_height_mm
            self.at_edges(over_right, over_bottom, path)
        for name in layout.faces:
            if name not in used:
                said = N_("No panel shows this face: it is not printed.")
                self.odd(("faces", name), said)

    def at_edges(self, over_right: float, over_bottom: float, path: Path) -> None:
        """Note what stands out of the card, by how many millimetres."""
        if over_right > TOLERANCE_MM:
            said = N_("This stands out of the card on the right by %(over)s mm.")
            self.wrong(path, said, over=_plain(over_right))
        if over_bottom > TOLERANCE_MM:
            said = N_("This stands out of the card at the bottom by %(over)s mm.")
            self.wrong(path, said, over=_plain(over_bottom))

    def at_use(self) -> None:
        """Look whether a badge of this layout would do its work."""
        used = {panel.face for _, panel in self.panels()}
        faces = [face for name, face in self.layout.faces.items() if name in used]
        if not any(face.codes for face in faces):
            self.odd(("faces",), N_("There is no code: doors cannot read this badge."))
        said = {
            field
            for face in faces
            for column in face.columns
            for part in column.parts
            for text in _texts(part.text)
            for field in BRACES.findall(text)
        }
        if "name" not in said and not {"given_name", "family_name"} <= said:
            self.odd(("faces",), N_("The name of the person is not on this badge."))


class FaceLook:
    """One look at a face: where things stand, and what they are."""

    def __init__(self, look: Look, name: str, face: Face) -> None:
        self.look = look
        self.face = face
        self.path: Path = ("faces", name)
        self.size_mm = look.layout.face_size_mm(name)
        self.columns = [_occupied(column) for column in face.columns]

    def at_all(self) -> None:
        """Look at all that stands on the face."""
        for n, shape in enumerate(self.face.shapes):
            self.at_place(_area(shape.box), (*self.path, "shapes", n, "box"))
            self.at_colour(shape.colour, (*self.path, "shapes", n, "colour"))
        for n, picture in enumerate(self.face.pictures):
            self.at_place(_area(picture.box), (*self.path, "pictures", n, "box"))
            self.at_picture(picture, (*self.path, "pictures", n, "name"))
        for n, column in enumerate(self.face.columns):
            self.at_place(_area(column.box), (*self.path, "columns", n, "box"))
            self.at_column(column, (*self.path, "columns", n))
            self.at_contrast(column, self.columns[n], (*self.path, "columns", n))
        for n, code in enumerate(self.face.codes):
            self.at_place(_square(code), (*self.path, "codes", n))
            self.at_code(code, (*self.path, "codes", n))
        self.at_overlaps()

    def at_place(self, area: Area, path: Path) -> None:
        """Look whether something stands on the card, all of it."""
        wide, high = self.size_mm
        self.look.at_edges(area.right - wide, area.bottom - high, path)

    def at_colour(self, colour: str, path: Path) -> None:
        """Look whether a colour is one."""
        if colour not in PALETTE and not HEX.fullmatch(colour):
            said = N_("There is no such colour: write #rrggbb, or one of %(names)s.")
            self.look.wrong(path, said, names=", ".join(PALETTE))

    def at_picture(self, picture: Picture, path: Path) -> None:
        """Look whether a picture is there."""
        if picture.name not in DRAWINGS and picture.name not in self.look.images:
            said = N_("The image “%(name)s” is not here: bring it first, or use one of %(names)s.")
            names = ", ".join([*DRAWINGS, *self.look.images])
            self.look.wrong(path, said, name=picture.name[:LONGEST_NAME], names=names)

    def at_code(self, code: Code, path: Path) -> None:
        """Look whether a code is read easily; it always stands on white."""
        if code.side_mm < USUAL_CODE_MM:
            said = N_("A code of %(usual)d mm or more is read faster, and from further away.")
            self.look.odd((*path, "side_mm"), said, usual=USUAL_CODE_MM)

    def at_column(self, column: Column, path: Path) -> None:
        """Look at the texts of a column, and whether they fit it."""
        need = sum(part.height_mm + part.gap_mm for part in column.parts)
        if need > column.box.height_mm + TOLERANCE_MM:
            said = N_("Its texts need a height of %(need)s mm, the column has %(has)s mm.")
            has = _plain(column.box.height_mm)
            self.look.wrong((*path, "box", "height_mm"), said, need=_plain(need), has=has)
        for n, part in enumerate(column.parts):
            self.at_part(part, (*path, "parts", n))

    def at_part(self, part: Part, path: Path) -> None:
        """Look at one text: what it says, its colour, its sizes."""
        self.look.at_local(part.text, (*path, "text"), LONGEST_TEXT)
        for text in _texts(part.text):
            self.at_braces(text, (*path, "text"))
        self.at_colour(part.colour, (*path, "colour"))
        for n, size in enumerate(part.sizes):
            place = (*path, "sizes", n)
            if size.smallest_pt > size.largest_pt:
                said = N_(
                    "the smallest size %(smallest)s pt is larger than the largest, %(largest)s pt"
                )
                smallest, largest = _plain(size.smallest_pt), _plain(size.largest_pt)
                self.look.wrong(place, said, smallest=smallest, largest=largest)
            elif size.smallest_pt < READABLE_PT:
                said = N_("Text smaller than %(least)d pt is hard to read.")
                self.look.odd(place, said, least=READABLE_PT)

    def at_braces(self, text: str, path: Path) -> None:
        """Look at what stands in braces."""
        for field in BRACES.findall(text):
            if field in FIELDS:
                continue
            near = difflib.get_close_matches(field[:LONGEST_NAME], FIELDS, 1, cutoff=0.6)
            if near:
                said = N_("There is no field {%(name)s}: perhaps {%(near)s} is meant.")
                self.look.wrong(path, said, name=field[:LONGEST_NAME], near=near[0])
            else:
                said = N_("There is no field {%(name)s}: use %(names)s.")
                names = ", ".join(f"{{{one}}}" for one in FIELDS)
                self.look.wrong(path, said, name=field[:LONGEST_NAME], names=names)
        if set(BRACES.sub("", text)) & {"{", "}"}:
            self.look.wrong(path, N_("A brace is alone: fields stand between { and }."))

    def at_contrast(self, column: Column, area: Area, path: Path) -> None:
        """Look whether the texts of a column can be read on what is below them."""
        grounds = [ground for x, y in _points(area) if (ground := self.ground(x, y)) is not None]
        for n, part in enumerate(column.parts):
            if not grounds or not _known(part.colour):
                continue
            found = sorted(contrast(part.colour, ground) for ground in grounds)
            place = (*path, "parts", n, "colour")
            usual = LEAST_CONTRAST if _large(part) else USUAL_CONTRAST
            if found[len(found) // 2] < LEAST_CONTRAST:
                said = N_(
                    "This cannot be read on what is below it: the contrast is %(ratio)s to 1."
                )
                self.look.wrong(place, said, ratio=_plain(found[len(found) // 2]))
            elif found[0] < usual:
                said = N_(
                    "This is hard to read on what is below it: the contrast is %(ratio)s to 1."
                )
                self.look.odd(place, said, ratio=_plain(found[0]))

    def ground(self, x: float, y: float) -> str | None:
        """Return the colour below a point; None where it is not known, as on an image."""
        for picture in reversed(self.face.pictures):
            if _area(picture.box).holds(x, y):
                return DRAWN.get(picture.name)
        for shape in reversed(self.face.shapes):
            if _area(shape.box).holds(x, y):
                return shape.colour if _known(shape.colour) else None
        return "white"

    def at_overlaps(self) -> None:
        """Look whether texts and codes keep clear of each other."""
        columns = [(("columns", n), area) for n, area in enumerate(self.columns)]
        codes = [(("codes", n), _square(code)) for n, code in enumerate(self.face.codes)]
        for (_, one), (place, other) in combinations([*columns, *codes], 2):
            if one.overlaps(other):
                said = N_("This lies over another text or code of the face: move one of them.")
                self.look.wrong((*self.path, *place), said)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2), the least over the tints of categories."""
    pairs = zip(_shades(one), _shades(other), strict=True)
    return min(_ratio(_luminance(a), _luminance(b)) for a, b in pairs)


def _shades(colour: str) -> Sequence[str]:
    """Return a colour for each of the six tints that a category may have."""
    if colour == "category":
        return CATEGORY_INKS
    if colour == "category-surface":
        return CATEGORY_SURFACES
    return [INKS.get(colour, colour)] * len(CATEGORY_INKS)


def _ratio(one: float, other: float) -> float:
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


def _luminance(code: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [value / 255 for value in bytes.fromhex(code.removeprefix("#"))]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _known(colour: str) -> bool:
    return colour in {*INKS, "category", "category-surface"} or bool(HEX.fullmatch(colour))


def _large(part: Part) -> bool:
    """Say whether even the smallest of a text's usual sizes is large (WCAG 2.2, 1.4.3)."""
    least = min(size.smallest_pt for size in part.sizes)
    return least >= (LARGE_PT if part.weight == "regular" else LARGE_BOLD_PT)


def _occupied(column: Column) -> Area:
    """Return what the texts of a column take at most, where its anchor has them."""
    box = column.box
    need = min(sum(part.height_mm + part.gap_mm for part in column.parts), box.height_mm)
    spare = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[column.anchor] * (box.height_mm - need)
    top = box.y_mm + spare
    return Area(box.x_mm, top, box.x_mm + box.width_mm, top + need)


def _points(area: Area) -> list[tuple[float, float]]:
    """Return points all over an area."""
    return [
        (area.left + a * (area.right - area.left), area.top + b * (area.bottom - area.top))
        for a in STEPS
        for b in STEPS
    ]


def _area(box: Box) -> Area:
    return Area(box.x_mm, box.y_mm, box.x_mm + box.width_mm, box.y_mm + box.height_mm)


def _square(code: Code) -> Area:
    return Area(code.x_mm, code.y_mm, code.x_mm + code.side_mm, code.y_mm + code.side_mm)


def _run(n: int, length: float, gap: float) -> float:
    return n * length + (n - 1) * gap


def _texts(text: LocalText) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def _plain(number: float) -> str:
    """Return a number as people write it, to two places."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _said(sentence: str, values: dict[str, object]) -> str:
    return Filled(sentence, **values) if values else sentence
