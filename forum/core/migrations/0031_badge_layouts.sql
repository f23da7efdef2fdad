-- Layouts of badges that organisers made, their images, and which layout each category uses.

-- `source` is TOML (badges.layouts.reading); its name is `name`. `revision` counts every change.
-- owner: badges
create table badge_layout (
    edition_id integer not null,
    name       text not null
               constraint badge_layout_name_form check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(name) <= 40),
    source     text not null constraint badge_layout_source_length check (length(source) <= 65536),
    revision   integer not null default 1,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (edition_id, name)
);

-- What a layout was before: its latest ten revisions, so that one can go back.
-- owner: badges
create table badge_layout_revision (
    edition_id integer not null,
    layout     text not null,
    revision   integer not null,
    source     text not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (edition_id, layout, revision),
    foreign key (edition_id, layout) references badge_layout on delete cascade
);

-- Images of a layout, by digest in the store of files: as they were taken in, and as they print
-- (300 dpi of the largest place that they have; null while they have none).
-- owner: badges
create table badge_layout_image (
    edition_id     integer not null,
    layout         text not null,
    name           text not null
                   constraint badge_layout_image_name_form check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(name) <= 40),
    digest         text not null,
    printed_digest text,
    media_type     text not null,
    width_px       integer not null,
    height_px      integer not null,
    size_bytes     integer not null,
    primary key (edition_id, layout, name),
    foreign key (edition_id, layout) references badge_layout on delete cascade
);

-- Which layout the badges of a category have; '' stands for every category without a row. `layout`
-- may be one that ships, so it references none.
-- owner: badges
create table badge_layout_choice (
    edition_id integer not null,
    category   text not null,
    layout     text not null,
    primary key (edition_id, category)
);
