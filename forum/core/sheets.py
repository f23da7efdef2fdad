"""Files of rows as they are exported: CSV, XLSX and JSON, filled part by part."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Generic, Protocol, TypeVar

import msgspec

from forum.core.tables import Cell, CsvWriter, XlsxWriter

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Format(StrEnum):
    """What kind of file is made."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv",  # Litestar adds that it is UTF-8
    Format.JSON: "application/json",
}


class Sheet(Protocol[T_contra]):
    """A file that is filled with rows."""

    def add(self, rows: Sequence[T_contra]) -> None:
        """Write some rows."""
        ...

    def close(self) -> None:
        """Write what stands after the rows."""
        ...

    def drop(self) -> None:
        """Let go of what waits elsewhere, whether the file is whole or not."""
        ...


class TableSheet(Generic[T]):
    """CSV or XLSX: a row of headers, then the cells of each row; rows of XLSX wait in `folder`."""

    def __init__(
        self,
        form: Format,
        out: IO[bytes],
        headers: Sequence[str],
        cells: Callable[[T], Sequence[Cell]],
        *,
        name: str,
        folder: Path | None = None,
    ) -> None:
        self._cells = cells
        self._writer: CsvWriter | XlsxWriter
        if form is Format.CSV:
            self._writer = CsvWriter(out, headers)
        else:
            self._writer = XlsxWriter(out, headers, sheet=name, folder=folder)

    def add(self, rows: Sequence[T]) -> None:
        """Write some rows."""
        self._writer.add(map(self._cells, rows))

    def close(self) -> None:
        """Write the workbook into the file."""
        if isinstance(self._writer, XlsxWriter):
            self._writer.close()

    def drop(self) -> None:
        """Let go of the rows that wait in the folder."""
        if isinstance(self._writer, XlsxWriter):
            self._writer.drop()


class JsonSheet(Generic[T]):
    """A list of objects, one in a line."""

    def __init__(self, out: IO[bytes], made: Callable[[T], Any]) -> None:
        self._out = out
        self._made = made
        self._before = b"[\n"

    def add(self, rows: Sequence[T]) -> None:
        """Write some rows."""
        encode = msgspec.json.Encoder().encode
        lines = b",\n".join(encode(self._made(row)) for row in rows)
        if lines:
            self._out.write(self._before + lines)
            self._before = b",\n"

    def close(self) -> None:
        """Write the end of the list."""
        self._out.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")

    def drop(self) -> None:
        """Do nothing: all is in the file."""
