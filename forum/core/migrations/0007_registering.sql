-- Registering, whole: approval, invitations, offers, groups, days, and what an attendee may change alone.

alter table edition
    add column offer_hours   integer constraint edition_offer_lasts check (offer_hours between 1 and 720),
    add column changes_until timestamptz,
    add column asks_days     boolean not null default false,
    add column reserved      integer not null default 0,
    add column revision      integer not null default 1,
    drop constraint edition_not_overbooked,
    add constraint edition_not_overbooked check (
        taken >= 0 and reserved >= 0 and (places is null or taken + reserved <= places));

alter table category
    add column opens_at        timestamptz,
    add column closes_at       timestamptz,
    add column approval        boolean not null default false,
    add column invitation_only boolean not null default false,
    add column self_change     boolean not null default false,
    add column reserved        integer not null default 0,
    drop constraint category_not_overbooked,
    add constraint category_not_overbooked check (
        taken >= 0 and reserved >= 0 and (places is null or taken + reserved <= places));

-- owner: forum
create table consent_wording (
    edition_id integer not null,
    purpose    text not null,
    version    smallint not null,
    wording    jsonb not null,
    since      timestamptz not null,
    primary key (edition_id, purpose, version),
    foreign key (edition_id, purpose) references consent_purpose on delete cascade
);
insert into consent_wording (edition_id, purpose, version, wording, since)
     select p.edition_id, p.purpose, p.version, p.wording, e.created_at
       from consent_purpose p
       join edition e on e.id = p.edition_id;

alter table consent add column withdrawn_at timestamptz;

-- owner: forum
create table invitation (
    edition_id      integer not null references edition,
    id              uuid not null,
    code            text not null constraint invitation_code_form check (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
    label           text not null default '',
    category        text,
    uses            integer not null default 1 constraint invitation_uses_positive check (uses between 1 and 10000),
    used            integer not null default 0,
    expires_at      timestamptz,
    bypass_approval boolean not null default false,
    bypass_limit    boolean not null default false,
    reserves        boolean not null default false,
    email           text,
    name            text,
    language        text,
    created_at      timestamptz not null,
    revoked_at      timestamptz,
    primary key (edition_id, id),
    foreign key (edition_id, category) references category,
    constraint invitation_code_key unique (edition_id, code),
    constraint invitation_not_overused check (used between 0 and uses),
    constraint invitation_reserves_in_a_category check (not reserves or category is not null)
);

-- owner: forum
create table registration_group (
    edition_id        integer not null references edition,
    id                uuid not null,
    organisation      text,
    coordinator_name  text not null,
    coordinator_email text not null,
    language          text not null,
    created_at        timestamptz not null,
    primary key (edition_id, id)
);

-- A value added to an enum cannot be used before its transaction ends: a new type takes its place.
drop view attendee;
drop index registration_email_key;
drop index registration_turn;
alter table registration drop constraint registration_turn_while_waiting;
alter type registration_status rename to registration_status_0003;
create type registration_status as enum (
    'pending', 'confirmed', 'waiting', 'offered', 'cancelled', 'refused');
alter table registration
    alter column status type registration_status using status::text::registration_status,
    add column revision      integer not null default 1,
    add column days          smallint,
    add column offer_until   timestamptz,
    add column counted       boolean not null default true,
    add column group_id      uuid,
    add column invitation_id uuid,
    add constraint registration_turn_while_waiting check ((status = 'waiting') = (turn is not null)),
    add constraint registration_offer_has_an_end check ((status = 'offered') = (offer_until is not null)),
    add foreign key (edition_id, group_id) references registration_group,
    add foreign key (edition_id, invitation_id) references invitation;
drop type registration_status_0003;
create unique index registration_email_key on registration (edition_id, email_key)
    where status not in ('cancelled', 'refused');
create index registration_turn on registration (edition_id, turn) where status = 'waiting';
create index registration_offer on registration (offer_until) where status = 'offered';
create index registration_group_members on registration (edition_id, group_id) where group_id is not null;

-- owner: forum, shared
create view attendee as
    select r.edition_id, r.id, r.reference, r.given_name, r.family_name, r.sort_key, r.organisation,
           r.job_title, r.category, c.number as category_number, r.language, r.status::text as status
      from registration r
      join category c on c.edition_id = r.edition_id and c.code = r.category;
