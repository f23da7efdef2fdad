"""Exports of registrations: what one holds, and the record of who takes it."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from msgspec import Struct

from forum.core import audit, exports
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.sheets import Format, Sheet
from forum.editions import queries as editions
from forum.questions import queries as questions
from forum.registrations import columns, export_queries, exporting, listing
from forum.registrations.columns import Column, Exported
from forum.registrations.exporting import Order


async def offered(db: Db, edition: Edition, *, needs: bool) -> list[Column]:
    """Return every column of an edition; those of diet and access only with `needs`."""
    return columns.columns(
        edition,
        await questions.list_questions(db, edition.id),
        await editions.list_consents(db, edition.id),
        needs=needs,
    )


async def count(db: Db, edition: Edition, order: Order) -> int:
    """Return how many registrations an export would hold now."""
    filter_ = listing.parameters(order.filter, edition)
    return await export_queries.count(db, filter_, [*order.references] or None)


async def record(
    db: Db, edition: Edition, order: Order, number: int, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Record that somebody takes an export of `number` registrations: before they have it."""
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="exported registrations",
        detail=exporting.recorded(order, number),
    )


class RegistrationsExport(Struct, frozen=True, kw_only=True):
    """An export of registrations, see `forum.core.exports.Export`."""

    edition: Edition
    order: Order
    wanted: Sequence[Column]

    @property
    def grows(self) -> bool:
        """Rows leave as they come; a workbook is made at its end."""
        return self.order.format is not Format.XLSX

    async def count(self, db: Db) -> int:
        """Return how many registrations it holds."""
        return await count(db, self.edition, self.order)

    def parts(self, db: Db, out: IO[bytes], folder: Path) -> AsyncGenerator[None, None]:
        """Write the file, and stop after each part."""
        rows = export_queries.stream(
            db,
            listing.parameters(self.order.filter, self.edition),
            [*self.order.references] or None,
            answers=[one.question for one in self.wanted if one.question and not one.sensitive],
            needs=[one.question for one in self.wanted if one.question and one.sensitive],
            consents=any(one.group is columns.Group.CONSENTS for one in self.wanted),
            size=exports.ROWS,
        )

        def sheet(beside: Path) -> Sheet[Exported]:
            return exporting.sheet(self.order, self.wanted, self.edition, out, beside)

        return exports.filled(sheet, rows, out, folder)
