"""Registrations from a table: CSV or XLSX in, forms and bad rows out. No I/O."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from forum.core import forms
from forum.core.context import Edition
from forum.core.errors import Invalid
from forum.core.tables import UnreadableTable
from forum.core.text import fold
from forum.editions.models import Category
from forum.registrations import rules
from forum.registrations.models import RegistrationForm
from forum.territories import service as territories

COLUMNS = {
    "given_name": ("given name", "first name", "prenom"),
    "family_name": ("family name", "last name", "surname", "nom", "nom de famille"),
    "email": ("email", "e-mail", "mail", "courriel", "adresse e-mail", "adresse electronique"),
    "category": ("category", "categorie", "category code", "code de categorie"),
    "organisation": ("organisation", "organization", "organisme", "structure", "collectivite"),
    "organisation_code": ("organisation code", "code organisation", "siret", "siren"),
    "job_title": ("job title", "function", "fonction", "poste"),
    "language": ("language", "langue"),
    "consents": ("consents", "consentements"),
}
NEEDED = ("given_name", "family_name", "email")


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that cannot be registered: its number in the file, and why, by column."""

    row: int
    reasons: dict[str, str]

    def __str__(self) -> str:
        """Return the row and its reasons in one line."""
        return f"row {self.row}: " + "; ".join(f"{k}: {v}" for k, v in self.reasons.items())


class Read(Struct, frozen=True, kw_only=True):
    """What a table holds: forms with their row numbers, and the rows that are refused."""

    good: list[tuple[int, RegistrationForm]]
    bad: list[BadRow]
    ignored_columns: list[str]


def read(
    rows: Sequence[tuple[int, dict[str, str]]],
    edition: Edition,
    categories: Sequence[Category],
    consents: Collection[str],
) -> Read:
    """Read a table whose headers are French or English, or the API's own names.

    A category is known by its code or its name in any language; without the column, an edition of
    one category uses that.

    Raises:
        UnreadableTable: no column holds the given names, the family names or the addresses.
    """
    headers = list(dict.fromkeys(header for _, row in rows for header in row))
    known = {header: field for header in headers if (field := field_of(header))}
    missing = [field for field in NEEDED if field not in known.values()]
    if rows and missing:
        raise UnreadableTable(
            f"no column holds {', '.join(missing)}: name the columns in the first row,"
            " such as Prénom, Nom, Courriel."
        )
    names = category_names(categories)
    good: list[tuple[int, RegistrationForm]] = []
    bad: list[BadRow] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        values = {known[header]: text for header, text in row.items() if header in known}
        if not any(values.values()):
            continue
        reasons, form = _form(values, names, categories, edition, consents)
        if form is not None and (first := seen.setdefault(form.email.casefold(), number)) != number:
            reasons = {"email": f"row {first} has the same address"}
        if reasons or form is None:
            bad.append(BadRow(row=number, reasons=reasons))
        else:
            good.append((number, form))
    return Read(good=good, bad=bad, ignored_columns=[h for h in headers if h not in known])


def field_of(header: str) -> str | None:
    """Return the field that a column holds, by its header; None for a column we do not know."""
    wanted = " ".join(fold(header).replace("_", " ").split())
    for field, names in COLUMNS.items():
        if wanted == field.replace("_", " ") or wanted in names:
            return field
    return None


def category_names(categories: Sequence[Category]) -> dict[str, str]:
    """Return the code of a category by its code and by its names, folded."""
    names: dict[str, str] = {}
    for category in categories:
        for name in (category.code, *category.name.values()):
            names[fold(name)] = category.code
    return names


def _form(
    values: dict[str, Any],
    names: dict[str, str],
    categories: Sequence[Category],
    edition: Edition,
    consents: Collection[str],
) -> tuple[dict[str, str], RegistrationForm | None]:
    sent: dict[str, Any] = dict(values)
    if not sent.get("category") and len(categories) == 1:
        sent["category"] = categories[0].code
    elif sent.get("category"):
        sent["category"] = names.get(fold(sent["category"]), sent["category"])
    if "consents" in sent:
        sent["consents"] = [one for one in sent["consents"].replace(";", ",").split(",") if one]
    errors: dict[str, str] = {}
    form = None
    try:
        form = forms.parse(RegistrationForm, sent)
    except Invalid as invalid:
        errors = invalid.fields
    mistakes = rules.mistakes(
        category=sent.get("category") or None,
        consents=sent.get("consents") or [],
        language=sent.get("language") or None,
        categories={category.code for category in categories},
        purposes=consents,
        languages=edition.languages,
    )
    mistakes.update(territories.mistakes(sent.get("organisation")))
    return {**mistakes, **errors}, form
