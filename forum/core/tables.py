"""Tables as people exchange them: CSV and spreadsheets read into rows of text, and rows written.

What is read is text by header; what is written never becomes a formula in a spreadsheet program.
"""

import codecs
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]

from forum.core.errors import Problem
from forum.core.i18n import N_
from forum.core.text import Filled, clean

MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 150_000_000
MAX_PARTS = 5_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELL = 32_767
"""The most characters that a spreadsheet cell holds."""

READER = Path(__file__).with_name("sheet_reader.py")
READER_SECONDS = 30
READER_MEMORY_BYTES = 1_500_000_000
TOO_MANY_ROWS = 3

BEGINS_FORMULA = r"=+\-@\uff1d\uff0b\uff0d\uff20"
HAZARD = re.compile(rf"['\"\s]*[{BEGINS_FORMULA}]|'*[\t\r\n]|[^;\t\r\n]*[;\t\r\n]")
"""How every text begins that may have to be made inert."""
BREAK = re.compile(r"[;\t\r\n]")
BEFORE_FORMULA = re.compile(rf"(?<!['\";\s])['\";\s]*+(?=[{BEGINS_FORMULA}])")
ODD_START = re.compile(r"'*[\t\r\n]")
QUOTED_START = re.compile(r"'+[\t\r\n]")
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Written as the date of every workbook, so that the same rows give the same bytes."""

Cell = str | int | float | date | time | None
Row = tuple[int, dict[str, str]]


TOO_LARGE = N_("%(name)s is over %(most)d MB: split it.")
NOTHING = N_("%(name)s is empty: give a table whose first row names its columns.")
TOO_LONG = N_("%(name)s has over %(most)d rows: split it.")
TOO_WIDE = N_("over %(most)d columns: is it a table?")
QUOTES = N_(
    "%(error)s (line %(line)d): close each quoted text with one quote, and double the quotes"
    " inside it."
)
NO_TEXT = N_("%(name)s is not a text: save it as CSV in UTF-8, or as XLSX.")
TOO_SLOW = N_("%(name)s takes too long to read: save it again, or as CSV.")
NO_WORKBOOK = N_("%(name)s is not a workbook that can be read: save it as CSV.")
BROKEN = N_("%(name)s is a broken workbook: save it again, or as CSV.")
ARCHIVE = N_("%(name)s is an archive, not a workbook: save it as XLSX or CSV.")
UNPACKS = N_(
    "%(name)s unpacks to %(size)s MB in %(parts)s parts: save only its first sheet, or as CSV."
)


class UnreadableTable(Problem):
    """This table cannot be read."""

    code = "unreadable_table"
    status = 422

    def __init__(self, message: str, *, row: int | None = None) -> None:
        self.said = message
        self.row = row
        super().__init__(f"Row {row}: {message}" if row else message)


def read_table(data: bytes, name: str) -> list[Row]:
    """Return the rows of a CSV, XLSX or ODS file as (row number, header → text).

    Row numbers count from 1 as a spreadsheet shows them. The headers are the first row with two
    texts or more (the first row at all in a table of one column); empty rows are left out; a
    column without a header is called `column N`, a second `Name` is `Name (2)`. Texts are clean
    (`forum.core.text.clean`), dates and times of a spreadsheet are ISO 8601.

    Raises `UnreadableTable` with the row and the mend: over 20 MB, not a table, broken quoting, a
    workbook that unpacks to more than 150 MB or takes too long.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableTable(Filled(TOO_LARGE, name=name, most=MAX_BYTES // 10**6))
    if not data.strip():
        raise UnreadableTable(Filled(NOTHING, name=name))
    rows = _workbook_rows(data, name) if data.startswith(b"PK") else _csv_rows(data, name)
    return _with_headers(rows, name)


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file, see `CsvWriter`."""
    out = io.BytesIO()
    CsvWriter(out, headers).add(rows)
    return out.getvalue()


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> bytes:
    """Return an XLSX workbook of one sheet, see `XlsxWriter`."""
    out = io.BytesIO()
    writer = XlsxWriter(out, headers, sheet=sheet)
    writer.add(rows)
    writer.close()
    return out.getvalue()


class CsvWriter:
    """Writes a CSV file (RFC 4180, UTF-8 with a byte order mark, commas) as rows come.

    A text that a spreadsheet would run as a formula is made `inert`; `read_table` takes that away.
    """

    def __init__(self, out: IO[bytes], headers: Sequence[str]) -> None:
        self._out = out
        out.write(codecs.BOM_UTF8)
        self.add([headers])

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write some rows."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_csv_cell(cell) for cell in row] for row in rows)
        self._out.write(text.getvalue().encode("utf-8", "replace"))


class XlsxWriter:
    """Writes an XLSX workbook of one sheet; texts are strings, never formulas, links or numbers.

    A text over 32,767 characters, the most a cell holds, ends with `…`. Datetimes are written as
    they read on the wall: give them in local time. With a `folder` rows wait in a file there, not
    in memory, and the file is made by `close`.
    """

    def __init__(
        self, out: IO[bytes], headers: Sequence[str], *, sheet: str, folder: Path | None = None
    ) -> None:
        options: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False}
        kept = {"in_memory": True} if folder is None else {"constant_memory": True}
        self._book = xlsxwriter.Workbook(out, {**options, **kept, "tmpdir": folder})
        self._book.set_properties({"created": CREATED})
        self._page = self._book.add_worksheet(_sheet_name(sheet))
        self._page.freeze_panes(1, 0)
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "hh:mm"})
        self._both = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._inert = self._book.add_format({"quote_prefix": True})
        head = self._book.add_format({"bold": True})
        for column, header in enumerate(headers):
            self._page.write_string(0, column, header, head)
            self._page.set_column(column, column, min(40, max(10, len(header) + 2)))
        self._written = 0

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write some rows."""
        for row in rows:
            self._written += 1
            for column, cell in enumerate(row):
                self._write(column, cell)

    def _write(self, column: int, cell: Cell) -> None:
        page, number = self._page, self._written
        match cell:
            case None | "":
                return
            case str():
                hazard = HAZARD.match(cell) is not None and inert(cell) != cell
                page.write_string(number, column, cut(cell), self._inert if hazard else None)
            case datetime():
                page.write_datetime(number, column, cell.replace(tzinfo=None), self._both)
            case date():
                page.write_datetime(number, column, cell, self._date)
            case time():
                page.write_datetime(number, column, cell, self._time)
            case _:
                page.write_number(number, column, cell)

    def close(self) -> None:
        """Write the workbook into the file."""
        self._book.close()

    def drop(self) -> None:
        """Let go of the rows that wait in the folder; after `close` there are none."""
        if self._page.row_data_fh is not None:
            self._page.row_data_fh.close()


def _sheet_name(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31].strip() or "1"


def inert(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before what begins a formula.

    A formula may begin where the text does, and after a semicolon, a tab or a line's end inside
    it: a spreadsheet that separates cells by semicolons would cut it there.
    """
    if HAZARD.match(text) is None:
        return text
    made = BEFORE_FORMULA.sub(lambda run: f"{run[0]}'" if _begins_cell(run) else run[0], text)
    return f"'{made}" if ODD_START.match(made) else made


def _begins_cell(run: re.Match[str]) -> bool:
    return run.start() == 0 or BREAK.search(run[0]) is not None


def cut(text: str) -> str:
    """Return a text as a spreadsheet cell holds it: 32,767 characters at most."""
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def _csv_cell(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case str():
            return inert(cell)
        case datetime():
            return cell.replace(tzinfo=None).isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("minutes")
        case _:
            return cell


def _with_headers(rows: Iterable[tuple[int, list[str]]], name: str) -> list[Row]:
    filled = [(number, row) for number, row in rows if any(row)]
    if not filled:
        raise UnreadableTable(Filled(NOTHING, name=name))
    widest = max(sum(map(bool, row)) for _, row in filled)
    start = next(i for i, (_, row) in enumerate(filled) if sum(map(bool, row)) >= min(2, widest))
    headers = _headers(filled[start][1])
    return [(number, _by_header(headers, row)) for number, row in filled[start + 1 :]]


def _headers(row: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    headers = []
    for column, text in enumerate(row, start=1):
        header = " ".join(text.split()) or f"column {column}"
        seen[header] = seen.get(header, 0) + 1
        headers.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return headers


def _by_header(headers: list[str], row: list[str]) -> dict[str, str]:
    extra = [f"column {column}" for column in range(len(headers) + 1, len(row) + 1)]
    cells = dict(zip([*headers, *extra], row, strict=False))
    return {header: cells.get(header, "") for header in [*headers, *extra]}


def _csv_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(data, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    delimiter = max(",;\t", key=unquoted.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            said = Filled(QUOTES, error=str(error), line=reader.line_num)
            raise UnreadableTable(said, row=number) from None
        if len(row) > MAX_COLUMNS:
            raise UnreadableTable(Filled(TOO_WIDE, most=MAX_COLUMNS), row=number)
        if number > MAX_ROWS:
            raise UnreadableTable(Filled(TOO_LONG, name=name, most=MAX_ROWS))
        yield number, [_unquoted(clean(cell)) for cell in row]


def _unquoted(cell: str) -> str:
    """Return the text that was made `inert`."""
    if QUOTED_START.match(cell):
        cell = cell[1:]
    return BEFORE_FORMULA.sub(_without_quote, cell) if "'" in cell else cell


def _without_quote(run: re.Match[str]) -> str:
    quoted = run[0].endswith("'") and _begins_cell(run)
    return run[0][:-1] if quoted else run[0]


def _decoded(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            row = data.count(b"\n", 0, error.start) + 1
            continue
        if "\0" not in text:
            return text
        row = text.count("\n", 0, max(text.find("\0"), 0)) + 1
    raise UnreadableTable(Filled(NO_TEXT, name=name), row=row)


def _workbook_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    _check_archive(data, name)
    limits = [str(READER_SECONDS), str(READER_MEMORY_BYTES), str(MAX_ROWS)]
    command = [sys.executable, "-I", str(READER), *limits]
    try:
        done = subprocess.run(  # noqa: S603 -- our own script, no text of the file in the command
            command, input=data, capture_output=True, timeout=READER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableTable(Filled(TOO_SLOW, name=name)) from None
    if done.returncode == TOO_MANY_ROWS:
        raise UnreadableTable(Filled(TOO_LONG, name=name, most=MAX_ROWS))
    if done.returncode:
        raise UnreadableTable(Filled(NO_WORKBOOK, name=name))
    for number, row in enumerate(json.loads(done.stdout), start=1):
        if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
            raise UnreadableTable(Filled(TOO_WIDE, most=MAX_COLUMNS), row=number)
        yield number, [clean(cell) for cell in row[:MAX_COLUMNS]]


def _check_archive(data: bytes, name: str) -> None:
    """Refuse an archive that is no workbook, or that unpacks to more than we would read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise UnreadableTable(Filled(BROKEN, name=name)) from None
    if not {"xl/workbook.xml", "content.xml"} & {part.filename for part in parts}:
        raise UnreadableTable(Filled(ARCHIVE, name=name))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        size, count = f"{unpacked // 10**6:,}", f"{len(parts):,}"
        raise UnreadableTable(Filled(UNPACKS, name=name, size=size, parts=count))
