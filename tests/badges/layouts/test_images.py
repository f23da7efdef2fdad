"""Images of layouts: made anew, as many pixels as print, and bombs defused before they unpack."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from badges.layouts.images import ImageRefused, ImageTooLarge, NotAnImage, at_size, take_in


def file(kind, size=(40, 20), mode="RGB", colour="#0a5c4a", **options):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def opened(made):
    found = Image.open(BytesIO(made.content))
    found.load()
    return found


def png_of(width, height):
    """Return the beginning of a PNG that says it has this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR" + head) + chunk(b"IDAT" + zlib.compress(b"0"))


def chunk(content):
    """Return a part of a PNG."""
    size, check = len(content) - 4, zlib.crc32(content)
    return struct.pack(">I", size) + content + struct.pack(">I", check)


def test_a_photo_is_upright_and_says_nothing_of_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "A telephone"
    made = take_in(file("JPEG", exif=exif.tobytes(), comment=b"from here"))
    found = opened(made)
    assert (found.format, found.size, made.media_type) == ("JPEG", (20, 40), "image/jpeg")
    assert not found.getexif()
    assert b"telephone" not in made.content
    assert b"from here" not in made.content


def test_what_one_sees_through_stays_so_and_texts_go():
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    info = PngInfo()
    info.add_text("Author", "Zoé")
    made = take_in(file("PNG", mode="RGBA", colour=(10, 92, 74, 128), pnginfo=info))
    found = opened(made)
    assert (found.format, found.mode) == ("PNG", "RGBA")
    assert found.getpixel((0, 0)) == (10, 92, 74, 128)
    assert "Author" not in found.info


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "seen"),
    [
        ("L", 128, "PNG", (128, 128, 128)),
        ("1", 1, "PNG", (255, 255, 255)),
        ("P", 0, "PNG", (0, 0, 0)),
        ("I;16", 32896, "PNG", (128, 128, 128)),
        ("CMYK", (0, 0, 0, 0), "JPEG", (255, 255, 255)),
    ],
)
def test_every_kind_of_pixel_becomes_red_green_and_blue(mode, colour, kind, seen):
    assert opened(take_in(file(kind, mode=mode, colour=colour))).getpixel((5, 5)) == seen


def test_an_image_prints_at_300_dpi_of_its_box_and_is_never_enlarged():
    large = take_in(file("PNG", (1200, 600))).content
    assert opened(at_size(large, 25.4, 12.7)).size == (300, 150)
    assert opened(at_size(large, 25.4, 25.4)).size == (600, 300)  # it may cover its box
    assert opened(at_size(large, 254, 127)).size == (1200, 600)
    assert opened(take_in(file("PNG", (7200, 100)))).size == (3600, 50)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (png_of(30_000, 30_000), ImageTooLarge),
        (png_of(400_000, 400_000), ImageTooLarge),
        (file("PNG", (6400, 6400), mode="1", colour=0), ImageTooLarge),
        (b"\x89PNG" + b"\0" * 5_000_000, ImageTooLarge),
        (b"", NotAnImage),
        (b"hello", NotAnImage),
        (png_of(20, 20), NotAnImage),
        (file("PNG")[:-30], NotAnImage),
        (file("JPEG")[:200], NotAnImage),
        (file("WEBP"), ImageRefused),
        (file("GIF"), ImageRefused),
        (file("TIFF"), ImageRefused),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ImageRefused),
        (b"<?xml version='1.0'?><svg/>", ImageRefused),
        (b"%PDF-1.7", ImageRefused),
    ],
    ids=lambda one: "" if isinstance(one, bytes) else one.__name__,
)
def test_what_is_no_image_for_print_is_refused(content, refusal):
    with pytest.raises(refusal):
        take_in(content)
