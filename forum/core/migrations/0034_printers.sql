-- Printers of badges: how far each is off, and for label printers the queue of what they print.

create type printer_kind as enum ('sheets', 'label');
create type label_state as enum ('waiting', 'sending', 'printed', 'unsure', 'failed', 'left', 'cancelled');

-- A label printer has an address (host:port) and a label's size; a printer of sheets has neither.
-- `answers` says that it tells how it is when asked (~HS). `failure` is the code of what was last
-- wrong, null while all is well; it is tried again at `next_try`. Whoever holds the lease prints.
-- owner: badges
create table printer (
    edition_id  integer not null,
    id          uuid not null,
    name        text not null,
    kind        printer_kind not null,
    address     text,
    dpi         smallint constraint printer_dpi_known check (dpi in (203, 300, 600)),
    width_mm    real,
    height_mm   real,
    offset_x_mm real not null default 0,
    offset_y_mm real not null default 0,
    answers     boolean not null default true,
    paused      boolean not null default false,
    failure     text,
    failed_at   timestamptz,
    failures    integer not null default 0,
    next_try    timestamptz,
    lease_until timestamptz,
    seen_at     timestamptz,
    revision    integer not null default 1,
    primary key (edition_id, id),
    constraint printer_name_key unique (edition_id, name),
    constraint printer_label_complete
        check (kind = 'sheets' or num_nulls(address, dpi, width_mm, height_mm) = 0),
    constraint printer_offset_sane check (abs(offset_x_mm) <= 20 and abs(offset_y_mm) <= 20)
);

-- Labels in their order (`number`); `revision` and `stamp` say what stood on the badge as it left. Without a registration it is a test label. `sending` is stored
-- before the last bytes leave: what is found so later may have been printed, and becomes `unsure`.
-- owner: badges
create table label_job (
    edition_id      integer not null,
    id              uuid not null,
    printer_id      uuid not null,
    number          bigint generated always as identity,
    registration_id uuid,
    layout          text,
    revision        smallint,
    stamp           bytea,
    state           label_state not null default 'waiting',
    tries           integer not null default 0,
    error           text,
    actor           text not null,
    created_at      timestamptz not null,
    changed_at      timestamptz not null,
    primary key (edition_id, id),
    foreign key (edition_id, printer_id) references printer on delete cascade,
    foreign key (edition_id, registration_id) references ticket
);

create index label_job_queue on label_job (edition_id, printer_id, number) where state in ('waiting', 'sending', 'unsure');
create index label_job_person on label_job (edition_id, registration_id);
