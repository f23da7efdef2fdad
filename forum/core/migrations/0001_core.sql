-- What every package stands on: e-mails to send, jobs to do, answers already given, who did what.

-- owner: forum
create table outbox (
    edition_id  integer not null,
    id          uuid not null,
    kind        text not null,
    subject_id  uuid not null,
    version     integer not null,
    recipient   text not null,
    language    text not null,
    data        jsonb not null,
    created_at  timestamptz not null,
    run_at      timestamptz not null,
    attempts    integer not null default 0,
    lease_until timestamptz,
    sent_at     timestamptz,
    failed_at   timestamptz,
    last_error  text,
    primary key (edition_id, id),
    constraint outbox_once_key unique (edition_id, kind, subject_id, version)
);
create index outbox_ready on outbox (run_at) where sent_at is null and failed_at is null;

-- owner: forum
create table idempotency (
    scope       text not null,
    key         text not null,
    body_digest bytea not null,
    status      smallint not null,
    answer      bytea not null,
    created_at  timestamptz not null,
    primary key (scope, key)
);
create index idempotency_age on idempotency (created_at);

-- owner: forum
create table audit (
    edition_id integer not null,
    id         uuid not null,
    at         timestamptz not null,
    actor      text not null,
    action     text not null,
    subject_id uuid,
    detail     jsonb not null default '{}',
    primary key (edition_id, id)
);
create index audit_subject on audit (edition_id, subject_id, at);
