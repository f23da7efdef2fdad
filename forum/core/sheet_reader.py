"""Reads one spreadsheet from stdin in a process of its own, and writes its first sheet as JSON.

Run as a script by `forum.core.tables`, never imported: a hostile workbook can then cost no more
than the seconds and the memory given here. Arguments: seconds of CPU, bytes of memory, most rows.
"""

import datetime as dt
import io
import json
import resource
import sys

from python_calamine import CalamineWorkbook


def limit(cpu_s: int, memory_bytes: int) -> None:
    """Cap this process; a system that knows no such limit is left to the parent's timeout."""
    for kind, most in ((resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_AS, memory_bytes)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue


def text(cell: object) -> str:
    """Return a cell as text: dates and times as ISO 8601, whole numbers without a point."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None).isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)


def main() -> None:
    """Write the rows of the first sheet that has any, each as a list of texts."""
    cpu_s, memory_bytes, most_rows = (int(argument) for argument in sys.argv[1:4])
    limit(cpu_s, memory_bytes)
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.end is None:
            continue
        if sheet.end[0] >= most_rows:
            sys.exit(3)
        rows = [[text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        json.dump(rows, sys.stdout)
        return
    json.dump([], sys.stdout)


if __name__ == "__main__":
    main()
