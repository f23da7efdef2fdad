"""The SQL of seats in sessions: one function, one statement.

Whoever changes a sign-up holds the lock of its edition (`lock`), so that turns follow arrival, no
two seats of one person are taken at one time unseen, and a freed seat is given once.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from forum.core.db import Db, many, maybe, one, value
from schedule.seating import (
    Held,
    Listed,
    Overdue,
    Person,
    Seating,
    SignedUp,
    State,
    Taken,
    Terms,
)


async def lock(db: Db, edition_id: int) -> None:
    """Let one verb at a time change the sign-ups of an edition."""
    await db.execute("select pg_advisory_xact_lock(hashtext('schedule.sign_ups'), $1)", edition_id)


async def find_terms(db: Db, edition_id: int) -> Terms:
    """Return the terms of an edition; the usual ones where it lays none down."""
    return await one(
        db,
        Terms,
        """
        select t.opens_at, coalesce(t.closes_minutes, 0) as closes_minutes,
               coalesce(t.give_back_minutes, 0) as give_back_minutes, t.answer_hours,
               coalesce(t.revision, 0) as revision
          from (values ($1::integer)) as asked (edition_id)
          left join sign_up_terms t on t.edition_id = asked.edition_id
        """,
        edition_id,
    )


async def put_terms(db: Db, edition_id: int, terms: Terms) -> None:
    """Store the terms of an edition, their revision one up."""
    await db.execute(
        """
        insert into sign_up_terms (edition_id, opens_at, closes_minutes, give_back_minutes,
                                   answer_hours, revision)
             values ($1, $2, $3, $4, $5, 1)
        on conflict (edition_id) do update
                set opens_at = excluded.opens_at, closes_minutes = excluded.closes_minutes,
                    give_back_minutes = excluded.give_back_minutes,
                    answer_hours = excluded.answer_hours, revision = sign_up_terms.revision + 1
        """,
        edition_id,
        terms.opens_at,
        terms.closes_minutes,
        terms.give_back_minutes,
        terms.answer_hours,
    )


async def next_letter(db: Db, edition_id: int) -> int:
    """Return the number of the next letter about a seat in an edition."""
    return await value(
        db,
        int,
        """
        insert into sign_up_terms (edition_id, letters)
             values ($1, 1)
        on conflict (edition_id) do update set letters = sign_up_terms.letters + 1
          returning letters
        """,
        edition_id,
    )


async def list_seatings(db: Db, edition_id: int) -> list[Seating]:
    """Return the sessions with seats, those closed too, in order of start, then number."""
    return await many(
        db,
        Seating,
        """
        select s.session_id, s.number, s.slug, s.title, s.room_id, s.room, s.day, s.starts_at,
               s.ends_at, s.open, s.capacity, s.taken,
               (select count(*) from sign_up u
                 where u.edition_id = s.edition_id and u.session_id = s.session_id
                   and u.state = 'waiting') as waiting
          from seating s
         where s.edition_id = $1
         order by s.starts_at, s.number
        """,
        edition_id,
    )


async def find_seating(db: Db, edition_id: int, session_id: UUID) -> Seating | None:
    """Return a session with seats."""
    return await maybe(
        db,
        Seating,
        """
        select s.session_id, s.number, s.slug, s.title, s.room_id, s.room, s.day, s.starts_at,
               s.ends_at, s.open, s.capacity, s.taken,
               (select count(*) from sign_up u
                 where u.edition_id = s.edition_id and u.session_id = s.session_id
                   and u.state = 'waiting') as waiting
          from seating s
         where s.edition_id = $1 and s.session_id = $2
        """,
        edition_id,
        session_id,
    )


async def put_seatings(db: Db, edition_id: int, seatings: Sequence[Seating]) -> None:
    """Make these the open sessions with seats; who was seated stays, all others are closed."""
    await db.execute(
        """
        with wanted as (
            select *
              from jsonb_to_recordset($2::jsonb)
                   as w (session_id uuid, number integer, slug text, title jsonb, room_id uuid,
                         room text, day integer, starts_at timestamptz, ends_at timestamptz,
                         capacity integer)),
             closed as (
            update seating
               set open = false
             where edition_id = $1 and open
               and session_id not in (select session_id from wanted))
        insert into seating (edition_id, session_id, number, slug, title, room_id, room, day,
                             starts_at, ends_at, open, capacity)
             select $1, session_id, number, slug, title, room_id, room, day, starts_at, ends_at,
                    true, capacity
               from wanted
        on conflict (edition_id, session_id) do update
                set number = excluded.number, slug = excluded.slug, title = excluded.title,
                    room_id = excluded.room_id, room = excluded.room, day = excluded.day,
                    starts_at = excluded.starts_at, ends_at = excluded.ends_at, open = true,
                    capacity = excluded.capacity, kept = seating.taken
        """,
        edition_id,
        seatings,
    )


async def list_taken(db: Db, edition_id: int) -> list[Taken]:
    """Return how many seats are taken, by session, where any is."""
    return await many(
        db,
        Taken,
        "select session_id, taken from seating where edition_id = $1 and taken > 0",
        edition_id,
    )


async def list_clashing(
    db: Db, edition_id: int, registration_id: UUID, session_id: UUID
) -> list[Seating]:
    """Return the sessions in which a person holds a seat while this one is held."""
    return await many(
        db,
        Seating,
        """
        select s.session_id, s.number, s.slug, s.title, s.room_id, s.room, s.day, s.starts_at,
               s.ends_at, s.open, s.capacity, s.taken,
               (select count(*) from sign_up w
                 where w.edition_id = s.edition_id and w.session_id = s.session_id
                   and w.state = 'waiting') as waiting
          from sign_up u
          join seating s on s.edition_id = u.edition_id and s.session_id = u.session_id
          join seating this on this.edition_id = u.edition_id and this.session_id = $3
         where u.edition_id = $1 and u.registration_id = $2 and u.session_id <> $3
           and u.state = 'seat' and s.open
           and s.starts_at < this.ends_at and this.starts_at < s.ends_at
         order by s.starts_at, s.number
        """,
        edition_id,
        registration_id,
        session_id,
    )


async def find_person(db: Db, edition_id: int, registration_id: UUID) -> Person | None:
    """Return who signs up."""
    return await maybe(
        db,
        Person,
        """
        select id, reference, given_name, family_name, email, language, status, days
          from attendee
         where edition_id = $1 and id = $2
        """,
        edition_id,
        registration_id,
    )


async def list_held(db: Db, edition_id: int, registration_id: UUID) -> list[Held]:
    """Return the sign-ups of a person, those given up too, by session."""
    return await many(
        db,
        Held,
        """
        select u.session_id, u.state, u.answer_by, u.changes, u.at,
               case when u.state = 'waiting'
                    then (select count(*) from sign_up w
                           where w.edition_id = u.edition_id and w.session_id = u.session_id
                             and w.state = 'waiting' and w.turn <= u.turn) end as place
          from sign_up u
         where u.edition_id = $1 and u.registration_id = $2
         order by u.session_id
        """,
        edition_id,
        registration_id,
    )


async def seat(
    db: Db,
    edition_id: int,
    session_id: UUID,
    registration_id: UUID,
    answer_by: datetime | None,
    at: datetime,
) -> int | None:
    """Give a seat if one is free, and count it, in one statement.

    Return how many are taken then, None where none was free.
    """
    return await value(
        db,
        int | None,  # type: ignore[arg-type]
        """
        with counted as (
            update seating
               set taken = taken + 1
             where edition_id = $1 and session_id = $2 and open and taken < capacity
         returning taken),
             seated as (
            insert into sign_up (edition_id, session_id, registration_id, state, answer_by,
                                 changes, at)
                 select $1, $2, $3, 'seat', $4, 1, $5
                   from counted
            on conflict (edition_id, session_id, registration_id) do update
                    set state = 'seat', turn = null, answer_by = excluded.answer_by,
                        changes = sign_up.changes + 1, at = excluded.at)
        select taken from counted
        """,
        edition_id,
        session_id,
        registration_id,
        answer_by,
        at,
    )


async def wait(
    db: Db, edition_id: int, session_id: UUID, registration_id: UUID, at: datetime
) -> None:
    """Put somebody at the end of a waiting list."""
    await db.execute(
        """
        with given as (
            update seating
               set turns = turns + 1
             where edition_id = $1 and session_id = $2
         returning turns)
        insert into sign_up (edition_id, session_id, registration_id, state, turn, at)
             select $1, $2, $3, 'waiting', turns, $4
               from given
        on conflict (edition_id, session_id, registration_id) do update
                set state = 'waiting', turn = excluded.turn, at = excluded.at
        """,
        edition_id,
        session_id,
        registration_id,
        at,
    )


async def confirm(db: Db, edition_id: int, session_id: UUID, registration_id: UUID) -> None:
    """Make a seat that was kept for an answer somebody's own."""
    await db.execute(
        """
        update sign_up
           set answer_by = null
         where edition_id = $1 and session_id = $2 and registration_id = $3
        """,
        edition_id,
        session_id,
        registration_id,
    )


async def release(
    db: Db, edition_id: int, session_id: UUID, registration_id: UUID, at: datetime
) -> State | None:
    """Take a seat or a turn back, and count it; return what it was, None where nothing was held."""
    return await value(
        db,
        State | None,  # type: ignore[arg-type]
        """
        with held as (
            select state
              from sign_up
             where edition_id = $1 and session_id = $2 and registration_id = $3
               and state <> 'released'
               for update),
             released as (
            update sign_up u
               set state = 'released', turn = null, answer_by = null, at = $4,
                   changes = u.changes + (held.state = 'seat')::integer
              from held
             where u.edition_id = $1 and u.session_id = $2 and u.registration_id = $3),
             counted as (
            update seating
               set taken = taken - 1
             where edition_id = $1 and session_id = $2
               and exists (select from held where state = 'seat'))
        select state from held
        """,
        edition_id,
        session_id,
        registration_id,
        at,
    )


async def pass_on(db: Db, edition_id: int, from_id: UUID, to_id: UUID, at: datetime) -> None:
    """Give the seats and turns of one registration to another."""
    await db.execute(
        """
        with held as (
            select session_id, state, turn, answer_by
              from sign_up
             where edition_id = $1 and registration_id = $2 and state <> 'released'
               for update),
             left_behind as (
            update sign_up u
               set state = 'released', turn = null, answer_by = null, at = $4,
                   changes = u.changes + (held.state = 'seat')::integer
              from held
             where u.edition_id = $1 and u.registration_id = $2
               and u.session_id = held.session_id
         returning held.session_id, held.state, held.turn, held.answer_by)
        insert into sign_up (edition_id, session_id, registration_id, state, turn, answer_by,
                             changes, at)
             select $1, session_id, $3, state, turn, answer_by, (state = 'seat')::integer, $4
               from left_behind
        """,
        edition_id,
        from_id,
        to_id,
        at,
    )


async def next_in_line(db: Db, edition_id: int, session_id: UUID) -> UUID | None:
    """Return who waits first for a session that has a free seat; None without either."""
    return await value(
        db,
        UUID | None,  # type: ignore[arg-type]
        """
        select u.registration_id
          from sign_up u
          join seating s on s.edition_id = u.edition_id and s.session_id = u.session_id
         where u.edition_id = $1 and u.session_id = $2 and u.state = 'waiting'
           and s.open and s.taken < s.capacity
         order by u.turn
         limit 1
        """,
        edition_id,
        session_id,
    )


async def list_overdue(db: Db, at: datetime) -> list[Overdue]:
    """Return the seats whose answer is overdue at `at`, the oldest first, at most a hundred."""
    return await many(
        db,
        Overdue,
        """
        select edition_id, session_id, registration_id
          from sign_up
         where answer_by <= $1
         order by answer_by
         limit 100
        """,
        at,
    )


async def lapse(
    db: Db, edition_id: int, session_id: UUID, registration_id: UUID, at: datetime
) -> UUID | None:
    """Take back a seat whose answer is overdue, and count it; None where it was answered."""
    return await value(
        db,
        UUID | None,  # type: ignore[arg-type]
        """
        with lapsed as (
            update sign_up
               set state = 'released', answer_by = null, changes = changes + 1, at = $4
             where edition_id = $1 and session_id = $2 and registration_id = $3
               and answer_by <= $4
         returning session_id),
             counted as (
            update seating
               set taken = taken - 1
             where edition_id = $1 and session_id in (select session_id from lapsed))
        select session_id from lapsed
        """,
        edition_id,
        session_id,
        registration_id,
        at,
    )


async def list_signed_up(db: Db, edition_id: int, session_ids: Sequence[UUID]) -> list[SignedUp]:
    """Return who holds a seat in these sessions or waits for one, with address and language.

    Cancelled sessions are among them. In order of session, then of name.
    """
    return await many(
        db,
        SignedUp,
        """
        select u.session_id, u.registration_id, a.given_name, a.family_name, a.reference, a.email,
               a.language, u.state, u.changes,
               u.state = 'seat' and exists (
                   select from sign_up other
                     join seating o on o.edition_id = other.edition_id
                                   and o.session_id = other.session_id
                    where other.edition_id = u.edition_id and other.state = 'seat' and o.open
                      and other.registration_id = u.registration_id
                      and other.session_id <> u.session_id and s.open
                      and o.starts_at < s.ends_at and s.starts_at < o.ends_at) as clashes
          from sign_up u
          join seating s on s.edition_id = u.edition_id and s.session_id = u.session_id
          join attendee a on a.edition_id = u.edition_id and a.id = u.registration_id
         where u.edition_id = $1 and u.session_id = any($2::uuid[]) and u.state <> 'released'
         order by u.session_id, a.sort_key, a.id
        """,
        edition_id,
        session_ids,
    )


async def list_door(
    db: Db, edition_id: int, session_id: UUID | None, room_id: UUID | None
) -> list[Listed]:
    """Return the door list of a session, of a room or of all: seats by name, then who waits."""
    return await many(
        db,
        Listed,
        """
        select u.session_id, a.reference, a.given_name, a.family_name, a.organisation, u.state,
               u.answer_by,
               case when u.state = 'waiting'
                    then row_number() over (partition by u.session_id, u.state
                                            order by u.turn) end as place
          from sign_up u
          join seating s on s.edition_id = u.edition_id and s.session_id = u.session_id
          join attendee a on a.edition_id = u.edition_id and a.id = u.registration_id
         where u.edition_id = $1 and u.state <> 'released' and s.open
           and ($2::uuid is null or u.session_id = $2) and ($3::uuid is null or s.room_id = $3)
         order by s.starts_at, s.number, u.state, u.turn, a.sort_key, a.id
        """,
        edition_id,
        session_id,
        room_id,
    )
