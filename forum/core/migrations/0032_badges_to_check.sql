-- Registrations whose badge would lack characters have `!badge` among their words from when they are
-- saved (`forum.registrations.service.keys_of`). Of those saved before, the ones with pictograms or
-- rare ideographs get it here; others when they are next saved.
update registration
   set search_key = search_key || ' !badge'
 where concat(given_name, family_name, organisation, job_title)
       ~ '[\U00010000-\U0001D3FF\U0001D800-\U0001E8FF\U0001E960-\U0001F0FF\U0001F200-\U0010FFFF]';
