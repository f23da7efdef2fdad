"""Odd files, as other programs and tired people make them: read as far as can be, all else told.

Each is read without a stack trace; every loss has a line where one is known, and its French.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.core.tables import write_xlsx
from schedule.importing import read
from schedule.importing.words import known

HEAD = "Titre;Date;Début;Fin;Salle;Intervenants"


def sheet(*rows, head=HEAD):
    return "\n".join([head, *rows]).encode()


def ics(*events):
    inside = "".join(f"BEGIN:VEVENT\r\n{one}\r\nEND:VEVENT\r\n" for one in events)
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"
    return f"{head}{inside}END:VCALENDAR\r\n".encode()


def v1(*events, **conference):
    days = [{"index": 1, "date": "2027-03-23", "rooms": {"Salle A": [*events]}}]
    whole = {"schedule": {"conference": {"title": "x", "days": days, **conference}}}
    return json.dumps(whole).encode()


def xml(inside, conference="<conference><title>x</title></conference>"):
    return f"<schedule>{conference}{inside}</schedule>".encode()


# name → (file's name, content, sessions read, of which placed, losses)
ODD = {
    "a windows-1252 sheet of Excel": (
        "a.csv", "Titre;Date;Début\nÉté;23/03/2027;9h".encode("cp1252"), 1, 1, 1,
    ),
    "utf-16 with tabs": (
        "a.txt", "Titre\tDate\tDébut\tDurée\nÉté\t23/03/2027\t9h\t45".encode("utf-16"), 1, 1, 0,
    ),
    "a title above the headers": (
        "a.csv", sheet("A;23/03/2027;9h;10h;;", head="Forum 2027;;;;;\n" + HEAD), 1, 1, 0,
    ),
    "days as rows between": (
        "a.csv", sheet("mardi 23 mars 2027;;;;;", "A;;9h;10h;;", "mercredi 24 mars 2027;;;;;",
                       "B;;9h;10h;;"), 2, 2, 0,
    ),
    "both times in one cell": ("a.csv", sheet("A;23/03/2027;de 9h à 10h30;;;", "B;;9:00-10:30;;;",
                                             "C;;9h – 10h30;;;"), 3, 2, 1),
    "twelve-hour clock": ("a.csv", sheet("A;23/03/2027;2:00 pm;3.30 pm;;"), 1, 1, 0),
    "half past twenty-five": ("a.csv", sheet("A;23/03/2027;25:30;26:30;;"), 1, 1, 0),
    "hours that are none": ("a.csv", sheet("A;23/03/2027;61h;99h;;"), 1, 0, 1),
    "thirty-first of February": ("a.csv", sheet("A;31/02/2027;9h;10h;;"), 1, 0, 2),
    "a time alone": ("a.csv", sheet("A;;9h;10h;;"), 1, 0, 1),
    "a matinée": ("a.csv", sheet("A;23/03/2027;matin;;;"), 1, 0, 1),
    "no title": ("a.csv", sheet(";23/03/2027;9h;10h;;", ";;;;Salle A;"), 1, 1, 2),
    "people between commas": (
        "a.csv", sheet("A;23/03/2027;9h;10h;;Anna Un, Ben Deux, Cleo Trois"), 1, 1, 1,
    ),
    "a person twice in a session": (
        "a.csv", sheet("A;23/03/2027;9h;10h;;Anna Un; Anna Un (modératrice)".replace(
            ";;Anna Un; ", ';;"Anna Un; ') + '"'), 1, 1, 1,
    ),
    "one title twice": ("a.csv", sheet("Pause;23/03/2027;9h;10h;;", "Pause;;11h;12h;;"), 2, 2, 0),
    "one room twice at a time": (
        "a.csv", sheet("A;23/03/2027;9h;10h;S;", "B;;9h30;10h30;S;"), 2, 2, 1,
    ),
    "headers twice": ("a.csv", sheet("A;B;23/03/2027;9h", head="Titre;Titre;Date;Début"), 1, 1, 2),
    "a workbook of numbers": (
        "a.xlsx", write_xlsx(["Titre", "Date", "Début"], [[3, 44, 0.5]], sheet="x"), 1, 0, 2,
    ),
    "a calendar of whole days": (
        "a.ics", ics("UID:1\r\nSUMMARY:A\r\nDTSTART;VALUE=DATE:20270323"), 1, 0, 1,
    ),
    "a calendar that ends before it begins": (
        "a.ics", ics("UID:1\r\nSUMMARY:A\r\nDTSTART:20270323T100000Z\r\nDTEND:20270323T090000Z"),
        1, 1, 1,
    ),
    "a calendar without ids or summaries": ("a.ics", ics("DTSTART:20270323T100000Z"), 1, 1, 2),
    "a calendar of a weekly meeting": (
        "a.ics", ics("UID:1\r\nSUMMARY:A\r\nDTSTART:20270323T100000Z\r\nDURATION:PT1H\r\n"
                     "RRULE:FREQ=WEEKLY"), 1, 1, 1,
    ),
    "a calendar with a broken time": (
        "a.ics", ics("UID:1\r\nSUMMARY:A\r\nDTSTART:20271323T100000Z"), 1, 0, 2,
    ),
    "xml without conference": ("a.xml", xml("<day date='2027-03-23'/>", conference=""), 0, 0, 0),
    "xml events without a room": (
        "a.xml", xml("<day date='2027-03-23'><event id='1'><title>A</title><start>09:00</start>"
                     "<duration>00:30</duration></event></day>"), 1, 1, 0,
    ),
    "xml after midnight": (
        "a.xml", xml("<day date='2027-03-23' start='2027-03-23T09:00:00+01:00'><room name='S'>"
                     "<event id='1'><title>A</title><start>01:30</start><duration>00:30</duration>"
                     "</event></room></day>"), 1, 1, 0,
    ),
    "json with a null for everything": (
        "a.json", v1({"title": None, "date": None, "persons": None, "links": None}), 1, 0, 3,
    ),
    "json with numbers for names": (
        "a.json", v1({"id": "x", "title": 5, "start": "09:00", "duration": "00:30",
                      "persons": [7, {"name": 8}]}), 1, 1, 1,
    ),
    "json with a list for a day": ("a.json", v1(days=[[], 3]), 0, 0, 2),
    "json with a timezone of the moon": (
        "a.json", v1({"title": "A", "start": "09:00", "duration": "00:30"},
                     time_zone_name="Luna/Tycho"), 1, 1, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_as_far_as_can_be(name):
    file, data, sessions, placed, lost = ODD[name]
    found = read(data, file)
    told = [(one.line, one.place, one.what) for one in found.losses]
    kept = found.draft.sessions
    assert (len(kept), sum(bool(one.starts_at) for one in kept)) == (sessions, placed), told
    assert len(told) == lost, told
    assert all(known(one.what) for one in found.losses), told


def test_after_midnight_is_the_night_of_that_day():
    file, data, *_ = ODD["xml after midnight"]
    (session,) = read(data, file).draft.sessions
    assert session.starts_at.isoformat() == "2027-03-24T00:30:00+00:00"


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(
        ["23/03/2027", "9h", "25h30", "0h", "24:00", "9h-8h", "à", "–", "=1+1", "(", "A (", "(x)",
         "Anna (modératrice, ", ";;", "https://", "x https://a b", "1e9", "-1", "oui", "\u202e",
         "9" * 40, "annulé", "Plénière", "fr-", "00:00:00.0000001", "32/13/20277"]
    ),
)  # fmt: skip
HEADERS = st.lists(
    st.sampled_from(
        ["Titre", "Titre (en)", "Date", "Début", "Fin", "Durée", "Salle", "Thème", "Intervenants",
         "Modérateur", "Langue", "Liens", "URL", "Places", "Inscription", "Mots-clés",
         "Partenaires", "Guides", "Direct", "Statut", "Numéro", "Id", "Slug", "?"]
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(HEADERS, st.data())
def test_no_sheet_breaks_the_reader(headers, data):
    rows = data.draw(
        st.lists(
            st.lists(CELLS, min_size=len(headers), max_size=len(headers)), min_size=1, max_size=4
        )
    )
    lines = [["Titre", *headers], *([f"S{n}", *row] for n, row in enumerate(rows))]
    quoted = (";".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    content = "\n".join(quoted).encode("utf-8", "replace")
    found = read(content, "a.csv")
    assert all(known(one.what) for one in found.losses), found.losses


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["title", "start", "date", "persons", "name", "links", "url", "rooms",
                         "guid", "track", "description", "duration", "end", "events"]),
        inner, max_size=4), max_leaves=20), st.booleans())  # fmt: skip
def test_no_json_breaks_the_reader(value, v2):
    schedule = {"events": [value]} if v2 else {"conference": {"days": [value], "rooms": [value]}}
    found = read(json.dumps({"schedule": schedule}).encode(), "a.json")
    assert all(known(one.what) for one in found.losses), found.losses
