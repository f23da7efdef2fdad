"""Sample contexts for the pages of gates, lists and conflicts, as their routes make them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from badges.conflicts.queries import ConflictRow
from badges.conflicts.words import KINDS, Explainer, decisions
from badges.doors import gate_views, gate_words, opening
from badges.doors.gate_queries import RoomRow
from badges.models import (
    CheckInList,
    ConflictKind,
    Counting,
    Direction,
    Directions,
    DoorSession,
    Gate,
    GateKind,
    Hours,
    Outcome,
)
from forum.core.context import Edition
from forum.core.i18n import words

SAID = words("fr")
AT = datetime(2027, 3, 23, 9, tzinfo=UTC)
ROOM = UUID(int=1)
ROOMS = [RoomRow(room_id=ROOM, slug="salle-garonne", name="Salle Garonne")]
CATEGORIES = {"elected": "Élu", "agent": "Agent public"}
GATE = Gate(
    slug="main",
    name={"fr": "Entrée principale", "en": "Main door"},
    kind=GateKind.DOOR,
    directions=Directions.BOTH,
    check_in_list="main",
    position=0,
    revision=3,
    checked_in=312,
)
LIST = CheckInList(
    slug="garonne",
    name={"fr": "Salle Garonne", "en": "Garonne room"},
    categories=["agent"],
    days=0b01,
    hours=[Hours(opens="08:00", closes="19:00", days=[0])],
    rooms=[ROOM, UUID(int=2)],
    seats=True,
    seats_kept_minutes=5,
    counts=Counting.SESSION,
    revision=2,
)
SESSIONS = [
    DoorSession(
        number=n,
        session_id=UUID(int=n),
        title={"fr": f"Atelier {n}", "en": f"Workshop {n}"},
        type="workshop",
        room_id=ROOM,
        starts_at=AT + timedelta(hours=n),
        ends_at=AT + timedelta(hours=n, minutes=45),
        cancelled=False,
        capacity=40,
        sign_up=n == 1,
    )
    for n in (1, 2)
]
LABELS = gate_words.said(gate_words.LABELS, SAID)
CONFLICT = ConflictRow(
    scan_id=UUID(int=1),
    kind=ConflictKind.ADMITTED_TWICE,
    found_at=AT,
    revision=0,
    settled_at=None,
    settled_by=None,
    settled_name=None,
    decision=None,
    note="",
    list_name={"fr": "Bâtiment", "en": "Building"},
    reference="K7QM-42XR",
    given_name="Maëlys",
    family_name="d’Hérouville-Nguyen",
    category={"fr": "Élu", "en": "Elected official"},
    ended_at=None,
    reissued_at=None,
    at=AT,
    scanned_at=AT,
    received_at=AT,
    direction=Direction.IN,
    gate="main",
    gate_name={"fr": "Entrée principale", "en": "Main door"},
    device="Téléphone 2",
    device_revoked_at=None,
    offline=True,
    outcome=Outcome.ADMITTED,
    refusal=None,
    other_scan_id=UUID(int=2),
    other_at=AT - timedelta(minutes=2),
    other_gate="garden",
    other_gate_name={"fr": "Jardin"},
    other_device="Téléphone 1",
    other_offline=True,
)


def told(sent, errors=()):
    """Return what a form shows again."""
    said = {name: SAID.gettext("This answer is needed.") for name in errors}
    return {
        "labels": LABELS,
        "sent": {name: values[-1] for name, values in sent.items() if values},
        "ticked": sent,
        "errors": said,
        "places": gate_views.places(said, SAID),
        "refusal": "",
        "theirs": None,
        "done": "",
    }


def gate_form(gate, **given):
    """Return the page of a gate."""
    sent = gate_views.typed_gate(gate) if gate else {"kind": ["door"]}
    return {
        **told(sent, given.pop("errors", ())),
        "gate": gate,
        "kinds": gate_words.said(gate_words.KINDS, SAID),
        "ways": gate_words.said(gate_words.DIRECTIONS, SAID),
        "lists": {"main": "Bâtiment", "garonne": "Salle Garonne"},
        **given,
    }


def list_form(edition, one, **given):
    """Return the page of a check-in list."""
    sent = gate_views.typed_list(one or CheckInList(slug="", name={}), edition)
    return {
        **told(sent, given.pop("errors", ())),
        "one": one,
        "categories": CATEGORIES,
        "rooms": gate_views.room_choices(ROOMS, one, SAID),
        "rows": gate_views.form_rows(sent),
        "counts": gate_words.said(gate_words.COUNTS, SAID),
        "preview": None,
        **given,
    }


def preview(edition, **given):
    """Return when the list is open, and what it would answer."""
    rule = opening.rule(LIST, edition, {"agent": 1}, SESSIONS)
    sessions = {one.number: one for one in SESSIONS}
    return {
        "always": False,
        "days": gate_words.opened(rule, opening.day_starts(edition), sessions, edition, SAID),
        "gates": {"garonne": "Salle Garonne", "garonne-2": "Salle Garonne, fond"},
        "ways": gate_words.said(gate_words.WAYS, SAID),
        "typed": {
            "who": "", "category": "agent", "when": "2027-03-23T10:00", "gate": "", "seat": "yes",
            "direction": "in",
        },
        "errors": {},
        "answer": None,
        **given,
    }  # fmt: skip


def conflict(edition, kind, **given):
    """Return one conflict as the page shows it."""
    name = f"{CONFLICT.scan_id}-{kind}"
    return {
        "name": name,
        "path": f"{CONFLICT.scan_id}/{kind}",
        "told": Explainer(edition, SAID).told(replace(CONFLICT, kind=kind)),
        "reference": CONFLICT.reference,
        "list": "Bâtiment",
        "revision": 0,
        "decision": "",
        "settled": "",
        "by": "",
        "note": "",
        "decisions": decisions(kind, SAID),
        **given,
    }


def pages(edition: Edition, staff: object) -> dict[str, tuple[str, dict[str, object]]]:
    """Return each page by its name."""
    doors = f"/organiser/{edition.slug}/doors"

    def of(place, context):
        return {"path": f"{doors}/{place}", "staff": staff, **context}

    gates = {
        "labels": LABELS,
        "gates": [
            {
                "slug": GATE.slug,
                "name": GATE.name,
                "kind": SAID.gettext(gate_words.KINDS[GATE.kind]),
                "directions": SAID.gettext(gate_words.DIRECTIONS[GATE.directions]),
                "list": "main",
                "list_name": {"fr": "Bâtiment", "en": "Building"},
                "checked_in": 312,
            }
        ],
        "rooms": ["Salle Garonne", "Salle Canal"],
        "refusal": "",
        "done": "",
    }
    lists = {
        "labels": LABELS,
        "lists": [
            {
                "slug": LIST.slug,
                "name": LIST.name,
                "says": gate_words.summary(LIST, CATEGORIES, SAID, edition),
                "gates": [{"fr": "Salle Garonne"}],
            },
            {"slug": "old", "name": {"fr": "Ancienne"}, "says": [], "gates": []},
        ],
        "done": "",
    }
    answer = {"outcome": "Pas encore", "passes": "", "why": "La liste ouvre.", "who": "Zoé Roux"}
    shown = list_form(edition, LIST, preview=preview(edition, answer=answer))
    whole = {
        "conflicts": [conflict(edition, kind) for kind in ConflictKind],
        "open": dict.fromkeys(ConflictKind, 1),
        "kinds": {one.value: SAID.gettext(text) for one, text in KINDS.items()},
        "gates": {"main": "Entrée principale", "garden": "Jardin"},
        "filters": {"kind": "", "gate": "", "state": ""},
        "next": "after=x",
        "all_of": None,
        "errors": {},
        "typed": {},
        "at": "",
        "refusal": "",
        "done": None,
    }
    twice = ConflictKind.ADMITTED_TWICE
    settled = {"decision": "Entrée à juste titre", "by": "anne@forum.example", "note": "Vu."}
    return {
        "gates": ("badges/gates.html", of("gates", gates)),
        "gates-none": (
            "badges/gates.html",
            of("gates", {**gates, "gates": [], "rooms": [], "done": "removed", "refusal": "Non."}),
        ),
        "gate": ("badges/gate.html", of("gates/main", gate_form(GATE, done="stored"))),
        "gate-new": ("badges/gate.html", of("gates/new", gate_form(None))),
        "gate-errors": (
            "badges/gate.html",
            of("gates/new", gate_form(None, errors=["name.fr", "kind", "position", "slug"])),
        ),
        "gate-changed": (
            "badges/gate.html",
            of("gates/main", gate_form(GATE, theirs=["Sens de passage : Sortie seulement"])),
        ),
        "lists": ("badges/lists.html", of("lists", lists)),
        "lists-none": ("badges/lists.html", of("lists", {**lists, "lists": [], "done": "added"})),
        "list": ("badges/list.html", of("lists/garonne", shown)),
        "list-always": (
            "badges/list.html",
            of(
                "lists/garonne",
                list_form(
                    edition,
                    LIST,
                    refusal="Des portes s’en servent.",
                    preview=preview(edition, always=True, errors={"who": "Personne."}),
                ),
            ),
        ),
        "list-never": (
            "badges/list.html",
            of("lists/garonne", list_form(edition, LIST, preview=preview(edition, days=[]))),
        ),
        "list-new": ("badges/list.html", of("lists/new", list_form(edition, None, rooms={}))),
        "list-errors": (
            "badges/list.html",
            of(
                "lists/garonne",
                list_form(
                    edition,
                    LIST,
                    theirs=[],
                    errors=[
                        "name.fr",
                        "categories",
                        "days",
                        "hours",
                        "hours.0.days",
                        "hours.0.opens",
                        "hours.0.closes",
                        "rooms",
                        "lead_minutes",
                        "seats_kept_minutes",
                        "seats",
                        "counts",
                        "building",
                        "reentry",
                    ],
                ),
            ),
        ),
        "conflicts": ("badges/conflicts.html", of("conflicts", whole)),
        "conflicts-none": (
            "badges/conflicts.html",
            of("conflicts", {**whole, "conflicts": [], "open": {}, "next": ""}),
        ),
        "conflicts-kind": (
            "badges/conflicts.html",
            of(
                "conflicts",
                {
                    **whole,
                    "conflicts": [conflict(edition, twice)],
                    "filters": {"kind": twice, "gate": "main", "state": ""},
                    "all_of": {
                        "kind": twice,
                        "decisions": decisions(twice, SAID),
                        "found_until": "x",
                    },
                    "errors": {"decision": "Choisissez.", "note": "Trop long."},
                    "typed": {"note": "Qui ?"},
                    "at": "all",
                },
            ),
        ),
        "conflicts-settled": (
            "badges/conflicts.html",
            of(
                "conflicts",
                {
                    **whole,
                    "conflicts": [conflict(edition, twice, settled="mardi 23 mars", **settled)],
                    "filters": {"kind": "", "gate": "", "state": "settled"},
                    "done": {"said": "Réglé : à juste titre.", "path": "x/y", "revision": 1},
                    "refusal": "Quelqu’un d’autre a tranché.",
                },
            ),
        ),
    }
