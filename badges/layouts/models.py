"""A badge layout: a card, what stands on its faces, and how cards stand on a sheet or a label.

Lengths are millimetres from a face's upper left corner; sizes of type are points. A layout is
data: the ones that ship and those of organisers are TOML files of exactly these fields.
"""

from typing import Literal, NamedTuple

from msgspec import Struct

LocalText = str | dict[str, str]
"""One text for every language, or a text by language code."""

PALETTE = (
    "ink",
    "soft",
    "fir",
    "white",
    "black",
    "line",
    "highlight",
    "category",
    "category-surface",
)
"""Colours by name; `category` and `category-surface` are those of the badge's category.

`black` is for label printers, which print greys as dots.
"""

FIELDS = (
    "given_name",
    "family_name",
    "name",
    "organisation",
    "job_title",
    "category",
    "reference",
    "event",
    "dates",
    "venue",
)
"""What stands in braces in the text of a part; `name` is both names, `event` the title."""

PERSONAL = frozenset(FIELDS[:5]) | {"reference"}
"""The fields that differ from badge to badge; the others are drawn once for a category."""

DRAWINGS = ("forest", "folds")
"""Pictures that ship as drawings: a wood of firs, how a sheet is folded in four.

Any other picture is an image kept beside the layout.
"""

LEAST_CODE_MM = 22
"""The smallest side at which phones read a code, quiet zone included."""

Corners = Literal["all", "left", "right", "top", "bottom"]
"""Which corners of a surface are round."""


class Corner(NamedTuple):
    """Where a card's upper left corner is, in millimetres from the sheet's."""

    x_mm: float
    y_mm: float


class Box(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rectangle of a face."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A surface in one colour: a name of `PALETTE`, or `#rrggbb`."""

    box: Box
    colour: str
    corner_mm: float = 0
    corners: Corners = "all"


class Picture(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drawing of `DRAWINGS`, or an image of the layout's own by its name.

    An image is `whole` in the middle of its box, or covers it all and loses what stands out. A
    drawing always fills its box.
    """

    name: str
    box: Box
    fit: Literal["whole", "cover"] = "whole"
    corner_mm: float = 0


class Size(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One try at fitting: at most `lines`, from the largest size down to the smallest."""

    lines: int
    largest_pt: float
    smallest_pt: float


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text of a column, such as `{given_name}` or `Staff`.

    A text whose fields are all empty is left out, with the white above it; where some are empty,
    so is what stands between: `{organisation} · {job_title}` is the one or the other, or both.
    Its `sizes` are tried in order; then it shrinks in any number of lines, so that it always fits
    `height_mm`. `gap_mm` is the white above it.
    """

    text: LocalText
    sizes: tuple[Size, ...]
    height_mm: float
    gap_mm: float = 0
    weight: Literal["regular", "semibold", "bold"] = "regular"
    colour: str = "ink"
    capitals: bool = False


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts that follow each other, each below what the last one took.

    The heights and gaps of its parts add up to the box's height at most, so they never overlap.
    """

    box: Box
    parts: tuple[Part, ...]
    anchor: Literal["top", "middle", "bottom"] = "top"
    align: Literal["left", "centre", "right"] = "left"


class Code(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ticket's QR code: a square of `side_mm`, quiet zone of four modules included."""

    x_mm: float
    y_mm: float
    side_mm: float


class Face(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is drawn on one face, from below: shapes, pictures, texts, codes on white.

    A face is as wide and as high as the card where it says 0; the quarters of a folded sheet have
    a size of their own.
    """

    width_mm: float = 0
    height_mm: float = 0
    shapes: tuple[Shape, ...] = ()
    pictures: tuple[Picture, ...] = ()
    columns: tuple[Column, ...] = ()
    codes: tuple[Code, ...] = ()


class Panel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a face stands on a card; `turn` 180 has it upside down, as a folded quarter needs.

    The place is that of the upper left corner of its rectangle, turned or not.
    """

    face: str = "front"
    x_mm: float = 0
    y_mm: float = 0
    turn: Literal[0, 180] = 0


class Reverse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other side of a card, on the sheet's other side, and how the printer flips the sheet.

    Cards then stand mirrored on the sheet, so that the two sides meet when it is flipped.
    """

    panels: tuple[Panel, ...] = (Panel(face="back"),)
    flip: Literal["long edge", "short edge"] = "long edge"


class Sheet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The paper, and the grid of cards on it; margins are those at the left and at the top."""

    width_mm: float
    height_mm: float
    columns: int = 1
    rows: int = 1
    left_mm: float = 0
    top_mm: float = 0
    gap_x_mm: float = 0
    gap_y_mm: float = 0
    marks: Literal["cut", "fold", "none"] = "none"

    @property
    def cards(self) -> int:
        """How many cards stand on a sheet."""
        return self.columns * self.rows


class Layout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A badge: its card, its faces by name, and the sheet that cards stand on.

    `device` says what prints it: `sheets` a usual printer, `label` a label printer, one card at a
    time, where the sheet is the label.
    """

    name: str
    title: LocalText
    card_width_mm: float
    card_height_mm: float
    sheet: Sheet
    faces: dict[str, Face]
    panels: tuple[Panel, ...] = (Panel(),)
    reverse: Reverse | None = None
    device: Literal["sheets", "label"] = "sheets"

    def face_size_mm(self, name: str) -> tuple[float, float]:
        """Return the width and the height of a face."""
        face = self.faces[name]
        return face.width_mm or self.card_width_mm, face.height_mm or self.card_height_mm

    def corners(self) -> list[Corner]:
        """Return the upper left corner of each card of a sheet's front, in reading order."""
        sheet = self.sheet
        return [
            Corner(
                sheet.left_mm + column * (self.card_width_mm + sheet.gap_x_mm),
                sheet.top_mm + row * (self.card_height_mm + sheet.gap_y_mm),
            )
            for row in range(sheet.rows)
            for column in range(sheet.columns)
        ]

    def reverse_corners(self) -> list[Corner]:
        """Return, in the same order, where the other sides of the cards stand: mirrored."""
        wide = self.sheet.width_mm - self.card_width_mm
        return [Corner(wide - corner.x_mm, corner.y_mm) for corner in self.corners()]

    @property
    def upright_reverse(self) -> bool:
        """Whether the sheet's other side keeps its top where the front has it, when flipped."""
        portrait = self.sheet.height_mm >= self.sheet.width_mm
        return self.reverse is None or (self.reverse.flip == "long edge") == portrait
