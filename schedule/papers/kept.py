"""Documents on paper and pictures of their pages, drawn in a process of their own and kept.

They are kept by what they show: a version and an order, whoever asks.
"""

from hashlib import sha256

import anyio.to_process
import msgspec

from forum.core.blobs import Blobs
from forum.core.errors import NotFound
from forum.core.shelf import Shelf
from schedule import plan_storing
from schedule.models import Programme
from schedule.papers.drawing import Drawn, drawn, picture
from schedule.papers.orders import Form, Order, hold

MOST_DOCUMENTS = 12
"""Of a booklet of 600 sessions in both languages, some 40 MB."""
MOST_PICTURES = 256
FOREVER = float("inf")


class PageNotFound(NotFound):
    """The document has no such page."""

    code = "page_not_found"


class Papers:
    """The documents and pictures that were asked for last; each is drawn once for all who ask."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._documents: Shelf[bytes, Drawn] = Shelf(fresh_s=FOREVER, most=MOST_DOCUMENTS)
        self._pictures: Shelf[tuple[bytes, int], bytes] = Shelf(fresh_s=FOREVER, most=MOST_PICTURES)

    async def document(self, programme: Programme, order: Order) -> Drawn:
        """Return a document.

        Raises:
            Invalid, NothingToPrint: as `orders.hold` has it.
        """
        hold(programme, order)
        return await self._document(key_of(programme, order), programme, order)

    async def picture(self, programme: Programme, order: Order, number: int) -> bytes:
        """Return page `number`, from 1, of a document as a PNG.

        Raises:
            PageNotFound: it has fewer.
            Invalid, NothingToPrint: as `orders.hold` has it.
        """
        hold(programme, order)
        key = key_of(programme, order)

        async def make() -> bytes:
            document = await self._document(key, programme, order)
            if not 0 < number <= document.pages:
                raise PageNotFound
            return await anyio.to_process.run_sync(picture, document.pdf, number)

        return await self._pictures.get((key, number), make)

    async def _document(self, key: bytes, programme: Programme, order: Order) -> Drawn:
        async def make() -> Drawn:
            plans = programme.plans if order.form is Form.BOOKLET else []
            pictures = await plan_storing.pictures_of(self._blobs, plans)
            return await anyio.to_process.run_sync(drawn, programme, order, pictures)

        return await self._documents.get(key, make)


def key_of(programme: Programme, order: Order) -> bytes:
    """Return a digest of all that a document depends on."""
    return sha256(msgspec.json.encode((programme, order))).digest()
