"""The words of session types and roles: as we write them, and as others' files say them."""

import re

from forum.core.text import fold
from schedule.models import SessionType, SpeakerRole

TYPE_NAMES: dict[SessionType, dict[str, str]] = {
    SessionType.PLENARY: {"fr": "Plénière", "en": "Plenary"},
    SessionType.KEYNOTE: {"fr": "Grande conférence", "en": "Keynote"},
    SessionType.ROUND_TABLE: {"fr": "Table ronde", "en": "Round table"},
    SessionType.WORKSHOP: {"fr": "Atelier", "en": "Workshop"},
    SessionType.TALK: {"fr": "Conférence", "en": "Talk"},
    SessionType.SIDE_EVENT: {"fr": "Événement associé", "en": "Side event"},
    SessionType.BREAK: {"fr": "Pause", "en": "Break"},
    SessionType.OTHER: {"fr": "Autre", "en": "Other"},
}

ROLE_NAMES: dict[SpeakerRole, dict[str, str]] = {
    SpeakerRole.MODERATOR: {"fr": "modération", "en": "moderator"},
    SpeakerRole.CHAIR: {"fr": "présidence", "en": "chair"},
    SpeakerRole.SPEAKER: {"fr": "intervention", "en": "speaker"},
    SpeakerRole.GUEST: {"fr": "grand témoin", "en": "guest"},
    SpeakerRole.CONTRIBUTOR: {"fr": "contribution", "en": "contributor"},
    SpeakerRole.HOST: {"fr": "accueil", "en": "host"},
}

ROLE_NAMES_OF_MANY: dict[SpeakerRole, dict[str, str]] = {
    SpeakerRole.MODERATOR: {"fr": "modération", "en": "moderators"},
    SpeakerRole.CHAIR: {"fr": "présidence", "en": "chairs"},
    SpeakerRole.SPEAKER: {"fr": "intervention", "en": "speakers"},
    SpeakerRole.GUEST: {"fr": "grands témoins", "en": "guests"},
    SpeakerRole.CONTRIBUTOR: {"fr": "contribution", "en": "contributors"},
    SpeakerRole.HOST: {"fr": "accueil", "en": "hosts"},
}

TYPE_WORDS: dict[SessionType, str] = {
    SessionType.PLENARY: "plenary, pleniere, seance pleniere, plenary session, plenarium, plenum,"
    " opening, ouverture, closing, cloture, eroffnung, seance d ouverture, seance de cloture",
    SessionType.KEYNOTE: "keynote, keynotes, grande conference, conference inaugurale,"
    " grand temoin, grand entretien",
    SessionType.ROUND_TABLE: "round table, roundtable, table ronde, tables rondes, panel, podium,"
    " panel discussion, podiumsdiskussion, discussion, debat, debate, runder tisch, diskussion",
    SessionType.WORKSHOP: "workshop, atelier, ateliers, hands on, tutorial, tutoriel, training,"
    " formation, masterclass, master class, lab, bootcamp",
    SessionType.TALK: "talk, lecture, vortrag, conference, presentation, expose, intervention,"
    " lightning talk, lightningtalk, short talk, long talk, devroom, main track, maintrack,"
    " retour d experience, rex, temoignage, demo, demonstration, case study, pitch, session",
    SessionType.SIDE_EVENT: "side event, sideevent, evenement associe, off, visite, visit,"
    " cocktail, networking, diner, soiree, social event, social, reception, gala, tour",
    SessionType.BREAK: "break, pause, pausen, coffee break, pause cafe, cafe, coffee, dejeuner,"
    " lunch, lunch break, pause dejeuner, buffet, mittagspause, kaffeepause, repas, catering,"
    " petit dejeuner, accueil cafe, cafe d accueil",
    SessionType.OTHER: "other, autre, divers, sonstiges, misc, meta, meeting, performance,"
    " concert, game, reunion, treffen, show, film, movie, special, andere",
}

ROLE_WORDS: dict[SpeakerRole, str] = {
    SpeakerRole.MODERATOR: "moderator, moderation, moderateur, moderatrice, animateur, animatrice,"
    " animation, anime par, modere par, moderatorin, facilitator, facilitateur, facilitatrice, mod",
    SpeakerRole.CHAIR: "chair, chairperson, chairman, chairwoman, president, presidente,"
    " presidence, president de seance, presidente de seance, session chair",
    SpeakerRole.SPEAKER: "speaker, intervenant, intervenante, intervention, orateur, oratrice,"
    " referent, referentin, conferencier, conferenciere, panelist, panelliste, panellist,"
    " paneliste",
    SpeakerRole.GUEST: "guest, grand temoin, grande temoin, invite, invitee, temoin, gast,"
    " invite d honneur, discutant, discutante",
    SpeakerRole.CONTRIBUTOR: "contributor, contribution, contributeur, contributrice, coauthor,"
    " co author, coauteur, coautrice, assistant, rapporteur, rapporteure",
    SpeakerRole.HOST: "host, accueil, hote, hotesse, gastgeber, coordinator, organizer,"
    " organisateur, organisatrice",
}


LANGUAGE_WORDS = {
    "francais": "fr", "french": "fr", "franzosisch": "fr", "anglais": "en", "english": "en",
    "englisch": "en", "allemand": "de", "german": "de", "deutsch": "de", "espagnol": "es",
    "spanish": "es", "occitan": "oc", "italien": "it", "italian": "it", "langue des signes": "fsl",
}  # fmt: skip


def bare(text: str) -> str:
    """Return `text` folded to ASCII words with one space between: how words are compared."""
    return re.sub(r"[^0-9a-z]+", " ", fold(text)).strip()


_TYPES = {one.strip(): kind for kind, all_ in TYPE_WORDS.items() for one in all_.split(",")}
_ROLES = {one.strip(): role for role, all_ in ROLE_WORDS.items() for one in all_.split(",")}


def session_type(text: str) -> SessionType | None:
    """Return the type that a French, English or German word means, or None."""
    return _TYPES.get(bare(text))


def speaker_role(text: str) -> SpeakerRole | None:
    """Return the role that a French, English or German word means, or None."""
    return _ROLES.get(bare(text))


def type_name(kind: SessionType, language: str) -> str:
    """Return `Table ronde`, `Round table`: the type as people read it."""
    return TYPE_NAMES[kind]["fr" if language.startswith("fr") else "en"]


def role_name(role: SpeakerRole, language: str) -> str:
    """Return `modération`, `moderator`: the role as people read it."""
    return ROLE_NAMES[role]["fr" if language.startswith("fr") else "en"]
