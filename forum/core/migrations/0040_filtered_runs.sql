-- Print runs of those whom the organisers' table shows, and the printer that a run was made for.

-- The printer as it was called when the run was asked for; its offsets at that time are the run's.
alter table print_run add column printer text;

-- The badges that a print run means: those of the confirmed that meet all of it; what is null or
-- false lets all through. `among` are those whom a filter of the organisers' table let through.
-- PostgreSQL writes it into the statement that names it.
create function badges_wanted(
    edition integer, named text[], categories text[], first_key text, end_key text,
    only_unprinted boolean, only_changed boolean, among uuid[]
) returns table (registration_id uuid, category text, category_number smallint, sort_key text)
language sql stable parallel safe as $$
    select t.registration_id, a.category, a.category_number, a.sort_key collate "C"
      from ticket t
      join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
     where t.edition_id = edition and t.revoked_at is null and a.status = 'confirmed'
       and (named is null or a.reference = any(named))
       and (categories is null or a.category = any(categories))
       and (first_key is null or a.sort_key collate "C" >= first_key)
       and (end_key is null or a.sort_key collate "C" < end_key)
       and (not only_unprinted or t.printed_at is null)
       and (not only_changed or t.printed_at is null and exists (
                select from badge_print p
                 where p.edition_id = t.edition_id and p.registration_id = t.registration_id))
       and (among is null or t.registration_id in (select unnest(among)))
$$;
