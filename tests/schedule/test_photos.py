"""Photos are kept small, upright and bare; what is none, or would fill the memory, is refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from schedule import photos
from schedule.photos import NotAPhoto, PhotoTooLarge, portrait

ORIENTATION, CAMERA = 0x0112, 0x010F
RED = (200, 20, 20)


def picture(kind="JPEG", size=(1600, 900), *, mode="RGB", colour=RED, **more):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **more)
    return out.getvalue()


def read(content):
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_small_jpeg(kind):
    made = read(portrait(picture(kind)))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (800, 450))


def test_a_small_photo_is_not_made_larger():
    assert read(portrait(picture(size=(40, 30)))).size == (40, 30)


def test_a_photo_stands_upright_and_tells_nothing_of_the_camera():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[CAMERA] = "Secret camera"
    made = portrait(picture(size=(400, 300), exif=exif, comment=b"Secret place"))
    assert read(made).size == (300, 400)
    assert dict(read(made).getexif()) == {}
    assert b"Secret" not in made


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_kind_of_pixel_is_read(mode):
    colour = {"RGBA": (0, 0, 0, 0), "LA": (0, 0)}.get(mode, 0)
    made = read(portrait(picture("PNG", (20, 20), mode=mode, colour=colour)))
    seen_through = mode in {"RGBA", "LA"}
    assert made.getpixel((10, 10)) == ((255, 255, 255) if seen_through else (0, 0, 0))


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def bomb(width, height):
    """Return a PNG of a few bytes that would unpack to so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed)


@pytest.mark.parametrize("size", [(7100, 7100), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_unpacks_to_too_much_is_refused_unread(size):
    with pytest.raises(PhotoTooLarge):
        portrait(bomb(*size))


def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(PhotoTooLarge):
        portrait(b"\xff\xd8" + b"x" * photos.MOST_BYTES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 100,
        picture()[:400],
        picture("PNG")[:60],
        picture("WEBP")[:60],
        bomb(40, 40),
        picture("GIF"),
        picture("TIFF"),
    ],
)
def test_what_is_no_photo_is_refused(content):
    with pytest.raises(NotAPhoto):
        portrait(content)
