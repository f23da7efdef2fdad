"""The SQL of manifests: what devices hold of the tickets, and what changed since they asked.

`since` is the number of a transaction, as text: every row comes that it or a later one wrote. Rows
carry only the lower half of such numbers, which `age` counts back from now; a row of before two
thousand million transactions may so come once more, and none is ever left out.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from forum.core.db import Db, batches, one

AT_ONCE = 250
"""So many rows become values between two looks of the event loop at what else is waiting."""


class Standing(Struct, frozen=True, kw_only=True):
    """How the database stands in one snapshot.

    Every transaction before `oldest` has ended, and is seen if it did anything; none from `next` on
    has begun. `era` is another whenever numbers may mean others than before: those of transactions
    after a restart, a restored copy, a crash; those of sessions after a publication. `count` is how
    many tickets a whole manifest has.
    """

    salt: str | None
    oldest: int
    next: int
    era: str
    count: int


class TicketRow(Struct, frozen=True, kw_only=True, gc=False):
    """A ticket as a manifest tells it: the category it was signed with, and the bearer's own."""

    edition_id: int
    registration_id: UUID
    number: int
    key_id: int
    category_number: int
    days: int
    revision: int
    revoked_at: datetime | None
    reissued_at: datetime | None
    reference: str
    given_name: str
    family_name: str
    organisation: str | None
    category: int
    status: str
    seats: list[int] | None


class CheckInRow(Struct, frozen=True, kw_only=True, gc=False):
    """What scans of one ticket come to on one list in one period."""

    number: int
    check_in_list: str
    period: str
    inside: bool
    at: datetime | None
    gate: str | None


async def insert_salt(db: Db, edition_id: int, salt: str) -> None:
    """Give an edition its salt; the one that it has already stays."""
    await db.execute(
        """
        insert into manifest_salt (edition_id, salt) values ($1, $2)
        on conflict (edition_id) do nothing
        """,
        edition_id,
        salt,
    )


async def read_standing(db: Db, edition_id: int) -> Standing:
    """Return how the database stands, in the snapshot of the transaction."""
    return await one(
        db,
        Standing,
        """
        select (select salt from manifest_salt where edition_id = $1) as salt,
               pg_snapshot_xmin(s)::text::bigint as oldest,
               pg_snapshot_xmax(s)::text::bigint as next,
               concat_ws(' ', d.oid, extract(epoch from pg_postmaster_start_time()),
                         extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
                         (select md5(string_agg(n.session_id::text || n.number, ' '
                                                order by n.session_id))
                            from seated_number n
                           where n.edition_id = $1)) as era,
               (select count(*)
                  from ticket t
                  join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
                 where t.edition_id = $1) as count
          from pg_current_snapshot() s
          join pg_database d on d.datname = current_database()
        """,
        edition_id,
    )


async def list_tickets(
    db: Db, edition_id: int, since: str | None
) -> AsyncIterator[list[TicketRow]]:
    """Yield the tickets of an edition, revoked ones too, or those that changed in any way."""
    async for rows in batches(
        db,
        TicketRow,
        """
        select t.edition_id, t.registration_id, t.number, t.key_id, t.category_number, t.days,
               t.revision, t.revoked_at, t.reissued_at, a.reference, a.given_name,
               a.family_name, a.organisation, a.category_number as category, a.status, s.seats
          from ticket t
          join attendee a on a.edition_id = t.edition_id and a.id = t.registration_id
          join attendee_change c on c.edition_id = t.edition_id and c.id = t.registration_id
          left join (
                 select registration_id, min(age(changed_by)) as age,
                        array_agg(number order by number) filter (where held) as seats
                   from seat_change
                  where edition_id = $1
                  group by registration_id) s on s.registration_id = t.registration_id
         where t.edition_id = $1
           and ($2::text is null
                or least(age(t.xmin), age(c.changed_by), s.age) <= age($2::text::xid8::xid))
        """,
        edition_id,
        since,
        size=AT_ONCE,
    ):
        yield rows


async def list_check_ins(
    db: Db, edition_id: int, since: str | None
) -> AsyncIterator[list[CheckInRow]]:
    """Yield what the scans of an edition come to, or what of it changed."""
    async for rows in batches(
        db,
        CheckInRow,
        """
        select t.number, c.check_in_list, c.period, c.inside, c.at, c.gate
          from check_in c
          join ticket t on t.edition_id = c.edition_id and t.registration_id = c.registration_id
          join attendee a on a.edition_id = c.edition_id and a.id = c.registration_id
         where c.edition_id = $1
           and ($2::text is null or age(c.xmin) <= age($2::text::xid8::xid))
        """,
        edition_id,
        since,
        size=AT_ONCE,
    ):
        yield rows
