-- The organisers' table of registrations: what it is searched, filtered and sorted by.

-- The folding of forum.core.text.sort_key, for a text that is sorted without a key of its own.
create function folded(text) returns text language sql immutable parallel safe
    return trim(regexp_replace(lower(regexp_replace(normalize(
        translate(replace(replace(replace(replace(replace(replace($1,
            'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE'), 'ß', 'ss'), 'ẞ', 'SS'),
            'øØłŁđĐı', 'oOlLdDi'),
        NFKD), '[\u0300-\u036f]', '', 'g') collate "C"), '[^0-9a-z]+', ' ', 'g'));

-- `words` holds each word of the search key, an address whole and in parts, the reference in one
-- word, and the language. Who names no organisation comes after all others: `~` follows letters.
alter table registration
    add column words tsvector generated always as (array_to_tsvector(array_remove(
        string_to_array(search_key, ' ') || string_to_array(translate(search_key, '@.', '  '), ' ')
        || lower(replace(reference, '-', '') collate "C") || ('in:' || language), ''))) stored,
    add column organisation_key text collate "C" generated always as (
        coalesce(nullif(folded(organisation), ''), '~')) stored;

-- Without a list of pending entries a search is as quick after a thousand registrations as before.
create index registration_words on registration using gin (words) with (fastupdate = off);
create index registration_by_organisation on registration (edition_id, organisation_key, sort_key, id);
create index registration_by_category on registration (edition_id, category, sort_key, id);
create index registration_by_status on registration (edition_id, status, sort_key, id);
create index outbox_subject on outbox (edition_id, subject_id);

-- Whoever registers at the desk may have no address: '' then, and no e-mail is stored for them.
drop index registration_email_key;
create unique index registration_email_key on registration (edition_id, email_key)
    where status not in ('cancelled', 'refused') and email_key <> '';
alter table registration
    add constraint registration_email_whole check ((email = '') = (email_key = ''));

-- The badge of somebody who may enter, and when it was printed.
-- owner: badges, shared
create view badge as
    select edition_id, registration_id, printed_at from ticket where revoked_at is null;

-- A registration as organisers see it in a table.
-- owner: forum
create view listed_registration as
    select r.edition_id, r.id, r.reference, r.given_name, r.family_name, r.email, r.organisation,
           r.job_title, r.category, r.language, r.status, r.days, r.turn, r.offer_until, r.counted,
           r.group_id, g.coordinator_name as group_name, b.printed_at, r.revision, r.created_at,
           r.changed_at, r.sort_key, r.organisation_key
      from registration r
      left join badge b on b.edition_id = r.edition_id and b.registration_id = r.id
      left join registration_group g on g.edition_id = r.edition_id and g.id = r.group_id;

-- The registrations that a filter lets through; what is null lets all through. PostgreSQL writes it
-- into the statement that names it, so that each is planned for the values of its filter. It joins
-- by the key alone, so that an index which holds the filter's columns may do without the table.
create function registrations_found(
    edition integer, wanted tsquery, statuses registration_status[], of_category text,
    on_day smallint, of_group uuid, of_organisation text, printed boolean, first_id uuid,
    end_id uuid
) returns setof registration language sql stable parallel safe as $$
    select r.*
      from registration r
      left join badge b on b.edition_id = r.edition_id and b.registration_id = r.id
     where r.edition_id = edition
       and (wanted is null or r.words @@ wanted)
       and (statuses is null or r.status = any(statuses))
       and (of_category is null or r.category = of_category)
       and (on_day is null or r.days is null or r.days >> on_day & 1 = 1)
       and (of_group is null or r.group_id = of_group)
       and (of_organisation is null
            or r.organisation_key >= of_organisation
               and r.organisation_key < of_organisation || '~')
       and (printed is null
            or b.registration_id is not null and (b.printed_at is not null) = printed)
       and (first_id is null or r.id >= first_id)
       and (end_id is null or r.id < end_id)
$$;

-- What the filters of the table offer, and whether the edition asks for days.
create function registration_choices(edition integer)
returns table (categories jsonb, asks_days boolean) language sql stable parallel safe as $$
    select (select coalesce(jsonb_agg(jsonb_build_object('code', c.code, 'name', c.name)
                                      order by c.number), '[]')
              from category c
             where c.edition_id = edition),
           (select e.asks_days from edition e where e.id = edition)
$$;
