"""A page of a PDF as a picture, for previews: to be made in a process of its own (`to_process`)."""

from io import BytesIO

from msgspec import Struct


class Picture(Struct, frozen=True, kw_only=True):
    """A PNG of page `page`, the first being 1, of so many `pages`."""

    png: bytes
    page: int
    pages: int


def picture(pdf: bytes, page: int = 1, *, width_px: int = 720) -> Picture:
    """Return a page as a PNG of 256 colours; the last page, where there are not so many.

    Raises:
        pypdfium2.PdfiumError: `pdf` is no PDF.
    """
    import pypdfium2  # noqa: PLC0415 -- seldom needed

    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = len(document)
        shown = min(max(page, 1), pages)
        sheet = document[shown - 1]
        out = BytesIO()
        drawn = sheet.render(scale=width_px / sheet.get_width()).to_pil()
        drawn.quantize(256).save(out, "PNG", optimize=True)
    finally:
        document.close()
    return Picture(png=out.getvalue(), page=shown, pages=pages)
