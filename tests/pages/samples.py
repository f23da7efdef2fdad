"""One or more sample contexts for every page and e-mail: what the routes hand to the templates."""

import uuid
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from types import SimpleNamespace as View
from uuid import UUID

import msgspec

from badges.board import charts as board_charts
from badges.board import numbers as door_board
from badges.board import views as board_views
from badges.devices import views as device_views
from badges.devices.models import Announced, StoredDevice
from badges.models import AttestedTime, Directions, Gate, GateKind, Outcome, Presence, Ticket
from badges.papers.models import Attended, HalfHours
from forum.campaigns.models import Campaign, Fate, Progress, Reach, Skip, State
from forum.campaigns.models import Row as Recipient
from forum.campaigns.organiser_routes import Typed
from forum.core.context import Edition, EditionState
from forum.core.i18n import words
from forum.core.pages import Templates
from forum.core.sheets import Format
from forum.core.text import Filled
from forum.demo import programme as demo_programme
from forum.editions.models import Category, Consent
from forum.letters.kinds import CAMPAIGN as KIND_OF_CAMPAIGNS
from forum.letters.kinds import KINDS, PLACEHOLDERS
from forum.letters.models import LetterText
from forum.letters.pages import places
from forum.pages import charts, dashboard, form_values
from forum.pages.verify import NOTHING
from forum.questions import views
from forum.questions.models import AnswerCount, Condition, Kind, Option, Question
from forum.registrations import import_routes, importing, intake_models
from forum.registrations.bulk import Done, ManyDeed, Order
from forum.registrations.columns import BASIC, Group
from forum.registrations.columns import columns as columns_of
from forum.registrations.desk_printers import DeskPrinters
from forum.registrations.exporting import Labels
from forum.registrations.exporting import Order as Export
from forum.registrations.listing import Asked, Choice, Column, Filter, Row, Sort
from forum.registrations.listing import Page as Found
from forum.registrations.mails import Values, Written, context_of, write
from forum.registrations.models import (
    DayCount,
    OrganisationCount,
    RegistrationForm,
    Status,
    StatusCount,
)
from forum.speakers import mails as speaker_mails
from forum.speakers import routes as speaker_routes
from forum.speakers import rules as speaker_rules
from forum.speakers.models import Held, OwnSession
from forum.speakers.organiser_routes import STATES
from forum.speakers.service import Desk as SpeakerDesk
from forum.territories import service as territories
from schedule import board, part_views, part_words, resting
from schedule.asking import Arrangement
from schedule.asking import Asked as AskedProgramme
from schedule.conflicts import USUAL, conflicts
from schedule.edits import Part, PartKind, SpeakerPart, part_of
from schedule.importing import read as read_programme
from schedule.importing.sheet import Guess
from schedule.models import (
    Draft,
    FloorPlan,
    Link,
    Marker,
    PlanPicture,
    PublishedGuide,
    Span,
    Speaker,
    SpeakerBackstage,
    SpeakerRole,
    SpeakerState,
    Travel,
)
from schedule.part_fields import KIND_PLACES
from schedule.part_forms import Sent
from schedule.saying import Teller
from schedule.views import Viewer
from tests.pages import (
    attendance_samples,
    gate_samples,
    layout_samples,
    paper_samples,
    printer_samples,
    programme_paper_samples,
    run_samples,
)
from tests.schedule.factory import programme

EDITION = Edition(
    id=1,
    slug="toulouse-2027",
    title={"fr": "Forum du numérique partagé", "en": "Forum of Shared Digital Services"},
    timezone="Europe/Paris",
    starts_on=date(2027, 3, 23),
    ends_on=date(2027, 3, 24),
    languages=["fr", "en"],
    state=EditionState.OPEN,
    subtitle={
        "fr": "Ce que les territoires font ensemble",
        "en": "What local authorities do together",
    },
    venue={"fr": "Centre de congrès Pierre-Baudis, Toulouse", "en": "Pierre-Baudis, Toulouse"},
    contact_email="contact@forum.example",
    fictitious=True,
)
BASE = "/toulouse-2027"
OPENS_AT = datetime(2027, 3, 23, 8, 0, tzinfo=UTC)
TRACKS = [
    View(slug="numerique-responsable", name="Numérique responsable", tint=1),
    View(slug="ia-et-donnees", name="Intelligence artificielle et données", tint=2),
    View(slug="cybersecurite", name="Cybersécurité", tint=3),
    View(slug="mediation", name="Médiation numérique", tint=4),
    View(slug="participation", name="Démocratie participative", tint=5),
]
ROOMS = ["Auditorium", "Salle Garonne", "Salle Canal", "Salle Capitole", "Atelier 1", "Atelier 2"]
TITLES = [
    "Partager ses données sans perdre la confiance des habitants",
    "Sobriété : ce que nous avons éteint, et ce que personne n’a réclamé",
    "Une attaque un vendredi soir : récit d’une mairie de 4 000 habitants",
    "Aidants numériques : tenir dans la durée",
    "Budget participatif : au-delà du vote en ligne",
    "Acheter un logiciel libre à plusieurs",
]
PEOPLE = [
    View(
        name="Maëlys d’Hérouville-Nguyen",
        role="Animation",
        path="/toulouse-2027/speakers/maelys-d-herouville-nguyen",
        photo="/toulouse-2027/speakers/maelys-d-herouville-nguyen/photo",
        organisation="Communauté de communes du Val d’Ambroise",
        biography="Journaliste, elle anime depuis dix ans les débats des collectivités.",
    ),
    View(
        name="Yann Le Guellec",
        role="",
        organisation="Ville de Kerlouan",
        biography="",
        path="/toulouse-2027/speakers/yann-le-guellec",
        photo=None,
    ),
    View(
        name="Anne-Sophie Çelik",
        role="Grand témoin",
        organisation="",
        biography="",
        path="/toulouse-2027/speakers/anne-sophie-celik",
        photo=None,
    ),
]


def session(number: int, starts_at: datetime, *, kind: str = "round_table") -> View:
    """Return the view of one session; `number` picks its room, track and title."""
    pause = kind == "break"
    return View(
        kind=kind,
        type="Pause" if pause else "Table ronde",
        title="Café d’accueil" if pause else TITLES[number % len(TITLES)],
        subtitle="",
        slug=f"session-{number}",
        path=f"{BASE}/sessions/session-{number}",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=75),
        times="9\u00a0h\u202f–\u202f10\u00a0h\u00a015",
        room=None if pause else ROOMS[number % len(ROOMS)],
        track=None if pause else TRACKS[number % len(TRACKS)],
        language="anglais" if number == 1 else "",
        sign_up=number == 1,
        people=[] if pause else PEOPLE,
        cancelled=number == 4,
        seats=None if number % 3 else View(capacity=24, left=number % 2),
        place=View(
            path="/toulouse-2027/rooms#salle",
            floor="Niveau 1",
            access=["accès de plain-pied", "boucle magnétique"],
            description="Au bout du couloir.",
        ),
        tags=["sobriété", "achat public"] if number == 1 else [],
        partners=[
            View(name="Coopérative Lumen d’Oc", url="https://example.org/"),
            View(name="Syndicat Tarn numérique", url=None),
        ]
        if number == 1
        else [],
        guides=[View(title="Se préparer", path=f"{BASE}/guides/cyber/download")]
        if number == 1
        else [],
        capacity=40 if number == 1 else None,
        livestream="https://example.org/direct" if number == 1 else None,
        abstract=["Un premier paragraphe qui dit pourquoi venir.", "Un second, plus concret."],
        links=[View(url="https://example.org/etude", title="L’étude citée")],
        ics_path=f"{BASE}/sessions/session-{number}.ics",
    )


def slots(*, days: int = 1) -> list[View]:
    """Return `days` days of some 23 sessions each, breaks among them."""
    made = []
    for day in range(days):
        for hour, width in enumerate([1, 1, 4, 1, 4, 1, 5, 1, 5]):
            starts_at = OPENS_AT + timedelta(days=day, hours=hour)
            kind = "break" if hour in {0, 3, 5} else "round_table"
            sessions = [session(hour * 7 + n, starts_at, kind=kind) for n in range(width)]
            made.append(
                View(
                    day=starts_at.date(),
                    heading=f"{10 + hour}\u00a0h",
                    tint=None,
                    sessions=sessions,
                )
            )
    return made


def themes() -> list[View]:
    """Return one day by track."""
    made = [
        View(day=EDITION.starts_on, heading=one.name, tint=one.tint, sessions=slots()[2].sessions)
        for one in TRACKS
    ]
    other = slots()[1].sessions
    return [
        *made,
        View(day=EDITION.starts_on, heading="Autres séances", tint=None, sessions=other),
    ]


def rooms_table() -> View:
    """Return one day as a table of rooms."""
    rows = []
    for slot in slots():
        if len(slot.sessions) == 1:
            rows.append(View(heading=slot.heading, across=slot.sessions, cells=[]))
            continue
        cells = [View(room=room, rows=1, sessions=[]) for room in ROOMS]
        for one in slot.sessions:
            cells[ROOMS.index(one.room)] = View(room=one.room, rows=1, sessions=[one])
        rows.append(View(heading=slot.heading, across=[], cells=cells))
    return View(day=EDITION.starts_on, columns=ROOMS, rows=rows)


DAYS = [
    View(date=EDITION.starts_on, path=f"{BASE}/programme?day=2027-03-23", current=True),
    View(date=EDITION.ends_on, path=f"{BASE}/programme?day=2027-03-24", current=False),
]
ALL_DAYS = View(path=f"{BASE}/programme?day=all", current=False)
NO_DAY = [View(date=one.date, path=one.path, current=False) for one in DAYS]
CATEGORIES = [
    View(
        code="elected",
        name={"fr": "Élu·e", "en": "Elected official"},
        places_left=12,
        open=True,
        approval=False,
        invitation_only=False,
    ),
    View(
        code="agent",
        name={"fr": "Agent public", "en": "Public agent"},
        places_left=1,
        open=True,
        approval=False,
        invitation_only=False,
    ),
    View(
        code="partner",
        name={"fr": "Partenaire", "en": "Partner"},
        places_left=0,
        open=True,
        approval=False,
        invitation_only=False,
    ),
    View(
        code="press",
        name={"fr": "Presse", "en": "Press"},
        places_left=None,
        open=True,
        approval=False,
        invitation_only=False,
    ),
    View(
        code="staff",
        name={"fr": "Organisation", "en": "Staff"},
        places_left=4,
        open=False,
        approval=False,
        invitation_only=False,
    ),
]
GUIDES = [
    View(
        title={"fr": "Mutualiser ses services numériques"},
        description={"fr": "Le guide pas à pas, avec les contrats types."},
        kind="pdf",
        size="2,1 Mo",
        path=f"{BASE}/guides/mutualiser/download",
    ),
    View(
        title={"fr": "Se préparer à une cyberattaque"},
        description={},
        kind="link",
        size=None,
        path="https://example.org/cyber",
    ),
]
SENT = {
    "given_name": "Maëlys",
    "family_name": "d’Hérouville",
    "email": "maelys@",
    "category": "agent",
    "organisation": "Dupont & <Fils",
    "language": "en",
}
ERRORS = {
    "family_name": "Cette réponse est nécessaire.",
    "email": "Donnez une adresse comme nom@exemple.fr.",
    "category": "Choisissez une des réponses proposées.",
}
CONSENTS = [
    View(
        purpose="news", wording={"fr": "Recevoir les nouvelles de la prochaine édition."}, version=1
    )
]
AGREED = View(
    purpose="news",
    wording={"fr": "Recevoir les nouvelles par courriel."},
    version=1,
    given_at=OPENS_AT,
    withdrawn_at=None,
)
WITHDRAWN = View(
    purpose="photos",
    wording={"fr": "Paraître sur les photos."},
    version=1,
    given_at=OPENS_AT,
    withdrawn_at=OPENS_AT,
)
CONSENTED = [
    View(
        purpose="news",
        wording={"fr": "Recevoir les nouvelles de la prochaine édition."},
        version=2,
        in_force=AGREED,
        history=[AGREED],
    ),
    View(
        purpose="photos",
        wording={"fr": "Paraître sur les photos."},
        version=1,
        in_force=None,
        history=[WITHDRAWN],
    ),
]
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37" width="240" height="240">'
    '<path fill="#000" d="M4 4h9v9h-9zM24 4h9v9h-9zM4 24h9v9h-9zM16 16h6v6h-6z"/></svg>'
)
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAA"
    "SUVORK5CYII="
)


def option(code: str, label: str, left: int | None = None) -> Option:
    """Return an answer to choose, with so many places left."""
    return Option(
        code=code,
        label={"fr": label},
        open=True,
        places=left if left is None else 9 + left,
        taken=9,
    )


def question(code: str, kind: str, label: str, **given: object) -> Question:
    """Return a question."""
    values = {
        "code": code,
        "kind": Kind(kind),
        "label": {"fr": label},
        "help": {},
        "required": False,
        "sensitive": False,
        "categories": [],
        "condition": None,
        "options": [],
        "least": None,
        "most": None,
        "retired_at": None,
    }
    return Question(**{**values, **given})


def registration(status: str, *, turn: int | None = None) -> View:
    """Return the view of a registration in one state."""
    confirmed = status == "confirmed"
    return View(
        reference="K7QM-42XR",
        given_name="Maëlys",
        family_name="d’Hérouville-Nguyen",
        email="maelys@val-ambroise.example",
        category_name={"fr": "Agent public", "en": "Public agent"},
        organisation="Communauté de communes du Val d’Ambroise",
        status=status,
        turn=turn,
        ticket_svg=SVG if confirmed else None,
        ticket_png_path="/me/abc/ticket.png",
        key="abc",
        days=[*EDITION.days],
        offer_until=OPENS_AT if status == "offered" else None,
    )


def seat(number: int, **given: object) -> dict[str, object]:
    """Return the view of one session with seats, as its attendee sees it."""
    starts_at = OPENS_AT + timedelta(hours=number // 4)
    row = {
        "id": str(UUID(int=number + 1)),
        "title": TITLES[number % len(TITLES)],
        "path": f"{BASE}/sessions/session-{number}",
        "room": ROOMS[number % len(ROOMS)] if number % 5 else None,
        "day": EDITION.starts_on,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=75),
        "open": True,
        "capacity": 24,
        "left": number * 3 % 7,
        "state": "released",
        "place": None,
        "answer_by": None,
        "clashes": [],
        "may_take": True,
        "may_give": True,
    }
    return {**row, **given}


MINE = [
    seat(1, state="seat"),
    seat(2, state="seat", clashes=[TITLES[1]], answer_by=OPENS_AT),
    seat(3, state="waiting", place=3, clashes=[TITLES[1]]),
    seat(4, state="seat", open=False),
]
SEATS = {
    "key": "abc",
    "confirmed": True,
    "opens_at": None,
    "mine": MINE,
    "days": [{"date": day, "current": n == 0} for n, day in enumerate(EDITION.days)],
    "day": "2027-03-23",
    "slots": [
        {
            "starts_at": OPENS_AT + timedelta(hours=hour),
            "sessions": [
                next((one for one in MINE if one["id"] == row["id"]), row)
                for row in (seat(number) for number in range(hour * 4, hour * 4 + 4))
            ],
        }
        for hour in range(6)
    ],
    "note": "",
    "problem": "",
}
MANAGED = ("confirmed", "waiting", "cancelled", "pending", "offered", "refused")


ANSWERS = [("Serez-vous au dîner ?", "Oui"), ("Que mangez-vous ?", "De tout, végétalien")]


def managed(status: str) -> dict[str, object]:
    """Return what the page of a registration in one state is given."""
    shown = registration(status, turn=3 if status == "waiting" else None)
    return {
        "registration": shown,
        "may_change": status not in {"cancelled", "refused"},
        "attested": status == "confirmed",
        "has_pass": status == "confirmed",
        "taken_back": False,
        "answers": ANSWERS,
        "open_questions": [{"fr": "Que mangez-vous ?"}] if status == "waiting" else [],
        "consents": [] if status == "pending" else CONSENTED,
        "may_agree": status not in {"cancelled", "refused"},
        "done": "",
        "key": "abc",
        "seats": MINE if status == "confirmed" else [],
        "has_sessions": status != "waiting",
        "undone": "Relisez le texte." if status == "waiting" else None,
    }


OWN = View(
    category="agent",
    reference="K7QM-42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    email="maelys@val-ambroise.example",
    category_name={"fr": "Agent public", "en": "Public agent"},
    organisation="Communauté de communes du Val d’Ambroise",
    job_title="Directrice",
    revision=3,
)
OWN_PAGE = {
    "own": OWN,
    "key": "abc",
    "may_change": True,
    "may_transfer": True,
    "sent": {},
    "errors": {},
}
EDIT = {
    **OWN_PAGE,
    "chosen_days": ["2027-03-23"],
    "categories": CATEGORIES[:3],
    "asks_days": True,
    "meanwhile": False,
    "questions": [],
    "question_places": {},
    "typed": {},
    "kept": {},
    "names": {},
}
GROUP = {
    "registration_open": True,
    "categories": CATEGORIES,
    "sent": {},
    "errors": {},
    "lines": {},
}
GROUP_ERRORS = {
    "coordinator_email": "Donnez une adresse comme nom@exemple.fr.",
    "people.2": "Donnez une adresse comme nom@exemple.fr.",
    "people.5": "Cette réponse est nécessaire.",
}
HOME = {
    "categories": CATEGORIES,
    "registration_open": True,
    "programme_published": True,
    "highlights": [
        View(
            title=TITLES[n],
            when="mardi 23 mars, 10 h",
            path=f"{BASE}/sessions/session-{n}",
            track=TRACKS[n % 5],
        )
        for n in range(6)
    ],
    "present": None,
    "now_path": f"{BASE}/programme?view=now",
    "guides": GUIDES,
}
QUESTIONS = [
    question("comes", "yes_no", "Serez-vous au dîner ?", required=True),
    question(
        "meal",
        "choices",
        "Que mangez-vous ?",
        condition=Condition(question="comes", answers=["yes"]),
        sensitive=True,
        options=[option("meat", "De tout"), option("vegan", "Végétalien")],
    ),
    question(
        "visit",
        "choice",
        "Quelle visite ?",
        categories=["elected", "agent"],
        help={"fr": "Une heure, le soir.", "en": "One hour, in the evening."},
        options=[option("museum", "Le muséum", 1), option("canal", "Le canal", 0)],
    ),
    question("town", "choice", "D’où ?", options=[option(f"t{n}", f"Ville {n}") for n in range(9)]),
    question("arrival", "date", "Quand arrivez-vous ?"),
    question("people", "number", "Combien d’accompagnants ?", least=0, most=5),
    question("line", "text", "Votre devise"),
    question("text", "long_text", "Vos attentes", required=True),
    question("file", "file", "Votre mandat"),
]
REGISTER = {
    "categories": CATEGORIES,
    "questions": [],
    "question_places": {},
    "typed": {},
    "consents": CONSENTS,
    "registration_open": True,
    "sent": {},
    "ticked": [],
    "errors": {},
    "asks_days": False,
    "chosen_days": [],
    "asks_invitation": False,
}
PRESENT = View(
    during=True,
    now=[session(n, OPENS_AT) for n in range(3)],
    following=[session(n, OPENS_AT + timedelta(hours=2)) for n in (3, 4)],
    following_day=None,
    more=True,
)
PROGRAMME = {
    "jsonld": '{"@context":"https://schema.org","@type":"Event","name":"Forum"}',
    "programme": View(version=3, rooms=[*ROOMS], plans=[]),
    "chosen_day": True,
    "asked": AskedProgramme(day="2027-03-23"),
    "query": "",
    "views": [
        View(name=name, path=f"{BASE}/programme?view={view}", current=view == "time")
        for name, view in (("Par heure", "time"), ("Par salle", "rooms"), ("Par thème", "tracks"))
    ],
    "days": DAYS,
    "all_days": ALL_DAYS,
    "slots": slots(),
    "grids": [],
    "found": 23,
    "choices": {
        "track": [(one.slug, one.name) for one in TRACKS],
        "type": [("plenary", "Plénière"), ("round_table", "Table ronde"), ("workshop", "Atelier")],
        "language": [("en", "anglais"), ("fr", "français")],
        "room": [(f"salle-{n}", name) for n, name in enumerate(ROOMS)],
        "tag": [("achat public", "achat public"), ("sobriété", "sobriété")],
        "sign_up": True,
    },
    "present": PRESENT,
    "now_path": f"{BASE}/programme?view=now",
    "missing": 0,
    "calendar_path": "",
}
SESSION = {
    "jsonld": '{"@type":"Event","name":"Ouverture"}',
    "programme": View(version=3),
    "session": session(1, OPENS_AT),
    "previous": None,
    "following": session(2, OPENS_AT),
}
SPEAKERS = {
    "programme": View(version=3),
    "groups": [View(letter=letter, people=PEOPLE) for letter in "CHL"],
    "letters": ["C", "H", "L"],
    "letter": "",
    "found": 9,
    "q": "",
    "jsonld": '{"@context":"https://schema.org","@type":"Event","name":"Forum"}',
}
IMPORTED = read_programme(
    "Titre;Date;Début;Intervenants\nOuverture;23/03/2027;9h;Zoé Lefèvre\nEau;;;".encode(), "a.csv"
).draft
FILE_CHOICE: dict[str, object] = {
    "staff": View(may=lambda _deed: True),
    "done": None,
    "unchanged": False,
    "error": None,
}
LOOKED: dict[str, object] = {
    "staff": View(may=lambda _deed: True),
    "file_name": "programme-2027.xlsx",
    "here": "/organiser/toulouse-2027/programme/import",
    "id": UUID(int=7),
    "imported": View(format="CSV", draft=IMPORTED),
    "summary": resting.summary(Draft(sessions=[IMPORTED.sessions[1]]), IMPORTED),
    "columns": [
        Guess(header="Titre", samples=["Ouverture", "Eau"], meaning="title:fr"),
        Guess(header="Animateur", samples=["Zoé Lefèvre"], meaning="role:moderator"),
        Guess(header="Remarques", samples=["à confirmer"], meaning=""),
    ],
    "choices": resting.choices(["fr", "en"]),
    "held": 1,
    "losses": [{"line": 4, "place": "séance « Eau »", "what": "n’a pas de date lisible"}],
    "more_losses": 3,
    "error": None,
}
SPEAKER = {
    **vars(PEOPLE[0]),
    "biography": ["Journaliste, elle anime depuis dix ans.", "Elle écrit aussi."],
    "links": [View(url="https://example.org/moi", title="")],
    "sessions": [View(**vars(session(n, OPENS_AT)), role="modération") for n in (1, 4)],
}
STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))
CHANGES_TOLD = [
    View(
        title=TITLES[n % len(TITLES)],
        path=f"{BASE}/sessions/seance-{n}",
        sentences=[
            "Déplacée : mardi 23 mars à 9 h → mardi 23 mars à 10 h.",
            "Arrivée : Anne-Sophie Çelik (grand témoin).",
        ],
    )
    for n in range(14)
]
VERSIONS = [
    View(number=n, published_at=OPENS_AT - timedelta(days=30 - n), note=f"Version du {n}")
    for n in range(9, 0, -1)
]
PLAN = {"id": UUID(int=7), "when": "samedi 20 mars à 18 h", "note": "Le soir"}
PUBLICATION = {
    "staff": STAFF,
    "done": "",
    "sent": {},
    "errors": {},
    "number": 12,
    "told": CHANGES_TOLD,
    "replanned": True,
    "on_plans": ["Plan « Niveau 0 » : la salle d’un repère a disparu"],
    "conflicts": [
        View(level="block", said="Salle Garonne : « A » commence avant la fin de « B »."),
        View(level="warn", said="Personne n’anime « C »."),
    ],
    "blocked": True,
    "placed": True,
    "versions": VERSIONS,
    "plans": [
        {**PLAN, "version": None, "refused": None, "waiting": True},
        {**PLAN, "version": 8, "refused": None, "waiting": False},
        {**PLAN, "version": None, "refused": "nothing_to_publish", "waiting": False},
        {**PLAN, "version": None, "refused": None, "waiting": False},
    ],
    "preview": "https://forum.example/toulouse-2027/preview/AbCdEfGhIjKlMnOpQrStUvWxYz",
}
VERSION = View(version=3, published_at=OPENS_AT, note="Salles changées")
SIGN_UPS = {
    "staff": STAFF,
    "sessions": [
        {**seat(n), "slug": f"session-{n}", "taken": 20 + n, "waiting": n % 3} for n in range(20)
    ],
    "rooms": [{"id": str(UUID(int=n)), "name": name} for n, name in enumerate(ROOMS)],
    "sent": {"opens_at": "", "closes_minutes": "0", "give_back_minutes": "0", "answer_hours": ""},
    "now_says": {
        "opens_at": "2027-03-15T18:00",
        "closes_minutes": "30",
        "give_back_minutes": "0",
        "answer_hours": "",
    },
    "revision": 3,
    "errors": {},
    "saved": False,
    "meanwhile": False,
}
LINE = {
    "reference": "K7QM-42XR",
    "family_name": "d’Hérouville-Nguyen",
    "given_name": "Maëlys",
    "organisation": "Communauté de communes du Val d’Ambroise",
    "place": None,
    "answer_by": None,
}
DOOR_LIST = {
    "staff": STAFF,
    "query": "session=x",
    "sessions": [
        {
            **seat(n),
            "taken": 24,
            "seats": [{**LINE, "answer_by": OPENS_AT if k == 1 else None} for k in range(24)],
            "turns": [{**LINE, "place": k, "organisation": None} for k in range(1, 4)],
        }
        for n in range(2)
    ]
    + [{**seat(2), "taken": 0, "seats": [], "turns": []}],
}
INVITATIONS = {
    "staff": STAFF,
    "invitations": [
        View(
            id=n,
            code=f"MAIRES-{n}",
            label="Maires du Tarn",
            guest="Zoé Lefèvre" if n % 2 else None,
            email="zoe@example.org" if n % 2 else None,
            category="Élu·e" if n % 3 else None,
            uses=30,
            used=n,
            expires_at=OPENS_AT,
            last_day=OPENS_AT.date() if n % 4 else None,
            bypass_approval=n % 2 == 0,
            bypass_limit=False,
            reserves=n % 3 == 1,
            ended=n == 2,
            link=f"https://forum.example/toulouse-2027/register?code=MAIRES-{n}",
        )
        for n in range(40)
    ],
    "next": "abc",
    "categories": CATEGORIES,
    "sent": {},
    "errors": {},
    "lines": {},
    "made": 0,
    "revoked": False,
}
FRENCH = words("fr")
COUNTS = [
    StatusCount(category=code, status=Status(status), count=count)
    for code, status, count in [
        ("elected", "confirmed", 120),
        ("elected", "pending", 9),
        ("elected", "refused", 2),
        ("agent", "confirmed", 470),
        ("agent", "offered", 10),
        ("agent", "waiting", 31),
        ("press", "confirmed", 12),
    ]
]
ANSWERED = [
    AnswerCount(question=question, answer=answer, count=count)
    for question, answer, count in [
        ("comes", "yes", 120),
        ("comes", "no", 12),
        ("meal", "vegan", 7),
        ("town", "t3", 1),
    ]
]
COME = [
    OrganisationCount(code=code, count=count)
    for code, count in [
        ("COM-31555", 84),
        ("COM-93066", 41),
        ("EPCI-244400404", 12),
        ("DEP-974", 3),
        ("REG-53", 2),
        ("COM-80829", 1),
        ("SIRET-35600000049837", 1),
    ]
]
LAST = msgspec.structs.replace(
    EDITION, id=2, starts_on=date(2026, 3, 24), ends_on=date(2026, 3, 25)
)
DAY_COUNTS = [
    DayCount(edition_id=one.id, day=one.starts_on - timedelta(days=before), count=before % 7 * n)
    for n, one in enumerate((LAST, EDITION), start=1)
    for before in range(10, 90)
]


def overview(counts: list[StatusCount], came: list[OrganisationCount]) -> dict[str, object]:
    """Return what the overview shows of an edition: its numbers, and the pictures made of them."""
    kinds = [
        Category(
            code="elected", number=0, name={"fr": "Élu·e"}, tint=1, open=True, places=150, taken=120
        ),
        Category(
            code="agent", number=1, name={"fr": "Agent public"}, tint=2, open=True, places=500,
            taken=480, reserved=20,
        ),
        Category(
            code="press", number=2, name={"fr": "Presse"}, tint=3, open=True, places=None, taken=12
        ),
    ]  # fmt: skip
    found = {one.code: territories.find(one.code) for one in came}
    return {
        "charts": charts,
        "answers": dashboard.answered(QUESTIONS, ANSWERED if counts else [], FRENCH),
        "places": dashboard.places(kinds, counts, FRENCH),
        "last": LAST,
        "curve": dashboard.curve(
            EDITION, LAST, DAY_COUNTS if counts else [], date(2027, 3, 1), FRENCH
        ),
        "represented": dashboard.represented(
            came,
            {code: one for code, one in found.items() if one is not None},
            territories.atlas(),
            sum(row.count for row in counts),
            FRENCH,
        ),
    }


ORGANISER = {
    "staff": STAFF,
    **overview(COUNTS, COME),
    "owing": View(people=3, left=1),
    "gates": [View(name="Entrée principale", checked_in=312), View(name="Quai", checked_in=0)],
    "badges_path": "/organiser/toulouse-2027/badges",
    "to_check": 3,
    "attestations_path": "/organiser/toulouse-2027/attestations.pdf",
    "programme_path": f"{BASE}/programme.pdf",
    "register_url": "https://forum.example/toulouse-2027/register",
    "outbox_path": "/outbox",
}
DRAFT = msgspec.structs.replace(EDITION, state=EditionState.DRAFT)
ASK = {"edition": None, "sent": {}, "next": "", "errors": {}, "passkeys": True}
ACCOUNT = {
    "edition": None,
    "email": "anne@forum.example",
    "editions": [View(edition=EDITION, roles="Organisation, Accueil")],
    "passkeys": [
        View(id="1", name="Firefox · Linux", made="lundi 1er mars, 9 h", used=""),
        View(id="2", name="Clé bleue", made="lundi 1er mars, 9 h", used="mardi 2 mars, 14 h 05"),
    ],
    "web_sessions": [
        View(id="1", browser="Firefox · Linux", began="mardi 2 mars, 9 h", seen="9 h", here=True),
        View(id="2", browser="", began="mardi 2 mars, 8 h", seen="8 h 40", here=False),
    ],
    "party": View(id="forum.example", origin="https://forum.example"),
    "base_url": "https://forum.example",
    "browser": "Firefox · Linux",
    "done": "",
    "sent": {},
    "errors": {},
    "errors_at": {},
}
ROLES = [
    View(code="organiser", name="Organisation", about="Peut tout faire, équipe comprise"),
    View(code="programme_editor", name="Programme", about="Rédige le programme"),
    View(code="reception", name="Accueil", about="Reçoit les gens, et imprime les badges"),
    View(code="door", name="Portes", about="Voit combien de personnes sont entrées"),
]
EDITING = programme(sessions=40)
CLASHING = [
    msgspec.structs.replace(one, starts_at=EDITING.sessions[2].starts_at, room_id=None)
    if number in {1, 2}
    else one
    for number, one in enumerate(EDITING.sessions)
]
PLANNED = Draft(
    rooms=EDITING.rooms,
    tracks=EDITING.tracks,
    speakers=EDITING.speakers,
    sessions=CLASHING,
    languages=["fr", "en"],
    travel=[
        Travel(room_a=min(a.id, b.id), room_b=max(a.id, b.id), minutes=7)
        for a, b in pairwise(EDITING.rooms)
    ],
    plans=[
        FloorPlan(
            id=UUID(int=77),
            position=0,
            title={"fr": "Niveau 0", "en": "Level 0"},
            alt={"fr": "L’entrée est en bas, au milieu."},
            picture=PlanPicture(full="e" * 64, small="d" * 64, width_px=1500, height_px=1000),
            markers=[
                *(
                    Marker(room_id=one.id, x=12.5 * n, y=40)
                    for n, one in enumerate(EDITING.rooms[:4])
                ),
                Marker(room_id=UUID(int=78), x=99, y=99),
            ],
        ),
        FloorPlan(id=UUID(int=79), position=1, title={"fr": "Niveau 1"}, alt={"fr": "À venir"}),
    ],
)
VENUE = Viewer(msgspec.structs.replace(EDITING, plans=PLANNED.plans), words("fr"))
OF_PARTS = {"staff": STAFF, "status": 200, "refusal": "", "done": None}
WRONG = conflicts(PLANNED, zone=EDITION.zone)
PROGRAMME_PATH = "/organiser/toulouse-2027/programme"
PHOTO = SpeakerBackstage(photo="f" * 64, photo_agreed_at=OPENS_AT, email="zoe@example.org")


def parts_list(kind: PartKind, draft: Draft = PLANNED, **given: object) -> dict[str, object]:
    """Return what a list of parts shows."""
    found = part_views.listed(kind, draft, EDITION, words("fr"), WRONG)
    path = f"{PROGRAMME_PATH}/{KIND_PLACES[kind]}"
    labels = part_words.labels(kind, words("fr"))
    return {**OF_PARTS, "path": path, "labels": labels, **found, **given}


def part_form(
    kind: PartKind, part: Part | None = None, sent: Sent | None = None, **given: object
) -> dict[str, object]:
    """Return what the page of a part shows."""
    errors = part_views.mistakes(kind, given.pop("wrong", {}), EDITION, words("fr"))  # type: ignore[arg-type]
    guides = [PublishedGuide(slug="charte", title={"fr": "Charte"})]
    shown = part_views.form(
        kind,
        part,
        PLANNED,
        EDITION,
        words("fr"),
        sent=sent,
        errors=errors,
        guides=guides,
        found=WRONG,
    )
    labels = part_words.labels(kind, words("fr"))
    return {**OF_PARTS, "path": shown["action"], "labels": labels, **shown, **given}


def part(kind: PartKind, number: int = 0) -> Part:
    """Return a part of the draft."""
    contents = {
        PartKind.ROOM: PLANNED.rooms,
        PartKind.TRACK: PLANNED.tracks,
        PartKind.SPEAKER: PLANNED.speakers,
        PartKind.SESSION: PLANNED.sessions,
        PartKind.PLAN: PLANNED.plans,
    }
    found = part_of(PLANNED, kind, contents[kind][number].id)
    assert found is not None
    return found


LEVEL_PAGE = {
    **OF_PARTS,
    "path": f"{PROGRAMME_PATH}/conflicts",
    "labels": part_words.labels(None, words("fr")),
    "kinds": part_views.levels(USUAL, WRONG, words("fr")),
    "levels": part_words.said_of(part_words.LEVELS, words("fr")),
    "seen": "0123",
}
TRAVEL_PAGE = {
    **OF_PARTS,
    "path": f"{PROGRAMME_PATH}/rooms/travel",
    "labels": part_words.labels(None, words("fr")),
    "rooms": PLANNED.rooms,
    "rows": part_views.walks(PLANNED),
    "seen": "0123",
    "errors": {},
    "places": {},
}
WALK = part_views.walks(PLANNED)[1]["cells"][0]["name"]
MEANWHILE = [
    {"who": "anne@forum.example", "own": False, "when": "mardi à 9 h", "fields": ["Titre"]},
    {"who": "", "own": True, "when": "mardi à 10 h", "fields": ["Minutes", "Salle"]},
]
PART_PAGES = {
    **{
        f"programme-{KIND_PLACES[kind]}": (
            f"schedule/organiser_{KIND_PLACES[kind]}.html",
            parts_list(kind, done={"number": 12, "name": "Ouverture", "how": "removed"}),
        )
        for kind in KIND_PLACES
    },
    "programme-sessions-none": (
        "schedule/organiser_sessions.html",
        parts_list(PartKind.SESSION, Draft(), refusal="Quelqu’un l’a changé."),
    ),
    "programme-rooms-none": (
        "schedule/organiser_rooms.html",
        parts_list(PartKind.ROOM, Draft(), done={"number": None, "name": "", "how": "same"}),
    ),
    "programme-tracks-none": (
        "schedule/organiser_tracks.html",
        parts_list(PartKind.TRACK, Draft(), done={"number": 3, "name": "Eau", "how": "back"}),
    ),
    "programme-speakers-pages": (
        "schedule/organiser_speakers.html",
        parts_list(PartKind.SPEAKER, pages=3, number=2),
    ),
    "programme-session": (
        "schedule/organiser_session.html",
        part_form(PartKind.SESSION, part(PartKind.SESSION, 2)),
    ),
    "programme-session-new": ("schedule/organiser_session.html", part_form(PartKind.SESSION)),
    "programme-session-errors": (
        "schedule/organiser_session.html",
        part_form(
            PartKind.SESSION,
            sent={
                "people.0.person": ["Personne"],
                "partners.0.url": ["x"],
                "guides": ["vieux"],
                "description.fr": ["Long"],
            },
            wrong={
                "title": "This answer is needed.",
                "type": "This answer is needed.",
                "starts_at": "This answer is needed.",
                "people.0.speaker_id": "This answer is needed.",
                "partners.0.url": "This answer is needed.",
                "guides": "This answer is needed.",
                "people": "This answer is needed.",
                "links": "This answer is needed.",
                "track_id": "This answer is needed.",
            },
        ),
    ),
    "programme-session-changed": (
        "schedule/organiser_session.html",
        part_form(
            PartKind.SESSION,
            part(PartKind.SESSION, 1),
            meanwhile=MEANWHILE,
            both=["Titre"],
            status=412,
        ),
    ),
    "programme-session-blocked": (
        "schedule/organiser_session.html",
        part_form(
            PartKind.SESSION,
            part(PartKind.SESSION, 3),
            refusal="Cela entrerait en conflit.",
            lines=["Salle Garonne est prise."],
            status=409,
        ),
    ),
    "programme-room": (
        "schedule/organiser_room.html",
        part_form(PartKind.ROOM, part(PartKind.ROOM)),
    ),
    "programme-room-new": (
        "schedule/organiser_room.html",
        part_form(
            PartKind.ROOM,
            sent={"availability.0.starts": ["2027-03-22T09:00"]},
            wrong={
                "name": "This answer is needed.",
                "availability.0.ends_at": "This answer is needed.",
                "access": "This answer is needed.",
                "capacity": "This answer is needed.",
            },
        ),
    ),
    "programme-track": (
        "schedule/organiser_track.html",
        part_form(PartKind.TRACK, part(PartKind.TRACK)),
    ),
    "programme-track-new": (
        "schedule/organiser_track.html",
        part_form(
            PartKind.TRACK,
            wrong={"name": "This answer is needed.", "tint": "This answer is needed."},
        ),
    ),
    "programme-speaker": (
        "schedule/organiser_speaker.html",
        part_form(
            PartKind.SPEAKER,
            SpeakerPart(content=PLANNED.speakers[0], backstage=PHOTO),
            errors={"photo": "Ce n’est pas une photo."},
            places={"photo": ("Photo", "photo")},
        ),
    ),
    "programme-speaker-new": ("schedule/organiser_speaker.html", part_form(PartKind.SPEAKER)),
    "programme-plans-none": (
        "schedule/organiser_plans.html",
        parts_list(PartKind.PLAN, Draft(), refusal="Quelqu’un l’a changé."),
    ),
    "programme-plan": (
        "schedule/organiser_plan.html",
        part_form(PartKind.PLAN, part(PartKind.PLAN)),
    ),
    "programme-plan-new": (
        "schedule/organiser_plan.html",
        part_form(
            PartKind.PLAN,
            sent={
                "markers.0.room": [str(PLANNED.rooms[2].id)],
                "markers.0.x": ["12"],
                "markers.0.y": ["cent"],
            },
            wrong={
                "title": "This answer is needed.",
                "alt": "This answer is needed.",
                "picture": "This answer is needed.",
                "position": "This answer is needed.",
                "markers": "This answer is needed.",
                "markers.0.room_id": "This answer is needed.",
                "markers.0.y": "This answer is needed.",
            },
        ),
    ),
    "programme-travel": ("schedule/organiser_travel.html", {**TRAVEL_PAGE, "done": True}),
    "programme-travel-errors": (
        "schedule/organiser_travel.html",
        {
            **TRAVEL_PAGE,
            "errors": {WALK: "Indiquez un nombre."},
            "places": {WALK: ("Minutes", WALK)},
            "status": 422,
        },
    ),
    "programme-travel-none": (
        "schedule/organiser_travel.html",
        {**TRAVEL_PAGE, "rooms": [], "rows": [], "refusal": "Quelqu’un l’a changé."},
    ),
    "programme-conflicts": ("schedule/organiser_conflicts.html", {**LEVEL_PAGE, "done": True}),
    "programme-conflicts-refused": (
        "schedule/organiser_conflicts.html",
        {**LEVEL_PAGE, "refusal": "Quelqu’un l’a changé."},
    ),
}
TEAM_PATH = "/organiser/toulouse-2027/team"
TEAM = {
    "staff": STAFF,
    "members": [
        View(
            path=f"{TEAM_PATH}/{n}",
            email=email,
            roles="Accueil, Portes" if n else "Organisation",
            seen="" if n == 3 else "lundi 1er mars 2027",
            self=n == 0,
        )
        for n, email in enumerate(
            f"{name}@agglomeration-du-val-d-ambroise.example"
            for name in ("anne", "maelys.dherouville-nguyen", "yann", "zoe")
        )
    ],
    "roles": ROLES,
    "rights": [
        (f"Faire la chose numéro {n}", [True, n % 2 == 0, n > 6, n == 1]) for n in range(12)
    ],
    "done": None,
    "who": None,
    "about": None,
    "sent": {},
    "ticked": [],
    "errors": {},
    "without_smtp": True,
}
MEMBER = {
    "staff": STAFF,
    "member": View(
        path=f"{TEAM_PATH}/1",
        email="maelys.dherouville-nguyen@agglomeration-du-val-d-ambroise.example",
        held=["reception", "door"],
        held_words="Accueil, Portes",
        self=False,
    ),
    "roles": ROLES,
    "ticked": ["reception", "door"],
    "errors": {},
}
FORM_CATEGORY = Category(
    code="agent",
    number=1,
    name={"fr": "Agent public", "en": "Public agent"},
    tint=5,
    open=True,
    places=60,
    taken=40,
    reserved=2,
    approval=True,
)
FORM = {
    "staff": STAFF,
    "status": 200,
    "revision": 7,
    "labels": form_values.LABELS,
    "terms": View(taken=412, reserved=3),
    "sent": {"state": "open", "places": "800", "registration_closes_at": "2027-03-15T18:00"},
    "ticked": {},
    "errors": {},
    "changed": [],
    "states": form_values.STATES,
    "kinds": {kind.value: label for kind, label in views.KINDS.items()},
    "categories": [FORM_CATEGORY],
    "category": FORM_CATEGORY,
    "names": {"elected": "Élu", "agent": "Agent public"},
    "takes": {"agent": True},
    "questions": QUESTIONS,
    "retired": [],
    "answered": [],
    "consents": [Consent(purpose="news", wording={"fr": "Recevoir les nouvelles."}, version=2)],
    "refusal": "",
    "done": False,
}
CHANGED = [
    {
        "when": "mardi 23 mars, 9 h 30",
        "part": "Catégorie agent",
        "lines": [{"label": "Places", "old": "60", "new": "80"}],
    },
    {"when": "mardi 23 mars, 9 h 31", "part": "Question meal", "lines": []},
]
FORM_QUESTION = {
    **FORM,
    "question": QUESTIONS[2],
    "rows": form_values.rows(
        QUESTIONS[2],
        {
            "option.1.code": ["museum"],
            "option.1.fr": ["Le muséum"],
            "option.1.places": ["10"],
            "option.1.open": ["yes"],
        },
    ),
    "deciding": [
        {"code": "comes", "label": "Au dîner ?", "answers": [("yes", "Oui"), ("no", "Non")]}
    ],
    "categories": [
        FORM_CATEGORY,
        Category(
            code="press", number=2, name={"fr": "Presse"}, tint=1, open=True, places=None, taken=0
        ),
    ],
}
BUILT_IN = {"own": False, "changed_at": "", "changed_by": ""}
OWN = {"own": True, "changed_at": "mardi 2 mars à 9 h", "changed_by": "equipe@forum.example"}
COLUMN = {
    "subject": "Votre billet : {edition}",
    "body": "Bonjour {given_name},\n\n{ticket}\n\n{manage_link}",
    "revision": 2,
    "made_from": "0123456789abcdef",
    "state": OWN,
    "theirs": None,
}
LETTER = {
    "staff": STAFF,
    "kind": KINDS["reminder"],
    "columns": [
        {**COLUMN, "language": "fr"},
        {**COLUMN, "language": "en", "revision": 0, "state": BUILT_IN},
    ],
    "names": {"fr": "Français", "en": "English"},
    "placeholders": [(name, PLACEHOLDERS[name]) for name in KINDS["reminder"].placeholders],
    "errors": {},
    "places": {
        "reference": ("Référence d’une inscription", "reference"),
        "body-fr": ("Texte (Français)", "body-fr"),
    },
    "note": "",
    "reference": "",
    "to_all": True,
}
LETTERS = {
    "staff": STAFF,
    "rows": [{"kind": kind, "texts": [OWN, BUILT_IN]} for kind in KINDS.values()],
    "to_all": [
        {"kind": KINDS["reminder"], "sending": View(sent=1, left=642)},
        {"kind": KINDS["thanks"], "sending": View(sent=0, left=1)},
    ],
    "owing": View(people=2, left=1),
}
ASKED = {
    "staff": STAFF,
    "kind": KINDS["questions"],
    "owing": View(people=4, left=2),
    "people": [
        View(
            reference=f"K7QM-000{n}",
            given_name="Maëlys",
            family_name=f"d’Hérouville {n}",
            email="" if n == 2 else "maelys@val-ambroise.example",
            told=n == 1,
            questions=[{"fr": "Serez-vous au dîner ?"}, {"fr": "Que mangez-vous ?"}],
        )
        for n in range(3)
    ],
    "may_answer": True,
    "done": False,
}
SEND = {
    "staff": STAFF,
    "kind": KINDS["reminder"],
    "sending": View(sent=0, left=642),
    "done": False,
    "attests": False,
    "over": False,
    "after": date(2027, 3, 25),
}
CAMPAIGN = Campaign(
    edition_id=1,
    number=3,
    id=UUID(int=3),
    filter=Filter(status=(Status.CONFIRMED,), category="agent", since=date(2027, 1, 4)),
    consent="photos",
    texts={
        "fr": LetterText(
            subject="Le car, {given_name}", body="Il part à **8 h**.\n\n{manage_link}"
        ),
        "en": LetterText(subject="The coach", body="It leaves at 8."),
    },
    per_minute=60,
    reached=642,
    state=State.RUNNING,
    revision=1,
    next_at=OPENS_AT,
    started_at=OPENS_AT,
    started_by="equipe@forum.example",
    changed_at=OPENS_AT,
    changed_by=None,
)
FILTERED = {
    "staff": STAFF,
    "meant": CAMPAIGN.filter,
    "group": None,
    "query": "?status=confirmed&category=agent&since=2027-01-04",
    "categories": {"agent": {"fr": "Agent public", "en": "Public agent"}},
    "consents": [Consent(purpose="photos", wording={"fr": "Photos", "en": "Photos"}, version=1)],
    "names": {"fr": "Français", "en": "English"},
    "slowest": 1,
    "fastest": 600,
    "errors": {},
    "note": "",
}
WRITING = {
    **FILTERED,
    "typed": Typed(
        id=UUID(int=3),
        filter=CAMPAIGN.filter,
        texts={code: (text.subject, text.body) for code, text in CAMPAIGN.texts.items()},
    ),
    "reach": Reach(reached=642, over=3, withdrew=2, no_address=1),
    "minutes": 11,
    "placeholders": [(name, PLACEHOLDERS[name]) for name in KIND_OF_CAMPAIGNS.placeholders],
    "places": places(["fr", "en"], words("fr")) | {"per_minute": ("Courriels", "per_minute")},
    "number": 2,
}
RECORD = {
    **FILTERED,
    "campaign": CAMPAIGN,
    "progress": Progress(sent=200, waiting=430, leaving=2, retrying=3, failed=1, skipped=6),
    "subject": "Le car, {given_name}",
    "minutes": 8,
    "consent": CAMPAIGN.consent,
    "per_minute": "60",
}
RECIPIENTS = {
    "staff": STAFF,
    "campaign": CAMPAIGN,
    "subject": "Le car, {given_name}",
    "fate": Fate.SENT,
    "fates": [*Fate],
    "rows": [
        Recipient(
            position=n,
            reference="K7QM-42XR",
            name="Maëlys d’Hérouville-Nguyen",
            fate=fate,
            skipped=Skip.OVER if fate is Fate.SKIPPED else None,
            at=None if fate is Fate.WAITING else OPENS_AT,
        )
        for n, fate in enumerate([*Fate] * 8)
    ],
    "first": False,
    "next": 48,
}
MAIL = View(
    path="/outbox/1",
    to="maelys@val-ambroise.example",
    sender="Forum <contact@forum.example>",
    subject="Votre billet : Forum du numérique partagé",
    when="mardi 23 mars 2027, 9 h 30",
    text="Bonjour,\n\nhttp://127.0.0.1:8000/me/abc\n<script>alert(1)</script>\n",
    images=[View(name="ticket.png", data_url=PIXEL)],
    files=["forum-K7QM-42XR.pdf", "forum-K7QM-42XR.ics"],
)
DRAFTED = demo_programme.draft(EDITION.starts_on)
UNPLACED = [
    msgspec.structs.replace(one, starts_at=None, room_id=None) for one in DRAFTED.sessions[:2]
]
AT_ONCE = [
    msgspec.structs.replace(one, starts_at=OPENS_AT, room_id=DRAFTED.rooms[0].id)
    for one in DRAFTED.sessions[2:4]
]
DRAFTED = msgspec.structs.replace(DRAFTED, sessions=[*UNPLACED, *AT_ONCE, *DRAFTED.sessions[4:]])
WRONG = conflicts(DRAFTED)
TOLD = Teller(DRAFTED, FRENCH, EDITION.zone).conflicts(WRONG)
TABLE_OF_PLAN = board.Table(DRAFTED, EDITION, WRONG, FRENCH)
PLAN_PATH = "/organiser/toulouse-2027/programme"
EDITOR = {
    "staff": STAFF,
    "path": PLAN_PATH,
    "days": board.days_of(DRAFTED, EDITION, FRENCH),
    "day": EDITION.starts_on,
    "columns": TABLE_OF_PLAN.columns(EDITION.starts_on),
    "rows": TABLE_OF_PLAN.rows(EDITION.starts_on),
    "unplaced": TABLE_OF_PLAN.unplaced(),
    "q": "",
    "rooms": DRAFTED.rooms,
    "conflicts": TOLD,
    "further": 0,
    "number": 7,
    "done": {"number": 7, "said": "«\u00a0Ouverture\u00a0» retirée de la grille"},
    "sent": {"since": "", "minutes": "", "room": ""},
    "errors": {},
    "refusal": (),
    "board": board.in_a_page(
        board.board(
            DRAFTED,
            EDITION,
            who="organiser:1",
            day=EDITION.starts_on,
            levels=USUAL,
            conflicts=TOLD,
            words=FRENCH,
        )
    ),
}
MOVE = {
    "staff": STAFF,
    "path": f"{PLAN_PATH}/move/{DRAFTED.sessions[4].id}",
    "session": TABLE_OF_PLAN.card(DRAFTED.sessions[4]),
    "place": TABLE_OF_PLAN.teller.place(DRAFTED.sessions[4]),
    "days": EDITOR["days"],
    "rooms": DRAFTED.rooms,
    "others": TABLE_OF_PLAN.placed(DRAFTED.sessions[4].id),
    "sent": {
        "day": "2027-03-23",
        "room": str(DRAFTED.rooms[1].id),
        "start": "11:00",
        "minutes": "75",
        "edited": "3",
    },
    "errors": {},
    "refusal": (),
}
PROBLEM = {
    "status": 404,
    "title": "Page introuvable",
    "what": "Il n’y a rien à cette adresse.",
    "mend": "Vérifiez l’adresse, ou partez de l’accueil.",
}

ROW = Row(
    edition_id=1,
    id=UUID(int=7),
    reference="K7QM-42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    email="maelys@val-ambroise.example",
    organisation="Communauté de communes du Val d’Ambroise & <Fils",
    job_title="Directrice",
    category="agent",
    language="fr",
    status=Status.CONFIRMED,
    days=None,
    turn=None,
    offer_until=None,
    counted=True,
    group_id=None,
    group_name=None,
    printed_at=OPENS_AT,
    revision=3,
    created_at=OPENS_AT,
    changed_at=OPENS_AT,
    sort_key="herouville",
    organisation_key="communaute",
)


def rows(count: int) -> list[Row]:
    """Return so many rows of the organisers' table, standing everywhere they can."""
    statuses = [*Status]
    return [
        msgspec.structs.replace(
            ROW,
            reference=f"K7QM-{n:04}",
            status=statuses[n % len(statuses)],
            organisation=None if n % 5 == 0 else ROW.organisation,
        )
        for n in range(count)
    ]


NAMES = {one.code: one.name for one in CATEGORIES}
TABLE = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/registrations",
    "asked": Asked(filter=Filter(q="mae", status=(Status.CONFIRMED,))),
    "errors": {},
    "found": Found(
        total=128,
        categories=[Choice(code=code, name=name) for code, name in NAMES.items()],
        asks_days=True,
        rows=rows(50),
    ),
    "counted": 2000,
    "columns": [*Column],
    "statuses": [*Status],
    "sorts": dict.fromkeys(Sort, "?sort=x"),
    "kept": [],
    "query": "?q=mae",
    "printed": "?filter=q%3Dmae",
    "before": "?before=x",
    "after": "?after=x",
    "deeds": [*ManyDeed],
}
BULK = {
    "staff": STAFF,
    "order": Order(deed=ManyDeed.CANCEL),
    "lacking": False,
    "rows": rows(12),
    "touched": rows(9),
    "at_once": 100,
    "references": "K7QM-0001 K7QM-0002",
    "categories": CATEGORIES,
    "done": [],
    "deeds": [*ManyDeed],
    "query": "?q=mae",
}
OFFERED = importing.Offered(
    edition=EDITION,
    categories=[
        Category(code=c.code, number=n, name=c.name, tint=1, open=True, places=None, taken=0)
        for n, c in enumerate(CATEGORIES)
    ],
    consents=[Consent(purpose="news", wording=CONSENTS[0].wording, version=1)],
    questions=[question("comes", "yes_no", "Serez-vous au dîner ?")],
)
PLAN = importing.Plan(
    columns={"Prénom": "given_name", "Nom": "family_name", "Mél": "email", "Qualité": "category"},
    categories={"visiteur": importing.LEFT_OUT},
)


def good(row: int) -> importing.GoodRow:
    """Return a row that can be registered."""
    form = RegistrationForm(
        given_name="Maëlys",
        family_name="d’Hérouville-Nguyen",
        email=f"maelys.{row}@val-ambroise.example",
        category="agent",
        organisation="Dupont & <Fils",
    )
    return importing.GoodRow(row=row, form=form, warnings={"answers.comes": importing.NO_ANSWER})


BAD = [
    importing.BadRow(
        row=n,
        reasons={
            "email": "Give an address such as name@example.org.",
            "category": Filled(importing.NO_CATEGORY, value="Visiteur <b>"),
        },
    )
    for n in range(300)
]
CHECKED = intake_models.Check(
    sure=[good(n) for n in range(400)],
    tally=[
        intake_models.Tally(category=one.code, status=status, count=7)
        for one in CATEGORIES
        for status in import_routes.STANDING
    ],
    known=[
        intake_models.KnownRow(
            good=good(n),
            known=intake_models.Known(email_key="", reference="K7QM-0001", status=Status.CONFIRMED),
        )
        for n in range(90)
    ],
    doubtful=[
        intake_models.DoubtfulRow(
            good=good(n),
            same_as=2,
            namesakes=[
                intake_models.Namesake(
                    n=0, reference="K7QM-0001", given_name="M", family_name="H", email="m@x.example"
                )
            ][: n % 2],
        )
        for n in range(90)
    ],
    bad=BAD,
)
BROUGHT = intake_models.StoredImport(
    edition_id=1,
    id=UUID(int=1),
    account_id=UUID(int=2),
    file_name="Invités de la métropole.xlsx",
    content=b"",
    plan=PLAN,
    created_at=OPENS_AT,
    expires_at=OPENS_AT,
)
IMPORT = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/import",
    "errors": {},
    "own": [
        intake_models.Underway(
            id=UUID(int=n), file_name="Invités.csv", created_at=OPENS_AT, begun=bool(n)
        )
        for n in range(2)
    ],
    "earlier": [
        intake_models.Earlier(
            at=OPENS_AT,
            by="equipe@forum.example",
            detail={"file": "Invités.csv", "registered": 1, "known": 0, "left_out": 12},
        ),
        intake_models.Earlier(at=OPENS_AT, by=None, detail={}),
    ],
    "most_rows": 10_000,
    "most_mb": 5,
}
SAID_COLUMNS = [
    import_routes.Column(
        name=f"column.{n}",
        header=header,
        samples=["Maëlys d’Hérouville-Nguyen", "Dupont & <Fils", "Yann"],
        target=PLAN.columns.get(header, ""),
    )
    for n, header in enumerate([*PLAN.columns, *(f"Colonne {n}" for n in range(9))])
]
IMPORT_COLUMNS = {
    "staff": STAFF,
    "stored": BROUGHT,
    "count": 812,
    "columns": SAID_COLUMNS,
    "targets": [
        (one, importing.label_of(one, OFFERED, words("fr"))) for one in importing.targets(OFFERED)
    ],
    "values": [
        import_routes.Value(name="value.1", text="Visiteur", code=importing.LEFT_OUT),
        import_routes.Value(name="value.2", text="Maire <b>", code=None),
    ],
    "categories": CATEGORIES,
    "plan": PLAN,
    "errors": {},
    "fields": importing.LABELS,
}
IMPORT_CHECK = {
    "staff": STAFF,
    "stored": BROUGHT,
    "found": CHECKED,
    "standing": import_routes.by_category(CHECKED.tally, OFFERED),
    "statuses": import_routes.STANDING,
    "bad": [
        (one.row, import_routes.reasons_of(one, PLAN, OFFERED, words("fr")))
        for one in BAD[: import_routes.SHOWN]
    ],
    "warnings": import_routes.warnings(CHECKED, PLAN, OFFERED, words("fr")),
    "choice": intake_models.Choice(others=frozenset({3})),
    "shown": import_routes.SHOWN,
    "doubtful_shown": import_routes.DOUBTFUL_SHOWN,
    "errors": {},
}
IMPORT_DONE = {
    "staff": STAFF,
    "stored": BROUGHT,
    "progress": intake_models.Progress(
        todo=[2, 3],
        done=2,
        known=1,
        refused=[intake_models.LeftOut(row=3, reasons={})] * 30,
        finished_at=OPENS_AT,
    ),
    "standing": import_routes.by_category(CHECKED.tally, OFFERED),
    "statuses": import_routes.STANDING,
    "total": 105,
    "refused": [(3, [("", "Les inscriptions ne sont pas ouvertes.")])],
    "left": 30,
    "shown": import_routes.SHOWN,
}
DONE = [
    {
        "one": Done(reference="K7QM-0001", name="Maëlys", status=Status.CANCELLED, changed=True),
        "why": None,
    },
    {
        "one": Done(reference="K7QM-0002", name="Yann", status=Status.CANCELLED, changed=False),
        "why": None,
    },
    {
        "one": Done(reference="K7QM-0003", name="Anne", status=None, changed=False, why="x"),
        "why": "Il ne reste pas de place.",
    },
]
EXPORTED = columns_of(
    EDITION,
    [
        View(code=code, kind=Kind.TEXT, label=label, sensitive=code == "diet", options=[])
        for code, label in (
            ("diner", {"fr": "Serez-vous au dîner ?", "en": "Will you be at dinner?"}),
            ("diet", {"fr": "Régime alimentaire", "en": "Diet"}),
        )
    ],
    [View(purpose="photos", wording={"fr": "Photos", "en": "Photos"})],
    needs=True,
)
EXPORT = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/registrations/export",
    "order": Export(filter=Filter(q="mae", status=(Status.CONFIRMED,), category="elected")),
    "errors": {},
    "number": 128,
    "whose": [("q", "mae"), ("status", "confirmed"), ("category", "elected")],
    "categories": NAMES,
    "table": "?q=mae",
    "boxes": [
        (group.value, [(one, one.label(words("fr"))) for one in EXPORTED if one.group is group])
        for group in Group
    ],
    "ticked": BASIC,
    "formats": [*Format],
    "tongues": [*Labels],
}
PERSON_SENT = {
    "given_name": "Maëlys",
    "family_name": "d’Hérouville",
    "organisation": "",
    "job_title": "",
    "email": "maelys@val-ambroise.example",
}
PERSON = {
    "staff": STAFF,
    "row": ROW,
    "names": NAMES,
    "categories": CATEGORIES,
    "days": EDITION.days,
    "line": None,
    "over": False,
    "ticket": View(revoked_at=None),
    "answers": [("Serez-vous au dîner ?", "Oui"), ("Que mangez-vous ?", "De tout, végétalien")],
    "open_questions": [{"fr": "Que mangez-vous ?"}, {"fr": "À quelle heure arrivez-vous ?"}],
    "agreed": [WITHDRAWN, WITHDRAWN, AGREED],
    "deeds": [
        View(at=OPENS_AT, actor="organiser:1", actor_email=email, action=action, detail=detail)
        for action, email, detail in [
            ("changed", "o@forum.example", {"fields": ["given_name", "category"]}),
            ("registered", None, {}),
            ("consent withdrawn", None, {"purpose": "photos", "version": 1}),
            ("something new", None, {}),
        ]
    ],
    "letters": [
        View(
            kind=kind,
            recipient="maelys@val-ambroise.example",
            sent_at=sent_at,
            failed_at=failed_at,
            attempts=attempts,
            run_at=OPENS_AT,
        )
        for kind, sent_at, failed_at, attempts in [
            ("confirmed", OPENS_AT, None, 1),
            ("link", None, OPENS_AT, 130),
            ("changed", None, None, 2),
            ("reminder", None, None, 0),
        ]
    ],
    "attested": True,
    "printers": printer_samples.AT_HAND,
    "live": True,
    "label_printers": [printer_samples.DESK, printer_samples.JAMMED],
    "labels_asked": printer_samples.ASKED,
    "prints": run_samples.PRINTS,
    "scans": [
        View(
            scanned_at=OPENS_AT,
            gate="main",
            gate_name={"fr": "Entrée"},
            device="Téléphone 1",
            outcome=outcome,
        )
        for outcome in Outcome
    ],
    "sent": PERSON_SENT,
    "differing": [],
    "stored": PERSON_SENT,
    "errors": {},
    "meanwhile": False,
    "since": [],
    "told": "corrected",
}
DESK_SENT = {
    "family_name": "Ferrand",
    "given_name": "",
    "organisation": "",
    "email": "",
    "category": "agent",
}
DESK = {
    "staff": STAFF,
    "q": "",
    "rows": [],
    "others": False,
    "done": None,
    "names": NAMES,
    "categories": CATEGORIES,
    "sent": DESK_SENT,
    "asks": False,
    "first": "given_name",
    "printers": printer_samples.AT_HAND,
    "job": None,
    "job_said": None,
    "bearer": None,
    "wrong": "",
    "why": None,
    "another": False,
    "errors": {},
}

GATES = [
    Gate(
        slug=slug,
        name={"fr": name, "en": name},
        kind=GateKind.DOOR,
        directions=Directions.BOTH,
        check_in_list=slug,
        position=position,
        revision=1,
        checked_in=0,
    )
    for position, (slug, name) in enumerate([("main", "Entrée"), ("dinner", "Dîner")])
]


def device(number: int, **given: object) -> StoredDevice:
    """Return a device that was heard of a minute ago."""
    values = {
        "id": UUID(int=number),
        "name": f"Téléphone {number}",
        "gate": "main",
        "gates": ["dinner", "main"],
        "may_search": False,
        "may_desk": True,
        "may_evacuate": False,
        "created_at": OPENS_AT,
        "enrolled_at": OPENS_AT,
        "seen_at": OPENS_AT,
        "revoked_at": None,
        "drained_at": None,
        "token": True,
        "code_until": None,
        "moved": False,
        "battery": 57,
        "charging": True,
        "clock_offset_ms": -190_000,
        "waiting": 3,
        "version": "0.1.0",
        "revision": 4,
        **given,
    }
    return StoredDevice(**values)


NEW_DEVICE = {
    "token": False, "enrolled_at": None, "seen_at": None, "battery": None, "waiting": None,
    "clock_offset_ms": None, "version": None, "code_until": OPENS_AT + timedelta(days=7),
}  # fmt: skip
DEVICES_FOUND = [
    device(1),
    device(2, moved=True, clock_offset_ms=8000, charging=False),
    device(3, seen_at=OPENS_AT - timedelta(hours=1), clock_offset_ms=0),
    device(4, **NEW_DEVICE),
    device(5, **{**NEW_DEVICE, "code_until": OPENS_AT - timedelta(days=1)}),
    device(6, **{**NEW_DEVICE, "code_until": None}),
    device(7, revoked_at=OPENS_AT),
    device(8, revoked_at=OPENS_AT, drained_at=OPENS_AT),
]
DEVICE_LATER = OPENS_AT + timedelta(minutes=1)
DEVICES = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/doors/devices",
    "rows": device_views.rows(DEVICES_FOUND, GATES, EDITION, words("fr"), DEVICE_LATER),
    "gates": GATES,
    "rights": device_views.RIGHTS,
    "most": 30,
    "done": None,
    "about": None,
    "sent": None,
    "ticked": [],
    "errors": {},
}


def device_page(one: StoredDevice, **given: object) -> dict[str, object]:
    """Return what the page of a device is made of."""
    return {
        "staff": STAFF,
        "path": f"/organiser/toulouse-2027/doors/devices/{one.id}",
        "device": one,
        "row": device_views.rows([one], GATES, EDITION, words("fr"), DEVICE_LATER)[0],
        "gates": GATES,
        "rights": device_views.RIGHTS,
        "stays": "",
        "sent": None,
        "ticked": one.gates,
        "errors": {},
        "why": "",
        **given,
    }


DEVICE_CODES = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/doors/devices",
    "codes": device_views.codes(
        [
            Announced(
                id=UUID(int=number),
                name=f"Téléphone {number}",
                gate="main",
                code=f"K7QM-4TXV-000{number}",
                until=OPENS_AT,
            )
            for number in range(1, 4)
        ],
        GATES,
        "https://forum.example",
        words("fr"),
    ),
}

VERIFY = {"errors": {}, **NOTHING}
VERIFIED = {
    "person": "Maëlys d’Hérouville-Nguyen",
    "reference": "K7QM-42XR",
    "presences": [
        "mardi 23 mars 2027\u00a0: de 9\u00a0h à 17\u00a0h\u00a030",
        "mercredi 24 mars 2027\u00a0: arrivée à 9\u00a0h",
    ],
    "times": [
        AttestedTime(
            when="mardi 23 mars 2027, matin",
            since="9\u00a0h",
            until="12\u00a0h\u00a030\u00a0*",
            length="3\u00a0h\u00a030",
        )
    ],
    "total": "Total\u00a0: 3\u00a0h\u00a030 de présence sur 1 demi-journée",
    "sessions": ["mardi 23 mars, de 9\u00a0h à 10\u00a0h\u00a0: Ouverture"],
}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "devices": ("badges/devices.html", DEVICES),
    "devices-none": ("badges/devices.html", {**DEVICES, "rows": []}),
    "devices-no-gate": ("badges/devices.html", {**DEVICES, "rows": [], "gates": []}),
    "devices-mistakes": (
        "badges/devices.html",
        {
            **DEVICES,
            "sent": {"name": "", "count": "x"},
            "ticked": ["dinner"],
            "errors": {"name": "Cette réponse est nécessaire.", "count": "Illisible."},
        },
    ),
    "devices-changed": (
        "badges/devices.html",
        {**DEVICES, "done": "changed", "about": DEVICES_FOUND[0]},
    ),
    "devices-revoked": (
        "badges/devices.html",
        {**DEVICES, "done": "revoked", "about": DEVICES_FOUND[6]},
    ),
    "device": ("badges/device.html", device_page(DEVICES_FOUND[1])),
    "device-new": ("badges/device.html", device_page(DEVICES_FOUND[3])),
    "device-revoked": (
        "badges/device.html",
        device_page(DEVICES_FOUND[6], stays="Cet appareil a lu des badges."),
    ),
    "device-mistakes": (
        "badges/device.html",
        device_page(
            DEVICES_FOUND[0],
            sent={"name": ""},
            ticked=[],
            errors={"name": "Cette réponse est nécessaire.", "gates": "Choisissez."},
        ),
    ),
    "device-changed": (
        "badges/device.html",
        device_page(DEVICES_FOUND[0], why="Quelqu’un d’autre a modifié cet appareil."),
    ),
    "device-codes": ("badges/device_codes.html", DEVICE_CODES),
    "home": ("editions/home.html", HOME),
    "home-during": ("editions/home.html", {**HOME, "present": PRESENT}),
    "home-closed": (
        "editions/home.html",
        {**HOME, "registration_open": False, "programme_published": False, "highlights": []},
    ),
    "editions": (
        "editions/editions.html",
        {"edition": None, "editions": [EDITION]},
    ),
    "editions-none": ("editions/editions.html", {"edition": None, "editions": []}),
    "editor": ("schedule/editor.html", EDITOR),
    "editor-errors": (
        "schedule/editor.html",
        {
            **EDITOR,
            "done": None,
            "unplaced": [],
            "conflicts": [],
            "further": 12,
            "sent": {"since": "9", "minutes": "x", "room": ""},
            "errors": {
                "since": "Donnez une heure comme 09:30.",
                "minutes": "Donnez le décalage en minutes, par exemple 10 ou -10.",
            },
        },
    ),
    "editor-move": ("schedule/move.html", MOVE),
    "editor-move-errors": (
        "schedule/move.html",
        {
            **MOVE,
            "place": "",
            "session": TABLE_OF_PLAN.card(DRAFTED.sessions[0]),
            "sent": {**MOVE["sent"], "start": "25:00", "minutes": ""},
            "errors": {
                "start": "Donnez une heure comme 09:30.",
                "minutes": "Donnez de 1 à 10\u00a0080 minutes.",
                "other": "Choisissez deux séances différentes.",
            },
            "refusal": [one.said for one in TOLD[:2]],
        },
    ),
    "register": ("registrations/register.html", REGISTER),
    "register-errors": (
        "registrations/register.html",
        {**REGISTER, "sent": SENT, "ticked": ["news"], "errors": ERRORS},
    ),
    "register-questions": ("registrations/register.html", {**REGISTER, "questions": QUESTIONS}),
    "register-questions-errors": (
        "registrations/register.html",
        {
            **REGISTER,
            "questions": QUESTIONS,
            "question_places": views.places(QUESTIONS, "fr"),
            "typed": {"comes": ["yes"], "meal": ["vegan"], "town": ["t3"], "line": ["<b>"]},
            "sent": SENT,
            "errors": {
                **ERRORS,
                "answers.visit": "Choisissez une des réponses proposées.",
                "answers.text": "Cette réponse est nécessaire.",
                "answers.arrival": "Donnez une date comme 23/03/2027.",
            },
        },
    ),
    "register-closed": ("registrations/register.html", {**REGISTER, "registration_open": False}),
    "registered": ("registrations/registered.html", {}),
    "register-terms": (
        "registrations/register.html",
        {
            **REGISTER,
            "asks_days": True,
            "chosen_days": ["2027-03-23"],
            "asks_invitation": True,
            "errors": {"days": "Choisissez un jour ou plus.", "invitation": "Ce code a servi."},
        },
    ),
    **{f"manage-{status}": ("registrations/manage.html", managed(status)) for status in MANAGED},
    "manage-changed": (
        "registrations/manage.html",
        {**managed("confirmed"), "done": "Vos corrections sont enregistrées."},
    ),
    "manage-sessions": ("registrations/manage.html", {**managed("confirmed"), "seats": []}),
    "sessions": ("registrations/sessions.html", {**SEATS, "note": "Vous avez une place."}),
    "sessions-problem": (
        "registrations/sessions.html",
        {**SEATS, "problem": "Les réservations de cette séance sont closes."},
    ),
    "sessions-unopened": (
        "registrations/sessions.html",
        {
            **SEATS,
            "opens_at": OPENS_AT,
            "mine": [],
            "slots": [
                {"starts_at": OPENS_AT, "sessions": [seat(n, may_take=False) for n in range(3)]}
            ],
        },
    ),
    "sessions-none": (
        "registrations/sessions.html",
        {**SEATS, "confirmed": False, "mine": [], "days": [], "slots": []},
    ),
    "choose": (
        "registrations/choose.html",
        {"key": "abc", "wanted": seat(2, left=4), "others": [seat(1, state="seat")]},
    ),
    "choose-held": (
        "registrations/choose.html",
        {
            "key": "abc",
            "wanted": seat(2, state="seat", answer_by=OPENS_AT),
            "others": [seat(1, state="seat"), seat(3, state="seat")],
        },
    ),
    "edit": ("registrations/edit.html", EDIT),
    "edit-errors": (
        "registrations/edit.html",
        {**EDIT, "sent": SENT, "errors": {**ERRORS, "days": "Choisissez un jour ou plus."}},
    ),
    "edit-questions": (
        "registrations/edit.html",
        {**EDIT, "questions": QUESTIONS, "typed": {"comes": ["yes"]}, "names": {"press": "Presse"}},
    ),
    "edit-meanwhile": ("registrations/edit.html", {**EDIT, "sent": SENT, "meanwhile": True}),
    "edit-closed": ("registrations/edit.html", {**EDIT, "may_change": False}),
    "transfer": ("registrations/transfer.html", OWN_PAGE),
    "transfer-errors": (
        "registrations/transfer.html",
        {**OWN_PAGE, "sent": SENT, "errors": {"email": ERRORS["email"]}},
    ),
    "transfer-closed": ("registrations/transfer.html", {**OWN_PAGE, "may_transfer": False}),
    "group": ("registrations/group.html", GROUP),
    "group-errors": (
        "registrations/group.html",
        {
            **GROUP,
            "sent": {**SENT, "people": "Ada; Ferrand; ada@example.org"},
            "errors": GROUP_ERRORS,
            "lines": {2: GROUP_ERRORS["people.2"], 5: GROUP_ERRORS["people.5"]},
        },
    ),
    "group-closed": ("registrations/group.html", {**GROUP, "registration_open": False}),
    "link": ("registrations/link.html", {"sent": {}, "errors": {}, "asked": False}),
    "link-errors": (
        "registrations/link.html",
        {"sent": SENT, "errors": {"email": ERRORS["email"]}, "asked": False},
    ),
    "link-asked": ("registrations/link.html", {"sent": {}, "errors": {}, "asked": True}),
    "cancel": (
        "registrations/cancel.html",
        {"registration": registration("confirmed")},
    ),
    "cancel-waiting": (
        "registrations/cancel.html",
        {"registration": registration("waiting", turn=3)},
    ),
    "cancel-done": (
        "registrations/cancel.html",
        {"registration": registration("cancelled")},
    ),
    "verify": ("registrations/verify.html", {**VERIFY, "edition": None, "state": "asked"}),
    "verify-errors": (
        "registrations/verify.html",
        {
            **VERIFY,
            "edition": None,
            "state": "wrong",
            "typed": "0001-K7QM",
            "errors": {"code": "Aucune attestation ne porte ce code."},
        },
    ),
    "verify-good": ("registrations/verify.html", {**VERIFY, **VERIFIED, "state": "good"}),
    "verify-changed": ("registrations/verify.html", {**VERIFY, **VERIFIED, "state": "changed"}),
    "verify-speaker": (
        "registrations/verify.html",
        {
            **VERIFY,
            "person": "Maëlys d’Hérouville-Nguyen",
            "spoken": [("Ouverture", "modération", "mardi 23 mars, de 9\u00a0h à 10\u00a0h", "A")],
            "state": "good",
        },
    ),
    "verify-speaker-since": (
        "registrations/verify.html",
        {
            **VERIFY,
            "person": "Maëlys d’Hérouville-Nguyen",
            "spoken": [("Ouverture", "modération", "mardi 23 mars, de 9\u00a0h à 10\u00a0h", "A")],
            "state": "good",
            "issue": (3, "mardi 23 mars à 19\u00a0h"),
            "since": [("Ouverture", "modération", "mardi 23 mars, de 10\u00a0h à 11\u00a0h", "B")],
        },
    ),
    "verify-speaker-gone": ("registrations/verify.html", {**VERIFY, "state": "gone"}),
    "programme": ("schedule/programme.html", PROGRAMME),
    "programme-search": (
        "schedule/programme.html",
        {
            **PROGRAMME,
            "days": NO_DAY,
            "all_days": View(**{**vars(ALL_DAYS), "current": True}),
            "slots": slots(days=2)[:6],
            "found": 12,
            "asked": AskedProgramme(q="données", track="ia-et-donnees", sign_up=True),
        },
    ),
    "programme-everything": (
        "schedule/programme.html",
        {
            **PROGRAMME,
            "days": NO_DAY,
            "chosen_day": False,
            "slots": slots(days=2),
            "found": 46,
            "asked": AskedProgramme(q="a"),
        },
    ),
    "programme-nothing": (
        "schedule/programme.html",
        {**PROGRAMME, "days": NO_DAY, "slots": [], "found": 0, "asked": AskedProgramme(q="zzz")},
    ),
    "programme-rooms": (
        "schedule/programme.html",
        {
            **PROGRAMME,
            "slots": [],
            "grids": [rooms_table()],
            "asked": AskedProgramme(view=Arrangement.ROOMS),
        },
    ),
    "programme-tracks": (
        "schedule/programme.html",
        {**PROGRAMME, "slots": themes(), "asked": AskedProgramme(view=Arrangement.TRACKS)},
    ),
    "programme-now": (
        "schedule/programme.html",
        {**PROGRAMME, "slots": [], "found": 0, "asked": AskedProgramme(view=Arrangement.NOW)},
    ),
    "programme-now-nothing": (
        "schedule/programme.html",
        {
            **PROGRAMME,
            "slots": [],
            "found": 0,
            "asked": AskedProgramme(view=Arrangement.NOW),
            "present": View(during=False, now=[], following=[], following_day=None, more=False),
        },
    ),
    "programme-mine": (
        "schedule/programme.html",
        {
            **PROGRAMME,
            "slots": slots()[:3],
            "found": 6,
            "asked": AskedProgramme(view=Arrangement.MINE, sessions=("session-1", "gone")),
            "missing": 1,
            "calendar_path": f"{BASE}/programme.ics?sessions=session-1,gone",
        },
    ),
    "programme-mine-nothing": (
        "schedule/programme.html",
        {**PROGRAMME, "slots": [], "found": 0, "asked": AskedProgramme(view=Arrangement.MINE)},
    ),
    "programme-unpublished": ("schedule/programme.html", {**PROGRAMME, "programme": None}),
    "session": ("schedule/session.html", SESSION),
    "session-seats": ("schedule/session.html", {**SESSION, "session": session(9, OPENS_AT)}),
    "session-bare": (
        "schedule/session.html",
        {**SESSION, "jsonld": "", "session": session(4, OPENS_AT), "following": None},
    ),
    "embed": (
        "schedule/embed.html",
        {"programme": View(base_url="https://forum.example"), "widget": "/forum-programme.js"},
    ),
    "programme-import": ("schedule/import.html", FILE_CHOICE),
    "programme-import-done": (
        "schedule/import.html",
        {**FILE_CHOICE, "done": View(number=7, kind="imported", edits=[1, 2, 3])},
    ),
    "programme-import-unchanged": ("schedule/import.html", {**FILE_CHOICE, "unchanged": True}),
    "programme-import-refused": (
        "schedule/import.html",
        {**FILE_CHOICE, "error": "programme.pdf est un PDF."},
    ),
    "programme-import-look": ("schedule/import_look.html", LOOKED),
    "programme-import-same": (
        "schedule/import_look.html",
        {**LOOKED, "summary": resting.summary(IMPORTED, IMPORTED), "losses": [], "columns": []},
    ),
    "programme-import-unread": (
        "schedule/import_look.html",
        {**LOOKED, "imported": None, "summary": None, "error": "Aucune colonne de titres."},
    ),
    "rooms": (
        "schedule/rooms.html",
        {"programme": View(version=3), "plans": VENUE.plans(), "floors": VENUE.floors()},
    ),
    "rooms-none": (
        "schedule/rooms.html",
        {"programme": View(version=3), "plans": [], "floors": []},
    ),
    "rooms-without-plan": (
        "schedule/rooms.html",
        {
            "programme": View(version=3),
            "plans": [],
            "floors": [*VENUE.floors()[:1], {"name": "", "rooms": VENUE.floors()[1]["rooms"]}],
        },
    ),
    "speakers": ("schedule/speakers.html", SPEAKERS),
    "speakers-letter": ("schedule/speakers.html", {**SPEAKERS, "letter": "C", "q": "a"}),
    "speakers-none": (
        "schedule/speakers.html",
        {**SPEAKERS, "groups": [], "letters": [], "found": 0, "q": "zzz"},
    ),
    "speaker": ("schedule/speaker.html", {"programme": View(version=3), "speaker": SPEAKER}),
    "speaker-bare": (
        "schedule/speaker.html",
        {
            "programme": View(version=3),
            "speaker": {
                **vars(PEOPLE[2]),
                "biography": [],
                "links": [],
                "sessions": [],
            },
        },
    ),
    "sign-ups": ("schedule/sign_ups.html", {**SIGN_UPS, "saved": True}),
    "sign-ups-errors": (
        "schedule/sign_ups.html",
        {
            **SIGN_UPS,
            "sent": {"closes_minutes": "x"},
            "errors": {"closes_minutes": "Donnez un nombre entier dans les bornes indiquées."},
        },
    ),
    "sign-ups-meanwhile": ("schedule/sign_ups.html", {**SIGN_UPS, "meanwhile": True}),
    "sign-ups-none": (
        "schedule/sign_ups.html",
        {
            **SIGN_UPS,
            "sessions": [],
            "staff": View(may=lambda deed: deed == "see_edition", organiser=STAFF.organiser),
        },
    ),
    **attendance_samples.PAGES,
    **run_samples.PAGES,
    **paper_samples.PAGES,
    "door-list": ("schedule/door_list.html", DOOR_LIST),
    "door-list-none": ("schedule/door_list.html", {**DOOR_LIST, "sessions": [], "query": ""}),
    "guides": ("guides/guides.html", {"guides": GUIDES}),
    "guides-none": ("guides/guides.html", {"guides": []}),
    "sign-in": (
        "accounts/sign_in.html",
        {"edition": None, "state": "ask", "email": "anne@forum.example"},
    ),
    "sign-in-used": ("accounts/sign_in.html", {"edition": None, "state": "used", "email": ""}),
    "sign-in-expired": (
        "accounts/sign_in.html",
        {"edition": None, "state": "expired", "email": ""},
    ),
    "sign-in-ask": ("accounts/ask.html", ASK),
    "sign-in-ask-errors": (
        "accounts/ask.html",
        {**ASK, "sent": {"email": "anne@"}, "errors": {"email": ERRORS["email"]}},
    ),
    "sign-in-sent": (
        "accounts/sent.html",
        {"edition": None, "minutes": 30, "without_smtp": True},
    ),
    "account": ("accounts/account.html", ACCOUNT),
    "account-bare": (
        "accounts/account.html",
        {**ACCOUNT, "editions": [], "passkeys": [], "party": None, "done": "removed"},
    ),
    "account-errors": (
        "accounts/account.html",
        {
            **ACCOUNT,
            "sent": {"name-1": ""},
            "errors": {"name-1": ERRORS["family_name"]},
            "errors_at": {"name-1": ("Nouveau nom", "name-1")},
        },
    ),
    "team": ("organiser/team.html", TEAM),
    "team-removed": (
        "organiser/team.html",
        {**TEAM, "done": "removed", "who": "1", "about": "yann@ambroise.example"},
    ),
    "team-errors": (
        "organiser/team.html",
        {
            **TEAM,
            "sent": {"email": "zoe@"},
            "ticked": ["door"],
            "errors": {"email": ERRORS["email"], "roles": ERRORS["family_name"]},
        },
    ),
    "member": ("organiser/member.html", MEMBER),
    "member-errors": (
        "organiser/member.html",
        {**MEMBER, "errors": {"roles": ERRORS["family_name"], "remove": "Gardez quelqu’un."}},
    ),
    "organiser": ("organiser/overview.html", ORGANISER),
    "organiser-empty": ("organiser/overview.html", {**ORGANISER, **overview([], [])}),
    "organiser-draft": (
        "organiser/overview.html",
        {**ORGANISER, **overview([], []), "edition": DRAFT, "programme_path": None},
    ),
    "form": ("organiser/form.html", {**FORM, "done": True}),
    "form-errors": (
        "organiser/form.html",
        {**FORM, "status": 422, "errors": {"places": "Donnez-en autant ou plus."}},
    ),
    "form-changed": (
        "organiser/form.html",
        {**FORM, "status": 412, "changed": CHANGED, "retired": QUESTIONS[:1], "questions": []},
    ),
    "form-refused": ("organiser/form.html", {**FORM, "refusal": "Fermez-la plutôt."}),
    "form-category": ("organiser/form_category.html", FORM),
    "form-category-new": (
        "organiser/form_category.html",
        {**FORM, "category": None, "errors": {"name.fr": "Cette réponse est nécessaire."}},
    ),
    "form-question": ("organiser/form_question.html", FORM_QUESTION),
    "form-question-new": (
        "organiser/form_question.html",
        {
            **FORM_QUESTION,
            "question": None,
            "rows": form_values.rows(None, {}),
            "errors": {
                "label.fr": "Cette réponse est nécessaire.",
                "kind": "Choisissez une des réponses proposées.",
                "options": "Donnez au moins une réponse à choisir.",
                "condition": "Choisissez une des réponses proposées.",
            },
        },
    ),
    "form-consent": (
        "organiser/form_consent.html",
        {**FORM, "consent": Consent(purpose="news", wording={"fr": "Oui"}, version=2)},
    ),
    "form-consent-new": ("organiser/form_consent.html", {**FORM, "consent": None}),
    "form-preview": ("organiser/form_preview.html", FORM),
    "table": ("registrations/listing.html", TABLE),
    "table-nobody": (
        "registrations/listing.html",
        {
            **TABLE,
            "asked": Asked(columns=(Column.EMAIL,), sort=Sort.DATE, descending=True),
            "errors": {"since": "Indiquez une date comme 2027-03-23."},
            "found": Found(total=0, categories=[], asks_days=False, rows=[]),
        },
    ),
    "table-much": (
        "registrations/listing.html",
        {
            **TABLE,
            "asked": Asked(columns=(*Column,), filter=Filter(group=UUID(int=1))),
            "found": msgspec.structs.replace(
                TABLE["found"], total=2001, rows=rows(Asked(columns=(*Column,)).size)
            ),
        },
    ),
    "import": ("registrations/import.html", IMPORT),
    "import-error": (
        "registrations/import.html",
        {**IMPORT, "own": [], "earlier": [], "errors": {"file": "Choisissez un fichier."}},
    ),
    "import-columns": ("registrations/import_columns.html", IMPORT_COLUMNS),
    "import-columns-errors": (
        "registrations/import_columns.html",
        {
            **IMPORT_COLUMNS,
            "categories": [CATEGORIES[0], View(**{**vars(CATEGORIES[1]), "approval": True})],
            "errors": {
                "email": "Dites quelle colonne le contient.",
                "column.3": "Deux colonnes le contiennent.",
                "category": "Choisissez-en une pour tous.",
                "value.2": "Dites de quelle catégorie il s’agit.",
            },
        },
    ),
    "import-check": ("registrations/import_check.html", IMPORT_CHECK),
    "import-check-errors": (
        "registrations/import_check.html",
        {
            **IMPORT_CHECK,
            "errors": {"skip_bad": "Dites-le."},
            "choice": intake_models.Choice(others=None, skip_bad=True),
        },
    ),
    "import-check-nobody": (
        "registrations/import_check.html",
        {
            **IMPORT_CHECK,
            "found": intake_models.Check(sure=[], tally=[], known=[], doubtful=[], bad=BAD[:1]),
            "standing": [],
            "warnings": [],
        },
    ),
    "import-done": ("registrations/import_done.html", IMPORT_DONE),
    "import-cut-off": (
        "registrations/import_done.html",
        {
            **IMPORT_DONE,
            "progress": intake_models.Progress(todo=[2, 3], done=1),
            "refused": [],
            "left": 0,
            "standing": [],
        },
    ),
    "export": ("registrations/export.html", EXPORT),
    "export-errors": (
        "registrations/export.html",
        {
            **EXPORT,
            "ticked": (),
            "errors": {
                "columns": "Choisissez au moins une colonne.",
                "since": "Indiquez une date.",
            },
            "order": Export(
                filter=Filter(
                    organisation="Ambert",
                    day=EDITION.days[0],
                    language="fr",
                    printed=False,
                    group=UUID(int=1),
                    since=EDITION.days[0],
                    until=EDITION.days[0],
                ),
                references=("K7QM-42XR",),
            ),
        },
    ),
    "bulk": ("registrations/bulk.html", BULK),
    "bulk-move": (
        "registrations/bulk.html",
        {**BULK, "order": Order(deed=ManyDeed.MOVE), "lacking": True},
    ),
    "bulk-what": ("registrations/bulk.html", {**BULK, "order": None, "touched": []}),
    "bulk-nobody": ("registrations/bulk.html", {**BULK, "rows": [], "touched": []}),
    "bulk-done": ("registrations/bulk.html", {**BULK, "done": DONE, "rows": rows(2)}),
    "person": ("registrations/person.html", PERSON),
    "person-waiting": (
        "registrations/person.html",
        {
            **PERSON,
            "row": msgspec.structs.replace(
                ROW,
                status=Status.WAITING,
                turn=4,
                email="",
                group_id=UUID(int=1),
                group_name="Anne",
                counted=False,
            ),
            "line": 2,
            "ticket": None,
            "letters": [],
            "scans": [],
            "deeds": [],
        },
    ),
    "person-meanwhile": (
        "registrations/person.html",
        {
            **PERSON,
            "meanwhile": True,
            "since": PERSON["deeds"][:2],
            "differing": ["given_name", "organisation"],
            "told": "",
        },
    ),
    "person-errors": (
        "registrations/person.html",
        {
            **PERSON,
            "row": msgspec.structs.replace(ROW, status=Status.PENDING),
            "errors": ERRORS,
            "told": "",
        },
    ),
    "desk": ("registrations/desk.html", DESK),
    "desk-done": ("registrations/desk.html", {**DESK, "done": ROW}),
    "desk-found": (
        "registrations/desk.html",
        {**DESK, "q": "ferrand", "rows": rows(8), "others": True, "asks": True},
    ),
    "desk-label": (
        "registrations/desk.html",
        {
            **DESK,
            "q": "ferrand",
            "rows": rows(8),
            "asks": True,
            "job": printer_samples.ASKED[0][0],
            "job_said": printer_samples.ASKED[0][1],
            "bearer": ROW,
        },
    ),
    "desk-printer-gone": (
        "registrations/desk.html",
        {
            **DESK,
            "printers": DeskPrinters(all=[printer_samples.OFFICE], gone=True),
            "wrong": "printer_not_found",
        },
    ),
    "desk-sheets": (
        "registrations/desk.html",
        {
            **DESK,
            "q": "ferrand",
            "rows": rows(2),
            "asks": True,
            "done": ROW,
            "printers": DeskPrinters(all=[printer_samples.OFFICE], chosen=printer_samples.OFFICE),
        },
    ),
    "desk-namesakes": (
        "registrations/desk.html",
        {**DESK, "rows": rows(2), "asks": True, "why": "namesakes"},
    ),
    "desk-full": (
        "registrations/desk.html",
        {**DESK, "asks": True, "why": "no_place_left", "another": True},
    ),
    "desk-errors": ("registrations/desk.html", {**DESK, "asks": True, "errors": ERRORS}),
    **programme_paper_samples.PAGES,
    "publication": ("schedule/publication.html", PUBLICATION),
    "publication-errors": (
        "schedule/publication.html",
        {
            **PUBLICATION,
            "sent": {"when": "later", "due_at": "demain", "note": "x"},
            "errors": {"due_at": "Donnez une date.", "publication": "Des conflits bloquent."},
        },
    ),
    "publication-none": (
        "schedule/publication.html",
        {
            **PUBLICATION,
            **dict.fromkeys(("told", "conflicts", "versions", "plans", "on_plans"), ()),
            "blocked": False,
            "placed": False,
            "preview": None,
            "done": "back",
        },
    ),
    "comparison": (
        "schedule/comparison.html",
        {"staff": STAFF, "old": VERSION, "new": VERSION, "told": CHANGES_TOLD},
    ),
    "preview": (
        "schedule/preview.html",
        {"slots": slots(days=1), "at": "mardi 2 mars à 9 h 30"},
    ),
    "changes": (
        "schedule/changes.html",
        {
            "versions": [
                {"version": VERSION, "told": CHANGES_TOLD},
                {"version": View(version=2, published_at=OPENS_AT, note=""), "told": []},
                {"version": View(version=1, published_at=OPENS_AT, note=""), "told": CHANGES_TOLD},
            ]
        },
    ),
    "invitations": ("organiser/invitations.html", INVITATIONS),
    "invitations-none": (
        "organiser/invitations.html",
        {**INVITATIONS, "invitations": [], "next": None, "made": 3, "revoked": True},
    ),
    "invitations-errors": (
        "organiser/invitations.html",
        {
            **INVITATIONS,
            "sent": {"code": "é", "people": "Ada; Ferrand; ada@"},
            "errors": {"code": "Vérifiez.", "people.1": ERRORS["email"]},
            "lines": {1: ERRORS["email"]},
        },
    ),
    "letters": ("letters/letters.html", LETTERS),
    "letter": ("letters/letter.html", LETTER),
    "letter-mistakes": (
        "letters/letter.html",
        {**LETTER, "errors": {"body-fr": "Ligne 3.", "reference": "Aucune inscription."}},
    ),
    "letter-theirs": (
        "letters/letter.html",
        {
            **LETTER,
            "note": "changed",
            "columns": [
                {**COLUMN, "language": "fr", "theirs": View(subject="Autre", body="Autre.")}
            ],
        },
    ),
    "letter-tested": ("letters/letter.html", {**LETTER, "note": "tested"}),
    "letter-send": ("letters/send.html", SEND),
    "letter-questions": ("letters/questions.html", ASKED),
    "letter-questions-closed": (
        "letters/questions.html",
        {**ASKED, "may_answer": False, "done": True},
    ),
    "letter-send-thanks": (
        "letters/send.html",
        {**SEND, "kind": KINDS["thanks"], "attests": True},
    ),
    "letter-sent": (
        "letters/send.html",
        {**SEND, "done": True, "sending": View(sent=642, left=0)},
    ),
    "write": ("campaigns/write.html", WRITING),
    "write-mistakes": (
        "campaigns/write.html",
        {**WRITING, "errors": {"body-fr": "Ligne 3.", "per_minute": "Un nombre."}, "minutes": None},
    ),
    **{
        f"write-{note}": ("campaigns/write.html", {**WRITING, "note": note})
        for note in ("tested", "reach", "already")
    },
    "write-nobody": (
        "campaigns/write.html",
        {
            **WRITING,
            "note": "nobody",
            "consents": [],
            "reach": Reach(reached=0, over=0, withdrew=0, no_address=0),
        },
    ),
    "campaign": ("campaigns/campaign.html", {**RECORD, "note": "started"}),
    "campaign-stopped": (
        "campaigns/campaign.html",
        {
            **RECORD,
            "note": "changed",
            "errors": {"per_minute": "Un nombre."},
            "campaign": msgspec.structs.replace(CAMPAIGN, state=State.STOPPED, revision=2),
        },
    ),
    "campaign-done": (
        "campaigns/campaign.html",
        {
            **RECORD,
            "campaign": msgspec.structs.replace(
                CAMPAIGN, state=State.DONE, filter=Filter(), consent=None, started_by=None
            ),
            "progress": Progress(sent=642, waiting=0, leaving=0, retrying=0, failed=0, skipped=0),
        },
    ),
    "campaigns": (
        "campaigns/campaigns.html",
        {
            "staff": STAFF,
            "campaigns": [
                {"one": msgspec.structs.replace(CAMPAIGN, state=state), "subject": "Le car"}
                for state in [*State] * 16
            ],
            "next": 3,
        },
    ),
    "campaigns-none": (
        "campaigns/campaigns.html",
        {"staff": STAFF, "campaigns": [], "next": None},
    ),
    "recipients": ("campaigns/recipients.html", RECIPIENTS),
    "recipients-none": (
        "campaigns/recipients.html",
        {**RECIPIENTS, "rows": [], "first": True, "next": None, "fate": None},
    ),
    **PART_PAGES,
    "outbox": ("demo/outbox.html", {"mails": [MAIL, MAIL]}),
    "outbox-none": ("demo/outbox.html", {"mails": []}),
    "mail": ("demo/mail.html", {"mail": MAIL}),
    "problem": ("problem.html", PROBLEM),
    "problem-elsewhere": ("problem.html", {**PROBLEM, "edition": None, "mend": ""}),
    "scan": ("badges/scan.html", {"edition": None}),
    "api-docs": ("api/docs.html", {"edition": None}),
}

MAILS = [*KINDS, "sign_in", "team", *speaker_mails.KINDS]
MAIL_PARTS = ["subject.txt", "body.txt", "body.html"]
SIGN_IN = {
    "sign_in_url": "https://forum.example/sign-in/abc",
    "minutes": 30,
    "ask_url": "https://forum.example/organiser/sign-in",
    "by": "anne@forum.example",
    "roles": "Accueil, Portes",
}


def values(**given: object) -> Values:
    """Return all that a letter can say."""
    ticket = Ticket(
        edition_id=1,
        registration_id=uuid.UUID(int=1),
        number=1,
        key_id=1,
        category_number=0,
        days=3,
        revision=0,
        revoked_at=None,
    )
    said = {
        "given_name": "Maëlys",
        "family_name": "d’Hérouville & <Fils",
        "reference": "K7QM-42XR",
        "category_name": {"fr": "Agent public", "en": "Public agent"},
        "turn": 3,
        "offer_until": OPENS_AT,
        "reason": "Le délai est passé.",
        "new_holder": "Yann Le Guellec",
        "people": ["Maëlys d’Hérouville", "Yann Le Guellec"],
        "questions": [{"fr": "Serez-vous au dîner ?", "en": "Will you dine?"}, {"fr": "Menu ?"}],
        "code": "VAL-AMBROISE",
        "valid_until": OPENS_AT,
        "ticket": ticket,
        "session": {"fr": "Atelier de crise", "en": "Crisis workshop"},
        "starts_at": OPENS_AT,
        "ends_at": OPENS_AT + timedelta(minutes=75),
        "room": "Atelier Pastel",
        "answer_by": OPENS_AT,
        "at_the_same_time": [{"fr": "La charte", "en": "The charter"}, {"fr": "Le budget"}],
        "presences": [Presence(day=EDITION.starts_on, arrived_at=OPENS_AT)],
        "attended": Attended(
            presences=[Presence(day=EDITION.starts_on, arrived_at=OPENS_AT)],
            halves=[
                HalfHours(
                    day=EDITION.starts_on,
                    afternoon=False,
                    since=OPENS_AT,
                    until=OPENS_AT + timedelta(hours=3, minutes=25),
                    exit_read=False,
                )
            ],
            sessions=[],
        ),
    }
    return Values(**{**said, **given})


OWN_SESSIONS = [
    OwnSession(
        title={"fr": TITLES[0], "en": "Sharing data"},
        role=SpeakerRole.MODERATOR,
        starts_at=OPENS_AT,
        ends_at=OPENS_AT + timedelta(minutes=45),
        room="Auditorium",
        others=["Yann Le Guellec", "Anne-Sophie Çelik"],
        cancelled=True,
    ),
    OwnSession(
        title={"fr": TITLES[1]},
        role=SpeakerRole.SPEAKER,
        starts_at=None,
        ends_at=None,
        room=None,
        others=[],
        cancelled=False,
    ),
]
HELD = Held(
    id=UUID(int=1),
    reference="K7QM-42XR",
    category="speaker",
    category_name={"fr": "Intervenant", "en": "Speaker"},
    status=Status.CONFIRMED,
)


def speaker(state: SpeakerState, **behind: object) -> SpeakerPart:
    """Return somebody of a draft."""
    content = Speaker(
        id=UUID(int=1),
        slug="maelys",
        name="Maëlys d’Hérouville-Nguyen",
        sort_key="herouville",
        organisation="Communauté de communes du Val d’Ambroise",
        job_title="Présidente",
        biography={"fr": "Élue depuis 2020.", "en": "Elected in 2020."},
        links=[Link(url="https://example.org/maelys", title="Son carnet")],
    )
    said = {"email": "maelys@example.org", "language": "fr", **behind}
    return SpeakerPart(content=content, backstage=SpeakerBackstage(state=state, **said))


def own_page(
    state: SpeakerState, *, held: Held | None = None, asks: bool = True, **given: object
) -> dict[str, object]:
    """Return what the page of a speaker shows."""
    behind = {
        "availability": [Span(starts_at=OPENS_AT, ends_at=OPENS_AT + timedelta(hours=30))],
        **{name: given.pop(name) for name in ("photo", "photo_agreed_at") if name in given},
    }
    part = speaker(state, **behind)
    typed = speaker_rules.typed(part, EDITION)
    first, last = speaker_rules.split_name(part.content.name)
    shown = {
        "key": "abc",
        "desk": SpeakerDesk(
            part=part,
            edited=7,
            sessions=OWN_SESSIONS,
            answer=None,
            held=held,
            registers=True,
            asks=asks,
        ),
        "state": state.value,
        "open": True,
        "stands": speaker_rules.stands(held),
        "may_cancel": speaker_rules.may_cancel(held),
        "sessions": [speaker_mails.said(one, EDITION, "fr") for one in OWN_SESSIONS],
        "published": True,
        "certified": True,
        "answer": {"given_name": first, "family_name": last},
        "refusal": {},
        "profile": typed,
        "link_rows": speaker_rules.rows_of(typed, "link"),
        "time_rows": speaker_rules.rows_of(typed, "time"),
        "days": EDITION.days,
        "edited": 7,
        "form": "",
        "errors": {},
        "labels": speaker_routes.LABELS,
        "meanwhile": None,
        "done": "",
    }
    return {**shown, **given}


def speaker_row(number: int) -> View:
    """Return a row of the organisers' page of speakers, full of whatever it may hold."""
    state = [*SpeakerState][number % 4]
    return View(
        id=UUID(int=number),
        name="Maëlys d’Hérouville-Nguyen",
        about="Présidente, Communauté de communes du Val d’Ambroise",
        email="maelys@example.org" if number % 5 else "",
        state=state.value,
        state_name=STATES[state],
        asked=number % 3,
        asked_at="lundi 1er mars à 13 h",
        answered_at="lundi 1er mars à 14 h" if number % 2 else "",
        changed_at="lundi 1er mars à 14 h" if number % 2 else "",
        sessions=2,
        lacks=["biographie", "photo"] if number % 2 else [],
        held=HELD if number % 3 else None,
        stands=number % 4 != 1,
        other_category=number % 2 == 0,
        comes_no_more=state is SpeakerState.DECLINED,
    )


ASKED_SPEAKERS = {
    "staff": STAFF,
    "rows": [speaker_row(number) for number in range(20)],
    "counts": {
        **{state.value: 12 for state in SpeakerState},
        "lacking": 30,
        "to_invite": 12,
        "to_remind": 9,
    },
    "states": {state.value: name for state, name in STATES.items()},
    "registers": True,
    "category": "speaker",
    "count": 45,
    "total": 48,
    "only": "",
    "q": "",
    "number": 2,
    "pages": 3,
    "sent": None,
    "left_out": 0,
    "nobody": False,
}
WATCHED_AT = datetime(2027, 3, 23, 9, 7, tzinfo=UTC)


def watched_room(room: str, moment: str, inside: int, capacity: int | None) -> door_board.RoomCount:
    """Return a session that fills."""
    return door_board.RoomCount(
        check_in_list="rooms",
        room=room,
        session=inside,
        title={"fr": "L’eau et les communes", "en": "Water and towns"},
        moment=door_board.Moment(moment),
        starts_at=WATCHED_AT,
        ends_at=WATCHED_AT + timedelta(hours=1),
        entered=inside + 3,
        inside=inside,
        capacity=capacity,
        level=door_board.level(inside, capacity),
    )


def watched_device(name: str, **told: object) -> door_board.DeviceState:
    """Return a device as the board tells it."""
    row = {"seen_at": None, "battery": None, "charging": None, "waiting": None}
    values = {"id": uuid.uuid4(), "name": name, "gate": "main", "clock_offset_ms": None, **row}
    return door_board.device(msgspec.convert({**values, **told}, door_board.DeviceRow), WATCHED_AT)


NO_COUNTERS = door_board.Counters(
    at=WATCHED_AT,
    day=None,
    inside=0,
    entered_today=0,
    entered=0,
    expected=812,
    last=None,
    categories=[],
    gates=[],
    arrivals=[],
    rooms=[],
    devices=[],
    conflicts=0,
)
COUNTERS = msgspec.structs.replace(
    NO_COUNTERS,
    day=0,
    inside=356,
    entered_today=412,
    entered=980,
    conflicts=2,
    last=door_board.LastEdition(title={"fr": "Forum 2026"}, entered=380),
    categories=[
        door_board.CategoryCount(
            code=code, name=name, inside=120, entered_today=130, entered=300, expected=270
        )
        for code, name in (("elected", {"fr": "Élus"}), ("agent", {"fr": "Agents publics"}))
    ],
    gates=[
        door_board.GateCount(
            slug=slug, name=name, kind=GateKind.DOOR, entries=420, exits=56, refused=7
        )
        for slug, name in (("main", {"fr": "Entrée principale"}), ("garden", {"fr": "Jardin"}))
    ],
    arrivals=[
        door_board.Arrivals(
            at=datetime(2027, 3, 23, 6, 30, tzinfo=UTC) + n * door_board.STRETCH,
            entered=n % 13,
            last=n % 7,
        )
        for n in range(100)
    ],
    rooms=[
        watched_room("Salle Garonne", "now", 60, 60),
        watched_room("Salle Garonne", "next", 4, 60),
        watched_room("Salle Tarn", "now", 92, 100),
        watched_room("Hall", "now", 35, None),
    ],
    devices=[
        watched_device("Téléphone de l’entrée", seen_at=WATCHED_AT, battery=82, waiting=0),
        watched_device("Douchette", seen_at=WATCHED_AT, battery=9, charging=True),
        watched_device(
            "Tablette",
            seen_at=WATCHED_AT - timedelta(days=1),
            battery=12,
            waiting=14,
            clock_offset_ms=-1_200_000,
        ),
        watched_device("Perdu"),
    ],
)


def watching(counters: door_board.Counters) -> dict[str, object]:
    """Return what the route hands to the board."""
    return {
        "staff": STAFF,
        "counters": counters,
        "told": "0123456789abcdef",
        "charts": board_charts,
        "board": board_views.board(counters, EDITION, words("fr")),
        "path": "/organiser/toulouse-2027/doors",
    }


PAGES |= {
    "doors": ("badges/board.html", watching(COUNTERS)),
    "doors-empty": ("badges/board.html", watching(NO_COUNTERS)),
    "doors-wall": ("badges/board_wall.html", watching(COUNTERS)),
    "doors-wall-empty": ("badges/board_wall.html", watching(NO_COUNTERS)),
}

PAGES |= {
    "speaking": ("speakers/own.html", own_page(SpeakerState.INVITED)),
    "speaking-confirmed": (
        "speakers/own.html",
        own_page(
            SpeakerState.CONFIRMED,
            held=HELD,
            asks=False,
            photo="0" * 64,
            photo_agreed_at=OPENS_AT,
            done="Votre profil est enregistré.",
        ),
    ),
    "speaking-declined": (
        "speakers/own.html",
        own_page(
            SpeakerState.DECLINED,
            held=msgspec.structs.replace(HELD, status=Status.CANCELLED),
            published=False,
            photo="0" * 64,
        ),
    ),
    "speaking-errors": (
        "speakers/own.html",
        own_page(
            SpeakerState.CONFIRMED,
            held=HELD,
            asks=False,
            form="decline",
            photo="0" * 64,
            errors={
                "registration": "Dites-le.",
                "why": "Raccourcissez.",
                "name": "Il en faut un.",
                "biography.fr": "Raccourcissez.",
                "link-0-url": "Une adresse.",
                "time-0-from": "Une heure.",
                "photo": "Pas une photo.",
                "agreed": "Cochez.",
            },
            refusal={"why": "Une crue"},
        ),
    ),
    "speaking-meanwhile": (
        "speakers/own.html",
        own_page(SpeakerState.INVITED, meanwhile=[("name", "Maëlys"), ("link-0-url", "")]),
    ),
    "speaking-known": (
        "speakers/own.html",
        own_page(
            SpeakerState.CONFIRMED, held=msgspec.structs.replace(HELD, category="agent"), asks=False
        ),
    ),
    "speaking-over": ("speakers/own.html", own_page(SpeakerState.CONFIRMED, open=False)),
    "asked": ("speakers/speakers.html", ASKED_SPEAKERS),
    "asked-sent": (
        "speakers/speakers.html",
        {**ASKED_SPEAKERS, "sent": 12, "left_out": 2, "only": "lacking", "registers": False},
    ),
    "asked-none": (
        "speakers/speakers.html",
        {
            **ASKED_SPEAKERS,
            "rows": [],
            "count": 0,
            "sent": 0,
            "nobody": True,
            "pages": 1,
            "number": 1,
        },
    ),
}
PAGES |= gate_samples.pages(EDITION, STAFF)
PAGES |= layout_samples.pages(STAFF)
PAGES |= printer_samples.pages(EDITION, STAFF)
TO_SPEAKERS = {
    "person": "Maëlys d’Hérouville",
    "own_link": "https://forum.example/speaker/abc",
    "work_link": "https://forum.example/organiser/toulouse-2027/programme/speakers/invitations",
    "sessions": [speaker_mails.said(one, EDITION, "fr") for one in OWN_SESSIONS],
    "registered": True,
    "with_calendar": True,
    "told": speaker_mails.Told(
        name="Maëlys", answer="declined", why="Une crue\n<Fils", registered=True
    ),
}


def page(name: str, language: str = "fr") -> str:
    """Return one sample page."""
    template, context = PAGES[name]
    return templates().render(template, language, **{"edition": EDITION, "path": "/", **context})


def mail(kind: str, part: str, language: str = "fr") -> str:
    """Return one part of a sample e-mail."""
    if kind not in KINDS:
        context = {**SIGN_IN, **TO_SPEAKERS}
        return templates().render(f"mails/{kind}/{part}", language, edition=EDITION, **context)
    written = letter(kind, language)
    return {"subject.txt": written.subject, "body.txt": written.text, "body.html": written.html}[
        part
    ]


def letter(
    kind: str, language: str = "fr", own: LetterText | None = None, **given: object
) -> Written:
    """Return a sample e-mail, in the built-in words or in others."""
    context = context_of(
        values(**given), EDITION, language, key="abc", base_url="https://forum.example"
    )
    return write(KINDS[kind], own, context, EDITION, language, templates=templates())


@cache
def templates(*, demo: bool = True) -> Templates:
    """Return the application's own templates, which refuse what is undefined."""
    return Templates(version="0", demo=demo)
