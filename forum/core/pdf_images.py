"""Pictures in a PDF: as many pixels as print, in few colours where they are drawn so."""

import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from reportlab.pdfbase.pdfdoc import PDFArray, PDFName, PDFObject, PDFStream

from forum.core.pdf import Document

POINTS_PER_INCH = 72
QUALITY = 85
COLOURS = 256


class _ImageObject(PDFObject):
    """An image of a PDF: its pixels packed, and what the reader must know of them."""

    def __init__(self, name: str, content: bytes, entries: dict[str, Any]) -> None:
        self.name = name
        self.content = content
        self.entries = entries

    def format(self, document: object) -> bytes:
        """Return the object as it stands in the file."""
        stream = PDFStream(content=self.content)
        for key, value in self.entries.items():
            stream.dictionary[key] = value
        stream.dictionary["Length"] = len(self.content)
        formatted: bytes = stream.format(document)
        return formatted


def draw_picture(
    document: Document,
    name: str,
    content: bytes,
    area: tuple[float, float, float, float],
    *,
    most_dpi: int,
) -> None:
    """Draw a PNG in few colours, or a JPEG, into an area: left, bottom, width, height in points.

    `name` stands for the picture at this size: what was drawn under it before is drawn again. What
    has more pixels than `most_dpi` to the inch gets fewer. One may not see through the picture.
    """
    left, bottom, wide, high = area
    store = document._doc  # noqa: SLF001 -- reportlab's own way to its objects
    registered = store.getXObjectName(name)
    if registered not in store.idToObject:
        image = _packed(name, content, (wide, high), most_dpi)
        store.Reference(image, registered)
        store.addForm(name, image)
    document.saveState()
    document.transform(wide, 0, 0, high, left, bottom)
    document.doForm(name)
    document.restoreState()


def _packed(name: str, content: bytes, size_pt: tuple[float, float], most_dpi: int) -> _ImageObject:
    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
        drawn = picture.format == "PNG"
        scale = max(pt * most_dpi / POINTS_PER_INCH for pt in size_pt) / max(picture.size)
        as_it_is = scale >= 1 and picture.mode == ("P" if drawn else "RGB")
        made = picture.copy() if as_it_is else picture.convert("RGB")
    if scale < 1:
        size = (max(1, round(made.width * scale)), max(1, round(made.height * scale)))
        made = made.resize(size, Image.Resampling.LANCZOS)
    if drawn and not as_it_is:
        made = made.quantize(COLOURS, dither=Image.Dither.NONE)
    elif not as_it_is:
        out = BytesIO()
        made.save(out, "JPEG", quality=QUALITY, optimize=True)
        content = out.getvalue()
    entries: dict[str, Any] = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "Width": made.width,
        "Height": made.height,
        "BitsPerComponent": 8,
        "ColorSpace": PDFName("DeviceRGB"),
        "Filter": PDFName("DCTDecode"),
    }
    if drawn:
        palette = bytes(made.getpalette("RGB") or b"")
        last = len(palette) // 3 - 1
        colours = [PDFName("Indexed"), PDFName("DeviceRGB"), last, f"<{palette.hex()}>"]
        entries |= {"ColorSpace": PDFArray(colours), "Filter": PDFName("FlateDecode")}
        content = zlib.compress(made.tobytes(), 9)
    return _ImageObject(name, content, entries)
