"""Pictures of printed layouts, small ones, and how far two of them are apart."""

from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from badges.layouts.models import Layout
from tests.badges.printing.samples import printed

FOLDER = Path(__file__).resolve().parents[2] / "data" / "golden"
PAGES = (
    ("a6", 0),
    ("a6-double", 1),
    ("card", 0),
    ("fold4", 0),
    ("labels-3x7", 0),
    ("label-62", 1),
)
"""Six layouts, and the page of each that is kept, from 0."""

DPI = 48
COLOURS = 32
SEEN = 48
"""How far apart two pixels are, of 255, before it counts: less is how an edge was smoothed."""

MOST = 0.002
"""The part of a picture's pixels that may be further apart than `SEEN`."""


def drawn(layout: Layout, page: int) -> Image.Image:
    """Return a page of the samples in a layout."""
    document = pypdfium2.PdfDocument(printed(layout).pdf)
    image: Image.Image = document[page].render(scale=DPI / 72).to_pil()
    return image.convert("RGB")


def written(picture: Image.Image) -> bytes:
    """Return a picture as a small PNG, of few colours."""
    out = BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def difference(picture: Image.Image, path: Path) -> float:
    """Return the part of the pixels that differ from the picture of a file; 1 for another size."""
    with Image.open(path) as kept:
        if kept.size != picture.size:
            return 1.0
        # Through the same few colours, so that only what was drawn differs.
        few = picture.quantize(palette=kept, dither=Image.Dither.NONE).convert("RGB")
        apart = ImageChops.difference(few, kept.convert("RGB"))
    bands = [band.point(lambda value: 255 if value > SEEN else 0) for band in apart.split()]
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return most.histogram()[255] / (picture.width * picture.height)
