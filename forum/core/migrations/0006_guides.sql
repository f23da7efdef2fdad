-- Guides: documents to download, and useful links.

create type guide_kind as enum ('pdf', 'link');

-- owner: forum
create table guide (
    edition_id   integer not null references edition,
    id           uuid not null,
    slug         text not null,
    position     integer not null,
    kind         guide_kind not null,
    title        jsonb not null,
    description  jsonb not null default '{}',
    url          text,
    file_digest  text,
    file_name    text,
    size_bytes   bigint,
    published_at timestamptz not null,
    primary key (edition_id, id),
    constraint guide_slug_key unique (edition_id, slug),
    constraint guide_is_file_or_link check (
        (kind = 'link' and url is not null and file_digest is null)
        or (kind = 'pdf' and file_digest is not null and file_name is not null and size_bytes > 0 and url is null))
);

-- owner: forum, shared
create view published_guide as
    select edition_id, slug, position, title from guide;
