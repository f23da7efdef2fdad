"""What can be done with questions and answers.

Verbs on questions are one transaction each; those on answers run inside the caller's, with the
places and the ticket of the registration.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db, refused
from forum.core.i18n import N_
from forum.core.text import Filled, Text
from forum.editions import queries as editions
from forum.editions import service as edition_service
from forum.editions.models import NewEdition
from forum.questions import queries, rules
from forum.questions.models import (
    WITH_OPTIONS,
    AnswerCount,
    Asked,
    Held,
    Kind,
    NewOption,
    NewQuestion,
    OptionFull,
    Question,
    QuestionAnswered,
    QuestionCodeTaken,
    QuestionInvalid,
    QuestionNeeded,
    QuestionNotFound,
)

# What others ask of this slice


async def list_questions(db: Db, edition_id: int) -> list[Question]:
    """Return the questions that are asked, in order."""
    return [one for one in await queries.list_questions(db, edition_id) if one.retired_at is None]


async def store_answers(
    db: Db,
    edition_id: int,
    registration_id: UUID,
    answers: Mapping[str, Any],
    *,
    at: datetime,  # noqa: ARG001 -- every verb is told when it happens
) -> None:
    """Make `answers` (see `rules.read_answers`) those of a registration, in place of its others.

    The places of options that they need are taken, those no longer needed given back, in the
    transaction of the caller. Answers to retired questions stay as they are.

    Raises:
        OptionFull: naming the field whose option has no place left.
    """
    asked = {one.code: one for one in await list_questions(db, edition_id)}
    given = {code: value for code, value in answers.items() if code in asked}
    await queries.put_answers(
        db,
        edition_id,
        registration_id,
        [*asked],
        {code: value for code, value in given.items() if not asked[code].sensitive},
        {code: value for code, value in given.items() if asked[code].sensitive},
    )
    before = {
        held
        for held in await queries.list_held(db, edition_id, registration_id)
        if held.question in asked
    }
    wanted = {
        Held(question=code, option=option)
        for code, value in given.items()
        if asked[code].kind in WITH_OPTIONS and not asked[code].sensitive
        for option in rules.choices_of(value)
    }
    for held in sorted(before ^ wanted):  # in one order for all, so that none waits in a circle
        if held in before:
            await queries.give_option_back(db, edition_id, registration_id, held)
            continue
        full = _full(asked[held.question], held.option)
        with refused("question_option_not_overbooked", full):
            if await queries.take_option(db, edition_id, registration_id, held) is None:
                raise full


def _full(question: Question, option: str) -> OptionFull:
    label = next((one.label for one in question.options if one.code == option), {"": option})
    return OptionFull(fields={question.field: Filled(rules.FULL, option=label)})


async def release_answers(db: Db, edition_id: int, registration_id: UUID) -> None:
    """Give back every place of an option that a registration holds; its answers stay."""
    for held in await queries.list_held(db, edition_id, registration_id):
        await queries.give_option_back(db, edition_id, registration_id, held)


async def open_questions(db: Db, edition_id: int, registration_id: UUID) -> list[Text]:
    """Return the labels of the required questions that a registration has not answered, in order.

    There are none where it was cancelled or refused.
    """
    return await queries.list_open(db, edition_id, registration_id)


async def answers_of(
    db: Db, edition_id: int, registration_id: UUID, *, private: bool
) -> dict[str, Any]:
    """Return the answers of a registration by code; those about needs only where `private`."""
    found = await queries.list_answers(db, edition_id, registration_id, private)
    return {one.question: one.value for one in found}


async def answers_of_all(db: Db, edition_id: int, *, private: bool) -> dict[UUID, dict[str, Any]]:
    """Return the answers of every registration that has any, by its id."""
    found: dict[UUID, dict[str, Any]] = {}
    for one in await queries.list_all_answers(db, edition_id, private):
        found.setdefault(one.registration_id, {})[one.question] = one.value
    return found


async def count_answers(db: Db, edition_id: int, *, private: bool = False) -> list[AnswerCount]:
    """Count the answers to choices, and to yes or no, of registrations that stand."""
    return await queries.count_answers(db, edition_id, private)


async def keep_files(blobs: Blobs, sent: Any, answers: Mapping[str, Any]) -> None:
    """Store the files that were sent (`rules.sent_answers`) and are among the answers.

    Call it before the transaction that stores the answers.

    Raises:
        StorageFull: a file could not be written.
    """
    for content in rules.contents(sent, answers).values():
        await asyncio.to_thread(blobs.put, content)


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; registrations go after it."""
    await queries.delete_edition_data(db, edition_id)


# Questions of an edition


async def add(db: Db, edition_id: int, new: NewQuestion) -> None:
    """Ask a question, after all others.

    Raises:
        QuestionInvalid: naming the fields at fault.
        QuestionCodeTaken: a question of the edition has this code.
    """
    async with db.transaction():
        setting = await _setting(db, edition_id)
        taken = QuestionCodeTaken(fields={"code": N_("This code is taken: choose another.")})
        if new.code in {one.code for one in setting.questions}:
            raise taken
        _hold(new, setting)
        with refused("question_pkey", taken):
            await queries.insert_question(db, edition_id, new)
        await _put_parts(db, edition_id, new)


async def change(db: Db, edition_id: int, new: NewQuestion) -> Question:
    """Change the question of this code, whose kind stays; return it as it was.

    Raises:
        QuestionNotFound: there is none.
        QuestionInvalid: naming the fields at fault.
    """
    async with db.transaction():
        setting = await _setting(db, edition_id)
        before = _found(new.code, setting.questions)
        new = msgspec.structs.replace(new, kind=before.kind)
        _hold(new, setting)
        answered = new.code in await queries.list_answered(db, edition_id)
        if before.sensitive and not new.sensitive and answered:
            said = N_("This was answered in confidence: it stays among the needs.")
            raise QuestionInvalid(fields={"sensitive": said})
        await _hold_options(db, edition_id, before, new)
        if new.sensitive and not before.sensitive:
            await queries.make_private(db, edition_id, new.code)
        await queries.update_question(db, edition_id, new)
        await _put_parts(db, edition_id, new)
    return before


async def _setting(db: Db, edition_id: int) -> rules.Setting:
    categories = await editions.list_categories(db, edition_id)
    return rules.Setting(
        questions=await queries.list_questions(db, edition_id),
        categories=[one.code for one in categories],
    )


def _hold(new: NewQuestion, setting: rules.Setting) -> None:
    mistakes = rules.mistakes(new, setting)
    if mistakes:
        raise QuestionInvalid(fields=mistakes)


async def _hold_options(db: Db, edition_id: int, before: Question, new: NewQuestion) -> None:
    """Refuse to drop an option that was chosen, or to go below the places that are taken."""
    kept = {option.code: option for option in new.options}
    chosen = {*await queries.list_chosen(db, edition_id, new.code)}
    for option in before.options:
        after = kept.get(option.code)
        if after is None and option.code in chosen:
            said = N_("“%(option)s” was chosen by somebody: close it instead.")
            raise QuestionInvalid(fields={"options": Filled(said, option=option.label)})
        if after is not None and after.places is not None and after.places < option.taken:
            said = N_("“%(option)s” has %(taken)s places taken: give it as many or more.")
            told = Filled(said, option=option.label, taken=option.taken)
            raise QuestionInvalid(fields={"options": told})


async def _put_parts(db: Db, edition_id: int, new: NewQuestion) -> None:
    await queries.set_categories(db, edition_id, new.code, new.categories)
    await queries.delete_options(db, edition_id, new.code, [one.code for one in new.options])
    for position, option in enumerate(new.options):
        await queries.put_option(db, edition_id, new.code, position, option)


async def move(db: Db, edition_id: int, code: str, by: int) -> bool:
    """Move a question up (`by` -1) or down (1); say whether it could be.

    Raises:
        QuestionNotFound: there is none that is asked.
    """
    async with db.transaction():
        asked = await list_questions(db, edition_id)
        _found(code, asked)
        order = rules.moved(code, asked, by)
        if order is not None:
            await queries.set_order(db, edition_id, order)
    return order is not None


async def retire(db: Db, edition_id: int, code: str, *, at: datetime) -> None:
    """Ask a question no longer; what was answered stays.

    Raises:
        QuestionNotFound: there is none that is asked.
        QuestionNeeded: another question depends on it.
    """
    async with db.transaction():
        asked = await list_questions(db, edition_id)
        _found(code, asked)
        if rules.dependents(code, asked):
            raise QuestionNeeded
        await queries.set_retired(db, edition_id, code, at)


async def bring_back(db: Db, edition_id: int, code: str) -> None:
    """Ask a retired question again, after all others.

    Raises:
        QuestionNotFound: there is none.
        QuestionNeeded: it depends on a question that is retired too.
    """
    async with db.transaction():
        found = await queries.list_questions(db, edition_id)
        question = _found(code, found)
        if question.retired_at is None:
            return
        on = question.condition
        if on is not None and _found(on.question, found).retired_at is not None:
            message = "This question depends on one that is retired: bring that one back first."
            raise QuestionNeeded(message)
        await queries.set_retired(db, edition_id, code, None)


async def delete(db: Db, edition_id: int, code: str) -> None:
    """Delete a question that nobody answered.

    Raises:
        QuestionNotFound: there is none.
        QuestionNeeded: another question depends on it.
        QuestionAnswered: somebody answered.
    """
    async with db.transaction():
        found = await queries.list_questions(db, edition_id)
        _found(code, found)
        if rules.dependents(code, found):
            raise QuestionNeeded
        with (
            refused("answer_to_a_question", QuestionAnswered()),
            refused("private_answer_to_a_question", QuestionAnswered()),
        ):
            await queries.delete_question(db, edition_id, code)


def _found(code: str, questions: Sequence[Question]) -> Question:
    for one in questions:
        if one.code == code:
            return one
    raise QuestionNotFound


# An edition with its questions


async def create_edition(
    db: Db, new: NewEdition, questions: Sequence[NewQuestion], *, at: datetime
) -> Edition:
    """Create an edition with what it asks, or nothing.

    Raises:
        EditionInvalid, SlugTaken: see `forum.editions.service.create`.
        QuestionInvalid, QuestionCodeTaken: naming the question and its fields at fault.
    """
    async with db.transaction():
        edition = await edition_service.create(db, new, at=at)
        for question in questions:
            try:
                await add(db, edition.id, question)
            except (QuestionInvalid, QuestionCodeTaken) as problem:
                problem.fields = {
                    f"questions.{question.code}.{field}": message
                    for field, message in problem.fields.items()
                }
                raise
    return edition


def edition_from_toml(text: str, given: dict[str, Any]) -> tuple[NewEdition, list[NewQuestion]]:
    """Read an edition and its `[[questions]]` from a TOML text; what was `given` wins.

    Raises:
        EditionInvalid: the text is no TOML, or a field is wrong.
    """
    values = {**edition_service.read_toml(text), **given}
    language = edition_service.language_of(values)
    questions = values.pop("questions", [])
    return (
        edition_service.described(values, NewEdition, language),
        edition_service.described({"questions": questions}, Asked, language).questions,
    )


def as_new(question: Question) -> NewQuestion:
    """Return a stored question as an organiser would describe it."""
    return NewQuestion(
        code=question.code,
        kind=Kind(question.kind),
        label=question.label,
        help=question.help,
        required=question.required,
        sensitive=question.sensitive,
        categories=question.categories,
        condition=question.condition,
        options=[
            NewOption(code=one.code, label=one.label, places=one.places, open=one.open)
            for one in question.options
        ],
        least=question.least,
        most=question.most,
    )
