-- Consents withdrawn and given again; who has required questions open.

-- Every giving stays, so that it can be shown (GDPR, article 7).
-- `number` counts the times that a person agreed to a purpose; the one in force is not withdrawn.
alter table consent
    drop constraint consent_pkey,
    add column number smallint not null default 1,
    add primary key (edition_id, registration_id, purpose, number),
    add constraint consent_number_positive check (number > 0);
create unique index consent_in_force on consent (edition_id, registration_id, purpose)
    where withdrawn_at is null;

-- The required questions that a registration has not answered, of one or (null) of all that stand.
-- A question on a condition is asked when the one it depends on is asked and has such an answer: from
-- each missing answer the conditions are followed up to a question that depends on none. It is
-- `read_answers` of forum.questions.rules, for answers that are stored.
create function open_questions(of_edition integer, of_registration uuid)
returns table (registration_id uuid, question text) language sql stable parallel safe as $$
    with recursive
    asked as (
        select q.code, q.required, q.when_question, q.when_answers,
               array(select c.category from question_category c
                      where c.edition_id = q.edition_id and c.question = q.code) as categories
          from question q
         where q.edition_id = of_edition and q.retired_at is null),
    missing as (
        select r.id, r.category, q.code, q.when_question, q.when_answers
          from registration r
          join asked q on q.required and (q.categories = '{}' or r.category = any(q.categories))
         where r.edition_id = of_edition and (of_registration is null or r.id = of_registration)
           and r.status not in ('cancelled', 'refused')
           and not exists (select from answer a
                            where a.edition_id = of_edition and a.registration_id = r.id
                              and a.question = q.code)
           and not exists (select from private_answer a
                            where a.edition_id = of_edition and a.registration_id = r.id
                              and a.question = q.code)
         union all
        select m.id, m.category, m.code, q.when_question, q.when_answers
          from missing m
          join asked q on q.code = m.when_question
               and (q.categories = '{}' or m.category = any(q.categories))
         cross join lateral (
               select value from answer
                where edition_id = of_edition and registration_id = m.id
                  and question = m.when_question
                union all
               select value from private_answer
                where edition_id = of_edition and registration_id = m.id
                  and question = m.when_question) given
         where case jsonb_typeof(given.value)
                    when 'array' then given.value ?| m.when_answers
                    when 'boolean'
                    then case given.value when 'true' then 'yes' else 'no' end = any(m.when_answers)
                    else given.value #>> '{}' = any(m.when_answers) end)
    select id, code from missing where when_question is null
$$;
