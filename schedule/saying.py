"""Conflicts and changes of a draft in words, for those who edit it. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

import msgspec
from babel import Locale
from msgspec import Struct

from forum.core.i18n import N_, Words
from forum.core.text import pick
from schedule.conflicts import OF_CONTENT, Conflict
from schedule.edits import DraftChange, Edit, PartKind, SessionPart
from schedule.models import ConflictCode, Draft, Level, Session

TOLD: Mapping[ConflictCode, str] = {
    ConflictCode.ROOM_TAKEN: N_(
        "%(room)s: “%(session)s” (%(time)s) begins before “%(other)s” (%(other_time)s) ends."
    ),
    ConflictCode.ROOM_UNAVAILABLE: N_("%(room)s is not available for “%(session)s” (%(time)s)."),
    ConflictCode.ROOM_TOO_SMALL: N_(
        "%(room)s has %(there)d seats, “%(session)s” needs %(wanted)d."
    ),
    ConflictCode.PERSON_IN_TWO_PLACES: N_(
        "%(person)s is needed at “%(session)s” (%(time)s) before “%(other)s” (%(other_time)s) ends."
    ),
    ConflictCode.PERSON_UNAVAILABLE: N_(
        "%(person)s is not available for “%(session)s” (%(time)s)."
    ),
    ConflictCode.PERSON_UNCONFIRMED: N_("%(person)s has not confirmed “%(session)s” (%(time)s)."),
    ConflictCode.WALK_TOO_SHORT: N_(
        "%(person)s has %(there)d min to walk from “%(other)s” to “%(session)s” (%(time)s)"
        " and needs %(wanted)d."
    ),
    ConflictCode.WITHOUT_MODERATOR: N_("Nobody moderates “%(session)s”."),
    ConflictCode.WITHOUT_ROOM: N_("“%(session)s” (%(time)s) has no room."),
    ConflictCode.BREAK_OVERLAPPED: N_(
        "“%(session)s” (%(time)s) is held during “%(other)s” (%(other_time)s)."
    ),
    ConflictCode.OUTSIDE_THE_DAYS: N_(
        "“%(session)s” (%(time)s) is outside the days of the edition."
    ),
    ConflictCode.TRACK_MISSING: N_("“%(session)s” has no track."),
    ConflictCode.TEXT_MISSING: N_("“%(session)s” lacks its title or abstract in %(languages)s."),
    ConflictCode.OVER_CAPACITY: N_(
        "“%(session)s”: %(wanted)d people have signed up for %(there)d seats."
    ),
}
"""What each kind of conflict says."""
DASH = "\u00a0– "
ROOMLESS = N_("no room")
COMMAND = N_("A command")
GONE = N_("Somebody who has left the team")


class ToldConflict(Struct, frozen=True, kw_only=True):
    """A conflict with what it says to people."""

    code: ConflictCode
    level: Level
    session_id: UUID
    other_id: UUID | None
    room_id: UUID | None
    speaker_id: UUID | None
    said: str


class ToldChange(Struct, frozen=True, kw_only=True):
    """A change with who made it (`own`: whoever asks) and what it says to people.

    `edits` are those of `DraftChange`, as JSON has them.
    """

    number: int
    at: datetime
    who: str
    own: bool
    kind: str
    said: str
    undoes: int | None
    edits: list[dict[str, Any]]


class Teller:
    """Says what is wrong in a draft, and what changed in it, in one language."""

    def __init__(self, draft: Draft, words: Words, zone: tzinfo) -> None:
        self.words = words
        self.zone = zone
        self.sessions = {one.id: one for one in draft.sessions}
        self.rooms = {one.id: one.name for one in draft.rooms}
        self.people = {one.id: one.name for one in draft.speakers}

    def conflict(self, one: Conflict) -> ToldConflict:
        """Tell a conflict of this draft."""
        said = self.words.gettext(TOLD[one.code]) % self._named(one)
        return ToldConflict(
            code=one.code,
            level=one.level,
            session_id=one.session_id,
            other_id=one.other_id,
            room_id=one.room_id,
            speaker_id=one.speaker_id,
            said=said,
        )

    def conflicts(self, found: Sequence[Conflict]) -> list[ToldConflict]:
        """Tell conflicts of this draft: those that block, those of places, those of contents."""
        told = [self.conflict(one) for one in found]
        return sorted(told, key=lambda one: (one.level is not Level.BLOCK, one.code in OF_CONTENT))

    def _named(self, one: Conflict) -> dict[str, Any]:
        session, other = (
            self.sessions[one.session_id],
            self.sessions.get(one.other_id or UUID(int=0)),
        )
        return {
            "session": self.title(session),
            "time": self.span(session),
            "other": self.title(other) if other else "",
            "other_time": self.span(other) if other else "",
            "room": self.rooms.get(one.room_id, "") if one.room_id else "",
            "person": self.people.get(one.speaker_id, "") if one.speaker_id else "",
            "languages": ", ".join(self._language(tag) for tag in one.languages),
            "wanted": one.wanted or 0,
            "there": one.there or 0,
        }

    def _language(self, tag: str) -> str:
        name = Locale.parse(tag).get_display_name(self.words.language)
        return name or tag

    def title(self, session: Session) -> str:
        """Return a session's title."""
        return pick(session.title, self.words.language)

    def span(self, session: Session) -> str:
        """Return when a session is held: `mardi 23 mars, 9 h 30 – 10 h 15`; '' while unplaced."""
        if session.starts_at is None or session.ends_at is None:
            return ""
        day = self.words.day(session.starts_at.astimezone(self.zone).date())
        times = (self.words.time(at, self.zone) for at in (session.starts_at, session.ends_at))
        return f"{day}, {DASH.join(times)}"

    def place(self, session: Session) -> str:
        """Return when and where a session is held."""
        room = self.rooms.get(session.room_id) if session.room_id else None
        return f"{self.span(session)}, {room or self.words.gettext(ROOMLESS)}"

    def change(self, one: DraftChange, *, who: Mapping[str, str], asks: str) -> ToldChange:
        """Tell a change; `who` names the members of the team by actor, `asks` is who asks."""
        said = self.words.gettext(COMMAND if one.actor == "command" else GONE)
        return ToldChange(
            number=one.number,
            at=one.at,
            who=who.get(one.actor, said),
            own=one.actor == asks,
            kind=one.kind,
            said=self.edits(one.edits),
            undoes=one.undoes,
            edits=msgspec.to_builtins(one.edits),
        )

    def edits(self, edits: Sequence[Edit]) -> str:
        """Say what edits do: one session by its name, more than one by how many they are."""
        _, n = self.words.gettext, self.words.ngettext
        sessions = [one for one in edits if one.kind is PartKind.SESSION]
        if len(edits) == 1 and sessions:
            return self._edit(sessions[0])
        if len(sessions) == len(edits):
            count = len(sessions)
            return n("%(n)d session changed", "%(n)d sessions changed", count) % {"n": count}
        if all(one.kind is PartKind.PLAN for one in edits):
            return _("Plans changed")
        if sessions:
            return _("Sessions, rooms, tracks or people changed")
        return _("Rooms, tracks or people changed")

    def _edit(self, edit: Edit) -> str:
        _ = self.words.gettext
        before = edit.before.content if isinstance(edit.before, SessionPart) else None
        after = edit.after.content if isinstance(edit.after, SessionPart) else None
        named = after or before
        if named is None:
            raise ValueError("an edit has a part before or after")
        title = self.title(named)
        if after is None:
            return _("“%(session)s” removed") % {"session": title}
        if before is None:
            return _("“%(session)s” added") % {"session": title}
        was = (before.starts_at, before.room_id, before.minutes)
        if was == (after.starts_at, after.room_id, after.minutes):
            return _("“%(session)s” edited") % {"session": title}
        if after.starts_at is None:
            return _("“%(session)s” taken out of the grid") % {"session": title}
        return _("“%(session)s” placed: %(place)s") % {"session": title, "place": self.place(after)}
