"""What organisers type into the pages of the form, as values, and back. No I/O.

Instants are typed and shown on the wall of the edition (`2027-03-15T18:00`); a text in several
languages has a field for each (`name.fr`); a box that is ticked sends `yes`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from forum.core import forms
from forum.core.context import Edition
from forum.core.errors import Invalid
from forum.core.i18n import N_, Words
from forum.core.text import Text, pick, slug
from forum.editions.models import FormChange, NewCategory, NewConsent, NewTerms
from forum.questions.models import Kind, NewQuestion, Question
from forum.questions.views import KINDS

S = TypeVar("S", bound=msgspec.Struct)
Sent = Mapping[str, list[str]]

INSTANTS = {"registration_opens_at", "registration_closes_at", "changes_until"} | {
    "opens_at",
    "closes_at",
}
TEXTS = {"name", "label", "help", "wording"}
LONGEST_CODE = 40
LONGEST_TEXT = 300
LONGEST_WORDING = 2000
SPARE_OPTIONS = 4
"""How many empty rows a question's page has for more answers to choose."""

LABELS = {
    "state": N_("State"),
    "places": N_("Places"),
    "registration_opens_at": N_("Registration opens"),
    "registration_closes_at": N_("Registration closes"),
    "changes_until": N_("Answers may be changed until"),
    "offer_hours": N_("Hours for which a freed place is offered"),
    "asks_days": N_("Ask who comes on which day"),
    "name": N_("Name"),
    "tint": N_("Colour of the badge"),
    "open": N_("Open"),
    "opens_at": N_("Opens"),
    "closes_at": N_("Closes"),
    "approval": N_("An organiser approves each registration"),
    "invitation_only": N_("By an invitation code alone"),
    "self_change": N_("Attendees may move here by themselves"),
    "code": N_("Code"),
    "kind": N_("Kind of answer"),
    "label": N_("Question"),
    "help": N_("Help"),
    "required": N_("An answer is required"),
    "sensitive": N_("About needs (diet, access): kept apart, read by organisers alone"),
    "categories": N_("Asked of"),
    "condition": N_("Asked only after"),
    "options": N_("Answers to choose from"),
    "least": N_("At least"),
    "most": N_("At most"),
    "purpose": N_("Code"),
    "wording": N_("Wording"),
    "version": N_("Version"),
    "order": N_("Order"),
    "retired": N_("Retired"),
}
STATES = {
    "draft": N_("Draft: nobody sees it"),
    "open": N_("Open"),
    "closed": N_("Closed"),
    "archived": N_("Archived"),
}


# What was typed, as values


def terms(sent: Sent, edition: Edition) -> NewTerms:
    """Read the terms of an edition.

    Raises:
        Invalid: naming every field at fault.
    """
    return _parsed(NewTerms, sent, edition, ticked=("asks_days",))


def category(sent: Sent, edition: Edition, code: str | None = None) -> NewCategory:
    """Read a category; `code` is that of one which is there.

    Raises:
        Invalid: naming every field at fault.
    """
    boxes = ("open", "approval", "invitation_only", "self_change")
    return _parsed(NewCategory, sent, edition, ticked=boxes, code=code, named_by="name")


def question(sent: Sent, edition: Edition, there: Question | None = None) -> NewQuestion:
    """Read a question; `there` is the one that it changes, whose code and kind stay.

    Raises:
        Invalid: naming every field at fault.
    """
    given: dict[str, Any] = {"options": options(sent), "condition": _condition(sent)}
    if there is not None:
        given["kind"] = there.kind
    return _parsed(
        NewQuestion,
        sent,
        edition,
        ticked=("required", "sensitive"),
        code=there.code if there else None,
        named_by="label",
        given=given,
    )


def consent(sent: Sent, edition: Edition, purpose: str | None = None) -> NewConsent:
    """Read a purpose of consent.

    Raises:
        Invalid: naming every field at fault.
    """
    return _parsed(
        NewConsent, sent, edition, code=purpose, code_field="purpose", named_by="wording"
    )


def _parsed(
    into: type[S],
    sent: Sent,
    edition: Edition,
    *,
    ticked: Sequence[str] = (),
    code: str | None = None,
    code_field: str = "code",
    named_by: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> S:
    names = {field.name for field in msgspec.structs.fields(into)}
    values: dict[str, Any] = {name: sent[name] for name in names - TEXTS if name in sent}
    for name in names & INSTANTS:
        values[name] = instant(_last(sent, name), edition.zone)
    mistakes = {}
    for name in names & TEXTS:
        values[name] = text = text_of(sent, name, edition)
        longest = LONGEST_WORDING if name == "wording" else LONGEST_TEXT
        if any(len(one) > longest for one in text.values()):
            mistakes[f"{name}.{edition.language}"] = "This answer is too long: shorten it."
    values.update({name: bool(_last(sent, name)) for name in ticked})
    values.update(given or {})
    if named_by is not None:
        if not values[named_by]:
            mistakes[f"{named_by}.{edition.language}"] = forms.NEEDED
        values[code_field] = (
            code or _last(sent, code_field).strip() or slug_of(values[named_by], edition)
        )
    try:
        made = forms.parse(into, values)
    except Invalid as invalid:
        fields = {**mistakes, **invalid.fields}
        if mistakes:
            fields.pop(code_field, None)
        raise Invalid(fields=fields) from None
    if mistakes:
        raise Invalid(fields=mistakes)
    return made


def slug_of(text: Text, edition: Edition) -> str:
    """Return the code that is made of a text in the edition's main language."""
    return slug(pick(text, edition.language), longest=LONGEST_CODE)


def instant(typed: str, zone: ZoneInfo) -> str | None:
    """Return an instant typed on the wall of `zone` with its offset; what is none, as it is."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone).isoformat()
    except ValueError:
        return typed or None


def text_of(sent: Sent, name: str, edition: Edition) -> Text:
    """Return a text in the languages in which it was typed."""
    typed = {one: forms.line(_last(sent, f"{name}.{one}")) for one in edition.languages}
    return {language: text for language, text in typed.items() if text}


def options(sent: Sent) -> list[dict[str, Any]]:
    """Return the answers to choose from that were typed, in the order of their numbers.

    A row without a text is left out; one without a code gets that of its text.
    """
    rows = []
    for row in rows_of(sent):
        label = {one: forms.line(text) for one, text in row.label.items() if forms.line(text)}
        if label:
            rows.append((row, label))
    rows.sort(key=lambda one: one[0].position)
    found: list[dict[str, Any]] = []
    codes = {row.code for row, _ in rows}
    for row, label in rows:
        code = row.code or _new_code(label, codes)
        codes.add(code)
        option: dict[str, Any] = {"code": code, "label": label, "open": row.open}
        if row.places:
            option["places"] = int(row.places) if row.places.isdigit() else row.places
        found.append(option)
    return found


def _new_code(label: Text, taken: set[str]) -> str:
    code = slug(pick(label), longest=LONGEST_CODE - 4) or "option"
    number, made = 1, code
    while made in taken:
        number += 1
        made = f"{code}-{number}"
    return made


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of answers to choose from, as it was typed."""

    number: int
    code: str = ""
    label: Text = {}
    places: str = ""
    position: float = 0
    open: bool = True
    taken: int = 0


def rows_of(sent: Sent) -> list[Row]:
    """Return the rows that were sent, by their number."""
    numbers = sorted(
        {
            int(parts[1])
            for name in sent
            if (parts := name.split("."))[0] == "option" and len(parts) == 3 and parts[1].isdigit()  # noqa: PLR2004
        }
    )
    return [
        Row(
            number=number,
            code=_last(sent, f"option.{number}.code"),
            label={
                name.rpartition(".")[2]: _last(sent, name)
                for name in sent
                if name.startswith(f"option.{number}.")
                and name.rpartition(".")[2] not in {"code", "places", "position", "open"}
            },
            places=_last(sent, f"option.{number}.places").strip(),
            position=_position(_last(sent, f"option.{number}.position"), number),
            open=bool(_last(sent, f"option.{number}.open")),
        )
        for number in numbers[:100]
    ]


def _position(typed: str, otherwise: int) -> float:
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        return otherwise


def _condition(sent: Sent) -> dict[str, Any] | None:
    """Return the condition that was ticked, as `question:answer`; of two questions, a wrong one."""
    ticked = [one.partition(":") for one in sent.get("condition", []) if one]
    if not ticked:
        return None
    questions = {question for question, _, _ in ticked}
    on = questions.pop() if len(questions) == 1 else ""
    return {"question": on, "answers": [answer for _, _, answer in ticked]}


def _last(sent: Sent, name: str) -> str:
    values = sent.get(name)
    return values[-1] if values else ""


# Values, as they are typed


def typed(value: msgspec.Struct, zone: ZoneInfo) -> dict[str, list[str]]:
    """Return the fields of a value as a form sends them."""
    found: dict[str, list[str]] = {}
    for name, one in msgspec.to_builtins(value).items():
        found.update(_typed(name, one, zone))
    return found


def _typed(name: str, value: Any, zone: ZoneInfo) -> dict[str, list[str]]:
    if name == "options":
        return _typed_options(value or [], zone)
    if name == "condition":
        answers = value["answers"] if value else []
        return {name: [f"{value['question']}:{answer}" for answer in answers]}
    if isinstance(value, dict):
        return {f"{name}.{language}": [text] for language, text in value.items()}
    if isinstance(value, list):
        return {name: value}
    if isinstance(value, bool):
        return {name: ["yes"] if value else []}
    return {name: ["" if value is None else _typed_one(name, value, zone)]}


def _typed_one(name: str, value: Any, zone: ZoneInfo) -> str:
    if name in INSTANTS:
        return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def _typed_options(options: list[dict[str, Any]], zone: ZoneInfo) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, one in enumerate(options, start=1):
        row = {"code": one["code"], "places": one.get("places"), "position": number}
        row |= {"open": one.get("open", True)} | one["label"]
        for key, value in row.items():
            found.update(_typed(f"option.{number}.{key}", value, zone))
    return found


def rows(question: Question | None, sent: Sent) -> list[Row]:
    """Return the rows of a question's page: those typed, or there, and some to spare."""
    taken = {one.code: one.taken for one in question.options} if question else {}
    there = [
        msgspec.structs.replace(row, taken=taken.get(row.code, 0))
        for row in rows_of(sent)
        if row.code or any(row.label.values())
    ]
    first = max((row.number for row in there), default=0) + 1
    spare = range(first, first + SPARE_OPTIONS)
    return there + [Row(number=number, position=number) for number in spare]


# What others changed meanwhile


def merged(
    sent: Sent, part: str, changes: Sequence[FormChange], zone: ZoneInfo
) -> dict[str, list[str]]:
    """Return what was typed, with what others changed meanwhile where nothing else was typed."""
    found = {name: [*values] for name, values in sent.items()}
    for change in changes:
        if change.detail.get("part") != part:
            continue
        for name, (old, new) in change.detail.get("changes", {}).items():
            if name == "options":
                continue
            before, after = _typed(name, old, zone), _typed(name, new, zone)
            for field in before | after:
                if _bare(found.get(field)) == _bare(before.get(field)):
                    found[field] = after.get(field, [])
    return found


def _bare(values: list[str] | None) -> list[str]:
    return [" ".join(one.split()) for one in values or [] if one.strip()]


def told(change: FormChange, edition: Edition, said: Words) -> dict[str, Any]:
    """Return a change as a page tells it: when, what part of the form, what was and what is."""
    local = change.at.astimezone(edition.zone)
    kind, _, code = str(change.detail.get("part", "")).partition(" ")
    parts = {
        "terms": N_("Terms"),
        "category": N_("Category"),
        "question": N_("Question"),
        "consent": N_("Consent"),
    }
    changes = change.detail.get("changes", {})
    return {
        "when": f"{said.day(local.date())}, {said.time(change.at, edition.zone)}",
        "part": f"{said.gettext(parts[kind])} {code}".strip() if kind in parts else code,
        "lines": [
            {
                "label": said.gettext(LABELS[name]) if name in LABELS else name,
                "old": in_words(name, old, edition, said),
                "new": in_words(name, new, edition, said),
            }
            for name, (old, new) in changes.items()
        ],
    }


def in_words(name: str, value: Any, edition: Edition, said: Words) -> str:
    """Return a value of the form as people read it."""
    if value is None or value in ("", [], {}):
        return said.gettext("nothing")
    if isinstance(value, bool):
        return said.gettext("yes") if value else said.gettext("no")
    if isinstance(value, list):
        many = [_option_in_words(one, said) if isinstance(one, dict) else one for one in value]
        return ", ".join(many)
    if name == "condition":
        return f"{value['question']}: {', '.join(value['answers'])}"
    if isinstance(value, dict):
        return pick(value, said.language)
    return _one_in_words(name, value, edition, said)


def _one_in_words(name: str, value: Any, edition: Edition, said: Words) -> str:
    if name in INSTANTS:
        at = datetime.fromisoformat(value)
        day = said.date(at.astimezone(edition.zone).date())
        return f"{day}, {said.time(at, edition.zone)}"
    if name == "state":
        return said.gettext(STATES[value])
    if name == "kind":
        return said.gettext(KINDS[Kind(value)])
    return str(value)


def _option_in_words(option: Mapping[str, Any], said: Words) -> str:
    label = pick(option["label"], said.language)
    places = option.get("places")
    return label if places is None else f"{label} ({places})"
