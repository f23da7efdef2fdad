-- Tickets, gates, devices and scans.

-- owner: badges
create table signing_key (
    id         smallint primary key constraint signing_key_fits_the_token check (id between 0 and 15),
    public     bytea not null,
    sealed     bytea not null,
    created_at timestamptz not null,
    retired_at timestamptz
);

-- owner: badges
create table ticket (
    edition_id      integer not null,
    registration_id uuid not null,
    number          bigint not null constraint ticket_number_fits_the_token check (number between 0 and 281474976710655),
    key_id          smallint not null references signing_key,
    category_number smallint not null,
    days            smallint not null,
    revision        smallint not null default 0 constraint ticket_revision_fits_the_token check (revision between 0 and 255),
    issued_at       timestamptz not null,
    revoked_at      timestamptz,
    printed_at      timestamptz,
    primary key (edition_id, registration_id),
    constraint ticket_number_key unique (edition_id, number)
);

-- owner: badges
create table gate (
    edition_id    integer not null,
    slug          text not null constraint gate_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name          jsonb not null,
    check_in_list text not null,
    position      smallint not null,
    primary key (edition_id, slug)
);

-- owner: badges
create table device (
    edition_id   integer not null,
    id           uuid not null,
    name         text not null,
    gate         text not null,
    code_digest  bytea constraint device_code_key unique,
    code_until   timestamptz,
    token_digest bytea constraint device_token_key unique,
    created_at   timestamptz not null,
    enrolled_at  timestamptz,
    seen_at      timestamptz,
    revoked_at   timestamptz,
    primary key (edition_id, id),
    foreign key (edition_id, gate) references gate,
    constraint device_enrolled_or_not check ((code_digest is null) <> (token_digest is null))
);

create type scan_direction as enum ('in', 'out');
create type scan_outcome as enum (
    'admitted', 'already_in', 'not_yet', 'too_late', 'wrong_day', 'not_on_list', 'revoked', 'cancelled',
    'waiting', 'forged', 'unknown', 'wrong_edition', 'left');

-- owner: badges
create table scan (
    edition_id      integer not null,
    id              uuid not null,
    device_id       uuid not null,
    gate            text not null,
    direction       scan_direction not null,
    registration_id uuid,
    scanned_at      timestamptz not null,
    received_at     timestamptz not null,
    outcome         scan_outcome not null,
    primary key (edition_id, id)
);
create index scan_registration on scan (edition_id, registration_id, scanned_at);

-- owner: badges
create table check_in (
    edition_id      integer not null,
    check_in_list   text not null,
    registration_id uuid not null,
    scan_id         uuid not null,
    gate            text not null,
    at              timestamptz not null,
    primary key (edition_id, check_in_list, registration_id)
);
