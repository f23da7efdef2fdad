"""A phone's camera that is simulated: a badge held before it, tilted, blurred, noisy, packed.

The frame is what the scanner asks a phone for, 1280 by 720, of which it reads the middle; the lens
is that of a main camera (26 mm, as told for a full frame). All chance comes from a seed.
"""

import io
import math
import random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

FRAME_WIDTH = 1280
SIDE = 720
VIEW = math.radians(69.4)
"""The angle that the width of a frame takes in."""
FOCAL = FRAME_WIDTH / 2 / math.tan(VIEW / 2)
OVERSAMPLED = 2
SOURCE_DPI = 300
Matrix = tuple[tuple[float, float, float], ...]


class Conditions(NamedTuple):
    """What befalls one picture; angles in degrees, blurs in pixels of the frame."""

    distance_mm: float
    roll: float
    tilt: float
    towards: float
    off_x_mm: float
    off_y_mm: float
    defocus: float
    motion: float
    motion_towards: float
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
        tilt=chance.uniform(0, 25),
        towards=chance.uniform(0, 360),
        off_x_mm=chance.uniform(-15, 15),
        off_y_mm=chance.uniform(-15, 15),
        defocus=chance.uniform(0.3, 0.7),
        motion=chance.choice([0, 0, 0, 1, 1.5]),
        motion_towards=chance.uniform(0, 180),
        noise=chance.uniform(2, 8),
        black=chance.randint(20, 70),
        white=chance.randint(170, 240),
        shade=chance.uniform(0, 0.35),
        quality=chance.randint(60, 90),
    )


def shot(
    page: Image.Image, centre: tuple[float, float], seen: Conditions, chance: random.Random
) -> Image.Image:
    """Return what the camera gives of a page drawn at `SOURCE_DPI`, aimed at a point of it (px)."""
    size = (SIDE * OVERSAMPLED, SIDE * OVERSAMPLED)
    coefficients = _from_frame(seen, centre)
    picture = page.convert("L").transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=200
    )
    picture = picture.reduce(OVERSAMPLED)
    picture = picture.filter(ImageFilter.GaussianBlur(seen.defocus))
    if seen.motion:
        picture = picture.filter(_streak(seen.motion, math.radians(seen.motion_towards)))
    picture = _lit(picture, seen)
    picture = ImageChops.add(picture, _noise(seen.noise, chance), 1, -128)
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=seen.quality)
    return Image.open(packed).convert("L")


def _from_frame(seen: Conditions, centre: tuple[float, float]) -> list[float]:
    """Return the eight numbers by which a pixel of the frame is looked up on the page."""
    roll, tilt, axis = (math.radians(one) for one in (seen.roll, seen.tilt, seen.towards))
    turned = _times(_about_z(axis), _times(_about_x(tilt), _about_z(roll - axis)))
    focal, middle = FOCAL * OVERSAMPLED, SIDE * OVERSAMPLED / 2
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


def _noise(sigma: float, chance: random.Random) -> Image.Image:
    """Return grey noise around 128, near to normal: two uniform ones added."""
    halves = [Image.frombytes("L", (SIDE, SIDE), chance.randbytes(SIDE * SIDE)) for _ in range(2)]
    mixed = Image.blend(*halves, 0.5)
    scale = sigma / (256 / math.sqrt(24))
    return mixed.point(lambda value: 128 + (value - 127.5) * scale)
