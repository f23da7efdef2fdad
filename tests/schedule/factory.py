"""Programmes made from a seed: French and English sessions of the shapes that real ones have."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from forum.core.text import slug, sort_key
from schedule.models import (
    GuideLink,
    Participation,
    Programme,
    Room,
    Session,
    SessionType,
    Speaker,
    SpeakerRole,
    Track,
)

ZONE = ZoneInfo("Europe/Paris")
FIRST_DAY = date(2027, 3, 22)

ROOMS = [
    ("Grand auditorium", 800, "Niveau 0"),
    ("Salle Garonne", 240, "Niveau 1"),
    ("Salle Ariège", 180, "Niveau 1"),
    ("Salle Tarn", 120, "Niveau 2"),
    ("Atelier Hers", 40, "Niveau 2"),
    ("Atelier Touch", 40, "Niveau 2"),
]
TRACKS = [
    ("Numérique responsable", "Responsible digital"),
    ("Intelligence artificielle et données", "Artificial intelligence and data"),
    ("Cybersécurité", "Cybersecurity"),
    ("Médiation numérique", "Digital mediation"),
    ("Démocratie participative", "Participatory democracy"),
]
GIVEN = (
    "Zoé Anaïs Jean-Baptiste Maëlle François Noémie Loïc Inès Gaëtan Chloé Aurélien Maud Hélène "
    "Thaïs Rémi Yann Océane Kévin Solène Benoît Amélie Édouard Lætitia Théo"
).split()
FAMILY = (
    "Lefèvre|d’Aubigné|Le Goff|Œuvrard|Muñoz|Béranger|de La Tour|Nguyên|N’Diaye|Saint-Aubin|"
    "Çelik|Castelnau|Dubosc|Élie|Fauré|Garrigue|Hautpoul|Iribarne|Jaurès-Martin|Labadie"
).split("|")
TOWNS = (
    "Ville de Montauban|Toulouse Métropole|Communauté d’agglomération du Grand Cahors|"
    "Département de l’Ariège|Région Occitanie|Syndicat mixte Tarn numérique|Ville de Pamiers|"
    "Communauté de communes des Terres du Lauragais"
).split("|")
JOBS = (
    "directrice générale adjointe|maire|président|cheffe de projet|responsable de la sécurité|"
    "sous-préfète|conseillère numérique|délégué à la protection des données"
).split("|")
VERBS = [
    ("Accélérer", "Speeding up"),
    ("Financer", "Funding"),
    ("Simplifier", "Simplifying"),
    ("Mesurer", "Measuring"),
    ("Partager", "Sharing"),
    ("Sécuriser", "Securing"),
    ("Co-construire", "Building together"),
]
THINGS = [
    ("la donnée au service des élus", "data that serves elected officials"),
    ("l’accueil des usagers en France services", "public welcome desks"),
    ("l’accessibilité des démarches en ligne", "accessible online services"),
    ("la cybersécurité des petites communes", "security in small towns"),
    ("les budgets participatifs à l’échelle du département", "participatory budgets"),
    ("l’hébergement souverain", "sovereign hosting"),
]
ENDS = [
    ("", ""),
    (" : de l’expérimentation au passage à l’échelle", ": from trial to scale"),
    (" : retours d’expérience et points de vigilance", ": lessons and pitfalls"),
    (" — quel cadre juridique après 2026 ?", " — what rules after 2026?"),
]
ABSTRACT_FR = (
    "Comment les collectivités et l’État peuvent-ils avancer ensemble ? À partir de cas concrets, "
    "les intervenants reviendront sur les leviers de financement, la gouvernance et l’association "
    "des habitants. Un temps d’échange de 20 min est prévu avec la salle. « Faire simple » : "
    "c’est le mot d’ordre ; une boucle magnétique et une transcription sont disponibles. "
)
ABSTRACT_EN = (
    "How can local authorities and the State move forward together? From real cases, the panel "
    "looks at funding, governance and how residents take part. Twenty minutes are kept for the "
    "floor. A hearing loop and a live transcription are available. "
)
SLOTS = [("09:15", 60), ("10:45", 75), ("14:00", 60), ("15:15", 60), ("16:45", 60)]
BREAKS = [("10:15", 30, "Café d’accueil", "Coffee"), ("12:00", 120, "Déjeuner", "Lunch")]


def uuid(rng: random.Random) -> UUID:
    """Return an id that depends on the seed only."""
    return UUID(int=rng.getrandbits(128), version=4)


def at(day: date, clock: str) -> datetime:
    """Return the instant of a time on the wall in Toulouse."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def rooms(rng: random.Random, many: int) -> list[Room]:
    """Return `many` rooms."""
    found = []
    for n in range(many):
        name, capacity, floor = ROOMS[n] if n < len(ROOMS) else (f"Salle {n + 1}", 60, "Niveau 3")
        found.append(
            Room(
                id=uuid(rng), slug=slug(name), name=name, position=n, capacity=capacity, floor=floor
            )
        )
    return found


def speakers(rng: random.Random, many: int) -> list[Speaker]:
    """Return `many` people in order of their sort key."""
    pairs = [(given, family) for given in GIVEN for family in FAMILY]
    rng.shuffle(pairs)
    found = [
        Speaker(
            id=uuid(rng),
            slug=slug(f"{given} {family}"),
            name=f"{given} {family}",
            sort_key=sort_key(family, given),
            organisation=rng.choice(TOWNS),
            job_title=rng.choice(JOBS),
        )
        for given, family in pairs[:many]
    ]
    return sorted(found, key=lambda one: one.sort_key)


def panel(rng: random.Random, people: list[Speaker], type_: SessionType) -> list[Participation]:
    """Return a moderator, three to five speakers and sometimes a guest, or a speaker or two."""
    if type_ is SessionType.BREAK:
        return []
    if type_ in {SessionType.ROUND_TABLE, SessionType.PLENARY}:
        chosen = rng.sample(people, rng.randint(4, 6))
        roles = [SpeakerRole.MODERATOR] + [SpeakerRole.SPEAKER] * (len(chosen) - 1)
        if rng.random() < 0.3:
            roles[-1] = SpeakerRole.GUEST
        return [Participation(speaker_id=p.id, role=r) for p, r in zip(chosen, roles, strict=True)]
    return [Participation(speaker_id=p.id) for p in rng.sample(people, rng.randint(1, 2))]


def programme(
    *, seed: int = 1, sessions: int = 60, room_count: int = 6, days: int | None = None
) -> Programme:
    """Return a programme of `sessions` sessions, breaks beside them, over whole days."""
    rng = random.Random(seed)  # noqa: S311  # a seed is the point
    all_rooms = rooms(rng, room_count)
    people = speakers(rng, max(12, min(sessions * 2, 460)))
    tracks = [
        Track(id=uuid(rng), slug=slug(fr), name={"fr": fr, "en": en}, position=n, tint=n + 1)
        for n, (fr, en) in enumerate(TRACKS)
    ]
    per_day = len(SLOTS) * room_count
    lasting = days or max(2, -(-sessions // per_day))
    cells = [
        (FIRST_DAY + timedelta(days=day), clock, minutes, room)
        for day in range(lasting)
        for clock, minutes in SLOTS
        for room in all_rooms
    ]
    chosen = sorted(rng.sample(range(len(cells)), min(sessions, len(cells))))
    made = []
    for number, which in enumerate(chosen, start=1):
        day, clock, minutes, room = cells[which]
        type_ = rng.choice(
            [
                SessionType.ROUND_TABLE,
                SessionType.ROUND_TABLE,
                SessionType.WORKSHOP,
                SessionType.TALK,
            ]
        )
        verb, thing, end = rng.choice(VERBS), rng.choice(THINGS), rng.choice(ENDS)
        title = {
            "fr": f"{verb[0]} {thing[0]}{end[0]} ({number})",
            "en": f"{verb[1]} {thing[1]}{end[1]} ({number})",
        }
        made.append(
            Session(
                id=uuid(rng),
                number=number,
                slug=f"{slug(title['fr'])}-{number}",
                type=type_,
                title=title,
                subtitle={"fr": "Retour d’expérience"} if rng.random() < 0.2 else {},
                abstract={
                    "fr": (ABSTRACT_FR * rng.choice([1, 1, 2])).strip(),
                    "en": (ABSTRACT_EN * rng.choice([1, 1, 2])).strip(),
                },
                language=rng.choice(["fr", "fr", "fr", "en"]),
                track_id=rng.choice(tracks).id,
                room_id=room.id,
                starts_at=at(day, clock),
                minutes=minutes,
                people=panel(rng, people, type_),
            )
        )
    for day in range(lasting if sessions else 0):
        for clock, minutes, fr, en in BREAKS:
            number = len(made) + 1
            made.append(
                Session(
                    id=uuid(rng),
                    number=number,
                    slug=f"{slug(fr)}-{number}",
                    type=SessionType.BREAK,
                    title={"fr": fr, "en": en},
                    starts_at=at(FIRST_DAY + timedelta(days=day), clock),
                    minutes=minutes,
                )
            )
    order = {room.id: room.position for room in all_rooms}
    made.sort(key=lambda s: (s.starts_at, order.get(s.room_id, -1), s.number))
    return Programme(
        edition="forum-2027",
        title={"fr": "Forum des territoires numériques", "en": "Forum of Digital Territories"},
        subtitle={
            "fr": "Quel service public du numérique demain ?",
            "en": "What digital public service tomorrow?",
        },
        timezone="Europe/Paris",
        starts_on=FIRST_DAY,
        ends_on=FIRST_DAY + timedelta(days=lasting - 1),
        languages=["fr", "en"],
        venue={"fr": "Centre de congrès Pierre-Baudis, Toulouse", "en": "Toulouse congress centre"},
        base_url="https://forum.example",
        version=3,
        published_at=datetime(2027, 3, 1, 9, 30, tzinfo=UTC),
        fictitious=True,
        rooms=all_rooms,
        tracks=tracks,
        speakers=people if sessions else [],
        sessions=made,
        guides=[
            GuideLink(
                slug="charte-ia",
                title={
                    "fr": "Guide de l’intelligence artificielle pour les élus",
                    "en": "AI guide",
                },
                path="/forum-2027/guides/charte-ia",
            ),
            GuideLink(
                slug="cyber",
                title={"fr": "Cybersécurité : les dix premiers réflexes", "en": "Ten first steps"},
                path="/forum-2027/guides/cyber",
            ),
        ],
    )
