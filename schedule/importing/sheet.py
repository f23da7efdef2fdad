"""Reads a programme from a table (CSV, XLSX, ODS) as an organiser writes it: one session a row.

Columns, by any of their names in French, English or German, accents and case aside:

- Titre / Title (needed), Sous-titre / Subtitle, Résumé / Abstract, Description; each may end with a
  language in brackets: `Titre (en)`
- Date (`22/03/2027`, `2027-03-22`, `lundi 22 mars 2027`; an empty one is that of the row above, and
  a row that holds nothing else sets it for those below), Début / Start (`9h30`, `09:30`, or
  `9h30 - 11h`), Fin / End or Durée / Duration (`90`, `1h30`, `01:30`)
- Salle / Room, Type, Thème / Track, Langue / Language, Statut / Status (`annulé`, `cancelled`)
- Intervenants / Speakers: `Name (role, organisation); Name (organisation); Name`, one a line or
  between semicolons; a column named after a role (Modérateur / Moderator) gives that role
- Mots-clés / Tags, between semicolons (or commas, where there is no semicolon); Partenaires /
  Partners, `Name https://…; Name`; Guides (their slugs); Places / Seats; Sur inscription / Sign-up
  (`oui`, `yes`, `x`); Diffusion en direct / Livestream (an address)
- Liens / Links: one a line, `wording https://…`; Adresse / URL
- Id, Numéro / Number, Slug: what our own export adds, so that sessions are found again
"""

import re
from datetime import date, datetime, tzinfo

from msgspec import Struct

from forum.core.tables import Row, read_table
from forum.core.text import Text, slug
from schedule.exports.shared import http_address
from schedule.importing.found import (
    Found,
    FoundPerson,
    FoundRoom,
    FoundSession,
    FoundTrack,
    Losses,
    Unreadable,
)
from schedule.importing.reading import (
    DEFAULT_MINUTES,
    LONGEST_NAME,
    Texts,
    link_of,
    minutes_of,
    type_of,
)
from schedule.importing.values import (
    clock_minutes,
    day_of,
    instant,
    language_tag,
)
from schedule.models import Link, Partner, SpeakerRole
from schedule.rules import at_clock, end_at_clock
from schedule.texts import line, paragraphs, web_address, without_bullet
from schedule.vocabulary import bare, speaker_role

COLUMNS = {
    "id": "id, identifiant, guid, uuid",
    "number": "numero, n, no, number, nummer",
    "slug": "slug",
    "date": "date, jour, day, tag, datum",
    "start": "debut, heure de debut, start, starts, starts at, start time, heure, heures, horaire,"
    " horaires, time, beginn, de, from",
    "end": "fin, heure de fin, end, ends, ends at, end time, ende, a, to, bis",
    "duration": "duree, duration, dauer, minutes, duree min, duree minutes, duree en minutes,"
    " length",
    "room": "salle, lieu, room, location, raum, salles, place",
    "title": "titre, title, intitule, session, titel, nom, titre de la session",
    "subtitle": "sous titre, subtitle, untertitel",
    "type": "type, format, nature, kind, art",
    "track": "theme, thematique, parcours, track, axe, fil, fil rouge, thema",
    "speakers": "intervenants, intervenant, intervenante, intervenantes, speakers, speaker,"
    " orateurs, people, persons, participants, personnes, referenten, intervenant e s,"
    " intervenants es",
    "language": "langue, language, sprache",
    "abstract": "resume, abstract, chapo, accroche, zusammenfassung, presentation",
    "description": "description, texte, beschreibung, contenu, details",
    "tags": "mots cles, mot cle, mots clefs, tags, keywords, etiquettes, schlagworter",
    "partners": "partenaires, partenaire, partners, organisations partenaires, partner",
    "guides": "guides, guide",
    "capacity": "places, jauge, capacite, capacity, seats, nombre de places, platze",
    "sign_up": "sur inscription, inscription, sign up, signup, registration, anmeldung",
    "livestream": "diffusion en direct, diffusion, direct, livestream, live stream, stream, live,"
    " webinaire, retransmission",
    "links": "liens, links",
    "url": "adresse, url, lien, page, link, web",
    "status": "statut, status, etat, state",
}
BY_WORD = {one.strip(): name for name, words in COLUMNS.items() for one in words.split(",")}
TRANSLATED = ("title", "subtitle", "abstract", "description")
LONGEST_RANGE = 60
LONGEST_SAMPLE = 60
MOST_SAMPLES = 3
YES = {"oui", "yes", "ja", "x", "1", "true", "vrai", "o", "y"}
NO = {"non", "no", "nein", "0", "false", "faux", "n", ""}
CANCELLED = {"annule", "annulee", "cancelled", "canceled", "abgesagt", "supprime", "supprimee"}
RANGE = re.compile(r"\s*(?:-|\u2013|\u2014|\u2192|/|\bà\b|\ba\b|\bto\b|\bbis\b)\s*")


class _Columns(Struct, frozen=True, kw_only=True):
    """Which header holds what: fields, texts by language, people by role."""

    fields: dict[str, str]
    texts: dict[str, list[tuple[str, str]]]
    people: list[tuple[str, SpeakerRole]]


class Guess(Struct, frozen=True, kw_only=True):
    """A column of a table: its header, some of what it holds, what it seems to mean.

    `meaning` is a name of `COLUMNS`, for a text followed by a language (`title:fr`), `role:` and a
    role for people of that role, or '' for a column that is left out.
    """

    header: str
    samples: list[str]
    meaning: str


def guess(data: bytes, name: str, *, language: str) -> list[Guess]:
    """Return the columns of a table as `read_sheet` would take them.

    Raises `UnreadableTable` for what is no table, `Unreadable` for one without rows.
    """
    rows = _rows(data, name)
    meanings = meanings_of([*rows[0][1]], language)
    return [
        Guess(header=header, samples=_samples(rows, header), meaning=meaning)
        for header, meaning in meanings.items()
    ]


def _samples(rows: list[Row], header: str) -> list[str]:
    found = (line(row.get(header, "")) for _, row in rows)
    return [*dict.fromkeys(text[:LONGEST_SAMPLE] for text in found if text)][:MOST_SAMPLES]


def _rows(data: bytes, name: str) -> list[Row]:
    rows = read_table(data, name)
    if not rows:
        raise Unreadable("there is no row under the headers: write one session a row.", line=1)
    return rows


def read_sheet(
    data: bytes,
    name: str,
    losses: Losses,
    *,
    language: str,
    zone: tzinfo,
    meanings: dict[str, str] | None = None,
) -> Found:
    """Read a table; times are local in `zone`, texts without a language in `language`.

    `meanings` says for each header what it means, see `Guess`; without it that is guessed.

    Raises `UnreadableTable` for what is no table, `Unreadable` for one without titles.
    """
    rows = _rows(data, name)
    headers = [*rows[0][1]]
    guessed = meanings_of(headers, language)
    if meanings is None:
        for header, meaning in guessed.items():
            if not meaning and not re.fullmatch(r"column \d+", header):
                losses.add(1, f"column “{header}”", "is none of ours: left out")
    told = guessed if meanings is None else {one: meanings.get(one, "") for one in headers}
    columns = _columns(told, language)
    if not columns.texts["title"]:
        raise Unreadable(
            "no column holds the titles: name one “Titre” or “Title” in the first row.", line=1
        )
    sheet = _Sheet(columns, losses, language, zone)
    sessions = [one for at, row in rows if (one := sheet.session(at, row))]
    texts = Texts(language, own=True)
    room_names = dict.fromkeys(session.room for session in sessions if session.room)
    track_names = dict.fromkeys(session.track for session in sessions if session.track)
    return Found(
        format="XLSX" if data.startswith(b"PK") else "CSV",
        rooms=[FoundRoom(key=room, name=room) for room in room_names],
        tracks=[FoundTrack(key=track, name=texts.one(track)) for track in track_names],
        sessions=sessions,
    )


def meanings_of(headers: list[str], language: str) -> dict[str, str]:
    """Return what each header seems to mean, see `Guess`; what stands twice means it once."""
    found: dict[str, str] = {}
    for header in headers:
        matched = re.fullmatch(r"(.+?)\s*\(([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)", header)
        words, tag = (matched.group(1), matched.group(2)) if matched else (header, language)
        field = BY_WORD.get(bare(words), "")
        role = speaker_role(words) or speaker_role(words.strip().rstrip("sS"))
        if field in TRANSLATED:
            found[header] = f"{field}:{tag}"
        elif role and not field:
            found[header] = f"role:{role}"
        elif field == "speakers" or field not in found.values():
            found[header] = field
        else:
            found[header] = ""
    return found


def _columns(meanings: dict[str, str], language: str) -> _Columns:
    fields: dict[str, str] = {}
    texts: dict[str, list[tuple[str, str]]] = {name: [] for name in TRANSLATED}
    people: list[tuple[str, SpeakerRole]] = []
    for header, meaning in meanings.items():
        field, _, more = meaning.partition(":")
        if field in TRANSLATED:
            texts[field].append((header, more or language))
        elif field == "role" and more in [*SpeakerRole]:
            people.append((header, SpeakerRole(more)))
        elif field == "speakers":
            people.append((header, SpeakerRole.SPEAKER))
        elif field in COLUMNS and field not in fields:
            fields[field] = header
    return _Columns(fields=fields, texts=texts, people=people)


class _Sheet:
    """A table while it is read: remembers the day of the row above."""

    def __init__(self, columns: _Columns, losses: Losses, language: str, zone: tzinfo) -> None:
        self.columns = columns
        self.losses = losses
        self.language = language
        self.zone = zone
        self.day: date | None = None

    def session(self, at: int, row: dict[str, str]) -> FoundSession | None:
        """Return the session of a row, or None for a row that holds none."""
        cells = {name: row.get(header, "") for name, header in self.columns.fields.items()}
        title = self._texts("title", row, long=False)
        filled = [text for text in row.values() if text.strip()]
        if len(filled) == 1 and (day := day_of(filled[0])):
            self.day = day
            return None
        if not title and not cells.get("start"):
            if filled:
                self.losses.add(at, "row", "has neither a title nor a time: left out")
            return None
        place = f"session “{next(iter(title.values()), '')[:80]}”"
        starts_at, ends_at = self._times(at, cells, place)
        spoken = language_tag(cells.get("language", ""))
        if cells.get("language") and not spoken:
            self.losses.count(at, "language", f"“{cells['language']}” is unknown")
        number = cells.get("number", "")
        return FoundSession(
            line=at,
            key=cells.get("id", "").strip(),
            number=int(number) if re.fullmatch(r"\d{1,12}", number) else None,
            slug=cells.get("slug", ""),
            title=title,
            subtitle=self._texts("subtitle", row, long=False),
            abstract=self._texts("abstract", row, long=True),
            description=self._texts("description", row, long=True),
            type=type_of(cells.get("type", ""), at, self.losses),
            language=spoken,
            track=line(cells.get("track", "")),
            room=line(cells.get("room", "")),
            starts_at=starts_at,
            minutes=self._minutes(at, cells, place, starts_at, ends_at),
            people=self._people(at, row),
            links=self._links(at, cells.get("links", ""), place),
            url=web_address(cells.get("url", "")),
            tags=self._tags(cells.get("tags", "")),
            partners=self._partners(cells.get("partners", "")),
            guides=self._guides(at, cells.get("guides", "")),
            capacity=self._seats(at, cells.get("capacity", ""), place),
            sign_up=self._signed_up(at, cells.get("sign_up", "")),
            livestream=self._livestream(at, cells.get("livestream", ""), place),
            cancelled=bare(cells.get("status", "")) in CANCELLED,
        )

    def _texts(self, name: str, row: dict[str, str], *, long: bool) -> Text:
        tidy = paragraphs if long else line
        found = [(tag, tidy(row.get(header, ""))) for header, tag in self.columns.texts[name]]
        return {tag: text for tag, text in reversed(found) if text}

    def _times(
        self, at: int, cells: dict[str, str], place: str
    ) -> tuple[datetime | None, datetime | None]:
        start, end = cells.get("start", "").strip(), cells.get("end", "").strip()
        when = cells.get("date", "").strip()
        if exact := instant(start, self.zone):
            return exact, self._end(end, exact, self._day_of(exact), at, place)
        if when and not start and (exact := instant(when, self.zone)) and "00:00" not in when:
            self.day = day_of(when)
            return exact, self._end(end, exact, self._day_of(exact), at, place)
        if when:
            self.day = day_of(when)
            if self.day is None:
                self.losses.add(at, place, f"has no date that can be read (“{when[:40]}”)")
        if clock_minutes(start) is None and not end and len(start) <= LONGEST_RANGE:
            start, *rest = RANGE.split(start, maxsplit=1)
            end = rest[0] if rest else ""
        clock = clock_minutes(start)
        if self.day is None or clock is None:
            if start or when:
                self.losses.add(at, place, "has no time that can be read: left unplaced")
            return None, None
        starts_at = at_clock(self.day, clock, self.zone)
        return starts_at, self._end(end, starts_at, self.day, at, place)

    def _day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _end(
        self, text: str, starts_at: datetime, day: date, at: int, place: str
    ) -> datetime | None:
        """Return when a session ends, on the clock of `day`; None for none that can be read.

        Past midnight only as `end_at_clock` has it: another end before the start is a mistake.
        """
        if not text:
            return None
        found = instant(text, self.zone)
        clock = clock_minutes(text)
        if found is None and clock is not None:
            found = end_at_clock(day, clock, starts_at, self.zone)
        elif found is None:
            what = f"has no end that can be read (“{text[:40]}”)"
            self.losses.add(at, place, f"{what}: {self._instead()}")
            return None
        if found is None or found <= starts_at:
            what = f"ends (“{text[:40]}”) before it starts"
            self.losses.add(at, place, f"{what}: {self._instead()}")
            return None
        return found

    def _instead(self) -> str:
        """Say what becomes of a session whose end makes no sense."""
        length = "duration" in self.columns.fields
        return "its length is taken" if length else f"taken as {DEFAULT_MINUTES} minutes"

    def _minutes(
        self,
        at: int,
        cells: dict[str, str],
        place: str,
        starts_at: datetime | None,
        ends_at: datetime | None,
    ) -> int:
        if starts_at and ends_at and ends_at > starts_at:
            seconds = int((ends_at - starts_at).total_seconds())
            return minutes_of(f"PT{seconds}S", at, place, self.losses)
        told = cells.get("end") or starts_at is None
        if told and not cells.get("duration"):
            return DEFAULT_MINUTES
        return minutes_of(cells.get("duration", ""), at, place, self.losses)

    def _tags(self, text: str) -> list[str]:
        apart = re.split(r"[;\n]", text) if re.search(r"[;\n]", text) else text.split(",")
        return [tag for one in apart if (tag := line(one))]

    def _partners(self, text: str) -> list[Partner]:
        found = []
        for one in re.split(r"[;\n]", text):
            words = without_bullet(line(one))
            name, _, last = words.rpartition(" ")
            address = http_address(last) if re.match(r"https?://", last) else None
            if words:
                whole = Partner(name=words)
                found.append(Partner(name=name, url=address) if name and address else whole)
        return found

    def _guides(self, at: int, text: str) -> list[str]:
        words = [one for one in re.split(r"[;,\s]+", text) if one]
        for one in words:
            if slug(one) != one:
                what = f"“{one[:80]}” is no slug of a guide: left out"
                self.losses.count(at, "guides", what)
        return [one for one in words if slug(one) == one]

    def _seats(self, at: int, text: str, place: str) -> int | None:
        found = re.fullmatch(
            r"(\d{1,6})(?:[.,]0+)?(?:\s*(?:places?|seats?|pers\S*))?", text.strip()
        )
        if text.strip() and not (found and int(found.group(1))):
            what = f"has a number of seats that cannot be read (“{line(text)[:40]}”): left out"
            self.losses.add(at, place, what)
        return int(found.group(1)) or None if found else None

    def _signed_up(self, at: int, text: str) -> bool:
        word = bare(text)
        if word not in YES | NO:
            what = f"“{line(text)[:40]}” is neither yes nor no: read as no"
            self.losses.count(at, "sign-up", what)
        return word in YES

    def _livestream(self, at: int, text: str, place: str) -> str | None:
        address = http_address(text)
        if text.strip() and address is None:
            what = f"is streamed at “{line(text)[:80]}”, no web address: left out"
            self.losses.add(at, place, what)
        return address

    def _people(self, at: int, row: dict[str, str]) -> list[FoundPerson]:
        people = []
        for header, default in self.columns.people:
            texts = re.split(r"[;\n]", row.get(header, ""))
            named = [without_bullet(line(text)) for text in texts]
            people += [_person(text, default, at) for text in named if text]
        for person in people:
            if person.name.count(",") > 1:
                what = "holds several commas: people are separated by semicolons"
                self.losses.count(at, f"person “{person.name[:80]}”", what)
        return people

    def _links(self, at: int, text: str, place: str) -> list[Link]:
        links = []
        for one in text.split("\n"):
            wording, _, address = line(one).rpartition(" ")
            if address:
                found = link_of(address, wording, base="", at=at, place=place, losses=self.losses)
                links += [found] if found else []
        return links


def _person(text: str, default: SpeakerRole, at: int) -> FoundPerson:
    """Read `Name (role, organisation)`, `Name (role)`, `Name (organisation)` or `Name`."""
    found = re.fullmatch(r"(.+?)\s*\(([^()]*)\)", text) if len(text) <= LONGEST_NAME else None
    if not found:
        return FoundPerson(name=text, line=at, role=default)
    name, inside = found.group(1), found.group(2)
    first, _, rest = inside.partition(",")
    role = speaker_role(first)
    organisation = line(rest if role else inside) or None
    return FoundPerson(name=name, line=at, role=role or default, organisation=organisation)
