"""The programme of the demonstration: two days in Toulouse, as an editor's draft."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from forum.core.text import slug, sort_key
from forum.demo.cast import Member, cast
from forum.demo.contents import both, read
from schedule.models import (
    Access,
    Draft,
    Participation,
    Room,
    Session,
    SessionType,
    Speaker,
    SpeakerBackstage,
    SpeakerRole,
    Track,
)

TIMEZONE = "Europe/Paris"
NAMESPACE = UUID("6f1d3b1e-6f0a-5a52-9c39-2f6d6f727564")
"""What every id of the demonstration is derived from (RFC 9562, UUID version 5)."""


def identity(kind: str, name: str) -> UUID:
    """Return the id of the `kind` (room, track, speaker, session, guide) called `name`."""
    return uuid5(NAMESPACE, f"{kind}/{name}")


def draft(starts_on: date, seed: int = 2027) -> Draft:
    """Return the whole programme with `starts_on` as its first day.

    Rooms, tracks and sessions never change but for their dates; `seed` draws the speakers' names.
    """
    table = read("programme")
    title = read("edition")
    members = cast(seed)
    return Draft(
        title=both(title["fr"]["title"], title["en"]["title"]),
        timezone=TIMEZONE,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        rooms=[room(row, position) for position, row in enumerate(table["rooms"])],
        tracks=[track(row, position) for position, row in enumerate(table["tracks"])],
        speakers=sorted(map(speaker, members), key=lambda one: (one.sort_key, one.slug)),
        sessions=[
            session(row, number, starts_on, {member.key: member for member in members})
            for number, row in enumerate(table["sessions"], start=1)
        ],
        backstage_of_speakers={
            identity("speaker", one.slug): SpeakerBackstage(email=f"{one.slug}@example.org")
            for one in members
        },
    )


def room(row: dict[str, Any], position: int) -> Room:
    """Return one room of the data file."""
    return Room(
        id=identity("room", row["slug"]),
        slug=row["slug"],
        name=row["name"],
        position=position,
        capacity=row["capacity"],
        floor=row["floor"],
        description=both(row["fr"], row["en"]),
        access=[Access(one) for one in row["access"]],
    )


def track(row: dict[str, Any], position: int) -> Track:
    """Return one track of the data file."""
    return Track(
        id=identity("track", row["slug"]),
        slug=row["slug"],
        name=both(row["fr"], row["en"]),
        position=position,
        tint=row["tint"],
    )


def speaker(member: Member) -> Speaker:
    """Return the speaker that a member of the cast is."""
    return Speaker(
        id=identity("speaker", member.slug),
        slug=member.slug,
        name=member.name.full,
        sort_key=sort_key(member.name.family, member.name.given),
        organisation=member.organisation,
        job_title=member.job_title,
        biography=member.biography,
    )


def session(
    row: dict[str, Any], number: int, starts_on: date, members: dict[str, Member]
) -> Session:
    """Return one session of the data file; its number is its place in the file, from 1."""
    title = both(row["fr"]["title"], row["en"]["title"])
    name = slug(title["fr"])
    day = starts_on + timedelta(days=row["day"] - 1)
    local = datetime.combine(day, row["starts_at"], tzinfo=ZoneInfo(TIMEZONE))
    return Session(
        id=identity("session", name),
        number=number,
        slug=name,
        type=SessionType(row["type"]),
        title=title,
        subtitle=both(row["fr"]["subtitle"], row["en"]["subtitle"]),
        abstract=both(row["fr"]["abstract"], row["en"]["abstract"]),
        language=row.get("language", "fr"),
        track_id=identity("track", row["track"]) if "track" in row else None,
        room_id=identity("room", row["room"]),
        starts_at=local.astimezone(UTC),
        minutes=row["minutes"],
        capacity=row.get("seats"),
        sign_up="seats" in row,
        tags=row.get("tags", []),
        guides=row.get("guides", []),
        people=[
            Participation(speaker_id=identity("speaker", members[key].slug), role=role)
            for role in SpeakerRole
            for key in row.get(role.value, [])
        ],
    )
