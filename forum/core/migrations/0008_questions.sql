-- The questions of an edition, what they may be answered, and the answers.

create type question_kind as enum (
    'text', 'long_text', 'choice', 'choices', 'yes_no', 'number', 'date', 'file');

-- owner: forum
create table question (
    edition_id   integer not null references edition,
    code         text not null constraint question_code_form check (code ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'),
    position     smallint not null,
    kind         question_kind not null,
    label        jsonb not null,
    help         jsonb not null default '{}',
    required     boolean not null default false,
    sensitive    boolean not null default false,
    least        integer,
    most         integer,
    when_question text,
    when_answers text[] not null default '{}',
    retired_at   timestamptz,
    primary key (edition_id, code),
    foreign key (edition_id, when_question) references question,
    constraint question_bounds_in_order check (least <= most),
    constraint question_condition_whole check ((when_question is null) = (cardinality(when_answers) = 0))
);

-- The categories that are asked; without a row, all are.
-- owner: forum
create table question_category (
    edition_id integer not null,
    question   text not null,
    category   text not null,
    primary key (edition_id, question, category),
    foreign key (edition_id, question) references question on delete cascade,
    constraint question_category_exists foreign key (edition_id, category) references category
);

-- owner: forum
create table question_option (
    edition_id integer not null,
    question   text not null,
    code       text not null constraint question_option_code_form check (code ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'),
    position   smallint not null,
    label      jsonb not null,
    open       boolean not null default true,
    places     integer constraint question_option_places_some check (places >= 0),
    taken      integer not null default 0,
    primary key (edition_id, question, code),
    foreign key (edition_id, question) references question on delete cascade,
    constraint question_option_not_overbooked check (taken >= 0 and (places is null or taken <= places))
);

-- Who holds a place of which option: what `taken` counts.
-- owner: forum
create table option_place (
    edition_id      integer not null,
    registration_id uuid not null,
    question        text not null,
    option          text not null,
    primary key (edition_id, registration_id, question, option),
    foreign key (edition_id, registration_id) references registration,
    constraint option_place_of_an_option foreign key (edition_id, question, option) references question_option
);
create index option_place_option on option_place (edition_id, question, option);

-- owner: forum
create table answer (
    edition_id      integer not null,
    registration_id uuid not null,
    question        text not null,
    value           jsonb not null,
    primary key (edition_id, registration_id, question),
    foreign key (edition_id, registration_id) references registration on delete cascade,
    constraint answer_to_a_question foreign key (edition_id, question) references question
);
create index answer_question on answer (edition_id, question);

-- Answers about diet and access, apart: few may read them.
-- owner: forum
create table private_answer (
    edition_id      integer not null,
    registration_id uuid not null,
    question        text not null,
    value           jsonb not null,
    primary key (edition_id, registration_id, question),
    foreign key (edition_id, registration_id) references registration on delete cascade,
    constraint private_answer_to_a_question foreign key (edition_id, question) references question
);
create index private_answer_question on private_answer (edition_id, question);
