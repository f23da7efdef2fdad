-- The organiser's own texts of e-mails. A row without a text was restored: the built-in one holds,
-- and the revision goes on, so that a page opened before is still known to be old.

-- owner: forum
create table letter_text (
    edition_id integer not null references edition,
    kind       text not null,
    language   text not null,
    subject    text,
    body       text,
    revision   integer not null default 1,
    changed_at timestamptz not null,
    changed_by uuid references account on delete set null,
    primary key (edition_id, kind, language),
    constraint letter_text_whole check ((subject is null) = (body is null)),
    constraint letter_text_not_endless check (length(subject) <= 150 and length(body) <= 10000)
);
