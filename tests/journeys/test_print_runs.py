"""Print runs of a served installation: killed in the middle, taken up again; and by command."""

import json
import os
import re
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from badges.printing.drawing import UNFINISHED
from tests.badges.printing.deeds import codes
from tests.installations import HTTP, until

PEOPLE = "given_name,family_name,email,category\n" + "".join(
    f"Ada,{name},{name.lower()}@example.org,attendee\n"
    for name in ("Arcy", "Bonnet", "Carle", "Fabre", "Gilot", "Weil")
)


@pytest.fixture
def forum(empty, tmp_path):
    """An installation of six people."""
    made = "--title Essai --starts 2027-03-22 --ends 2027-03-23".split()
    empty.run("edition", "create", "essai", *made)
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    empty.run("import", "registrations", tmp_path / "people.csv")
    return empty


@contextmanager
def team(forum):
    """Open a client of an organiser who is signed in."""
    link = forum.json("organiser", "add", "equipe@example.org")["link"]
    with forum.client() as client:
        client.post(link)
        yield client


def test_a_server_that_is_killed_in_the_middle_leaves_a_run_that_goes_on(forum, tmp_path):
    forum.start("serve")
    prints = forum.var / "files/prints"
    prints.mkdir(parents=True, exist_ok=True)
    with team(forum) as client:
        job = client.post("/api/editions/essai/badges", json={}).json()
        part = prints / f"{UNFINISHED}{job['id']}-1.pdf-0"
        os.mkfifo(part)  # the run stands still where its file begins
        until(lambda: forum.values("select state = 'drawing' from print_run")[0])
        forum.kill()
        part.unlink()
        forum.start("serve")
        assert client.get(f"/api/editions/essai/badges/{job['id']}").json()["file"] is None
        forum.values("update print_run set lease_until = now() returning 1")  # its lease ends
        path = f"/api/editions/essai/badges/{job['id']}"
        done = until(lambda: (now := client.get(path).json())["state"] == "done" and now)
        pdf = client.get(done["file"], timeout=HTTP["timeout"])
    (tmp_path / "run.pdf").write_bytes(pdf.content)
    tickets = tmp_path / "tickets.json"
    forum.run("export", "tickets", tickets)
    wanted = [one["token"] for one in json.loads(tickets.read_text("utf-8"))]
    assert sorted(codes(tmp_path / "run.pdf", tmp_path)) == sorted(wanted)
    assert forum.values("select attempt from print_run") == [2]
    assert len(forum.values("select registration_id from badge_print")) == 6
    assert len({*forum.values("select registration_id from badge_print")}) == 6
    assert [one.name for one in prints.iterdir()] == [f"{job['id']}-2.pdf"]


def test_the_command_writes_whom_it_is_told_and_logs_them(forum, tmp_path):
    out = tmp_path / "badges.pdf"
    assert forum.run("badges", out, "--letters", "A-C") == f"{out}: 3 badges on 1 page\n"
    assert len({*codes(out, tmp_path)}) == 3
    rest = forum.ended("badges", out, "--only-unprinted", "--sheet", "single", "--json")
    assert (json.loads(rest.stdout), rest.stderr) == (
        {"badges": 3, "pages": 3, "problems": []},
        "",
    )
    nobody = forum.run("badges", out, "--only-unprinted", status=1)
    assert "no badge to print" in nobody
    assert "AAAA-AAAA" in forum.run("badges", out, "--registration", "aaaa-aaaa", status=1)
    assert "A-F" in forum.run("badges", out, "--letters", "F-A", status=1)
    assert "called Office" in forum.run("badges", out, "--printer", "Office", status=1)
    assert "no badge to print" in forum.run("badges", out, "--filter", "?q=nobody", status=1)
    assert "colour" in forum.run("badges", out, "--filter", "colour=red", status=1)
    found = forum.run("badges", out, "--filter", "?status=confirmed&sort=-date&letters=")
    assert found == f"{out}: 6 badges on 2 pages\n"
    nowhere = tmp_path / "file" / "out.pdf"
    (tmp_path / "file").write_text("no folder")
    assert str(nowhere) in forum.run("badges", nowhere, status=1)


def test_a_command_that_is_interrupted_leaves_nothing(forum, tmp_path):
    place = tmp_path / "out"
    place.mkdir()
    os.mkfifo(place / f"{UNFINISHED}badges.pdf-0")  # the run stands still where its file begins
    command = forum.command("badges", place / "badges.pdf")
    with interrupts_heard():
        running = subprocess.Popen(command, env=forum.environ, stderr=subprocess.PIPE)
    until(lambda: children(running.pid))
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=HTTP["timeout"])
    assert running.returncode == 130
    assert [*place.iterdir()] == []
    forum.start("serve")
    assert forum.values("select count(*) from badge_print") == [0]


@contextmanager
def interrupts_heard():
    """Have commands hear of Ctrl-C even where the suite runs in the background, deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def children(pid):
    """Return the processes that draw badges for a process."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(re.sub(r"^.*\) . ", "", (one / "stat").read_text()).split()[0])
            if parent == pid and "badges.printing.drawing" in (one / "cmdline").read_text():
                found.append(one)
        except OSError:
            continue
    return found
