"""One or more sample contexts for every page and e-mail: what the routes hand to the templates."""

import uuid
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import SimpleNamespace as View
from uuid import UUID

import msgspec

from badges.models import Outcome, Presence, Ticket
from forum.campaigns.models import Campaign, Fate, Progress, Reach, Skip, State
from forum.campaigns.models import Row as Recipient
from forum.campaigns.organiser_routes import Typed
from forum.core.context import Edition, EditionState
from forum.core.i18n import words
from forum.core.pages import Templates
from forum.core.text import Filled
from forum.editions.models import Category, Consent
from forum.letters.kinds import CAMPAIGN as KIND_OF_CAMPAIGNS
from forum.letters.kinds import KINDS, PLACEHOLDERS
from forum.letters.models import LetterText
from forum.letters.pages import places
from forum.pages import charts, dashboard, form_values
from forum.questions import views
from forum.questions.models import AnswerCount, Condition, Kind, Option, Question
from forum.registrations import import_routes, importing, intake_models
from forum.registrations.bulk import Done, ManyDeed, Order
from forum.registrations.columns import BASIC, Group
from forum.registrations.columns import columns as columns_of
from forum.registrations.exporting import Format, Labels
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
from forum.territories import service as territories
from schedule import resting
from schedule.importing import read as read_programme
from schedule.importing.sheet import Guess
from schedule.models import Draft

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
        organisation="Communauté de communes du Val d’Ambroise",
        biography="Journaliste, elle anime depuis dix ans les débats des collectivités.",
    ),
    View(name="Yann Le Guellec", role="", organisation="Ville de Kerlouan", biography=""),
    View(name="Anne-Sophie Çelik", role="Grand témoin", organisation="", biography=""),
]


def session(number: int, starts_at: datetime, *, kind: str = "round_table") -> View:
    """Return the view of one session; `number` picks its room, track and title."""
    pause = kind == "break"
    return View(
        kind=kind,
        type="Pause" if pause else "Table ronde",
        title="Café d’accueil" if pause else TITLES[number % len(TITLES)],
        subtitle="",
        path=f"{BASE}/sessions/session-{number}",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=75),
        room=None if pause else ROOMS[number % len(ROOMS)],
        track=None if pause else TRACKS[number % len(TRACKS)],
        language="",
        people=[] if pause else PEOPLE,
        cancelled=number == 4,
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
            made.append(View(day=starts_at.date(), starts_at=starts_at, sessions=sessions))
    return made


DAYS = [
    View(date=EDITION.starts_on, path=f"{BASE}/programme?day=2027-03-23", current=True),
    View(date=EDITION.ends_on, path=f"{BASE}/programme?day=2027-03-24", current=False),
]
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


MANAGED = ("confirmed", "waiting", "cancelled", "pending", "offered", "refused")


ANSWERS = [("Serez-vous au dîner ?", "Oui"), ("Que mangez-vous ?", "De tout, végétalien")]


def managed(status: str) -> dict[str, object]:
    """Return what the page of a registration in one state is given."""
    shown = registration(status, turn=3 if status == "waiting" else None)
    return {
        "registration": shown,
        "may_change": status not in {"cancelled", "refused"},
        "attested": status == "confirmed",
        "answers": ANSWERS,
        "open_questions": [{"fr": "Que mangez-vous ?"}] if status == "waiting" else [],
        "consents": [] if status == "pending" else CONSENTED,
        "may_agree": status not in {"cancelled", "refused"},
        "done": "",
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
PROGRAMME = {
    "programme": View(version=3),
    "days": DAYS,
    "slots": slots(),
    "tracks": TRACKS,
    "day": "2027-03-23",
    "track": "",
    "q": "",
    "jsonld": '{"@context":"https://schema.org","@type":"Event","name":"Forum"}',
}
SESSION = {
    "jsonld": '{"@type":"Event","name":"Ouverture"}',
    "session": session(1, OPENS_AT),
    "previous": None,
    "following": session(2, OPENS_AT),
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
STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))
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
    "badges_path": "/organiser/toulouse-2027/badges.pdf",
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
    "why": None,
    "another": False,
    "errors": {},
}

VERIFY = {"typed": "", "errors": {}, "person": "", "reference": "", "presences": []}
VERIFIED = {
    "person": "Maëlys d’Hérouville-Nguyen",
    "reference": "K7QM-42XR",
    "presences": [
        "mardi 23 mars 2027\u00a0: de 9\u00a0h à 17\u00a0h\u00a030",
        "mercredi 24 mars 2027\u00a0: arrivée à 9\u00a0h",
    ],
}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "home": ("editions/home.html", HOME),
    "home-closed": (
        "editions/home.html",
        {**HOME, "registration_open": False, "programme_published": False, "highlights": []},
    ),
    "editions": (
        "editions/editions.html",
        {"edition": None, "editions": [EDITION]},
    ),
    "editions-none": ("editions/editions.html", {"edition": None, "editions": []}),
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
    "programme": ("schedule/programme.html", PROGRAMME),
    "programme-search": (
        "schedule/programme.html",
        {
            **PROGRAMME,
            "days": NO_DAY,
            "slots": slots(days=2)[:6],
            "q": "données",
            "track": "ia-et-donnees",
        },
    ),
    "programme-everything": (
        "schedule/programme.html",
        {**PROGRAMME, "days": NO_DAY, "slots": slots(days=2), "q": "a"},
    ),
    "programme-nothing": (
        "schedule/programme.html",
        {**PROGRAMME, "days": NO_DAY, "slots": [], "q": "zzz"},
    ),
    "programme-unpublished": ("schedule/programme.html", {**PROGRAMME, "programme": None}),
    "session": ("schedule/session.html", SESSION),
    "session-bare": (
        "schedule/session.html",
        {"jsonld": "", "session": session(4, OPENS_AT), "previous": None, "following": None},
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
    "desk-namesakes": (
        "registrations/desk.html",
        {**DESK, "rows": rows(2), "asks": True, "why": "namesakes"},
    ),
    "desk-full": (
        "registrations/desk.html",
        {**DESK, "asks": True, "why": "no_place_left", "another": True},
    ),
    "desk-errors": ("registrations/desk.html", {**DESK, "asks": True, "errors": ERRORS}),
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
    "outbox": ("demo/outbox.html", {"mails": [MAIL, MAIL]}),
    "outbox-none": ("demo/outbox.html", {"mails": []}),
    "mail": ("demo/mail.html", {"mail": MAIL}),
    "problem": ("problem.html", PROBLEM),
    "problem-elsewhere": ("problem.html", {**PROBLEM, "edition": None, "mend": ""}),
    "scan": ("badges/scan.html", {"edition": None}),
    "api-docs": ("api/docs.html", {"edition": None}),
}

MAILS = [*KINDS, "sign_in", "team"]
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
        "presences": [Presence(day=EDITION.starts_on, arrived_at=OPENS_AT)],
    }
    return Values(**{**said, **given})


def page(name: str, language: str = "fr") -> str:
    """Return one sample page."""
    template, context = PAGES[name]
    return templates().render(template, language, **{"edition": EDITION, "path": "/", **context})


def mail(kind: str, part: str, language: str = "fr") -> str:
    """Return one part of a sample e-mail."""
    if kind not in KINDS:
        return templates().render(f"mails/{kind}/{part}", language, edition=EDITION, **SIGN_IN)
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
