-- The doors: check-in lists with their rules, gates and devices bound to them, and what scans add up to.

create type gate_kind as enum ('door', 'room', 'meal', 'cloakroom', 'exit');
create type gate_directions as enum ('in', 'out', 'both');
create type counting as enum ('forum', 'day', 'session', 'never');

-- Who may pass, when, and what counts once. Null for `categories`, `days` and `rooms` and none of
-- `hours` restrict nothing. `rooms`: the sessions of the published programme in these rooms, each
-- from `lead_minutes` before it begins; with `seats`, those that take seats let in who holds one,
-- and everybody from `seats_kept_minutes` after they began. `building` counts who is in the house.
-- owner: badges
create table check_in_list (
    edition_id         integer not null,
    slug               text not null constraint check_in_list_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name               jsonb not null,
    categories         text[],
    days               smallint,
    hours              jsonb not null default '[]',
    rooms              uuid[],
    lead_minutes       smallint not null default 30
                       constraint check_in_list_lead_sane check (lead_minutes between 0 and 240),
    seats              boolean not null default false,
    seats_kept_minutes smallint
                       constraint check_in_list_seats_kept_sane check (seats_kept_minutes between -60 and 240),
    counts             counting not null default 'day',
    reentry            boolean not null default true,
    building           boolean not null default false,
    revision           integer not null default 1,
    primary key (edition_id, slug)
);

-- Lists were names that gates had in common; they admitted once for the whole forum.
insert into check_in_list (edition_id, slug, name, counts, reentry, building)
     select distinct on (edition_id, check_in_list)
            edition_id, check_in_list, name, 'forum', false, position = 0
       from gate
      order by edition_id, check_in_list, position, slug;

alter table gate
    add column kind       gate_kind not null default 'door',
    add column directions gate_directions not null default 'both',
    add column revision   integer not null default 1,
    add constraint gate_list_known foreign key (edition_id, check_in_list) references check_in_list;

-- What a device may do beside scanning, and what it last told of itself: `battery` in percent,
-- `clock_offset_ms` to be added to its clock, `waiting` scans not sent yet. A revoked device may
-- hand over what it still held, until `drained_at`.
alter table device
    add column may_search      boolean not null default false,
    add column may_desk        boolean not null default false,
    add column may_evacuate    boolean not null default false,
    add column battery         smallint constraint device_battery_percent check (battery between 0 and 100),
    add column charging        boolean,
    add column clock_offset_ms bigint,
    add column waiting         integer,
    add column version         text,
    add column drained_at      timestamptz,
    add column revision        integer not null default 1;

-- The gates at which a device may stand; `device.gate` is where it stands.
-- owner: badges
create table device_gate (
    edition_id integer not null,
    device_id  uuid not null,
    gate       text not null,
    primary key (edition_id, device_id, gate),
    foreign key (edition_id, device_id) references device on delete cascade,
    foreign key (edition_id, gate) references gate
);
insert into device_gate (edition_id, device_id, gate) select edition_id, id, gate from device;

-- When a ticket's newest issue began to count: an older one opened the doors until then.
alter table ticket add column reissued_at timestamptz;

-- `at` is when it was read, by the device's clock put right. With `offline` the device decided, and
-- `outcome` is what it showed. `refusal` is why the rules would not have let in. `list`, `period`
-- and `session` say what the scan counts for. `undoes` takes back another scan of the same device.
alter table scan
    add column at              timestamptz,
    add column seq             bigint,
    add column clock_offset_ms bigint,
    add column check_in_list   text,
    add column period          text,
    add column session         integer,
    add column offline         boolean not null default false,
    add column refusal         scan_outcome,
    add column undoes          uuid;
update scan s
   set at = least(s.scanned_at, s.received_at), check_in_list = g.check_in_list, period = ''
  from gate g
 where g.edition_id = s.edition_id and g.slug = s.gate;
update scan set at = least(scanned_at, received_at) where at is null;
alter table scan alter column at set not null;
create index scan_undoes on scan (edition_id, undoes) where undoes is not null;
create index scan_at on scan (edition_id, at);
drop index scan_registration;
create index scan_registration on scan (edition_id, registration_id, check_in_list, period);

-- What the scans of one person on one list come to in one period (the whole forum, a day, a
-- session): made of all of them in their order, whatever order they came in. `scan_id`, `gate` and
-- `at` are of the first entry, null without any; `revision` tells two writers apart.
alter table check_in
    add column period   text not null default '',
    add column inside   boolean not null default true,
    add column entries  integer not null default 1,
    add column last_at  timestamptz,
    add column revision integer not null default 1,
    alter column scan_id drop not null,
    alter column gate drop not null,
    alter column at drop not null,
    drop constraint check_in_pkey,
    add primary key (edition_id, check_in_list, registration_id, period);
update check_in set last_at = at;
alter table check_in alter column last_at set not null,
    alter column inside drop default,
    alter column entries drop default,
    alter column period drop default;

create type scan_conflict_kind as enum (
    'admitted_twice', 'admitted_after_cancellation', 'admitted_against_the_rules', 'clock_off', 'device_revoked');

-- What went wrong at a door: kept until an organiser has settled it, and afterwards.
-- owner: badges
create table scan_conflict (
    edition_id      integer not null,
    scan_id         uuid not null,
    kind            scan_conflict_kind not null,
    other_scan_id   uuid,
    registration_id uuid,
    check_in_list   text,
    period          text,
    found_at        timestamptz not null,
    settled_at      timestamptz,
    settled_by      text,
    decision        text,
    note            text not null default '',
    primary key (edition_id, scan_id, kind)
);
create index scan_conflict_person on scan_conflict (edition_id, registration_id, check_in_list, period);

-- The sessions of the latest version that have a place and a time, for the doors of their rooms.
-- owner: schedule, shared
create view published_session as
    select v.edition_id, (s->>'number')::integer as number, (s->>'id')::uuid as session_id,
           s->>'slug' as slug, s->'title' as title, s->>'type' as type, (s->>'room_id')::uuid as room_id,
           (s->>'starts_at')::timestamptz as starts_at,
           (s->>'starts_at')::timestamptz + make_interval(mins => coalesce((s->>'minutes')::integer, 30)) as ends_at,
           coalesce((s->>'cancelled')::boolean, false) as cancelled,
           coalesce((s->>'capacity')::integer, (r->>'capacity')::integer) as capacity,
           coalesce((s->>'sign_up')::boolean, false) as sign_up
      from (select distinct on (edition_id) edition_id, content
              from programme_version
             order by edition_id, number desc) v
     cross join lateral jsonb_array_elements(v.content->'sessions') s
      left join lateral (
             select e as r
               from jsonb_array_elements(v.content->'rooms') e
              where e->>'id' = s->>'room_id'
              limit 1) r on true
     where s->>'room_id' is not null and s->>'starts_at' is not null;

-- The rooms of the latest version.
-- owner: schedule, shared
create view published_room as
    select v.edition_id, (r->>'id')::uuid as room_id, r->>'slug' as slug, r->>'name' as name,
           (r->>'position')::integer as position, (r->>'capacity')::integer as capacity
      from (select distinct on (edition_id) edition_id, content
              from programme_version
             order by edition_id, number desc) v
     cross join lateral jsonb_array_elements(v.content->'rooms') r;

alter type scan_outcome add value 'undone';
