"""Sample contexts for the pages of printers, as their routes make them."""

from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace

from badges.printers import given, routes, words
from badges.printers.models import Fault, LabelJob, LabelState, Printer, PrinterKind
from badges.printers.queries import PersonLabel
from forum.core.context import Edition
from forum.core.i18n import words as said_in
from forum.registrations.desk_printers import DeskPrinters

SAID = said_in("fr")
AT = datetime(2027, 3, 22, 9, tzinfo=UTC)
OFFICE = Printer(
    edition_id=1,
    id=UUID(int=1),
    name="Bureau",
    kind=PrinterKind.SHEETS,
    offset_x_mm=0.5,
    offset_y_mm=-1,
)
DESK = Printer(
    edition_id=1,
    id=UUID(int=2),
    name="Accueil, gauche",
    kind=PrinterKind.LABEL,
    address="192.168.1.50:9100",
    dpi=203,
    width_mm=100,
    height_mm=62,
    seen_at=AT,
    waiting=3,
)
JAMMED = replace(
    DESK, failure=Fault.PAPER_OUT, failed_at=AT, next_try=AT, waiting=1, unsure=1, paused=True
)
JOB = LabelJob(
    id=UUID(int=9),
    printer_id=DESK.id,
    number=1,
    registration_id=UUID(int=5),
    reference="K7QM42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    layout="label-62",
    revision=0,
    state=LabelState.WAITING,
    tries=3,
    error="paper_out",
    actor="organiser:1",
    by="anne@example.org",
    created_at=AT,
    changed_at=AT,
)
JOBS = [
    replace(JOB, state=LabelState.UNSURE, error="worker_gone"),
    JOB,
    replace(JOB, registration_id=None, reference=None, given_name=None, family_name=None),
    *(replace(JOB, state=state) for state in LabelState if state is not LabelState.WAITING),
]
ASKED = [
    (one, words.label(one, SAID))
    for one in (
        PersonLabel(
            id=JOB.id,
            printer_id=DESK.id,
            printer=DESK.name,
            reference="K7QM-42XR",
            state=state,
            error=error,
            created_at=AT,
            changed_at=AT,
            failure=failure,
            paused=False,
        )
        for state, error, failure in (
            (LabelState.WAITING, None, "paper_out"),
            (LabelState.PRINTED, None, None),
            (LabelState.FAILED, "no_layout", None),
        )
    )
]
AT_HAND = DeskPrinters(all=[OFFICE, DESK], chosen=DESK)


def shared(**more):
    """Return what every page of printers has."""
    return {
        "labels": words.said(words.LABELS, SAID),
        "kinds": {kind.value: SAID.gettext(text) for kind, text in words.KINDS.items()},
        "done": "",
        "errors": {},
        "places": {},
        **more,
    }


def one(printer, jobs=(), **more):
    """Return the page of a printer."""
    return shared(
        **{
            "printer": printer,
            "fault": words.fault(printer.failure, SAID),
            "jobs": [routes.row(job, SAID) for job in jobs],
            "sent": given.typed(printer),
            "resolutions": given.RESOLUTIONS,
            "line_mm": 20,
            "sheets": routes.sheets("fr"),
            "refusal": "",
            **more,
        }
    )


def pages(edition: Edition, staff: object) -> dict[str, tuple[str, dict[str, object]]]:
    """Return each page by its name."""
    home = f"/organiser/{edition.slug}/badges/printers"
    needed = SAID.gettext("This answer is needed.")
    rows = [
        {
            "printer": each,
            "kind": SAID.gettext(words.KINDS[each.kind]),
            "fault": words.fault(each.failure, SAID),
        }
        for each in (OFFICE, DESK, JAMMED)
    ]
    label = {"kind": "label", "dpi": "203"}
    mistakes = {
        "errors": {"address": needed, "left_mm": needed},
        "places": {"address": ("Adresse", "address"), "left_mm": ("Mesure", "left_mm")},
    }
    found = {
        "printers": ("printers", "", shared(rows=rows)),
        "printers-none": ("printers", "", shared(rows=[], done="removed")),
        "printer": ("printer", "/2", one(DESK, JOBS, done="stored")),
        "printer-jammed": ("printer", "/2", one(JAMMED, JOBS, refusal=needed, **mistakes)),
        "printer-sheets": ("printer", "/1", one(OFFICE)),
        "printer-new": ("printer_new", "/new", shared(sent=label, resolutions=given.RESOLUTIONS)),
        "printer-new-sheets": (
            "printer_new",
            "/new",
            shared(sent={"kind": "sheets"}, resolutions=given.RESOLUTIONS),
        ),
    }
    return {
        name: (f"badges/{template}.html", {"path": home + place, "staff": staff, **context})
        for name, (template, place, context) in found.items()
    }
