-- Accounts, whole: links asked for by e-mail, passkeys, web sessions that their owner sees and ends.

alter table sign_in_link add column next text not null default '';

-- What anybody asked for, whether or not they have an account: the worker looks, never the request.
-- owner: forum
create table sign_in_request (
    id          uuid primary key,
    email_key   text not null,
    language    text not null,
    next        text not null,
    asked_at    timestamptz not null,
    answered_at timestamptz,
    mailed      boolean not null default false
);
create index sign_in_request_due on sign_in_request (asked_at) where answered_at is null;
create index sign_in_request_of on sign_in_request (email_key, asked_at) where mailed;

alter table web_session
    add column id      uuid not null default gen_random_uuid(),
    add column browser text not null default '',
    add column seen_at timestamptz,
    add constraint web_session_id_key unique (id);
alter table web_session alter column id drop default;
update web_session set seen_at = created_at;
alter table web_session alter column seen_at set not null;
create index web_session_account on web_session (account_id);

-- owner: forum
create table passkey (
    id            uuid primary key,
    account_id    uuid not null references account on delete cascade,
    credential_id bytea not null constraint passkey_credential_key unique,
    public_key    bytea not null,
    sign_count    bigint not null constraint passkey_sign_count_positive check (sign_count >= 0),
    name          text not null,
    created_at    timestamptz not null,
    used_at       timestamptz
);
create index passkey_account on passkey (account_id);

create type passkey_purpose as enum ('register', 'sign_in');

-- owner: forum
create table passkey_challenge (
    holder     bytea not null,
    purpose    passkey_purpose not null,
    challenge  bytea not null,
    expires_at timestamptz not null,
    primary key (holder, purpose)
);
