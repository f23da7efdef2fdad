-- What organisers write to many: the text and the set as they were when it was started, and what
-- became of each e-mail.

-- `id` is of the form that started it, so that two presses start one. `filter` and `consent` say to
-- whom; `texts` holds subject and body by language. `next_at` is when the next e-mail may leave.
-- owner: forum
create table campaign (
    edition_id integer not null references edition,
    number     integer not null,
    id         uuid not null,
    filter     jsonb not null,
    consent    text,
    texts      jsonb not null,
    per_minute smallint not null,
    reached    integer not null,
    state      text not null default 'running',
    revision   integer not null default 1,
    next_at    timestamptz not null,
    started_at timestamptz not null,
    started_by uuid references account on delete set null,
    changed_at timestamptz not null,
    changed_by uuid references account on delete set null,
    primary key (edition_id, number),
    constraint campaign_once_key unique (edition_id, id),
    constraint campaign_state_known check (state in ('running', 'stopped', 'done')),
    constraint campaign_rate_bounded check (per_minute between 1 and 600)
);
create index campaign_running on campaign (next_at) where state = 'running';

-- One row a registration. It waits while nothing else is said of it; `released_at`: it was handed to
-- the outbox, where `letter_id` is. `skipped` is why nothing was sent after all.
-- owner: forum
create table campaign_recipient (
    edition_id      integer not null,
    number          integer not null,
    registration_id uuid not null,
    position        integer not null,
    letter_id       uuid,
    released_at     timestamptz,
    skipped         text,
    primary key (edition_id, number, registration_id),
    constraint campaign_recipient_position_key unique (edition_id, number, position),
    foreign key (edition_id, number) references campaign on delete cascade,
    foreign key (edition_id, registration_id) references registration on delete cascade,
    constraint campaign_recipient_reason_known check (skipped in ('over', 'withdrew', 'no_address')),
    constraint campaign_recipient_one_end check (skipped is null or released_at is null)
);
create index campaign_recipient_waiting on campaign_recipient (edition_id, number, position)
    where released_at is null and skipped is null;
create index campaign_recipient_released on campaign_recipient (edition_id, number, released_at);
create index campaign_recipient_registration on campaign_recipient (edition_id, registration_id);

-- Whom a filter reaches: as the table of registrations, less those who cancelled or were refused
-- where the filter does not name that status, and less those who do not agree to a purpose, where
-- one is asked for. `skipped` is why somebody whom the filter lets through gets nothing.
create function campaign_reached(
    edition integer, wanted tsquery, statuses registration_status[], of_category text,
    on_day smallint, of_group uuid, of_organisation text, printed boolean, first_id uuid,
    end_id uuid, agreed_to text
) returns table (id uuid, reference text, sort_key text, skipped text)
language sql stable parallel safe as $$
    select r.id, r.reference, r.sort_key,
           case when statuses is null and r.status in ('cancelled', 'refused') then 'over'
                when agreed_to is not null
                     and not exists (select
                                       from consent c
                                      where c.edition_id = edition and c.registration_id = r.id
                                        and c.purpose = agreed_to and c.withdrawn_at is null)
                then 'withdrew'
                when r.email = '' then 'no_address'
           end
      from registrations_found(edition, wanted, statuses, of_category, on_day, of_group,
                               of_organisation, printed, first_id, end_id) r
$$;
