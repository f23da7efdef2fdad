"""Registrations as a table or as JSON: values in, bytes out."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from forum.core import tables
from forum.registrations.models import Registration

COLUMNS = (
    "reference",
    "status",
    "given_name",
    "family_name",
    "email",
    "category",
    "organisation",
    "organisation_code",
    "job_title",
    "language",
    "created_at",
)


def as_csv(registrations: Sequence[Registration], zone: ZoneInfo) -> bytes:
    """Return a CSV, formula-safe, with times on the wall in `zone`."""
    return tables.write_csv(COLUMNS, [_row(one, zone) for one in registrations])


def as_xlsx(registrations: Sequence[Registration], zone: ZoneInfo) -> bytes:
    """Return an XLSX of texts only, with times on the wall in `zone`."""
    rows = [_row(one, zone) for one in registrations]
    return tables.write_xlsx(COLUMNS, rows, sheet="registrations")


def as_json(registrations: Sequence[Registration]) -> bytes:
    """Return a JSON list of objects, times in UTC."""
    rows = [{name: getattr(one, name) for name in COLUMNS} for one in registrations]
    return msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n"


def _row(one: Registration, zone: ZoneInfo) -> list[str]:
    return [_cell(getattr(one, name), zone) for name in COLUMNS]


def _cell(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)
