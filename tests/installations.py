"""Installations as strangers have them: made, served and worked by the commands alone."""

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest

from forum.core.postgres import Cluster
from tests.factories import decoded, message

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120
"""How long a test waits before it says that something never happens: it decides nothing else."""
HTTP = {"timeout": PATIENCE_S, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Options of every client: no certificate is read, 26 ms each time, for nothing here speaks TLS."""
get = partial(httpx.get, **HTTP)
post = partial(httpx.post, **HTTP)
delete = partial(httpx.delete, **HTTP)
PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections: what is free stays so until it is used."""
ports = itertools.islice(itertools.cycle(PORTS), os.getpid() * 997 % len(PORTS), None)
"""Processes that run side by side have numbers close to each other, and begin far apart."""


def free_port():
    """Return a port of 127.0.0.1 that nobody holds, another one each time."""
    while True:
        port = next(ports)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


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
            timeout=5 * PATIENCE_S,
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
        until(self.answers, seconds=5 * PATIENCE_S)  # made anew when midnight passed

    def answers(self):
        assert self.server.poll() is None, self.said.read_text()
        try:
            return get(f"{self.base}/health/ready").status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self):
        """Ask the server to end; return how it ended."""
        if self.server is None:
            return None
        self.server.send_signal(signal.SIGTERM)
        status = self.server.wait(timeout=PATIENCE_S)
        self.server = None
        return status

    def kill(self):
        """End the server and its children at once, as a power cut would."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait(timeout=PATIENCE_S)
        self.server = None

    def client(self, **options):
        """Return a browser without JavaScript: it says where its posts come from."""
        headers = {"accept": "text/html", "origin": self.base, "accept-language": "fr"}
        return httpx.Client(base_url=self.base, headers=headers, **HTTP, **options)

    def device(self, edition, gate="main"):
        """Enrol a device by the code that the command prints; return how it is known."""
        code = self.json("device", "add", "Téléphone", "--gate", gate, "--edition", edition)["code"]
        answer = post(f"{self.base}/api/devices", json={"code": code})
        assert answer.status_code == 201
        return {"authorization": f"Bearer {answer.json()['token']}"}

    def scan(self, device, *scans):
        answer = post(f"{self.base}/api/device/scans", json={"scans": list(scans)}, headers=device)
        assert answer.status_code == 200, answer.text
        return answer.json()["outcomes"]

    @property
    def cluster(self):
        """Its embedded PostgreSQL; who asks does not count as a user of it."""
        return Cluster(self.var / "postgres")

    def values(self, sql):
        """Return the first column of a query on the database of what is being served."""

        async def ask():
            connection = await asyncpg.connect(self.cluster.dsn(), timeout=PATIENCE_S)
            try:
                return [row[0] for row in await connection.fetch(sql)]
            finally:
                await connection.close()

        with asyncio.Runner() as runner:
            return runner.run(ask())

    def letters(self, address):
        """Return the e-mails that an address got, the oldest first."""
        found = [message(raw) for raw in self.outbox() if address.encode() in raw]
        return [one for one in found if one["To"] == address]

    def outbox(self):
        """Return every e-mail that left, the oldest first, as bytes."""
        return [file.read_bytes() for file in sorted((self.var / "outbox").glob("*.eml"))]

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


@pytest.fixture(scope="session")
def migrated(folder):
    """The files of an installation whose database was made, and stopped: two seconds' work."""
    place = folder / "migrated"
    place.mkdir()
    place.chmod(0o711)
    forum = Forum(place)
    forum.run("migrate")
    return forum.var


@pytest.fixture
def untouched(folder):
    """A folder in which Forum never ran."""
    place = Path(tempfile.mkdtemp(dir=folder))
    place.chmod(0o711)
    forum = Forum(place)
    yield forum
    forum.stop()
    shutil.rmtree(place, ignore_errors=True)  # 50 MB each: not all of them at once


@pytest.fixture
def empty(untouched, migrated):
    """An installation in which nothing is yet but the schema."""
    subprocess.run(["cp", "-a", migrated, untouched.var], check=True)
    return untouched
