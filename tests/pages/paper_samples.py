"""Sample contexts of the pages of papers."""

from datetime import UTC, datetime
from types import SimpleNamespace as View

from badges.papers.models import PrintedSheet
from badges.papers.routes import LABELS
from forum.core.i18n import words
from forum.registrations.models import SendingLog

STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))
PATH = "/organiser/toulouse-2027/papers"
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
SHEETS = [
    PrintedSheet(
        reference="K7QM-42XR-AB",
        heading="mardi 23 mars 2027",
        scope="Élu",
        people=41,
        filled=filled,
        printed_at=datetime(2027, 3, 23, 7, 30, tzinfo=UTC),
    )
    for filled in (False, True)
]
PAPERS = {
    "staff": STAFF,
    "path": PATH,
    "sent": {
        "organiser": "Centre national de formation",
        "legal": "",
        "place": "Toulouse",
        "signatory": "",
        "blank": "8",
        "queues": "1",
        "language": "fr",
    },
    "errors": {},
    "labels": {name: words("fr").gettext(label) for name, label in LABELS.items()},
    "nobody": "",
    "halves": [("all", "Tous les jours"), ("2027-03-23_morning", "mardi 23 mars, matin")],
    "categories": {"elected": "Élu", "agent": "Agent public"},
    "sessions": [(1, "mardi 23 mars à 9 h : Ouverture")],
    "sheets": SHEETS,
    "reference": "",
    "saved": False,
}
PREVIEW = {
    "staff": STAFF,
    "path": f"{PATH}/sign-in",
    "what": "sign-in",
    "title": "Feuilles d’émargement",
    "source": DOT,
    "number": 2,
    "pages": 3,
    "count": 41,
    "sheets": 2,
    "choices": [("half", "all"), ("category", "each")],
}

SENDING = {
    "staff": STAFF,
    "path": f"{PATH}/attestations",
    "what": "attestations",
    "to": "",
    "references": "",
    "errors": {},
    "counts": {"missing": 31, "changed": 1, "all": 40},
    "reached": [],
    "count": 0,
    "picture": None,
    "over": True,
    "log": [
        SendingLog(created_at=datetime(2027, 3, 25, 7, 30, tzinfo=UTC), count=9, sent=7, failed=1)
    ],
    "sent": None,
    "people": [],
    "number": 1,
    "pages": 1,
}
SPEAKERS = [
    {
        "reference": "ada",
        "id": "018f",
        "name": "Ada Ferrand",
        "about": {"parts": [None, None]},
        "stand": stand,
        "email": bool(stand != "none"),
    }
    for stand in ("has", "changed", "missing", "none")
]

PAGES = {
    "sending": ("registrations/papers_sending.html", {**SENDING, "sent": 9}),
    "sending-seen": (
        "registrations/papers_sending.html",
        {
            **SENDING,
            "to": "missing",
            "reached": [("K7QM-42XR", "Zoé Lefèvre"), ("K7QM-42XS", "Ada Ferrand")],
            "count": 31,
            "picture": DOT.partition(",")[2],
            "over": False,
        },
    ),
    "sending-mistaken": (
        "registrations/papers_sending.html",
        {
            **SENDING,
            "to": "chosen",
            "references": "X",
            "errors": {"references": "Personne de ce nom n’était là\u00a0: X."},
        },
    ),
    "sending-nobody": (
        "registrations/papers_sending.html",
        {**SENDING, "counts": {"missing": 0, "changed": 0, "all": 0}, "log": []},
    ),
    "sending-speakers": (
        "registrations/papers_sending.html",
        {
            **SENDING,
            "path": f"{PATH}/certificates",
            "what": "certificates",
            "people": SPEAKERS,
            "number": 2,
            "pages": 3,
            "to": "changed",
        },
    ),
    "papers": ("badges/papers.html", PAPERS),
    "papers-mistaken": (
        "badges/papers.html",
        {
            **PAPERS,
            "errors": {"blank": "Donnez un nombre entier de 0 à 60."},
            "sheets": [],
            "reference": "XXXX",
            "saved": True,
        },
    ),
    "papers-nobody": (
        "badges/papers.html",
        {**PAPERS, "nobody": "Ces choix ne donnent personne.", "sessions": []},
    ),
    "paper-preview": ("badges/paper_preview.html", PREVIEW),
    "paper-preview-one": (
        "badges/paper_preview.html",
        {**PREVIEW, "what": "attendees", "sheets": 0, "number": 1, "pages": 1},
    ),
}
