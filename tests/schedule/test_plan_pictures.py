"""Pictures of plans are made anew, small and bare; what is none, or hostile, is refused by name."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from schedule import photos, plan_pictures
from schedule.plan_pictures import (
    SMALL_BYTES,
    NotAPlan,
    PlanIsAProgram,
    PlanTooLarge,
    PlanTooSmall,
    media_type,
    take_in,
)
from tests.factories import plan_file

ORIENTATION, CAMERA = 0x0112, 0x010F


def read(content):
    return Image.open(io.BytesIO(content))


def saved(picture, kind, **how):
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def drawn(size=(3000, 2000), mode="RGB"):
    """A plan as programs export it: walls and a slanted line, in few colours."""
    picture = Image.new("RGB", size, "#ffffff")
    draw = ImageDraw.Draw(picture)
    wide, high = size
    draw.rectangle((wide * 0.1, high * 0.1, wide * 0.9, high * 0.9), outline="#1b2a2f", width=12)
    draw.line((wide * 0.1, high * 0.1, wide * 0.9, high * 0.7), "#0a5c4a", 9)
    return picture.convert(mode)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_in_full_and_as_a_light_one_of_the_same_shape(kind):
    made = take_in(plan_file(kind, (3000, 1500)))
    assert (made.width_px, made.height_px) == (2400, 1200)
    assert read(made.full).size == (2400, 1200)
    assert (read(made.small).format, read(made.small).size) == ("WEBP", (640, 320))


def test_what_is_drawn_is_a_png_in_few_colours_and_what_was_photographed_a_jpeg():
    plan, photo = take_in(saved(drawn(), "PNG")), Image.effect_noise((900, 600), 80)
    assert (read(plan.full).format, read(plan.full).mode) == ("PNG", "P")
    assert read(take_in(saved(photo.convert("RGB"), "JPEG")).full).format == "JPEG"


@pytest.mark.parametrize("size", [(900, 600), (3000, 2000), (1500, 3000)])
def test_a_light_picture_is_light_whatever_it_shows(size):
    made = take_in(saved(Image.effect_noise(size, 60).convert("RGB"), "JPEG", quality=50))
    assert len(made.small) <= SMALL_BYTES


@pytest.mark.parametrize("mode", ["P", "1", "L"])
def test_lines_stay_soft_when_a_picture_in_few_colours_is_made_smaller(mode):
    made = read(take_in(saved(drawn((4000, 3000), mode), "PNG")).full).convert("L")
    assert len(made.getcolors()) > 20  # edges have shades: pixels were mixed, not dropped


def test_sixteen_bits_of_grey_stay_grey():
    picture = Image.new("I;16", (300, 300), 128 * 257)
    made = read(take_in(saved(picture, "PNG")).full).convert("L")
    assert made.getpixel((150, 150)) == 128


def test_what_one_sees_through_is_white():
    clear = saved(Image.new("RGBA", (300, 300), (200, 0, 0, 0)), "PNG")
    assert read(take_in(clear).full).convert("RGB").getpixel((9, 9)) == (255, 255, 255)


def test_a_picture_stands_upright_and_tells_nothing_else():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[CAMERA] = "Secret camera"
    made = take_in(plan_file("JPEG", (400, 300), exif=exif, comment=b"Secret place"))
    assert (made.width_px, made.height_px) == (300, 400)
    assert b"Secret" not in made.full + made.small


def test_what_hides_behind_a_picture_is_gone():
    polyglot = plan_file() + b"<script>alert(1)</script>%PDF-1.7 PK\x03\x04"
    made = take_in(polyglot)
    for hidden in (b"script", b"%PDF", b"PK\x03\x04"):
        assert hidden not in made.full + made.small


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def bomb(width, height):
    """A PNG of a few bytes that would unpack to so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed)


@pytest.mark.parametrize(
    "content",
    [
        bomb(30_000, 30_000),
        bomb(2**31 - 1, 1),
        bomb(7_100, 7_100),
        b"\x89PNG" + b"x" * photos.MOST_BYTES,
    ],
)
def test_what_would_fill_the_memory_is_refused_unread(content):
    with pytest.raises(PlanTooLarge):
        take_in(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"\xef\xbb\xbf \n<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg/>",
        b"%PDF-1.7\n",
    ],
)
def test_a_drawing_that_is_a_program_is_refused_with_the_mend(content):
    with pytest.raises(PlanIsAProgram) as refused:
        take_in(content)
    assert "PNG" in refused.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"GIF89a" + b"\0" * 100,
        plan_file("TIFF"),
        plan_file("JPEG")[:900],
        plan_file("PNG")[:60],
        plan_file("WEBP")[:40],
        bomb(400, 400),
    ],
)
def test_what_is_no_picture_or_a_broken_one_is_refused(content):
    with pytest.raises(NotAPlan):
        take_in(content)


@pytest.mark.parametrize("size", [(199, 400), (20_000, 600)])
def test_what_nobody_could_read_is_refused(size):
    with pytest.raises(PlanTooSmall):
        take_in(plan_file(size=size))


def test_what_was_kept_is_known_by_its_first_bytes():
    made = take_in(plan_file())
    assert [media_type(one) for one in (made.full, made.small, plan_file("JPEG"))] == [
        plan_pictures.PNG,
        plan_pictures.WEBP,
        plan_pictures.JPEG,
    ]
