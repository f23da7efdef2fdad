"""The SQL of the programme: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from forum.core.db import Db, many, maybe, value
from schedule.edits import DraftChange, PlanPart, RoomPart, SessionPart, SpeakerPart, TrackPart
from schedule.models import (
    Colleague,
    ConflictSetting,
    FloorPlan,
    KeptPlan,
    KeptRoom,
    KeptSession,
    KeptSpeaker,
    KeptTrack,
    Listed,
    Programme,
    Publication,
    Published,
    PublishedGuide,
    Resting,
    Room,
    Session,
    Speaker,
    Track,
    Travel,
)


async def list_rooms(db: Db, edition_id: int) -> list[Room]:
    """Return the draft's rooms in order of position."""
    return await many(
        db,
        Room,
        """
        select id, slug, name, position, capacity, floor, description, access
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


async def list_plans(db: Db, edition_id: int) -> list[FloorPlan]:
    """Return the draft's plans of the venue in order of position."""
    return await many(
        db,
        FloorPlan,
        """
        select id, position, title, alt, picture, markers
          from floor_plan
         where edition_id = $1
         order by position, id
        """,
        edition_id,
    )


async def list_speakers(db: Db, edition_id: int) -> list[Speaker]:
    """Return the draft's speakers in order of name."""
    return await many(
        db,
        Speaker,
        """
        select id, slug, name, sort_key, organisation, job_title, biography, links,
               case when photo_agreed_at is not null then photo end as photo
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
               room_id, starts_at, minutes, links, url, tags, partners, guides, capacity, sign_up,
               livestream, cancelled, "overlaps",
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


async def defer_constraints(db: Db) -> None:
    """Hold what a transaction stores against the deferred constraints at its end, as is usual."""
    await db.execute("set constraints all deferred")


async def check_constraints(db: Db) -> None:
    """Hold what the transaction has stored against the deferred constraints now."""
    await db.execute("set constraints all immediate")


async def list_colleagues(db: Db, edition_id: int) -> list[Colleague]:
    """Return who is in the team of an edition."""
    return await many(
        db, Colleague, "select id, email from colleague where edition_id = $1", edition_id
    )


async def list_kept_rooms(db: Db, edition_id: int) -> list[KeptRoom]:
    """Return what stays with the editors of each room."""
    return await many(
        db,
        KeptRoom,
        """
        select id, edited, jsonb_build_object('availability', availability) as backstage
          from room
         where edition_id = $1
        """,
        edition_id,
    )


async def list_kept_tracks(db: Db, edition_id: int) -> list[KeptTrack]:
    """Return what stays with the editors of each track."""
    return await many(
        db, KeptTrack, "select id, edited from track where edition_id = $1", edition_id
    )


async def list_kept_plans(db: Db, edition_id: int) -> list[KeptPlan]:
    """Return what stays with the editors of each plan."""
    return await many(
        db, KeptPlan, "select id, edited from floor_plan where edition_id = $1", edition_id
    )


async def list_kept_speakers(db: Db, edition_id: int) -> list[KeptSpeaker]:
    """Return what stays with the editors of each person."""
    return await many(
        db,
        KeptSpeaker,
        """
        select id, edited,
               jsonb_build_object('email', email, 'language', language, 'state', state,
                                  'availability', availability, 'note', note, 'photo', photo,
                                  'photo_agreed_at', photo_agreed_at,
                                  'registration_id', registration_id) as backstage
          from speaker
         where edition_id = $1
        """,
        edition_id,
    )


async def list_kept_sessions(db: Db, edition_id: int) -> list[KeptSession]:
    """Return what stays with the editors of each session."""
    return await many(
        db,
        KeptSession,
        """
        select id, edited,
               jsonb_build_object('confirmed', confirmed, 'internal_tags', internal_tags,
                                  'note', note, 'expected', expected) as backstage
          from session
         where edition_id = $1
        """,
        edition_id,
    )


async def list_travel(db: Db, edition_id: int) -> list[Travel]:
    """Return the minutes between rooms."""
    return await many(
        db,
        Travel,
        """
        select room_a, room_b, minutes
          from travel
         where edition_id = $1
         order by room_a, room_b
        """,
        edition_id,
    )


async def put_travel(db: Db, edition_id: int, travel: Sequence[Travel]) -> None:
    """Store minutes between rooms, over those that were known."""
    await db.executemany(
        """
        insert into travel (edition_id, room_a, room_b, minutes)
             values ($1, $2, $3, $4)
        on conflict (edition_id, room_a, room_b) do update
                set minutes = excluded.minutes
        """,
        [(edition_id, one.room_a, one.room_b, one.minutes) for one in travel],
    )


async def delete_travel(db: Db, edition_id: int) -> None:
    """Forget the minutes between rooms."""
    await db.execute("delete from travel where edition_id = $1", edition_id)


async def list_settings(db: Db, edition_id: int) -> list[ConflictSetting]:
    """Return the levels that the edition gives to conflicts, those that are not the usual ones."""
    return await many(
        db,
        ConflictSetting,
        "select code, level from conflict_setting where edition_id = $1 order by code",
        edition_id,
    )


async def put_setting(db: Db, edition_id: int, setting: ConflictSetting) -> None:
    """Store the level of one kind of conflict."""
    await db.execute(
        """
        insert into conflict_setting (edition_id, code, level)
             values ($1, $2, $3)
        on conflict (edition_id, code) do update
                set level = excluded.level
        """,
        edition_id,
        setting.code,
        setting.level,
    )


async def latest_change(db: Db, edition_id: int) -> int:
    """Return the number of the latest change of the draft; 0 when it never changed."""
    return await value(
        db,
        int,
        "select coalesce(max(number), 0) from draft_change where edition_id = $1",
        edition_id,
    )


async def list_changes(db: Db, edition_id: int, after: int, limit: int) -> list[DraftChange]:
    """Return the changes that follow change `after`, in order."""
    return await many(
        db,
        DraftChange,
        """
        select number, at, actor, kind, edits, undoes
          from draft_change
         where edition_id = $1 and number > $2
         order by number
         limit $3
        """,
        edition_id,
        after,
        limit,
    )


async def find_change(db: Db, edition_id: int, number: int) -> DraftChange | None:
    """Return a change of the draft."""
    return await maybe(
        db,
        DraftChange,
        """
        select number, at, actor, kind, edits, undoes
          from draft_change
         where edition_id = $1 and number = $2
        """,
        edition_id,
        number,
    )


async def insert_change(db: Db, edition_id: int, change: DraftChange) -> None:
    """Keep a change of the draft."""
    await db.execute(
        """
        insert into draft_change (edition_id, number, at, actor, kind, edits, undoes)
             values ($1, $2, $3, $4, $5, $6, $7)
        """,
        edition_id,
        change.number,
        change.at,
        change.actor,
        change.kind,
        change.edits,
        change.undoes,
    )


async def delete_sessions(db: Db, edition_id: int, ids: Sequence[UUID]) -> None:
    """Delete sessions of the draft, and who takes part in them."""
    await db.execute(
        "delete from session where edition_id = $1 and id = any($2::uuid[])", edition_id, ids
    )


async def delete_speakers(db: Db, edition_id: int, ids: Sequence[UUID]) -> None:
    """Delete people of the draft."""
    await db.execute(
        "delete from speaker where edition_id = $1 and id = any($2::uuid[])", edition_id, ids
    )


async def delete_tracks(db: Db, edition_id: int, ids: Sequence[UUID]) -> None:
    """Delete tracks of the draft."""
    await db.execute(
        "delete from track where edition_id = $1 and id = any($2::uuid[])", edition_id, ids
    )


async def delete_rooms(db: Db, edition_id: int, ids: Sequence[UUID]) -> None:
    """Delete rooms of the draft."""
    await db.execute(
        "delete from room where edition_id = $1 and id = any($2::uuid[])", edition_id, ids
    )


async def delete_plans(db: Db, edition_id: int, ids: Sequence[UUID]) -> None:
    """Delete plans of the draft."""
    await db.execute(
        "delete from floor_plan where edition_id = $1 and id = any($2::uuid[])", edition_id, ids
    )


async def put_plans(db: Db, edition_id: int, plans: Sequence[PlanPart], edited: int) -> None:
    """Store plans, new or known, as change `edited` made them."""
    await db.executemany(
        """
        insert into floor_plan (edition_id, id, position, title, alt, picture, markers, edited)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (edition_id, id) do update
                set position = excluded.position, title = excluded.title, alt = excluded.alt,
                    picture = excluded.picture, markers = excluded.markers,
                    edited = excluded.edited
        """,
        [
            (
                edition_id,
                one.content.id,
                one.content.position,
                one.content.title,
                one.content.alt,
                one.content.picture,
                one.content.markers,
                edited,
            )
            for one in plans
        ],
    )


async def put_rooms(db: Db, edition_id: int, rooms: Sequence[RoomPart], edited: int) -> None:
    """Store rooms, new or known, as change `edited` made them."""
    await db.executemany(
        """
        insert into room (edition_id, id, slug, name, position, capacity, floor, description,
                          access, availability, edited)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (edition_id, id) do update
                set slug = excluded.slug, name = excluded.name, position = excluded.position,
                    capacity = excluded.capacity, floor = excluded.floor,
                    description = excluded.description, access = excluded.access,
                    availability = excluded.availability, edited = excluded.edited
        """,
        [
            (
                edition_id,
                one.content.id,
                one.content.slug,
                one.content.name,
                one.content.position,
                one.content.capacity,
                one.content.floor,
                one.content.description,
                one.content.access,
                one.backstage.availability,
                edited,
            )
            for one in rooms
        ],
    )


async def put_tracks(db: Db, edition_id: int, tracks: Sequence[TrackPart], edited: int) -> None:
    """Store tracks, new or known, as change `edited` made them."""
    await db.executemany(
        """
        insert into track (edition_id, id, slug, name, position, tint, edited)
             values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (edition_id, id) do update
                set slug = excluded.slug, name = excluded.name, position = excluded.position,
                    tint = excluded.tint, edited = excluded.edited
        """,
        [
            (
                edition_id,
                one.content.id,
                one.content.slug,
                one.content.name,
                one.content.position,
                one.content.tint,
                edited,
            )
            for one in tracks
        ],
    )


async def put_speakers(
    db: Db, edition_id: int, speakers: Sequence[SpeakerPart], edited: int
) -> None:
    """Store people, new or known, as change `edited` made them."""
    await db.executemany(
        """
        insert into speaker (edition_id, id, slug, name, sort_key, organisation, job_title,
                             biography, links, photo, photo_agreed_at, email, language, state,
                             availability, note, registration_id, edited)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                     $18)
        on conflict (edition_id, id) do update
                set slug = excluded.slug, name = excluded.name, sort_key = excluded.sort_key,
                    organisation = excluded.organisation, job_title = excluded.job_title,
                    biography = excluded.biography, links = excluded.links,
                    photo = excluded.photo, photo_agreed_at = excluded.photo_agreed_at,
                    email = excluded.email, language = excluded.language, state = excluded.state,
                    availability = excluded.availability, note = excluded.note,
                    registration_id = excluded.registration_id, edited = excluded.edited
        """,
        [
            (
                edition_id,
                one.content.id,
                one.content.slug,
                one.content.name,
                one.content.sort_key,
                one.content.organisation,
                one.content.job_title,
                one.content.biography,
                one.content.links,
                one.backstage.photo,
                one.backstage.photo_agreed_at,
                one.backstage.email,
                one.backstage.language,
                one.backstage.state,
                one.backstage.availability,
                one.backstage.note,
                one.backstage.registration_id,
                edited,
            )
            for one in speakers
        ],
    )


async def put_sessions(
    db: Db, edition_id: int, sessions: Sequence[SessionPart], edited: int
) -> None:
    """Store sessions, new or known, placed or not, as change `edited` made them."""
    await db.executemany(
        """
        insert into session (edition_id, id, number, slug, type, title, subtitle, abstract,
                             description, language, track_id, room_id, room_no, starts_at, ends_at,
                             minutes, links, url, tags, partners, guides, capacity, sign_up,
                             livestream, cancelled, "overlaps", confirmed, internal_tags, note,
                             expected, edited)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                     (select no from room where edition_id = $1 and id = $12), $13, $14, $15, $16,
                     $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
        on conflict (edition_id, id) do update
                set number = excluded.number, slug = excluded.slug, type = excluded.type,
                    title = excluded.title, subtitle = excluded.subtitle,
                    abstract = excluded.abstract, description = excluded.description,
                    language = excluded.language, track_id = excluded.track_id,
                    room_id = excluded.room_id, room_no = excluded.room_no,
                    starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                    minutes = excluded.minutes, links = excluded.links, url = excluded.url,
                    tags = excluded.tags, partners = excluded.partners, guides = excluded.guides,
                    capacity = excluded.capacity, sign_up = excluded.sign_up,
                    livestream = excluded.livestream, cancelled = excluded.cancelled,
                    "overlaps" = excluded."overlaps", confirmed = excluded.confirmed,
                    internal_tags = excluded.internal_tags, note = excluded.note,
                    expected = excluded.expected, edited = excluded.edited
        """,
        [
            (
                edition_id,
                one.content.id,
                one.content.number,
                one.content.slug,
                one.content.type,
                one.content.title,
                one.content.subtitle,
                one.content.abstract,
                one.content.description,
                one.content.language,
                one.content.track_id,
                one.content.room_id,
                one.content.starts_at,
                one.content.ends_at,
                one.content.minutes,
                one.content.links,
                one.content.url,
                one.content.tags,
                one.content.partners,
                one.content.guides,
                one.content.capacity,
                one.content.sign_up,
                one.content.livestream,
                one.content.cancelled,
                one.content.overlaps,
                one.backstage.confirmed,
                one.backstage.internal_tags,
                one.backstage.note,
                one.backstage.expected,
                edited,
            )
            for one in sessions
        ],
    )


async def delete_participations(db: Db, edition_id: int, session_ids: Sequence[UUID]) -> None:
    """Forget who takes part in these sessions."""
    await db.execute(
        "delete from participation where edition_id = $1 and session_id = any($2::uuid[])",
        edition_id,
        session_ids,
    )


async def insert_participations(db: Db, edition_id: int, sessions: Sequence[SessionPart]) -> None:
    """Store who takes part in these sessions."""
    await db.executemany(
        """
        insert into participation (edition_id, session_id, speaker_id, role, position)
             values ($1, $2, $3, $4, $5)
        """,
        [
            (edition_id, one.content.id, person.speaker_id, person.role, position)
            for one in sessions
            for position, person in enumerate(one.content.people)
        ],
    )


async def is_public_photo(db: Db, edition_id: int, photo: str) -> bool:
    """Say whether somebody in the draft has this photo and agreed that it is shown."""
    return await value(
        db,
        bool,
        """
        select exists (
            select from speaker
             where edition_id = $1 and photo = $2 and photo_agreed_at is not null)
        """,
        edition_id,
        photo,
    )


async def is_public_plan(db: Db, edition_id: int, picture: str) -> bool:
    """Say whether a version that was published shows a plan with this picture, full or small."""
    return await value(
        db,
        bool,
        """
        select exists (
            select
              from programme_version v,
                   jsonb_array_elements(coalesce(v.content -> 'plans', '[]')) plan
             where v.edition_id = $1
               and $2 in (plan -> 'picture' ->> 'full', plan -> 'picture' ->> 'small'))
        """,
        edition_id,
        picture,
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


async def list_last_versions(db: Db, edition_id: int, limit: int) -> list[Published]:
    """Return the last versions with their content, the latest first."""
    return await many(
        db,
        Published,
        """
        select number, note, published_at, content
          from programme_version
         where edition_id = $1
         order by number desc
         limit $2
        """,
        edition_id,
        limit,
    )


async def list_versions(db: Db, edition_id: int) -> list[Listed]:
    """Return the versions without their content, the latest first."""
    return await many(
        db,
        Listed,
        """
        select number, note, published_at, published_by
          from programme_version
         where edition_id = $1
         order by number desc
        """,
        edition_id,
    )


async def insert_version(db: Db, edition_id: int, programme: Programme, actor: str) -> None:
    """Store a version; it never changes."""
    await db.execute(
        """
        insert into programme_version (edition_id, number, note, published_at, content,
                                       published_by)
             values ($1, $2, $3, $4, $5, $6)
        """,
        edition_id,
        programme.version,
        programme.note,
        programme.published_at,
        programme,
        actor,
    )


async def list_publications(db: Db, edition_id: int, limit: int) -> list[Publication]:
    """Return the publications that were planned, the latest first."""
    return await many(
        db,
        Publication,
        """
        select edition_id, id, due_at, note, tell, base_url, actor, made_at, version, refused,
               withdrawn_at
          from publication
         where edition_id = $1
         order by made_at desc, id desc
         limit $2
        """,
        edition_id,
        limit,
    )


async def list_due(db: Db, at: datetime) -> list[Publication]:
    """Return the publications of all editions whose time has come, the earliest first."""
    return await many(
        db,
        Publication,
        """
        select edition_id, id, due_at, note, tell, base_url, actor, made_at, version, refused,
               withdrawn_at
          from publication
         where due_at <= $1 and version is null and refused is null and withdrawn_at is null
         order by due_at, id
        """,
        at,
    )


async def insert_publication(db: Db, planned: Publication) -> None:
    """Store a publication to come."""
    await db.execute(
        """
        insert into publication (edition_id, id, due_at, note, tell, base_url, actor, made_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        planned.edition_id,
        planned.id,
        planned.due_at,
        planned.note,
        planned.tell,
        planned.base_url,
        planned.actor,
        planned.made_at,
    )


async def withdraw_publications(db: Db, edition_id: int, at: datetime) -> None:
    """Withdraw what is planned."""
    await db.execute(
        """
        update publication
           set withdrawn_at = $2
         where edition_id = $1 and version is null and refused is null and withdrawn_at is null
        """,
        edition_id,
        at,
    )


async def withdraw_publication(db: Db, edition_id: int, publication_id: UUID, at: datetime) -> bool:
    """Withdraw one publication, which may be withdrawn already; say whether it was not made."""
    return await value(
        db,
        bool,
        """
        with ended as (
            update publication
               set withdrawn_at = coalesce(withdrawn_at, $3)
             where edition_id = $1 and id = $2 and version is null and refused is null
         returning 1)
        select exists (select 1 from ended)
        """,
        edition_id,
        publication_id,
        at,
    )


async def claim_publication(db: Db, edition_id: int, publication_id: UUID) -> bool:
    """Hold a publication that is still planned until the transaction ends; say whether it is."""
    return await value(
        db,
        bool,
        """
        with held as (
            select 1
              from publication
             where edition_id = $1 and id = $2
               and version is null and refused is null and withdrawn_at is null
               for update skip locked)
        select exists (select 1 from held)
        """,
        edition_id,
        publication_id,
    )


async def finish_publication(db: Db, edition_id: int, publication_id: UUID, version: int) -> None:
    """Record the version that a publication made."""
    await db.execute(
        "update publication set version = $3 where edition_id = $1 and id = $2",
        edition_id,
        publication_id,
        version,
    )


async def refuse_publication(db: Db, edition_id: int, publication_id: UUID, why: str) -> None:
    """Record why a publication was not made."""
    await db.execute(
        "update publication set refused = $3 where edition_id = $1 and id = $2",
        edition_id,
        publication_id,
        why,
    )


async def find_preview(db: Db, edition_id: int) -> str | None:
    """Return the token of the link to the draft; None without a link."""
    return await value(
        db,
        str | None,  # type: ignore[arg-type]
        "select max(token) from preview where edition_id = $1",
        edition_id,
    )


async def put_preview(db: Db, edition_id: int, token: str, at: datetime, actor: str) -> None:
    """Store the link to the draft, over the one before."""
    await db.execute(
        """
        insert into preview (edition_id, token, made_at, made_by)
             values ($1, $2, $3, $4)
        on conflict (edition_id) do update
                set token = excluded.token, made_at = excluded.made_at, made_by = excluded.made_by
        """,
        edition_id,
        token,
        at,
        actor,
    )


async def delete_preview(db: Db, edition_id: int) -> None:
    """End the link to the draft."""
    await db.execute("delete from preview where edition_id = $1", edition_id)


async def insert_import(
    db: Db, edition_id: int, import_id: UUID, file: Resting, at: datetime, actor: str
) -> None:
    """Keep a file that may become the draft."""
    await db.execute(
        """
        insert into programme_import (edition_id, id, name, content, made_at, made_by)
             values ($1, $2, $3, $4, $5, $6)
        """,
        edition_id,
        import_id,
        file.name,
        file.content,
        at,
        actor,
    )


async def find_import(db: Db, edition_id: int, import_id: UUID, since: datetime) -> Resting | None:
    """Return a file that was kept after `since`."""
    return await maybe(
        db,
        Resting,
        """
        select name, content
          from programme_import
         where edition_id = $1 and id = $2 and made_at > $3
        """,
        edition_id,
        import_id,
        since,
    )


async def sweep_imports(db: Db, before: datetime) -> None:
    """Delete the files that were kept before a moment."""
    await db.execute("delete from programme_import where made_at <= $1", before)


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this package keeps of an edition; for demonstrations and purges."""
    await db.execute(
        """
        with no_people as (delete from participation where edition_id = $1),
             no_sessions as (delete from session where edition_id = $1),
             no_speakers as (delete from speaker where edition_id = $1),
             no_tracks as (delete from track where edition_id = $1),
             no_travel as (delete from travel where edition_id = $1),
             no_settings as (delete from conflict_setting where edition_id = $1),
             no_plans as (delete from publication where edition_id = $1),
             no_preview as (delete from preview where edition_id = $1),
             no_imports as (delete from programme_import where edition_id = $1),
             no_changes as (delete from draft_change where edition_id = $1),
             no_floor_plans as (delete from floor_plan where edition_id = $1),
             no_rooms as (delete from room where edition_id = $1),
             no_sign_ups as (delete from sign_up where edition_id = $1),
             no_seatings as (delete from seating where edition_id = $1),
             no_terms as (delete from sign_up_terms where edition_id = $1)
        delete from programme_version where edition_id = $1
        """,
        edition_id,
    )
