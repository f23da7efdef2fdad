-- Plans of the venue: a picture of a floor, with where rooms are on it. `picture` names files.
-- owner: schedule
create table floor_plan (
    edition_id integer not null,
    id         uuid not null,
    position   integer not null,
    title      jsonb not null,
    alt        jsonb not null,
    picture    jsonb,
    markers    jsonb not null default '[]',
    edited     integer not null default 0,
    primary key (edition_id, id)
);
