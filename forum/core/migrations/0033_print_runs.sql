-- Print runs of badges, and the log of every badge that was printed.

create type print_run_state as enum ('waiting', 'drawing', 'done', 'cancelled', 'failed');

-- A run as it was asked for, and where it stands. `wanted` is the filter, `registrations` whose badges
-- it has, in their order, until it is over; `layout` null stands for that of each category. `attempt`
-- counts how often somebody began to draw it: only the latest may say anything of it. `file` is
-- the name of its PDF under the folder of print runs, which is deleted at `file_until`.
-- owner: badges
create table print_run (
    edition_id    integer not null,
    id            uuid not null,
    asked_at      timestamptz not null,
    asked_by      text not null,
    wanted        jsonb not null,
    layout        text,
    sheet         text not null,
    offset_x_mm   real not null default 0,
    offset_y_mm   real not null default 0,
    registrations uuid[] not null,
    state         print_run_state not null default 'waiting',
    attempt       integer not null default 0,
    lease_until   timestamptz,
    run_at        timestamptz not null,
    done          integer not null default 0,
    total         integer not null,
    pages         integer,
    problems      jsonb not null default '[]',
    why           text,
    ended_at      timestamptz,
    file          text,
    file_bytes    bigint,
    file_until    timestamptz,
    primary key (edition_id, id),
    constraint print_run_file_key unique (file),
    constraint print_run_file_has_an_end check ((file is null) = (file_until is null))
);
create index print_run_latest on print_run (edition_id, asked_at desc, id desc);
create index print_run_due on print_run (run_at) where state in ('waiting', 'drawing');
create index print_run_files on print_run (file_until) where file is not null;

-- A badge that was printed: of which revision of the ticket, in which layout, by whom. `stamp` tells
-- what stood on it from what stands there now. `run_id` is null for one printed alone, at a desk.
-- owner: badges
create table badge_print (
    edition_id      integer not null,
    id              uuid not null,
    registration_id uuid not null,
    revision        smallint not null,
    stamp           bytea not null,
    layout          text not null,
    at              timestamptz not null,
    actor           text not null,
    run_id          uuid,
    primary key (edition_id, id),
    constraint badge_print_once_a_run unique (edition_id, run_id, registration_id)
);
create index badge_print_of_person on badge_print (edition_id, registration_id, at desc);

-- By what those of one organisation are found together.
-- owner: forum, shared
create view attendee_order as
    select edition_id, id, organisation_key from registration;

-- What stands on a badge and in its code, as one digest.
create function badge_stamp(
    number bigint, revision smallint, category text, given_name text, family_name text,
    organisation text, job_title text
) returns bytea language sql immutable parallel safe as $$
    select sha256(convert_to(jsonb_build_array(
        number, revision, category, given_name, family_name, organisation, job_title)::text, 'UTF8'))
$$;
