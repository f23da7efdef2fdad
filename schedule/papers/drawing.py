"""Drawing any form of the programme on paper, and pages of it as pictures; in a process of its own.

What draws is imported as it is called for: reportlab takes a quarter of a second.
"""

from schedule.models import Programme
from schedule.papers.orders import Form, Order


def draw(programme: Programme, order: Order) -> bytes:
    """Return what is ordered as a PDF; the same programme and order give the same bytes.

    The order has been held against the programme (`orders.hold`).
    """
    from schedule.papers import booklet, doors, grid, signs, tents  # noqa: PLC0415

    if order.form is Form.BOOKLET:
        first, *others = order.languages
        return booklet.booklet(programme, language=first, others=others, draft=order.draft)
    draws = {
        Form.GRID: grid.grid,
        Form.DOORS: doors.doors,
        Form.TENTS: tents.tents,
        Form.SIGNS: signs.signs,
    }
    return draws[order.form](programme, order)
