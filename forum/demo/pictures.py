"""Landscapes painted from a seed with Pillow: the illustrations of the demonstration's guide."""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]

JPEG_QUALITY = 86
GRAIN = 0.085
"""How much of the paper's grain shows, 0 to 1."""


class Jpeg(NamedTuple):
    """A compressed picture in red, green and blue; `size` is its width and height in pixels."""

    data: bytes
    size: Size


class Palette(NamedTuple):
    """The colours of a landscape, from the sky down to what is nearest."""

    sky: Colour
    horizon: Colour
    far: Colour
    near: Colour
    light: Colour


DAWN = Palette((172, 203, 209), (252, 231, 196), (170, 196, 186), (16, 72, 60), (255, 244, 214))
DUSK = Palette((54, 60, 108), (240, 160, 120), (140, 104, 134), (30, 28, 54), (255, 214, 140))
NIGHT = Palette((12, 22, 44), (46, 76, 104), (38, 62, 84), (8, 18, 28), (255, 221, 150))
NOON = Palette((120, 178, 206), (228, 240, 232), (146, 184, 150), (24, 92, 70), (255, 255, 240))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour `share` of the way from `one` to `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def gradient(size: Size, top: Colour, bottom: Colour) -> Image.Image:
    """Return a surface that goes from `top` to `bottom`."""
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        column.putpixel((0, y), mix(top, bottom, y / 63))
    return column.resize(size, Image.Resampling.BICUBIC)


def ridge(random: Random, width: int, base: float, height: float, steps: int) -> list[float]:
    """Return the heights of a line of hills, one per pixel, by midpoint displacement."""
    points = [base + random.uniform(-height, height) for _ in range(3)]
    roughness = height
    while len(points) < steps:
        roughness *= 0.52
        wider = [points[0]]
        for left, right in pairwise(points):
            wider += [(left + right) / 2 + random.uniform(-roughness, roughness), right]
        points = wider
    last = len(points) - 1
    line = []
    for x in range(width):
        place = x * last / max(1, width - 1)
        whole = min(int(place), last - 1)
        line.append(points[whole] + (points[whole + 1] - points[whole]) * (place - whole))
    return line


def fill_below(picture: Image.Image, line: list[float], colour: Colour) -> None:
    """Paint all that is below `line`."""
    width, height = picture.size
    outline = [(float(x), y) for x, y in enumerate(line)]
    ImageDraw.Draw(picture).polygon([*outline, (width, height), (0, height)], fill=colour)


def hills(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Paint rows of hills that fade into the distance, and a low sun."""
    width, height = size
    picture = gradient(size, palette.sky, palette.horizon)
    draw = ImageDraw.Draw(picture)
    x, y, radius = random.uniform(0.2, 0.8) * width, height * 0.39, height * 0.07
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=palette.light)
    for layer in range(7):
        share = layer / 6
        base = height * (0.42 + 0.09 * layer)
        line = ridge(random, width, base, height * (0.06 + 0.02 * share), 160)
        fill_below(picture, line, mix(palette.far, palette.near, share))
    return picture


def ridges(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Paint sharp mountains."""
    width, height = size
    picture = gradient(size, palette.sky, palette.horizon)
    for layer in range(6):
        share = layer / 5
        base = height * (0.3 + 0.12 * layer)
        line = ridge(random, width, base, height * 0.16 * (1 - 0.5 * share), 900)
        fill_below(picture, line, mix(palette.far, palette.near, share))
    return picture


def town(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Paint rows of roofs with lit windows."""
    width, height = size
    picture = gradient(size, palette.sky, palette.horizon)
    fill_below(picture, ridge(random, width, height * 0.5, height * 0.08, 120), palette.far)
    draw = ImageDraw.Draw(picture)
    for row in range(4):
        wall = mix(palette.far, palette.near, 0.35 + 0.2 * row)
        unit = width / 22 * (0.7 + 0.25 * row)
        x = -unit * random.random()
        while x < width:
            house = unit * random.uniform(0.7, 1.5)
            top = height * (0.5 + 0.1 * row) - unit * random.uniform(0.1, 0.9)
            draw.rectangle((x, top, x + house, height), fill=wall)
            roof = [(x - 3, top), (x + house / 2, top - unit * 0.4), (x + house + 3, top)]
            draw.polygon(roof, fill=mix(wall, palette.near, 0.5))
            windows(random, draw, (x, top, house, unit), mix(palette.light, wall, 0.15 * (3 - row)))
            x += house * random.uniform(1.0, 1.25)
    return picture


def windows(
    random: Random,
    draw: ImageDraw.ImageDraw,
    house: tuple[float, float, float, float],
    light: Colour,
) -> None:
    """Light some windows of a house: its left, top and width, and the unit of its row."""
    left, top, width, unit = house
    side = unit * 0.1
    for storey in range(3):
        for place in range(int(width / (side * 2.4))):
            if random.random() < 0.4:  # noqa: PLR2004 -- two windows in five
                x = left + side + place * side * 2.4
                y = top + side + storey * side * 2.6
                draw.rectangle((x, y, x + side, y + side * 1.4), fill=light)


def fields(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Paint fields seen from above, each with its furrows, and a river across."""
    width, height = size
    picture = Image.new("RGB", size, palette.far)
    draw = ImageDraw.Draw(picture)
    crops = [palette.far, palette.horizon, mix(palette.far, palette.near, 0.5), (214, 178, 96)]
    waiting = [(0.0, 0.0, float(width), float(height))]
    while waiting:
        left, top, right, bottom = waiting.pop()
        wide, high = right - left, bottom - top
        if max(wide, high) > width * random.uniform(0.08, 0.2):
            cut = random.uniform(0.35, 0.65)
            if wide > high:
                middle = left + wide * cut
                waiting += [(left, top, middle, bottom), (middle, top, right, bottom)]
            else:
                middle = top + high * cut
                waiting += [(left, top, right, middle), (left, middle, right, bottom)]
            continue
        crop = mix(random.choice(crops), palette.near, random.uniform(0, 0.25))
        draw.rectangle((left + 2, top + 2, right - 2, bottom - 2), fill=crop)
        furrow = mix(crop, palette.near, 0.16)
        across = random.random() < 0.5  # noqa: PLR2004 -- as often one way as the other
        for place in range(5, int(high if across else wide) - 4, random.randrange(6, 11)):
            line = (
                (left + 3, top + place, right - 3, top + place)
                if across
                else (left + place, top + 3, left + place, bottom - 3)
            )
            draw.line(line, fill=furrow, width=2)
    river = ridge(random, width, height / 2, height * 0.24, 60)
    for offset, colour in ((30, palette.near), (24, palette.sky)):
        bed = [(x, y - offset) for x, y in enumerate(river)]
        bank = [(x, y + offset) for x, y in enumerate(river)]
        draw.polygon([*bed, *bank[::-1]], fill=colour)
    return picture


def night(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Paint a valley by night: hills, and lights that lines connect."""
    width, height = size
    picture = hills(random, size, palette)
    draw = ImageDraw.Draw(picture)
    lights = [
        (random.uniform(0.03, 0.97) * width, random.uniform(0.45, 0.95) * height) for _ in range(70)
    ]
    for x, y in lights:
        near = sorted(lights, key=lambda one: (one[0] - x) ** 2 + (one[1] - y) ** 2)[1:3]
        for other in near:
            draw.line((x, y, *other), fill=mix(palette.near, palette.light, 0.4), width=2)
    for x, y in lights:
        radius = random.uniform(3, 9)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=palette.light)
    return picture


def canal(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Paint trees along the water, and their reflection."""
    width, height = size
    bank = height * 55 // 100
    picture = gradient((width, bank), palette.sky, palette.horizon)
    draw = ImageDraw.Draw(picture)
    fill_below(picture, ridge(random, width, bank * 0.8, bank * 0.08, 90), palette.far)
    for _ in range(26):
        x = random.uniform(0, width)
        radius = random.uniform(0.12, 0.3) * bank
        leaf = mix(palette.far, palette.near, random.uniform(0.35, 1))
        draw.rectangle((x - 4, bank * 0.5, x + 4, bank), fill=palette.near)
        for _ in range(70):
            dx, dy = random.gauss(0, 0.42) * radius, random.gauss(0, 0.42) * radius
            dot = radius * random.uniform(0.1, 0.26)
            y = bank * 0.62 + dy
            shade = mix(leaf, palette.light, random.uniform(0, 0.22))
            draw.ellipse((x + dx - dot, y - dot, x + dx + dot, y + dot), fill=shade)
    water = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((width, height - bank))
    water = Image.blend(water, Image.new("RGB", water.size, palette.sky), 0.35)
    whole = Image.new("RGB", size)
    whole.paste(picture, (0, 0))
    for y in range(0, height - bank, 3):
        shift = round(random.gauss(0, 1 + 7 * y / (height - bank)))
        strip = water.crop((0, y, width, y + 3))
        whole.paste(ImageChops.offset(strip, shift, 0), (0, bank + y))
    return whole


SCENES: dict[str, tuple[Callable[[Random, Size, Palette], Image.Image], Palette]] = {
    "canal": (canal, NOON),
    "cover": (hills, NOON),
    "fields": (fields, NOON),
    "hills": (hills, DAWN),
    "morning": (town, DAWN),
    "night": (night, NIGHT),
    "ridges": (ridges, DUSK),
    "town": (town, DUSK),
}


def jpeg(scene: str, size: Size, seed: int) -> Jpeg:
    """Return a scene of `SCENES`, `size` pixels wide and high, on grained paper."""
    random = Random(f"{scene} {seed}")  # noqa: S311 -- repeatable on purpose
    paint, palette = SCENES[scene]
    picture = paint(random, size, palette).filter(ImageFilter.SMOOTH)
    grain = Image.frombytes("L", size, random.randbytes(size[0] * size[1]))
    soft = grain.filter(ImageFilter.BoxBlur(0.7))
    paper = Image.merge("RGB", (soft, soft, soft))
    out = BytesIO()
    Image.blend(picture, paper, GRAIN).save(out, "JPEG", quality=JPEG_QUALITY)
    return Jpeg(out.getvalue(), size)
