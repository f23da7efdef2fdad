-- Importing a programme on a page: the file rests between looking at it and making it the draft.

-- owner: schedule
create table programme_import (
    edition_id integer not null,
    id         uuid not null,
    name       text not null,
    content    bytea not null,
    made_at    timestamptz not null,
    made_by    text not null,
    primary key (edition_id, id)
);
create index programme_import_old on programme_import (made_at);
