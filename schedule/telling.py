"""What changed between two versions, in words of one language. Values in, sentences out."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from forum.core.i18n import N_, Words
from forum.core.text import pick
from schedule.changes import Change, ChangeKind, changes
from schedule.models import Programme, Speaker, SpeakerRole
from schedule.vocabulary import role_name, type_name


class Told(Struct, frozen=True, kw_only=True):
    """What changed of one session: its title and page, and a sentence for each change."""

    session_id: UUID
    title: str
    path: str
    kinds: list[ChangeKind]
    sentences: list[str]
    cancelled: bool


def differences(
    old: Programme | None,
    new: Programme,
    words: Words,
    *,
    only: Collection[UUID] | None = None,
) -> list[Told]:
    """Return what changed from `old` to `new`, session by session in the order of `new`.

    `only` names the sessions that matter to whoever reads.
    """
    teller = _Teller(old, new, words)
    by_session: dict[UUID, list[Change]] = {}
    for change in changes(old, new):
        if only is None or change.session_id in only:
            by_session.setdefault(change.session_id, []).append(change)
    return [teller.told(id_, found) for id_, found in by_session.items()]


PLAIN = {
    ChangeKind.CANCELLED: N_("Cancelled."),
    ChangeKind.RESTORED: N_("Held after all."),
    ChangeKind.ABSTRACT: N_("The text is another."),
}
"""The changes of which nothing more is told."""


class _Teller:
    def __init__(self, old: Programme | None, new: Programme, words: Words) -> None:
        self.new = new
        self.words = words
        both = [one for one in (old, new) if one is not None]
        self.rooms = {room.id: room.name for one in both for room in one.rooms}
        self.speakers = {person.id: person for one in both for person in one.speakers}
        self.sessions = {session.id: session for one in both for session in one.sessions}
        self.fields = {
            "track_id": words.gettext("theme"),
            "type": words.gettext("kind of session"),
            "language": words.gettext("language spoken"),
            "capacity": words.gettext("seats"),
            "sign_up": words.gettext("signing up"),
            "livestream": words.gettext("live stream"),
            "links": words.gettext("links"),
            "guides": words.gettext("guides"),
            "partners": words.gettext("partners"),
            "tags": words.gettext("key words"),
        }

    def told(self, id_: UUID, found: list[Change]) -> Told:
        session = self.sessions[id_]
        sentences = [sentence for change in found for sentence in self._sentences(change)]
        return Told(
            session_id=id_,
            title=self._in(session.title),
            path=f"/{self.new.edition}/sessions/{session.slug}",
            kinds=[change.kind for change in found],
            sentences=sentences,
            cancelled=any(change.kind is ChangeKind.CANCELLED for change in found),
        )

    def _sentences(self, change: Change) -> list[str]:
        tellers: dict[ChangeKind, Callable[[Change], list[str]]] = {
            ChangeKind.NEW: self._new,
            ChangeKind.MOVED: self._moved,
            ChangeKind.LONGER: self._length,
            ChangeKind.SHORTER: self._length,
            ChangeKind.ROOM: self._another_room,
            ChangeKind.RENAMED: self._renamed,
            ChangeKind.PEOPLE: self._people,
            ChangeKind.DETAILS: self._details,
        }
        if change.kind in PLAIN:
            return [self.words.gettext(PLAIN[change.kind])]
        return tellers[change.kind](change)

    def _say(self, sentence: str, **values: str) -> str:
        return self.words.gettext(sentence) % values

    def _in(self, text: dict[str, str]) -> str:
        return pick(text, self.words.language, self.new.language)

    def _when(self, at: datetime | None) -> str:
        if at is None:
            return self.words.gettext("no time yet")
        return self.words.moment(at, self.new.zone)

    def _room(self, id_: UUID | None) -> str:
        return self.rooms.get(id_, "") if id_ else self.words.gettext("no room yet")

    def _new(self, change: Change) -> list[str]:
        session = self.sessions[change.session_id]
        kind = type_name(session.type, self.words.language).lower()
        when, room = self._when(session.starts_at), self._room(session.room_id)
        sentence = N_("New (%(kind)s): %(when)s, %(room)s.")
        return [self._say(sentence, kind=kind, when=when, room=room)]

    def _moved(self, change: Change) -> list[str]:
        was, now = self._when(change.was["starts_at"]), self._when(change.now["starts_at"])
        return [self._say(N_("Moved: %(was)s → %(now)s."), was=was, now=now)]

    def _length(self, change: Change) -> list[str]:
        longer = change.kind is ChangeKind.LONGER
        sentence = (
            N_("Longer: %(was)s → %(now)s minutes.")
            if longer
            else N_("Shorter: %(was)s → %(now)s minutes.")
        )
        was, now = str(change.was["minutes"]), str(change.now["minutes"])
        return [self._say(sentence, was=was, now=now)]

    def _another_room(self, change: Change) -> list[str]:
        was, now = self._room(change.was["room_id"]), self._room(change.now["room_id"])
        return [self._say(N_("Another room: %(was)s → %(now)s."), was=was, now=now)]

    def _renamed(self, change: Change) -> list[str]:
        if "title" not in change.now:
            return [self.words.gettext("The subtitle is another.")]
        was, now = self._in(change.was["title"]), self._in(change.now["title"])
        if was == now:
            return [self.words.gettext("The title is another in the other language.")]
        return [self._say(N_("Renamed: “%(was)s” is now “%(now)s”."), was=was, now=now)]

    def _people(self, change: Change) -> list[str]:
        before = {one.speaker_id: one.role for one in change.was["people"]}
        after = {one.speaker_id: one.role for one in change.now["people"]}
        groups = {
            N_("Comes in: %(people)s."): [id_ for id_ in after if id_ not in before],
            N_("No longer there: %(people)s."): [id_ for id_ in before if id_ not in after],
            N_("Has another role: %(people)s."): [
                id_ for id_, role in after.items() if before.get(id_, role) is not role
            ],
        }
        roles = before | after
        found = [
            self._say(sentence, people=", ".join(self._person(id_, roles[id_]) for id_ in ids))
            for sentence, ids in groups.items()
            if ids
        ]
        return found or [self.words.gettext("The people are in another order.")]

    def _person(self, id_: UUID, role: SpeakerRole) -> str:
        person: Speaker | None = self.speakers.get(id_)
        name = person.name if person else ""
        if role is SpeakerRole.SPEAKER:
            return name
        return f"{name} ({role_name(role, self.words.language)})"

    def _details(self, change: Change) -> list[str]:
        names = [self.fields[name] for name in change.now if name in self.fields]
        if not names:
            return [self.words.gettext("Details changed.")]
        return [self._say(N_("Changed: %(what)s."), what=", ".join(names))]
