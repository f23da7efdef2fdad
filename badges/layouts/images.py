"""Images of badge layouts as they are kept and printed: nothing but the picture. Bytes in and out.

What a file unpacks to is bounded before it is unpacked; all the same it belongs into a process of
its own, which may be ended.
"""

from io import BytesIO
from typing import Literal

from msgspec import Struct
from PIL import Image, ImageOps

from forum.core.errors import Problem

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
LARGEST_SIDE = 3_600
"""What an image is made to fit when it is taken in: an A4 side at 300 dpi, and a little."""
DPI = 300
MM_PER_INCH = 25.4
QUALITY = 90
FORMATS = ("JPEG", "PNG")
RECOGNISED: tuple[tuple[bytes, int], ...] = (
    (b"WEBP", 8),
    (b"GIF8", 0),
    (b"%PDF", 0),
    (b"ftypavif", 4),
    (b"ftypheic", 4),
    (b"II*\0", 0),
    (b"MM\0*", 0),
)
"""What is no PNG and no JPEG, by the bytes at a place."""


class NotAnImage(Problem):
    """This file is no image that can be printed: send a PNG or a JPEG."""

    code = "not_an_image"
    status = 422


class ImageRefused(Problem):
    """Images of this kind are not taken (WebP, SVG, GIF and others): save it as PNG or JPEG."""

    code = "image_refused"
    status = 422


class ImageTooLarge(Problem):
    """This image is too large: send one of 5 MB and 40 million pixels at most."""

    code = "image_too_large"
    status = 422


class TakenIn(Struct, frozen=True, kw_only=True):
    """An image as it is kept."""

    content: bytes
    media_type: Literal["image/png", "image/jpeg"]
    width_px: int
    height_px: int


def take_in(content: bytes) -> TakenIn:
    """Return an image made anew: upright, without metadata, `LARGEST_SIDE` pixels a side at most.

    Raises:
        ImageTooLarge: it has more bytes, or unpacks to more pixels, than is allowed.
        ImageRefused: it is an image of another kind.
        NotAnImage: it is none, or a broken one.
    """
    return _made(content, LARGEST_SIDE, LARGEST_SIDE, cover=False)


def at_size(content: bytes, width_mm: float, height_mm: float) -> TakenIn:
    """Return an image that was taken in, as many pixels as print in a box at 300 dpi.

    Where its shape is not the box's, the shorter way has that many, so that it may cover the box.
    """
    wide, high = (max(1, round(mm / MM_PER_INCH * DPI)) for mm in (width_mm, height_mm))
    return _made(content, wide, high, cover=True)


def _made(content: bytes, wide: int, high: int, *, cover: bool) -> TakenIn:
    if len(content) > MOST_BYTES:
        raise ImageTooLarge
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ImageTooLarge
            kind = picture.format
            upright = ImageOps.exif_transpose(picture)
            scale = (max if cover else min)(wide / upright.width, high / upright.height)
            plain = _plain(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        if _other_kind(content):
            raise ImageRefused from error
        raise NotAnImage from error  # what Pillow raises of broken files is not one kind
    if scale < 1:
        size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
        plain = plain.resize(size, Image.Resampling.LANCZOS)
    out = BytesIO()
    if kind == "JPEG":
        plain.convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True)
    else:
        plain.save(out, "PNG", optimize=True)
    return TakenIn(
        content=out.getvalue(),
        media_type="image/jpeg" if kind == "JPEG" else "image/png",
        width_px=plain.width,
        height_px=plain.height,
    )


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels alone: red, green, blue, and how far one sees through where one does."""
    seen_through = "A" in picture.getbands() or "transparency" in picture.info
    if picture.mode.startswith("I"):  # 16 bits: Pillow would cut them off rather than scale
        picture = picture.convert("I").point(lambda value: value / 257).convert("L")
    mode = "RGBA" if seen_through else "RGB"
    found = picture.convert(mode)
    plain = Image.new(mode, found.size)
    plain.paste(found)
    return plain


def _other_kind(content: bytes) -> bool:
    """Say whether this is an image of a kind that is known, and not taken."""
    head = content[:1000].lstrip().lower()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in content[:1000].lower():
        return True
    return any(content[at : at + len(sign)] == sign for sign, at in RECOGNISED)
