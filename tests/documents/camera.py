"""A phone's camera that is simulated: a badge held before it, tilted, blurred, moving, noisy.

All chance comes from a seed. What a usual phone of 2020 or later does, and why it is so here:

- frames: 1,920 by 1,080, which the scanner asks for and which phones give; 1,280 by 720 is the
  least. The lens is that of a main camera (26 mm, as told for a full frame). Readers of codes
  want two pixels a module at least (developers.google.com/ml-kit/vision/barcode-scanning).
- sharpness: at its best a video has half of its contrast left at a third of a cycle a pixel,
  which is a blur of 0.55 pixels. The focus follows a hand that comes or goes by 2 to 4 cm at
  20 cm, which is up to one dioptre; a pupil of 2.7 mm (f/1.8 before a sensor of half an inch)
  spreads a point over a disc, whose deviation along an axis is a quarter of its width.
- motion: a hand that aims and a person who stands move by some 15 mm/s against each other, 30 at
  times. Halls have 300 to 500 lux, and exposures are whole swings of lamps: 1/100 or 1/50 s.
- noise: a deviation of 2 to 8 of 256 steps, after what the phone smooths.
- light: paper between grey and white, ink between grey and black, and one side in the shade.
- packing: frames reach a page as the sensor gave them; a webcam packs them as JPEG, at 80 or more.

Left out are what no phone reads through (a thumb, a glare on plastic: one turns the badge), and
what helps (phones sharpen edges).
"""

import io
import math
import random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

WIDTH = 1920
LEAST_WIDTH = 1280
"""Frames are so many pixels wide, and nine sixteenths as high; the scanner reads the middle."""

VIEW = math.radians(69.4)
"""The angle that the width of a frame takes in."""
OVERSAMPLED = 2
SOURCE_DPI = 300
BEST_BLUR = 0.55
PUPIL_MM = 2.7
SPEED_MM_S = 12
"""The most frequent speed (Rayleigh): half are above 14, one in twenty above 29."""
MOST_MM_S = 40
STREAK_MOST = 3.9
"""The longest streak that one kernel of 5 by 5 pixels holds."""

Matrix = tuple[tuple[float, float, float], ...]


class Conditions(NamedTuple):
    """What befalls one picture; angles in degrees.

    `off_dioptres` is how far the lens is from being sharp; `noise`, `black` and `white` are steps
    of 256, `shade` a part of the light, `quality` that of JPEG.
    """

    distance_mm: float
    roll: float
    tilt: float
    towards: float
    off_x_mm: float
    off_y_mm: float
    off_dioptres: float
    speed_mm_s: float
    moves_towards: float
    exposure_s: float
    noise: float
    black: int
    white: int
    shade: float
    quality: int


def some(chance: random.Random, distance_mm: float = 200) -> Conditions:
    """Draw the conditions of one picture: those of a hall, and of a hand."""
    return Conditions(
        distance_mm=distance_mm * chance.uniform(0.95, 1.05),
        roll=chance.uniform(-180, 180),
        tilt=chance.uniform(0, 30),
        towards=chance.uniform(0, 360),
        off_x_mm=chance.uniform(-15, 15),
        off_y_mm=chance.uniform(-15, 15),
        off_dioptres=chance.uniform(0, 1),
        speed_mm_s=min(chance.weibullvariate(SPEED_MM_S * math.sqrt(2), 2), MOST_MM_S),
        moves_towards=chance.uniform(0, 180),
        exposure_s=chance.choice([1 / 100, 1 / 50]),
        noise=chance.uniform(2, 8),
        black=chance.randint(20, 70),
        white=chance.randint(170, 240),
        shade=chance.uniform(0, 0.35),
        quality=chance.randint(80, 95),
    )


def shot(
    page: Image.Image,
    centre: tuple[float, float],
    seen: Conditions,
    chance: random.Random,
    width: int = WIDTH,
) -> Image.Image:
    """Return the middle square of a frame `width` wide, aimed at a point of a page (px).

    The page was drawn at `SOURCE_DPI`.
    """
    side, focal = width * 9 // 16, width / 2 / math.tan(VIEW / 2)
    size = (side * OVERSAMPLED, side * OVERSAMPLED)
    coefficients = _from_frame(seen, centre, side, focal)
    picture = page.convert("L").transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=200
    )
    picture = picture.reduce(OVERSAMPLED)
    disc = PUPIL_MM * seen.off_dioptres / 1000 * focal
    picture = picture.filter(ImageFilter.GaussianBlur(math.hypot(BEST_BLUR, disc / 4)))
    streak = seen.speed_mm_s * seen.exposure_s * focal / seen.distance_mm
    picture = _streaked(picture, streak, math.radians(seen.moves_towards))
    picture = _lit(picture, seen)
    picture = ImageChops.add(picture, _noise(seen.noise, side, chance), 1, -128)
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=seen.quality)
    return Image.open(packed).convert("L")


def _from_frame(
    seen: Conditions, centre: tuple[float, float], side: int, focal: float
) -> list[float]:
    """Return the eight numbers by which a pixel of the frame is looked up on the page."""
    roll, tilt, axis = (math.radians(one) for one in (seen.roll, seen.tilt, seen.towards))
    turned = _times(_about_z(axis), _times(_about_x(tilt), _about_z(roll - axis)))
    focal, middle = focal * OVERSAMPLED, side * OVERSAMPLED / 2
    per_mm = SOURCE_DPI / 25.4
    lens: Matrix = ((focal, 0, middle), (0, focal, middle), (0, 0, 1))
    plane = tuple(
        (row[0], row[1], shift)
        for row, shift in zip(turned, (seen.off_x_mm, seen.off_y_mm, seen.distance_mm), strict=True)
    )
    back = _inverse(_times(lens, plane))
    source: Matrix = ((per_mm, 0, centre[0]), (0, per_mm, centre[1]), (0, 0, 1))
    whole = _times(source, back)
    flat = [value / whole[2][2] for row in whole for value in row]
    return flat[:8]


def _about_z(angle: float) -> Matrix:
    return (
        (math.cos(angle), -math.sin(angle), 0),
        (math.sin(angle), math.cos(angle), 0),
        (0, 0, 1),
    )


def _about_x(angle: float) -> Matrix:
    return (
        (1, 0, 0),
        (0, math.cos(angle), -math.sin(angle)),
        (0, math.sin(angle), math.cos(angle)),
    )


def _times(a: Matrix, b: Matrix) -> Matrix:
    columns = list(zip(*b, strict=True))
    return tuple(
        tuple(sum(x * y for x, y in zip(row, column, strict=True)) for column in columns)
        for row in a
    )


def _inverse(m: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = m
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return tuple(tuple(value / determinant for value in row) for row in rows)


def _streaked(picture: Image.Image, length: float, angle: float) -> Image.Image:
    """Return a picture that moved by so many pixels; a long streak is made of several short ones.

    Deviations add up as squares, so that n streaks of length/√n spread a point as far.
    """
    times = math.ceil((length / STREAK_MOST) ** 2)
    for _ in range(times):
        picture = picture.filter(_streak(length / math.sqrt(times), angle))
    return picture


def _streak(length: float, angle: float) -> ImageFilter.Kernel:
    """Return the blur of a hand that moves: a line through the middle of 5 by 5 pixels."""
    weights = [0.0] * 25
    steps = 21
    for n in range(steps):
        along = (n / (steps - 1) - 0.5) * length
        x, y = 2 + along * math.cos(angle), 2 + along * math.sin(angle)
        for px in (math.floor(x), math.floor(x) + 1):
            for py in (math.floor(y), math.floor(y) + 1):
                share = (1 - abs(x - px)) * (1 - abs(y - py))
                if share > 0 and 0 <= px < 5 and 0 <= py < 5:
                    weights[py * 5 + px] += share
    return ImageFilter.Kernel((5, 5), weights)


def _lit(picture: Image.Image, seen: Conditions) -> Image.Image:
    """Return the picture as the light has it: no black, no white, darker towards one side."""
    reach = seen.white - seen.black
    grey = picture.point(lambda value: seen.black + value * reach / 255)
    gradient = Image.linear_gradient("L").rotate(seen.towards, fillcolor=128).resize(grey.size)
    dark = grey.point(lambda value: value * (1 - seen.shade))
    return Image.composite(dark, grey, gradient)


def _noise(sigma: float, side: int, chance: random.Random) -> Image.Image:
    """Return grey noise around 128, near to normal: two uniform ones added."""
    halves = [Image.frombytes("L", (side, side), chance.randbytes(side * side)) for _ in range(2)]
    mixed = Image.blend(*halves, 0.5)
    scale = sigma / (256 / math.sqrt(24))
    return mixed.point(lambda value: 128 + (value - 127.5) * scale)
