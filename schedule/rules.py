"""The decisions of the programme: its order, what is in the way, and how it is frozen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace

from forum.core.context import Edition
from schedule.changes import Names, shown
from schedule.models import (
    Draft,
    FloorPlan,
    GuideLink,
    Programme,
    Room,
    Session,
    SessionBackstage,
    Speaker,
    Track,
)
from schedule.naming import next_slug

DAY_CHANGE = timedelta(hours=4)
LONGEST_NIGHT = timedelta(hours=12)
"""A session that starts before four in the morning belongs to the evening before."""

Part = TypeVar("Part", Room, Track, Speaker)
NEVER = datetime.max.replace(tzinfo=UTC)


def programme_day(starts_at: datetime, zone: tzinfo) -> date:
    """Return the day of the programme to which an instant belongs (see `DAY_CHANGE`)."""
    return (starts_at.astimezone(zone) - DAY_CHANGE).date()


def end_at_clock(day: date, minutes: int, starts_at: datetime, zone: tzinfo) -> datetime | None:
    """Return when what starts at `starts_at` ends by the clock, minutes after `day` began; or None.

    An end before the start is past midnight only until the day of the programme changes and within
    `LONGEST_NIGHT`: any other is a mistake, and None.
    """
    found = at_clock(day, minutes, zone)
    if found > starts_at:
        return found
    later = at_clock(day, minutes + 24 * 60, zone)
    night = minutes <= DAY_CHANGE.total_seconds() // 60 and later - starts_at <= LONGEST_NIGHT
    return later if later > starts_at and night else None


def at_clock(day: date, minutes: int, zone: tzinfo) -> datetime:
    """Return the instant of a time on the wall, `minutes` after midnight of `day`, in UTC."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- placed in its zone below
    return (midnight + timedelta(minutes=minutes)).replace(tzinfo=zone).astimezone(UTC)


def in_order(sessions: Iterable[Session], rooms: Iterable[Room]) -> list[Session]:
    """Return `sessions` by start, then room, then number; unplaced ones last, by number."""
    position = {room.id: room.position for room in rooms}
    return sorted(
        sessions,
        key=lambda s: (
            s.starts_at or NEVER,
            position.get(s.room_id, -1) if s.room_id else -1,
            s.number,
        ),
    )


def in_the_way(sessions: Iterable[Session]) -> list[tuple[Session, Session]]:
    """Return each session that starts before an earlier one ends, with the one that ends last.

    The given sessions compete for one thing, a room or a person. Order is by start, then number;
    unplaced and cancelled sessions are in nobody's way. Cost: that of sorting.
    """
    found = []
    last: Session | None = None
    last_end = datetime.min.replace(tzinfo=UTC)
    placed = [s for s in sessions if s.starts_at and not s.cancelled]
    for session in sorted(placed, key=lambda s: (s.starts_at or NEVER, s.number)):
        starts_at, ends_at = session.starts_at or NEVER, session.ends_at or NEVER
        if last and starts_at < last_end:
            found.append((session, last))
        if ends_at > last_end:
            last, last_end = session, ends_at
    return found


def overlapping(sessions: Iterable[Session]) -> dict[UUID, Session]:
    """Return the sessions to mark as overlapping, with the one that each overlaps in its room.

    They are the fewest later ones without which no two sessions share a room at one time.
    """
    by_room: dict[UUID, list[Session]] = defaultdict(list)
    for session in sessions:
        if session.room_id and session.starts_at and not session.cancelled:
            by_room[session.room_id].append(session)
    marked: dict[UUID, Session] = {}
    for competing in by_room.values():
        last: Session | None = None
        for session in sorted(competing, key=lambda s: (s.starts_at or NEVER, s.number)):
            if last and last.ends_at and session.starts_at and session.starts_at < last.ends_at:
                marked[session.id] = last
            else:
                last = session
    return marked


def marked_as_overlapping(session: Session, sessions: Iterable[Session]) -> Session:
    """Return `session`, marked where another is held in its room at its time, else unmarked."""
    starts_at, ends_at = session.starts_at, session.ends_at
    shared = (
        starts_at is not None
        and ends_at is not None
        and session.room_id is not None
        and any(
            other.id != session.id
            and other.room_id == session.room_id
            and not other.cancelled
            and other.starts_at is not None
            and other.ends_at is not None
            and other.starts_at < ends_at
            and starts_at < other.ends_at
            for other in sessions
        )
    )
    return replace(session, overlaps=shared)


def publish(
    draft: Draft,
    edition: Edition,
    *,
    base_url: str,
    at: datetime,
    previous: Programme | None = None,
    note: str = "",
    guides: Sequence[GuideLink] = (),
) -> Programme:
    """Freeze `draft` as the version after `previous`, published at the instant `at` (UTC).

    Unplaced sessions, those not confirmed, people without a session, plans without a picture and
    markers of rooms that are gone are left out, as is all that stays with the editors. A session
    whose content differs from the previous version has the next revision and `changed_at = at`. One
    that was published and is no longer placed stays, cancelled, so that calendars hear of it; its
    number or slug is changed where another session has it now.
    """
    placed = [one for one in draft.sessions if one.starts_at and _confirmed(draft, one)]
    removed = _removed(placed, previous)
    sessions = in_order([*placed, *_without_lost_parts(removed, draft)], draft.rooms)
    wanted = {person.speaker_id for session in sessions for person in session.people}
    known = {one.id: one for one in (previous.speakers if previous else [])}
    known |= {one.id: one for one in draft.speakers}
    speakers = _unique_slugs([known[id_] for id_ in wanted], {one.id for one in draft.speakers})
    programme = Programme(
        edition=edition.slug,
        title=edition.title,
        subtitle=edition.subtitle,
        timezone=edition.timezone,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        languages=edition.languages,
        venue=edition.venue,
        base_url=base_url.rstrip("/"),
        version=previous.version + 1 if previous else 1,
        note=note,
        published_at=at,
        fictitious=edition.fictitious,
        rooms=sorted(draft.rooms, key=lambda room: room.position),
        tracks=sorted(draft.tracks, key=lambda track: track.position),
        speakers=sorted(speakers, key=lambda one: (one.sort_key, str(one.id))),
        sessions=sessions,
        guides=list(guides),
        travel=sorted(draft.travel, key=lambda one: (one.room_a, one.room_b)),
        plans=[
            _with_rooms(one, draft)
            for one in sorted(draft.plans, key=lambda plan: plan.position)
            if one.picture
        ],
    )
    return replace(programme, sessions=_revised(programme, previous, at))


def _with_rooms(plan: FloorPlan, draft: Draft) -> FloorPlan:
    """Return a plan with the markers of rooms that there are."""
    rooms = {room.id for room in draft.rooms}
    return replace(plan, markers=[one for one in plan.markers if one.room_id in rooms])


def as_draft(past: Programme, draft: Draft) -> Draft:
    """Return the draft with the sessions of a version as they were then.

    Rooms, tracks, people and plans of the version are as they were; what it does not hold stays,
    sessions without their time and room. What stays with the editors is kept, but for sessions of
    the version, which are confirmed again.
    """
    held = {session.id for session in past.sessions}
    numbers = {session.number for session in past.sessions}
    slugs = {session.slug for session in past.sessions}
    sessions = list(past.sessions)
    for session in draft.sessions:
        if session.id in held:
            continue
        number, slug = session.number, next_slug(session.slug, slugs)
        while number in numbers:
            number += 1
        numbers.add(number)
        slugs.add(slug)
        sessions.append(
            replace(session, number=number, slug=slug, starts_at=None, room_id=None, overlaps=False)
        )
    known = draft.backstage_of_sessions
    behind = {id_: replace(known.get(id_, SessionBackstage()), confirmed=True) for id_ in held}
    return replace(
        draft,
        rooms=_with_rest(past.rooms, draft.rooms),
        tracks=_with_rest(past.tracks, draft.tracks),
        speakers=_with_rest(past.speakers, draft.speakers),
        sessions=[replace(one, revision=0, changed_at=None) for one in sessions],
        plans=[*past.plans, *_not_among(past.plans, draft.plans)],
        backstage_of_sessions={**known, **behind},
    )


def _not_among(past: Sequence[FloorPlan], now: Sequence[FloorPlan]) -> list[FloorPlan]:
    held = {one.id for one in past}
    return [one for one in now if one.id not in held]


def _with_rest(past: Sequence[Part], now: Sequence[Part]) -> list[Part]:
    """Return the parts of a version, then those of the draft that it lacks under free slugs."""
    held = {one.id for one in past}
    slugs = {one.slug for one in past}
    found = list(past)
    for part in now:
        if part.id in held:
            continue
        slug = next_slug(part.slug, slugs)
        slugs.add(slug)
        found.append(replace(part, slug=slug))
    return found


def _confirmed(draft: Draft, session: Session) -> bool:
    return draft.backstage_of_sessions.get(session.id, SessionBackstage()).confirmed


def _removed(placed: list[Session], previous: Programme | None) -> list[Session]:
    """Return the sessions of `previous` that are gone, cancelled, under free numbers and slugs."""
    kept = {session.id for session in placed}
    numbers = {session.number for session in placed}
    slugs = {session.slug for session in placed}
    gone = [one for one in (previous.sessions if previous else []) if one.id not in kept]
    removed = []
    for session in gone:
        number, slug = session.number, next_slug(session.slug, slugs)
        while number in numbers:
            number += 1
        numbers.add(number)
        slugs.add(slug)
        removed.append(replace(session, cancelled=True, overlaps=False, number=number, slug=slug))
    return removed


def _without_lost_parts(removed: list[Session], draft: Draft) -> list[Session]:
    """Return `removed` without the rooms and tracks that the draft no longer has."""
    rooms = {room.id for room in draft.rooms}
    tracks = {track.id for track in draft.tracks}
    return [
        replace(
            session,
            room_id=session.room_id if session.room_id in rooms else None,
            track_id=session.track_id if session.track_id in tracks else None,
        )
        for session in removed
    ]


def _unique_slugs(speakers: list[Speaker], current: set[UUID]) -> list[Speaker]:
    """Return `speakers`, those of an earlier version under another slug where theirs is taken."""
    taken = {one.slug for one in speakers if one.id in current}
    found = []
    for one in sorted(speakers, key=lambda one: (one.id not in current, str(one.id))):
        slug = one.slug if one.id in current else next_slug(one.slug, taken)
        taken.add(slug)
        found.append(replace(one, slug=slug))
    return found


def _revised(programme: Programme, previous: Programme | None, at: datetime) -> list[Session]:
    """Return the sessions with the revision and the instant at which each last changed."""
    before = {session.id: session for session in previous.sessions} if previous else {}
    names, old_names = Names(programme), Names(previous) if previous else None
    revised = []
    for session in programme.sessions:
        was = before.get(session.id)
        if was is None or old_names is None:
            revised.append(replace(session, revision=0, changed_at=at))
        elif shown(was, old_names) == shown(session, names):
            revised.append(replace(session, revision=was.revision, changed_at=was.changed_at))
        else:
            revised.append(replace(session, revision=was.revision + 1, changed_at=at))
    return revised
