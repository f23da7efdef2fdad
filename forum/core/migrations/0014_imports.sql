-- A table of registrations between its steps: read, its columns mapped, tried, registered.

-- `content` holds the rows (JSON, packed with zlib); once all is done, those left out alone. It is
-- seen by who brought it, and gone a day later. `progress` is there once registering has begun.
-- owner: forum
create table registration_import (
    edition_id integer not null references edition on delete cascade,
    id         uuid not null,
    account_id uuid not null references account on delete cascade,
    file_name  text not null,
    content    bytea not null,
    plan       jsonb not null,
    progress   jsonb,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (edition_id, id),
    constraint registration_import_expires check (expires_at > created_at)
);
create index registration_import_expiry on registration_import (expires_at);
