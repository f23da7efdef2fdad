"""Installations as strangers have them: made, served and worked by the commands alone."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from tests.factories import decoded, message

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, *, seconds=PATIENCE_S):
    """Return what `what` returns once it is true; fail when it never is."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(0.05)
    return found


class Forum:
    """An installation of its own in one folder, worked by its commands."""

    def __init__(self, folder, **environ):
        self.var = folder / "var"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "FORUM_VAR": str(self.var),
            "FORUM_RATE_LIMIT": "false",
            "FORUM_BASE_URL": self.base,
            **environ,
        }
        self.server = None
        self.said = folder / "said.txt"

    def command(self, *words):
        return [sys.executable, "-m", "forum.cli", *map(str, words)]

    def run(self, *words, status=0):
        """Run a command; return what it printed, its errors instead when it should fail."""
        done = self.ended(*words)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stderr

    def ended(self, *words):
        """Run a command to its end, whatever that is."""
        return subprocess.run(
            self.command(*words),
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))

    def start(self, *words):
        """Start a serving command and wait for its first answer."""
        with self.said.open("w") as said:
            self.server = subprocess.Popen(
                self.command(*words, "--port", self.port),
                env=self.environ,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self.answers)

    def answers(self):
        assert self.server.poll() is None, self.said.read_text()
        try:
            return httpx.get(f"{self.base}/health/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self):
        """Ask the server to end; return how it ended."""
        if self.server is None:
            return None
        self.server.send_signal(signal.SIGTERM)
        status = self.server.wait(timeout=15)
        self.server = None
        return status

    def kill(self):
        """End the server and its children at once, as a power cut would."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait(timeout=15)
        self.server = None

    def client(self, **options):
        """Return a browser without JavaScript: it says where its posts come from."""
        headers = {"accept": "text/html", "origin": self.base, "accept-language": "fr"}
        return httpx.Client(base_url=self.base, headers=headers, timeout=30, **options)

    def device(self, edition, gate="main"):
        """Enrol a device by the code that the command prints; return how it is known."""
        code = self.json("device", "add", "Téléphone", "--gate", gate, "--edition", edition)["code"]
        answer = httpx.post(f"{self.base}/api/devices", json={"code": code})
        assert answer.status_code == 201
        return {"authorization": f"Bearer {answer.json()['token']}"}

    def scan(self, device, *scans):
        answer = httpx.post(
            f"{self.base}/api/device/scans", json={"scans": list(scans)}, headers=device
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["outcomes"]

    def letters(self, address):
        """Return the e-mails that an address got, the oldest first."""
        files = sorted((self.var / "outbox").glob("*.eml"))
        found = [message(file.read_bytes()) for file in files]
        return [one for one in found if one["To"] == address]

    def letter(self, address, number=1):
        """Wait for an address to have `number` e-mails; return the last."""
        return until(lambda: len(got := self.letters(address)) >= number and got[number - 1])


def link(letter):
    """Return the path of the link by which an e-mail lets its reader manage a registration."""
    return re.search(r"https?://[^/]+(/me/[\w-]+)", letter.get_body(("plain",)).get_content())[1]


def token(letter):
    """Return what the ticket's QR code in an e-mail says, by a real decoder."""
    pictures = [one for one in letter.walk() if one.get_content_type() == "image/png"]
    assert len(pictures) == 1
    return decoded(pictures[0].get_payload(decode=True))


@pytest.fixture(scope="session")
def folder():
    """A folder that whoever runs PostgreSQL for root can enter."""
    made = Path(tempfile.mkdtemp(prefix="forum-journeys-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def demo(folder):
    """The demonstration of 800 registrations, made and served by one command."""
    (folder / "demo").mkdir()
    forum = Forum(folder / "demo")
    forum.run("demo", "--no-serve", "--port", forum.port)
    forum.start("demo")
    yield forum
    forum.stop()


@pytest.fixture
def empty(folder):
    """An installation in which nothing is yet."""
    place = Path(tempfile.mkdtemp(dir=folder))
    place.chmod(0o711)
    forum = Forum(place)
    yield forum
    forum.stop()
