"""What is typed or sent for a print run, as an order, and back into an address. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from badges.printing.run_models import LETTERS, Order, OtherSheet, Sorting, Wanted
from forum.core import forms
from forum.core.errors import Invalid
from forum.core.i18n import N_

MOST_REFERENCES = 2000
Sent = Mapping[str, Sequence[str]]
LETTER = N_("Give a letter of A to Z, or two such as A-F, the first one first.")
TOO_MANY = N_("Name at most 2,000 references at once.")
TWO_LETTERS = 2


class NewRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run as it is asked for; `letters` is A, or A-F; without `layout` each category's.

    `filter` is one of the table of registrations, as its address has it.
    """

    only_unprinted: bool = False
    only_changed: bool = False
    categories: list[str] | None = None
    letters: str | None = None
    registrations: list[str] | None = None
    sort: Sorting = Sorting.NAME
    layout: str | None = None
    sheet: OtherSheet = OtherSheet.OWN
    printer: str | None = None
    filter: str | None = None


def of_program(sent: Mapping[str, Any]) -> Order:
    """Return the order that a program sends.

    Raises:
        Invalid: naming every field at fault.
    """
    new = forms.parse(NewRun, sent)
    return order_of(new)


def order_of(new: NewRun) -> Order:
    """Return the order that a run as it is asked for means.

    Raises:
        Invalid: naming every field at fault.
    """
    errors: dict[str, str] = {}
    first, last = letters_of(new.letters or "")
    if new.letters and first is None:
        errors["letters"] = LETTER
    references = references_of(" ".join(new.registrations or []))
    if len(references) > MOST_REFERENCES:
        errors["registrations"] = TOO_MANY
    if errors:
        raise Invalid(fields=errors)
    return Order(
        wanted=Wanted(
            only_unprinted=new.only_unprinted,
            only_changed=new.only_changed,
            categories=new.categories or None,
            first_letter=first,
            last_letter=last,
            references=[*references] or None,
            sort=new.sort,
            filter=new.filter or None,
        ),
        layout=new.layout,
        sheet=new.sheet,
        printer=new.printer,
    )


def letters_of(text: str) -> tuple[str | None, str | None]:
    """Return the first and the last letter that a text such as `A`, `a-f` or `A – F` names."""
    ends = text.upper().replace("\u2013", "-").replace("\u2011", "-").split("-")
    ends = [one.strip() for one in ends]
    if len(ends) > TWO_LETTERS or any(len(one) != 1 or one not in LETTERS for one in ends):
        return None, None
    return (ends[0], ends[-1]) if ends[0] <= ends[-1] else (None, None)


def references_of(text: str) -> Sequence[str]:
    """Return the references in a text, in capitals, each once, in order."""
    return list(dict.fromkeys(text.upper().replace(",", " ").replace(";", " ").split()))


def of_page(sent: Sent) -> tuple[Order, dict[str, str]]:
    """Return the order that a page's form means, and every mistake in it by its field.

    What is wrong is left out of the order.
    """
    values = typed(sent)
    errors: dict[str, str] = {}
    while True:
        try:
            return of_program(values), errors
        except Invalid as invalid:
            errors |= invalid.fields
            for name in invalid.fields:
                values.pop(name, None)


def typed(sent: Sent) -> dict[str, Any]:
    """Return what a form holds by the names that programs use."""

    def last(name: str) -> str:
        return (sent.get(name) or [""])[-1].strip()

    which = last("which")
    first, final = last("first"), last("last")
    letters = f"{first or 'A'}-{final or 'Z'}" if first or final else ""
    values: dict[str, Any] = {
        "only_unprinted": which == "unprinted",
        "only_changed": which == "changed",
        "categories": [one for one in sent.get("category", []) if one],
        "letters": letters,
        "registrations": references_of(" ".join(sent.get("reference", []))),
        "sort": last("sort"),
        "layout": last("layout"),
        "sheet": last("sheet"),
        "printer": last("printer"),
        "filter": last("filter"),
    }
    return {name: value for name, value in values.items() if value not in ("", [])}


def pairs(order: Order) -> list[tuple[str, str]]:
    """Return the fields of the page's form, as names and values, by which an order is typed."""
    wanted = order.wanted
    typed: list[tuple[str, str]] = []
    if wanted.only_unprinted or wanted.only_changed:
        typed.append(("which", "unprinted" if wanted.only_unprinted else "changed"))
    typed += [("category", one) for one in wanted.categories or []]
    if wanted.first_letter:
        typed += [("first", wanted.first_letter), ("last", wanted.last_letter or "Z")]
    if wanted.references:
        typed.append(("reference", " ".join(wanted.references)))
    if wanted.sort is not Sorting.NAME:
        typed.append(("sort", wanted.sort.value))
    if order.layout:
        typed.append(("layout", order.layout))
    if order.sheet is not OtherSheet.OWN:
        typed.append(("sheet", order.sheet.value))
    if order.printer:
        typed.append(("printer", order.printer))
    if wanted.filter:
        typed.append(("filter", wanted.filter))
    return typed


def address(order: Order) -> str:
    """Return the query by which the page shows an order again, '' for the usual one."""
    found = pairs(order)
    return f"?{urlencode(found)}" if found else ""
