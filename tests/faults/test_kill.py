"""What was acknowledged is there after a power cut; a database that goes away is said so."""

import fcntl
import itertools
import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from forum.core.outbox import LEASE
from tests.factories import message
from tests.installations import HTTP, PATIENCE_S, get, until

CLIENTS = 20
ROUNDS = 3
ANSWERS = 25
"""So many more are answered before each kill: the load is under way, however slow the machine."""
SEED = 2027


@pytest.fixture
def forum(empty):
    empty.run(
        "edition", "create", "forum", "--title", "Forum", "--places", "40",
        "--starts", "2027-03-22", "--ends", "2027-03-23",
    )  # fmt: skip
    return empty


def register_until(forum, stop, client, answered):
    """Register one person after another until told to stop; list who was answered 202.

    A 503 says that nothing is sure; the server's end ends it.
    """
    with httpx.Client(base_url=forum.base, **HTTP) as http:
        for number in itertools.count():
            if stop.is_set():
                break
            address = f"p{client}-{number}-{time.monotonic_ns()}@example.org"
            person = {
                "given_name": "Ada",
                "family_name": f"Ferrand {client}",
                "email": address,
                "category": "attendee",
            }
            try:
                answer = http.post("/api/editions/forum/registrations", json=person)
            except httpx.HTTPError:
                break
            assert answer.status_code in {202, 503}, answer.text
            if answer.status_code == 202:
                answered.append(address)


@contextmanager
def registering(forum, answered):
    """Clients that register, side by side, as long as this lasts; none of them may fail."""
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(register_until, forum, stop, n, answered) for n in range(CLIENTS)]
        try:
            yield
        finally:
            stop.set()
    for client in clients:
        client.result()


def under_way(answered, chance):
    """Wait for more answers than there were, then for an instant that nothing decides."""
    enough = len(answered) + ANSWERS
    until(lambda: len(answered) >= enough)
    time.sleep(chance.random() / 3)


def kept(forum, tmp_path):
    forum.run("export", "registrations", tmp_path / "kept.json")
    return json.loads((tmp_path / "kept.json").read_text("utf-8"))


def test_what_was_answered_is_there_after_kill_9(forum, tmp_path):
    chance = random.Random(SEED)  # noqa: S311 -- repeatable on purpose
    print(f"seed {SEED}")  # noqa: T201
    answered = []
    for _ in range(ROUNDS):
        forum.start("serve")
        with registering(forum, answered):
            under_way(answered, chance)
            forum.kill()
    assert len(answered) >= ROUNDS * ANSWERS
    rows = kept(forum, tmp_path)
    assert set(answered) - {row["email"] for row in rows} == set()
    status = [row["status"] for row in rows]
    assert (status.count("confirmed"), status.count("cancelled")) == (40, 0)
    forum.run("export", "tickets", tmp_path / "tickets.json")
    assert len(json.loads((tmp_path / "tickets.json").read_text("utf-8"))) == 40

    let_leases_end(forum)
    forum.start("serve")
    wanted = {row["email"] for row in rows}
    until(lambda: len(forum.outbox()) >= len(wanted), seconds=5 * PATIENCE_S)
    forum.stop()
    assert sorted(str(message(one)["To"]) for one in forum.outbox()) == sorted(wanted)


def let_leases_end(forum):
    """Let the time pass for which those who were killed hold the e-mails they had begun."""
    cluster = forum.cluster
    cluster.ensure()
    forum.values(f"update outbox set lease_until = lease_until - interval '{LEASE}' returning 1")
    cluster.release()


def server_pid(forum):
    """Return the process of the embedded PostgreSQL; None while it is between two."""
    return forum.cluster._server_pid()


@contextmanager
def nobody_starts_it_again(forum):
    """Hold the turn at starting PostgreSQL: whoever would start it waits until the end of this."""
    with (forum.var / "postgres/start.lock").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def test_the_site_says_503_while_its_database_is_gone_and_recovers_by_itself(forum):
    forum.start("serve")
    live, ready = f"{forum.base}/health/live", f"{forum.base}/health/ready"
    first = server_pid(forum)
    with nobody_starts_it_again(forum):
        os.kill(first, signal.SIGKILL)
        answer = until(lambda: (got := get(ready)).status_code != 200 and got)
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"
        assert get(live).status_code == 200
    until(lambda: get(ready).status_code == 200)
    assert server_pid(forum) != first
    assert forum.said.read_text().count("PostgreSQL ended by itself: starting it again") == 1
    assert forum.stop() == 0
    assert not (forum.var / "postgres/data/postmaster.pid").exists()


def test_what_was_answered_is_there_after_kill_9_of_postgresql(forum, tmp_path):
    chance = random.Random(SEED)  # noqa: S311 -- repeatable on purpose
    print(f"seed {SEED}")  # noqa: T201
    forum.start("serve")
    ready = f"{forum.base}/health/ready"
    answered = []
    with registering(forum, answered):
        for _ in range(ROUNDS):
            under_way(answered, chance)
            dead = server_pid(forum)
            os.kill(dead, signal.SIGKILL)
            until(lambda dead=dead: server_pid(forum) not in {None, dead})
            until(lambda: get(ready).status_code == 200)
    assert len(answered) >= ROUNDS * ANSWERS
    rows = kept(forum, tmp_path)
    assert set(answered) - {row["email"] for row in rows} == set()
    assert [row["status"] for row in rows].count("confirmed") == 40
