"""What those concerned are told of a new version: the letter that is stored, and its message."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, convert, to_builtins

from forum.core.context import Edition
from forum.core.i18n import words
from forum.core.ids import Ids
from forum.core.mail import Mail, Part
from forum.core.outbox import Letter
from forum.core.pages import Templates
from schedule.changes import Change
from schedule.exports import ics
from schedule.models import Draft, Programme, Session, SpeakerBackstage
from schedule.telling import differences

CHANGED = "programme_changed"
KINDS = (CHANGED,)
CALENDAR = "text/calendar; charset=utf-8; method=PUBLISH"


class News(Struct, frozen=True, kw_only=True):
    """What a letter is about: the versions, and the sessions that concern who gets it."""

    version: int
    previous: int | None
    sessions: list[UUID]
    name: str


def letters_to_speakers(
    edition: Edition,
    draft: Draft,
    programme: Programme,
    previous: Programme | None,
    found: Sequence[Change],
    *,
    at: datetime,
    ids: Ids,
) -> Iterator[Letter]:
    """Yield a letter to each person with an address who is, or was, in a session that changed."""
    changed = {change.session_id for change in found}
    theirs = _by_person((programme, previous), changed)
    for speaker in draft.speakers:
        behind = draft.backstage_of_speakers.get(speaker.id, SpeakerBackstage())
        sessions = theirs.get(speaker.id)
        if sessions and behind.email:
            yield Letter(
                edition_id=edition.id,
                id=ids.uuid(at),
                kind=CHANGED,
                subject_id=speaker.id,
                version=programme.version,
                recipient=behind.email,
                language=behind.language or programme.language,
                data=to_builtins(
                    News(
                        version=programme.version,
                        previous=previous.version if previous else None,
                        sessions=sessions,
                        name=speaker.name,
                    )
                ),
            )


def _by_person(versions: Iterable[Programme | None], changed: set[UUID]) -> dict[UUID, list[UUID]]:
    """Return the changed sessions that each person is or was in, in the order of the programme."""
    found: dict[UUID, dict[UUID, None]] = {}
    for programme in versions:
        for session in programme.sessions if programme else []:
            if session.id in changed:
                for person in session.people:
                    found.setdefault(person.speaker_id, {})[session.id] = None
    return {person: [*sessions] for person, sessions in found.items()}


def news_of(stored: Letter) -> News:
    """Return what a stored letter is about."""
    return convert(stored.data, News)


def render(
    stored: Letter,
    edition: Edition,
    new: Programme,
    old: Programme | None,
    *,
    templates: Templates,
    base_url: str,
    at: datetime,
) -> Mail:
    """Make the message: what changed in words, and the sessions for the calendar."""
    news = news_of(stored)
    concerned: list[Session] = [one for one in new.sessions if one.id in {*news.sessions}]
    told = differences(old, new, words(stored.language), only=news.sessions)
    calendar = Part(
        name="programme.ics",
        media_type=CALENDAR,
        content=ics.sessions_calendar(new, concerned, language=stored.language),
    )
    context = {
        "edition": edition,
        "person": news.name,
        "told": told,
        "note": new.note,
        "base_url": base_url,
        "programme_url": f"{base_url}/{edition.slug}/programme",
    }
    return templates.mail(stored, context, parts=(calendar,), base_url=base_url, at=at)
