"""Sample contexts of the pages of papers."""

from datetime import UTC, datetime
from types import SimpleNamespace as View

from badges.papers.models import PrintedSheet
from badges.papers.routes import LABELS
from forum.core.i18n import words

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

PAGES = {
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
