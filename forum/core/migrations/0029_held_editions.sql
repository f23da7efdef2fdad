-- The editions that were held or will be, for packages that compare one with another.

-- owner: forum, shared
create view held_edition as
    select id as edition_id, title, timezone, starts_on, ends_on
      from edition
     where state <> 'draft';
