"""Sample contexts of the pages of attendance, of scans and of who is in the building."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as View

import msgspec

from badges.attendance.models import Attendee, Half, HalfSum, Person, SessionSum, Visit
from badges.attendance.present_models import InBuilding
from badges.attendance.present_routes import by_letter
from badges.models import ConflictKind, Direction, Outcome
from badges.scans.listing import OUTCOMES, ListedScan, NamedDevice, ScanFilter, explained
from forum.core.context import Edition, EditionState
from forum.core.i18n import words
from forum.core.sheets import Format

OPENS_AT = datetime(2027, 3, 23, 8, 0, tzinfo=UTC)
EDITION = Edition(
    id=1,
    slug="toulouse-2027",
    title={"fr": "Forum"},
    timezone="Europe/Paris",
    starts_on=OPENS_AT.date(),
    ends_on=OPENS_AT.date(),
    languages=["fr", "en"],
    state=EditionState.OPEN,
)
STAFF = View(may=lambda _deed: True, organiser=View(email="equipe@forum.example"))
WATCHING = View(may=lambda deed: deed == "watch_doors", organiser=STAFF.organiser)
CATEGORIES = {"elected": "Élu", "agent": "Agent public"}
PEOPLE = [
    Person(
        id=uuid.UUID(int=n),
        reference=f"K7QM-{n:04}",
        given_name="Maëlys",
        family_name=name,
        organisation=organisation,
        category=category,
        status="confirmed",
    )
    for n, (name, organisation, category) in enumerate([
        ("d’Hérouville-Nguyen", "Communauté de communes du Val d’Ambroise", "elected"),
        ("Çelik", None, "agent"),
        ("Le Guellec", "Ville de Kerlouan", "gone"),
    ])
]  # fmt: skip
VISIT = Visit(first_at=OPENS_AT, last_at=OPENS_AT + timedelta(minutes=50), inside=True)
SESSION = SessionSum(
    number=3,
    title={"fr": "Partager ses données sans perdre la confiance", "en": "Sharing data"},
    room="Salle Garonne",
    starts_at=OPENS_AT,
    ends_at=OPENS_AT + timedelta(hours=1),
    cancelled=False,
    entered=34,
    most=31,
    first_at=OPENS_AT,
    last_at=OPENS_AT + timedelta(minutes=50),
    by_category={"agent": 14, "elected": 20},
    seats=40,
    came=30,
    without_seat=4,
)
GONE = SessionSum(
    number=9,
    title={},
    room=None,
    starts_at=None,
    ends_at=None,
    cancelled=True,
    entered=0,
    most=0,
    first_at=None,
    last_at=None,
    by_category={},
    seats=None,
    came=None,
    without_seat=None,
)
HALVES = [
    HalfSum(
        half=Half(
            day=OPENS_AT.date(),
            afternoon=afternoon,
            begins=OPENS_AT + timedelta(hours=4 * afternoon),
            ends=OPENS_AT + timedelta(hours=4 + 4 * afternoon),
        ),
        present=412,
        read=390,
        by_category={"agent": 200, "elected": 212},
    )
    for afternoon in (False, True)
]
ATTENDANCE = {
    "staff": STAFF,
    "sessions": [SESSION, GONE],
    "halves": HALVES,
    "categories": CATEGORIES,
}
OF_SESSION = {
    "staff": STAFF,
    "session": SESSION,
    "came": [Attendee(person=one, visit=VISIT, seat=one is PEOPLE[0]) for one in PEOPLE],
    "missing": [Attendee(person=PEOPLE[1], visit=None, seat=True)],
    "categories": CATEGORIES,
}
INSIDE = [
    InBuilding(
        reference=f"K7QM-{n:04}",
        family_name=f"{letter}e Guellec",
        given_name="Maëlys",
        organisation=None if n % 3 else "Communauté de communes du Val d’Ambroise",
        category="elected" if n % 2 else "gone",
        sort_key=f"{letter.lower()}e guellec",
        gate="main" if n % 5 else None,
        gate_name={"fr": "Entrée"},
        since=OPENS_AT,
    )
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for n in range(6)
]
PRESENT = {
    "staff": STAFF,
    "now": OPENS_AT + timedelta(hours=2),
    "inside": INSIDE,
    "letters": by_letter(INSIDE),
    "elsewhere": INSIDE[:5],
    "categories": CATEGORIES,
}
SCAN = ListedScan(
    id=uuid.UUID(int=1),
    at=OPENS_AT,
    scanned_at=OPENS_AT + timedelta(minutes=20),
    received_at=OPENS_AT + timedelta(hours=1),
    gate="room",
    gate_name={"fr": "Salle Garonne", "en": "Garonne"},
    device_id=uuid.UUID(int=9),
    device="Téléphone de l’accueil",
    direction=Direction.OUT,
    outcome=Outcome.ADMITTED,
    refusal=Outcome.CANCELLED,
    offline=True,
    check_in_list="rooms",
    period="3",
    session=3,
    reference="K7QM-0001",
    family_name="d’Hérouville-Nguyen",
    given_name="Maëlys",
    organisation=None,
    category="elected",
    seq=7,
    clock_offset_ms=None,
    undoes=None,
    undone_at=OPENS_AT + timedelta(minutes=1),
    conflicts=[ConflictKind.ADMITTED_AFTER_CANCELLATION, ConflictKind.CLOCK_OFF],
)
NOBODYS = msgspec.structs.replace(
    SCAN, reference=None, family_name=None, given_name=None, gate_name=None, device=None,
    session=99, direction=Direction.IN, outcome=Outcome.FORGED, refusal=Outcome.FORGED,
)  # fmt: skip
SCANS = {
    "staff": STAFF,
    "wanted": ScanFilter(),
    "errors": {},
    "rows": [(one, explained(one, words("fr"), EDITION)) for one in (SCAN, NOBODYS)],
    "titles": {3: {"fr": "Partager ses données", "en": "Sharing data"}},
    "first": None,
    "following": "?after=x",
    "files": {form: f"?format={form.value}" for form in Format},
    "gates": [View(slug="room", name={"fr": "Salle Garonne"})],
    "devices": [NamedDevice(id=uuid.UUID(int=9), name="Téléphone de l’accueil")],
    "outcomes": OUTCOMES,
}
SEARCHED = ScanFilter(gate="room", device=uuid.UUID(int=9), outcome=Outcome.LEFT, person="d’Hé")
PAGES = {
    "present": ("badges/present.html", PRESENT),
    "present-few": (
        "badges/present.html",
        {**PRESENT, "inside": INSIDE[:2], "letters": by_letter(INSIDE[:2]), "elsewhere": []},
    ),
    "present-none": (
        "badges/present.html",
        {**PRESENT, "inside": [], "letters": [], "elsewhere": []},
    ),
    "scans": ("badges/scans.html", SCANS),
    "scans-searched": (
        "badges/scans.html",
        {**SCANS, "wanted": SEARCHED, "first": "?gate=room", "following": None, "staff": WATCHING},
    ),
    "scans-none": (
        "badges/scans.html",
        {**SCANS, "rows": [], "errors": {"day": "Indiquez une date."}, "following": None},
    ),
    "attendance": ("badges/attendance.html", ATTENDANCE),
    "attendance-watching": ("badges/attendance.html", {**ATTENDANCE, "staff": WATCHING}),
    "attendance-none": (
        "badges/attendance.html",
        {**ATTENDANCE, "sessions": [], "halves": []},
    ),
    "attendance-session": ("badges/session_attendance.html", OF_SESSION),
    "attendance-session-none": (
        "badges/session_attendance.html",
        {**OF_SESSION, "session": GONE, "came": [], "missing": []},
    ),
}
