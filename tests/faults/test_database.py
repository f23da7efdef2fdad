"""A database that takes connections and never speaks: every command says so, and ends."""

import socket
import threading
import time

import pytest

from tests.installations import Forum

LONGEST_S = 20


@pytest.fixture
def black_hole():
    """The port of a server that accepts every connection and never answers."""
    held = []
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:

        def swallow():
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=swallow, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in held:
        connection.close()


def test_a_silent_database_is_given_up_and_its_password_is_not_shown(black_hole, tmp_path):
    address = f"postgresql://forum:hush@127.0.0.1:{black_hole}/forum"
    forum = Forum(tmp_path, DATABASE_URL=address)
    started = time.monotonic()
    error = forum.run("serve", "--port", forum.port, status=1)
    assert time.monotonic() - started < LONGEST_S
    assert error == (
        "forum: The database does not answer (TimeoutError): check DATABASE_URL, or that it runs.\n"
    )


def test_the_doctor_names_a_silent_database_among_what_is_well(black_hole, tmp_path):
    forum = Forum(tmp_path, DATABASE_URL=f"postgresql://forum:hush@127.0.0.1:{black_hole}/forum")
    done = forum.ended("doctor")
    assert done.returncode == 1
    assert "BAD  database: The database does not answer" in done.stdout
    assert "ok   Python" in done.stdout
    assert "hush" not in done.stdout + done.stderr
