-- Scans as organisers and their programs read them.

-- A scan with whose it is, where and by what it was read, what took it back and what was wrong with it.
-- One that takes another back is of whom, and counts for what, that one was.
-- owner: badges
create view listed_scan as
    select s.edition_id, s.id, s.at, s.scanned_at, s.received_at, s.gate, g.name as gate_name,
           s.device_id, d.name as device, s.direction, s.outcome, s.refusal, s.offline,
           coalesce(s.check_in_list, x.check_in_list) as check_in_list,
           coalesce(s.period, x.period) as period, coalesce(s.session, x.session) as session,
           a.reference, a.family_name, a.given_name,
           a.organisation, a.category, a.sort_key, s.seq, s.clock_offset_ms, s.undoes,
           u.at as undone_at, c.conflicts
      from scan s
      left join gate g on g.edition_id = s.edition_id and g.slug = s.gate
      left join device d on d.edition_id = s.edition_id and d.id = s.device_id
      left join scan x
        on x.edition_id = s.edition_id and x.id = s.undoes and x.device_id = s.device_id
      left join attendee a
        on a.edition_id = s.edition_id and a.id = coalesce(s.registration_id, x.registration_id)
      left join lateral (
             select e.at
               from scan e
              where e.edition_id = s.edition_id and e.undoes = s.id and e.device_id = s.device_id
              order by e.at
              limit 1) u on true
      left join lateral (
             select array_agg(k.kind::text order by k.kind) as conflicts
               from scan_conflict k
              where k.edition_id = s.edition_id and k.scan_id = s.id) c on true;

-- What programs read: scans as they arrived.
create index scan_received on scan (edition_id, received_at, id);
