"""Questions and answers as pages show them: labels, what was typed, answers in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from forum.core.i18n import Words
from forum.core.text import pick
from forum.questions import rules
from forum.questions.models import NO, WITH_OPTIONS, YES, Kind, Question

KINDS = {
    Kind.TEXT: "A line of text",
    Kind.LONG_TEXT: "A longer text",
    Kind.CHOICE: "One choice of several",
    Kind.CHOICES: "Several choices",
    Kind.YES_NO: "Yes or no",
    Kind.NUMBER: "A number",
    Kind.DATE: "A date",
    Kind.FILE: "A file",
}
MOST_IN_RADIOS = 8


def kinds(said: Words) -> dict[str, str]:
    """Return each kind with its name."""
    return {kind.value: said.gettext(label) for kind, label in KINDS.items()}


def places(questions: Sequence[Question], language: str) -> dict[str, tuple[str, str]]:
    """Return for each field its label and the id of its first control, as a summary needs them."""
    found = {}
    for one in questions:
        select = one.kind is Kind.CHOICE and len(one.options) > MOST_IN_RADIOS
        radios = one.kind in WITH_OPTIONS | {Kind.YES_NO} and not select
        found[one.field] = (pick(one.label, language), f"{one.field}-1" if radios else one.field)
    return found


def typed(sent: Any) -> dict[str, list[str]]:
    """Return what a form sent, or what was answered before, as lists of texts by code."""
    found = {}
    for code, value in sent.items() if isinstance(sent, Mapping) else ():
        if isinstance(value, dict) or value is None:
            continue
        values = value if isinstance(value, list) else rules.choices_of(value)
        found[code] = [one for one in values if isinstance(one, str)]
    return found


def kept(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files among the answers, by code."""
    return {code: value for code, value in answers.items() if isinstance(value, dict)}


def told(
    questions: Sequence[Question], answers: Mapping[str, Any], said: Words
) -> list[tuple[str, str]]:
    """Return label and answer in words of each question that was answered, in order."""
    return [
        (pick(one.label, said.language), in_words(one, answers[one.code], said))
        for one in questions
        if one.code in answers
    ]


def in_words(question: Question, value: Any, said: Words) -> str:
    """Return an answer as a person reads it; of a file its name."""
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if isinstance(value, bool):
        return said.gettext("Yes") if value else said.gettext("No")
    if question.kind is Kind.DATE:
        return said.date(dt.date.fromisoformat(value))
    if question.kind in WITH_OPTIONS:
        labels = {one.code: pick(one.label, said.language) for one in question.options}
        return ", ".join(labels.get(code, code) for code in rules.choices_of(value))
    return str(value)


def answers_that_decide(question: Question, said: Words) -> list[tuple[str, str]]:
    """Return code and label of each answer on which another question may depend."""
    if question.kind is Kind.YES_NO:
        return [(YES, said.gettext("Yes")), (NO, said.gettext("No"))]
    return [(one.code, pick(one.label, said.language)) for one in question.options]
