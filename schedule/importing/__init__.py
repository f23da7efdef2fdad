"""Reads programmes of every dialect that organisers bring, and lists what could not be read.

`read` is liberal: a part that makes no sense is left out and listed with its line, all else is
kept. Only a file that is cut short, or no programme at all, is refused as a whole.
"""

import re
from datetime import tzinfo
from zoneinfo import ZoneInfo

from schedule.importing.assembling import assemble
from schedule.importing.calendars import read_ics, read_xcal
from schedule.importing.found import Found, Losses, Unreadable
from schedule.importing.json_objects import parse
from schedule.importing.json_v1 import read_schedule_v1
from schedule.importing.json_v2 import read_schedule_v2
from schedule.importing.pentabarf import read_schedule
from schedule.importing.sheet import read_sheet
from schedule.importing.xml import local, root_of
from schedule.models import Imported

MAX_BYTES = 20_000_000

__all__ = ["MAX_BYTES", "Unreadable", "is_table", "read"]


def read(
    data: bytes,
    name: str,
    *,
    language: str = "fr",
    timezone: str = "Europe/Paris",
    meanings: dict[str, str] | None = None,
) -> Imported:
    """Read a programme from a file called `name`; its content decides the dialect, not its name.

    schedule.xml, schedule.json (v1, v2), iCalendar, xCal, CSV, XLSX and ODS. `language` is that of
    texts where the file says nothing of it, `timezone` (IANA) that of times without one. The same
    file gives the same ids each time, so that importing again updates. `meanings` says what the
    columns of a table mean (`schedule.importing.sheet.Guess`), where that is not to be guessed.

    Raises `Unreadable` (or `UnreadableTable` for a table), with the line and the mend: over 20 MB,
    over a million tags or half a million
    JSON objects, empty, cut short, of no known format.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{name} is over {MAX_BYTES // 10**6} MB: is it a programme?")
    losses, zone = Losses(), ZoneInfo(timezone)
    found = _found(data, name, losses, language, zone, meanings)
    day_zone = ZoneInfo(found.timezone) if found.timezone else zone
    draft = assemble(found, losses, language=language, zone=day_zone)
    return Imported(draft=draft, losses=losses.all(), format=found.format)


def is_table(data: bytes, name: str) -> bool:
    """Say whether `read` would take a file as a table."""
    start = _start(data)
    ending = name.lower().rpartition(".")[2]
    other = start[:1] in ("<", "{", "[", "") or ending in ("xml", "xcal", "json", "ics")
    return not other and not start.upper().startswith(("BEGIN:VCALENDAR", "%PDF"))


def _found(
    data: bytes,
    name: str,
    losses: Losses,
    language: str,
    zone: tzinfo,
    meanings: dict[str, str] | None,
) -> Found:
    start = _start(data)
    if not start:
        raise Unreadable(f"{name} is empty: choose the file that holds the programme.", line=1)
    ending = name.lower().rpartition(".")[2]
    if start[0] == "<" or ending in ("xml", "xcal"):
        root = root_of(data, losses)
        if local(root) == "icalendar":
            return read_xcal(root, losses, language=language, zone=zone)
        return read_schedule(root, losses, language=language, zone=zone)
    if start[0] in "{[" or ending == "json":
        whole = parse(data, losses)
        schedule = whole.object("schedule")
        v2 = isinstance(schedule.get("events"), list)
        return (read_schedule_v2 if v2 else read_schedule_v1)(
            whole, losses, language=language, zone=zone
        )
    if start.upper().startswith("BEGIN:VCALENDAR") or ending == "ics":
        return read_ics(data, losses, language=language, zone=zone)
    if start.startswith("%PDF"):
        raise Unreadable(f"{name} is a PDF: give the schedule.xml, .json, .ics, CSV or XLSX of it.")
    return read_sheet(data, name, losses, language=language, zone=zone, meanings=meanings)


def _start(data: bytes) -> str:
    """Return the first characters, without byte order mark and white space."""
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").strip("\ufeff \t\r\n")
    return re.sub(r"^[\ufeff\s]+", "", head.decode("utf-8", "replace"))
