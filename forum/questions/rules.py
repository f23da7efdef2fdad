"""Decisions on questions: values in, a decision out.

What is wrong is said as an English msgid, by the name of the field at fault.
"""

import base64
import binascii
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from msgspec import Struct, to_builtins

from forum.core.forms import NEEDED, UNKNOWN, line
from forum.core.i18n import N_
from forum.core.text import Filled, clean
from forum.questions.models import (
    CAN_DECIDE,
    LONGEST_LABEL,
    LONGEST_LONG_TEXT,
    LONGEST_TEXT,
    MOST_BYTES,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    NO,
    WITH_OPTIONS,
    YES,
    File,
    Kind,
    NewQuestion,
    Option,
    Question,
    Upload,
)

PREFIX = "answers."
REMOVED = ".remove"
UNREADABLE = N_("This answer cannot be read: check it.")
TOO_LONG = N_("This answer is too long: shorten it.")
NOT_OFFERED = N_("Choose one of the answers offered.")
FULL = N_("“%(option)s” is no longer available: choose another answer.")
NO_NUMBER = N_("Give a whole number, such as 2.")
TOO_SMALL = N_("Give %(least)s or more.")
TOO_LARGE = N_("Give %(most)s or less.")
NO_DATE = N_("Give a date such as 2027-03-23.")
NO_FILE_KIND = N_("Send a PDF, a PNG or a JPEG picture.")
FILES_TOO_LARGE = N_("The files of a form have at most 5 MB together: make them smaller.")

SIGNATURES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
"""How a file of each kind that is taken begins, and its ending."""
SPELLINGS = {".jpg": (".jpg", ".jpeg", ".jpe")}
LONGEST_NAME = 100
NUMBER = re.compile(r"[+-]?\d{1,10}")
FRENCH_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


class _Wrong(Exception):  # noqa: N818 -- it carries the mend of one answer, nothing else
    """An answer cannot be taken; the message is the mend."""


def sent_answers(sent: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """Divide what was sent: the other fields, and the answers by the code of their question.

    A program sends `answers` as an object; a form sends one field an answer, `answers.CODE`, and
    `answers.CODE.remove` where a file that is there shall go.
    """
    others = {name: value for name, value in sent.items() if not name.startswith(PREFIX)}
    answers = others.pop("answers", {})
    if isinstance(answers, list) and not any(answers):
        answers = {}
    fields = {
        name.removeprefix(PREFIX): value
        for name, value in sent.items()
        if name.startswith(PREFIX) and not name.endswith(REMOVED)
    }
    for name, value in sent.items():
        code = name.removeprefix(PREFIX).removesuffix(REMOVED)
        if name.startswith(PREFIX) and name.endswith(REMOVED) and value:
            fields[code] = fields.get(code) if _is_given(fields.get(code)) else None
    return others, {**answers, **fields} if isinstance(answers, Mapping) else answers


def _is_given(value: Any) -> bool:
    if isinstance(value, Upload):
        return bool(value.content)
    return any(_is_given(one) for one in value) if isinstance(value, list) else bool(value)


def read_answers(
    questions: Sequence[Question],
    *,
    category: str,
    sent: Any,
    before: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the answers by the code of their question, and every mistake by the name of its field.

    `sent` holds values as JSON has them, or a form's lists of texts and files, by code. What does
    not apply (another category, a condition that is not met) is dropped, whatever was sent. Of a
    file nothing sent means the one that is there `before`; an answer held before may be kept even
    if it is full by now.

    Answers: a text; for a choice an option's code, for several a list of them; a bool; an int;
    a date as `2027-03-23`; of a file what `File` holds.
    """
    if not isinstance(sent, Mapping):
        return {}, {"answers": UNREADABLE}
    asked = [question for question in questions if question.retired_at is None]
    known = {question.code for question in asked}
    had = before or {}
    answers: dict[str, Any] = {}
    mistakes = {f"{PREFIX}{code}": UNKNOWN for code in sent if code not in known}
    for question in asked:
        if not applies(question, category, answers):
            continue
        try:
            value = _read(question, sent, had.get(question.code))
        except _Wrong as wrong:
            mistakes[question.field] = wrong.args[0]
            continue
        if value is not None:
            answers[question.code] = value
        elif question.required:
            mistakes[question.field] = NEEDED
    mistakes.update(_too_large(asked, answers, had))
    return answers, mistakes


def _too_large(
    questions: Sequence[Question], answers: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, str]:
    """Return the mistake of the first new file that is too much beside those before it."""
    whole = 0
    for question in questions:
        value = answers.get(question.code)
        if question.kind is Kind.FILE and value is not None and value != before.get(question.code):
            whole += value["size_bytes"]
            if whole > MOST_BYTES:
                return {question.field: FILES_TOO_LARGE}
    return {}


def applies(question: Question, category: str, answers: Mapping[str, Any]) -> bool:
    """Say whether a question is asked of this category, after the `answers` to those before it."""
    if question.categories and category not in question.categories:
        return False
    if question.condition is None:
        return True
    given = {*choices_of(answers.get(question.condition.question))}
    return bool(given & {*question.condition.answers})


def choices_of(value: Any) -> list[str]:
    """Return what was chosen, as codes: of an option, of several, `yes` or `no`."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [YES if value else NO]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def contents(sent: Any, answers: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the content of each file that was sent and is among the answers, by its digest."""
    wanted = {
        value["digest"]
        for value in answers.values()
        if isinstance(value, dict) and "digest" in value
    }
    found = {}
    for value in sent.values() if isinstance(sent, Mapping) and wanted else ():
        one = _last(value)
        content = one.content if isinstance(one, Upload) else _decoded(one)
        if content and (digest := sha256(content).hexdigest()) in wanted:
            found[digest] = content
    return found


def _read(question: Question, sent: Mapping[str, Any], before: Any) -> Any:
    given = sent.get(question.code)
    if question.kind is Kind.FILE:
        return _file(given, before, removed=question.code in sent and given is None)
    if question.kind is Kind.CHOICES:
        return _choices(question, given, before)
    one = _last(given)
    if isinstance(one, str):
        one = _lines(one) if question.kind is Kind.LONG_TEXT else line(one)
    if one is None or one == "":
        return None
    return _READERS[question.kind](question, one, before)


def _last(given: Any) -> Any:
    return (given[-1] if given else None) if isinstance(given, list) else given


def _lines(text: str) -> str:
    lines = clean(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(" ".join(one.split()) for one in lines).strip() if line(text) else ""


def _text(question: Question, given: Any, _: Any) -> str:
    if not isinstance(given, str):
        raise _Wrong(UNREADABLE)
    longest = LONGEST_LONG_TEXT if question.kind is Kind.LONG_TEXT else LONGEST_TEXT
    if len(given) > longest:
        raise _Wrong(TOO_LONG)
    return given


def _choice(question: Question, given: Any, before: Any) -> str:
    return _option(question, given, choices_of(before)).code


def _option(question: Question, given: Any, held: Collection[str]) -> Option:
    for option in question.options:
        if option.code == given:
            if option.full and option.code not in held:
                raise _Wrong(Filled(FULL, option=option.label))
            return option
    raise _Wrong(NOT_OFFERED)


def _choices(question: Question, given: Any, before: Any) -> list[str] | None:
    wanted = given if isinstance(given, list) else [given]
    wanted = [one for one in wanted if one not in (None, "")]
    chosen = [_option(question, one, choices_of(before)).code for one in wanted]
    return [one.code for one in question.options if one.code in chosen] or None


def _yes_no(_: Question, given: Any, __: Any) -> bool:
    if isinstance(given, bool):
        return given
    if given not in (YES, NO):
        raise _Wrong(NOT_OFFERED)
    return bool(given == YES)


def _number(question: Question, given: Any, _: Any) -> int:
    if isinstance(given, str):
        given = re.sub(r"\s", "", given).replace("−", "-")
        given = int(given) if NUMBER.fullmatch(given) else None
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) >= 10**10:
        raise _Wrong(NO_NUMBER)
    if question.least is not None and given < question.least:
        raise _Wrong(Filled(TOO_SMALL, least=question.least))
    if question.most is not None and given > question.most:
        raise _Wrong(Filled(TOO_LARGE, most=question.most))
    return given


def _date(_: Question, given: Any, __: Any) -> str:
    if isinstance(given, str) and (french := FRENCH_DATE.fullmatch(given)):
        given = f"{french[3]}-{int(french[2]):02}-{int(french[1]):02}"
    try:
        return date.fromisoformat(given).isoformat()
    except (TypeError, ValueError):
        raise _Wrong(NO_DATE) from None


_READERS = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
}


def _file(given: Any, before: dict[str, Any] | None, *, removed: bool) -> dict[str, Any] | None:
    one = _last(given)
    if one is None or one == "":
        return None if removed else before
    if isinstance(one, Upload):
        name, content = one.name, one.content
        if not name and not content:
            return before
    elif (decoded := _decoded(one)) is not None:
        name, content = str(one.get("name", "")), decoded
    else:
        raise _Wrong(UNREADABLE)
    if len(content) > MOST_BYTES:
        raise _Wrong(FILES_TOO_LARGE)
    for signature, media_type, ending in SIGNATURES:
        if content.startswith(signature):
            file = File(
                name=file_name(name, ending),
                media_type=media_type,
                size_bytes=len(content),
                digest=sha256(content).hexdigest(),
            )
            return dict(to_builtins(file))
    raise _Wrong(NO_FILE_KIND)


def _decoded(given: Any) -> bytes | None:
    """Return the content of a file that came in JSON: `{"name": …, "content": base64}`."""
    if not isinstance(given, Mapping) or not isinstance(given.get("content"), str):
        return None
    try:
        return base64.b64decode(given["content"], validate=True)
    except (binascii.Error, ValueError):
        return None


def file_name(sent: str, ending: str) -> str:
    """Return the name of a file as it is kept: its last part, clean, with the right ending."""
    bare = line(re.split(r"[\\/]", sent)[-1]).strip(". ")
    for known in SPELLINGS.get(ending, (ending,)):
        if bare.lower().endswith(known):
            return f"{bare[: -len(known)][:LONGEST_NAME].strip('. ') or 'file'}{known}"
    return f"{bare[:LONGEST_NAME] or 'file'}{ending}"


# What organisers ask


class Setting(Struct, frozen=True, kw_only=True):
    """What a question is held against: the questions of its edition, and its categories."""

    questions: Sequence[Question]
    categories: Collection[str]


def mistakes(new: NewQuestion, setting: Setting) -> dict[str, str]:
    """Return what is wrong with a question that is new, or takes the place of one of its code."""
    found: dict[str, str] = {}
    codes = [question.code for question in setting.questions]
    earlier = setting.questions[: codes.index(new.code) if new.code in codes else len(codes)]
    if new.code not in codes and len(codes) >= MOST_QUESTIONS:
        found["code"] = N_("An edition has at most 60 questions.")
    if not any(new.label.values()):
        found["label"] = NEEDED
    texts = [*new.label.values(), *(text for one in new.options for text in one.label.values())]
    if any(len(text) > LONGEST_LABEL for text in (*texts, *new.help.values())):
        found["label"] = N_("A text of a question has at most 300 characters: shorten it.")
    if not {*new.categories} <= {*setting.categories}:
        found["categories"] = N_("Choose one of the categories offered.")
    found.update(_options(new))
    found.update(_condition(new, {question.code: question for question in earlier}))
    found.update(_dependents(new, dependents(new.code, setting.questions)))
    if new.kind is not Kind.NUMBER and (new.least is not None or new.most is not None):
        found["least"] = N_("Only a number has a least and a most.")
    elif new.least is not None and new.most is not None and new.least > new.most:
        found["most"] = N_("The most is below the least: swap them.")
    return found


def _options(new: NewQuestion) -> dict[str, str]:
    codes = [option.code for option in new.options]
    limited = any(option.places is not None for option in new.options)
    wrong = {
        N_("Only a choice has answers to choose from."): codes and new.kind not in WITH_OPTIONS,
        N_("Give at least one answer to choose from."): not codes and new.kind in WITH_OPTIONS,
        N_("A question has at most 40 answers to choose from."): len(codes) > MOST_OPTIONS,
        N_("The same name stands twice: each must differ."): len({*codes}) < len(codes),
        N_("Each answer to choose needs a text."): not all(
            any(option.label.values()) for option in new.options
        ),
        N_("A question about needs has no limit of places."): new.sensitive and limited,
    }
    return next(({"options": said} for said, is_so in wrong.items() if is_so), {})


def _condition(new: NewQuestion, earlier: Mapping[str, Question]) -> dict[str, str]:
    if new.condition is None:
        return {}
    on = earlier.get(new.condition.question)
    if on is None or on.kind not in CAN_DECIDE or on.retired_at is not None:
        return {"condition": N_("A question may depend on a choice, or a yes or no, before it.")}
    offered = {YES, NO} if on.kind is Kind.YES_NO else {one.code for one in on.options}
    if not {*new.condition.answers} <= offered:
        return {"condition": NOT_OFFERED}
    if on.sensitive and not new.sensitive:
        said = N_("What depends on a question about needs tells of them: tick it as such too.")
        return {"sensitive": said}
    return {}


def _dependents(new: NewQuestion, depending: Sequence[Question]) -> dict[str, str]:
    offered = {YES, NO} if new.kind is Kind.YES_NO else {option.code for option in new.options}
    for one in depending:
        if one.condition is not None and not {*one.condition.answers} <= offered:
            said = N_("The question “%(question)s” depends on an answer that is missing here.")
            return {"options": Filled(said, question=one.label)}
        if new.sensitive and not one.sensitive:
            said = N_("The question “%(question)s” depends on this one: tick it as such first.")
            return {"sensitive": Filled(said, question=one.label)}
    return {}


def dependents(code: str, questions: Sequence[Question]) -> list[Question]:
    """Return the questions that are asked only after an answer to this one."""
    return [
        one
        for one in questions
        if one.retired_at is None and one.condition is not None and one.condition.question == code
    ]


def moved(code: str, questions: Sequence[Question], by: int) -> list[str] | None:
    """Return the codes in their new order once one is moved up (`by` -1) or down (1).

    A question never comes before the one on which it depends: None where the move would do that,
    or leads nowhere.
    """
    order = [question.code for question in questions]
    by_code = {question.code: question for question in questions}
    here = order.index(code)
    there = here + by
    if not 0 <= there < len(order):
        return None
    first, second = (code, order[there]) if by > 0 else (order[there], code)
    condition = by_code[second].condition
    if condition is not None and condition.question == first:
        return None
    order[here], order[there] = order[there], order[here]
    return order
