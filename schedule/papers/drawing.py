"""Drawing any form of the programme on paper, and pages of it as pictures; in a process of its own.

What draws is imported as it is called for: reportlab takes a quarter of a second.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import NamedTuple

from schedule.models import Programme
from schedule.papers.orders import Form, Order

LONGEST_PX = 620
COLOURS = 24
"""A page has some twenty inks; the rest is for the edges of letters."""


def draw(programme: Programme, order: Order, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return what is ordered as a PDF; the same programme and order give the same bytes.

    A booklet shows `pictures` of its plans, by name. The order has been held against the programme
    (`orders.hold`).
    """
    from schedule.papers import booklet, doors, grid, signs, tents  # noqa: PLC0415

    if order.form is Form.BOOKLET:
        first, *others = order.languages
        return booklet.booklet(
            programme, language=first, others=others, draft=order.draft, pictures=pictures
        )
    draws = {
        Form.GRID: grid.grid,
        Form.DOORS: doors.doors,
        Form.TENTS: tents.tents,
        Form.SIGNS: signs.signs,
    }
    return draws[order.form](programme, order)


class Drawn(NamedTuple):
    """A document, how many pages it has, and the width of one by its height."""

    pdf: bytes
    pages: int
    shape: float


def drawn(programme: Programme, order: Order, pictures: Mapping[str, bytes] | None = None) -> Drawn:
    """Return a document with what a page about it tells."""
    import pypdfium2  # noqa: PLC0415

    pdf = draw(programme, order, pictures)
    with pypdfium2.PdfDocument(pdf) as opened:
        wide, high = opened.get_page_size(0)
        return Drawn(pdf, len(opened), wide / high)


def picture(pdf: bytes, number: int) -> bytes:
    """Return page `number`, from 1, as a PNG whose longer side is `LONGEST_PX`, in few colours."""
    import pypdfium2  # noqa: PLC0415
    from PIL.Image import Dither  # noqa: PLC0415

    with pypdfium2.PdfDocument(pdf) as opened:
        page = opened[number - 1]
        scale = (LONGEST_PX - 0.01) / max(page.get_size())  # sizes are rounded up
        image = page.render(scale=scale, draw_annots=False).to_pil().convert("RGB")
    out = BytesIO()
    image.quantize(COLOURS, dither=Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
