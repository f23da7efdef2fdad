"""Writes iCalendar (RFC 5545): the whole programme, or one session, in one language.

A session keeps its UID (its UUID, RFC 7986 5.3) for ever; SEQUENCE and LAST-MODIFIED say when it
last changed, a cancelled one stays with STATUS:CANCELLED. Times are local with a VTIMEZONE that
is right across summer time. Carried: title, texts, room, type, track and tags (CATEGORIES, of which
X-FORUM-TAGS, the last, are tags), the livestream as CONFERENCE (RFC 7986, 5.11), people with roles
and partners (in words in DESCRIPTION, and as X-FORUM-PERSON, X-FORUM-PARTNER), guides
(X-FORUM-GUIDE), seats and sign-up (X-FORUM-SEATS, X-FORUM-SIGN-UP), links in words, origin and
page. Not carried: a second language, what rooms and people are beyond their names, sessions
without a time.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vText,
    vUri,
)

from schedule.exports.shared import (
    PRODUCT,
    Parts,
    http_address,
    livestream_name,
    origin,
    partners_of,
    programme_address,
    related,
    said,
    session_address,
    tags_of,
)
from schedule.models import Programme, Session
from schedule.texts import web_address, xml_safe
from schedule.vocabulary import role_name, type_name


def calendar(programme: Programme, *, language: str) -> bytes:
    """Return every session of the programme, cancelled ones included, as one calendar."""
    return _written(programme, programme.sessions, language)


def session_calendar(programme: Programme, session: Session, *, language: str) -> bytes:
    """Return one session of the programme as a calendar of its own."""
    return _written(programme, [session], language)


def sessions_calendar(programme: Programme, sessions: list[Session], *, language: str) -> bytes:
    """Return some sessions of the programme as a calendar."""
    return _written(programme, sessions, language)


def own_calendar(
    programme: Programme, sessions: list[Session], *, name: str, language: str
) -> bytes:
    """Return one person's sessions as a calendar called `name`; it may hold none.

    A session has the UID that it has in the programme's calendar.
    """
    return _written(programme, sessions, language, name=name)


def _written(
    programme: Programme, sessions: list[Session], language: str, *, name: str | None = None
) -> bytes:
    placed = [session for session in sessions if session.starts_at]
    title = xml_safe(name or said(programme.title, programme, language))
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", PRODUCT + language.upper())
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("name", title)
    whole.add("x-wr-calname", vText(title))
    whole.add("x-wr-timezone", programme.timezone)
    whole.add("last-modified", programme.published_at.astimezone(UTC))
    whole.add("url", programme_address(programme))
    if placed or name:
        whole.add_component(_timezone(programme, placed))
    parts = Parts(programme)
    for session in placed:
        whole.add_component(_event(parts, session, language))
    return b"".join(folded(str(line)) for line in whole.content_lines(sorted=False) if line)


def folded(line: str) -> bytes:
    """Return a content line as lines of 75 octets at most, ended by CRLF (RFC 5545, 3.1).

    No character is cut in two. The library folds character by character, which takes as long as
    all the rest; the result is the same.
    """
    octets = line.encode()
    pieces, start, room = [], 0, 75
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 -- a byte inside a UTF-8 character
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, 74
    return b"\r\n ".join([*pieces, octets[start:]]) + b"\r\n"


def _timezone(programme: Programme, placed: list[Session]) -> Timezone:
    """Return the VTIMEZONE of the years in which `placed`, or else the forum, are held.

    Made here, since the library (7.3) has summer time begin an hour late: RFC 5545, 3.6.5 wants
    each DTSTART on the wall as it was before the change.
    """
    years = {session.starts_at.year for session in placed if session.starts_at}
    years = years or {programme.starts_on.year}
    zone = Timezone()
    zone.add("tzid", programme.timezone)
    for change in _changes_of_offset(programme.timezone, min(years), max(years)):
        part = TimezoneDaylight() if change.summer else TimezoneStandard()
        part.add("dtstart", change.on_wall)
        part.add("tzoffsetfrom", change.before)
        part.add("tzoffsetto", change.after)
        part.add("tzname", change.name)
        zone.add_component(part)
    return zone


class _ChangeOfOffset(NamedTuple):
    on_wall: datetime
    before: timedelta
    after: timedelta
    summer: bool
    name: str


@lru_cache(maxsize=64)
def _changes_of_offset(timezone: str, first: int, last: int) -> list[_ChangeOfOffset]:
    """Return how a timezone stands as `first` begins, and its changes until `last` ends."""
    zone = ZoneInfo(timezone)
    start = datetime(first, 1, 1, tzinfo=UTC) - timedelta(days=1)
    found = [_change(start, start, zone)]
    day = start
    while day.year <= last:
        after = day + timedelta(days=1)
        if _offset(day, zone) != _offset(after, zone):
            found.append(_change(day, _moment_of_change(day, after, zone), zone))
        day = after
    return found


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _moment_of_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first minute at which the offset is no longer that of `before`."""
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        middle = middle.replace(second=0, microsecond=0)
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _change(before: datetime, moment: datetime, zone: ZoneInfo) -> _ChangeOfOffset:
    local = moment.astimezone(zone)
    was = _offset(before, zone)
    return _ChangeOfOffset(
        on_wall=(moment + was).replace(tzinfo=None),
        before=was,
        after=_offset(moment, zone),
        summer=bool(local.dst()),
        name=local.tzname() or "",
    )


def _event(parts: Parts, session: Session, language: str) -> Event:
    programme = parts.programme
    event = Event()
    event.add("uid", str(session.id))
    event.add("dtstamp", programme.published_at.astimezone(UTC))
    changed = session.changed_at or programme.published_at
    event.add("last-modified", changed.astimezone(UTC))
    event.add("sequence", session.revision)
    _add_time(event, "dtstart", session.starts_at, programme)
    _add_time(event, "dtend", session.ends_at, programme)
    event.add("summary", xml_safe(said(session.title, programme, language)))
    if description := description_of(parts, session, language):
        event.add("description", xml_safe(description))
    if room := parts.room(session):
        event.add("location", xml_safe(room.name))
    track = parts.track(session)
    names = [type_name(session.type, language)]
    names += [said(track.name, programme, language)] if track else []
    tags = tags_of(session)
    event.add("categories", [*(xml_safe(name) for name in names), *tags])
    if tags:
        event.add("x-forum-tags", str(len(tags)))
    event.add("status", "CANCELLED" if session.cancelled else "CONFIRMED")
    event.add("url", vUri(session_address(programme, session)))
    event.add("x-forum-number", str(session.number))
    if address := origin(session):
        event.add("x-forum-origin", vUri(address))
    for person in session.people:
        name = xml_safe(parts.speakers[person.speaker_id].name)
        who = {"VALUE": "TEXT", "X-ID": str(person.speaker_id), "X-ROLE": person.role.value}
        event.add("x-forum-person", vText(name), parameters=who)
    _add_beside(event, session, language)
    return event


def _add_beside(event: Event, session: Session, language: str) -> None:
    """Add livestream, partners, guides, seats and sign-up."""
    if livestream := http_address(session.livestream):
        how = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": livestream_name(language)}
        event.add("conference", vUri(livestream), parameters=how)
    for one in partners_of(session):
        where = {"VALUE": "TEXT", **({"X-URL": one.url} if one.url else {})}
        event.add("x-forum-partner", vText(one.name), parameters=where)
    for guide in dict.fromkeys(session.guides):
        event.add("x-forum-guide", vText(guide), parameters={"VALUE": "TEXT"})
    if session.capacity is not None:
        event.add("x-forum-seats", str(session.capacity))
    if session.sign_up:
        event.add("x-forum-sign-up", "TRUE")


def _add_time(event: Event, name: str, moment: datetime | None, programme: Programme) -> None:
    """Add an instant as local time, under the timezone's IANA name (UTC as UTC)."""
    if moment is None:
        return
    moment = moment.astimezone(programme.zone).replace(microsecond=0)
    event.add(name, moment)


def description_of(parts: Parts, session: Session, language: str) -> str:
    """Return what DESCRIPTION says: texts, people with roles, partners, links, in paragraphs."""
    programme = parts.programme
    people = [
        f"{parts.speakers[person.speaker_id].name} ({role_name(person.role, language)})"
        for person in session.people
    ]
    links = [f"{link.title}: {url}" for link in session.links if (url := web_address(link.url))]
    links += [f"{one.title}: {one.url}" for one in related(programme, session, language)]
    unlinked = [one.name for one in partners_of(session) if not one.url]
    texts = [
        said(session.subtitle, programme, language),
        said(session.abstract, programme, language),
        said(session.description, programme, language),
        "\n".join(people),
        "\n".join(unlinked),
        "\n".join(links),
    ]
    return "\n\n".join(text for text in texts if text)
