"""Pictures of plans as they are kept: nothing but the picture, and a light one. Bytes in and out.

A plan is drawn more often than it is photographed. So a picture is kept in 256 colours, without
loss, where that is the smaller file, and as a JPEG where it is not.
"""

from io import BytesIO

from msgspec import Struct
from PIL import Image

from forum.core.errors import Problem
from schedule import photos

LARGEST_FORM = photos.MOST_BYTES + 200_000
"""The largest body of a form that brings a picture."""
LARGEST_SIDE = 2400
"""Half as much again as an A4 page shows at 200 dpi: for whoever zooms on a telephone."""
LEAST_SIDE = 200
SMALL_BYTES = 24_000
"""What a light picture weighs at most: a page has few bytes."""
SMALL_STEPS = ((640, 80), (640, 50), (480, 40), (320, 20), (240, 10))
"""Width in pixels and quality of a light picture, tried one after the other."""
TALLEST = 1.4
"""How high a light picture is at most, over its width."""
COLOURS = 256
QUALITY = 85
PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
PROGRAMS = (b"<svg", b"<?xml", b"%pdf", b"<!doctype svg")
"""How a file begins, in small letters, that draws by a program instead of pixels."""


class NotAPlan(Problem):
    """This file is no picture that can be read: send a PNG, JPEG or WebP picture."""

    code = "not_a_plan"
    status = 422


class PlanIsAProgram(Problem):
    """SVG and PDF are not taken, since they may hold programs: save the plan as PNG, send that."""

    code = "plan_is_a_program"
    status = 422


class PlanTooLarge(Problem):
    """This picture is too large: send one of 5 MB and 50 million pixels at most."""

    code = "plan_too_large"
    status = 422


class PlanTooSmall(Problem):
    """This picture is too small or too narrow to read a plan on: send a larger one."""

    code = "plan_too_small"
    status = 422


class Kept(Struct, frozen=True, kw_only=True):
    """A picture as it is kept, PNG or JPEG, and the light one of the same shape, WebP."""

    full: bytes
    small: bytes
    width_px: int
    height_px: int


def take_in(content: bytes) -> Kept:
    """Return a picture made anew: upright, flat on white, without metadata, not too large.

    It takes a second of one processor at most: call it in a thread.

    Raises:
        PlanTooLarge: it has more bytes, or unpacks to more pixels, than is allowed.
        PlanTooSmall: nothing could be read on it.
        PlanIsAProgram: it is an SVG or a PDF.
        NotAPlan: it is no JPEG, PNG or WebP picture, or a broken one.
    """
    try:
        picture = photos.fitted(content, LARGEST_SIDE)
    except photos.PhotoTooLarge as error:
        raise PlanTooLarge from error
    except photos.NotAPhoto as error:
        if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PROGRAMS):
            raise PlanIsAProgram from error
        raise NotAPlan from error
    if min(picture.size) < LEAST_SIDE:
        raise PlanTooSmall
    return Kept(
        full=packed(picture),
        small=_small(picture),
        width_px=picture.width,
        height_px=picture.height,
    )


def packed(picture: Image.Image) -> bytes:
    """Return a picture in the smaller of two forms: PNG in few colours, or JPEG."""
    drawn = _saved(picture.quantize(COLOURS, dither=Image.Dither.NONE), "PNG", optimize=True)
    taken = _saved(picture, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return min(drawn, taken, key=len)


def _lighter(picture: Image.Image, width: int) -> Image.Image:
    made = picture.copy()
    made.thumbnail((width, round(width * TALLEST)))
    return made


def _small(picture: Image.Image) -> bytes:
    """Return a light picture: without loss where it is light enough so, else in the first step."""
    exact = _lighter(picture, SMALL_STEPS[0][0]).quantize(64, dither=Image.Dither.NONE)
    found = _saved(exact.convert("RGB"), "WEBP", lossless=True)
    for width, quality in SMALL_STEPS:
        if len(found) <= SMALL_BYTES:
            break
        found = _saved(_lighter(picture, width), "WEBP", quality=quality, method=6)
    return found


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def media_type(content: bytes) -> str:
    """Return what a picture is that was kept, by its first bytes."""
    if content.startswith(b"\x89PNG"):
        return PNG
    return JPEG if content.startswith(b"\xff\xd8") else WEBP
