"""The SQL of who is in the building: one function, one statement."""

from datetime import datetime

from badges.attendance.present_models import InBuilding
from forum.core.db import Db, many


async def list_inside(db: Db, edition_id: int, period: str) -> list[InBuilding]:
    """Return whom the doors of the building let in and did not see leave, sorted by name.

    Of lists that count once a day those of the day's period count.
    """
    return await many(
        db,
        InBuilding,
        """
        select a.reference, a.family_name, a.given_name, a.organisation, a.category, a.sort_key,
               c.gate, g.name as gate_name, c.at as since
          from (select distinct on (i.registration_id) i.registration_id, i.gate, i.at
                  from check_in i
                  join check_in_list l
                    on l.edition_id = i.edition_id and l.slug = i.check_in_list and l.building
                 where i.edition_id = $1 and i.inside and (l.counts <> 'day' or i.period = $2)
                 order by i.registration_id, i.last_at desc) c
          join attendee a on a.edition_id = $1 and a.id = c.registration_id
          left join gate g on g.edition_id = $1 and g.slug = c.gate
         order by a.sort_key, a.id
        """,
        edition_id,
        period,
    )


async def list_seen_elsewhere(
    db: Db, edition_id: int, period: str, since: datetime
) -> list[InBuilding]:
    """Return who went in at a gate that is none of the building's, and is not inside by its doors.

    So who left the building before, or never passed a door of it, since an instant. `since` of
    each is when they were read there last.
    """
    return await many(
        db,
        InBuilding,
        """
        select a.reference, a.family_name, a.given_name, a.organisation, a.category, a.sort_key,
               s.gate, g.name as gate_name, s.at as since
          from (select distinct on (e.registration_id) e.registration_id, e.gate, e.at
                  from scan e
                  join check_in_list l
                    on l.edition_id = e.edition_id and l.slug = e.check_in_list and not l.building
                 where e.edition_id = $1 and e.at >= $3
                   and (e.outcome = 'admitted'
                        or (e.outcome = 'already_in' and e.refusal is null))
                   and not exists (
                         select
                           from scan u
                          where u.edition_id = $1 and u.undoes = e.id
                            and u.device_id = e.device_id)
                   and not exists (
                         select
                           from check_in i
                           join check_in_list b
                             on b.edition_id = i.edition_id and b.slug = i.check_in_list
                                and b.building
                          where i.edition_id = $1 and i.registration_id = e.registration_id
                            and (b.counts <> 'day' or i.period = $2)
                            and (i.inside or i.last_at >= e.at))
                 order by e.registration_id, e.at desc) s
          join attendee a on a.edition_id = $1 and a.id = s.registration_id
          left join gate g on g.edition_id = $1 and g.slug = s.gate
         order by a.sort_key, a.id
        """,
        edition_id,
        period,
        since,
    )
