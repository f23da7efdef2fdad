"""The organisers' table of registrations, and deeds on many of them at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs

import msgspec
from litestar import Router, get, post

from forum.core import forms
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions import queries as editions
from forum.registrations import bulk, listing, listing_queries, printing
from forum.registrations.bulk import ManyDeed, Order
from forum.registrations.listing import Asked, Column, Sort
from forum.registrations.models import Status

PER_MINUTE = 120


@get(
    "/organiser/{slug:str}/registrations",
    include_in_schema=False,
    opt={"deed": Deed.SEE_REGISTRATIONS, "kept_edition": True},
)
async def table(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show the registrations that the address asks for, a page of them."""
    edition = staff.edition
    asked, errors = listing.read(request.query_params.dict(), edition)
    found, more = await _page(db, edition, asked)
    before, after = listing.neighbours(asked, found.rows, more=more)
    return page(
        "registrations/listing.html",
        edition,
        staff=staff,
        asked=asked,
        errors={name: page.words.gettext(message) for name, message in errors.items()},
        found=found,
        counted=listing.COUNTED,
        columns=[*Column],
        statuses=[*Status],
        sorts={sort.value: listing.address(listing.sorted_by(asked, sort)) or "?" for sort in Sort},
        kept=[(name, text) for name, text in listing.pairs(asked) if name in {"sort", "group"}],
        query=listing.address(msgspec.structs.replace(asked, after=None, before=None)),
        printed=printing.address(asked.filter),
        before=before,
        after=after,
        deeds=[*ManyDeed],
    )


async def _page(db: Db, edition: Edition, asked: Asked) -> tuple[listing.Page, bool]:
    """Return one page, in its order, and whether there is more in the direction that was asked."""
    backwards = asked.before is not None
    statement = listing_queries.ORDERS[asked.sort, asked.descending is not backwards]
    cursor = asked.before if backwards else asked.after
    wanted = listing.parameters(asked.filter, edition)
    found = await statement(db, wanted, cursor, asked.size + 1)
    rows = found.rows[: asked.size]
    more = len(found.rows) > asked.size
    return msgspec.structs.replace(found, rows=rows[::-1] if backwards else rows), more


# Many at once


@post(
    "/organiser/{slug:str}/bulk",
    include_in_schema=False,
    opt={"deed": Deed.DECIDE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def bulk_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Ask before a deed on many; once that was answered, do it on the first and tell of each."""
    edition = staff.edition
    sent = await form_fields(request)
    references = await _chosen(db, edition, sent)
    rows = await bulk.chosen(db, edition, references)
    order = order_of(sent)
    done: list[bulk.Done] = []
    if order is not None and rows and "sure" in sent and _whole(order):
        now_rows, rows = rows[: bulk.AT_ONCE], rows[bulk.AT_ONCE :]
        done = await bulk.do(db, edition, order, now_rows, actor=staff.actor, at=now, ids=ids)
    return page(
        "registrations/bulk.html",
        edition,
        status=200 if rows or done else 422,
        staff=staff,
        order=order,
        lacking=order is not None and "sure" in sent and not _whole(order),
        rows=rows,
        touched=[row for row in rows if order is not None and bulk.applies(order, row)],
        at_once=bulk.AT_ONCE,
        references=" ".join(row.reference for row in rows),
        categories=await editions.list_categories(db, edition.id),
        done=[
            {"one": one, "why": page.words.gettext(one.why) if one.why else None} for one in done
        ],
        deeds=[*ManyDeed],
        query=last(sent, "query"),
    )


async def _chosen(db: Db, edition: Edition, sent: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the references that were ticked, or those of all that the filter lets through."""
    if "all" not in sent:
        return listing.references(" ".join(sent.get("reference", ())))
    query = last(sent, "query").removeprefix("?")
    asked, errors = listing.read(parse_qs(query), edition)
    if errors:
        raise Invalid(fields=errors)
    wanted = listing.parameters(asked.filter, edition)
    return await listing_queries.list_references(db, wanted, bulk.MOST + 1)


def order_of(sent: Mapping[str, Sequence[str]]) -> Order | None:
    """Read a deed and what it needs to know from a form; None where none was chosen."""
    name = last(sent, "deed")
    if name not in {*ManyDeed}:
        return None
    return Order(
        deed=ManyDeed(name),
        category=last(sent, "category") or None,
        reason=last(sent, "reason")[: bulk.LONGEST_REASON],
        beyond="beyond" in sent,
    )


def _whole(order: Order) -> bool:
    return order.deed is not ManyDeed.MOVE or order.category is not None


def last(sent: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the last value of a field, clean and on one line; '' for none."""
    values = sent.get(name) or [""]
    return forms.line(values[-1])


router = Router("/", route_handlers=[table, bulk_page])
