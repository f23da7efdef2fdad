"""Sample contexts of the pages of print runs."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as View
from uuid import UUID

from msgspec import structs

from badges.layouts.shipped import SHIPPED
from badges.printing import run_forms
from badges.printing.run_models import (
    LETTERS,
    LoggedPrint,
    Order,
    OtherSheet,
    PrintRun,
    RunState,
    Sorting,
    Wanted,
)
from badges.printing.runs import Counted, CountedLayout
from forum.registrations.listing import Filter
from forum.registrations.models import Status

AT = datetime(2027, 3, 22, 15, 30, tzinfo=UTC)
STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))
CATEGORIES = {"elected": "Élu", "agent": "Agent public", "press": "Presse"}
TITLES = {"a6": "Badge A6, quatre par feuille A4", "card": "Carte, dix par feuille A4"}
PICKED = Order(
    wanted=Wanted(
        only_unprinted=True,
        categories=["agent", "press"],
        first_letter="A",
        last_letter="F",
        references=["K7QM-42XR", "AAAA-0001"],
        sort=Sorting.ORGANISATION,
        filter="q=dupont&status=confirmed&status=waiting",
        without_badge={"waiting": 3},
    ),
    layout="a6",
    sheet=OtherSheet.A3,
    printer="Accueil",
    found=[UUID(int=3), UUID(int=4)],
)
MEANT = Filter(q="dupont", status=(Status.CONFIRMED, Status.WAITING))
DONE = PrintRun(
    id=UUID(int=1),
    asked_at=AT,
    asked_by="organiser:1",
    asked_by_email="equipe@forum.example",
    wanted=PICKED.wanted,
    layout="a6",
    sheet=OtherSheet.A3,
    printer="Accueil",
    offset_x_mm=1.5,
    offset_y_mm=-0.5,
    state=RunState.DONE,
    done=798,
    total=800,
    pages=200,
    problems=[
        ("K7QM-42XR", "Quelque chose a changé sur ce badge pendant le tirage."),
        ("", "Ces caractères ne peuvent être imprimés : 𝔽"),
    ],
    why=None,
    ended_at=AT + timedelta(seconds=2),
    file="1.pdf",
    file_bytes=900_000,
    file_until=AT + timedelta(hours=24),
)
DRAWING = structs.replace(
    DONE, state=RunState.DRAWING, done=400, pages=None, problems=[], ended_at=None, file=None
)
FAILED = structs.replace(
    DRAWING,
    state=RunState.FAILED,
    why="The badges could not be drawn: look at the log of the server, then print again.",
    wanted=Wanted(),
    layout=None,
    sheet=OtherSheet.OWN,
    printer=None,
    offset_x_mm=0,
    offset_y_mm=0,
)
RUNS = {
    "staff": STAFF,
    "path": "/organiser/toulouse-2027/badges",
    "order": Order(),
    "meant": None,
    "names": {"agent": {"fr": "Agent public"}},
    "address": "",
    "fields": [],
    "counted": Counted(layouts=[CountedLayout(layout="a6", badges=800, sheets=200)]),
    "errors": {},
    "runs": [],
    "following": None,
    "layouts": [SHIPPED["a6"]],
    "layout_titles": TITLES,
    "printers": ["Accueil", "Copieur du 2e"],
    "categories": CATEGORIES,
    "letters": LETTERS,
    "sorts": [one.value for one in Sorting],
    "sheets": [one.value for one in OtherSheet],
}
RUN = {
    "staff": STAFF,
    "path": f"/organiser/toulouse-2027/badges/runs/{DONE.id}",
    "run": DONE,
    "file": True,
    "again": "?which=unprinted",
    "layout_titles": TITLES,
    "categories": CATEGORIES,
}
SAID = ("organiser:1", "device:1", "command", "printer")
PRINTS = [
    LoggedPrint(
        at=AT,
        actor=actor,
        actor_email="equipe@forum.example" if actor == "organiser:1" else None,
        device="Accueil 1" if actor == "device:1" else None,
        layout="a6",
        revision=n,
        run_id=UUID(int=1) if actor == "command" else None,
        current=n == 1,
    )
    for n, actor in enumerate(SAID)
]
PAGES = {
    "badges": ("registrations/runs.html", RUNS),
    "badges-picked": (
        "registrations/runs.html",
        {
            **RUNS,
            "order": PICKED,
            "meant": MEANT,
            "fields": run_forms.pairs(PICKED),
            "counted": Counted(
                layouts=[
                    CountedLayout(layout="a6", badges=1, sheets=1),
                    CountedLayout(layout="card", badges=23, sheets=3),
                ]
            ),
            "runs": [
                DONE,
                DRAWING,
                FAILED,
                structs.replace(FAILED, state=RunState.CANCELLED, asked_by_email=None),
                structs.replace(FAILED, state=RunState.WAITING, asked_by="command"),
            ],
            "following": DONE.id,
        },
    ),
    "badges-wrong": (
        "registrations/runs.html",
        {
            **RUNS,
            "order": Order(wanted=Wanted(filter="colour=red")),
            "counted": Counted(layouts=[]),
            "errors": {
                "registrations": "Aucune inscription confirmée ne s’appelle ainsi.",
                "layout": "Il n’y a pas de tel modèle.",
                "sheet": "La carte est plus grande.",
                "printer": "Il n’y a pas de telle imprimante.",
                "filter": "Le tableau n’a pas de tel filtre.",
            },
        },
    ),
    "badges-run": ("badges/run.html", RUN),
    "badges-run-gone": (
        "badges/run.html",
        {**RUN, "file": False, "run": structs.replace(DONE, problems=[], file=None)},
    ),
    "badges-run-drawing": ("badges/run.html", {**RUN, "file": False, "run": DRAWING}),
    "badges-run-failed": ("badges/run.html", {**RUN, "file": False, "run": FAILED}),
}
