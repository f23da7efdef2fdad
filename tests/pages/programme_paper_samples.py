"""Sample contexts of the page of the programme on paper."""

from types import SimpleNamespace as View

from schedule.paper_routes import FORMS
from schedule.papers.orders import Form

STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))
CHOICES = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/programme/paper",
    "errors": {},
    "refusal": "",
    "versions": list(range(20, 0, -1)),
    "forms": [(form, name, about, form is Form.GRID) for form, name, about in FORMS],
    "in_language": "both",
    "papers": [("a4", "A4", False), ("a3", "A3", True)],
    "version": None,
    "days": [(f"2027-03-{day}", f"jour {day} mars", day == 22) for day in range(22, 26)],
    "rooms": [(f"salle-{n}", f"Salle {n} du centre de congrès", n == 3) for n in range(60)],
    "made": None,
}
MADE = {
    "pages": 254,
    "kilobytes": 1200,
    "query": "form=grid&language=both&paper=a3&version=draft",
    "first": 3,
    "last": 4,
    "before": 1,
    "after": 5,
    "wide": 620,
    "high": 438,
}
PAGES = {
    "paper": ("schedule/paper.html", {**CHOICES, "made": MADE}),
    "paper-first": (
        "schedule/paper.html",
        {**CHOICES, "versions": [], "version": "draft", "days": [], "rooms": []},
    ),
    "paper-errors": (
        "schedule/paper.html",
        {
            **CHOICES,
            "errors": {
                "paper": "Ce document s’imprime sur A4.",
                "day": "Donnez des jours.",
                "room": "Le programme n’a pas cette salle.",
            },
        },
    ),
    "paper-nothing": (
        "schedule/paper.html",
        {**CHOICES, "refusal": "Il n’y a rien à imprimer."},
    ),
}
