-- Registrations, and the view of them that tickets and sign-ups read.

create type registration_status as enum ('confirmed', 'waiting', 'cancelled');

-- owner: forum
create table registration (
    edition_id   integer not null,
    id           uuid not null,
    reference    text not null,
    given_name   text not null,
    family_name  text not null,
    email        text not null,
    email_key    text not null,
    organisation text,
    job_title    text,
    category     text not null,
    language     text not null,
    status       registration_status not null,
    turn         bigint,
    sort_key     text not null,
    search_key   text not null,
    mail_version integer not null default 1,
    mailed_at    timestamptz not null,
    created_at   timestamptz not null,
    changed_at   timestamptz not null,
    primary key (edition_id, id),
    foreign key (edition_id, category) references category,
    constraint registration_reference_key unique (edition_id, reference),
    constraint registration_turn_while_waiting check ((status = 'waiting') = (turn is not null))
);
create unique index registration_email_key on registration (edition_id, email_key) where status <> 'cancelled';
create index registration_turn on registration (edition_id, turn) where status = 'waiting';
create index registration_sort on registration (edition_id, sort_key, id);

-- owner: forum
create table consent (
    edition_id      integer not null,
    registration_id uuid not null,
    purpose         text not null,
    version         smallint not null,
    given_at        timestamptz not null,
    primary key (edition_id, registration_id, purpose),
    foreign key (edition_id, registration_id) references registration on delete cascade,
    foreign key (edition_id, purpose) references consent_purpose
);

-- owner: forum, shared
create view attendee as
    select r.edition_id, r.id, r.reference, r.given_name, r.family_name, r.sort_key, r.organisation,
           r.job_title, r.category, c.number as category_number, r.language, r.status::text as status
      from registration r
      join category c on c.edition_id = r.edition_id and c.code = r.category;

-- owner: forum, shared
create view attendee_category as
    select edition_id, code, number, name, tint from category;
