"""The reception desk: somebody is found or registered, and has a badge, by the keyboard alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.response import Redirect

from badges.printers import service as printers
from badges.printers import words as printer_words
from badges.printers.models import LabelNotFound
from badges.printers.queries import PersonLabel
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Forbidden, Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import sort_key
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions import queries as editions
from forum.registrations import desk, desk_printers, listing, listing_queries
from forum.registrations.desk import Namesakes, NoPlaceLeft, RegisteredAlready
from forum.registrations.listing import Filter, Row, Sort
from forum.registrations.organiser_routes import PER_MINUTE, last

FOUND, LOOKED_AT = 8, 100
"""How many of those found are shown, and among how many they are chosen."""
FIELDS = ("family_name", "given_name", "organisation", "email", "category")


@get(
    "/organiser/{slug:str}/desk",
    include_in_schema=False,
    opt={"deed": Deed.RECEIVE, "kept_edition": True},
)
async def desk_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Look for somebody; who is not found is registered by the form below."""
    sent = request.query_params.dict()
    q = last(sent, "q")
    reference = last(sent, "done")
    done = None
    if reference:
        done = await listing_queries.find_row(db, staff.edition.id, reference)
    typed = guessed(q) | {"category": last(sent, "category")}
    rows = await _look(db, staff.edition, q) if q else []
    told = {"label": last(sent, "label"), "wrong": last(sent, "wrong")}
    return await _show(db, page, staff, q=q, typed=typed, rows=rows, done=done, told=told)


@post(
    "/organiser/{slug:str}/desk",
    include_in_schema=False,
    opt={"deed": Deed.RECEIVE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def register(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Register somebody who stands at the desk, unless they are registered already."""
    edition = staff.edition
    sent = await form_fields(request)
    typed = {name: last(sent, name) for name in FIELDS}
    try:
        form = await desk.read_form(db, edition, sent)
        if form.beyond and not staff.may(Deed.DECIDE):
            raise Forbidden

        async def walk_in() -> str:
            new = await desk.walk_in(db, edition, form, actor=staff.actor, at=now, ids=ids)
            return new.reference

        reference = await once(str, walk_in)
    except Invalid as problem:
        return await _show(db, page, staff, typed=typed, errors=problem.fields, status=422)
    except RegisteredAlready as problem:
        rows = await listing_queries.list_named(db, edition.id, [problem.reference])
        return await _show(db, page, staff, typed=typed, rows=rows, why=problem, status=409)
    except Namesakes as problem:
        return await _show(db, page, staff, typed=typed, rows=problem.rows, why=problem, status=409)
    except NoPlaceLeft as problem:
        another = "another_person" in sent
        return await _show(db, page, staff, typed=typed, why=problem, another=another, status=409)
    path = f"/organiser/{edition.slug}/desk?done={reference}&category={form.category}"
    return Redirect(path, status_code=303)


async def _look(db: Db, edition: Edition, q: str) -> list[Row]:
    """Return who may be meant, those first whose name begins with what was typed."""
    statement = listing_queries.ORDERS[Sort.NAME, False]
    wanted = listing.parameters(Filter(q=q[: listing.LONGEST]), edition)
    rows = (await statement(db, wanted, None, LOOKED_AT)).rows
    return sorted(rows, key=lambda row: not row.sort_key.startswith(sort_key(q)))


def guessed(q: str) -> dict[str, str]:
    """Return the fields of the form that a search may mean: the family name first, an address.

    What was typed in small letters alone gets its capitals.
    """
    words = q.split()
    addresses = [word for word in words if "@" in word]
    names = [word for word in words if "@" not in word]
    if q.islower():
        names = [word.title() for word in names]
    return {
        "family_name": names[0] if names else "",
        "given_name": " ".join(names[1:]),
        "email": addresses[0] if addresses else "",
        "organisation": "",
    }


async def _show(
    db: Db,
    page: Page,
    staff: Staff,
    *,
    q: str = "",
    typed: dict[str, str],
    rows: list[Row] | None = None,
    done: Row | None = None,
    told: Mapping[str, str] | None = None,
    why: Any = None,
    another: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> AnyResponse:
    categories = await editions.list_categories(db, staff.edition.id)
    if not typed["category"] and categories:
        typed["category"] = categories[0].code
    asks = bool(q or why or errors)
    said = page.words
    label = await _label(db, staff.edition, (told or {}).get("label", ""))
    at_hand = None
    if staff.may(Deed.PRINT_BADGES):
        at_hand = await desk_printers.at_hand(db, staff.edition.id, page.request)
    return page(
        "registrations/desk.html",
        staff.edition,
        status=status,
        staff=staff,
        q=q,
        rows=(rows or [])[:FOUND],
        others=len(rows or []) > FOUND,
        done=done,
        printers=at_hand,
        job=label,
        job_said=label and printer_words.label(label, said),
        bearer=label and await listing_queries.find_row(db, staff.edition.id, label.reference),
        wrong=(told or {}).get("wrong", ""),
        names={one.code: one.name for one in categories},
        categories=categories,
        sent=typed,
        asks=asks,
        first=next((name for name in FIELDS if not typed[name]), FIELDS[-1]),
        why=None if why is None else why.code,
        another=another,
        errors={name: said.gettext(message) for name, message in (errors or {}).items()},
    )


async def _label(db: Db, edition: Edition, text: str) -> PersonLabel | None:
    """Return the label that an address names, if it is there."""
    try:
        return await printers.find_label(db, edition.id, UUID(text))
    except (ValueError, LabelNotFound):
        return None


router = Router("/", route_handlers=[desk_page, register])
