"""Writes the sessions as a table, CSV or XLSX, which our importer reads back.

One row a session, cancelled ones included: ids, times on the wall, texts in every language, type,
room, track and people by name in one language, tags, partners with their address, guides by slug,
seats, sign-up and livestream. Not carried: what rooms, tracks and people are beyond their names (of
people: role and organisation), two people of one name as two, the programme's title and days;
brackets in names become square, semicolons commas, in tags and partners too; in XLSX a text is cut
at 32,767 characters.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo

from forum.core.tables import Cell, write_csv, write_xlsx
from forum.core.text import Text
from schedule.exports.shared import (
    Parts,
    http_address,
    local,
    origin,
    partners_of,
    said,
    tags_of,
)
from schedule.models import Link, Partner, Programme, Session, SpeakerRole
from schedule.rules import at_clock, end_at_clock
from schedule.texts import web_address, without_bullet
from schedule.vocabulary import role_name, speaker_role, type_name

HEADERS = {
    "date": ("Date", "Date"),
    "start": ("Début", "Start"),
    "end": ("Fin", "End"),
    "room": ("Salle", "Room"),
    "type": ("Type", "Type"),
    "track": ("Thème", "Track"),
    "speakers": ("Intervenants", "Speakers"),
    "language": ("Langue", "Language"),
    "title": ("Titre", "Title"),
    "subtitle": ("Sous-titre", "Subtitle"),
    "abstract": ("Résumé", "Abstract"),
    "description": ("Description", "Description"),
    "tags": ("Mots-clés", "Tags"),
    "partners": ("Partenaires", "Partners"),
    "guides": ("Guides", "Guides"),
    "capacity": ("Places", "Seats"),
    "sign_up": ("Sur inscription", "Sign-up"),
    "livestream": ("Diffusion en direct", "Livestream"),
    "links": ("Liens", "Links"),
    "url": ("Adresse", "URL"),
    "status": ("Statut", "Status"),
    "number": ("Numéro", "Number"),
    "slug": ("Slug", "Slug"),
    "id": ("Id", "Id"),
}
"""The headers in French and in English, in their order; texts have one column a language."""

TRANSLATED = ("title", "subtitle", "abstract", "description")
BULLETS = "*\u2022-"
"""Alone before a role in brackets, such a name would seem to be the bullet of a list."""
YES = ("oui", "yes")
STATUS = {True: ("annulé", "cancelled"), False: ("maintenu", "confirmed")}


def sessions_csv(programme: Programme, *, language: str) -> bytes:
    """Return the sessions as CSV, headers and words in `language`."""
    named, rows = _table(programme, language)
    return write_csv(named, rows)


def sessions_xlsx(programme: Programme, *, language: str) -> bytes:
    """Return the sessions as an XLSX workbook, headers and words in `language`."""
    named, rows = _table(programme, language)
    return write_xlsx(named, rows, sheet="Programme")


def bracketed(text: str) -> str:
    """Return a name as a cell of people can hold it: no round brackets, semicolons, bullets."""
    found = without_bullet(text.translate(str.maketrans("();", "[],")))
    return "\u2013" if found in {*BULLETS} else found


def tag_cells(session: Session) -> list[str]:
    """Return the tags as a cell holds them, between semicolons."""
    found = (tag.replace(";", ",") for tag in tags_of(session))
    return list(dict.fromkeys(found))


def partner_cells(session: Session) -> list[Partner]:
    """Return the partners as a cell holds them, between semicolons."""
    found = (
        Partner(
            name=without_bullet(one.name.replace(";", ",") + " ").strip(),
            url=one.url.replace(";", "%3B") if one.url else None,
        )
        for one in partners_of(session)
    )
    return list(dict.fromkeys(one for one in found if one.name))


def headers(programme: Programme, language: str) -> list[tuple[str, str]]:
    """Return (name in `HEADERS`, header) of each column, in order."""
    french = 0 if language.startswith("fr") else 1
    found: list[tuple[str, str]] = []
    for name, words in HEADERS.items():
        languages = [f" ({tag})" for tag in _languages(programme)] if name in TRANSLATED else [""]
        found += [(name, words[french] + tag) for tag in languages]
    return found


def _table(programme: Programme, language: str) -> tuple[list[str], Iterator[list[Cell]]]:
    tags = _languages(programme)
    parts = Parts(programme)
    placed = [session for session in programme.sessions if session.starts_at]
    named = [header for _, header in headers(programme, language)]
    return named, (_row(parts, session, language, tags) for session in placed)


def _languages(programme: Programme) -> list[str]:
    """Return the edition's languages, then those in which some text is."""
    used = {
        tag
        for session in programme.sessions
        for text in (session.title, session.subtitle, session.abstract, session.description)
        for tag in text
    }
    return [*dict.fromkeys([*programme.languages, *sorted(used)])]


def _row(parts: Parts, session: Session, language: str, tags: list[str]) -> list[Cell]:
    programme, zone = parts.programme, parts.programme.zone
    french = 0 if language.startswith("fr") else 1
    starts_at, ends_at = session.starts_at, session.ends_at
    if starts_at is None or ends_at is None:
        return []
    day = starts_at.astimezone(zone).date()
    room, track = parts.room(session), parts.track(session)
    cells: dict[str, Cell] = {
        "date": day,
        "start": _clock(day, starts_at, starts_at, zone),
        "end": _clock(day, ends_at, starts_at, zone),
        "room": room.name if room else "",
        "type": type_name(session.type, language),
        "track": said(track.name, programme, language) if track else "",
        "speakers": "; ".join(_people(parts, session, language)),
        "language": session.language or "",
        "tags": _tags(session),
        "partners": "; ".join(" ".join(filter(None, p)) for p in _partners(session)),
        "guides": "; ".join(dict.fromkeys(session.guides)),
        "capacity": session.capacity,
        "sign_up": YES[french] if session.sign_up else "",
        "livestream": http_address(session.livestream) or "",
        "links": "\n".join(_link(link) for link in session.links if web_address(link.url)),
        "url": origin(session) or "",
        "status": STATUS[session.cancelled][french],
        "number": session.number,
        "slug": session.slug,
        "id": str(session.id),
    }
    texts: dict[str, Text] = {
        "title": session.title,
        "subtitle": session.subtitle,
        "abstract": session.abstract,
        "description": session.description,
    }
    row: list[Cell] = []
    for name in HEADERS:
        row += [texts[name].get(tag, "") for tag in tags] if name in texts else [cells[name]]
    return row


def _tags(session: Session) -> str:
    """Return the tags in one cell; a comma inside a single one must not seem to part two."""
    tags = tag_cells(session)
    return "; ".join(tags) + (";" if len(tags) == 1 and "," in tags[0] else "")


def _partners(session: Session) -> list[tuple[str, str | None]]:
    return [(one.name, one.url) for one in partner_cells(session)]


def _clock(day: date, moment: datetime, starts_at: datetime, zone: tzinfo) -> Cell:
    """Return the time on the wall; with its date and offset where that alone would mislead."""
    on_wall = moment.astimezone(zone)
    minutes = on_wall.hour * 60 + on_wall.minute
    said_so = (
        at_clock(day, minutes, zone)
        if moment == starts_at
        else end_at_clock(day, minutes, starts_at, zone)
    )
    return time(on_wall.hour, on_wall.minute) if said_so == moment else local(moment, zone)


def _people(parts: Parts, session: Session, language: str) -> Iterator[str]:
    for person in session.people:
        speaker = parts.speakers[person.speaker_id]
        organisation = bracketed(speaker.organisation or "")
        plain = person.role is SpeakerRole.SPEAKER
        misread = speaker_role(organisation.partition(",")[0]) is not None
        role = "" if plain and not misread else role_name(person.role, language)
        inside = ", ".join(text for text in (role, organisation) if text)
        name = bracketed(speaker.name)
        yield f"{name} ({inside})" if inside else name


def _link(link: Link) -> str:
    url = web_address(link.url) or ""
    return url if link.title in (url, "") else f"{link.title} {url}"
