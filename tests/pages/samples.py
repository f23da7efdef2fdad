"""One or more sample contexts for every page and e-mail: what the routes hand to the templates."""

import uuid
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import SimpleNamespace as View

from badges.models import Ticket
from forum.core.context import Edition, EditionState
from forum.core.pages import Templates
from forum.letters.kinds import KINDS, PLACEHOLDERS
from forum.letters.models import LetterText
from forum.registrations.mails import Values, Written, context_of, write

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
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37" width="240" height="240">'
    '<path fill="#000" d="M4 4h9v9h-9zM24 4h9v9h-9zM4 24h9v9h-9zM16 16h6v6h-6z"/></svg>'
)
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAA"
    "SUVORK5CYII="
)


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


def managed(status: str) -> dict[str, object]:
    """Return what the page of a registration in one state is given."""
    shown = registration(status, turn=3 if status == "waiting" else None)
    return {"registration": shown, "may_change": status not in {"cancelled", "refused"}, "done": ""}


OWN = View(
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
REGISTER = {
    "categories": CATEGORIES,
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
}
SESSION = {"session": session(1, OPENS_AT), "previous": None, "following": session(2, OPENS_AT)}
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
ORGANISER = {
    "staff": STAFF,
    "counts": [
        View(category="Élu·e", confirmed=120, waiting=4, cancelled=2),
        View(category="Agent public", confirmed=480, waiting=31, cancelled=12),
    ],
    "gates": [View(name="Entrée principale", checked_in=312), View(name="Quai", checked_in=0)],
    "badges_path": "/organiser/toulouse-2027/badges.pdf",
    "programme_path": f"{BASE}/programme.pdf",
    "outbox_path": "/outbox",
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
}
SEND = {
    "staff": STAFF,
    "kind": KINDS["reminder"],
    "sending": View(sent=0, left=642),
    "done": False,
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
        {"session": session(4, OPENS_AT), "previous": None, "following": None},
    ),
    "guides": ("guides/guides.html", {"guides": GUIDES}),
    "guides-none": ("guides/guides.html", {"guides": []}),
    "sign-in": ("accounts/sign_in.html", {"edition": None, "state": "ask", "token": "abc"}),
    "signed-in": ("accounts/sign_in.html", {"edition": None, "state": "signed_in", "token": ""}),
    "sign-in-used": ("accounts/sign_in.html", {"edition": None, "state": "used", "token": ""}),
    "sign-in-expired": (
        "accounts/sign_in.html",
        {"edition": None, "state": "expired", "token": ""},
    ),
    "organiser": ("organiser/overview.html", ORGANISER),
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
    "letter-sent": (
        "letters/send.html",
        {**SEND, "done": True, "sending": View(sent=642, left=0)},
    ),
    "outbox": ("demo/outbox.html", {"mails": [MAIL, MAIL]}),
    "outbox-none": ("demo/outbox.html", {"mails": []}),
    "mail": ("demo/mail.html", {"mail": MAIL}),
    "problem": ("problem.html", PROBLEM),
    "problem-elsewhere": ("problem.html", {**PROBLEM, "edition": None, "mend": ""}),
    "scan": ("badges/scan.html", {"edition": None}),
    "api-docs": ("api/docs.html", {"edition": None}),
}

MAILS = [*KINDS, "sign_in"]
MAIL_PARTS = ["subject.txt", "body.txt", "body.html"]
SIGN_IN = {"sign_in_url": "https://forum.example/sign-in/abc", "minutes": 30}


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
        "code": "VAL-AMBROISE",
        "valid_until": OPENS_AT,
        "ticket": ticket,
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
