"""Exports of scans: what one holds, and the record of who takes it."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO

from msgspec import Struct

from badges.doors import queries as door_queries
from badges.scans import list_queries as scan_list_queries
from badges.scans import listing as scan_list
from badges.scans.listing import ScanFilter, ScanTold
from forum.core import audit, exports
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.i18n import words
from forum.core.ids import Ids
from forum.core.sheets import Format, JsonSheet, Sheet, TableSheet
from forum.core.tables import Cell
from forum.core.text import Text


async def titles(db: Db, edition: Edition) -> dict[int, Text]:
    """Return the titles of the published sessions, by number."""
    sessions = await door_queries.list_door_sessions(db, edition.id, None)
    return {one.number: one.title for one in sessions}


async def record(
    db: Db,
    edition: Edition,
    wanted: ScanFilter,
    form: Format,
    number: int,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Record that somebody takes an export of `number` scans: before they have it."""
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="exported scans",
        detail={"format": form.value, "filter": scan_list.recorded(wanted), "count": number},
    )


class ScansExport(Struct, frozen=True, kw_only=True):
    """An export of scans, see `forum.core.exports.Export`; explanations are in `language`."""

    edition: Edition
    wanted: ScanFilter
    format: Format
    language: str
    titles: Mapping[int, Text]

    @property
    def grows(self) -> bool:
        """Rows leave as they come; a workbook is made at its end."""
        return self.format is not Format.XLSX

    async def count(self, db: Db) -> int:
        """Return how many scans it holds."""
        return await scan_list_queries.count(db, scan_list.parameters(self.wanted, self.edition))

    def parts(self, db: Db, out: IO[bytes], folder: Path) -> AsyncGenerator[None, None]:
        """Write the file, and stop after each part."""

        def sheet(beside: Path) -> Sheet[ScanTold]:
            if self.format is Format.JSON:
                return JsonSheet(out, lambda one: one)
            columns = ScanTold.__struct_fields__
            return TableSheet(self.format, out, columns, self._cells, name="scans", folder=beside)

        return exports.filled(sheet, self._rows(db), out, folder)

    async def _rows(self, db: Db) -> AsyncIterator[list[ScanTold]]:
        said = words(self.language)
        filter_ = scan_list.parameters(self.wanted, self.edition)
        async for some in scan_list_queries.stream(db, filter_, size=exports.ROWS):
            yield [scan_list.told(one, said, self.edition, self.titles) for one in some]

    def _cells(self, one: ScanTold) -> list[Cell]:
        return [self._cell(getattr(one, name)) for name in ScanTold.__struct_fields__]

    def _cell(self, value: object) -> Cell:
        """Return a value as a cell; a time is on the wall of the edition, in CSV to the second."""
        match value:
            case datetime():
                local = value.astimezone(self.edition.zone)
                return f"{local:%Y-%m-%d %H:%M:%S}" if self.format is Format.CSV else local
            case None | int() | str() | date():
                return value
            case list():
                return " ".join(value)
            case _:
                return str(value)
