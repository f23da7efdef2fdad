-- Who of the team changed something, for packages that keep who did: the address of each member.

-- owner: forum, shared
create view colleague as
    select m.edition_id, a.id, a.email
      from membership m
      join account a on a.id = m.account_id;
