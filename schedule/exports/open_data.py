"""Writes the programme as a pack of open data: a ZIP under Licence Ouverte 2.0, the same bytes.

Inside: the programme as CSV, JSON (schedule.json v2) and iCalendar, a dictionary of the CSV's
columns, a text in French and one in English that say what it is, of which version, under which
licence. It holds what the published programme says and nothing else: no address of a person, no
photo, nothing that stays with the editors.
"""

import io
import zipfile
from datetime import UTC

from forum.core.tables import Cell, write_csv
from schedule.exports import ics, schedule_json, tables
from schedule.exports.shared import programme_address, said
from schedule.models import Programme

LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
LICENCE_ID = "etalab-2.0"
"""The licence's name in the list of SPDX."""
FILE_MODE = 0o644
UNIX = 3

DICTIONARY: dict[str, tuple[str, str, str]] = {
    "date": ("date", "Jour, AAAA-MM-JJ", "Day, YYYY-MM-DD"),
    "start": (
        "heure",
        "Heure locale de début, HH:MM, ou date et heure avec décalage (ISO 8601)",
        "Local time of the start, HH:MM, or date and time with offset (ISO 8601)",
    ),
    "end": (
        "heure",
        "Heure locale de fin, comme le début ; après minuit si elle le précède",
        "Local time of the end, as the start; past midnight where it is before it",
    ),
    "room": ("texte", "Salle", "Room"),
    "type": ("texte", "Nature de la séance", "Kind of session"),
    "track": ("texte", "Thème", "Track"),
    "speakers": (
        "liste, « ; »",
        "Personnes, avec leur rôle et leur organisation entre parenthèses",
        "People, with role and organisation in brackets",
    ),
    "language": ("code BCP 47", "Langue parlée", "Language spoken"),
    "title": ("texte", "Titre, une colonne par langue", "Title, one column a language"),
    "subtitle": ("texte", "Sous-titre", "Subtitle"),
    "abstract": ("texte", "Résumé", "Abstract"),
    "description": ("texte", "Description", "Description"),
    "tags": ("liste, « ; »", "Mots-clés", "Tags"),
    "partners": (
        "liste, « ; »",
        "Organisations partenaires, suivies de leur adresse web",
        "Partner organisations, each followed by its web address",
    ),
    "guides": ("liste, « ; »", "Guides liés, par leur identifiant", "Related guides, by slug"),
    "capacity": ("entier", "Nombre de places", "Number of seats"),
    "sign_up": (
        "oui ou vide",
        "S’il faut s’inscrire à la séance",
        "Whether a seat has to be signed up for",
    ),
    "livestream": ("adresse web", "Diffusion en direct", "Livestream"),
    "links": ("liste, une par ligne", "Liens", "Links, one a line"),
    "url": ("adresse web", "Page d’origine de la séance", "The session’s page elsewhere"),
    "status": ("texte", "Maintenu ou annulé", "Confirmed or cancelled"),
    "number": ("entier", "Numéro stable de la séance", "Stable number of the session"),
    "slug": ("texte", "Fin de l’adresse de la page", "The end of the page’s address"),
    "id": ("UUID", "Identifiant stable de la séance", "Stable identifier of the session"),
}
"""Of each column of the CSV: its kind, what it holds in French and in English."""

FRENCH = """\
{title}
Programme, version {version}, publiée le {day:%d/%m/%Y} à {day:%H:%M} (UTC)

Source : {address}
Licence : Licence Ouverte / Open Licence 2.0 (Etalab), {licence}
Vous pouvez réutiliser ces données librement, y compris à des fins commerciales, à condition de
citer leur source et la date de leur dernière mise à jour :
« {title}, {address}, version {version} du {day:%d/%m/%Y} ».

Contenu
- programme.csv : une ligne par séance (UTF-8, virgules ; voir dictionary.csv)
- programme.json : schedule.json, version 2, avec les salles, les thèmes et les personnes
- programme.ics : iCalendar (RFC 5545)
- dictionary.csv : ce que contient chaque colonne de programme.csv

Les heures sont celles du fuseau {timezone}. Les séances annulées sont présentes et marquées.
Les seules données personnelles sont celles du programme publié : nom, fonction, organisation et
présentation des personnes qui interviennent.
"""
ENGLISH = """\
{title}
Programme, version {version}, published on {day:%Y-%m-%d} at {day:%H:%M} (UTC)

Source: {address}
Licence: Licence Ouverte / Open Licence 2.0 (Etalab), {licence}
You may reuse these data freely, for commercial purposes too, provided that you name their source
and the date of their last update:
“{title}, {address}, version {version} of {day:%Y-%m-%d}”.

Contents
- programme.csv: one row a session (UTF-8, commas; see dictionary.csv)
- programme.json: schedule.json, version 2, with rooms, tracks and people
- programme.ics: iCalendar (RFC 5545)
- dictionary.csv: what each column of programme.csv holds

Times are in the timezone {timezone}. Cancelled sessions are there, and marked.
The only personal data are those of the published programme: name, job, organisation and
biography of the people who speak.
"""
FICTITIOUS = {
    "fr": "\nDémonstration : les personnes et les séances sont inventées.\n",
    "en": "\nDemonstration: people and sessions are invented.\n",
}


def pack(programme: Programme) -> bytes:
    """Return the pack as a ZIP; the same version gives the same bytes."""
    language = programme.language
    files = {
        "LISEZMOI.txt": readme(programme, "fr"),
        "README.txt": readme(programme, "en"),
        "dictionary.csv": dictionary(programme),
        "programme.csv": tables.sessions_csv(programme, language=language),
        "programme.ics": ics.calendar(programme, language=language),
        "programme.json": schedule_json.schedule_v2(programme),
    }
    moment = programme.published_at.astimezone(UTC)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as whole:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{programme.edition}/{name}", moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = FILE_MODE << 16
            whole.writestr(entry, content)
    return out.getvalue()


def readme(programme: Programme, language: str) -> bytes:
    """Return what the pack says of itself."""
    text = (FRENCH if language == "fr" else ENGLISH).format(
        title=said(programme.title, programme, language),
        version=programme.version,
        day=programme.published_at.astimezone(UTC),
        address=programme_address(programme),
        licence=f"{LICENCE} ({LICENCE_ID})",
        timezone=programme.timezone,
    )
    return (text + (FICTITIOUS[language] if programme.fictitious else "")).encode()


def dictionary(programme: Programme) -> bytes:
    """Return what each column of the CSV holds, one row a column, as CSV."""
    rows: list[list[Cell]] = []
    for name, header in tables.headers(programme, programme.language):
        kind, french, english = DICTIONARY[name]
        rows.append([header, kind, french, english])
    return write_csv(["column", "type", "description_fr", "description_en"], rows)
