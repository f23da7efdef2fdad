-- What organisers print on every paper of presence; without a row nothing of it.
-- owner: badges
create table paper_terms (
    edition_id integer primary key,
    organiser  text not null default '',
    legal      text not null default '',
    place      text not null default '',
    signatory  text not null default '',
    changed_at timestamptz not null
);

-- Sign-in sheets that were printed, by the reference on them; no name of anybody who signs.
-- owner: badges
create table paper_sheet (
    edition_id integer not null,
    reference  text not null,
    heading    text not null,
    scope      text not null,
    people     integer not null,
    filled     boolean not null,
    printed_at timestamptz not null,
    primary key (edition_id, reference)
);
create index paper_sheet_latest on paper_sheet (edition_id, printed_at desc);
