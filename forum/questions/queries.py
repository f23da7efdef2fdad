"""The SQL of questions: one function, one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from forum.core.db import Db, many, maybe, value
from forum.core.text import Text
from forum.questions.models import (
    AnswerCount,
    Held,
    NewOption,
    NewQuestion,
    Question,
    StoredAnswer,
)


async def list_questions(db: Db, edition_id: int) -> list[Question]:
    """Return every question with its options, those that are retired last."""
    return await many(
        db,
        Question,
        """
        select q.code, q.kind, q.label, q.help, q.required, q.sensitive, q.least, q.most,
               q.retired_at,
               array(select c.category
                       from question_category c
                      where c.edition_id = q.edition_id and c.question = q.code
                      order by c.category) as categories,
               case when q.when_question is not null
                    then jsonb_build_object('question', q.when_question,
                                            'answers', to_jsonb(q.when_answers))
               end as condition,
               coalesce(
                   (select jsonb_agg(
                               jsonb_build_object('code', o.code, 'label', o.label, 'open', o.open,
                                                  'places', o.places, 'taken', o.taken)
                               order by o.position)
                      from question_option o
                     where o.edition_id = q.edition_id and o.question = q.code),
                   '[]') as options
          from question q
         where q.edition_id = $1
         order by q.retired_at is not null, q.position, q.code
        """,
        edition_id,
    )


async def list_answered(db: Db, edition_id: int) -> list[str]:
    """Return the codes of the questions that somebody answered."""
    return await value(
        db,
        list[str],
        """
        select coalesce(array_agg(distinct question), '{}')
          from (select question from answer where edition_id = $1
                union all
                select question from private_answer where edition_id = $1) as answered
        """,
        edition_id,
    )


async def insert_question(db: Db, edition_id: int, new: NewQuestion) -> None:
    """Store a question after all others."""
    await db.execute(
        """
        insert into question (edition_id, code, position, kind, label, help, required, sensitive,
                              least, most, when_question, when_answers)
             select $1, $2, coalesce(max(position), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11
               from question
              where edition_id = $1
        """,
        edition_id,
        new.code,
        new.kind,
        new.label,
        new.help,
        new.required,
        new.sensitive,
        new.least,
        new.most,
        new.condition.question if new.condition else None,
        new.condition.answers if new.condition else [],
    )


async def update_question(db: Db, edition_id: int, new: NewQuestion) -> None:
    """Change a question; its kind stays."""
    await db.execute(
        """
        update question
           set label = $3, help = $4, required = $5, sensitive = $6, least = $7, most = $8,
               when_question = $9, when_answers = $10
         where edition_id = $1 and code = $2
        """,
        edition_id,
        new.code,
        new.label,
        new.help,
        new.required,
        new.sensitive,
        new.least,
        new.most,
        new.condition.question if new.condition else None,
        new.condition.answers if new.condition else [],
    )


async def set_categories(db: Db, edition_id: int, code: str, categories: Sequence[str]) -> None:
    """Ask a question of these categories alone; of all when there are none."""
    await db.execute(
        """
        with gone as (
            delete from question_category
             where edition_id = $1 and question = $2 and category <> all($3::text[]))
        insert into question_category (edition_id, question, category)
             select $1, $2, one from unnest($3::text[]) as one
        on conflict do nothing
        """,
        edition_id,
        code,
        categories,
    )


async def put_option(
    db: Db, edition_id: int, question: str, position: int, option: NewOption
) -> None:
    """Store an option, or change the one of its code; the row's check keeps places above taken."""
    await db.execute(
        """
        insert into question_option (edition_id, question, code, position, label, open, places)
             values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (edition_id, question, code) do update
           set position = excluded.position, label = excluded.label, open = excluded.open,
               places = excluded.places
        """,
        edition_id,
        question,
        option.code,
        position,
        option.label,
        option.open,
        option.places,
    )


async def delete_options(db: Db, edition_id: int, question: str, kept: Sequence[str]) -> None:
    """Delete the options that are not among those `kept`."""
    await db.execute(
        """
        delete from question_option
         where edition_id = $1 and question = $2 and code <> all($3::text[])
        """,
        edition_id,
        question,
        kept,
    )


async def list_chosen(db: Db, edition_id: int, question: str) -> list[str]:
    """Return the codes of the options that somebody has chosen, whatever became of them."""
    return await value(
        db,
        list[str],
        """
        select coalesce(array_agg(distinct chosen), '{}')
          from (select value from answer where edition_id = $1 and question = $2
                union all
                select value from private_answer
                 where edition_id = $1 and question = $2) as given,
               jsonb_array_elements_text(
                   case jsonb_typeof(value) when 'array' then value
                        else jsonb_build_array(value) end) as chosen
        """,
        edition_id,
        question,
    )


async def make_private(db: Db, edition_id: int, question: str) -> None:
    """Move the answers to a question to those that few read, and give its places back."""
    await db.execute(
        """
        with gone as (
            delete from answer where edition_id = $1 and question = $2
         returning edition_id, registration_id, question, value),
             free as (delete from option_place where edition_id = $1 and question = $2),
             uncounted as (
            update question_option set taken = 0 where edition_id = $1 and question = $2)
        insert into private_answer (edition_id, registration_id, question, value)
             select edition_id, registration_id, question, value from gone
        """,
        edition_id,
        question,
    )


async def set_order(db: Db, edition_id: int, codes: Sequence[str]) -> None:
    """Put questions in the order of `codes`."""
    await db.execute(
        """
        update question q
           set position = o.position
          from unnest($2::text[]) with ordinality as o (code, position)
         where q.edition_id = $1 and q.code = o.code
        """,
        edition_id,
        codes,
    )


async def set_retired(db: Db, edition_id: int, code: str, at: datetime | None) -> None:
    """Ask a question no longer since `at`, or again (None), after all others."""
    await db.execute(
        """
        update question
           set retired_at = $3,
               position = (select max(position) + 1 from question where edition_id = $1)
         where edition_id = $1 and code = $2
        """,
        edition_id,
        code,
        at,
    )


async def delete_question(db: Db, edition_id: int, code: str) -> None:
    """Delete a question that nobody answered; its answers would refuse it."""
    await db.execute(
        """
        with waiting as (
            update question set when_question = null, when_answers = '{}'
             where edition_id = $1 and when_question = $2 and code <> $2)
        delete from question where edition_id = $1 and code = $2
        """,
        edition_id,
        code,
    )


# Answers


async def put_answers(
    db: Db,
    edition_id: int,
    registration_id: UUID,
    asked: Sequence[str],
    answers: Mapping[str, Any],
    private: Mapping[str, Any],
) -> None:
    """Store the answers of a registration, open and `private`, in place of those to `asked`."""
    await db.execute(
        """
        with gone as (
            delete from answer
             where edition_id = $1 and registration_id = $2 and question = any($3::text[])
               and not $4::jsonb ? question),
             gone_private as (
            delete from private_answer
             where edition_id = $1 and registration_id = $2 and question = any($3::text[])
               and not $5::jsonb ? question),
             put as (
            insert into answer (edition_id, registration_id, question, value)
                 select $1, $2, key, value from jsonb_each($4::jsonb)
            on conflict (edition_id, registration_id, question) do update
               set value = excluded.value)
        insert into private_answer (edition_id, registration_id, question, value)
             select $1, $2, key, value from jsonb_each($5::jsonb)
        on conflict (edition_id, registration_id, question) do update set value = excluded.value
        """,
        edition_id,
        registration_id,
        asked,
        answers,
        private,
    )


async def list_held(db: Db, edition_id: int, registration_id: UUID) -> list[Held]:
    """Return the places of options that a registration holds."""
    return await many(
        db,
        Held,
        """
        select question, option
          from option_place
         where edition_id = $1 and registration_id = $2
         order by question, option
        """,
        edition_id,
        registration_id,
    )


async def take_option(db: Db, edition_id: int, registration_id: UUID, held: Held) -> str | None:
    """Take a place of an option; the row's check refuses one too many. None: no such option."""
    return await value(
        db,
        str | None,  # type: ignore[arg-type]
        """
        with counted as (
            update question_option set taken = taken + 1
             where edition_id = $1 and question = $3 and code = $4
         returning code)
        insert into option_place (edition_id, registration_id, question, option)
             select $1, $2, $3, code from counted
          returning option
        """,
        edition_id,
        registration_id,
        held.question,
        held.option,
    )


async def give_option_back(db: Db, edition_id: int, registration_id: UUID, held: Held) -> None:
    """Give a place of an option back, if it is held."""
    await db.execute(
        """
        with freed as (
            delete from option_place
             where edition_id = $1 and registration_id = $2 and question = $3 and option = $4
         returning question, option)
        update question_option o
           set taken = taken - 1
          from freed
         where o.edition_id = $1 and o.question = freed.question and o.code = freed.option
        """,
        edition_id,
        registration_id,
        held.question,
        held.option,
    )


async def list_answers(
    db: Db, edition_id: int, registration_id: UUID, private: bool
) -> list[StoredAnswer]:
    """Return the answers of a registration, with those that few may read where `private`."""
    return await many(
        db,
        StoredAnswer,
        """
        select registration_id, question, value
          from answer
         where edition_id = $1 and registration_id = $2
         union all
        select registration_id, question, value
          from private_answer
         where edition_id = $1 and registration_id = $2 and $3
        """,
        edition_id,
        registration_id,
        private,
    )


async def list_all_answers(db: Db, edition_id: int, private: bool) -> list[StoredAnswer]:
    """Return the answers of every registration, with those that few may read where `private`."""
    return await many(
        db,
        StoredAnswer,
        """
        select registration_id, question, value
          from answer
         where edition_id = $1
         union all
        select registration_id, question, value
          from private_answer
         where edition_id = $1 and $2
        """,
        edition_id,
        private,
    )


async def list_open(db: Db, edition_id: int, registration_id: UUID) -> list[Text]:
    """Return the labels of the required questions that a registration has left open, in order."""
    return await value(
        db,
        list[Text],
        """
        select coalesce(jsonb_agg(q.label order by q.position, q.code), '[]')
          from open_questions($1, $2) o
          join question q on q.edition_id = $1 and q.code = o.question
        """,
        edition_id,
        registration_id,
    )


async def count_answers(db: Db, edition_id: int, private: bool) -> list[AnswerCount]:
    """Return how many registrations that stand chose what, of choices and of yes or no."""
    return await many(
        db,
        AnswerCount,
        """
        select q.code as question,
               case chosen when 'true' then 'yes' when 'false' then 'no' else chosen end as answer,
               count(*) as count
          from (select edition_id, registration_id, question, value
                  from answer where edition_id = $1
                 union all
                select edition_id, registration_id, question, value
                  from private_answer where edition_id = $1 and $2) as given
          join question q on q.edition_id = given.edition_id and q.code = given.question
          join registration r
            on r.edition_id = given.edition_id and r.id = given.registration_id,
               jsonb_array_elements_text(
                   case jsonb_typeof(given.value) when 'array' then given.value
                        else jsonb_build_array(given.value) end) as chosen
         where q.kind in ('choice', 'choices', 'yes_no')
           and r.status not in ('cancelled', 'refused')
         group by 1, 2
         order by 1, 2
        """,
        edition_id,
        private,
    )


async def find_answer(
    db: Db, edition_id: int, registration_id: UUID, question: str
) -> StoredAnswer | None:
    """Return one answer of a registration, whoever may read it."""
    return await maybe(
        db,
        StoredAnswer,
        """
        select registration_id, question, value
          from answer
         where edition_id = $1 and registration_id = $2 and question = $3
         union all
        select registration_id, question, value
          from private_answer
         where edition_id = $1 and registration_id = $2 and question = $3
        """,
        edition_id,
        registration_id,
        question,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; registrations go after it."""
    await db.execute(
        """
        with no_answers as (delete from answer where edition_id = $1),
             no_private_answers as (delete from private_answer where edition_id = $1),
             no_places as (delete from option_place where edition_id = $1)
        delete from question where edition_id = $1
        """,
        edition_id,
    )
