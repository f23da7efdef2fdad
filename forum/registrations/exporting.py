"""Exports of registrations: what an address asks for, and the files that it becomes."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from msgspec import Struct

from forum.core.context import Edition
from forum.core.i18n import N_, words
from forum.core.sheets import Format, JsonSheet, Sheet, TableSheet
from forum.core.text import Filled, slug
from forum.registrations import columns, listing
from forum.registrations.columns import BASIC, Column, Exported
from forum.registrations.listing import Asked, Filter

MOST_CHOSEN = 200
"""How many registrations an address may name one by one."""
NO_COLUMN = N_("Choose one column or more.")
UNKNOWN_COLUMN = N_("There is no column “%(name)s” here: take those of the page Export.")
UNKNOWN_FORMAT = N_("Choose csv, xlsx or json.")
UNKNOWN_LABELS = N_("Choose fr, en or names.")
TOO_MANY_CHOSEN = N_("Name 200 registrations or fewer: for more, use a filter.")
NO_REFERENCE = N_("Give references such as K7QM-4TXV.")


class Labels(StrEnum):
    """How a table speaks: in words of a language, or as the API does."""

    FR = "fr"
    EN = "en"
    NAMES = "names"


class Order(Struct, frozen=True, kw_only=True):
    """An export: who, which columns, which file.

    `references` names registrations one by one, among those that the filter lets through; empty
    lets all of these in. JSON has no headers: its keys are the API's names, whatever these say.
    """

    filter: Filter = Filter()
    references: tuple[str, ...] = ()
    columns: tuple[str, ...] = BASIC
    format: Format = Format.XLSX
    labels: Labels = Labels.NAMES


def read(
    sent: Mapping[str, Sequence[str]],
    edition: Edition,
    known: Collection[str],
    usual: Order,
) -> tuple[Order, dict[str, str]]:
    """Read what an address asks; return it, and what could not be read (msgids), by field.

    `known` are the names of the columns that the reader may have; what is not said is as in
    `usual`. A form says `chosen`, so that no column ticked is not as if none was spoken of.
    """
    asked, errors = listing.read(sent, edition)
    names = [name.strip() for text in sent.get("columns", ()) for name in text.split(",")]
    names = [name for name in names if name]
    unknown = [name for name in names if name not in known]
    if unknown:
        errors["columns"] = Filled(UNKNOWN_COLUMN, name=unknown[0][: listing.LONGEST])
    elif not names and "chosen" in sent:
        errors["columns"] = NO_COLUMN
    text = " ".join(sent.get("reference", ()))
    references = listing.references(text.upper())
    if len(references) > MOST_CHOSEN:
        errors["reference"] = TOO_MANY_CHOSEN
    elif text.strip() and not references:
        errors["reference"] = NO_REFERENCE  # or a slip of the pen would export everybody
    order = Order(
        filter=asked.filter,
        references=tuple(references[:MOST_CHOSEN]),
        columns=tuple(name for name in names if name in known) or usual.columns,
        format=_word(Format, sent, "format", usual.format, errors, UNKNOWN_FORMAT),
        labels=_word(Labels, sent, "labels", usual.labels, errors, UNKNOWN_LABELS),
    )
    return order, errors


def _word(
    among: Any,
    sent: Mapping[str, Sequence[str]],
    name: str,
    usual: Any,
    errors: dict[str, str],
    mend: str,
) -> Any:
    text = (sent.get(name) or [""])[-1].strip()
    if not text:
        return usual
    if text not in {*among}:
        errors[name] = mend
        return usual
    return among(text)


def whose(order: Order) -> list[tuple[str, str]]:
    """Return who is meant, as pairs of an address: the filter, and those chosen one by one."""
    return [
        *listing.pairs(Asked(filter=order.filter)),
        *(("reference", one) for one in order.references),
    ]


def address(order: Order) -> str:
    """Return the query of an address that asks for the same."""
    said = [("format", order.format.value), ("labels", order.labels.value)]
    return f"?{urlencode([*whose(order), *said, ('columns', ','.join(order.columns))])}"


def recorded(order: Order, count: int) -> dict[str, Any]:
    """Return what the audit keeps: all but the words that were searched, which may be a name."""
    pairs = listing.pairs(Asked(filter=order.filter))
    return {
        "format": order.format.value,
        "columns": list(order.columns),
        "filter": {name: text for name, text in pairs if name not in {"q", "status"}}
        | ({"status": [one.value for one in order.filter.status]} if order.filter.status else {})
        | ({"searched": True} if order.filter.q else {}),
        "references": list(order.references),
        "count": count,
    }


def file_name(order: Order, edition: Edition, at: datetime) -> str:
    """Return the name of the file: the edition, the day, the filter; never what was searched."""
    meant = order.filter
    parts = [one.value for one in meant.status]
    parts += [meant.category or "", meant.language or ""]
    parts += [f"day-{meant.day.isoformat()}" if meant.day else "", "group" if meant.group else ""]
    parts += [slug(meant.organisation, longest=30)]
    parts += [{None: "", True: "printed", False: "to-print"}[meant.printed]]
    parts += ["to-check" if meant.to_check else ""]
    parts += [f"since-{meant.since.isoformat()}" if meant.since else ""]
    parts += [f"until-{meant.until.isoformat()}" if meant.until else ""]
    parts += ["search" if meant.q else "", "chosen" if order.references else ""]
    day = at.astimezone(edition.zone).date().isoformat()
    stem = "_".join([edition.slug, "registrations", day, *filter(None, parts)])
    return f"{re.sub(r'[^a-z0-9._-]+', '-', stem)[:150]}.{order.format.value}"


def sheet(
    order: Order, wanted: Sequence[Column], edition: Edition, out: IO[bytes], folder: Path
) -> Sheet[Exported]:
    """Return what writes the file of an order into `out`; rows of XLSX wait in `folder`.

    A table has a row of headers, then cells with the times on the wall of the edition.
    """
    if order.format is Format.JSON:
        return JsonSheet(out, columns.in_objects(wanted))
    said = None if order.labels is Labels.NAMES else words(order.labels.value)
    return TableSheet(
        order.format,
        out,
        columns.headers(wanted, said),
        columns.in_cells(wanted, said, edition),
        name="registrations",
        folder=folder,
    )
