-- One holding of the forum, its categories of attendees, and the people who run it.

create type edition_state as enum ('draft', 'open', 'closed', 'archived');

-- owner: forum
create table edition (
    id                     integer primary key
                           constraint edition_id_fits_the_token check (id between 1 and 65535),
    slug                   text not null constraint edition_slug_key unique
                           constraint edition_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title                  jsonb not null,
    subtitle               jsonb not null default '{}',
    venue                  jsonb not null default '{}',
    timezone               text not null,
    languages              text[] not null constraint edition_languages_some check (cardinality(languages) > 0),
    starts_on              date not null,
    ends_on                date not null,
    contact_email          text not null default '',
    fictitious             boolean not null default false,
    state                  edition_state not null,
    registration_opens_at  timestamptz,
    registration_closes_at timestamptz,
    places                 integer constraint edition_places_positive check (places > 0),
    taken                  integer not null default 0,
    turns                  bigint not null default 0,
    created_at             timestamptz not null,
    constraint edition_days_in_order check (starts_on <= ends_on and ends_on - starts_on < 8),
    constraint edition_not_overbooked check (taken >= 0 and (places is null or taken <= places))
);

-- owner: forum
create table category (
    edition_id integer not null references edition,
    code       text not null constraint category_code_form check (code ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'),
    number     smallint not null constraint category_number_fits_the_token check (number between 0 and 255),
    name       jsonb not null,
    tint       smallint not null default 1 constraint category_tint_exists check (tint between 1 and 6),
    open       boolean not null default true,
    places     integer constraint category_places_positive check (places > 0),
    taken      integer not null default 0,
    primary key (edition_id, code),
    constraint category_number_key unique (edition_id, number),
    constraint category_not_overbooked check (taken >= 0 and (places is null or taken <= places))
);

-- owner: forum
create table consent_purpose (
    edition_id integer not null references edition,
    purpose    text not null,
    position   smallint not null,
    wording    jsonb not null,
    version    smallint not null default 1,
    primary key (edition_id, purpose)
);

-- owner: forum
create table account (
    id         uuid primary key,
    email      text not null,
    email_key  text not null constraint account_email_key unique,
    created_at timestamptz not null
);

create type member_role as enum ('organiser', 'programme_editor', 'reception', 'door');

-- owner: forum
create table membership (
    edition_id integer not null references edition,
    account_id uuid not null references account on delete cascade,
    role       member_role not null,
    primary key (edition_id, account_id, role)
);
create index membership_account on membership (account_id);

-- owner: forum
create table sign_in_link (
    token_digest bytea primary key,
    account_id   uuid not null references account on delete cascade,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz
);

-- owner: forum
create table web_session (
    token_digest bytea primary key,
    account_id   uuid not null references account on delete cascade,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz
);
