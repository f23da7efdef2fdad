-- Publishing: versions to come at a time that was set, and the link by which a draft is looked at.

alter table programme_version
    add column published_by text not null default '';

-- owner: schedule
create table publication (
    edition_id   integer not null,
    id           uuid not null,
    due_at       timestamptz not null,
    note         text not null,
    tell         boolean not null,
    base_url     text not null,
    actor        text not null,
    made_at      timestamptz not null,
    version      integer,
    refused      text,
    withdrawn_at timestamptz,
    primary key (edition_id, id)
);
-- One at a time: whoever sets another time withdraws the one before.
create unique index publication_waiting on publication (edition_id)
    where version is null and refused is null and withdrawn_at is null;

-- Whoever holds the link sees the draft as it would be published; a new one ends the old.
-- owner: schedule
create table preview (
    edition_id integer primary key,
    token      text not null,
    made_at    timestamptz not null,
    made_by    text not null
);
