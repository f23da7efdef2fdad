-- The programme: the draft's parts, and the versions that were published.

-- owner: schedule
create table room (
    edition_id  integer not null,
    id          uuid not null,
    no          integer not null generated always as identity,
    slug        text not null,
    name        text not null,
    position    integer not null,
    capacity    integer constraint room_capacity_positive check (capacity > 0),
    floor       text,
    description jsonb not null default '{}',
    primary key (edition_id, id),
    constraint room_no_key unique (edition_id, no),
    constraint room_slug_key unique (edition_id, slug)
);

-- owner: schedule
create table track (
    edition_id integer not null,
    id         uuid not null,
    slug       text not null,
    name       jsonb not null,
    position   integer not null,
    tint       smallint not null constraint track_tint_exists check (tint between 1 and 6),
    primary key (edition_id, id),
    constraint track_slug_key unique (edition_id, slug)
);

-- owner: schedule
create table speaker (
    edition_id   integer not null,
    id           uuid not null,
    slug         text not null,
    name         text not null,
    sort_key     text not null,
    organisation text,
    job_title    text,
    biography    jsonb not null default '{}',
    links        jsonb not null default '[]',
    primary key (edition_id, id),
    constraint speaker_slug_key unique (edition_id, slug)
);

create type session_type as enum (
    'plenary', 'keynote', 'round_table', 'workshop', 'talk', 'side_event', 'break', 'other');

-- owner: schedule
create table session (
    edition_id  integer not null,
    id          uuid not null,
    number      integer not null constraint session_number_positive check (number > 0),
    slug        text not null,
    type        session_type not null,
    title       jsonb not null,
    subtitle    jsonb not null default '{}',
    abstract    jsonb not null default '{}',
    description jsonb not null default '{}',
    language    text,
    track_id    uuid,
    room_id     uuid,
    room_no     integer,
    starts_at   timestamptz,
    ends_at     timestamptz,
    minutes     integer not null constraint session_minutes_sane check (minutes between 1 and 10080),
    links       jsonb not null default '[]',
    url         text,
    cancelled   boolean not null default false,
    "overlaps"  boolean not null default false,
    primary key (edition_id, id),
    foreign key (edition_id, track_id) references track,
    foreign key (edition_id, room_id) references room,
    foreign key (edition_id, room_no) references room (edition_id, no),
    constraint session_number_key unique (edition_id, number),
    constraint session_slug_key unique (edition_id, slug),
    constraint session_room_whole check ((room_id is null) = (room_no is null)),
    constraint session_time_whole check (
        (starts_at is null) = (ends_at is null)
        and (starts_at is null or ends_at = starts_at + make_interval(mins => minutes))),
    constraint session_room_once exclude using gist (
        int4range(edition_id, edition_id, '[]') with &&,
        int4range(room_no, room_no, '[]') with &&,
        tstzrange(starts_at, ends_at) with &&
    ) where (room_no is not null and starts_at is not null and not "overlaps" and not cancelled)
      deferrable initially deferred
);

create type speaker_role as enum ('moderator', 'chair', 'speaker', 'guest', 'contributor', 'host');

-- owner: schedule
create table participation (
    edition_id integer not null,
    session_id uuid not null,
    speaker_id uuid not null,
    role       speaker_role not null,
    position   smallint not null,
    primary key (edition_id, session_id, speaker_id),
    foreign key (edition_id, session_id) references session on delete cascade,
    foreign key (edition_id, speaker_id) references speaker on delete cascade
);

-- owner: schedule
create table programme_version (
    edition_id   integer not null,
    number       integer not null constraint programme_version_positive check (number > 0),
    note         text not null default '',
    published_at timestamptz not null,
    content      jsonb not null,
    primary key (edition_id, number)
);
