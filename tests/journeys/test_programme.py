"""A programme file becomes a draft, a version, and every format; they agree with each other."""

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import icalendar
import pytest

from tests.installations import get, until

ROOT = Path(__file__).parents[2]
VALIDATE = ROOT.parent / "shared" / "data" / "programmes" / "validate.py"
SHEET = """\
Date;Début;Fin;Salle;Titre;Type;Thème;Intervenants;Résumé
22/03/2027;09:00;10:00;Auditorium;Ouverture : l’eau et les « communes »;Plénière;;Ada Ferrand (présidence);Où va l’eau ?
22/03/2027;10:30;11:45;Salle Garonne;Données & confiance <sans> jargon;Table ronde;Données;"Inès Lœuillet (modération); Zoé d’Ornano";
23/03/2027;14:00;15:30;Salle Garonne;Atelier de nuit;Atelier;Données;Zoé d’Ornano;
23/03/2027;vers midi;;Nulle part;Une heure qui n’existe pas;Atelier;;;
"""  # noqa: E501
TITLES = [
    "Ouverture : l’eau et les « communes »",
    "Données & confiance <sans> jargon",
    "Atelier de nuit",
]


def squeezed(text):
    """Return a text without the spaces that typography and line ends change."""
    return re.sub(r"[\s\u00a0\u202f\u2019']+", "", text)


@pytest.fixture
def published(empty, tmp_path):
    file = tmp_path / "programme.csv"
    file.write_text(SHEET, "utf-8")
    empty.run(
        "edition", "create", "forum", "--title", "Forum",
        "--starts", "2027-03-22", "--ends", "2027-03-23",
    )  # fmt: skip
    dry = empty.json("import", "programme", file, "--dry-run")
    assert (dry["sessions"], dry["stored"]) == (4, False)
    empty.run("publish", status=1)
    done = empty.json("import", "programme", file)
    assert done["stored"]
    assert [loss["line"] for loss in done["losses"]] == [5]
    assert empty.json("publish")["version"] == 1
    empty.start("serve")
    return empty


def test_page_json_calendar_xml_and_booklet_agree(published, tmp_path):
    base = f"{published.base}/forum"
    told = get(f"{published.base}/api/editions/forum/programme").json()
    rooms = {room["id"]: room["name"] for room in told["rooms"]}
    speakers = {one["id"]: one["name"] for one in told["speakers"]}
    sessions = {
        one["title"]["fr"]: (
            datetime.fromisoformat(one["starts_at"]),
            one["minutes"],
            rooms[one["room_id"]],
            [(speakers[p["speaker_id"]], p["role"]) for p in one["people"]],
        )
        for one in told["sessions"]
    }
    assert list(sessions) == TITLES
    opening, table, night = sessions.values()
    assert opening[0].isoformat() == "2027-03-22T08:00:00+00:00"
    assert table[1:] == (
        75, "Salle Garonne", [("Inès Lœuillet", "moderator"), ("Zoé d’Ornano", "speaker")],
    )  # fmt: skip
    assert night[1] == 90

    calendar = icalendar.Calendar.from_ical(get(f"{base}/programme.ics").content)
    events = {
        str(e["SUMMARY"]): (e.decoded("DTSTART"), e.decoded("DTEND"))
        for e in calendar.walk("VEVENT")
    }
    assert set(events) == set(TITLES)
    for title, (starts_at, minutes, *_) in sessions.items():
        assert events[title][0] == starts_at
        assert (events[title][1] - events[title][0]).total_seconds() == minutes * 60

    written = json.loads(get(f"{base}/programme.json").content)
    xml = get(f"{base}/programme.xml").text
    first = get(f"{base}/programme?day=2027-03-22&lang=fr").text
    second = get(f"{base}/programme?day=2027-03-23&lang=fr").text
    booklet = tmp_path / "programme.pdf"
    booklet.write_bytes(get(f"{base}/programme.pdf").content)
    paper = subprocess.run(
        ["pdftotext", booklet, "-"], capture_output=True, text=True, check=True
    ).stdout
    for title in TITLES:
        escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert title in json.dumps(written, ensure_ascii=False)
        assert escaped in xml
        assert (escaped in first) == (title != "Atelier de nuit")
        assert (escaped in second) == (title == "Atelier de nuit")
        assert squeezed(title) in squeezed(paper)
    for name in ("Ada Ferrand", "Inès Lœuillet", "Zoé d’Ornano"):
        assert name in first
        assert name in xml
        assert squeezed(name) in squeezed(paper)


def test_a_version_answers_304_and_the_next_one_is_seen(published):
    address = f"{published.base}/forum/programme.xml"
    first = get(address)
    same = get(address, headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert published.json("publish", "--note", "Relecture")["version"] == 2
    told = f"{published.base}/api/editions/forum/programme"
    until(lambda: get(told).json()["version"] == 2)
    again = get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.headers["etag"] == first.headers["etag"]) == (200, False)


@pytest.mark.skipif(not VALIDATE.exists(), reason="NOTE: ../shared/data is absent: NOT VALIDATED")
def test_the_exports_of_the_demonstration_are_valid(demo, tmp_path):
    for ending in ("xml", "json", "ics", "csv", "xlsx"):
        demo.run("export", "programme", tmp_path / f"p.{ending}")
        again = demo.json("import", "programme", tmp_path / f"p.{ending}", "--dry-run")
        assert (again["sessions"], again["speakers"], again["losses"]) == (45, 120, [])
    for words in (["p.xml"], ["--v2", "p.json"]):
        done = subprocess.run(
            [sys.executable, str(VALIDATE), *words],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert "VALID against" in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("schedule.xml", b"<schedule><conference><title>F</title>", "Line 1"),
        ("schedule.xml", b"%PDF-1.7 no XML at all", "Line 1"),
        ("schedule.json", b'{"schedule": {"conference": ', "Line 1"),
        ("programme.csv", b"", "programme.csv"),
    ],
)
def test_a_broken_file_is_refused_and_the_draft_stays(demo, tmp_path, name, content, said):
    before = demo.json("edition", "show", "demo")
    (tmp_path / name).write_bytes(content)
    error = demo.run("import", "programme", tmp_path / name, status=1)
    assert error.startswith("forum: ")
    assert error.count("\n") == 1
    assert said in error
    assert str(tmp_path / name) in error
    assert demo.json("edition", "show", "demo") == before
    assert demo.json("publish")["changes"] == []
