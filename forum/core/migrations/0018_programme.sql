-- The whole draft: what the public reads of it and what stays with the editors, each change kept.

alter table room
    add column access       text[] not null default '{}',
    add column availability jsonb not null default '[]',
    add column edited       integer not null default 0;

alter table track
    add column edited integer not null default 0;

create type speaker_state as enum ('proposed', 'invited', 'confirmed', 'declined');

-- Who was in a programme before people could confirm had been found in one that was held so.
alter table speaker
    add column photo           text,
    add column photo_agreed_at timestamptz,
    add column email           text not null default '',
    add column language        text,
    add column state           speaker_state not null default 'confirmed',
    add column availability    jsonb not null default '[]',
    add column note            text not null default '',
    add column registration_id uuid,
    add column edited          integer not null default 0;

alter table session
    add column tags          text[] not null default '{}',
    add column internal_tags text[] not null default '{}',
    add column partners      jsonb not null default '[]',
    add column guides        text[] not null default '{}',
    add column capacity      integer constraint session_capacity_positive check (capacity > 0),
    add column sign_up       boolean not null default false,
    add column livestream    text,
    add column confirmed     boolean not null default true,
    add column expected      integer constraint session_expected_sane check (expected >= 0),
    add column note          text not null default '',
    add column edited        integer not null default 0;

-- owner: schedule
create table travel (
    edition_id integer not null,
    room_a     uuid not null,
    room_b     uuid not null,
    minutes    smallint not null constraint travel_minutes_sane check (minutes between 0 and 600),
    primary key (edition_id, room_a, room_b),
    foreign key (edition_id, room_a) references room on delete cascade,
    foreign key (edition_id, room_b) references room on delete cascade,
    constraint travel_ordered check (room_a < room_b)
);

create type conflict_level as enum ('block', 'warn', 'ignore');

-- The level that an edition gives to a kind of conflict; those without a row have the usual one.
-- owner: schedule
create table conflict_setting (
    edition_id integer not null,
    code       text not null,
    level      conflict_level not null,
    primary key (edition_id, code)
);

-- Every change of a draft, numbered in the order in which they were stored: what is undone from, and
-- what another editor is told. `edits` holds each part before and after.
-- owner: schedule
create table draft_change (
    edition_id integer not null,
    number     integer not null constraint draft_change_positive check (number > 0),
    at         timestamptz not null,
    actor      text not null,
    kind       text not null,
    edits      jsonb not null,
    undoes     integer,
    primary key (edition_id, number)
);

-- An import or a swap may give a name that another part gives up in the same transaction.
alter table room drop constraint room_slug_key,
    add constraint room_slug_key unique (edition_id, slug) deferrable initially deferred;
alter table track drop constraint track_slug_key,
    add constraint track_slug_key unique (edition_id, slug) deferrable initially deferred;
alter table speaker drop constraint speaker_slug_key,
    add constraint speaker_slug_key unique (edition_id, slug) deferrable initially deferred;
alter table session drop constraint session_slug_key,
    add constraint session_slug_key unique (edition_id, slug) deferrable initially deferred;
alter table session drop constraint session_number_key,
    add constraint session_number_key unique (edition_id, number) deferrable initially deferred;
