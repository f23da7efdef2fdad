"""Photos of people as they are kept: small, upright, nothing but the picture. Bytes in and out."""

from io import BytesIO

from PIL import Image, ImageOps

from forum.core.errors import Problem

MOST_BYTES = 5_000_000
LARGEST_FORM = MOST_BYTES + 100_000
"""The largest body of a form that brings a photo."""
MOST_PIXELS = 50_000_000
"""More than any telephone's camera makes; what would unpack to more is refused unread."""
LARGEST_SIDE = 800
MEDIA_TYPE = "image/jpeg"
QUALITY = 85
WHITE = (255, 255, 255)
FORMATS = ("JPEG", "PNG", "WEBP")


class NotAPhoto(Problem):
    """This file is no photo that can be read: send a JPEG, PNG or WebP picture."""

    code = "not_a_photo"
    status = 422


class PhotoTooLarge(Problem):
    """This photo is too large: send one of 5 MB and 50 million pixels at most."""

    code = "photo_too_large"
    status = 422


def portrait(content: bytes) -> bytes:
    """Return a photo as a JPEG of at most `LARGEST_SIDE` pixels a side, upright, without metadata.

    It takes a moment of one processor: call it in a thread.

    Raises:
        PhotoTooLarge: it has more bytes, or unpacks to more pixels, than is allowed.
        NotAPhoto: it is no JPEG, PNG or WebP picture, or a broken one.
    """
    out = BytesIO()
    made = fitted(content, LARGEST_SIDE)
    made.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def fitted(content: bytes, side: int) -> Image.Image:
    """Return the pixels of a picture alone, upright, flat on white, at most `side` a side.

    Raises:
        PhotoTooLarge, NotAPhoto: as `portrait` has it.
    """
    if len(content) > MOST_BYTES:
        raise PhotoTooLarge
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoTooLarge
            picture.draft("RGB", (2 * side, 2 * side))  # a JPEG unpacks smaller
            upright = _mixable(ImageOps.exif_transpose(picture))
            upright.thumbnail((side, side))
            return _flat(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        raise NotAPhoto from error  # what Pillow raises of broken files is not one kind


def _mixable(picture: Image.Image) -> Image.Image:
    """Return pixels that can be mixed when they are made fewer: no numbers of a palette."""
    if picture.mode.startswith("I"):  # 16 bits: Pillow would cut them off rather than scale
        return picture.convert("I").point(lambda value: value / 257).convert("L")
    if picture.mode in ("P", "1"):
        return picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where one could see through."""
    made = Image.new("RGB", picture.size, WHITE)
    seen_through = picture.convert("RGBA")
    made.paste(seen_through, mask=seen_through.getchannel("A"))
    return made
