"""What the pages of the programme show: values of a published version, in one language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from babel import Locale, UnknownLocaleError

from forum.core.i18n import Words
from forum.core.text import fold, pick
from schedule.models import Programme, Room, Session, SessionType, Speaker, SpeakerRole, Track
from schedule.rules import programme_day
from schedule.seating import Seating, takes_sign_ups
from schedule.vocabulary import role_name, type_name

View = dict[str, Any]


class Viewer:
    """Turns the parts of one version into views, in one language."""

    def __init__(
        self, programme: Programme, words: Words, seats: Mapping[UUID, Seating] | None = None
    ) -> None:
        self.programme = programme
        self.words = words
        self.seats = seats or {}
        self.rooms: dict[UUID, Room] = {one.id: one for one in programme.rooms}
        self.tracks: dict[UUID, Track] = {one.id: one for one in programme.tracks}
        self.speakers: dict[UUID, Speaker] = {one.id: one for one in programme.speakers}

    def days(self) -> list[date]:
        """Return the days on which sessions are held, in order; else the edition's."""
        zone = self.programme.zone
        starts = [s.starts_at for s in self.programme.sessions if s.starts_at and not s.cancelled]
        return sorted({programme_day(start, zone) for start in starts}) or [
            self.programme.starts_on
        ]

    def session(self, session: Session) -> View:
        """Return a session as the programme's page shows it."""
        room = self.rooms.get(session.room_id) if session.room_id else None
        track = self.tracks.get(session.track_id) if session.track_id else None
        return {
            "kind": session.type,
            "type": type_name(session.type, self.words.language),
            "title": self._in(session.title),
            "subtitle": self._in(session.subtitle),
            "path": f"/{self.programme.edition}/sessions/{session.slug}",
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "room": room.name if room else None,
            "track": self.track(track) if track else None,
            "people": [
                self._person(self.speakers[one.speaker_id], one.role) for one in session.people
            ],
            "cancelled": session.cancelled,
            "seats": self._seats(session),
        }

    def whole_session(self, session: Session) -> View:
        """Return a session as its own page shows it."""
        text = self._in(session.abstract) or self._in(session.description)
        return {
            **self.session(session),
            "abstract": [line.strip() for line in text.split("\n") if line.strip()],
            "language": self._language(session.language),
            "links": session.links,
            "ics_path": f"/{self.programme.edition}/sessions/{session.slug}.ics",
        }

    def track(self, track: Track) -> View:
        """Return a track: name, slug, tint."""
        return {"slug": track.slug, "name": self._in(track.name), "tint": track.tint}

    def all_tracks(self) -> list[View]:
        """Return the tracks in order."""
        return [self.track(track) for track in self.programme.tracks]

    def slots(self, *, day: date | None, track: str, q: str) -> list[View]:
        """Return the sessions that match, by start; None for `day` means every day."""
        wanted = fold(q).split()
        found: dict[datetime, list[View]] = {}
        for session in self.programme.sessions:
            if session.starts_at is None or not self._matches(session, day, track, wanted):
                continue
            found.setdefault(session.starts_at, []).append(self.session(session))
        zone = self.programme.zone
        return [
            {"day": programme_day(start, zone), "starts_at": start, "sessions": found[start]}
            for start in sorted(found)
        ]

    def _matches(
        self, session: Session, day: date | None, track: str, wanted: Sequence[str]
    ) -> bool:
        if session.starts_at is None:
            return False
        if day is not None and programme_day(session.starts_at, self.programme.zone) != day:
            return False
        of_track = self.tracks.get(session.track_id) if session.track_id else None
        if track and (of_track is None or of_track.slug != track):
            return False
        return not wanted or self._holds(session, wanted)

    def _holds(self, session: Session, wanted: Sequence[str]) -> bool:
        people = [self.speakers[one.speaker_id] for one in session.people]
        texts = [
            *session.title.values(),
            *session.subtitle.values(),
            *session.abstract.values(),
            *(f"{one.name} {one.organisation or ''}" for one in people),
        ]
        whole = fold(" ".join(texts))
        return all(word in whole for word in wanted)

    def _person(self, speaker: Speaker, role: SpeakerRole) -> View:
        about = ", ".join(filter(None, [speaker.job_title, speaker.organisation]))
        return {
            "name": speaker.name,
            "role": "" if role is SpeakerRole.SPEAKER else role_name(role, self.words.language),
            "organisation": about,
            "biography": self._in(speaker.biography),
        }

    def _seats(self, session: Session) -> View | None:
        """Return how many seats there are and how many are left; None without sign-up."""
        if not takes_sign_ups(session):
            return None
        seating = self.seats.get(session.id)
        return {"capacity": session.capacity, "left": seating.left if seating else None}

    def _in(self, text: dict[str, str]) -> str:
        return pick(text, self.words.language, self.programme.language)

    def _language(self, tag: str | None) -> str:
        """Return a language's name, said only where it is not the page's."""
        if not tag or tag == self.words.language:
            return ""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self.words.language) or tag
        except (UnknownLocaleError, ValueError):
            return tag


def highlights(programme: Programme, words: Words, most: int) -> list[View]:
    """Return up to `most` sessions that a home page shows: plenaries and keynotes first."""
    viewer = Viewer(programme, words)
    order = [SessionType.PLENARY, SessionType.KEYNOTE, SessionType.ROUND_TABLE]
    chosen = [
        session
        for kind in order
        for session in programme.sessions
        if session.type is kind and not session.cancelled and session.starts_at
    ][:most]
    views = []
    for session in sorted(chosen, key=lambda one: (one.starts_at, one.number)):
        if session.starts_at is None:
            continue
        view = viewer.session(session)
        day = words.day(session.starts_at.astimezone(programme.zone))
        view["when"] = f"{day}, {words.time(session.starts_at, programme.zone)}"
        views.append(view)
    return views
