"""Badges of those whom the organisers' table shows: its filter read, settled, and told."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from msgspec import structs

from badges.printing.run_models import Order
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.text import Filled
from forum.registrations import listing, listing_queries
from forum.registrations.listing import Asked, Filter
from forum.registrations.models import Status

FILTERS = (
    "q", "status", "category", "day", "group", "language", "organisation", "printed", "since",
    "until",
)  # fmt: skip
"""By which names an address filters the table."""
BESIDE = ("sort", "column", "after", "before")
"""What else an address of the table says: not whom it means."""
NO_FILTER = N_("The table has no filter “%(name)s” of this value: print from the table.")
NOT_FILTERS = N_("Give an object of the filters that the search of registrations has.")


def read(text: str, edition: Edition) -> Filter:
    """Read a filter as an address of the table has it.

    Where the table shows more than was meant, printing refuses: a slip of the pen is not everybody.

    Raises:
        Invalid: naming what the table does not filter by.
    """
    sent = parse_qs(text.removeprefix("?"))
    return _read({name: values for name, values in sent.items() if name not in BESIDE}, edition)


def _read(sent: Mapping[str, Sequence[str]], edition: Edition) -> Filter:
    unknown = next((name for name in sent if name not in FILTERS), None)
    if unknown is not None:
        raise Invalid(fields={"filter": Filled(NO_FILTER, name=unknown[: listing.LONGEST])})
    asked, _ = listing.read(sent, edition)
    understood: dict[str, set[str]] = {}
    for name, value in listing.pairs(Asked(filter=asked.filter)):
        understood.setdefault(name, set()).add(value)
    for name, values in sent.items():
        meant = {one.strip() for text in values for one in text.split(",")} - {""}
        known = understood.get(name, set())
        if meant and (not known or (name == "status" and meant - known)):
            raise Invalid(fields={"filter": Filled(NO_FILTER, name=name)})
    return asked.filter


def of_program(sent: Any, edition: Edition) -> str:
    """Return the filter that a program sends as an object, as an address of the table has it.

    Raises:
        Invalid: it is none, or names what the table does not filter by.
    """
    if not isinstance(sent, dict):
        raise Invalid(fields={"filter": NOT_FILTERS})
    values: dict[str, list[str]] = {}
    for name, value in sent.items():
        some = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in some):
            raise Invalid(fields={"filter": NOT_FILTERS})
        values[name] = some
    return written(_read(values, edition))


def written(filter_: Filter) -> str:
    """Return a filter as an address of the table has it, without the `?`; '' for everybody."""
    return urlencode(listing.pairs(Asked(filter=filter_)))


def address(filter_: Filter) -> str:
    """Return the query by which the page of print runs takes a filter; '' for everybody."""
    return f"?{urlencode({'filter': written(filter_)})}" if filter_ != Filter() else ""


async def settled(db: Db, edition: Edition, order: Order) -> Order:
    """Return an order of which is known whom its filter lets through, and who has no badge of them.

    Raises:
        Invalid: naming what the table does not filter by.
    """
    if order.wanted.filter is None:
        return order
    filter_ = read(order.wanted.filter, edition)
    if filter_ == Filter():
        return structs.replace(order, wanted=structs.replace(order.wanted, filter=None))
    wanted = listing.parameters(filter_, edition)
    counted = await listing_queries.count_by_status(db, wanted)
    without = {one.status.value: one.people for one in counted if one.status != Status.CONFIRMED}
    return structs.replace(
        order,
        wanted=structs.replace(order.wanted, filter=written(filter_), without_badge=without),
        found=await listing_queries.list_confirmed(db, wanted),
    )
