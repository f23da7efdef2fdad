"""Registrations from a table: its columns by what they hold, forms and bad rows out. No I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from msgspec import Struct

from forum.core import forms
from forum.core.context import Edition
from forum.core.errors import Invalid
from forum.core.i18n import LANGUAGES, N_, Words, words
from forum.core.tables import Row, UnreadableTable
from forum.core.text import Filled, fold, pick
from forum.editions.models import Category, Consent
from forum.questions import cells
from forum.questions import rules as question_rules
from forum.questions.models import Kind, Question
from forum.registrations import rules
from forum.registrations.models import RegistrationForm
from forum.territories import service as territories

COLUMNS = {
    "given_name": ("given name", "first name", "prenom"),
    "family_name": ("family name", "last name", "surname", "nom", "nom de famille"),
    "email": (
        *("email", "e-mail", "mail", "mel", "courriel", "e-mail address", "adresse e-mail"),
        *("adresse mail", "adresse mel", "adresse courriel", "adresse electronique"),
    ),
    "category": (
        *("category", "categorie", "category name", "category code", "code de categorie"),
        *("profil", "profile"),
    ),
    "organisation": ("organisation", "organization", "organisme", "structure", "collectivite"),
    "organisation_code": (
        *("organisation code", "code organisation", "code de l’organisme", "code organisme"),
        *("siret", "siren"),
    ),
    "job_title": ("job title", "function", "fonction", "poste"),
    "language": ("language", "langue"),
    "days": ("days", "day", "jours", "jour", "comes on", "vient le", "jours de presence"),
    "consents": ("consents", "consent", "consentements", "consentement", "agreed to"),
}
"""What each field of a registration may be called; what exports write is among it."""
LABELS = {
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "email": N_("E-mail"),
    "category": N_("Category"),
    "organisation": N_("Organisation"),
    "organisation_code": N_("Organisation code"),
    "job_title": N_("Job title"),
    "language": N_("Language"),
    "days": N_("Days"),
    "consents": N_("Consents"),
}
NEEDED = ("given_name", "family_name", "email")
BRACKETED = re.compile(r"\(([a-z_.0-9-]+)\)$")
READ_APART = frozenset({"category", "language", "days", "consents"})
ANSWER, CONSENT = question_rules.PREFIX, "consents."
EVERY_DAY = frozenset({"all", "every day", "all days", "tous", "toutes", "tous les jours"})
MOST_VALUES = 40
"""The most unknown categories that a page asks about."""
LONGEST_SHOWN = 60
LEFT_OUT = ""
"""Stands for the category of a value whose rows are left out."""

NOT_ASKED = N_("This is not asked of this person: the answer is left out.")
NO_ANSWER = N_("The form asks for this: it can be answered later.")
MISSING = N_("Say which column holds this: nobody is registered without it.")
TWO_COLUMNS = N_("Two columns hold this: choose one of them.")
NO_CATEGORY = N_("“%(value)s” is none of the categories: write one of them, or its code.")
NO_LANGUAGE = N_("“%(value)s” is none of the languages: write one of them.")
NO_DAY = N_("“%(value)s” is no day of this forum: write days such as %(day)s.")
NO_CONSENT = N_("“%(value)s” is nothing that people agree to here: write its text or its code.")
NO_OPTION = N_("“%(value)s” is none of the answers offered: write one of them.")
SAME_ADDRESS = N_("Row %(row)d has the same address: keep one of them.")
CHOOSE_CATEGORY = N_("Say which category is meant, or that these rows are left out.")
TOO_MANY_VALUES = N_("Over 40 different values: is this the column of the categories?")
NONE_GIVEN = N_("No category is given: write one, or choose one for whoever has none.")
GIVE_CATEGORY = N_("No column holds the category: choose one for all.")


class Offered(Struct, frozen=True, kw_only=True):
    """What a table is held against: an edition, and what it offers and asks."""

    edition: Edition
    categories: list[Category]
    consents: list[Consent]
    questions: list[Question]


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be made of a table.

    `columns` gives the target of a header: a field of the form, `answers.CODE`, or
    `consents.PURPOSE` for a column of yes and no; a header that is not there is left out.
    `categories` says what a value that is no category means, by its folded text (`LEFT_OUT`: its
    rows are bad). `category` and `language` are those of whoever has none. `announce`: each is
    written to. `approve`: nobody has to approve them.
    """

    columns: dict[str, str]
    categories: dict[str, str] = {}
    category: str | None = None
    language: str | None = None
    announce: bool = False
    approve: bool = True


class GoodRow(Struct, frozen=True, kw_only=True):
    """A row that can be registered, with what is odd in it, by target."""

    row: int
    form: RegistrationForm
    warnings: dict[str, str] = {}


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that cannot be registered: its number in the file, and why, by target."""

    row: int
    reasons: dict[str, str]

    def __str__(self) -> str:
        """Return the row and its reasons in one line."""
        return f"row {self.row}: " + "; ".join(f"{k}: {v}" for k, v in self.reasons.items())


class Read(Struct, frozen=True, kw_only=True):
    """What a table holds: the rows that can be registered, and those that cannot."""

    good: list[GoodRow]
    bad: list[BadRow]


# Columns


def headers_of(rows: Iterable[Row]) -> list[str]:
    """Return the headers of a table, in order."""
    return list(dict.fromkeys(header for _, row in rows for header in row))


def targets(offered: Offered) -> list[str]:
    """Return all that a column may hold: fields, consents, questions; a cell holds no file."""
    return [
        *COLUMNS,
        *(f"{CONSENT}{one.purpose}" for one in offered.consents),
        *(one.field for one in offered.questions if one.kind is not Kind.FILE),
    ]


def label_of(target: str, offered: Offered, said: Words) -> str:
    """Return the name of a target in the reader's language."""
    if target in LABELS:
        return said.gettext(LABELS[target])
    for question in offered.questions:
        if question.field == target:
            return pick(question.label, said.language, *LANGUAGES)
    for consent in offered.consents:
        if f"{CONSENT}{consent.purpose}" == target:
            wording = pick(consent.wording, said.language, *LANGUAGES)
            return said.gettext("Agrees: %(what)s") % {"what": wording}
    return target


def guess(
    headers: Sequence[str], offered: Offered, remembered: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the target of each header that is known, each target once.

    A header is a field's name in French or English, the API's own name, the label or the code of a
    question, the wording or the code of a consent; or it was given a target before (`remembered`,
    by `key_of`). Of two labels that are alike, exports write the names behind them in brackets.
    """
    known = _names(offered)
    before = remembered or {}
    offered_targets = {*targets(offered)}
    found: dict[str, str] = {}
    for header in headers:
        key = key_of(header)
        target = before[key] if before.get(key) in offered_targets else known.get(key)
        if target is None and (bracketed := BRACKETED.search(header)):
            target = known.get(key_of(bracketed[1]))
        if target is not None and target not in found.values():
            found[header] = target
    return found


def _names(offered: Offered) -> dict[str, str]:
    names: dict[str, str] = {}
    for consent in offered.consents:
        target = f"{CONSENT}{consent.purpose}"
        for text in (target, consent.purpose, *consent.wording.values()):
            names[key_of(text)] = target
            for language in LANGUAGES:
                agrees = words(language).gettext("Agrees: %(what)s")
                names[key_of(agrees % {"what": text})] = target
    for question in offered.questions:
        if question.kind is not Kind.FILE:
            for text in (question.field, question.code, *question.label.values()):
                names[key_of(text)] = question.field
    return names | _fields()


@cache
def _fields() -> dict[str, str]:
    return {key_of(name): field for field, names in COLUMNS.items() for name in (field, *names)}


def field_of(header: str) -> str | None:
    """Return the field that a column holds, by its header; None for a column we do not know."""
    return _fields().get(key_of(header))


def key_of(header: str) -> str:
    """Return the words of a header, folded: what it is known by."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", fold(header)).split())


def category_names(categories: Sequence[Category]) -> dict[str, str]:
    """Return the code of a category by its code and by its names, folded."""
    names: dict[str, str] = {}
    for category in categories:
        for name in (category.code, *category.name.values()):
            names[fold(name)] = category.code
    return names


def unknown_categories(rows: Sequence[Row], plan: Plan, offered: Offered) -> dict[str, str]:
    """Return the values of the column of categories that are none, by their folded text."""
    header = column_of("category", plan)
    names = category_names(offered.categories)
    found: dict[str, str] = {}
    for _, row in rows if header else ():
        value = forms.line(row.get(header or "", ""))
        if value and fold(value) not in names:
            found.setdefault(fold(value), value)
    return found


def column_of(target: str, plan: Plan) -> str | None:
    """Return the header of the column that holds a target."""
    return next((header for header, one in plan.columns.items() if one == target), None)


def missing(plan: Plan) -> list[str]:
    """Return the fields that no column holds and nobody is registered without."""
    return [field for field in NEEDED if field not in plan.columns.values()]


def require_columns(plan: Plan) -> None:
    """Refuse a table that cannot be read.

    Raises:
        UnreadableTable: no column holds the given names, the family names or the addresses.
    """
    if lacking := missing(plan):
        raise UnreadableTable(
            Filled(
                N_(
                    "no column holds %(fields)s: name the columns in the first row, such as"
                    " Prénom, Nom, Courriel."
                ),
                fields=", ".join(lacking),
            )
        )


# Rows


def read(rows: Sequence[Row], offered: Offered, plan: Plan) -> Read:
    """Read a table: each row is held against the edition as the form is.

    A required question may stay open, as for a colleague whom somebody else registers: the
    organisers vouch for these people, who answer later. It is told as a warning, as is an answer
    that the person is not asked for.
    """
    reader = _Reader(offered, plan)
    good: list[GoodRow] = []
    bad: list[BadRow] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        values = {target: row.get(header, "") for header, target in plan.columns.items()}
        if not any(values.values()):
            continue
        form, reasons, warnings = reader.read(values)
        if form is not None and (first := seen.setdefault(form.email.casefold(), number)) != number:
            reasons = {"email": Filled(SAME_ADDRESS, row=first)}
        if reasons or form is None:
            bad.append(BadRow(row=number, reasons=reasons))
        else:
            good.append(GoodRow(row=number, form=form, warnings=warnings))
    return Read(good=good, bad=bad)


class _Reader:
    """Reads rows; what is the same for all of them is made once."""

    def __init__(self, offered: Offered, plan: Plan) -> None:
        self.edition = offered.edition
        self.plan = plan
        self.questions = {one.field: one for one in offered.questions if one.kind is not Kind.FILE}
        self.asked = [*self.questions.values()]
        self.files = [one for one in offered.questions if one.kind is Kind.FILE and one.required]
        self.codes = {one.code for one in offered.categories}
        self.categories = category_names(offered.categories) | {
            value: code for value, code in plan.categories.items() if code in self.codes
        }
        only = offered.categories[0].code if len(offered.categories) == 1 else None
        self.category = plan.category or only
        self.purposes = {one.purpose for one in offered.consents}
        self.consent = cells.by_name({one.purpose: one.wording for one in offered.consents})
        self.languages = language_names(offered.edition.languages)

    def read(
        self, values: Mapping[str, str]
    ) -> tuple[RegistrationForm | None, dict[str, str], dict[str, str]]:
        """Return the form of a row, what is wrong with it, and what is odd, by target."""
        wrong: dict[str, str] = {}
        sent: dict[str, Any] = {
            field: values[field]
            for field in COLUMNS
            if values.get(field) and field not in READ_APART
        }
        sent["category"] = self._category(values.get("category", ""), wrong)
        sent["language"] = self._language(values.get("language", ""), wrong)
        sent["days"] = self._days(values.get("days", ""), wrong)
        sent["consents"] = self._consents(values, wrong)
        answers, warnings = self._answers(values, str(sent["category"]), wrong)
        form = None
        try:
            form = forms.parse(RegistrationForm, {**sent, "answers": answers})
        except Invalid as invalid:
            wrong = {**invalid.fields, **wrong}
        choices = rules.mistakes(
            category=sent["category"],
            consents=sent["consents"],
            language=sent["language"],
            categories=self.codes,
            purposes=self.purposes,
            languages=self.edition.languages,
        )
        wrong = {**choices, **territories.mistakes(sent.get("organisation")), **wrong}
        order = (*COLUMNS, *wrong)
        return form, {one: wrong[one] for one in dict.fromkeys(order) if one in wrong}, warnings

    def _category(self, text: str, wrong: dict[str, str]) -> str | None:
        value = forms.line(text)
        if not value:
            if self.category is None:
                wrong["category"] = NONE_GIVEN
            return self.category
        code = self.categories.get(fold(value))
        if code is None:
            wrong["category"] = Filled(NO_CATEGORY, value=shown(value))
        return code

    def _language(self, text: str, wrong: dict[str, str]) -> str | None:
        value = forms.line(text)
        if not value:
            return self.plan.language
        code = self.languages.get(fold(value)) or self.languages.get(
            re.split("[-_]", fold(value))[0]
        )
        if code is None:
            wrong["language"] = Filled(NO_LANGUAGE, value=shown(value))
        return code

    def _days(self, text: str, wrong: dict[str, str]) -> list[str]:
        if not text.strip() or key_of(text) in EVERY_DAY:
            return []
        chosen, unknown = cells.several(text, self._day)
        for piece in unknown:
            named = [self._day(word) for word in piece.split()]
            if None in named:
                example = self.edition.starts_on.strftime("%d/%m/%Y")
                wrong["days"] = Filled(NO_DAY, value=shown(piece), day=example)
            chosen += [day for day in named if day is not None]
        return [day.isoformat() for day in sorted({*chosen})]

    def _day(self, text: str) -> date | None:
        day = cells.read_date(text, self.edition.days)
        return day if day in self.edition.days else None

    def _consents(self, values: Mapping[str, str], wrong: dict[str, str]) -> list[str]:
        given, unknown = cells.several(values.get("consents", ""), self.consent)
        if unknown:
            wrong["consents"] = Filled(NO_CONSENT, value=shown(unknown[0]))
        for target, text in values.items():
            if not target.startswith(CONSENT) or not text.strip():
                continue
            said = cells.yes_or_no(text)
            if said is None:
                wrong[target] = Filled(NO_OPTION, value=shown(text))
            elif said:
                given.append(target.removeprefix(CONSENT))
        return [*dict.fromkeys(given)]

    def _answers(
        self, values: Mapping[str, str], category: str, wrong: dict[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        sent = {
            question.code: cells.answer(question, values[field])
            for field, question in self.questions.items()
            if values.get(field, "").strip()
        }
        answers, mistakes = question_rules.read_answers(self.asked, category=category, sent=sent)
        warnings: dict[str, str] = {}
        for field, said in mistakes.items():
            if said == forms.NEEDED:
                warnings[field] = NO_ANSWER
            elif said == question_rules.NOT_OFFERED:
                wrong[field] = Filled(NO_OPTION, value=shown(values.get(field, "")))
            else:
                wrong[field] = said
        for field, question in self.questions.items():
            if question.code in sent and question.code not in answers and field not in mistakes:
                warnings[field] = NOT_ASKED
        for question in self.files:
            if question_rules.applies(question, category, answers):
                warnings[question.field] = NO_ANSWER
        return answers, warnings


def shown(text: str) -> str:
    """Return a text as it is repeated to a reader: on one line, not endless."""
    one = forms.line(text)
    return one if len(one) <= LONGEST_SHOWN else one[: LONGEST_SHOWN - 1] + "…"


@cache
def _names_of(code: str) -> frozenset[str]:
    locale = Locale.parse(code, sep="-")
    own = [locale.get_display_name(language) for language in (*LANGUAGES, code.partition("-")[0])]
    return frozenset(fold(name) for name in own if name)


def language_names(codes: Sequence[str]) -> dict[str, str]:
    """Return the code of each language by its code and by its names, folded."""
    names = {name: code for code in codes for name in _names_of(code)}
    return names | {fold(code): code for code in codes}
