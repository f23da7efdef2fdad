"""Every command as a script calls it: what it prints, what it stores, how it ends."""

import json
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pikepdf
import pypdfium2
import pytest

from forum.commands.serving import KILL_AFTER_S
from forum.core import tables
from tests.installations import HTTP, PATIENCE_S, Forum, free_port, get, post, until
from tests.wallets import FROM, files_in

TOML = """\
title = { fr = "Forum des communes", en = "Forum of towns" }
starts_on = 2027-03-22
ends_on = 2027-03-23
places = 3

[[categories]]
code = "elected"
name = { fr = "Élu", en = "Elected official" }
places = 2

[[categories]]
code = "press"
name = "Presse"

[[gates]]
slug = "main"
name = "Entrée"

[[consents]]
purpose = "photo"
wording = "Photos"
"""
ROWS = """\
Prénom,Nom,Courriel,Catégorie,Organisme
Zoé,Lœuillet,zoe@example.org,Élu,L’Haÿ-les-Roses
Ada,Ferrand,ada@example.org,press,"=cmd|' /C calc'!A0"
"""
DATES = ["--title", "T", "--starts", "2027-03-22", "--ends", "2027-03-23"]
WRONG_CALLS = {
    "dance": "No such command 'dance'. See: forum --help",
    "import programme": "Missing argument 'FILE'. See: forum import programme --help",
    "serve --port 70000": (
        "Invalid value for '--port': 70000 is not in the range 1<=x<=65535. See: forum serve --help"
    ),
    "edition create new": (
        "Missing --title, --starts, --ends, or --from FILE.toml. See: forum edition create --help"
    ),
}


@pytest.fixture
def forum(empty, tmp_path):
    (tmp_path / "edition.toml").write_text(TOML, "utf-8")
    empty.run("edition", "create", "forum", "--from", tmp_path / "edition.toml")
    return empty


def test_a_draft_is_hidden_until_it_is_opened(empty):
    dates = ["--starts", "2027-03-22", "--ends", "2027-03-23"]
    empty.run("edition", "create", "simple", "--title", "Simple", *dates, "--draft")
    assert empty.json("edition", "show", "simple")["edition"]["state"] == "draft"


def test_an_edition_without_categories_has_one_and_one_gate(empty):
    dates = ["--starts", "2027-03-22", "--ends", "2027-03-23"]
    empty.run("edition", "create", "simple", "--title", "Simple", *dates)
    shown = empty.json("edition", "show", "simple")
    assert [one["code"] for one in shown["categories"]] == ["attendee"]
    assert shown["edition"]["state"] == "open"
    assert [one["slug"] for one in empty.json("edition", "list")] == ["simple"]
    assert "another" in empty.run("edition", "create", "simple", "--title", "X", *dates, status=1)
    error = empty.run("device", "add", "Phone", "--gate", "back", status=1)
    assert "back" in error
    assert "main" in error


def test_devices_are_announced_listed_and_revoked(forum):
    printed = forum.run("device", "add", "Phone", "--gate", "main", "--desk", "--evacuation")
    picture, _, said = printed.rstrip().rpartition("\n█")
    code, link = said.splitlines()[-2:]
    assert link == f"{link.partition('#')[0]}#code={code}"
    assert picture.count("\n") > 10
    made = forum.json("device", "add", "Other", "--gate", "main")
    assert made["link"].endswith(f"/scan#code={made['code']}")
    told = {one["name"]: one for one in forum.json("device", "list")}
    assert (told["Phone"]["state"], told["Phone"]["gates"]) == ("to_enrol", ["main"])
    assert [told["Phone"][f"may_{one}"] for one in ("search", "desk", "evacuate")] == [
        False,
        True,
        True,
    ]
    listed = forum.run("device", "list").splitlines()
    assert "Phone  to enrol  at main  last seen: never  may: desk, evacuation" in listed
    assert "revoked" in forum.run("device", "revoke", "phone")
    forum.run("device", "revoke", made["id"])
    assert {one["state"] for one in forum.json("device", "list")} == {"revoked"}
    assert "no such device" in forum.run("device", "revoke", "Nobody", status=1)
    assert "name" in forum.run("device", "add", "x" * 61, "--gate", "main", status=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--starts", "2027-03-22", "--ends", "2027-03-20"], "ends_on"),
        (["--starts", "2027-03-22", "--ends", "2027-04-22"], "ends_on"),
        (["--starts", "2027-03-22", "--ends", "2027-03-22", "--timezone", "Mars"], "timezone"),
    ],
)  # fmt: skip
def test_a_wrong_edition_is_refused_by_field(empty, words, said):
    error = empty.run("edition", "create", "forum", "--title", "Forum", *words, status=1)
    assert said in error
    assert empty.json("edition", "list") == []


def test_registrations_are_imported_whole_or_with_their_bad_rows_named(forum, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(ROWS + "Bob,,bob@,Astronaute,\n", "utf-8")
    error = forum.run("import", "registrations", file, status=1)
    assert "row 4" in error
    for field in ("family_name", "email", "category"):
        assert field in error
    forum.run("export", "registrations", tmp_path / "none.json")
    assert json.loads((tmp_path / "none.json").read_text()) == []
    dry = json.loads(
        forum.run("import", "registrations", file, "--dry-run", "--skip-bad", "--json")
    )
    assert (dry["new"], dry["stored"]) == (2, False)
    forum.run("export", "registrations", tmp_path / "still-none.json")
    assert json.loads((tmp_path / "still-none.json").read_text()) == []
    kept = json.loads(forum.run("import", "registrations", file, "--skip-bad", "--json"))
    assert (kept["new"], kept["known"], len(kept["bad"])) == (2, 0, 1)
    again = json.loads(forum.run("import", "registrations", file, "--skip-bad", "--json"))
    assert (again["new"], again["known"]) == (0, 2)
    assert not (forum.var / "outbox").exists()


def test_answers_are_imported_by_the_label_of_their_question(empty, tmp_path):
    (tmp_path / "edition.toml").write_text(
        """
        title = "Forum"
        starts_on = 2027-03-22
        ends_on = 2027-03-23
        [[categories]]
        code = "agent"
        name = "Agent"
        [[questions]]
        code = "dinner"
        kind = "yes_no"
        label = "Serez-vous au dîner ?"
        required = true
        """,
        "utf-8",
    )
    empty.run("edition", "create", "forum", "--from", tmp_path / "edition.toml")
    file = tmp_path / "people.csv"
    rows = ["Ada,Ferrand,ada@example.org,oui,22/03", "Zoé,Essai,zoe@example.org,,"]
    header = "Prénom,Nom,Mél,Serez-vous au dîner ?,Jours"
    file.write_text("\n".join([header, *rows]), "utf-8")
    assert empty.run("import", "registrations", file) == (
        "2 new, 0 known already, 0 bad, 1 with open answers.\n"
    )
    file.write_text(f"{header}\nBo,Li,bo@example.org,peut-être,", "utf-8")
    assert empty.run("import", "registrations", file, status=1) == (
        "row 2: answers.dinner: “peut-être” is none of the answers offered: write one of them.\n"
    )


def test_a_table_of_something_else_is_refused(forum, tmp_path):
    (tmp_path / "things.csv").write_text("Prénom,Couleur,Prix\nAda,bleu,12\n", "utf-8")
    error = forum.run("import", "registrations", tmp_path / "things.csv", status=1)
    assert error == (
        f"forum: {tmp_path / 'things.csv'}: no column holds family_name, email: name the columns"
        " in the first row, such as Prénom, Nom, Courriel.\n"
    )


def test_one_is_said_as_one(forum, tmp_path):
    (tmp_path / "people.csv").write_text(ROWS.partition("Ada")[0], "utf-8")
    forum.run("import", "registrations", tmp_path / "people.csv")
    out = tmp_path / "out.pdf"
    assert forum.run("badges", out) == f"{out}: 1 badge on 1 page\n"
    (tmp_path / "day.csv").write_text("Titre,Date,Début\nNuit,2027-03-22,23h\n", "utf-8")
    assert forum.run("import", "programme", tmp_path / "day.csv").endswith(
        "CSV: 1 session, 0 speakers, 0 rooms, 0 tracks; 1 remark above. Next: forum publish.\n"
    )
    assert forum.run("publish").endswith("Version 1 is published: 1 change.\n")


def test_registrations_go_through_csv_xlsx_and_json_and_come_back(forum, tmp_path):
    (tmp_path / "people.csv").write_text(ROWS, "utf-8")
    forum.run("import", "registrations", tmp_path / "people.csv")
    for ending in ("csv", "xlsx", "json"):
        forum.run("export", "registrations", tmp_path / f"out.{ending}")
    rows = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [(row["given_name"], row["family_name"], row["status"]) for row in rows] == [
        ("Ada", "Ferrand", "confirmed"),
        ("Zoé", "Lœuillet", "confirmed"),
    ]
    assert rows[0]["organisation"] == "=cmd|' /C calc'!A0"
    assert b"'=cmd" in (tmp_path / "out.csv").read_bytes()
    for ending in ("csv", "xlsx"):
        read = tables.read_table((tmp_path / f"out.{ending}").read_bytes(), f"out.{ending}")
        assert [row["organisation"] for _, row in read] == ["=cmd|' /C calc'!A0", "L’Haÿ-les-Roses"]
        told = json.loads(
            forum.run("import", "registrations", tmp_path / f"out.{ending}", "--json")
        )
        assert (told["new"], told["known"], told["bad"]) == (0, 2, [])
    broken = [["Prénom", "Nom", "Courriel"], ["Bob", "Ferrand", "bob@"]]
    (tmp_path / "bad.xlsx").write_bytes(tables.write_xlsx(broken[0], broken[1:], sheet="people"))
    error = forum.run("import", "registrations", tmp_path / "bad.xlsx", status=1)
    assert error.startswith("row 2: ")
    assert "email: Give an address" in error
    chosen = ("--columns", "status,given_name", "--filter", "q=ada", "--language", "fr")
    said = forum.run("export", "registrations", tmp_path / "ada.csv", *chosen)
    assert said == f"{tmp_path / 'ada.csv'}: 1 registration\n"
    assert (tmp_path / "ada.csv").read_text("utf-8-sig") == "État,Prénom\nConfirmée,Ada\n"
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".new-")]
    for words, why in (
        (("--columns", "nose"), "There is no column “nose”"),
        (("--filter", "since=x"), "Give a date"),
    ):
        assert why in forum.run("export", "registrations", tmp_path / "x.csv", *words, status=1)
    assert not (tmp_path / "x.csv").exists()
    assert "are for registrations" in forum.run(
        "export", "tickets", tmp_path / "x.json", "--columns", "reference", status=2
    )
    error = forum.run("export", "registrations", tmp_path / "out.doc", status=1)
    assert "csv, xlsx, json" in error


def test_scans_and_attendance_are_written_even_where_nobody_came(forum, tmp_path):
    for what in ("scans", "attendance"):
        for ending in ("csv", "xlsx", "json"):
            out = tmp_path / f"{what}.{ending}"
            many = "scans" if what == "scans" else "rows"
            assert forum.run("export", what, out) == f"{out}: 0 {many}\n"
        assert json.loads((tmp_path / f"{what}.json").read_text("utf-8")) == []
    assert (tmp_path / "scans.csv").read_text("utf-8-sig").startswith("at,gate,gate_name,device")
    out = tmp_path / "halves.json"
    forum.run("export", "attendance", out, "--of", "half-days")
    halves = json.loads(out.read_text("utf-8"))
    assert {(one["half"], one["present"]) for one in halves} == {("morning", 0), ("afternoon", 0)}
    assert "--of is for attendance" in forum.run("export", "scans", out, "--of", "people", status=2)
    assert "csv, xlsx, json" in forum.run("export", "scans", tmp_path / "x.pdf", status=1)
    out = tmp_path / "nobody.pdf"
    assert "nothing to print" in forum.run("export", "attendance", out, status=1)
    assert not out.exists()


def test_papers_of_all_are_pdf_and_of_nobody_nothing(forum, tmp_path):
    for what, said in (("attestations", "no attestation to print"), ("certificates", "to print")):
        out = tmp_path / f"{what}.pdf"
        assert said in forum.run("export", what, out, status=1)
        assert not out.exists()
        assert "one of pdf" in forum.run("export", what, tmp_path / "x.csv", status=1)


def test_attendance_as_pdf_is_the_sign_in_sheets_of_all_days(forum, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(
        "given_name,family_name,email,category,days\n"
        "Zoé,Lefèvre,zoe@example.org,elected,2027-03-22\n"
        "Bo,Ng,bo@example.org,elected,2027-03-22 2027-03-23\n",
        "utf-8",
    )
    forum.run("import", "registrations", people)
    out = tmp_path / "attendance.pdf"
    assert forum.run("export", "attendance", out) == f"{out}: 2 sign-in sheets\n"
    with pypdfium2.PdfDocument(out) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    assert [[name for name in ("Lefèvre", "Ng") if name in page] for page in pages] == [
        ["Lefèvre", "Ng"], ["Ng"],
    ]  # fmt: skip
    assert "22 mars 2027" in pages[0]
    forum.run("export", "attendance", out, "--language", "en")
    with pypdfium2.PdfDocument(out) as document:
        assert "22 March 2027" in document[0].get_textpage().get_text_range()


def test_the_programme_is_printed_in_every_form_from_version_or_draft(forum, tmp_path):
    (tmp_path / "day.csv").write_text(
        "titre;date;début;fin;salle;intervenants\n"
        "Ouverture;23/03/2027;9h;10h;Salle A;Zoé Lefèvre\n",
        "utf-8",
    )
    forum.run("import", "programme", tmp_path / "day.csv")
    out = tmp_path / "a.pdf"
    assert "Nothing is published yet" in forum.run("programme", out, status=1)
    said = forum.run("programme", out, "--form", "tents", "--version", "draft")
    assert said == f"{out}: tents, the draft\n"
    with pikepdf.open(out) as pdf:
        assert "BROUILLON" in str(pdf.docinfo.Title)
    forum.run("publish")
    sizes = {}
    for form in ("booklet", "grid", "doors"):
        said = forum.run("programme", out, "--form", form, "--language", "both")
        assert said == f"{out}: {form}, version 1\n"
        with pikepdf.open(out) as pdf:
            sizes[form] = [round(float(side) / 72 * 25.4) for side in pdf.pages[0].MediaBox[2:]]
            assert str(pdf.Root.Lang) == "fr"
    assert sizes == {"booklet": [210, 297], "grid": [420, 297], "doors": [210, 297]}
    forum.run("programme", out, "--form", "doors", "--paper", "a3", "--room", "salle-a")
    with pikepdf.open(out) as pdf:
        assert float(pdf.pages[0].MediaBox[3]) > 1000
    assert "There is nothing to print" in forum.run("programme", out, "--form", "signs", status=1)
    assert "paper: This form is printed on A4." in forum.run(
        "programme", out, "--paper", "a3", status=1
    )
    assert "--version" in forum.run("programme", out, "--version", "last", status=2)
    assert "no such version" in forum.run("programme", out, "--version", "7", status=1)


def test_guides_come_from_a_folder_and_what_is_no_pdf_stops_them_all(forum, tmp_path):
    folder = tmp_path / "guides"
    folder.mkdir()
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    (folder / "a-guide.pdf").write_bytes(out.getvalue())
    (folder / "b-liar.pdf").write_bytes(b"GIF89a not a PDF")
    (folder / "guides.toml").write_text(
        '[[link]]\ntitle = { fr = "Lien utile" }\nurl = "https://example.org/"\n', "utf-8"
    )
    assert "b-liar.pdf" in forum.run("import", "guides", folder, status=1)
    assert not (forum.var / "files").exists()  # not even the good one is kept
    (folder / "b-liar.pdf").unlink()
    assert forum.run("import", "guides", folder) == "pdf  a-guide\nlink  lien-utile\n"
    assert forum.run("import", "guides", folder) == "pdf  a-guide\nlink  lien-utile\n"


def test_a_wrong_call_ends_with_2_and_a_failed_one_with_1(forum, tmp_path):
    empty = forum
    for words, said in WRONG_CALLS.items():
        assert empty.run(*words.split(), status=2) == f"forum: {said}\n"
    assert "small letters" in empty.run("edition", "create", "Été", *DATES, status=1)
    bare = empty.ended()
    assert (bare.returncode, "Usage" in bare.stdout + bare.stderr) == (2, True)
    assert "no edition" in empty.run("edition", "show", "nope", status=1).lower()
    assert "cannot be read" in empty.run("import", "registrations", "nope.csv", status=1)
    wrong = Forum(tmp_path, FORUM_SMTP_URL="http://mail", FORUM_LOG="loud")
    error = wrong.run("edition", "list", status=2)
    assert "FORUM_SMTP_URL" in error
    assert "FORUM_LOG" in error


def test_doctor_says_what_is_right_and_what_is_not(untouched, tmp_path):
    assert "BAD" not in untouched.run("doctor")
    assert all(one["ok"] for one in untouched.json("doctor"))
    closed = Forum(tmp_path, DATABASE_URL=f"postgresql://x@127.0.0.1:{free_port()}/x")
    done = closed.ended("doctor")
    assert done.returncode == 1
    assert "BAD  database" in done.stdout
    assert "DATABASE_URL" in done.stdout


def test_migrate_is_done_once(untouched):
    assert untouched.run("migrate").split()[0] == "0001_core.sql"
    assert untouched.run("migrate") == "The schema is up to date.\n"


@pytest.mark.parametrize("words", [["serve"], ["edition", "list"], ["worker"]])
def test_a_database_that_does_not_answer_is_named(tmp_path, words):
    port = free_port()
    forum = Forum(tmp_path, DATABASE_URL=f"postgresql://forum@127.0.0.1:{port}/forum")
    where = ["--port", forum.port] if words == ["serve"] else []  # others may hold 8000
    error = forum.run(*words, *where, status=1)
    assert "DATABASE_URL" in error
    assert error.count("\n") == 1


def test_a_port_in_use_is_named_before_anything_is_made(untouched):
    with socket.create_server(("127.0.0.1", untouched.port)):
        error = untouched.run("serve", "--port", untouched.port, status=1)
        assert f"127.0.0.1:{untouched.port}" in error
        assert "--port" in error
        untouched.run("demo", "--port", untouched.port, status=1)
    assert untouched.json("edition", "list") == []


def test_a_stopped_server_finishes_what_it_began(forum):
    forum.start("serve")
    answered = []

    def ask(_):
        while True:
            try:
                with httpx.Client(base_url=forum.base, **HTTP) as http:
                    answered.append(http.get("/api/editions/forum").status_code)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                return  # refused, or closed before its request was read

    with ThreadPoolExecutor(8) as pool:
        askers = [pool.submit(ask, n) for n in range(8)]
        until(lambda: len(answered) >= 80)
        assert forum.stop() == 0
        for asker in askers:
            asker.result()
    began = forum.said.read_text().count("route=/api/editions/{edition_slug:str}")
    assert set(answered) == {200}
    assert began == len(answered)


def test_a_request_that_never_ends_keeps_no_server_from_stopping(forum):
    forum.start("serve")
    with socket.create_connection(("127.0.0.1", forum.port)) as stalled:
        stalled.sendall(
            b"POST /api/editions/forum/registrations HTTP/1.1\r\nHost: forum\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        assert get(f"{forum.base}/health/live").status_code == 200
        assert forum.stop() == 0
    assert KILL_AFTER_S < 10  # as README says


def test_a_worker_apart_sends_what_a_site_without_one_stored(empty):
    forum = empty
    forum.environ["FORUM_INLINE_WORKER"] = "false"
    forum.run(
        "edition", "create", "forum", "--title", "Forum",
        "--starts", "2027-03-22", "--ends", "2027-03-23",
    )  # fmt: skip
    forum.start("serve")
    person = {"given_name": "Ada", "family_name": "Ferrand", "category": "attendee"}
    answer = post(
        f"{forum.base}/api/editions/forum/registrations",
        json={**person, "email": "ada@example.org"},
    )
    assert answer.status_code == 202
    assert forum.letters("ada@example.org") == []
    worker = subprocess.Popen(forum.command("worker"), env=forum.environ, stderr=subprocess.DEVNULL)
    until(lambda: forum.letters("ada@example.org"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=PATIENCE_S) == 0


def test_the_team_is_listed_and_somebody_is_removed(forum):
    first = forum.json("organiser", "add", "anne@example.org")["link"]
    assert first.startswith(f"{forum.base}/organiser/sign-in/")
    forum.run("organiser", "add", "yann@example.org", "--role", "door", "--role", "reception")
    listed = forum.json("organiser", "list")
    assert [(one["email"], one["roles"], one["seen_at"]) for one in listed] == [
        ("anne@example.org", ["organiser"], None),
        ("yann@example.org", ["reception", "door"], None),
    ]
    assert forum.run("organiser", "list").splitlines() == [
        "anne@example.org  organiser  last seen: never",
        "yann@example.org  reception, door  last seen: never",
    ]
    forum.run("organiser", "remove", "Yann@example.org")
    assert len(forum.json("organiser", "list")) == 1
    assert "not in the team" in forum.run("organiser", "remove", "yann@example.org", status=1)
    assert "at least one" in forum.run("organiser", "remove", "anne@example.org", status=1)


def test_doctor_looks_at_what_signs_passes(untouched, tmp_path):
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=300)
    files = files_in(tmp_path, until=until)
    names = {"CERTIFICATE": files.certificate, "KEY": files.key, "WWDR": files.wwdr}
    named = {**names, "PASS_TYPE": files.pass_type, "TEAM": files.team}
    untouched.environ |= {f"FORUM_WALLET_{name}": str(value) for name, value in named.items()}
    assert f"ok   passes for Apple Wallet, {files.pass_type}, until {until:%Y-%m-%d}" in (
        untouched.run("doctor")
    )
    (tmp_path / "other").mkdir()
    untouched.environ["FORUM_WALLET_KEY"] = str(files_in(tmp_path / "other").key)
    done = untouched.ended("doctor")
    assert done.returncode == 1
    assert "BAD  passes for Apple Wallet" in done.stdout
    assert "FORUM_WALLET_KEY: is not the key of FORUM_WALLET_CERTIFICATE" in done.stdout
    old = files_in(tmp_path, until=FROM + timedelta(days=30))
    untouched.environ["FORUM_WALLET_KEY"] = str(old.key)
    assert "expired on 2026-01-31: have Apple issue a new one" in untouched.ended("doctor").stdout
