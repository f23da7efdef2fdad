"""Sample contexts of the pages of attendance, of scans and of who is in the building."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as View

from badges.attendance_models import Attendee, Half, HalfSum, Person, SessionSum, Visit

OPENS_AT = datetime(2027, 3, 23, 8, 0, tzinfo=UTC)
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
PAGES = {
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
