"""The printer of a desk: chosen once, and remembered by the browser that stands there."""

from uuid import UUID

from litestar.datastructures import Cookie
from msgspec import Struct

from badges.printers import service as printers
from badges.printers.models import Printer, PrinterKind, PrinterNotFound
from forum.core.db import Db
from forum.core.rights import Staff
from forum.core.web import AnyRequest

COOKIE = "desk_printer"
NONE = "none"
KEPT_S = 400 * 24 * 3600
"""As long as browsers keep a cookie at most."""


class DeskPrinters(Struct, frozen=True, kw_only=True):
    """The printers of an edition, and the one that prints at this desk.

    `gone`: the one that was chosen here was removed since.
    """

    all: list[Printer]
    chosen: Printer | None = None
    gone: bool = False

    @property
    def label(self) -> Printer | None:
        """What prints labels here."""
        return self._of(PrinterKind.LABEL)

    @property
    def sheet(self) -> Printer | None:
        """What prints sheets here."""
        return self._of(PrinterKind.SHEETS)

    def _of(self, kind: PrinterKind) -> Printer | None:
        return self.chosen if self.chosen and self.chosen.kind is kind else None


async def at_hand(db: Db, edition_id: int, request: AnyRequest) -> DeskPrinters:
    """Return the printers; where nobody has chosen yet, the only one of labels is the desk's."""
    found = await printers.list_printers(db, edition_id)
    kept = request.cookies.get(COOKIE)
    if kept:
        chosen = next((one for one in found if str(one.id) == kept), None)
        return DeskPrinters(all=found, chosen=chosen, gone=chosen is None and kept != NONE)
    labels = [one for one in found if one.kind is PrinterKind.LABEL]
    return DeskPrinters(all=found, chosen=labels[0] if len(labels) == 1 else None)


def id_of(text: str) -> UUID:
    """Return the id of a printer as it was sent.

    Raises:
        PrinterNotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise PrinterNotFound from error


def remembered(request: AnyRequest, staff: Staff, printer: UUID | None) -> Cookie:
    """Return what makes a browser remember its printer in this edition, or that it has none."""
    return Cookie(
        key=COOKIE,
        value=str(printer or NONE),
        path=f"/organiser/{staff.edition.slug}",
        max_age=KEPT_S,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="lax",
    )
