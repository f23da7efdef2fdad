"""The columns of an export: which there are, what they are called, what stands in them. No I/O."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from textwrap import shorten
from typing import Any
from uuid import UUID

from msgspec import Struct

from forum.core.context import Edition
from forum.core.i18n import N_, Words
from forum.core.tables import Cell
from forum.core.text import Text, pick
from forum.editions.models import Consent
from forum.questions.models import NO, WITH_OPTIONS, YES, Kind, Question
from forum.registrations import rules
from forum.registrations.models import Status

STATUSES = {
    Status.PENDING: N_("To approve"),
    Status.CONFIRMED: N_("Confirmed"),
    Status.WAITING: N_("On the waiting list"),
    Status.OFFERED: N_("Place offered"),
    Status.CANCELLED: N_("Cancelled"),
    Status.REFUSED: N_("Refused"),
}
TERRITORIES = {
    "COM": N_("Commune"),
    "ARM": N_("Municipal arrondissement"),
    "EPCI": N_("Intercommunality"),
    "EPT": N_("Territory of Greater Paris"),
    "DEP": N_("Département"),
    "REG": N_("Région"),
}
"""What leads the code of an organisation, in words; SIREN and SIRET say themselves."""


class Group(StrEnum):
    """What columns are about; the page shows them in these groups."""

    REGISTRATION = "registration"
    PERSON = "person"
    ATTENDANCE = "attendance"
    QUESTIONS = "questions"
    CONSENTS = "consents"


class Exported(Struct, frozen=True, kw_only=True):
    """One registration with all that may be exported of it.

    `answers`, `needs` (those that few may read) and `consents` (purpose to given, withdrawn) are
    None where nothing was asked for, or nothing is there.
    """

    reference: str
    status: Status
    turn: int | None
    given_name: str
    family_name: str
    email: str
    category: str
    category_name: Text
    organisation: str | None
    organisation_code: str | None
    job_title: str | None
    language: str
    days: int | None
    group_id: UUID | None
    group_name: str | None
    created_at: datetime
    changed_at: datetime
    printed_at: datetime | None
    answers: dict[str, Any] | None
    needs: dict[str, Any] | None
    consents: dict[str, tuple[datetime, datetime | None]] | None


LONGEST_WORDING = 60
"""How much of a consent stands above its columns."""

Teller = Callable[[Any], Cell]
"""Makes the cell of a value: in words, or as programs say it."""


class Column(Struct, frozen=True, kw_only=True):
    """One column.

    `name` is what the API calls it; in JSON its dots lead into objects. `value` finds in a row what
    JSON tells; `teller` makes what a cell shows of it, in words or (None) as programs say it.
    """

    name: str
    group: Group
    label: Callable[[Words], str]
    value: Callable[[Exported], Any]
    teller: Callable[[Words | None, Edition], Teller]
    question: str | None = None
    sensitive: bool = False


BASIC = (
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
"""The columns of an export that names none."""


def columns(
    edition: Edition, questions: Sequence[Question], consents: Sequence[Consent], *, needs: bool
) -> list[Column]:
    """Return every column of an edition, in order; those of diet and access only with `needs`."""
    return [
        *_registration(),
        *_person(),
        *_attendance(edition),
        *(_answer(one) for one in questions if needs or not one.sensitive),
        *_consents(consents),
    ]


def chosen(among: Sequence[Column], names: Collection[str]) -> list[Column]:
    """Return the columns of these names, in order."""
    return [one for one in among if one.name in names]


def headers(wanted: Sequence[Column], said: Words | None) -> list[str]:
    """Return what stands above columns: their labels, each once, or (None) their names."""
    if said is None:
        return [one.name for one in wanted]
    labels = [" ".join(one.label(said).split()) or one.name for one in wanted]
    return [
        label if labels.count(label) == 1 else f"{label} ({one.name})"
        for one, label in zip(wanted, labels, strict=True)
    ]


def in_cells(
    wanted: Sequence[Column], said: Words | None, edition: Edition
) -> Callable[[Exported], list[Cell]]:
    """Return what makes the cells of a row."""
    makers = [(one.value, one.teller(said, edition)) for one in wanted]

    def cells(row: Exported) -> list[Cell]:
        return [tell(value(row)) for value, tell in makers]

    return cells


def in_objects(wanted: Sequence[Column]) -> Callable[[Exported], dict[str, Any]]:
    """Return what makes the JSON object of a row: typed values, instants in UTC."""
    places = [(*_place(one.name), one.value) for one in wanted]

    def made(row: Exported) -> dict[str, Any]:
        whole: dict[str, Any] = {}
        for path, last, value in places:
            inner = whole
            for key in path:
                inner = inner.setdefault(key, {})
            found = value(row)
            inner[last] = found.astimezone(UTC) if isinstance(found, datetime) else found
        return whole

    return made


def _place(name: str) -> tuple[list[str], str]:
    *path, last = name.split(".")
    return path, last


# What a cell shows


def _plain(said: Words | None, edition: Edition) -> Teller:
    """Make cells of texts, whole numbers, dates, instants, yes and no, and lists of them."""
    yes, no = (YES, NO) if said is None else (said.gettext("Yes"), said.gettext("No"))
    zone = edition.zone

    def tell(value: Any) -> Cell:
        match value:
            case None | str():
                return value
            case bool():
                return yes if value else no
            case datetime():
                return value.astimezone(zone)
            case list():
                return ", ".join(str(one) for one in value)
            case int() | date():
                return value
            case _:
                return str(value)

    return tell


def _worded(labels: dict[str, Callable[[Words], str]]) -> Callable[[Words | None, Edition], Teller]:
    """Return a teller of codes by their labels; a code without one is its own."""

    def teller(said: Words | None, edition: Edition) -> Teller:
        if said is None:
            return _plain(None, edition)
        texts = {code: label(said) for code, label in labels.items()}

        def tell(value: Any) -> Cell:
            if isinstance(value, list):
                return ", ".join(texts.get(one, str(one)) for one in value)
            return None if value is None else texts.get(value, str(value))

        return tell

    return teller


def _text(said: Words | None, edition: Edition) -> Teller:
    languages = (said.language if said else edition.language, edition.language)

    def tell(value: Any) -> Cell:
        return pick(value, *languages)

    return tell


# The columns


def _said(label: str) -> Callable[[Words], str]:
    return lambda said: said.gettext(label)


def _field(group: Group, name: str, label: str) -> Column:
    return Column(
        name=name,
        group=group,
        label=_said(label),
        value=lambda row: getattr(row, name),
        teller=_plain,
    )


def _registration() -> Iterator[Column]:
    group = Group.REGISTRATION
    yield _field(group, "reference", N_("Reference"))
    yield Column(
        name="status",
        group=group,
        label=_said(N_("Status")),
        value=lambda row: row.status.value,
        teller=_worded({one.value: _said(label) for one, label in STATUSES.items()}),
    )
    yield _field(group, "turn", N_("Turn on the waiting list"))
    yield _field(group, "category", N_("Category code"))
    yield Column(
        name="category_name",
        group=group,
        label=_said(N_("Category")),
        value=lambda row: row.category_name,
        teller=_text,
    )
    yield _field(group, "created_at", N_("Registered on"))
    yield _field(group, "changed_at", N_("Changed on"))


def _person() -> Iterator[Column]:
    group = Group.PERSON
    yield _field(group, "given_name", N_("Given name"))
    yield _field(group, "family_name", N_("Family name"))
    yield Column(
        name="email",
        group=group,
        label=_said(N_("E-mail")),
        value=lambda row: row.email or None,
        teller=_plain,
    )
    yield _field(group, "organisation", N_("Organisation"))
    yield _field(group, "organisation_code", N_("Organisation code"))
    yield Column(
        name="organisation_kind",
        group=group,
        label=_said(N_("Kind of organisation")),
        value=lambda row: (row.organisation_code or "").partition("-")[0] or None,
        teller=_worded({code: _said(label) for code, label in TERRITORIES.items()}),
    )
    yield _field(group, "job_title", N_("Job title"))
    yield _field(group, "language", N_("Language"))


def _attendance(edition: Edition) -> Iterator[Column]:
    group = Group.ATTENDANCE
    yield Column(
        name="days",
        group=group,
        label=_said(N_("Days")),
        value=lambda row: rules.days_of(row.days, edition),
        teller=_plain,
    )
    for number, day in enumerate(edition.days):
        yield Column(
            name=f"day.{day.isoformat()}",
            group=group,
            label=lambda said, day=day: said.day(day),  # type: ignore[misc]
            value=lambda row, bit=number: row.days is None or bool(row.days >> bit & 1),  # type: ignore[misc]
            teller=_plain,
        )
    yield Column(
        name="group",
        group=group,
        label=_said(N_("Group")),
        value=lambda row: row.group_id and str(row.group_id),
        teller=_plain,
    )
    yield _field(group, "group_name", N_("Who registered the group"))
    yield _field(group, "printed_at", N_("Badge printed"))


def _answer(question: Question) -> Column:
    code, kind, sensitive = question.code, question.kind, question.sensitive

    def value(row: Exported) -> Any:
        held = row.needs if sensitive else row.answers
        found = None if held is None else held.get(code)
        if isinstance(found, dict):  # a file; where its content lies is ours to know
            return {key: one for key, one in found.items() if key != "digest"}
        return date.fromisoformat(found) if kind is Kind.DATE and found else found

    teller: Callable[[Words | None, Edition], Teller] = _plain
    if kind in WITH_OPTIONS:
        teller = _worded({one.code: _label(one.label) for one in question.options})
    elif kind is Kind.FILE:
        teller = _file_name
    return Column(
        name=f"answers.{code}",
        group=Group.QUESTIONS,
        label=_label(question.label),
        value=value,
        teller=teller,
        question=code,
        sensitive=sensitive,
    )


def _label(text: Text) -> Callable[[Words], str]:
    return lambda said: pick(text, said.language)


def _file_name(_: Words | None, __: Edition) -> Teller:
    return lambda value: None if value is None else str(value["name"])


def _consents(consents: Sequence[Consent]) -> Iterator[Column]:
    group = Group.CONSENTS
    if consents:
        yield Column(
            name="consents",
            group=group,
            label=_said(N_("Consents")),
            value=lambda row: [
                purpose
                for purpose, (_, withdrawn_at) in sorted((row.consents or {}).items())
                if withdrawn_at is None
            ],
            teller=_plain,
        )
    for one in consents:
        for part, (name, label) in enumerate(
            (("given_at", N_("given")), ("withdrawn_at", N_("withdrawn")))
        ):
            yield Column(
                name=f"consent.{one.purpose}.{name}",
                group=group,
                label=lambda said, one=one, label=label: (  # type: ignore[misc]
                    f"{shorten(pick(one.wording, said.language), LONGEST_WORDING, placeholder='…')}"
                    f" ({said.gettext(label)})"
                ),
                value=lambda row, purpose=one.purpose, part=part: (  # type: ignore[misc]
                    row.consents[purpose][part]
                    if row.consents and purpose in row.consents
                    else None
                ),
                teller=_plain,
            )
