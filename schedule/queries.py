"""The SQL of the programme: one function, one statement."""

from collections.abc import Sequence

from forum.core.db import Db, many, maybe, value
from schedule.models import (
    Programme,
    Published,
    PublishedGuide,
    Room,
    Session,
    Speaker,
    Track,
)


async def list_rooms(db: Db, edition_id: int) -> list[Room]:
    """Return the draft's rooms in order of position."""
    return await many(
        db,
        Room,
        """
        select id, slug, name, position, capacity, floor, description
          from room
         where edition_id = $1
         order by position, slug
        """,
        edition_id,
    )


async def list_tracks(db: Db, edition_id: int) -> list[Track]:
    """Return the draft's tracks in order of position."""
    return await many(
        db,
        Track,
        """
        select id, slug, name, position, tint
          from track
         where edition_id = $1
         order by position, slug
        """,
        edition_id,
    )


async def list_speakers(db: Db, edition_id: int) -> list[Speaker]:
    """Return the draft's speakers in order of name."""
    return await many(
        db,
        Speaker,
        """
        select id, slug, name, sort_key, organisation, job_title, biography, links
          from speaker
         where edition_id = $1
         order by sort_key, id
        """,
        edition_id,
    )


async def list_sessions(db: Db, edition_id: int) -> list[Session]:
    """Return the draft's sessions with their people, in order of number."""
    return await many(
        db,
        Session,
        """
        select id, number, slug, type, title, subtitle, abstract, description, language, track_id,
               room_id, starts_at, minutes, links, url, cancelled, "overlaps",
               (select coalesce(jsonb_agg(jsonb_build_object(
                           'speaker_id', p.speaker_id, 'role', p.role) order by p.position), '[]')
                  from participation p
                 where p.edition_id = s.edition_id and p.session_id = s.id) as people,
               0 as revision, null::timestamptz as changed_at
          from session s
         where edition_id = $1
         order by number
        """,
        edition_id,
    )


async def lock_draft(db: Db, edition_id: int) -> None:
    """Let one verb at a time change or freeze the draft of an edition."""
    await db.execute("select pg_advisory_xact_lock(hashtext('schedule.draft'), $1)", edition_id)


async def delete_sessions(db: Db, edition_id: int) -> None:
    """Empty the draft of its sessions, and of who takes part in them."""
    await db.execute("delete from session where edition_id = $1", edition_id)


async def delete_speakers(db: Db, edition_id: int) -> None:
    """Empty the draft of its speakers."""
    await db.execute("delete from speaker where edition_id = $1", edition_id)


async def delete_tracks(db: Db, edition_id: int) -> None:
    """Empty the draft of its tracks."""
    await db.execute("delete from track where edition_id = $1", edition_id)


async def delete_rooms(db: Db, edition_id: int) -> None:
    """Empty the draft of its rooms."""
    await db.execute("delete from room where edition_id = $1", edition_id)


async def insert_rooms(db: Db, edition_id: int, rooms: Sequence[Room]) -> None:
    """Store rooms."""
    await db.executemany(
        """
        insert into room (edition_id, id, slug, name, position, capacity, floor, description)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [
            (edition_id, r.id, r.slug, r.name, r.position, r.capacity, r.floor, r.description)
            for r in rooms
        ],
    )


async def insert_tracks(db: Db, edition_id: int, tracks: Sequence[Track]) -> None:
    """Store tracks."""
    await db.executemany(
        """
        insert into track (edition_id, id, slug, name, position, tint)
             values ($1, $2, $3, $4, $5, $6)
        """,
        [(edition_id, t.id, t.slug, t.name, t.position, t.tint) for t in tracks],
    )


async def insert_speakers(db: Db, edition_id: int, speakers: Sequence[Speaker]) -> None:
    """Store speakers."""
    await db.executemany(
        """
        insert into speaker (edition_id, id, slug, name, sort_key, organisation, job_title,
                             biography, links)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [
            (
                edition_id,
                s.id,
                s.slug,
                s.name,
                s.sort_key,
                s.organisation,
                s.job_title,
                s.biography,
                s.links,
            )
            for s in speakers
        ],
    )


async def insert_sessions(db: Db, edition_id: int, sessions: Sequence[Session]) -> None:
    """Store sessions, placed or not."""
    await db.executemany(
        """
        insert into session (edition_id, id, number, slug, type, title, subtitle, abstract,
                             description, language, track_id, room_id, room_no, starts_at, ends_at,
                             minutes, links, url, cancelled, "overlaps")
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                     (select no from room where edition_id = $1 and id = $12), $13, $14, $15, $16,
                     $17, $18, $19)
        """,
        [
            (
                edition_id,
                s.id,
                s.number,
                s.slug,
                s.type,
                s.title,
                s.subtitle,
                s.abstract,
                s.description,
                s.language,
                s.track_id,
                s.room_id,
                s.starts_at,
                s.ends_at,
                s.minutes,
                s.links,
                s.url,
                s.cancelled,
                s.overlaps,
            )
            for s in sessions
        ],
    )


async def insert_participations(db: Db, edition_id: int, sessions: Sequence[Session]) -> None:
    """Store who takes part in these sessions."""
    await db.executemany(
        """
        insert into participation (edition_id, session_id, speaker_id, role, position)
             values ($1, $2, $3, $4, $5)
        on conflict (edition_id, session_id, speaker_id) do nothing
        """,
        [
            (edition_id, session.id, person.speaker_id, person.role, position)
            for session in sessions
            for position, person in enumerate(session.people)
        ],
    )


async def list_published_guides(db: Db, edition_id: int) -> list[PublishedGuide]:
    """Return the guides that a programme names."""
    return await many(
        db,
        PublishedGuide,
        "select slug, title from published_guide where edition_id = $1 order by position, slug",
        edition_id,
    )


async def latest_number(db: Db, edition_id: int) -> int:
    """Return the number of the latest version; 0 when nothing was published."""
    return await value(
        db,
        int,
        "select coalesce(max(number), 0) from programme_version where edition_id = $1",
        edition_id,
    )


async def find_version(db: Db, edition_id: int, number: int | None) -> Published | None:
    """Return a published version, the latest when `number` is None."""
    return await maybe(
        db,
        Published,
        """
        select number, note, published_at, content
          from programme_version
         where edition_id = $1 and ($2::integer is null or number = $2)
         order by number desc
         limit 1
        """,
        edition_id,
        number,
    )


async def insert_version(db: Db, edition_id: int, programme: Programme) -> None:
    """Store a version; it never changes."""
    await db.execute(
        """
        insert into programme_version (edition_id, number, note, published_at, content)
             values ($1, $2, $3, $4, $5)
        """,
        edition_id,
        programme.version,
        programme.note,
        programme.published_at,
        programme,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this package keeps of an edition; for demonstrations and purges."""
    await db.execute(
        """
        with no_people as (delete from participation where edition_id = $1),
             no_sessions as (delete from session where edition_id = $1),
             no_speakers as (delete from speaker where edition_id = $1),
             no_tracks as (delete from track where edition_id = $1),
             no_rooms as (delete from room where edition_id = $1)
        delete from programme_version where edition_id = $1
        """,
        edition_id,
    )
