"""Plans of the demonstration's venue, drawn with Pillow: an invented building, its rooms on it."""

from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from forum.core.font_coverage import FONTS
from forum.core.text import Text
from forum.demo.contents import both
from forum.demo.programme import identity
from schedule.models import Marker

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in units of a drawing of 1500 by 1000."""
WIDE, HIGH = 1500, 1000
FINE = 2
"""Drawn so many times as large, then made smaller: lines and letters have soft edges."""
INK, WALL, SOFT = "#1b2a2f", "#3d4d52", "#7b8a8e"
GROUND, FLOOR, WATER = "#eef1ea", "#ffffff", "#d3e6ef"
FIR, ROSE, OCHRE, SKY, STONE = "#dcefe8", "#fbe4e1", "#fff1cc", "#ddedf8", "#e6eaec"
DARK_FIR = "#0a5c4a"
THICK, THIN = 9, 3


class Venue(NamedTuple):
    """A plan: its words, its picture as a PNG, and where rooms are on it."""

    title: Text
    alt: Text
    picture: bytes
    markers: list[Marker]


class Board:
    """A surface to draw a floor on, in units of `WIDE` by `HIGH`."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDE * FINE, HIGH * FINE), GROUND)
        self._draw = ImageDraw.Draw(self.image)

    def png(self) -> bytes:
        """Return the drawing as a PNG."""
        small = self.image.resize((WIDE, HIGH), Image.Resampling.LANCZOS)
        out = BytesIO()
        small.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue()

    def box(self, box: Box, fill: str, *, wall: int = 0, round_: float = 0) -> None:
        """Fill an area, with a wall around it."""
        place: Any = [value * FINE for value in box]
        edge = WALL if wall else None
        self._draw.rounded_rectangle(place, round_ * FINE, fill, edge, wall * FINE)

    def line(self, *points: tuple[float, float], ink: str = WALL, wide: float = THIN) -> None:
        """Draw a line through points."""
        place: Any = [(x * FINE, y * FINE) for x, y in points]
        self._draw.line(place, ink, round(wide * FINE), joint="curve")

    def shape(self, *points: tuple[float, float], fill: str) -> None:
        """Fill what is between points."""
        place: Any = [(x * FINE, y * FINE) for x, y in points]
        self._draw.polygon(place, fill)

    def arc(self, box: Box, start: float, end: float, ink: str, wide: float) -> None:
        """Draw part of an ellipse, in degrees from three o'clock on with the clock."""
        place: Any = [value * FINE for value in box]
        self._draw.arc(place, start, end, ink, round(wide * FINE))

    def text(self, x: float, y: float, text: str, size: float, ink: str = INK) -> None:
        """Write around a point."""
        face = ImageFont.truetype(FONTS / "Inter-SemiBold.ttf", round(size * FINE))
        self._draw.text((x * FINE, y * FINE), text, ink, face, anchor="mm", align="center")

    def door(self, x: float, y: float, wide: float = 44) -> None:
        """Open a level wall whose upper edge is at `y`."""
        middle = y + THICK / 2
        self.line((x - wide / 2, middle), (x + wide / 2, middle), ink=FLOOR, wide=THICK + 1)

    def stairs(self, box: Box) -> None:
        """Draw a flight of stairs."""
        left, top, right, bottom = box
        self.box(box, STONE, wall=THIN)
        for n in range(1, 8):
            x = left + (right - left) * n / 8
            self.line((x, top), (x, bottom), ink=SOFT, wide=2)

    def lift(self, x: float, y: float, name: str) -> None:
        """Draw a lift with its letter."""
        self.box((x - 30, y - 30, x + 30, y + 30), STONE, wall=4)
        self.text(x, y, name, 26)

    def tables(self, box: Box, across: int, down: int, *, side: float = 26) -> None:
        """Draw tables in rows."""
        left, top, right, bottom = box
        for row in range(down):
            for column in range(across):
                x = left + (right - left) * (column + 0.5) / across
                y = top + (bottom - top) * (row + 0.5) / down
                self.box((x - side, y - side / 2, x + side, y + side / 2), FLOOR, wall=2, round_=5)

    def chairs(self, box: Box, rows: int) -> None:
        """Draw rows of chairs, with an aisle in the middle."""
        left, top, right, bottom = box
        middle = (left + right) / 2
        for n in range(rows):
            y = top + (bottom - top) * (n + 0.5) / rows
            self.line((left, y), (middle - 20, y), ink=SOFT, wide=5)
            self.line((middle + 20, y), (right, y), ink=SOFT, wide=5)


def venues() -> list[Venue]:
    """Return the plans: the ground floor, and the two above it side by side."""
    here = partial(_marked, "room")
    return [
        Venue(
            title=both("Niveau 0 : accueil et auditorium", "Level 0: welcome and auditorium"),
            alt=both(
                "Plan du niveau 0. L’entrée de plain-pied, en bas au milieu, mène au hall du Canal"
                " du Midi : accueil et vestiaire à droite, stands et buffets à gauche. Au fond du"
                " hall, deux portes ouvrent sur l’auditorium Riquet. L’escalier et les ascenseurs"
                " A et B sont à droite du hall, les toilettes à gauche.",
                "Plan of level 0. The step-free entrance, at the bottom in the middle, leads into"
                " the Canal du Midi hall: welcome desk and cloakroom on the right, stands and"
                " buffets on the left. At the back of the hall two doors open into the Riquet"
                " auditorium. Stairs and lifts A and B are on the right of the hall, toilets on"
                " the left.",
            ),
            picture=ground_floor(),
            markers=[here("auditorium-riquet", 50, 34), here("hall-canal-du-midi", 50, 72)],
        ),
        Venue(
            title=both("Niveaux 1 et 2 : salles", "Levels 1 and 2: rooms"),
            alt=both(
                "Plan des niveaux 1, à gauche, et 2, à droite. Au niveau 1, les salles Garonne et"
                " Ariane se font face de part et d’autre du palier, que desservent l’escalier et"
                " les ascenseurs A et B. Au niveau 2, la salle Clémence-Isaure est en haut,"
                " l’atelier Pastel en bas ; l’escalier et l’ascenseur B y mènent.",
                "Plan of level 1, on the left, and level 2, on the right. On level 1 the Garonne"
                " and Ariane rooms face each other across the landing, reached by the stairs and"
                " by lifts A and B. On level 2 the Clémence-Isaure room is at the top and the"
                " Pastel workshop at the bottom; the stairs and lift B lead there.",
            ),
            picture=upper_floors(),
            markers=[
                here("salle-garonne", 24, 30),
                here("salle-ariane", 24, 77),
                here("salle-clemence-isaure", 74, 30),
                here("atelier-pastel", 68, 77),
            ],
        ),
    ]


def _marked(kind: str, slug: str, x: float, y: float) -> Marker:
    return Marker(room_id=identity(kind, slug), x=x, y=y)


def ground_floor() -> bytes:
    """Draw the ground floor: the hall, and the auditorium behind it."""
    board = Board()
    board.shape((0, 930), (1500, 960), (1500, 1000), (0, 1000), fill=WATER)
    auditorium(board)
    board.box((110, 560, 1390, 890), FLOOR, wall=THICK)
    board.box((110, 60, 309, 569), STONE, wall=THICK)
    board.box((1191, 60, 1390, 569), STONE, wall=THICK)
    for x, wide in ((205, 60), (610, 70), (890, 70), (1295, 80)):
        board.door(x, 560, wide)
    board.text(205, 310, "WC", 44, SOFT)
    board.stairs((1225, 90, 1365, 250))
    board.lift(1250, 330, "A")
    board.lift(1340, 330, "B")
    board.box((150, 600, 610, 850), OCHRE, round_=14)
    board.tables((160, 610, 600, 840), 5, 3)
    board.box((1010, 640, 1150, 690), FIR, wall=THIN, round_=8)
    board.text(1080, 665, "i", 34, DARK_FIR)
    board.box((1200, 620, 1360, 850), ROSE, round_=14)
    for n in range(5):
        board.line((1220, 655 + 40 * n), (1340, 655 + 40 * n), ink=SOFT, wide=5)
    board.door(750, 881, 170)
    board.shape((750, 905), (705, 960), (795, 960), fill=DARK_FIR)
    return board.png()


def auditorium(board: Board) -> None:
    """Draw a hall of tiers in front of a stage."""
    board.box((300, 60, 1200, 569), SKY, wall=THICK)
    board.shape((520, 66), (980, 66), (920, 150), (580, 150), fill=DARK_FIR)
    for n in range(7):
        reach = 120 + 42 * n
        box = (750 - reach * 1.25, 60 - reach * 0.35, 750 + reach * 1.25, 150 + reach)
        for start, end in ((28, 84), (96, 152)):
            board.arc(box, start, end, WALL if n % 2 else SOFT, 9)


def upper_floors() -> bytes:
    """Draw levels 1 and 2, side by side."""
    board = Board()
    for left, level in ((60, "1"), (790, "2")):
        board.box((left, 60, left + 650, 940), FLOOR, wall=THICK)
        board.text(left + 46, 500, level, 60, DARK_FIR)
    for room, fill in (
        ((60, 60, 710, 420), FIR),
        ((60, 580, 710, 940), OCHRE),
        ((790, 60, 1440, 420), ROSE),
        ((790, 580, 1249, 940), SKY),
        ((1240, 580, 1440, 940), STONE),
    ):
        board.box(room, fill, wall=THICK)
    board.chairs((110, 110, 660, 370), 8)
    board.chairs((110, 640, 660, 890), 7)
    board.tables((820, 90, 1410, 390), 4, 4, side=46)
    board.tables((820, 610, 1210, 910), 2, 3, side=60)
    for x in (230, 540, 960, 1270):
        board.door(x, 411)
    for x in (230, 540, 1010, 1340):
        board.door(x, 580)
    board.text(1340, 760, "WC", 44, SOFT)
    for left in (430, 1210):
        board.stairs((left, 455, left + 110, 545))
    board.lift(595, 500, "A")
    board.lift(665, 500, "B")
    board.lift(1390, 500, "B")
    return board.png()
