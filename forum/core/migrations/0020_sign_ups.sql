-- Sign-up to sessions: how many seats each has, who holds one, who waits in which turn.

-- What an edition lays down for all its sessions; without a row all is as the defaults say.
-- `letters` numbers the e-mails about seats, so that each is one event for the outbox.
-- owner: schedule
create table sign_up_terms (
    edition_id        integer not null primary key,
    opens_at          timestamptz,
    closes_minutes    integer not null default 0
                      constraint sign_up_closes_sane check (closes_minutes between 0 and 10080),
    give_back_minutes integer not null default 0
                      constraint sign_up_give_back_sane check (give_back_minutes between 0 and 10080),
    answer_hours      integer constraint sign_up_answer_lasts check (answer_hours between 1 and 720),
    revision          integer not null default 0,
    letters           integer not null default 0
);

-- The sessions of the published programme that seats are signed up for, as its latest version has
-- them. `kept` is how many were seated when the number of seats was lowered: they all stay.
-- owner: schedule
create table seating (
    edition_id integer not null,
    session_id uuid not null,
    number     integer not null,
    slug       text not null,
    title      jsonb not null,
    room_id    uuid,
    room       text,
    day        integer,
    starts_at  timestamptz not null,
    ends_at    timestamptz not null,
    open       boolean not null,
    capacity   integer not null constraint seating_capacity_positive check (capacity > 0),
    taken      integer not null default 0,
    kept       integer not null default 0,
    turns      bigint not null default 0,
    primary key (edition_id, session_id),
    constraint seating_not_overbooked check (taken between 0 and greatest(capacity, kept))
);

create type sign_up_state as enum ('seat', 'waiting', 'released');

-- Who holds a seat, or waits. A seat with `answer_by` is kept until then, and then passed on.
-- `changes` counts how often a seat was got and lost: a calendar's sequence.
-- owner: schedule
create table sign_up (
    edition_id      integer not null,
    session_id      uuid not null,
    registration_id uuid not null,
    state           sign_up_state not null,
    turn            bigint,
    answer_by       timestamptz,
    changes         integer not null default 0,
    at              timestamptz not null,
    primary key (edition_id, session_id, registration_id),
    foreign key (edition_id, session_id) references seating,
    constraint sign_up_turn_while_waiting check ((state = 'waiting') = (turn is not null)),
    constraint sign_up_answer_for_a_seat check (answer_by is null or state = 'seat')
);
create unique index sign_up_turn on sign_up (edition_id, session_id, turn) where state = 'waiting';
create index sign_up_of_one on sign_up (edition_id, registration_id);
create index sign_up_answer on sign_up (answer_by) where answer_by is not null;

-- The sessions that take seats, and who holds a seat or waits in one that does: for the doors.
-- owner: schedule, shared
create view seated_session as
    select edition_id, session_id, room_id, starts_at, ends_at, capacity, taken
      from seating
     where open;

-- owner: schedule, shared
create view seat as
    select u.edition_id, u.registration_id, u.session_id, s.room_id, s.starts_at, s.ends_at,
           u.state::text as state, u.turn, u.answer_by
      from sign_up u
      join seating s on s.edition_id = u.edition_id and s.session_id = u.session_id
     where s.open and u.state <> 'released';

-- A view may only be given more columns: the days of attendance, and where a person is written to.
create or replace view attendee as
    select r.edition_id, r.id, r.reference, r.given_name, r.family_name, r.sort_key, r.organisation,
           r.job_title, r.category, c.number as category_number, r.language, r.status::text as status,
           r.days, r.email
      from registration r
      join category c on c.edition_id = r.edition_id and c.code = r.category;
