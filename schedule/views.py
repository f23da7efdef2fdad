"""What the pages of the programme show: values of a published version, in one language."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from babel import Locale, UnknownLocaleError

from forum.core.i18n import Words
from forum.core.text import fold, pick
from schedule import plans
from schedule.asking import Arrangement, Asked
from schedule.grid import grid
from schedule.models import (
    Access,
    Programme,
    Room,
    Session,
    SessionType,
    Speaker,
    SpeakerRole,
    Track,
)
from schedule.present import Present
from schedule.rules import in_order, programme_day
from schedule.seating import Seating, takes_sign_ups
from schedule.vocabulary import role_name, type_name

View = dict[str, Any]
MOST_TAGS = 15
"""The most tags that the filters offer: the most used ones. Sessions lead to all of theirs."""
MOST_IN_BRIEF = 6
"""The most sessions that a block beside other things shows of what is on, and of what is next."""
MOST_ON_ONE_PAGE = 120
"""The most people that the list of speakers shows at once; above that it turns letter by letter."""
OTHERS = "#"
"""The letter of names that begin with none."""


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
        """Return the days on which sessions are placed, in order; else the edition's first."""
        starts = [one.starts_at for one in self.programme.sessions if one.starts_at]
        return sorted({programme_day(start, self.programme.zone) for start in starts}) or [
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
            "slug": session.slug,
            "path": f"/{self.programme.edition}/sessions/{session.slug}",
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "times": self._times(session),
            "room": room.name if room else None,
            "track": self.track(track) if track else None,
            "language": self._language(session.language),
            "sign_up": session.sign_up and not session.cancelled,
            "people": [
                self._person(self.speakers[one.speaker_id], one.role) for one in session.people
            ],
            "cancelled": session.cancelled,
            "seats": self._seats(session),
        }

    def whole_session(self, session: Session) -> View:
        """Return a session as its own page shows it."""
        text = self._in(session.abstract) or self._in(session.description)
        room = self.rooms.get(session.room_id) if session.room_id else None
        guides = {one.slug: one for one in self.programme.guides}
        return {
            **self.session(session),
            "abstract": _paragraphs(text),
            "place": self._place(room) if room else None,
            "tags": session.tags,
            "partners": session.partners,
            "guides": [
                {"title": self._in(guides[slug].title), "path": guides[slug].path}
                for slug in session.guides
                if slug in guides
            ],
            "capacity": session.capacity,
            "livestream": session.livestream,
            "links": session.links,
            "ics_path": f"/{self.programme.edition}/sessions/{session.slug}.ics",
        }

    def track(self, track: Track) -> View:
        """Return a track: name, slug, tint."""
        return {"slug": track.slug, "name": self._in(track.name), "tint": track.tint}

    def choices(self, asked: Asked) -> View:
        """Return what the filters offer: pairs of value and name, of what the programme holds."""
        sessions = [one for one in self.programme.sessions if one.starts_at]
        types = {one.type for one in sessions}
        spoken = {one.language for one in sessions if one.language}
        rooms = {one.room_id for one in sessions}
        tags = Counter(tag for one in sessions for tag in one.tags)
        shown = {tag for tag, _ in tags.most_common(MOST_TAGS)} | ({asked.tag} & {*tags})
        return {
            "track": [(one.slug, self._in(one.name)) for one in self.programme.tracks],
            "type": [
                (one.value, type_name(one, self.words.language))
                for one in SessionType
                if one in types and one is not SessionType.BREAK
            ],
            "language": [(tag, self._named(tag)) for tag in sorted(spoken)]
            if len(spoken) > 1
            else [],
            "room": [(one.slug, one.name) for one in self.programme.rooms if one.id in rooms],
            "tag": [(tag, tag) for tag in sorted(shown, key=fold)],
            "sign_up": any(one.sign_up for one in sessions),
        }

    def found(self, asked: Asked, day: date | None) -> list[Session]:
        """Return the placed sessions that match, in order; None for `day` means every day."""
        wanted = fold(asked.q).split()
        chosen = set(asked.sessions) if asked.view is Arrangement.MINE else None
        return [
            one
            for one in in_order(self.programme.sessions, self.programme.rooms)
            if one.starts_at is not None
            and (chosen is None or one.slug in chosen)
            and (day is None or programme_day(one.starts_at, self.programme.zone) == day)
            and self._passes(one, asked)
            and (not wanted or self._holds(one, wanted))
        ]

    def slots(self, sessions: Iterable[Session]) -> list[View]:
        """Return sessions, which are in order, by their start."""
        zone = self.programme.zone
        return [
            {
                "day": programme_day(start, zone),
                "heading": self.words.time(start, zone),
                "tint": None,
                "sessions": [self.session(one) for one in some],
            }
            for start, some in groupby(sessions, lambda one: one.starts_at)
            if start is not None
        ]

    def themes(self, sessions: Iterable[Session]) -> list[View]:
        """Return sessions by day, then track; those of none come last, and breaks are left out."""
        zone = self.programme.zone
        order = {track.id: place for place, track in enumerate(self.programme.tracks)}
        last = len(order)
        by_theme: dict[tuple[date, int], list[Session]] = {}
        for one in sessions:
            if one.starts_at is not None and one.type is not SessionType.BREAK:
                place = order.get(one.track_id, last) if one.track_id else last
                by_theme.setdefault((programme_day(one.starts_at, zone), place), []).append(one)
        made = []
        for (day, place), some in sorted(by_theme.items()):
            track = self.programme.tracks[place] if place < last else None
            name = self._in(track.name) if track else self.words.gettext("Other sessions")
            made.append(
                {
                    "day": day,
                    "heading": name,
                    "tint": track.tint if track else None,
                    "sessions": [self.session(one) for one in some],
                }
            )
        return made

    def grids(self, sessions: Iterable[Session]) -> list[View]:
        """Return a table of rooms and beginnings for each day of the given sessions."""
        zone = self.programme.zone
        by_day: dict[date, list[Session]] = {}
        for one in sessions:
            if one.starts_at is not None:
                by_day.setdefault(programme_day(one.starts_at, zone), []).append(one)
        elsewhere = self.words.gettext("Elsewhere")
        made = []
        for day in sorted(by_day):
            table = grid(by_day[day], self.programme.rooms)
            rows = [
                {
                    "heading": self.words.time(row.starts_at, zone),
                    "across": [self.session(one) for one in row.across],
                    "cells": [
                        {
                            "room": cell.room.name if cell.room else elsewhere,
                            "rows": cell.rows,
                            "sessions": [self.session(one) for one in cell.sessions],
                        }
                        for cell in row.cells
                    ],
                }
                for row in table.rows
            ]
            columns = [room.name if room else elsewhere for room in table.columns]
            made.append({"day": day, "columns": columns, "rows": rows})
        return made

    def plans(self) -> list[View]:
        """Return the plans of the venue: pictures with their addresses, and the rooms on each."""
        path = f"/{self.programme.edition}/plans/"
        return [
            {
                "title": self._in(plan.title),
                "alt": self._in(plan.alt),
                "path": path + plan.picture.full,
                "small": path + plan.picture.small,
                "wide": plan.picture.width_px,
                "high": plan.picture.height_px,
                "dots": plans.dots(plan.markers, self.programme.rooms),
            }
            for plan in self.programme.plans
            if plan.picture
        ]

    def floors(self) -> list[View]:
        """Return the rooms floor by floor, in order of the first room of each, with their numbers.

        A number is None where no plan shows the room.
        """
        marked = {one.room_id for plan in self.programme.plans for one in plan.markers}
        numbers = plans.numbers(self.programme.rooms)
        by_floor: dict[str, list[View]] = {}
        for room in self.programme.rooms:
            view = {
                **self._place(room),
                "name": room.name,
                "slug": room.slug,
                "capacity": room.capacity,
                "number": numbers[room.id] if room.id in marked else None,
            }
            by_floor.setdefault(self._floor(room), []).append(view)
        return [{"name": name, "rooms": rooms} for name, rooms in by_floor.items()]

    def present(self, present: Present, most: int | None = None) -> View:
        """Return what is on and what comes next, `most` of each; `more` says if some are not."""
        cut = slice(most)
        elsewhere = present.following_day and present.following_day != present.today
        return {
            "during": present.during,
            "now": [self.session(one) for one in present.now[cut]],
            "following": [self.session(one) for one in present.following[cut]],
            "following_day": present.following_day if elsewhere else None,
            "more": len(present.now[cut]) + len(present.following[cut])
            < len(present.now) + len(present.following),
        }

    def whole_speaker(self, speaker: Speaker) -> View:
        """Return a person as their own page shows them, with all their sessions and roles."""
        held = [
            {**self.session(session), "role": role_name(one.role, self.words.language)}
            for session in in_order(self.programme.sessions, self.programme.rooms)
            for one in session.people
            if one.speaker_id == speaker.id
        ]
        return {
            **self._person(speaker, SpeakerRole.SPEAKER),
            "biography": _paragraphs(self._in(speaker.biography)),
            "links": speaker.links,
            "sessions": held,
        }

    def letters(self, q: str) -> list[View]:
        """Return the people whose name or organisation holds the words of `q`, by letter."""
        wanted = fold(q).split()
        shown = [
            one
            for one in self.programme.speakers
            if all(word in fold(f"{one.name} {one.organisation or ''}") for word in wanted)
        ]
        shown.sort(key=lambda one: (_letter(one) == OTHERS, one.sort_key))
        return [
            {
                "letter": letter,
                "people": [self._person(one, SpeakerRole.SPEAKER) for one in some],
            }
            for letter, some in groupby(shown, _letter)
        ]

    def _passes(self, session: Session, asked: Asked) -> bool:
        track = self.tracks.get(session.track_id) if session.track_id else None
        room = self.rooms.get(session.room_id) if session.room_id else None
        return (
            (not asked.track or (track is not None and track.slug == asked.track))
            and (not asked.room or (room is not None and room.slug == asked.room))
            and (not asked.type or session.type == asked.type)
            and (not asked.language or session.language == asked.language)
            and (not asked.tag or asked.tag in session.tags)
            and (not asked.sign_up or session.sign_up)
        )

    def _holds(self, session: Session, wanted: Sequence[str]) -> bool:
        people = [self.speakers[one.speaker_id] for one in session.people]
        texts = [
            *session.title.values(),
            *session.subtitle.values(),
            *session.abstract.values(),
            *session.tags,
            *(one.name for one in session.partners),
            *(f"{one.name} {one.organisation or ''}" for one in people),
        ]
        whole = fold(" ".join(texts))
        return all(word in whole for word in wanted)

    def _person(self, speaker: Speaker, role: SpeakerRole) -> View:
        about = ", ".join(filter(None, [speaker.job_title, speaker.organisation]))
        path = f"/{self.programme.edition}/speakers/{speaker.slug}"
        return {
            "name": speaker.name,
            "role": "" if role is SpeakerRole.SPEAKER else role_name(role, self.words.language),
            "organisation": about,
            "biography": self._in(speaker.biography),
            "path": path,
            "photo": f"{path}/photo" if speaker.photo else None,
        }

    def _seats(self, session: Session) -> View | None:
        """Return how many seats there are and how many are left; None without sign-up."""
        if not takes_sign_ups(session):
            return None
        seating = self.seats.get(session.id)
        return {"capacity": session.capacity, "left": seating.left if seating else None}

    def _place(self, room: Room) -> View:
        said = {
            Access.STEP_FREE: self.words.gettext("step-free access"),
            Access.HEARING_LOOP: self.words.gettext("hearing loop"),
        }
        return {
            "path": f"/{self.programme.edition}/rooms#{room.slug}",
            "floor": self._floor(room),
            "access": [said[one] for one in Access if one in room.access],
            "description": self._in(room.description),
        }

    def _floor(self, room: Room) -> str:
        """Return the floor: `niveau 1` where it is a number, else as it is called."""
        if room.floor and re.fullmatch(r"[+-]?\d+", room.floor):
            return self.words.gettext("level %(number)s") % {"number": room.floor}
        return room.floor or ""

    def _times(self, session: Session) -> str:
        if session.starts_at is None or session.ends_at is None:
            return ""
        zone = self.programme.zone
        ends = (self.words.time(one, zone) for one in (session.starts_at, session.ends_at))
        return "\u202f–\u202f".join(ends)

    def _in(self, text: dict[str, str]) -> str:
        return pick(text, self.words.language, self.programme.language)

    def _language(self, tag: str | None) -> str:
        """Return a language's name, said only where it is not the page's."""
        return "" if not tag or tag == self.words.language else self._named(tag)

    def _named(self, tag: str) -> str:
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


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _letter(speaker: Speaker) -> str:
    first = speaker.sort_key[:1].upper()
    return first if "A" <= first <= "Z" else OTHERS
